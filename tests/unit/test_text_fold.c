/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

static void check_fold(const char *word, const char *folded) {
  kt_env *env;
  kt_buf *b;
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_append(b, kt_span_of("before ")), KT_OK);
  ck_assert_int_eq(kt_word_fold(kt_span_of(word), b), KT_OK);
  kt_span got = kt_buf_bytes(b);
  ck_assert_msg(got.len == strlen(folded) + 7 && memcmp(got.ptr + 7, folded, got.len - 7) == 0,
                "%s gives %.*s, not %s", word, (int)(got.len - 7), got.ptr + 7, folded);
  kt_buf_free(b);
  kt_env_free(env);
}

START_TEST(forms) {
  static const char *const e[][2] = {
    { "", "" },
    { "Hello", "hello" },
    { "SOOOO", "soo" },
    { "good", "good" },
    { "1000000", "1000000" },
    { "Don't", "don't" },
    { "Don’t", "don't" },
    { "ÑANDÚ", "ñandú" },
    { "ÉÉÉÉ", "éé" },
    { "E\u0301e\u0301E\u0301", "éé" },
    { "cafe\u0301", "café" },
    { "a\u0323\u0307", "ạ\u0307" }, /* already in order */
    { "a\u0307\u0323", "ạ\u0307" }, /* marks put into order */
    { "STRASSE", "strasse" },
    { "Straße", "strasse" },
    { "ΟΔΟΣ", "οδοσ" },
    { "οδος", "οδοσ" },
    { "МОСКВА", "москва" },
    { "ﬁn", "fin" },
    { "co\u00adop", "coop" },
    { "جميــــل", "جميل" },
    { "한국", "한국" },
    { "\u1112\u1161\u11ab", "한" },
    { "می\u200cخواهم", "می\u200cخواهم" },
    { "ΐ", "ΐ" },
    { "a\xff"
      "É",
      "aé" },
  };
  for (size_t i = 0; i < sizeof e / sizeof *e; i++) check_fold(e[i][0], e[i][1]);
}
END_TEST

/* A letter with many marks ("zalgo") keeps 30 of them; 200 kB take no quadratic time. */
START_TEST(rows_of_marks) {
  enum { MARKS = 100000 };
  kt_env *env;
  kt_buf *b;
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  char *word = malloc(1 + 2 * MARKS);
  word[0] = 'x';
  for (int i = 0; i < MARKS; i++) memcpy(word + 1 + 2 * i, i % 2 ? "\u0323" : "\u0301", 2);
  ck_assert_int_eq(kt_word_fold((kt_span){ word, 1 + 2 * MARKS }, b), KT_OK);
  ck_assert_uint_eq(kt_buf_bytes(b).len, 1 + 2 * 30);
  free(word);
  kt_buf_free(b);
  kt_env_free(env);
}
END_TEST

/* Folding a folded word changes nothing, for the word of each code point. */
START_TEST(idempotent) {
  kt_env *env;
  kt_buf *a, *b;
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &a, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  size_t bad = 0;
  for (uint32_t cp = 0x80; cp < 0x20000; cp++) {
    char c[4];
    if (cp >= 0xD800 && cp < 0xE000) continue;
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 0;)
      c[i] = (char)(i ? 0x80 | ((cp >> 6 * (n - 1 - i)) & 63)
                      : (0xF0 << (4 - n)) | (cp >> 6 * (n - 1)));
    kt_buf_truncate(a, 0);
    kt_buf_truncate(b, 0);
    if (kt_word_fold((kt_span){ c, n }, a) != KT_OK || kt_word_fold(kt_buf_bytes(a), b) != KT_OK)
      bad++;
    if (kt_buf_bytes(a).len > 3 * n) bad++;
    if (kt_buf_bytes(a).len && !kt_span_equal(kt_buf_bytes(a), kt_buf_bytes(b))) bad++;
  }
  ck_assert_uint_eq(bad, 0);
  kt_buf_free(a);
  kt_buf_free(b);
  kt_env_free(env);
}
END_TEST

