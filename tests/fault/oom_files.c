/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: whole runs, from files to files and a database. What was written before a failure is
 * there once, and once only, when a second run has gone on. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "oom.h"
#include "oom_posts.h"

enum { POSTS = 60 };

/* The same run from a file of `in`, to any number of sinks. {dir} in a sink stands for o->dir. */
typedef struct plan {
  const char *in, *source_options, *filter, *scorer, *workers;
  const char *sinks[4];
  const char *dead;
} plan;

static const char *in_folder(oom *o, const char *uri, char *out, size_t cap) {
  const char *mark = strstr(uri, "{dir}");
  if (mark)
    snprintf(out, cap, "%.*s%s%s", (int)(mark - uri), uri, o->dir, mark + 5);
  else
    snprintf(out, cap, "%s", uri);
  return out;
}

static kt_status set_up(oom *o, kt_pipeline *p, const plan *w) {
  char uri[1200], checkpoint[500];
  snprintf(uri, sizeof uri, "file:%s?%scheckpoint=%s", oom_made(o, w->in),
           w->source_options ? w->source_options : "",
           in_folder(o, "{dir}/checkpoint", checkpoint, sizeof checkpoint));
  kt_status st = TRY(o, kt_pipeline_set(p, "batch.max_records", "9", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(p, "workers", w->workers, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(p, "lane.window", "1", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_source(p, uri, &o->err));
  if (st == KT_OK && w->filter) st = TRY(o, kt_pipeline_add_filter(p, w->filter, &o->err));
  if (st == KT_OK && w->scorer) st = TRY(o, kt_pipeline_set_scorer(p, w->scorer, &o->err));
  for (int i = 0; st == KT_OK && i < 4 && w->sinks[i]; i++)
    st = TRY(o, kt_pipeline_add_sink(p, in_folder(o, w->sinks[i], uri, sizeof uri), &o->err));
  if (st == KT_OK)
    st = TRY(o, kt_pipeline_set_dead_letter(p, in_folder(o, w->dead, uri, sizeof uri), &o->err));
  return st;
}

/* Scores differ from post to post. */

static kt_status scorer_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

static kt_status scorer_score(void *self, kt_scoring *s, kt_error *err) {
  const kt_batch *b = kt_scoring_batch(s);
  (void)self, (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    float share = (float)(kt_batch_record(b, i)->text.len % 8) / 8;
    const kt_score score = { .positive = share, .neutral = 1 - share, .label = KT_LABEL_POSITIVE };
    kt_scoring_set(s, i, &score);
  }
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static void scorer_close(void *self) {
  (void)self;
}

static const kt_scorer_ops scorer = { .size = sizeof scorer,
                                      .name = "by-length",
                                      .caps = KT_PURE,
                                      .open = scorer_open,
                                      .score = scorer_score,
                                      .close = scorer_close };

static kt_status run(oom *o, const plan *w) {
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_scorer(parts, &scorer, NULL, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_new(parts, &p, &o->err));
  if (st == KT_OK) st = set_up(o, p, w);
  if (st == KT_OK) st = oom_drive(o, p);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return st;
}

#define CSV "csv:{dir}/out.csv?sync=none&fields=tweet_id,text,user_name,created_time"
#define NDJSON "ndjson:{dir}/out.ndjson?sync=none&sync.bytes=2000&fields=kind,tweet_id,text,ref_id"
#define SQLITE "sqlite:{dir}/out.db?sync=none&sync.records=20&lane.filter=where:lang%3Des"
#define DEAD "ndjson:{dir}/dead.ndjson?sync=none&empty=false"

static kt_status plain(oom *o) {
  return run(o, &(plan){ .in = "in.ndjson",
                         .filter = "where:?contains=e,o,u",
                         .workers = "0",
                         .sinks = { CSV, NDJSON },
                         .dead = DEAD });
}
static kt_status with_worker(oom *o) {
  o->threads = 1;
  return run(o, &(plan){ .in = "in.ndjson",
                         .filter = "sample:1",
                         .workers = "1",
                         .sinks = { CSV, NDJSON, SQLITE },
                         .dead = DEAD });
}
static kt_status database(oom *o) {
  return run(o, &(plan){ .in = "in.ndjson",
                         .filter = "dedup:?window=10",
                         .scorer = "by-length:",
                         .workers = "0",
                         .sinks = { SQLITE "&lane.window=4" }, /* what waits may be overtaken */
                         .dead = "sqlite:{dir}/dead.db?sync=none" });
}
static kt_status hours(oom *o) {
  return run(o, &(plan){ .in = "in.ndjson",
                         .workers = "0",
                         .sinks = { "csv:{dir}/by/?sync=none&partition=hour&max_open=1&sync.bytes="
                                    "500&fields=tweet_id,text",
                                    "ndjson:{dir}/key/?sync=none&key=dt=%25Y-%25m-%25d/h=%25H&"
                                    "fields=tweet_id" },
                         .dead = DEAD });
}
static kt_status folder(oom *o) {
  return run(o, &(plan){ .in = "many",
                         .source_options = "recursive=true&framing=json&max_line_bytes=1k&",
                         .workers = "0",
                         .sinks = { NDJSON },
                         .dead = DEAD });
}

#define RAW "?sync=none&sync.bytes=3000&record=raw"

static kt_status gzip(oom *o) {
  return run(o, &(plan){ .in = "in.gz",
                         .workers = "0",
                         .sinks = { CSV, "ndjson:{dir}/out.gz" RAW },
                         .dead = DEAD });
}
static kt_status zstd(oom *o) {
  return run(o, &(plan){ .in = "in.zst",
                         .workers = "0",
                         .sinks = { CSV, "ndjson:{dir}/out.zst" RAW },
                         .dead = DEAD });
}
static kt_status bzip2(oom *o) {
  return run(o, &(plan){ .in = "in.bz2",
                         .workers = "0",
                         .sinks = { CSV, "ndjson:{dir}/out.bz2" RAW },
                         .dead = DEAD });
}

/* Input */

static void write_posts(oom *o) {
  static char text[60000];
  oom_write(oom_made(o, "in.ndjson"), text, oom_posts(text, sizeof text, POSTS, 1));
}

static void copy(oom *o, const char *from, const char *to) {
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = kt_parts_new(o->env, &parts, &o->err);
  if (st == KT_OK) st = kt_pipeline_new(parts, &p, &o->err);
  if (st == KT_OK) st = kt_pipeline_set_source(p, from, &o->err);
  if (st == KT_OK) st = kt_pipeline_add_sink(p, to, &o->err);
  if (st == KT_OK) st = kt_pipeline_set_dead_letter(p, "null:", &o->err);
  if (st == KT_OK) st = kt_pipeline_run(p, &o->err);
  if (st != KT_END) oom_wrong(o, "cannot copy: %s", o->err.message);
  kt_pipeline_free(p);
  kt_parts_free(parts);
}

static void write_packed(oom *o) {
  static const char *const suffixes[] = { "gz", "zst", "bz2" };
  char from[800], to[800];
  write_posts(o);
  snprintf(from, sizeof from, "file:%s", oom_made(o, "in.ndjson"));
  for (size_t i = 0; i < 3; i++) {
    snprintf(to, sizeof to, "ndjson:%s/in.%s?record=raw&sync=none&sync.bytes=9000", o->made,
             suffixes[i]);
    copy(o, from, to);
  }
}

static void write_folder(oom *o) {
  static char text[60000];
  char to[800];
  size_t n = oom_posts(text, sizeof text, POSTS / 2, 0);
  snprintf(to, sizeof to, "ndjson:%s/many/deep/b.ndjson?record=raw&sync=none", o->made);
  write_posts(o);
  char from[800];
  snprintf(from, sizeof from, "file:%s", oom_made(o, "in.ndjson"));
  copy(o, from, to);
  memset(text + n, 'x', 3000); /* too long a line */
  text[n + 3000] = '\n';
  oom_write(oom_made(o, "many/a.ndjson"), text, n + 3001);
}

/* Results */

static int note_row(void *self, int n, char **values, char **columns) {
  (void)columns;
  for (int i = 0; i < n; i++) oom_note(self, "%s|", values[i] ? values[i] : "NULL");
  oom_note(self, "\n");
  return 0;
}

static void note_rows(oom *o, const char *name, const char *sql) {
  sqlite3 *db = NULL;
  char *why = NULL;
  if (sqlite3_open_v2(oom_path(o, name), &db, SQLITE_OPEN_READWRITE, NULL) ||
      sqlite3_exec(db, sql, note_row, o, &why))
    oom_wrong(o, "%s: %s", name, why ? why : "cannot open");
  sqlite3_free(why);
  sqlite3_close(db);
}

static void note_database(oom *o) {
  note_rows(o, "out.db",
            "PRAGMA integrity_check; SELECT tweet_id,text,created_time,lang,source,user_id,"
            "user_name,ref_id,repost,reply,quote,truncated,edited,sentiment,score_positive,"
            "score_negative,score_neutral,score_mixed "
            "FROM posts ORDER BY 1; SELECT tweet_id FROM posts_deleted");
}

static void look_plain(oom *o) {
  oom_note_file(o, "out.csv");
  oom_note_file(o, "out.ndjson");
  oom_note_file(o, "dead.ndjson");
}

static void look_worker(oom *o) {
  look_plain(o);
  note_database(o);
}

static void look_database(oom *o) {
  note_database(o);
  note_rows(o, "dead.db",
            "PRAGMA integrity_check; SELECT id,lane,place,error,reason,frame FROM dead_letters "
            "ORDER BY place");
}

static void look_hours(oom *o) {
  static const char *const names[] = {
    "by/2021/11/05/10/part-%03d.csv",          "by/2021/11/05/11/part-%03d.csv",
    "by/2021/11/05/12/part-%03d.csv",          "by/part.csv.deletes.ndjson",
    "key/dt=2021-11-05/h=10/part-%03d.ndjson", "key/dt=2021-11-05/h=11/part-%03d.ndjson",
    "key/dt=2021-11-05/h=12/part-%03d.ndjson", "key/part.ndjson.deletes.ndjson"
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    oom_note_parts(o, names[i], strchr(names[i], '%') ? 20 : 1);
  oom_note_file(o, "dead.ndjson");
}

static void look_packed(oom *o, const char *name) {
  char from[800], to[800];
  look_plain(o);
  snprintf(from, sizeof from, "file:%s", oom_path(o, name));
  snprintf(to, sizeof to, "ndjson:%s?record=raw&sync=none", oom_path(o, "unpacked"));
  kt_env *env = o->env;
  if (kt_env_new(NULL, &o->env, &o->err) < 0) return;
  copy(o, from, to);
  kt_env_free(o->env);
  o->env = env;
  oom_note_file(o, "unpacked");
}
static void look_gzip(oom *o) {
  look_packed(o, "out.gz");
}
static void look_zstd(oom *o) {
  look_packed(o, "out.zst");
}
static void look_bzip2(oom *o) {
  look_packed(o, "out.bz2");
}

const oom_scenario oom_files[] = {
  { "files", plain, write_posts, look_plain, .loses_nothing = 1 },
  { "files-worker", with_worker, write_posts, look_worker, .loses_nothing = 1 },
  { "sqlite", database, write_posts, look_database, .loses_nothing = 1 },
  { "hours", hours, write_posts, look_hours, .loses_nothing = 1 },
  { "folder", folder, write_folder, look_plain, .loses_nothing = 1 },
  { "gzip", gzip, write_packed, look_gzip, .loses_nothing = 1 },
  { "zstd", zstd, write_packed, look_zstd, .loses_nothing = 1 },
  { "bzip2", bzip2, write_packed, look_bzip2, .loses_nothing = 1 },
  { 0 }
};
