/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/position.h"

#include <string.h>

#include <kappatweet/source.h>

#include "base/hash.h"
#include "base/span.h"

/* "ktp1", half a word of kt_hash() of all that follows, length of the source's own, four numbers;
 * little-endian. Not a CRC: of a folder with many files each batch has a position of a megabyte. */
static const char magic[4] = { 'k', 't', 'p', '1' };
enum { AT_SUM = 4, AT_LENGTH = 8, AT_NUMBERS = 16 };

static void put(char *at, uint64_t v, int n) {
  for (int i = 0; i < n; i++) at[i] = (char)(v >> (8 * i));
}

static uint64_t get(const char *at, int n) {
  uint64_t v = 0;
  for (int i = 0; i < n; i++) v |= (uint64_t)(unsigned char)at[i] << (8 * i);
  return v;
}

static uint32_t sum_of(const char *bytes, size_t len) {
  return (uint32_t)kt_hash(bytes + AT_LENGTH, len - AT_LENGTH, 0).lo;
}

void kt_position_seal(char *bytes, size_t len, const kt_progress *progress) {
  const int64_t numbers[4] = { progress->run_no, progress->run_start_us, progress->watermark_ms,
                               progress->newest_ms };
  memcpy(bytes, magic, sizeof magic);
  put(bytes + AT_LENGTH, len - KT_POSITION_HEADER, 8);
  for (int i = 0; i < 4; i++) put(bytes + AT_NUMBERS + 8 * i, (uint64_t)numbers[i], 8);
  put(bytes + AT_SUM, sum_of(bytes, len), 4);
}

kt_status kt_position_take(kt_span s, kt_progress *out) {
  if (!s.ptr || s.len < KT_POSITION_HEADER || memcmp(s.ptr, magic, sizeof magic) != 0 ||
      get(s.ptr + AT_LENGTH, 8) != s.len - KT_POSITION_HEADER ||
      get(s.ptr + AT_SUM, 4) != sum_of(s.ptr, s.len))
    return KT_ECORRUPT;
  out->run_no = (int64_t)get(s.ptr + AT_NUMBERS, 8);
  out->run_start_us = (int64_t)get(s.ptr + AT_NUMBERS + 8, 8);
  out->watermark_ms = (int64_t)get(s.ptr + AT_NUMBERS + 16, 8);
  out->newest_ms = (int64_t)get(s.ptr + AT_NUMBERS + 24, 8);
  return KT_OK;
}

kt_span kt_position_own(kt_span position) {
  kt_progress at;
  if (kt_position_take(position, &at) < 0) return KT_NULL_SPAN;
  return kt_span_make(position.ptr + KT_POSITION_HEADER, position.len - KT_POSITION_HEADER);
}
