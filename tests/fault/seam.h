/* SPDX-License-Identifier: Apache-2.0 */
/* The seam between the library and the system, for tests: each call that src/base/sys.c and
 * sys_wait.c make (and each of SQLite's, through a file system of its own that stands before the
 * default one) is counted, may be told to fail at its nth time, and is noted by the disk of disk.h.
 *
 * It is made by the linker (--wrap, see meson.build): the library's own objects are linked as they
 * are. Calls of the test itself go through it too, so it is armed only while the library runs. */
#ifndef KT_TESTS_SEAM_H
#define KT_TESTS_SEAM_H

#include <stdint.h>

#include "../unit/unit.h"

typedef enum seam_call {
  SEAM_OPEN,
  SEAM_CLOSE,
  SEAM_READ,
  SEAM_PREAD,
  SEAM_WRITE,
  SEAM_LSEEK,
  SEAM_FSYNC,
  SEAM_FDATASYNC,
  SEAM_FTRUNCATE,
  SEAM_FSTAT,
  SEAM_STAT,
  SEAM_ACCESS,
  SEAM_RENAME,
  SEAM_UNLINK,
  SEAM_MKDIR,
  SEAM_RMDIR,
  SEAM_FLOCK,
  SEAM_OPENDIR,
  SEAM_READDIR,
  SEAM_POLL,
  SEAM_EVENTFD,
  SEAM_EPOLL_CREATE,
  SEAM_EPOLL_CTL,
  SEAM_TIMERFD_CREATE,
  SEAM_TIMERFD_SETTIME,
  SEAM_SQL_OPEN,
  SEAM_SQL_READ,
  SEAM_SQL_WRITE,
  SEAM_SQL_TRUNCATE,
  SEAM_SQL_SYNC,
  SEAM_SQL_FILESIZE,
  SEAM_SQL_LOCK,
  SEAM_SQL_DELETE,
  SEAM_SQL_ACCESS,
  SEAM_SQL_SHMMAP,
  SEAM_SQL_SHMLOCK,
  SEAM_CALLS
} seam_call;

/* Beside errno (or a result code of SQLite): half of it is read or written, and nothing fails; half
 * of it is written before ENOSPC. */
enum { SEAM_SHORT = -1, SEAM_TORN = -2 };

/* Beside the one use: */
typedef enum seam_scope {
  SEAM_ONCE,
  SEAM_FOR_GOOD, /* all later uses of the same call */
  SEAM_AND_NEXT, /* the next call of any kind that would change the disk: what takes a failure back
                  */
  SEAM_DISK,     /* all later ones that would */
  SEAM_SCOPES
} seam_scope;

const char *seam_scope_name(seam_scope scope);
const char *seam_name(seam_call call);
/* How it may fail; the list ends with 0. */
const int *seam_errors(seam_call call);
/* "EIO", "SQLITE_FULL", "short" */
const char *seam_error_name(seam_call call, int error);

/* From here on calls are counted. The clock is moved on by a poll() that has nothing to give. */
void seam_watch(test_clock *clock);
/* As seam_watch(), and (until it was waited for hundreds of times) the nth use of the call (from 1)
 * fails; `scope` says what more. */
void seam_arm(test_clock *clock, seam_call call, unsigned nth, int error, seam_scope scope);
void seam_lift(void); /* the fault; calls are still counted */
void seam_off(void);
void seam_pause(int paused); /* while the test does something itself */
int seam_changes_disk(seam_call call);
unsigned seam_count(seam_call call);
unsigned seam_injected(void); /* faults since the program began */

/* For the stand-ins: the error that this use shall give, 0 = none. */
int seam_fault(seam_call call);

/* Makes the file system that stands before SQLite's default one the default. */
void seam_take_sqlite(void);

#endif
