/* SPDX-License-Identifier: Apache-2.0 */
/* The stand-in is a sink like any other: the lane does not know the difference. What it is told
 * while a job runs is kept for the next one; the sink sees the calls in the order in which the lane
 * made them. */
#include "pipeline/offload.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/sys_wait.h"
#include "pipeline/event.h"
#include "pipeline/workers.h"

enum { FLUSH_AGAIN_MS = 1000, NOMEM_AGAIN_MS = 10 };

typedef struct deliveries {
  kt_delivery **list;
  size_t count, cap;
} deliveries;

struct kt_offload {
  kt_pipeline *p;
  kt_env *env;
  const kt_lane *lane;
  const kt_sink_ops *ops;
  void *inner;
  kt_event event;
  int busy;         /* a job is with the workers: what is below `job` is theirs */
  uint64_t settled; /* deliveries of the lane when the last job was given */

  deliveries waiting;
  int flush;
  int64_t flush_not_before, watermark_ms, mono_ms;
  kt_status told; /* of the last job, to be told by step */
  kt_error error;

  struct {
    deliveries given;
    size_t done; /* of them the sink has taken or refused for good */
    int step, flush;
    int64_t watermark_ms, mono_ms;
    kt_status status;
    kt_error error;
    kt_pollset pollset; /* of the sink when the job ended */
  } job;
};

static void fail(kt_offload *o, kt_status st, const kt_error *why) {
  if (o->job.status < 0) return; /* the first one says most */
  o->job.status = st;
  o->job.error = *why;
}

/* 0: the sink is full. */
static int submit_one(kt_offload *o, kt_delivery *d) {
  KT_POINT("offload.submit");
  kt_error why = { 0 };
  kt_status st = o->ops->submit(o->inner, d, &why);
  if (st == KT_AGAIN) return 0;
  if (st == KT_OK || atomic_load(&d->state) != KT_DELIVERY_HELD) return 1;
  if (!why.code) kt_error_set(&why, st, 0, "pipeline.lane", "submit failed");
  kt_delivery_done(d, KT_RETRY, &why);
  return 1;
}

static void ask(kt_offload *o) {
  o->job.pollset.count = 0;
  o->job.pollset.deadline = INT64_MAX;
  o->job.pollset.failed = 0;
  if (o->ops->pollset) o->ops->pollset(o->inner, &o->job.pollset);
}

void kt_offload_run(kt_offload *o) {
  kt_error why = { 0 };
  kt_status st;
  if (o->job.step && o->ops->step && (st = o->ops->step(o->inner, o->job.mono_ms, &why)) < 0)
    fail(o, st, &why);
  while (o->job.done < o->job.given.count && submit_one(o, o->job.given.list[o->job.done]))
    o->job.done++;
  int all = o->job.done == o->job.given.count;
  if (all && o->job.watermark_ms != KT_UNKNOWN) {
    if (o->ops->watermark) o->ops->watermark(o->inner, o->job.watermark_ms);
    o->job.watermark_ms = KT_UNKNOWN;
  }
  if (o->job.flush) { /* with a rest too: it may be what makes room; the rest has its own later */
    why = (kt_error){ 0 };
    KT_POINT("offload.flush");
    st = o->ops->flush ? o->ops->flush(o->inner, &why) : KT_OK;
    if (st < 0) fail(o, st, &why);
    o->job.flush = st < 0 || !all;
  }
  ask(o);
}

/* What the sink did not take goes before what came since. KT_ENOMEM: later. */
static kt_status take_waiting(kt_offload *o) {
  deliveries *given = &o->job.given;
  size_t left = given->count - o->job.done;
  if (o->job.done) memmove(given->list, given->list + o->job.done, left * sizeof *given->list);
  given->count = left;
  o->job.done = 0;
  if (kt_grow(o->env, &given->list, &given->cap, left + o->waiting.count, sizeof *given->list))
    return KT_ENOMEM;
  if (o->waiting.count)
    memcpy(given->list + left, o->waiting.list, o->waiting.count * sizeof *given->list);
  given->count += o->waiting.count;
  o->waiting.count = 0;
  return KT_OK;
}

