/* SPDX-License-Identifier: Apache-2.0 */
/* Appending JSON strings and integers. */
#include "json/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { STEP = 16 };

/* Index of the first byte of p[0..16) that must be escaped, 16 if none. */
static inline unsigned first_special(const char *p) {
#ifdef __SSE2__
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i special =
      _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
  special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v));
  unsigned mask = (unsigned)_mm_movemask_epi8(special);
  return mask ? (unsigned)__builtin_ctz(mask) : STEP;
#else
  for (unsigned i = 0; i < STEP; i++)
    if (p[i] == '"' || p[i] == '\\' || (unsigned char)p[i] < 0x20) return i;
  return STEP;
#endif
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
  if (kt_buf_need(b, s.len + STEP)) return KT_ENOMEM;
  while (p < end) {
    size_t left = (size_t)(end - p);
    char block[STEP];
    if (left < STEP) {
      memset(block, ' ', STEP);
      memcpy(block, p, left);
    }
    const char *from = left < STEP ? block : p;
    unsigned n = first_special(from);
    memcpy(b->ptr + b->len, from, STEP);
    if (n > left) n = (unsigned)left;
    b->len += n;
    p += n;
    if (n == STEP || n == left) continue;
    b->len += put_escape(b->ptr + b->len, (unsigned char)*p++);
    if (kt_buf_need(b, (size_t)(end - p) + STEP)) {
      b->len = before;
      return KT_ENOMEM;
    }
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
