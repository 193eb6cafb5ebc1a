/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite3.h is included here to look into the result with something that is not ours. */
#include "sink_try.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/span.h"
#include "record/batch.h"

extern const kt_sink_ops kt_sink_sqlite;

static void open_db(try_sink *s, const char *options) {
  char uri[400];
  snprintf(uri, sizeof uri, "sqlite:%s?%s%s", temp("k.db"), options, *options ? "" : "sync=full");
  ck_assert_msg(try_open(s, &kt_sink_sqlite, uri) == KT_OK, "%s", s->err.message);
}

static sqlite3 *look(void) {
  sqlite3 *db;
  ck_assert_int_eq(sqlite3_open(temp("k.db"), &db), SQLITE_OK);
  return db;
}

static void exec(const char *sql) {
  sqlite3 *db = look();
  char *why = NULL;
  ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s", why);
  sqlite3_close(db);
}

/* All cells of all rows with | between them. */
static void expect(const char *sql, const char *want) {
  char got[4000] = "";
  sqlite3 *db = look();
  sqlite3_stmt *q;
  ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
  while (sqlite3_step(q) == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count(q); i++) {
      const char *v = (const char *)sqlite3_column_text(q, i);
      snprintf(got + strlen(got), sizeof got - strlen(got), "%s|", v ? v : "null");
    }
  sqlite3_finalize(q);
  sqlite3_close(db);
  ck_assert_str_eq(got, want);
}

static void deliver(const char *options, const char *lines) {
  try_sink s;
  open_db(&s, options);
  try_deliver(&s, try_batch(lines));
  try_close(&s);
}

#define POST(id, text)                                                                             \
  "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\",\"id_str\":\"" id "\",\"text\":\"" text      \
  "\",\"lang\":\"es\",\"user\":{\"id_str\":\"9\",\"name\":\"Ann\",\"screen_name\":\"ann\"}}\n"
#define DELETE(id) "{\"delete\":{\"status\":{\"id_str\":\"" id "\",\"user_id_str\":\"9\"}}}\n"

START_TEST(sqlite_has_columns_to_query) {
  deliver("", POST("1", "hola") POST("2", "adi\\u00f3s"));
  expect("SELECT tweet_id,text,created_time,created_ms,lang,user_id,user_name,repost,truncated,"
         "sentiment,raw FROM posts ORDER BY 1",
         "1|hola|2021-11-05T10:00:00+00:00|1636106400000|es|9|Ann|0|0|null|null|"
         "2|adi\xC3\xB3s|2021-11-05T10:00:00+00:00|1636106400000|es|9|Ann|0|0|null|null|");
  expect("SELECT count(*) FROM posts WHERE created_time>='2021-11-05' AND lang='es'", "2|");
  expect("SELECT detail LIKE '%posts_created_time%' FROM (SELECT 1 AS x) LEFT JOIN "
         "(SELECT group_concat(name) AS detail FROM pragma_index_list('posts'))",
         "1|");
}
END_TEST

START_TEST(sqlite_rejects_what_has_no_id) {
  try_sink s;
  open_db(&s, "");
  kt_delivery d = try_batch(POST("1", "one") POST("2", "two"));
  ((kt_record *)kt_batch_record(d.batch, 1))->id =
      (kt_span){ NULL, 0 }; /* of a stranger's parser */
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(s.ops->flush(s.self, NULL), KT_OK);
  ck_assert_uint_eq(d.rejected, 1);
  try_close(&s);
  kt_batch_unref(d.batch);
  expect("SELECT text FROM posts", "one|");
}
END_TEST

START_TEST(sqlite_keeps_one_row_an_id) {
  deliver("raw=true", POST("1", "old"));
  try_clock.wall_us += 1000000;
  deliver("", POST("1", "new") POST("2", "other"));
  expect("SELECT tweet_id,text,raw IS NULL FROM posts ORDER BY 1", "1|new|0|2|other|1|");
  deliver("", POST("1", "new") POST("2", "other"));
  expect("SELECT count(*) FROM posts", "2|");
  try_clock.wall_us -= 60000000; /* what came earlier replaces nothing */
  deliver("", POST("1", "older"));
  expect("SELECT text FROM posts WHERE tweet_id='1'", "new|");
}
END_TEST

