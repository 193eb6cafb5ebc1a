/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/open.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "pipeline/lane.h"
#include "pipeline/offload.h"
#include "pipeline/slot.h"
#include "pipeline/workers.h"

#define WHERE "pipeline"

static kt_status check(kt_pipeline *p, kt_error *err) {
  if (!p->source.part) return kt_fail(err, KT_EINVAL, 0, WHERE, "a pipeline needs a source");
  if (!p->lane_count) return kt_fail(err, KT_EINVAL, 0, WHERE, "a pipeline needs a sink");
  if (p->parser.part) return KT_OK;
  return kt_slot_find(&p->parser, p, KT_PART_PARSER, "auto:", NULL, err);
}

/* Batches that wait to be used again count as memory too. */
static size_t spare_batches(const kt_settings *s) {
  size_t n = s->memory_bytes / (16 * s->batch_bytes);
  return n < 2 ? 2 : n > 16 ? 16 : n;
}

static kt_status make(kt_pipeline *p, kt_error *err) {
  kt_settings_load(&p->set, p->conf);
  p->batches = kt_batch_pool_new(p->env, spare_batches(&p->set));
  kt_lane_stats *shown = kt_zalloc(p->env, (p->lane_count + 1) * sizeof *shown);
  pthread_mutex_lock(&p->lock);
  p->shown_lanes = shown;
  pthread_mutex_unlock(&p->lock);
  p->source_name = kt_slot_name(&p->source, p->env);
  return p->batches && p->shown_lanes && p->source_name ? KT_OK : kt_fail_nomem(err, WHERE);
}

/* The program may add and change parts before it tries again. */
static void unmake(kt_pipeline *p) {
  pthread_mutex_lock(&p->lock);
  kt_lane_stats *shown = p->shown_lanes;
  p->shown_lanes = NULL;
  pthread_mutex_unlock(&p->lock);
  kt_env_release(p->env, shown, (p->lane_count + 1) * sizeof *shown);
  kt_batch_pool_close(p->batches);
  p->batches = NULL;
  kt_strfree(p->env, p->source_name);
  p->source_name = NULL;
}

static int wants_to_know(const kt_slot *filter) {
  return filter->part && filter->part->ops.filter.settle != NULL;
}

static void set_up(kt_pipeline *p) {
  p->started = p->now;
  p->sealed_ms = p->now;
  p->run_start_us = kt_env_now_us(p->env);
  for (size_t i = 0; i < p->filter_count; i++) p->settles |= wants_to_know(&p->filters[i]);
  for (size_t i = 0; i <= p->lane_count; i++) {
    kt_lane *lane = kt_lane_at(p, i);
    p->settles |= wants_to_know(&lane->filter);
    if (!lane->window) lane->window = (size_t)p->set.lane_window;
    lane->tokens = (double)p->set.retry_budget;
  }
}

/* With workers the disk is waited for there. */
static kt_status offload(kt_pipeline *p, kt_error *err) {
  kt_status st = KT_OK;
  for (size_t i = 0; p->workers && st == KT_OK && i <= p->lane_count; i++) {
    kt_lane *lane = kt_lane_at(p, i);
    const kt_slot *s = &lane->sink;
    int wrapped = s->open && s->ops != &s->part->ops;
    if (s->open && !wrapped && (s->part->caps & KT_SINK_BLOCKS)) st = kt_offload_wrap(lane, err);
  }
  return st;
}

kt_status kt_pipeline_open(kt_pipeline *p, kt_error *err) {
  KT_POINT("pipeline.open");
  kt_status st = check(p, err);
  if (st >= 0) st = make(p, err);
  if (st >= 0) st = kt_parts_open(p, err);
  if (st >= 0) st = kt_workers_start(p, p->set.workers, err);
  if (st >= 0) st = offload(p, err);
  if (st < 0) {
    unmake(p);
    return st;
  }
  KT_POINT("pipeline.opened");
  set_up(p);
  p->opened = 1;
  return KT_OK;
}
