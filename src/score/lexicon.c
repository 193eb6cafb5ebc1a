/* SPDX-License-Identifier: Apache-2.0 */
#include "score/lexicon.h"

#include <string.h>

int kt_lexicon_read(kt_lexicon *lex, kt_span section) {
  uint32_t log2;
  size_t bloom = (size_t)1 << (KT_LEX_BLOOM_BITS - 3);
  if (section.len < 16 + bloom) return -1;
  memcpy(&log2, section.ptr, 4);
  if (log2 < 1 || log2 > KT_LEX_LOG2_MAX) return -1;
  size_t n = (size_t)1 << log2, free = 0;
  if (section.len != 16 + bloom + n * sizeof(kt_lex_entry)) return -1;
  lex->bloom = (const uint8_t *)section.ptr + 16;
  lex->table = (const kt_lex_entry *)(const void *)(section.ptr + 16 + bloom);
  lex->shift = 32 - log2;
  for (size_t i = 0; i < n; i++) free += !lex->table[i].key;
  return free ? 0 : -1; /* a full table would have no end to look for */
}
