/* SPDX-License-Identifier: Apache-2.0 */
/* Batches as Arrow C data interface structs, for pyarrow, pandas, polars, DuckDB. */
#ifndef KT_ARROW_H
#define KT_ARROW_H

#include <kappatweet/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The two structs and three flags are those of the Arrow specification; the guard is the one that
 * it prescribes, so that this header may meet another's copy. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

/* Exports a batch as one struct array. `record` is "tweet", "sentiment", "full" or "raw", with the
 * columns of the same record in encode.h, all of them nullable: text is utf8 (large_utf8 when a
 * column holds 2 GiB or more), created_time timestamp[ms, UTC], id and run_time_limit of `tweet`
 * int64, run_start_time float64 (s), scores float32, flags bool. Records that the layout cannot
 * hold are left out, dead letters from all but `full`. On KT_OK both structs are the caller's, who
 * calls their `release` (any thread, the env's allocator permitting); they hold no reference to the
 * batch. KT_EINVAL, KT_ENOMEM (then neither is set). Any thread. */
KT_API kt_status kt_batch_export_arrow(const kt_env *env, const kt_batch *b, const char *record,
                                       struct ArrowSchema *schema, struct ArrowArray *array,
                                       kt_error *err);

#ifdef __cplusplus
}
#endif
#endif
