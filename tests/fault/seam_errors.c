/* SPDX-License-Identifier: Apache-2.0 */
/* Which call may fail how: what POSIX and Linux name for it and the library may meet. */
#include <errno.h>
#include <sqlite3.h>

#include "seam.h"

enum { MOST = 6 };

static const struct {
  const char *name;
  int errors[MOST];
} calls[SEAM_CALLS] = {
  [SEAM_OPEN] = { "open", { EMFILE, EACCES, EIO, ENOSPC, EINTR } },
  [SEAM_CLOSE] = { "close", { EIO, EINTR } },
  [SEAM_READ] = { "read", { EIO, EINTR, SEAM_SHORT } },
  [SEAM_PREAD] = { "pread", { EIO, EINTR, SEAM_SHORT } },
  [SEAM_WRITE] = { "write", { EIO, ENOSPC, EINTR, SEAM_SHORT, SEAM_TORN } },
  [SEAM_LSEEK] = { "lseek", { EIO } },
  [SEAM_FSYNC] = { "fsync", { EIO, ENOSPC, EINTR } },
  [SEAM_FDATASYNC] = { "fdatasync", { EIO, ENOSPC, EINTR } },
  [SEAM_FTRUNCATE] = { "ftruncate", { EIO, EACCES, EINTR } },
  [SEAM_FSTAT] = { "fstat", { EIO } },
  [SEAM_STAT] = { "stat", { EIO, EACCES } },
  [SEAM_ACCESS] = { "access", { EIO, EACCES } },
  [SEAM_RENAME] = { "rename", { EIO, EACCES, ENOSPC } },
  [SEAM_UNLINK] = { "unlink", { EIO, EACCES } },
  [SEAM_MKDIR] = { "mkdir", { EIO, EACCES, ENOSPC } },
  [SEAM_RMDIR] = { "rmdir", { EIO, EACCES } },
  [SEAM_FLOCK] = { "flock", { EWOULDBLOCK, ENOLCK, EIO, EINTR } },
  [SEAM_OPENDIR] = { "opendir", { EMFILE, EACCES, EIO } },
  [SEAM_READDIR] = { "readdir", { EIO } },
  [SEAM_POLL] = { "poll", { EINTR, ENOMEM } },
  [SEAM_EVENTFD] = { "eventfd", { EMFILE } },
  [SEAM_EPOLL_CREATE] = { "epoll_create1", { EMFILE } },
  [SEAM_EPOLL_CTL] = { "epoll_ctl", { ENOSPC } },
  [SEAM_TIMERFD_CREATE] = { "timerfd_create", { EMFILE } },
  [SEAM_TIMERFD_SETTIME] = { "timerfd_settime", { EIO } },
  [SEAM_SQL_OPEN] = { "xOpen", { SQLITE_CANTOPEN } },
  [SEAM_SQL_READ] = { "xRead", { SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ } },
  [SEAM_SQL_WRITE] = { "xWrite", { SQLITE_IOERR_WRITE, SQLITE_FULL, SEAM_TORN } },
  [SEAM_SQL_TRUNCATE] = { "xTruncate", { SQLITE_IOERR_TRUNCATE } },
  [SEAM_SQL_SYNC] = { "xSync", { SQLITE_IOERR_FSYNC } },
  [SEAM_SQL_FILESIZE] = { "xFileSize", { SQLITE_IOERR_FSTAT } },
  [SEAM_SQL_LOCK] = { "xLock", { SQLITE_BUSY, SQLITE_IOERR_LOCK } },
  [SEAM_SQL_DELETE] = { "xDelete", { SQLITE_IOERR_DELETE } },
  [SEAM_SQL_ACCESS] = { "xAccess", { SQLITE_IOERR_ACCESS } },
  [SEAM_SQL_SHMMAP] = { "xShmMap", { SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMSIZE } },
  [SEAM_SQL_SHMLOCK] = { "xShmLock", { SQLITE_BUSY, SQLITE_IOERR_SHMLOCK } },
};

const char *seam_scope_name(seam_scope scope) {
  static const char *const names[] = { "once", "from there on", "and what comes next",
                                       "and the disk from there on" };
  return names[scope];
}

const char *seam_name(seam_call call) {
  return calls[call].name;
}

const int *seam_errors(seam_call call) {
  return calls[call].errors;
}

const char *seam_error_name(seam_call call, int error) {
  if (error == SEAM_SHORT) return "short";
  if (error == SEAM_TORN) return "half, then no room";
  return call >= SEAM_SQL_OPEN ? sqlite3_errstr(error) : strerrorname_np(error);
}
