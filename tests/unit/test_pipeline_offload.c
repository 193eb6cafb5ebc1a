/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that waits for the disk does so on a worker, and the lane does not know the difference. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "unit.h"

typedef struct slow_sink {
  pthread_t owner;
  pthread_mutex_t gate; /* held by the test: the disk does not answer */
  atomic_int inside, overlapped, on_owner, submits, flushes, closed;
  atomic_int fail_flush;
  atomic_int submits_at_end; /* when it heard that nothing comes any more */
  int room;                  /* so many are held; 0 = all */
  int flush_keeps;
  kt_delivery *held[64];
  int held_count;
} slow_sink;

static void enter(slow_sink *s) {
  if (atomic_fetch_add(&s->inside, 1)) atomic_store(&s->overlapped, 1);
  if (pthread_equal(pthread_self(), s->owner)) atomic_fetch_add(&s->on_owner, 1);
}

static void leave(slow_sink *s) {
  atomic_fetch_sub(&s->inside, 1);
}

static kt_status slow_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                           kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

static kt_status slow_submit(void *self, kt_delivery *d, kt_error *err) {
  slow_sink *s = self;
  (void)err;
  enter(s);
  pthread_mutex_lock(&s->gate);
  int full = s->room && s->held_count >= s->room;
  if (!full) s->held[s->held_count++] = d;
  pthread_mutex_unlock(&s->gate);
  if (!full) atomic_fetch_add(&s->submits, 1);
  leave(s);
  return full ? KT_AGAIN : KT_OK;
}

static kt_status slow_flush(void *self, kt_error *err) {
  slow_sink *s = self;
  enter(s);
  int fails = atomic_load(&s->fail_flush);
  while (!fails && !s->flush_keeps && s->held_count)
    kt_delivery_done(s->held[--s->held_count], KT_DELIVERED, NULL);
  atomic_fetch_add(&s->flushes, 1);
  leave(s);
  return fails ? kt_error_set(err, KT_EIO, KT_ERR_FATAL, "sink.slow", "the disk is gone") : KT_OK;
}

static void slow_watermark(void *self, int64_t event_ms) {
  slow_sink *s = self;
  if (event_ms == INT64_MAX) atomic_store(&s->submits_at_end, atomic_load(&s->submits));
}

static void slow_close(void *self) {
  slow_sink *s = self;
  while (s->held_count) kt_delivery_done(s->held[--s->held_count], KT_RETRY, NULL);
  atomic_store(&s->closed, 1);
}

static const kt_sink_ops slow_ops = { .size = sizeof slow_ops,
                                      .name = "slow",
                                      .caps = KT_SINK_HOLDS | KT_SINK_BLOCKS,
                                      .open = slow_open,
                                      .submit = slow_submit,
                                      .flush = slow_flush,
                                      .watermark = slow_watermark,
                                      .close = slow_close };

typedef struct counted {
  uint64_t next, end, committed;
} counted;

static kt_status counted_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                              void **self, kt_error *err) {
  (void)env, (void)conf, (void)resume, (void)err;
  *self = user;
  return KT_OK;
}

static kt_status counted_read(void *self, kt_feed *f, int64_t mono_ms, kt_error *err) {
  counted *c = self;
  (void)mono_ms, (void)err;
  while (c->next < c->end && kt_feed_room(f) && !kt_feed_stopping(f)) {
    ck_assert_int_eq(kt_feed_add(f, kt_span_of("{\"id_str\":\"1\",\"text\":\"x\",\"user\":{}}"),
                                 kt_span_of("here"), 0),
                     KT_OK);
    c->next++;
  }
  return c->next == c->end || kt_feed_stopping(f) ? KT_END : KT_OK;
}

static kt_status counted_commit(void *self, uint64_t frames, kt_span position, kt_error *err) {
  (void)position, (void)err;
  ((counted *)self)->committed = frames;
  return KT_OK;
}

static void counted_close(void *self) {
  (void)self;
}

static const kt_source_ops counted_ops = { .size = sizeof counted_ops,
                                           .name = "counted",
                                           .caps = KT_SOURCE_WHOLE,
                                           .open = counted_open,
                                           .read = counted_read,
                                           .commit = counted_commit,
                                           .close = counted_close };

typedef struct run {
  kt_env *env;
  kt_parts *parts;
  kt_pipeline *p;
  slow_sink sink;
  counted source;
  kt_error err;
} run;

