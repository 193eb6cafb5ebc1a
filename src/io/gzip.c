/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 1952 through zlib: it is everywhere, and takes an allocator. */
#include <zlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "io/codec_ops.h"

enum { GZIP_WINDOW = 15 + 16 }; /* the largest window, with the gzip header */

static voidpf take(voidpf env, uInt items, uInt size) {
  return kt_codec_alloc(env, items, size);
}
static void give(voidpf env, voidpf p) {
  kt_codec_release(env, p);
}

static uInt at_most(size_t n) {
  return n > (1u << 30) ? 1u << 30 : (uInt)n;
}

typedef struct gzip_decompressor {
  kt_decompressor base;
  z_stream z;
} gzip_decompressor;

static kt_status decompress_init(kt_decompressor *base, kt_error *err) {
  gzip_decompressor *d = (gzip_decompressor *)base;
  d->z.zalloc = take;
  d->z.zfree = give;
  d->z.opaque = (voidpf)base->env;
  return inflateInit2(&d->z, GZIP_WINDOW) == Z_OK ? KT_OK : kt_fail_nomem(err, "gzip");
}

static void decompress_end(kt_decompressor *base) {
  inflateEnd(&((gzip_decompressor *)base)->z);
}

/* Tapes and block devices pad with zeros; like gzip(1) we pass over them. */
static void skip_padding(kt_span *in) {
  while (in->len && !*in->ptr) in->ptr++, in->len--;
}

static kt_status decompress_run(kt_decompressor *base, kt_span *in, char *out, size_t cap,
                                size_t *made, kt_error *err) {
  gzip_decompressor *d = (gzip_decompressor *)base;
  while (*made < cap) {
    if (base->whole) {
      skip_padding(in);
      if (!in->len) return KT_OK;
    }
    uInt had = at_most(in->len), room = at_most(cap - *made);
    d->z.next_in = (Bytef *)in->ptr;
    d->z.avail_in = had;
    d->z.next_out = (Bytef *)out + *made;
    d->z.avail_out = room;
    int r = inflate(&d->z, Z_NO_FLUSH);
    size_t took = had - d->z.avail_in, gave = room - d->z.avail_out;
    in->ptr += took;
    in->len -= took;
    *made += gave;
    base->whole = 0;
    if (r == Z_STREAM_END) {
      if (inflateReset(&d->z) != Z_OK) return kt_fail_nomem(err, "gzip");
      base->whole = 1;
    } else if (r == Z_MEM_ERROR)
      return kt_fail_nomem(err, "gzip");
    else if (r != Z_OK && r != Z_BUF_ERROR)
      return kt_fail(err, KT_ECORRUPT, 0, "gzip", "damaged gzip data (%s)",
                     d->z.msg ? d->z.msg : "no reason given");
    else if (!took && !gave)
      return KT_OK;
  }
  return KT_OK;
}

const kt_decompressor_ops kt_gzip_decompressor = { sizeof(gzip_decompressor), decompress_init,
                                                   decompress_run, decompress_end };

typedef struct gzip_compressor {
  kt_compressor base;
  z_stream z;
} gzip_compressor;

static kt_status compress_init(kt_compressor *base, kt_error *err) {
  gzip_compressor *e = (gzip_compressor *)base;
  e->z.zalloc = take;
  e->z.zfree = give;
  e->z.opaque = (voidpf)base->env;
  int r = deflateInit2(&e->z, base->level ? base->level : Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                       GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY);
  return r == Z_OK ? KT_OK : kt_fail_nomem(err, "gzip");
}

static void compress_end(kt_compressor *base) {
  deflateEnd(&((gzip_compressor *)base)->z);
}

static kt_status compress_reset(kt_compressor *base) {
  return deflateReset(&((gzip_compressor *)base)->z) == Z_OK ? KT_OK : KT_ENOMEM;
}

static kt_status compress_run(kt_compressor *base, kt_span in, int finish, kt_buf *out,
                              kt_error *err) {
  gzip_compressor *e = (gzip_compressor *)base;
  int r = Z_OK;
  do {
    uInt had = at_most(in.len);
    if (kt_buf_need(out, KT_CODEC_STEP)) return kt_fail_nomem(err, "gzip");
    uInt room = at_most(out->cap - out->len);
    e->z.next_in = (Bytef *)in.ptr;
    e->z.avail_in = had;
    e->z.next_out = (Bytef *)out->ptr + out->len;
    e->z.avail_out = room;
    r = deflate(&e->z, finish ? Z_FINISH : Z_NO_FLUSH);
    in.ptr += had - e->z.avail_in;
    in.len -= had - e->z.avail_in;
    out->len += room - e->z.avail_out;
    if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR) return kt_fail_nomem(err, "gzip");
  } while (in.len || (finish && r != Z_STREAM_END));
  return KT_OK;
}

const kt_compressor_ops kt_gzip_compressor = { sizeof(gzip_compressor), 9,
                                               compress_init,           compress_run,
                                               compress_reset,          compress_end };
