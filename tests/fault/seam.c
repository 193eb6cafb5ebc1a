/* SPDX-License-Identifier: Apache-2.0 */
#include "seam.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "disk.h"

static struct {
  int on;
  test_clock *clock;
  unsigned counts[SEAM_CALLS];
  seam_call call;
  unsigned nth, injected;
  int error;
  seam_scope scope;
  int came; /* the nth use has been */
  unsigned polls;
} seam;
enum { POLLS_WITH_FAULT = 200 };

int seam_changes_disk(seam_call call) {
  static const seam_call all[] = { SEAM_WRITE,        SEAM_FSYNC,    SEAM_FDATASYNC,
                                   SEAM_FTRUNCATE,    SEAM_RENAME,   SEAM_UNLINK,
                                   SEAM_MKDIR,        SEAM_RMDIR,    SEAM_SQL_WRITE,
                                   SEAM_SQL_TRUNCATE, SEAM_SQL_SYNC, SEAM_SQL_DELETE };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i] == call) return 1;
  return 0;
}

int seam_fault(seam_call call) {
  if (!seam.on) return 0;
  unsigned n = ++seam.counts[call];
  if (!seam.error) return 0;
  if (call == seam.call && (n == seam.nth || (n > seam.nth && seam.scope == SEAM_FOR_GOOD))) {
    seam.came = 1;
    seam.injected++;
    return seam.error;
  }
  if (!seam.came || seam.scope < SEAM_AND_NEXT || !seam_changes_disk(call)) return 0;
  if (seam.scope == SEAM_AND_NEXT) seam.error = 0;
  seam.injected++;
  return call >= SEAM_SQL_OPEN ? SQLITE_IOERR : EIO;
}

void seam_watch(test_clock *clock) {
  seam.on = 1;
  seam.clock = clock;
  seam.error = 0;
  seam.polls = 0;
  memset(seam.counts, 0, sizeof seam.counts);
}

void seam_arm(test_clock *clock, seam_call call, unsigned nth, int error, seam_scope scope) {
  seam_watch(clock);
  seam.call = call;
  seam.nth = nth;
  seam.error = error;
  seam.scope = scope;
  seam.came = 0;
}

void seam_lift(void) {
  seam.error = 0;
}

void seam_off(void) {
  seam.on = 0;
}

void seam_pause(int paused) {
  static int before;
  if (paused) before = seam.on;
  seam.on = paused ? 0 : before;
}

unsigned seam_count(seam_call call) {
  return seam.counts[call];
}

unsigned seam_injected(void) {
  return seam.injected;
}

/* 1: this use fails, with errno set. What is to be short does not fail. */
static int fails(seam_call call) {
  int error = seam_fault(call);
  if (error > 0) errno = error;
  return error > 0;
}

#define REAL(type, name, args)                                                                     \
  type __real_##name args;                                                                         \
  type __wrap_##name args;                                                                         \
  type __wrap_##name args

off_t __real_lseek64(int fd, off_t offset, int whence);
int __real_stat64(const char *path, struct stat *st);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...) {
  unsigned mode = 0;
  struct stat st;
  if (flags & O_CREAT) {
    va_list ap;
    va_start(ap, flags);
    mode = va_arg(ap, unsigned);
    va_end(ap);
  }
  if (fails(SEAM_OPEN)) return -1;
  int made = seam.on && flags & O_CREAT && __real_stat64(path, &st) != 0;
  int fd = __real_open64(path, flags, mode);
  if (seam.on && fd >= 0) disk_note_open(path, fd, made);
  return fd;
}

/* The descriptor is closed all the same, as Linux does it. */
REAL(int, close, (int fd)) {
  int error = seam_fault(SEAM_CLOSE);
  if (seam.on) disk_note_close(fd);
  int r = __real_close(fd);
  if (error <= 0) return r;
  errno = error;
  return -1;
}

static size_t shorter(size_t n) {
  return n > 1 ? n / 2 : n;
}

REAL(ssize_t, read, (int fd, void *buf, size_t n)) {
  int error = seam_fault(SEAM_READ);
  if (error > 0) errno = error;
  return error > 0 ? -1 : __real_read(fd, buf, error == SEAM_SHORT ? shorter(n) : n);
}

REAL(ssize_t, pread64, (int fd, void *buf, size_t n, off_t offset)) {
  int error = seam_fault(SEAM_PREAD);
  if (error > 0) errno = error;
  return error > 0 ? -1 : __real_pread64(fd, buf, error == SEAM_SHORT ? shorter(n) : n, offset);
}

REAL(ssize_t, write, (int fd, const void *buf, size_t n)) {
  int error = seam_fault(SEAM_WRITE);
  if (error > 0) {
    errno = error;
    return -1;
  }
  ssize_t r = __real_write(fd, buf, error ? shorter(n) : n);
  if (seam.on && r > 0) disk_note_write(fd, buf, (size_t)r, __real_lseek64(fd, 0, SEEK_CUR) - r);
  if (error != SEAM_TORN) return r;
  seam.error = ENOSPC; /* and the rest of it finds no room */
  if (seam.scope != SEAM_FOR_GOOD) seam.nth++;
  return r;
}

