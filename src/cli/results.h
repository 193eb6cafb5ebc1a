/* SPDX-License-Identifier: Apache-2.0 */
/* Scored texts on standard output. */
#ifndef CLI_RESULTS_H
#define CLI_RESULTS_H

#include "cli.h"

typedef enum cli_format { CLI_NDJSON, CLI_CSV, CLI_TABLE } cli_format;

/* "ndjson", "csv" or "table"; NULL: a table on a terminal, else NDJSON. */
kt_status cli_format_of(const char *name, cli_format *out, kt_error *err);

typedef struct cli_result {
  uint64_t line;      /* of the file; 0: a post, which has an id */
  kt_span id;         /* of what is bad: the place */
  kt_span text, lang; /* lang: that was assumed, null = unknown */
  const char *bad;    /* why there is no score; NULL or "": there is one */
  kt_score score;
} cli_result;

/* `key`: what the first column is, "line" or "id". */
void cli_results_head(cli_format format, const char *key);
void cli_results_put(cli_format format, const cli_result *r);

/* The members of a JSON object that tell a score, from "lang" on; `lang` null: unknown. */
void cli_json_score(kt_span lang, const kt_score *s);
/* "POSITIVE" ... "" */
const char *cli_label_name(int32_t label);

#endif
