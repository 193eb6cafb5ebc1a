/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_COMMIT_H
#define KT_PIPELINE_COMMIT_H

#include "pipeline/engine.h"

/* Retires what is finished and tells the source, at most every commit.interval_ms. `now`: at once.
 */
kt_status kt_commit_step(kt_pipeline *p, int now, int *moved, kt_error *err);
/* When that is due; INT64_MAX: not by time. */
int64_t kt_commit_due(const kt_pipeline *p);
/* Flushes the sinks if the oldest batch waits for too long, or memory is short. */
void kt_commit_hurry(kt_pipeline *p, int *moved);
/* Everything that was read is finished and the source knows it. */
int kt_commit_is_done(const kt_pipeline *p);

#endif
