/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8878 through libzstd, by its stable functions only: memory is the library's own. */
#include <zstd.h>
#include <zstd_errors.h>

#include "base/buf.h"
#include "base/error.h"
#include "io/codec_ops.h"

typedef struct zstd_decompressor {
  kt_decompressor base;
  ZSTD_DCtx *z;
} zstd_decompressor;

static kt_status decompress_init(kt_decompressor *base, kt_error *err) {
  zstd_decompressor *d = (zstd_decompressor *)base;
  d->z = ZSTD_createDCtx();
  return d->z ? KT_OK : kt_fail_nomem(err, "zstd");
}

static void decompress_end(kt_decompressor *base) {
  ZSTD_freeDCtx(((zstd_decompressor *)base)->z);
}

static kt_status decompress_run(kt_decompressor *base, kt_span *in, char *out, size_t cap,
                                size_t *made, kt_error *err) {
  zstd_decompressor *d = (zstd_decompressor *)base;
  while (*made < cap && (in->len || !base->whole)) {
    ZSTD_inBuffer from = { in->ptr, in->len, 0 };
    ZSTD_outBuffer to = { out + *made, cap - *made, 0 };
    size_t r = ZSTD_decompressStream(d->z, &to, &from);
    in->ptr += from.pos;
    in->len -= from.pos;
    *made += to.pos;
    if (ZSTD_isError(r)) {
      ZSTD_ErrorCode code = ZSTD_getErrorCode(r);
      if (code == ZSTD_error_memory_allocation) return kt_fail_nomem(err, "zstd");
      if (code == ZSTD_error_frameParameter_windowTooLarge)
        return kt_fail(
            err, KT_ETOOBIG, 0, "zstd",
            "zstd data wants a window of more than 128 MiB (made with --long=28 or more)");
      return kt_fail(err, KT_ECORRUPT, 0, "zstd", "damaged zstd data (%s)", ZSTD_getErrorName(r));
    }
    base->whole = r == 0;
    if (!from.pos && !to.pos) return KT_OK;
  }
  return KT_OK;
}

const kt_decompressor_ops kt_zstd_decompressor = { sizeof(zstd_decompressor), decompress_init,
                                                   decompress_run, decompress_end };

typedef struct zstd_compressor {
  kt_compressor base;
  ZSTD_CCtx *z;
} zstd_compressor;

static kt_status compress_init(kt_compressor *base, kt_error *err) {
  zstd_compressor *e = (zstd_compressor *)base;
  e->z = ZSTD_createCCtx();
  if (!e->z) return kt_fail_nomem(err, "zstd");
  int level = base->level ? base->level : ZSTD_CLEVEL_DEFAULT;
  /* A checksum, so that damage is found and not decoded. */
  if (ZSTD_isError(ZSTD_CCtx_setParameter(e->z, ZSTD_c_compressionLevel, level)) ||
      ZSTD_isError(ZSTD_CCtx_setParameter(e->z, ZSTD_c_checksumFlag, 1))) {
    ZSTD_freeCCtx(e->z);
    return kt_fail_nomem(err, "zstd");
  }
  return KT_OK;
}

static void compress_end(kt_compressor *base) {
  ZSTD_freeCCtx(((zstd_compressor *)base)->z);
}

static kt_status compress_reset(kt_compressor *base) {
  ZSTD_CCtx_reset(((zstd_compressor *)base)->z, ZSTD_reset_session_only);
  return KT_OK;
}

static kt_status compress_run(kt_compressor *base, kt_span in, int finish, kt_buf *out,
                              kt_error *err) {
  zstd_compressor *e = (zstd_compressor *)base;
  ZSTD_inBuffer from = { in.ptr, in.len, 0 };
  size_t left;
  do {
    if (kt_buf_need(out, KT_CODEC_STEP)) return kt_fail_nomem(err, "zstd");
    ZSTD_outBuffer to = { out->ptr + out->len, out->cap - out->len, 0 };
    left = ZSTD_compressStream2(e->z, &to, &from, finish ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left)) return kt_fail_nomem(err, "zstd");
    out->len += to.pos;
  } while (from.pos < from.size || (finish && left));
  return KT_OK;
}

const kt_compressor_ops kt_zstd_compressor = { sizeof(zstd_compressor), 19,
                                               compress_init,           compress_run,
                                               compress_reset,          compress_end };
