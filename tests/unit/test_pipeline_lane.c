/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes: partial failures, retry, breaker, hold, windows, completions. */
#include <pthread.h>
#include <unistd.h>

#include "pipe.h"

static t_pipe t;

static kt_error failure(kt_status code, uint32_t flags, uint32_t after) {
  kt_error e;
  kt_error_set(&e, code, flags, "t", "no luck");
  e.retry_after_ms = after;
  return e;
}

/* The first try delivers even records; the next ones must see the odd ones only. */
static int half(t_sink *s, kt_delivery *d, kt_error *err) {
  uint32_t pending[16];
  size_t n = kt_delivery_pending(d, pending, 16);
  kt_error why = failure(KT_ETHROTTLE, 0, 0);
  (void)err;
  if (kt_delivery_attempt(d) > 1) {
    ck_assert_uint_eq(n, 5);
    for (size_t k = 0; k < n; k++) ck_assert_uint_eq(pending[k] % 2, 1);
    return 2;
  }
  ck_assert_uint_eq(n, 10);
  for (size_t k = 0; k < n; k++) {
    kt_delivery_mark(d, pending[k], KT_RETRY, &why); /* a later mark wins */
    if (k % 2 == 0) {
      kt_delivery_mark(d, pending[k], KT_DELIVERED, NULL);
      t_note(s, kt_delivery_batch(d), pending[k]);
    }
  }
  kt_delivery_done(d, KT_RETRY, &why);
  return KT_OK;
}

START_TEST(test_partial_failure_repeats_only_what_is_owed) {
  t_setup(&t);
  t_feed(&t, 10, 1, "10");
  t.a.script = half;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 10);
  kt_lane_stats s = t_lane(&t, 0);
  ck_assert_uint_eq(s.delivered, 10);
  ck_assert_uint_eq(s.retried, 5);
  ck_assert_uint_eq(s.calls, 2);
  ck_assert_uint_eq(s.pending, 0);
  ck_assert_int_eq(s.error.code, KT_ETHROTTLE);
  t_teardown(&t);
}
END_TEST

START_TEST(test_retry_waits_at_most_the_doubled_base) {
  t_setup(&t);
  t_feed(&t, 1, 1, "1");
  t_set(&t, "retry.breaker", "1000");
  t.a.script = t_fail;
  t.a.fail_until = 12;
  ck_assert_int_eq(t_run_for(&t, 600000), KT_END);
  ck_assert_uint_eq(t.a.calls, 13);
  int64_t cap = 100, sum = 0;
  for (size_t i = 1; i < 13; i++) {
    int64_t wait = t.a.call_ms[i] - t.a.call_ms[i - 1];
    ck_assert_int_le(wait, cap);
    sum += wait;
    cap = cap * 2 > 30000 ? 30000 : cap * 2;
  }
  ck_assert_int_gt(sum, 1000); /* and it does wait */
  t_teardown(&t);
}
END_TEST

static int throttled(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d;
  if (s->calls > 1) return 2;
  *err = failure(KT_ETHROTTLE, KT_ERR_RETRYABLE, 5000);
  return KT_ETHROTTLE;
}

START_TEST(test_retry_after_is_honoured_by_the_whole_lane) {
  t_setup(&t);
  t_feed(&t, 4, 1, "1");
  t_set(&t, "lane.window", "1");
  t.a.script = throttled;
  ck_assert_int_eq(t_run_for(&t, 4900), KT_AGAIN);
  ck_assert_uint_eq(t.a.calls, 1);
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_int_ge(t.a.call_ms[1] - t.a.call_ms[0], 5000);
  ck_assert_uint_eq(t.a.count, 4);
  t_teardown(&t);
}
END_TEST

START_TEST(test_retry_after_keeps_new_batches_back_too) {
  t_setup(&t);
  t_feed(&t, 1, 0, "1");
  t.a.script = throttled;
  t_settle_down(&t);
  t.source.available = 3;
  t_run_for(&t, 4900);
  ck_assert_uint_eq(t.a.calls, 1);
  t_run_for(&t, 200);
  ck_assert_uint_eq(t.a.count, 3);
  t_teardown(&t);
}
END_TEST

