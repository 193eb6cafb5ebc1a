/* SPDX-License-Identifier: Apache-2.0 */
/* The program's own allocator and log: every byte of the library is counted, and none is left. */
#include <stdio.h>
#include <stdlib.h>

#include <kappatweet/kappatweet.h>

typedef struct meter {
  size_t now, peak, calls;
} meter;

static void count(meter *m, size_t add, size_t sub) {
  m->now += add - sub;
  m->calls++;
  if (m->now > m->peak) m->peak = m->now;
}

static void *meter_alloc(void *self, size_t n) {
  void *p = malloc(n ? n : 1);
  if (p) count(self, n, 0);
  return p;
}

static void *meter_resize(void *self, void *p, size_t old_n, size_t new_n) {
  void *q = realloc(p, new_n ? new_n : 1);
  if (q) count(self, new_n, old_n);
  return q;
}

static void meter_release(void *self, void *p, size_t n) {
  count(self, 0, n);
  free(p);
}

static void print_line(void *self, int32_t level, const char *where, kt_span line) {
  (void)self;
  fprintf(stderr, "[%d] %s: %.*s\n", (int)level, where, (int)line.len, line.ptr);
}

static const kt_alloc_ops alloc_ops = {
  .size = sizeof alloc_ops, .alloc = meter_alloc, .resize = meter_resize, .release = meter_release
};
static const kt_log_ops log_ops = { .size = sizeof log_ops, .write = print_line };

int main(int argc, char **argv) {
  meter m = { 0, 0, 0 };
  kt_env_ops services = {
    .size = sizeof services, .alloc = &alloc_ops, .alloc_self = &m, .log = &log_ops
  };
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_error err = { 0 };
  if (argc != 2) return 2;
  kt_status st = kt_env_new(&services, &env, &err);
  if (st == KT_OK) st = kt_parts_new(env, &parts, &err);
  if (st == KT_OK) st = kt_pipeline_new(parts, &p, &err);
  if (st == KT_OK) st = kt_pipeline_set_source(p, argv[1], &err);
  if (st == KT_OK) st = kt_pipeline_add_sink(p, "null:", &err);
  if (st == KT_OK) st = kt_pipeline_set_dead_letter(p, "null:", &err);
  if (st == KT_OK) st = kt_pipeline_run(p, &err);
  if (st < 0) fprintf(stderr, "%s: %s\n", err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  printf("peak %zu KiB in %zu calls, %zu bytes left\n", m.peak / 1024, m.calls, m.now);
  return st < 0 || m.now != 0;
}
