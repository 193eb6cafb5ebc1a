/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/deadletter.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/item.h"
#include "pipeline/lane.h"

static kt_item *open_batch(kt_pipeline *p) {
  if (p->dead_open) return p->dead_open;
  kt_item *d = kt_item_new(p);
  if (!d) return NULL;
  d->is_dead = 1;
  p->dead_open = d;
  return d;
}

kt_status kt_deadletter_add(kt_item *it, const kt_record *origin, kt_span frame,
                            const kt_dead *why) {
  kt_pipeline *p = it->p;
  kt_item *d = open_batch(p);
  if (!d || kt_grow(p->env, &d->owners, &d->owner_cap, d->owner_count + 1, sizeof *d->owners) ||
      kt_batch_add_dead(d->batch, origin, frame, why) < 0)
    return KT_ENOMEM;
  KT_POINT("dead.add");
  d->owners[d->owner_count++] = it;
  it->refs++;
  it->owed++;
  if (!p->dead->sink.part && !p->dead->held) {
    kt_error none;
    kt_fail(&none, KT_ESTATE, 0, "pipeline",
            "%.*s was set aside by %.*s (%.*s) and there is no dead-letter sink: give one",
            (int)why->place.len, why->place.ptr ? why->place.ptr : "", (int)why->lane.len,
            why->lane.ptr, (int)why->reason.len, why->reason.ptr ? why->reason.ptr : "");
    kt_lane_hold(p->dead, &none);
  }
  return KT_OK;
}

/* By all of its content: what gathers in a batch differs from run to run, and a sink that knows the
 * id skips the batch. */
static void make_id(kt_batch *b) {
  kt_hash128 h = { 0, 0 };
  for (size_t i = 0; i < b->count; i++) {
    const kt_dead *d = &b->dead[i];
    const kt_span parts[] = { d->lane, d->place, d->reason, b->records[i].raw };
    for (size_t k = 0; k < 4; k++) h = kt_hash(parts[k].ptr, parts[k].len, h.hi ^ h.lo);
  }
  kt_batch_make_id(b, kt_span_make((const char *)&h, sizeof h));
}

/* One batch at a time: what comes meanwhile gathers in the next. */
void kt_deadletter_send(kt_pipeline *p, int *moved) {
  kt_item *d = p->dead_open;
  if (!d || !d->owner_count || p->dead_items || p->dead->held) return;
  KT_POINT("dead.send");
  p->dead_open = NULL;
  d->ordinal = p->dead_ordinal++;
  d->frames = d->cut_ms = 0;
  d->sealed = d->barrier = 1; /* flushed at once: the source's commit waits for it */
  p->dead_items = p->dead_last = d;
  p->dead->next = d;
  d->owed = 1;
  make_id(d->batch);
  *moved = 1;
}

void kt_deadletter_safe(kt_item *d, size_t i) {
  kt_item *it = d->owners[i];
  KT_POINT("dead.safe");
  d->p->dead_count++;
  kt_item_paid(it);
  kt_item_unref(it);
}
