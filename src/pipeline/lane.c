/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/lane.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/delivery.h"
#include "pipeline/item.h"
#include "pipeline/pollset.h"
#include "pipeline/retry.h"
#include "pipeline/slot.h"
#include "pipeline/watermark.h"

#define WHERE "pipeline.lane"

static const kt_sink_ops *ops_of(const kt_lane *lane) {
  return &lane->sink.ops->sink;
}

void kt_lane_free(kt_lane *lane) {
  kt_env *env = lane->p->env;
  kt_slot_clear(&lane->sink);
  kt_slot_clear(&lane->filter);
  kt_delivery *lists[] = { lane->first, lane->free };
  for (int k = 0; k < 2; k++)
    for (kt_delivery *d = lists[k], *next; d; d = next) {
      next = d->next;
      kt_delivery_release(d, env);
    }
  kt_env_release(env, lane->keep, lane->keep_cap);
  kt_strfree(env, lane->name);
  kt_env_release(env, lane, sizeof *lane);
}

kt_lane *kt_lane_at(kt_pipeline *p, size_t i) {
  return i < p->lane_count ? p->lanes[i] : p->dead;
}

void kt_lane_hold(kt_lane *lane, const kt_error *why) {
  kt_pipeline *p = lane->p;
  lane->error = *why;
  if (lane->error.code >= 0) lane->error.code = KT_EREMOTE; /* of a part that sets only flags */
  if (lane->held) return;
  lane->held = 1;
  p->held_count += !lane->is_dead;
  if (!p->first_held && lane->required) p->first_held = lane;
  kt_env_log(p->env, KT_LOG_ERROR, lane->name ? lane->name : WHERE, kt_span_of(why->message));
}

void kt_lane_tick(kt_lane *lane, int64_t mono_ms) {
  if (!lane->sink.open || !ops_of(lane)->step) return;
  kt_error why = { 0 };
  if (ops_of(lane)->step(lane->sink.self, mono_ms, &why) >= 0) return;
  lane->error = why;
  if (why.flags & KT_ERR_FATAL) kt_lane_hold(lane, &why);
}

/* After KT_AGAIN only a done, a descriptor or a deadline of the sink can change anything. */
static void rest(kt_lane *lane) {
  kt_pollset *ps = &lane->p->pollset;
  kt_pollset_ask(lane->p, &lane->sink);
  lane->full = 1;
  lane->full_until = kt_engine_time(lane->p, ps->deadline);
  if (lane->flying || ps->count || ps->deadline != INT64_MAX) return;
  kt_error why;
  kt_fail(&why, KT_ESTATE, KT_ERR_FATAL, WHERE,
          "the sink says it is full but holds nothing and waits for nothing");
  kt_lane_hold(lane, &why);
}

static void submit(kt_lane *lane, kt_delivery *d) {
  kt_error why = { 0 };
  int unflushed = lane->unflushed;
  kt_delivery_begin(d);
  d->call = ++lane->calls;
  lane->flying++;
  lane->unflushed = 1;
  KT_POINT("lane.submit");
  kt_status st = ops_of(lane)->submit(lane->sink.self, d, &why);
  if (st != KT_AGAIN && d->attempt > 1) kt_lane_pay(lane);
  KT_POINT("lane.submitted");
  if (st == KT_OK) return;
  if (atomic_load(&d->state) != KT_DELIVERY_HELD) return; /* completed as well: that counts */
  if (st == KT_AGAIN) {
    atomic_store(&d->state, KT_DELIVERY_WAITING);
    d->attempt--;
    lane->calls--;
    lane->flying--;
    lane->unflushed = unflushed;
    rest(lane);
    return;
  }
  if (!why.code) kt_error_set(&why, st < 0 ? st : KT_EREMOTE, 0, WHERE, "submit failed");
  kt_delivery_done(d, KT_RETRY, &why);
}

/* What this lane's own filter drops is not owed here. */
static kt_status apply_filter(kt_lane *lane, kt_delivery *d, kt_error *why) {
  if (!lane->filter.open) return KT_OK;
  kt_pipeline *p = lane->p;
  if (kt_grow(p->env, &lane->keep, &lane->keep_cap, d->count, 1)) return kt_fail_nomem(why, WHERE);
  memset(lane->keep, 1, d->count);
  d->item->seen |= kt_filter_bit(p->filter_count + lane->index);
  kt_status st = lane->filter.part->ops.filter.select(lane->filter.self, d->batch, lane->keep, why);
  if (st < 0) return st;
  size_t n = 0;
  for (size_t i = 0; i < d->count; i++)
    if (lane->keep[i]) d->pending[n++] = (uint32_t)i;
  d->count = n;
  return KT_OK;
}

/* As the pipeline's filters; only this lane waits or is held. A shortage of memory holds none: the
 * step tells it, and the next one begins the tries anew. */
