/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the vector implementations that is done one by one: brackets, and tokens of rare
 * shape. */
#include "json/masks.h"
#include "json/order.h"

/* Few branches: what opens and what closes cannot be foreseen. Each step writes as if it opened; a
 * closing bracket then finds its partner one lower on the stack. */
int kt_json_match_brackets(kt_json *j, uint32_t base, uint64_t brackets, uint64_t unsure,
                           int32_t *depth_inout) {
  const uint8_t *ch = j->ch;
  uint32_t *stack = j->stack, *match = j->match, fault = 0;
  int32_t depth = *depth_inout, limit = (int32_t)j->max_depth, range = 0;
  for (uint64_t rest = brackets | unsure; rest; rest &= rest - 1) {
    unsigned bit = (unsigned)__builtin_ctzll(rest);
    uint32_t node = base + bit, c = ch[node] & 0x7fu;
    uint32_t outer = ch[stack[depth - 1]];
    fault |= (uint32_t)(unsure >> bit & 1) & ((uint32_t)(outer == '{') ^ (uint32_t)(c == ':'));
    fault |= (uint32_t)(unsure >> bit & 1) & (uint32_t)(depth == 0);
    /* { [ +1, } ] -1, others 0: bit 6 marks a bracket, bit 1 an opening one */
    int32_t step = (int32_t)(c >> 6) * (int32_t)((c & 2) - 1);
    uint32_t closes = (uint32_t)step >> 31;
    stack[depth] = node;
    depth += step;
    uint32_t open = stack[depth];
    fault |= closes & (uint32_t)((ch[open] ^ c) != ('{' ^ '}'));
    match[closes ? open : node] = node;
    range |= depth | (limit - depth);
  }
  *depth_inout = depth;
  return fault != 0 || range < 0;
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
