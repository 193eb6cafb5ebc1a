/* SPDX-License-Identifier: Apache-2.0 */
/* The engine end to end: batches, commits, ends. */
#include "pipe.h"

static t_pipe t;

static void expect_in_order(const t_sink *s, size_t n) {
  char want[24];
  ck_assert_uint_eq(s->count, n);
  for (size_t i = 0; i < n; i++) {
    snprintf(want, sizeof want, "%zu", i);
    ck_assert_str_eq(s->ids[i], want);
  }
}

START_TEST(test_everything_arrives_and_is_committed) {
  for (int in_place = 0; in_place < 2; in_place++) {
    t_setup(&t);
    t.source.available = 1234;
    t.source.closed = 1;
    t.source.in_place = in_place;
    ck_assert_int_eq(t_settle_down(&t), KT_END);
    expect_in_order(&t.a, 1234);
    kt_stats s = t_stats(&t);
    ck_assert_uint_eq(s.frames, 1234);
    ck_assert_uint_eq(s.records, 1234);
    ck_assert_uint_eq(s.committed, 1234);
    ck_assert_uint_eq(s.batches, 3);
    ck_assert_uint_eq(t.source.committed, 1234);
    ck_assert_str_eq(t.source.position, "1234");
    ck_assert_int_eq(t.a.flushes > 0, 1);
    ck_assert_uint_eq(t.a.closes, 1);
    ck_assert_uint_eq(t.source.closes, 1);
    ck_assert_uint_eq(t_lane(&t, 0).delivered, 1234);
    ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_END);
    t_teardown(&t);
  }
}
END_TEST

/* ---- commits */

START_TEST(test_I1_commit_covers_only_what_every_required_lane_has) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:", &t.err), KT_OK);
  t_feed(&t, 30, 0, "10");
  t_set(&t, "commit.interval_ms", "0");
  t.b.hold = 1;
  t_run_for(&t, 5000);
  ck_assert_uint_eq(t.a.count, 30);
  ck_assert_uint_eq(t.source.committed, 0);
  kt_delivery_done(t.b.held[0], KT_DELIVERED, NULL);
  t_settle_down(&t);
  ck_assert_uint_eq(t.source.committed, 10);
  ck_assert_str_eq(t.source.position, "10");
  t_teardown(&t);
}
END_TEST

START_TEST(test_I2_commit_is_a_contiguous_prefix) {
  t_setup(&t);
  t_feed(&t, 40, 0, "10");
  t_set(&t, "commit.interval_ms", "0");
  t.a.hold = 1;
  t_settle_down(&t);
  kt_delivery_done(t.a.held[2], KT_DELIVERED, NULL);
  kt_delivery_done(t.a.held[1], KT_DELIVERED, NULL);
  t_settle_down(&t);
  ck_assert_uint_eq(t.source.committed, 0);
  kt_delivery_done(t.a.held[0], KT_DELIVERED, NULL);
  t_settle_down(&t);
  ck_assert_uint_eq(t.source.committed, 30);
  ck_assert_str_eq(t.source.position, "30");
  t_teardown(&t);
}
END_TEST

/* A process that dies at any step has committed nothing that its sink lacks, and what comes twice
 * after the restart is no more than what was read since the commit. */
static void die_after(int steps, size_t *safe, char seen[100]) {
  t_setup(&t);
  t_feed(&t, 100, 1, "10");
  t_set(&t, "commit.interval_ms", "20");
  t.a.hold = 1;
  for (int i = 0, next = 0; i < steps; i++) {
    if (kt_pipeline_step(t.p, &t.err) == KT_END) break;
    if (i % 2 && next < (int)t.a.held_count) t_deliver(&t.a, t.a.held[next++]);
    t_pass(&t, 7);
  }
  *safe = (size_t)t.source.committed; /* all that outlives the process, with what the sink wrote */
  for (size_t i = 0; i < t.a.count; i++) seen[strtoul(t.a.ids[i], NULL, 10)]++;
}

