/* SPDX-License-Identifier: Apache-2.0 */
/* Text functions, one core: bench_text [FILE], a text a line; without a file a few built-in ones.
 * Prints the median of 7 runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kappatweet/kappatweet.h>

enum { RUNS = 7, TEXTS = 100000 };

static const char *const samples[] = {
  "RT @ana_1: I don't LOVE it soooo much!!! 😂😂❤️ https://t.co/aB1cD2eF3g #Caturday",
  "¿Qué tal, señor Muñoz? Mañana jugamos en Bogotá :) #fútbol @equipo",
  "Just posted a photo with the team, what a day! 10:30am, 3.5k people https://t.co/x1",
  "L'équipe n'est pas d'accord aujourd'hui, c'est l'été à Paris… 🇫🇷",
  "Сегодня в Москве хорошая погода, всем привет! 👍🏽",
  "هذا اليوم جميــــل جدا في مدينة القاهرة ❤️",
  "आज मौसम बहुत अच्छा है और हम सब खुश हैं 🙏",
  "東京タワーに行く。とても楽しかった！",
};

struct texts {
  kt_span *list;
  size_t count, bytes;
};

static struct texts load(const char *path) {
  struct texts t = { malloc(TEXTS * sizeof(kt_span)), 0, 0 };
  if (path) {
    FILE *f = fopen(path, "rb");
    if (!f) {
      perror(path);
      exit(1);
    }
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; t.count < TEXTS && (n = getline(&line, &cap, f)) > 0;)
      t.list[t.count++] = kt_span_of(strndup(line, (size_t)n));
    fclose(f);
    free(line);
  }
  size_t have = t.count;
  for (; t.count < TEXTS; t.count++)
    t.list[t.count] = have ? t.list[t.count % have]
                           : kt_span_of(samples[t.count % (sizeof samples / sizeof *samples)]);
  for (size_t i = 0; i < t.count; i++) t.bytes += t.list[i].len;
  return t;
}

static kt_env *env;
static kt_buf *buf;
static kt_topwords *table;

static size_t run_tokens(kt_span text) {
  kt_token token;
  size_t n = 0;
  for (size_t pos = 0; kt_token_next(text, &pos, &token);) n++;
  return n;
}

static size_t run_fold(kt_span text) {
  kt_token token;
  size_t n = 0;
  for (size_t pos = 0; kt_token_next(text, &pos, &token); n++) {
    kt_buf_truncate(buf, 0);
    kt_word_fold(token.text, buf);
  }
  return n;
}

static size_t run_topwords(kt_span text) {
  kt_topwords_add(table, (kt_span){ NULL, 0 }, text);
  return 1;
}

/* Each text has a word of its own, so that the small table is always full. */
static size_t run_new_words(kt_span text) {
  static unsigned serial;
  char more[32];
  int n = snprintf(more, sizeof more, "word%u", serial++);
  kt_topwords_add(table, (kt_span){ NULL, 0 }, (kt_span){ more, (size_t)n });
  return run_topwords(text);
}

static size_t run_transliterate(kt_span text) {
  kt_buf_truncate(buf, 0);
  kt_transliterate(text, buf);
  return 1;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void bench(const char *name, struct texts t, size_t (*run)(kt_span), size_t table_bytes) {
  double s[RUNS];
  size_t items = 0;
  for (int r = 0; r < RUNS; r++) {
    struct timespec from, to;
    if (table_bytes && kt_topwords_new(env, table_bytes, &table, NULL) != KT_OK) exit(1);
    items = 0;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (size_t i = 0; i < t.count; i++) items += run(t.list[i]);
    clock_gettime(CLOCK_MONOTONIC, &to);
    s[r] = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    kt_topwords_free(table);
    table = NULL;
  }
  qsort(s, RUNS, sizeof *s, by_value);
  double median = s[RUNS / 2];
  printf("%-24s %7.0f MB/s %8.2f M posts/s %8.1f M items/s\n", name, (double)t.bytes / median / 1e6,
         (double)t.count / median / 1e6, (double)items / median / 1e6);
}

int main(int argc, char **argv) {
  struct texts t = load(argc > 1 ? argv[1] : NULL);
  if (kt_env_new(NULL, &env, NULL) != KT_OK || kt_buf_new(env, &buf, NULL) != KT_OK) return 1;
  bench("tokens", t, run_tokens, 0);
  bench("tokens, folded", t, run_fold, 0);
  bench("top words, exact", t, run_topwords, 16 << 20);
  bench("top words, space-saving", t, run_new_words, 64 << 10);
  bench("transliterate", t, run_transliterate, 0);
  kt_buf_free(buf);
  kt_env_free(env);
  return 0;
}
