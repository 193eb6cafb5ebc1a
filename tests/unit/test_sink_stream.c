/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_try.h"

#include <fcntl.h>
#include <sys/stat.h>

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

static size_t read_all(char *buf, size_t cap) {
  size_t n = 0;
  ssize_t r;
  while (n < cap && (r = read(ends[0], buf + n, cap - n)) > 0) n += (size_t)r;
  return n;
}

/* More than a pipe holds, to a reader that comes late; `flags`: of the descriptor, which others
 * share. Everything arrives, in order, and no call waits. */
static void read_late(int flags) {
  static char got[1 << 20];
  try_sink s;
  size_t n = 0;
  kt_delivery first = try_posts(10000, 14999), second = try_posts(15000, 15000);
  fcntl(1, F_SETFL, flags);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:?fields=tweet_id,text"), KT_OK);
  ck_assert_int_eq(try_submit(&s, &first), KT_OK);
  ck_assert_int_eq(first.done, 0);
  ck_assert_int_eq(try_submit(&s, &second), KT_AGAIN); /* not taken */
  try_fd = -1;
  s.ops->pollset(s.self, NULL);
  ck_assert_int_eq(try_fd, 1);
  ck_assert_int_eq(s.ops->flush(s.self, NULL), KT_OK); /* does not wait either */
  while (!first.done) {
    size_t r = read_all(got + n, sizeof got - n);
    ck_assert_uint_gt(r, 0);
    n += r;
    ck_assert_int_ge(try_step(&s, 0), 0);
  }
  ck_assert_int_eq(first.outcome, KT_DELIVERED);
  n += read_all(got + n, sizeof got - n);
  ck_assert_int_eq(try_submit(&s, &second), KT_OK);
  ck_assert_int_eq(second.done, 1);
  n += read_all(got + n, sizeof got - n);
  ck_assert_uint_eq(n, 5001 * strlen("{\"tweet_id\":\"10000\",\"text\":\"post 10000\"}\n"));
  for (unsigned i = 10000; i <= 15000; i++) {
    char line[64];
    size_t len =
        (size_t)snprintf(line, sizeof line, "{\"tweet_id\":\"%u\",\"text\":\"post %u\"}\n", i, i);
    ck_assert(!memcmp(got + (i - 10000) * len, line, len));
  }
  try_fd = -1;
  s.ops->pollset(s.self, NULL);
  ck_assert_int_eq(try_fd, -1);
  try_close(&s);
  kt_batch_unref(first.batch);
  kt_batch_unref(second.batch);
}

START_TEST(stdout_does_not_wait_for_its_reader) {
  read_late(0);
}
END_TEST

START_TEST(stdout_that_is_non_blocking_loses_nothing) {
  read_late(O_NONBLOCK);
}
END_TEST

START_TEST(stdout_whose_reader_goes_away_gives_back) {
  try_sink s;
  kt_delivery d = try_posts(10000, 14999);
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:"), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(d.done, 0);
  close(ends[0]);
  ck_assert_int_lt(try_step(&s, 0), 0);
  ck_assert_uint_eq(s.err.flags, KT_ERR_FATAL);
  ck_assert(d.done == 1 && d.outcome == KT_RETRY && d.why.flags == KT_ERR_FATAL);
  ck_assert_str_eq(d.why.message, "cannot write standard output: Broken pipe");
  try_close(&s);
  ck_assert_int_eq(d.done, 1);
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(stdout_that_is_closed_unread_gives_back) {
  try_sink s;
  kt_delivery d = try_posts(10000, 14999);
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:"), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  try_close(&s);
  ck_assert(d.done == 1 && d.outcome == KT_RETRY && d.why.flags == KT_ERR_RETRYABLE);
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(header_that_nobody_reads_is_told) {
  try_sink s;
  char full[4096] = "";
  fcntl(1, F_SETFL, O_NONBLOCK);
  while (write(1, full, sizeof full) > 0) continue;
  ck_assert_int_eq(try_open(&s, &kt_sink_stdout, "stdout:?format=csv"), KT_OK);
  ck_assert_int_eq(s.ops->flush(s.self, &s.err), KT_EIO);
  ck_assert_str_eq(s.err.message, "cannot write standard output: nobody reads it");
  ck_assert_uint_eq(s.err.flags, KT_ERR_RETRYABLE);
  while (read(ends[0], full, sizeof full) == (ssize_t)sizeof full)
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
  ck_assert_int_eq(s.ops->flush(s.self, NULL), KT_OK);
  ck_assert_int_gt(read(ends[0], full, sizeof full), 0);
  try_close(&s);
}
END_TEST

START_TEST(named_pipe_waits_for_its_reader) {
  try_sink s;
  char got[100], uri[700];
  kt_delivery d = try_posts(5, 5);
  ck_assert_int_eq(mkfifo(temp("fifo"), 0600), 0);
  snprintf(uri, sizeof uri, "ndjson:%s?fields=tweet_id", temp("fifo"));
  ck_assert_int_eq(try_open(&s, &kt_sink_ndjson, uri), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(d.done, 0);
  try_deadline = INT64_MAX;
  s.ops->pollset(s.self, NULL);
  ck_assert_int_eq(try_deadline, try_clock.mono_ms + 100);
  int fd = open(temp("fifo"), O_RDONLY | O_NONBLOCK);
  try_step(&s, try_deadline - 1);
  ck_assert_int_eq(d.done, 0);
  try_step(&s, try_deadline);
  ck_assert(d.done == 1 && d.outcome == KT_DELIVERED);
  ck_assert_int_eq(read(fd, got, sizeof got), (ssize_t)strlen("{\"tweet_id\":\"5\"}\n"));
  close(fd);
  try_close(&s);
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
  tcase_add_test(t, stdout_does_not_wait_for_its_reader);
  tcase_add_test(t, stdout_that_is_non_blocking_loses_nothing);
  tcase_add_test(t, stdout_whose_reader_goes_away_gives_back);
  tcase_add_test(t, stdout_that_is_closed_unread_gives_back);
  tcase_add_test(t, header_that_nobody_reads_is_told);
  tcase_add_test(t, named_pipe_waits_for_its_reader);
  tcase_add_test(t, stdout_closed_is_told);
  tcase_add_test(t, null_takes_all);
  suite_add_tcase(s, t);
  return test_run(s);
}
