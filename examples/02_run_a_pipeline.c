/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file of posts and writes CSV: run_a_pipeline IN.ndjson OUT.csv */
#include <stdio.h>
#include <string.h>

#include <kappatweet/kappatweet.h>

static kt_status configure(kt_pipeline *p, const char *in, const char *out, kt_error *err) {
  char uri[1024];
  kt_status st = kt_pipeline_set_source(p, in, err);
  snprintf(uri, sizeof uri, "csv:%s?delimiter=,", out);
  if (st == KT_OK) st = kt_pipeline_add_sink(p, uri, err);
  snprintf(uri, sizeof uri, "ndjson:%s.dead-letters.ndjson", out);
  if (st == KT_OK) st = kt_pipeline_set_dead_letter(p, uri, err);
  return st;
}

int main(int argc, char **argv) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_error err = { 0 };
  kt_stats stats = { .size = sizeof stats };
  if (argc != 3) {
    fprintf(stderr, "usage: %s IN.ndjson OUT.csv\n", argv[0]);
    return 2;
  }
  kt_status st = kt_env_new(NULL, &env, &err);
  if (st == KT_OK) st = kt_parts_new(env, &parts, &err);
  if (st == KT_OK) st = kt_pipeline_new(parts, &p, &err);
  if (st == KT_OK) st = configure(p, argv[1], argv[2], &err);
  if (st == KT_OK) st = kt_pipeline_run(p, &err);
  if (st == KT_END && kt_pipeline_stats(p, &stats) == KT_OK)
    printf("%llu read, %llu records, %llu set aside\n", (unsigned long long)stats.frames,
           (unsigned long long)stats.records, (unsigned long long)stats.dead);
  if (st < 0) fprintf(stderr, "%s: %s\n", err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  return st < 0;
}
