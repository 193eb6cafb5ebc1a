/* SPDX-License-Identifier: Apache-2.0 */
/* Comma-separated values by RFC 4180, with a line end of \n: what Athena, pandas, Python's csv and
 * spreadsheets all read. Null and empty are both an empty cell. */
#include "record/encode.h"

#include "base/bytes16.h"
#include "base/span.h"
#include "json/string.h"

enum { STEP = 16 };

/* Whether there is something that makes quotes necessary. */
static inline int is_special(kt_bytes16 v, char delimiter) {
#ifdef __SSE2__
  __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
  __m128i line =
      _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
  __m128i sep = _mm_cmpeq_epi8(v, _mm_set1_epi8(delimiter));
  return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, line), sep)) != 0;
#else
  int found = 0;
  for (int i = 0; i < STEP; i++)
    found |=
        v.c[i] == '"' || v.c[i] == '\n' || v.c[i] == '\r' || v.c[i] == (unsigned char)delimiter;
  return found;
#endif
}

static inline int needs_quotes(kt_span s, char delimiter) {
  size_t i = 0;
  if (s.len < STEP) return s.len && is_special(kt_bytes16_short(NULL, s.ptr, s.len), delimiter);
  for (; i + STEP <= s.len; i += STEP)
    if (is_special(kt_bytes16_load(s.ptr + i), delimiter)) return 1;
  return i < s.len && is_special(kt_bytes16_load(s.ptr + s.len - STEP), delimiter);
}

static kt_status put_quoted(kt_buf *b, kt_span s) {
  const char *p = s.ptr, *end = s.ptr + s.len;
  if (kt_buf_putc(b, '"')) return KT_ENOMEM;
  while (p < end) {
    const char *quote = memchr(p, '"', (size_t)(end - p));
    size_t n = (size_t)((quote ? quote + 1 : end) - p);
    if (kt_buf_put(b, p, n)) return KT_ENOMEM;
    if (quote && kt_buf_putc(b, '"')) return KT_ENOMEM;
    p += n;
  }
  return kt_buf_putc(b, '"');
}

static kt_status put_cell(kt_buf *b, kt_span s, char delimiter) {
  return needs_quotes(s, delimiter) ? put_quoted(b, s) : kt_buf_put(b, s.ptr, s.len);
}

/* A JSON string without its quotes and escapes, in the encoder's scratch. */
static kt_status unescape(kt_buf *scratch, kt_span s) {
  const char *p = s.ptr + 1, *end = s.ptr + s.len - 1;
  uint32_t flags = 0;
  scratch->len = 0;
  /* No escape is shorter than what it stands for. */
  if (kt_buf_need(scratch, s.len + 4)) return KT_ENOMEM;
  while (p < end) {
    const char *escape = memchr(p, '\\', (size_t)(end - p));
    size_t n = (size_t)((escape ? escape : end) - p);
    memcpy(scratch->ptr + scratch->len, p, n);
    scratch->len += n;
    p += n;
    if (escape) scratch->len += kt_json_decode_escape(&p, end, scratch->ptr + scratch->len, &flags);
  }
  return KT_OK;
}

static kt_status put_json(kt_encoder *e, kt_span json, kt_buf *out) {
  if (json.len < 2 || json.ptr[0] != '"') return put_cell(out, json, e->delimiter);
  if (unescape(&e->scratch, json)) return KT_ENOMEM;
  return put_cell(out, kt_span_make(e->scratch.ptr, e->scratch.len), e->delimiter);
}

static kt_status put_plain(kt_encoder *e, const kt_cell *cell, kt_buf *out) {
  size_t from = out->len;
  kt_status st = kt_encode_plain(e, cell, out);
  if (st < 0 || !e->delimiter_is_plain) return st;
  char copy[KT_PLAIN_BYTES];
  size_t n = out->len - from;
  memcpy(copy, out->ptr + from, n);
  out->len = from;
  return put_cell(out, kt_span_make(copy, n), e->delimiter);
}

static kt_status put_value(kt_encoder *e, const kt_column *c, const kt_cell *cell, kt_buf *out) {
  kt_span s;
  switch (cell->type) {
  case KT_CELL_NULL:
    return KT_OK;
  case KT_CELL_TEXT:
    s = kt_encode_text(e, c, cell->text);
    return s.ptr ? put_cell(out, s, e->delimiter) : KT_ENOMEM;
  case KT_CELL_JSON:
    return put_json(e, cell->text, out);
  default:
    return put_plain(e, cell, out);
  }
}

/* A row of one empty cell would be an empty line, which readers skip. */
static kt_status end_row(const kt_encoder *e, size_t from, kt_buf *out) {
  if (e->columns.count == 1 && out->len == from && kt_buf_put(out, "\"\"", 2)) return KT_ENOMEM;
  return kt_buf_putc(out, '\n');
}

kt_status kt_encode_csv(kt_encoder *e, const kt_record *r, const kt_score *s, kt_buf *out) {
  size_t from = out->len;
  for (size_t i = 0; i < e->columns.count; i++) {
    const kt_column *c = &e->columns.items[i];
    kt_cell cell;
    if (kt_encode_cell(e, i, r, s, &cell) < 0) return KT_ENOMEM;
    if (i && kt_buf_putc(out, e->delimiter)) return KT_ENOMEM;
    if (put_value(e, c, &cell, out) < 0) return KT_ENOMEM;
  }
  return end_row(e, from, out);
}

kt_status kt_encode_csv_header(kt_encoder *e, kt_buf *out) {
  if (!e->header) return KT_OK;
  if (e->bom && kt_buf_put(out, "\xEF\xBB\xBF", 3)) return KT_ENOMEM;
  for (size_t i = 0; i < e->columns.count; i++) {
    if (i && kt_buf_putc(out, e->delimiter)) return KT_ENOMEM;
    if (put_cell(out, e->columns.items[i].name, e->delimiter)) return KT_ENOMEM;
  }
  return kt_buf_putc(out, '\n');
}

kt_status kt_encode_csv_single(const kt_encoder *e, kt_span text, kt_buf *out) {
  if (put_cell(out, text, e->delimiter)) return KT_ENOMEM;
  for (size_t i = 1; i < e->columns.count; i++)
    if (kt_buf_putc(out, e->delimiter)) return KT_ENOMEM;
  return kt_buf_putc(out, '\n');
}