/* One of two records asks for patience: only it waits. */
static int one_waits(t_sink *s, kt_delivery *d, kt_error *err) {
  kt_error why = failure(KT_ETHROTTLE, 0, 5000);
  (void)err;
  if (s->calls > 1) return 2;
  t_note(s, kt_delivery_batch(d), 0);
  kt_delivery_mark(d, 1, KT_RETRY, &why);
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

START_TEST(test_retry_after_of_one_record) {
  t_setup(&t);
  t_feed(&t, 2, 0, "2");
  t.a.script = one_waits;
  t_settle_down(&t);
  t.source.available = 4;
  t_run_for(&t, 4900);
  ck_assert_uint_eq(t.a.calls, 2); /* the lane goes on */
  ck_assert_uint_eq(t.a.count, 3);
  t_run_for(&t, 200);
  ck_assert_uint_eq(t.a.count, 4);
  t_teardown(&t);
}
END_TEST

START_TEST(test_breaker_leaves_one_call_at_a_time) {
  t_setup(&t);
  t_feed(&t, 100, 0, "1");
  t_set(&t, "retry.breaker", "4");
  t.a.script = t_fail;
  t.a.fail_until = 1 << 30;
  t_run_for(&t, 3600000);
  size_t calls = t.a.calls;
  t_run_for(&t, 300000);
  /* the mean wait is half of retry.max_ms: one call every 15 s */
  ck_assert_uint_le(t.a.calls - calls, 60);
  ck_assert_uint_ge(t.a.calls - calls, 5);
  t.a.fail_until = (int)t.a.calls; /* and up again */
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.a.count, 100);
  t_teardown(&t);
}
END_TEST

/* Repeated calls must be paid for by successes, two for one; one at a time is always allowed. */
START_TEST(test_retries_stay_within_their_budget) {
  t_setup_with(&t, "t:", "a:?lane.window=20", "dead:");
  t_feed(&t, 20, 0, "1");
  t_set(&t, "retry.budget", "3");
  t_set(&t, "retry.breaker", "1000");
  t_set(&t, "commit.max_lag_ms", "1h");
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 20);
  kt_error why = failure(KT_EREMOTE, 0, 0);
  for (size_t i = 0; i < 20; i++) kt_delivery_done(t.a.held[i], KT_RETRY, &why);
  t.a.held_count = 0;
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.a.held_count, 3);
  for (size_t i = 0; i < 3; i++) t_deliver(&t.a, t.a.held[i]);
  t.a.held_count = 0;
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.a.held_count, 1); /* 1.5 were paid */
  t.a.hold = 0;
  t_deliver(&t.a, t.a.held[0]);
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.a.count, 20);
  t_teardown(&t);
}
END_TEST

START_TEST(test_outage_waits_and_is_never_a_dead_letter) {
  t_setup(&t);
  t_feed(&t, 100, 1, "10");
  t.a.script = t_fail;
  t.a.fail_until = 1 << 30;
  ck_assert_int_eq(t_run_for(&t, 86400000), KT_AGAIN); /* a day */
  ck_assert_uint_eq(t.dead.count, 0);
  ck_assert_uint_eq(t.source.committed, 0);
  t.a.fail_until = 0;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.count, 100);
  ck_assert_uint_eq(t.source.committed, 100);
  t_teardown(&t);
}
END_TEST

START_TEST(test_an_outage_beyond_its_limit_holds_the_lane) {
  t_setup(&t);
  t_feed(&t, 100, 1, "10");
  t_set(&t, "retry.max_outage", "10s");
  t.a.script = t_fail;
  t.a.fail_until = 1 << 30;
  ck_assert_int_lt(t_run_for(&t, 86400000), 0);
  ck_assert_uint_eq(t_lane(&t, 0).held, 1);
  ck_assert_ptr_nonnull(strstr(t.err.message, "(for more than retry.max_outage=10s)"));
  ck_assert_int_ge(t.clock.mono_ms, 11000);
  ck_assert_int_lt(t.clock.mono_ms, 1000 + 10000 + 1000); /* that was the last try */
  ck_assert_uint_eq(t.dead.count, 0);
  ck_assert_uint_eq(t.source.committed, 0);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_success_ends_the_outage) {
  t_setup(&t);
  t_feed(&t, 10, 0, "10");
  t_set(&t, "retry.max_outage", "10s");
  t.a.script = t_fail;
  for (int i = 0; i < 5; i++) {
    t.a.fail_until = (int)t.a.calls + 3;
    t.source.available += 10;
    ck_assert_int_eq(t_run_for(&t, 8000), KT_AGAIN);
    t_pass(&t, 5000);
  }
  ck_assert_uint_eq(t_lane(&t, 0).held, 0);
  ck_assert_uint_eq(t.a.count, 60);
  t_teardown(&t);
}
END_TEST