static void filter_failed(kt_lane *lane, kt_status st, kt_error *why) {
  if (!why->code) kt_error_set(why, st, 0, WHERE, "the lane's filter failed without saying why");
  lane->error = *why;
  if (kt_may_retry(lane->p, &lane->filter_retry, why)) {
    kt_backoff_fail(lane->p, &lane->filter_retry, why->retry_after_ms);
  } else if (kt_is_short(why)) {
    lane->filter_retry = (kt_backoff){ 0, 0 };
    kt_break(lane->p, st, why);
  } else {
    kt_lane_hold(lane, why);
  }
}

static int holds(const kt_lane *lane) {
  return (lane->sink.part->caps & KT_SINK_HOLDS) != 0;
}

/* A delete does not overtake the post that it deletes. A sink that holds is flushed instead of
 * emptied: there only what waits for another try is older. */
static int must_wait(const kt_lane *lane, const kt_item *it) {
  if (!it->has_delete) return 0;
  if (!holds(lane)) return lane->in_list != 0;
  return lane->in_list != lane->flying;
}

static int has_waiting(const kt_lane *lane) {
  return lane->in_list != lane->flying;
}

/* Then nothing overtakes what waits for another try. */
static int keeps_order(const kt_lane *lane) {
  return lane->window == 1;
}

/* What a sink that holds may hold is its own business. */
static int has_room(const kt_lane *lane) {
  if (holds(lane)) return !keeps_order(lane) || !has_waiting(lane);
  return lane->in_list < lane->window;
}

static void pass(kt_lane *lane, kt_item *it) {
  lane->next = it->next;
  KT_POINT("lane.pass");
  if (it->barrier) lane->flush_to = it->ordinal + 1;
  if (it->watermark_after != KT_UNKNOWN) lane->watermark_due = it->watermark_after;
}

/* Takes the next batch: 1 taken or passed, 0 none, < 0 failed and nothing taken. */
static kt_status take(kt_lane *lane, kt_error *err) {
  kt_item *it = lane->next;
  if (!it || !it->sealed) return 0;
  if (it->abandoned || !it->batch->count) {
    pass(lane, it);
    kt_item_lane_done(it, lane, 1);
    return 1;
  }
  if (!has_room(lane) || must_wait(lane, it) || !kt_lane_may_call(lane, 0)) return 0;
  if (lane->p->now < lane->filter_retry.not_before) return 0;
  kt_delivery *d = kt_delivery_new(lane, it);
  if (!d) return kt_fail_nomem(err, WHERE);
  kt_error why = { 0 };
  kt_status st = apply_filter(lane, d, &why);
  if (st < 0) {
    kt_delivery_spare(d);
    filter_failed(lane, st, &why);
    return 0;
  }
  lane->filter_retry = (kt_backoff){ 0, 0 };
  KT_POINT("lane.take");
  pass(lane, it);
  if (lane->last)
    lane->last->next = d;
  else
    lane->first = d;
  lane->last = d;
  lane->in_list++;
  lane->pending += d->count;
  if (d->count)
    submit(lane, d);
  else
    kt_delivery_finish(d);
  return 1;
}

static int is_waiting(const kt_delivery *d) {
  return atomic_load(&d->state) == KT_DELIVERY_WAITING;
}

static int is_due(const kt_delivery *d) {
  return is_waiting(d) && d->lane->p->now >= d->retry.not_before;
}

static void resubmit(kt_lane *lane, int *moved) {
  for (kt_delivery *d = lane->first, *next; d; d = next) {
    next = d->next;
    if (!is_due(d) && is_waiting(d) && keeps_order(lane)) return;
    if (!is_due(d)) continue;
    if (!kt_lane_may_call(lane, d->attempt > 0)) return;
    KT_POINT("lane.resubmit");
    submit(lane, d);
    *moved |= atomic_load(&d->state) != KT_DELIVERY_WAITING;
  }
}

/* With the breaker open one call finds out whether the sink works again: nothing is in flight. It
 * is the one tried least recently, a new batch before all: a record that always fails must not look
 * like an outage. */
static kt_status probe(kt_lane *lane, int *moved, kt_error *err) {
  if (!kt_lane_may_call(lane, 1)) return KT_OK;
  kt_status st = take(lane, err);
  if (st) {
    *moved |= st > 0;
    return st;
  }
  kt_delivery *oldest = NULL;
  for (kt_delivery *d = lane->first; d; d = d->next) {
    if (is_due(d) && (!oldest || d->call < oldest->call)) oldest = d;
    if (keeps_order(lane)) break;
  }
  if (!oldest) return KT_OK;
  submit(lane, oldest);
  *moved |= atomic_load(&oldest->state) != KT_DELIVERY_WAITING;
  return KT_OK;
}

/* What waits can be called only after something in flight is done. */
static int is_stuck(const kt_lane *lane) {
  return lane->flying && (lane->full || lane->tokens < 1 || kt_lane_is_broken(lane));
}

static int barrier_ahead(const kt_lane *lane) {
  const kt_item *it = lane->next;
  while (it && it->sealed && !it->barrier) it = it->next;
  return it && it->sealed;
}

