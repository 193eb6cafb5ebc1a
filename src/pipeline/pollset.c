/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts wait for, and until when. */
#include "pipeline/pollset.h"

#include "base/alloc.h"
#include "base/sys_wait.h"
#include "pipeline/lane.h"

void kt_pollset_add(kt_pollset *ps, int fd, uint32_t events, uint64_t token) {
  events &= KT_POLL_IN | KT_POLL_OUT;
  if (fd < 0 || !events) return;
  for (size_t i = 0; i < ps->count; i++)
    if (ps->list[i].fd == fd) {
      ps->list[i].events |= events;
      ps->list[i].token ^= token * 31;
      return;
    }
  if (kt_grow(ps->env, &ps->list, &ps->cap, ps->count + 1, sizeof *ps->list)) {
    ps->failed = 1;
    return;
  }
  ps->list[ps->count++] = (kt_watch){ fd, events, token };
}

void kt_pollset_deadline(kt_pollset *ps, int64_t mono_ms) {
  if (mono_ms < ps->deadline) ps->deadline = mono_ms;
}

static void ask(kt_pollset *ps, const kt_slot *s) {
  if (!s->open) return;
  const kt_part_ops *ops = s->ops;
  void (*f)(void *, kt_pollset *) = s->part->kind == KT_PART_SOURCE   ? ops->source.pollset
                                    : s->part->kind == KT_PART_SCORER ? ops->scorer.pollset
                                    : s->part->kind == KT_PART_SINK   ? ops->sink.pollset
                                                                      : NULL;
  if (f) f(s->self, ps);
}

static void clear(kt_pollset *ps) {
  ps->count = 0;
  ps->deadline = INT64_MAX;
  ps->failed = 0;
}

void kt_pollset_ask(kt_pipeline *p, const kt_slot *slot) {
  clear(&p->pollset);
  ask(&p->pollset, slot);
}

void kt_pollset_ask_all(kt_pipeline *p) {
  clear(&p->pollset);
  if (!p->feed.finished) ask(&p->pollset, &p->source);
  ask(&p->pollset, &p->scorer);
  for (size_t i = 0; i <= p->lane_count; i++) ask(&p->pollset, &kt_lane_at(p, i)->sink);
}

int kt_slot_is_ready(kt_pipeline *p, const kt_slot *slot) {
  kt_pollset_ask(p, slot);
  for (size_t i = 0; i < p->pollset.count; i++) {
    const kt_watch *w = &p->pollset.list[i];
    char fd[KT_POLLFD_BYTES];
    kt_sys_pollfd_set(fd, 0, w->fd, w->events);
    if (kt_sys_poll_ms(fd, 1, 0) > 0) return 1;
  }
  return 0;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

int64_t kt_due_in_ms(const kt_pipeline *p) {
  if (!p->opened) return 0;
  /* Without memory for the set the parts are asked again soon rather than never. */
  int64_t parts = p->pollset.failed ? p->now + 10 : kt_engine_time(p, p->pollset.deadline);
  int64_t due = least(parts, p->due), now = kt_env_mono_ms(p->env) - p->skew;
  return due == INT64_MAX ? -1 : due <= now ? 0 : due - now;
}
