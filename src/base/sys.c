/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define RETRY(result, call)                                                                        \
  do (result) = (call);                                                                            \
  while ((result) < 0 && errno == EINTR)

int kt_sys_open(const char *path, int flags, unsigned mode) {
  int fd;
  RETRY(fd, open(path, flags | O_CLOEXEC, (mode_t)mode));
  return fd;
}

/* Not retried: Linux has closed the descriptor even when it says EINTR. */
int kt_sys_close(int fd) {
  return close(fd);
}

ssize_t kt_sys_read(int fd, void *buf, size_t n) {
  ssize_t r;
  RETRY(r, read(fd, buf, n));
  return r;
}

ssize_t kt_sys_pread(int fd, void *buf, size_t n, int64_t offset) {
  ssize_t r;
  RETRY(r, pread(fd, buf, n, (off_t)offset));
  return r;
}

/* SIGPIPE is the program's: it is blocked in this thread only, and one that the write raised is
 * taken back unless it was pending before. */
ssize_t kt_sys_write(int fd, const void *buf, size_t n) {
  sigset_t pipe_set, old, pending;
  ssize_t r;
  sigemptyset(&pipe_set);
  sigaddset(&pipe_set, SIGPIPE);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE) == 1;
  int blocked = !was_pending && pthread_sigmask(SIG_BLOCK, &pipe_set, &old) == 0;
  RETRY(r, write(fd, buf, n));
  int error = errno;
  if (blocked) {
    if (r < 0 && error == EPIPE) {
      const struct timespec none = { 0, 0 };
      int got;
      RETRY(got, sigtimedwait(&pipe_set, NULL, &none));
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
  }
  errno = error;
  return r;
}

int kt_sys_write_all(int fd, const void *buf, size_t n, size_t *done) {
  size_t at = 0;
  int failed = 0;
  while (at < n && !failed) {
    ssize_t r = kt_sys_write(fd, (const char *)buf + at, n - at);
    if (r > 0)
      at += (size_t)r;
    else if (r == 0) {
      errno = EIO;
      failed = 1;
    } else
      failed = 1;
  }
  if (done) *done = at;
  return failed ? -1 : 0;
}

int64_t kt_sys_lseek(int fd, int64_t offset, int whence) {
  return lseek(fd, (off_t)offset, whence);
}

int kt_sys_fsync(int fd) {
  int r;
  RETRY(r, fsync(fd));
  return r;
}

int kt_sys_fdatasync(int fd) {
  int r;
  RETRY(r, fdatasync(fd));
  return r;
}

int kt_sys_ftruncate(int fd, int64_t length) {
  int r;
  RETRY(r, ftruncate(fd, (off_t)length));
  return r;
}

int kt_sys_fstat(int fd, struct stat *st) {
  return fstat(fd, st);
}
int kt_sys_stat(const char *path, struct stat *st) {
  return stat(path, st);
}
int kt_sys_access(const char *path, int mode) {
  return access(path, mode);
}
int kt_sys_rename(const char *from, const char *to) {
  return rename(from, to);
}
int kt_sys_unlink(const char *path) {
  return unlink(path);
}
int kt_sys_mkdir(const char *path, unsigned mode) {
  return mkdir(path, (mode_t)mode);
}
int kt_sys_rmdir(const char *path) {
  return rmdir(path);
}

int kt_sys_sync_parent(const char *path) {
  char dir[4096];
  const char *slash = strrchr(path, '/');
  size_t n = slash ? (size_t)(slash - path) : 0;
  if (n >= sizeof dir) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(dir, path, n);
  dir[n] = '\0';
  int fd = kt_sys_open(!slash ? "." : n ? dir : "/", O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return -1;
  int r = kt_sys_fsync(fd), error = errno;
  kt_sys_close(fd);
  errno = error;
  return r;
}

int kt_sys_flock(int fd, int op) {
  int r;
  RETRY(r, flock(fd, op));
  return r;
}

void *kt_sys_opendir(const char *path) {
  return opendir(path);
}

const char *kt_sys_readdir(void *dir) {
  struct dirent *e;
  errno = 0;
  do e = readdir(dir);
  while (e && (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")));
  return e ? e->d_name : NULL;
}

void kt_sys_closedir(void *dir) {
  closedir(dir);
}

int kt_sys_poll(void *pollfds, unsigned n, int timeout_ms) {
  return poll(pollfds, n, timeout_ms);
}

size_t kt_sys_pipe_room(int fd) {
#if defined(F_GETPIPE_SZ) && defined(FIONREAD)
  int held, size;
  if (ioctl(fd, FIONREAD, &held) == 0 && held == 0 && (size = fcntl(fd, F_GETPIPE_SZ)) > 0)
    return (size_t)size;
#else
  (void)fd;
#endif
  return 0;
}

const void *kt_sys_map(int fd, size_t n) {
  void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
  return p == MAP_FAILED ? NULL : p;
}

void kt_sys_unmap(const void *p, size_t n) {
  munmap((void *)(uintptr_t)p, n);
}

int64_t kt_sys_pid(void) {
  return getpid();
}
