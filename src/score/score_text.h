/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_SCORE_TEXT_H
#define KT_SCORE_TEXT_H

#include "score/decide.h"

/* The language that a text is scored in. */
typedef struct kt_score_lang {
  int number; /* -1: none of the model's */
  kt_span tag;
} kt_score_lang;
/* "pt" of "pt-BR". */
kt_span kt_score_first_part(kt_span tag);
/* The tag is null, "" or what platforms write where they do not know or where there is none. */
int kt_score_tells_no_language(kt_span tag);
kt_score_lang kt_score_choose_language(const kt_model *m, kt_span lang, kt_span text);

/* Sets what kt_features_run() needs. */
void kt_score_features(kt_features *f, const kt_model *m, int lang);

/* The sums of a text, and what the features tell beside them. */
void kt_score_sum(kt_features *f, const kt_model *m, int lang, kt_span text, kt_sums *sums);

/* Label, scores and flags from the sums. */
void kt_score_finish(const kt_model *m, const kt_score_lang *lang, const kt_features *f,
                     const kt_sums *sums, kt_score *out);

#endif
