/* SPDX-License-Identifier: Apache-2.0 */
/* Newline-delimited JSON. */
#include "record/encode.h"

#include "base/span.h"
#include "json/json.h"
#include "json/scan.h"

/* A payload of a stranger's parser need not be JSON; then it is a string. */
static kt_status put_raw(kt_buf *out, kt_span raw) {
  kt_span value;
  if (kt_json_find(raw, "", &value) < 0) return kt_json_put_string(out, raw);
  const char *end = raw.ptr + raw.len;
  const char *rest = kt_json_scan_space(value.ptr + value.len, end);
  return rest == end ? kt_encode_one_line(out, value) : kt_json_put_string(out, raw);
}

static kt_status put_value(kt_encoder *e, const kt_column *c, const kt_cell *cell, kt_buf *out) {
  kt_span s;
  switch (cell->type) {
  case KT_CELL_NULL:
    return kt_buf_put(out, "null", 4);
  case KT_CELL_TEXT:
    if (c->id == KT_COL_RAW) return put_raw(out, cell->text);
    s = kt_encode_text(e, c, cell->text);
    return s.ptr ? kt_json_put_string(out, s) : KT_ENOMEM;
  case KT_CELL_WORD:
  case KT_CELL_TIME:
    if (kt_buf_putc(out, '"') || kt_encode_plain(e, cell, out)) return KT_ENOMEM;
    return kt_buf_putc(out, '"');
  case KT_CELL_JSON:
    return kt_encode_one_line(out, cell->text);
  default:
    return kt_encode_plain(e, cell, out);
  }
}

kt_status kt_encode_ndjson(kt_encoder *e, const kt_record *r, const kt_score *s, kt_buf *out) {
  if (e->columns.layout == KT_LAYOUT_RAW && !e->columns.picked) {
    if (kt_encode_one_line(out, r->raw)) return KT_ENOMEM;
    return kt_buf_putc(out, '\n');
  }
  char before = '{';
  for (size_t i = 0; i < e->columns.count; i++) {
    const kt_column *c = &e->columns.items[i];
    if (c->optional && !s) continue;
    kt_cell cell;
    if (kt_encode_cell(e, i, r, s, &cell) < 0) return KT_ENOMEM;
    if (kt_buf_putc(out, before) || kt_buf_put(out, e->keys[i].ptr, e->keys[i].len) ||
        put_value(e, c, &cell, out))
      return KT_ENOMEM;
    before = ',';
  }
  return kt_buf_put(out, "}\n", 2);
}