START_TEST(no_memory) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  size_t before = a.live_bytes;
  char word[2000];
  for (size_t i = 0; i < sizeof word; i += 2) memcpy(word + i, "é", 2);
  kt_status st = KT_ENOMEM;
  for (size_t n = 1; st != KT_OK; n++) {
    kt_buf *b = NULL;
    a.calls = 0;
    a.fail_at = n;
    st = kt_buf_new(env, &b, NULL);
    if (st == KT_OK) st = kt_word_fold((kt_span){ word, sizeof word }, b);
    ck_assert(st == KT_OK || (st == KT_ENOMEM && n < 20));
    ck_assert(n > 1 || st == KT_ENOMEM);
    if (b && st == KT_ENOMEM) ck_assert_uint_eq(kt_buf_bytes(b).len, 0);
    kt_buf_free(b);
    ck_assert_uint_eq(a.live_bytes, before);
  }
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

static int is_stop(const char *lang, const char *word) {
  return kt_stopword(kt_span_of(lang), kt_span_of(word)) != 0;
}

START_TEST(stop_words) {
  static const char *const yes[][2] = {
    { "en", "the" },    { "en", "don't" },   { "en", "rt" },     { "en", "im" },
    { "es", "el" },     { "es", "también" }, { "es", "xq" },     { "pt", "não" },
    { "pt", "vc" },     { "fr", "qu'" },     { "fr", "été" },    { "de", "dass" },
    { "de", "für" },    { "it", "dell'" },   { "it", "perché" }, { "ar", "في" },
    { "ar", "التي" },   { "hi", "के" },       { "hi", "है" },      { "es-MX", "el" },
    { "PT_br", "não" }, { NULL, "the" },     { NULL, "el" },     { "xx", "the" },
    { "", "el" },       { "fr,de", "und" },  { "fr,de", "les" }, { "x,de", "und" },
  };
  static const char *const no[][2] = {
    { "en", "el" },   { "es", "the" },    { "en", "" },       { "en", "love" },
    { "es", "casa" }, { "pt", "casa" },   { "fr", "maison" }, { "de", "haus" },
    { "it", "casa" }, { "ar", "بيت" },    { "hi", "घर" },     { NULL, "und" },
    { "xx", "und" },  { "fr,de", "the" }, { "en", "TH" },     { "e", "und" },
  };
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
    ck_assert_msg(is_stop(yes[i][0], yes[i][1]), "%s %s", yes[i][0], yes[i][1]);
  for (size_t i = 0; i < sizeof no / sizeof *no; i++)
    ck_assert_msg(!is_stop(no[i][0], no[i][1]), "%s %s", no[i][0], no[i][1]);
}
END_TEST

#include "text/stopwords_data.inc"

/* The table holds words as the tokenizer and kt_word_fold() give them, and finds each of them. */
START_TEST(stop_words_are_folded) {
  kt_env *env;
  kt_buf *b;
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  size_t count[8] = { 0 };
  for (size_t i = 0; i < KT_STOP_SLOTS; i++) {
    kt_span word = { (const char *)stop_pool + stop_slots[i].at, stop_slots[i].len };
    if (!word.len) continue;
    kt_buf_truncate(b, 0);
    ck_assert_int_eq(kt_word_fold(word, b), KT_OK);
    ck_assert_msg(kt_span_equal(word, kt_buf_bytes(b)), "%.*s", (int)word.len, word.ptr);
    char text[64];
    memcpy(text, word.ptr, word.len);
    text[word.len] = 'a'; /* behind the apostrophe of an elision stands a vowel */
    kt_span all = { text, word.len + (word.ptr[word.len - 1] == '\'') };
    kt_token token;
    size_t pos = 0;
    ck_assert_msg(kt_token_next(all, &pos, &token) && token.kind == KT_TOKEN_WORD &&
                      pos == word.len,
                  "no one token: %.*s", (int)word.len, word.ptr);
    for (unsigned l = 0; l < 8; l++) {
      int in = (stop_slots[i].langs >> l & 1) != 0;
      ck_assert_int_eq(kt_stopword(kt_span_of(stop_langs[l]), word), in);
      count[l] += (size_t)in;
    }
  }
  for (unsigned l = 0; l < 8; l++) ck_assert_uint_ge(count[l], 250);
  kt_buf_free(b);
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("text_fold");
  TCase *c = tcase_create("fold");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, forms);
  tcase_add_test(c, rows_of_marks);
  tcase_add_test(c, idempotent);
  tcase_add_test(c, no_memory);
  tcase_add_test(c, stop_words);
  tcase_add_test(c, stop_words_are_folded);
  suite_add_tcase(s, c);
  return test_run(s);
}
