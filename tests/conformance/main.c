/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet-conformance [--module FILE]... [--report FILE] KIND URI: does a part keep the rules of
 * its table? */
#include "suite.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int count, failed;
static FILE *report; /* standard output, but for a sink that writes there itself */
static char variant_text[96];

void variant(const char *name, const char *value) {
  variant_text[0] = '\0';
  if (name) snprintf(variant_text, sizeof variant_text, " (%s=%s)", name, value);
}

void ok(int passed, const char *name, const char *fmt, ...) {
  va_list ap;
  fprintf(report, "%sok %d - %s%s\n", passed ? "" : "not ", ++count, name, variant_text);
  if (passed) return;
  failed++;
  va_start(ap, fmt);
  fputs("# ", report);
  vfprintf(report, fmt, ap);
  fputc('\n', report);
  va_end(ap);
}

void skip(const char *name, const char *why) {
  fprintf(report, "ok %d - %s # SKIP %s\n", ++count, name, why);
}

int failures(void) {
  return failed;
}

static const struct {
  const char *name;
  uint32_t kind;
  void (*suite)(request *r);
} suites[] = { { "source", KT_PART_SOURCE, suite_source },
               { "parser", KT_PART_PARSER, suite_parser },
               { "filter", KT_PART_FILTER, suite_filter },
               { "scorer", KT_PART_SCORER, suite_scorer },
               { "sink", KT_PART_SINK, suite_sink } };

static void usage(FILE *to) {
  fputs("usage: kappatweet-conformance [--module FILE]... [--report FILE] "
        "source|parser|filter|scorer|sink URI\n"
        "Runs the part through pipelines of all kinds and says, in the Test Anything Protocol, "
        "which rules of its table\n"
        "it keeps. {n} in the URI becomes the number of the run: 'csv:/tmp/test/{n}/'. A source "
        "must have records.\n"
        "--report: where it says so; for a sink that writes to standard output itself.\n"
        "Exit: 0 it keeps them all, 1 it does not, 2 wrong usage.\n",
        to);
}

int main(int argc, char **argv) {
  const char *modules[16];
  request r = { .modules = modules };
  int at = 1;
  for (; at + 1 < argc && !strcmp(argv[at], "--module") && r.module_count < 16; at += 2)
    modules[r.module_count++] = argv[at + 1];
  if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) return usage(stdout), 0;
  report = stdout;
  if (at + 1 < argc && !strcmp(argv[at], "--report")) {
    report = fopen(argv[at + 1], "w");
    if (!report) return fprintf(stderr, "cannot write %s\n", argv[at + 1]), 2;
    at += 2;
  }
  if (argc - at != 2) return usage(stderr), 2;
  r.uri = argv[at + 1];
  for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
    if (strcmp(argv[at], suites[i].name) != 0) continue;
    suite_common(&r, suites[i].kind);
    suites[i].suite(&r);
    fprintf(report, "1..%d\n", count);
    return fclose(report) != 0 || failures() ? 1 : 0;
  }
  return usage(stderr), 2;
}
