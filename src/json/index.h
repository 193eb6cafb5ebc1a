/* SPDX-License-Identifier: Apache-2.0 */
/* What the vector implementations have in common: all but the work on a chunk. */
#ifndef KT_JSON_INDEX_H
#define KT_JSON_INDEX_H

#include "json/masks.h"
#include "json/order.h"

typedef struct kt_json_steps {
  /* Writes the nodes of the blocks [from, to). Returns non-zero for a fault. */
  int (*index_chunk)(kt_json *j, const kt_json_blocks *blocks, size_t from, size_t to,
                     kt_json_carry *carry);
  /* Judges up to KT_JSON_ORDER_NODES nodes from `base` on. Returns non-zero for a fault. */
  uint64_t (*list_nodes)(const kt_json *j, uint32_t base, kt_json_order *order, kt_json_lists *l);
} kt_json_steps;

/* KT_OK, KT_EPARSE, KT_ENOMEM. */
kt_status kt_json_index_by(kt_json *j, const kt_json_steps *steps);

#endif
