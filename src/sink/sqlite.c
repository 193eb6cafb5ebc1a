/* SPDX-License-Identifier: Apache-2.0 */
/* `sqlite:` keeps posts in a SQLite database, one row an id, for people to query.
 *
 * Promise: a record is delivered when its transaction is committed (WAL, synchronous=FULL): it
 * survives a power loss; with sync=none a killed process. SQLite because the embedded store must be
 * one file that every language and tool opens, and because its commit is trusted. Its memory is
 * that of its own malloc and not counted on the env: an allocator can be given to SQLite only for
 * the whole process, which is not a library's to do. It is bounded by the page cache (8 MiB). */
#include <kappatweet/sink.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "base/sys.h"
#include "base/time.h"
#include "base/utf8.h"
#include "io/disk.h"
#include "io/folders.h"
#include "json/json.h"
#include "sink/pending.h"

/* 4,000 rows are about 40 ms of work here and pin about 12 MiB of payloads until the commit. */
static const char OPTIONS[] =
    "\t\t\t\t\t\tKeeps posts in a SQLite database, one row an id, with columns and indices to "
    "query.\n"
    "target\tpath\t\t!\t\t\tfile of the database\n"
    "table\tstring\t\tposts\t\t\tname of the table of posts\n"
    "raw\tbool\t\tfalse\t\t\tkeep the payload too\n"
    "sync\tenum:full|none\t\tfull\t\t\tfull: what is delivered survives a power loss; none: a "
    "killed "
    "process\n"
    "sync.records\tint\trecords\t4000\t1\t1000000\tcommits after so many\n"
    "sync.ms\tduration\tms\t1s\t0\t1h\tcommits after so long\n"
    "empty\tbool\t\ttrue\t\t\tmake the database even if no record comes\n";

static const char WHERE[] = "sink.sqlite";
enum { SCHEMA = 2 }; /* 2: who scored */

typedef enum query { INSERT_POST, DELETE_POST, INSERT_DELETED, INSERT_DEAD, QUERIES } query;

typedef struct sqlite_sink {
  const kt_env *env;
  char *path, *table;
  int raw, sync, empty;
  size_t sync_records;
  int64_t sync_ms;
  sqlite3 *db;
  sqlite3_stmt *queries[QUERIES];
  int ready;   /* the schema is there */
  int stepped; /* the run has begun */
  int open;    /* a transaction is */
  int erased;  /* since the write-ahead log was emptied last */
  kt_delivery **held;
  size_t held_count, held_cap, held_records;
  int64_t held_since;
  kt_pending pending;
  kt_buf scratch;
} sqlite_sink;

static kt_status fail(const sqlite_sink *s, int rc, const char *what, kt_error *err) {
  int base = rc & 0xFF;
  int e = s->db ? sqlite3_system_errno(s->db) : 0;
  if (base == SQLITE_NOMEM) return kt_fail_nomem(err, WHERE);
  if (base == SQLITE_CANTOPEN && e) {
    errno = e;
    return kt_disk_fail(WHERE, what, s->path, err);
  }
  int damaged = base == SQLITE_CORRUPT || base == SQLITE_NOTADB;
  int passes = base == SQLITE_BUSY || base == SQLITE_LOCKED || base == SQLITE_FULL ||
               rc == SQLITE_IOERR_SHMSIZE; /* no room for the shared memory file */
  /* The message of an SQL error names columns and tables, never a value. */
  const char *why = base == SQLITE_ERROR && s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
  kt_status st =
      kt_fail(err, damaged ? KT_ECORRUPT : KT_EIO, passes ? KT_ERR_RETRYABLE : KT_ERR_FATAL, WHERE,
              "cannot %s %.100s: %s", what, s->path, why);
  if (err) err->os_error = e;
  return st;
}

static kt_status run(sqlite_sink *s, const char *sql, const char *what, kt_error *err) {
  int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? KT_OK : fail(s, rc, what, err);
}

