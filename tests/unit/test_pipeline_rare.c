/* SPDX-License-Identifier: Apache-2.0 */
/* What a lane meets rarely: parts that leave calls out, and two things at the same moment. */
#include <unistd.h>

#include "pipe.h"

static t_pipe t;

/* ---- a sink that has nothing but submit */

static void use_plain_sink(void) {
  kt_sink_ops si = {
    .size = sizeof si, .name = "plain", .open = t_open, .submit = t_submit, .close = t_sink_close
  };
  ck_assert_int_eq(kt_parts_add_sink(t.parts, &si, &t.b, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "plain:", &t.err), KT_OK);
}

static const char *with_time(size_t i) {
  static char buf[32];
  snprintf(buf, sizeof buf, "@%zu", 3000000000u + i * 1000000);
  return buf;
}

START_TEST(a_sink_with_submit_only_gets_all) {
  t_setup(&t);
  use_plain_sink();
  t_feed(&t, 20, 1, "5");
  t.source.frame = with_time;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.b.count, 20);
  ck_assert_int_eq(t.a.watermark_ms, INT64_MAX); /* the other one hears it all the same */
  ck_assert_uint_eq(t.source.committed, 20);
  t_teardown(&t);
}
END_TEST

/* ---- a submit that fails without saying why */

static int fails_bare(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d, (void)err;
  return s->calls == 1 ? s->status : 2;
}

static void check_bare(int answer, kt_status code) {
  t_setup(&t);
  t_feed(&t, 3, 1, "3");
  t.a.script = fails_bare;
  t.a.status = answer;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.count, 3);
  ck_assert_int_eq(t_lane(&t, 0).error.code, code);
  ck_assert_str_eq(t_lane(&t, 0).error.message, "submit failed");
  t_teardown(&t);
}

START_TEST(a_submit_that_fails_without_a_reason_is_tried_again) {
  check_bare(KT_EIO, KT_EIO);
  check_bare(7, KT_EREMOTE); /* an answer that no header names */
}
END_TEST

/* ---- filters of a lane */

static const char *odd(size_t i) {
  return i % 2 ? "3" : "5";
}

START_TEST(a_lane_whose_filter_drops_all_is_never_called) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.filter=t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "5");
  t.source.frame = odd;
  t.filter.drop_odd = 1;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 10);
  ck_assert_uint_eq(t.b.calls, 0);
  ck_assert_uint_eq(t_lane(&t, 1).pending, 0);
  ck_assert_uint_eq(t.filter.settled, 2);
  ck_assert_uint_eq(t.source.committed, 10);
  t_teardown(&t);
}
END_TEST

/* ---- order and outage */

START_TEST(a_lane_in_order_stays_so_while_its_breaker_is_open) {
  t_setup_with(&t, "t:", "a:?lane.window=1", "dead:");
  t_feed(&t, 9, 1, "1");
  t_set(&t, "retry.breaker", "2");
  t.a.script = t_fail;
  t.a.fail_until = 20;
  ck_assert_int_eq(t_run_for(&t, 3600000), KT_END);
  ck_assert_uint_eq(t.a.count, 9);
  for (size_t i = 0; i < 9; i++) ck_assert_int_eq(atoi(t.a.ids[i]), (int)i);
  t_teardown(&t);
}
END_TEST

START_TEST(a_sink_that_holds_keeps_the_order_while_its_breaker_is_open) {
  t_setup_with(&t, "t:", "holds:?lane.window=1", "dead:");
  t_feed(&t, 6, 0, "1");
  t_set(&t, "retry.breaker", "2");
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 6);
  kt_error why;
  kt_error_set(&why, KT_EIO, 0, "t", "down");
  for (size_t i = 0; i < 6; i++) kt_delivery_done(t.a.held[i], KT_RETRY, &why);
  t.a.held_count = t.a.hold = 0;
  t_run_for(&t, 3600000);
  ck_assert_uint_eq(t.a.count, 6);
  for (size_t i = 0; i < 6; i++) ck_assert_int_eq(atoi(t.a.ids[i]), (int)i);
  t_teardown(&t);
}
END_TEST

/* ---- flushes that fail after all is delivered */