START_TEST(test_I5_after_a_crash_nothing_committed_is_missing) {
  for (int steps = 1; steps < 60; steps += 3) {
    char seen[100] = { 0 };
    size_t safe, twice = 0;
    die_after(steps, &safe, seen);
    size_t fed = t.source.fed;
    for (size_t i = 0; i < safe; i++) ck_assert_int_ge(seen[i], 1);
    t_teardown(&t);
    t_setup(&t);
    t_feed(&t, 100, 1, "10");
    t.source.fed = safe;
    ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
    for (size_t i = 0; i < t.a.count; i++) seen[strtoul(t.a.ids[i], NULL, 10)]++;
    for (size_t i = 0; i < 100; i++) ck_assert_int_ge(seen[i], 1);
    for (size_t i = 0; i < 100; i++) twice += seen[i] > 1;
    ck_assert_uint_le(twice, fed - safe);
    t_teardown(&t);
  }
}
END_TEST

START_TEST(test_commits_are_not_more_often_than_the_interval) {
  t_setup(&t);
  t_feed(&t, 0, 0, "1");
  t_settle_down(&t);
  for (int i = 0; i < 100; i++) {
    t.source.available++;
    t_run_for(&t, 100);
  }
  ck_assert_uint_ge(t.source.commits, 9);
  ck_assert_uint_le(t.source.commits, 12);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_failing_commit_is_tried_again) {
  t_setup(&t);
  t_feed(&t, 5, 1, "5");
  t.source.commit_fails = 3;
  ck_assert_int_eq(t_run_for(&t, 10000), KT_END);
  ck_assert_uint_eq(t.source.committed, 5);
  t_teardown(&t);
  t_setup(&t);
  t_feed(&t, 5, 1, "5");
  t.source.commit_fails = 1000;
  ck_assert_int_eq(t_run_for(&t, 1000000), KT_EIO);
  ck_assert_str_eq(t.err.message, "commit fails");
  t_teardown(&t);
}
END_TEST

/* ---- where batches end */

START_TEST(test_a_live_source_is_cut_by_age) {
  t_setup_with(&t, "live:", "a:", "dead:");
  t_feed(&t, 3, 0, "100");
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.count, 0);
  ck_assert_int_eq(kt_pipeline_timeout_ms(t.p), 200);
  t_run_for(&t, 200);
  ck_assert_uint_eq(t.a.count, 3);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_whole_source_is_cut_by_age_only_while_it_waits) {
  t_setup(&t);
  t_feed(&t, 1000, 0, "100");
  t.source.per_read = 10;
  for (int i = 0; i < 3; i++) {
    kt_pipeline_step(t.p, &t.err);
    t_pass(&t, 5000);
  }
  t_run_for(&t, 10000);
  ck_assert_uint_eq(t_stats(&t).batches, 10);
  t.source.available = 1003;
  t_run_for(&t, 10000);
  ck_assert_uint_eq(t_stats(&t).batches, 11);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_batch_is_cut_by_bytes) {
  t_setup(&t);
  t_feed(&t, 2000, 1, "100000");
  t_set(&t, "batch.max_bytes", "1k");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_gt(t_stats(&t).batches, 5);
  ck_assert_uint_eq(t.a.count, 2000);
  t_teardown(&t);
}
END_TEST

static int cuts(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (kt_feed_stopping(f) || s->fed >= 6) return 0;
  char buf[2] = { (char)('0' + s->fed), 0 };
  for (int i = 0; i < 2; i++, s->fed++)
    ck_assert_int_eq(kt_feed_add(f, kt_span_of(buf), kt_span_of("x"), 5), KT_OK);
  kt_feed_cut(f);
  ck_assert_uint_eq(kt_feed_room(f), 0);
  ck_assert_int_eq(kt_feed_add(f, kt_span_of(buf), kt_span_of("x"), 5), KT_AGAIN);
  return 3;
}

START_TEST(test_the_source_cuts) {
  t_setup(&t);
  t_feed(&t, 6, 1, "100");
  t.source.script = cuts;
  ck_assert_int_eq(t_run_for(&t, 100), KT_END);
  ck_assert_uint_eq(t_stats(&t).batches, 3);
  ck_assert_uint_eq(t_stats(&t).frames, 6);
  t_teardown(&t);
}
END_TEST

static int barrier(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (s->reads == 2) kt_feed_barrier(f);
  return 0;
}

