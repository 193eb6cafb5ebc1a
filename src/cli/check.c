/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet check: what a run would do and what is wrong with it, without touching anything. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void say_part(const char *role, const char *uri) {
  printf("%-12s %s\n", role, uri);
}

static void say_parts(const char *role, const cli_list *list) {
  for (size_t i = 0; i < list->count; i++) say_part(i ? "" : role, list->items[i].text);
}

/* A file that a run would not go on with. Returns 1 if so. */
static int check_existing(const char *uri, const char *path) {
  char journal[4200];
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  struct stat st;
  if ((strncmp(uri, "csv:", 4) != 0 && strncmp(uri, "ndjson:", 7) != 0) || strstr(uri, "mode="))
    return 0;
  if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || !st.st_size) return 0;
  snprintf(journal, sizeof journal, "%.*s.%s.journal", (int)(name - path), path, name);
  if (stat(journal, &st) == 0) return 0;
  fprintf(stderr,
          "kappatweet: %s exists and is not ours: mode=append adds to it, mode=overwrite replaces "
          "it\n",
          path);
  return 1;
}

/* A folder or file that cannot be written is told now, not after an hour. Returns 1 if so. */
static int check_output(const char *uri) {
  char path[4096], folder[4096];
  struct stat st;
  cli_sink_path(uri, path, sizeof path);
  if (!path[0]) return 0;
  snprintf(folder, sizeof folder, "%s", path);
  for (;;) { /* the nearest folder that is there */
    char *slash = strrchr(folder, '/');
    if (slash && slash != folder)
      *slash = '\0';
    else {
      snprintf(folder, sizeof folder, "%s", slash ? "/" : ".");
      break;
    }
    if (stat(folder, &st) == 0) break;
  }
  if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
    fprintf(stderr, "kappatweet: cannot write %s: %s is no folder\n", path, folder);
    return 1;
  }
  if (access(folder, W_OK | X_OK) != 0) {
    fprintf(stderr, "kappatweet: cannot write %s: %s: %s\n", path, folder, strerror(errno));
    return 1;
  }
  return check_existing(uri, path);
}

static int has_pattern(const char *path) {
  return strpbrk(path, "*?[") != NULL;
}

/* 1 if the source is a plain path that cannot be read. */
static int check_input(const char *uri) {
  char path[4096];
  const char *start = !strncmp(uri, "file:", 5) ? uri + 5 : strchr(uri, ':') ? NULL : uri;
  if (!start) return 0;
  if (!strncmp(start, "//", 2)) start += 2;
  const char *query = strstr(start, "?");
  while (query && !strchr(query, '=')) query = NULL;
  snprintf(path, sizeof path, "%.*s", query ? (int)(query - start) : (int)strlen(start), start);
  if (!strcmp(path, "-") || has_pattern(path) || access(path, R_OK) == 0) return 0;
  fprintf(stderr, "kappatweet: cannot read %s: %s\n", path, strerror(errno));
  return 1;
}

/* Columns and delimiter, which a file sink checks when it opens. */
static kt_status check_columns(kt_env *env, const kt_parts *parts, const char *uri, kt_error *err) {
  kt_part_info info = { .size = sizeof info };
  kt_status st = KT_OK;
  size_t n = strcspn(uri, ":");
  for (size_t i = 0; st >= 0 && kt_parts_get(parts, i, &info) == KT_OK; i++) {
    kt_conf *conf = NULL;
    kt_encoder *encoder = NULL;
    if (info.kind != KT_PART_SINK || strlen(info.name) != n || strncmp(info.name, uri, n) != 0 ||
        !strstr(info.options, KT_ENCODER_OPTIONS))
      continue;
    int csv = !strcmp(info.name, "csv") || strstr(uri, "format=csv");
    if (kt_conf_new(env, info.options, &conf, NULL) >= 0 && kt_conf_set_uri(conf, uri, NULL) >= 0)
      st = kt_encoder_new(env, csv ? KT_FORMAT_CSV : KT_FORMAT_NDJSON, conf, &encoder, err);
    kt_encoder_free(encoder);
    kt_conf_free(conf);
  }
  return st;
}

/* Appends those options of a sink's URI that are its lane's, or those that are its own. */
static void copy_options(const char *uri, int of_lane, char *out, size_t cap) {
  size_t n = strlen(out);
  char mark = '?';
  for (const char *part = strchr(uri, '?'); part && *part;) {
    size_t len = 1 + strcspn(part + 1, "&");
    if ((strncmp(part + 1, "lane.", 5) == 0) == of_lane && n + len < cap) {
      memcpy(out + n, part, len);
      out[n] = mark;
      mark = '&';
      out[n += len] = '\0';
    }
    part += len;
  }
}

