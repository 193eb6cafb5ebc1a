/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/item.h"

#include "base/alloc.h"

enum { SPARE_POSITION = 64 * 1024 };

kt_item *kt_item_new(kt_pipeline *p) {
  kt_item *it = p->free_items;
  kt_batch *b = kt_batch_new(p->env, p->batches);
  if (!b) return NULL;
  if (it) {
    p->free_items = it->next;
  } else {
    it = kt_zalloc(p->env, sizeof *it);
    if (!it) {
      kt_batch_unref(b);
      return NULL;
    }
    kt_buf_init(&it->position, p->env);
    kt_arena_init(&it->gap_text, p->env, 0);
  }
  it->p = p;
  it->batch = b;
  it->next = it->prev = NULL;
  atomic_init(&it->pins, 1);
  atomic_init(&it->stage, 0);
  atomic_init(&it->busy, 0);
  it->owed = 0;
  it->dropped = it->rejects_done = 0;
  it->seen = 0;
  it->refs = 1; /* the commit's */
  it->is_dead = 0;
  it->sealed = it->barrier = it->abandoned = it->has_delete = it->settled = it->committed = 0;
  it->has_position = 0;
  it->position.len = 0;
  it->gap_count = it->owner_count = it->rejected = 0;
  it->retry = (kt_backoff){ 0, 0 };
  it->watermark_after = KT_UNKNOWN;
  it->scoring.item = it;
  it->scoring.failed_count = 0;
  it->scoring.all_failed = it->scoring.by_worker = 0;
  atomic_init(&it->scoring.state, KT_SCORING_IDLE);
  it->work_status = KT_OK;
  return it;
}

static void item_release(kt_item *it) {
  const kt_env *env = it->p->env;
  kt_buf_clear(&it->position);
  kt_arena_free(&it->gap_text);
  kt_env_release(env, it->gaps, it->gap_cap * sizeof *it->gaps);
  kt_env_release(env, it->keep, it->keep_cap);
  kt_env_release(env, it->owners, it->owner_cap * sizeof *it->owners);
  kt_env_release(env, it->scoring.failed, it->scoring.failed_cap * sizeof *it->scoring.failed);
  kt_env_release(env, it, sizeof *it);
}

void kt_item_discard(kt_item *it) {
  if (atomic_load(&it->pins)) kt_batch_unref(it->batch);
  item_release(it);
}

void kt_item_free_spare(kt_pipeline *p) {
  for (kt_item *it = p->free_items, *next; it; it = next) {
    next = it->next;
    item_release(it);
  }
  p->free_items = NULL;
}

void kt_item_append(kt_item *it) {
  kt_pipeline *p = it->p;
  it->prev = p->last_item;
  if (p->last_item)
    p->last_item->next = it;
  else
    p->items = it;
  p->last_item = it;
  if (!p->unsealed) p->unsealed = it;
  p->unsealed_count++;
  if (!p->uncommitted) p->uncommitted = it;
  p->alive++;
  for (size_t i = 0; i < p->lane_count; i++) {
    kt_lane *lane = p->lanes[i];
    it->refs++;
    it->owed += (uint32_t)(lane->required != 0);
    atomic_fetch_add_explicit(&it->pins, 1, memory_order_relaxed);
    if (!lane->next) lane->next = it;
  }
  atomic_fetch_add_explicit(&it->pins, (unsigned)(p->settles != 0), memory_order_relaxed);
}

void kt_item_unpin(kt_item *it) {
  kt_batch *b = it->batch; /* before the pin goes: the item may be used anew after it */
  if (atomic_fetch_sub_explicit(&it->pins, 1, memory_order_acq_rel) == 1) kt_batch_unref(b);
}

static void take_out(kt_item *it) {
  kt_pipeline *p = it->p;
  kt_item **first = it->is_dead ? &p->dead_items : &p->items;
  kt_item **last = it->is_dead ? &p->dead_last : &p->last_item;
  p->alive -= (size_t)!it->is_dead;
  if (it->prev)
    it->prev->next = it->next;
  else
    *first = it->next;
  if (it->next)
    it->next->prev = it->prev;
  else
    *last = it->prev;
  if (it->position.cap > SPARE_POSITION) kt_buf_clear(&it->position);
  kt_arena_reset(&it->gap_text);
  it->next = p->free_items;
  p->free_items = it;
}

void kt_item_unref(kt_item *it) {
  if (--it->refs == 0) take_out(it);
}

void kt_item_paid(kt_item *it) {
  it->owed--;
}

void kt_item_lane_done(kt_item *it, const kt_lane *lane, int holds) {
  if (holds) kt_item_unpin(it);
  if (lane->required) kt_item_paid(it);
  kt_item_unref(it);
}

void kt_item_settle(kt_item *it, int finished) {
  kt_pipeline *p = it->p;
  if (!p->settles || it->settled) return;
  it->settled = 1;
  for (size_t i = 0; i < p->filter_count + p->lane_count; i++) {
    kt_slot *s = i < p->filter_count ? &p->filters[i] : &p->lanes[i - p->filter_count]->filter;
    if ((it->seen & kt_filter_bit(i)) && s->open && s->part->ops.filter.settle)
      s->part->ops.filter.settle(s->self, it->batch, finished);
  }
  kt_item_unpin(it);
}