START_TEST(test_D_barrier_goes_through_every_lane) {
  t_setup_with(&t, "live:", "holds:", "dead:");
  t_feed(&t, 5, 0, "100");
  t_set(&t, "batch.max_age_ms", "1h");
  t.source.script = barrier;
  t.a.hold = 1;
  kt_pipeline_step(t.p, &t.err);
  kt_pipeline_step(t.p, &t.err);
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 1);
  ck_assert_uint_ge(t.a.flushes, 1);
  t.a.held_count = 0;
  t_deliver(&t.a, t.a.held[0]);
  t_settle_down(&t); /* committed at once, not at the interval */
  ck_assert_uint_eq(t.source.committed, 5);
  t_teardown(&t);
}
END_TEST

static int gap(t_source *s, kt_feed *f, kt_error *err) {
  kt_error why;
  (void)err;
  if (s->fed != 2) return 0;
  kt_error_set(&why, KT_ENET, 0, "t", "connection lost");
  ck_assert_int_eq(kt_feed_gap(f, kt_span_of("f7"), kt_span_of("f9"), &why), KT_OK);
  return 0;
}

static int expect_gap(t_sink *s, kt_delivery *d, kt_error *err) {
  const kt_record *r = kt_batch_record(kt_delivery_batch(d), 2);
  (void)s, (void)err;
  ck_assert_uint_eq(kt_batch_count(kt_delivery_batch(d)), 5);
  ck_assert_uint_eq(r->kind, KT_GAP);
  ck_assert(kt_span_equal(r->id, kt_span_of("f7")));
  ck_assert(kt_span_equal(r->ref_id, kt_span_of("f9")));
  ck_assert(kt_span_equal(r->text, kt_span_of("connection lost")));
  return 2;
}

START_TEST(test_a_gap_is_a_record_in_its_place) {
  t_setup(&t);
  t_feed(&t, 4, 1, "100");
  t.source.per_read = 2;
  t.source.script = gap;
  t.a.script = expect_gap;
  ck_assert_int_eq(t_run_for(&t, 100), KT_END);
  ck_assert_uint_eq(t_stats(&t).gaps, 1);
  ck_assert_str_eq(t.a.ids[3], "2");
  t_teardown(&t);
}
END_TEST

/* More gaps than a batch has room for, without a frame between them. */
static int gaps_without_end(t_source *s, kt_feed *f, kt_error *err) {
  size_t here = 0;
  (void)err;
  while (s->ends < 10 && kt_feed_gap(f, kt_span_of("a"), kt_span_of("b"), NULL) == KT_OK) {
    s->ends++;
    ck_assert_uint_le(++here, 4);
  }
  if (s->ends < 10) ck_assert_uint_eq(kt_feed_room(f), 0);
  return s->ends < 10 ? 3 : 0;
}

START_TEST(test_gaps_take_room) {
  t_setup(&t);
  t_feed(&t, 2, 1, "4");
  t.source.script = gaps_without_end;
  ck_assert_int_eq(t_run_for(&t, 100), KT_END);
  ck_assert_uint_eq(t_stats(&t).gaps, 10);
  ck_assert_uint_eq(t_stats(&t).frames, 2);
  ck_assert_uint_eq(t.a.count, 12);
  ck_assert_uint_eq(t.source.committed, 2);
  t_teardown(&t);
}
END_TEST

static int leave(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (s->stop_at_once) {
    s->stop_at_once = 0;
    kt_feed_abandon(f);
    s->fed = (size_t)s->committed; /* it comes again */
  }
  return 0;
}

static int64_t run_no_of_last;
static int note_run_no(t_sink *s, kt_delivery *d, kt_error *err) {
  const kt_batch *b = kt_delivery_batch(d);
  (void)s, (void)err;
  run_no_of_last = kt_batch_record(b, kt_batch_count(b) - 1)->run_no;
  return 2;
}

