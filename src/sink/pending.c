/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/pending.h"

#include "base/alloc.h"
#include "base/error.h"

void kt_pending_init(kt_pending *p, const kt_env *env) {
  *p = (kt_pending){ .env = env };
}

void kt_pending_free(kt_pending *p) {
  kt_env_release(p->env, p->index, p->cap * sizeof *p->index);
  kt_pending_init(p, p->env);
}

kt_status kt_pending_take(kt_pending *p, kt_delivery *d, size_t *n, kt_error *err) {
  *n = kt_delivery_pending(d, p->index, p->cap);
  if (*n <= p->cap) return KT_OK;
  if (kt_grow(p->env, &p->index, &p->cap, *n, sizeof *p->index)) return kt_fail_nomem(err, "sink");
  kt_delivery_pending(d, p->index, p->cap);
  return KT_OK;
}

kt_hash128 kt_pending_digest(kt_hash128 before, const kt_record *r) {
  kt_hash128 h = kt_hash(r->id.ptr, r->id.len, before.lo ^ (uint64_t)r->raw.len << 8 ^ r->kind);
  return (kt_hash128){ .hi = h.hi ^ (before.hi << 1 | before.hi >> 63), .lo = h.lo };
}
