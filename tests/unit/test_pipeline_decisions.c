/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions on which the tables of parts rest, which no test of one subject shows. */
#include "pipe.h"

static t_pipe t;

/* ---- a position is asked once a batch, where the source stands right behind it */

typedef struct position_log {
  size_t fed_at[64], count;
} position_log;
static position_log asked;

static kt_status note_position(void *self, kt_buf *out) {
  asked.fed_at[asked.count++] = ((t_source *)self)->fed;
  return t_source_position(self, out);
}

START_TEST(test_D_positions_are_asked_once_a_batch_where_it_ends) {
  t_setup(&t);
  kt_source_ops so = { .size = sizeof so,
                       .name = "told",
                       .caps = KT_SOURCE_WHOLE,
                       .open = t_source_open,
                       .read = t_source_read,
                       .position = note_position,
                       .commit = t_source_commit,
                       .close = t_source_close };
  ck_assert_int_eq(kt_parts_add_source(t.parts, &so, &t.source, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "told:", &t.err), KT_OK);
  t_set(&t, "commit.interval_ms", "0");
  t_set(&t, "lane.window", "64");
  t_feed(&t, 40, 0, "10");
  asked.count = 0;
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_eq(asked.count, 4);
  for (size_t i = 0; i < 4; i++) ck_assert_uint_eq(asked.fed_at[i], 10 * (i + 1));
  for (size_t i = 0; i < 4; i++) { /* what is committed is where the batch ended, not where it is */
    char at[24];
    t_deliver(&t.a, t.a.held[i]);
    t.a.held[i] = NULL;
    t_settle_down(&t);
    snprintf(at, sizeof at, "%zu", 10 * (i + 1));
    ck_assert_str_eq(t.source.position, at);
    ck_assert_uint_eq(t.source.committed, 10 * (i + 1));
  }
  t.a.held_count = 0;
  t_teardown(&t);
}
END_TEST

/* ---- parts are closed in the order of the flow: sinks, scorer, filters, parser, source */

static char closed[16];
static size_t committed_at_close;

static void note_close(char c) {
  size_t n = strlen(closed);
  closed[n] = c;
  closed[n + 1] = '\0';
}
static void close_parser(void *self) {
  (void)self;
  note_close('p');
}
static void close_filter(void *self) {
  (void)self;
  note_close('f');
}
static void close_scorer(void *self) {
  (void)self;
  note_close('s');
}
static void close_sink(void *self) {
  note_close('k');
  t_sink_close(self);
}
static void close_source(void *self) {
  note_close('r');
  committed_at_close = ((t_source *)self)->committed;
}

static void register_noting(void) {
  kt_source_ops so = { .size = sizeof so,
                       .name = "n",
                       .caps = KT_SOURCE_WHOLE,
                       .open = t_source_open,
                       .read = t_source_read,
                       .position = t_source_position,
                       .commit = t_source_commit,
                       .close = close_source };
  kt_parser_ops po = { .size = sizeof po,
                       .name = "n",
                       .caps = KT_PURE,
                       .open = t_open,
                       .parse = t_parse,
                       .close = close_parser };
  kt_filter_ops fo = {
    .size = sizeof fo, .name = "n", .open = t_open, .select = t_select, .close = close_filter
  };
  kt_scorer_ops sc = {
    .size = sizeof sc, .name = "n", .open = t_open, .score = t_score, .close = close_scorer
  };
  kt_sink_ops si = {
    .size = sizeof si, .name = "n", .open = t_open, .submit = t_submit, .close = close_sink
  };
  ck_assert_int_eq(kt_parts_add_source(t.parts, &so, &t.source, &t.err), KT_OK);
  ck_assert_int_eq(kt_parts_add_parser(t.parts, &po, &t, &t.err), KT_OK);
  ck_assert_int_eq(kt_parts_add_filter(t.parts, &fo, &t.filter, &t.err), KT_OK);
  ck_assert_int_eq(kt_parts_add_scorer(t.parts, &sc, &t.scorer, &t.err), KT_OK);
  ck_assert_int_eq(kt_parts_add_sink(t.parts, &si, &t.b, &t.err), KT_OK);
}

START_TEST(test_D_closing_goes_from_the_sinks_to_the_source) {
  t_setup(&t);
  register_noting();
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "n:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_parser(t.p, "n:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "n:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "n:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "n:", &t.err), KT_OK);
  t_feed(&t, 20, 0, "10");
  closed[0] = '\0';
  t.b.hold = 1;
  t.b.close_outcome = KT_DELIVERED; /* the last moment: it counts, and the source hears of it */
  t_settle_down(&t);
  ck_assert_uint_eq(t.source.committed, 0);
  kt_pipeline_drain(t.p, 0, &t.err);
  ck_assert_str_eq(closed, "ksfpr");
  ck_assert_uint_eq(committed_at_close, 20);
  t_teardown(&t);
  ck_assert_str_eq(closed, "ksfpr");
}
END_TEST