START_TEST(test_D_barrier_abandoned_records_come_again) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 30, 0, "10");
  t_set(&t, "commit.interval_ms", "0");
  t.source.script = leave;
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 3);
  t_deliver(&t.a, t.a.held[0]);
  t_settle_down(&t);
  ck_assert_uint_eq(t.source.committed, 10);
  t.a.script = note_run_no;
  t.source.stop_at_once = 1;
  kt_pipeline_step(t.p, &t.err);
  ck_assert_uint_eq(t.filter.abandoned, 2);
  ck_assert_uint_eq(t.a.cancels, 2);
  kt_delivery_done(t.a.held[1], KT_REJECTED, NULL); /* no dead letter: it comes again */
  kt_delivery_done(t.a.held[2], KT_DELIVERED, NULL);
  t.a.hold = 0;
  t.source.closed = 1;
  size_t held = t.a.held_count;
  t_settle_down(&t);
  for (size_t i = 3; i < held; i++) t_deliver(&t.a, t.a.held[i]);
  t.a.held_count = 0;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.dead.count, 0);
  ck_assert_uint_eq(t.source.committed, 50); /* counted in the order of feeding */
  ck_assert_str_eq(t.source.position, "30");
  ck_assert_int_eq(run_no_of_last, 29);
  t_teardown(&t);
}
END_TEST

static int fails(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)sc, (void)s;
  return kt_error_set(err, KT_ENET, KT_ERR_RETRYABLE, "t", "down");
}

static void leave_now(void) {
  t.source.script = leave;
  t.source.stop_at_once = 1;
  kt_pipeline_step(t.p, &t.err);
}

START_TEST(test_a_batch_abandoned_before_the_lanes_is_settled_once) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "t:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "10");
  t.scorer.script = fails;
  t_settle_down(&t);
  leave_now();
  ck_assert_uint_eq(t.filter.abandoned, 1);
  t.scorer.script = NULL;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.filter.abandoned, 1);
  ck_assert_uint_eq(t.filter.settled, 1);
  t_teardown(&t);
}
END_TEST

START_TEST(test_what_waits_for_a_retry_is_abandoned_too) {
  t_setup(&t);
  t_feed(&t, 5, 1, "5");
  t.a.script = t_fail;
  t.a.fail_until = 1;
  kt_pipeline_step(t.p, &t.err);
  leave_now();
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  expect_in_order(&t.a, 5);
  t_teardown(&t);
}
END_TEST

/* ---- position */

static kt_buf *kept;
static int resume(t_source *s, kt_feed *f, kt_error *err) {
  if (s->reads > 1) {
    ck_assert_int_eq(kt_feed_resumed(f, kt_buf_bytes(kept)), KT_ESTATE);
    return 0;
  }
  kt_status st = kt_feed_resumed(f, kt_buf_bytes(kept));
  if (st < 0) return kt_error_set(err, st, 0, "t", "damaged position");
  kt_span own = kt_position_own(kt_buf_bytes(kept));
  ck_assert_uint_eq(own.len, 2);
  s->fed = (size_t)(own.ptr[0] - '0') * 10 + (size_t)(own.ptr[1] - '0');
  return 0;
}

static int64_t first_run_no, first_start;
static int note_first(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  if (s->calls == 1) {
    first_run_no = kt_batch_record(kt_delivery_batch(d), 0)->run_no;
    first_start = kt_batch_record(kt_delivery_batch(d), 0)->run_start_us;
  }
  return 2;
}

START_TEST(test_D_positions_carry_the_run_counter) {
  kt_env *env = test_env(NULL, NULL);
  ck_assert_int_eq(kt_buf_new(env, &kept, NULL), KT_OK);
  t_setup(&t);
  t_feed(&t, 15, 1, "10");
  t.source.whole = kept;
  ck_assert_int_eq(t_run_for(&t, 100), KT_END);
  t_teardown(&t);
  t_setup(&t);
  t.clock.wall_us += 1000000000;
  t_feed(&t, 25, 1, "10");
  t.source.script = resume;
  t.a.script = note_first;
  ck_assert_int_eq(t_run_for(&t, 100), KT_END);
  ck_assert_uint_eq(t.a.count, 10);
  ck_assert_str_eq(t.a.ids[0], "15");
  ck_assert_int_eq(first_run_no, 15);
  ck_assert_int_eq(first_start, 1700000000000000);
  t_teardown(&t);
  for (size_t i = 0; i < kt_buf_bytes(kept).len; i++) { /* every byte counts */
    char *bytes = (char *)kt_buf_bytes(kept).ptr;
    bytes[i] ^= 1;
    ck_assert_ptr_null(kt_position_own(kt_buf_bytes(kept)).ptr);
    if (i == 20) {
      t_setup(&t);
      t_feed(&t, 25, 1, "10");
      t.source.script = resume;
      ck_assert_int_eq(t_run_for(&t, 100), KT_ECORRUPT);
      t_teardown(&t);
    }
    bytes[i] ^= 1;
  }
  ck_assert_ptr_null(kt_position_own(kt_span_of("")).ptr);
  ck_assert_ptr_null(kt_position_own((kt_span){ NULL, 0 }).ptr);
  kt_buf_free(kept);
  kt_env_free(env);
}
END_TEST

