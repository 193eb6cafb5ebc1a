/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a parser: frames to records. */
#ifndef KT_PARSER_H
#define KT_PARSER_H

#include <kappatweet/batch.h>
#include <kappatweet/conf.h>
#include <kappatweet/env.h>

#ifdef __cplusplus
extern "C" {
#endif

/* caps of parser, filter and scorer: the same object may be called from several threads with
 * different batches, and its answer depends on the batch alone. A parser must be KT_PURE. */
enum { KT_PURE = 1 };

typedef struct kt_parser_ops { /* rules: see source.h */
  uint32_t size, need;
  const char *name, *options;
  uint32_t caps, reserved;
  kt_status (*open)(void *user, const kt_env *env, const kt_conf *conf, void **self, kt_error *err);
  /* REQUIRED. Adds the records of each frame, in order. A frame that is not understood is rejected
   * with kt_builder_reject() and the rest goes on; a failure is about the whole block (KT_ENOMEM).
   */
  kt_status (*parse)(void *self, const kt_block *in, kt_builder *out, kt_error *err);
  void (*close)(void *self); /* REQUIRED */
} kt_parser_ops;

/* The frames of a block. 64 bytes after each frame are readable. Borrowed from the block. */
KT_API size_t kt_block_count(const kt_block *in);
KT_API kt_span kt_block_frame(const kt_block *in, size_t i);
KT_API kt_span kt_block_place(const kt_block *in, size_t i);
KT_API int64_t kt_block_arrived_ms(const kt_block *in, size_t i);

/* Adds a record for frame i and returns it to be filled in: all fields null or KT_UNKNOWN, kind
 * KT_POST, raw the frame, arrived_ms the frame's. Valid until the next call of kt_builder_add().
 * Frames are taken in ascending order. Spans may point into the frame or into memory of
 * kt_builder_alloc(). NULL: no memory. */
KT_API kt_record *kt_builder_add(kt_builder *out, size_t frame);
/* Memory that lives as long as the batch; NULL: no memory. Not aligned. */
KT_API char *kt_builder_alloc(kt_builder *out, size_t n);
/* Gives back the unused end of the last kt_builder_alloc(), of which `used` bytes are kept. */
KT_API void kt_builder_trim(kt_builder *out, size_t used);
/* Scores the record added last. */
KT_API kt_status kt_builder_score(kt_builder *out, const kt_score *score);
/* Marks the record added last as a dead letter read back (kind KT_DEAD); spans are copied.
 * KT_EINVAL: dead->size is that of no version; KT_ESTATE: no record yet; KT_ENOMEM. */
KT_API kt_status kt_builder_dead(kt_builder *out, const kt_dead *dead);
/* Sets frame i aside with a reason (NULL: none); records already added for it are withdrawn.
 * KT_EINVAL: no frame i; KT_ENOMEM. */
KT_API kt_status kt_builder_reject(kt_builder *out, size_t frame, const kt_error *why);

#ifdef __cplusplus
}
#endif
#endif
