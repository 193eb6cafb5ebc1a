/* SPDX-License-Identifier: Apache-2.0 */
/* From the cut to the seal: parse, filters, scorer. */
#ifndef KT_PIPELINE_PREPARE_H
#define KT_PIPELINE_PREPARE_H

#include "pipeline/engine.h"

/* Moves every batch that is not sealed as far as it can go. */
kt_status kt_prepare_step(kt_pipeline *p, int *moved, kt_error *err);
/* When a stage is tried again; INT64_MAX: not by time. */
int64_t kt_prepare_due(const kt_pipeline *p);
unsigned kt_stage_count(const kt_pipeline *p);
int kt_stage_is_scorer(const kt_pipeline *p, unsigned stage);
int kt_stage_is_pure(const kt_pipeline *p, unsigned stage);
/* Runs one stage that is not the scorer; of a KT_PURE part on any thread. */
kt_status kt_stage_run(kt_item *it, unsigned stage, kt_error *err);
/* A stage failed: tried again if that may help, else the run ends. */
void kt_stage_failed(kt_item *it, kt_status st, const kt_error *why);
/* What is left to do when all stages are through. */
kt_status kt_seal(kt_item *it, kt_error *err);

#endif
