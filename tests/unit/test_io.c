/* SPDX-License-Identifier: Apache-2.0 */
/* Codecs: round trips in pieces, damage and cuts at each byte, memory failures. */
#include <stdio.h>

#include "base/buf.h"
#include "io/codec.h"
#include "unit.h"

static const kt_codec codecs[] = { KT_CODEC_GZIP, KT_CODEC_ZSTD, KT_CODEC_BZIP2 };
enum { CODECS = sizeof codecs / sizeof *codecs };

/* Lines that compress, but not to nothing. */
static void fill(kt_buf *b, int lines) {
  for (int i = 0; i < lines; i++)
    ck_assert_int_eq(
        kt_buf_printf(b, "{\"id\":%d,\"text\":\"line %d of %x\"}\n", i, i * 7919, i * 2654435761u),
        KT_OK);
}

static void compress(const kt_env *env, kt_codec c, kt_span text, size_t piece, kt_buf *out) {
  kt_compressor *e;
  ck_assert_int_eq(kt_compressor_new(env, c, 0, &e, NULL), KT_OK);
  for (size_t at = 0; at < text.len; at += piece) {
    size_t n = text.len - at < piece ? text.len - at : piece;
    ck_assert_int_eq(kt_compressor_write(e, (kt_span){ text.ptr + at, n }, out, NULL), KT_OK);
  }
  ck_assert_int_eq(kt_compressor_finish(e, out, NULL), KT_OK);
  size_t len = out->len;
  ck_assert_int_eq(kt_compressor_finish(e, out, NULL), KT_OK);
  ck_assert_uint_eq(out->len, len); /* nothing written, nothing ended */
  kt_compressor_free(e);
}

/* Decodes with `in_step` bytes of input and `out_step` of room at a time; *whole says how it ended.
 */
static kt_status expand(const kt_env *env, kt_codec c, kt_span data, size_t in_step,
                        size_t out_step, kt_buf *out, int *whole, kt_error *err) {
  kt_decompressor *d;
  kt_status st = kt_decompressor_new(env, c, &d, err);
  if (st < 0) return st;
  for (size_t at = 0; st == KT_OK && at < data.len;) {
    kt_span in = { data.ptr + at, data.len - at < in_step ? data.len - at : in_step };
    size_t made, had = in.len;
    do {
      char *room = kt_buf_reserve(out, out_step);
      if (!room) {
        kt_decompressor_free(d);
        return KT_ENOMEM;
      }
      st = kt_decompressor_run(d, &in, room, out_step, &made, err);
      kt_buf_added(out, made);
    } while (st == KT_OK && (in.len || made == out_step));
    at += had;
  }
  *whole = kt_decompressor_whole(d);
  kt_decompressor_free(d);
  return st;
}

START_TEST(test_round_trip) {
  kt_env *env = test_env(NULL, NULL);
  static const size_t steps[][2] = { { 1, 1 }, { 1, 4096 }, { 4096, 7 }, { 1 << 20, 1 << 20 } };
  kt_codec c = codecs[_i];
  kt_buf text, data, back;
  kt_buf_init(&text, env);
  kt_buf_init(&data, env);
  kt_buf_init(&back, env);
  fill(&text, 400);
  compress(env, c, kt_buf_bytes(&text), 1000, &data);
  /* A second piece: the file grew. */
  compress(env, c, (kt_span){ "more\n", 5 }, 2, &data);
  kt_buf_append(&text, (kt_span){ "more\n", 5 });
  kt_codec seen;
  const char *what;
  ck_assert_int_eq(kt_codec_detect(data.ptr, data.len, &seen, &what), KT_OK);
  ck_assert_int_eq(seen, c);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    int whole = 0;
    kt_buf_truncate(&back, 0);
    ck_assert_int_eq(
        expand(env, c, kt_buf_bytes(&data), steps[i][0], steps[i][1], &back, &whole, NULL), KT_OK);
    ck_assert_int_eq(whole, 1);
    ck_assert(kt_span_equal(kt_buf_bytes(&text), kt_buf_bytes(&back)));
  }
  kt_buf_clear(&text);
  kt_buf_clear(&data);
  kt_buf_clear(&back);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

