/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet score: sentiment of texts and posts, one result a line in the order of the input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results.h"
#include "texts.h"

enum { PROGRESS_ROWS = 4096, ADDRESS = 3 * 4096 + 64 };

typedef struct job {
  const cli_plan *plan;
  kt_env *env;
  kt_model *model;
  cli_format format;
  kt_span language; /* of all texts; null: as the file says */
  int identify;
  uint64_t scored, labels[KT_LABEL_MIXED + 1], lost, bad;
} job;

static void count(job *j, const kt_score *s) {
  j->scored++;
  j->labels[s->label >= 0 && s->label <= KT_LABEL_MIXED ? s->label : 0]++;
  j->lost += (s->flags & KT_SCORE_OUT_OF_DEPTH) != 0;
}

static void summary(const job *j) {
  char n[5][32];
  cli_number(j->scored, n[0]);
  cli_number(j->labels[KT_LABEL_POSITIVE], n[1]);
  cli_number(j->labels[KT_LABEL_NEGATIVE], n[2]);
  cli_number(j->labels[KT_LABEL_NEUTRAL], n[3]);
  cli_number(j->labels[KT_LABEL_MIXED], n[4]);
  cli_say("%s scored: %s positive, %s negative, %s neutral, %s mixed", n[0], n[1], n[2], n[3],
          n[4]);
  if (j->lost)
    cli_say("; %llu out of its depth (unknown language or no words)", (unsigned long long)j->lost);
  if (j->bad) cli_say("; %llu rows not understood", (unsigned long long)j->bad);
  cli_say("\n");
}

static kt_span language_of(const job *j, kt_span told) {
  if (j->identify) return (kt_span){ NULL, 0 };
  return j->language.ptr ? j->language : told;
}

/* ---- rows of a file */

static void show_progress(const cli_texts *t, int64_t started_ms) {
  char rows[32], rate[32];
  int64_t ms = cli_now_ms() - started_ms;
  if (ms < 200) return;
  cli_number(t->rows, rows);
  cli_number(t->rows * 1000 / (uint64_t)ms, rate);
  fprintf(stderr, "\r%s texts", rows);
  if (t->total_bytes > 0)
    fprintf(stderr, " (%u%%)", (unsigned)(t->bytes * 100 / (uint64_t)t->total_bytes));
  fprintf(stderr, ", %s/s   ", rate);
}

static kt_status score_rows(job *j, cli_texts *t, kt_error *err) {
  cli_text row;
  const char *bad;
  int64_t started = cli_now_ms();
  int more, tty = isatty(STDERR_FILENO) && !cli_plan_flag(j->plan, CLI_QUIET);
  cli_results_head(j->format, "line");
  while ((more = cli_texts_next(t, &row, &bad, err)) > 0) {
    cli_result r = { .line = row.line, .text = row.text, .bad = bad };
    if (!*bad) {
      kt_score_text(j->model, language_of(j, row.lang), row.text, &r.score, &r.lang);
      count(j, &r.score);
    }
    cli_results_put(j->format, &r);
    if (tty && t->rows % PROGRESS_ROWS == 0) show_progress(t, started);
    if (ferror(stdout)) break; /* said at the end */
  }
  if (tty && t->rows >= PROGRESS_ROWS) fprintf(stderr, "\r%60s\r", "");
  j->bad = t->skipped;
  return more < 0 ? more : KT_OK;
}

/* ---- posts go through a pipeline */

static kt_status print_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                            kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

/* What is no post is told with its place, as rows of a file are. */
static void print_dead(const job *j, const kt_batch *b, size_t i) {
  kt_dead dead = { .size = sizeof dead };
  char why[200];
  if (kt_batch_dead(b, i, &dead) < 0) return;
  snprintf(why, sizeof why, "%.*s", (int)dead.reason.len, dead.reason.ptr ? dead.reason.ptr : "");
  cli_say("%.*s: %s\n", (int)dead.place.len, dead.place.ptr ? dead.place.ptr : "", why);
  cli_result r = { .id = dead.place, .bad = why };
  cli_results_put(j->format, &r);
}

