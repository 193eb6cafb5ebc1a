/* SPDX-License-Identifier: Apache-2.0 */
/* When a batch ends, and what is asked of the source then. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/commit.h"
#include "pipeline/feed.h"
#include "pipeline/item.h"
#include "pipeline/position.h"
#include "pipeline/retry.h"

#define WHERE "pipeline.feed"

static const kt_source_ops *source_ops(const kt_pipeline *p) {
  return &p->source.part->ops.source;
}

/* So many batches may be between cut and seal: what scorer and workers hold, and one more. */
static size_t ahead(const kt_pipeline *p) {
  size_t n = 1 + 2 * p->set.workers;
  return p->scorer.part ? n + (size_t)p->set.score_window : n;
}

int kt_feed_is_blocked(const kt_pipeline *p) {
  const kt_feed *f = &p->feed;
  int for_nobody = p->first_held && p->held_count == p->lane_count;
  return f->stopping || f->ended || f->short_of || p->broken || p->dead->held || for_nobody ||
         p->unsealed_count >= ahead(p);
}

/* With nothing on its way reading goes on whatever the parts keep: no bound may stop it for ever.
 */
static void measure(kt_pipeline *p) {
  p->feed.short_of = p->alive && kt_env_used_bytes(p->env) > p->set.memory_bytes;
}

/* The source stands right behind the last frame of f->ask. */
static kt_status ask_position(kt_pipeline *p, kt_error *err) {
  kt_feed *f = &p->feed;
  kt_item *it = f->ask;
  if (!it) return KT_OK;
  it->position.len = 0;
  if (kt_buf_need(&it->position, KT_POSITION_HEADER)) return kt_fail_nomem(err, WHERE);
  memset(it->position.ptr, 0, KT_POSITION_HEADER);
  it->position.len = KT_POSITION_HEADER;
  if (source_ops(p)->position) {
    kt_status st = source_ops(p)->position(p->source.self, &it->position);
    if (st == KT_ENOMEM) return kt_fail_nomem(err, WHERE);
    if (st < 0) return kt_fail(err, st, 0, WHERE, "the source cannot tell its position");
  }
  KT_POINT("feed.position");
  it->has_position = 1;
  f->ask = NULL;
  return KT_OK;
}

/* Appends what is open, if there is anything. */
static kt_item *close_open(kt_pipeline *p) {
  kt_feed *f = &p->feed;
  kt_item *it = kt_feed_open(f);
  if (!it) return NULL;
  it->ordinal = p->next_ordinal++;
  it->frames = f->frames;
  it->cut_ms = p->now;
  f->open = NULL;
  kt_item_append(it);
  return it;
}

void kt_feed_forget(kt_pipeline *p) {
  kt_feed *f = &p->feed;
  f->ask = NULL;
  f->ended = 0; /* it comes again */
  if (f->open) close_open(p);
}

static kt_status cut(kt_pipeline *p, kt_error *err) {
  kt_feed *f = &p->feed;
  if (!f->open && !f->barrier) {
    f->cut = 0;
    return KT_OK;
  }
  KT_POINT("feed.cut");
  int barrier = f->barrier;
  kt_item *it = close_open(p);
  if (!it) return kt_fail_nomem(err, WHERE);
  it->barrier = barrier;
  f->cut = f->barrier = 0;
  f->ask = it;
  return ask_position(p, err);
}

int64_t kt_feed_due(const kt_pipeline *p) {
  const kt_feed *f = &p->feed;
  if (!f->open || ((p->source.part->caps & KT_SOURCE_WHOLE) && !f->idle)) return INT64_MAX;
  return f->open->opened_ms + p->set.batch_age_ms;
}

kt_status kt_feed_stop(kt_pipeline *p, kt_error *err) {
  kt_feed *f = &p->feed;
  if (f->stopping) return KT_OK;
  kt_status st = ask_position(p, err); /* of the batch before, if that failed */
  if (st < 0) return st;
  f->barrier = f->cut = 1;
  st = cut(p, err);
  if (st == KT_OK || f->ask) f->stopping = 1;
  return st;
}

static kt_status read_failed(kt_pipeline *p, kt_status st, const kt_error *why, kt_error *err) {
  kt_feed *f = &p->feed;
  if (kt_may_retry(p, &f->retry, why)) {
    kt_backoff_fail(p, &f->retry, why->retry_after_ms);
    return KT_OK;
  }
  if (kt_is_short(why)) {
    f->retry = (kt_backoff){ 0, 0 };
    kt_break(p, st, why);
    return KT_OK;
  }
  /* What was read is still delivered; then the run ends with this error. */
  f->failed = *why;
  if (!f->failed.code) f->failed.code = st;
  f->ended = f->finished = 1;
  f->barrier = f->cut = 1;
  return cut(p, err);
}

static kt_status read_once(kt_pipeline *p, kt_error *err) {
  kt_feed *f = &p->feed;
  kt_error why = { 0 };
  f->arrived_ms = kt_env_now_ms(p->env);
  f->reading = 1;
  f->moved = f->starved = 0;
  kt_status st = source_ops(p)->read(p->source.self, f, p->now + p->skew, &why);
  f->reading = 0;
  f->idle = st == KT_AGAIN;
  if (st >= 0 && f->starved && !f->moved) st = kt_fail_nomem(&why, WHERE);
  if (st < 0) return read_failed(p, st, &why, err);
  f->retry = (kt_backoff){ 0, 0 };
  if (st != KT_END) return KT_OK;
  if (f->ended) {
    f->finished = f->moved = kt_commit_is_done(p);
    return KT_OK;
  }
  KT_POINT("feed.end");
  f->ended = f->barrier = f->cut = 1;
  return cut(p, err);
}

static kt_status limits(kt_pipeline *p, kt_error *err) {
  int over = p->set.limit_frames && p->feed.frames >= (uint64_t)p->set.limit_frames;
  if (p->set.time_limit_ms != KT_UNKNOWN && p->now - p->started >= p->set.time_limit_ms) over = 1;
  return over ? kt_feed_stop(p, err) : KT_OK;
}

/* After the last commit the source is read once more, to hear that it is written. */
static int is_read(const kt_pipeline *p, int again) {
  const kt_feed *f = &p->feed;
  if (f->finished || f->ask || p->now < f->retry.not_before) return 0;
  if (!again) return 1;
  if (f->ended || f->stopping) return !f->idle && kt_commit_is_done(p);
  return !f->idle && !kt_feed_is_blocked(p);
}

kt_status kt_feed_step(kt_pipeline *p, int again, int *moved, kt_error *err) {
  kt_feed *f = &p->feed;
  measure(p);
  kt_status st = ask_position(p, err);
  if (st == KT_OK) st = limits(p, err);
  if (st == KT_OK && is_read(p, again)) {
    int could = !kt_feed_is_blocked(p);
    st = read_once(p, err);
    if (f->moved || (could && !f->idle && !f->retry.fails)) *moved = 1;
  }
  if (st == KT_OK && (f->cut || p->now >= kt_feed_due(p))) {
    *moved = 1;
    st = cut(p, err);
  }
  return st;
}

void kt_feed_clear(kt_feed *f) {
  kt_slab_unref(f->slab);
  f->slab = NULL;
  for (size_t i = 0; i < sizeof f->spare / sizeof *f->spare; i++) {
    kt_slab_unref(f->spare[i]);
    f->spare[i] = NULL;
  }
}
