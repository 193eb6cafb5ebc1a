/* SPDX-License-Identifier: Apache-2.0 */
/* File sinks behind the engine: hours by event time, kills at any step, a disk that is full. */
#include "pipe.h"
#include "tempdir.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { POSTS = 2000 };

static t_pipe t;

/* Post i was made 5 s after the one before, from 10:00 on; each 100th is 3 hours late. */
static const char *post(size_t i) {
  static char json[300];
  unsigned s = (unsigned)i * 5 + 3 * 3600;
  if (i % 100 == 99) s -= 3 * 3600;
  if (i % 500 == 499) {
    snprintf(json, sizeof json, "{\"delete\":{\"status\":{\"id_str\":\"%zu\"}}}", i - 2);
    return json;
  }
  snprintf(json, sizeof json,
           "{\"created_at\":\"Fri Nov 05 %02u:%02u:%02u +0000 2021\",\"id_str\":\"%zu\",\"text\":"
           "\"p\"}",
           10 + s / 3600, s / 60 % 60, s % 60, i);
  return json;
}

static void start(int with_database) {
  char uri[500];
  memset(&t, 0, sizeof t);
  t.clock.wall_us = 1700000000000000;
  t.clock.mono_ms = 1000;
  t.env = test_env(&t.alloc, &t.clock);
  ck_assert_int_eq(kt_parts_new(t.env, &t.parts, &t.err), KT_OK);
  t_register(&t);
  t.source.frame = post;
  t.source.available = POSTS;
  t.source.closed = 1;
  t.source.per_read = 30;
  ck_assert_int_eq(kt_pipeline_new(t.parts, &t.p, &t.err), KT_OK);
  t_set(&t, "batch.max_records", "20");
  t_set(&t, "step.max_us", "0"); /* as many steps as can be */
  ck_assert_int_eq(kt_pipeline_set_source(t.p, "t:", &t.err), KT_OK);
  snprintf(uri, sizeof uri, "csv:%s?partition=hour&fields=tweet_id&sync.bytes=300", temp("out"));
  ck_assert_msg(kt_pipeline_add_sink(t.p, uri, &t.err) == KT_OK, "%s", t.err.message);
  snprintf(uri, sizeof uri, "ndjson:%s?fields=tweet_id&record=full&sync.bytes=1000", temp("all"));
  ck_assert_msg(kt_pipeline_add_sink(t.p, uri, &t.err) == KT_OK, "%s", t.err.message);
  if (!with_database) return;
  snprintf(uri, sizeof uri, "sqlite:%s?sync.records=60", temp("k.db"));
  ck_assert_msg(kt_pipeline_add_sink(t.p, uri, &t.err) == KT_OK, "%s", t.err.message);
}

static unsigned seen[POSTS];

