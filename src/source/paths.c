/* SPDX-License-Identifier: Apache-2.0 */
#include "source/paths.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/span.h"
#include "base/sys.h"

#define WHERE "source.file"
enum { MAX_DEPTH = 32 }; /* of folders: ends a loop of symbolic links */

typedef struct walk {
  kt_paths *out;
  kt_buf path; /* where we are, without NUL */
  int recursive, depth;
  kt_error *err;
} walk;

static const char *c_path(walk *w) {
  if (kt_buf_putc(&w->path, '\0') < 0) return NULL;
  w->path.len--;
  return w->path.ptr;
}

static kt_status add_file(walk *w) {
  kt_paths *p = w->out;
  if (kt_grow(p->env, &p->list, &p->cap, p->count + 1, sizeof *p->list))
    return kt_fail_nomem(w->err, WHERE);
  char *copy = kt_strndup(p->env, w->path.ptr, w->path.len);
  if (!copy) return kt_fail_nomem(w->err, WHERE);
  p->list[p->count++] = copy;
  return KT_OK;
}

static kt_status walk_dir(walk *w, const char *pattern, const char *rest);
static kt_status walk_glob(walk *w, const char *rest);

/* The path is complete: a file is added, a folder is walked if it is to be. What is neither, or has
 * gone since its folder was read, is passed over; what cannot be looked at is added, so that
 * whoever opens it tells of it. */
static kt_status take(walk *w, int into_folder) {
  struct stat st;
  const char *path = c_path(w);
  if (!path) return kt_fail_nomem(w->err, WHERE);
  if (kt_sys_stat(path, &st) < 0) return errno == ENOENT ? KT_OK : add_file(w);
  if (S_ISREG(st.st_mode)) return add_file(w);
  return S_ISDIR(st.st_mode) && into_folder ? walk_dir(w, NULL, NULL) : KT_OK;
}

static kt_status take_name(walk *w, const char *name, const char *rest) {
  size_t len = w->path.len;
  if (len && w->path.ptr[len - 1] != '/' && kt_buf_putc(&w->path, '/') < 0)
    return kt_fail_nomem(w->err, WHERE);
  if (kt_buf_puts(&w->path, name) < 0) return kt_fail_nomem(w->err, WHERE);
  kt_status st = rest ? walk_glob(w, rest) : take(w, w->recursive);
  kt_buf_truncate(&w->path, len);
  return st;
}

/* Each name in the folder, or those that match; `rest`: the pattern goes on below it. */
static kt_status walk_dir(walk *w, const char *pattern, const char *rest) {
  const char *path = c_path(w), *name;
  if (!path) return kt_fail_nomem(w->err, WHERE);
  if (w->depth >= MAX_DEPTH) return KT_OK;
  void *dir = kt_sys_opendir(*path ? path : ".");
  if (!dir) {
    if ((pattern || w->depth) && (errno == ENOENT || errno == ENOTDIR)) return KT_OK;
    /* One folder of many is like one file of many: told when its turn comes. */
    if (w->depth && errno == EACCES) return add_file(w);
    return kt_fail_os(w->err, errno, WHERE, "cannot read folder %s", kt_error_path(path));
  }
  kt_status st = KT_OK;
  w->depth++;
  while (st == KT_OK && (name = kt_sys_readdir(dir)))
    if (pattern ? kt_glob_match(pattern, name) : *name != '.') st = take_name(w, name, rest);
  if (st == KT_OK && errno)
    st = kt_fail_os(w->err, errno, WHERE, "cannot read folder %s", kt_error_path(c_path(w)));
  w->depth--;
  kt_sys_closedir(dir);
  return st;
}

/* `rest` is what follows w->path: "" or "/part/part...", or the beginning of the pattern. */
static kt_status walk_glob(walk *w, const char *rest) {
  size_t len = w->path.len;
  while (*rest == '/') {
    if (kt_buf_putc(&w->path, '/') < 0) return kt_fail_nomem(w->err, WHERE);
    rest++;
  }
  const char *slash = strchr(rest, '/');
  size_t n = slash ? (size_t)(slash - rest) : strlen(rest);
  char *part = kt_strndup(w->out->env, rest, n);
  if (!part) return kt_fail_nomem(w->err, WHERE);
  kt_status st = KT_OK;
  if (kt_glob_is(part))
    st = walk_dir(w, part, slash);
  else if (kt_buf_puts(&w->path, part) < 0)
    st = kt_fail_nomem(w->err, WHERE);
  else
    st = slash ? walk_glob(w, slash) : take(w, w->recursive);
  kt_strfree(w->out->env, part);
  kt_buf_truncate(&w->path, len);
  return st;
}

/* Heap sort by hand: qsort(3) may allocate with malloc. */
static void sift(char **a, size_t i, size_t n) {
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && strcmp(a[child], a[child + 1]) < 0) child++;
    if (strcmp(a[i], a[child]) >= 0) return;
    char *t = a[i];
    a[i] = a[child];
    a[child] = t;
  }
}

static void sort(char **a, size_t n) {
  for (size_t i = n / 2; i-- > 0;) sift(a, i, n);
  for (size_t end = n; end-- > 1;) {
    char *t = a[0];
    a[0] = a[end];
    a[end] = t;
    sift(a, 0, end);
  }
}

kt_status kt_paths_expand(kt_paths *out, const kt_env *env, const char *target, int recursive,
                          kt_error *err) {
  walk w = { .out = out, .recursive = recursive, .err = err };
  struct stat st;
  kt_status r;
  *out = (kt_paths){ .env = env };
  kt_buf_init(&w.path, env);
  int exists = kt_sys_stat(target, &st) == 0, error = errno;
  if (!exists && kt_glob_is(target)) /* a name with a bracket in it wins over the glob */
    r = walk_glob(&w, target);
  else if (!exists)
    r = kt_fail_os(err, error, WHERE, "cannot open %s", kt_error_path(target));
  else if (kt_buf_puts(&w.path, target) < 0)
    r = kt_fail_nomem(err, WHERE);
  else
    r = S_ISDIR(st.st_mode) ? walk_dir(&w, NULL, NULL) : add_file(&w);
  kt_buf_clear(&w.path);
  if (r == KT_OK) sort(out->list, out->count);
  return r;
}

void kt_paths_free(kt_paths *p) {
  for (size_t i = 0; i < p->count; i++) kt_strfree(p->env, p->list[i]);
  if (p->env) kt_env_release(p->env, p->list, p->cap * sizeof *p->list);
  *p = (kt_paths){ .env = p->env };
}
