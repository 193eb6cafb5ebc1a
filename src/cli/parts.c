/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet parts: every part and its options, from the declarations that the parts themselves
 * give. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = { "part",   "source", "parser", "filter",
                                     "scorer", "sink",   "engine", "trainer" };
enum { KIND_ENGINE = 6, KIND_TRAINER };

typedef struct option {
  kt_span name, type, unit, def, min, max, doc;
} option;

static int next_option(const char **at, option *o) {
  kt_span *fields[] = { &o->name, &o->type, &o->unit, &o->def, &o->min, &o->max, &o->doc };
  const char *p = *at;
  if (!*p) return 0;
  for (int i = 0; i < 7; i++) {
    size_t n = strcspn(p, i < 6 ? "\t" : "\n");
    *fields[i] = (kt_span){ p, n };
    p += n + 1;
  }
  *at = p;
  return 1;
}

static int is(kt_span s, const char *text) {
  return s.len == strlen(text) && !memcmp(s.ptr, text, s.len);
}

static kt_span summary_of(const char *options) {
  option o;
  while (next_option(&options, &o))
    if (!o.name.len) return o.doc;
  return (kt_span){ "", 0 };
}

static void print_option(const option *o) {
  if (is(o->name, "target")) {
    printf("  target (%.*s%s): %.*s\n", (int)o->type.len, o->type.ptr,
           is(o->def, "!") ? ", required" : "", (int)o->doc.len, o->doc.ptr);
    return;
  }
  kt_span type = o->type;
  if (type.len > 5 && !memcmp(type.ptr, "enum:", 5)) type = (kt_span){ type.ptr + 5, type.len - 5 };
  printf("  %.*s=%.*s", (int)o->name.len, o->name.ptr, (int)type.len, type.ptr);
  if (o->unit.len) printf(" (%.*s)", (int)o->unit.len, o->unit.ptr);
  if (o->def.len) printf(", default %.*s", (int)o->def.len, o->def.ptr);
  if (o->min.len || o->max.len)
    printf(", %.*s..%.*s", (int)o->min.len, o->min.ptr, (int)o->max.len, o->max.ptr);
  printf("\n      %.*s\n", (int)o->doc.len, o->doc.ptr);
}

static void print_whole(const kt_part_info *info) {
  const char *options = info->options;
  kt_span summary = summary_of(options);
  option o;
  printf("%s %s: %.*s (%s)\n", kinds[info->kind], info->name, (int)summary.len, summary.ptr,
         info->origin);
  while (next_option(&options, &o))
    if (o.name.len) print_option(&o);
}

static void print_field(const char *name, kt_span value, int first) {
  printf("%s\"%s\":", first ? "" : ",", name);
  cli_json_string(value.ptr, value.len);
}

static void print_json(const kt_part_info *info, int first) {
  const char *options = info->options;
  option o;
  int first_option = 1;
  printf("%s{\"kind\":\"%s\",\"name\":\"%s\",\"origin\":", first ? "" : ",", kinds[info->kind],
         info->name);
  cli_json_string(info->origin, strlen(info->origin));
  print_field("summary", summary_of(options), 0);
  fputs(",\"options\":[", stdout);
  while (next_option(&options, &o)) {
    if (!o.name.len) continue;
    fputs(first_option ? "{" : ",{", stdout);
    print_field("name", o.name, 1);
    print_field("type", o.type, 0);
    print_field("unit", o.unit, 0);
    print_field("default", o.def, 0);
    print_field("min", o.min, 0);
    print_field("max", o.max, 0);
    print_field("doc", o.doc, 0);
    putchar('}');
    first_option = 0;
  }
  fputs("]}", stdout);
}

/* Part i of the catalogue; behind the last one come the engine and the trainer of models, whose
 * options look the same. */
static int get(const kt_parts *parts, size_t i, kt_part_info *info) {
  const kt_part_info more[] = {
    { sizeof *info, KIND_ENGINE, 0, 0, "engine", kt_pipeline_options(), "built-in" },
    { sizeof *info, KIND_TRAINER, 0, 0, "trainer", kt_trainer_options(), "built-in" }
  };
  size_t n = kt_parts_count(parts);
  *info = (kt_part_info){ .size = sizeof *info };
  if (kt_parts_get(parts, i, info) == KT_OK) return 1;
  if (i < n || i - n >= sizeof more / sizeof *more) return 0;
  *info = more[i - n];
  return 1;
}

/* "csv", "csv:" or "sink:csv". */
static int matches(const kt_part_info *info, const char *wanted) {
  size_t kind = strlen(kinds[info->kind]), n = strlen(wanted);
  if (!strncmp(wanted, kinds[info->kind], kind) && wanted[kind] == ':' && wanted[kind + 1])
    return !strcmp(wanted + kind + 1, info->name);
  if (n && wanted[n - 1] == ':') n--;
  return strlen(info->name) == n && !memcmp(info->name, wanted, n);
}

static int show(const kt_parts *parts, const char *wanted, int json) {
  kt_part_info info;
  size_t found = 0;
  if (json) putchar('[');
  for (size_t i = 0; get(parts, i, &info); i++) {
    if (wanted && !matches(&info, wanted)) continue;
    kt_span summary = summary_of(info.options);
    if (json)
      print_json(&info, found == 0);
    else if (wanted)
      print_whole(&info);
    else
      printf("%-7s %-13s %.*s\n", kinds[info.kind], info.name, (int)summary.len, summary.ptr);
    found++;
  }
  if (json) puts("]");
  if (wanted && !found) {
    fprintf(stderr, "kappatweet: no part '%s'; `kappatweet parts` lists what there is\n", wanted);
    return CLI_USAGE;
  }
  return cli_flush();
}

static int with_plan(cli_plan *plan, kt_env *env) {
  kt_error err = { 0 };
  kt_parts *parts = NULL;
  if (cli_parts(plan, env, &parts, &err) < 0) {
    cli_error(&err);
    return CLI_USAGE;
  }
  int code = show(parts, cli_plan_get(plan, CLI_SOURCE), cli_plan_flag(plan, CLI_JSON));
  kt_parts_free(parts);
  return code;
}

int cli_parts_command(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_PARTS, argc, argv, env, with_plan);
}
