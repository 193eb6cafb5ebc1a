/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

static kt_env *env;

static void setup(void) {
  ck_assert_int_eq(kt_env_new(NULL, &env, NULL), KT_OK);
}
static void teardown(void) {
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}

static kt_topwords *new_table(size_t max_bytes) {
  kt_topwords *t = NULL;
  ck_assert_int_eq(kt_topwords_new(env, max_bytes, &t, NULL), KT_OK);
  return t;
}

static void add(kt_topwords *t, const char *lang, const char *text) {
  ck_assert_int_eq(kt_topwords_add(t, kt_span_of(lang), kt_span_of(text)), KT_OK);
}

/* "word:count word:count" of the first n. */
static void check_list(kt_topwords *t, size_t n, const char *expected) {
  kt_topword w[32];
  char got[1024] = "";
  size_t at = 0, k = kt_topwords_list(t, w, n);
  for (size_t i = 0; i < k; i++)
    at += (size_t)snprintf(got + at, sizeof got - at, "%s%.*s:%llu", i ? " " : "",
                           (int)w[i].word.len, w[i].word.ptr, (unsigned long long)w[i].count);
  ck_assert_str_eq(got, expected);
}

START_TEST(counts_words) {
  kt_topwords *t = new_table(0);
  add(t, "en", "RT @bob: The LOVE of love, #Love! https://t.co/love 10 x a sooo soooooo l'amour");
  add(t, "en", "don’t love :love: café CAFE\u0301");
  check_list(t, 32, "love:5 café:2 soo:2 amour:1");
  ck_assert_int_eq(kt_topwords_exact(t), 1);
  check_list(t, 2, "love:5 café:2");
  check_list(t, 0, "");
  kt_topwords_free(t);
}
END_TEST

START_TEST(stop_words_by_language) {
  kt_topwords *t = new_table(0);
  add(t, "es", "el perro and el gato 東京");
  add(t, NULL, "el perro and the dog und");
  check_list(t, 32, "perro:2 and:1 dog:1 gato:1 und:1 京:1 東:1");
  kt_topwords_free(t);
}
END_TEST

/* Same counts: in the order of the bytes; a word before those that begin with it. */
START_TEST(order_is_total) {
  kt_topwords *t = new_table(0);
  add(t, "en", "zz ab abc aa zz b1 ab");
  check_list(t, 32, "ab:2 zz:2 aa:1 abc:1 b1:1");
  check_list(t, 3, "ab:2 zz:2 aa:1");
  kt_topwords_free(t);
}
END_TEST

START_TEST(nothing_to_count) {
  kt_topwords *t = new_table(64 << 10);
  kt_topword w;
  ck_assert_uint_eq(kt_topwords_list(t, &w, 1), 0);
  ck_assert_int_eq(kt_topwords_add(t, (kt_span){ NULL, 0 }, (kt_span){ NULL, 0 }), KT_OK);
  add(t, "en", "the 1 . \xff");
  char longer[258] = { 0 };
  memset(longer, 'x', 257);
  for (size_t i = 0; i < 257; i++) longer[i] = (char)('a' + i % 26);
  add(t, "en", longer);
  ck_assert_uint_eq(kt_topwords_list(t, &w, 1), 0);
  longer[256] = 0;
  add(t, "en", longer);
  ck_assert_uint_eq(kt_topwords_list(t, &w, 1), 1);
  ck_assert_uint_eq(w.word.len, 256);
  kt_topwords_free(t);
}
END_TEST

/* Words w0, w1, ... of Zipf's law: word i comes about as often as 1 / (i + 1). */
enum { VOCABULARY = 20000, STREAM = 300000 };