/* Record 3 always fails, all others go. */
static int poison(t_sink *s, kt_delivery *d, kt_error *err) {
  uint32_t pending[16];
  size_t n = kt_delivery_pending(d, pending, 16);
  kt_error why = failure(KT_EREMOTE, 0, 0);
  (void)err;
  for (size_t k = 0; k < n; k++) {
    const kt_record *r = kt_batch_record(kt_delivery_batch(d), pending[k]);
    if (r->id.len == 1 && r->id.ptr[0] == '3')
      kt_delivery_mark(d, pending[k], KT_RETRY, &why);
    else
      t_note(s, kt_delivery_batch(d), pending[k]);
  }
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

START_TEST(test_a_record_is_given_up_while_others_succeed) {
  t_setup(&t);
  t_feed(&t, 10, 0, "10");
  t_set(&t, "retry.max_attempts", "3");
  t.a.script = poison;
  t_run_for(&t, 600000);
  ck_assert_uint_eq(t.dead.count, 0); /* nothing else succeeds: it may be an outage */
  for (size_t i = 2; i < 5; i++) {
    t.source.available = 10 * i;
    t_run_for(&t, 60000);
  }
  ck_assert_uint_eq(t.dead.count, 1);
  ck_assert_str_eq(t.dead.ids[0], "3");
  ck_assert_str_eq(t.dead.lane, "a:");
  ck_assert_str_eq(t.dead.place, "t:3");
  ck_assert_ptr_nonnull(strstr(t.dead.reason, "given up after"));
  ck_assert_ptr_nonnull(strstr(t.dead.reason, "no luck"));
  ck_assert_uint_gt(t.dead.dead.attempts, 2);
  ck_assert_uint_eq(t_lane(&t, 0).rejected, 1);
  ck_assert_uint_eq(t_stats(&t).dead, 1);
  t_teardown(&t);
}
END_TEST

static int wrong_key(t_sink *s, kt_delivery *d, kt_error *err) {
  kt_error why = failure(KT_EAUTH, KT_ERR_FATAL, 0);
  (void)err;
  if (s->calls < 3) return 2;
  kt_delivery_done(d, KT_RETRY, &why);
  return KT_OK;
}

START_TEST(test_a_wrong_key_holds_its_lane_and_the_others_go_on) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:", &t.err), KT_OK);
  t_feed(&t, 100, 1, "10");
  t.a.script = wrong_key;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EAUTH);
  ck_assert_str_eq(t.err.message, "no luck");
  ck_assert_uint_eq(t.b.count, 100);
  ck_assert_uint_eq(t.dead.count, 0);
  ck_assert_uint_eq(t_lane(&t, 0).held, 1);
  ck_assert_uint_eq(t_lane(&t, 0).delivered, 20);
  ck_assert_uint_gt(t_lane(&t, 0).pending, 0);
  ck_assert_uint_eq(t_lane(&t, 1).held, 0);
  ck_assert_uint_eq(t.source.committed, 20); /* what both have */
  ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_EAUTH);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_held_lane_that_nobody_waits_for_is_no_failure) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.required=no", &t.err), KT_OK);
  t_feed(&t, 100, 1, "10");
  t.b.script = wrong_key;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.count, 100);
  ck_assert_uint_eq(t.source.committed, 100);
  ck_assert_uint_eq(t_lane(&t, 1).held, 1);
  t_teardown(&t);
}
END_TEST

static int full_once(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d, (void)err;
  return s->calls % 2 ? KT_AGAIN : 2;
}

