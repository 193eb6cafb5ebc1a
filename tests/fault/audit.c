/* SPDX-License-Identifier: Apache-2.0 */
/* Which posts are in what a run wrote. */
#include <sqlite3.h>

#include "io/codec.h"
#include "world.h"

static unsigned seen[WORLD_POSTS];
static unsigned odd_lines, hidden_files;
static char told[400];

static const char *say(const char *what, const char *where, int id) {
  snprintf(told, sizeof told, "%s: post %d %s", where, id, what);
  return told;
}

/* `5` or `{"tweet_id":"5"}`, and the line of names. */
static void take_line(const char *line, size_t n) {
  static const char open[] = "{\"tweet_id\":\"";
  char copy[64];
  char *end, *from = copy;
  if (n >= sizeof copy) {
    odd_lines++;
    return;
  }
  memcpy(copy, line, n);
  copy[n] = '\0';
  if (!strcmp(copy, "tweet_id")) return;
  int json = !strncmp(copy, open, sizeof open - 1);
  if (json) from += sizeof open - 1;
  unsigned long id = strtoul(from, &end, 10);
  if (end == from || id >= WORLD_POSTS || strcmp(end, json ? "\"}" : ""))
    odd_lines++;
  else
    seen[id]++;
}

static void take_text(const char *p, size_t n) {
  for (const char *end = p + n; p < end;) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    if (!nl) odd_lines++;
    if (nl) take_line(p, (size_t)(nl - p));
    p = nl ? nl + 1 : end;
  }
}

/* As far as it can be unpacked. */
static void take_file(const char *path) {
  static char plain[64 * 1024];
  size_t n = 0, got;
  char *bytes = slurp(path, &n);
  kt_decompressor *d = NULL;
  if (!bytes) return;
  if (strstr(path, ".gz")) {
    kt_env *env = test_env(NULL, NULL);
    kt_span in = { bytes, n };
    n = 0;
    if (kt_decompressor_new(env, KT_CODEC_GZIP, &d, NULL) != KT_OK) abort();
    while (in.len && n < sizeof plain) {
      kt_status st = kt_decompressor_run(d, &in, plain + n, sizeof plain - n, &got, NULL);
      n += got;
      if (st < 0) break;
    }
    if (in.len || !kt_decompressor_whole(d)) odd_lines++;
    kt_decompressor_free(d);
    kt_env_free(env);
  }
  take_text(d ? plain : bytes, n);
  free(bytes);
}

static void take_folder(const char *dir) {
  char path[700];
  struct dirent *e;
  DIR *d = opendir(dir);
  while (d && (e = readdir(d))) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= (int)sizeof path) abort();
    size_t n = strlen(e->d_name);
    int hidden = n > 5 && !strcmp(e->d_name + n - 5, ".open");
    hidden_files += (unsigned)hidden;
    if (e->d_type == DT_DIR)
      take_folder(path);
    else if (hidden || *e->d_name != '.')
      take_file(path);
  }
  if (d) closedir(d);
}

/* Each row of the query, and whether the database is whole. */
static const char *take_rows(const char *path, const char *sql,
                             void (*take)(const char *, size_t)) {
  sqlite3 *db = NULL;
  sqlite3_stmt *q = NULL;
  const char *wrong = NULL;
  if (!is_file(path)) return NULL;
  int rc = sqlite3_open(path, &db);
  if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_step(q);
  if (rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(q, 0), "ok")) rc = 1;
  sqlite3_finalize(q);
  q = NULL;
  if (rc != SQLITE_ROW) {
    snprintf(told, sizeof told, "%s is damaged: %s", path, sqlite3_errmsg(db));
    wrong = told;
  } else if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK) {
    while (sqlite3_step(q) == SQLITE_ROW)
      take((const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0));
  }
  sqlite3_finalize(q);
  sqlite3_close(db);
  return wrong;
}

static const char *path_of(const char *uri) {
  static char path[700];
  const char *target = strchr(uri, ':') + 1;
  if (*target == '-') target = "out";
  snprintf(path, sizeof path, "%s/%.*s", world_dir, (int)strcspn(target, "?"), target);
  return path;
}

static const char *take_sink(const char *uri) {
  memset(seen, 0, sizeof seen);
  odd_lines = hidden_files = 0;
  if (!strncmp(uri, "sqlite:", 7))
    return take_rows(path_of(uri), "SELECT tweet_id FROM posts", take_line);
  if (strstr(uri, "partition"))
    take_folder(path_of(uri));
  else
    take_file(path_of(uri));
  return NULL;
}

/* Dead letters: the broken frames. */

static unsigned letters;

static void take_letter(const char *p, size_t n) {
  for (const char *at = p; (at = memmem(at, n - (size_t)(at - p), "broken-", 7)); at += 7)
    if (at + 7 < p + n && at[7] >= '0' && at[7] < '0' + WORLD_BROKEN)
      letters |= 1u << (at[7] - '0');
}

static const char *audit_letters(const char *uri, unsigned want) {
  letters = 0;
  if (!strncmp(uri, "sqlite:", 7)) {
    const char *wrong = take_rows(path_of(uri), "SELECT frame FROM dead_letters", take_letter);
    if (wrong) return wrong;
  } else {
    size_t n = 0;
    char *text = slurp(path_of(uri), &n);
    if (text) take_letter(text, n);
    free(text);
  }
  for (int i = 0; i < WORLD_BROKEN; i++)
    if (want >> i & 1 && !(letters >> i & 1)) {
      snprintf(told, sizeof told, "%s: broken frame %d is lost", uri, i);
      return told;
    }
  return NULL;
}

static unsigned reasons;

static void take_reason(const char *p, size_t n) {
  reasons += memmem(p, n, "cannot ", 7) != NULL;
}

int world_told(const world_case *c) {
  size_t n = 0;
  reasons = 0;
  if (!strncmp(c->dead, "sqlite:", 7)) {
    take_rows(path_of(c->dead), "SELECT reason FROM dead_letters", take_reason);
  } else {
    char *text = slurp(path_of(c->dead), &n);
    if (text) take_reason(text, n);
    free(text);
  }
  return reasons > 0;
}

const char *world_audit(const world_case *c) {
  const char *wrong = audit_letters(c->dead, (1u << WORLD_BROKEN) - 1);
  for (size_t k = 0; !wrong && k < 3 && c->sinks[k]; k++) {
    wrong = take_sink(c->sinks[k]);
    int keyed = !strncmp(c->sinks[k], "sqlite:", 7);
    for (int i = 0; !wrong && i < WORLD_POSTS; i++) {
      if (!seen[i]) wrong = say("is lost", c->sinks[k], i);
      if (seen[i] > 1 && (c->once || keyed)) wrong = say("is there twice", c->sinks[k], i);
    }
    int cut =
        !strstr(c->sinks[k], ":-"); /* to the last whole line, which standard output cannot be */
    if (!wrong && odd_lines && cut)
      wrong = say("(any): a line that is none of ours", c->sinks[k], -1);
    if (!wrong && hidden_files) wrong = say("(any): a file is still hidden", c->sinks[k], -1);
  }
  return wrong;
}

const char *world_audit_promise(const world_case *c, uint64_t frames) {
  int broken = (int)(frames / 13), posts = (int)frames - broken;
  const char *wrong = audit_letters(c->dead, (1u << broken) - 1);
  for (size_t k = 0; !wrong && k < 3 && c->sinks[k]; k++) {
    wrong = take_sink(c->sinks[k]);
    for (int i = 0; !wrong && i < posts; i++)
      if (!seen[i]) wrong = say("is lost, and was committed", c->sinks[k], i);
  }
  return wrong;
}