/* A database of the schema before: it goes on, and gets the columns. */
START_TEST(sqlite_of_before_goes_on) {
  exec("CREATE TABLE posts(tweet_id TEXT PRIMARY KEY NOT NULL,text TEXT,created_time TEXT,"
       "created_ms INTEGER,lang TEXT,source TEXT,user_id TEXT,user_name TEXT,ref_id TEXT,"
       "repost INTEGER,reply INTEGER,quote INTEGER,truncated INTEGER,edited INTEGER,"
       "sentiment TEXT,score_positive REAL,score_negative REAL,score_neutral REAL,"
       "score_mixed REAL,arrived_ms INTEGER,raw TEXT);"
       "INSERT INTO posts(tweet_id,text,truncated,sentiment) VALUES('1','old',0,'NEGATIVE');"
       "PRAGMA user_version=1");
  deliver("", POST("2", "new"));
  deliver("", POST("1", "again"));
  expect("SELECT tweet_id,text,sentiment,scorer,model_hash FROM posts ORDER BY 1",
         "1|again|NEGATIVE|null|null|2|new|null|null|null|");
  expect("PRAGMA user_version", "2|");
}
END_TEST

START_TEST(sqlite_says_who_scored) {
  try_sink s;
  open_db(&s, "");
  for (int i = 0; i < 2; i++) { /* the second has no score: the first one's stays */
    kt_delivery d = try_batch(POST("1", "one"));
    const kt_score good = { .positive = 1, .label = KT_LABEL_POSITIVE };
    if (!i) {
      ck_assert_int_eq(kt_batch_want_scores(d.batch), KT_OK);
      d.batch->scores[0] = good;
      kt_batch_set_scorer(d.batch, kt_span_of("mine"), kt_span_of("2"), kt_span_of("ab12"));
    }
    try_deliver(&s, d);
  }
  /* A scorer that failed has no score of its own. */
  kt_delivery failed = try_batch(POST("2", "two"));
  ck_assert_int_eq(kt_batch_want_scores(failed.batch), KT_OK);
  failed.batch->scores[0].flags = KT_SCORE_FAILED;
  kt_batch_set_scorer(failed.batch, kt_span_of("mine"), kt_span_of("2"), kt_span_of("ab12"));
  try_deliver(&s, failed);
  try_close(&s);
  expect("SELECT sentiment,scorer,scorer_version,model_hash FROM posts ORDER BY tweet_id",
         "POSITIVE|mine|2|ab12|null|null|null|null|");
}
END_TEST

START_TEST(sqlite_scores_stay_exact_and_are_not_lost) {
  static const char scored[] =
      "{\"id\":\"5\",\"text\":\"t\",\"created_time\":\"2021-11-05T10:00:00+00:00\","
      "\"user_name\":\"Ann\",\"sentiment\":\"POSITIVE\",\"score_positive\":0.9,"
      "\"score_negative\":0.025,\"score_neutral\":0.05,\"score_mixed\":0.025}\n";
  deliver("", scored);
  expect("SELECT sentiment,score_positive,score_negative,typeof(score_mixed) FROM posts",
         "POSITIVE|0.9|0.025|real|");
  deliver("", POST("5", "t"));
  expect("SELECT sentiment,score_positive FROM posts", "POSITIVE|0.9|");
}
END_TEST

START_TEST(sqlite_deletes_erase_and_stay) {
  size_t n = 0;
  deliver("raw=true", POST("1", "unforgettable") POST("2", "kept"));
  deliver("", DELETE("1"));
  expect("SELECT tweet_id FROM posts", "2|");
  deliver("", POST("1", "unforgettable"));
  expect("SELECT tweet_id FROM posts", "2|");
  expect("SELECT tweet_id FROM posts_deleted", "1|");
  char *all = slurp(temp("k.db"), &n);
  ck_assert_ptr_null(memmem(all, n, "unforgettable", 13));
  free(all);
  ck_assert(!is_file(temp("k.db-wal")));
}
END_TEST

/* With the database still open: a flush empties the write-ahead log of what was erased. */
START_TEST(D_erasure_text_is_in_no_file) {
  try_sink s;
  size_t n = 0;
  open_db(&s, "");
  try_deliver(&s, try_batch(POST("1", "unforgettable")));
  try_deliver(&s, try_batch(DELETE("1")));
  char *all = slurp(temp("k.db-wal"), &n);
  ck_assert_ptr_null(memmem(all, n, "unforgettable", 13));
  free(all);
  try_close(&s);
}
END_TEST

START_TEST(sqlite_one_transaction_a_group) {
  try_sink s;
  kt_delivery a = try_posts(1, 2), b = try_posts(3, 4), c = try_posts(5, 5);
  open_db(&s, "sync.records=4");
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  ck_assert_int_eq(a.done, 0);
  expect("SELECT count(*) FROM posts", "0|");
  ck_assert_int_eq(try_submit(&s, &b), KT_OK);
  ck_assert(a.done == 1 && b.done == 1);
  expect("SELECT count(*) FROM posts", "4|");
  ck_assert_int_eq(try_submit(&s, &c), KT_OK);
  try_step(&s, try_clock.mono_ms + 999);
  ck_assert_int_eq(c.done, 0);
  try_step(&s, try_clock.mono_ms + 1000);
  ck_assert_int_eq(c.done, 1);
  try_close(&s);
  expect("SELECT count(*) FROM posts", "5|");
  kt_batch_unref(a.batch);
  kt_batch_unref(b.batch);
  kt_batch_unref(c.batch);
}
END_TEST

