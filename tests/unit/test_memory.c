/* SPDX-License-Identifier: Apache-2.0 */
/* kt_memory through real pipelines: order, limits, commits, going on; and the file source through
 * one. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include <kappatweet/memory.h>

#include "base/buf.h"
#include "base/conf.h"
#include "unit.h"

extern const kt_source_ops kt_source_memory;

typedef struct world {
  test_alloc alloc;
  test_clock clock;
  kt_env *env;
  kt_parts *parts;
  kt_memory *m;
  kt_error err;
} world;

static void setup(world *w, size_t limit) {
  memset(w, 0, sizeof *w);
  w->env = test_env(&w->alloc, &w->clock);
  ck_assert_int_eq(kt_memory_new(w->env, limit, &w->m, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_new(w->env, &w->parts, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_add_memory(w->parts, "mem", w->m, NULL), KT_OK);
}

static void teardown(world *w) {
  kt_parts_free(w->parts);
  kt_memory_free(w->m);
  ck_assert_uint_eq(kt_env_used_bytes(w->env), 0);
  kt_env_free(w->env);
  ck_assert_uint_eq(w->alloc.live_blocks, 0);
}

static kt_pipeline *pipeline(world *w, const char *source, const char *sink) {
  kt_pipeline *p;
  ck_assert_int_eq(kt_pipeline_new(w->parts, &p, NULL), KT_OK);
  kt_status st = kt_pipeline_set_source(p, source, &w->err);
  ck_assert_msg(st == KT_OK, "%s", w->err.message);
  ck_assert_int_eq(kt_pipeline_add_sink(p, sink, NULL), KT_OK);
  return p;
}

/* Steps until there is nothing to do at this time. */
static kt_status settle(world *w, kt_pipeline *p) {
  kt_status st;
  int i = 0;
  do st = kt_pipeline_step(p, &w->err);
  while ((st == KT_OK || (st == KT_AGAIN && kt_pipeline_timeout_ms(p) == 0)) && ++i < 100000);
  return st;
}

static kt_status push_post(world *w, int id) {
  char post[128];
  int n = snprintf(
      post, sizeof post,
      "{\"id_str\":\"%d\",\"text\":\"t\",\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\","
      "\"user\":{\"id_str\":\"1\",\"name\":\"n\"}}",
      id);
  return kt_memory_push(w->m, (kt_span){ post, (size_t)n }, (kt_span){ NULL, 0 });
}

static void expect_id(world *w, size_t i, int id) {
  char text[16];
  const kt_record *r = kt_memory_record(w->m, i);
  ck_assert_ptr_nonnull(r);
  snprintf(text, sizeof text, "%d", id);
  ck_assert(kt_span_equal(r->id, kt_span_of(text)));
}

START_TEST(test_through) {
  world w;
  setup(&w, 0);
  kt_pipeline *p = pipeline(&w, "mem:", "mem:");
  ck_assert_int_eq(settle(&w, p), KT_AGAIN);
  for (int i = 0; i < 1500; i++) ck_assert_int_eq(push_post(&w, i), KT_OK);
  ck_assert_int_eq(settle(&w, p), KT_AGAIN); /* all of them, no full batch needed */
  ck_assert_uint_eq(kt_memory_count(w.m), 1500);
  for (int i = 0; i < 1500; i++) expect_id(&w, (size_t)i, i);
  size_t index;
  const kt_batch *b = kt_memory_batch(w.m, 7, &index);
  ck_assert_uint_eq(index, 7);
  ck_assert(kt_span_equal(kt_batch_place(b, 7), kt_span_of("7")));
  ck_assert_ptr_null(kt_memory_record(w.m, 1500));
  ck_assert_ptr_null(kt_memory_batch(w.m, 1500, NULL));
  kt_memory_end(w.m);
  ck_assert_int_eq(push_post(&w, 1), KT_ESTATE);
  ck_assert_int_eq(settle(&w, p), KT_END);
  ck_assert_uint_eq(kt_memory_committed(w.m), 1500);
  kt_pipeline_free(p); /* the records live on */
  expect_id(&w, 1499, 1499);
  kt_memory_clear(w.m);
  ck_assert_uint_eq(kt_memory_count(w.m), 0);
  teardown(&w);
}
END_TEST

