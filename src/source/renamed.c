/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sys.h"
#include "source/input.h"
#include "source/paths.h"

uint64_t kt_path_hash(const char *path) {
  return kt_hash(path, strlen(path), 0).lo;
}

/* An inode may have been given to another file since: the beginning must be the same too. */
static int is_same(const kt_env *env, const char *path, const kt_mark *mark) {
  kt_input *in = kt_env_alloc(env, sizeof *in);
  if (!in) return 0;
  int same = kt_input_open(in, env, path, NULL) == KT_OK && kt_input_is(in, mark);
  kt_input_close(in);
  kt_env_release(env, in, sizeof *in);
  return same;
}

static int is_renamed(const kt_env *env, const char *path, uint64_t name, const struct stat *target,
                      const kt_marks *marks) {
  struct stat st;
  if (kt_sys_stat(path, &st) < 0) return 0;
  if (st.st_ino == target->st_ino && st.st_dev == target->st_dev) return 0;
  const kt_mark *mark = kt_marks_find(marks, st.st_dev, st.st_ino);
  return mark && mark->head_len && mark->name == name && mark->size != (uint64_t)st.st_size &&
         is_same(env, path, mark);
}

kt_status kt_paths_find_renamed(kt_paths *out, const kt_env *env, const char *target,
                                const kt_marks *marks, kt_error *err) {
  struct stat st;
  *out = (kt_paths){ .env = env };
  int exists = kt_sys_stat(target, &st) == 0;
  if (!marks->count || !exists || !S_ISREG(st.st_mode)) return KT_OK;
  const char *slash = strrchr(target, '/');
  size_t n = slash ? (size_t)(slash - target) + 1 : 0;
  char *dir = n ? kt_strndup(env, target, n) : kt_strdup(env, ".");
  if (!dir) return kt_fail_nomem(err, "source.file");
  kt_status r = kt_paths_expand(out, env, dir, 0, err);
  kt_strfree(env, dir);
  if (r == KT_EIO) return KT_OK; /* a folder that lets files be opened and not be listed */
  size_t kept = 0;
  for (size_t i = 0; r == KT_OK && i < out->count; i++)
    if (is_renamed(env, out->list[i], kt_path_hash(target), &st, marks))
      out->list[kept++] = out->list[i];
    else
      kt_strfree(env, out->list[i]);
  if (r == KT_OK) out->count = kept;
  return r;
}
