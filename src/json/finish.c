/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the vector implementations that is done one by one: brackets, and tokens of rare
 * shape. */
#include "json/masks.h"
#include "json/order.h"

/* Few branches: what opens and what closes cannot be foreseen. Each step writes as if it opened; a
 * closing bracket then finds its partner one lower on the stack, and below the stack node 0, which
 * matches none. */
static inline __attribute__((always_inline)) uint32_t
match_word(kt_json *j, uint32_t base, uint64_t brackets, kt_json_matcher *m, int near_limit) {
  const uint8_t *ch = j->ch;
  uint32_t *stack = j->stack, *match = j->match, *opener = m->opener + 2, fault = 0;
  int32_t depth = m->depth, limit = (int32_t)j->max_depth;
  for (; brackets; brackets &= brackets - 1) {
    uint32_t bit = (uint32_t)__builtin_ctzll(brackets), node = base + bit, c = ch[node] & 0x7fu;
    uint32_t closes = c >> 2 & 1; /* bit 2 of } and ], not of { and [ */
    stack[depth] = node;
    depth += 1 - 2 * (int32_t)closes;
    uint32_t open = stack[depth];
    fault |= closes & (uint32_t)((ch[open] ^ c) != ('{' ^ '}'));
    opener[bit] = open;
    match[closes ? open : 0] = node; /* nothing reads match[0] */
    if (near_limit) fault |= (uint32_t)(limit - depth) >> 31;
  }
  m->depth = depth;
  return fault;
}

int kt_json_match_brackets(kt_json *j, uint32_t base, const kt_json_marks *marks, uint64_t unsure,
                           kt_json_matcher *m) {
  uint64_t opens = marks->obj | marks->arr, brackets = opens | marks->end_obj | marks->end_arr;
  int near_limit = m->depth + __builtin_popcountll(opens) > (int32_t)j->max_depth;
  uint32_t fault =
      near_limit ? match_word(j, base, brackets, m, 1) : match_word(j, base, brackets, m, 0);
  if (fault) return -1;
  for (; unsure; unsure &= unsure - 1) {
    uint32_t bit = (uint32_t)__builtin_ctzll(unsure),
             open = m->opener[bit]; /* of the bracket two before */
    /* The value before the comma belongs to an object if a colon stands before it. */
    fault |= ((j->ch[base + bit] & 0x7fu) == ':') ^ ((j->ch[open - 1] & 0x7fu) == ':');
  }
  m->opener[0] = m->opener[64];
  m->opener[1] = m->opener[65];
  return fault != 0;
}

static int is_delimiter(char c) {
  switch (c) {
  case ' ':
  case '\t':
  case '\n':
  case '\r':
  case ',':
  case ':':
  case '{':
  case '}':
  case '[':
  case ']':
  case '"':
    return 1;
  default:
    return 0;
  }
}

/* `at` is the first byte of a negative number, or behind a digit of another that is no plain
 * integer. */
static const char *number_end(const kt_json *j, uint32_t at) {
  const char *p = j->text + at, *end = j->text + j->len;
  kt_json_fault fault;
  while (p > j->text && !is_delimiter(p[-1])) p--;
  return kt_json_scan_number(p, end, &fault);
}

static inline uint32_t load32(const char *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

int kt_json_check_odd(const kt_json *j, const uint32_t *odd, size_t n) {
  static const char words[4][5] = { "alse", "null", "true", "?" }; /* by bits 3 and 4 of f, n, t */
  const char *end = j->text + j->len;
  for (size_t i = 0; i < n; i++) {
    const char *p = j->text + odd[i];
    int behind_digit = odd[i] && p[-1] >= '0' && p[-1] <= '9';
    if (!behind_digit && (*p == 'f' || *p == 'n' || *p == 't')) {
      unsigned word = (unsigned)*p >> 3 & 3;
      p += word == 0;
      if (load32(p) != load32(words[word])) return -1;
      p += 4;
      if (p > end) return -1;
    } else if (!(p = number_end(j, odd[i]))) {
      return -1;
    }
    if (p < end && !is_delimiter(*p)) return -1;
  }
  return 0;
}
