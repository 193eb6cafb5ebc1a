/* SPDX-License-Identifier: Apache-2.0 */
#include "score/decide.h"

enum { ONE_BITS = 20 }; /* scores are multiples of 2^-20: exact in a float, and so is their sum */

static void add_weights(int64_t out[2], const int8_t (*table)[2], uint32_t shift,
                        const uint32_t *ids, uint32_t count, int value) {
  int32_t positive = 0, negative = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int8_t *w = table[ids[i] >> shift];
    positive += w[0];
    negative += w[1];
  }
  out[0] += (int64_t)positive * value;
  out[1] += (int64_t)negative * value;
}

static void add_copies(int64_t out[2], const int8_t (*table)[2], uint32_t shift,
                       const uint32_t *ids, uint32_t count, int value, unsigned lang) {
  int32_t positive = 0, negative = 0;
  for (uint32_t i = 0; i < count; i++) {
    const int8_t *w = table[kt_feature_copy(ids[i], lang) >> shift];
    positive += w[0];
    negative += w[1];
  }
  out[0] += (int64_t)positive * value;
  out[1] += (int64_t)negative * value;
}

static void add_signals(kt_sums *s, const kt_model *m, int lang, const uint32_t *ids,
                        uint32_t count) {
  uint32_t shift = 32 - m->params->signal_log2;
  for (uint32_t i = 0; i < count; i++) {
    const int16_t *w = m->signals[ids[i] >> shift];
    s->signals[0] += w[0] * kt_group_value[KT_GROUP_SIGNAL];
    s->signals[1] += w[1] * kt_group_value[KT_GROUP_SIGNAL];
    if (lang < 0) continue;
    w = m->signals[kt_feature_copy(ids[i], (unsigned)lang) >> shift];
    s->signals[0] += w[0] * kt_group_copy[KT_GROUP_SIGNAL];
    s->signals[1] += w[1] * kt_group_copy[KT_GROUP_SIGNAL];
  }
}

void kt_sums_add(kt_sums *s, const kt_model *m, int lang, int group, const uint32_t *ids,
                 uint32_t count) {
  uint32_t shift = 32 - m->params->weight_log2;
  if (group == KT_GROUP_SIGNAL) {
    add_signals(s, m, lang, ids, count);
    return;
  }
  add_weights(s->weights, m->weights, shift, ids, count, kt_group_value[group]);
  if (lang >= 0 && kt_group_copy[group])
    add_copies(s->weights, m->weights, shift, ids, count, kt_group_copy[group], (unsigned)lang);
}

/* What is beyond has long been decided, whatever the steps; the products stay within 64 bits. */
static int64_t bounded(int64_t sum) {
  const int64_t most = (int64_t)1 << 30;
  return sum > most ? most : sum < -most ? -most : sum;
}

void kt_sums_odds(const kt_sums *s, const kt_model_params *p, int32_t odds[2]) {
  const int32_t most = 30 << 16;
  for (int k = 0; k < 2; k++) {
    int64_t z =
        (bounded(s->weights[k]) * p->weight_step + bounded(s->signals[k]) * p->signal_step) >> 16;
    odds[k] = z > most ? most : z < -most ? -most : (int32_t)z;
  }
}

/* 2^-n times a series of six members for what is left below 1: right to 2^-17 and better. */
uint32_t kt_exp_minus(uint32_t x) {
  const int64_t one = 1 << 30;
  uint64_t halvings = (uint64_t)x * 94548 >> 16; /* log2(e), in 2^16ths */
  if (halvings >> 16 >= 30) return 0;
  int64_t y = (int64_t)(halvings & 0xFFFF) * 45426 >> 2; /* ln(2) */
  int64_t e = one - y / 6;
  e = one - (y / 5 * e >> 30);
  e = one - (y / 4 * e >> 30);
  e = one - (y / 3 * e >> 30);
  e = one - (y / 2 * e >> 30);
  e = one - (y * e >> 30);
  return (uint32_t)(e >> (halvings >> 16));
}

/* How much goes from positive, and from negative, to mixed: what they have in common, where the
 * lexicon knows clear words for both sides and the model is torn between them. */
static uint64_t common(const kt_model_params *p, uint64_t positive, uint64_t negative,
                       uint64_t neutral, const kt_lex_sums *hits) {
  uint64_t least = positive < negative ? positive : negative;
  if (hits->max < p->mixed_hit || hits->min > -p->mixed_hit) return 0;
  return least < (uint32_t)p->mixed_least || neutral >= least ? 0 : least;
}

static float score_of(uint64_t parts) {
  return (float)(int32_t)parts / (float)(1 << ONE_BITS);
}

void kt_decide(const kt_model_params *p, const int32_t odds[2], const kt_lex_sums *hits,
               kt_score *out) {
  int32_t most = 0;
  for (int k = 0; k < 2; k++)
    if (odds[k] > most) most = odds[k];
  uint64_t e[3] = { kt_exp_minus((uint32_t)(most - odds[0])),
                    kt_exp_minus((uint32_t)(most - odds[1])), kt_exp_minus((uint32_t)most) };
  uint64_t sum = e[0] + e[1] + e[2];
  uint64_t positive = (e[0] << ONE_BITS) / sum, negative = (e[1] << ONE_BITS) / sum;
  uint64_t neutral = ((uint64_t)1 << ONE_BITS) - positive - negative;
  uint64_t both = common(p, positive, negative, neutral, hits), mixed = 2 * both;
  positive -= both;
  negative -= both;

  uint64_t best = neutral;
  out->label = KT_LABEL_NEUTRAL;
  if (positive > best) out->label = KT_LABEL_POSITIVE, best = positive;
  if (negative > best) out->label = KT_LABEL_NEGATIVE, best = negative;
  if (mixed > best) out->label = KT_LABEL_MIXED;
  out->positive = score_of(positive);
  out->negative = score_of(negative);
  out->neutral = score_of(neutral);
  out->mixed = score_of(mixed);
}