static kt_status print_submit(void *self, kt_delivery *d, kt_error *err) {
  job *j = self;
  const kt_batch *b = kt_delivery_batch(d);
  (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *record = kt_batch_record(b, i);
    const kt_score *s = kt_batch_score(b, i);
    kt_score own;
    char tag[4];
    if (record->kind == KT_DEAD) print_dead(j, b, i);
    if (record->kind != KT_POST) continue;
    if (j->model) {
      kt_score_text(j->model, language_of(j, record->lang), record->text, &own, NULL);
      s = &own;
    }
    if (!s) continue;
    kt_score_language(s, tag);
    cli_result r = { .id = record->id, .text = record->text, .score = *s };
    if (*tag) r.lang = (kt_span){ tag, strlen(tag) };
    cli_results_put(j->format, &r);
    count(j, s);
  }
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

static void print_close(void *self) {
  (void)self;
}

static const kt_sink_ops print_sink = { .size = sizeof print_sink,
                                        .name = "scores",
                                        .options = "\t\t\t\t\t\tPrints scores\n",
                                        .open = print_open,
                                        .submit = print_submit,
                                        .close = print_close };

/* "builtin:?model=PATH", as the address of a part is written: RFC 3986. */
static void put_address(const char *path, char out[ADDRESS]) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-~";
  size_t n = (size_t)sprintf(out, path ? "builtin:?model=" : "builtin:");
  for (; path && *path && n + 4 < ADDRESS; path++)
    n += (size_t)sprintf(out + n, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
}

static kt_status set_up(job *j, kt_parts *parts, const char *path, kt_pipeline **out,
                        kt_error *err) {
  char scorer[ADDRESS];
  put_address(cli_plan_get(j->plan, CLI_MODEL), scorer);
  kt_status st = kt_parts_add_sink(parts, &print_sink, j, err);
  if (st >= 0) st = kt_pipeline_new(parts, out, err);
  if (st >= 0) st = kt_pipeline_set_source(*out, path, err);
  if (st >= 0 && !j->model) st = kt_pipeline_set_scorer(*out, scorer, err);
  if (st >= 0) st = kt_pipeline_set(*out, "lane.window", "1", err);
  if (st >= 0) st = kt_pipeline_add_sink(*out, "scores:", err);
  return st >= 0 ? kt_pipeline_set_dead_letter(*out, "scores:", err) : st;
}

static kt_status score_posts(job *j, const char *path, int *interrupted, kt_error *err) {
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_stats stats = { .size = sizeof stats };
  kt_status st = cli_parts(j->plan, j->env, &parts, err);
  /* The part goes by the language of the post: another one is scored here. */
  if (st >= 0 && (j->language.ptr || j->identify))
    st = kt_model_open(j->env, cli_plan_get(j->plan, CLI_MODEL), &j->model, err);
  if (st >= 0) st = set_up(j, parts, path, &p, err);
  if (st >= 0) {
    cli_drive d = { .pipeline = p,
                    .progress = !cli_plan_flag(j->plan, CLI_QUIET) && isatty(STDERR_FILENO) };
    cli_results_head(j->format, "id");
    st = cli_drive_run(&d, err);
    *interrupted = d.interrupted;
    if (kt_pipeline_stats(p, &stats) == KT_OK) j->bad = stats.dead;
  }
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return st;
}

/* ---- the command */

static kt_status open_texts(const cli_plan *plan, kt_env *env, cli_texts *t, kt_error *err) {
  const cli_list *files = &plan->values[CLI_FILES];
  if (files->count > 1)
    return cli_fail(err, KT_EINVAL, "command", "one file only: '%.60s' is too many",
                    files->items[1].text);
  t->path = files->count ? files->items[0].text : "-";
  if (cli_texts_plan(t, plan, err) < 0) return err->code;
  if (t->shape == CLI_TEXTS_POSTS) return KT_OK;
  /* Folders, globs, packed files and other sources hold posts. */
  if (t->shape == CLI_TEXTS_AUTO && strcmp(t->path, "-") != 0 && access(t->path, R_OK) != 0 &&
      strpbrk(t->path, ":*?"))
    t->shape = CLI_TEXTS_POSTS;
  return t->shape == CLI_TEXTS_POSTS ? KT_OK : cli_texts_open(t, env, err);
}

/* What was read to find out that these are posts cannot be given back by a pipe. */
static kt_status reopen(const cli_texts *t, kt_error *err) {
  if (strcmp(t->path, "-") != 0 || fseek(stdin, 0, SEEK_SET) == 0) return KT_OK;
  return cli_fail(err, KT_EINVAL, "command",
                  "these are posts: say --input posts when they come through a pipe");
}

static int run(job *j, cli_texts *t) {
  kt_error err = { 0 };
  int interrupted = 0;
  kt_status st = open_texts(j->plan, j->env, t, &err);
  if (st >= 0 && t->shape == CLI_TEXTS_POSTS) {
    if (t->in) st = reopen(t, &err);
    if (st >= 0) st = score_posts(j, t->path, &interrupted, &err);
  } else if (st >= 0) {
    st = kt_model_open(j->env, cli_plan_get(j->plan, CLI_MODEL), &j->model, &err);
    if (st >= 0) st = score_rows(j, t, &err);
  }
  int code = cli_flush();
  if (st < 0) {
    cli_error(&err);
    return st == KT_EINVAL ? CLI_USAGE : CLI_FAILED;
  }
  summary(j);
  if (interrupted) return CLI_INTERRUPTED;
  return code == CLI_DONE && j->bad && cli_plan_flag(j->plan, CLI_STRICT) ? CLI_SET_ASIDE : code;
}

static int with_plan(cli_plan *plan, kt_env *env) {
  kt_error err = { 0 };
  const char *language = cli_plan_get(plan, CLI_LANGUAGE), *text = cli_plan_get(plan, CLI_EXPLAIN);
  job j = { .plan = plan, .env = env, .identify = cli_plan_flag(plan, CLI_IDENTIFY) };
  cli_texts t = { 0 };
  if (language) j.language = (kt_span){ language, strlen(language) };
  const char *format = cli_plan_flag(plan, CLI_JSON) ? "ndjson" : cli_plan_get(plan, CLI_FORMAT);
  if (cli_format_of(format, &j.format, &err) < 0) {
    cli_error(&err);
    return CLI_USAGE;
  }
  if (text) return cli_explain(plan, env, text);
  int code = run(&j, &t);
  cli_texts_close(&t);
  kt_model_free(j.model);
  return code;
}

int cli_score(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_SCORE_TEXTS, argc, argv, env, with_plan);
}
