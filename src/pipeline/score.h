/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_SCORE_H
#define KT_PIPELINE_SCORE_H

#include "pipeline/engine.h"

/* Gives the batch to the scorer if there is room and it is its turn. 1: something happened. */
int kt_score_try(kt_item *it);
/* The same on a worker, for a KT_PURE scorer. */
kt_status kt_score_run(kt_item *it, kt_error *err);
/* The scorer is done with it. KT_ENOMEM: call again. */
kt_status kt_scoring_settle(kt_item *it, kt_error *err);
/* Calls the scorer's own step. */
void kt_score_tick(kt_pipeline *p, int64_t mono_ms);

#endif
