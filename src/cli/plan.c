/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a run, wherever they were written. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define PIPE (CLI_RUN | CLI_CHECK)
#define FED (PIPE | CLI_TOP_WORDS)
#define MODELS (CLI_SCORE_TEXTS | CLI_TRAIN | CLI_EVALUATE)
#define ANY (FED | CLI_PARTS | MODELS)

const cli_setting cli_settings[CLI_KEYS] = {
  [CLI_SOURCE] = { "source", 0, CLI_ONE, FED, 1, "SOURCE", KT_PART_SOURCE,
                   "where records come from: a file, folder, glob, - for standard input, or a "
                   "part's URI" },
  [CLI_PARSE] = { "parse", 0, CLI_ONE, FED, 1, "PARSER", KT_PART_PARSER,
                  "how frames are read (default auto:, which recognises each line)" },
  [CLI_FILTER] = { "filter", 0, CLI_MANY, FED, 1, "FILTER", KT_PART_FILTER,
                   "which records go on; may be given several times" },
  [CLI_SCORE] = { "score", 0, CLI_ONE, FED, 1, "SCORER", KT_PART_SCORER,
                  "what adds sentiment, e.g. builtin:" },
  [CLI_TO] = { "to", 0, CLI_MANY, PIPE, 1, "SINK", KT_PART_SINK,
               "where records go; may be given several times (default ndjson:-)" },
  [CLI_DEAD_LETTER] = { "dead-letter", 0, CLI_ONE, FED, 1, "SINK", KT_PART_SINK,
                        "where what cannot be read or delivered goes (default dead-letters.ndjson "
                        "beside the output)" },
  [CLI_SET] = { "set", 0, CLI_MANY, FED | CLI_TRAIN, 1, "NAME=VALUE", 0,
                "an option of the engine or the trainer, see `kappatweet parts engine` and `parts "
                "trainer`" },
  [CLI_MODULE] = { "module", 0, CLI_MANY, ANY, 1, "FILE", 0, "load parts from a shared object" },
  [CLI_MODULE_PATH] = { "module-path", 0, CLI_MANY, ANY, 1, "FOLDER", 0,
                        "load every module of a folder" },
  [CLI_LIMIT] = { "limit", 0, CLI_ONE, FED, 1, "N", 0,
                  "stop after N lines (frames) of input; 0 = none" },
  [CLI_TIME_LIMIT] = { "time-limit", 0, CLI_ONE, FED, 1, "TIME", 0,
                       "stop reading after this time (90s, 10m, 2h) and deliver what was read" },
  [CLI_STRICT] = { "strict", 0, CLI_FLAG, PIPE | CLI_SCORE_TEXTS, 1, NULL, 0,
                   "exit with 3 when records were set aside" },
  [CLI_STATS] = { "stats", 0, CLI_ONE, PIPE, 1, "json", 0,
                  "print the counters at the end, one JSON object on standard error" },
  [CLI_QUIET] = { "quiet", 'q', CLI_FLAG, FED | MODELS, 1, NULL, 0,
                  "no progress and no summary; errors are still shown" },
  [CLI_NO_COLOR] = { "no-color", 0, CLI_FLAG, ANY, 0, NULL, 0,
                     "no colours (as the variable NO_COLOR does)" },
  [CLI_CONFIG] = { "config", 'c', CLI_ONE, PIPE, 0, "FILE", 0,
                   "read the pipeline from a JSON file; what the command line says replaces it" },
  [CLI_COUNT] = { "count", 'n', CLI_ONE, CLI_TOP_WORDS, 0, "N", 0, "how many words (default 20)" },
  [CLI_LANG] = { "lang", 0, CLI_ONE, CLI_TOP_WORDS, 0, "LANGS", 0,
                 "only posts in these languages, e.g. es,en" },
  [CLI_BY] = { "by", 0, CLI_ONE, CLI_TOP_WORDS, 0, "sentiment", 0,
               "the words of positive, negative and neutral posts apart" },
  [CLI_FILES] = { "file", 0, CLI_MANY, MODELS, 0, "FILE", 0, "what is read" },
  [CLI_MODEL] = { "model", 'm', CLI_ONE, CLI_SCORE_TEXTS, 0, "FILE", 0,
                  "a model of your own (default: the one that was installed)" },
  [CLI_FORMAT] = { "format", 'f', CLI_ONE, CLI_SCORE_TEXTS, 0, "FORMAT", 0,
                   "ndjson, csv or table (default: a table on a terminal, else ndjson)" },
  [CLI_INPUT] = { "input", 0, CLI_ONE, MODELS, 0, "SHAPE", 0,
                  "what the file holds: lines, tsv, csv, ndjson or posts (default: found out)" },
  [CLI_COLUMN] = { "column", 0, CLI_ONE, MODELS, 0, "NAME", 0,
                   "the column of the text, by its name or number (default: the one called text)" },
  [CLI_LANGUAGE] = { "language", 0, CLI_ONE, MODELS, 0, "TAG", 0,
                     "the language of all texts, e.g. es (default: as the file says, else "
                     "identified)" },
  [CLI_IDENTIFY] = { "identify", 0, CLI_FLAG, CLI_SCORE_TEXTS | CLI_EVALUATE, 0, NULL, 0,
                     "identify the language of each text, whatever the file says" },
  [CLI_EXPLAIN] = { "explain", 0, CLI_ONE, CLI_SCORE_TEXTS, 0, "TEXT", 0,
                    "say which words of TEXT speak for which sentiment" },
  [CLI_OUT] = { "out", 'o', CLI_ONE, CLI_TRAIN, 0, "FILE", 0, "where the model goes" },
  [CLI_VALIDATION] = { "validation", 0, CLI_MANY, CLI_TRAIN, 0, "FILE", 0,
                       "texts to validate and calibrate with (default: some of the others)" },
  [CLI_LEXICON] = { "lexicon", 0, CLI_ONE, CLI_TRAIN, 0, "FOLDER", 0,
                    "word lists that go into the model (default: those of the installed one)" },
  [CLI_INFO] = { "info", 0, CLI_ONE, CLI_TRAIN, 0, "FILE", 0,
                 "a JSON object about the data, kept in the model" },
  [CLI_JSON] = { "json", 0, CLI_FLAG, CLI_TOP_WORDS | CLI_PARTS | CLI_SCORE_TEXTS | CLI_EVALUATE, 0,
                 NULL, 0, "print JSON" },
  [CLI_HELP] = { "help", 'h', CLI_FLAG, ANY, 0, NULL, 0, "show this help" },
};