/* Every %w in the format is the name of the table of posts. */
static kt_status run_for_table(sqlite_sink *s, const char *format, kt_error *err) {
  char *sql = sqlite3_mprintf(format, s->table, s->table, s->table, s->table);
  kt_status st = sql ? run(s, sql, "write", err) : kt_fail_nomem(err, WHERE);
  sqlite3_free(sql);
  return st;
}

static const char create_posts[] =
    "CREATE TABLE IF NOT EXISTS \"%w\"("
    "tweet_id TEXT PRIMARY KEY NOT NULL,text TEXT,created_time TEXT,created_ms INTEGER,"
    "lang TEXT,source TEXT,user_id TEXT,user_name TEXT,ref_id TEXT,"
    "repost INTEGER,reply INTEGER,quote INTEGER,truncated INTEGER,edited INTEGER,"
    "sentiment TEXT,score_positive REAL,score_negative REAL,score_neutral REAL,score_mixed REAL,"
    "arrived_ms INTEGER,raw TEXT,scorer TEXT,scorer_version TEXT,model_hash TEXT)";
/* Of a table of schema 1. */
static const char add_scorer[] = "ALTER TABLE \"%w\" ADD COLUMN scorer TEXT;"
                                 "ALTER TABLE \"%w\" ADD COLUMN scorer_version TEXT;"
                                 "ALTER TABLE \"%w\" ADD COLUMN model_hash TEXT";
static const char create_others[] =
    "CREATE INDEX IF NOT EXISTS \"%w_created_time\" ON \"%w\"(created_time);"
    "CREATE INDEX IF NOT EXISTS \"%w_lang\" ON \"%w\"(lang)";
static const char create_deleted[] =
    "CREATE TABLE IF NOT EXISTS \"%w_deleted\"(tweet_id TEXT PRIMARY KEY NOT NULL,"
    "deleted_ms INTEGER) WITHOUT ROWID";
static const char create_dead[] =
    "CREATE TABLE IF NOT EXISTS dead_letters(id TEXT PRIMARY KEY NOT NULL,lane TEXT,place TEXT,"
    "attempts INTEGER,error TEXT,reason TEXT,frame,arrived_ms INTEGER)";

/* What comes later replaces what was there, but not a whole text by a truncated one, nor a score by
 * none; what was deleted does not come back. */
static const char insert_post[] =
    "INSERT INTO \"%w\" AS p SELECT ?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,"
    "?19,?20,?21,?22,?23,?24 WHERE NOT EXISTS(SELECT 1 FROM \"%w_deleted\" WHERE tweet_id=?1) "
    "ON CONFLICT(tweet_id) DO UPDATE SET text=excluded.text,created_time=excluded.created_time,"
    "created_ms=excluded.created_ms,lang=excluded.lang,source=excluded.source,"
    "user_id=excluded.user_id,user_name=excluded.user_name,ref_id=excluded.ref_id,"
    "repost=excluded.repost,reply=excluded.reply,quote=excluded.quote,"
    "truncated=excluded.truncated,edited=excluded.edited,"
    "sentiment=coalesce(excluded.sentiment,sentiment),"
    "score_positive=coalesce(excluded.score_positive,score_positive),"
    "score_negative=coalesce(excluded.score_negative,score_negative),"
    "score_neutral=coalesce(excluded.score_neutral,score_neutral),"
    "score_mixed=coalesce(excluded.score_mixed,score_mixed),"
    /* Whose score it is goes with the score. */
    "scorer=CASE WHEN excluded.sentiment IS NULL THEN scorer ELSE excluded.scorer END,"
    "scorer_version=CASE WHEN excluded.sentiment IS NULL THEN scorer_version "
    "ELSE excluded.scorer_version END,"
    "model_hash=CASE WHEN excluded.sentiment IS NULL THEN model_hash ELSE excluded.model_hash END,"
    "arrived_ms=excluded.arrived_ms,raw=coalesce(excluded.raw,raw) "
    "WHERE excluded.arrived_ms>=coalesce(p.arrived_ms,excluded.arrived_ms) "
    "AND excluded.truncated<=p.truncated";

