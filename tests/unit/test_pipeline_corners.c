/* SPDX-License-Identifier: Apache-2.0 */
/* Where two things of the engine meet: each was once a fault that no other test noticed. */
#include "pipe.h"

static t_pipe t;

/* ---- the source */

static size_t reads_at_commit;

static kt_status commit_and_count(void *self, uint64_t frames, kt_span position, kt_error *err) {
  reads_at_commit = ((t_source *)self)->reads;
  return t_source_commit(self, frames, position, err);
}

/* A commit may finish in a later read: the source is asked until it has had the chance. */
START_TEST(the_source_is_read_once_more_after_the_last_commit) {
  t_setup(&t);
  kt_source_ops so = { .size = sizeof so,
                       .name = "late",
                       .caps = KT_SOURCE_WHOLE,
                       .open = t_source_open,
                       .read = t_source_read,
                       .commit = commit_and_count,
                       .close = t_source_close };
  ck_assert_int_eq(kt_parts_add_source(t.parts, &so, &t.source, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "late:", &t.err), KT_OK);
  t_feed(&t, 10, 1, "10");
  t.a.hold = 1;
  t_settle_down(&t);
  t_settle_down(&t); /* it says once more that it is at its end */
  t_deliver(&t.a, t.a.held[0]);
  t.a.held_count = 0;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.source.committed, 10);
  ck_assert_uint_gt(t.source.reads, reads_at_commit);
  t_teardown(&t);
}
END_TEST

START_TEST(a_stop_cuts_the_open_batch_of_a_source_that_goes_on) {
  t_setup(&t);
  t_feed(&t, 1 << 20, 0, "10");
  t.source.per_read = 4;
  ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_OK);
  size_t read = t.source.fed;
  ck_assert_uint_ne(read % 10, 0); /* a batch is open */
  kt_pipeline_stop(t.p);
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(t.source.committed, read);
  ck_assert_uint_eq(t.a.count, read);
  t_teardown(&t);
}
END_TEST

static int abandon_once(t_source *s, kt_feed *f, kt_error *err) {
  (void)err;
  if (!s->stop_at_once) return 0;
  s->stop_at_once = 0;
  kt_feed_abandon(f);
  s->fed = (size_t)s->committed;
  return 0;
}

START_TEST(a_batch_abandoned_in_front_of_a_full_lane_is_not_delivered) {
  t_setup(&t);
  t_feed(&t, 30, 0, "10");
  t_set(&t, "lane.window", "1");
  t.source.script = abandon_once;
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 1); /* two wait in front of the lane */
  t.source.stop_at_once = 1;
  t.source.available = 0; /* it does not come again */
  t_settle_down(&t);
  kt_delivery_done(t.a.held[0], KT_DELIVERED, NULL);
  t.a.hold = 0;
  t_run_for(&t, 1000);
  ck_assert_uint_eq(t.a.count, 0);
  t_teardown(&t);
}
END_TEST

/* ---- the parser and filters */

static int parse_calls, parse_fails;

static kt_status parse_first_fails(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  if (++parse_calls <= parse_fails)
    return kt_error_set(err, KT_EIO, KT_ERR_RETRYABLE, "t", "not now");
  return t_parse(self, in, out, err);
}

static kt_status parse_run_numbers(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  (void)self, (void)err;
  for (size_t i = 0; i < kt_block_count(in); i++) {
    kt_record *r = kt_builder_add(out, i);
    if (!r) return KT_ENOMEM;
    r->id = kt_block_frame(in, i);
    if (i == 1) r->run_no = 77;
  }
  return KT_OK;
}

static void use_parser(kt_status (*parse)(void *, const kt_block *, kt_builder *, kt_error *)) {
  kt_parser_ops po = { .size = sizeof po,
                       .name = "own",
                       .caps = KT_PURE,
                       .open = t_open,
                       .parse = parse,
                       .close = t_close };
  ck_assert_int_eq(kt_parts_add_parser(t.parts, &po, &t, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_parser(t.p, "own:", &t.err), KT_OK);
}

static char first_ids[8][8];
static size_t selects;

static kt_status note_first(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  (void)self, (void)keep, (void)err;
  kt_span id = kt_batch_record(b, 0)->id;
  snprintf(first_ids[selects++], 8, "%.*s", (int)id.len, id.ptr);
  return KT_OK;
}

START_TEST(a_filter_gets_batches_in_order_though_one_is_parsed_late) {
  t_setup(&t);
  kt_filter_ops fo = {
    .size = sizeof fo, .name = "notes", .open = t_open, .select = note_first, .close = t_close
  };
  ck_assert_int_eq(kt_parts_add_filter(t.parts, &fo, &t, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "notes:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err),
                   KT_OK); /* lets more be on their way */
  use_parser(parse_first_fails);
  parse_calls = 0;
  parse_fails = 1;
  selects = 0;
  t_feed(&t, 30, 1, "10");
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(selects, 3);
  ck_assert_str_eq(first_ids[0], "0");
  ck_assert_str_eq(first_ids[1], "10");
  ck_assert_str_eq(first_ids[2], "20");
  t_teardown(&t);
}
END_TEST

static uint64_t seqs[64];
static int64_t runs[64];
static size_t seen;

static int note_numbers(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)s, (void)err;
  const kt_batch *b = kt_delivery_batch(d);
  for (size_t i = 0; i < kt_batch_count(b) && seen < 64; i++, seen++) {
    seqs[seen] = kt_batch_record(b, i)->seq;
    runs[seen] = kt_batch_record(b, i)->run_no;
  }
  return 2;
}

START_TEST(records_are_numbered_through_all_batches) {
  t_setup(&t);
  use_parser(parse_run_numbers);
  t.a.script = note_numbers;
  seen = 0;
  t_feed(&t, 9, 1, "3");
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(seen, 9);
  for (size_t i = 1; i < 9; i++) ck_assert_uint_eq(seqs[i], seqs[0] + i);
  /* One in three brought its own number of the run; it takes none of ours. */
  static const int64_t want[] = { 0, 77, 1, 2, 77, 3, 4, 77, 5 };
  for (size_t i = 0; i < 9; i++) ck_assert_int_eq(runs[i], want[i]);
  t_teardown(&t);
}
END_TEST

/* ---- retry */

static int both_flags(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)s, (void)d;
  return kt_error_set(err, KT_EAUTH, KT_ERR_RETRYABLE | KT_ERR_FATAL, "t", "wrong key");
}

