/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters, filters and the scorer. */
#include "pipe.h"

static t_pipe t;

static const char *fourth_broken(size_t i) {
  static char buf[24];
  snprintf(buf, sizeof buf, i == 3 ? "!%zu" : "%zu", i);
  return buf;
}

START_TEST(test_I3_a_rejected_frame_is_finished_when_its_letter_is_durable) {
  t_setup(&t);
  t_feed(&t, 6, 0, "2");
  t_set(&t, "commit.interval_ms", "0");
  t.source.frame = fourth_broken;
  t.dead.hold = 1;
  t_run_for(&t, 5000);
  ck_assert_uint_eq(t.a.count, 5);
  ck_assert_uint_eq(t.dead.held_count, 1);
  ck_assert_uint_eq(t.source.committed, 2); /* not the batch with the broken frame */
  ck_assert_uint_eq(t_stats(&t).dead, 0);
  t.dead.held_count = 0;
  t_deliver(&t.dead, t.dead.held[0]);
  t_run_for(&t, 5000);
  ck_assert_uint_eq(t.source.committed, 6);
  ck_assert_uint_eq(t_stats(&t).dead, 1);
  ck_assert_str_eq(t.dead.ids[0], "!3");
  ck_assert_str_eq(t.dead.lane, "parse");
  ck_assert_str_eq(t.dead.place, "t:3");
  ck_assert_str_eq(t.dead.reason, "not understood");
  ck_assert_int_eq(t.dead.dead.code, KT_EPARSE);
  t_teardown(&t);
}
END_TEST

static int reject_all(t_sink *s, kt_delivery *d, kt_error *err) {
  kt_error why;
  (void)s, (void)err;
  kt_error_set(&why, KT_EINVAL, 0, "t", "no such column");
  kt_delivery_done(d, KT_REJECTED, &why);
  return KT_OK;
}

START_TEST(test_I3_a_rejected_record_is_finished_when_its_letter_is_durable) {
  t_setup(&t);
  t_feed(&t, 4, 1, "2");
  t.a.script = reject_all;
  t.dead.hold = 1;
  t_run_for(&t, 5000);
  ck_assert_uint_eq(t.source.committed, 0);
  ck_assert_uint_eq(t.dead.held_count, 1);
  t.dead.hold = 0;
  t.dead.held_count = 0;
  t_deliver(&t.dead, t.dead.held[0]);
  ck_assert_int_eq(t_run_for(&t, 5000), KT_END);
  ck_assert_uint_eq(t.source.committed, 4);
  ck_assert_uint_eq(t.dead.count, 4);
  ck_assert_str_eq(t.dead.lane, "a:");
  ck_assert_str_eq(t.dead.reason, "no such column");
  ck_assert_uint_eq(t_lane(&t, 0).rejected, 4);
  t_teardown(&t);
}
END_TEST

START_TEST(test_I3_without_a_dead_letter_sink_the_pipeline_is_held) {
  t_setup_with(&t, "t:", "a:", "");
  t_feed(&t, 1000, 0, "2");
  t.source.frame = fourth_broken;
  ck_assert_int_eq(t_run_for(&t, 5000), KT_ESTATE);
  ck_assert_ptr_nonnull(strstr(t.err.message, "t:3"));
  ck_assert_ptr_nonnull(strstr(t.err.message, "not understood"));
  ck_assert_uint_eq(t.source.committed, 2);
  ck_assert_uint_lt(t_stats(&t).frames, 10); /* no more is read */
  ck_assert_uint_eq(t_lane(&t, 1).held, 1);
  ck_assert_ptr_null(t_lane(&t, 1).name);
  ck_assert_str_eq(t_lane(&t, 1).error.message, t.err.message);
  t_teardown(&t);
}
END_TEST

