/* SPDX-License-Identifier: Apache-2.0 */
/* host MODULE: a program with an allocator, clock and log of its own that loads a module and runs
 * 1,000 posts through its five parts. Compiled with today's headers and with longer ones (see
 * parts.c), it is older or newer than the library that it finds when it is started. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kappatweet/kappatweet.h>

#ifndef KT_APPENDED
#define KT_APPENDED 0
#endif

static void *host_alloc(void *self, size_t n) {
  (void)self;
  return malloc(n ? n : 1);
}
static void *host_resize(void *self, void *p, size_t old_n, size_t new_n) {
  (void)self, (void)old_n;
  return realloc(p, new_n ? new_n : 1);
}
static void host_release(void *self, void *p, size_t n) {
  (void)self, (void)n;
  free(p);
}
static int64_t host_wall_us(void *self) {
  return ++*(int64_t *)self;
}
static int64_t host_mono_ms(void *self) {
  return ++*(int64_t *)self;
}
static void host_write(void *self, int32_t level, const char *where, kt_span line) {
  (void)self;
  if (level <= KT_LOG_WARNING) (void)printf("log: %s: %.*s\n", where, (int)line.len, line.ptr);
}

#if KT_APPENDED >= 1
static void appended_1(void *self) {
  (void)self;
  (void)puts("env: appended_1");
}
#define FIRST .appended_1 = appended_1
#else
#define FIRST
#endif

/* Tables in memory of exactly their size: a sanitizer sees whoever reads past them. */
static void *exactly(const void *table, size_t n) {
  void *p = malloc(n);
  if (!p) abort();
  return memcpy(p, table, n);
}

static kt_status make_env(kt_env **env, int64_t *now, kt_error *err) {
  const kt_alloc_ops alloc = {
    .size = sizeof alloc, .alloc = host_alloc, .resize = host_resize, .release = host_release, FIRST
  };
  const kt_clock_ops clock = {
    .size = sizeof clock, .wall_us = host_wall_us, .mono_ms = host_mono_ms, FIRST
  };
  const kt_log_ops log = { .size = sizeof log, .write = host_write, FIRST };
  kt_alloc_ops *a = (kt_alloc_ops *)exactly(&alloc, sizeof alloc);
  kt_clock_ops *c = (kt_clock_ops *)exactly(&clock, sizeof clock);
  kt_log_ops *l = (kt_log_ops *)exactly(&log, sizeof log);
  const kt_env_ops ops = {
    .size = sizeof ops, .alloc = a, .clock = c, .clock_self = now, .log = l, .seed = 1
  };
  kt_env_ops *o = (kt_env_ops *)exactly(&ops, sizeof ops);
  kt_status st = kt_env_new(o, env, err);
  memset(a, 0xEE, sizeof *a); /* whoever kept a pointer has it now */
  free(a), free(c), free(l), free(o);
  return st;
}

static void report(kt_pipeline *p) {
  kt_stats s;
  kt_lane_stats lane;
  memset(&s, 0xAA, sizeof s);
  memset(&lane, 0xAA, sizeof lane);
  s.size = sizeof s;
  lane.size = sizeof lane;
  if (kt_pipeline_stats(p, &s) != KT_OK || kt_pipeline_lane_stats(p, 0, &lane) != KT_OK) exit(3);
  (void)printf("host: %llu frames, %llu records, %llu dropped, %llu delivered\n",
               (unsigned long long)s.frames, (unsigned long long)s.records,
               (unsigned long long)s.dropped, (unsigned long long)lane.delivered);
#if KT_APPENDED >= 1
  (void)printf("host: stats.appended_1 %llu, lane.appended_1 %llu\n",
               (unsigned long long)s.appended_1, (unsigned long long)lane.appended_1);
#endif
}

int main(int argc, char **argv) {
  kt_env *env = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  int64_t now = 1700000000000000;
  kt_error err;
  memset(&err, 0, sizeof err);
  if (argc != 2) return 2;
  int ok = make_env(&env, &now, &err) >= 0 && kt_parts_new(env, &parts, &err) >= 0 &&
           kt_module_load(parts, argv[1], &err) >= 0 && kt_pipeline_new(parts, &p, &err) >= 0 &&
           kt_pipeline_set_source(p, "made:?count=1000&says=true", &err) >= 0 &&
           kt_pipeline_set_parser(p, "made:", &err) >= 0 &&
           kt_pipeline_add_filter(p, "made:?says=true", &err) >= 0 &&
           kt_pipeline_set_scorer(p, "made:?says=true", &err) >= 0 &&
           kt_pipeline_add_sink(p, "made:?says=true", &err) >= 0 && kt_pipeline_run(p, &err) >= 0;
  if (ok) report(p);
  if (!ok) (void)printf("error %s: %s: %s\n", kt_status_name(err.code), err.where, err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  return ok ? 0 : 1;
}