static size_t left_over(const kt_offload *o) {
  return o->job.given.count - o->job.done;
}

/* As the lane does with a sink of its own. */
static void check_full(kt_offload *o) {
  size_t mine = left_over(o) + o->waiting.count;
  if (!left_over(o) || o->job.status < 0 || o->lane->flying > mine) return;
  if (o->job.pollset.count || o->job.pollset.deadline != INT64_MAX) return;
  if (o->settled != o->lane->settled) return;
  o->told = kt_fail(&o->error, KT_ESTATE, KT_ERR_FATAL, "pipeline.lane",
                    "the sink says it is full but holds nothing and waits for nothing");
}

static void settle(kt_offload *o) {
  KT_POINT("offload.settle");
  o->busy = 0;
  if (o->job.status < 0) {
    o->told = o->job.status;
    o->error = o->job.error;
  }
  if (o->job.flush && o->job.status < 0) {
    o->job.flush = 0;
    o->flush = 1;
    o->flush_not_before = o->mono_ms + FLUSH_AGAIN_MS;
  }
}

static void give(kt_offload *o, int step) {
  if (o->busy || take_waiting(o) < 0) return;
  o->job.step = step;
  o->job.mono_ms = o->mono_ms;
  o->job.status = KT_OK;
  if (o->watermark_ms != KT_UNKNOWN) o->job.watermark_ms = o->watermark_ms;
  o->watermark_ms = KT_UNKNOWN;
  o->job.flush |= o->flush && o->mono_ms >= o->flush_not_before;
  if (o->job.flush) o->flush = 0;
  o->settled = o->lane->settled;
  o->busy = 1;
  o->event = (kt_event){ NULL, KT_EVENT_OFFLOAD, o };
  KT_POINT("offload.give");
  if (o->p->workers) {
    kt_work_post(o->p, &o->event);
  } else { /* the pipeline is being closed */
    kt_offload_run(o);
    settle(o);
  }
}

/* What was done since may have made room. */
static int has_room(const kt_offload *o) {
  return left_over(o) && o->settled != o->lane->settled;
}

static int has_news(const kt_offload *o) {
  return o->waiting.count || o->watermark_ms != KT_UNKNOWN || has_room(o) ||
         (o->flush && o->mono_ms >= o->flush_not_before);
}

void kt_offload_settle(kt_offload *o) {
  settle(o);
  check_full(o);
  if (has_news(o)) give(o, 0);
}

static kt_status offload_submit(void *self, kt_delivery *d, kt_error *err) {
  kt_offload *o = self;
  deliveries *w = &o->waiting;
  if (kt_grow(o->env, &w->list, &w->cap, w->count + 1, sizeof *w->list))
    return kt_fail_nomem(err, "pipeline.lane");
  w->list[w->count++] = d;
  give(o, 0);
  return KT_OK;
}

/* A descriptor of the sink is: without this each end of a job would begin another. */
static int is_ready(const kt_offload *o) {
  for (size_t i = 0; i < o->job.pollset.count; i++) {
    const kt_watch *w = &o->job.pollset.list[i];
    char fd[KT_POLLFD_BYTES];
    kt_sys_pollfd_set(fd, 0, w->fd, w->events);
    if (kt_sys_poll_ms(fd, 1, 0) > 0) return 1;
  }
  return 0;
}

static kt_status offload_step(void *self, int64_t mono_ms, kt_error *err) {
  kt_offload *o = self;
  kt_status told = o->told;
  o->mono_ms = mono_ms;
  o->told = KT_OK;
  if (!o->busy && (has_news(o) || is_ready(o) || o->job.pollset.deadline <= mono_ms)) give(o, 1);
  if (told < 0 && err) *err = o->error;
  return told < 0 ? told : KT_OK;
}

