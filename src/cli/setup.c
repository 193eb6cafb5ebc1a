/* SPDX-License-Identifier: Apache-2.0 */
/* From a plan to a catalogue and a pipeline. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* `langs.so` means the one that lies here, if one does, else the linker looks for it. */
static kt_status load_module(kt_parts *parts, const char *name, kt_error *err) {
  char here[4096];
  if (strchr(name, '/') || access(name, F_OK) != 0) return kt_module_load(parts, name, err);
  snprintf(here, sizeof here, "./%s", name);
  return kt_module_load(parts, here, err);
}

kt_status cli_parts(const cli_plan *plan, kt_env *env, kt_parts **out, kt_error *err) {
  const cli_list *modules = &plan->values[CLI_MODULE], *folders = &plan->values[CLI_MODULE_PATH];
  const char *variable = getenv("KAPPATWEET_MODULE_PATH");
  kt_parts *parts;
  kt_status st = kt_parts_new(env, &parts, err);
  if (st < 0) return st;
  st = kt_module_load_dir(parts, variable && *variable ? variable : KT_MODULE_DIR, err);
  for (size_t i = 0; st >= 0 && i < folders->count; i++) {
    st = kt_module_load_dir(parts, folders->items[i].text, err);
    if (st < 0) cli_at_line(plan, &folders->items[i], err);
  }
  for (size_t i = 0; st >= 0 && i < modules->count; i++) {
    st = load_module(parts, modules->items[i].text, err);
    if (st < 0) cli_at_line(plan, &modules->items[i], err);
  }
  if (st < 0)
    kt_parts_free(parts);
  else
    *out = parts;
  return st;
}

static int starts_with(const char *s, const char *start) {
  return !strncmp(s, start, strlen(start));
}

static int is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void cli_sink_path(const char *uri, char *out, size_t cap) {
  static const char *const schemes[] = { "csv:", "ndjson:", "sqlite:" };
  const char *path = strchr(uri, ':') ? NULL : uri;
  for (size_t i = 0; i < 3; i++)
    if (starts_with(uri, schemes[i])) path = uri + strlen(schemes[i]);
  out[0] = '\0';
  if (!path) return;
  if (starts_with(path, "//")) path += 2;
  const char *query = strchr(path, '?');
  size_t n = query ? (size_t)(query - path) : strlen(path);
  int device = starts_with(path, "/dev/") && !starts_with(path, "/dev/shm/");
  if (!n || n + 2 > cap || !strncmp(path, "-", n) || device) return;
  memcpy(out, path, n);
  out[n] = '\0';
  int folder =
      out[n - 1] != '/' &&
      (is_folder(out) || (query && (strstr(query, "partition=") || strstr(query, "key="))));
  if (folder) memcpy(out + n, "/", 2);
}

void cli_dead_letter_uri(const cli_plan *plan, char *out, size_t cap) {
  const cli_list *sinks = &plan->values[CLI_TO];
  const char *given = cli_plan_get(plan, CLI_DEAD_LETTER);
  char path[4096] = "";
  if (given) {
    snprintf(out, cap, "%s", given);
    return;
  }
  for (size_t i = 0; i < sinks->count && !path[0]; i++)
    cli_sink_path(sinks->items[i].text, path, sizeof path);
  char *slash = strrchr(path, '/');
  if (slash)
    slash[1] = '\0';
  else
    path[0] = '\0';
  snprintf(out, cap, "ndjson:%sdead-letters.ndjson?empty=false", path);
}

static kt_status set_options(const cli_plan *plan, kt_pipeline *p, kt_error *err) {
  const cli_list *sets = &plan->values[CLI_SET];
  for (size_t i = 0; i < sets->count; i++) {
    char name[128];
    const char *value;
    kt_status st = cli_split_pair(sets->items[i].text, name, &value, err);
    if (st < 0 || kt_pipeline_set(p, name, value, err) < 0)
      return cli_at_line(plan, &sets->items[i], err);
  }
  const char *limit = cli_plan_get(plan, CLI_LIMIT),
             *time_limit = cli_plan_get(plan, CLI_TIME_LIMIT);
  if (limit && cli_count(limit) < 0) {
    cli_fail(err, KT_EINVAL, "command", "--limit takes a whole number, not '%.60s'", limit);
    return cli_at_line(plan, &plan->values[CLI_LIMIT].items[0], err);
  }
  if (limit && kt_pipeline_set(p, "run.limit", limit, err) < 0) return err->code;
  if (time_limit && (cli_duration_ms(time_limit) < 0 || cli_count(time_limit) >= 0)) { /* no unit */
    cli_fail(err, KT_EINVAL, "command",
             "--time-limit takes a time such as 90s, 10m or 2h, not '%.60s'", time_limit);
    return cli_at_line(plan, &plan->values[CLI_TIME_LIMIT].items[0], err);
  }
  return time_limit ? kt_pipeline_set(p, "run.time_limit", time_limit, err) : KT_OK;
}

