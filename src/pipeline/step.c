/* SPDX-License-Identifier: Apache-2.0 */
/* One step: a bounded number of rounds through all that can move. */
#include "pipeline/step.h"

#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "base/sys.h"
#include "base/sys_wait.h"
#include "pipeline/close.h"
#include "pipeline/commit.h"
#include "pipeline/deadletter.h"
#include "pipeline/event.h"
#include "pipeline/fd.h"
#include "pipeline/feed.h"
#include "pipeline/lane.h"
#include "pipeline/open.h"
#include "pipeline/pollset.h"
#include "pipeline/prepare.h"
#include "pipeline/score.h"
#include "pipeline/watermark.h"

#define WHERE "pipeline"

/* Rounds bound a step even where the clock stands still; a round is about one batch. */
enum { ROUNDS = 64, FROZEN_MS = 10000 };

kt_status kt_enter(kt_pipeline *p, kt_error *err) {
  int no = 0;
  if (p->pid != kt_sys_pid())
    return kt_fail(err, KT_ESTATE, 0, WHERE,
                   "this pipeline belongs to process %lld, which forked: make a new one",
                   (long long)p->pid);
  if (!atomic_compare_exchange_strong(&p->inside, &no, 1))
    return kt_fail(err, KT_ESTATE, 0, WHERE, "called from inside a step of the same pipeline");
  atomic_store(&p->owner, (uintptr_t)pthread_self());
  return KT_OK;
}

void kt_leave(kt_pipeline *p) {
  atomic_store(&p->owner, 0);
  atomic_store(&p->inside, 0);
}

/* A process that was frozen finds one tick gone since a step was due, not an hour. */
static void read_clock(kt_pipeline *p) {
  int64_t now = kt_env_mono_ms(p->env) - p->skew;
  int64_t due = p->opened ? p->due : INT64_MAX;
  if (p->opened && p->pollset.deadline != INT64_MAX) {
    int64_t parts = kt_engine_time(p, p->pollset.deadline);
    if (parts < due) due = parts;
  }
  if (due != INT64_MAX && due < p->now) due = p->now;
  if (due != INT64_MAX && now - due > FROZEN_MS) {
    p->skew += now - due - 1;
    now = due + 1;
    /* What was due is done; but the sinks had no time to finish. */
    if (p->drain_until != INT64_MAX) p->drain_until += now - p->now - 1;
  }
  p->now = now;
}

static kt_status heed_stop(kt_pipeline *p, kt_error *err) {
  if (!atomic_load(&p->stop_asked) || p->draining) return KT_OK;
  kt_status st = kt_feed_stop(p, err);
  if (st < 0) return st;
  KT_POINT("pipeline.stop");
  p->draining = 1;
  if (!p->drain_by_call) p->drain_until = p->now + p->set.drain_ms;
  return KT_OK;
}

static void tick_parts(kt_pipeline *p) {
  int64_t mono = p->now + p->skew;
  kt_score_tick(p, mono);
  for (size_t i = 0; i <= p->lane_count; i++) kt_lane_tick(kt_lane_at(p, i), mono);
}

static kt_status round_once(kt_pipeline *p, int first, int *moved, kt_error *err) {
  kt_status st = kt_events_handle(p, moved, err);
  if (st >= 0) st = kt_feed_step(p, !first, moved, err);
  if (st >= 0) st = kt_prepare_step(p, moved, err);
  for (size_t i = 0; st >= 0 && i < p->lane_count; i++) st = kt_lane_step(p->lanes[i], moved, err);
  if (st >= 0) st = kt_events_handle(p, moved, err);
  if (st >= 0) {
    kt_deadletter_send(p, moved);
    st = kt_lane_step(p->dead, moved, err);
  }
  if (st >= 0) st = kt_events_handle(p, moved, err);
  if (st >= 0) {
    kt_commit_hurry(p, moved);
    st = kt_commit_step(p, 0, moved, err);
  }
  return st < 0 ? st : KT_OK;
}

static kt_status end(kt_pipeline *p, kt_status st, const kt_error *why, kt_error *err) {
  p->result = st;
  if (why) p->error = *why;
  if (why && err) *err = *why;
  return st;
}

