/* SPDX-License-Identifier: Apache-2.0 */
/* The index with AVX-512: 64 bytes an instruction, masks and compressed stores. */
#ifdef __x86_64__
#include "json/index.h"

#include <immintrin.h>

#include "json/tables.h"

#define TARGET                                                                                     \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,gfni,bmi,bmi2,pclmul,"   \
                        "popcnt")))
#define INLINE TARGET static inline __attribute__((always_inline))

INLINE __m512i table(const uint8_t t[16]) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)t));
}

INLINE __m512i load(const char *p) {
  return _mm512_loadu_si512((const void *)p);
}

INLINE __m512i high_nibble(__m512i v) {
  return _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(0x0f));
}

enum { LANES = 8 };
typedef uint64_t lanes __attribute__((vector_size(64)));

INLINE lanes shift_in(lanes x, lanes before) {
  __m512i v = (__m512i)x, shifted = _mm512_alignr_epi64(v, (__m512i)before, LANES - 1);
  return (lanes)_mm512_shldi_epi64(v, shifted, 1);
}

INLINE int any_less(lanes a, lanes b) {
  return _mm512_cmplt_epu64_mask((__m512i)a, (__m512i)b) != 0;
}

INLINE lanes in_strings(lanes quote, uint64_t *state) {
  lanes in = quote ^ quote << 1;
  in ^= in << 2;
  in ^= in << 4;
  in ^= in << 8;
  in ^= in << 16;
  in ^= in << 32;
  uint32_t ends = _mm512_cmplt_epi64_mask((__m512i)in, _mm512_setzero_si512());
  ends ^= ends << 1;
  ends ^= ends << 2;
  ends ^= ends << 4;
  ends = (ends ^ (0 - (uint32_t)*state)) & 0xff;
  __mmask8 inside = (__mmask8)(ends << 1 | (uint32_t)*state);
  *state = ends >> 7;
  return in ^ (lanes)_mm512_maskz_set1_epi64(inside, -1);
}

#include "json/rules.h"

INLINE uint64_t find(__m512i v, char c) {
  return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

/* Bytes of `v` that both tables know under their two nibbles. */
INLINE uint64_t both_nibbles(__m512i v, const uint8_t low[16], const uint8_t high[16]) {
  return _mm512_test_epi8_mask(_mm512_shuffle_epi8(table(low), v),
                               _mm512_shuffle_epi8(table(high), high_nibble(v)));
}

/* Needs the three bytes before p. */
INLINE uint64_t bad_utf8(__m512i v, const char *p) {
  __m512i before = load(p - 1), low = _mm512_and_si512(before, _mm512_set1_epi8(0x0f));
  __m512i found =
      _mm512_and_si512(_mm512_shuffle_epi8(table(kt_json_utf8_first_high), high_nibble(before)),
                       _mm512_shuffle_epi8(table(kt_json_utf8_first_low), low));
  found =
      _mm512_and_si512(found, _mm512_shuffle_epi8(table(kt_json_utf8_second_high), high_nibble(v)));
  __m512i third = _mm512_subs_epu8(load(p - 2), _mm512_set1_epi8(0xe0 - 0x80));
  __m512i fourth = _mm512_subs_epu8(load(p - 3), _mm512_set1_epi8((char)(0xf0 - 0x80)));
  __m512i tail = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8((char)0x80));
  return _mm512_test_epi8_mask(_mm512_xor_si512(tail, found), _mm512_set1_epi8((char)0xff));
}

INLINE uint64_t check_escapes(kt_json *j, __m512i v, const char *p, uint64_t escaped,
                              kt_json_carry *c) {
  uint64_t u = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('u'));
  uint64_t allowed = both_nibbles(v, kt_json_escape_low, kt_json_escape_high);
  uint64_t hex = both_nibbles(v, kt_json_hex_low, kt_json_hex_high);
  if (!j->has_escaped_ascii && (u & escaped))
    j->has_escaped_ascii = kt_json_hides_name(p, u & escaped);
  return kt_json_escape_rules(escaped, allowed, u, hex, c);
}

/* Sixteen positions of a list of bytes, which begins at `at`. */
INLINE void put_sixteen(uint32_t *out, __m128i places, uint32_t at) {
  _mm512_storeu_si512((void *)out,
                      _mm512_add_epi32(_mm512_cvtepu8_epi32(places), _mm512_set1_epi32((int)at)));
}

/* Writes the positions of the bits of `mask`; up to 15 more words are written. Returns how many
 * count. */
INLINE uint32_t put_positions(uint32_t *out, uint64_t mask, uint32_t at) {
  __m512i places = _mm512_maskz_compress_epi8(mask, load((const char *)kt_json_iota));
  uint32_t n = (uint32_t)__builtin_popcountll(mask);
  put_sixteen(out, _mm512_castsi512_si128(places), at);
  if (__builtin_expect(n > 16, 0)) {
    put_sixteen(out + 16, _mm512_extracti32x4_epi32(places, 1), at);
    put_sixteen(out + 32, _mm512_extracti32x4_epi32(places, 2), at);
    put_sixteen(out + 48, _mm512_extracti32x4_epi32(places, 3), at);
  }
  return n;
}