static uint32_t zipf(uint64_t *seed) {
  /* The law's distribution is nearly uniform in log(i + 1); log2 by shifts and a linear part. */
  double u = (double)(test_random(seed) >> 11) / 9007199254740992.0 * 14.2877; /* log2(20000) */
  unsigned whole = (unsigned)u;
  double i = (double)(1u << whole) * (1.0 + (u - (double)whole)) - 1.0;
  return i >= (double)VOCABULARY ? VOCABULARY - 1 : (uint32_t)i;
}

/* Lengths from 6 to 46 bytes: evictions have to make room for longer and shorter words. */
static size_t word_of(uint32_t i, char out[64]) {
  return (size_t)snprintf(out, 64, "w%ux%.*s", i, (int)(i * 7 % 40),
                          "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
}

static uint32_t index_of(kt_span word) {
  return (uint32_t)strtoul(word.ptr + 1, NULL, 10);
}

/* All words of the table, against the exact counts. */
static void check_bounds(kt_topwords *t, const uint32_t *exact, uint64_t *worst) {
  kt_topword *list = malloc(VOCABULARY * sizeof *list);
  size_t n = kt_topwords_list(t, list, VOCABULARY), bad = 0;
  *worst = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t real = exact[index_of(list[i].word)];
    bad += list[i].count < real || list[i].count - list[i].error > real;
    bad += i && list[i].count > list[i - 1].count;
    if (list[i].error > *worst) *worst = list[i].error;
  }
  ck_assert_uint_eq(bad, 0);
  /* A word that is not there has been seen at most as often as the highest error says. */
  char *there = calloc(VOCABULARY, 1);
  for (size_t i = 0; i < n; i++) there[index_of(list[i].word)]++;
  for (size_t i = 0; i < VOCABULARY; i++)
    bad += there[i] > 1 || (!there[i] && exact[i] > *worst + 1);
  ck_assert_uint_eq(bad, 0);
  free(there);
  free(list);
}

START_TEST(space_saving_keeps_its_bound) {
  enum { BYTES = 128 << 10 };
  kt_topwords *t = new_table(BYTES);
  uint32_t *exact = calloc(VOCABULARY, sizeof *exact);
  uint64_t seed = 42, worst;
  size_t over = 0;
  for (size_t i = 0; i < STREAM; i++) {
    char w[64];
    uint32_t k = zipf(&seed);
    exact[k]++;
    kt_span s = { w, word_of(k, w) };
    ck_assert(kt_topwords_add(t, (kt_span){ "en", 2 }, s) == KT_OK);
    over += kt_env_used_bytes(env) > BYTES;
    if (i == 1000) {
      ck_assert_int_eq(kt_topwords_exact(t), 1);
      check_bounds(t, exact, &worst);
      ck_assert_uint_eq(worst, 0);
    }
  }
  ck_assert_uint_eq(over, 0);
  ck_assert_int_eq(kt_topwords_exact(t), 0);
  check_bounds(t, exact, &worst);
  /* Not worse than the paper's bound, stream / slots, with the slots this memory has at least. */
  ck_assert_uint_gt(worst, 0);
  ck_assert_uint_le(worst, STREAM / (BYTES / 100));
  /* The most frequent hundred are there, in about their places. */
  kt_topword list[100];
  ck_assert_uint_eq(kt_topwords_list(t, list, 100), 100);
  for (size_t i = 0; i < 100; i++)
    ck_assert_uint_ge(exact[index_of(list[i].word)] + worst, list[i].count);
  ck_assert_uint_eq(index_of(list[0].word), 0);
  free(exact);
  kt_topwords_free(t);
}
END_TEST