START_TEST(test_limits) {
  world w;
  setup(&w, 10);
  kt_pipeline *p = pipeline(&w, "mem:", "mem:");
  int pushed = 0, seen = 0;
  for (int round = 0; round < 100; round++) {
    while (pushed < 200 && push_post(&w, pushed) == KT_OK) pushed++;
    ck_assert_int_le(pushed - (int)kt_memory_committed(w.m), 10);
    if (pushed == 200) kt_memory_end(w.m);
    kt_status st = settle(&w, p);
    w.clock.mono_ms += 1000; /* commits */
    ck_assert_int_ge(st, 0);
    ck_assert_uint_le(kt_memory_count(w.m), 10);
    for (size_t i = 0; i < kt_memory_count(w.m); i++) expect_id(&w, i, seen++);
    kt_memory_clear(w.m);
    if (st == KT_END) break;
  }
  ck_assert_int_eq(seen, 200);
  kt_pipeline_free(p);
  teardown(&w);
}
END_TEST

/* A batch that does not fit beside what is there waits until the program has taken that. */
START_TEST(test_no_room_for_a_whole_batch) {
  world w;
  setup(&w, 10);
  kt_pipeline *p = pipeline(&w, "mem:", "mem:");
  for (int i = 0; i < 6; i++) ck_assert_int_eq(push_post(&w, i), KT_OK);
  ck_assert_int_eq(settle(&w, p), KT_AGAIN);
  w.clock.mono_ms += 1000; /* commits */
  ck_assert_int_eq(settle(&w, p), KT_AGAIN);
  for (int i = 6; i < 12; i++) ck_assert_int_eq(push_post(&w, i), KT_OK);
  ck_assert_int_eq(settle(&w, p), KT_AGAIN);
  ck_assert_uint_eq(kt_memory_count(w.m), 6);
  kt_memory_clear(w.m);
  ck_assert_int_eq(settle(&w, p), KT_AGAIN);
  ck_assert_uint_eq(kt_memory_count(w.m), 6);
  for (int i = 0; i < 6; i++) expect_id(&w, (size_t)i, 6 + i);
  kt_pipeline_free(p);
  teardown(&w);
}
END_TEST