static void count_lines(const char *path) {
  char *text = slurp(path, NULL), *save = NULL;
  ck_assert_ptr_nonnull(text);
  ck_assert_int_eq(strncmp(text, "tweet_id\n", 9), 0);
  for (char *l = strtok_r(text + 9, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
    ck_assert_msg(*l >= '0' && *l <= '9', "%s: a header in the middle?", path);
    seen[strtoul(l, NULL, 10)]++;
  }
  free(text);
}

/* Every post once, in the folder of its hour; returns how many files there are. */
static unsigned check_hours(void) {
  unsigned files = 0;
  char name[100];
  memset(seen, 0, sizeof seen);
  for (unsigned hour = 0; hour < 24; hour++) {
    memset(seen, 0, sizeof seen);
    for (unsigned part = 0;; part++, files++) {
      snprintf(name, sizeof name, "out/2021/11/05/%02u/.part-%03u.csv.open", hour, part);
      ck_assert(!is_file(temp(name)));
      snprintf(name, sizeof name, "out/2021/11/05/%02u/part-%03u.csv", hour, part);
      if (!is_file(temp(name))) break;
      count_lines(temp(name));
    }
    for (size_t i = 0; i < POSTS; i++) {
      unsigned own = 10 + (unsigned)(i * 5 + (i % 100 == 99 ? 0 : 3 * 3600)) / 3600;
      ck_assert_msg(seen[i] == (own == hour && i % 500 != 499), "post %zu: %u times in hour %u", i,
                    seen[i], hour);
    }
  }
  return files;
}

static void check_lines(const char *name, size_t want) {
  char *text = slurp(temp(name), NULL);
  size_t n = 0;
  ck_assert_ptr_nonnull(text);
  for (const char *p = text; (p = strchr(p, '\n')); p++) n++;
  ck_assert_uint_eq(n, want);
  free(text);
}

/* The deletes and the posts that they name are gone. */
static void check_rows(void) {
  sqlite3 *db;
  sqlite3_stmt *q;
  ck_assert_int_eq(sqlite3_open(temp("k.db"), &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT count(*) FROM posts", -1, &q, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
  ck_assert_int_eq(sqlite3_column_int(q, 0), POSTS - 2 * (POSTS / 500));
  sqlite3_finalize(q);
  sqlite3_close(db);
}

START_TEST(hours_by_event_time_and_few_files) {
  start(1);
  kt_status st = t_run_for(&t, 100000);
  ck_assert_msg(st == KT_END, "%d %s", st, t.err.message);
  t_teardown(&t);
  /* 3 hours in time; the late posts of 10 to 12 o'clock: one file for each hour that passed. */
  ck_assert_uint_le(check_hours(), 3 + 3 + 3);
  check_lines("all", POSTS);
  check_lines("out/part.csv.deletes.ndjson", POSTS / 500);
  check_rows();
}
END_TEST

START_TEST(a_kill_at_any_step_loses_and_doubles_nothing) {
  int ended = 0;
  for (int steps = 1; !ended; steps += 7) {
    pid_t child = fork();
    if (!child) {
      start(1);
      kt_status st = KT_OK;
      for (int i = 0; i < steps && st != KT_END; i++) {
        st = kt_pipeline_step(t.p, &t.err);
        if (st == KT_AGAIN) t_pass(&t, 5);
        ck_assert_msg(st >= 0, "%s", t.err.message);
      }
      _exit(st == KT_END ? 1 : 0); /* without a close: what a kill leaves */
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    ended = WEXITSTATUS(status);
  }
  check_hours();
  check_lines("all", POSTS);
  check_lines("out/part.csv.deletes.ndjson", POSTS / 500);
  check_rows();
}
END_TEST

static void limit_files(rlim_t bytes) {
  struct rlimit r;
  signal(SIGXFSZ, SIG_IGN);
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &r), 0);
  r.rlim_cur = bytes;
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
}

START_TEST(a_full_disk_is_an_outage) {
  start(0); /* SQLite knows ENOSPC only, and takes any other failed write for a broken disk */
  for (int i = 0; i < 20; i++)
    if (kt_pipeline_step(t.p, &t.err) == KT_AGAIN) t_pass(&t, 5);
  limit_files(1);
  ck_assert_int_eq(t_run_for(&t, 600000), KT_AGAIN); /* ten minutes of it */
  kt_lane_stats s = t_lane(&t, 0);
  ck_assert(!s.held && s.retried && s.rejected == 0);
  ck_assert_ptr_nonnull(strstr(s.error.message, "File too large"));
  ck_assert_int_lt((int)s.calls, 400); /* it waits more and more */
  limit_files(RLIM_INFINITY);
  kt_status st = t_run_for(&t, 600000);
  ck_assert_msg(st == KT_END, "%d %s", st, t.err.message);
  t_teardown(&t);
  check_hours();
  check_lines("all", POSTS);
}
END_TEST

int main(void) {
  Suite *s = suite_create("sinks behind the engine");
  TCase *c = tcase_create("pipeline");
  tcase_add_checked_fixture(c, tempdir_make, tempdir_remove);
  tcase_set_timeout(c, 100);
  tcase_add_test(c, hours_by_event_time_and_few_files);
  tcase_add_test(c, a_kill_at_any_step_loses_and_doubles_nothing);
  tcase_add_test(c, a_full_disk_is_an_outage);
  suite_add_tcase(s, c);
  return test_run(s);
}
