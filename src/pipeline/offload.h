/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that waits for the disk (KT_SINK_BLOCKS), called on a worker. */
#ifndef KT_PIPELINE_OFFLOAD_H
#define KT_PIPELINE_OFFLOAD_H

#include "pipeline/engine.h"

typedef struct kt_offload kt_offload;

/* Puts a stand-in before the open sink of `lane`, which hands its calls to the workers, one job at
 * a time. On failure the sink is as it was. */
kt_status kt_offload_wrap(kt_lane *lane, kt_error *err);
/* On a worker. */
void kt_offload_run(kt_offload *o);
/* The owner: a job has ended. */
void kt_offload_settle(kt_offload *o);

#endif