/* A file cut anywhere gives a true beginning, and is whole only where a piece ended. */
START_TEST(test_cut) {
  kt_env *env = test_env(NULL, NULL);
  kt_codec c = codecs[_i];
  kt_buf text, data, back;
  kt_buf_init(&text, env);
  kt_buf_init(&data, env);
  kt_buf_init(&back, env);
  fill(&text, 40);
  compress(env, c, kt_buf_bytes(&text), 1000, &data);
  size_t first = data.len;
  compress(env, c, kt_buf_bytes(&text), 1000, &data);
  fill(&text, 40); /* the same again */
  for (size_t n = 0; n <= data.len; n++) {
    int whole = 1;
    kt_buf_truncate(&back, 0);
    ck_assert_int_eq(expand(env, c, (kt_span){ data.ptr, n }, 64, 64, &back, &whole, NULL), KT_OK);
    ck_assert_int_eq(whole, n == 0 || n == first || n == data.len);
    ck_assert_uint_le(back.len, text.len);
    ck_assert_int_eq(memcmp(back.ptr ? back.ptr : "", text.ptr, back.len), 0);
    if (n == first) ck_assert_uint_eq(back.len, text.len / 2);
  }
  kt_buf_clear(&text);
  kt_buf_clear(&data);
  kt_buf_clear(&back);
  kt_env_free(env);
}
END_TEST

/* A flipped byte is told, and never gives other text without a word. */
START_TEST(test_damage) {
  kt_env *env = test_env(NULL, NULL);
  kt_codec c = codecs[_i];
  kt_buf text, data, back;
  kt_buf_init(&text, env);
  kt_buf_init(&data, env);
  kt_buf_init(&back, env);
  fill(&text, 40);
  compress(env, c, kt_buf_bytes(&text), 1000, &data);
  int told = 0;
  for (size_t i = 0; i < data.len; i++) {
    int whole = 0;
    kt_error err = { 0 };
    data.ptr[i] ^= 0x41;
    kt_buf_truncate(&back, 0);
    kt_status st = expand(env, c, kt_buf_bytes(&data), 4096, 4096, &back, &whole, &err);
    data.ptr[i] ^= 0x41;
    if (st == KT_OK && whole) /* gzip's time stamp and the like carry no meaning */
      ck_assert(kt_span_equal(kt_buf_bytes(&text), kt_buf_bytes(&back)));
    else if (st < 0) {
      ck_assert(st == KT_ECORRUPT || st == KT_ETOOBIG);
      ck_assert_int_gt((int)strlen(err.message), 10);
      told++;
    }
  }
  ck_assert_int_gt(told, (int)data.len / 2);
  /* Text behind the end is damage too, zeros are not for gzip. */
  int whole = 0;
  kt_buf_append(&data, (kt_span){ "garbage, not a member", 21 });
  kt_buf_truncate(&back, 0);
  ck_assert_int_eq(expand(env, c, kt_buf_bytes(&data), 4096, 4096, &back, &whole, NULL),
                   KT_ECORRUPT);
  ck_assert(kt_span_equal(kt_buf_bytes(&text), kt_buf_bytes(&back)));
  kt_buf_clear(&text);
  kt_buf_clear(&data);
  kt_buf_clear(&back);
  kt_env_free(env);
}
END_TEST

START_TEST(test_gzip_padding) {
  kt_env *env = test_env(NULL, NULL);
  kt_buf data, back;
  int whole = 0;
  kt_buf_init(&data, env);
  kt_buf_init(&back, env);
  compress(env, KT_CODEC_GZIP, (kt_span){ "a\n", 2 }, 2, &data);
  for (int i = 0; i < 600; i++) kt_buf_putc(&data, '\0');
  compress(env, KT_CODEC_GZIP, (kt_span){ "b\n", 2 }, 2, &data);
  for (int i = 0; i < 600; i++) kt_buf_putc(&data, '\0');
  ck_assert_int_eq(expand(env, KT_CODEC_GZIP, kt_buf_bytes(&data), 3, 5, &back, &whole, NULL),
                   KT_OK);
  ck_assert_int_eq(whole, 1);
  ck_assert(kt_span_equal(kt_buf_bytes(&back), (kt_span){ "a\nb\n", 4 }));
  kt_buf_clear(&data);
  kt_buf_clear(&back);
  kt_env_free(env);
}
END_TEST

START_TEST(test_detect) {
  kt_codec c;
  const char *what;
  ck_assert_int_eq(kt_codec_detect("{\"a\":1}", 7, &c, &what), KT_OK);
  ck_assert_int_eq(c, KT_CODEC_NONE);
  ck_assert_int_eq(kt_codec_detect("", 0, &c, &what), KT_AGAIN);
  ck_assert_int_eq(kt_codec_detect("\x1f\x8b", 2, &c, &what), KT_AGAIN);
  ck_assert_int_eq(kt_codec_detect("BZh", 3, &c, &what), KT_AGAIN);
  ck_assert_int_eq(c, KT_CODEC_NONE);
  ck_assert_int_eq(kt_codec_detect("BZhello", 7, &c, &what), KT_OK);
  ck_assert_int_eq(c, KT_CODEC_NONE); /* text that begins with the letters */
  ck_assert_int_eq(kt_codec_detect("PK\3\4....", 8, &c, &what), KT_ENOTSUP);
  ck_assert_str_eq(what, "a zip archive");
  ck_assert_int_eq(kt_codec_of_path("a/b.csv.gz"), KT_CODEC_GZIP);
  ck_assert_int_eq(kt_codec_of_path("b.zst"), KT_CODEC_ZSTD);
  ck_assert_int_eq(kt_codec_of_path(".bz2"), KT_CODEC_NONE);
  ck_assert_str_eq(kt_codec_suffix(KT_CODEC_BZIP2), ".bz2");
}
END_TEST