START_TEST(test_I3_a_failing_dead_letter_sink_holds) {
  for (int fatal = 0; fatal < 2; fatal++) {
    t_setup(&t);
    t_feed(&t, 6, 1, "2");
    t.source.frame = fourth_broken;
    t.dead.script = fatal ? reject_all : t_fail;
    t.dead.fail_until = 1 << 30;
    kt_status st = t_run_for(&t, 3600000);
    ck_assert_int_eq(st, fatal ? KT_EINVAL : KT_AGAIN); /* a full disk may be emptied */
    ck_assert_uint_eq(t.a.count, fatal ? 3 : 5);        /* held: nothing more is read */
    ck_assert_uint_eq(t.source.committed, 2);
    ck_assert_uint_eq(t_lane(&t, 1).held, (uint32_t)fatal);
    ck_assert_int_eq(t_lane(&t, 1).error.code, fatal ? KT_EINVAL : KT_EIO);
    ck_assert_str_eq(t_lane(&t, 1).name, "dead:");
    if (!fatal) {
      t.dead.fail_until = 0;
      ck_assert_int_eq(t_run_for(&t, 3600000), KT_END);
      ck_assert_uint_eq(t.source.committed, 6);
    }
    t_teardown(&t);
  }
}
END_TEST

static int reject_one(t_source *s, kt_feed *f, kt_error *err) {
  kt_error why;
  (void)err;
  if (s->reads != 1) return 0;
  kt_error_set(&why, KT_ETOOBIG, 0, "t", "too long");
  ck_assert_int_eq(kt_feed_reject(f, kt_span_of("long..."), kt_span_of("here"), &why), KT_OK);
  return 0;
}

START_TEST(test_a_source_sets_a_frame_aside) {
  t_setup(&t);
  t_feed(&t, 3, 1, "100");
  t.source.script = reject_one;
  ck_assert_int_eq(t_run_for(&t, 5000), KT_END);
  ck_assert_uint_eq(t_stats(&t).frames, 4);
  ck_assert_uint_eq(t.source.committed, 4);
  ck_assert_uint_eq(t.a.count, 3);
  ck_assert_str_eq(t.dead.ids[0], "long...");
  ck_assert_str_eq(t.dead.lane, "read");
  ck_assert_str_eq(t.dead.place, "here");
  t_teardown(&t);
}
END_TEST

static int add_long(t_source *s, kt_feed *f, kt_error *err) {
  static char kilo[1025];
  memset(kilo, 'z', sizeof kilo);
  (void)err;
  if (s->reads != 1) return 0;
  ck_assert_int_eq(kt_feed_add(f, (kt_span){ kilo, 1024 }, kt_span_of("fits"), 0), KT_OK);
  ck_assert_int_eq(kt_feed_add(f, (kt_span){ kilo, 1025 }, kt_span_of("not"), 0), KT_OK);
  return 0;
}

START_TEST(test_a_frame_over_the_bound_is_set_aside) {
  t_setup(&t);
  t_feed(&t, 3, 1, "100");
  t_set(&t, "frame.max_bytes", "1k");
  t.source.script = add_long;
  ck_assert_int_eq(t_run_for(&t, 5000), KT_END);
  ck_assert_uint_eq(t.a.count, 4);
  ck_assert_uint_eq(t.dead.count, 1);
  ck_assert_int_eq(t.dead.dead.code, KT_ETOOBIG);
  ck_assert_str_eq(t.dead.place, "not");
  t_teardown(&t);
}
END_TEST

/* ---- filters */

START_TEST(test_filters_drop_and_are_settled_once_a_batch) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "5");
  t.filter.drop_odd = 1;
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.filter.selects, 2);
  ck_assert_uint_eq(t.filter.settled, 0);
  for (size_t i = 0; i < t.a.held_count; i++) t_deliver(&t.a, t.a.held[i]);
  t.a.held_count = 0;
  ck_assert_int_eq(t_run_for(&t, 5000), KT_END);
  ck_assert_uint_eq(t.filter.settled, 2);
  ck_assert_uint_eq(t.filter.abandoned, 0);
  ck_assert_uint_eq(t.a.count, 5);
  kt_stats s = t_stats(&t);
  ck_assert_uint_eq(s.dropped, 5);
  ck_assert_uint_eq(s.records, 10);
  ck_assert_uint_eq(s.committed, 10);
  t_teardown(&t);
}
END_TEST

