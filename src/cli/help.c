/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts, from the table of settings. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static const char intro[] =
    "kappatweet: read posts, parse them, score them, deliver them without loss\n"
    "\n"
    "  kappatweet run SOURCE [--to SINK]...   read SOURCE to its end and deliver to each SINK\n"
    "  kappatweet check SOURCE ...            what a run would do and what is wrong, nothing "
    "touched\n"
    "  kappatweet top-words SOURCE            the most frequent words of the posts\n"
    "  kappatweet score [FILE]                sentiment of texts or posts, one result a line\n"
    "  kappatweet score --explain TEXT        which words speak for which sentiment\n"
    "  kappatweet train DATA... --out MODEL   a model of your own from labelled texts\n"
    "  kappatweet evaluate MODEL DATA...      how well a model does on labelled texts\n"
    "  kappatweet parts [NAME]                every source, parser, filter, scorer and sink, and "
    "its options\n"
    "  kappatweet completion bash|zsh|fish    a completion script for the shell\n"
    "  kappatweet help [COMMAND|config]       more about one of these\n"
    "  kappatweet --version\n"
    "\n"
    "for example:\n"
    "  kappatweet run posts.ndjson --to 'csv:out/?partition=hour' --to sqlite:kappa.db\n"
    "  gzip -dc posts.gz | kappatweet run - --to 'ndjson:-?record=full'\n"
    "  kappatweet run posts.ndjson --score builtin: --to 'csv:out/?record=sentiment'\n"
    "\n"
    "exit: 0 done, 1 failed, 2 wrong usage or configuration, 3 with --strict when records were set "
    "aside,\n"
    "130 interrupted with work left\n";

static const char config_help[] =
    "A pipeline file is one JSON object whose keys are the long options of `kappatweet run`:\n"
    "\n"
    "  { \"source\": \"posts.ndjson\",\n"
    "    \"filter\": [\"where:lang=es,en\"],\n"
    "    \"to\": [\"sqlite:kappa.db\",\n"
    "           {\"part\": \"csv\", \"target\": \"out/\", \"partition\": \"hour\", \"delimiter\": "
    "\",\"}],\n"
    "    \"set\": {\"batch.max_records\": 200},\n"
    "    \"time-limit\": \"2h\", \"strict\": true }\n"
    "\n"
    "A part is its URI or an object of \"part\", \"target\" and its options. Use it with --config "
    "FILE; what\n"
    "the command line says replaces what the file says. `kappatweet check --config FILE` checks "
    "it.\n";

void cli_help_command(unsigned command) {
  for (const cli_command *c = cli_commands; c->name; c++)
    if (c->bit == command) printf("%s\n\n", c->usage);
  for (int key = 0; key < CLI_KEYS; key++) {
    const cli_setting *s = &cli_settings[key];
    char left[64];
    if (!cli_is_option(key, command)) continue;
    snprintf(left, sizeof left, "--%s%s%s", s->name, s->arg ? " " : "", s->arg ? s->arg : "");
    if (s->letter)
      printf("  -%c, %-22s %s\n", s->letter, left, s->help);
    else
      printf("      %-22s %s\n", left, s->help);
  }
}

int cli_help(int argc, char **argv) {
  if (argc < 2) {
    fputs(intro, stdout);
    return cli_flush();
  }
  if (!strcmp(argv[1], "config")) {
    fputs(config_help, stdout);
    return cli_flush();
  }
  for (const cli_command *c = cli_commands; c->name; c++)
    if (!strcmp(c->name, argv[1])) {
      cli_help_command(c->bit);
      return cli_flush();
    }
  fprintf(stderr, "kappatweet: no help about '%.60s'; there is help about ", argv[1]);
  for (const cli_command *c = cli_commands; c->name; c++) fprintf(stderr, "%s, ", c->name);
  fputs("config\n", stderr);
  return CLI_USAGE;
}