START_TEST(sqlite_busy_is_tried_again) {
  try_sink s;
  sqlite3 *db;
  kt_delivery d = try_posts(1, 1);
  deliver("", POST("9", "x"));
  open_db(&s, "");
  db = look();
  ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_lt(try_submit(&s, &d), 0);
  ck_assert_uint_eq(s.err.flags, KT_ERR_RETRYABLE);
  ck_assert_ptr_nonnull(strstr(s.err.message, "database is locked"));
  sqlite3_close(db);
  try_deliver(&s, d);
  try_close(&s);
  expect("SELECT count(*) FROM posts", "2|");
}
END_TEST

/* Of the database, its log or the index of that, whichever finds none left. */
START_TEST(sqlite_waits_for_descriptors) {
  try_sink s;
  struct rlimit all, few;
  kt_delivery d = try_posts(1, 1);
  open_db(&s, "sync=none");
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
  few = all;
  int left = -1, next = dup(0);
  close(next);
  do {
    few.rlim_cur = (rlim_t)(next + ++left);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    if (try_submit(&s, &d) == KT_OK) break;
    ck_assert_msg(s.err.flags == KT_ERR_RETRYABLE && strstr(s.err.message, "Too many open files"),
                  "%d left: %s", left, s.err.message);
  } while (left < 10);
  ck_assert_int_eq(left, 3);
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
  try_close(&s);
  expect("SELECT count(*) FROM posts", "1|");
  kt_batch_unref(d.batch);
}
END_TEST

/* The call that finds it has taken its batch: the deliveries are told, not the caller. */
START_TEST(sqlite_full_disk_is_told_to_deliveries) {
  try_sink s;
  struct rlimit all, few = { 0 };
  kt_delivery a = try_posts(1, 4), b = try_posts(5, 5);
  signal(SIGXFSZ, SIG_IGN);
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &all), 0);
  few.rlim_max = all.rlim_max;
  deliver("", POST("9", "x"));
  open_db(&s, "sync.records=4");
  try_deliver(&s, try_posts(0, 0));
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &few), 0);
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  ck_assert(a.done == 1 && a.outcome == KT_RETRY);
  ck_assert_int_eq(try_submit(&s, &b), KT_OK);
  ck_assert_int_eq(try_step(&s, try_clock.mono_ms + 1000), KT_AGAIN);
  ck_assert(b.done == 1 && b.outcome == KT_RETRY);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
  a.pinned = b.pinned = 1;
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  ck_assert_int_eq(try_submit(&s, &b), KT_OK);
  try_close(&s);
  expect("SELECT count(*) FROM posts", "7|");
  kt_batch_unref(a.batch);
  kt_batch_unref(b.batch);
}
END_TEST

START_TEST(sqlite_refuses_clearly) {
  try_sink s;
  char uri[300];
  deliver("", POST("1", "x"));
  exec("PRAGMA user_version=3");
  snprintf(uri, sizeof uri, "sqlite:%s", temp("k.db"));
  ck_assert_int_eq(try_open(&s, &kt_sink_sqlite, uri), KT_ENOTSUP);
  ck_assert_ptr_nonnull(strstr(s.err.message, "was written by a newer version (schema 3"));
  spit(temp("k.db"),
       "this is no database at all, only a text of some length................."
       "........................................",
       100);
  ck_assert_int_eq(try_open(&s, &kt_sink_sqlite, uri), KT_ECORRUPT);
  ck_assert_ptr_nonnull(strstr(s.err.message, "file is not a database"));
  snprintf(uri, sizeof uri, "sqlite:%s", temp("k.db/x.db"));
  ck_assert_int_eq(try_open(&s, &kt_sink_sqlite, uri), KT_EIO);
  ck_assert_ptr_nonnull(strstr(s.err.message, "k.db/x.db: Not a directory"));
  snprintf(uri, sizeof uri, "sqlite:%s?table=a%%22b", temp("new.db"));
  ck_assert_int_eq(try_open(&s, &kt_sink_sqlite, uri), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(s.err.message, "option table"));
}
END_TEST

