/* SPDX-License-Identifier: Apache-2.0 */
/* When to try again. */
#ifndef KT_PIPELINE_RETRY_H
#define KT_PIPELINE_RETRY_H

#include "pipeline/engine.h"

/* One more failure in a row: waits a random time up to base * 2^n (full jitter), at most
 * retry.max_ms, but never less than what the other side asked for. */
void kt_backoff_fail(kt_pipeline *p, kt_backoff *b, uint32_t retry_after_ms);
/* Non-zero: a call of a part that failed so may be repeated. */
int kt_may_retry(const kt_pipeline *p, const kt_backoff *b, const kt_error *why);
/* Non-zero: memory is short, and the same call may succeed when there is some again. */
int kt_is_short(const kt_error *why);
/* The run ends with this error once the lanes have done what they can. The first one counts. Only
 * the step does when memory is short: the owner decides whether to go on. */
void kt_break(kt_pipeline *p, kt_status st, const kt_error *why);

/* As kt_backoff_fail(), but in an outage the last try comes when retry.max_outage is over. */
void kt_lane_wait(kt_lane *lane, kt_backoff *b, uint32_t retry_after_ms);
/* A call of the lane failed whole, or delivered something. */
void kt_lane_failed(kt_lane *lane, const kt_error *why);
void kt_lane_succeeded(kt_lane *lane);
/* One more failure, the number `fails` in a row, of a call or a flush: tells of an outage once, and
 * holds the lane after retry.max_outage. */
void kt_lane_trouble(kt_lane *lane, const kt_error *why, uint32_t fails);
/* So many calls failed in a row that it makes one at a time. */
int kt_lane_is_broken(const kt_lane *lane);
/* Non-zero: the lane may call its sink now. `retry`: the call repeats an earlier one. */
int kt_lane_may_call(const kt_lane *lane, int retry);
/* When it may at the earliest; INT64_MAX: not before something else happens. */
int64_t kt_lane_may_call_at(const kt_lane *lane);
/* A repeated call is made. */
void kt_lane_pay(kt_lane *lane);

#endif
