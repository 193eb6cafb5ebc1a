/* SPDX-License-Identifier: Apache-2.0 */
#include "io/lockfile.h"

#include <errno.h>

#include "base/sys.h"

enum { TRIES = 16 }; /* each lost race means that another process has just replaced the file */

/* KT_AGAIN: the name went to another file meanwhile. */
static kt_status take(int fd, const char *path, int how, const char **what) {
  struct stat mine, named;
  *what = "lock";
  if (kt_sys_flock(fd, LOCK_EX | LOCK_NB) < 0) {
    if (errno == EWOULDBLOCK) return KT_ESTATE;
    if (!(how & KT_LOCKFILE_OPTIONAL)) return KT_EIO;
  }
  *what = "look at";
  if (kt_sys_fstat(fd, &mine) < 0) return KT_EIO;
  if (kt_sys_stat(path, &named) < 0) return errno == ENOENT ? KT_AGAIN : KT_EIO;
  return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev ? KT_OK : KT_AGAIN;
}

kt_status kt_lockfile_open(const char *path, int flags, unsigned mode, int how, int *fd,
                           const char **what) {
  for (int i = 0; i < TRIES; i++) {
    *what = "open";
    *fd = kt_sys_open(path, O_RDWR | flags, mode);
    if (*fd < 0) return errno == ENOENT && !(flags & O_CREAT) ? KT_OK : KT_EIO;
    kt_status st = take(*fd, path, how, what);
    if (st == KT_OK) return KT_OK;
    int error = errno;
    kt_sys_close(*fd);
    *fd = -1;
    errno = error;
    if (st < 0) return st;
  }
  return KT_ESTATE;
}