static kt_status prepare(sqlite_sink *s, query q, const char *format, kt_error *err) {
  char *sql = sqlite3_mprintf(format, s->table, s->table);
  if (!sql) return kt_fail_nomem(err, WHERE);
  int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->queries[q], NULL);
  sqlite3_free(sql);
  return rc == SQLITE_OK ? KT_OK : fail(s, rc, "use", err);
}

static kt_status connect_to(sqlite_sink *s, int flags, kt_error *err) {
  if (s->db) return KT_OK;
  /* A name that begins with a colon would mean something else to SQLite. */
  char *path = sqlite3_mprintf("%s%s", *s->path == ':' ? "./" : "", s->path);
  if (!path) return kt_fail_nomem(err, WHERE);
  int rc = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  sqlite3_free(path);
  if (s->db) sqlite3_extended_result_codes(s->db, 1);
  if (rc == SQLITE_OK) return KT_OK;
  kt_status st = fail(s, rc, "open", err);
  sqlite3_close(s->db);
  s->db = NULL;
  return st;
}

static void disconnect(sqlite_sink *s) {
  for (int q = 0; q < QUERIES; q++) {
    sqlite3_finalize(s->queries[q]);
    s->queries[q] = NULL;
  }
  sqlite3_close(s->db);
  s->db = NULL;
  s->ready = s->open = 0;
}

/* To take a transaction back needs memory; where there is none the end of the connection does it.
 */
static void leave_transaction(sqlite_sink *s) {
  if (!s->db || sqlite3_get_autocommit(s->db)) return;
  sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
  if (!sqlite3_get_autocommit(s->db)) disconnect(s);
}

/* A database of ours has its version from its first table on. */
static kt_status check_version(sqlite_sink *s, kt_error *err) {
  sqlite3_stmt *q = NULL;
  int version = 0, tables = 0;
  int rc = sqlite3_prepare_v2(s->db,
                              "SELECT user_version,(SELECT count(*) FROM sqlite_master) "
                              "FROM pragma_user_version",
                              -1, &q, NULL);
  if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
    version = sqlite3_column_int(q, 0);
    tables = sqlite3_column_int(q, 1);
  }
  sqlite3_finalize(q);
  if (rc != SQLITE_ROW) return fail(s, rc, "read", err);
  if (!version && tables)
    return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, WHERE,
                   "%.100s holds tables of something else: choose another file", s->path);
  if (version <= SCHEMA) return KT_OK;
  return kt_fail(err, KT_ENOTSUP, KT_ERR_FATAL, WHERE,
                 "%.100s was written by a newer version (schema %d, this one knows %d)", s->path,
                 version, (int)SCHEMA);
}

