/* SPDX-License-Identifier: Apache-2.0 */
/* How a parser fills a batch. */
#include "record/batch.h"

#include "base/alloc.h"
#include "base/ops.h"
#include "base/span.h"

static kt_record *append(kt_batch *b, uint32_t frame) {
  if (kt_grow(b->env, &b->records, &b->cap, b->count + 1, sizeof *b->records) ||
      kt_grow(b->env, &b->frame_of, &b->frame_cap, b->count + 1, sizeof *b->frame_of))
    return NULL;
  if (b->scored) {
    if (kt_grow(b->env, &b->scores, &b->score_cap, b->count + 1, sizeof *b->scores)) return NULL;
    b->scores[b->count] = (kt_score){ 0 };
  }
  b->frame_of[b->count] = frame;
  kt_record *r = &b->records[b->count++];
  *r = (kt_record){ .created_ms = KT_UNKNOWN,
                    .arrived_ms = KT_UNKNOWN,
                    .run_no = KT_UNKNOWN,
                    .run_start_us = KT_UNKNOWN,
                    .run_limit_s = KT_UNKNOWN };
  return r;
}

kt_record *kt_batch_insert(kt_batch *b, size_t at) {
  if (!append(b, UINT32_MAX)) return NULL;
  size_t last = b->count - 1, n = last - at;
  kt_record r = b->records[last];
  memmove(b->records + at + 1, b->records + at, n * sizeof *b->records);
  memmove(b->frame_of + at + 1, b->frame_of + at, n * sizeof *b->frame_of);
  b->records[at] = r;
  b->frame_of[at] = UINT32_MAX;
  if (b->scored) {
    memmove(b->scores + at + 1, b->scores + at, n * sizeof *b->scores);
    b->scores[at] = (kt_score){ 0 };
  }
  if (b->dead_cap) {
    if (kt_grow(b->env, &b->dead, &b->dead_cap, b->count, sizeof *b->dead)) return NULL;
    memmove(b->dead + at + 1, b->dead + at, n * sizeof *b->dead);
  }
  return &b->records[at];
}

void kt_batch_forget(kt_batch *b) {
  b->count = b->reject_count = 0;
  b->scored = 0;
  if (b->dead_cap) memset(b->dead, 0, b->dead_cap * sizeof *b->dead); /* spans into the arena */
  kt_arena_reset(&b->arena);
}

kt_record *kt_builder_add(kt_builder *out, size_t frame) {
  kt_batch *b = out->batch;
  if (frame >= b->block.count) return NULL;
  kt_record *r = append(b, (uint32_t)frame);
  if (!r) return NULL;
  out->frame = (uint32_t)frame;
  r->arrived_ms = b->block.frames[frame].arrived_ms;
  r->raw = b->block.frames[frame].bytes;
  return r;
}

char *kt_builder_alloc(kt_builder *out, size_t n) {
  out->last = kt_arena_alloc(&out->batch->arena, n ? n : 1, 1);
  return out->last;
}

void kt_builder_trim(kt_builder *out, size_t used) {
  if (out->last) kt_arena_trim(&out->batch->arena, out->last, used);
  out->last = NULL;
}

kt_status kt_builder_score(kt_builder *out, const kt_score *score) {
  kt_batch *b = out->batch;
  if (!b->count) return KT_ESTATE;
  if (kt_batch_want_scores(b) < 0) return KT_ENOMEM;
  b->scores[b->count - 1] = *score;
  return KT_OK;
}

static kt_status set_dead(kt_batch *b, size_t i, const kt_dead *why) {
  size_t had = b->dead_cap;
  if (kt_grow(b->env, &b->dead, &b->dead_cap, i + 1, sizeof *b->dead)) return KT_ENOMEM;
  if (had < b->dead_cap) memset(b->dead + had, 0, (b->dead_cap - had) * sizeof *b->dead);
  kt_dead d = { .size = sizeof d, .attempts = why->attempts, .code = why->code };
  const kt_span *from[] = { &why->lane, &why->place, &why->reason };
  kt_span *to[] = { &d.lane, &d.place, &d.reason };
  for (int k = 0; k < 3; k++) {
    *to[k] = kt_arena_copy(&b->arena, *from[k]);
    if (!to[k]->ptr && to[k]->len) return KT_ENOMEM;
  }
  b->dead[i] = d;
  b->records[i].kind = KT_DEAD;
  return KT_OK;
}

kt_status kt_builder_dead(kt_builder *out, const kt_dead *dead) {
  if (dead->size < KT_OPS_UP_TO(kt_dead, reason)) return KT_EINVAL; /* no version's */
  out->last = NULL; /* no longer at the end of the arena */
  return out->batch->count ? set_dead(out->batch, out->batch->count - 1, dead) : KT_ESTATE;
}

kt_status kt_builder_reject(kt_builder *out, size_t frame, const kt_error *why) {
  static const kt_error unknown = { .code = KT_EPARSE, .message = "rejected by the parser" };
  kt_batch *b = out->batch;
  if (frame >= b->block.count) return KT_EINVAL;
  if (kt_grow(b->env, &b->rejects, &b->reject_cap, b->reject_count + 1, sizeof *b->rejects))
    return KT_ENOMEM;
  while (b->count && b->frame_of[b->count - 1] == frame) b->count--;
  b->rejects[b->reject_count++] = (kt_reject){ (uint32_t)frame, why ? *why : unknown };
  return KT_OK;
}

kt_dead kt_batch_reject(const kt_batch *b, size_t i, kt_span *frame) {
  const kt_reject *r = &b->rejects[i];
  const kt_frame *f = &b->block.frames[r->frame];
  *frame = f->bytes;
  return (kt_dead){ .size = sizeof(kt_dead),
                    .attempts = 1,
                    .code = r->why.code,
                    .lane = KT_LIT("parse"),
                    .place = f->place,
                    .reason = kt_span_of(r->why.message) };
}

kt_status kt_batch_add_dead(kt_batch *b, const kt_record *origin, kt_span frame,
                            const kt_dead *why) {
  kt_record *r = append(b, UINT32_MAX);
  if (!r) return KT_ENOMEM;
  r->raw = kt_arena_copy(&b->arena, frame);
  if (origin) {
    r->id = kt_arena_copy(&b->arena, origin->id);
    r->created_ms = origin->created_ms;
    r->arrived_ms = origin->arrived_ms;
    r->seq = origin->seq;
  }
  int failed = (!r->raw.ptr && r->raw.len) || (!r->id.ptr && r->id.len);
  if (failed || set_dead(b, b->count - 1, why) < 0) {
    b->count--;
    return KT_ENOMEM;
  }
  return KT_OK;
}