/* A position goes on at the frame behind it, or says why not. */
START_TEST(test_positions) {
  world w;
  setup(&w, 0);
  const kt_source_ops *ops = &kt_source_memory;
  for (int i = 0; i < 3; i++) ck_assert_int_eq(push_post(&w, i), KT_OK);
  kt_conf *conf;
  ck_assert_int_eq(kt_conf_new(w.env, ops->options, &conf, NULL), KT_OK);
  static const struct {
    char bytes[12];
    size_t len;
    kt_status st;
    const char *message;
  } cases[] = {
    { "ktm1\2\0\0\0\0\0\0", 12, KT_OK, "" },
    { "ktm1\3\0\0\0\0\0\0", 12, KT_OK, "" },
    { "ktm1\4\0\0\0\0\0\0", 12, KT_EINVAL,
      "frame 4 is not there to go on at: frames 0 to 3 are; keep=true keeps them" },
    { "ktm1\1", 5, KT_ECORRUPT, "the position to go on at is not of a memory source" },
    { "ktm2\1\0\0\0\0\0\0", 12, KT_ECORRUPT, "the position to go on at is not of a memory source" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    void *self = NULL;
    kt_error err = { 0 };
    kt_span at = { cases[i].bytes, cases[i].len };
    ck_assert_int_eq(ops->open(w.m, w.env, conf, at, &self, &err), cases[i].st);
    ck_assert_str_eq(err.message, cases[i].message);
    if (!self) continue;
    kt_buf position;
    kt_buf_init(&position, w.env);
    ck_assert_int_eq(ops->position(self, &position), KT_OK);
    ck_assert_mem_eq(position.ptr, cases[i].bytes, 12); /* where it was told to stand */
    kt_buf_clear(&position);
    ops->close(self);
  }
  kt_conf_free(conf);
  teardown(&w);
}
END_TEST

/* What was not committed comes again; two pipelines do not share a queue. */
START_TEST(test_again) {
  world w;
  setup(&w, 0);
  kt_pipeline *p = pipeline(&w, "mem:", "mem:"), *q;
  for (int i = 0; i < 5; i++) ck_assert_int_eq(push_post(&w, i), KT_OK);
  ck_assert_int_eq(kt_pipeline_step(p, NULL) >= 0, 1);
  q = pipeline(&w, "mem:", "mem:");
  ck_assert_int_eq(kt_pipeline_step(q, &w.err), KT_ESTATE);
  ck_assert_str_eq(w.err.message, "these frames are being read by another pipeline");
  kt_pipeline_free(q);
  kt_pipeline_free(p);
  int committed = (int)kt_memory_committed(w.m);
  kt_memory_clear(w.m);
  p = pipeline(&w, "mem:", "mem:");
  kt_memory_end(w.m);
  ck_assert_int_eq(settle(&w, p), KT_END);
  ck_assert_uint_eq(kt_memory_count(w.m), 5 - committed);
  for (int i = committed; i < 5; i++) expect_id(&w, (size_t)(i - committed), i);
  kt_pipeline_free(p);
  teardown(&w);
}
END_TEST

START_TEST(test_names) {
  world w;
  setup(&w, 0);
  size_t n = kt_parts_count(w.parts);
  ck_assert_int_eq(kt_parts_add_memory(w.parts, "mem", w.m, &w.err), KT_EINVAL);
  ck_assert_int_eq(kt_parts_add_memory(w.parts, "csv", w.m, &w.err), KT_EINVAL); /* a sink has it */
  ck_assert_int_eq(kt_parts_add_memory(w.parts, NULL, w.m, &w.err), KT_EINVAL);
  ck_assert_uint_eq(kt_parts_count(w.parts), n);
  teardown(&w);
}
END_TEST

static void *pusher(void *arg) {
  world *w = arg;
  for (int i = 0; i < 2000; i++) {
    kt_status st;
    while ((st = push_post(w, i)) == KT_AGAIN) sched_yield();
    ck_assert_int_eq(st, KT_OK);
  }
  kt_memory_end(w->m);
  return NULL;
}

/* Another thread pushes while the pipeline waits in run. */
START_TEST(test_threads) {
  world w = { 0 };
  pthread_t t;
  ck_assert_int_eq(kt_env_new(NULL, &w.env, NULL), KT_OK);
  ck_assert_int_eq(kt_memory_new(w.env, 2000, &w.m, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_new(w.env, &w.parts, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_add_memory(w.parts, "mem", w.m, NULL), KT_OK);
  kt_pipeline *p = pipeline(&w, "mem:", "mem:");
  ck_assert_int_eq(pthread_create(&t, NULL, pusher, &w), 0);
  kt_status st = kt_pipeline_run(p, &w.err);
  ck_assert_msg(st == KT_END, "%d %s", st, w.err.message);
  pthread_join(t, NULL);
  ck_assert_uint_eq(kt_memory_count(w.m), 2000);
  for (int i = 0; i < 2000; i++) expect_id(&w, (size_t)i, i);
  kt_pipeline_free(p);
  kt_parts_free(w.parts);
  kt_memory_free(w.m);
  kt_env_free(w.env);
}
END_TEST

START_TEST(test_no_memory) {
  test_alloc a = { 0 };
  test_clock clock = { 0 };
  for (size_t fail = 1;; fail++) {
    kt_memory *m = NULL;
    a.calls = 0;
    a.fail_at = 0;
    kt_env *env = test_env(&a, &clock);
    size_t before = a.live_blocks;
    a.calls = 0;
    a.fail_at = fail;
    kt_status st = kt_memory_new(env, 0, &m, NULL);
    for (int i = 0; st == KT_OK && i < 20; i++)
      st = kt_memory_push(m, (kt_span){ "x", 1 }, (kt_span){ NULL, 0 });
    int all = a.calls < fail;
    a.fail_at = 0;
    ck_assert_int_eq(st, all ? KT_OK : KT_ENOMEM);
    kt_memory_free(m);
    ck_assert_uint_eq(a.live_blocks, before);
    kt_env_free(env);
    if (all) break;
  }
}
END_TEST

static char path[64];

static void write_posts(int from, int to, const char *mode) {
  FILE *f = fopen(path, mode);
  ck_assert_ptr_nonnull(f);
  for (int i = from; i < to; i++)
    fprintf(
        f,
        "{\"id_str\":\"%d\",\"text\":\"%0*d\",\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\","
        "\"user\":{\"id_str\":\"1\",\"name\":\"n\"}}\n",
        i, i % 97 + 1, 0);
  fclose(f);
}

/* Runs of `limit` frames each with a checkpoint: nothing lost, nothing doubled, one run counter. */
START_TEST(test_file_in_runs) {
  char uri[128], limit[16], text[16];
  int next = 0;
  strcpy(path, "kt-memory-XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  close(fd);
  write_posts(0, 3000, "wb");
  snprintf(uri, sizeof uri, "file:%s?checkpoint=%s.state", path, path);
  for (int run = 1; run < 100; run++) {
    world w;
    setup(&w, 0);
    kt_pipeline *p = pipeline(&w, uri, "mem:");
    snprintf(limit, sizeof limit, "%d", run * 37);
    ck_assert_int_eq(kt_pipeline_set(p, "run.limit", limit, &w.err), KT_OK);
    kt_status st = settle(&w, p);
    ck_assert_msg(st == KT_END, "%d %s", st, w.err.message);
    size_t n = kt_memory_count(w.m);
    for (size_t i = 0; i < n; i++) {
      snprintf(text, sizeof text, "%d", next);
      ck_assert(kt_span_equal(kt_memory_record(w.m, i)->id, kt_span_of(text)));
      ck_assert_int_eq(kt_memory_record(w.m, i)->run_no, next);
      next++;
    }
    kt_pipeline_free(p);
    teardown(&w);
    if (!n) break;
  }
  ck_assert_int_eq(next, 3000);
  ck_assert_int_eq(unlink(path), 0);
  snprintf(uri, sizeof uri, "%s.state", path);
  ck_assert_int_eq(unlink(uri), 0);
}
END_TEST

/* Followed: what was appended arrives an interval later, without a full batch. */
START_TEST(test_file_followed) {
  world w;
  char uri[128];
  strcpy(path, "kt-memory-XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  close(fd);
  write_posts(0, 3, "wb");
  setup(&w, 0);
  snprintf(uri, sizeof uri, "%s?follow=true", path);
  kt_pipeline *p = pipeline(&w, uri, "mem:");
  ck_assert_int_eq(settle(&w, p), KT_AGAIN);
  ck_assert_uint_eq(kt_memory_count(w.m), 3);
  int64_t wait = kt_pipeline_timeout_ms(p);
  ck_assert_int_gt(wait, 0);
  ck_assert_int_le(wait, 250);
  for (int i = 3; i < 50; i++) {
    write_posts(i, i + 1, "ab");
    w.clock.mono_ms += 250;
    ck_assert_int_eq(settle(&w, p), KT_AGAIN);
    ck_assert_uint_eq(kt_memory_count(w.m), (size_t)i + 1);
  }
  kt_pipeline_stop(p);
  ck_assert_int_eq(settle(&w, p), KT_END);
  kt_pipeline_free(p);
  teardown(&w);
  ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
  Suite *s = suite_create("memory");
  TCase *t = tcase_create("memory");
  tcase_set_timeout(t, 60);
  tcase_add_test(t, test_through);
  tcase_add_test(t, test_limits);
  tcase_add_test(t, test_no_room_for_a_whole_batch);
  tcase_add_test(t, test_positions);
  tcase_add_test(t, test_again);
  tcase_add_test(t, test_names);
  tcase_add_test(t, test_threads);
  tcase_add_test(t, test_no_memory);
  tcase_add_test(t, test_file_in_runs);
  tcase_add_test(t, test_file_followed);
  suite_add_tcase(s, t);
  return test_run(s);
}
