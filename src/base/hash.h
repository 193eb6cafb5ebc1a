/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_BASE_HASH_H
#define KT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Stable for ever: batch ids and journals on disk are made of it. Not for secrets, not against an
 * adversary who chooses the input. */
typedef struct kt_hash128 {
  uint64_t hi, lo;
} kt_hash128;

kt_hash128 kt_hash(const void *p, size_t n, uint64_t seed);
uint32_t kt_crc32(uint32_t crc, const void *p, size_t n); /* CRC-32 of zlib; start with 0 */

#endif