static void offload_pollset(void *self, kt_pollset *ps) {
  const kt_offload *o = self;
  if (o->busy) return; /* the end of the job wakes the pipeline */
  for (size_t i = 0; i < o->job.pollset.count; i++) {
    const kt_watch *w = &o->job.pollset.list[i];
    kt_pollset_add(ps, w->fd, w->events, w->token);
  }
  if (o->job.pollset.deadline != INT64_MAX) kt_pollset_deadline(ps, o->job.pollset.deadline);
  if (o->waiting.count) { /* there was no memory to give it */
    kt_pollset_deadline(ps, o->mono_ms + NOMEM_AGAIN_MS);
    return;
  }
  if (o->flush) kt_pollset_deadline(ps, o->flush_not_before);
  if (has_room(o)) kt_pollset_deadline(ps, o->mono_ms);
}

static kt_status offload_flush(void *self, kt_error *err) {
  kt_offload *o = self;
  (void)err;
  o->flush = 1;
  o->flush_not_before = o->mono_ms;
  give(o, 0);
  return KT_OK;
}

static void offload_watermark(void *self, int64_t event_ms) {
  kt_offload *o = self;
  o->watermark_ms = event_ms;
  give(o, 0);
}

/* While a job runs there is nobody to ask; the delivery is completed all the same. */
static void offload_cancel(void *self, kt_delivery *d) {
  kt_offload *o = self;
  if (!o->busy && o->ops->cancel) o->ops->cancel(o->inner, d);
}

static void give_back(const deliveries *list, size_t from) {
  kt_error why;
  kt_error_set(&why, KT_ECANCELED, KT_ERR_RETRYABLE, "pipeline.lane", "the pipeline was closed");
  for (size_t i = from; i < list->count; i++)
    if (atomic_load(&list->list[i]->state) == KT_DELIVERY_HELD)
      kt_delivery_done(list->list[i], KT_RETRY, &why);
}

static void release(kt_offload *o) {
  kt_env_release(o->env, o->waiting.list, o->waiting.cap * sizeof *o->waiting.list);
  kt_env_release(o->env, o->job.given.list, o->job.given.cap * sizeof *o->job.given.list);
  kt_env_release(o->env, o->job.pollset.list, o->job.pollset.cap * sizeof *o->job.pollset.list);
  kt_env_release(o->env, o, sizeof *o);
}

/* The workers have been joined. */
static void offload_close(void *self) {
  kt_offload *o = self;
  kt_event_forget(o->p, &o->event);
  int all = o->job.done == o->job.given.count && !o->waiting.count;
  if (all && o->watermark_ms != KT_UNKNOWN && o->ops->watermark)
    o->ops->watermark(o->inner, o->watermark_ms);
  give_back(&o->job.given, o->job.done);
  give_back(&o->waiting, 0);
  o->ops->close(o->inner);
  release(o);
}

static const kt_part_ops stand_in = { .sink = { .size = sizeof(kt_sink_ops),
                                                .submit = offload_submit,
                                                .step = offload_step,
                                                .pollset = offload_pollset,
                                                .flush = offload_flush,
                                                .watermark = offload_watermark,
                                                .cancel = offload_cancel,
                                                .close = offload_close } };

kt_status kt_offload_wrap(kt_lane *lane, kt_error *err) {
  kt_pipeline *p = lane->p;
  kt_slot *slot = &lane->sink;
  kt_offload *o = kt_zalloc(p->env, sizeof *o);
  if (!o) return kt_fail_nomem(err, "pipeline.lane");
  o->p = p;
  o->env = p->env;
  o->lane = lane;
  o->ops = &slot->part->ops.sink;
  o->inner = slot->self;
  o->watermark_ms = o->job.watermark_ms = KT_UNKNOWN;
  o->job.pollset.env = p->env;
  o->job.pollset.deadline = INT64_MAX;
  slot->self = o;
  slot->ops = &stand_in;
  return KT_OK;
}
