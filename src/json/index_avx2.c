/* SPDX-License-Identifier: Apache-2.0 */
/* The index with AVX2: two vectors of 32 bytes a block. */
#ifdef __x86_64__
#include "json/index.h"

#include <immintrin.h>

#include "json/tables.h"

#define TARGET __attribute__((target("avx2,bmi,bmi2,pclmul,popcnt")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef struct pair {
  __m256i lo, hi;
} pair;

INLINE __m256i table(const uint8_t t[16]) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)t));
}

INLINE __m256i load(const char *p) {
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

INLINE pair load_pair(const char *p) {
  return (pair){ load(p), load(p + 32) };
}

INLINE uint64_t mask_of(__m256i lo, __m256i hi) {
  return (uint32_t)_mm256_movemask_epi8(lo) | (uint64_t)(uint32_t)_mm256_movemask_epi8(hi) << 32;
}

INLINE uint64_t find(pair v, char c) {
  __m256i wanted = _mm256_set1_epi8(c);
  return mask_of(_mm256_cmpeq_epi8(v.lo, wanted), _mm256_cmpeq_epi8(v.hi, wanted));
}

/* Bytes of at most `most`, unsigned. */
INLINE uint64_t find_up_to(pair v, char most) {
  __m256i m = _mm256_set1_epi8(most);
  return mask_of(_mm256_cmpeq_epi8(_mm256_min_epu8(v.lo, m), v.lo),
                 _mm256_cmpeq_epi8(_mm256_min_epu8(v.hi, m), v.hi));
}

INLINE __m256i high_nibble(__m256i v) {
  return _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
}

enum { LANES = 4 };
typedef uint64_t lanes __attribute__((vector_size(32)));

INLINE lanes shift_in(lanes x, lanes before) {
  __m256i v = (__m256i)x, middle = _mm256_permute2x128_si256((__m256i)before, v, 0x21);
  return x << 1 | (lanes)_mm256_alignr_epi8(v, middle, 8) >> 63;
}

INLINE int any_less(lanes a, lanes b) {
  const lanes sign = (lanes){ 0 } + ((uint64_t)1 << 63);
  __m256i less = _mm256_cmpgt_epi64((__m256i)(b ^ sign), (__m256i)(a ^ sign));
  return !_mm256_testz_si256(less, less);
}

INLINE lanes in_strings(lanes quote, uint64_t *state) {
  lanes in = quote ^ quote << 1;
  in ^= in << 2;
  in ^= in << 4;
  in ^= in << 8;
  in ^= in << 16;
  in ^= in << 32;
  uint32_t ends = (uint32_t)_mm256_movemask_pd((__m256d)(__m256i)in);
  ends ^= ends << 1;
  ends ^= ends << 2;
  ends = (ends ^ (0 - (uint32_t)*state)) & 0xf;
  const __m256i bits = _mm256_setr_epi64x(1, 2, 4, 8);
  __m256i inside = _mm256_set1_epi64x((int64_t)(ends << 1 | *state));
  *state = ends >> 3;
  return in ^ (lanes)_mm256_cmpeq_epi64(_mm256_and_si256(inside, bits), bits);
}

#include "json/rules.h"

INLINE __m256i in_neither(__m256i v, const uint8_t low[16], const uint8_t high[16]) {
  __m256i both = _mm256_and_si256(_mm256_shuffle_epi8(table(low), v),
                                  _mm256_shuffle_epi8(table(high), high_nibble(v)));
  return _mm256_cmpeq_epi8(both, _mm256_setzero_si256());
}

/* Bytes of `v` that both tables know under their two nibbles. */
INLINE uint64_t both_nibbles(pair v, const uint8_t low[16], const uint8_t high[16]) {
  return ~mask_of(in_neither(v.lo, low, high), in_neither(v.hi, low, high));
}

/* Needs the three bytes before p. */
INLINE __m256i utf8_faults(__m256i v, const char *p) {
  __m256i before = load(p - 1), nibble = _mm256_set1_epi8(0x0f);
  __m256i found = _mm256_and_si256(
      _mm256_shuffle_epi8(table(kt_json_utf8_first_high), high_nibble(before)),
      _mm256_shuffle_epi8(table(kt_json_utf8_first_low), _mm256_and_si256(before, nibble)));
  found =
      _mm256_and_si256(found, _mm256_shuffle_epi8(table(kt_json_utf8_second_high), high_nibble(v)));
  __m256i third = _mm256_subs_epu8(load(p - 2), _mm256_set1_epi8(0xe0 - 0x80));
  __m256i fourth = _mm256_subs_epu8(load(p - 3), _mm256_set1_epi8((char)(0xf0 - 0x80)));
  __m256i tail = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
  return _mm256_xor_si256(tail, found);
}

INLINE uint64_t any_set(__m256i v) {
  return !_mm256_testz_si256(v, v);
}

/* 1 if a block that ends with v ends inside a character. */
INLINE uint64_t is_unfinished(__m256i v) {
  const __m256i most = _mm256_setr_epi64x(-1, -1, -1, (int64_t)0xbfdfefffffffffff);
  return any_set(_mm256_subs_epu8(v, most));
}

INLINE uint64_t check_escapes(kt_json *j, pair v, const char *p, uint64_t escaped,
                              kt_json_carry *c) {
  uint64_t u = find(v, 'u');
  uint64_t allowed = both_nibbles(v, kt_json_escape_low, kt_json_escape_high);
  uint64_t hex = both_nibbles(v, kt_json_hex_low, kt_json_hex_high);
  if (!j->has_escaped_ascii && (u & escaped))
    j->has_escaped_ascii = kt_json_hides_name(p, u & escaped);
  return kt_json_escape_rules(escaped, allowed, u, hex, c);
}

/* Places of the eight lowest bits of *mask, a byte each, and clears them; 64 where there is none.
 */
INLINE uint64_t take_eight(uint64_t *mask) {
  uint64_t places = 0, m = *mask;
  for (int i = 0; i < 64; i += 8, m = _blsr_u64(m)) places |= _tzcnt_u64(m) << i;
  *mask = m;
  return places;
}

/* The bytes of a block at eight places. */
INLINE uint64_t bytes_at(pair v, uint64_t places) {
  /* A shuffle gives 0 for an index with bit 7 set, as all have here that are not of its 16 bytes.
   */
  const __m256i small = _mm256_set1_epi8(0x70), next_half = _mm256_set1_epi8(32);
  const __m256i lanes_begin = _mm256_setr_epi64x(0, 0, 0x1010101010101010, 0x1010101010101010);
  __m256i low = _mm256_sub_epi8(_mm256_set1_epi64x((int64_t)places), lanes_begin);
  __m256i high = _mm256_sub_epi8(low, next_half);
  __m256i found = _mm256_or_si256(_mm256_shuffle_epi8(v.lo, _mm256_adds_epu8(low, small)),
                                  _mm256_shuffle_epi8(v.hi, _mm256_adds_epu8(high, small)));
  return (uint64_t)_mm_cvtsi128_si64(
      _mm_or_si128(_mm256_castsi256_si128(found), _mm256_extracti128_si256(found, 1)));
}

INLINE void put_eight_positions(uint32_t *out, uint64_t places, uint32_t at) {
  __m256i wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)places));
  _mm256_storeu_si256((__m256i *)(void *)out, _mm256_add_epi32(wide, _mm256_set1_epi32((int)at)));
}

