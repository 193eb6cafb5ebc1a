/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink calls: the records owed, their outcomes. */
#include "pipeline/delivery.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/event.h"
#include "pipeline/item.h"

static int grow(kt_delivery *d, size_t n, const kt_env *env) {
  return kt_grow(env, &d->pending, &d->pending_cap, n, sizeof *d->pending) ||
         kt_grow(env, &d->outcome, &d->outcome_cap, n, sizeof *d->outcome) ||
         kt_grow(env, &d->reason, &d->reason_cap, n, sizeof *d->reason);
}

kt_delivery *kt_delivery_new(kt_lane *lane, kt_item *it) {
  const kt_env *env = lane->p->env;
  kt_delivery *d = lane->free;
  if (d)
    lane->free = d->next;
  else if (!(d = kt_zalloc(env, sizeof *d)))
    return NULL;
  d->lane = lane;
  size_t n = it->batch->count;
  if (grow(d, n ? n : 1, env)) {
    kt_delivery_spare(d);
    return NULL;
  }
  d->event = (kt_event){ NULL, KT_EVENT_DELIVERY, d };
  d->next = NULL;
  d->item = it;
  d->batch = it->batch;
  d->records = d->count = n;
  for (size_t i = 0; i < n; i++) d->pending[i] = (uint32_t)i;
  d->attempt = d->counted = 0;
  d->lane_delivered = d->call = 0;
  d->retry = (kt_backoff){ 0, 0 };
  d->mine = NULL;
  atomic_store(&d->state, KT_DELIVERY_WAITING);
  return d;
}

void kt_delivery_release(kt_delivery *d, const kt_env *env) {
  kt_env_release(env, d->pending, d->pending_cap * sizeof *d->pending);
  kt_env_release(env, d->outcome, d->outcome_cap * sizeof *d->outcome);
  kt_env_release(env, d->reason, d->reason_cap * sizeof *d->reason);
  kt_env_release(env, d->reasons, d->reasons_cap * sizeof *d->reasons);
  kt_env_release(env, d, sizeof *d);
}

/* To the end of the spare ones: a second done of a finished delivery then meets no new one soon. */
void kt_delivery_spare(kt_delivery *d) {
  kt_lane *lane = d->lane;
  atomic_store(&d->state, KT_DELIVERY_FREE);
  d->next = NULL;
  if (lane->free)
    lane->free_last->next = d;
  else
    lane->free = d;
  lane->free_last = d;
}

void kt_delivery_finish(kt_delivery *d) {
  kt_lane *lane = d->lane;
  KT_POINT("delivery.finish");
  kt_delivery **at = &lane->first, *prev = NULL;
  while (*at != d) {
    prev = *at;
    at = &prev->next;
  }
  *at = d->next;
  if (lane->last == d) lane->last = prev;
  lane->in_list--;
  lane->pending -= d->count;
  int holds = d->batch != NULL;
  d->batch = NULL;
  kt_item *it = d->item;
  kt_delivery_spare(d);
  kt_item_lane_done(it, lane, holds);
}

void kt_delivery_begin(kt_delivery *d) {
  if (!d->attempt++) d->lane_delivered = d->lane->delivered;
  d->rest = 0;
  d->judged = 0;
  d->any_delivered = 0;
  d->reason_count = 0;
  d->retry_why = d->rest_why = (kt_error){ 0 };
  for (size_t k = 0; k < d->count; k++) d->outcome[d->pending[k]] = 0, d->reason[d->pending[k]] = 0;
  atomic_store(&d->state, KT_DELIVERY_HELD);
}

const kt_batch *kt_delivery_batch(const kt_delivery *d) {
  return d->batch;
}

size_t kt_delivery_pending(const kt_delivery *d, uint32_t *index, size_t cap) {
  size_t n = cap < d->count ? cap : d->count;
  if (n) memcpy(index, d->pending, n * sizeof *index);
  return d->count;
}

uint32_t kt_delivery_attempt(const kt_delivery *d) {
  return d->attempt;
}

/* Kept once for a run of records with the same reason. Without memory the reason is lost, not the
 * outcome. */
static uint32_t keep_reason(kt_delivery *d, const kt_error *why) {
  if (d->reason_count && !memcmp(&d->reasons[d->reason_count - 1], why, sizeof *why))
    return (uint32_t)d->reason_count;
  if (kt_grow(d->lane->p->env, &d->reasons, &d->reasons_cap, d->reason_count + 1,
              sizeof *d->reasons))
    return 0;
  d->reasons[d->reason_count++] = *why;
  return (uint32_t)d->reason_count;
}

void kt_delivery_mark(kt_delivery *d, uint32_t i, int outcome, const kt_error *why) {
  if (i >= d->records || outcome < KT_DELIVERED || outcome > KT_REJECTED) return;
  KT_POINT("delivery.mark");
  d->outcome[i] = (uint8_t)outcome;
  d->reason[i] = why && outcome != KT_DELIVERED ? keep_reason(d, why) : 0;
}

void kt_delivery_done(kt_delivery *d, int rest, const kt_error *why) {
  int held = KT_DELIVERY_HELD;
  kt_pipeline *p = d->lane->p;
  if (!atomic_compare_exchange_strong(&d->state, &held, KT_DELIVERY_DONE)) {
    kt_env_log(p->env, KT_LOG_ERROR, d->lane->name,
               KT_LIT("a delivery was completed twice: ignored"));
    return;
  }
  KT_POINT("delivery.done");
  d->rest = rest < KT_DELIVERED || rest > KT_REJECTED ? KT_RETRY : rest;
  if (why) d->rest_why = *why;
  kt_event_post(p, &d->event);
}

void kt_delivery_unpin(kt_delivery *d, void *mine) {
  d->mine = mine;
  if (!d->batch) return;
  KT_POINT("delivery.unpin");
  d->batch = NULL;
  kt_item_unpin(d->item);
}

void *kt_delivery_mine(const kt_delivery *d) {
  return d->mine;
}
