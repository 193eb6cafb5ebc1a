/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2 through libbz2, which takes an allocator. It has no reset: a stream is ended and begun. */
#include <bzlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "io/codec_ops.h"

static void *take(void *env, int items, int size) {
  return kt_codec_alloc(env, (size_t)items, (size_t)size);
}
static void give(void *env, void *p) {
  kt_codec_release(env, p);
}

static unsigned at_most(size_t n) {
  return n > (1u << 30) ? 1u << 30 : (unsigned)n;
}

static void prepare(bz_stream *z, const kt_env *env) {
  *z = (bz_stream){ .bzalloc = take, .bzfree = give, .opaque = (void *)env };
}

typedef struct bzip2_decompressor {
  kt_decompressor base;
  bz_stream z;
  int live; /* a stream is begun */
} bzip2_decompressor;

/* A stream takes 4 MB: begun when its first byte is there. */
static kt_status decompress_init(kt_decompressor *base, kt_error *err) {
  (void)base, (void)err;
  return KT_OK;
}

static void decompress_end(kt_decompressor *base) {
  bzip2_decompressor *d = (bzip2_decompressor *)base;
  if (d->live) BZ2_bzDecompressEnd(&d->z);
  d->live = 0;
}

static kt_status decompress_begin(bzip2_decompressor *d, kt_error *err) {
  prepare(&d->z, d->base.env);
  if (BZ2_bzDecompressInit(&d->z, 0, 0) != BZ_OK) return kt_fail_nomem(err, "bzip2");
  d->live = 1;
  d->base.whole = 0;
  return KT_OK;
}

static kt_status decompress_run(kt_decompressor *base, kt_span *in, char *out, size_t cap,
                                size_t *made, kt_error *err) {
  bzip2_decompressor *d = (bzip2_decompressor *)base;
  while (*made < cap) {
    if (!d->live) {
      if (!in->len) return KT_OK;
      kt_status st = decompress_begin(d, err);
      if (st < 0) return st;
    }
    unsigned had = at_most(in->len), room = at_most(cap - *made);
    d->z.next_in = (char *)in->ptr;
    d->z.avail_in = had;
    d->z.next_out = out + *made;
    d->z.avail_out = room;
    int r = BZ2_bzDecompress(&d->z);
    size_t took = had - d->z.avail_in, gave = room - d->z.avail_out;
    in->ptr += took;
    in->len -= took;
    *made += gave;
    if (r == BZ_STREAM_END) {
      decompress_end(base);
      base->whole = 1;
    } else if (r == BZ_MEM_ERROR)
      return kt_fail_nomem(err, "bzip2");
    else if (r != BZ_OK)
      return kt_fail(err, KT_ECORRUPT, 0, "bzip2", "damaged bzip2 data");
    else if (!took && !gave)
      return KT_OK;
  }
  return KT_OK;
}

const kt_decompressor_ops kt_bzip2_decompressor = { sizeof(bzip2_decompressor), decompress_init,
                                                    decompress_run, decompress_end };

typedef struct bzip2_compressor {
  kt_compressor base;
  bz_stream z;
  int live;
} bzip2_compressor;

static kt_status compress_init(kt_compressor *base, kt_error *err) {
  (void)base, (void)err;
  return KT_OK;
}

static void compress_end(kt_compressor *base) {
  bzip2_compressor *e = (bzip2_compressor *)base;
  if (e->live) BZ2_bzCompressEnd(&e->z);
  e->live = 0;
}

static kt_status compress_reset(kt_compressor *base) {
  compress_end(base);
  return KT_OK;
}

static kt_status compress_run(kt_compressor *base, kt_span in, int finish, kt_buf *out,
                              kt_error *err) {
  bzip2_compressor *e = (bzip2_compressor *)base;
  if (!e->live) {
    prepare(&e->z, base->env);
    if (BZ2_bzCompressInit(&e->z, base->level ? base->level : 9, 0, 0) != BZ_OK)
      return kt_fail_nomem(err, "bzip2");
    e->live = 1;
  }
  int r = BZ_RUN_OK;
  while (in.len || (finish && r != BZ_STREAM_END)) {
    if (kt_buf_need(out, KT_CODEC_STEP)) return kt_fail_nomem(err, "bzip2");
    unsigned had = at_most(in.len), room = at_most(out->cap - out->len);
    e->z.next_in = (char *)in.ptr;
    e->z.avail_in = had;
    e->z.next_out = out->ptr + out->len;
    e->z.avail_out = room;
    r = BZ2_bzCompress(&e->z, finish ? BZ_FINISH : BZ_RUN);
    if (r < 0) return kt_fail_nomem(err, "bzip2");
    in.ptr += had - e->z.avail_in;
    in.len -= had - e->z.avail_in;
    out->len += room - e->z.avail_out;
  }
  return KT_OK;
}

const kt_compressor_ops kt_bzip2_compressor = {
  sizeof(bzip2_compressor), 9, compress_init, compress_run, compress_reset, compress_end
};
