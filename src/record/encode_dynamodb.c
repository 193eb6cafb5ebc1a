/* SPDX-License-Identifier: Apache-2.0 */
/* Items of DynamoDB: each value in an object that names its type. */
#include "record/encode.h"

#include "base/span.h"
#include "json/json.h"
#include "json/scan.h"

/* DynamoDB's limits of a number: 38 significant digits, 1E-130 to 9.9...E+125. What lies beyond is
 * refused with the whole item there, so it is written as a string. */
enum { MAX_DIGITS = 38, LEAST_EXPONENT = -130, MAX_EXPONENT = 125, MAX_SHIFT = 100000 };

/* The exponent that a JSON number is written with; s begins behind the e. */
static long exponent_of(kt_span s) {
  long v = 0;
  for (size_t i = 0; i < s.len; i++)
    if (s.ptr[i] >= '0' && s.ptr[i] <= '9' && v < MAX_SHIFT) v = v * 10 + (s.ptr[i] - '0');
  return s.len && s.ptr[0] == '-' ? -v : v;
}

static int fits_number(kt_span s) {
  size_t digits = 0, significant = 0, i = 0;
  long first = -1; /* exponent of the first significant digit */
  int fraction = 0;
  for (; i < s.len && s.ptr[i] != 'e' && s.ptr[i] != 'E'; i++) {
    if (s.ptr[i] == '.') fraction = 1;
    if (s.ptr[i] < '0' || s.ptr[i] > '9') continue;
    digits += digits || s.ptr[i] != '0';
    if (s.ptr[i] != '0') significant = digits;
    if (fraction ? !digits : digits != 0) first += fraction ? -1 : 1;
  }
  if (i < s.len) first += exponent_of(kt_span_make(s.ptr + i + 1, s.len - i - 1));
  return !significant ||
         (significant <= MAX_DIGITS && first >= LEAST_EXPONENT && first <= MAX_EXPONENT);
}

static kt_status put_in(kt_buf *out, const char *open, kt_span s, const char *close) {
  if (kt_buf_puts(out, open) || kt_buf_put(out, s.ptr, s.len)) return KT_ENOMEM;
  return kt_buf_puts(out, close);
}

static kt_status put_scalar(kt_buf *out, kt_span s) {
  switch (s.ptr[0]) {
  case '"':
    return put_in(out, "{\"S\":", s, "}");
  case 'n':
    return kt_buf_puts(out, "{\"NULL\":true}");
  case 't':
  case 'f':
    return put_in(out, "{\"BOOL\":", s, "}");
  default:
    return put_in(out, fits_number(s) ? "{\"N\":\"" : "{\"S\":\"", s, "\"}");
  }
}

/* Appends a JSON value, already checked, as attribute values, and returns what comes behind it;
 * NULL: no memory. The depth is the reader's, at most KT_JSON_MAX_DEPTH. */
static const char *put_json(kt_buf *out, const char *p, const char *end) {
  p = kt_json_scan_space(p, end);
  if (p >= end) return NULL;
  if (*p != '{' && *p != '[') {
    kt_json_fault fault;
    const char *after = kt_json_scan_scalar(p, end, &fault);
    return after && put_scalar(out, kt_span_make(p, (size_t)(after - p))) == KT_OK ? after : NULL;
  }
  int object = *p == '{';
  char close = object ? '}' : ']';
  if (kt_buf_puts(out, object ? "{\"M\":{" : "{\"L\":[")) return NULL;
  p = kt_json_scan_space(p + 1, end);
  while (p < end && *p != close) {
    if (*p == ',' && kt_buf_putc(out, ',')) return NULL;
    p = kt_json_scan_space(p + (*p == ','), end);
    if (object) {
      kt_json_fault fault;
      const char *after = kt_json_scan_string(p, end, &fault);
      if (!after || kt_buf_put(out, p, (size_t)(after - p)) || kt_buf_putc(out, ':')) return NULL;
      p = kt_json_scan_space(after, end) + 1;
    }
    p = put_json(out, p, end);
    if (!p) return NULL;
    p = kt_json_scan_space(p, end);
  }
  if (kt_buf_putc(out, close) || kt_buf_putc(out, '}')) return NULL;
  return p + 1;
}

static kt_status put_value(kt_encoder *e, const kt_column *c, const kt_cell *cell, kt_buf *out) {
  kt_span s;
  int failed;
  switch (cell->type) {
  case KT_CELL_NULL:
    return kt_buf_puts(out, "{\"NULL\":true}");
  case KT_CELL_TEXT:
    s = kt_encode_text(e, c, cell->text);
    failed = !s.ptr || kt_buf_puts(out, "{\"S\":") || kt_json_put_string(out, s);
    return failed ? KT_ENOMEM : kt_buf_putc(out, '}');
  case KT_CELL_JSON:
    return put_json(out, cell->text.ptr, cell->text.ptr + cell->text.len) ? KT_OK : KT_ENOMEM;
  case KT_CELL_BOOL:
    return kt_buf_puts(out, cell->number ? "{\"BOOL\":true}" : "{\"BOOL\":false}");
  default:
    failed =
        kt_buf_puts(out, cell->type == KT_CELL_WORD || cell->type == KT_CELL_TIME ? "{\"S\":\""
                                                                                  : "{\"N\":\"") ||
        kt_encode_plain(e, cell, out);
    return failed ? KT_ENOMEM : kt_buf_puts(out, "\"}");
  }
}

kt_status kt_encode_dynamodb(kt_encoder *e, const kt_record *r, const kt_score *s, kt_buf *out) {
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
  return kt_buf_putc(out, '}');
}