static int barrier_at_the_end(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (s->fed == s->available && !s->ends++) kt_feed_barrier(f);
  return 0;
}

START_TEST(the_end_waits_for_a_flush_that_fails) {
  t_setup(&t);
  t_feed(&t, 3, 1, "100");
  t.source.per_read = 1;
  t.source.script = barrier_at_the_end;
  t.a.flush_fails = 3;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.count, 3); /* all delivered, and still not the end */
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.flushes, 4);
  t_teardown(&t);
}
END_TEST

START_TEST(a_flush_asked_for_is_made_though_all_came_meanwhile) {
  t_setup(&t);
  t_feed(&t, 3, 0, "3");
  t_set(&t, "commit.max_lag_ms", "1s");
  t.a.hold = 1;
  t.a.flush_fails = 2;
  t_run_for(&t, 1001);
  ck_assert_uint_eq(t.a.flushes, 1);
  t_deliver(&t.a, t.a.held[0]);
  t.a.held_count = 0;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  t.source.closed = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.flushes, 3);
  t_teardown(&t);
}
END_TEST

/* ---- a source that lets go of what it fed */

static int deliver_and_abandon(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (!s->stop_at_once) return 0;
  s->stop_at_once = 0;
  for (size_t i = 0; i < t.b.held_count; i++) /* as another thread might */
    if (i % 2) t_deliver(&t.b, t.b.held[i]);
  kt_feed_abandon(f);
  return 0;
}

START_TEST(what_is_abandoned_is_cancelled_where_it_is_still_held) {
  t_setup(&t);
  use_plain_sink(); /* cannot cancel */
  t.a.hold = t.b.hold = 1;
  t_feed(&t, 20, 0, "10");
  t.source.script = deliver_and_abandon;
  t_settle_down(&t);
  ck_assert_uint_eq(t.b.held_count, 2);
  t.source.stop_at_once = 1;
  t.source.fed = 0; /* they come again */
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.cancels, 2);
  ck_assert_uint_eq(t.source.committed, 0);
  ck_assert_uint_ge(t.a.held_count, 3);
  for (size_t i = 0; i < t.a.held_count; i++) t_deliver(&t.a, t.a.held[i]);
  t_deliver(&t.b, t.b.held[0]);
  for (size_t i = 2; i < t.b.held_count; i++) t_deliver(&t.b, t.b.held[i]);
  t.a.held_count = t.b.held_count = t.a.hold = t.b.hold = 0;
  t.source.closed = 1;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.source.committed, t_stats(&t).frames);
  t_teardown(&t);
}
END_TEST

static int deliver_first_and_abandon(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (!s->stop_at_once) return 0;
  s->stop_at_once = 0;
  t_deliver(&t.a, t.a.held[0]);
  kt_feed_abandon(f);
  return 0;
}

START_TEST(what_is_done_is_not_cancelled) {
  t_setup(&t);
  t.a.hold = 1;
  t_feed(&t, 20, 0, "10");
  t.source.script = deliver_first_and_abandon;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 2);
  t.source.stop_at_once = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.cancels, 1);
  t_teardown(&t);
}
END_TEST

/* A lane that nobody waits for still has what the source was told is done. */
START_TEST(what_is_committed_is_not_abandoned) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.required=no", &t.err), KT_OK);
  t_feed(&t, 10, 0, "10");
  t.source.script = deliver_and_abandon;
  t.b.hold = 1;
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.source.committed, 10);
  ck_assert_uint_eq(t.b.held_count, 1);
  t.source.stop_at_once = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.b.cancels, 0);
  ck_assert_uint_eq(t_lane(&t, 1).pending, 10);
  t_deliver(&t.b, t.b.held[0]);
  t.b.held_count = 0;
  t_settle_down(&t);
  ck_assert_uint_eq(t_lane(&t, 1).delivered, 10);
  t_teardown(&t);
}
END_TEST

/* ---- memory */

static int scored_thrice(t_scorer *s, kt_scoring *scoring, kt_error *err) {
  (void)scoring, (void)err;
  s->hold = s->calls > 3;
  return 2;
}

static const char *long_frame(size_t i) {
  static char buf[200];
  memset(buf, 'x', sizeof buf - 1);
  snprintf(buf, 24, "%zu", i);
  buf[strlen(buf)] = ' ';
  return buf;
}

