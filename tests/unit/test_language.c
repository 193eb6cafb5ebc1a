/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/span.h"
#include "score/language.h"
#include "score/language_inside.h"

enum { TAGS = 8 };
static const char *const names[TAGS] = { "ar", "de", "en", "es", "fr", "hi", "it", "pt" };

/* A model of the word lists alone is enough for these tests; it is made once a process. */
static kt_env *env;
static kt_buf section;

static kt_status build(const kt_env *e, const kt_language_text *texts, size_t n, size_t tag_count,
                       kt_buf *out) {
  kt_span tags[TAGS];
  for (int k = 0; k < TAGS; k++) tags[k] = kt_span_of(names[k]);
  return kt_language_build(e, texts, n, tags, tag_count, out, NULL);
}

static void set_up(void) {
  env = test_env(NULL, NULL);
  kt_buf_init(&section, env);
  ck_assert_int_eq(build(env, NULL, 0, TAGS, &section), KT_OK);
}
static void tear_down(void) {
  kt_buf_clear(&section);
  kt_env_free(env);
}

static kt_span model(void) {
  return kt_span_make(section.ptr, section.len);
}
static const char *guess(kt_span text, uint32_t *confidence) {
  int n = kt_language_guess(model(), text, NULL, confidence);
  ck_assert_int_lt(n, TAGS);
  ck_assert_uint_le(*confidence, 65536);
  return n < 0 ? "unknown" : names[n];
}
static void check_guess(const char *text, const char *want) {
  uint32_t confidence;
  const char *got = guess(kt_span_of(text), &confidence);
  ck_assert_msg(!strcmp(got, want), "%s: %s, not %s", text, got, want);
}

START_TEST(plain_texts) {
  check_guess("I don't know what they want from us", "en");
  check_guess("no sé qué quieren de nosotros, pero bueno", "es");
  check_guess("eu não sei o que eles querem da gente", "pt");
  check_guess("je ne sais pas ce qu'ils veulent de nous", "fr");
  check_guess("non so cosa vogliono da noi", "it");
  check_guess("ich weiß nicht, was sie von uns wollen", "de");
  check_guess("لا أعرف ماذا يريدون من الناس", "ar");
  check_guess("mujhe nahi pata ki ye log kya kar rahe hai", "hi");
  check_guess("मुझे नहीं पता कि यह लोग क्या कर रहे हैं", "hi");
  check_guess("ICH WEISS NICHT, WAS SIE VON UNS WOLLEN", "de");
}
END_TEST

START_TEST(nothing_to_go_by) {
  static const char *const texts[] = { "",
                                       " \t\n",
                                       "123 45.6 !!! ...",
                                       "😂😂😂 👍🏽 ❤️",
                                       "https://example.com/the/best/of/all",
                                       "http://t.co/abc @the_best #todobien #gracias",
                                       "RT @user: http",
                                       "&amp; &lt;3 :)",
                                       "\xff\xfe\x80\xc3",
                                       "\xe0\x80\x80 \xed\xa0\x80" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    uint32_t confidence = 1;
    ck_assert_str_eq(guess(kt_span_of(texts[i]), &confidence), "unknown");
    ck_assert_uint_eq(confidence, 0);
  }
}
END_TEST

START_TEST(markup_is_passed_over) {
  static const char plain[] = "no sé qué quieren de nosotros";
  static const char marked[] =
      "RT @theguardian: no sé qué quieren http://t.co/the #that de nosotros";
  uint32_t a, b;
  ck_assert_str_eq(guess(kt_span_of(plain), &a), "es");
  ck_assert_str_eq(guess(kt_span_of(marked), &b), "es");
  ck_assert_uint_eq(a, b);
}
END_TEST

START_TEST(invalid_utf8_separates_words) {
  check_guess("\xff no\xffsé qué\xc3 quieren de\x80nosotros pero \xf0\x9f", "es");
}
END_TEST

START_TEST(other_scripts_are_unknown) {
  check_guess("Сегодня совсем не хочется на работу", "unknown");
  check_guess("Σήμερα δεν έχω όρεξη για δουλειά", "unknown");
  check_guess("今日は仕事に行きたくないな", "unknown");
  check_guess("오늘 정말 출근하기 싫다", "unknown");
  check_guess("আজ কাজে যেতে একদম ইচ্ছে করছে না", "unknown");
}
END_TEST

