/* SPDX-License-Identifier: Apache-2.0 */
/* The end: sinks first, then what feeds them; the last position before the source. */
#include "pipeline/close.h"

#include "base/alloc.h"
#include "base/point.h"
#include "pipeline/commit.h"
#include "pipeline/deadletter.h"
#include "pipeline/event.h"
#include "pipeline/feed.h"
#include "pipeline/item.h"
#include "pipeline/lane.h"
#include "pipeline/slot.h"
#include "pipeline/workers.h"

/* Records that the sinks rejected while they closed still get a dead letter. */
static void close_lanes(kt_pipeline *p) {
  int moved = 0;
  kt_events_handle(p, &moved, NULL); /* of the workers, which are gone */
  for (size_t i = 0; i < p->lane_count; i++) {
    kt_lane_cancel(p->lanes[i]);
    kt_slot_close(&p->lanes[i]->sink);
  }
  kt_events_handle(p, &moved, NULL);
  kt_deadletter_send(p, &moved);
  kt_lane_step(p->dead, &moved, NULL);
  kt_events_handle(p, &moved, NULL);
  kt_lane_cancel(p->dead);
  kt_slot_close(&p->dead->sink);
  kt_events_handle(p, &moved, NULL);
  if (p->source.open) kt_commit_step(p, 1, &moved, NULL);
}

static void close_scorer(kt_pipeline *p) {
  const kt_scorer_ops *ops = p->scorer.part ? &p->scorer.part->ops.scorer : NULL;
  if (p->scorer.open && ops->cancel)
    for (kt_item *it = p->unsealed; it; it = it->next)
      if (atomic_load(&it->scoring.state) == KT_SCORING_HELD)
        ops->cancel(p->scorer.self, &it->scoring);
  kt_slot_close(&p->scorer);
}

static void discard_all(kt_item *first) {
  for (kt_item *next; first; first = next) {
    next = first->next;
    kt_item_discard(first);
  }
}

static void drop_items(kt_pipeline *p) {
  kt_event *none = NULL;
  pthread_mutex_lock(&p->lock);
  p->events = none;
  p->events_end = &p->events;
  pthread_mutex_unlock(&p->lock);
  if (p->feed.open) kt_item_discard(p->feed.open);
  if (p->dead_open) kt_item_discard(p->dead_open);
  discard_all(p->items);
  discard_all(p->dead_items);
  p->feed.open = p->dead_open = p->dead_items = p->dead_last = NULL;
  p->items = p->last_item = p->unsealed = p->uncommitted = p->feed.ask = NULL;
  p->alive = p->unsealed_count = 0;
  kt_item_free_spare(p);
}

void kt_pipeline_close(kt_pipeline *p) {
  if (p->closed) return;
  KT_POINT("close.begin");
  p->closed = 1;
  kt_workers_stop(p);
  if (p->opened) close_lanes(p);
  KT_POINT("close.lanes");
  close_scorer(p);
  for (kt_item *it = p->uncommitted; it; it = it->next)
    if (atomic_load(&it->stage)) kt_item_settle(it, 0);
  for (size_t i = 0; i < p->lane_count; i++) kt_slot_close(&p->lanes[i]->filter);
  for (size_t i = 0; i < p->filter_count; i++) kt_slot_close(&p->filters[i]);
  kt_slot_close(&p->parser);
  KT_POINT("close.source");
  kt_slot_close(&p->source);
  kt_feed_clear(&p->feed);
  KT_POINT("close.drop");
  drop_items(p);
  kt_batch_pool_close(p->batches);
  p->batches = NULL;
  kt_strfree(p->env, p->source_name);
  p->source_name = NULL;
}
