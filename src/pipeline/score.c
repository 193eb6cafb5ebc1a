/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/score.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "pipeline/deadletter.h"
#include "pipeline/event.h"
#include "pipeline/pollset.h"
#include "pipeline/prepare.h"
#include "pipeline/retry.h"

#define WHERE "pipeline.score"

static const uint32_t SET_ASIDE = 1u << 31; /* in kt_score.flags while failures are handled */

static const kt_scorer_ops *ops_of(const kt_pipeline *p) {
  return &p->scorer.part->ops.scorer;
}

static int is_post(const kt_batch *b, size_t i) {
  return i < b->count && b->records[i].kind == KT_POST;
}

static int has_posts(const kt_batch *b) {
  for (size_t i = 0; i < b->count; i++)
    if (b->records[i].kind == KT_POST) return 1;
  return 0;
}

static int has_turn(const kt_item *it) {
  const kt_item *prev = it->prev;
  if (it == it->p->unsealed || kt_stage_count(it->p) == atomic_load(&prev->stage)) return 1;
  return atomic_load(&prev->scoring.state) != KT_SCORING_IDLE;
}

/* Ready to be handed over: scores unset, held by the scorer. */
static kt_status begin(kt_item *it) {
  kt_scoring *s = &it->scoring;
  if (kt_batch_want_scores(it->batch) < 0) return KT_ENOMEM;
  s->event = (kt_event){ NULL, KT_EVENT_SCORING, it };
  s->failed_count = 0;
  s->all_failed = 0;
  s->why = (kt_error){ 0 };
  KT_POINT("score.begin");
  atomic_store(&s->state, KT_SCORING_HELD);
  return KT_OK;
}

static void scorer_full(kt_item *it) {
  kt_pipeline *p = it->p;
  kt_pollset_ask(p, &p->scorer);
  p->score_full = 1;
  p->score_full_until = kt_engine_time(p, p->pollset.deadline);
  if (p->scoring || p->pollset.count || p->pollset.deadline != INT64_MAX) return;
  kt_error why;
  kt_fail(&why, KT_ESTATE, 0, WHERE,
          "the scorer says it is full but holds nothing and waits for nothing");
  kt_break(p, KT_ESTATE, &why);
}

int kt_score_try(kt_item *it) {
  kt_pipeline *p = it->p;
  kt_error why = { 0 };
  if (p->score_full || p->scoring >= (size_t)p->set.score_window || !has_turn(it)) return 0;
  if (!has_posts(it->batch)) {
    if (it != p->unsealed && atomic_load(&it->prev->stage) < kt_stage_count(p)) return 0;
    atomic_fetch_add(&it->stage, 1);
    return 1;
  }
  if (begin(it) < 0) {
    kt_fail_nomem(&why, WHERE);
    kt_stage_failed(it, KT_ENOMEM, &why);
    return 0;
  }
  it->busy++;
  p->scoring++;
  kt_status st = ops_of(p)->score(p->scorer.self, &it->scoring, &why);
  if (st == KT_OK || atomic_load(&it->scoring.state) != KT_SCORING_HELD) return 1;
  if (st == KT_AGAIN) {
    atomic_store(&it->scoring.state, KT_SCORING_IDLE);
    it->busy--;
    p->scoring--;
    scorer_full(it);
    return 0;
  }
  if (!why.code) kt_error_set(&why, st < 0 ? st : KT_EREMOTE, 0, WHERE, "scoring failed");
  kt_scoring_done(&it->scoring, &why);
  return 1;
}

kt_status kt_score_run(kt_item *it, kt_error *err) {
  kt_pipeline *p = it->p;
  if (!has_posts(it->batch)) return KT_END;
  if (begin(it) < 0) return kt_fail_nomem(err, WHERE);
  it->scoring.by_worker = 1;
  it->busy++;
  kt_error why = { 0 };
  kt_status st = ops_of(p)->score(p->scorer.self, &it->scoring, &why);
  if (st == KT_OK || atomic_load(&it->scoring.state) != KT_SCORING_HELD) return KT_OK;
  if (!why.code) kt_error_set(&why, st < 0 ? st : KT_ESTATE, 0, WHERE, "scoring failed");
  kt_scoring_done(&it->scoring, &why);
  return KT_OK;
}

const kt_batch *kt_scoring_batch(const kt_scoring *s) {
  return s->item->batch;
}

void kt_scoring_set(kt_scoring *s, size_t i, const kt_score *score) {
  if (is_post(s->item->batch, i)) s->item->batch->scores[i] = *score;
}

void kt_scoring_fail(kt_scoring *s, size_t i, const kt_error *why) {
  if (!is_post(s->item->batch, i)) return;
  s->item->batch->scores[i] = (kt_score){ .flags = KT_SCORE_FAILED };
  if (!why ||
      kt_grow(s->item->p->env, &s->failed, &s->failed_cap, s->failed_count + 1, sizeof *s->failed))
    return; /* the reason is lost, not the failure */
  s->failed[s->failed_count++] = (kt_failed){ (uint32_t)i, *why };
}

void kt_scoring_identity(kt_scoring *s, kt_span name, kt_span version, kt_span model_hash) {
  kt_batch_set_scorer(s->item->batch, name, version, model_hash);
}

