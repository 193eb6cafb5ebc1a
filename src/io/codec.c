/* SPDX-License-Identifier: Apache-2.0 */
#include "io/codec.h"

#include "base/alloc.h"
#include "base/error.h"
#include "io/codec_ops.h"

typedef struct format {
  const char *name, *suffix;
  const kt_decompressor_ops *decompressor;
  const kt_compressor_ops *compressor;
} format;

static const format formats[] = {
  [KT_CODEC_NONE] = { "none", "", NULL, NULL },
  [KT_CODEC_GZIP] = { "gzip", ".gz", &kt_gzip_decompressor, &kt_gzip_compressor },
  [KT_CODEC_ZSTD] = { "zstd", ".zst", &kt_zstd_decompressor, &kt_zstd_compressor },
  [KT_CODEC_BZIP2] = { "bzip2", ".bz2", &kt_bzip2_decompressor, &kt_bzip2_compressor },
};
enum { FORMATS = sizeof formats / sizeof *formats };

typedef struct magic {
  const char *bytes;
  size_t n;
  int codec; /* -1: not supported */
  const char *what;
} magic;

static const magic magics[] = {
  { "\x1f\x8b\x08", 3, KT_CODEC_GZIP, NULL },
  { "\x28\xb5\x2f\xfd", 4, KT_CODEC_ZSTD, NULL },
  { "BZh", 3, KT_CODEC_BZIP2, NULL },
  { "\xfd"
    "7zXZ\0",
    6, -1, "xz" },
  { "PK\3\4", 4, -1, "a zip archive" },
  { "7z\xbc\xaf\x27\x1c", 6, -1, "a 7z archive" },
  { "\x04\x22\x4d\x18", 4, -1, "lz4" },
  { "\x1f\x9d", 2, -1, "compress (.Z)" },
  { "PAR1", 4, -1, "Parquet" },
  { "\xff\xfe", 2, -1, "UTF-16" },
  { "\xfe\xff", 2, -1, "UTF-16" },
};

kt_status kt_codec_detect(const char *p, size_t n, kt_codec *out, const char **what) {
  kt_status st = KT_OK;
  *out = KT_CODEC_NONE;
  *what = NULL;
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
    const magic *m = &magics[i];
    size_t least = m->n + (m->codec == KT_CODEC_BZIP2); /* with the digit of its level */
    if (memcmp(p, m->bytes, n < m->n ? n : m->n) != 0) continue;
    if (n < least) {
      st = KT_AGAIN;
      continue;
    }
    if (m->codec == KT_CODEC_BZIP2 && (p[3] < '1' || p[3] > '9')) continue;
    *what = m->what;
    if (m->codec < 0) return KT_ENOTSUP;
    *out = (kt_codec)m->codec;
    return KT_OK;
  }
  /* A zstd file may begin with a skippable frame: 0x184D2A50 to 0x184D2A5F. */
  if (n >= 4 && (p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0) {
    *out = KT_CODEC_ZSTD;
    return KT_OK;
  }
  return st;
}

const char *kt_codec_name(kt_codec c) {
  return formats[c].name;
}
const char *kt_codec_suffix(kt_codec c) {
  return formats[c].suffix;
}

kt_codec kt_codec_of_path(const char *path) {
  size_t n = strlen(path);
  for (int c = KT_CODEC_GZIP; c < FORMATS; c++) {
    size_t m = strlen(formats[c].suffix);
    if (n > m && memcmp(path + n - m, formats[c].suffix, m) == 0) return (kt_codec)c;
  }
  return KT_CODEC_NONE;
}

enum { ALLOC_HEAD = 16 }; /* keeps the alignment */

void *kt_codec_alloc(const kt_env *env, size_t items, size_t size) {
  size_t n;
  if (__builtin_mul_overflow(items, size, &n) || __builtin_add_overflow(n, ALLOC_HEAD, &n))
    return NULL;
  char *p = kt_env_alloc(env, n);
  if (!p) return NULL;
  memcpy(p, &n, sizeof n);
  return p + ALLOC_HEAD;
}

void kt_codec_release(const kt_env *env, void *p) {
  if (!p) return;
  char *start = (char *)p - ALLOC_HEAD;
  size_t n;
  memcpy(&n, start, sizeof n);
  kt_env_release(env, start, n);
}

kt_status kt_decompressor_new(const kt_env *env, kt_codec c, kt_decompressor **out, kt_error *err) {
  const kt_decompressor_ops *ops = formats[c].decompressor;
  kt_decompressor *d = kt_zalloc(env, ops->size);
  if (!d) return kt_fail_nomem(err, "decompressor");
  d->env = env;
  d->ops = ops;
  d->whole = 1;
  kt_status st = ops->init(d, err);
  if (st < 0) {
    kt_env_release(env, d, ops->size);
    return st;
  }
  *out = d;
  return KT_OK;
}

void kt_decompressor_free(kt_decompressor *d) {
  if (!d) return;
  d->ops->end(d);
  kt_env_release(d->env, d, d->ops->size);
}

kt_status kt_decompressor_run(kt_decompressor *d, kt_span *in, char *out, size_t cap, size_t *made,
                              kt_error *err) {
  *made = 0;
  return d->ops->run(d, in, out, cap, made, err);
}

int kt_decompressor_whole(const kt_decompressor *d) {
  return d->whole;
}

kt_status kt_compressor_new(const kt_env *env, kt_codec c, int level, kt_compressor **out,
                            kt_error *err) {
  const kt_compressor_ops *ops = formats[c].compressor;
  if (level < 0 || level > ops->max_level)
    return kt_fail(err, KT_EINVAL, 0, "compressor", "%s has levels 1 to %d, not %d",
                   formats[c].name, ops->max_level, level);
  kt_compressor *e = kt_zalloc(env, ops->size);
  if (!e) return kt_fail_nomem(err, "compressor");
  e->env = env;
  e->ops = ops;
  e->level = level;
  kt_status st = ops->init(e, err);
  if (st < 0) {
    kt_env_release(env, e, ops->size);
    return st;
  }
  *out = e;
  return KT_OK;
}

void kt_compressor_free(kt_compressor *e) {
  if (!e) return;
  e->ops->end(e);
  kt_env_release(e->env, e, e->ops->size);
}

kt_status kt_compressor_write(kt_compressor *e, kt_span in, kt_buf *out, kt_error *err) {
  if (!in.len) return KT_OK;
  e->begun = 1;
  return e->ops->run(e, in, 0, out, err);
}

kt_status kt_compressor_finish(kt_compressor *e, kt_buf *out, kt_error *err) {
  if (!e->begun) return KT_OK;
  kt_status st = e->ops->run(e, (kt_span){ "", 0 }, 1, out, err);
  if (st == KT_OK) st = e->ops->reset(e);
  if (st == KT_OK) e->begun = 0;
  return st;
}

void kt_compressor_reset(kt_compressor *e) {
  if (e->begun && e->ops->reset(e) == KT_OK) e->begun = 0;
}
