/* SPDX-License-Identifier: Apache-2.0 */
/* What a format provides to codec.c. */
#ifndef KT_IO_CODEC_OPS_H
#define KT_IO_CODEC_OPS_H

#include "io/codec.h"

struct kt_decompressor {
  const kt_env *env;
  const struct kt_decompressor_ops *ops;
  int whole; /* between members; kept by run */
};

typedef struct kt_decompressor_ops {
  size_t size; /* of the struct that begins with kt_decompressor; it is zeroed */
  kt_status (*init)(kt_decompressor *d, kt_error *err);
  kt_status (*run)(kt_decompressor *d, kt_span *in, char *out, size_t cap, size_t *made,
                   kt_error *err);
  void (*end)(kt_decompressor *d);
} kt_decompressor_ops;

struct kt_compressor {
  const kt_env *env;
  const struct kt_compressor_ops *ops;
  int level;
  int begun; /* a piece is unfinished */
};

typedef struct kt_compressor_ops {
  size_t size;
  int max_level;
  kt_status (*init)(kt_compressor *e, kt_error *err);
  /* Compresses all of `in`, then ends the piece if `finish`. */
  kt_status (*run)(kt_compressor *e, kt_span in, int finish, kt_buf *out, kt_error *err);
  kt_status (*reset)(kt_compressor *e); /* to before a piece */
  void (*end)(kt_compressor *e);
} kt_compressor_ops;

extern const kt_decompressor_ops kt_gzip_decompressor, kt_zstd_decompressor, kt_bzip2_decompressor;
extern const kt_compressor_ops kt_gzip_compressor, kt_zstd_compressor, kt_bzip2_compressor;

/* For libraries that release without telling the size: it is kept in front. */
void *kt_codec_alloc(const kt_env *env, size_t items, size_t size);
void kt_codec_release(const kt_env *env, void *p);

enum { KT_CODEC_STEP = 16 * 1024 }; /* output room asked for at a time */

#endif
