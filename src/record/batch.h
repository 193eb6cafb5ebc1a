/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a batch and of its builder. */
#ifndef KT_RECORD_BATCH_H
#define KT_RECORD_BATCH_H

#include <pthread.h>
#include <stdatomic.h>

#include <kappatweet/batch.h>
#include <kappatweet/parser.h>

#include "record/block.h"

/* Finished batches that wait to be used again, so that the steady state allocates nothing. Lives
 * until it is closed and the last of its batches has come back. Any thread. */
typedef struct kt_batch_pool kt_batch_pool;
kt_batch_pool *kt_batch_pool_new(const kt_env *env, size_t keep); /* NULL: no memory */
void kt_batch_pool_close(kt_batch_pool *pool);                    /* NULL allowed */

typedef struct kt_reject {
  uint32_t frame;
  kt_error why;
} kt_reject;

struct kt_batch {
  kt_env *env;
  kt_batch_pool *pool; /* NULL: not pooled */
  kt_batch *next_free;
  atomic_size_t refs;
  kt_block block; /* the frames that `raw` and unescaped texts point into */
  kt_arena arena; /* what the parser made */
  kt_record *records;
  uint32_t *frame_of; /* index of the frame of each record */
  size_t count, cap, frame_cap;
  kt_score
      *scores; /* NULL or one a record; label KT_LABEL_NONE without KT_SCORE_FAILED: no score */
  size_t score_cap;
  int scored;    /* scores are valid */
  kt_dead *dead; /* parallel to records, set for those of kind KT_DEAD; NULL if there are none */
  size_t dead_cap;
  kt_reject *rejects;
  size_t reject_count, reject_cap;
  int64_t watermark_ms;
  char id[33];
  char scorer[64], scorer_version[64], model_hash[64]; /* NUL-terminated, "" = not told */
};

/* An empty batch with one reference, from the pool or (pool NULL) from env. NULL: no memory. */
kt_batch *kt_batch_new(const kt_env *env, kt_batch_pool *pool);

struct kt_builder {
  kt_batch *batch;
  uint32_t frame; /* the frame of the last record */
  char *last;     /* the newest piece of kt_builder_alloc() */
};

/* Takes out the records whose keep[i] is 0. */
void kt_batch_compact(kt_batch *b, const uint8_t *keep);
/* Makes room for a record of no frame before record `at`, all fields unset. NULL: no memory. */
kt_record *kt_batch_insert(kt_batch *b, size_t at);
/* Takes back what a parser made of the block. */
void kt_batch_forget(kt_batch *b);
/* Room for a score on each record, all unset. */
kt_status kt_batch_want_scores(kt_batch *b);
/* For kt_batch_scorer() and what is beside it; each is copied and cut to 63 bytes. */
void kt_batch_set_scorer(kt_batch *b, kt_span name, kt_span version, kt_span model_hash);
/* Why the parser rejected what rejects[i] is about, and the frame; both borrowed from the batch. */
kt_dead kt_batch_reject(const kt_batch *b, size_t i, kt_span *frame);
/* Appends a KT_DEAD record; everything is copied. `origin` (may be NULL) gives id and times. */
kt_status kt_batch_add_dead(kt_batch *b, const kt_record *origin, kt_span frame,
                            const kt_dead *why);
/* Writes the 32 digits of the id: of the source's name, the first place and the first frame. The
 * frame is in it so that another file under the same name is another batch. */
void kt_batch_make_id(kt_batch *b, kt_span source);

#endif
