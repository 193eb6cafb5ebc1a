/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

/* tests/interop/test_transliterate.py compares every code point with Python's unidecode. */
static void check_ascii(kt_span text, const char *expected) {
  kt_env *env;
  kt_buf *b;
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  ck_assert_int_eq(kt_transliterate(text, b), KT_OK);
  ck_assert_int_eq(kt_transliterate(text, b), KT_OK); /* appends */
  kt_span got = kt_buf_bytes(b);
  size_t n = strlen(expected);
  ck_assert_msg(got.len == 2 * n && memcmp(got.ptr, expected, n) == 0 &&
                    memcmp(got.ptr + n, expected, n) == 0,
                "%.*s, not %s", (int)got.len, got.ptr, expected);
  kt_buf_free(b);
  kt_env_free(env);
}

START_TEST(forms) {
  static const char *const e[][2] = {
    { "", "" },
    { "plain ASCII, nothing to do \t\n", "plain ASCII, nothing to do \t\n" },
    { "¿Qué tal, señor Muñoz?", "?Que tal, senor Munoz?" },
    { "Ærøskøbing Łódź Þingvellir Straße Œuvre", "AEroskobing Lodz Thingvellir Strasse OEuvre" },
    { "e\u0301 n\u0303", "e n" },
    { "Việt Nam", "Viet Nam" },
    { "Ψυχή Ξένος ἄνθρωπος", "Psukhe Ksenos anthropos" },
    { "Щука ёж объект Київ", "Shchuka iozh ob'ekt Kiyiv" },
    { "“quoted” – ‘x’ — … «y»", "\"quoted\" - 'x' -- ... <<y>>" },
    { "5 € £ ½ ²³ ™ ©", "5 EUR PS  1/2 23 (tm) (c)" },
    { "ＦＵＬＬ　ｗｉｄｔｈ！", "FULL width!" },
    { "𝐛𝐨𝐥𝐝 ﬁn Ⅻ ①", "bold fin XII 1" },
    { "ok 😂❤️ 東京", "ok  " },
    { "صح؟ १२", "? 12" },
    { "\U0010FFFF\U000E0001.", "." },
  };
  for (size_t i = 0; i < sizeof e / sizeof *e; i++) check_ascii(kt_span_of(e[i][0]), e[i][1]);
}
END_TEST

START_TEST(invalid_bytes_are_left_out) {
  check_ascii((kt_span){ "a\xff\xc3", 3 }, "a");
  check_ascii((kt_span){ "a\xed\xa0\x80z", 5 }, "az");
  check_ascii((kt_span){ "\xe2\x82", 2 }, "");
  check_ascii((kt_span){ NULL, 0 }, "");
}
END_TEST

START_TEST(only_ascii_comes_out) {
  kt_env *env;
  kt_buf *b;
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  uint64_t seed = 3;
  size_t bad = 0;
  for (int round = 0; round < 20000; round++) {
    size_t n = (size_t)(test_random(&seed) >> 58);
    char *text = malloc(n ? n : 1);
    for (size_t i = 0; i < n; i++) {
      uint64_t r = test_random(&seed) >> 32;
      text[i] = (char)(r & 0x100 ? "\xc3\xa9\xd0\x96\xe2\x80\x94"[r % 7] : (char)r);
    }
    kt_buf_truncate(b, 0);
    bad += kt_transliterate((kt_span){ text, n }, b) != KT_OK;
    kt_span out = kt_buf_bytes(b);
    for (size_t i = 0; i < out.len; i++) bad += (unsigned char)out.ptr[i] >= 0x80;
    free(text);
  }
  ck_assert_uint_eq(bad, 0);
  kt_buf_free(b);
  kt_env_free(env);
}
END_TEST

START_TEST(no_memory_changes_nothing) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  size_t before = a.live_bytes;
  char text[3000];
  for (size_t i = 0; i < sizeof text; i += 3) memcpy(text + i, "—", 3);
  kt_status st = KT_ENOMEM;
  for (size_t n = 1; st != KT_OK; n++) {
    kt_buf *b = NULL;
    a.calls = 0;
    a.fail_at = n;
    st = kt_buf_new(env, &b, NULL);
    if (st == KT_OK) {
      st = kt_transliterate((kt_span){ text, sizeof text }, b);
      ck_assert_uint_eq(kt_buf_bytes(b).len, st == KT_OK ? 2000 : 0);
    }
    ck_assert(st == KT_OK || (st == KT_ENOMEM && n < 100));
    ck_assert(n > 1 || st == KT_ENOMEM);
    kt_buf_free(b);
    ck_assert_uint_eq(a.live_bytes, before);
  }
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("text_transliterate");
  TCase *c = tcase_create("transliterate");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, forms);
  tcase_add_test(c, invalid_bytes_are_left_out);
  tcase_add_test(c, only_ascii_comes_out);
  tcase_add_test(c, no_memory_changes_nothing);
  suite_add_tcase(s, c);
  return test_run(s);
}
