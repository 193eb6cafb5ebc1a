/* SPDX-License-Identifier: Apache-2.0 */
#include "record/block.h"

#include "base/alloc.h"

enum { ARENA_BYTES = 4096 };

kt_slab *kt_slab_new(const kt_env *env, size_t cap) {
  if (cap > SIZE_MAX / 2) return NULL;
  kt_slab *s = kt_env_alloc(env, sizeof *s + cap + KT_SLACK);
  if (!s) return NULL;
  s->env = kt_env_ref(env);
  atomic_init(&s->refs, 1);
  s->cap = cap;
  memset(s->data + cap, 0, KT_SLACK);
  return s;
}

kt_slab *kt_slab_ref(kt_slab *s) {
  atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
  return s;
}

void kt_slab_unref(kt_slab *s) {
  if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
  kt_env *env = s->env;
  kt_env_release(env, s, sizeof *s + s->cap + KT_SLACK);
  kt_env_free(env);
}

void kt_block_init(kt_block *b, const kt_env *env) {
  *b = (kt_block){ .env = env };
  kt_arena_init(&b->arena, env, ARENA_BYTES);
}

void kt_block_reset(kt_block *b) {
  for (size_t i = 0; i < b->slab_count; i++) kt_slab_unref(b->slabs[i]);
  b->slab_count = b->count = b->bytes = 0;
  kt_arena_reset(&b->arena);
}

void kt_block_free(kt_block *b) {
  kt_block_reset(b);
  kt_arena_free(&b->arena);
  kt_env_release(b->env, b->slabs, b->slab_cap * sizeof *b->slabs);
  kt_env_release(b->env, b->frames, b->cap * sizeof *b->frames);
  b->slabs = NULL;
  b->frames = NULL;
  b->slab_cap = b->cap = 0;
}

kt_status kt_block_hold(kt_block *b, kt_slab *s) {
  if (b->slab_count && b->slabs[b->slab_count - 1] == s) return KT_OK;
  if (kt_grow(b->env, &b->slabs, &b->slab_cap, b->slab_count + 1, sizeof *b->slabs))
    return KT_ENOMEM;
  b->slabs[b->slab_count++] = kt_slab_ref(s);
  return KT_OK;
}

static kt_status copy_frame(kt_block *b, kt_span *frame) {
  char *p = kt_arena_alloc(&b->arena, frame->len + KT_SLACK, 1);
  if (!p) return KT_ENOMEM;
  if (frame->len) memcpy(p, frame->ptr, frame->len);
  memset(p + frame->len, 0, KT_SLACK);
  frame->ptr = p;
  return KT_OK;
}

kt_status kt_block_add(kt_block *b, kt_span frame, int copy, kt_span place, int64_t arrived_ms) {
  if (kt_grow(b->env, &b->frames, &b->cap, b->count + 1, sizeof *b->frames)) return KT_ENOMEM;
  if (copy && copy_frame(b, &frame) < 0) return KT_ENOMEM;
  kt_span kept = kt_arena_copy(&b->arena, place);
  if (!kept.ptr && kept.len) return KT_ENOMEM;
  b->frames[b->count++] = (kt_frame){ frame, kept, arrived_ms };
  b->bytes += frame.len;
  return KT_OK;
}

size_t kt_block_count(const kt_block *b) {
  return b->count;
}
kt_span kt_block_frame(const kt_block *b, size_t i) {
  return b->frames[i].bytes;
}
kt_span kt_block_place(const kt_block *b, size_t i) {
  return b->frames[i].place;
}
int64_t kt_block_arrived_ms(const kt_block *b, size_t i) {
  return b->frames[i].arrived_ms;
}
