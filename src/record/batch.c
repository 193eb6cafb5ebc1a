/* SPDX-License-Identifier: Apache-2.0 */
#include "record/batch.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/ops.h"
#include "base/span.h"
#include "base/utf8.h"

static_assert(sizeof(kt_score) == 24, "kt_score is 24 bytes for ever");
static_assert(sizeof(kt_record) == 56 + 8 * sizeof(kt_span), "kt_record is frozen");

enum { ARENA_BYTES = 64 * 1024, ID_FRAME_BYTES = 4096 };

static kt_batch *batch_alloc(const kt_env *env) {
  kt_batch *b = kt_zalloc(env, sizeof *b);
  if (!b) return NULL;
  b->env = kt_env_ref(env);
  kt_block_init(&b->block, b->env);
  kt_arena_init(&b->arena, b->env, ARENA_BYTES);
  return b;
}

static void batch_release(kt_batch *b) {
  kt_env *env = b->env;
  kt_block_free(&b->block);
  kt_arena_free(&b->arena);
  kt_env_release(env, b->records, b->cap * sizeof *b->records);
  kt_env_release(env, b->frame_of, b->frame_cap * sizeof *b->frame_of);
  kt_env_release(env, b->scores, b->score_cap * sizeof *b->scores);
  kt_env_release(env, b->dead, b->dead_cap * sizeof *b->dead);
  kt_env_release(env, b->rejects, b->reject_cap * sizeof *b->rejects);
  kt_env_release(env, b, sizeof *b);
  kt_env_free(env);
}

static void batch_reset(kt_batch *b) {
  kt_block_reset(&b->block);
  kt_arena_reset(&b->arena);
  b->count = b->reject_count = 0;
  b->scored = 0;
  b->watermark_ms = KT_UNKNOWN;
  memset(b->id, '0', 32);
  b->id[32] = '\0';
  b->scorer[0] = b->scorer_version[0] = b->model_hash[0] = '\0';
  if (b->dead) memset(b->dead, 0, b->dead_cap * sizeof *b->dead);
}

struct kt_batch_pool {
  kt_env *env;
  pthread_mutex_t lock;
  kt_batch *free;
  size_t keep, idle, out; /* out: batches in use */
  int closed;
};

kt_batch_pool *kt_batch_pool_new(const kt_env *env, size_t keep) {
  kt_batch_pool *p = kt_zalloc(env, sizeof *p);
  if (!p) return NULL;
  if (pthread_mutex_init(&p->lock, NULL) != 0) {
    kt_env_release(env, p, sizeof *p);
    return NULL;
  }
  p->env = kt_env_ref(env);
  p->keep = keep;
  return p;
}

static void pool_release(kt_batch_pool *p) {
  kt_env *env = p->env;
  pthread_mutex_destroy(&p->lock);
  kt_env_release(env, p, sizeof *p);
  kt_env_free(env);
}

void kt_batch_pool_close(kt_batch_pool *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->closed = 1;
  kt_batch *list = p->free;
  p->free = NULL;
  p->idle = 0;
  int last = p->out == 0;
  pthread_mutex_unlock(&p->lock);
  for (kt_batch *next; list; list = next) {
    next = list->next_free;
    batch_release(list);
  }
  if (last) pool_release(p);
}

static kt_batch *pool_take(kt_batch_pool *p) {
  pthread_mutex_lock(&p->lock);
  kt_batch *b = p->free;
  if (b) {
    p->free = b->next_free;
    p->idle--;
  }
  p->out++;
  pthread_mutex_unlock(&p->lock);
  if (b) return b;
  b = batch_alloc(p->env);
  if (b) return b;
  pthread_mutex_lock(&p->lock);
  p->out--;
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

static void pool_give(kt_batch_pool *p, kt_batch *b) {
  pthread_mutex_lock(&p->lock);
  p->out--;
  int kept = !p->closed && p->idle < p->keep;
  if (kept) {
    b->next_free = p->free;
    p->free = b;
    p->idle++;
  }
  int last = p->closed && p->out == 0;
  pthread_mutex_unlock(&p->lock);
  if (!kept) batch_release(b);
  if (last) pool_release(p);
}

kt_batch *kt_batch_new(const kt_env *env, kt_batch_pool *pool) {
  kt_batch *b = pool ? pool_take(pool) : batch_alloc(env);
  if (!b) return NULL;
  batch_reset(b);
  b->pool = pool;
  atomic_init(&b->refs, 1);
  return b;
}

kt_batch *kt_batch_ref(const kt_batch *batch) {
  kt_batch *b = (kt_batch *)batch;
  atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
  return b;
}

void kt_batch_unref(kt_batch *b) {
  if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1) return;
  if (!b->pool) {
    batch_release(b);
    return;
  }
  batch_reset(b);
  pool_give(b->pool, b);
}