static void run_open(run *r, const char *workers) {
  *r = (run){ .source.end = 30, .sink.owner = pthread_self() };
  pthread_mutex_init(&r->sink.gate, NULL);
  r->env = test_env(NULL, NULL);
  ck_assert_int_eq(kt_parts_new(r->env, &r->parts, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_add_source(r->parts, &counted_ops, &r->source, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_add_sink(r->parts, &slow_ops, &r->sink, NULL), KT_OK);
  ck_assert_int_eq(kt_pipeline_new(r->parts, &r->p, NULL), KT_OK);
  ck_assert_int_eq(kt_pipeline_set(r->p, "workers", workers, NULL), KT_OK);
  ck_assert_int_eq(kt_pipeline_set(r->p, "batch.max_records", "10", NULL), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(r->p, "counted:", NULL), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(r->p, "slow:", NULL), KT_OK);
}

static void run_close(run *r) {
  kt_pipeline_free(r->p);
  kt_parts_free(r->parts);
  kt_env_free(r->env);
  ck_assert_int_eq(atomic_load(&r->sink.closed), 1);
  ck_assert_int_eq(atomic_load(&r->sink.overlapped), 0);
  pthread_mutex_destroy(&r->sink.gate);
}

START_TEST(D_blocks_waits_on_a_worker) {
  run r;
  run_open(&r, "2");
  pthread_mutex_lock(&r.sink.gate);
  while (!atomic_load(&r.sink.inside)) { /* the disk is asked, and the owner is not held up */
    ck_assert_int_ge(kt_pipeline_step(r.p, &r.err), 0);
    sched_yield();
  }
  for (int i = 0; i < 100; i++) ck_assert_int_ge(kt_pipeline_step(r.p, &r.err), 0);
  ck_assert_int_eq(atomic_load(&r.sink.submits), 0);
  pthread_mutex_unlock(&r.sink.gate);
  ck_assert_msg(kt_pipeline_run(r.p, &r.err) == KT_END, "%s", r.err.message);
  ck_assert_int_eq(atomic_load(&r.sink.submits), 3);
  ck_assert_int_eq(atomic_load(&r.sink.on_owner), 0);
  ck_assert_uint_eq(r.source.committed, 30);
  run_close(&r);
}
END_TEST

START_TEST(offload_needs_workers) {
  run r;
  run_open(&r, "0");
  ck_assert_int_eq(kt_pipeline_run(r.p, &r.err), KT_END);
  ck_assert_int_gt(atomic_load(&r.sink.on_owner), 0);
  ck_assert_uint_eq(r.source.committed, 30);
  run_close(&r);
}
END_TEST

START_TEST(offload_tells_of_a_failed_flush) {
  run r;
  run_open(&r, "1");
  atomic_store(&r.sink.fail_flush, 1);
  ck_assert_int_eq(kt_pipeline_run(r.p, &r.err), KT_EIO);
  ck_assert_str_eq(r.err.message, "the disk is gone");
  ck_assert_uint_eq(r.source.committed, 0);
  run_close(&r);
}
END_TEST

START_TEST(offload_flushes_a_full_sink) {
  run r;
  run_open(&r, "1");
  r.sink.room = 1;
  ck_assert_msg(kt_pipeline_run(r.p, &r.err) == KT_END, "%s", r.err.message);
  ck_assert_int_eq(atomic_load(&r.sink.submits), 3);
  ck_assert_int_eq(atomic_load(&r.sink.submits_at_end), 3); /* it overtook no delivery */
  ck_assert_uint_eq(r.source.committed, 30);
  run_close(&r);
}
END_TEST

/* Another thread's done makes room. */
static void *complete_all(void *arg) {
  slow_sink *s = arg;
  for (int left = 3; left;) {
    kt_delivery *d = NULL;
    pthread_mutex_lock(&s->gate);
    if (s->held_count) d = s->held[--s->held_count];
    pthread_mutex_unlock(&s->gate);
    if (d) {
      kt_delivery_done(d, KT_DELIVERED, NULL);
      left--;
    }
    sched_yield();
  }
  return NULL;
}

START_TEST(offload_goes_on_when_a_full_sink_has_room) {
  run r;
  pthread_t other;
  run_open(&r, "1");
  r.sink.room = r.sink.flush_keeps = 1;
  ck_assert_int_eq(pthread_create(&other, NULL, complete_all, &r.sink), 0);
  ck_assert_msg(kt_pipeline_run(r.p, &r.err) == KT_END, "%s", r.err.message);
  pthread_join(other, NULL);
  ck_assert_uint_eq(r.source.committed, 30);
  run_close(&r);
}
END_TEST

START_TEST(offload_holds_a_lane_that_is_full_of_nothing) {
  run r;
  run_open(&r, "1");
  r.sink.room = -1;
  ck_assert_int_eq(kt_pipeline_run(r.p, &r.err), KT_ESTATE);
  ck_assert_ptr_nonnull(strstr(r.err.message, "holds nothing"));
  run_close(&r);
}
END_TEST

START_TEST(offload_is_freed_in_the_middle) {
  for (int steps = 0; steps < 12; steps++) {
    run r;
    run_open(&r, "2");
    for (int i = 0; i < steps; i++) ck_assert_int_ge(kt_pipeline_step(r.p, &r.err), 0);
    kt_pipeline_free(r.p);
    kt_parts_free(r.parts);
    kt_env_free(r.env);
    ck_assert_int_eq(atomic_load(&r.sink.closed), steps > 0);
    ck_assert_int_eq(atomic_load(&r.sink.overlapped), 0);
    ck_assert_uint_le(r.source.committed, r.source.next);
    pthread_mutex_destroy(&r.sink.gate);
  }
}
END_TEST

int main(void) {
  Suite *s = suite_create("offload");
  TCase *t = tcase_create("offload");
  suite_add_tcase(s, t);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, D_blocks_waits_on_a_worker);
  tcase_add_test(t, offload_needs_workers);
  tcase_add_test(t, offload_tells_of_a_failed_flush);
  tcase_add_test(t, offload_flushes_a_full_sink);
  tcase_add_test(t, offload_goes_on_when_a_full_sink_has_room);
  tcase_add_test(t, offload_holds_a_lane_that_is_full_of_nothing);
  tcase_add_test(t, offload_is_freed_in_the_middle);
  return test_run(s);
}
