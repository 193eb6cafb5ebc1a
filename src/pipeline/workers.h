/* SPDX-License-Identifier: Apache-2.0 */
/* Threads for KT_PURE stages. */
#ifndef KT_PIPELINE_WORKERS_H
#define KT_PIPELINE_WORKERS_H

#include "pipeline/engine.h"

kt_status kt_workers_start(kt_pipeline *p, size_t n, kt_error *err);
/* Lets each finish the batch that it has, and joins them. */
void kt_workers_stop(kt_pipeline *p);
/* Hands a job (KT_EVENT_WORK or _OFFLOAD, next NULL) to a worker, which posts it to the owner when
 * done. */
void kt_work_post(kt_pipeline *p, kt_event *e);
/* The batch's next stages, as far as they are KT_PURE, run on a worker. */
void kt_work_give(kt_item *it);
/* The worker is done with it. */
void kt_work_settle(kt_item *it);

#endif