void kt_scoring_done(kt_scoring *s, const kt_error *why) {
  int held = KT_SCORING_HELD;
  kt_pipeline *p = s->item->p;
  if (!atomic_compare_exchange_strong(&s->state, &held, KT_SCORING_DONE)) {
    kt_env_log(p->env, KT_LOG_ERROR, WHERE, KT_LIT("a scoring was completed twice: ignored"));
    return;
  }
  KT_POINT("score.done");
  s->all_failed = why != NULL;
  if (why) s->why = *why;
  kt_event_post(p, &s->event);
}

static const kt_error *reason_of(const kt_scoring *s, size_t i) {
  static const kt_error none = { .code = KT_EREMOTE, .message = "the scorer gave no reason" };
  for (size_t k = s->failed_count; k > 0; k--)
    if (s->failed[k - 1].i == i) return &s->failed[k - 1].why;
  return s->all_failed ? &s->why : &none;
}

static kt_status set_aside(kt_item *it, size_t i, const kt_error *why) {
  kt_batch *b = it->batch;
  const kt_dead dead = { .size = sizeof dead,
                         .attempts = it->retry.fails + 1,
                         .code = why->code,
                         .lane = KT_LIT("score"),
                         .place = kt_batch_place(b, i),
                         .reason = kt_span_of(why->message) };
  return kt_deadletter_add(it, &b->records[i], b->records[i].raw, &dead);
}

/* Every post without a score has failed if the call has. */
static size_t mark_failed(kt_item *it) {
  kt_batch *b = it->batch;
  size_t n = 0;
  for (size_t i = 0; i < b->count; i++) {
    kt_score *s = &b->scores[i];
    int failed = (s->flags & KT_SCORE_FAILED) != 0;
    if (!failed && it->scoring.all_failed && b->records[i].kind == KT_POST &&
        s->label == KT_LABEL_NONE)
      failed = 1;
    if (failed) s->flags |= KT_SCORE_FAILED;
    n += (size_t)failed;
  }
  return n;
}

static kt_status dead_letters(kt_item *it, kt_error *err) {
  kt_batch *b = it->batch;
  size_t n = b->count;
  if (kt_grow(it->p->env, &it->keep, &it->keep_cap, n, 1)) return kt_fail_nomem(err, WHERE);
  for (size_t i = 0; i < n; i++) {
    if ((b->scores[i].flags & (KT_SCORE_FAILED | SET_ASIDE)) != KT_SCORE_FAILED) continue;
    if (set_aside(it, i, reason_of(&it->scoring, i)) < 0) return kt_fail_nomem(err, WHERE);
    b->scores[i].flags |= SET_ASIDE;
  }
  for (size_t i = 0; i < n; i++) it->keep[i] = !(b->scores[i].flags & SET_ASIDE);
  kt_batch_compact(b, it->keep);
  return KT_OK;
}

static kt_status on_failures(kt_item *it, size_t n, kt_error *err) {
  kt_pipeline *p = it->p;
  if (p->set.score_on_error == KT_ON_ERROR_STOP) {
    size_t i = 0;
    while (!(it->batch->scores[i].flags & KT_SCORE_FAILED)) i++;
    kt_break(p, reason_of(&it->scoring, i)->code, reason_of(&it->scoring, i));
    return KT_OK;
  }
  if (p->set.score_on_error == KT_ON_ERROR_DEAD && dead_letters(it, err) < 0) return KT_ENOMEM;
  p->score_failed += n;
  return KT_OK;
}

/* A wrong key is no reason to deliver everything without a score: the run ends. */
static int is_repeated(kt_item *it) {
  const kt_scoring *s = &it->scoring;
  if (!s->all_failed || it->abandoned) return 0;
  if (s->why.flags & KT_ERR_FATAL) {
    kt_break(it->p, s->why.code, &s->why);
    return 1;
  }
  if (!kt_may_retry(it->p, &it->retry, &s->why)) return 0;
  kt_backoff_fail(it->p, &it->retry, s->why.retry_after_ms);
  return 1;
}

kt_status kt_scoring_settle(kt_item *it, kt_error *err) {
  kt_pipeline *p = it->p;
  KT_POINT("score.settle");
  if (!is_repeated(it)) {
    size_t n = it->abandoned ? 0 : mark_failed(it);
    if (n && on_failures(it, n, err) < 0) return KT_ENOMEM;
    if (!p->broken) {
      it->retry = (kt_backoff){ 0, 0 };
      atomic_fetch_add(&it->stage, 1);
    }
  }
  atomic_store(&it->scoring.state, KT_SCORING_IDLE);
  it->busy--;
  if (!it->scoring.by_worker) p->scoring--;
  it->scoring.by_worker = 0;
  p->score_full = 0;
  return KT_OK;
}

void kt_score_tick(kt_pipeline *p, int64_t mono_ms) {
  if (!p->scorer.open) return;
  if (p->score_full && (p->now >= p->score_full_until || kt_slot_is_ready(p, &p->scorer)))
    p->score_full = 0;
  if (!ops_of(p)->step) return;
  kt_error why = { 0 };
  kt_status st = ops_of(p)->step(p->scorer.self, mono_ms, &why);
  if (st < 0 && (why.flags & KT_ERR_FATAL)) kt_break(p, st, &why);
}