REAL(off_t, lseek64, (int fd, off_t offset, int whence)) {
  return fails(SEAM_LSEEK) ? -1 : __real_lseek64(fd, offset, whence);
}

/* Nobody pulls the plug but disk.h, so that no real disk need be waited for. */
REAL(int, fsync, (int fd)) {
  int failed = fails(SEAM_FSYNC), error = errno;
  if (!seam.on) return __real_fsync(fd);
  if (!failed || error != EINTR) disk_note_sync(fd, failed);
  errno = error;
  return failed ? -1 : 0;
}

REAL(int, fdatasync, (int fd)) {
  int failed = fails(SEAM_FDATASYNC), error = errno;
  if (!seam.on) return __real_fdatasync(fd);
  if (!failed || error != EINTR) disk_note_sync(fd, failed);
  errno = error;
  return failed ? -1 : 0;
}

REAL(int, ftruncate64, (int fd, off_t length)) {
  if (fails(SEAM_FTRUNCATE)) return -1;
  int r = __real_ftruncate64(fd, length);
  if (seam.on && r == 0) disk_note_truncate(fd, length);
  return r;
}

REAL(int, fstat64, (int fd, struct stat *st)) {
  return fails(SEAM_FSTAT) ? -1 : __real_fstat64(fd, st);
}

REAL(int, stat64, (const char *path, struct stat *st)) {
  return fails(SEAM_STAT) ? -1 : __real_stat64(path, st);
}

REAL(int, access, (const char *path, int mode)) {
  return fails(SEAM_ACCESS) ? -1 : __real_access(path, mode);
}

REAL(int, rename, (const char *from, const char *to)) {
  if (fails(SEAM_RENAME)) return -1;
  int r = __real_rename(from, to);
  if (seam.on && r == 0) disk_note_rename(from, to);
  return r;
}

REAL(int, unlink, (const char *path)) {
  if (fails(SEAM_UNLINK)) return -1;
  int r = __real_unlink(path);
  if (seam.on && r == 0) disk_note_remove(path);
  return r;
}

REAL(int, mkdir, (const char *path, mode_t mode)) {
  if (fails(SEAM_MKDIR)) return -1;
  int r = __real_mkdir(path, mode);
  if (seam.on && r == 0) disk_note_mkdir(path);
  return r;
}

REAL(int, rmdir, (const char *path)) {
  if (fails(SEAM_RMDIR)) return -1;
  int r = __real_rmdir(path);
  if (seam.on && r == 0) disk_note_remove(path);
  return r;
}

REAL(int, flock, (int fd, int op)) {
  return fails(SEAM_FLOCK) ? -1 : __real_flock(fd, op);
}

REAL(DIR *, opendir, (const char *path)) {
  return fails(SEAM_OPENDIR) ? NULL : __real_opendir(path);
}

REAL(struct dirent *, readdir64, (DIR * dir)) {
  return fails(SEAM_READDIR) ? NULL : __real_readdir64(dir);
}

REAL(int, poll, (struct pollfd * fds, nfds_t n, int timeout)) {
  if (!seam.on) return __real_poll(fds, n, timeout);
  int failed = fails(SEAM_POLL), error = errno;
  int r = failed ? -1 : __real_poll(fds, n, 0);
  if (r == 0 && timeout < 0) {
    fprintf(stderr, "the library waits for ever\n");
    abort();
  }
  if (++seam.polls == POLLS_WITH_FAULT) seam_lift(); /* what is waited for comes at last */
  int64_t passed = failed ? 1 : r ? 0 : timeout;
  if (seam.clock) seam.clock->mono_ms += passed;
  if (seam.clock) seam.clock->wall_us += passed * 1000;
  errno = error;
  return r;
}

REAL(int, eventfd, (unsigned initial, int flags)) {
  return fails(SEAM_EVENTFD) ? -1 : __real_eventfd(initial, flags);
}

REAL(int, epoll_create1, (int flags)) {
  return fails(SEAM_EPOLL_CREATE) ? -1 : __real_epoll_create1(flags);
}

REAL(int, epoll_ctl, (int watch, int op, int fd, struct epoll_event *e)) {
  return fails(SEAM_EPOLL_CTL) ? -1 : __real_epoll_ctl(watch, op, fd, e);
}

REAL(int, timerfd_create, (int clock, int flags)) {
  return fails(SEAM_TIMERFD_CREATE) ? -1 : __real_timerfd_create(clock, flags);
}

REAL(int, timerfd_settime,
     (int fd, int flags, const struct itimerspec *new, struct itimerspec *old)) {
  return fails(SEAM_TIMERFD_SETTIME) ? -1 : __real_timerfd_settime(fd, flags, new, old);
}