/* Databases of before go on: each table is looked at, since there may be several. */
static kt_status upgrade(sqlite_sink *s, kt_error *err) {
  sqlite3_stmt *q = NULL;
  int rc = sqlite3_prepare_v2(
      s->db, "SELECT count(*) FROM pragma_table_info(?1) WHERE name='model_hash'", -1, &q, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_bind_text(q, 1, s->table, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) rc = sqlite3_step(q);
  int has = rc == SQLITE_ROW && sqlite3_column_int(q, 0);
  sqlite3_finalize(q);
  if (rc != SQLITE_ROW) return fail(s, rc, "read", err);
  return has ? KT_OK : run_for_table(s, add_scorer, err);
}

static kt_status make_schema(sqlite_sink *s, kt_error *err) {
  kt_status st = run(s, "BEGIN IMMEDIATE", "write", err);
  if (st < 0) return st;
  KT_POINT("sqlite.schema");
  st = run_for_table(s, create_posts, err);
  if (st == KT_OK) st = upgrade(s, err);
  if (st == KT_OK) st = run_for_table(s, create_others, err);
  if (st == KT_OK) st = run_for_table(s, create_deleted, err);
  if (st == KT_OK) st = run(s, "PRAGMA user_version=2", "write", err);
  if (st == KT_OK) st = run(s, "COMMIT", "write", err);
  if (st < 0) leave_transaction(s);
  return st;
}

static kt_status make_ready(sqlite_sink *s, kt_error *err) {
  if (s->ready) return KT_OK;
  if (!s->db && kt_folders_make(s->env, s->path, s->sync))
    return kt_disk_fail(WHERE, "make", s->path, err);
  KT_POINT("sqlite.create");
  kt_status st = connect_to(s, SQLITE_OPEN_CREATE, err);
  if (st == KT_OK) st = check_version(s, err);
  if (st == KT_OK)
    st = run(s, "PRAGMA journal_mode=WAL;PRAGMA secure_delete=ON;PRAGMA cache_size=-8192", "write",
             err);
  if (st == KT_OK)
    st = run(s, s->sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", "write", err);
  if (st == KT_OK) st = make_schema(s, err);
  if (st == KT_OK) st = prepare(s, INSERT_POST, insert_post, err);
  if (st == KT_OK) st = prepare(s, DELETE_POST, "DELETE FROM \"%w\" WHERE tweet_id=?1", err);
  if (st == KT_OK)
    st = prepare(s, INSERT_DELETED,
                 "INSERT INTO \"%w_deleted\" VALUES(?1,?2) ON CONFLICT DO NOTHING", err);
  KT_POINT("sqlite.ready");
  s->ready = st == KT_OK;
  for (int q = 0; !s->ready && q < QUERIES; q++) {
    sqlite3_finalize(s->queries[q]);
    s->queries[q] = NULL;
  }
  return st;
}

/* Values are never copied, so that no bind needs memory: what it points to lives until the step. */

static void bind_text(sqlite3_stmt *q, int i, kt_span v) {
  if (v.ptr)
    sqlite3_bind_text64(q, i, v.ptr, v.len, SQLITE_STATIC, SQLITE_UTF8);
  else
    sqlite3_bind_null(q, i);
}

static void bind_int(sqlite3_stmt *q, int i, int64_t v) {
  if (v == KT_UNKNOWN)
    sqlite3_bind_null(q, i);
  else
    sqlite3_bind_int64(q, i, v);
}

/* As the shortest decimal, which the column's REAL affinity turns into a number: 0.1 stays 0.1. */
static kt_status bind_scores(sqlite_sink *s, sqlite3_stmt *q, const kt_batch *b, uint32_t at) {
  static const char *const labels[] = { NULL, "POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED" };
  const kt_score *score = kt_batch_score(b, at);
  int has = score && score->label >= KT_LABEL_POSITIVE && score->label <= KT_LABEL_MIXED;
  bind_text(q, 22, has ? kt_batch_scorer(b) : KT_NULL_SPAN);
  bind_text(q, 23, has ? kt_batch_scorer_version(b) : KT_NULL_SPAN);
  bind_text(q, 24, has ? kt_batch_model_hash(b) : KT_NULL_SPAN);
  for (int i = 15; !has && i <= 19; i++) sqlite3_bind_null(q, i);
  if (!has) return KT_OK;
  const float values[] = { score->positive, score->negative, score->neutral, score->mixed };
  size_t ends[4];
  s->scratch.len = 0;
  for (int i = 0; i < 4; i++) {
    if (kt_json_put_float(&s->scratch, values[i])) return KT_ENOMEM;
    ends[i] = s->scratch.len;
  }
  bind_text(q, 15, kt_span_of(labels[score->label]));
  for (size_t i = 0, from = 0; i < 4; from = ends[i++])
    bind_text(q, 16 + (int)i, kt_span_make(s->scratch.ptr + from, ends[i] - from));
  return KT_OK;
}

static kt_status step_once(sqlite_sink *s, sqlite3_stmt *q, kt_error *err) {
  int rc = sqlite3_step(q);
  sqlite3_reset(q);
  return rc == SQLITE_DONE ? KT_OK : fail(s, rc, "write", err);
}

static kt_status put_post(sqlite_sink *s, const kt_batch *b, uint32_t i, kt_error *err) {
  static const uint32_t flags[] = { KT_REPOST, KT_REPLY, KT_QUOTE, KT_TRUNCATED, KT_EDITED };
  const kt_record *r = kt_batch_record(b, i);
  sqlite3_stmt *q = s->queries[INSERT_POST];
  char created[40];
  kt_span iso = KT_NULL_SPAN;
  if (r->created_ms != KT_UNKNOWN)
    iso = kt_span_make(created, kt_time_format_iso(r->created_ms, created));
  bind_text(q, 1, r->id);
  bind_text(q, 2, r->text);
  bind_text(q, 3, iso);
  bind_int(q, 4, r->created_ms);
  bind_text(q, 5, r->lang);
  bind_text(q, 6, r->source);
  bind_text(q, 7, r->user_id);
  bind_text(q, 8, r->user_name);
  bind_text(q, 9, r->ref_id);
  for (int k = 0; k < 5; k++) bind_int(q, 10 + k, (r->flags & flags[k]) != 0);
  if (bind_scores(s, q, b, i)) return kt_fail_nomem(err, WHERE);
  bind_int(q, 20, r->arrived_ms != KT_UNKNOWN ? r->arrived_ms : kt_env_now_ms(s->env));
  bind_text(q, 21, s->raw ? r->raw : KT_NULL_SPAN);
  return step_once(s, q, err);
}

static kt_status put_delete(sqlite_sink *s, const kt_record *r, kt_error *err) {
  bind_text(s->queries[DELETE_POST], 1, r->id);
  bind_text(s->queries[INSERT_DELETED], 1, r->id);
  bind_int(s->queries[INSERT_DELETED], 2,
           r->created_ms != KT_UNKNOWN ? r->created_ms : kt_env_now_ms(s->env));
  kt_status st = step_once(s, s->queries[DELETE_POST], err);
  if (st == KT_OK && sqlite3_changes(s->db)) s->erased = 1;
  return st == KT_OK ? step_once(s, s->queries[INSERT_DELETED], err) : st;
}

/* One row for one refusal of one frame, however often it comes. */
static kt_status put_dead(sqlite_sink *s, const kt_batch *b, size_t i, const kt_record *r,
                          kt_error *err) {
  kt_dead why = { .size = sizeof why };
  char id[33];
  if (!s->queries[INSERT_DEAD]) {
    kt_status st = run(s, create_dead, "write", err);
    if (st == KT_OK)
      st = prepare(s, INSERT_DEAD,
                   "INSERT INTO dead_letters VALUES(?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT DO UPDATE "
                   "SET attempts=excluded.attempts,error=excluded.error,reason=excluded.reason",
                   err);
    if (st < 0) return st;
  }
  sqlite3_stmt *q = s->queries[INSERT_DEAD];
  kt_batch_dead(b, i, &why);
  kt_hash128 h = kt_hash(r->raw.ptr, r->raw.len, 0);
  h = kt_hash(why.place.ptr, why.place.len, h.hi ^ h.lo);
  h = kt_hash(why.lane.ptr, why.lane.len, h.hi ^ h.lo);
  snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)h.hi, (unsigned long long)h.lo);
  bind_text(q, 1, kt_span_make(id, 32));
  bind_text(q, 2, why.lane);
  bind_text(q, 3, why.place);
  bind_int(q, 4, why.attempts);
  bind_text(q, 5, kt_span_of(kt_status_name(why.code)));
  bind_text(q, 6, why.reason);
  if (kt_utf8_valid(r->raw.ptr, r->raw.len) == r->raw.len)
    bind_text(q, 7, r->raw);
  else
    sqlite3_bind_blob64(q, 7, r->raw.ptr, r->raw.len, SQLITE_STATIC);
  bind_int(q, 8, r->arrived_ms != KT_UNKNOWN ? r->arrived_ms : kt_env_now_ms(s->env));
  return step_once(s, q, err);
}