/* At a barrier, once all before it has been taken; when memory is short or the commit lags, as
 * often as there is something new. A lane that cannot take more before the sink lets go of what it
 * holds is flushed in front of them: nobody else would ask. */
static int wants_flush(const kt_lane *lane) {
  int stuck = is_stuck(lane);
  if (lane->held || (has_waiting(lane) && !stuck)) return 0;
  return lane->flush_asked || lane->flush_to || (stuck && lane->unflushed && barrier_ahead(lane));
}

static void flush(kt_lane *lane) {
  if (!wants_flush(lane)) return;
  if (lane->unflushed && lane->p->now < lane->flush_retry.not_before) return;
  if (lane->unflushed && ops_of(lane)->flush) {
    KT_POINT("lane.flush");
    kt_error why = { 0 };
    if (ops_of(lane)->flush(lane->sink.self, &why) < 0) {
      lane->error = why;
      if (why.flags & KT_ERR_FATAL) kt_lane_hold(lane, &why);
      kt_lane_wait(lane, &lane->flush_retry, why.retry_after_ms);
      kt_lane_trouble(lane, &why, lane->flush_retry.fails);
      return;
    }
    if (!lane->breaker.fails) lane->failing_since = KT_UNKNOWN;
  }
  KT_POINT("lane.flushed");
  lane->unflushed = lane->flush_asked = 0;
  lane->flush_retry = (kt_backoff){ 0, 0 };
  int before = lane->first && lane->first->item->ordinal < lane->flush_to;
  if (!before) lane->flush_to = 0; /* all before the barrier is finished */
}

kt_status kt_lane_step(kt_lane *lane, int *moved, kt_error *err) {
  if (!lane->sink.open) return KT_OK;
  if (lane->full && (lane->p->now >= lane->full_until || kt_slot_is_ready(lane->p, &lane->sink)))
    lane->full = 0;
  kt_status st;
  if (kt_lane_is_broken(lane)) {
    st = probe(lane, moved, err);
  } else {
    resubmit(lane, moved);
    while ((st = take(lane, err)) > 0) *moved = 1;
  }
  if (!has_waiting(lane)) kt_watermark_tell(lane);
  flush(lane);
  return st;
}

void kt_lane_abandon(kt_lane *lane) {
  for (kt_delivery *d = lane->first, *next; d; d = next) {
    next = d->next;
    if (!d->item->abandoned) continue;
    if (atomic_load(&d->state) == KT_DELIVERY_WAITING)
      kt_delivery_finish(d);
    else if (ops_of(lane)->cancel && atomic_load(&d->state) == KT_DELIVERY_HELD)
      ops_of(lane)->cancel(lane->sink.self, d);
  }
}

void kt_lane_cancel(kt_lane *lane) {
  if (!lane->sink.open || !ops_of(lane)->cancel) return;
  for (kt_delivery *d = lane->first, *next; d; d = next) {
    next = d->next;
    if (atomic_load(&d->state) == KT_DELIVERY_HELD) ops_of(lane)->cancel(lane->sink.self, d);
  }
}

/* Only what every required lane has finished: the others' batches are in memory anyhow. Nothing is
 * in flight. */
void kt_lane_shed(kt_lane *lane, int *moved) {
  uint64_t lost = 0;
  for (kt_delivery *d = lane->first, *next; d; d = next) {
    next = d->next;
    if (d->item->owed) continue;
    lost += d->count;
    kt_delivery_finish(d);
  }
  while (lane->next && lane->next->sealed && !lane->next->owed) {
    kt_item *it = lane->next;
    lost += it->batch->count;
    pass(lane, it);
    kt_item_lane_done(it, lane, 1);
    *moved = 1;
  }
  if (!lost) return;
  *moved = 1;
  kt_env_log(lane->p->env, KT_LOG_WARNING, lane->name,
             KT_LIT("memory is short: records of a lane that is not required were dropped"));
}

int kt_lane_is_idle(const kt_lane *lane) {
  if (lane->held) return 1;
  if (lane->first || lane->flush_to || lane->flush_asked) return 0;
  return !lane->next || !lane->next->sealed;
}

int64_t kt_lane_due(const kt_lane *lane) {
  if (lane->held || !lane->sink.open) return INT64_MAX;
  int64_t due = INT64_MAX, may = kt_lane_may_call_at(lane);
  for (const kt_delivery *d = lane->first; d; d = d->next) {
    if (atomic_load(&d->state) != KT_DELIVERY_WAITING) continue;
    int64_t at = d->retry.not_before > may ? d->retry.not_before : may;
    if (lane->tokens < 1 && lane->flying) at = INT64_MAX;
    if (at < due) due = at;
    if (keeps_order(lane)) break;
  }
  if (lane->next && lane->next->sealed && has_room(lane) && !must_wait(lane, lane->next)) {
    int64_t at = lane->filter_retry.not_before > may ? lane->filter_retry.not_before : may;
    if (at < due) due = at;
  }
  if (lane->unflushed && lane->flush_retry.not_before < due && wants_flush(lane))
    due = lane->flush_retry.not_before;
  return due;
}
