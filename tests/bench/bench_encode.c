/* SPDX-License-Identifier: Apache-2.0 */
/* Encoders, one core: bench_encode FILE [RUNS], payloads one a line. Prints the median of the runs
 * (15), and memcpy() of the same output as the floor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kappatweet/kappatweet.h>

enum { MAX_RUNS = 99, PASSES = 20 };

static const struct {
  const char *name;
  int32_t format;
  const char *options;
} cases[] = {
  { "csv tweet", KT_FORMAT_CSV, "x:" },
  { "csv tweet, ascii", KT_FORMAT_CSV, "x:?transliterate=ascii" },
  { "csv full", KT_FORMAT_CSV, "x:?record=full" },
  { "csv tweet_id,pointer", KT_FORMAT_CSV, "x:?fields=tweet_id,raw:/user/followers_count" },
  { "csv 3 pointers", KT_FORMAT_CSV,
    "x:?fields=raw:/user/followers_count,raw:/user/location,raw:/entities/hashtags" },
  { "ndjson tweet", KT_FORMAT_NDJSON, "x:" },
  { "ndjson full", KT_FORMAT_NDJSON, "x:?record=full" },
  { "ndjson raw", KT_FORMAT_NDJSON, "x:?record=raw" },
  { "dynamodb tweet", KT_FORMAT_DYNAMODB, "x:" },
};

static void must(kt_status st, const kt_error *err) {
  if (st >= 0) return;
  fprintf(stderr, "bench_encode: %s\n", err->message);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static kt_encoder *new_encoder(kt_env *env, int32_t format, const char *uri) {
  kt_conf *conf;
  kt_encoder *e;
  kt_error err;
  must(kt_conf_new(env, KT_ENCODER_OPTIONS, &conf, &err), &err);
  must(kt_conf_set_uri(conf, uri, &err), &err);
  must(kt_encoder_new(env, format, conf, &e, &err), &err);
  kt_conf_free(conf);
  return e;
}

static void encode_all(kt_encoder *e, const kt_batch *b, kt_buf *out) {
  kt_error err = { .message = "no memory" };
  kt_buf_truncate(out, 0);
  for (size_t i = 0; i < kt_batch_count(b); i++) must(kt_encoder_record(e, b, i, out, NULL), &err);
}

static double median(double *seconds, int runs) {
  qsort(seconds, (size_t)runs, sizeof *seconds, ascending);
  return seconds[runs / 2];
}

static void measure(kt_env *env, const kt_batch *b, size_t k, int runs) {
  double seconds[MAX_RUNS], copies[MAX_RUNS];
  kt_error err;
  kt_buf *out;
  kt_encoder *e = new_encoder(env, cases[k].format, cases[k].options);
  must(kt_buf_new(env, &out, &err), &err);
  encode_all(e, b, out);
  size_t bytes = kt_buf_bytes(out).len;
  char *copy = malloc(bytes);
  for (int r = 0; r < runs; r++) {
    double start = now();
    for (int p = 0; p < PASSES; p++) encode_all(e, b, out);
    seconds[r] = now() - start;
    start = now();
    for (int p = 0; p < PASSES; p++) {
      memcpy(copy, kt_buf_bytes(out).ptr, bytes);
      __asm__ volatile("" ::"r"(copy) : "memory");
    }
    copies[r] = now() - start;
  }
  double n = (double)kt_batch_count(b) * PASSES, s = median(seconds, runs);
  printf("%-22s %7.1f ns/record  %6.2f GB/s  memcpy %5.1f ns/record\n", cases[k].name, s / n * 1e9,
         (double)bytes * PASSES / s / 1e9, median(copies, runs) / n * 1e9);
  free(copy);
  kt_buf_free(out);
  kt_encoder_free(e);
}

static char *read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END)) {
    perror(path);
    exit(1);
  }
  long n = ftell(f);
  char *text = malloc((size_t)n + 1);
  rewind(f);
  *len = fread(text, 1, (size_t)n, f);
  fclose(f);
  return text;
}

int main(int argc, char **argv) {
  kt_env *env;
  kt_parts *parts;
  kt_batch *batch;
  kt_error err;
  int runs = argc > 2 ? atoi(argv[2]) : 15;
  if (argc < 2 || runs < 1 || runs > MAX_RUNS) {
    fprintf(stderr, "usage: bench_encode FILE [RUNS]\n");
    return 2;
  }
  size_t len;
  char *text = read_file(argv[1], &len);
  must(kt_env_new(NULL, &env, &err), &err);
  must(kt_parts_new(env, &parts, &err), &err);
  must(kt_parts_parse(parts, NULL, (kt_span){ text, len }, &batch, &err), &err);
  printf("%zu records of %s, median of %d runs\n", kt_batch_count(batch), argv[1], runs);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) measure(env, batch, k, runs);
  kt_batch_unref(batch);
  kt_parts_free(parts);
  kt_env_free(env);
  free(text);
  return 0;
}