/* Eight nodes whether there are as many or not: the next block overwrites what is too much. */
INLINE void put_eight(uint32_t *pos, uint8_t *ch, pair v, uint64_t *op, uint64_t scalar,
                      uint32_t at) {
  uint64_t places = take_eight(op);
  uint64_t bytes = bytes_at(v, places) | _pdep_u64(scalar, 0x8080808080808080);
  put_eight_positions(pos, places, at);
  memcpy(ch, &bytes, sizeof bytes);
}

INLINE uint32_t put_nodes(kt_json *j, uint32_t node, pair v, uint64_t op, uint64_t scalar,
                          uint32_t at) {
  uint32_t n = (uint32_t)_mm_popcnt_u64(op);
  uint64_t before = _pext_u64(scalar, op);
  put_eight(j->pos + node, j->ch + node, v, &op, before, at);
  for (uint32_t i = 8; __builtin_expect(i < n, 0); i += 8)
    put_eight(j->pos + node + i, j->ch + node + i, v, &op, before >> i, at);
  return node + n;
}

/* Writes the positions of the bits of `mask` and up to seven more. Returns how many there are. */
INLINE uint32_t put_many_positions(uint32_t *out, uint64_t mask, uint32_t at) {
  uint32_t n = (uint32_t)_mm_popcnt_u64(mask);
  for (uint32_t i = 0; i < n; i += 8) put_eight_positions(out + i, take_eight(&mask), at);
  return n;
}

