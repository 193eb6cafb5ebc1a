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

int main(void) {
  Suite *s = suite_create("pipeline");
  TCase *c = tcase_create("end to end");
  tcase_add_test(c, test_everything_arrives_and_is_committed);
  suite_add_tcase(s, c);
  return test_run(s);
}
