/* SPDX-License-Identifier: Apache-2.0 */
/* A model trained in the test from made-up posts, and made-up texts to score. */
#ifndef KT_TESTS_SMALL_MODEL_H
#define KT_TESTS_SMALL_MODEL_H

#include <stdio.h>

#include <kappatweet/score.h>
#include <kappatweet/train.h>

#include "tempdir.h"
#include "unit.h"

static const char *const small_words[2][3][6] = {
  { { "great", "love", "happy", "wonderful", "best", "thanks" },
    { "awful", "hate", "sad", "terrible", "worst", "broken" },
    { "table", "today", "street", "report", "number", "paper" } },
  { { "genial", "encanta", "feliz", "maravilla", "mejor", "gracias" },
    { "horrible", "odio", "triste", "terrible", "peor", "roto" },
    { "mesa", "hoy", "calle", "informe", "numero", "papel" } },
};

static inline const char *small_language(size_t i) {
  return i % 2 ? "es" : "en";
}

/* Post i: its label is 1 + i % 3. */
static inline void small_post(size_t i, char out[200]) {
  uint64_t seed = i * 977 + 1;
  size_t lang = i % 2, label = i % 3, n = 3 + i % 4;
  int at = 0;
  for (size_t k = 0; k < n; k++) {
    size_t kind = k % 2 ? 2 : label;
    at += snprintf(out + at, (size_t)(200 - at), "%s%s", k ? " " : "",
                   small_words[lang][kind][test_random(&seed) % 6]);
  }
  snprintf(out + at, (size_t)(200 - at), " %zu%s", i, i % 5 ? "." : "!!! :)");
}

/* A lexicon of a few lines in the test's folder. */
static inline void small_lexicon(void) {
  static const char *const files[][2] = {
    { "en.tsv", "# words\ngreat\tvalence\t3\nhate\tvalence\t-3.5\nwonder*\tvalence\t2\n"
                "not bad\tvalence\t1.5\nbad\tvalence\t-2\nnot\tnegator\t1\nvery\tintensifier\t1.4\n"
                "but\tcontrast\t1\nreport\tneutral\t1\n" },
    { "es.tsv", "genial\tvalence\t3\nodio\tvalence\t-3.5\nno\tnegator\t1\n" },
    { "emoji.tsv", ":)\tvalence\t2\n\xF0\x9F\x98\xA1\tvalence\t-3\n" },
    { "vader.tsv", "great\tvalence\t3.1\nsucks\tvalence\t-1.5\n" },
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    FILE *f = fopen(temp(files[i][0]), "w");
    ck_assert_ptr_nonnull(f);
    fputs(files[i][1], f);
    fclose(f);
  }
}

static inline kt_conf *small_conf(const kt_env *env, kt_error *err) {
  kt_conf *c = NULL;
  if (kt_conf_new(env, kt_trainer_options(), &c, err) < 0) return NULL;
  if (kt_conf_set(c, "lexicon", tempdir, err) == KT_OK &&
      kt_conf_set(c, "table", "12", err) == KT_OK && kt_conf_set(c, "seeds", "2", err) == KT_OK &&
      kt_conf_set(c, "validation", "0.2", err) == KT_OK)
    return c;
  kt_conf_free(c);
  return NULL;
}

/* Trains and appends the model's bytes. */
static inline kt_status small_train(const kt_env *env, const char *seed, size_t posts, kt_buf *out,
                                    kt_error *err) {
  kt_trainer *t = NULL;
  kt_conf *c = small_conf(env, err);
  if (!c) return KT_ENOMEM;
  kt_status st = kt_conf_set(c, "seed", seed, err);
  if (st == KT_OK) st = kt_trainer_new(env, c, &t, err);
  kt_conf_free(c);
  for (size_t i = 0; i < posts && st >= 0; i++) {
    char text[200];
    small_post(i, text);
    st = kt_trainer_add(t, 1 + (int32_t)(i % 3), kt_span_of(small_language(i)), kt_span_of(text),
                        err);
  }
  if (st >= 0) st = kt_trainer_run(t, NULL, NULL, err);
  if (st >= 0) st = kt_trainer_encode(t, kt_span_of("{\"of\":\"tests\"}"), out, err);
  kt_trainer_free(t);
  return st;
}

/* A text of any kind, of up to 300 bytes, from words, signs, emoji and, now and then, any bytes. */
static inline size_t small_text(uint64_t *seed, char out[400]) {
  static const char *const odd[] = {
    "!!!",
    "???",
    "...",
    ":)",
    ":-(",
    "<3",
    "#Great_Day",
    "@someone",
    "https://example.org/x",
    "http",
    "42",
    "3.5k",
    "2nd",
    "SOOOO",
    "niiiice",
    "NOT",
    "not",
    "very",
    "don't",
    "but",
    "\xF0\x9F\x98\xA1",
    "\xF0\x9F\x87\xAA\xF0\x9F\x87\xB8",
    "\xE2\x9D\xA4\xEF\xB8\x8F",
    "caf\xC3\xA9",
    "ni\xC3\xB1o",
    "\xD8\xB3\xD8\xB9\xD9\x8A\xD8\xAF",
    "\xE0\xA4\x96\xE0\xA5\x81\xE0\xA4\xB6",
    "\xE6\x84\x9B",
    "&amp;",
    "&lt;3",
    "l'eau",
    ("\xC3\xBC"
     "ber"),
    "x_x",
    "xD",
    "not bad",
    "\xFF\xFE",
    "\xC3",
    "-",
    "\n",
  };
  size_t n = 0, words = test_random(seed) % 40;
  for (size_t k = 0; k < words && n < 280; k++) {
    uint64_t r = test_random(seed);
    const char *w = r % 3 ? small_words[r >> 8 & 1][(r >> 16) % 3][(r >> 24) % 6]
                          : odd[(r >> 8) % (sizeof odd / sizeof *odd)];
    size_t len = strlen(w);
    memcpy(out + n, w, len);
    n += len;
    if (r >> 40 & 7) out[n++] = ' ';
    if ((r >> 44 & 63) == 0) out[n++] = (char)(r >> 50);
  }
  return n;
}

static inline uint64_t small_mix(uint64_t h, const void *p, size_t n) {
  const unsigned char *b = p;
  for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * 0x100000001B3u;
  return h;
}

/* One number for what a model says of `texts` texts: label, flags and the bits of the scores. */
static inline uint64_t small_scores(const kt_model *m, size_t texts) {
  static const char *const langs[] = { "en", "es-MX", "und", "xx", "", "ar", "hi", "de" };
  uint64_t seed = 7, h = 0xCBF29CE484222325u;
  char text[400];
  for (size_t i = 0; i < texts; i++) {
    size_t n = small_text(&seed, text);
    kt_score s;
    kt_score_text(m, kt_span_of(langs[i % 8]), (kt_span){ text, n }, &s, NULL);
    h = small_mix(h, &s, sizeof s);
  }
  return h;
}

#endif
