/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sys.h"
#include "source/input.h"
#include "source/paths.h"

#define WHERE "source.file"

uint64_t kt_path_hash(const char *path) {
  return kt_hash(path, strlen(path), 0).lo;
}

/* An inode may have been given to another file since: the beginning must be the same too. One that
 * cannot be read is taken for the same, so that whoever reads it tells of it. */
static kt_status is_same(const kt_env *env, const char *path, const kt_mark *mark, int *same) {
  kt_input *in = kt_env_alloc(env, sizeof *in);
  if (!in) return KT_ENOMEM;
  *same = kt_input_open(in, env, path, NULL) != KT_OK || kt_input_is(in, mark);
  kt_input_close(in);
  kt_env_release(env, in, sizeof *in);
  return KT_OK;
}

static kt_status is_renamed(const kt_env *env, const char *path, uint64_t name,
                            const struct stat *target, const kt_marks *marks, int *renamed,
                            kt_error *err) {
  struct stat st;
  *renamed = 0;
  if (kt_sys_stat(path, &st) < 0)
    return errno == ENOENT ? KT_OK
                           : kt_fail_os(err, errno, WHERE, "cannot open %s", kt_error_path(path));
  if (st.st_ino == target->st_ino && st.st_dev == target->st_dev) return KT_OK;
  const kt_mark *mark = kt_marks_find(marks, st.st_dev, st.st_ino);
  if (!mark || mark->name != name || mark->size == (uint64_t)st.st_size) return KT_OK;
  return is_same(env, path, mark, renamed) < 0 ? kt_fail_nomem(err, WHERE) : KT_OK;
}

kt_status kt_paths_find_renamed(kt_paths *out, const kt_env *env, const char *target,
                                const kt_marks *marks, kt_error *err) {
  struct stat st;
  *out = (kt_paths){ .env = env };
  kt_error why;
  if (!marks->count) return KT_OK;
  if (kt_sys_stat(target, &st) < 0)
    return errno == ENOENT ? KT_OK
                           : kt_fail_os(err, errno, WHERE, "cannot open %s", kt_error_path(target));
  if (!S_ISREG(st.st_mode)) return KT_OK;
  const char *slash = strrchr(target, '/');
  size_t n = slash ? (size_t)(slash - target) + 1 : 0;
  char *dir = n ? kt_strndup(env, target, n) : kt_strdup(env, ".");
  if (!dir) return kt_fail_nomem(err, WHERE);
  kt_status r = kt_paths_expand(out, env, dir, 0, &why);
  kt_strfree(env, dir);
  if (r == KT_EIO && why.os_error == EACCES) {
    kt_paths_free(out); /* a folder that lets files be opened and not be listed */
    return KT_OK;
  }
  if (r < 0 && err) *err = why;
  size_t kept = 0;
  for (size_t i = 0; r == KT_OK && i < out->count; i++) {
    int renamed;
    char *path = out->list[i];
    r = is_renamed(env, path, kt_path_hash(target), &st, marks, &renamed, err);
    out->list[i] = out->list[kept];
    out->list[kept] = path;
    kept += r < 0 || renamed;
  }
  if (r < 0) return r;
  for (size_t i = kept; i < out->count; i++) kt_strfree(env, out->list[i]);
  out->count = kept;
  return KT_OK;
}
