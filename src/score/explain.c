/* SPDX-License-Identifier: Apache-2.0 */
/* The same sums as kt_score_text(), kept apart by piece. */
#include <string.h>

#include "base/span.h"
#include "score/score_text.h"

typedef struct share {
  int32_t odds[2];
} share;

typedef struct explaining {
  const kt_model *m;
  kt_span text;
  kt_sums sums; /* of all */
  share single[KT_PIECES], pair[KT_PIECES], overall;
  kt_piece pieces[KT_PIECES]; /* as they were before the next ones took their place */
  size_t count;
} explaining;

static void add_share(const explaining *x, share *out, const kt_sums *sums) {
  int32_t odds[2];
  kt_sums_odds(sums, x->m->params, odds);
  out->odds[0] += odds[0];
  out->odds[1] += odds[1];
}

/* Called behind every piece, so that what has come belongs to it. */
static void drain(kt_features *f) {
  explaining *x = f->user;
  int known = f->piece >= 0 && f->piece < KT_PIECES;
  for (int g = 0; g < KT_GROUPS; g++) {
    if (!f->count[g]) continue;
    kt_sums part = { 0 };
    kt_sums_add(&part, x->m, f->lang, g, f->ids[g], f->count[g]);
    for (int k = 0; k < 2; k++) {
      x->sums.weights[k] += part.weights[k];
      x->sums.signals[k] += part.signals[k];
    }
    share *to = !known               ? &x->overall
                : g == KT_GROUP_PAIR ? &x->pair[f->piece]
                                     : &x->single[f->piece];
    add_share(x, to, &part);
    f->count[g] = 0;
  }
  if (!known || f->base) return;
  x->pieces[f->piece] = f->pieces[f->piece];
  if ((size_t)f->piece >= x->count) x->count = (size_t)f->piece + 1;
}

static uint32_t kind_of(const kt_piece *p) {
  switch (p->kind) {
  case KT_PIECE_WORD:
    return KT_TERM_WORD;
  case KT_PIECE_HASHTAG:
    return KT_TERM_HASHTAG;
  case KT_PIECE_EMOJI:
  case KT_PIECE_EMOTICON:
    return KT_TERM_EMOJI;
  default:
    return KT_TERM_OTHER;
  }
}

static uint32_t flags_of(const kt_piece *p) {
  return (p->flags & KT_IS_NEGATED ? (uint32_t)KT_TERM_NEGATED : 0u) |
         (p->flags & KT_IS_HIT ? (uint32_t)KT_TERM_LEXICON : 0u);
}

/* Odds against neutral become what each label has more than the mean of the three. */
static void set_weights(kt_score_term *t, const share *s) {
  int64_t p = s->odds[0], n = s->odds[1], sum = p + n;
  const float scale = 3.0f * 65536.0f;
  t->positive = (float)(3 * p - sum) / scale;
  t->negative = (float)(3 * n - sum) / scale;
  t->neutral = (float)-sum / scale;
}

static float size_of(const kt_score_term *t) {
  float p = t->positive < 0 ? -t->positive : t->positive;
  float n = t->negative < 0 ? -t->negative : t->negative;
  float u = t->neutral < 0 ? -t->neutral : t->neutral;
  return p > n ? (p > u ? p : u) : (n > u ? n : u);
}

/* Keeps the `cap` greatest, in order. */
static size_t insert(kt_score_term *terms, size_t n, size_t cap, const kt_score_term *t) {
  size_t at = n;
  while (at > 0 && size_of(&terms[at - 1]) < size_of(t)) at--;
  if (at == cap) return n;
  if (n < cap) n++;
  memmove(terms + at + 1, terms + at, (n - 1 - at) * sizeof *terms);
  terms[at] = *t;
  return n;
}

static void set_place(const explaining *x, kt_score_term *t, size_t start, size_t end) {
  t->text = kt_span_make(x->text.ptr + start, end - start);
  t->start = start;
}

static size_t list_terms(const explaining *x, kt_score_term *terms, size_t cap) {
  size_t n = 0;
  for (size_t i = 0; i < x->count; i++) {
    const kt_piece *p = &x->pieces[i];
    kt_score_term t = { .kind = kind_of(p), .flags = flags_of(p) };
    set_place(x, &t, p->start, p->end);
    set_weights(&t, &x->single[i]);
    n = insert(terms, n, cap, &t);
    t.kind = KT_TERM_PHRASE;
    t.flags &= (uint32_t)KT_TERM_NEGATED;
    set_place(x, &t, i ? x->pieces[i - 1].start : p->start, p->end);
    set_weights(&t, &x->pair[i]);
    n = insert(terms, n, cap, &t);
  }
  kt_score_term t = { .kind = KT_TERM_OVERALL };
  set_place(x, &t, 0, 0);
  set_weights(&t, &x->overall);
  return insert(terms, n, cap, &t);
}

size_t kt_score_explain(const kt_model *m, kt_span lang, kt_span text, kt_score *out,
                        kt_span *lang_used, kt_score_term *terms, size_t cap) {
  kt_features f;
  explaining x = { .m = m, .text = text };
  kt_score_lang chosen = kt_score_choose_language(m, lang, text);
  kt_score_features(&f, m, chosen.number);
  f.each_piece = 1;
  f.drain = drain;
  f.user = &x;
  kt_features_run(&f, text);
  kt_score_finish(m, &chosen, &f, &x.sums, out);
  if (lang_used) *lang_used = chosen.tag;
  return cap ? list_terms(&x, terms, cap) : 0;
}
