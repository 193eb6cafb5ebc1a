/* SPDX-License-Identifier: Apache-2.0 */
/* Which byte may stand next to which, for several blocks at once: a vector of words, a word a
 * block.
 *
 * Included by each vector file after it has defined
 * - TARGET and INLINE: how functions of this file are declared;
 * - LANES and lanes: how many blocks, and a GCC vector of as many uint64_t;
 * - shift_in(x, before): each word shifted up one bit, the last bit of the word before shifted in;
 * of `before` only the last word counts;
 * - any_less(a, b): non-zero if a word of a is less than that of b;
 * - in_strings(quote, &state): bytes from an opening quote (included) to the closing one (not
 *   included); state: 0, or 1 if the last byte is in a string. */

INLINE lanes load_lanes(const uint64_t *words) {
  lanes v;
  memcpy(&v, words, sizeof v);
  return v;
}

INLINE void store_lanes(uint64_t *words, lanes v) {
  memcpy(words, &v, sizeof v);
}

INLINE lanes all_lanes(uint64_t word) {
  return word - (lanes){ 0 };
}

/* White space that reaches the end of a block hands the bit on to the next block; this is rare. */
INLINE lanes behind_by_words(lanes mask, lanes space, uint64_t *carry) {
  uint64_t c = *carry;
  for (int i = 0; i < LANES; i++) {
    uint64_t sum, overflow = __builtin_add_overflow(mask[i] | c, space[i], &sum);
    mask[i] = sum & ~space[i];
    c = overflow;
  }
  *carry = c;
  return mask;
}

/* Moves bits on over white space, by adding: a bit at the first of a run of ones comes out behind
 * it. */
INLINE lanes behind_space(lanes mask, lanes space, uint64_t *carry) {
  lanes sum = (mask | (lanes){ *carry }) + space;
  if (__builtin_expect(any_less(sum, space), 0)) return behind_by_words(mask, space, carry);
  *carry = 0;
  return sum & ~space;
}

/* What was seen in LANES blocks, wherever the bytes stand. */
typedef struct looks {
  lanes quote; /* not those behind a backslash */
  lanes space, op, colon, digit, zero, control;
} looks;

/* Applies the rules to blocks i .. i + LANES - 1 of the chunk; what is wrong is set in the result.
 */
INLINE lanes apply_rules(const looks *l, kt_json_masks *m, size_t i, kt_json_carry *c) {
  lanes quote = l->quote, in = in_strings(quote, &c->in_string);
  lanes op = l->op & ~in, space = l->space & ~in;
  lanes close = quote & ~in, primitive = ~(in | quote | op | space);
  lanes primitive_before = shift_in(primitive, all_lanes(c->primitive));
  lanes first = primitive & ~primitive_before;
  lanes digit = l->digit & primitive;
  lanes digit_before = shift_in(digit, all_lanes(c->digit));
  lanes first_zero = l->zero & first;
  lanes zero_before = shift_in(first_zero, all_lanes(c->first_zero));
  lanes string_end = shift_in(close, all_lanes(c->string_end));
  lanes scalar_end = string_end | (primitive_before & ~primitive);
  lanes behind_scalar = behind_space(scalar_end, space, &c->behind_scalar);
  lanes behind_string = behind_space(string_end, space, &c->behind_string);
  c->primitive = primitive[LANES - 1];
  c->digit = digit[LANES - 1];
  c->first_zero = first_zero[LANES - 1];
  c->string_end = close[LANES - 1];
  store_lanes(m->op + i, op);
  store_lanes(m->scalar + i, op & behind_scalar);
  store_lanes(m->odd + i, primitive & ~digit & (~primitive_before | digit_before));
  return (behind_scalar & (first | (quote & in))) | (zero_before & digit) |
         (l->colon & ~in & ~behind_string) | (l->control & in);
}

INLINE uint64_t any_lane(lanes v) {
  uint64_t any = 0;
  for (int i = 0; i < LANES; i++) any |= v[i];
  return any;
}