/* ---- scorer */

static int fails_barely(t_scorer *sc, kt_scoring *s, kt_error *err) {
  const kt_error why = { .flags = KT_ERR_FATAL };
  (void)sc, (void)err;
  kt_scoring_done(s, &why);
  return KT_OK;
}

START_TEST(test_a_scorer_that_fails_without_a_code_ends_the_run) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "5");
  t.scorer.script = fails_barely;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EREMOTE);
  ck_assert_int_eq(t.err.code, KT_EREMOTE);
  ck_assert_ptr_nonnull(strstr(t.err.message, "without saying why"));
  t_teardown(&t);
}
END_TEST

START_TEST(test_scores_come_out_of_order_and_leave_in_order) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "1");
  t_set(&t, "score.window", "3");
  t.scorer.hold = 1;
  size_t done = 0;
  for (int i = 0; i < 100 && t_run_for(&t, 100) == KT_AGAIN; i++) {
    ck_assert_uint_le(t.scorer.held_count - done, 3);
    while (t.scorer.held_count > done) { /* the newest first */
      size_t last = --t.scorer.held_count;
      t_score_all(t.scorer.held[last]);
      kt_scoring_done(t.scorer.held[last], NULL);
    }
  }
  ck_assert_uint_eq(t.a.count, 10);
  for (size_t i = 0; i < 10; i++) ck_assert_int_eq(t.a.ids[i][0], (int)('0' + i));
  ck_assert_uint_eq(t.scorer.calls, 10);
  t_teardown(&t);
}
END_TEST

static int fails_on_2(t_scorer *sc, kt_scoring *s, kt_error *err) {
  kt_error why;
  (void)sc, (void)err;
  kt_error_set(&why, KT_EREMOTE, 0, "t", "text too odd");
  t_score_all(s);
  for (size_t i = 0; i < kt_batch_count(kt_scoring_batch(s)); i++)
    if (kt_batch_record(kt_scoring_batch(s), i)->id.ptr[0] == '2') kt_scoring_fail(s, i, &why);
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static int look_at_scores(t_sink *s, kt_delivery *d, kt_error *err) {
  const kt_batch *b = kt_delivery_batch(d);
  (void)err, (void)s;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_score *score = kt_batch_score(b, i);
    ck_assert_ptr_nonnull(score);
    int failed = kt_batch_record(b, i)->id.ptr[0] == '2';
    ck_assert_int_eq(score->label, failed ? KT_LABEL_NONE : KT_LABEL_POSITIVE);
    ck_assert_uint_eq(score->flags, failed ? KT_SCORE_FAILED : 0);
  }
  return 2;
}

START_TEST(test_D_scoring_fails_deliver) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "5");
  t.scorer.script = fails_on_2;
  t.a.script = look_at_scores;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 5);
  ck_assert_uint_eq(t_stats(&t).score_failed, 1);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_scoring_fails_dead_letter) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "5");
  t_set(&t, "score.on_error", "dead-letter");
  t.scorer.script = fails_on_2;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END);
  ck_assert_uint_eq(t.a.count, 4);
  ck_assert_uint_eq(t.dead.count, 1);
  ck_assert_str_eq(t.dead.lane, "score");
  ck_assert_str_eq(t.dead.reason, "text too odd");
  ck_assert_str_eq(t.dead.place, "t:2");
  ck_assert_uint_eq(t.source.committed, 5);
  t_teardown(&t);
}
END_TEST

START_TEST(test_D_scoring_fails_stop) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "2");
  t_set(&t, "score.on_error", "stop");
  t.scorer.script = fails_on_2;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_EREMOTE);
  ck_assert_str_eq(t.err.message, "text too odd");
  ck_assert_uint_eq(t.a.count, 2);
  ck_assert_uint_eq(t.source.committed, 2);
  t_teardown(&t);
}
END_TEST