static int lanes_are_idle(kt_pipeline *p) {
  for (size_t i = 0; i <= p->lane_count; i++) {
    const kt_lane *lane = kt_lane_at(p, i);
    if (kt_lane_is_idle(lane)) continue;
    /* One that nobody waits for may be in trouble as long as it likes. */
    int optional = !lane->required && p->feed.ended && lane->breaker.fails;
    if (!optional) return 0;
  }
  return p->dead->held || (!p->dead_items && !(p->dead_open && p->dead_open->owner_count));
}

/* Nothing moves any more: is it the end, and which? KT_OK: no, something is being waited for. */
static kt_status judge(kt_pipeline *p, kt_error *err) {
  const kt_feed *f = &p->feed;
  if (!lanes_are_idle(p) || p->scoring) return KT_OK;
  if (p->unsealed && !p->broken) return KT_OK;
  if (f->ended && f->finished && !f->open && kt_commit_is_done(p)) {
    if (p->broken) return end(p, p->broken, &p->broken_why, err);
    if (f->failed.code) return end(p, f->failed.code, &f->failed, err);
    kt_pipeline_close(p);
    return end(p, KT_END, NULL, err);
  }
  if (!p->broken && (!p->first_held || !kt_feed_is_blocked(p))) return KT_OK;
  int moved = 0;
  kt_commit_step(p, 1, &moved, err);
  if (p->broken) return end(p, p->broken, &p->broken_why, err);
  return end(p, p->first_held->error.code, &p->first_held->error, err);
}

static kt_status time_out(kt_pipeline *p, kt_error *err) {
  kt_error why;
  kt_status st = p->drain_by_call ? KT_ETIMEOUT : KT_ECANCELED;
  kt_pipeline_close(p);
  if (kt_commit_is_done(p) && p->committed == p->feed.frames) return end(p, KT_END, NULL, err);
  kt_fail(&why, st, 0, WHERE, "stopped with %llu of %llu frames not delivered everywhere",
          (unsigned long long)(p->feed.frames - p->committed), (unsigned long long)p->feed.frames);
  return end(p, st, &why, err);
}

/* Memory was short at every try of a part. It is the owner's to say whether to go on: the next step
 * begins the tries anew. */
static kt_status tell_short(kt_pipeline *p, kt_error *err) {
  if (err) *err = p->short_why;
  p->short_why.code = KT_OK;
  p->due = p->now;
  return KT_ENOMEM;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int64_t next_due(kt_pipeline *p) {
  int64_t due = least(kt_commit_due(p), kt_prepare_due(p));
  due = least(due, kt_feed_due(p));
  if (p->feed.retry.fails && !p->feed.finished) due = least(due, p->feed.retry.not_before);
  if (p->set.time_limit_ms != KT_UNKNOWN && !p->feed.stopping)
    due = least(due, p->started + p->set.time_limit_ms);
  if (p->draining) due = least(due, p->drain_until);
  for (size_t i = 0; i <= p->lane_count; i++) due = least(due, kt_lane_due(kt_lane_at(p, i)));
  return due;
}

kt_status kt_step(kt_pipeline *p, kt_error *err) {
  if (p->result) return end(p, p->result, p->result < 0 ? &p->error : NULL, err);
  read_clock(p);
  kt_sys_wake_clear(p->wake[0]);
  kt_status st = p->opened ? KT_OK : kt_pipeline_open(p, err);
  if (st >= 0) st = heed_stop(p, err);
  if (st < 0) return st;
  int64_t from = kt_env_mono_ms(p->env);
  int moved = 1;
  kt_watermark_idle(p);
  tick_parts(p);
  for (int i = 0; i < ROUNDS && moved; i++) {
    moved = 0;
    st = round_once(p, i == 0, &moved, err);
    if (st < 0) return st;
    if ((kt_env_mono_ms(p->env) - from) * 1000 >= p->set.step_us && i > 0) break;
  }
  if (p->short_why.code) return tell_short(p, err);
  if (!moved && (st = judge(p, err)) != KT_OK) return st;
  if (p->draining && p->now >= p->drain_until) return time_out(p, err);
  p->due = moved ? p->now : next_due(p);
  return moved ? KT_OK : KT_AGAIN;
}

kt_status kt_pipeline_step(kt_pipeline *p, kt_error *err) {
  kt_status st = kt_enter(p, err);
  if (st < 0) return st;
  st = kt_step(p, err);
  if (!p->result) kt_pollset_ask_all(p);
  kt_watch_sync(p);
  kt_stats_publish(p);
  kt_leave(p);
  return st;
}
