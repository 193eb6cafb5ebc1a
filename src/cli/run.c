/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet run: a pipeline from its source's first record to its last. */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_string(const char *s) {
  fputc('"', stderr);
  for (; *s; s++) {
    if (*s == '"' || *s == '\\') fputc('\\', stderr);
    fputc((unsigned char)*s < ' ' ? ' ' : *s, stderr);
  }
  fputc('"', stderr);
}

static void print_lane_json(const kt_lane_stats *lane) {
  fputs("{\"name\":", stderr);
  print_string(lane->name ? lane->name : "");
  fprintf(stderr,
          ",\"held\":%s,\"delivered\":%llu,\"rejected\":%llu,\"retried\":%llu,\"pending\":%llu,"
          "\"calls\":%llu,\"error\":",
          lane->held ? "true" : "false", (unsigned long long)lane->delivered,
          (unsigned long long)lane->rejected, (unsigned long long)lane->retried,
          (unsigned long long)lane->pending, (unsigned long long)lane->calls);
  if (lane->error.code)
    print_string(lane->error.message);
  else
    fputs("null", stderr);
  fputc('}', stderr);
}

static void print_stats_json(kt_pipeline *p, const kt_stats *s) {
  fprintf(stderr,
          "{\"frames\":%llu,\"bytes\":%llu,\"records\":%llu,\"dropped\":%llu,\"set_aside\":%llu,"
          "\"committed\":%llu,"
          "\"batches\":%llu,\"memory_bytes\":%llu,\"lanes\":[",
          (unsigned long long)s->frames, (unsigned long long)s->bytes,
          (unsigned long long)s->records, (unsigned long long)s->dropped,
          (unsigned long long)s->dead, (unsigned long long)s->committed,
          (unsigned long long)s->batches, (unsigned long long)s->memory_bytes);
  for (size_t i = 0; i < s->lanes; i++) {
    kt_lane_stats lane = { .size = sizeof lane };
    if (kt_pipeline_lane_stats(p, i, &lane) < 0) continue;
    if (i) fputc(',', stderr);
    print_lane_json(&lane);
  }
  kt_lane_stats dead = { .size = sizeof dead };
  fputs("],\"dead_letter\":", stderr);
  if (kt_pipeline_lane_stats(p, s->lanes, &dead) == KT_OK)
    print_lane_json(&dead);
  else
    fputs("null", stderr);
  fputs("}\n", stderr);
}

static void say_lane(kt_pipeline *p, size_t i) {
  kt_lane_stats lane = { .size = sizeof lane };
  char delivered[32], pending[32];
  if (kt_pipeline_lane_stats(p, i, &lane) < 0) return;
  cli_number(lane.delivered, delivered);
  cli_number(lane.pending, pending);
  cli_say("  %s: %s delivered", lane.name, delivered);
  if (lane.pending) cli_say(", %s still owed", pending);
  if (lane.held)
    cli_say(", HELD: %s", lane.error.message);
  else if (lane.pending && lane.error.code)
    cli_say(": %s", lane.error.message);
  cli_say("\n");
}

static void say_dead_letters(kt_pipeline *p, size_t lanes) {
  kt_lane_stats dead = { .size = sizeof dead };
  if (kt_pipeline_lane_stats(p, lanes, &dead) < 0 || !dead.held) return;
  cli_say("  dead letters");
  if (dead.name) cli_say(" (%s)", dead.name);
  if (dead.pending) cli_say(": %llu still owed,", (unsigned long long)dead.pending);
  cli_say("%s HELD: %s\n", dead.pending ? "" : ":", dead.error.message);
}

static void say_summary(kt_pipeline *p, const kt_stats *s, const cli_plan *plan) {
  char read[32], records[32], dropped[32], dead[32], uri[4200], path[4200];
  cli_number(s->frames, read);
  cli_number(s->records, records);
  cli_number(s->dropped, dropped);
  cli_number(s->dead, dead);
  cli_say("%s read, %s record%s", read, records, s->records == 1 ? "" : "s");
  if (s->dropped) cli_say(", %s filtered out", dropped);
  cli_dead_letter_uri(plan, uri, sizeof uri);
  cli_sink_path(uri, path, sizeof path);
  if (s->dead)
    cli_say(", %s set aside in %s\n", dead, path[0] ? path : uri);
  else
    cli_say(", 0 set aside\n");
  for (size_t i = 0; i < s->lanes; i++) say_lane(p, i);
  say_dead_letters(p, s->lanes);
}

/* A part refused to open: nothing was read or written, and there is nothing to sum up. */
static int is_unopened(const kt_stats *s, kt_status st) {
  return st < 0 && !s->frames && !s->batches;
}

