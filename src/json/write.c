/* SPDX-License-Identifier: Apache-2.0 */
/* Appending JSON strings and integers. */
#include "base/bytes16.h"
#include "json/json.h"

enum { STEP = 16 };

static inline int is_special(char c) {
  return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

/* One bit for each byte that must be escaped. */
static inline unsigned special_bits(kt_bytes16 v) {
#ifdef __SSE2__
  __m128i special =
      _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
  special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v));
  return (unsigned)_mm_movemask_epi8(special);
#else
  unsigned bits = 0;
  for (unsigned i = 0; i < STEP; i++) bits |= (unsigned)is_special((char)v.c[i]) << i;
  return bits;
#endif
}

/* Copies at least the bytes up to the first that must be escaped, and returns their number; n if
 * there is none. n > 0; STEP more bytes may be written. */
static inline size_t copy_plain(char *out, const char *p, size_t n) {
  size_t done = 0;
  for (; done + STEP <= n; done += STEP) {
    unsigned special = special_bits(kt_bytes16_load(p + done));
    memcpy(out + done, p + done, STEP);
    if (special) return done + (size_t)__builtin_ctz(special);
  }
  if (done == n) return n;
  if (done) { /* the last STEP bytes, of which the first are known to be plain */
    unsigned special = special_bits(kt_bytes16_load(p + n - STEP));
    memcpy(out + n - STEP, p + n - STEP, STEP);
    return special ? n - STEP + (size_t)__builtin_ctz(special) : n;
  }
  if (!special_bits(kt_bytes16_short(out, p, n))) return n;
  while (!is_special(p[done])) done++;
  return done;
}

static size_t put_escape(char *out, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  static const char shorts[0x20] = {
    ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
  };
  out[0] = '\\';
  if (c >= 0x20 || shorts[c]) {
    out[1] = c >= 0x20 ? (char)c : shorts[c];
    return 2;
  }
  memcpy(out + 1, "u00", 3);
  out[4] = hex[c >> 4];
  out[5] = hex[c & 15];
  return 6;
}

kt_status kt_json_put_escaped(kt_buf *b, kt_span s) {
  size_t before = b->len;
  const char *p = s.ptr, *end = s.ptr + s.len;
  while (p < end) {
    if (kt_buf_need(b, (size_t)(end - p) + STEP)) {
      b->len = before;
      return KT_ENOMEM;
    }
    size_t n = copy_plain(b->ptr + b->len, p, (size_t)(end - p));
    b->len += n;
    p += n;
    if (p < end) b->len += put_escape(b->ptr + b->len, (unsigned char)*p++);
  }
  return KT_OK;
}

kt_status kt_json_put_string(kt_buf *b, kt_span s) {
  size_t before = b->len;
  if (kt_buf_need(b, s.len + STEP + 2)) return KT_ENOMEM;
  b->ptr[b->len++] = '"';
  if (kt_json_put_escaped(b, s) || kt_buf_putc(b, '"')) {
    b->len = before;
    return KT_ENOMEM;
  }
  return KT_OK;
}

static kt_status put_digits(kt_buf *b, uint64_t v, int negative) {
  char text[20];
  char *p = text + sizeof text;
  do {
    *--p = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  size_t n = (size_t)(text + sizeof text - p);
  if (kt_buf_need(b, n + 1)) return KT_ENOMEM;
  if (negative) b->ptr[b->len++] = '-';
  memcpy(b->ptr + b->len, p, n);
  b->len += n;
  return KT_OK;
}

kt_status kt_json_put_uint(kt_buf *b, uint64_t v) {
  return put_digits(b, v, 0);
}

kt_status kt_json_put_int(kt_buf *b, int64_t v) {
  return put_digits(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0);
}
