/* SPDX-License-Identifier: Apache-2.0 */
/* For the owner's own event loop: one descriptor, or all of them and a time-out. */
#include "pipeline/fd.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/sys.h"
#include "base/sys_wait.h"
#include "pipeline/pollset.h"

static const kt_watch *find(const kt_watch *list, size_t n, int fd) {
  for (size_t i = 0; i < n; i++)
    if (list[i].fd == fd) return &list[i];
  return NULL;
}

/* A number that was closed and opened again is another descriptor: the kernel has forgotten it. */
static void forget_gone(kt_pipeline *p) {
  size_t n = 0;
  for (size_t i = 0; i < p->watched_count; i++) {
    const kt_watch *w = &p->watched[i];
    const kt_watch *now = find(p->pollset.list, p->pollset.count, w->fd);
    if (now && now->token == w->token)
      p->watched[n++] = *w;
    else
      kt_sys_watch_set(p->watch_fd, w->fd, w->events, 0);
  }
  p->watched_count = n;
}

/* 0: watched; 1: always ready (a regular file), or it cannot be watched now. */
static int watch(kt_pipeline *p, const kt_watch *w) {
  kt_watch *known = (kt_watch *)find(p->watched, p->watched_count, w->fd);
  if (known && known->events == w->events) return 0;
  if (!known &&
      kt_grow(p->env, &p->watched, &p->watched_cap, p->watched_count + 1, sizeof *p->watched))
    return 1;
  if (kt_sys_watch_set(p->watch_fd, w->fd, known ? known->events : 0, w->events) < 0 &&
      (errno != EEXIST || kt_sys_watch_set(p->watch_fd, w->fd, w->events, w->events) < 0))
    return 1;
  if (known)
    *known = *w;
  else
    p->watched[p->watched_count++] = *w;
  return 0;
}

void kt_watch_sync(kt_pipeline *p) {
  if (p->watch_fd < 0) return;
  int now = p->pollset.failed;
  if (p->result) p->pollset.count = 0;
  forget_gone(p);
  for (size_t i = 0; i < p->pollset.count; i++) now |= watch(p, &p->pollset.list[i]);
  kt_sys_timer_set(p->timer_fd, now || p->result ? 0 : kt_due_in_ms(p));
}

void kt_watch_close(kt_pipeline *p) {
  if (p->timer_fd >= 0) kt_sys_close(p->timer_fd);
  if (p->watch_fd >= 0) kt_sys_close(p->watch_fd);
  p->timer_fd = p->watch_fd = -1;
  kt_env_release(p->env, p->watched, p->watched_cap * sizeof *p->watched);
  kt_env_release(p->env, p->pollset.list, p->pollset.cap * sizeof *p->pollset.list);
}

int kt_pipeline_fd(kt_pipeline *p) {
  if (p->watch_fd >= 0) return p->watch_fd;
  p->watch_fd = kt_sys_watch_open();
  p->timer_fd = p->watch_fd < 0 ? -1 : kt_sys_timer_open();
  if (p->timer_fd >= 0 && kt_sys_watch_set(p->watch_fd, p->timer_fd, 0, KT_POLL_IN) == 0 &&
      kt_sys_watch_set(p->watch_fd, p->wake[0], 0, KT_POLL_IN) == 0) {
    kt_watch_sync(p);
    return p->watch_fd;
  }
  if (p->timer_fd >= 0) kt_sys_close(p->timer_fd);
  if (p->watch_fd >= 0) kt_sys_close(p->watch_fd);
  p->timer_fd = p->watch_fd = -1;
  return -1;
}

size_t kt_pipeline_pollfds(kt_pipeline *p, kt_pollfd *out, size_t cap) {
  size_t n = 0;
  if (n < cap) out[n] = (kt_pollfd){ p->wake[0], KT_POLL_IN, 0 };
  n++;
  for (size_t i = 0; i < p->pollset.count; i++, n++) {
    const kt_watch *w = &p->pollset.list[i];
    if (n < cap) out[n] = (kt_pollfd){ w->fd, w->events, w->token };
  }
  return n;
}

int64_t kt_pipeline_timeout_ms(kt_pipeline *p) {
  return p->result ? 0 : kt_due_in_ms(p);
}