/* Notices and gaps are not kept: there is nothing in them to query by post. */
static kt_status put(sqlite_sink *s, kt_delivery *d, const kt_batch *b, uint32_t i, kt_error *err) {
  const kt_record *r = kt_batch_record(b, i);
  KT_POINT("sqlite.put");
  if (r->kind == KT_DEAD) return put_dead(s, b, i, r, err);
  if (r->kind != KT_POST && r->kind != KT_DELETE) return KT_OK;
  if (!r->id.ptr) {
    kt_error why;
    kt_fail(&why, KT_EINVAL, 0, WHERE, "it has no id, and rows are kept by id");
    kt_delivery_mark(d, i, KT_REJECTED, &why);
    return KT_OK;
  }
  return r->kind == KT_DELETE ? put_delete(s, r, err) : put_post(s, b, i, err);
}

static void finish(sqlite_sink *s, int outcome, const kt_error *why) {
  for (size_t i = 0; i < s->held_count; i++) {
    /* Marks stay: what was rejected is so whatever became of the rest. */
    kt_delivery_done(s->held[i], outcome, why);
  }
  s->held_count = s->held_records = 0;
  s->held_since = INT64_MAX;
}

static void roll_back(sqlite_sink *s, const kt_error *why) {
  leave_transaction(s);
  /* A table that was made in the transaction is gone, and the query that needs it. */
  sqlite3_finalize(s->queries[INSERT_DEAD]);
  s->queries[INSERT_DEAD] = NULL;
  s->open = 0;
  finish(s, KT_RETRY, why);
}