static kt_status add_all(kt_pipeline *p, const cli_list *list,
                         kt_status (*set)(kt_pipeline *, const char *, kt_error *), kt_error *err) {
  kt_status st = KT_OK;
  for (size_t i = 0; st >= 0 && i < list->count; i++) st = set(p, list->items[i].text, err);
  return st;
}

/* Each sink's lane, with a sink that writes nothing. */
static kt_status add_lanes(kt_pipeline *p, const cli_list *sinks, kt_error *err) {
  kt_status st = KT_OK;
  for (size_t i = 0; st >= 0 && i < sinks->count; i++) {
    char uri[4200] = "null:";
    copy_options(sinks->items[i].text, 1, uri, sizeof uri);
    st = kt_pipeline_add_sink(p, uri, err);
  }
  return st;
}

/* Opens parser, filters and scorer over no input, for what they find wrong only then. */
static kt_status check_opening(const cli_plan *plan, kt_env *env, kt_error *err) {
  kt_memory *nothing = NULL;
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = kt_memory_new(env, 0, &nothing, err);
  if (st >= 0) st = cli_parts(plan, env, &parts, err);
  if (st >= 0) st = kt_parts_add_memory(parts, "kappatweet-check", nothing, err);
  if (st >= 0) st = kt_pipeline_new(parts, &p, err);
  if (st >= 0) st = kt_pipeline_set_source(p, "kappatweet-check:", err);
  if (st >= 0) st = add_all(p, &plan->values[CLI_PARSE], kt_pipeline_set_parser, err);
  if (st >= 0) st = add_all(p, &plan->values[CLI_FILTER], kt_pipeline_add_filter, err);
  if (st >= 0) st = add_all(p, &plan->values[CLI_SCORE], kt_pipeline_set_scorer, err);
  if (st >= 0) st = add_lanes(p, &plan->values[CLI_TO], err);
  if (st >= 0) kt_memory_end(nothing);
  if (st >= 0) st = kt_pipeline_run(p, err);
  for (size_t i = 0; st >= 0 && i < plan->values[CLI_TO].count; i++) {
    const char *whole = plan->values[CLI_TO].items[i].text;
    char uri[4200];
    snprintf(uri, sizeof uri, "%.*s", (int)strcspn(whole, "?"), whole);
    copy_options(whole, 0, uri, sizeof uri);
    st = check_columns(env, parts, uri, err);
  }
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_memory_free(nothing);
  return st;
}

static int report(const cli_plan *plan) {
  const cli_list *sinks = &plan->values[CLI_TO];
  char dead[4200];
  const char *parser = cli_plan_get(plan, CLI_PARSE), *limit = cli_plan_get(plan, CLI_LIMIT);
  const char *time_limit = cli_plan_get(plan, CLI_TIME_LIMIT);
  int wrong = check_input(cli_plan_get(plan, CLI_SOURCE));
  say_part("read", cli_plan_get(plan, CLI_SOURCE));
  say_part("parse", parser ? parser : "auto:");
  say_parts("filter", &plan->values[CLI_FILTER]);
  say_parts("score", &plan->values[CLI_SCORE]);
  say_parts("deliver to", sinks);
  for (size_t i = 0; i < sinks->count; i++) wrong += check_output(sinks->items[i].text);
  cli_dead_letter_uri(plan, dead, sizeof dead);
  say_part("dead letters", dead);
  wrong += check_output(dead);
  say_parts("engine", &plan->values[CLI_SET]);
  if (limit) say_part("limit", limit);
  if (time_limit) say_part("time limit", time_limit);
  printf("%s\n", wrong ? "This run would fail." : "This run can start.");
  return cli_flush() == CLI_FAILED ? CLI_FAILED : wrong ? CLI_USAGE : CLI_DONE;
}

static int with_plan(cli_plan *plan, kt_env *env) {
  kt_error err = { 0 };
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = KT_OK;
  if (!plan->values[CLI_TO].count) st = cli_plan_add(plan, CLI_TO, "ndjson:-", 0, &err);
  if (st >= 0) st = cli_parts(plan, env, &parts, &err);
  if (st >= 0) st = cli_pipeline(plan, parts, &p, &err);
  if (st >= 0) st = check_opening(plan, env, &err);
  if (st < 0) cli_error(&err);
  int code = st < 0 ? CLI_USAGE : report(plan);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return code;
}

int cli_check(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_CHECK, argc, argv, env, with_plan);
}