START_TEST(an_optional_lane_sheds_only_up_to_what_is_being_scored) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.required=no", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_set(&t, "memory.max_bytes", "1m");
  t_feed(&t, 20000, 1, "500");
  t.source.frame = long_frame;
  t.scorer.script = scored_thrice;
  t.b.script = t_fail;
  t.b.fail_until = 1 << 30;
  t_run_for(&t, 600000);
  ck_assert_uint_eq(t.a.count, 1500);
  ck_assert_uint_eq(t_lane(&t, 1).pending, 0); /* dropped */
  t.scorer.script = NULL;
  t.scorer.hold = 0;
  for (size_t i = 0; i < t.scorer.held_count; i++) {
    t_score_all(t.scorer.held[i]);
    kt_scoring_done(t.scorer.held[i], NULL);
  }
  ck_assert_int_eq(t_run_for(&t, 600000), KT_END);
  ck_assert_uint_eq(t.a.count, 20000); /* the lane that counts has all */
  t_teardown(&t);
}
END_TEST

/* ---- the watermark */

static kt_status parse_without_arrival(void *self, const kt_block *in, kt_builder *out,
                                       kt_error *err) {
  (void)self, (void)err;
  for (size_t i = 0; i < kt_block_count(in); i++) {
    kt_record *r = kt_builder_add(out, i);
    if (!r) return KT_ENOMEM;
    r->id = kt_block_frame(in, i);
    r->created_ms = 9000000000000; /* beyond the clock */
    r->arrived_ms = KT_UNKNOWN;
  }
  return KT_OK;
}

START_TEST(a_record_without_an_arrival_moves_the_watermark_by_its_own_time) {
  t_setup(&t);
  kt_parser_ops po = { .size = sizeof po,
                       .name = "own",
                       .caps = KT_PURE,
                       .open = t_open,
                       .parse = parse_without_arrival,
                       .close = t_close };
  ck_assert_int_eq(kt_parts_add_parser(t.parts, &po, &t, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_parser(t.p, "own:", &t.err), KT_OK);
  t_feed(&t, 2, 1, "1");
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_int_eq(t_stats(&t).watermark_ms, 9000000000000 - 300000);
  t_teardown(&t);
}
END_TEST

START_TEST(a_clock_set_back_takes_no_watermark_back) {
  t_setup_with(&t, "live:", "a:", "dead:");
  t_feed(&t, 1, 0, "1");
  t_settle_down(&t);
  t_pass(&t, 300001);
  t_settle_down(&t);
  int64_t told = t.a.watermark_ms;
  ck_assert_int_eq(told, t.clock.wall_us / 1000 - 300000);
  t.clock.wall_us -= 3600000000;
  t.a.watermark_ms = 0;
  t_pass(&t, 300001);
  t_settle_down(&t);
  ck_assert_int_eq(t.a.watermark_ms, 0); /* nothing is told */
  t.clock.wall_us += 3600000000;
  t_settle_down(&t);
  ck_assert_int_gt(t.a.watermark_ms, told);
  t_teardown(&t);
}
END_TEST

/* ---- scorers */

static void use_scorer(const char *on_error) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_set(&t, "score.on_error", on_error);
  t_feed(&t, 4, 1, "4");
}

static int each_for_a_reason(t_scorer *sc, kt_scoring *s, kt_error *err) {
  kt_error why;
  (void)sc, (void)err;
  t_score_all(s);
  kt_error_set(&why, KT_EREMOTE, 0, "t", "reason 0");
  kt_scoring_fail(s, 0, &why);
  kt_scoring_fail(s, 1, NULL);
  kt_error_set(&why, KT_EREMOTE, 0, "t", "reason 2");
  kt_scoring_fail(s, 2, &why);
  kt_scoring_fail(s, 99, &why); /* is none of the batch */
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static char reasons[8][64];

static int note_reasons(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  for (size_t i = 0; i < kt_batch_count(kt_delivery_batch(d)); i++) {
    kt_dead dead = { .size = sizeof dead };
    ck_assert_int_eq(kt_batch_dead(kt_delivery_batch(d), i, &dead), KT_OK);
    snprintf(reasons[s->count + i], sizeof reasons[0], "%.*s", (int)dead.reason.len,
             dead.reason.ptr);
  }
  return 2;
}

START_TEST(each_post_that_was_not_scored_has_its_own_reason) {
  use_scorer("dead-letter");
  t.scorer.script = each_for_a_reason;
  t.dead.script = note_reasons;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 1);
  ck_assert_uint_eq(t.dead.count, 3);
  ck_assert_str_eq(reasons[0], "reason 0");
  ck_assert_str_eq(reasons[1], "the scorer gave no reason");
  ck_assert_str_eq(reasons[2], "reason 2");
  t_teardown(&t);
}
END_TEST