static kt_status commit(sqlite_sink *s, kt_error *err) {
  kt_error why;
  if (!s->open) return KT_OK;
  KT_POINT("sqlite.commit");
  kt_status st = run(s, "COMMIT", "write", &why);
  if (st < 0) {
    roll_back(s, &why);
    if (err) *err = why;
    return st;
  }
  KT_POINT("sqlite.committed");
  s->open = 0;
  finish(s, KT_DELIVERED, NULL);
  return KT_OK;
}

static kt_status put_batch(sqlite_sink *s, kt_delivery *d, size_t n, kt_error *err) {
  const kt_batch *b = kt_delivery_batch(d);
  kt_status st = KT_OK;
  if (!s->open) {
    KT_POINT("sqlite.begin");
    st = run(s, "BEGIN IMMEDIATE", "write", err);
    s->open = st == KT_OK;
  }
  for (size_t i = 0; st == KT_OK && i < n; i++) st = put(s, d, b, s->pending.index[i], err);
  return st;
}

static kt_status sqlite_submit(void *self, kt_delivery *d, kt_error *err) {
  sqlite_sink *s = self;
  kt_error own;
  size_t n;
  if (!err) err = &own;
  kt_status st = make_ready(s, err);
  if (st == KT_OK) st = kt_pending_take(&s->pending, d, &n, err);
  if (st == KT_OK && kt_grow(s->env, &s->held, &s->held_cap, s->held_count + 1, sizeof *s->held))
    st = kt_fail_nomem(err, WHERE);
  if (st < 0) return st;
  st = put_batch(s, d, n, err);
  if (st < 0) {
    roll_back(s, err);
    return st;
  }
  s->held[s->held_count++] = d;
  s->held_records += n;
  if (s->held_since == INT64_MAX) s->held_since = kt_env_mono_ms(s->env);
  if (s->held_records >= s->sync_records) commit(s, NULL); /* it tells the deliveries */
  return KT_OK;
}

static int64_t due(const sqlite_sink *s) {
  return s->held_since == INT64_MAX ? INT64_MAX : s->held_since + s->sync_ms;
}

static kt_status sqlite_step(void *self, int64_t mono_ms, kt_error *err) {
  sqlite_sink *s = self;
  (void)err;
  s->stepped = 1;
  if (mono_ms >= due(s)) commit(s, NULL);
  return KT_AGAIN;
}

