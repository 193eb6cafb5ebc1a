/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: frames and records in memory; a pipeline in its owner's loop. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "oom.h"
#include "oom_posts.h"

static kt_status push_all(oom *o, kt_memory *m) {
  char line[600];
  kt_status st = KT_OK;
  for (int i = 0; st == KT_OK && i < 40; i++) {
    kt_span frame = { line, oom_post(line, sizeof line, i) - 1 };
    st = TRY(o, kt_memory_push(m, frame, i % 2 ? kt_span_of("place") : (kt_span){ NULL, 0 }));
  }
  if (st == KT_OK) kt_memory_end(m);
  return st;
}

static void note_all(oom *o, kt_memory *m) {
  for (size_t i = 0; i < kt_memory_count(m); i++) {
    size_t index;
    const kt_batch *b = kt_memory_batch(m, i, &index);
    oom_note_span(o, kt_memory_record(m, i)->id);
    oom_note_span(o, kt_batch_place(b, index));
  }
  oom_note(o, "%llu committed\n", (unsigned long long)kt_memory_committed(m));
  kt_memory_clear(m);
}

static kt_status connect_memory(oom *o, kt_parts *parts, kt_pipeline **p) {
  kt_status st = TRY(o, kt_pipeline_new(parts, p, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(*p, "batch.max_records", "7", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_source(*p, "mine:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_parser(*p, "auto:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_add_filter(*p, "sample:1", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_add_sink(*p, "mine:?lane.window=1", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_dead_letter(*p, "null:", &o->err));
  return st;
}

static kt_status memory(oom *o) {
  kt_parts *parts = NULL;
  kt_memory *m = NULL;
  kt_pipeline *p = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = TRY(o, kt_memory_new(o->env, 0, &m, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_memory(parts, "mine", m, &o->err));
  if (st == KT_OK) st = push_all(o, m);
  if (st == KT_OK) st = connect_memory(o, parts, &p);
  if (st == KT_OK) st = oom_drive(o, p);
  if (st == KT_OK) note_all(o, m);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_memory_free(m);
  return st;
}

static void write_posts(oom *o) {
  static char text[40000];
  oom_write(oom_made(o, "in.ndjson"), text, oom_posts(text, sizeof text, 40, 1));
}

static kt_status fill(oom *o, kt_pipeline *p) {
  char source[800];
  snprintf(source, sizeof source, "file:%s", oom_made(o, "in.ndjson"));
  kt_status st = TRY(o, kt_pipeline_set(p, "batch.max_records", "7", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_source(p, source, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_add_sink(p, "null:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_dead_letter(p, "null:", &o->err));
  return st;
}

static void look_at_it(oom *o, kt_pipeline *p) {
  kt_stats s = { .size = sizeof s };
  kt_lane_stats lane = { .size = sizeof lane };
  kt_pollfd fds[4];
  if (kt_pipeline_stats(p, &s) == KT_OK)
    oom_note(o, "%llu frames, %llu dead\n", (unsigned long long)s.frames,
             (unsigned long long)s.dead);
  if (kt_pipeline_lane_stats(p, 0, &lane) == KT_OK)
    oom_note(o, "%s %llu\n", lane.name, (unsigned long long)lane.delivered);
  kt_pipeline_pollfds(p, fds, 4);
  kt_pipeline_timeout_ms(p);
}

/* The descriptor is there or it is not; asking for it changes nothing. */
static kt_status own_loop(oom *o) {
  o->ticks = 1;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_new(parts, &p, &o->err));
  if (st == KT_OK) st = fill(o, p);
  if (st == KT_OK) {
    kt_pipeline_fd(p);
    kt_pipeline_wakeup(p);
    st = TRY(o, kt_pipeline_step(p, &o->err));
  }
  if (st >= 0) st = TRY(o, kt_pipeline_run(p, &o->err));
  if (st == KT_END) {
    look_at_it(o, p);
    st = KT_OK;
  }
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return st;
}

/* A stop before the first step reads nothing; a drain finishes what was read. */
static kt_status stop_and_drain(oom *o) {
  o->ticks = 1;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_new(parts, &p, &o->err));
  if (st == KT_OK) st = fill(o, p);
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(p, "run.limit", "20", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_step(p, &o->err));
  if (st >= 0) st = TRY(o, kt_pipeline_drain(p, 1000, &o->err));
  if (st == KT_END) {
    kt_pipeline_stop(p);
    st = TRY(o, kt_pipeline_step(p, &o->err));
    oom_note(o, "%d %zu\n", st, strlen(kt_pipeline_options()));
    if (st == KT_END) st = KT_OK;
  }
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return st;
}

const oom_scenario oom_memory[] = {
  { .name = "memory", .run = memory },
  { .name = "own-loop", .run = own_loop, .prepare = write_posts },
  { .name = "drain", .run = stop_and_drain, .prepare = write_posts },
  { 0 }
};
