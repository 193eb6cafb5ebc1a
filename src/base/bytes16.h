/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen bytes at a time, for writers that look for few special characters in short texts. */
#ifndef KT_BASE_BYTES16_H
#define KT_BASE_BYTES16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
typedef __m128i kt_bytes16;
#else
typedef struct kt_bytes16 {
  unsigned char c[16];
} kt_bytes16;
#endif

static inline kt_bytes16 kt_bytes16_load(const char *p) {
  kt_bytes16 b;
  memcpy(&b, p, sizeof b);
  return b;
}

/* Loads the n bytes (1 to 15) at p, each at least once and nothing else, in some order; and copies
 * them to `out` if it is not NULL. Overlapping words, because to gather the bytes in memory first
 * would stall the load behind it. */
static inline kt_bytes16 kt_bytes16_short(char *out, const char *p, size_t n) {
  uint64_t words[2];
  if (n >= 8) {
    memcpy(&words[0], p, 8);
    memcpy(&words[1], p + n - 8, 8);
    if (out) {
      memcpy(out, &words[0], 8);
      memcpy(out + n - 8, &words[1], 8);
    }
  } else if (n >= 4) {
    uint32_t first, last;
    memcpy(&first, p, 4);
    memcpy(&last, p + n - 4, 4);
    if (out) {
      memcpy(out, &first, 4);
      memcpy(out + n - 4, &last, 4);
    }
    words[0] = words[1] = (uint64_t)last << 32 | first;
  } else {
    unsigned char a = (unsigned char)p[0], b = (unsigned char)p[n / 2], c = (unsigned char)p[n - 1];
    if (out) {
      out[0] = (char)a;
      out[n / 2] = (char)b;
      out[n - 1] = (char)c;
    }
    words[0] = words[1] = (a | (uint64_t)b << 8 | (uint64_t)c << 16) * 0x1000001u |
                          (uint64_t)a << 48 | (uint64_t)a << 56;
  }
#ifdef __SSE2__
  return _mm_set_epi64x((int64_t)words[1], (int64_t)words[0]);
#else
  kt_bytes16 r;
  memcpy(&r, words, sizeof r);
  return r;
#endif
}

#endif
