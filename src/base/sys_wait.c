/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sys_wait.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#endif

#include "base/sys.h"

static_assert(sizeof(struct pollfd) == KT_POLLFD_BYTES, "as POSIX systems have it");

void kt_sys_pollfd_set(void *array, size_t i, int fd, uint32_t events) {
  struct pollfd p = { fd, (short)((events & 1 ? POLLIN : 0) | (events & 2 ? POLLOUT : 0)), 0 };
  memcpy((char *)array + i * sizeof p, &p, sizeof p);
}

int kt_sys_poll_ms(void *array, size_t n, int64_t timeout_ms) {
  int ms = timeout_ms < 0 ? -1 : timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
  return kt_sys_poll(array, (unsigned)n, ms);
}

#ifdef __linux__

int kt_sys_wake_open(int fds[2]) {
  fds[0] = fds[1] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return fds[0] < 0 ? -1 : 0;
}

void kt_sys_wake(int fd) {
  int saved = errno;
  uint64_t one = 1;
  ssize_t n;
  do n = write(fd, &one, sizeof one);
  while (n < 0 && errno == EINTR); /* EAGAIN: the counter is full, so it is readable */
  errno = saved;
}

int kt_sys_watch_open(void) {
  return epoll_create1(EPOLL_CLOEXEC);
}

int kt_sys_watch_set(int watch, int fd, uint32_t old_events, uint32_t events) {
  struct epoll_event e = { .events = (events & 1 ? EPOLLIN : 0u) | (events & 2 ? EPOLLOUT : 0u) };
  e.data.fd = fd;
  int op = !events ? EPOLL_CTL_DEL : old_events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  return epoll_ctl(watch, op, fd, &e);
}

int kt_sys_timer_open(void) {
  return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

int kt_sys_timer_set(int timer, int64_t ms) {
  struct itimerspec t = { { 0, 0 }, { 0, 0 } };
  if (ms == 0) t.it_value.tv_nsec = 1; /* zero would disarm it */
  if (ms > 0) {
    t.it_value.tv_sec = (time_t)(ms / 1000);
    t.it_value.tv_nsec = (long)(ms % 1000) * 1000000;
  }
  return timerfd_settime(timer, 0, &t, NULL);
}

#else

int kt_sys_wake_open(int fds[2]) {
  if (pipe(fds) != 0) return -1;
  for (int i = 0; i < 2; i++) {
    fcntl(fds[i], F_SETFL, O_NONBLOCK);
    fcntl(fds[i], F_SETFD, FD_CLOEXEC);
  }
  return 0;
}

void kt_sys_wake(int fd) {
  int saved = errno;
  ssize_t n;
  do n = write(fd, "w", 1);
  while (n < 0 && errno == EINTR);
  errno = saved;
}

static int not_here(void) {
  errno = ENOSYS;
  return -1;
}

int kt_sys_watch_open(void) {
  return not_here();
}
int kt_sys_watch_set(int watch, int fd, uint32_t old_events, uint32_t events) {
  (void)watch, (void)fd, (void)old_events, (void)events;
  return not_here();
}
int kt_sys_timer_open(void) {
  return not_here();
}
int kt_sys_timer_set(int timer, int64_t ms) {
  (void)timer, (void)ms;
  return not_here();
}

#endif

void kt_sys_wake_clear(int fd) {
  char buf[64];
  while (kt_sys_read(fd, buf, sizeof buf) == (ssize_t)sizeof buf) continue;
}

void kt_sys_wake_close(int fds[2]) {
  if (fds[0] >= 0) kt_sys_close(fds[0]);
  if (fds[1] >= 0 && fds[1] != fds[0]) kt_sys_close(fds[1]);
  fds[0] = fds[1] = -1;
}