static void sqlite_pollset(void *self, kt_pollset *ps) {
  if (due(self) != INT64_MAX) kt_pollset_deadline(ps, due(self));
}

/* Deleted text still stands in the write-ahead log until that is emptied; a reader may prevent it,
 * then the next time does it. */
static void empty_wal(sqlite_sink *s) {
  if (!s->erased || !s->db) return;
  s->erased =
      sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK;
}

static kt_status sqlite_flush(void *self, kt_error *err) {
  sqlite_sink *s = self;
  kt_status st = commit(s, err);
  if (st == KT_OK) empty_wal(s);
  return st;
}

static void sqlite_cancel(void *self, kt_delivery *d) {
  (void)d;
  commit(self, NULL);
}

static void release(sqlite_sink *s) {
  disconnect(s);
  kt_pending_free(&s->pending);
  kt_buf_clear(&s->scratch);
  kt_env_release(s->env, s->held, s->held_cap * sizeof *s->held);
  kt_strfree(s->env, s->path);
  kt_strfree(s->env, s->table);
  kt_env_release(s->env, s, sizeof *s);
}

static void sqlite_close(void *self) {
  sqlite_sink *s = self;
  commit(s, NULL);
  if (s->stepped && s->empty) make_ready(s, NULL); /* not when the run failed before it began */
  KT_POINT("sqlite.close");
  if (s->db) empty_wal(s);
  release(s);
}

static int is_identifier(const char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  size_t n = strlen(name);
  return n && n <= 60 && strspn(name, letters) == n && (*name < '0' || *name > '9') &&
         sqlite3_strnicmp(name, "sqlite_", 7) != 0 && sqlite3_stricmp(name, "dead_letters") != 0;
}

/* What is there is looked at; what is not there is made when it is needed. */
static kt_status look(sqlite_sink *s, kt_error *err) {
  struct stat st;
  if (kt_sys_stat(s->path, &st) == 0) {
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
      return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, WHERE,
                     "%.100s is no regular file: a database needs one", s->path);
    kt_status status = connect_to(s, 0, err);
    return status == KT_OK ? check_version(s, err) : status;
  }
  return kt_disk_check(s->env, s->path, WHERE, err);
}

static kt_status sqlite_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)user;
  const char *table = kt_conf_string(conf, "table");
  if (!is_identifier(table))
    return kt_fail(err, KT_EINVAL, 0, WHERE,
                   "option table: '%.40s' is no name of letters, digits and _", table);
  sqlite_sink *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, WHERE);
  s->env = env;
  s->raw = kt_conf_int(conf, "raw") != 0;
  s->sync = strcmp(kt_conf_string(conf, "sync"), "full") == 0;
  s->empty = kt_conf_int(conf, "empty") != 0;
  s->sync_records = (size_t)kt_conf_int(conf, "sync.records");
  s->sync_ms = kt_conf_int(conf, "sync.ms");
  s->held_since = INT64_MAX;
  kt_pending_init(&s->pending, env);
  kt_buf_init(&s->scratch, env);
  s->path = kt_strdup(env, kt_conf_string(conf, "target"));
  s->table = kt_strdup(env, table);
  kt_status st = s->path && s->table ? look(s, err) : kt_fail_nomem(err, WHERE);
  if (st < 0) {
    release(s);
    return st;
  }
  *self = s;
  return KT_OK;
}

extern const kt_sink_ops kt_sink_sqlite;
const kt_sink_ops kt_sink_sqlite = { .size = sizeof(kt_sink_ops),
                                     .name = "sqlite",
                                     .options = OPTIONS,
                                     .caps = KT_SINK_KEYED | KT_SINK_DELETES | KT_SINK_HOLDS |
                                             KT_SINK_BLOCKS,
                                     .open = sqlite_open,
                                     .submit = sqlite_submit,
                                     .step = sqlite_step,
                                     .pollset = sqlite_pollset,
                                     .flush = sqlite_flush,
                                     .cancel = sqlite_cancel,
                                     .close = sqlite_close };