static int exit_code(const cli_drive *d, const cli_plan *plan, const kt_stats *s, kt_status st,
                     const kt_error *err) {
  uint64_t owed = 0;
  for (size_t i = 0; i < s->lanes; i++) {
    kt_lane_stats lane = { .size = sizeof lane };
    if (kt_pipeline_lane_stats(d->pipeline, i, &lane) == KT_OK) owed += lane.pending;
  }
  if (d->interrupted) {
    if (d->live && !owed && st == KT_END) return CLI_DONE;
    cli_say("interrupted: what was not read or is still owed comes again in the next run with a "
            "checkpoint\n");
    return CLI_INTERRUPTED;
  }
  if (st < 0) {
    cli_error(err);
    return is_unopened(s, st) && err->code == KT_EINVAL ? CLI_USAGE : CLI_FAILED;
  }
  if (s->dead && cli_plan_flag(plan, CLI_STRICT)) return CLI_SET_ASIDE;
  return CLI_DONE;
}

/* Bytes of a plain local file; 0 = unknown. */
static int64_t input_bytes(const char *source) {
  struct stat st;
  const char *path = !strncmp(source, "file:", 5) ? source + 5 : source;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
}

static int drive(const cli_plan *plan, kt_pipeline *p) {
  const char *limit = cli_plan_get(plan, CLI_TIME_LIMIT), *source = cli_plan_get(plan, CLI_SOURCE);
  kt_error err = { 0 };
  kt_stats stats = { .size = sizeof stats };
  cli_drive d = { .pipeline = p, .time_limit_ms = limit ? cli_duration_ms(limit) : 0 };
  d.total_bytes = input_bytes(source);
  d.live = strstr(source, "follow=true") != NULL;
  d.progress = !cli_plan_flag(plan, CLI_QUIET) && isatty(STDERR_FILENO);
  kt_status st = cli_drive_run(&d, &err);
  kt_pipeline_stats(p, &stats);
  if (!is_unopened(&stats, st)) say_summary(p, &stats, plan);
  if (cli_plan_get(plan, CLI_STATS)) print_stats_json(p, &stats);
  return exit_code(&d, plan, &stats, st, &err);
}

static int usage(const kt_error *err) {
  cli_error(err);
  return CLI_USAGE;
}

static int with_plan(cli_plan *plan, kt_env *env) {
  kt_error err = { 0 };
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  const char *stats = cli_plan_get(plan, CLI_STATS);
  if (stats && strcmp(stats, "json") != 0) {
    cli_fail(&err, KT_EINVAL, "command", "--stats knows json only, not '%.40s'", stats);
    return usage(&err);
  }
  if (!plan->values[CLI_TO].count && cli_plan_add(plan, CLI_TO, "ndjson:-", 0, &err) < 0)
    return usage(&err);
  if (cli_parts(plan, env, &parts, &err) < 0) return usage(&err);
  int code = cli_pipeline(plan, parts, &p, &err) < 0 ? usage(&err) : drive(plan, p);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return code;
}

/* The command line first, for --config, then the file below it. */
static kt_status read_plan(cli_plan *plan, unsigned command, int argc, char **argv, kt_error *err) {
  kt_status st = cli_args(plan, command, argc, argv, err);
  const char *path = cli_plan_get(plan, CLI_CONFIG);
  if (st < 0 || !path) return st;
  cli_plan file = { 0 };
  st = cli_config(&file, path, err);
  for (int key = 0; st >= 0 && key < CLI_KEYS; key++) {
    if (plan->values[key].count) continue;
    plan->values[key] = file.values[key];
    file.values[key] = (cli_list){ NULL, 0 };
  }
  cli_plan_free(&file);
  return st;
}

int cli_with_plan(unsigned command, int argc, char **argv, kt_env *env,
                  int (*then)(cli_plan *, kt_env *)) {
  cli_plan plan = { 0 };
  kt_error err = { 0 };
  int code;
  kt_status st = read_plan(&plan, command, argc, argv, &err);
  cli_out_quiet(cli_plan_flag(&plan, CLI_QUIET));
  cli_out_color(!cli_plan_flag(&plan, CLI_NO_COLOR));
  if (st < 0)
    code = usage(&err);
  else if (cli_plan_flag(&plan, CLI_HELP)) {
    cli_help_command(command);
    code = cli_flush();
  } else
    code = then(&plan, env);
  cli_plan_free(&plan);
  return code;
}

int cli_run(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_RUN, argc, argv, env, with_plan);
}
