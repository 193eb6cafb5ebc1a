/* SPDX-License-Identifier: Apache-2.0 */
/* JSON's rules on 64 bytes at a time, as operations on bit masks (bit i = byte i). The vector files
 * fill in the masks; everything here is ordinary 64-bit arithmetic and is inlined into them.
 *
 * What a byte may stand next to is decided here, whole tokens of rare shape are put on a list, and
 * what structural characters may follow each other is decided in order.h. Where white space stands
 * between two tokens, adding the mask of white space to a bit carries the bit over the run. */
#ifndef KT_JSON_MASKS_H
#define KT_JSON_MASKS_H

#include "json/scan.h"

#define KT_JSON_INLINE static inline __attribute__((always_inline))

enum {
  KT_JSON_BLOCK = 64,
  KT_JSON_CHUNK_BLOCKS = 32,
  KT_JSON_CHUNK = KT_JSON_BLOCK * KT_JSON_CHUNK_BLOCKS
};

/* Filled in by the vector code for one block, wherever the bytes stand. */
typedef struct kt_json_block {
  uint64_t quote, backslash, control, space, op, colon, digit, zero;
} kt_json_block;

/* What one block leaves to the next: single bits at position 0, or all ones. */
typedef struct kt_json_carry {
  uint64_t escaped, in_string, scalar_end, string_end, primitive, digit, first_zero, hex, high;
} kt_json_carry;

/* What a block amounts to. */
typedef struct kt_json_tokens {
  uint64_t op;     /* structural characters outside of strings */
  uint64_t scalar; /* those with a scalar before them */
  uint64_t odd; /* a place in each literal, negative number, fraction and exponent: see finish.c */
  uint64_t escaped, in_string;
} kt_json_tokens;

/* Bytes behind an odd number of backslashes. */
KT_JSON_INLINE uint64_t kt_json_escaped(uint64_t backslash, uint64_t *carry) {
  const uint64_t odd_bits = 0xaaaaaaaaaaaaaaaau;
  uint64_t starts = backslash & ~*carry;
  uint64_t series = ((starts << 1 | odd_bits) - starts) ^ odd_bits;
  uint64_t escaped = series ^ (backslash | *carry);
  *carry = (series & backslash) >> 63;
  return escaped;
}

/* Moves the bits of `mask` one byte on and then over white space. */
KT_JSON_INLINE uint64_t kt_json_next_token(uint64_t mask, uint64_t space, uint64_t *carry) {
  uint64_t sum, overflow = __builtin_add_overflow(mask << 1 | *carry, space, &sum);
  *carry = mask >> 63 | overflow;
  return sum & ~space;
}

KT_JSON_INLINE uint64_t kt_json_shift_in(uint64_t mask, uint64_t *carry) {
  uint64_t shifted = mask << 1 | *carry;
  *carry = mask >> 63;
  return shifted;
}

/* `strings`: prefix xor of the real quotes, by the caller's carry-less multiplication. Returns
 * non-zero for a fault. */
KT_JSON_INLINE uint64_t kt_json_rules(const kt_json_block *b, uint64_t quote, uint64_t strings,
                                      kt_json_carry *c, kt_json_tokens *t) {
  uint64_t in = strings ^ c->in_string; /* opening quotes included, closing ones not */
  c->in_string = (uint64_t)((int64_t)in >> 63);
  uint64_t close = quote & ~in, open = quote & in;
  uint64_t op = b->op & ~in, space = b->space & ~in;
  uint64_t primitive = ~(in | quote | op | space);
  uint64_t primitive_before = kt_json_shift_in(primitive, &c->primitive);
  uint64_t first = primitive & ~primitive_before;
  uint64_t digit = b->digit & primitive;
  uint64_t digit_before = kt_json_shift_in(digit, &c->digit);
  uint64_t zero_before = kt_json_shift_in(b->zero & first, &c->first_zero);
  /* A primitive ends where the byte behind it is none; the last byte's turn comes with the next
   * block. */
  uint64_t scalar_end = (close << 1) | (primitive_before & ~primitive);
  uint64_t sum, overflow = __builtin_add_overflow(scalar_end | c->scalar_end, space, &sum);
  uint64_t behind_scalar = sum & ~space;
  c->scalar_end = close >> 63 | overflow;
  uint64_t behind_string = kt_json_next_token(close, space, &c->string_end);
  t->op = op;
  t->scalar = op & behind_scalar;
  t->odd = primitive & ~digit & (~primitive_before | digit_before);
  t->in_string = in;
  return (b->control & in) | (behind_scalar & (first | open)) | (b->colon & ~in & ~behind_string) |
         (zero_before & digit);
}

/* Escapes: which bytes may follow a backslash, and four hexadecimal digits behind \u. */
KT_JSON_INLINE uint64_t kt_json_escape_rules(uint64_t escaped, uint64_t allowed, uint64_t unicode,
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

/* The text in blocks that may be read whole: its first and last block are copies with white space
 * around. */
typedef struct kt_json_blocks {
  const char *text;
  size_t last; /* index of the last block, which always has room for white space */
  char head[KT_JSON_BLOCK + 32], tail[KT_JSON_BLOCK + 32];
} kt_json_blocks;

static inline void kt_json_blocks_init(kt_json_blocks *b, const char *text, size_t len) {
  size_t last = len / KT_JSON_BLOCK, rest = len % KT_JSON_BLOCK;
  b->text = text;
  b->last = last;
  memset(b->tail, ' ', sizeof b->tail);
  memcpy(b->tail + 16, text + last * KT_JSON_BLOCK, rest);
  if (!last) return;
  memcpy(b->tail, text + last * KT_JSON_BLOCK - 16, 16);
  memset(b->head, ' ', 16);
  memcpy(b->head + 16, text, KT_JSON_BLOCK + 8);
}

KT_JSON_INLINE const char *kt_json_block_at(const kt_json_blocks *b, size_t i) {
  const char *p = b->text + i * KT_JSON_BLOCK;
  p = i == 0 ? b->head + 16 : p;
  return i == b->last ? b->tail + 16 : p;
}

/* finish.c: checks the tokens listed in odd[0..n). Returns 0 if they are right. */
int kt_json_check_odd(const kt_json *j, const uint32_t *odd, size_t n);

#endif
