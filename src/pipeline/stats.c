/* SPDX-License-Identifier: Apache-2.0 */
/* Counters, as other threads see them: a copy made at the end of each step. */
#include "base/ops.h"
#include "pipeline/engine.h"
#include "pipeline/lane.h"
#include "pipeline/step.h"

static void copy_lane(kt_lane_stats *to, const kt_lane *lane) {
  *to = (kt_lane_stats){ .held = (uint32_t)lane->held,
                         .delivered = lane->delivered,
                         .rejected = lane->rejected,
                         .retried = lane->retried,
                         .pending = lane->pending,
                         .calls = lane->calls,
                         .name = lane->name,
                         .error = lane->error };
}

void kt_stats_publish(kt_pipeline *p) {
  pthread_mutex_lock(&p->lock);
  p->shown = (kt_stats){ .lanes = (uint32_t)p->lane_count,
                         .frames = p->feed.frames,
                         .bytes = p->feed.bytes,
                         .records = p->records,
                         .dropped = p->dropped,
                         .dead = p->dead_count,
                         .committed = p->committed,
                         .batches = p->batch_count,
                         .score_failed = p->score_failed,
                         .watermark_ms = p->watermark_ms,
                         .gaps = p->gaps };
  for (size_t i = 0; p->shown_lanes && i <= p->lane_count; i++)
    copy_lane(&p->shown_lanes[i], kt_lane_at(p, i));
  pthread_mutex_unlock(&p->lock);
}

kt_status kt_pipeline_stats(kt_pipeline *p, kt_stats *out) {
  pthread_mutex_lock(&p->lock);
  kt_stats s = p->shown;
  pthread_mutex_unlock(&p->lock);
  s.memory_bytes = kt_env_used_bytes(p->env);
  return kt_ops_give(out, &s, sizeof s);
}

kt_status kt_pipeline_lane_stats(kt_pipeline *p, size_t lane, kt_lane_stats *out) {
  pthread_mutex_lock(&p->lock);
  kt_lane_stats s = { 0 };
  kt_status st = p->shown_lanes && lane <= p->shown.lanes ? KT_OK : KT_EINVAL;
  if (st == KT_OK) s = p->shown_lanes[lane];
  pthread_mutex_unlock(&p->lock);
  return st == KT_OK ? kt_ops_give(out, &s, sizeof s) : st;
}
