/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting, stopping, other threads. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipe.h"

static t_pipe t;

static int is_readable(int fd) {
  struct pollfd p = { fd, POLLIN, 0 };
  return poll(&p, 1, 0) == 1;
}

static int until_readable(int fd) {
  struct pollfd p = { fd, POLLIN, 0 };
  return poll(&p, 1, 10000) == 1;
}

START_TEST(test_one_descriptor_drives_a_pipeline) {
  int fds[2];
  ck_assert_int_eq(pipe(fds), 0);
  t_setup(&t);
  t_feed(&t, 3, 1, "1");
  t.a.hold = 1;
  t.a.fd = fds[0];
  int fd = kt_pipeline_fd(t.p);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(kt_pipeline_fd(t.p), fd);
  ck_assert(until_readable(fd)); /* the first step is due */
  kt_status st;
  while ((st = kt_pipeline_step(t.p, &t.err)) == KT_OK) ck_assert(until_readable(fd));
  ck_assert_int_eq(st, KT_AGAIN);
  ck_assert(!is_readable(fd));
  ck_assert_int_eq(write(fds[1], "x", 1), 1); /* the sink's descriptor */
  ck_assert(until_readable(fd));
  char c;
  ck_assert_int_eq(read(fds[0], &c, 1), 1);
  t_settle_down(&t);
  ck_assert(!is_readable(fd));
  for (size_t i = 0; i < 3; i++) t_deliver(&t.a, t.a.held[i]); /* as if from another thread */
  t.a.held_count = 0;
  ck_assert(until_readable(fd));
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  t_teardown(&t);
  close(fds[0]);
  close(fds[1]);
}
END_TEST

START_TEST(test_the_timer_of_the_descriptor) {
  t_setup_with(&t, "live:", "a:", "dead:");
  t_feed(&t, 3, 0, "100");
  t_set(&t, "batch.max_age_ms", "5");
  int fd = kt_pipeline_fd(t.p);
  t_settle_down(&t);
  ck_assert(until_readable(fd)); /* real time; the engine's clock stands still */
  t_pass(&t, 5);
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.count, 3);
  t_teardown(&t);
}
END_TEST

/* The same number closed and opened again is another descriptor: the token tells. */
static uint64_t token = 1;
static void pollset_with_token(void *self, kt_pollset *ps) {
  kt_pollset_add(ps, ((t_sink *)self)->fd, KT_POLL_IN, token);
}

START_TEST(test_a_descriptor_opened_again_under_its_number_is_not_lost) {
  int fds[2], again[2];
  ck_assert_int_eq(pipe(fds), 0);
  t_setup(&t);
  kt_sink_ops ops = { .size = sizeof ops,
                      .name = "token",
                      .open = t_open,
                      .submit = t_submit,
                      .pollset = pollset_with_token,
                      .close = t_sink_close };
  ck_assert_int_eq(kt_parts_add_sink(t.parts, &ops, &t.b, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "token:", &t.err), KT_OK);
  t.b.fd = fds[0];
  t_feed(&t, 1, 0, "1");
  int fd = kt_pipeline_fd(t.p);
  t_settle_down(&t);
  ck_assert(!is_readable(fd));
  ck_assert_int_eq(pipe(again), 0);
  ck_assert_int_eq(dup2(again[0], fds[0]), fds[0]);
  token++;
  t_settle_down(&t);
  ck_assert(!is_readable(fd));
  ck_assert_int_eq(write(again[1], "x", 1), 1);
  ck_assert(until_readable(fd));
  t_teardown(&t);
  for (int i = 0; i < 2; i++) close(fds[i]), close(again[i]);
}
END_TEST

START_TEST(test_pollfds_and_timeout_drive_a_pipeline) {
  int fds[2];
  kt_pollfd list[8];
  ck_assert_int_eq(pipe(fds), 0);
  t_setup(&t);
  t_feed(&t, 2, 1, "1");
  t.a.hold = 1;
  t.a.fd = fds[0];
  ck_assert_int_eq(kt_pipeline_timeout_ms(t.p), 0);
  t_settle_down(&t);
  ck_assert_int_ge(kt_pipeline_timeout_ms(t.p), 1); /* the commit that might lag */
  ck_assert_uint_eq(kt_pipeline_pollfds(t.p, NULL, 0), 2);
  ck_assert_uint_eq(kt_pipeline_pollfds(t.p, list, 8), 2);
  ck_assert(list[0].fd == fds[0] || list[1].fd == fds[0]);
  int wake = list[0].fd == fds[0] ? list[1].fd : list[0].fd;
  ck_assert(!is_readable(wake));
  kt_pipeline_wakeup(t.p);
  ck_assert(is_readable(wake));
  t_settle_down(&t);
  ck_assert(!is_readable(wake));
  t_teardown(&t);
  close(fds[0]);
  close(fds[1]);
}
END_TEST

