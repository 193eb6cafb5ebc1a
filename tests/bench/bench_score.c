/* SPDX-License-Identifier: Apache-2.0 */
/* bench_score [MODEL|-] [TEXTS]: posts scored in a second on one core, with the language known and
 * not, allocations, time to open the model, memory beside the file. TEXTS: one text a line, the
 * part behind the last tab, cut to 92 bytes; without it posts of about that length are made up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kappatweet/kappatweet.h>

enum { POSTS = 20000, BYTES = 92, ROUNDS = 9 };

static size_t calls;

static void *count_alloc(void *self, size_t n) {
  (void)self;
  calls++;
  return malloc(n ? n : 1);
}
static void *count_resize(void *self, void *p, size_t old_n, size_t new_n) {
  (void)self, (void)old_n;
  calls++;
  return realloc(p, new_n ? new_n : 1);
}
static void count_release(void *self, void *p, size_t n) {
  (void)self, (void)n;
  free(p);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

typedef struct posts {
  char *text[POSTS];
  size_t len[POSTS], count, bytes;
} posts;

static void keep(posts *p, const char *s, size_t n) {
  if (n > BYTES) n = BYTES;
  while (n && n == BYTES && ((unsigned char)s[n] & 0xC0) == 0x80) n--;
  p->text[p->count] = malloc(n + 1);
  memcpy(p->text[p->count], s, n);
  p->text[p->count][n] = '\0';
  p->len[p->count++] = n;
  p->bytes += n;
}

static void make_up(posts *p) {
  static const char *const words[] = { "the",
                                       "a",
                                       "I",
                                       "is",
                                       "today",
                                       "game",
                                       "really",
                                       "not",
                                       "love",
                                       "hate",
                                       "great",
                                       "awful",
                                       "with",
                                       "my",
                                       "phone",
                                       "new",
                                       "tonight",
                                       "can't",
                                       "wait",
                                       "#happy",
                                       "@someone",
                                       "lol",
                                       "Monday",
                                       "show",
                                       "never",
                                       "again",
                                       "best",
                                       "worst",
                                       "but",
                                       "people",
                                       "why",
                                       "so",
                                       "sooo",
                                       ":)",
                                       "!!!",
                                       "tomorrow",
                                       "http://t.co/Ab3dE5",
                                       "watching",
                                       "thanks",
                                       "for",
                                       "this",
                                       "sad",
                                       "day",
                                       "over" };
  uint64_t x = 88172645463325252u;
  for (size_t i = 0; i < POSTS; i++) {
    char text[200];
    size_t n = 0;
    while (n < BYTES) {
      x ^= x << 13, x ^= x >> 7, x ^= x << 17;
      const char *w = words[x % (sizeof words / sizeof *words)];
      n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? " " : "", w);
    }
    keep(p, text, BYTES);
  }
}

static void read_texts(posts *p, const char *path) {
  FILE *in = fopen(path, "r");
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;
  while (in && p->count < POSTS && (n = getline(&line, &cap, in)) > 0) {
    if (line[n - 1] == '\n') line[--n] = '\0';
    char *tab = strrchr(line, '\t');
    const char *text = tab ? tab + 1 : line;
    keep(p, text, strlen(text));
  }
  free(line);
  if (in) fclose(in);
}

/* The best of some rounds, in posts a second. */
static double rate(const kt_model *m, const posts *p, const char *lang) {
  double best = 1e9;
  for (int r = 0; r < ROUNDS; r++) {
    double t = now();
    for (size_t i = 0; i < p->count; i++) {
      kt_score s;
      kt_score_text(m, kt_span_of(lang), (kt_span){ p->text[i], p->len[i] }, &s, NULL);
    }
    t = now() - t;
    if (t < best) best = t;
  }
  return (double)p->count / best;
}

int main(int argc, char **argv) {
  static const kt_alloc_ops ops = { sizeof ops, 0, count_alloc, count_resize, count_release };
  const kt_env_ops env_ops = { .size = sizeof env_ops, .alloc = &ops };
  static posts p;
  kt_env *env;
  kt_error err;
  kt_model *m;
  if (kt_env_new(&env_ops, &env, &err) < 0) return 1;
  const char *path = argc > 1 && strcmp(argv[1], "-") != 0 ? argv[1] : NULL;
  double t = now();
  if (kt_model_open(env, path, &m, &err) < 0) {
    fprintf(stderr, "%s\n", err.message);
    return 1;
  }
  t = now() - t;
  if (argc > 2)
    read_texts(&p, argv[2]);
  else
    make_up(&p);
  if (!p.count) return 1;
  size_t memory = kt_env_used_bytes(env), before = calls;
  double known = rate(m, &p, "en"), unknown = rate(m, &p, NULL);
  printf("%zu posts of %.1f bytes: %.0f posts/s in a known language, %.0f identified; %zu "
         "allocations; open %.2f ms; %zu bytes beside the file\n",
         p.count, (double)p.bytes / (double)p.count, known, unknown, calls - before, t * 1e3,
         memory);
  for (size_t i = 0; i < p.count; i++) free(p.text[i]);
  kt_model_free(m);
  kt_env_free(env);
  return 0;
}
