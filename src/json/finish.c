/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the vector implementations that is done one by one: brackets, and tokens of rare
 * shape. */
#include "json/masks.h"
#include "json/order.h"

/* Few branches: what opens and what closes cannot be foreseen. Each step writes as if it opened; a
 * closing bracket then finds its partner one lower on the stack, and below the stack node 0, which
 * matches none. */
static inline __attribute__((always_inline)) uint32_t
match_list(kt_json *j, const uint32_t *nodes, size_t n, int32_t *depth_inout, int near_limit) {
  const uint8_t *ch = j->ch;
  uint32_t *stack = j->stack, *match = j->match, fault = 0;
  int32_t depth = *depth_inout, limit = (int32_t)j->max_depth;
  for (size_t i = 0; i < n; i++) {
    uint32_t node = nodes[i], c = ch[node];
    uint32_t closes = c >> 2 & 1; /* bit 2 of } and ], not of { and [ */
    stack[depth] = node;
    depth += 1 - 2 * (int32_t)closes;
    uint32_t open = stack[depth];
    fault |= closes & (uint32_t)(((ch[open] ^ c) & 0x7f) != ('{' ^ '}'));
    match[node] = open;
    match[closes ? open : 0] = node; /* nothing reads match[0] */
    if (near_limit) fault |= (uint32_t)(limit - depth) >> 31;
  }
  *depth_inout = depth;
  return fault;
}

int kt_json_match_brackets(kt_json *j, const kt_json_lists *l, int32_t *depth) {
  uint32_t fault = 0;
  for (size_t i = 0; i < l->bracket_count && !fault; i += KT_JSON_BLOCK) {
    size_t n = l->bracket_count - i < KT_JSON_BLOCK ? l->bracket_count - i : KT_JSON_BLOCK;
    if (*depth + KT_JSON_BLOCK <= (int32_t)j->max_depth)
      fault = match_list(j, l->brackets + i, n, depth, 0);
    else
      fault = match_list(j, l->brackets + i, n, depth, 1);
  }
  if (fault) return -1;
  for (size_t i = 0; i < l->unsure_count; i++) {
    uint32_t node = l->unsure[i], open = j->match[node - 2];
    /* The value before the comma belongs to an object if a colon stands before it. */
    fault |= ((j->ch[node] & 0x7fu) == ':') ^ ((j->ch[open - 1] & 0x7fu) == ':');
  }
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
