/* SPDX-License-Identifier: Apache-2.0 */
/* The records that a delivery still owes, and what they are. */
#ifndef KT_SINK_PENDING_H
#define KT_SINK_PENDING_H

#include <kappatweet/sink.h>

#include "base/hash.h"

typedef struct kt_pending {
  const kt_env *env;
  uint32_t *index;
  size_t cap;
} kt_pending;

void kt_pending_init(kt_pending *p, const kt_env *env);
void kt_pending_free(kt_pending *p);
/* Fills p->index with the *n records that are owed. KT_ENOMEM. */
kt_status kt_pending_take(kt_pending *p, kt_delivery *d, size_t *n, kt_error *err);

/* A digest that runs over records: of ids, kinds and lengths of payloads. Not of the encoded bytes,
 * which hold the start of the run. Begin with {0, 0}. */
kt_hash128 kt_pending_digest(kt_hash128 before, const kt_record *r);

#endif