START_TEST(test_levels) {
  kt_env *env = test_env(NULL, NULL);
  kt_compressor *e;
  kt_error err;
  ck_assert_int_eq(kt_compressor_new(env, KT_CODEC_GZIP, 10, &e, &err), KT_EINVAL);
  ck_assert_str_eq(err.message, "gzip has levels 1 to 9, not 10");
  ck_assert_int_eq(kt_compressor_new(env, KT_CODEC_ZSTD, 19, &e, &err), KT_OK);
  kt_compressor_free(e);
  kt_env_free(env);
}
END_TEST

/* An unfinished piece is forgotten, and what follows is whole. */
START_TEST(test_reset) {
  kt_env *env = test_env(NULL, NULL);
  kt_codec c = codecs[_i];
  kt_buf data, back;
  kt_compressor *e;
  int whole;
  kt_buf_init(&data, env);
  kt_buf_init(&back, env);
  ck_assert_int_eq(kt_compressor_new(env, c, 1, &e, NULL), KT_OK);
  ck_assert_int_eq(kt_compressor_write(e, (kt_span){ "lost", 4 }, &data, NULL), KT_OK);
  kt_compressor_reset(e);
  kt_buf_truncate(&data, 0);
  ck_assert_int_eq(kt_compressor_write(e, (kt_span){ "kept", 4 }, &data, NULL), KT_OK);
  ck_assert_int_eq(kt_compressor_finish(e, &data, NULL), KT_OK);
  ck_assert_int_eq(expand(env, c, kt_buf_bytes(&data), 100, 100, &back, &whole, NULL), KT_OK);
  ck_assert(kt_span_equal(kt_buf_bytes(&back), (kt_span){ "kept", 4 }));
  kt_compressor_free(e);
  kt_buf_clear(&data);
  kt_buf_clear(&back);
  kt_env_free(env);
}
END_TEST

static kt_status encode_once(const kt_env *env, kt_codec c, kt_buf *data) {
  kt_compressor *e;
  kt_status st = kt_compressor_new(env, c, 0, &e, NULL);
  if (st < 0) return st;
  st = kt_compressor_write(e, (kt_span){ "some text\n", 10 }, data, NULL);
  if (st == KT_OK) st = kt_compressor_finish(e, data, NULL);
  kt_compressor_free(e);
  return st;
}

START_TEST(test_no_memory) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  size_t before = a.live_blocks;
  kt_codec c = codecs[_i];
  for (size_t fail = 1;; fail++) {
    kt_buf data, back;
    int whole = 0;
    kt_buf_init(&data, env);
    kt_buf_init(&back, env);
    a.calls = 0;
    a.fail_at = fail;
    kt_status st = encode_once(env, c, &data);
    if (st == KT_OK) st = expand(env, c, kt_buf_bytes(&data), 64, 64, &back, &whole, NULL);
    int all = a.calls < fail;
    a.fail_at = 0;
    if (all) {
      ck_assert_int_eq(st, KT_OK);
      ck_assert(kt_span_equal(kt_buf_bytes(&back), (kt_span){ "some text\n", 10 }));
    } else
      ck_assert_int_eq(st, KT_ENOMEM);
    kt_buf_clear(&data);
    kt_buf_clear(&back);
    ck_assert_uint_eq(a.live_blocks, before);
    if (all) break;
    ck_assert_uint_lt(fail, 100);
  }
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("io");
  TCase *t = tcase_create("codec");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, test_round_trip, 0, CODECS);
  tcase_add_loop_test(t, test_cut, 0, CODECS);
  tcase_add_loop_test(t, test_damage, 0, CODECS);
  tcase_add_test(t, test_gzip_padding);
  tcase_add_test(t, test_detect);
  tcase_add_test(t, test_levels);
  tcase_add_loop_test(t, test_reset, 0, CODECS);
  tcase_add_loop_test(t, test_no_memory, 0, CODECS);
  suite_add_tcase(s, t);
  return test_run(s);
}
