/* SPDX-License-Identifier: Apache-2.0 */
/* What other threads report to the owner. */
#ifndef KT_PIPELINE_EVENT_H
#define KT_PIPELINE_EVENT_H

#include "pipeline/engine.h"

/* Any thread. The event lies in its subject and is in one queue at a time. */
void kt_event_post(kt_pipeline *p, kt_event *e);
/* Its subject goes away; no effect if it is not in the queue. */
void kt_event_forget(kt_pipeline *p, const kt_event *e);
/* Handles all that were posted; *moved is set if there were any. KT_ENOMEM: call again. */
kt_status kt_events_handle(kt_pipeline *p, int *moved, kt_error *err);

#endif
