/* SPDX-License-Identifier: Apache-2.0 */
/* Bump allocation: many small pieces, one release. */
#ifndef KT_BASE_ARENA_H
#define KT_BASE_ARENA_H

#include <kappatweet/env.h>

typedef struct kt_arena_chunk {
  struct kt_arena_chunk *prev;
  size_t cap; /* bytes of data */
} kt_arena_chunk;

typedef struct kt_arena {
  const kt_env *env;
  kt_arena_chunk *chunk; /* newest first */
  char *at, *end;
  size_t next_bytes; /* size of the next chunk */
} kt_arena;

void kt_arena_init(kt_arena *a, const kt_env *env, size_t first_bytes);
void kt_arena_free(kt_arena *a);
/* Forgets all pieces and keeps the newest chunk, but none that one huge piece needed. */
void kt_arena_reset(kt_arena *a);
void *kt_arena_slow(kt_arena *a, size_t n, size_t align);
/* Copies `s`; the null span stays null; .ptr == NULL with .len != 0 on failure. */
kt_span kt_arena_copy(kt_arena *a, kt_span s);

/* NULL on failure; align is a power of two, at most 16. */
static inline void *kt_arena_alloc(kt_arena *a, size_t n, size_t align) {
  uintptr_t p = ((uintptr_t)a->at + align - 1) & ~(uintptr_t)(align - 1);
  if (a->at && n <= (uintptr_t)a->end - p && p <= (uintptr_t)a->end) {
    a->at = (char *)p + n;
    return (char *)p;
  }
  return kt_arena_slow(a, n, align);
}

/* Gives back the end of the piece allocated last, which starts at `p`. */
static inline void kt_arena_trim(kt_arena *a, char *p, size_t used) {
  a->at = p + used;
}

#endif