/* The same stream gives the same table, whatever the hash seed. */
START_TEST(deterministic) {
  kt_topwords *t[2] = { new_table(64 << 10), new_table(64 << 10) };
  for (int k = 0; k < 2; k++) {
    uint64_t seed = 1;
    for (size_t i = 0; i < 60000; i++) {
      char w[64];
      kt_span s = { w, word_of(zipf(&seed), w) };
      ck_assert(kt_topwords_add(t[k], (kt_span){ "en", 2 }, s) == KT_OK);
    }
  }
  static kt_topword a[2000], b[2000];
  size_t n = kt_topwords_list(t[0], a, 2000), bad = 0;
  ck_assert_uint_eq(kt_topwords_list(t[1], b, 2000), n);
  ck_assert_int_eq(kt_topwords_exact(t[0]), 0);
  for (size_t i = 0; i < n; i++)
    bad += a[i].count != b[i].count || a[i].error != b[i].error ||
           !kt_span_equal(a[i].word, b[i].word);
  ck_assert_uint_eq(bad, 0);
  kt_topwords_free(t[0]);
  kt_topwords_free(t[1]);
}
END_TEST

/* Every word once, of all lengths, over and over: nothing but evictions, and no memory is asked
 * for. */
START_TEST(only_new_words) {
  enum { BYTES = 64 << 10 };
  test_alloc a = { 0 };
  kt_env *mine = test_env(&a, NULL);
  size_t before = a.live_bytes, bad = 0;
  kt_topwords *t = NULL;
  ck_assert_int_eq(kt_topwords_new(mine, BYTES, &t, NULL), KT_OK);
  size_t calls = a.calls;
  char w[300];
  for (unsigned i = 0; i < 50000; i++) {
    int n = snprintf(w, sizeof w, "w%u", i);
    size_t len = (size_t)n + i * 31 % (256 - (size_t)n);
    for (size_t k = (size_t)n; k < len; k++) w[k] = (char)('a' + k % 26);
    bad += kt_topwords_add(t, (kt_span){ "en", 2 }, (kt_span){ w, len }) != KT_OK;
  }
  ck_assert_uint_eq(bad, 0);
  ck_assert_uint_eq(a.calls, calls);
  ck_assert_uint_le(a.live_bytes - before, BYTES);
  static kt_topword list[4000];
  size_t n = kt_topwords_list(t, list, 4000);
  ck_assert_uint_gt(n, 50);
  for (size_t i = 0; i < n; i++) bad += list[i].count - list[i].error != 1;
  ck_assert_uint_eq(bad, 0);
  kt_topwords_free(t);
  kt_env_free(mine);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(arguments_and_memory) {
  kt_topwords *t = NULL;
  kt_error err;
  ck_assert_int_eq(kt_topwords_new(env, 1000, &t, &err), KT_EINVAL);
  ck_assert_str_eq(err.message, "1000 bytes are too few, give at least 65536");
  kt_topwords_free(NULL);
  test_alloc a = { 0 };
  kt_env *mine = test_env(&a, NULL);
  size_t before = a.live_bytes;
  for (size_t n = 1; !t; n++) {
    a.calls = 0;
    a.fail_at = n;
    kt_status st = kt_topwords_new(mine, 64 << 10, &t, &err);
    ck_assert(st == KT_OK || (st == KT_ENOMEM && n < 20));
    ck_assert(n > 1 || st == KT_ENOMEM);
    ck_assert(st == KT_OK || a.live_bytes == before);
  }
  a.calls = 0;
  a.fail_at = 1; /* counting takes no more memory */
  add(t, "en", "árbol tree");
  check_list(t, 32, "tree:1 árbol:1");
  kt_env_free(mine); /* the table keeps the env */
  kt_topwords_free(t);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

int main(void) {
  Suite *s = suite_create("text_topwords");
  TCase *c = tcase_create("topwords");
  tcase_set_timeout(c, 60);
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, counts_words);
  tcase_add_test(c, stop_words_by_language);
  tcase_add_test(c, order_is_total);
  tcase_add_test(c, nothing_to_count);
  tcase_add_test(c, space_saving_keeps_its_bound);
  tcase_add_test(c, deterministic);
  tcase_add_test(c, only_new_words);
  tcase_add_test(c, arguments_and_memory);
  suite_add_tcase(s, c);
  return test_run(s);
}
