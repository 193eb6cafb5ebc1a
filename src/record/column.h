/* SPDX-License-Identifier: Apache-2.0 */
/* What a record shows to the outside: named columns, and the value that each has in a record. The
 * encoders and the Arrow export are written against this list only. */
#ifndef KT_RECORD_COLUMN_H
#define KT_RECORD_COLUMN_H

#include <kappatweet/batch.h>

#include "base/arena.h"
#include "record/pointer.h"

/* What a column shows. */
typedef enum kt_column_id {
  KT_COL_RUN_NO,
  KT_COL_ID,
  KT_COL_TEXT,
  KT_COL_CREATED,
  KT_COL_ARRIVED,
  KT_COL_SOURCE,
  KT_COL_USER_NAME,
  KT_COL_USER_ID,
  KT_COL_RUN_START,
  KT_COL_RUN_LIMIT,
  KT_COL_KIND,
  KT_COL_LANG,
  KT_COL_REF_ID,
  KT_COL_REPOST,
  KT_COL_REPLY,
  KT_COL_QUOTE,
  KT_COL_TRUNCATED,
  KT_COL_EDITED,
  KT_COL_SENTIMENT,
  KT_COL_POSITIVE,
  KT_COL_NEGATIVE,
  KT_COL_NEUTRAL,
  KT_COL_MIXED,
  KT_COL_SCORER,
  KT_COL_SCORER_VERSION,
  KT_COL_MODEL_HASH,
  KT_COL_RAW,
  KT_COL_POINTER /* a field of the payload */
} kt_column_id;

typedef enum kt_cell_type {
  KT_CELL_NULL,
  KT_CELL_TEXT,
  KT_CELL_WORD, /* text of ours: letters only, nothing to be escaped */
  KT_CELL_INT,
  KT_CELL_BOOL,
  KT_CELL_FLOAT,
  KT_CELL_TIME,    /* number: milliseconds since the epoch */
  KT_CELL_SECONDS, /* number: microseconds since the epoch, shown in seconds */
  KT_CELL_JSON     /* text: a JSON value */
} kt_cell_type;

typedef struct kt_cell {
  kt_cell_type type;
  float real;
  int64_t number;
  kt_span text;
} kt_cell;

typedef struct kt_column {
  kt_column_id id;
  int optional;       /* NDJSON and DynamoDB leave it out of a record without a score */
  kt_span name;       /* unescaped */
  kt_pointer pointer; /* of KT_COL_POINTER */
} kt_column;

typedef enum kt_layout {
  KT_LAYOUT_TWEET,
  KT_LAYOUT_SENTIMENT,
  KT_LAYOUT_FULL,
  KT_LAYOUT_RAW
} kt_layout;

typedef struct kt_columns {
  kt_layout layout;
  int picked; /* by `fields`, not the layout's own */
  kt_column *items;
  size_t count, cap;
  kt_arena arena; /* names and pointers */
} kt_columns;

/* `record` is a layout's name, NULL = tweet; `fields` the option of that name, NULL or "" = the
 * layout's own columns. On failure nothing is to be freed. KT_EINVAL, KT_ENOMEM. */
kt_status kt_columns_init(kt_columns *c, const kt_env *env, const char *record, const char *fields,
                          kt_error *err);
void kt_columns_free(kt_columns *c);

/* Whether the layout has room for this record at all. */
int kt_layout_holds(kt_layout layout, const kt_record *r);
/* The record's score if it has one that a scorer stands for, else NULL. */
const kt_score *kt_column_score(const kt_batch *b, size_t i);
/* The value of a column, but of KT_COL_POINTER; spans are views into the batch. `s` may be NULL. */
void kt_column_cell(const kt_column *c, const kt_batch *b, const kt_record *r, const kt_score *s,
                    kt_cell *out);

#endif
