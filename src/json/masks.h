/* SPDX-License-Identifier: Apache-2.0 */
/* What the vector files share: the text in blocks of 64 bytes, and a chunk's masks (bit i of a word
 * = byte i of a block). */
#ifndef KT_JSON_MASKS_H
#define KT_JSON_MASKS_H

#include "json/scan.h"

enum {
  KT_JSON_BLOCK = 64,
  KT_JSON_CHUNK_BLOCKS = 64,
  KT_JSON_CHUNK = KT_JSON_BLOCK * KT_JSON_CHUNK_BLOCKS,
  KT_JSON_CHUNK_ODD =
      KT_JSON_CHUNK / 2 + KT_JSON_BLOCK /* never two neighbours; and what is overwritten */
};

/* What the rules (rules.h) leave of a chunk's blocks. */
typedef struct kt_json_masks {
  _Alignas(64) uint64_t op[KT_JSON_CHUNK_BLOCKS]; /* structural characters outside of strings */
  uint64_t scalar[KT_JSON_CHUNK_BLOCKS];          /* those with a scalar before them */
  uint64_t
      odd[KT_JSON_CHUNK_BLOCKS]; /* a place in each literal, negative number, fraction, exponent */
} kt_json_masks;

/* What a block leaves to the next one: whole masks, of which the last bit counts, or a bit 0. */
typedef struct kt_json_carry {
  uint64_t primitive, digit, first_zero, string_end; /* masks */
  uint64_t in_string, behind_scalar, behind_string;  /* white space reaches the end of the block */
  uint64_t escaped, hex, high;                       /* while bytes are looked at */
} kt_json_carry;

/* Bytes behind an odd number of backslashes. */
static inline uint64_t kt_json_escaped(uint64_t backslash, uint64_t *carry) {
  const uint64_t odd_bits = 0xaaaaaaaaaaaaaaaau;
  uint64_t starts = backslash & ~*carry;
  uint64_t series = ((starts << 1 | odd_bits) - starts) ^ odd_bits;
  uint64_t escaped = series ^ (backslash | *carry);
  *carry = (series & backslash) >> 63;
  return escaped;
}

/* Which bytes may follow a backslash, and four hexadecimal digits behind \u. Non-zero: a fault. */
static inline uint64_t kt_json_escape_rules(uint64_t escaped, uint64_t allowed, uint64_t unicode,
                                            uint64_t hex, kt_json_carry *c) {
  uint64_t u = escaped & unicode;
  uint64_t needed = u << 1 | u << 2 | u << 3 | u << 4 | c->hex;
  c->hex = u >> 63 | u >> 62 | u >> 61 | u >> 60;
  return (escaped & ~allowed) | (needed & ~hex);
}

/* Names are matched as they are written unless some escape may hide a letter, digit or _ in them.
 * `u`: places of the u in \u of a block at p. */
static inline uint32_t kt_json_hides_name(const char *p, uint64_t u) {
  for (; u; u &= u - 1) {
    const char *hex = p + __builtin_ctzll(u) + 1;
    if (hex[0] != '0' || hex[1] != '0' || hex[2] < '3' || hex[2] > '7') continue;
    if (hex[2] != '3' || hex[3] <= '9') return 1;
  }
  return 0;
}

/* The text in blocks that may be read whole, some bytes around them included: its first and last
 * block are copies with white space around. */
typedef struct kt_json_blocks {
  const char *text;
  size_t last; /* index of the last block, which always has room for white space */
  char head[KT_JSON_BLOCK + 32], tail[KT_JSON_BLOCK + 32];
  char none[KT_JSON_BLOCK + 32]; /* white space, for blocks behind the last */
} kt_json_blocks;

static inline void kt_json_blocks_init(kt_json_blocks *b, const char *text, size_t len) {
  b->text = text;
  b->last = len / KT_JSON_BLOCK;
  memset(b->none, ' ', sizeof b->none);
  if (!b->last) return;
  memset(b->head, ' ', 16);
  memcpy(b->head + 16, text, KT_JSON_BLOCK + 8);
}

/* To be called before the last block is read, and not much earlier: the end of a long text is not
 * in the cache yet when its beginning is read. */
static inline void kt_json_add_tail(kt_json_blocks *b, size_t len) {
  const char *from = b->text + b->last * KT_JSON_BLOCK;
  memset(b->tail, ' ', sizeof b->tail);
  if (b->last) memcpy(b->tail, from - 16, 16);
  memcpy(b->tail + 16, from, len % KT_JSON_BLOCK);
}

static inline const char *kt_json_block_at(const kt_json_blocks *b, size_t i) {
  const char *p = b->text + i * KT_JSON_BLOCK;
  p = i == 0 ? b->head : p - 16;
  p = i == b->last ? b->tail : p;
  return (i > b->last ? b->none : p) + 16;
}

/* For who reads nothing around it. */
static inline const char *kt_json_inner_block_at(const kt_json_blocks *b, size_t i) {
  if (__builtin_expect(i < b->last, 1)) return b->text + i * KT_JSON_BLOCK;
  return i > b->last ? b->none + 16 : b->tail + 16;
}

/* What to fetch into the cache while block i is read: the processor's own fetching ends with each
 * page. Behind the text, too: it is only an address. */
static inline const void *kt_json_ahead(const kt_json_blocks *b, size_t i) {
  return (const void *)((uintptr_t)b->text + i * KT_JSON_BLOCK + 2048);
}

/* finish.c: checks the tokens listed in odd[0..n). Returns 0 if they are right. */
int kt_json_check_odd(const kt_json *j, const uint32_t *odd, size_t n);

#endif
