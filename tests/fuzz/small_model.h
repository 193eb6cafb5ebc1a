/* SPDX-License-Identifier: Apache-2.0 */
/* A model of 50 KiB, trained on a few sentences with a lexicon of a few words: what scoring needs.
 */
#ifndef KT_TESTS_FUZZ_SMALL_MODEL_H
#define KT_TESTS_FUZZ_SMALL_MODEL_H

#include "fuzz.h"

/* Its bytes, made at the first call; aligned to 16. */
kt_span small_model(void);
/* What must hold of every score; the terms that explain it. */
void small_model_check(const kt_model *m, kt_span lang, kt_span text);

#endif
