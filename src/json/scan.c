/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, checked byte by byte with nothing but C; eight at a time inside strings. */
#include "json/scan.h"

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

static const char *fail(kt_json_fault *fault, const char *at, const char *why) {
  fault->at = at;
  fault->why = why;
  return NULL;
}

/* A high bit for each byte that is a quote, a backslash, below space or not ASCII. Borrows run
 * upwards only, so the lowest bit set is right. */
static inline uint64_t specials(uint64_t v) {
  uint64_t quote = v ^ (ONES * '"'), backslash = v ^ (ONES * '\\');
  return ((v - ONES * 0x20) | (quote - ONES) | (backslash - ONES) | v) & HIGHS;
}

static int is_hex(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* p is behind the backslash. */
static const char *scan_escape(const char *p, const char *end, kt_json_fault *fault) {
  if (p == end) return fail(fault, p, "unterminated string");
  switch (*p) {
  case '"':
  case '\\':
  case '/':
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
    return p + 1;
  case 'u':
    for (int i = 1; i <= 4; i++) {
      if (p + i == end) return fail(fault, p + i, "unterminated string");
      if (!is_hex(p[i])) return fail(fault, p + i, "no hexadecimal digit behind \\u");
    }
    return p + 5;
  default:
    return fail(fault, p, "unknown escape");
  }
}

static inline int is_tail(const char *p, const char *end) {
  return p < end && ((unsigned char)*p & 0xc0) == 0x80;
}

/* A character of two to four bytes. */
static const char *scan_utf8(const char *p, const char *end, kt_json_fault *fault) {
  unsigned char c = (unsigned char)*p, d = p + 1 < end ? (unsigned char)p[1] : 0;
  if (c >= 0xc2 && c <= 0xdf && is_tail(p + 1, end)) return p + 2;
  if (c >= 0xe0 && c <= 0xef && is_tail(p + 1, end) && is_tail(p + 2, end) &&
      !(c == 0xe0 && d < 0xa0) && !(c == 0xed && d > 0x9f))
    return p + 3;
  if (c >= 0xf0 && c <= 0xf4 && is_tail(p + 1, end) && is_tail(p + 2, end) && is_tail(p + 3, end) &&
      !(c == 0xf0 && d < 0x90) && !(c == 0xf4 && d > 0x8f))
    return p + 4;
  return fail(fault, p, "invalid UTF-8");
}

const char *kt_json_scan_string(const char *p, const char *end, kt_json_fault *fault) {
  for (p++;;) {
    while (end - p >= 8) {
      uint64_t v, hit;
      memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
      v = __builtin_bswap64(v);
#endif
      hit = specials(v);
      if (hit) {
        p += __builtin_ctzll(hit) >> 3;
        break;
      }
      p += 8;
    }
    if (p == end) return fail(fault, p, "unterminated string");
    unsigned char c = (unsigned char)*p;
    if (c == '"') return p + 1;
    if (c == '\\')
      p = scan_escape(p + 1, end, fault);
    else if (c >= 0x80)
      p = scan_utf8(p, end, fault);
    else if (c < 0x20)
      return fail(fault, p, "control character in a string");
    else
      p++;
    if (!p) return NULL;
  }
}

static inline const char *skip_digits(const char *p, const char *end) {
  while (p < end && *p >= '0' && *p <= '9') p++;
  return p;
}

const char *kt_json_scan_number(const char *p, const char *end, kt_json_fault *fault) {
  const char *q;
  if (p < end && *p == '-') p++;
  q = skip_digits(p, end);
  if (q == p) return fail(fault, p, "no digit where a number needs one");
  if (*p == '0' && q > p + 1) return fail(fault, p, "number with a leading zero");
  p = q;
  if (p < end && *p == '.') {
    q = skip_digits(++p, end);
    if (q == p) return fail(fault, p, "no digit behind the decimal point");
    p = q;
  }
  if (p < end && (*p | 0x20) == 'e') {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    q = skip_digits(p, end);
    if (q == p) return fail(fault, p, "no digit in the exponent");
    p = q;
  }
  return p;
}

static const char *scan_literal(const char *p, const char *end, const char *word, size_t n,
                                kt_json_fault *fault) {
  if ((size_t)(end - p) >= n && memcmp(p, word, n) == 0) return p + n;
  return fail(fault, p, "no value; known words are true, false and null");
}

const char *kt_json_scan_scalar(const char *p, const char *end, kt_json_fault *fault) {
  if (p == end) return fail(fault, p, "the text ends where a value should stand");
  switch (*p) {
  case '"':
    return kt_json_scan_string(p, end, fault);
  case 't':
    return scan_literal(p, end, "true", 4, fault);
  case 'f':
    return scan_literal(p, end, "false", 5, fault);
  case 'n':
    return scan_literal(p, end, "null", 4, fault);
  case '-':
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7':
  case '8':
  case '9':
    return kt_json_scan_number(p, end, fault);
  default:
    return fail(fault, p, "no value");
  }
}