/* A job over files can be run again and goes on where it stopped, so it ends with an error rather
 * than stand for hours before a full disk. What comes from a pipe or is followed is waited for. */
static kt_status limit_outage(const cli_plan *plan, kt_pipeline *p, kt_error *err) {
  const char *source = cli_plan_get(plan, CLI_SOURCE);
  int waits = !strcmp(source, "-") || !strcmp(source, "file:-") || strstr(source, "follow=true");
  return waits ? KT_OK : kt_pipeline_set(p, "retry.max_outage", "15s", err);
}

typedef kt_status (*setter)(kt_pipeline *p, const char *uri, kt_error *err);

static kt_status set_parts(const cli_plan *plan, kt_pipeline *p, cli_key key, setter set,
                           kt_error *err) {
  const cli_list *list = &plan->values[key];
  for (size_t i = 0; i < list->count; i++)
    if (set(p, list->items[i].text, err) < 0) return cli_at_line(plan, &list->items[i], err);
  return KT_OK;
}

static int is_sink(const kt_parts *parts, const char *name) {
  kt_part_info info = { .size = sizeof info };
  for (size_t i = 0; kt_parts_get(parts, i, &info) == KT_OK; i++)
    if (info.kind == KT_PART_SINK && !strcmp(info.name, name)) return 1;
  return 0;
}

/* Dead letters make a file only when there are some, and what lies there already is no reason not
 * to run, unless it was said otherwise: for every sink that has these options. */
static void dead_letter_options(const kt_parts *parts, char *uri, size_t cap) {
  static const char *const options[] = { "empty=false", "mode=append" };
  char more[4300];
  if (is_sink(parts, uri)) return; /* `null`; with options it would be a file of that name */
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    char name[8];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(options[i], "=") + 1, options[i]);
    snprintf(more, sizeof more, "%s%c%s", uri, strchr(uri, '?') ? '&' : '?', options[i]);
    if (!strstr(uri, name) && strlen(more) < cap &&
        kt_parts_check(parts, KT_PART_SINK, more, NULL) == KT_OK)
      memcpy(uri, more, strlen(more) + 1);
  }
}

static kt_status fill(const cli_plan *plan, const kt_parts *parts, kt_pipeline *p, kt_error *err) {
  char dead[4200];
  if (!plan->values[CLI_SOURCE].count)
    return cli_fail(err, KT_EINVAL, "command", "no source: name a file, or - for standard input");
  kt_status st = limit_outage(plan, p, err);
  if (st >= 0) st = set_options(plan, p, err);
  if (st >= 0) st = set_parts(plan, p, CLI_SOURCE, kt_pipeline_set_source, err);
  if (st >= 0) st = set_parts(plan, p, CLI_PARSE, kt_pipeline_set_parser, err);
  if (st >= 0) st = set_parts(plan, p, CLI_FILTER, kt_pipeline_add_filter, err);
  if (st >= 0) st = set_parts(plan, p, CLI_SCORE, kt_pipeline_set_scorer, err);
  if (st >= 0) st = set_parts(plan, p, CLI_TO, kt_pipeline_add_sink, err);
  cli_dead_letter_uri(plan, dead, sizeof dead);
  dead_letter_options(parts, dead, sizeof dead);
  return st < 0 ? st : kt_pipeline_set_dead_letter(p, dead, err);
}

kt_status cli_pipeline(const cli_plan *plan, kt_parts *parts, kt_pipeline **out, kt_error *err) {
  kt_pipeline *p;
  kt_status st = kt_pipeline_new(parts, &p, err);
  if (st < 0) return st;
  st = fill(plan, parts, p, err);
  if (st < 0)
    kt_pipeline_free(p);
  else
    *out = p;
  return st;
}
