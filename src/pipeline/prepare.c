/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/prepare.h"

#include "base/error.h"
#include "pipeline/item.h"
#include "pipeline/retry.h"
#include "pipeline/score.h"
#include "pipeline/workers.h"

unsigned kt_stage_count(const kt_pipeline *p) {
  return 1 + (unsigned)p->filter_count + (p->scorer.part != NULL);
}

int kt_stage_is_scorer(const kt_pipeline *p, unsigned stage) {
  return stage == 1 + p->filter_count;
}

int kt_stage_is_pure(const kt_pipeline *p, unsigned stage) {
  if (stage == 0) return 1;
  if (kt_stage_is_scorer(p, stage)) return (p->scorer.part->caps & KT_PURE) != 0;
  return (p->filters[stage - 1].part->caps & KT_PURE) != 0;
}

void kt_stage_failed(kt_item *it, kt_status st, const kt_error *why) {
  kt_pipeline *p = it->p;
  if (kt_may_retry(p, &it->retry, why))
    kt_backoff_fail(p, &it->retry, why->retry_after_ms);
  else {
    if (kt_is_short(why)) it->retry = (kt_backoff){ 0, 0 };
    kt_break(p, st, why);
  }
}

/* A part that is not KT_PURE gets the batches in order. */
static int has_turn(const kt_item *it, unsigned stage) {
  return it == it->p->unsealed || atomic_load(&it->prev->stage) > stage;
}

static int is_empty(const kt_item *it) {
  return !it->batch->block.count && !it->gap_count;
}

/* 1: something happened. */
static int advance(kt_item *it) {
  kt_pipeline *p = it->p;
  unsigned stages = kt_stage_count(p), stage;
  int moved = 0;
  while (!it->busy && (stage = atomic_load(&it->stage)) < stages) {
    if (it->abandoned || is_empty(it)) {
      if (it->abandoned) kt_item_settle(it, 0);
      atomic_store(&it->stage, stages);
      return 1;
    }
    if (p->broken || p->now < it->retry.not_before) break;
    if (p->workers && kt_stage_is_pure(p, stage)) {
      kt_work_give(it);
      return 1;
    }
    if (kt_stage_is_scorer(p, stage)) return kt_score_try(it) | moved;
    if (!has_turn(it, stage)) break;
    kt_error why = { 0 };
    kt_status st = kt_stage_run(it, stage, &why);
    if (st < 0) {
      kt_stage_failed(it, st, &why);
      break;
    }
    it->retry = (kt_backoff){ 0, 0 };
    atomic_store(&it->stage, stage + 1);
    moved = 1;
  }
  return moved;
}

kt_status kt_prepare_step(kt_pipeline *p, int *moved, kt_error *err) {
  for (kt_item *it = p->unsealed; it; it = it->next) *moved |= advance(it);
  for (kt_item *it; (it = p->unsealed) != NULL;) {
    if (it->busy || atomic_load(&it->stage) < kt_stage_count(p)) break;
    if (!it->has_position && !it->abandoned) break;
    kt_status st = kt_seal(it, err);
    if (st < 0) return st;
    *moved = 1;
  }
  return KT_OK;
}

/* What was due in this step and did not move waits for something else. */
int64_t kt_prepare_due(const kt_pipeline *p) {
  int64_t due = INT64_MAX;
  for (const kt_item *it = p->unsealed; it && !p->broken; it = it->next)
    if (!it->busy && it->retry.fails && it->retry.not_before >= p->now &&
        it->retry.not_before < due)
      due = it->retry.not_before;
  return due;
}
