/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of one batch: spans into slabs, which a source reads into without a copy. */
#ifndef KT_RECORD_BLOCK_H
#define KT_RECORD_BLOCK_H

#include <stdatomic.h>

#include <kappatweet/parser.h>

#include "base/arena.h"

enum { KT_SLACK = 64 }; /* readable bytes after every frame, for vector loads */

/* Memory that several blocks share: a block ends in the middle of what was read. */
typedef struct kt_slab {
  kt_env *env;
  atomic_size_t refs;
  size_t cap; /* usable bytes; KT_SLACK more are there */
  char data[];
} kt_slab;

kt_slab *kt_slab_new(const kt_env *env, size_t cap); /* NULL: no memory */
kt_slab *kt_slab_ref(kt_slab *s);
void kt_slab_unref(kt_slab *s); /* NULL allowed; any thread */

typedef struct kt_frame {
  kt_span bytes, place;
  int64_t arrived_ms;
} kt_frame;

struct kt_block {
  const kt_env *env;
  kt_arena arena; /* places and copied frames */
  kt_slab **slabs;
  size_t slab_count, slab_cap;
  kt_frame *frames;
  size_t count, cap;
  size_t bytes; /* of all frames */
};

void kt_block_init(kt_block *b, const kt_env *env);
void kt_block_reset(kt_block *b); /* empty; keeps its arrays */
void kt_block_free(kt_block *b);
/* Holds the slab as long as the block lives; once for each slab. */
kt_status kt_block_hold(kt_block *b, kt_slab *s);
/* Adds a frame that lies in a held slab, or a copy of it. */
kt_status kt_block_add(kt_block *b, kt_span frame, int copy, kt_span place, int64_t arrived_ms);

#endif
