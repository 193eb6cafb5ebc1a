/* SPDX-License-Identifier: Apache-2.0 */
/* bench_json FILE [ROUNDS] [NAME]: posts a second of each contestant on a file of one JSON text a
 * line.
 *
 * Thread CPU time, medians, contestants in turn within each round so that a slow moment hits all.
 * Before that, every contestant must see the same seven fields in every post. */
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ROUNDS = 99, SLACK = 64, SLOW_PART = 12 };

static bench_peer peers[] = {
  { "json-c", NULL, 0, 1, 0, NULL, bench_jsonc_open, bench_jsonc_take, bench_jsonc_close },
  { "yyjson", NULL, 0, 0, 0, NULL, bench_yyjson_open, bench_yyjson_take, bench_yyjson_close },
  { "simdjson dom", NULL, 0, 0, 0, NULL, bench_haswell_open, bench_haswell_take,
    bench_haswell_close },
  { "simdjson dom", NULL, 0, 0, 0, NULL, bench_icelake_open, bench_icelake_take,
    bench_icelake_close },
  { "simdjson on-demand", NULL, 1, 0, 0, NULL, bench_haswell_open, bench_haswell_take,
    bench_haswell_close },
  { "simdjson on-demand", NULL, 1, 0, 0, NULL, bench_icelake_open, bench_icelake_take,
    bench_icelake_close },
  { "kappatweet record", NULL, 0, 0, 1, NULL, bench_parser_open, bench_parser_take,
    bench_parser_close },
  { "kappatweet", NULL, 1, 0, 0, NULL, bench_kt_open, bench_kt_take, bench_kt_close },
  { "kappatweet", NULL, 2, 0, 0, NULL, bench_kt_open, bench_kt_take, bench_kt_close },
  { "kappatweet", NULL, 3, 0, 0, NULL, bench_kt_open, bench_kt_take, bench_kt_close },
};
enum { PEERS = sizeof peers / sizeof *peers };

typedef struct post {
  const char *text;
  size_t len;
} post;

static char *data;
static size_t data_bytes;
static post *posts;
static size_t post_count;
static int able[PEERS];

static int load(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END)) return -1;
  data_bytes = (size_t)ftell(f);
  rewind(f);
  data = calloc(1, data_bytes + SLACK);
  if (!data || fread(data, 1, data_bytes, f) != data_bytes) return -1;
  fclose(f);
  posts = malloc((data_bytes / 2 + 1) * sizeof *posts);
  for (char *p = data, *end; p < data + data_bytes; p = end + 1) {
    end = memchr(p, '\n', (size_t)(data + data_bytes - p));
    if (!end) end = data + data_bytes;
    posts[post_count++] = (post){ p, (size_t)(end - p) };
  }
  return 0;
}

static uint64_t hash_fields(uint64_t h, const bench_span f[BENCH_FIELDS]) {
  for (int i = 0; i < BENCH_FIELDS; i++) {
    h = (h ^ f[i].len) * 1099511628211u;
    for (size_t k = 0; k < f[i].len; k++) h = (h ^ (unsigned char)f[i].ptr[k]) * 1099511628211u;
  }
  return h;
}

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Returns seconds a post; the sum keeps the compiler from leaving work out. */
static double run(bench_peer *p, size_t count, size_t *sum) {
  bench_span f[BENCH_FIELDS];
  double start = cpu_seconds();
  for (size_t i = 0; i < count; i++) {
    if (p->take(p, posts[i].text, posts[i].len, f)) exit(1);
    for (int k = 0; k < BENCH_FIELDS; k++) *sum += f[k].len;
  }
  return (cpu_seconds() - start) / (double)count;
}

static int agree(void) {
  uint64_t first = 0;
  for (int p = 0; p < PEERS; p++) {
    uint64_t h = 1469598103934665603u;
    able[p] = peers[p].open(&peers[p]) == 0;
    if (!able[p]) continue;
    for (size_t i = 0; i < post_count; i++) {
      bench_span f[BENCH_FIELDS] = { { NULL, 0 } };
      if (peers[p].take(&peers[p], posts[i].text, posts[i].len, f)) {
        fprintf(stderr, "bench_json: %s refuses post %zu\n", peers[p].name, i);
        return -1;
      }
      h = hash_fields(h, f);
    }
    if (peers[p].differs) continue;
    if (!first) first = h;
    if (h != first) {
      fprintf(stderr, "bench_json: %s (%s) sees other fields\n", peers[p].name, peers[p].kernel);
      return -1;
    }
  }
  return 0;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void report(double median[PEERS]) {
  double per_post = (double)data_bytes / (double)post_count;
  printf("%-20s %-8s %9s %6s", "", "kernel", "k posts/s", "GB/s");
  for (int k = PEERS - 3; k < PEERS; k++) printf("   %6s/it", able[k] ? peers[k].kernel : "-");
  printf("\n");
  for (int p = 0; p < PEERS; p++) {
    if (!able[p]) continue;
    printf("%-20s %-8s %9.0f %6.2f", peers[p].name, peers[p].kernel, 1e-3 / median[p],
           per_post / median[p] * 1e-9);
    for (int k = PEERS - 3; k < PEERS; k++) printf("   %9.2f", able[k] ? median[p] / median[k] : 0);
    printf("\n");
  }
}

int main(int argc, char **argv) {
  static double times[PEERS][MAX_ROUNDS];
  double median[PEERS] = { 0 };
  int rounds = argc > 2 ? atoi(argv[2]) : 7;
  size_t sum = 0;
  if (argc < 2 || rounds < 1 || rounds > MAX_ROUNDS) {
    fprintf(stderr, "usage: bench_json FILE [ROUNDS [NAME]]\n");
    return 2;
  }
  if (load(argv[1])) {
    fprintf(stderr, "bench_json: cannot read %s\n", argv[1]);
    return 1;
  }
  if (agree()) return 1;
  for (int p = 0; p < PEERS; p++) able[p] &= argc < 4 || strcmp(peers[p].name, argv[3]) == 0;
  for (int r = 0; r < rounds; r++)
    for (int p = 0; p < PEERS; p++)
      if (able[p])
        times[p][r] = run(&peers[p], peers[p].slow ? post_count / SLOW_PART + 1 : post_count, &sum);
  for (int p = 0; p < PEERS; p++) {
    qsort(times[p], (size_t)rounds, sizeof(double), by_value);
    median[p] = times[p][rounds / 2];
  }
  printf("%s: %zu posts of %zu bytes, medians of %d, same fields in all (%zu bytes)\n", argv[1],
         post_count, data_bytes / post_count, rounds, sum);
  report(median);
  return 0;
}
