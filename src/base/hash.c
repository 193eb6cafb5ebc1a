/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

/* Two multiply-and-fold lanes over 16 bytes a round, the mixing step of wyhash and its relatives:
 * a 64x64 -> 128 bit product, halves xored, and what was there before kept beside it: a factor of
 * zero, which some text has, forgets nothing. About 8 bytes a cycle; the constants are the first odd
 * 64-bit words of the fractional parts of sqrt(2), sqrt(3), sqrt(5), sqrt(7). */
static const uint64_t K0 = 0x6A09E667F3BCC909u, K1 = 0xBB67AE8584CAA73Bu, K2 = 0x3C6EF372FE94F82Bu,
                      K3 = 0xA54FF53A5F1D36F1u;

static uint64_t fold(uint64_t a, uint64_t b) {
  __uint128_t m = (__uint128_t)a * b;
  return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Little-endian, so that what is stored on disk means the same everywhere. */
static uint64_t load64(const unsigned char *p) {
  uint64_t v;
  memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  return v;
}

kt_hash128 kt_hash(const void *data, size_t n, uint64_t seed) {
  const unsigned char *p = data;
  unsigned char last[16] = { 0 };
  uint64_t a = seed ^ K0, b = fold(seed ^ K1, n + K2);
  size_t left = n;
  for (; left > 16; left -= 16, p += 16) {
    uint64_t x = load64(p), y = load64(p + 8);
    a ^= fold(a ^ x, K2 ^ y);
    b = fold(b + y, K3 ^ x) + a;
  }
  if (left) memcpy(last, p, left);
  uint64_t x = load64(last), y = load64(last + 8);
  a ^= fold(a ^ x, K2 ^ y);
  b = fold(b + y, K3 ^ x) + a;
  return (kt_hash128){ fold(a ^ K1, b ^ K3), fold(b ^ K0, a + K2 + n) };
}

uint32_t kt_crc32(uint32_t crc, const void *data, size_t n) {
  const unsigned char *p = data;
  crc = ~crc;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  return ~crc;
}
