/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <string.h>

enum { LEAST_CHUNK = 256, GREATEST_STEP = 1 << 20 };

/* Data starts 16-aligned behind the header. */
static size_t header_bytes(void) {
  return (sizeof(kt_arena_chunk) + 15) & ~(size_t)15;
}

static char *chunk_data(kt_arena_chunk *c) {
  return (char *)c + header_bytes();
}

void kt_arena_init(kt_arena *a, const kt_env *env, size_t first_bytes) {
  *a = (kt_arena){ .env = env };
  a->next_bytes = first_bytes < LEAST_CHUNK ? LEAST_CHUNK : first_bytes;
}

void kt_arena_free(kt_arena *a) {
  for (kt_arena_chunk *c = a->chunk, *prev; c; c = prev) {
    prev = c->prev;
    kt_env_release(a->env, c, header_bytes() + c->cap);
  }
  a->chunk = NULL;
  a->at = a->end = NULL;
}

/* Larger than what the arena has grown to by steps. */
static int is_huge(const kt_arena *a, const kt_arena_chunk *c) {
  return c->cap > GREATEST_STEP && c->cap > a->next_bytes;
}

void kt_arena_reset(kt_arena *a) {
  kt_arena_chunk *kept = a->chunk;
  while (kept && is_huge(a, kept)) kept = kept->prev;
  for (kt_arena_chunk *c = a->chunk, *prev; c; c = prev) {
    prev = c->prev;
    if (c != kept) kt_env_release(a->env, c, header_bytes() + c->cap);
  }
  a->chunk = kept;
  a->at = a->end = NULL;
  if (!kept) return;
  kept->prev = NULL;
  a->at = chunk_data(kept);
  a->end = a->at + kept->cap;
}

void *kt_arena_slow(kt_arena *a, size_t n, size_t align) {
  size_t cap = a->next_bytes;
  if (n > SIZE_MAX / 2) return NULL;
  if (cap < n + align) cap = n + align;
  kt_arena_chunk *c = kt_env_alloc(a->env, header_bytes() + cap);
  if (!c) return NULL;
  c->prev = a->chunk;
  c->cap = cap;
  a->chunk = c;
  a->at = chunk_data(c);
  a->end = a->at + cap;
  if (a->next_bytes < GREATEST_STEP) a->next_bytes *= 2;
  char *p = a->at; /* 16-aligned, and no larger alignment is allowed */
  a->at = p + n;
  return p;
}

kt_span kt_arena_copy(kt_arena *a, kt_span s) {
  if (!s.ptr) return (kt_span){ NULL, 0 };
  char *p = kt_arena_alloc(a, s.len ? s.len : 1, 1);
  if (!p) return (kt_span){ NULL, 1 };
  if (s.len) memcpy(p, s.ptr, s.len);
  return (kt_span){ p, s.len };
}
