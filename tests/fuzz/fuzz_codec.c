/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed files. First byte: format; second: 0 any bytes are decompressed, in one piece and in
 * pieces of the third byte's length, with the same end; else the rest is compressed in pieces, torn
 * off at the place that the third and fourth byte name, and what comes out is the beginning of what
 * went in. */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "io/codec.h"

enum { MOST_OUT = 1 << 18 };

typedef struct outcome {
  kt_status st;
  size_t made;
  int whole;
} outcome;

/* Output beyond MOST_OUT is not looked at: a few bytes can stand for a gigabyte. */
static outcome decompress(const fuzz_env *e, kt_codec c, kt_span in, size_t piece, char *out) {
  outcome o = { KT_OK, 0, 0 };
  kt_decompressor *d;
  kt_error err;
  size_t room = piece > 16 ? 4096 : 7; /* small output buffers too */
  FUZZ_CHECK(kt_decompressor_new(e->env, c, &d, NULL) == KT_OK);
  while (o.st == KT_OK && o.made < MOST_OUT) {
    kt_span now = { in.ptr, in.len < piece ? in.len : piece };
    size_t n = 0, had = now.len, cap = MOST_OUT - o.made < room ? MOST_OUT - o.made : room;
    o.st = kt_decompressor_run(d, &now, out + o.made, cap, &n, &err);
    fuzz_check_error(o.st, &err);
    FUZZ_CHECK(o.st == KT_OK || o.st == KT_ECORRUPT || o.st == KT_ETOOBIG);
    FUZZ_CHECK(n <= cap && now.len <= had && now.ptr == in.ptr + (had - now.len));
    in.ptr += had - now.len;
    in.len -= had - now.len;
    o.made += n;
    if (o.st == KT_OK && !n && now.len == had && had) fuzz_fail(__FILE__, __LINE__, "it goes on");
    if (!in.len && n < cap) break;
  }
  o.whole = kt_decompressor_whole(d);
  kt_decompressor_free(d);
  return o;
}

static void check_any(const fuzz_env *e, kt_codec c, kt_span in, size_t piece, char *out,
                      char *again) {
  outcome once = decompress(e, c, in, in.len ? in.len : 1, out);
  outcome pieces = decompress(e, c, in, piece, again);
  /* An error may be seen sooner with more at hand, but what was made before it is the same. */
  size_t n = once.made < pieces.made ? once.made : pieces.made;
  FUZZ_CHECK(!memcmp(out, again, n));
  if (once.made == MOST_OUT || pieces.made == MOST_OUT) return;
  FUZZ_CHECK(once.st == pieces.st);
  if (once.st == KT_OK) FUZZ_CHECK(once.made == pieces.made && once.whole == pieces.whole);
}

static void check_torn(const fuzz_env *e, kt_codec c, kt_span in, size_t piece, size_t torn,
                       char *out) {
  kt_compressor *z;
  kt_buf packed;
  kt_buf_init(&packed, e->env);
  FUZZ_CHECK(kt_compressor_new(e->env, c, 1, &z, NULL) == KT_OK);
  size_t safe_text = 0, safe_packed = 0;
  for (size_t at = 0; at < in.len; at += piece) {
    size_t n = in.len - at < piece ? in.len - at : piece;
    FUZZ_CHECK(kt_compressor_write(z, (kt_span){ in.ptr + at, n }, &packed, NULL) == KT_OK);
    FUZZ_CHECK(kt_compressor_finish(z, &packed, NULL) == KT_OK);
    if (packed.len > torn) continue;
    safe_text = at + n;
    safe_packed = packed.len;
  }
  kt_compressor_free(z);
  if (torn > packed.len) torn = packed.len;
  kt_span beginning = { packed.ptr ? packed.ptr : "", torn };
  outcome o = decompress(e, c, beginning, torn ? torn : 1, out);
  FUZZ_CHECK(o.st == KT_OK && o.made >= safe_text && o.made <= in.len);
  FUZZ_CHECK(!o.made || !memcmp(out, in.ptr, o.made));
  /* What was cut inside of a piece is not whole. */
  FUZZ_CHECK(o.whole == (torn == safe_packed));
  kt_buf_clear(&packed);
}

static void check_detect(kt_span in) {
  kt_codec c;
  const char *what = NULL;
  kt_status st =
      kt_codec_detect(in.ptr, in.len < KT_CODEC_MAGIC ? in.len : KT_CODEC_MAGIC, &c, &what);
  FUZZ_CHECK(st == KT_OK || st == KT_AGAIN || (st == KT_ENOTSUP && what));
  FUZZ_CHECK(st != KT_AGAIN || in.len < KT_CODEC_MAGIC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char out[MOST_OUT], again[MOST_OUT];
  static const kt_codec codecs[] = { KT_CODEC_GZIP, KT_CODEC_ZSTD, KT_CODEC_BZIP2 };
  fuzz_input in = fuzz_input_of(data, size);
  fuzz_env e;
  kt_codec c = codecs[fuzz_choice(&in, 3)];
  unsigned torn = fuzz_choice(&in, 2);
  if (in.len < 2) return 0;
  size_t piece = (unsigned char)in.p[0] + (size_t)1, at = (unsigned char)in.p[1] * (size_t)2;
  char *copy = fuzz_copy((kt_span){ in.p + 2, in.len - 2 }, 0, 0);
  kt_span rest = { copy, in.len - 2 };
  fuzz_env_open(&e);
  check_detect(rest);
  if (torn && rest.len < 4096)
    check_torn(&e, c, rest, rest.len / 4 + piece, at, out);
  else
    check_any(&e, c, rest, piece, out, again);
  fuzz_env_close(&e);
  free(copy);
  return 0;
}
