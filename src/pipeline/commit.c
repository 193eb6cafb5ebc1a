/* SPDX-License-Identifier: Apache-2.0 */
/* The contiguous finished prefix, and what the source is told of it. */
#include "pipeline/commit.h"

#include "base/point.h"
#include "base/span.h"
#include "pipeline/item.h"
#include "pipeline/lane.h"
#include "pipeline/retry.h"

/* The buffers change places: nothing is copied or allocated. */
static void reached(kt_pipeline *p, kt_item *it) {
  kt_buf position = p->commit_position;
  p->commit_position = it->position;
  it->position = position;
  p->commit_frames = it->frames;
  if (it->barrier) p->commit_now = 1;
}

static void retire(kt_pipeline *p, int *moved) {
  for (kt_item *it; (it = p->uncommitted) != NULL && it->sealed;) {
    if (!it->abandoned) {
      if (it->owed) return;
      kt_item_settle(it, 1);
      reached(p, it);
    }
    KT_POINT("commit.retire");
    it->committed = 1;
    p->uncommitted = it->next;
    kt_item_unref(it);
    *moved = 1;
  }
}

static int is_behind(const kt_pipeline *p) {
  return p->commit_frames != p->committed;
}

kt_status kt_commit_step(kt_pipeline *p, int now, int *moved, kt_error *err) {
  (void)err;
  retire(p, moved);
  if (!is_behind(p) || p->now < p->commit_retry.not_before) return KT_OK;
  if (!now && !p->commit_now && p->now < p->commit_due) return KT_OK;
  KT_POINT("commit.begin");
  const kt_source_ops *ops = &p->source.part->ops.source;
  kt_error why = { 0 };
  if (ops->commit && p->source.open) {
    kt_span position = kt_span_make(p->commit_position.ptr, p->commit_position.len);
    kt_status st = ops->commit(p->source.self, p->commit_frames, position, &why);
    if (st < 0) {
      int again = kt_may_retry(p, &p->commit_retry, &why);
      kt_backoff_fail(p, &p->commit_retry, why.retry_after_ms);
      if (again) return KT_OK;
      p->commit_retry = (kt_backoff){ 0, kt_is_short(&why) ? 0 : INT64_MAX };
      kt_break(p, st, &why);
      return KT_OK;
    }
  }
  KT_POINT("commit.done");
  p->commit_retry = (kt_backoff){ 0, 0 };
  p->committed = p->commit_frames;
  p->commit_now = 0;
  p->commit_due = p->now + p->set.commit_ms;
  *moved = 1;
  return KT_OK;
}

int64_t kt_commit_due(const kt_pipeline *p) {
  int64_t due = INT64_MAX;
  if (is_behind(p)) {
    due = p->commit_now ? p->now : p->commit_due;
    if (p->commit_retry.not_before > due) due = p->commit_retry.not_before;
  }
  if (p->uncommitted && p->uncommitted->cut_ms + p->set.commit_lag_ms > p->now) {
    int64_t lag = p->uncommitted->cut_ms + p->set.commit_lag_ms;
    if (lag < due) due = lag;
  }
  return due;
}

void kt_commit_hurry(kt_pipeline *p, int *moved) {
  const kt_item *oldest = p->uncommitted;
  int lags = oldest && p->now >= oldest->cut_ms + p->set.commit_lag_ms;
  if (!lags && !p->feed.short_of) return;
  for (size_t i = 0; i <= p->lane_count; i++) {
    kt_lane *lane = kt_lane_at(p, i);
    if (lane->unflushed && lane->flying) lane->flush_asked = 1;
    if (!lane->required && p->feed.short_of && !lane->flying) kt_lane_shed(lane, moved);
  }
}

int kt_commit_is_done(const kt_pipeline *p) {
  return !p->uncommitted && !is_behind(p);
}