/* ---- the catalogue keeps nothing of the caller's but `user` */

START_TEST(test_D_catalogue_copies_tables_and_strings) {
  t_setup(&t);
  char name[] = "mine", options[] = "target\tstring\t\t\t\t\tA name.\n";
  kt_sink_ops si = { .size = sizeof si,
                     .name = name,
                     .options = options,
                     .open = t_open,
                     .submit = t_submit,
                     .close = t_sink_close };
  ck_assert_int_eq(kt_parts_add_sink(t.parts, &si, &t.b, &t.err), KT_OK);
  memset(&si, 0xA5, sizeof si);
  memset(name, 'x', sizeof name - 1);
  memset(options, 'x', sizeof options - 1);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "mine:there", &t.err), KT_OK);
  kt_parts_free(t.parts); /* pipelines keep it alive */
  t.parts = NULL;
  t_feed(&t, 20, 1, "10");
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(t.b.count, 20);
  ck_assert_str_eq(t_lane(&t, 1).name, "mine:there");
  t_teardown(&t);
}
END_TEST

/* ---- what nobody waits for is not committed before it has been parsed */

START_TEST(test_I1_a_batch_that_is_not_parsed_is_not_committed) {
  t_setup_with(&t, "t:", "a:?lane.required=false", "dead:");
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  t_set(&t, "commit.interval_ms", "0");
  t_feed(&t, 20, 0, "10");
  t.scorer.hold = 1;
  t_settle_down(&t);
  ck_assert_uint_gt(t.scorer.held_count, 0);
  ck_assert_uint_eq(t.source.committed, 0);
  for (size_t i = 0; i < t.scorer.held_count; i++) {
    t_score_all(t.scorer.held[i]);
    kt_scoring_done(t.scorer.held[i], NULL);
  }
  t.scorer.hold = 0;
  t_settle_down(&t);
  ck_assert_uint_eq(t.source.committed, 20);
  t_teardown(&t);
}
END_TEST

/* ---- dead letters */

static const char *all_bad(size_t i) {
  static const char *const frames[] = { "!a", "!b" };
  return frames[i % 2];
}

static void dead_batch_id(size_t first, char out[40]) {
  t_setup(&t);
  t.source.frame = all_bad;
  t.source.fed = first;
  t_feed(&t, first + 1, 1, "1");
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(t.dead.count, 1);
  snprintf(out, 40, "%s", t.dead.batch_id);
  t_teardown(&t);
}

START_TEST(test_D_dead_letter_batches_are_named_by_their_content) {
  char a[40], again[40], place[40], frame[40];
  dead_batch_id(0, a);
  dead_batch_id(0, again);
  dead_batch_id(2, place); /* the same frame at another place */
  dead_batch_id(1, frame);
  ck_assert_str_eq(a, again);
  ck_assert_str_ne(a, place);
  ck_assert_str_ne(a, frame);
}
END_TEST

START_TEST(test_D_dead_letter_is_flushed_at_once) {
  t_setup_with(&t, "live:", "b:", "holds:");
  t.source.frame = all_bad;
  t.a.hold = t.a.flush_delivers = 1;
  t_set(&t, "commit.interval_ms", "0");
  t_feed(&t, 1, 0, "1");
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.flushes, 1);
  ck_assert_uint_eq(t.source.committed, 1);
  t_teardown(&t);
}
END_TEST

/* ---- order in a sink that holds */

static const char *post_post_delete(size_t i) {
  static const char *const frames[] = { "p0", "p1", "-p0" };
  return frames[i % 3];
}

static int first_fails_once(t_sink *s, kt_delivery *d, kt_error *err) {
  if (s->calls == 1) return kt_error_set(err, KT_EIO, KT_ERR_RETRYABLE, "t", "down");
  s->held[s->held_count++] = d;
  return KT_OK;
}

START_TEST(test_D_order_a_delete_waits_for_a_retry_in_a_sink_that_holds) {
  t_setup_with(&t, "live:", "holds:", "dead:");
  t.source.frame = post_post_delete;
  t.a.script = first_fails_once;
  t_set(&t, "retry.max_attempts", "0");
  t_feed(&t, 3, 0, "1");
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 1); /* p1; p0 waits, and its delete behind it */
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.a.held_count, 3);
  ck_assert_int_eq(kt_batch_record(kt_delivery_batch(t.a.held[1]), 0)->kind, KT_POST);
  ck_assert_int_eq(kt_batch_record(kt_delivery_batch(t.a.held[2]), 0)->kind, KT_DELETE);
  t_teardown(&t);
}
END_TEST