START_TEST(sqlite_leaves_a_foreign_database_alone) {
  try_sink s;
  sqlite3 *db;
  char uri[300];
  ck_assert_int_eq(sqlite3_open(temp("k.db"), &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE bills(id)", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  snprintf(uri, sizeof uri, "sqlite:%s", temp("k.db"));
  ck_assert_int_eq(try_open(&s, &kt_sink_sqlite, uri), KT_EINVAL);
  ck_assert_uint_eq(s.err.flags, KT_ERR_FATAL);
  ck_assert_ptr_nonnull(strstr(s.err.message, "k.db holds tables of something else: "));
  expect("PRAGMA user_version", "0|");
  expect("SELECT count(*) FROM sqlite_master", "1|");
}
END_TEST

START_TEST(sqlite_table_of_another_name) {
  deliver("table=old_posts", POST("1", "x") DELETE("2"));
  deliver("table=new_posts", POST("3", "y"));
  expect("SELECT tweet_id FROM old_posts UNION ALL SELECT tweet_id FROM new_posts UNION ALL "
         "SELECT tweet_id FROM old_posts_deleted",
         "1|3|2|");
}
END_TEST

START_TEST(sqlite_takes_dead_letters_once) {
  static const char lines[] = "{\"id_str\":\n[1,2\n" POST("1", "x");
  deliver("", lines);
  deliver("", lines);
  expect("SELECT count(*),min(lane),min(error),min(frame) FROM dead_letters",
         "2|parse|KT_EPARSE|[1,2|");
  expect("SELECT count(*) FROM posts", "1|");
}
END_TEST

START_TEST(sqlite_is_made_when_needed) {
  try_sink s;
  open_db(&s, "empty=false");
  try_step(&s, try_clock.mono_ms);
  try_close(&s);
  open_db(&s, "");
  try_close(&s);
  ck_assert(!is_file(temp("k.db")));
  open_db(&s, "");
  try_step(&s, try_clock.mono_ms);
  try_close(&s);
  expect("SELECT count(*) FROM posts", "0|");
}
END_TEST

START_TEST(sqlite_wants_a_regular_file) {
  try_sink s;
  ck_assert_int_eq(try_open(&s, &kt_sink_sqlite, "sqlite:/dev/full"), KT_EINVAL);
  ck_assert_str_eq(s.err.message, "/dev/full is no regular file: a database needs one");
}
END_TEST

START_TEST(sqlite_survives_each_failed_allocation) {
  for (size_t n = 1;; n++) {
    try_sink s;
    char uri[300];
    kt_delivery d = try_batch(POST("1", "x") POST("2", "y"));
    size_t before = try_alloc.live_blocks;
    unlink(temp("k.db"));
    snprintf(uri, sizeof uri, "sqlite:%s", temp("k.db"));
    try_alloc.calls = 0;
    try_alloc.fail_at = n;
    kt_status st = try_open(&s, &kt_sink_sqlite, uri);
    if (st == KT_OK) {
      if (try_submit(&s, &d) < 0) ck_assert_int_eq(try_submit(&s, &d), KT_OK);
      try_close(&s);
      ck_assert(d.done == 1 && d.outcome == KT_DELIVERED);
    } else {
      ck_assert_int_eq(st, KT_ENOMEM);
    }
    int failed = try_alloc.calls >= n;
    try_alloc.fail_at = 0;
    kt_batch_unref(d.batch);
    ck_assert_uint_le(try_alloc.live_blocks, before);
    if (st == KT_OK) expect("SELECT count(*) FROM posts", "2|");
    if (!failed) break;
  }
}
END_TEST

int main(void) {
  Suite *s = suite_create("sqlite sink");
  TCase *t = tcase_create("sqlite");
  tcase_add_checked_fixture(t, try_setup, try_teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, sqlite_has_columns_to_query);
  tcase_add_test(t, sqlite_rejects_what_has_no_id);
  tcase_add_test(t, sqlite_keeps_one_row_an_id);
  tcase_add_test(t, sqlite_of_before_goes_on);
  tcase_add_test(t, sqlite_says_who_scored);
  tcase_add_test(t, sqlite_scores_stay_exact_and_are_not_lost);
  tcase_add_test(t, sqlite_deletes_erase_and_stay);
  tcase_add_test(t, D_erasure_text_is_in_no_file);
  tcase_add_test(t, sqlite_one_transaction_a_group);
  tcase_add_test(t, sqlite_busy_is_tried_again);
  tcase_add_test(t, sqlite_waits_for_descriptors);
  tcase_add_test(t, sqlite_full_disk_is_told_to_deliveries);
  tcase_add_test(t, sqlite_refuses_clearly);
  tcase_add_test(t, sqlite_leaves_a_foreign_database_alone);
  tcase_add_test(t, sqlite_table_of_another_name);
  tcase_add_test(t, sqlite_takes_dead_letters_once);
  tcase_add_test(t, sqlite_is_made_when_needed);
  tcase_add_test(t, sqlite_wants_a_regular_file);
  tcase_add_test(t, sqlite_survives_each_failed_allocation);
  suite_add_tcase(s, t);
  return test_run(s);
}
