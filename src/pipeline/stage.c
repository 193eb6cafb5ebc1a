/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and filtering one batch. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/prepare.h"

#define WHERE "pipeline.parse"

/* A record for each gap, before the records of the frame that came after it. */
static kt_status add_gaps(kt_item *it) {
  kt_batch *b = it->batch;
  for (size_t k = 0; k < it->gap_count; k++) {
    const kt_gap *g = &it->gaps[k];
    kt_span from = kt_arena_copy(&b->arena, g->from), to = kt_arena_copy(&b->arena, g->to);
    kt_span cause = kt_arena_copy(&b->arena, kt_span_of(g->cause.message));
    if ((!from.ptr && from.len) || (!to.ptr && to.len) || !cause.ptr) return KT_ENOMEM;
    size_t at = 0;
    while (at < b->count && b->frame_of[at] < g->frame) at++;
    while (at < b->count && b->records[at].kind == KT_GAP && b->frame_of[at] == UINT32_MAX) at++;
    kt_record *r = kt_batch_insert(b, at);
    if (!r) return KT_ENOMEM;
    r->kind = KT_GAP;
    r->id = from;
    r->ref_id = to;
    r->text = cause;
  }
  return KT_OK;
}

static kt_status parse(kt_item *it, kt_error *err) {
  kt_pipeline *p = it->p;
  kt_batch *b = it->batch;
  kt_builder builder = { .batch = b };
  if (b->count || b->reject_count) kt_batch_forget(b); /* of a try that failed */
  KT_POINT("stage.parse");
  kt_status st = KT_OK;
  if (b->block.count)
    st = p->parser.part->ops.parser.parse(p->parser.self, &b->block, &builder, err);
  KT_POINT("stage.parsed");
  if (st >= 0 && add_gaps(it) < 0) st = kt_fail_nomem(err, WHERE);
  return st;
}

static kt_status filter(kt_item *it, size_t index, kt_error *err) {
  const kt_slot *s = &it->p->filters[index];
  kt_batch *b = it->batch;
  size_t had = b->count, drops = 0;
  if (!had) return KT_OK;
  if (kt_grow(it->p->env, &it->keep, &it->keep_cap, had, 1)) return kt_fail_nomem(err, WHERE);
  memset(it->keep, 1, had);
  it->seen |= kt_filter_bit(index);
  KT_POINT("stage.filter");
  kt_status st = s->part->ops.filter.select(s->self, b, it->keep, err);
  if (st < 0) return st;
  for (size_t i = 0; i < had; i++) drops += !it->keep[i];
  if (drops) kt_batch_compact(b, it->keep);
  KT_POINT("stage.filtered");
  it->dropped += drops;
  return KT_OK;
}

kt_status kt_stage_run(kt_item *it, unsigned stage, kt_error *err) {
  return stage ? filter(it, stage - 1, err) : parse(it, err);
}
