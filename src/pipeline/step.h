/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_STEP_H
#define KT_PIPELINE_STEP_H

#include "pipeline/engine.h"

/* As kt_pipeline_step(), with the lock against re-entry held by the caller. */
kt_status kt_step(kt_pipeline *p, kt_error *err);
/* Takes the lock; KT_ESTATE from inside a callback. */
kt_status kt_enter(kt_pipeline *p, kt_error *err);
void kt_leave(kt_pipeline *p);
/* What other threads see of the counters. */
void kt_stats_publish(kt_pipeline *p);

#endif
