/* SPDX-License-Identifier: Apache-2.0 */
#include "io/disk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sys.h"

kt_status kt_disk_fail(const char *where, const char *what, const char *path, kt_error *err) {
  int e = errno;
  int passes = e == ENOSPC || e == EDQUOT || e == EFBIG || e == EMFILE || e == ENFILE ||
               e == ENOMEM || e == EAGAIN || e == EINTR;
  kt_status st = kt_fail_os(err, e, where, "cannot %s %.120s", what, path);
  if (err) err->flags |= passes ? KT_ERR_RETRYABLE : KT_ERR_FATAL;
  return st;
}

kt_status kt_disk_check(const kt_env *env, const char *path, const char *where, kt_error *err) {
  struct stat st;
  size_t n = strlen(path);
  char *dir = kt_strndup(env, path, n);
  if (!dir) return kt_fail_nomem(err, where);
  int error = ENOENT;
  for (char *slash; error == ENOENT && (slash = strrchr(dir, '/')) && slash != dir;) {
    *slash = '\0';
    error = kt_sys_stat(dir, &st) ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
  }
  if (error == ENOENT) {
    memcpy(dir, *path == '/' ? "/" : ".", n ? 2 : 1);
    error = 0;
  }
  if (!error && kt_sys_access(dir, W_OK | X_OK)) error = errno;
  kt_env_release(env, dir, n + 1);
  errno = error;
  return error ? kt_disk_fail(where, "open", path, err) : KT_OK;
}