static int down_then_up(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)s;
  if (sc->calls > (size_t)sc->fail_from) return 2;
  return kt_error_set(err, KT_ENET, KT_ERR_RETRYABLE, "t", "down");
}

START_TEST(test_a_scorer_that_is_down_is_tried_again) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "5");
  t.scorer.script = down_then_up;
  t.scorer.fail_from = 4;
  t.a.script = NULL;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.scorer.calls, 5);
  ck_assert_uint_eq(t_stats(&t).score_failed, 0);
  t_teardown(&t);
}
END_TEST

static char asked[8];
static int first_call_fails(t_scorer *sc, kt_scoring *s, kt_error *err) {
  asked[sc->calls - 1] = kt_batch_record(kt_scoring_batch(s), 0)->id.ptr[0];
  if (sc->calls > 1) return 2;
  return kt_error_set(err, KT_ENET, KT_ERR_RETRYABLE, "t", "down");
}

START_TEST(test_a_scorer_is_asked_in_order) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 3, 1, "1");
  t.scorer.script = first_call_fails;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_str_eq(asked, "0012");
  t_teardown(&t);
}
END_TEST

static int wrong_key(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)s, (void)sc;
  return kt_error_set(err, KT_EAUTH, KT_ERR_FATAL, "t", "wrong key");
}

START_TEST(test_a_scorer_with_a_wrong_key_ends_the_run) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "5");
  t.scorer.script = wrong_key;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EAUTH);
  ck_assert_uint_eq(t.a.count, 0);
  ck_assert_uint_eq(t.source.committed, 0);
  t_teardown(&t);
}
END_TEST

static int always_full(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)s, (void)sc, (void)err;
  return KT_AGAIN;
}

START_TEST(test_a_scorer_full_of_nothing_ends_the_run) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "5");
  t.scorer.script = always_full;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_ESTATE);
  t_teardown(&t);
}
END_TEST

static int twice(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)sc, (void)err;
  t_score_all(s);
  kt_scoring_done(s, NULL);
  kt_scoring_done(s, NULL);
  return KT_OK;
}

START_TEST(test_I4_scoring_done_twice_is_ignored) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 5, 1, "2");
  t.scorer.script = twice;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.a.count, 5);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline records");
  TCase *c = tcase_create("dead letters");
  tcase_add_test(c, test_I3_a_rejected_frame_is_finished_when_its_letter_is_durable);
  tcase_add_test(c, test_I3_a_rejected_record_is_finished_when_its_letter_is_durable);
  tcase_add_test(c, test_I3_without_a_dead_letter_sink_the_pipeline_is_held);
  tcase_add_test(c, test_I3_a_failing_dead_letter_sink_holds);
  tcase_add_test(c, test_a_source_sets_a_frame_aside);
  tcase_add_test(c, test_a_frame_over_the_bound_is_set_aside);
  suite_add_tcase(s, c);
  c = tcase_create("filters and scorer");
  tcase_add_test(c, test_filters_drop_and_are_settled_once_a_batch);
  tcase_add_test(c, test_scores_come_out_of_order_and_leave_in_order);
  tcase_add_test(c, test_D_scoring_fails_deliver);
  tcase_add_test(c, test_D_scoring_fails_dead_letter);
  tcase_add_test(c, test_D_scoring_fails_stop);
  tcase_add_test(c, test_a_scorer_that_is_down_is_tried_again);
  tcase_add_test(c, test_a_scorer_is_asked_in_order);
  tcase_add_test(c, test_a_scorer_with_a_wrong_key_ends_the_run);
  tcase_add_test(c, test_a_scorer_that_fails_without_a_code_ends_the_run);
  tcase_add_test(c, test_a_scorer_full_of_nothing_ends_the_run);
  tcase_add_test(c, test_I4_scoring_done_twice_is_ignored);
  suite_add_tcase(s, c);
  return test_run(s);
}