size_t kt_batch_count(const kt_batch *b) {
  return b->count;
}

const kt_record *kt_batch_record(const kt_batch *b, size_t i) {
  return i < b->count ? &b->records[i] : NULL;
}

const kt_score *kt_batch_score(const kt_batch *b, size_t i) {
  if (!b->scored || i >= b->count) return NULL;
  const kt_score *s = &b->scores[i];
  return s->label == KT_LABEL_NONE && !(s->flags & KT_SCORE_FAILED) ? NULL : s;
}

kt_span kt_batch_place(const kt_batch *b, size_t i) {
  if (i >= b->count) return KT_NULL_SPAN;
  if (b->records[i].kind == KT_DEAD && i < b->dead_cap) return b->dead[i].place;
  return b->frame_of[i] < b->block.count ? b->block.frames[b->frame_of[i]].place : KT_NULL_SPAN;
}

kt_span kt_batch_id(const kt_batch *b) {
  return kt_span_make(b->id, 32);
}
int64_t kt_batch_watermark_ms(const kt_batch *b) {
  return b->watermark_ms;
}

kt_status kt_batch_dead(const kt_batch *b, size_t i, kt_dead *out) {
  if (i >= b->count || b->records[i].kind != KT_DEAD || i >= b->dead_cap) return KT_EINVAL;
  return kt_ops_give(out, &b->dead[i], sizeof b->dead[i]);
}

void kt_batch_compact(kt_batch *b, const uint8_t *keep) {
  size_t n = 0;
  for (size_t i = 0; i < b->count; i++) {
    if (!keep[i]) continue;
    if (n != i) {
      b->records[n] = b->records[i];
      b->frame_of[n] = b->frame_of[i];
      if (b->scored) b->scores[n] = b->scores[i];
      /* `dead` reaches only to the last dead letter; a batch used again may have a shorter one. */
      if (b->records[n].kind == KT_DEAD && i < b->dead_cap) b->dead[n] = b->dead[i];
    }
    n++;
  }
  b->count = n;
}

kt_status kt_batch_want_scores(kt_batch *b) {
  if (b->scored) return KT_OK;
  if (kt_grow(b->env, &b->scores, &b->score_cap, b->count ? b->count : 1, sizeof *b->scores))
    return KT_ENOMEM;
  memset(b->scores, 0, b->score_cap * sizeof *b->scores);
  b->scored = 1;
  return KT_OK;
}

void kt_batch_make_id(kt_batch *b, kt_span source) {
  static const char digits[] = "0123456789abcdef";
  kt_span place = KT_NULL_SPAN, frame = KT_NULL_SPAN;
  if (b->block.count) {
    place = b->block.frames[0].place;
    frame = b->block.frames[0].bytes;
  }
  size_t n = frame.len < ID_FRAME_BYTES ? frame.len : ID_FRAME_BYTES;
  kt_hash128 h = kt_hash(source.ptr, source.len, 0);
  h = kt_hash(place.ptr, place.len, h.hi ^ h.lo);
  h = kt_hash(frame.ptr, n, h.hi ^ h.lo);
  for (int i = 0; i < 16; i++) {
    b->id[i] = digits[h.hi >> (60 - 4 * i) & 15];
    b->id[16 + i] = digits[h.lo >> (60 - 4 * i) & 15];
  }
}

static void keep_name(char out[64], kt_span name) {
  size_t n = name.ptr ? kt_utf8_cut(name.ptr, name.len, 63) : 0;
  if (n) memcpy(out, name.ptr, n);
  out[n] = '\0';
}

void kt_batch_set_scorer(kt_batch *b, kt_span name, kt_span version, kt_span model_hash) {
  keep_name(b->scorer, name);
  keep_name(b->scorer_version, version);
  keep_name(b->model_hash, model_hash);
}

static kt_span name_of(const char *kept) {
  return *kept ? kt_span_of(kept) : KT_NULL_SPAN;
}

kt_span kt_batch_scorer(const kt_batch *b) {
  return name_of(b->scorer);
}

kt_span kt_batch_scorer_version(const kt_batch *b) {
  return name_of(b->scorer_version);
}

kt_span kt_batch_model_hash(const kt_batch *b) {
  return name_of(b->model_hash);
}