static int scorer_both_flags(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)sc, (void)s;
  return kt_error_set(err, KT_EAUTH, KT_ERR_RETRYABLE | KT_ERR_FATAL, "t", "wrong key");
}

static int source_both_flags(t_source *s, kt_feed *f, kt_error *err) {
  (void)s, (void)f;
  return kt_error_set(err, KT_EAUTH, KT_ERR_RETRYABLE | KT_ERR_FATAL, "t", "wrong key");
}

START_TEST(fatal_is_stronger_than_retryable) {
  t_setup(&t);
  t_feed(&t, 10, 1, "10");
  t.a.script = both_flags;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EAUTH);
  ck_assert_uint_eq(t.a.calls, 1);
  t_teardown(&t);
  t_setup(&t);
  t_feed(&t, 10, 1, "10");
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t.scorer.script = scorer_both_flags;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EAUTH);
  ck_assert_uint_eq(t.scorer.calls, 1);
  t_teardown(&t);
  t_setup(&t);
  t_feed(&t, 10, 1, "10");
  t.source.script = source_both_flags;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_EAUTH);
  ck_assert_uint_eq(t.source.reads, 1);
  t_teardown(&t);
}
END_TEST

static int fails_then_holds(t_sink *s, kt_delivery *d, kt_error *err) {
  if (s->calls <= 4) return kt_error_set(err, KT_EIO, KT_ERR_RETRYABLE, "t", "down");
  s->held[s->held_count++] = d;
  return KT_OK;
}

START_TEST(an_open_breaker_waits_for_the_call_that_it_let_through) {
  t_setup(&t);
  t_feed(&t, 20, 0, "1");
  t_set(&t, "retry.breaker", "4");
  t_set(&t, "lane.window", "16");
  t.a.script = fails_then_holds;
  t_run_for(&t, 3600000);
  ck_assert_uint_eq(t.a.held_count, 1);
  t_teardown(&t);
}
END_TEST

/* ---- memory and scores */

static int reject_all(t_sink *s, kt_delivery *d, kt_error *err) {
  kt_error why;
  (void)s, (void)err;
  kt_error_set(&why, KT_EINVAL, 0, "t", "not like this");
  kt_delivery_done(d, KT_REJECTED, &why);
  /* Nothing is left for the dead letters until the step has failed. */
  t.alloc.fail_at = t.alloc.calls + 1;
  t.alloc.for_good = 1;
  return KT_OK;
}

START_TEST(what_a_sink_answered_is_not_lost_when_memory_is_short) {
  t_setup(&t);
  t_feed(&t, 200, 1, "200");
  t.a.script = reject_all;
  kt_status st = t_settle_down(&t);
  ck_assert_int_eq(st, KT_ENOMEM);
  t.alloc.fail_at = 0;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_END);
  ck_assert_uint_eq(t.dead.count, 200);
  ck_assert_uint_eq(t.source.committed, 200);
  t_teardown(&t);
}
END_TEST

static int call_failed(t_scorer *sc, kt_scoring *s, kt_error *err) {
  (void)sc, (void)err;
  kt_error why;
  kt_error_set(&why, KT_EREMOTE, 0, "t", "no scores today");
  kt_scoring_done(s, &why);
  return KT_OK;
}

static size_t flagged;

static int count_flagged(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)s, (void)err;
  const kt_batch *b = kt_delivery_batch(d);
  for (size_t i = 0; i < kt_batch_count(b); i++)
    flagged += (kt_batch_score(b, i)->flags & KT_SCORE_FAILED) != 0;
  return 2;
}

START_TEST(posts_that_were_not_scored_say_so) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t.scorer.script = call_failed;
  t.a.script = count_flagged;
  flagged = 0;
  t_feed(&t, 10, 1, "10");
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(flagged, 10);
  ck_assert_uint_eq(t_stats(&t).score_failed, 10);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline corners");
  TCase *c = tcase_create("corners");
  suite_add_tcase(s, c);
  tcase_add_test(c, the_source_is_read_once_more_after_the_last_commit);
  tcase_add_test(c, a_stop_cuts_the_open_batch_of_a_source_that_goes_on);
  tcase_add_test(c, a_batch_abandoned_in_front_of_a_full_lane_is_not_delivered);
  tcase_add_test(c, a_filter_gets_batches_in_order_though_one_is_parsed_late);
  tcase_add_test(c, records_are_numbered_through_all_batches);
  tcase_add_test(c, fatal_is_stronger_than_retryable);
  tcase_add_test(c, an_open_breaker_waits_for_the_call_that_it_let_through);
  tcase_add_test(c, what_a_sink_answered_is_not_lost_when_memory_is_short);
  tcase_add_test(c, posts_that_were_not_scored_say_so);
  return test_run(s);
}
