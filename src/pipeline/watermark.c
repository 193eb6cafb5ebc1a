/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/watermark.h"
#include "base/point.h"

/* A client's clock that runs ahead moves nothing. */
void kt_watermark_see(kt_pipeline *p, const kt_record *r) {
  int64_t t = r->created_ms;
  if (t == KT_UNKNOWN) return;
  if (r->arrived_ms != KT_UNKNOWN && t > r->arrived_ms) t = r->arrived_ms;
  if (p->newest_ms == KT_UNKNOWN || t > p->newest_ms) p->newest_ms = t;
}

/* The batch carries the watermark before it: of the posts of one batch none makes another late. */
void kt_watermark_seal(kt_item *it) {
  kt_pipeline *p = it->p;
  it->batch->watermark_ms = p->watermark_ms;
  if (p->newest_ms != KT_UNKNOWN) {
    int64_t least = KT_UNKNOWN + 1 + p->set.lateness_ms; /* a time from outside may be anything */
    int64_t w = (p->newest_ms < least ? least : p->newest_ms) - p->set.lateness_ms;
    if (p->watermark_ms == KT_UNKNOWN || w > p->watermark_ms) p->watermark_ms = w;
  }
  it->watermark_after = p->watermark_ms;
}

/* An idle live source lets sinks hear the clock's time, so that they complete what is open. */
void kt_watermark_idle(kt_pipeline *p) {
  if (!(p->source.part->caps & KT_SOURCE_LIVE) || p->alive) return;
  if (p->now - p->sealed_ms < p->set.lateness_ms) return;
  int64_t w = kt_env_now_ms(p->env) - p->set.lateness_ms;
  for (size_t i = 0; i < p->lane_count; i++)
    if (w > p->lanes[i]->watermark_ms) p->lanes[i]->watermark_due = w;
}

void kt_watermark_tell(kt_lane *lane) {
  const kt_pipeline *p = lane->p;
  const kt_sink_ops *ops = &lane->sink.ops->sink;
  if (p->feed.ended && !p->feed.stopping && !p->feed.failed.code && !p->unsealed && !lane->next)
    lane->watermark_due = INT64_MAX; /* nothing comes any more: every hour can be closed */
  if (lane->watermark_due == KT_UNKNOWN || lane->held) return;
  if (lane->watermark_due > lane->watermark_ms) {
    KT_POINT("lane.watermark");
    lane->watermark_ms = lane->watermark_due;
    if (ops->watermark) ops->watermark(lane->sink.self, lane->watermark_ms);
  }
  lane->watermark_due = KT_UNKNOWN;
}