/* ---- watermark */

static const char *hours(size_t i) {
  static const char *const at[] = { "@1000000000", "@3000000000", "@2000000000",
                                    "@9000000000000000", "@1" };
  return at[i];
}

static int64_t marks[8];
static int note_mark(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  marks[s->calls - 1] = kt_batch_watermark_ms(kt_delivery_batch(d));
  return 2;
}

START_TEST(test_D_watermark_is_monotone_and_not_beyond_arrival) {
  t_setup(&t);
  t_feed(&t, 5, 1, "1");
  t.source.frame = hours;
  t.source.arrived_ms = 5000000000;
  t.a.script = note_mark;
  ck_assert_int_eq(t_run_for(&t, 100), KT_END);
  ck_assert_int_eq(marks[0], KT_UNKNOWN); /* of the batches before */
  ck_assert_int_eq(marks[1], 1000000000 - 300000);
  ck_assert_int_eq(marks[2], 3000000000 - 300000);
  ck_assert_int_eq(marks[3], 3000000000 - 300000);
  ck_assert_int_eq(marks[4], 5000000000 - 300000);
  ck_assert_int_eq(t_stats(&t).watermark_ms, 5000000000 - 300000);
  ck_assert_int_eq(t.a.watermark_ms, INT64_MAX); /* the end closes all */
  t_teardown(&t);
}
END_TEST

static int first_fails(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d;
  if (s->calls != 1) return 2;
  return kt_error_set(err, KT_EIO, 0, "t", "down");
}

START_TEST(test_D_watermark_waits_for_what_is_tried_again) {
  t_setup(&t);
  t_feed(&t, 3, 0, "1");
  t.source.frame = hours;
  t.source.arrived_ms = 5000000000;
  t.a.script = first_fails;
  kt_pipeline_step(t.p, &t.err);
  ck_assert_uint_eq(t.a.count, 2); /* the newer ones are there */
  ck_assert_int_eq(t.a.watermark_ms < 3000000000 - 300000, 1);
  t_run_for(&t, 1000);
  ck_assert_uint_eq(t.a.count, 3);
  ck_assert_int_eq(t.a.watermark_ms, 3000000000 - 300000);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_watermark_of_an_idle_live_source) {
  t_setup_with(&t, "live:", "a:", "dead:");
  t_feed(&t, 1, 0, "1");
  t_run_for(&t, 1000);
  ck_assert_int_eq(t.a.watermark_ms, 0);
  for (int i = 0; i < 400; i++) {
    t_pass(&t, 1000);
    t_settle_down(&t);
  }
  ck_assert_int_eq(t.a.watermark_ms, t.clock.wall_us / 1000 - 300000);
  ck_assert_int_eq(t_stats(&t).watermark_ms, KT_UNKNOWN); /* decides no record's lateness */
  t_teardown(&t);
}
END_TEST

/* ---- failures and misuse */

static int source_down(t_source *s, kt_feed *f, kt_error *err) {
  (void)f;
  if (s->reads > 3 && s->reads <= 3 + (size_t)s->ends)
    return kt_error_set(err, KT_ENET, KT_ERR_RETRYABLE, "source.t", "no connection");
  return 0;
}

START_TEST(test_a_source_that_fails_is_read_again) {
  t_setup(&t);
  t_feed(&t, 50, 1, "10");
  t.source.script = source_down;
  t.source.ends = 5;
  ck_assert_int_eq(t_run_for(&t, 100000), KT_END);
  ck_assert_uint_eq(t.a.count, 50);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_source_that_fails_for_good_ends_the_run_with_what_was_read_delivered) {
  t_setup(&t);
  t_feed(&t, 50, 1, "10");
  t.source.per_read = 5;
  t.source.script = source_down;
  t.source.ends = 1 << 20;
  ck_assert_int_eq(t_run_for(&t, 1000000), KT_ENET);
  ck_assert_str_eq(t.err.message, "no connection");
  ck_assert_str_eq(t.err.where, "source.t");
  ck_assert_uint_eq(t.a.count, 15);
  ck_assert_uint_eq(t.source.committed, 15);
  t_teardown(&t);
}
END_TEST

