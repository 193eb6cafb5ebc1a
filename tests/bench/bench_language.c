/* SPDX-License-Identifier: Apache-2.0 */
/* bench_language TRAIN[,TRAIN...] [TEST...]: trains language identification on files of
 * label<TAB>language<TAB>text and tells for each test file, language by language, how many texts
 * were told right, wrong and not at all, how sure it was, and how many texts a second it does. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <kappatweet/env.h>

#include "base/span.h"
#include "score/language.h"
#include "score/language_inside.h"

enum { TAGS = 8 };
static const char *const names[TAGS] = { "ar", "de", "en", "es", "fr", "hi", "it", "pt" };

typedef struct texts {
  kt_language_text *at;
  kt_span *tags;
  size_t n, cap;
} texts;

static char *read_file(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END)) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(1);
  }
  *n = (size_t)ftell(f);
  rewind(f);
  char *p = malloc(*n + 1);
  *n = fread(p, 1, *n, f);
  fclose(f);
  return p;
}

static int index_of(kt_span tag) {
  for (int k = 0; k < TAGS; k++)
    if (kt_span_is(tag, names[k])) return k;
  return -1;
}

static void add_file(texts *t, const char *path) {
  size_t n;
  char *p = read_file(path, &n), *end = p + n;
  while (p < end) {
    char *line_end = memchr(p, '\n', (size_t)(end - p));
    if (!line_end) line_end = end;
    char *text = line_end, *tag = p;
    for (char *c = line_end; c > p; c--)
      if (c[-1] == '\t') {
        if (text == line_end)
          text = c;
        else {
          tag = c;
          break;
        }
      }
    if (t->n == t->cap) {
      t->cap = t->cap ? t->cap * 2 : 1024;
      t->at = realloc(t->at, t->cap * sizeof *t->at);
      t->tags = realloc(t->tags, t->cap * sizeof *t->tags);
    }
    kt_span lang = kt_span_make(tag, (size_t)(text - 1 - tag));
    t->tags[t->n] = lang;
    t->at[t->n++] =
        (kt_language_text){ kt_span_make(text, (size_t)(line_end - text)), index_of(lang) };
    p = line_end + 1;
  }
}

typedef struct tally {
  kt_span tag;
  unsigned n, right, wrong, unknown;
} tally;

static void print_tally(const tally *c) {
  printf("  %-6.*s %6u texts, right %5.1f %%, wrong %5.1f %%, unknown %5.1f %%\n", (int)c->tag.len,
         c->tag.ptr, c->n, 100.0 * c->right / c->n, 100.0 * c->wrong / c->n,
         100.0 * c->unknown / c->n);
}

static void judge(kt_span section, const texts *t, size_t words_max) {
  tally by[128] = { { .n = 0 } }, known = { .tag = KT_LIT("known") },
        other = { .tag = KT_LIT("other") };
  for (size_t i = 0; i < t->n; i++) {
    kt_span text = t->at[i].text;
    size_t words = 1, l = 0;
    for (size_t k = 0; k < text.len; k++) words += text.ptr[k] == ' ';
    if (words > words_max) continue;
    uint32_t confidence;
    int got = kt_language_guess(section, text, NULL, &confidence), want = t->at[i].lang;
    if (getenv("SHOW") && got != want)
      printf("    %.*s -> %s %.2f %.*s\n", (int)t->tags[i].len, t->tags[i].ptr,
             got < 0 ? "?" : names[got], confidence / 65536.0, (int)text.len, text.ptr);
    while (by[l].n && !(by[l].tag.len == t->tags[i].len &&
                        !memcmp(by[l].tag.ptr, t->tags[i].ptr, by[l].tag.len)))
      if (++l == 127) break;
    tally *two[2] = { &by[l], want < 0 ? &other : &known };
    by[l].tag = t->tags[i];
    for (int k = 0; k < 2; k++) {
      two[k]->n++;
      two[k]->right += got == want;
      two[k]->unknown += got < 0;
      two[k]->wrong += got >= 0 && got != want;
    }
  }
  for (size_t l = 0; by[l].n; l++) print_tally(&by[l]);
  if (known.n) print_tally(&known);
  if (other.n) print_tally(&other);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void time_texts(kt_span section, const texts *t) {
  double best = 1e9;
  size_t bytes = 0;
  uint32_t confidence;
  for (int round = 0; round < 5; round++) {
    double start = now();
    bytes = 0;
    for (size_t i = 0; i < t->n; i++) {
      kt_language_guess(section, t->at[i].text, NULL, &confidence);
      bytes += t->at[i].text.len;
    }
    if (now() - start < best) best = now() - start;
  }
  printf("  %.0f texts/s, %.3f us a text of %.0f bytes\n", (double)t->n / best,
         best / (double)t->n * 1e6, (double)bytes / (double)t->n);
}

int main(int argc, char **argv) {
  texts train = { 0 };
  kt_span tags[TAGS];
  kt_env *env;
  kt_buf section;
  if (argc < 2 || kt_env_new(NULL, &env, NULL)) return 2;
  for (char *f = strtok(argv[1], ","); f; f = strtok(NULL, ",")) add_file(&train, f);
  for (int k = 0; k < TAGS; k++) tags[k] = kt_span_of(names[k]);
  kt_buf_init(&section, env);
  double start = now();
  if (kt_language_build(env, train.at, train.n, tags, TAGS, &section, NULL)) return 1;
  kt_span model = kt_span_make(section.ptr, section.len);
  printf("trained in %.1f s, %zu bytes\n", now() - start, section.len);
  for (int i = 2; i < argc; i++) {
    texts test = { 0 };
    add_file(&test, argv[i]);
    printf("%s\n", argv[i]);
    judge(model, &test, SIZE_MAX);
    printf(" of up to 3 words\n");
    judge(model, &test, 3);
    time_texts(model, &test);
  }
  return 0;
}