/* The second post was scored before the call failed. */
static int fails_half_way(t_scorer *sc, kt_scoring *s, kt_error *err) {
  static const kt_score good = { 1, 0, 0, 0, KT_LABEL_POSITIVE, 0 };
  (void)err;
  kt_scoring_set(s, 1, &good);
  return sc->fail_from;
}

START_TEST(a_call_that_fails_leaves_what_was_scored) {
  static const int answers[] = { KT_EIO, 7 };
  for (int i = 0; i < 2; i++) {
    use_scorer("dead-letter");
    t.scorer.script = fails_half_way;
    t.scorer.fail_from = answers[i];
    ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
    ck_assert_uint_eq(t.a.count, 1);
    ck_assert_str_eq(t.a.ids[0], "1");
    ck_assert_uint_eq(t.dead.count, 3);
    ck_assert_str_eq(t.dead.reason, "scoring failed");
    ck_assert_int_eq(t.dead.dead.code, i ? KT_EREMOTE : KT_EIO);
    ck_assert_uint_eq(t_stats(&t).score_failed, 3);
    t_teardown(&t);
  }
}
END_TEST

static int stop_answers;

static kt_status score_full_at_first(void *self, kt_scoring *s, kt_error *err) {
  t_scorer *sc = self;
  if (!sc->calls) {
    sc->calls++;
    return KT_AGAIN;
  }
  return t_score(self, s, err);
}
static void scorer_pollset(void *self, kt_pollset *ps) {
  (void)self;
  kt_pollset_deadline(ps, 1500);
}
static kt_status scorer_step(void *self, int64_t mono_ms, kt_error *err) {
  (void)self;
  if (mono_ms < 2000 || !stop_answers) return KT_OK;
  return kt_error_set(err, KT_EAUTH, stop_answers > 1 ? KT_ERR_FATAL : 0, "t", "no key");
}

static void use_slow_scorer(void) {
  kt_scorer_ops so = { .size = sizeof so,
                       .name = "slow",
                       .open = t_open,
                       .score = score_full_at_first,
                       .step = scorer_step,
                       .pollset = scorer_pollset,
                       .close = t_close };
  t_setup(&t);
  ck_assert_int_eq(kt_parts_add_scorer(t.parts, &so, &t.scorer, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "slow:", &t.err), KT_OK);
  t_feed(&t, 4, 0, "4");
}

START_TEST(a_full_scorer_is_asked_again_at_its_deadline) {
  stop_answers = 0;
  use_slow_scorer();
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.count, 0);
  ck_assert_int_eq(kt_pipeline_timeout_ms(t.p), 500);
  t_pass(&t, 500);
  t_settle_down(&t);
  ck_assert_uint_eq(t.scorer.calls, 2);
  ck_assert_uint_eq(t.a.count, 4);
  t_teardown(&t);
}
END_TEST

START_TEST(a_step_of_a_scorer_ends_the_run_only_when_it_is_fatal) {
  stop_answers = 1;
  use_slow_scorer();
  t_run_for(&t, 1500);
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.count, 4);
  stop_answers = 2;
  t.source.closed = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_EAUTH);
  ck_assert_str_eq(t.err.message, "no key");
  t_teardown(&t);
}
END_TEST

/* ---- what a source rejects */

static int reject_long(t_source *s, kt_feed *f, kt_error *err) {
  static char part[1 << 17];
  (void)err;
  if (s->ends++) return 0;
  memset(part, 'x', sizeof part);
  ck_assert_int_eq(kt_feed_reject(f, (kt_span){ part, sizeof part }, kt_span_of("t:x"), NULL),
                   KT_OK);
  return 0;
}

