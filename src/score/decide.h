/* SPDX-License-Identifier: Apache-2.0 */
/* From sums of weights to a label and four scores, in integers. */
#ifndef KT_SCORE_DECIDE_H
#define KT_SCORE_DECIDE_H

#include "score/model.h"

/* Sums of weights by group; [0] positive, [1] negative, against neutral. */
typedef struct kt_sums {
  int64_t weights[2], signals[2]; /* in fortieths of a step */
} kt_sums;

/* Adds what `count` features of a group weigh. */
void kt_sums_add(kt_sums *s, const kt_model *m, int lang, int group, const uint32_t *ids,
                 uint32_t count);
/* Natural logarithms of odds against neutral, times 2^16. */
void kt_sums_odds(const kt_sums *s, const kt_model_params *p, int32_t odds[2]);

/* exp(-x / 2^16) in 2^30ths, x >= 0. */
uint32_t kt_exp_minus(uint32_t x);

/* Scores and label. `hits`: what the lexicon found. */
void kt_decide(const kt_model_params *p, const int32_t odds[2], const kt_lex_sums *hits,
               kt_score *out);

#endif
