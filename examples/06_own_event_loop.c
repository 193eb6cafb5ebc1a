/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline inside the program's own epoll loop, beside its other descriptors: no thread, no
 * waiting inside the library.   own_event_loop SOURCE SINK */
#define _POSIX_C_SOURCE 200809L /* clock and descriptors, also with -std=c11 */
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <kappatweet/kappatweet.h>

/* Something else that the program does: a timer that ticks every 10 ms. */
static int add_ticker(int loop) {
  struct itimerspec every = { { 0, 10000000 }, { 0, 10000000 } };
  struct epoll_event event = { .events = EPOLLIN };
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  event.data.fd = fd;
  timerfd_settime(fd, 0, &every, NULL);
  epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
  return fd;
}

static kt_status loop_until_end(kt_pipeline *p, kt_error *err) {
  int loop = epoll_create1(EPOLL_CLOEXEC), ticker = add_ticker(loop), fd = kt_pipeline_fd(p);
  struct epoll_event event = { .events = EPOLLIN, .data = { .fd = fd } };
  unsigned long ticks = 0;
  kt_status st;
  epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
  while ((st = kt_pipeline_step(p, err)) == KT_OK || st == KT_AGAIN) {
    struct epoll_event ready[2];
    int n = epoll_wait(loop, ready, 2, st == KT_OK ? 0 : -1);
    for (int i = 0; i < n; i++) {
      uint64_t count;
      if (ready[i].data.fd == ticker && read(ticker, &count, sizeof count) == sizeof count)
        ticks += count;
    }
  }
  fprintf(stderr, "ended after %lu ticks\n", ticks);
  close(ticker);
  close(loop);
  return st;
}

int main(int argc, char **argv) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_error err = { 0 };
  if (argc != 3) {
    fprintf(stderr, "usage: %s SOURCE SINK\n", argv[0]);
    return 2;
  }
  kt_status st = kt_env_new(NULL, &env, &err);
  if (st == KT_OK) st = kt_parts_new(env, &parts, &err);
  if (st == KT_OK) st = kt_pipeline_new(parts, &p, &err);
  if (st == KT_OK) st = kt_pipeline_set_source(p, argv[1], &err);
  if (st == KT_OK) st = kt_pipeline_add_sink(p, argv[2], &err);
  if (st == KT_OK) st = kt_pipeline_set_dead_letter(p, "null:", &err);
  if (st == KT_OK) st = loop_until_end(p, &err);
  if (st < 0) fprintf(stderr, "%s: %s\n", err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  return st < 0;
}