START_TEST(what_a_source_rejects_without_a_reason_is_a_dead_letter) {
  t_setup(&t);
  t_feed(&t, 2, 1, "10");
  t.source.script = reject_long;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 2);
  ck_assert_uint_eq(t.dead.count, 1);
  ck_assert_str_eq(t.dead.lane, "read");
  ck_assert_str_eq(t.dead.reason, "rejected by the source");
  ck_assert_uint_eq(t.source.committed, 3);
  t_teardown(&t);
}
END_TEST

/* ---- two who wait for one descriptor */

START_TEST(one_descriptor_may_wake_two_sinks) {
  int fds[2];
  ck_assert_int_eq(pipe(fds), 0);
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:", &t.err), KT_OK);
  t_feed(&t, 2, 0, "2");
  t.a.hold = t.b.hold = 1;
  t.a.fd = t.b.fd = fds[0];
  t_settle_down(&t);
  kt_pollfd list[8];
  size_t n = kt_pipeline_pollfds(t.p, list, 8), met = 0;
  for (size_t i = 0; i < n; i++) met += list[i].fd == fds[0];
  ck_assert_uint_eq(met, 1);
  t_teardown(&t);
  close(fds[0]);
  close(fds[1]);
}
END_TEST

/* ---- marks that mean nothing */

static int odd_marks(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  kt_delivery_mark(d, 99, KT_REJECTED, NULL); /* none of the batch */
  kt_delivery_mark(d, 0, 0, NULL);            /* no outcomes */
  kt_delivery_mark(d, 0, 99, NULL);
  if (s->calls > 1) return 2;
  kt_delivery_done(d, 99, NULL); /* taken for KT_RETRY: nothing is lost */
  return KT_OK;
}

START_TEST(outcomes_that_do_not_exist_lose_nothing) {
  t_setup(&t);
  t_feed(&t, 2, 1, "2");
  t.a.script = odd_marks;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.count, 2);
  ck_assert_uint_eq(t_lane(&t, 0).delivered, 2);
  ck_assert_uint_eq(t_lane(&t, 0).calls, 2);
  ck_assert_uint_eq(t.dead.count, 0);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline, rare meetings");
  TCase *c = tcase_create("lanes");
  tcase_add_test(c, a_sink_with_submit_only_gets_all);
  tcase_add_test(c, a_submit_that_fails_without_a_reason_is_tried_again);
  tcase_add_test(c, a_lane_whose_filter_drops_all_is_never_called);
  tcase_add_test(c, a_lane_in_order_stays_so_while_its_breaker_is_open);
  tcase_add_test(c, a_sink_that_holds_keeps_the_order_while_its_breaker_is_open);
  tcase_add_test(c, the_end_waits_for_a_flush_that_fails);
  tcase_add_test(c, a_flush_asked_for_is_made_though_all_came_meanwhile);
  tcase_add_test(c, what_is_abandoned_is_cancelled_where_it_is_still_held);
  tcase_add_test(c, what_is_done_is_not_cancelled);
  tcase_add_test(c, what_is_committed_is_not_abandoned);
  tcase_add_test(c, an_optional_lane_sheds_only_up_to_what_is_being_scored);
  tcase_add_test(c, a_record_without_an_arrival_moves_the_watermark_by_its_own_time);
  tcase_add_test(c, a_clock_set_back_takes_no_watermark_back);
  suite_add_tcase(s, c);
  c = tcase_create("parts");
  tcase_add_test(c, each_post_that_was_not_scored_has_its_own_reason);
  tcase_add_test(c, a_call_that_fails_leaves_what_was_scored);
  tcase_add_test(c, a_full_scorer_is_asked_again_at_its_deadline);
  tcase_add_test(c, a_step_of_a_scorer_ends_the_run_only_when_it_is_fatal);
  tcase_add_test(c, what_a_source_rejects_without_a_reason_is_a_dead_letter);
  tcase_add_test(c, one_descriptor_may_wake_two_sinks);
  tcase_add_test(c, outcomes_that_do_not_exist_lose_nothing);
  suite_add_tcase(s, c);
  return test_run(s);
}
