/* SPDX-License-Identifier: Apache-2.0 */
/* Which structural character may follow which, on masks over 64 of them at a time (bit i = node
 * base + i), with all white space and scalars already gone. */
#ifndef KT_JSON_ORDER_H
#define KT_JSON_ORDER_H

#include "json/scan.h"

typedef struct kt_json_marks {
  uint64_t obj, arr, end_obj, end_arr, colon, comma, end;
  uint64_t scalar; /* a scalar stands before it */
} kt_json_marks;

/* The last character of the marks before, as bit 0. */
typedef struct kt_json_order {
  uint64_t begin, obj, arr, closer, colon, comma, member_comma, item_comma, open_comma;
} kt_json_order;

static inline uint64_t kt_json_shift_in(uint64_t mask, uint64_t *carry) {
  uint64_t shifted = mask << 1 | *carry;
  *carry = mask >> 63;
  return shifted;
}

/* Returns non-zero for a fault. A comma behind a closing bracket does not show whether it stands in
 * an object: *unsure are the characters behind such commas, to be judged by the bracket that is
 * open. */
static inline __attribute__((always_inline)) uint64_t
kt_json_order_rules(const kt_json_marks *m, kt_json_order *o, uint64_t *unsure) {
  uint64_t closers = m->end_obj | m->end_arr, s = m->scalar;
  uint64_t p_obj = kt_json_shift_in(m->obj, &o->obj), p_arr = kt_json_shift_in(m->arr, &o->arr);
  uint64_t p_closer = kt_json_shift_in(closers, &o->closer);
  uint64_t p_colon = kt_json_shift_in(m->colon, &o->colon);
  uint64_t p_comma = kt_json_shift_in(m->comma, &o->comma);
  uint64_t begin = o->begin;
  o->begin = 0;
  uint64_t member = kt_json_shift_in(m->comma & p_colon, &o->member_comma);
  uint64_t item = kt_json_shift_in(m->comma & (p_arr | p_comma), &o->item_comma);
  *unsure = kt_json_shift_in(m->comma & p_closer, &o->open_comma);
  uint64_t opens = m->obj | m->arr, behind = p_closer & ~s,
           valued = s & (p_colon | p_arr | p_comma);
  uint64_t fault = opens & (s | ~(p_arr | p_colon | p_comma | begin));
  fault |= m->colon & ~(s & (p_obj | p_comma));
  fault |= m->comma & ~(behind | valued);
  fault |= m->end_obj & ~(behind | (p_obj & ~s) | (p_colon & s));
  fault |= m->end_arr & ~(behind | p_arr | (p_comma & s));
  fault |= m->end & ~(behind | (begin & s));
  return fault | (member & ~m->colon) | (item & m->colon);
}

enum { KT_JSON_ORDER_NODES = 1024 };

/* Nodes that are judged one by one, of up to KT_JSON_ORDER_NODES nodes; and what is overwritten. */
typedef struct kt_json_lists {
  size_t bracket_count, unsure_count;
  uint32_t brackets[KT_JSON_ORDER_NODES + 64], unsure[KT_JSON_ORDER_NODES + 64];
} kt_json_lists;

/* finish.c: finds the partners of brackets and judges what order_rules was unsure of. *depth is
 * kept between calls. Returns 0 if all is right. */
int kt_json_match_brackets(kt_json *j, const kt_json_lists *l, int32_t *depth);

/* After the last word: all is closed, and a container was the whole text. */
static inline int kt_json_is_closed(const kt_json *j, int32_t depth) {
  return depth == 0 && ((j->ch[1] | 0x20) != '{' || j->match[1] == j->count - 1);
}

#endif
