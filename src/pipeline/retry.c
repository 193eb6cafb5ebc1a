/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/retry.h"

#include "base/error.h"
#include "base/span.h"
#include "pipeline/lane.h"

/* What a successful call pays back: retries stay below half of the calls in the long run, so that a
 * service in trouble sees at most 1.5 times the usual load. */
static const double refill = 0.5;

void kt_backoff_fail(kt_pipeline *p, kt_backoff *b, uint32_t retry_after_ms) {
  int64_t cap = p->set.retry_base_ms;
  for (uint32_t i = 0; i < b->fails && cap < p->set.retry_max_ms; i++) cap *= 2;
  if (cap > p->set.retry_max_ms) cap = p->set.retry_max_ms;
  if (b->fails < UINT32_MAX) b->fails++;
  int64_t wait = (int64_t)(kt_env_random(p->env) % ((uint64_t)cap + 1));
  if (wait < retry_after_ms) wait = retry_after_ms;
  b->not_before = p->now + wait;
}

int kt_may_retry(const kt_pipeline *p, const kt_backoff *b, const kt_error *why) {
  if (!(why->flags & KT_ERR_RETRYABLE) || (why->flags & KT_ERR_FATAL)) return 0;
  return !p->set.retry_attempts || b->fails < (uint64_t)p->set.retry_attempts;
}

int kt_is_short(const kt_error *why) {
  return why->code == KT_ENOMEM && (why->flags & KT_ERR_RETRYABLE) && !(why->flags & KT_ERR_FATAL);
}

void kt_break(kt_pipeline *p, kt_status st, const kt_error *why) {
  if (p->broken) return;
  if (kt_is_short(why)) {
    p->short_why = *why;
    return;
  }
  if (st >= 0) st = KT_EREMOTE; /* of a part that sets only flags */
  p->broken = st;
  p->broken_why = *why;
  if (p->broken_why.code >= 0) p->broken_why.code = st;
  if (!p->broken_why.message[0])
    kt_error_set(&p->broken_why, st, 0, "pipeline", "a part failed without saying why");
}

/* Told when it looks like an outage, not at each call that a busy service refuses. */
void kt_lane_trouble(kt_lane *lane, const kt_error *why, uint32_t fails) {
  kt_pipeline *p = lane->p;
  kt_error e = *why;
  if (lane->failing_since == KT_UNKNOWN) lane->failing_since = p->now;
  if (lane->held) return;
  if (p->now - lane->failing_since >= p->set.outage_ms) {
    kt_fail(&e, why->code, KT_ERR_FATAL, why->where, "%s (for more than retry.max_outage=%llds)",
            why->message, (long long)(p->set.outage_ms / 1000));
    kt_lane_hold(lane, &e);
  } else if (fails == (uint64_t)p->set.retry_breaker) {
    kt_fail(&e, why->code, 0, why->where, "%s; trying again until it succeeds", why->message);
    kt_env_log(p->env, KT_LOG_WARNING, lane->name ? lane->name : "pipeline.lane",
               kt_span_of(e.message));
  }
}

void kt_lane_wait(kt_lane *lane, kt_backoff *b, uint32_t retry_after_ms) {
  const kt_pipeline *p = lane->p;
  kt_backoff_fail(lane->p, b, retry_after_ms);
  if (retry_after_ms || lane->failing_since == KT_UNKNOWN || p->set.outage_ms == INT64_MAX) return;
  int64_t last = lane->failing_since + p->set.outage_ms;
  if (last > p->now && b->not_before > last) b->not_before = last;
}

void kt_lane_failed(kt_lane *lane, const kt_error *why) {
  kt_pipeline *p = lane->p;
  kt_lane_wait(lane, &lane->breaker, 0);
  kt_lane_trouble(lane, why, lane->breaker.fails);
  if (why->retry_after_ms && lane->not_before < p->now + why->retry_after_ms)
    lane->not_before = p->now + why->retry_after_ms;
}

void kt_lane_succeeded(kt_lane *lane) {
  lane->breaker = (kt_backoff){ 0, 0 };
  lane->failing_since = KT_UNKNOWN;
  lane->tokens += refill;
  if (lane->tokens > (double)lane->p->set.retry_budget)
    lane->tokens = (double)lane->p->set.retry_budget;
}

int kt_lane_is_broken(const kt_lane *lane) {
  return lane->breaker.fails >= (uint64_t)lane->p->set.retry_breaker;
}

/* An open breaker and an empty budget both leave one call at a time: an outage is never the end. */
int kt_lane_may_call(const kt_lane *lane, int retry) {
  int64_t now = lane->p->now;
  if (lane->held || lane->full || now < lane->not_before) return 0;
  if (kt_lane_is_broken(lane)) return lane->flying == 0 && now >= lane->breaker.not_before;
  return !retry || lane->tokens >= 1 || lane->flying == 0;
}

int64_t kt_lane_may_call_at(const kt_lane *lane) {
  if (lane->held) return INT64_MAX;
  int64_t at = lane->not_before;
  if (lane->full) return lane->full_until;
  if (kt_lane_is_broken(lane)) {
    if (lane->flying) return INT64_MAX;
    if (lane->breaker.not_before > at) at = lane->breaker.not_before;
  }
  return at;
}

void kt_lane_pay(kt_lane *lane) {
  if (lane->tokens >= 1) lane->tokens -= 1;
}