static int re_enter(t_sink *s, kt_delivery *d, kt_error *err) {
  kt_error e;
  (void)s, (void)d, (void)err;
  ck_assert_int_eq(kt_pipeline_step(t.p, &e), KT_ESTATE);
  ck_assert_int_eq(kt_pipeline_run(t.p, &e), KT_ESTATE);
  ck_assert_int_eq(kt_pipeline_drain(t.p, 0, &e), KT_ESTATE);
  ck_assert_int_eq(kt_pipeline_set(t.p, "workers", "1", &e), KT_ESTATE);
  kt_pipeline_free(t.p);
  return 2;
}

START_TEST(test_callbacks_do_not_re_enter) {
  t_setup(&t);
  t_feed(&t, 5, 1, "10");
  t.a.script = re_enter;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 5);
  t_teardown(&t);
}
END_TEST

START_TEST(test_what_is_missing_or_wrong_is_told) {
  t_setup(&t);
  kt_pipeline *p;
  ck_assert_int_eq(kt_pipeline_set(t.p, "batch.max_record", "5", &t.err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(t.err.message, "batch.max_records"));
  ck_assert_int_eq(kt_pipeline_set(t.p, "batch.max_records", "0", &t.err), KT_EINVAL);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "u:", &t.err), KT_EINVAL);
  ck_assert_int_eq(kt_pipeline_new(t.parts, &p, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_step(p, &t.err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(t.err.message, "source"));
  ck_assert_int_eq(kt_pipeline_set_source(p, "t:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_step(p, &t.err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(t.err.message, "sink"));
  kt_pipeline_free(p);
  kt_pipeline_free(NULL);
  ck_assert_ptr_nonnull(strstr(kt_pipeline_options(), "memory.max_bytes\tbytes"));
  t_teardown(&t);
}
END_TEST

static kt_status open_if_closed(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                                void **self, kt_error *err) {
  t_source *s = user;
  if (!s->closed) return kt_error_set(err, KT_EIO, 0, "t", "not there yet");
  return t_source_open(user, env, conf, resume, self, err);
}

/* What the first step made for the parts of then is not used for those of now. */
/* Whoever was compiled with a later header finds 0 where this library has nothing to say. */
START_TEST(test_statistics_of_a_newer_caller_are_zeroed) {
  struct {
    kt_stats s;
    uint64_t appended;
  } all;
  struct {
    kt_lane_stats s;
    uint64_t appended;
  } lane;
  t_setup(&t);
  memset(&all, 0xAA, sizeof all);
  memset(&lane, 0xAA, sizeof lane);
  all.s.size = sizeof all;
  lane.s.size = sizeof lane;
  t_feed(&t, 3, 1, "500");
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_int_eq(kt_pipeline_stats(t.p, &all.s), KT_OK);
  ck_assert_uint_eq(all.s.frames, 3);
  ck_assert_uint_eq(all.appended, 0);
  ck_assert_int_eq(kt_pipeline_lane_stats(t.p, 0, &lane.s), KT_OK);
  ck_assert_uint_eq(lane.s.delivered, 3);
  ck_assert_uint_eq(lane.appended, 0);
  t_teardown(&t);
}
END_TEST

START_TEST(test_parts_may_change_after_a_first_step_that_failed) {
  t_setup(&t);
  kt_source_ops late = { .size = sizeof late,
                         .name = "late",
                         .options = "target\tstring\t\t\t\t\tName.\n",
                         .open = open_if_closed,
                         .read = t_source_read,
                         .close = t_source_close };
  ck_assert_int_eq(kt_parts_add_source(t.parts, &late, &t.source, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "late:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_EIO);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_EIO);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "t:x", &t.err), KT_OK);
  t_feed(&t, 5, 1, "10");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t_lane(&t, 2).delivered, 5);
  char id[40];
  strcpy(id, t.a.batch_id);
  t_teardown(&t);
  t_setup_with(&t, "t:x", "a:", "dead:");
  t_feed(&t, 5, 1, "10");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_str_eq(t.a.batch_id, id);
  t_teardown(&t);
}
END_TEST

static int no_memory_for_position;
static kt_status position_without_memory(void *self, kt_buf *out) {
  return no_memory_for_position-- > 0 ? KT_ENOMEM : t_source_position(self, out);
}

/* A stop in between does not forget the batch whose position is still to be asked. */
START_TEST(test_D_positions_one_is_asked_again_before_a_stop) {
  t_setup(&t);
  kt_source_ops poor = { .size = sizeof poor,
                         .name = "poor",
                         .open = t_source_open,
                         .read = t_source_read,
                         .position = position_without_memory,
                         .commit = t_source_commit,
                         .close = t_source_close };
  ck_assert_int_eq(kt_parts_add_source(t.parts, &poor, &t.source, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "poor:", &t.err), KT_OK);
  t_feed(&t, 30, 0, "10");
  no_memory_for_position = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_ENOMEM);
  kt_pipeline_stop(t.p);
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 10);
  ck_assert_uint_eq(t.source.committed, 10);
  t_teardown(&t);
}
END_TEST

START_TEST(test_limits_end_the_run) {
  t_setup(&t);
  t_feed(&t, 100, 0, "10");
  t_set(&t, "run.limit", "33");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 33);
  ck_assert_uint_eq(t.source.committed, 33);
  t_teardown(&t);
  t_setup(&t);
  t_feed(&t, 100, 0, "10");
  t_set(&t, "run.time_limit", "2h");
  ck_assert_int_eq(t_run_for(&t, 7199000), KT_AGAIN);
  ck_assert_int_eq(t_run_for(&t, 2000), KT_END);
  ck_assert_uint_eq(t.a.count, 100);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline");
  TCase *c = tcase_create("end to end");
  tcase_add_test(c, test_everything_arrives_and_is_committed);
  tcase_add_test(c, test_I1_commit_covers_only_what_every_required_lane_has);
  tcase_add_test(c, test_I2_commit_is_a_contiguous_prefix);
  tcase_add_test(c, test_I5_after_a_crash_nothing_committed_is_missing);
  tcase_add_test(c, test_commits_are_not_more_often_than_the_interval);
  tcase_add_test(c, test_a_failing_commit_is_tried_again);
  tcase_add_test(c, test_a_live_source_is_cut_by_age);
  tcase_add_test(c, test_a_whole_source_is_cut_by_age_only_while_it_waits);
  tcase_add_test(c, test_a_batch_is_cut_by_bytes);
  tcase_add_test(c, test_the_source_cuts);
  tcase_add_test(c, test_D_barrier_goes_through_every_lane);
  tcase_add_test(c, test_a_gap_is_a_record_in_its_place);
  tcase_add_test(c, test_gaps_take_room);
  tcase_add_test(c, test_D_barrier_abandoned_records_come_again);
  tcase_add_test(c, test_a_batch_abandoned_before_the_lanes_is_settled_once);
  tcase_add_test(c, test_what_waits_for_a_retry_is_abandoned_too);
  tcase_add_test(c, test_D_positions_carry_the_run_counter);
  tcase_add_test(c, test_D_watermark_is_monotone_and_not_beyond_arrival);
  tcase_add_test(c, test_D_watermark_waits_for_what_is_tried_again);
  tcase_add_test(c, test_D_watermark_of_an_idle_live_source);
  tcase_add_test(c, test_a_source_that_fails_is_read_again);
  tcase_add_test(c, test_a_source_that_fails_for_good_ends_the_run_with_what_was_read_delivered);
  tcase_add_test(c, test_callbacks_do_not_re_enter);
  tcase_add_test(c, test_what_is_missing_or_wrong_is_told);
  tcase_add_test(c, test_statistics_of_a_newer_caller_are_zeroed);
  tcase_add_test(c, test_parts_may_change_after_a_first_step_that_failed);
  tcase_add_test(c, test_D_positions_one_is_asked_again_before_a_stop);
  tcase_add_test(c, test_limits_end_the_run);
  suite_add_tcase(s, c);
  return test_run(s);
}