/* As posts do that are said to be Hindi: the same English words teach both. */
START_TEST(english_is_mixed_into_hindi) {
  enum { EN = 2, HI = 5, PAIRS = 8, TEXTS = PAIRS * 60 };
  static const int8_t mixed[TAGS] = { -1, -1, -1, -1, -1, EN, -1, -1 };
  static const char *const posts[PAIRS] = {
    "bad service",       "the battery is bad",  "very bad battery", "service is a joke",
    "the joke of a day", "bad battery service", "a joke",           "battery is bad"
  };
  kt_language_text texts[TEXTS];
  uint32_t confidence;
  kt_buf b;
  for (int i = 0; i < TEXTS; i++)
    texts[i] = (kt_language_text){ kt_span_of(posts[i % PAIRS]), i / PAIRS % 5 < 1 ? EN : HI };
  kt_buf_init(&b, env);
  ck_assert_int_eq(build(env, texts, TEXTS, TAGS, &b), KT_OK);
  kt_span s = kt_span_make(b.ptr, b.len);
  ck_assert_int_eq(kt_language_guess(s, KT_LIT("bad service"), NULL, &confidence), HI);
  ck_assert_int_eq(kt_language_guess(s, KT_LIT("bad service"), mixed, &confidence), EN);
  ck_assert_uint_ge(confidence, KT_LANGUAGE_SURE);
  ck_assert_int_eq(kt_language_guess(s, KT_LIT("ye log kya kar rahe hai"), mixed, &confidence), HI);
  ck_assert_int_eq(kt_language_guess(s, KT_LIT("यह लोग क्या कर रहे हैं"), mixed, &confidence), HI);
  ck_assert_int_eq(kt_language_guess(s, KT_LIT("no sé qué quieren"), mixed, &confidence), 3);
  kt_buf_clear(&b);
}
END_TEST

/* Of the file's texts in languages that the model knows, and of those that it does not. */
START_TEST(texts_of_many_languages) {
  char line[512];
  unsigned known = 0, right = 0, wrong = 0, other = 0, refused = 0;
  FILE *f = fopen(LANGUAGE_TEXTS, "r");
  ck_assert_ptr_nonnull(f);
  while (fgets(line, sizeof line, f)) {
    char *tab = strchr(line, '\t');
    ck_assert_ptr_nonnull(tab);
    *tab = 0;
    int is_known = 0;
    for (int k = 0; k < TAGS; k++) is_known |= !strcmp(line, names[k]);
    uint32_t confidence;
    const char *got = guess(kt_span_of(tab + 1), &confidence);
    known += (unsigned)is_known;
    right += is_known && !strcmp(got, line);
    wrong += is_known && strcmp(got, line) && strcmp(got, "unknown");
    other += !is_known;
    refused += !is_known && !strcmp(got, "unknown");
  }
  fclose(f);
  ck_assert_uint_eq(known, 120);
  ck_assert_uint_ge(other, 250);
  ck_assert_msg(right * 100 >= known * 50, "only %u of %u known", right, known);
  ck_assert_msg(wrong * 100 <= known * 5, "%u of %u taken for another", wrong, known);
  ck_assert_msg(refused * 100 >= other * 92, "only %u of %u unknown", refused, other);
}
END_TEST

/* One line of label<TAB>language<TAB>text; moves on. */
static int next_text(char **at, char *end, kt_language_text *out) {
  char *line = *at, *tab = memchr(line, '\t', (size_t)(end - line));
  if (!tab) return 0;
  char *tag = tab + 1, *line_end = memchr(tag, '\n', (size_t)(end - tag));
  if (!line_end) line_end = end;
  tab = memchr(tag, '\t', (size_t)(line_end - tag));
  ck_assert_ptr_nonnull(tab);
  out->text = kt_span_make(tab + 1, (size_t)(line_end - tab - 1));
  out->lang = -1;
  for (int k = 0; k < TAGS; k++)
    if (kt_span_is(kt_span_make(tag, (size_t)(tab - tag)), names[k])) out->lang = k;
  *at = line_end < end ? line_end + 1 : end;
  return 1;
}