/* The same for a mask of mostly no more than two bits. */
INLINE uint32_t put_few_positions(uint32_t *out, uint64_t mask, uint32_t at) {
  uint32_t n = (uint32_t)_mm_popcnt_u64(mask);
  do {
    for (int i = 0; i < 2; i++, mask = _blsr_u64(mask)) out[i] = at + (uint32_t)_tzcnt_u64(mask);
    out += 2;
  } while (__builtin_expect(mask != 0, 0));
  return n;
}

/* What was seen in each block of a chunk; and, a bit a block, where there are bytes of rare kinds.
 */
typedef struct seen {
  _Alignas(32) uint64_t quote[KT_JSON_CHUNK_BLOCKS];
  uint64_t space[KT_JSON_CHUNK_BLOCKS], op[KT_JSON_CHUNK_BLOCKS], colon[KT_JSON_CHUNK_BLOCKS];
  uint64_t digit[KT_JSON_CHUNK_BLOCKS], zero[KT_JSON_CHUNK_BLOCKS], control[KT_JSON_CHUNK_BLOCKS];
  uint64_t unusual, escaping;
} seen;

/* Kept in registers: the compiler would make them anew for each block. */
typedef struct constants {
  __m256i quote, backslash, space, op, colon, zero, nine;
} constants;

INLINE __m256i keep(__m256i v) {
  __asm__("" : "+x"(v));
  return v;
}

INLINE constants make_constants(void) {
  return (constants){ keep(_mm256_set1_epi8('"')), keep(_mm256_set1_epi8('\\')),
                      keep(_mm256_set1_epi8(' ')), keep(table(kt_json_op_table)),
                      keep(_mm256_set1_epi8(':')), keep(_mm256_set1_epi8('0')),
                      keep(_mm256_set1_epi8(9)) };
}

INLINE uint64_t equal(pair v, __m256i c) {
  return mask_of(_mm256_cmpeq_epi8(v.lo, c), _mm256_cmpeq_epi8(v.hi, c));
}

/* [ and ] fold onto { and }, some control characters onto others: see_unusual() drops those. */
INLINE __m256i is_op(__m256i v, const constants *k) {
  return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(k->op, v), _mm256_or_si256(v, k->space));
}

INLINE __m256i is_digit(__m256i v, const constants *k) {
  __m256i value = _mm256_sub_epi8(v, k->zero);
  return _mm256_cmpeq_epi8(_mm256_min_epu8(value, k->nine), value);
}

INLINE uint64_t has_any(__m256i lo, __m256i hi) {
  return _mm256_movemask_epi8(_mm256_or_si256(lo, hi)) != 0;
}

