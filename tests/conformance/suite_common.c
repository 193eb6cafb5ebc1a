/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for a part of any kind. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

static void check_declaration(request *r, uint32_t kind) {
  world w;
  const kt_part_info *found = NULL;
  kt_part_info info = { .size = sizeof info };
  size_t n = strcspn(r->uri, ":");
  kt_status st = world_open(&w, r, 0);
  ok(st == KT_OK, "the part's module loads and registers", "%s", w.err.message);
  for (size_t i = 0; st == KT_OK && !found && kt_parts_get(w.parts, i, &info) == KT_OK; i++)
    if (info.kind == kind && strlen(info.name) == n && !memcmp(info.name, r->uri, n)) found = &info;
  ok(found != NULL, "the catalogue has it under its scheme", "no part of this kind for %s", r->uri);
  ok(found && (info.options[0] == '\t' || strstr(info.options, "\n\t")),
     "its declaration has a summary", "add a line with an empty name and a doc field, see conf.h");
  ok(st == KT_OK && kt_parts_check(w.parts, kind, r->uri, &w.err) == KT_OK, "its URI is accepted",
     "%s", w.err.message);
  const char *left = world_close(&w);
  ok(!left, "a catalogue with it is freed whole", "%s", left ? left : "");
}

static void check_unknown_option(request *r, uint32_t kind) {
  world w;
  char uri[2048];
  if (world_open(&w, r, 0) == KT_OK) {
    snprintf(uri, sizeof uri, "%s%cno-such-option=1", r->uri, strchr(r->uri, '?') ? '&' : '?');
    ok(kt_parts_check(w.parts, kind, uri, &w.err) == KT_EINVAL, "an unknown option is refused",
       "it was accepted");
  }
  world_close(&w);
}

static void check_close_without_a_step(request *r, uint32_t kind) {
  world w;
  kt_status st = world_open(&w, r, 0);
  if (st == KT_OK) st = world_connect(&w, kind);
  const char *left = world_close(&w);
  ok(st == KT_OK && !left, "a pipeline that never ran is freed whole", "%s",
     left ? left : w.err.message);
}

static void check_close_in_flight(request *r, uint32_t kind, const char *workers) {
  const char *left = NULL;
  kt_status st = KT_OK;
  for (int steps = 1; steps <= 5 && !left && st >= 0; steps++) {
    world w;
    st = world_open(&w, r, 0);
    if (st == KT_OK) st = kt_pipeline_set(w.p, "batch.max_records", "100", &w.err);
    if (st == KT_OK) st = kt_pipeline_set(w.p, "workers", workers, &w.err);
    if (st == KT_OK) st = world_connect(&w, kind);
    for (int i = 0; i < steps && st >= 0 && st != KT_END; i++) st = kt_pipeline_step(w.p, &w.err);
    left = world_close(&w);
  }
  ok(!left, "a pipeline freed in the middle leaves nothing behind", "workers %s: %s", workers,
     left ? left : "");
}

static void check_stop(request *r, uint32_t kind) {
  world w;
  kt_status st = world_open(&w, r, 0);
  if (st == KT_OK) st = world_connect(&w, kind);
  if (st == KT_OK) st = kt_pipeline_step(w.p, &w.err);
  if (st >= 0) {
    kt_pipeline_stop(w.p);
    st = world_run(&w);
  }
  ok(st == KT_END || st == KT_ECANCELED, "a stop ends the run", "%s", w.err.message);
  const char *left = world_close(&w);
  ok(!left, "and leaves nothing behind", "%s", left ? left : "");
}

/* One run with the n-th allocation failing. Returns 1 when that run made fewer allocations than n.
 */
static int run_with_failure(request *r, uint32_t kind, size_t n, char *why, size_t cap) {
  world w;
  kt_status st = world_open(&w, r, n);
  if (st == KT_OK) st = world_connect(&w, kind);
  if (st == KT_OK) st = kt_pipeline_set(w.p, "retry.base_ms", "1", &w.err);
  if (st == KT_OK) st = kt_pipeline_set(w.p, "retry.max_ms", "1", &w.err);
  if (st == KT_OK) st = world_run(&w);
  int reached = atomic_load(&w.calls) >= atomic_load(&w.fail_at);
  if (st < 0 && st == KT_ETIMEOUT)
    snprintf(why, cap, "allocation %zu failed: %s", n, w.err.message);
  const char *left = world_close(&w);
  if (left && !why[0] && strstr(left, "left behind"))
    snprintf(why, cap, "allocation %zu failed: %s", n, left);
  return !reached;
}

static void check_allocation_failures(request *r, uint32_t kind) {
  char why[512] = "";
  size_t tried = 0;
  for (size_t n = 1; !why[0] && tried < 400; n += n < 200 ? 1 : n / 20, tried++)
    if (run_with_failure(r, kind, n, why, sizeof why)) break;
  ok(!why[0], "each failing allocation is survived and nothing leaks", "%s", why);
  world w;
  kt_status st = world_open(&w, r, 0);
  if (st == KT_OK) st = world_connect(&w, kind);
  if (st == KT_OK) st = world_run(&w);
  ok(st == KT_END, "a run after them succeeds", "%s", w.err.message);
  world_close(&w);
}

void suite_common(request *r, uint32_t kind) {
  check_declaration(r, kind);
  check_unknown_option(r, kind);
  check_close_without_a_step(r, kind);
  variant("workers", "0");
  check_close_in_flight(r, kind, "0");
  variant("workers", "2");
  check_close_in_flight(r, kind, "2");
  variant(NULL, NULL);
  check_stop(r, kind);
  check_allocation_failures(r, kind);
}
