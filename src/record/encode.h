/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an encoder, for the files encode_*.c. */
#ifndef KT_RECORD_ENCODE_H
#define KT_RECORD_ENCODE_H

#include <kappatweet/encode.h>

#include "base/buf.h"
#include "record/column.h"

enum { KT_PLAIN_BYTES = 40 }; /* the longest time, number or word of ours */

struct kt_encoder {
  kt_env *env;
  int32_t format;
  kt_columns columns;
  const kt_batch *batch; /* of the record that is being written */
  kt_span *keys;         /* `"name":` of each column, escaped */
  kt_buf key_bytes;
  char delimiter;
  int header, bom, ascii;
  int delimiter_is_plain; /* may stand in a number, a time or a word of ours */
  kt_pointed pointed;     /* the record's payload, for pointers */
  kt_buf scratch;         /* one cell, transliterated or unescaped */
  /* Most records fall into the second of the one before, nearly all into its day, and the start of
   * the run is always the same. */
  int64_t second, day, start_us;
  char second_text[20], start_text[KT_PLAIN_BYTES];
  size_t start_len;
};

/* Each appends one record; KT_ENOMEM may leave a part of it. */
kt_status kt_encode_ndjson(kt_encoder *e, const kt_record *r, const kt_score *s, kt_buf *out);
kt_status kt_encode_csv(kt_encoder *e, const kt_record *r, const kt_score *s, kt_buf *out);
kt_status kt_encode_csv_header(kt_encoder *e, kt_buf *out);
kt_status kt_encode_dynamodb(kt_encoder *e, const kt_record *r, const kt_score *s, kt_buf *out);

/* Appends a dead letter as a JSON object without line end, the same in every layout. */
kt_status kt_encode_dead(const kt_record *r, const kt_dead *why, kt_buf *out);
kt_status kt_encode_dead_dynamodb(const kt_record *r, const kt_dead *why, kt_buf *out);
/* Appends a CSV row of `columns` cells with one text in the first of them. */
kt_status kt_encode_csv_single(const kt_encoder *e, kt_span text, kt_buf *out);

/* The value of column i, a field of the payload included. KT_ENOMEM. */
static inline kt_status kt_encode_cell(kt_encoder *e, size_t i, const kt_record *r,
                                       const kt_score *s, kt_cell *out) {
  const kt_column *c = &e->columns.items[i];
  kt_column_cell(c, e->batch, r, s, out);
  if (c->id != KT_COL_POINTER) return KT_OK;
  if (kt_pointed_find(&e->pointed, r->raw, &c->pointer, &out->text) < 0) return KT_ENOMEM;
  if (out->text.ptr) out->type = KT_CELL_JSON;
  return KT_OK;
}
/* The text of a text cell as it is to be written: the cell's, or `scratch`. ptr NULL: no memory. */
kt_span kt_encode_text(kt_encoder *e, const kt_column *c, kt_span text);
/* Appends a cell that needs neither quotes nor escapes: numbers, times, words, booleans. */
kt_status kt_encode_plain(kt_encoder *e, const kt_cell *cell, kt_buf *out);
/* Appends JSON in one line: white space between tokens is all that a newline can be. */
kt_status kt_encode_one_line(kt_buf *out, kt_span json);

#endif