/* Kept in registers: the compiler would make them anew for each block. */
typedef struct constants {
  __m512i class_low, class_high, reverse, units, gather, high;
} constants;

INLINE __m512i keep(__m512i v) {
  __asm__("" : "+v"(v));
  return v;
}

INLINE constants make_constants(void) {
  const __m512i reverse =
      _mm512_broadcast_i32x4(_mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
  return (constants){ keep(load((const char *)kt_json_classes)),
                      keep(load((const char *)kt_json_classes + 64)),
                      keep(reverse),
                      keep(_mm512_set1_epi64((int64_t)0x8040201008040201)),
                      keep(load((const char *)kt_json_gather)),
                      keep(_mm512_set1_epi8((char)0x80)) };
}

/* The masks of the eight classes, one word each. A matrix of eight bytes times each unit vector
 * gives its columns: that turns eight bytes of class bits into a byte of each class, the last byte
 * first. */
INLINE __m512i class_masks(__m512i v, uint64_t ascii, const constants *k) {
  __m512i classes = _mm512_maskz_permutex2var_epi8(ascii, k->class_low, v, k->class_high);
  __m512i columns =
      _mm512_gf2p8affine_epi64_epi8(k->units, _mm512_shuffle_epi8(classes, k->reverse), 0);
  return _mm512_permutexvar_epi8(k->gather, columns);
}

/* Columns 0 2 4 6 (lo) and 1 3 5 7 (hi) of two rows; then of four and of eight rows. */
typedef struct half {
  __m512i lo, hi;
} half;

INLINE half pair_rows(__m512i even, __m512i odd) {
  return (half){ _mm512_unpacklo_epi64(even, odd), _mm512_unpackhi_epi64(even, odd) };
}

INLINE half join_rows(__m512i first, __m512i second) {
  return (half){ _mm512_shuffle_i64x2(first, second, 0x88),
                 _mm512_shuffle_i64x2(first, second, 0xdd) };
}

/* Word i of vector k becomes word k of vector i. */
INLINE void transpose(__m512i v[8]) {
  half r01 = pair_rows(v[0], v[1]), r23 = pair_rows(v[2], v[3]);
  half r45 = pair_rows(v[4], v[5]), r67 = pair_rows(v[6], v[7]);
  half even_low = join_rows(r01.lo, r23.lo), even_high = join_rows(r45.lo, r67.lo);
  half odd_low = join_rows(r01.hi, r23.hi), odd_high = join_rows(r45.hi, r67.hi);
  half c04 = join_rows(even_low.lo, even_high.lo), c26 = join_rows(even_low.hi, even_high.hi);
  half c15 = join_rows(odd_low.lo, odd_high.lo), c37 = join_rows(odd_low.hi, odd_high.hi);
  v[0] = c04.lo, v[4] = c04.hi, v[2] = c26.lo, v[6] = c26.hi;
  v[1] = c15.lo, v[5] = c15.hi, v[3] = c37.lo, v[7] = c37.hi;
}

/* Takes the quotes behind a backslash out of `quote` and checks escapes, where there are any. */
INLINE uint64_t see_escapes(kt_json *j, const kt_json_blocks *blocks, size_t i, __m512i backslash,
                            lanes *quote, kt_json_carry *c) {
  uint64_t fault = 0;
  if (!_mm512_test_epi64_mask(backslash, backslash) && !(c->escaped | c->hex)) return 0;
  for (size_t b = 0; b < LANES; b++) {
    uint64_t word = ((lanes)backslash)[b];
    if (!(word | c->escaped | c->hex)) continue;
    const char *p = kt_json_block_at(blocks, i + b);
    uint64_t escaped = kt_json_escaped(word, &c->escaped);
    (*quote)[b] &= ~escaped;
    fault |= check_escapes(j, load(p), p, escaped, c);
  }
  return fault;
}

/* 1 if a block ends inside a character. */
INLINE uint64_t is_unfinished(__m512i v) {
  const __m512i most = _mm512_set_epi64((int64_t)0xbfdfefffffffffff, -1, -1, -1, -1, -1, -1, -1);
  return _mm512_cmpgt_epu8_mask(v, most) != 0;
}

/* Checks blocks that are not all ASCII, a bit each in `mixed`, of n blocks from `from` on. Of two
 * blocks with a character across their border both are looked at: the second is wrong if it is all
 * ASCII. */
INLINE uint64_t check_utf8(const kt_json_blocks *blocks, size_t from, size_t n, uint64_t mixed,
                           kt_json_carry *c) {
  uint64_t looked_at = mixed | c->high, fault = 0, unfinished = 0;
  for (uint64_t left = looked_at; left; left &= left - 1) {
    size_t b = (size_t)__builtin_ctzll(left);
    const char *p = kt_json_block_at(blocks, from + b);
    __m512i v = load(p);
    fault |= bad_utf8(v, p);
    unfinished |= is_unfinished(v) << b;
  }
  c->high = unfinished >> (n - 1);
  return fault | (unfinished << 1 & ~looked_at);
}

/* Looks at the bytes of blocks i .. i + 7. Returns non-zero for a fault; *mixed: a bit for each
 * block that is not all ASCII. */
INLINE uint64_t look(kt_json *j, const kt_json_blocks *blocks, size_t i, const constants *k,
                     kt_json_carry *c, looks *l, uint64_t *mixed) {
  __m512i v[LANES];
  *mixed = 0;
  for (size_t b = 0; b < LANES; b++) {
    __builtin_prefetch(kt_json_ahead(blocks, i + b));
    __m512i bytes = load(kt_json_inner_block_at(blocks, i + b));
    uint64_t ascii = _mm512_testn_epi8_mask(bytes, k->high);
    *mixed |= (uint64_t)(ascii != UINT64_MAX) << b;
    v[b] = class_masks(bytes, ascii, k);
  }
  transpose(v);
  *l = (looks){ (lanes)v[KT_JSON_QUOTE],  (lanes)v[KT_JSON_SPACE], (lanes)v[KT_JSON_OP],
                (lanes)v[KT_JSON_COLON],  (lanes)v[KT_JSON_DIGIT], (lanes)v[KT_JSON_ZERO],
                (lanes)v[KT_JSON_CONTROL] };
  return see_escapes(j, blocks, i, v[KT_JSON_BACKSLASH], &l->quote, c);
}

/* Writes the nodes of the chunk's blocks, which begin at `from`, and checks its odd tokens. */
TARGET static __attribute__((noinline)) int
put_chunk(kt_json *j, const kt_json_blocks *blocks, const kt_json_masks *m, size_t from, size_t n) {
  uint32_t odd[KT_JSON_CHUNK_ODD], odd_count = 0, node = j->count + 1;
  for (size_t i = 0; i < n; i++) {
    uint32_t at = (uint32_t)((from + i) * KT_JSON_BLOCK);
    __m512i marked = _mm512_or_si512(load(kt_json_inner_block_at(blocks, from + i)),
                                     _mm512_maskz_set1_epi8(m->scalar[i], (char)0x80));
    _mm512_storeu_si512((void *)(j->ch + node), _mm512_maskz_compress_epi8(m->op[i], marked));
    node += put_positions(j->pos + node, m->op[i], at);
    odd_count += put_positions(odd + odd_count, m->odd[i], at);
  }
  j->count = node - 1;
  return kt_json_check_odd(j, odd, odd_count);
}

/* Blocks [from, to). Returns non-zero for a fault. */
TARGET static int index_chunk(kt_json *j, const kt_json_blocks *blocks, size_t from, size_t to,
                              kt_json_carry *carry) {
  kt_json_masks m;
  kt_json_carry c = *carry;
  constants k = make_constants();
  uint64_t fault = 0, mixed = 0, few;
  lanes broken = { 0 };
  for (size_t i = from; i < to; i += LANES) {
    looks l;
    fault |= look(j, blocks, i, &k, &c, &l, &few);
    mixed |= few << (i - from);
    broken |= apply_rules(&l, &m, i - from, &c);
  }
  fault |= check_utf8(blocks, from, to - from, mixed, &c);
  *carry = c;
  return fault || any_lane(broken) || put_chunk(j, blocks, &m, from, to - from);
}

/* One word of nodes from `base` on. Returns non-zero for a fault. */
INLINE uint64_t list_word(const kt_json *j, uint32_t base, kt_json_order *order, kt_json_lists *l) {
  __m512i v = load((const char *)j->ch + base);
  uint32_t left = j->count - base; /* bits behind this one are leftovers */
  uint64_t valid = left >= 63 ? UINT64_MAX : ((uint64_t)2 << left) - 1, unsure;
  kt_json_marks m = { .scalar = _mm512_movepi8_mask(v) };
  v = _mm512_and_si512(v, _mm512_set1_epi8(0x7f));
  m.obj = find(v, '{') & valid;
  m.arr = find(v, '[') & valid;
  m.end_obj = find(v, '}') & valid;
  m.end_arr = find(v, ']') & valid;
  m.colon = find(v, ':') & valid;
  m.comma = find(v, ',') & valid;
  m.end = left < 64 ? (uint64_t)1 << left : 0;
  uint64_t fault = kt_json_order_rules(&m, order, &unsure);
  l->bracket_count +=
      put_positions(l->brackets + l->bracket_count, m.obj | m.arr | m.end_obj | m.end_arr, base);
  l->unsure_count += put_positions(l->unsure + l->unsure_count, unsure & valid, base);
  return fault;
}

TARGET static uint64_t list_nodes(const kt_json *j, uint32_t base, kt_json_order *order,
                                  kt_json_lists *l) {
  uint64_t fault = 0;
  for (uint32_t n = 0; n < KT_JSON_ORDER_NODES && base + n <= j->count; n += 64)
    fault |= list_word(j, base + n, order, l);
  return fault;
}

kt_status kt_json_index_avx512(kt_json *j) {
  static const kt_json_steps steps = { index_chunk, list_nodes };
  return kt_json_index_by(j, &steps);
}
#else
typedef int kt_json_avx512_is_elsewhere;
#endif
