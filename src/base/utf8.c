/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

static int is_tail(char c) {
  return ((unsigned char)c & 0xC0) == 0x80;
}

size_t kt_utf8_decode(const char *p, size_t n, uint32_t *cp) {
  unsigned char c = (unsigned char)p[0];
  if (c < 0x80) {
    *cp = c;
    return 1;
  }
  if (c < 0xC2 || c > 0xF4) return 0;
  size_t len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  if (n < len) return 0;
  uint32_t v = c & (0xFFu >> (len + 1));
  for (size_t i = 1; i < len; i++) {
    if (!is_tail(p[i])) return 0;
    v = v << 6 | ((unsigned char)p[i] & 0x3F);
  }
  if ((len == 3 && v < 0x800) || (len == 4 && (v < 0x10000 || v > 0x10FFFF))) return 0;
  if (v >= 0xD800 && v <= 0xDFFF) return 0;
  *cp = v;
  return len;
}

size_t kt_utf8_encode(uint32_t cp, char out[4]) {
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  if (cp < 0x800) {
    out[0] = (char)(0xC0 | cp >> 6);
    out[1] = (char)(0x80 | (cp & 0x3F));
    return 2;
  }
  if (cp < 0x10000) {
    out[0] = (char)(0xE0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[2] = (char)(0x80 | (cp & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | cp >> 18);
  out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
  out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
  out[3] = (char)(0x80 | (cp & 0x3F));
  return 4;
}

size_t kt_utf8_valid(const char *p, size_t n) {
  size_t i = 0;
  uint32_t cp;
  while (i < n) {
    size_t len = kt_utf8_decode(p + i, n - i, &cp);
    if (!len) break;
    i += len;
  }
  return i;
}

size_t kt_utf8_cut(const char *p, size_t n, size_t max) {
  if (n <= max) return n;
  size_t m = max;
  while (m > 0 && max - m < 3 && is_tail(p[m])) m--;
  return is_tail(p[m]) ? max : m; /* a run of stray tails is not UTF-8: cut anywhere */
}