static size_t read_texts(const char *folder, const char *name, char **bytes, kt_language_text *out,
                         size_t max) {
  char path[4096];
  size_t n = 0, size = 4 << 20;
  snprintf(path, sizeof path, "%s/sentiment/%s", folder, name);
  FILE *f = fopen(path, "rb");
  if (!f) return 0;
  char *at = *bytes = malloc(size), *end = at + fread(at, 1, size, f);
  fclose(f);
  while (n < max && at < end && next_text(&at, end, &out[n])) n++;
  return n;
}

/* With real posts, where there are any. Many that are said to be Hindi are English. */
START_TEST(real_posts) {
  enum { MAX = 20000 };
  const char *folder = getenv("KT_TEST_DATA");
  kt_language_text *texts = malloc(MAX * sizeof *texts);
  char *train = NULL, *test = NULL;
  size_t n = folder ? read_texts(folder, "multi_train.tsv", &train, texts, MAX) : 0;
  unsigned known = 0, right = 0, wrong = 0;
  uint32_t confidence;
  kt_buf b;
  kt_buf_init(&b, env);
  if (n) {
    ck_assert_int_eq(build(env, texts, n, TAGS, &b), KT_OK);
    n = read_texts(folder, "multi_val.tsv", &test, texts, MAX);
  } else {
    puts("SKIP: languages of real posts: KT_TEST_DATA has no sentiment/multi_train.tsv");
  }
  for (size_t i = 0; i < n; i++) {
    if (texts[i].lang < 0 || !strcmp(names[texts[i].lang], "hi")) continue;
    int got = kt_language_guess(kt_span_make(b.ptr, b.len), texts[i].text, NULL, &confidence);
    known++;
    right += got == texts[i].lang;
    wrong += got >= 0 && got != texts[i].lang;
  }
  ck_assert_msg(right * 100 >= known * 94, "only %u of %u", right, known);
  ck_assert_msg(wrong * 100 <= known * 3, "%u of %u taken for another", wrong, known);
  kt_buf_clear(&b);
  free(train);
  free(test);
  free(texts);
}
END_TEST

START_TEST(long_texts_are_bounded) {
  static char text[1 << 20];
  uint32_t a, b;
  for (size_t i = 0; i < sizeof text; i++) text[i] = "no se que quieren de nosotros "[i % 30];
  ck_assert_str_eq(guess(kt_span_make(text, sizeof text), &a), "es");
  memset(text + 4096, 'x', sizeof text - 4096);
  ck_assert_str_eq(guess(kt_span_make(text, sizeof text), &b), "es");
  ck_assert_uint_eq(a, b);
  memset(text, 'x', sizeof text);
  ck_assert_str_eq(guess(kt_span_make(text, sizeof text), &a), "unknown");
}
END_TEST

/* No bytes lead outside of the table or of the text. */
START_TEST(any_bytes) {
  uint32_t seed = 1, confidence;
  for (int i = 0; i < 20000; i++) {
    char text[64], *exact;
    size_t n = (size_t)(seed >> 8) % sizeof text;
    for (size_t k = 0; k < n; k++) {
      seed = seed * 1664525 + 1013904223;
      text[k] = (char)(seed >> 24);
    }
    exact = malloc(n + 1); /* so that a sanitizer sees the end */
    memcpy(exact, text, n);
    guess(kt_span_make(exact, n), &confidence);
    free(exact);
    seed = seed * 1664525 + 1013904223;
  }
}
END_TEST

START_TEST(damaged_sections) {
  char *copy = malloc(section.len);
  kt_language_head *head = (kt_language_head *)(void *)copy;
  ck_assert_int_eq(kt_language_check(model(), TAGS), 0);
  ck_assert_int_ne(kt_language_check(model(), TAGS - 1), 0);
  ck_assert_int_ne(kt_language_check(model(), TAGS + 1), 0);
  ck_assert_int_ne(kt_language_check(kt_span_make(section.ptr, section.len - 1), TAGS), 0);
  ck_assert_int_ne(kt_language_check(kt_span_make(section.ptr, 3), TAGS), 0);
  ck_assert_int_ne(kt_language_check(KT_NULL_SPAN, TAGS), 0);
  for (size_t i = 0; i < sizeof *head / 4; i++) {
    uint32_t word;
    memcpy(copy, section.ptr, section.len);
    memcpy(&word, copy + i * 4, 4);
    word |= 0xF0000000u; /* no field may be so great */
    memcpy(copy + i * 4, &word, 4);
    ck_assert_int_ne(kt_language_check(kt_span_make(copy, section.len), TAGS), 0);
  }
  free(copy);
}
END_TEST