/* Looks at the bytes of block b of the chunk, the same way whatever they are. */
INLINE void see(seen *s, size_t b, const char *p, const constants *k, uint64_t *unusual,
                uint64_t *escaping) {
  pair v = load_pair(p);
  s->quote[b] = equal(v, k->quote);
  s->space[b] = equal(v, k->space);
  s->op[b] = mask_of(is_op(v.lo, k), is_op(v.hi, k));
  s->colon[b] = equal(v, k->colon);
  s->zero[b] = equal(v, k->zero);
  s->digit[b] = mask_of(is_digit(v.lo, k), is_digit(v.hi, k));
  /* Signed: a control character or not ASCII. */
  *unusual |= has_any(_mm256_cmpgt_epi8(k->space, v.lo), _mm256_cmpgt_epi8(k->space, v.hi)) << b;
  *escaping |= has_any(_mm256_cmpeq_epi8(v.lo, k->backslash), _mm256_cmpeq_epi8(v.hi, k->backslash))
               << b;
}

/* White space and structural characters were taken for what they are not among control characters.
 */
INLINE void see_control(seen *s, size_t b, pair v, uint64_t control) {
  s->control[b] = control;
  s->op[b] &= ~control;
  s->space[b] |= find(v, '\n') | find(v, '\r') | find(v, '\t');
}

/* Bytes of rare kinds: control characters and those that are not ASCII. Returns non-zero for a
 * fault. Of two blocks with a character across their border both are looked at: the second is
 * wrong if it is all ASCII. */
INLINE uint64_t see_unusual(seen *s, const kt_json_blocks *blocks, size_t from, size_t n,
                            kt_json_carry *c) {
  uint64_t looked_at = s->unusual | c->high, unfinished = 0;
  __m256i faults = _mm256_setzero_si256();
  for (uint64_t left = looked_at; left; left = _blsr_u64(left)) {
    size_t b = (size_t)_tzcnt_u64(left);
    const char *p = kt_json_block_at(blocks, from + b);
    pair v = load_pair(p);
    uint64_t control = find_up_to(v, 0x1f);
    if (__builtin_expect(control != 0, 0)) see_control(s, b, v, control);
    faults =
        _mm256_or_si256(faults, _mm256_or_si256(utf8_faults(v.lo, p), utf8_faults(v.hi, p + 32)));
    unfinished |= is_unfinished(v.hi) << b;
  }
  c->high = unfinished >> (n - 1);
  return any_set(faults) | (unfinished << 1 & ~looked_at);
}

/* Takes the quotes behind a backslash out and checks escapes. Returns non-zero for a fault. */
INLINE uint64_t see_escapes(kt_json *j, seen *s, const kt_json_blocks *blocks, size_t from,
                            size_t n, kt_json_carry *c) {
  uint64_t fault = 0, left = s->escaping | ((c->escaped | c->hex) != 0);
  while (left) {
    size_t b = (size_t)_tzcnt_u64(left);
    left = _blsr_u64(left);
    const char *p = kt_json_block_at(blocks, from + b);
    pair v = load_pair(p);
    uint64_t escaped = kt_json_escaped(find(v, '\\'), &c->escaped);
    s->quote[b] &= ~escaped;
    fault |= check_escapes(j, v, p, escaped, c);
    if (b + 1 < n) left |= (uint64_t)((c->escaped | c->hex) != 0) << (b + 1);
  }
  return fault;
}

/* Looks at n blocks, which begin at `from`. Returns non-zero for a fault. */
TARGET static __attribute__((noinline)) uint64_t see_chunk(kt_json *j, seen *s,
                                                           const kt_json_blocks *blocks,
                                                           size_t from, size_t n,
                                                           kt_json_carry *c) {
  constants k = make_constants();
  uint64_t unusual = 0, escaping = 0;
  memset(s->control, 0, sizeof s->control);
  for (size_t b = 0; b < n; b++) {
    __builtin_prefetch(kt_json_ahead(blocks, from + b));
    see(s, b, kt_json_inner_block_at(blocks, from + b), &k, &unusual, &escaping);
  }
  s->unusual = unusual;
  s->escaping = escaping;
  return see_unusual(s, blocks, from, n, c) | see_escapes(j, s, blocks, from, n, c);
}

