/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a file, one after another, whatever its shape. */
#ifndef CLI_TEXTS_H
#define CLI_TEXTS_H

#include <stdio.h>

#include "cli.h"

typedef enum cli_shape_of_file {
  CLI_TEXTS_AUTO, /* by the name's end, else by the first line */
  CLI_TEXTS_LINES,
  CLI_TEXTS_TSV,
  CLI_TEXTS_CSV,
  CLI_TEXTS_NDJSON, /* objects with the keys text, lang, label */
  CLI_TEXTS_POSTS   /* not read here: a pipeline does */
} cli_shape_of_file;

/* One row; the spans are null where the file has no such field. Valid until the next is read. */
typedef struct cli_text {
  kt_span text, lang, label;
  uint64_t line; /* of the file, from 1: where the row begins */
} cli_text;

enum { CLI_MAX_COLUMNS = 256 };

typedef struct cli_texts {
  const char *path; /* "-" = standard input */
  FILE *in;
  cli_shape_of_file shape;
  int labelled;       /* rows need a label */
  const char *column; /* of the text: a name or a number from 1; NULL: by its name */
  char delimiter;
  int at[3]; /* columns of text, lang and label, from 0; -1 = none */
  uint64_t line, next_line, rows, skipped, bytes;
  int64_t total_bytes; /* 0 = unknown */
  char *row;
  size_t row_len, row_cap;
  int has_row;     /* the first row was looked at already */
  kt_buf *members; /* of a JSON object */
} cli_texts;

/* Takes shape and column from --input and --column. */
kt_status cli_texts_plan(cli_texts *t, const cli_plan *plan, kt_error *err);
/* Opens a file and finds out what it looks like. t->path, shape, labelled and column are set by the
 * caller, the rest is zero. The path is borrowed. */
kt_status cli_texts_open(cli_texts *t, kt_env *env, kt_error *err);
/* The next row: 1, or 0 at the end; < 0: it cannot be read any more. A row that is not understood
 * is told on standard error with its line, counted in t->skipped and passed over, unless `bad` is
 * given: then it comes as a row without text, and *bad says what is wrong with it ("" for all
 * others). */
int cli_texts_next(cli_texts *t, cli_text *out, const char **bad, kt_error *err);
void cli_texts_close(cli_texts *t);
/* KT_LABEL_NEGATIVE, _NEUTRAL or _POSITIVE of "0", "neutral", "POSITIVE" ...; KT_LABEL_NONE. */
int32_t cli_label(kt_span text);

#endif
