/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of strings. */
#include "json/json.h"
#include "json/string.h"

#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { STEP = 16 };

static inline uint32_t hex_digit(char c) {
  return ((uint32_t)c & 15) + 9 * ((uint32_t)c >> 6);
}

static inline uint32_t hex4(const char *p) {
  return hex_digit(p[0]) << 12 | hex_digit(p[1]) << 8 | hex_digit(p[2]) << 4 | hex_digit(p[3]);
}

/* p is behind \u. */
static const char *decode_unicode(const char *p, const char *end, uint32_t *cp, uint32_t *flags) {
  uint32_t unit = hex4(p), low;
  p += 4;
  *cp = unit;
  if (unit < 0xd800 || unit > 0xdfff) return p;
  if (unit < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
    low = hex4(p + 2);
    if (low >= 0xdc00 && low <= 0xdfff) {
      *cp = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      return p + 6;
    }
  }
  *cp = 0xfffd;
  *flags |= KT_JSON_LONE_SURROGATE;
  return p;
}

size_t kt_json_decode_escape(const char **p, const char *end, char *out, uint32_t *flags) {
  char c = (*p)[1];
  uint32_t cp;
  *p += 2;
  switch (c) {
  case 'b':
    *out = '\b';
    return 1;
  case 'f':
    *out = '\f';
    return 1;
  case 'n':
    *out = '\n';
    return 1;
  case 'r':
    *out = '\r';
    return 1;
  case 't':
    *out = '\t';
    return 1;
  case 'u':
    *p = decode_unicode(*p, end, &cp, flags);
    if (cp < 0x80) {
      *out = (char)cp;
      return 1;
    }
    return kt_utf8_encode(cp, out);
  default:
    *out = c;
    return 1;
  }
}

/* Copies 16 bytes, however few of them are meant; returns how many stand before a backslash. */
static inline size_t copy_step(char *to, const char *from) {
#ifdef __SSE2__
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)from);
  _mm_storeu_si128((__m128i *)(void *)to, v);
  unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
  return mask ? (size_t)__builtin_ctz(mask) : STEP;
#else
  const char *hit = memchr(from, '\\', STEP);
  memcpy(to, from, STEP);
  return hit ? (size_t)(hit - from) : STEP;
#endif
}

size_t kt_json_unescape(char *dst, kt_span inside, uint32_t *flags) {
  const char *p = inside.ptr, *end = p + inside.len;
  uint32_t unused = 0;
  char *to = dst;
  if (!flags) flags = &unused;
  while (p < end) {
    size_t n = copy_step(to, p), left = (size_t)(end - p);
    if (n > left) n = left;
    to += n;
    p += n;
    while (p < end && *p == '\\') to += kt_json_decode_escape(&p, end, to, flags);
  }
  return (size_t)(to - dst);
}

/* 64 bytes behind the text are readable, and most strings are short. */
static inline int has_backslash(const char *p, size_t n) {
#ifdef __SSE2__
  if (n <= 2 * STEP) {
    const __m128i backslash = _mm_set1_epi8('\\');
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + STEP));
    uint64_t mask = (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(low, backslash)) |
                    (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(high, backslash)) << STEP;
    return (mask & (((uint64_t)1 << n) - 1)) != 0;
  }
#endif
  return memchr(p, '\\', n) != NULL;
}

int kt_json_text(const kt_json *j, kt_json_val v, kt_span *inside) {
  if (kt_json_typeof(j, v) != KT_JSON_STRING) {
    *inside = (kt_span){ NULL, 0 };
    return -1;
  }
  kt_span raw = kt_json_raw(j, v);
  *inside = (kt_span){ raw.ptr + 1, raw.len - 2 };
  return has_backslash(inside->ptr, inside->len);
}

kt_status kt_json_string(const kt_json *j, kt_json_val v, kt_arena *arena, kt_span *out,
                         uint32_t *flags) {
  kt_span inside;
  if (kt_json_text(j, v, &inside) <= 0) {
    *out = inside;
    return KT_OK;
  }
  char *p = kt_arena_alloc(arena, inside.len + KT_JSON_SLACK_BYTES, 1);
  if (!p) return KT_ENOMEM;
  *out = (kt_span){ p, kt_json_unescape(p, inside, flags) };
  kt_arena_trim(arena, p, out->len);
  return KT_OK;
}