static int fails_while_told(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d;
  if (!s->fail_until) return 2;
  return kt_error_set(err, KT_EIO, KT_ERR_RETRYABLE, "t", "down");
}

static int whole_group_fails_once(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  s->held[s->held_count++] = d;
  if (s->calls == 3) { /* all that it holds comes back, the newest first */
    kt_error why;
    kt_error_set(&why, KT_EIO, KT_ERR_RETRYABLE, "t", "down");
    while (s->held_count) kt_delivery_done(s->held[--s->held_count], KT_RETRY, &why);
  }
  return KT_OK;
}

START_TEST(test_D_order_window_1_keeps_it_in_a_sink_that_holds) {
  for (int seed = 0; seed < 20; seed++) { /* the waits are random */
    t_setup_with(&t, "live:", "holds:", "dead:");
    for (int i = 0; i < seed; i++) kt_env_random(t.env);
    t_set(&t, "lane.window", "1");
    t.a.script = whole_group_fails_once;
    t_feed(&t, 6, 0, "1");
    t_run_for(&t, 600000);
    ck_assert_uint_eq(t.a.held_count, 6);
    for (size_t i = 0; i < 6; i++) {
      kt_span id = kt_batch_record(kt_delivery_batch(t.a.held[i]), 0)->id;
      ck_assert_int_eq(id.ptr[0], '0' + (int)i);
    }
    t_teardown(&t);
  }
}
END_TEST

/* ---- retry */

static int two_waits(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  if (s->calls > 1) return 2;
  kt_error long_wait, short_wait;
  kt_error_set(&long_wait, KT_ETHROTTLE, KT_ERR_RETRYABLE, "t", "much later");
  kt_error_set(&short_wait, KT_ETHROTTLE, KT_ERR_RETRYABLE, "t", "later");
  long_wait.retry_after_ms = 50000;
  short_wait.retry_after_ms = 1000;
  kt_delivery_mark(d, 0, KT_RETRY, &long_wait);
  kt_delivery_mark(d, 1, KT_RETRY, &short_wait);
  kt_delivery_done(d, KT_RETRY, &short_wait);
  return KT_OK;
}

START_TEST(test_the_longest_wait_that_a_record_asks_for_counts) {
  t_setup(&t);
  t.a.script = two_waits;
  t_feed(&t, 2, 0, "2");
  t_settle_down(&t);
  t_run_for(&t, 49900);
  ck_assert_uint_eq(t.a.calls, 1);
  t_run_for(&t, 200);
  ck_assert_uint_eq(t.a.count, 2);
  t_teardown(&t);
}
END_TEST

/* ---- memory */

static const char *long_frame(size_t i) {
  static char frame[240];
  memset(frame, 'x', sizeof frame - 1);
  frame[snprintf(frame, 12, "%zu", i)] = 'x';
  return frame;
}

START_TEST(test_memory_short_sheds_nothing_that_a_required_lane_still_needs) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.required=false", &t.err), KT_OK);
  t_set(&t, "memory.max_bytes", "2m");
  t_set(&t, "lane.window", "64");
  t.source.frame = long_frame;
  t.a.hold = 1;
  t.b.script = fails_while_told;
  t.b.fail_until = 1;
  t_feed(&t, 6000, 0, "100");
  t_run_for(&t, 60000);
  uint64_t read = t_stats(&t).frames;
  ck_assert_uint_lt(read, 6000); /* memory is short */
  t.b.fail_until = 0;
  t_run_for(&t, 60000);
  ck_assert_uint_eq(t.b.count, read); /* dropping them would have freed nothing */
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline decisions");
  TCase *c = tcase_create("decisions");
  suite_add_tcase(s, c);
  tcase_add_test(c, test_D_positions_are_asked_once_a_batch_where_it_ends);
  tcase_add_test(c, test_D_closing_goes_from_the_sinks_to_the_source);
  tcase_add_test(c, test_D_catalogue_copies_tables_and_strings);
  tcase_add_test(c, test_I1_a_batch_that_is_not_parsed_is_not_committed);
  tcase_add_test(c, test_D_dead_letter_batches_are_named_by_their_content);
  tcase_add_test(c, test_D_dead_letter_is_flushed_at_once);
  tcase_add_test(c, test_D_order_a_delete_waits_for_a_retry_in_a_sink_that_holds);
  tcase_add_test(c, test_D_order_window_1_keeps_it_in_a_sink_that_holds);
  tcase_add_test(c, test_the_longest_wait_that_a_record_asks_for_counts);
  tcase_add_test(c, test_memory_short_sheds_nothing_that_a_required_lane_still_needs);
  return test_run(s);
}