START_TEST(test_D_again_with_nothing_in_flight_holds_the_lane) {
  t_setup(&t);
  t_feed(&t, 3, 1, "1");
  t.a.script = full_once;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_ESTATE);
  ck_assert_uint_eq(t_lane(&t, 0).held, 1);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_again_rests_until_the_deadline) {
  t_setup(&t);
  t_feed(&t, 3, 1, "1");
  t.a.script = full_once;
  t.a.deadline_ms = t.clock.mono_ms + 500;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.calls, 1);
  ck_assert_int_eq(kt_pipeline_timeout_ms(t.p), 500);
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.calls, 1); /* no spin */
  t_pass(&t, 500);
  t.a.deadline_ms += 1000;
  t_settle_down(&t);
  ck_assert_uint_gt(t.a.count, 0);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_again_rests_until_a_descriptor_is_ready) {
  int fds[2];
  ck_assert_int_eq(pipe(fds), 0);
  t_setup(&t);
  t_feed(&t, 1, 1, "1");
  t.a.script = full_once;
  t.a.fd = fds[0];
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.calls, 1);
  ck_assert_int_eq(write(fds[1], "x", 1), 1);
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(t.a.calls, 2);
  t_teardown(&t);
  close(fds[0]);
  close(fds[1]);
}
END_TEST

START_TEST(test_window_bounds_what_is_in_flight) {
  t_setup_with(&t, "t:", "a:?lane.window=3", "dead:");
  t_feed(&t, 10, 1, "1");
  t.a.hold = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.held_count, 3);
  kt_delivery_done(t.a.held[1], KT_DELIVERED, NULL); /* out of order */
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.held_count, 4);
  t_teardown(&t);
}
END_TEST

static int third_fails(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d;
  if (s->calls != 3) return 2;
  *err = failure(KT_ENET, 0, 0);
  return KT_ENET;
}

START_TEST(test_D_order_window_1_keeps_it) {
  t_setup_with(&t, "t:", "a:?lane.window=1", "dead:");
  t_feed(&t, 9, 1, "1");
  t.a.script = third_fails;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  char want[8];
  for (size_t i = 0; i < 9; i++) {
    snprintf(want, sizeof want, "%zu", i);
    ck_assert_str_eq(t.a.ids[i], want);
  }
  t_teardown(&t);
}
END_TEST

static const char *post_then_delete(size_t i) {
  return i == 3 ? "-x" : "x";
}

START_TEST(test_D_order_a_delete_never_overtakes_its_post) {
  t_setup(&t);
  t_feed(&t, 5, 0, "1");
  t.source.frame = post_then_delete;
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 3);
  for (int i = 0; i < 3; i++) kt_delivery_done(t.a.held[i], KT_DELIVERED, NULL);
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 5);
  t_teardown(&t);
}
END_TEST

START_TEST(test_I4_done_twice_is_ignored) {
  t_setup(&t);
  t_feed(&t, 4, 0, "1");
  t.a.hold = 1;
  t_settle_down(&t);
  kt_delivery_done(t.a.held[0], KT_DELIVERED, NULL);
  kt_delivery_done(t.a.held[0], KT_REJECTED, NULL);
  t_settle_down(&t);
  kt_delivery_done(t.a.held[0], KT_REJECTED, NULL);
  t_settle_down(&t);
  ck_assert_uint_eq(t_lane(&t, 0).delivered, 1);
  ck_assert_uint_eq(t_lane(&t, 0).rejected, 0);
  ck_assert_uint_eq(t_lane(&t, 0).pending, 3);
  t_teardown(&t);
}
END_TEST

static int done_and_fail(t_sink *s, kt_delivery *d, kt_error *err) {
  t_deliver(s, d);
  *err = failure(KT_EIO, 0, 0);
  return KT_EIO; /* completed and refused: completed once */
}

START_TEST(test_I4_done_before_a_failing_submit_counts_once) {
  t_setup(&t);
  t_feed(&t, 3, 1, "1");
  t.a.script = done_and_fail;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 3);
  ck_assert_uint_eq(t_lane(&t, 0).delivered, 3);
  t_teardown(&t);
}
END_TEST

static void *deliver_later(void *arg) {
  t_sink *s = arg;
  for (size_t i = 0; i < 4; i++) kt_delivery_done(s->held[i], KT_DELIVERED, NULL);
  return NULL;
}

