/* SPDX-License-Identifier: Apache-2.0 */
/* A batch on its way, from the cut to the commit. */
#ifndef KT_PIPELINE_ITEM_H
#define KT_PIPELINE_ITEM_H

#include "pipeline/engine.h"

/* An item with an empty batch, in no list. NULL: no memory. */
kt_item *kt_item_new(kt_pipeline *p);
/* At the end, whatever it still waits for. */
void kt_item_discard(kt_item *it);
void kt_item_free_spare(kt_pipeline *p);
/* To the end of the pipeline's items; every lane will see it. */
void kt_item_append(kt_item *it);
/* One reference less; the last takes it out of its list. */
void kt_item_unref(kt_item *it);
/* One less to wait for before it is finished. */
void kt_item_paid(kt_item *it);
/* The lane has nothing to do with it any more; `holds`: the lane still had its pin. */
void kt_item_lane_done(kt_item *it, const kt_lane *lane, int holds);
/* The batch's memory may go when the last pin does. Any thread. */
void kt_item_unpin(kt_item *it);
/* Tells the filters, once. */
void kt_item_settle(kt_item *it, int finished);

#endif