int cli_is_option(int key, unsigned commands) {
  return (cli_settings[key].commands & commands) && key != CLI_SOURCE && key != CLI_FILES;
}

kt_status cli_split_pair(const char *pair, char name[128], const char **value, kt_error *err) {
  const char *equals = strchr(pair, '=');
  size_t n = equals ? (size_t)(equals - pair) : 0;
  if (!n || n >= 128)
    return cli_fail(err, KT_EINVAL, "command", "--set takes NAME=VALUE, not '%.80s'", pair);
  memcpy(name, pair, n);
  name[n] = '\0';
  *value = equals + 1;
  return KT_OK;
}

static kt_status check_flag(const cli_setting *s, const char *value, kt_error *err) {
  if (!strcmp(value, "true") || !strcmp(value, "false")) return KT_OK;
  return cli_fail(err, KT_EINVAL, "command", "%s is a switch: true or false, not '%.60s'", s->name,
                  value);
}

static void drop(cli_list *list) {
  for (size_t i = 0; i < list->count; i++) free(list->items[i].text);
  free(list->items);
  *list = (cli_list){ NULL, 0 };
}

kt_status cli_plan_add(cli_plan *plan, cli_key key, const char *value, int line, kt_error *err) {
  const cli_setting *s = &cli_settings[key];
  cli_list *list = &plan->values[key];
  if (s->shape == CLI_FLAG && check_flag(s, value, err) < 0) return KT_EINVAL;
  if (s->shape == CLI_ONE && list->count)
    return cli_fail(err, KT_EINVAL, "command", "%s was given twice: '%.50s' and '%.50s'", s->name,
                    list->items[0].text, value);
  cli_value *items = realloc(list->items, (list->count + 1) * sizeof *items);
  if (!items) return cli_fail(err, KT_ENOMEM, "command", "out of memory");
  list->items = items;
  items[list->count] = (cli_value){ strdup(value), line };
  if (!items[list->count].text) return cli_fail(err, KT_ENOMEM, "command", "out of memory");
  list->count++;
  return KT_OK;
}

const char *cli_plan_get(const cli_plan *plan, cli_key key) {
  const cli_list *list = &plan->values[key];
  return list->count ? list->items[list->count - 1].text : NULL;
}

int cli_plan_flag(const cli_plan *plan, cli_key key) {
  const char *value = cli_plan_get(plan, key);
  return value && !strcmp(value, "true");
}

void cli_plan_free(cli_plan *plan) {
  for (int key = 0; key < CLI_KEYS; key++) drop(&plan->values[key]);
}

kt_status cli_at_line(const cli_plan *plan, const cli_value *value, kt_error *err) {
  const char *path = cli_plan_get(plan, CLI_CONFIG);
  kt_error inner = *err;
  if (!value->line || !path) return err->code;
  return cli_fail(err, inner.code, inner.where, "%s:%d: %s", path, value->line, inner.message);
}

/* Levenshtein distance; 99 for names longer than any setting's. */
static size_t distance(const char *a, const char *b) {
  size_t rows[2][32], n = strlen(a), m = strlen(b);
  if (n > 31 || m > 31) return 99;
  for (size_t j = 0; j <= m; j++) rows[0][j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t *last = rows[(i - 1) & 1], *now = rows[i & 1];
    now[0] = i;
    for (size_t j = 1; j <= m; j++) {
      size_t d = last[j - 1] + (a[i - 1] != b[j - 1]);
      if (last[j] + 1 < d) d = last[j] + 1;
      if (now[j - 1] + 1 < d) d = now[j - 1] + 1;
      now[j] = d;
    }
  }
  return rows[n & 1][m];
}

const char *cli_nearest(const char *name, unsigned commands) {
  const char *near = NULL;
  size_t best = strlen(name) / 3 + 2;
  for (int key = 0; key < CLI_KEYS; key++) {
    const cli_setting *s = &cli_settings[key];
    size_t d = distance(name, s->name);
    int known = commands ? cli_is_option(key, commands) : s->in_file;
    if (!known || d >= best) continue;
    best = d;
    near = s->name;
  }
  return near;
}

/* The library's own reading of numbers, through a conf of one option. */
static int64_t number(const char *type, const char *s) {
  char options[64] = "v\t";
  kt_env *env = NULL;
  kt_conf *conf = NULL;
  int64_t v = -1;
  strcat(options, type);
  strcat(options, "\t\t\t0\t\tv\n");
  if (kt_env_new(NULL, &env, NULL) == KT_OK && kt_conf_new(env, options, &conf, NULL) == KT_OK &&
      kt_conf_set(conf, "v", s, NULL) == KT_OK)
    v = kt_conf_int(conf, "v");
  kt_conf_free(conf);
  kt_env_free(env);
  return v;
}

int64_t cli_count(const char *s) {
  return number("int", s);
}
int64_t cli_duration_ms(const char *s) {
  return number("duration", s);
}