START_TEST(test_done_from_another_thread_wakes_the_owner) {
  t_setup(&t);
  t_feed(&t, 4, 1, "1");
  t.a.hold = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  pthread_t thread;
  ck_assert_int_eq(pthread_create(&thread, NULL, deliver_later, &t.a), 0);
  ck_assert_int_eq(kt_pipeline_run(t.p, &t.err), KT_END);
  pthread_join(thread, NULL);
  t.a.held_count = 0;
  ck_assert_uint_eq(t_lane(&t, 0).delivered, 4);
  t_teardown(&t);
}
END_TEST

static int lets_go(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  if (kt_delivery_attempt(d) == 1) {
    kt_delivery_unpin(d, s);
    ck_assert_ptr_null(kt_delivery_batch(d));
    kt_error why = failure(KT_ENET, 0, 0);
    kt_delivery_done(d, KT_RETRY, &why);
    return KT_OK;
  }
  ck_assert_ptr_null(kt_delivery_batch(d));
  ck_assert_ptr_eq(kt_delivery_mine(d), s);
  ck_assert_uint_eq(kt_delivery_pending(d, NULL, 0), 2);
  kt_delivery_done(d, s->status ? KT_REJECTED : KT_DELIVERED, NULL);
  return KT_OK;
}

START_TEST(test_D_holds_an_unpinned_delivery_has_no_batch) {
  t_setup(&t);
  t_feed(&t, 2, 1, "2");
  t.a.script = lets_go;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t_lane(&t, 0).delivered, 2);
  ck_assert_uint_eq(t.source.committed, 2);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_holds_an_unpinned_delivery_cannot_be_rejected) {
  t_setup(&t);
  t_feed(&t, 2, 1, "2");
  t.a.script = lets_go;
  t.a.status = 1;
  ck_assert_int_lt(t_run_for(&t, 1000), 0);
  ck_assert_uint_eq(t_lane(&t, 0).held, 1);
  ck_assert_uint_eq(t.source.committed, 0);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_holds_a_sink_is_flushed_at_the_end) {
  t_setup_with(&t, "t:", "holds:", "dead:");
  t_feed(&t, 20, 1, "1");
  t.a.hold = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.held_count, 20); /* no window stands in its way */
  ck_assert_uint_ge(t.a.flushes, 1);
  t.a.held_count = 0;
  for (int i = 0; i < 20; i++) kt_delivery_done(t.a.held[i], KT_DELIVERED, NULL);
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  t_teardown(&t);
}
END_TEST

/* Full at one delivery; only a flush lets go of it. */
static int full_at_one(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d, (void)err;
  return s->held_count ? KT_AGAIN : 2;
}

static void holds_one(const char *batch_records) {
  t_setup_with(&t, "t:", "holds:", "dead:");
  t_feed(&t, 6, 1, batch_records);
  t.a.hold = t.a.flush_delivers = 1;
  t.a.script = full_at_one;
}

START_TEST(test_a_full_sink_is_flushed_at_the_end) {
  holds_one("1");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 6);
  ck_assert_uint_le(t.a.flushes, 7);
  t_teardown(&t);
}
END_TEST

/* Batches of one record, the second one a barrier. */
static int barrier_after_the_second(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (s->fed == 1 && s->ends == 0) s->ends++, kt_feed_cut(f);
  if (s->fed == 2 && s->ends == 1) s->ends++, kt_feed_barrier(f);
  return 0;
}

START_TEST(test_a_full_sink_is_flushed_before_a_barrier) {
  holds_one("100");
  t.source.per_read = 1;
  t.source.closed = 0;
  t.source.script = barrier_after_the_second;
  t_run_for(&t, 1000);
  ck_assert_uint_ge(t.source.committed, 2);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_holds_a_full_sink_is_flushed_when_the_commit_lags) {
  holds_one("3");
  t.source.closed = 0;
  t_run_for(&t, 599000);
  ck_assert_uint_eq(t.a.flushes, 0);
  t_run_for(&t, 2000);
  ck_assert_uint_eq(t.a.count, 6);
  t_teardown(&t);
}
END_TEST

static int fails_while_it_holds(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d;
  if (!s->held_count) return 2;
  *err = failure(KT_EIO, 0, 0);
  return KT_EIO;
}