START_TEST(test_stop_finishes_what_was_read) {
  t_setup(&t);
  t_feed(&t, 25, 0, "10");
  t.a.hold = 1;
  t_settle_down(&t);
  kt_pipeline_stop(t.p);
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  t.source.available = 1000; /* not read any more */
  ck_assert_int_eq(t_run_for(&t, 1000), KT_AGAIN);
  ck_assert_uint_eq(t_stats(&t).frames, 25);
  ck_assert_uint_eq(t.a.held_count, 3); /* what was open is a batch too */
  for (size_t i = 0; i < 3; i++) t_deliver(&t.a, t.a.held[i]);
  t.a.held_count = 0;
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(t.source.committed, 25);
  t_teardown(&t);
}
END_TEST

START_TEST(test_stop_gives_up_after_the_drain_timeout) {
  t_setup(&t);
  t_feed(&t, 25, 0, "10");
  t_set(&t, "drain.timeout_ms", "5s");
  t.a.hold = 1;
  t_settle_down(&t);
  t_deliver(&t.a, t.a.held[0]);
  t.a.held[0] = NULL;
  kt_pipeline_stop(t.p);
  ck_assert_int_eq(t_run_for(&t, 4900), KT_AGAIN);
  ck_assert_int_eq(t_run_for(&t, 200), KT_ECANCELED);
  ck_assert_ptr_nonnull(strstr(t.err.message, "15 of 25"));
  ck_assert_uint_eq(t.a.cancels, 2);
  ck_assert_uint_eq(t.a.closes, 1);
  ck_assert_uint_eq(t.source.committed, 10); /* the last commit was still made */
  ck_assert_int_eq(kt_pipeline_step(t.p, &t.err), KT_ECANCELED);
  t_teardown(&t);
}
END_TEST

START_TEST(test_what_a_sink_completes_while_it_closes_counts) {
  for (int outcome = KT_DELIVERED; outcome <= KT_REJECTED; outcome++) {
    t_setup(&t);
    t_feed(&t, 20, 0, "10");
    t.a.hold = 1;
    t.a.close_outcome = outcome;
    t_settle_down(&t);
    kt_status st = kt_pipeline_drain(t.p, 0, &t.err);
    ck_assert_int_eq(st, outcome == KT_RETRY ? KT_ETIMEOUT : KT_END);
    ck_assert_uint_eq(t.source.committed, outcome == KT_RETRY ? 0 : 20);
    ck_assert_uint_eq(t.dead.count, outcome == KT_REJECTED ? 20 : 0);
    t_teardown(&t);
  }
}
END_TEST

START_TEST(test_drain) {
  t_setup(&t);
  t_feed(&t, 25, 0, "10");
  t_settle_down(&t);
  ck_assert_int_eq(kt_pipeline_drain(t.p, -1, &t.err), KT_END);
  ck_assert_uint_eq(t.a.count, 25);
  ck_assert_uint_eq(t.source.committed, 25);
  t_teardown(&t);
  t_setup(&t);
  t_feed(&t, 25, 0, "10");
  t.a.hold = 1;
  t_settle_down(&t);
  ck_assert_int_eq(kt_pipeline_drain(t.p, 0, &t.err), KT_ETIMEOUT);
  ck_assert_uint_eq(t.source.committed, 0);
  t_teardown(&t);
  t_setup(&t); /* never stepped */
  ck_assert_int_eq(kt_pipeline_drain(t.p, 0, &t.err), KT_END);
  t_teardown(&t);
}
END_TEST

static int rejecting_close(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  s->held[s->held_count++] = d;
  return KT_OK;
}

START_TEST(test_freed_with_everything_in_flight) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "t:", &t.err), KT_OK);
  t_feed(&t, 100, 0, "10");
  t.scorer.hold = 1;
  t.a.script = rejecting_close;
  t_settle_down(&t);
  t_score_all(t.scorer.held[0]);
  kt_scoring_done(t.scorer.held[0], NULL);
  t_settle_down(&t);
  ck_assert_uint_eq(t.a.held_count, 1);
  t_teardown(&t);
  ck_assert_uint_eq(t.source.closes, 1);
  ck_assert_uint_eq(t.source.committed, 0);
  ck_assert_uint_gt(t.filter.abandoned, 0);
}
END_TEST

START_TEST(test_D_frozen_process_loses_one_tick) {
  t_setup(&t);
  t_feed(&t, 1, 1, "1");
  t_set(&t, "drain.timeout_ms", "1m");
  t.a.hold = 1;
  t_settle_down(&t);
  kt_pipeline_stop(t.p);
  t_settle_down(&t);
  t_pass(&t, 3600000); /* the laptop was closed for an hour: the drain has 59,999 ms left */
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_int_ge(kt_pipeline_timeout_ms(t.p), -1);
  ck_assert_int_eq(t_run_for(&t, 10), KT_AGAIN);
  t_deliver(&t.a, t.a.held[0]);
  t.a.held_count = 0;
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  t_teardown(&t);
}
END_TEST

