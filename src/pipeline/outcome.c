/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the records of a try: done, set aside, tried again, or the lane is held. */
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/deadletter.h"
#include "pipeline/delivery.h"
#include "pipeline/lane.h"
#include "pipeline/retry.h"

#define WHERE "pipeline.lane"

static const kt_error no_reason = { .code = KT_EREMOTE, .message = "the sink gave no reason" };

static const kt_error *reason_of(const kt_delivery *d, uint32_t i) {
  if (d->reason[i]) return &d->reasons[d->reason[i] - 1];
  return d->rest_why.code ? &d->rest_why : &no_reason;
}

/* The worst reason counts for the whole try: fatal before the rest, and the longest wait. */
static void worsen(kt_delivery *d, const kt_error *why) {
  uint32_t wait = d->retry_why.retry_after_ms;
  int fatal = why->flags & KT_ERR_FATAL && !(d->retry_why.flags & KT_ERR_FATAL);
  if (!d->retry_why.code || fatal) d->retry_why = *why;
  if (!d->retry_why.code) d->retry_why.code = KT_EREMOTE;
  if (why->retry_after_ms > wait) wait = why->retry_after_ms;
  d->retry_why.retry_after_ms = wait;
}

static kt_status set_aside(kt_delivery *d, uint32_t i, const kt_error *why) {
  const kt_record *r = kt_batch_record(d->batch, i);
  kt_dead dead = { .size = sizeof dead,
                   .attempts = d->attempt,
                   .code = why->code,
                   .lane = kt_span_of(d->lane->name),
                   .place = kt_batch_place(d->batch, i),
                   .reason = kt_span_of(why->message) };
  KT_POINT("delivery.reject");
  kt_status st = kt_deadletter_add(d->item, r, r->raw, &dead);
  if (st == KT_OK) d->lane->rejected++;
  return st;
}

/* An unpinned delivery has no record left to write, and a dead letter no place to go. */
static void cannot_reject(kt_delivery *d, const kt_error *why) {
  kt_error e;
  kt_fail(&e, why->code ? why->code : KT_EREMOTE, KT_ERR_FATAL, WHERE, "%s: %s",
          d->lane->is_dead ? "a dead letter was rejected" : "rejected after its batch was let go",
          why->message);
  worsen(d, &e);
}

/* Sorts the records of this try; those to be tried again stay in pending[0..judged). */
static kt_status judge(kt_delivery *d) {
  kt_lane *lane = d->lane;
  size_t k = d->judged, had = d->count;
  kt_status st = KT_OK;
  for (; k < d->count && st == KT_OK; k++) {
    uint32_t i = d->pending[k];
    int outcome = d->outcome[i] ? d->outcome[i] : d->rest;
    if (d->item->abandoned) continue;
    if (outcome == KT_REJECTED && (!d->batch || lane->is_dead)) {
      cannot_reject(d, reason_of(d, i));
      outcome = KT_RETRY;
    } else if (outcome == KT_REJECTED) {
      if ((st = set_aside(d, i, reason_of(d, i))) < 0) break;
    } else if (outcome == KT_DELIVERED) {
      lane->delivered++;
      d->any_delivered = 1;
      if (lane->is_dead) kt_deadletter_safe(d->item, i);
    }
    if (outcome != KT_RETRY) continue;
    worsen(d, reason_of(d, i));
    d->pending[d->judged++] = i;
  }
  size_t left = d->count - k;
  memmove(d->pending + d->judged, d->pending + k, left * sizeof *d->pending);
  d->count = d->judged + left;
  lane->pending -= had - d->count;
  return st;
}

/* Tries count only while the lane delivers other records: in an outage nothing is given up. */
static int is_given_up(kt_delivery *d) {
  kt_lane *lane = d->lane;
  if (lane->delivered > d->lane_delivered) d->counted++;
  d->lane_delivered = lane->delivered;
  int64_t limit = lane->p->set.retry_attempts;
  return limit && d->counted >= (uint64_t)limit && d->batch && !lane->is_dead;
}

static kt_status give_up(kt_delivery *d) {
  kt_error why = d->retry_why;
  kt_fail(&why, d->retry_why.code, 0, WHERE, "given up after %u tries: %s", d->attempt,
          d->retry_why.message);
  KT_POINT("delivery.give_up");
  while (d->count) {
    if (set_aside(d, d->pending[d->count - 1], &why) < 0) return KT_ENOMEM;
    d->count--;
    d->lane->pending--;
  }
  return KT_OK;
}

static kt_status try_again(kt_delivery *d) {
  kt_lane *lane = d->lane;
  lane->error = d->retry_why;
  if (d->retry_why.flags & KT_ERR_FATAL) {
    kt_lane_hold(lane, &d->retry_why);
  } else if (is_given_up(d)) {
    if (give_up(d) < 0) return KT_ENOMEM;
    kt_delivery_finish(d);
    return KT_OK;
  }
  KT_POINT("delivery.retry");
  if (d->any_delivered)
    kt_lane_succeeded(lane);
  else
    kt_lane_failed(lane, &d->retry_why);
  lane->retried += d->count;
  kt_lane_wait(lane, &d->retry, d->retry_why.retry_after_ms);
  atomic_store(&d->state, KT_DELIVERY_WAITING);
  return KT_OK;
}

kt_status kt_delivery_settle(kt_delivery *d, kt_error *err) {
  kt_lane *lane = d->lane;
  KT_POINT("delivery.settle");
  if (judge(d) < 0) return kt_fail_nomem(err, WHERE);
  if (d->count) {
    if (try_again(d) < 0) return kt_fail_nomem(err, WHERE);
  } else {
    kt_delivery_finish(d);
    kt_lane_succeeded(lane);
  }
  lane->flying--;
  lane->settled++;
  lane->full = 0;
  return KT_OK;
}