START_TEST(test_a_breaker_does_not_keep_a_sink_from_its_flush) {
  holds_one("1");
  t_set(&t, "retry.breaker", "2");
  t.a.script = fails_while_it_holds;
  ck_assert_int_eq(t_run_for(&t, 600000), KT_END);
  ck_assert_uint_eq(t.a.count, 6);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_flush_that_fails_is_asked_again) {
  t_setup_with(&t, "t:", "holds:", "dead:");
  t_feed(&t, 3, 1, "1");
  t.a.hold = 1;
  t.a.flush_fails = 3;
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.a.flushes, 4);
  ck_assert_int_eq(t_lane(&t, 0).error.code, KT_EIO);
  t_teardown(&t);
  t_setup_with(&t, "t:", "holds:", "dead:");
  t_feed(&t, 3, 1, "1");
  t.a.hold = 1;
  t.a.flush_fails = -1;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EAUTH);
  ck_assert_uint_eq(t_lane(&t, 0).held, 1);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_step_of_a_sink_that_fails) {
  t_setup(&t);
  t_feed(&t, 3, 0, "1");
  t.a.step_fails = 2;
  t_run_for(&t, 100);
  kt_pipeline_step(t.p, &t.err);
  kt_pipeline_step(t.p, &t.err);
  ck_assert_uint_ge(t.a.steps, 3);
  ck_assert_uint_eq(t_lane(&t, 0).held, 0);
  ck_assert_uint_eq(t.a.count, 3);
  t.a.step_fails = -1;
  t.source.closed = 1;
  t.source.available = 4;
  ck_assert_int_eq(t_run_for(&t, 100), KT_EAUTH);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_fatal_failure_without_a_code_ends_the_run) {
  t_setup(&t);
  t_feed(&t, 3, 1, "1");
  t.a.hold = 1;
  t.a.step_fails = T_BARE;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EREMOTE);
  ck_assert_int_eq(t_lane(&t, 0).error.code, KT_EREMOTE);
  ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_EREMOTE);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_lagging_commit_flushes) {
  t_setup_with(&t, "t:", "holds:", "dead:");
  t_feed(&t, 5, 0, "1");
  t.a.hold = 1;
  t_run_for(&t, 599000);
  ck_assert_uint_eq(t.a.flushes, 0);
  t_run_for(&t, 2000);
  ck_assert_uint_ge(t.a.flushes, 1);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_lane_filter_only_changes_what_is_owed_there) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.filter=t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "5");
  t.filter.drop_odd = 1;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 10);
  ck_assert_uint_eq(t.b.count, 5);
  ck_assert_uint_eq(t_stats(&t).dropped, 0);
  ck_assert_uint_eq(t.filter.settled, 2);
  ck_assert_uint_eq(t.source.committed, 10);
  t_teardown(&t);
}
END_TEST

static void filtered_lane(void) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.filter=t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "5");
}

START_TEST(test_a_lane_filter_that_fails_is_tried_again) {
  filtered_lane();
  t.filter.fails = 3;
  t.filter.reason = failure(KT_ENET, KT_ERR_RETRYABLE, 50);
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.filter.selects, 1);
  ck_assert_uint_eq(t.a.count, 10);
  ck_assert_int_ge(kt_pipeline_timeout_ms(t.p), 50);
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.b.count, 10);
  ck_assert_uint_eq(t.filter.selects, 5);
  ck_assert_uint_eq(t.source.committed, 10);
  ck_assert_int_eq(t_lane(&t, 1).error.code, KT_ENET);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_lane_filter_that_fails_for_good_holds_its_lane) {
  filtered_lane();
  t.filter.fails = 100;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EIO);
  ck_assert_ptr_nonnull(strstr(t.err.message, "without saying why"));
  ck_assert_uint_eq(t.filter.selects, 1);
  ck_assert_uint_eq(t.a.count, 10); /* the others go on */
  ck_assert_uint_eq(t_lane(&t, 1).held, 1);
  ck_assert_uint_eq(t.source.committed, 0);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_lane_filter_short_of_memory_holds_nothing) {
  filtered_lane();
  t.filter.fails = 25;
  t.filter.reason = failure(KT_ENOMEM, KT_ERR_RETRYABLE, 0);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(t_run_for(&t, 600000), KT_ENOMEM);
    ck_assert(t.err.flags & KT_ERR_RETRYABLE);
    ck_assert_uint_eq(t_lane(&t, 1).held, 0);
  }
  ck_assert_int_eq(t_run_for(&t, 600000), KT_END);
  ck_assert_uint_eq(t.b.count, 10);
  ck_assert_uint_eq(t.source.committed, 10);
  t_teardown(&t);
}
END_TEST

