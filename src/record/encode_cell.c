/* SPDX-License-Identifier: Apache-2.0 */
/* Cells as bytes: what the formats have in common. */
#include "record/encode.h"

#include <kappatweet/text.h>

#include "base/span.h"
#include "base/time.h"
#include "json/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { STEP = 16 };

static int block_is_ascii(const char *p) {
#ifdef __SSE2__
  return _mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)p)) == 0;
#else
  uint64_t v[2];
  memcpy(v, p, sizeof v);
  return ((v[0] | v[1]) & 0x8080808080808080u) == 0;
#endif
}

static int is_ascii(kt_span s) {
  size_t i = 0;
  for (; i + STEP <= s.len; i += STEP)
    if (!block_is_ascii(s.ptr + i)) return 0;
  for (; i < s.len; i++)
    if ((unsigned char)s.ptr[i] >= 0x80) return 0;
  return 1;
}

kt_span kt_encode_text(kt_encoder *e, const kt_column *c, kt_span text) {
  int is_prose = c->id == KT_COL_TEXT || c->id == KT_COL_SOURCE || c->id == KT_COL_USER_NAME;
  if (!e->ascii || !is_prose || is_ascii(text)) return text;
  e->scratch.len = 0;
  if (kt_transliterate(text, &e->scratch) < 0) return KT_NULL_SPAN;
  return kt_span_make(e->scratch.ptr ? e->scratch.ptr : "", e->scratch.len);
}

static void put_two(char *p, int v) {
  p[0] = (char)('0' + v / 10);
  p[1] = (char)('0' + v % 10);
}

/* Writes "2021-11-05T10:00:00" of a second into the cache; 0: the year has not four digits. */
static int cache_second(kt_encoder *e, int64_t second) {
  int64_t day = second / 86400 - (second % 86400 < 0);
  int rest = (int)(second - day * 86400);
  if (day != e->day) {
    char text[40];
    if (kt_time_format_iso(second * 1000, text) != 25) return 0;
    memcpy(e->second_text, text, 19);
    e->day = day;
  }
  put_two(e->second_text + 11, rest / 3600);
  put_two(e->second_text + 14, rest / 60 % 60);
  put_two(e->second_text + 17, rest % 60);
  e->second = second;
  return 1;
}

/* As kt_time_format_iso(). */
static kt_status put_time(kt_encoder *e, int64_t ms, kt_buf *out) {
  if (kt_buf_need(out, KT_PLAIN_BYTES)) return KT_ENOMEM;
  char *p = out->ptr + out->len;
  int64_t second = ms / 1000 - (ms % 1000 < 0);
  int rest = (int)(ms - second * 1000);
  if (second != e->second && !cache_second(e, second)) {
    out->len += kt_time_format_iso(ms, p);
    return KT_OK;
  }
  memcpy(p, e->second_text, 19);
  p += 19;
  if (rest) {
    *p++ = '.';
    *p++ = (char)('0' + rest / 100);
    put_two(p, rest % 100);
    p += 2;
  }
  memcpy(p, "+00:00", 6);
  out->len = (size_t)(p + 6 - out->ptr);
  return KT_OK;
}

/* Seconds as Python's time.time() shows them. */
static kt_status put_seconds(kt_encoder *e, int64_t us, kt_buf *out) {
  if (us != e->start_us) {
    size_t from = out->len;
    if (kt_json_put_double(out, (double)us / 1e6)) return KT_ENOMEM;
    e->start_len = out->len - from;
    memcpy(e->start_text, out->ptr + from, e->start_len);
    e->start_us = us;
    return KT_OK;
  }
  return kt_buf_put(out, e->start_text, e->start_len);
}

kt_status kt_encode_plain(kt_encoder *e, const kt_cell *cell, kt_buf *out) {
  switch (cell->type) {
  case KT_CELL_INT:
    return kt_json_put_int(out, cell->number);
  case KT_CELL_BOOL:
    return cell->number ? kt_buf_put(out, "true", 4) : kt_buf_put(out, "false", 5);
  case KT_CELL_FLOAT:
    return kt_json_put_float(out, cell->real);
  case KT_CELL_TIME:
    return put_time(e, cell->number, out);
  case KT_CELL_SECONDS:
    return put_seconds(e, cell->number, out);
  default:
    return kt_buf_put(out, cell->text.ptr, cell->text.len);
  }
}

kt_status kt_encode_one_line(kt_buf *out, kt_span json) {
  if (kt_buf_need(out, json.len + STEP)) return KT_ENOMEM;
  char *p = out->ptr + out->len;
  memcpy(p, json.ptr, json.len);
  for (char *nl = p; (nl = memchr(nl, '\n', json.len - (size_t)(nl - p)));) *nl++ = ' ';
  for (char *cr = p; (cr = memchr(cr, '\r', json.len - (size_t)(cr - p)));) *cr++ = ' ';
  out->len += json.len;
  return KT_OK;
}