START_TEST(same_texts_same_bytes) {
  kt_language_text texts[] = { { KT_LIT("guten tag"), 1 },
                               { KT_LIT("good day"), 2 },
                               { KT_LIT("goede dag"), -1 } };
  kt_buf a, b;
  kt_buf_init(&a, env);
  kt_buf_init(&b, env);
  ck_assert_int_eq(build(env, texts, 3, TAGS, &a), KT_OK);
  ck_assert_int_eq(build(env, texts, 3, TAGS, &b), KT_OK);
  ck_assert_uint_eq(a.len, b.len);
  ck_assert_int_eq(memcmp(a.ptr, b.ptr, a.len), 0);
  ck_assert_uint_le(a.len, (128 << 10) + sizeof(kt_language_head));
  kt_buf_clear(&a);
  kt_buf_clear(&b);
}
END_TEST

START_TEST(one_language) {
  kt_span tags[] = { KT_LIT("nl") };
  kt_buf b;
  uint32_t confidence;
  kt_buf_init(&b, env);
  ck_assert_int_eq(kt_language_build(env, NULL, 0, tags, 1, &b, NULL), KT_OK);
  kt_span s = kt_span_make(b.ptr, b.len);
  ck_assert_int_eq(kt_language_check(s, 1), 0);
  ck_assert_int_eq(
      kt_language_guess(s, KT_LIT("ik weet niet wat ze van ons willen"), NULL, &confidence), 0);
  ck_assert_int_eq(kt_language_guess(s, KT_LIT("no sé qué quieren de nosotros"), NULL, &confidence),
                   -1);
  kt_buf_clear(&b);
}
END_TEST

START_TEST(memory_runs_out) {
  kt_language_text text = { KT_LIT("guten tag"), 1 };
  test_alloc a = { 0 };
  kt_env *e = test_env(&a, NULL);
  size_t before = a.live_blocks;
  a.for_good = 1;
  for (size_t n = 1;; n++) {
    kt_buf out;
    kt_buf_init(&out, e);
    a.calls = 0;
    a.fail_at = n;
    kt_status st = build(e, &text, 1, TAGS, &out);
    ck_assert(st == KT_OK || (st == KT_ENOMEM && n < 100));
    kt_buf_clear(&out);
    ck_assert_uint_eq(a.live_blocks, before);
    if (st == KT_OK) break;
  }
  a.fail_at = 0;
  kt_env_free(e);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

int main(void) {
  Suite *s = suite_create("language");
  TCase *guesses = tcase_create("guess"), *builds = tcase_create("build");
  tcase_add_unchecked_fixture(guesses, set_up, tear_down);
  tcase_add_unchecked_fixture(builds, set_up, tear_down);
  tcase_set_timeout(guesses, 60);
  tcase_set_timeout(builds, 120);
  tcase_add_test(guesses, plain_texts);
  tcase_add_test(guesses, nothing_to_go_by);
  tcase_add_test(guesses, markup_is_passed_over);
  tcase_add_test(guesses, invalid_utf8_separates_words);
  tcase_add_test(guesses, other_scripts_are_unknown);
  tcase_add_test(guesses, texts_of_many_languages);
  tcase_add_test(guesses, long_texts_are_bounded);
  tcase_add_test(guesses, any_bytes);
  tcase_add_test(builds, english_is_mixed_into_hindi);
  tcase_add_test(builds, real_posts);
  tcase_add_test(builds, damaged_sections);
  tcase_add_test(builds, same_texts_same_bytes);
  tcase_add_test(builds, one_language);
  tcase_add_test(builds, memory_runs_out);
  suite_add_tcase(s, guesses);
  suite_add_tcase(s, builds);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