START_TEST(test_names_of_lanes) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "a:?lane.window=2", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.wndow=2", &t.err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(t.err.message, "lane.window"));
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.filter=none:", &t.err), KT_EINVAL);
  t_feed(&t, 1, 1, "1");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_str_eq(t_lane(&t, 0).name, "a:");
  ck_assert_str_eq(t_lane(&t, 1).name, "a:#2");
  ck_assert_str_eq(t_lane(&t, 2).name, "b:");
  ck_assert_str_eq(t_lane(&t, 3).name, "dead:");
  kt_lane_stats none = { .size = sizeof none };
  ck_assert_int_eq(kt_pipeline_lane_stats(t.p, 4, &none), KT_EINVAL);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline lanes");
  TCase *c = tcase_create("retry");
  tcase_add_test(c, test_partial_failure_repeats_only_what_is_owed);
  tcase_add_test(c, test_retry_waits_at_most_the_doubled_base);
  tcase_add_test(c, test_retry_after_is_honoured_by_the_whole_lane);
  tcase_add_test(c, test_retry_after_keeps_new_batches_back_too);
  tcase_add_test(c, test_retry_after_of_one_record);
  tcase_add_test(c, test_breaker_leaves_one_call_at_a_time);
  tcase_add_test(c, test_retries_stay_within_their_budget);
  tcase_add_test(c, test_outage_waits_and_is_never_a_dead_letter);
  tcase_add_test(c, test_an_outage_beyond_its_limit_holds_the_lane);
  tcase_add_test(c, test_a_success_ends_the_outage);
  tcase_add_test(c, test_a_record_is_given_up_while_others_succeed);
  tcase_add_test(c, test_a_wrong_key_holds_its_lane_and_the_others_go_on);
  tcase_add_test(c, test_a_held_lane_that_nobody_waits_for_is_no_failure);
  suite_add_tcase(s, c);
  c = tcase_create("submit");
  tcase_add_test(c, test_D_again_with_nothing_in_flight_holds_the_lane);
  tcase_add_test(c, test_D_again_rests_until_the_deadline);
  tcase_add_test(c, test_D_again_rests_until_a_descriptor_is_ready);
  tcase_add_test(c, test_window_bounds_what_is_in_flight);
  tcase_add_test(c, test_D_order_window_1_keeps_it);
  tcase_add_test(c, test_D_order_a_delete_never_overtakes_its_post);
  tcase_add_test(c, test_I4_done_twice_is_ignored);
  tcase_add_test(c, test_I4_done_before_a_failing_submit_counts_once);
  tcase_add_test(c, test_done_from_another_thread_wakes_the_owner);
  tcase_add_test(c, test_D_holds_an_unpinned_delivery_has_no_batch);
  tcase_add_test(c, test_D_holds_an_unpinned_delivery_cannot_be_rejected);
  tcase_add_test(c, test_D_holds_a_sink_is_flushed_at_the_end);
  tcase_add_test(c, test_a_full_sink_is_flushed_at_the_end);
  tcase_add_test(c, test_a_full_sink_is_flushed_before_a_barrier);
  tcase_add_test(c, test_D_holds_a_full_sink_is_flushed_when_the_commit_lags);
  tcase_add_test(c, test_a_breaker_does_not_keep_a_sink_from_its_flush);
  tcase_add_test(c, test_a_flush_that_fails_is_asked_again);
  tcase_add_test(c, test_a_step_of_a_sink_that_fails);
  tcase_add_test(c, test_a_fatal_failure_without_a_code_ends_the_run);
  tcase_add_test(c, test_a_lagging_commit_flushes);
  tcase_add_test(c, test_a_lane_filter_only_changes_what_is_owed_there);
  tcase_add_test(c, test_a_lane_filter_that_fails_is_tried_again);
  tcase_add_test(c, test_a_lane_filter_that_fails_for_good_holds_its_lane);
  tcase_add_test(c, test_a_lane_filter_short_of_memory_holds_nothing);
  tcase_add_test(c, test_names_of_lanes);
  suite_add_tcase(s, c);
  return test_run(s);
}
