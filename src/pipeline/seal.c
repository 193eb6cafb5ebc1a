/* SPDX-License-Identifier: Apache-2.0 */
/* The last step before the lanes, in order of cutting: numbers, watermark, position. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/deadletter.h"
#include "pipeline/item.h"
#include "pipeline/position.h"
#include "pipeline/prepare.h"
#include "pipeline/watermark.h"

static kt_status set_rejects_aside(kt_item *it) {
  kt_batch *b = it->batch;
  for (; it->rejects_done < b->reject_count; it->rejects_done++) {
    kt_span frame;
    const kt_dead dead = kt_batch_reject(b, it->rejects_done, &frame);
    if (kt_deadletter_add(it, NULL, frame, &dead) < 0) return KT_ENOMEM;
  }
  return KT_OK;
}

static void number(kt_pipeline *p, kt_item *it) {
  kt_batch *b = it->batch;
  int64_t limit = p->set.time_limit_ms == KT_UNKNOWN ? KT_UNKNOWN : p->set.time_limit_ms / 1000;
  for (size_t i = 0; i < b->count; i++) {
    kt_record *r = &b->records[i];
    r->seq = p->next_seq++;
    it->has_delete |= r->kind == KT_DELETE;
    p->gaps += r->kind == KT_GAP;
    if (r->kind != KT_POST) continue;
    if (r->run_no == KT_UNKNOWN) r->run_no = p->run_no++;
    if (r->run_start_us == KT_UNKNOWN) r->run_start_us = p->run_start_us;
    if (r->run_limit_s == KT_UNKNOWN) r->run_limit_s = limit;
    kt_watermark_see(p, r);
  }
}

kt_status kt_seal(kt_item *it, kt_error *err) {
  kt_pipeline *p = it->p;
  if (!it->abandoned) {
    if (set_rejects_aside(it) < 0) return kt_fail_nomem(err, "pipeline");
    KT_POINT("seal.number");
    it->run_no_before = p->run_no;
    number(p, it);
    kt_watermark_seal(it);
    kt_batch_make_id(it->batch, kt_span_of(p->source_name));
    const kt_progress at = { p->run_no, p->run_start_us, p->watermark_ms, p->newest_ms };
    kt_position_seal(it->position.ptr, it->position.len, &at);
    p->records += it->batch->count + it->dropped;
    p->dropped += it->dropped;
    p->batch_count += it->batch->block.count != 0;
    p->sealed_ms = p->now;
  }
  KT_POINT("seal.sealed");
  it->sealed = 1;
  p->unsealed = it->next;
  p->unsealed_count--;
  kt_item_unpin(it);
  return KT_OK;
}
