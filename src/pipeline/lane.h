/* SPDX-License-Identifier: Apache-2.0 */
/* One sink's cursor over the sealed batches, its window and its state. */
#ifndef KT_PIPELINE_LANE_H
#define KT_PIPELINE_LANE_H

#include "pipeline/engine.h"

void kt_lane_free(kt_lane *lane);
/* Submits what may be submitted, flushes what must be. *moved is set if anything happened. */
kt_status kt_lane_step(kt_lane *lane, int *moved, kt_error *err);
/* Calls the sink's own step. */
void kt_lane_tick(kt_lane *lane, int64_t mono_ms);
/* The lane waits for its operator. */
void kt_lane_hold(kt_lane *lane, const kt_error *why);
/* Drops what waits and is abandoned, and hurries what is in flight. */
void kt_lane_abandon(kt_lane *lane);
/* Hurries everything in flight. */
void kt_lane_cancel(kt_lane *lane);
/* A lane that is not required drops what only it still keeps in memory. */
void kt_lane_shed(kt_lane *lane, int *moved);
/* Nothing left to do, or nothing that can be done before its operator acts. */
int kt_lane_is_idle(const kt_lane *lane);
/* When a step is due for it; INT64_MAX: not by time. */
int64_t kt_lane_due(const kt_lane *lane);
/* The lane number i; the last one (i == lane_count) is the one of dead letters. */
kt_lane *kt_lane_at(kt_pipeline *p, size_t i);

#endif
