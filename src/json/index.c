/* SPDX-License-Identifier: Apache-2.0 */
#include "json/index.h"

#if defined(__x86_64__)
static int check_order(kt_json *j, const kt_json_steps *steps) {
  kt_json_order order = { .begin = 1 };
  kt_json_lists lists;
  int32_t depth = 0;
  j->stack[-1] = 0;
  for (uint32_t base = 1; base <= j->count; base += KT_JSON_ORDER_NODES) {
    lists.bracket_count = lists.unsure_count = 0;
    if (steps->list_nodes(j, base, &order, &lists) || kt_json_match_brackets(j, &lists, &depth))
      return -1;
  }
  return kt_json_is_closed(j, depth) ? 0 : -1;
}

kt_status kt_json_index_by(kt_json *j, const kt_json_steps *steps) {
  kt_json_blocks blocks;
  kt_json_carry carry = { 0 };
  kt_json_blocks_init(&blocks, j->text, j->len);
  j->has_escaped_ascii = 0;
  for (size_t from = 0; from <= blocks.last; from += KT_JSON_CHUNK_BLOCKS) {
    size_t to = from + KT_JSON_CHUNK_BLOCKS;
    if (to > blocks.last) {
      to = blocks.last + 1;
      kt_json_add_tail(&blocks, j->len);
    }
    size_t need = j->count + (to - from) * KT_JSON_BLOCK + 1;
    if (need >= j->cap && kt_json_reserve(j, need)) return KT_ENOMEM;
    if (steps->index_chunk(j, &blocks, from, to, &carry)) return KT_EPARSE;
  }
  if (carry.in_string) return KT_EPARSE;
  j->count++;
  j->pos[j->count] = (uint32_t)j->len;
  j->ch[j->count] = (uint8_t)(carry.behind_scalar << 7);
  return check_order(j, steps) ? KT_EPARSE : KT_OK;
}
#else
typedef int kt_json_index_is_plain;
#endif