INLINE looks load_looks(const seen *s, size_t i) {
  return (looks){ load_lanes(s->quote + i),  load_lanes(s->space + i), load_lanes(s->op + i),
                  load_lanes(s->colon + i),  load_lanes(s->digit + i), load_lanes(s->zero + i),
                  load_lanes(s->control + i) };
}

/* Writes the nodes of the chunk's blocks, which begin at `from`, and checks its odd tokens. */
TARGET static __attribute__((noinline)) int
put_chunk(kt_json *j, const kt_json_blocks *blocks, const kt_json_masks *m, size_t from, size_t n) {
  uint32_t odd[KT_JSON_CHUNK_ODD], odd_count = 0, node = j->count + 1;
  for (size_t i = 0; i < n; i++) {
    uint32_t at = (uint32_t)((from + i) * KT_JSON_BLOCK);
    pair v = load_pair(kt_json_inner_block_at(blocks, from + i));
    node = put_nodes(j, node, v, m->op[i], m->scalar[i], at);
    odd_count += put_few_positions(odd + odd_count, m->odd[i], at);
  }
  j->count = node - 1;
  return kt_json_check_odd(j, odd, odd_count);
}

/* Blocks [from, to). Returns non-zero for a fault. All are looked at before the rules are applied:
 * words that were just stored one by one cannot be loaded as a vector without a stall. */
TARGET static int index_chunk(kt_json *j, const kt_json_blocks *blocks, size_t from, size_t to,
                              kt_json_carry *carry) {
  seen s;
  kt_json_masks m;
  kt_json_carry c = *carry;
  lanes broken = { 0 };
  size_t n = (to - from + LANES - 1) / LANES * LANES;
  uint64_t fault = see_chunk(j, &s, blocks, from, n, &c);
  for (size_t b = 0; b < n; b += LANES) {
    looks l = load_looks(&s, b);
    broken |= apply_rules(&l, &m, b, &c);
  }
  *carry = c;
  return fault || any_lane(broken) || put_chunk(j, blocks, &m, from, to - from);
}

/* One word of nodes from `base` on. Returns non-zero for a fault. */
INLINE uint64_t list_word(const kt_json *j, uint32_t base, kt_json_order *order, kt_json_lists *l) {
  pair v = load_pair((const char *)j->ch + base);
  uint32_t left = j->count - base; /* bits behind this one are leftovers */
  uint64_t valid = left >= 63 ? UINT64_MAX : ((uint64_t)2 << left) - 1, unsure;
  kt_json_marks m = { .scalar = mask_of(v.lo, v.hi) };
  __m256i low = _mm256_set1_epi8(0x7f);
  v = (pair){ _mm256_and_si256(v.lo, low), _mm256_and_si256(v.hi, low) };
  m.obj = find(v, '{') & valid;
  m.arr = find(v, '[') & valid;
  m.end_obj = find(v, '}') & valid;
  m.end_arr = find(v, ']') & valid;
  m.colon = find(v, ':') & valid;
  m.comma = find(v, ',') & valid;
  m.end = left < 64 ? (uint64_t)1 << left : 0;
  uint64_t fault = kt_json_order_rules(&m, order, &unsure);
  l->bracket_count += put_many_positions(l->brackets + l->bracket_count,
                                         m.obj | m.arr | m.end_obj | m.end_arr, base);
  l->unsure_count += put_many_positions(l->unsure + l->unsure_count, unsure & valid, base);
  return fault;
}

TARGET static uint64_t list_nodes(const kt_json *j, uint32_t base, kt_json_order *order,
                                  kt_json_lists *l) {
  uint64_t fault = 0;
  for (uint32_t n = 0; n < KT_JSON_ORDER_NODES && base + n <= j->count; n += 64)
    fault |= list_word(j, base + n, order, l);
  return fault;
}

kt_status kt_json_index_avx2(kt_json *j) {
  static const kt_json_steps steps = { index_chunk, list_nodes };
  return kt_json_index_by(j, &steps);
}
#else
typedef int kt_json_avx2_is_elsewhere;
#endif
