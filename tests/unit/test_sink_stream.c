/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_try.h"

#include <pthread.h>

extern const kt_sink_ops kt_sink_stdout, kt_sink_ndjson, kt_sink_null;

static int ends[2], real_stdout;

/* Standard output is a pipe for the time of a test. */
static void setup(void) {
  try_setup();
  fflush(stdout);
  real_stdout = dup(1);
  ck_assert_int_eq(pipe(ends), 0);
  ck_assert_int_eq(dup2(ends[1], 1), 1);
  close(ends[1]);
}

static void teardown(void) {
  dup2(real_stdout, 1);
  close(real_stdout);
  close(ends[0]);
  try_teardown();
}

static void expect_bytes(const char *want) {
  char got[1000] = "";
  size_t n = strlen(want), at = 0;
  ck_assert_uint_lt(n, sizeof got);
  while (at < n) {
    ssize_t r = read(ends[0], got + at, n - at);
    ck_assert_int_gt(r, 0);
    at += (size_t)r;
  }
  ck_assert_str_eq(got, want);
}

START_TEST(stdout_is_written_a_batch_at_a_time) {
  try_sink s;
  kt_delivery d = try_posts(1, 2);
  ck_assert_int_eq(
      try_open(&s, &kt_sink_stdout, "stdout:?format=csv&fields=tweet_id,text&delimiter=,"), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert(d.done == 1 && d.outcome == KT_DELIVERED);
  expect_bytes("tweet_id,text\n1,post 1\n2,post 2\n");
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  expect_bytes("1,post 1\n2,post 2\n");
  try_close(&s);
  ck_assert_int_eq(write(1, "x", 1), 1); /* it is not ours to close */
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(stdout_without_records_has_the_header) {
  try_sink s;
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:?format=csv&fields=tweet_id"), KT_OK);
  ck_assert_int_eq(s.ops->flush(s.self, NULL), KT_OK);
  try_close(&s);
  expect_bytes("tweet_id\n");
}
END_TEST

START_TEST(dash_is_standard_output) {
  try_sink s;
  ck_assert_int_eq(try_open(&s, &kt_sink_ndjson, "ndjson:-?fields=tweet_id"), KT_OK);
  try_deliver(&s, try_posts(5, 5));
  try_close(&s);
  expect_bytes("{\"tweet_id\":\"5\"}\n");
}
END_TEST

static size_t drained;
static void *drain(void *unused) {
  char buf[4096];
  ssize_t n;
  while ((n = read(ends[0], buf, sizeof buf)) > 0) drained += (size_t)n;
  return unused;
}

/* More than a pipe holds, into one that somebody has made non-blocking. */
START_TEST(stdout_waits_for_its_reader) {
  try_sink s;
  pthread_t reader;
  kt_delivery d = try_posts(10000, 14999);
  fcntl(1, F_SETFL, O_NONBLOCK);
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:?fields=tweet_id,text"), KT_OK);
  ck_assert_int_eq(pthread_create(&reader, NULL, drain, NULL), 0);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(d.done, 1);
  try_close(&s);
  dup2(real_stdout, 1);
  pthread_join(reader, NULL);
  ck_assert_uint_eq(drained, 5000 * strlen("{\"tweet_id\":\"10000\",\"text\":\"post 10000\"}\n"));
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(stdout_closed_is_told) {
  try_sink s;
  kt_delivery d = try_posts(1, 1);
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:"), KT_OK);
  close(ends[0]);
  ck_assert_int_lt(try_submit(&s, &d), 0);
  ck_assert_str_eq(s.err.message, "cannot write standard output: Broken pipe");
  ck_assert_uint_eq(s.err.flags, KT_ERR_FATAL);
  ck_assert_int_eq(d.done, 0);
  try_close(&s);
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(null_takes_all) {
  try_sink s;
  kt_delivery d = try_posts(1, 9);
  ck_assert_int_eq(try_open(&s, &kt_sink_null, "null:"), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert(d.done == 1 && d.outcome == KT_DELIVERED);
  try_close(&s);
  kt_batch_unref(d.batch);
}
END_TEST

int main(void) {
  Suite *s = suite_create("streams");
  TCase *t = tcase_create("stream");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, stdout_is_written_a_batch_at_a_time);
  tcase_add_test(t, stdout_without_records_has_the_header);
  tcase_add_test(t, dash_is_standard_output);
  tcase_add_test(t, stdout_waits_for_its_reader);
  tcase_add_test(t, stdout_closed_is_told);
  tcase_add_test(t, null_takes_all);
  suite_add_tcase(s, t);
  return test_run(s);
}
