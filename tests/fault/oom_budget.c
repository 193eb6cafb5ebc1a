/* SPDX-License-Identifier: Apache-2.0 */
/* R15: what a batch costs in allocations, from the file through the parser to the sinks. At most 4
 * a batch and none a record are allowed in the steady state. It takes less: a few in a hundred
 * batches, when a list of what was written doubles. The limits are that, so that a rise fails. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oom.h"
#include "oom_posts.h"
#include "oom_work.h"

enum { BATCHES = 120, WARM = 60 };

typedef struct row {
  const char *name, *sink, *workers;
  int per_batch;  /* records */
  double at_most; /* allocations a batch */
} row;

static const row rows[] = {
  { "null", "null:", "0", 500, 0 },
  { "csv", "csv:%s/out.csv?sync=none&sync.bytes=1", "0", 500, 0.1 },
  { "ndjson full", "ndjson:%s/out.ndjson?sync=none&sync.bytes=1&record=full", "0", 500, 0.1 },
  { "sqlite", "sqlite:%s/out.db?sync=none&sync.records=500", "0", 500, 0.1 },
  { "csv, 50 a batch", "csv:%s/out50.csv?sync=none&sync.bytes=1", "0", 50, 0.1 },
  { "csv, a worker", "csv:%s/out1.csv?sync=none&sync.bytes=1", "1", 500, 1 },
};

static void write_input(const char *path, int count) {
  char line[600];
  FILE *f = fopen(path, "w");
  for (int i = 0; f && i < count; i++) fwrite(line, 1, oom_post(line, sizeof line, i), f);
  if (f) fclose(f);
}

static uint64_t batches_of(kt_pipeline *p) {
  kt_stats s = { .size = sizeof s };
  return kt_pipeline_stats(p, &s) == KT_OK ? s.batches : 0;
}

/* Allocations between the batch WARM and the last but two; -1: the run failed. */
static double measure(const row *r, const char *folder) {
  kt_env_ops ops = { .size = sizeof ops, .alloc = &oom_alloc_ops, .seed = 1 };
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_error err = { 0 };
  char uri[800], number[20];
  uint64_t first = 0, last = 0;
  size_t at_first = 0, at_last = 0;
  snprintf(uri, sizeof uri, "%s/in.ndjson", folder);
  write_input(uri, r->per_batch * BATCHES);
  kt_status st = kt_env_new(&ops, &env, &err);
  if (st == KT_OK) st = kt_parts_new(env, &parts, &err);
  if (st == KT_OK) st = kt_pipeline_new(parts, &p, &err);
  snprintf(number, sizeof number, "%d", r->per_batch);
  if (st == KT_OK) st = kt_pipeline_set(p, "batch.max_records", number, &err);
  if (st == KT_OK) st = kt_pipeline_set(p, "step.max_us", "0", &err);
  if (st == KT_OK) st = kt_pipeline_set(p, "workers", r->workers, &err);
  snprintf(uri, sizeof uri, "file:%s/in.ndjson", folder);
  if (st == KT_OK) st = kt_pipeline_set_source(p, uri, &err);
  snprintf(uri, sizeof uri, r->sink, folder);
  if (st == KT_OK) st = kt_pipeline_add_sink(p, uri, &err);
  atomic_store(&oom_count.calls, 0);
  atomic_store(&oom_count.armed, 1);
  while (st >= 0 && st != KT_END) {
    st = kt_pipeline_step(p, &err);
    uint64_t n = batches_of(p);
    if (n >= WARM && n <= BATCHES - 2) {
      if (!first) at_first = atomic_load(&oom_count.calls);
      if (!first) first = n;
      at_last = atomic_load(&oom_count.calls);
      last = n;
    }
  }
  atomic_store(&oom_count.armed, 0);
  if (st < 0) printf("# %s: %s\n", err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  return st < 0 || last <= first + BATCHES / 4
             ? -1
             : (double)(at_last - at_first) / (double)(last - first);
}

void oom_reach(int function) {
  (void)function;
}

int main(void) {
  const char *folder = work_temporary();
  int failed = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double figure = measure(&rows[i], folder);
    int ok = figure >= 0 && figure <= rows[i].at_most;
    printf("%s %s: %.2f allocations a batch of %d, at most %.2f\n", ok ? "ok" : "not ok",
           rows[i].name, figure, rows[i].per_batch, rows[i].at_most);
    failed |= !ok;
  }
  work_empty(folder);
  rmdir(folder);
  return failed;
}
