/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_FEED_H
#define KT_PIPELINE_FEED_H

#include "pipeline/engine.h"

/* Reads once and cuts where it is due. *moved is set when something came of it. `again`: only if
 * the source has more. */
kt_status kt_feed_step(kt_pipeline *p, int again, int *moved, kt_error *err);
/* No more is read; what is open becomes the last batch. */
kt_status kt_feed_stop(kt_pipeline *p, kt_error *err);
/* The open batch, made when there is none. NULL: no memory. */
kt_item *kt_feed_open(kt_feed *f);
/* Abandon: what is open is closed as it is, and no position is asked for it. */
void kt_feed_forget(kt_pipeline *p);
/* Gives back the slabs. */
void kt_feed_clear(kt_feed *f);
/* When the open batch is cut for its age; INT64_MAX: never. */
int64_t kt_feed_due(const kt_pipeline *p);
/* Non-zero: nothing may be read now. */
int kt_feed_is_blocked(const kt_pipeline *p);

#endif