/* ---- threads */

static void *watch_stats(void *arg) {
  atomic_int *go = arg;
  kt_stats s = { .size = sizeof s };
  kt_lane_stats l = { .size = sizeof l };
  uint64_t last = 0;
  while (atomic_load(go)) {
    kt_pipeline_stats(t.p, &s);
    if (s.committed < last || s.committed > s.frames) return arg;
    last = s.committed;
    kt_pipeline_lane_stats(t.p, 0, &l);
  }
  return NULL;
}

static kt_env *plain_env(void) {
  return test_env(NULL, NULL);
}

/* As the KT_PURE parts of the tests: no state, any thread. */
static kt_status t_select_pure(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  t_filter f = { .drop_odd = 1 };
  (void)self;
  return t_select(&f, b, keep, err);
}

static kt_status t_score_pure(void *self, kt_scoring *s, kt_error *err) {
  (void)self, (void)err;
  t_score_all(s);
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static kt_status open_pure(void *user, const kt_env *env, const kt_conf *conf, void **self,
                           kt_error *err) {
  (void)user, (void)env, (void)conf, (void)err;
  *self = NULL;
  return KT_OK;
}

static void setup_threads(const char *workers, int pure_scorer) {
  memset(&t, 0, sizeof t);
  t.env = plain_env();
  ck_assert_int_eq(kt_parts_new(t.env, &t.parts, &t.err), KT_OK);
  t_register(&t);
  kt_filter_ops fo = { .size = sizeof fo,
                       .name = "pure",
                       .caps = KT_PURE,
                       .open = open_pure,
                       .select = t_select_pure,
                       .close = t_close };
  kt_scorer_ops so = { .size = sizeof so,
                       .name = "pure",
                       .caps = pure_scorer ? KT_PURE : 0,
                       .open = open_pure,
                       .score = t_score_pure,
                       .close = t_close };
  ck_assert_int_eq(kt_parts_add_filter(t.parts, &fo, NULL, &t.err), KT_OK);
  ck_assert_int_eq(kt_parts_add_scorer(t.parts, &so, NULL, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_new(t.parts, &t.p, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "t:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_parser(t.p, "t:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "pure:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "pure:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "a:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_dead_letter(t.p, "dead:", &t.err), KT_OK);
  t_set(&t, "workers", workers);
  t.source.in_place = 1;
  t_feed(&t, 4000, 1, "50");
}

static void expect_evens(void) {
  char want[24];
  ck_assert_uint_eq(t.a.count, 2000);
  for (size_t i = 0; i < 2000; i++) {
    snprintf(want, sizeof want, "%zu", 2 * i);
    ck_assert_str_eq(t.a.ids[i], want);
  }
  ck_assert_uint_eq(t.source.committed, 4000);
}

static atomic_int parse_failures;

static kt_status parse_fails_now_and_then(void *self, const kt_block *in, kt_builder *out,
                                          kt_error *err) {
  if (atomic_fetch_sub(&parse_failures, 1) % 3 == 2)
    return kt_error_set(err, KT_EIO, KT_ERR_RETRYABLE, "t", "not now");
  return t_parse(self, in, out, err);
}

START_TEST(test_what_fails_on_a_worker_is_tried_again) {
  setup_threads("2", 0);
  kt_parser_ops po = { .size = sizeof po,
                       .name = "fails",
                       .caps = KT_PURE,
                       .open = open_pure,
                       .parse = parse_fails_now_and_then,
                       .close = t_close };
  ck_assert_int_eq(kt_parts_add_parser(t.parts, &po, NULL, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_parser(t.p, "fails:", &t.err), KT_OK);
  t_set(&t, "retry.base_ms", "1ms");
  atomic_store(&parse_failures, 30); /* ten of them */
  ck_assert_msg(kt_pipeline_run(t.p, &t.err) == KT_END, "%s", t.err.message);
  expect_evens();
  kt_pipeline_free(t.p);
  kt_parts_free(t.parts);
  kt_env_free(t.env);
}
END_TEST

START_TEST(test_workers_give_the_same_in_the_same_order) {
  for (int k = 0; k < 4; k++) {
    setup_threads(k % 2 ? "3" : "1", k / 2);
    atomic_int go = 1;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, watch_stats, &go), 0);
    ck_assert_int_eq(kt_pipeline_run(t.p, &t.err), KT_END);
    atomic_store(&go, 0);
    void *bad;
    pthread_join(thread, &bad);
    ck_assert_ptr_null(bad);
    expect_evens();
    kt_pipeline_free(t.p);
    kt_parts_free(t.parts);
    kt_env_free(t.env);
  }
}
END_TEST

static atomic_int interrupted, faults_masked;
static kt_status t_select_masked(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  sigset_t mask;
  (void)self, (void)b, (void)keep, (void)err;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  if (!sigismember(&mask, SIGINT) || !sigismember(&mask, SIGTERM)) atomic_store(&interrupted, 1);
  if (sigismember(&mask, SIGSEGV)) atomic_store(&faults_masked, 1);
  return KT_OK;
}

/* The program's signals are handled by the program's threads. */
START_TEST(test_workers_take_no_signals) {
  setup_threads("2", 1);
  kt_filter_ops fo = { .size = sizeof fo,
                       .name = "masked",
                       .caps = KT_PURE,
                       .open = open_pure,
                       .select = t_select_masked,
                       .close = t_close };
  sigset_t before, after;
  pthread_sigmask(SIG_BLOCK, NULL, &before);
  ck_assert_int_eq(kt_parts_add_filter(t.parts, &fo, NULL, &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_filter(t.p, "masked:", &t.err), KT_OK);
  ck_assert_int_eq(kt_pipeline_run(t.p, &t.err), KT_END);
  pthread_sigmask(SIG_BLOCK, NULL, &after);
  ck_assert_int_eq(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
  ck_assert(!atomic_load(&interrupted) && !atomic_load(&faults_masked));
  kt_pipeline_free(t.p);
  kt_parts_free(t.parts);
  kt_env_free(t.env);
}
END_TEST

START_TEST(test_workers_are_stopped_in_the_middle) {
  setup_threads("2", 1);
  for (int i = 0; i < 3; i++) kt_pipeline_step(t.p, &t.err);
  kt_pipeline_free(t.p);
  kt_parts_free(t.parts);
  kt_env_free(t.env);
}
END_TEST

static void *stop_soon(void *arg) {
  (void)arg;
  kt_pipeline_wakeup(t.p);
  kt_pipeline_stop(t.p);
  return NULL;
}

START_TEST(test_stop_from_another_thread) {
  setup_threads("0", 0);
  t.source.closed = 0;
  pthread_t thread;
  ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, NULL), 0);
  ck_assert_int_eq(kt_pipeline_run(t.p, &t.err), KT_END);
  pthread_join(thread, NULL);
  ck_assert_uint_eq(t.source.committed, t.source.fed);
  kt_pipeline_free(t.p);
  kt_parts_free(t.parts);
  kt_env_free(t.env);
}
END_TEST

START_TEST(test_a_forked_child_is_refused) {
  t_setup(&t);
  t.source.available = 10;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  size_t closes = t.source.closes;
  pid_t child = fork();
  if (!child) {
    kt_error err = { 0 };
    int refused = kt_pipeline_step(t.p, &err) == KT_ESTATE && strstr(err.message, "forked");
    refused = refused && kt_pipeline_run(t.p, &err) == KT_ESTATE;
    kt_pipeline_free(t.p);
    _exit(refused && t.source.closes == closes ? 0 : 1);
  }
  int status = -1;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 0);
  t.source.closed = 1;
  t.source.available = 20;
  ck_assert_int_eq(t_run_for(&t, 1000), KT_END); /* the parent goes on */
  ck_assert_uint_eq(t.a.count, 20);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline time");
  TCase *c = tcase_create("waiting");
  tcase_add_test(c, test_one_descriptor_drives_a_pipeline);
  tcase_add_test(c, test_the_timer_of_the_descriptor);
  tcase_add_test(c, test_a_descriptor_opened_again_under_its_number_is_not_lost);
  tcase_add_test(c, test_pollfds_and_timeout_drive_a_pipeline);
  tcase_add_test(c, test_stop_finishes_what_was_read);
  tcase_add_test(c, test_stop_gives_up_after_the_drain_timeout);
  tcase_add_test(c, test_what_a_sink_completes_while_it_closes_counts);
  tcase_add_test(c, test_drain);
  tcase_add_test(c, test_freed_with_everything_in_flight);
  tcase_add_test(c, test_D_frozen_process_loses_one_tick);
  suite_add_tcase(s, c);
  c = tcase_create("threads");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, test_what_fails_on_a_worker_is_tried_again);
  tcase_add_test(c, test_workers_give_the_same_in_the_same_order);
  tcase_add_test(c, test_workers_take_no_signals);
  tcase_add_test(c, test_workers_are_stopped_in_the_middle);
  tcase_add_test(c, test_stop_from_another_thread);
  tcase_add_test(c, test_a_forked_child_is_refused);
  suite_add_tcase(s, c);
  return test_run(s);
}
