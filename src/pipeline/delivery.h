/* SPDX-License-Identifier: Apache-2.0 */
/* One batch on one lane. */
#ifndef KT_PIPELINE_DELIVERY_H
#define KT_PIPELINE_DELIVERY_H

#include "pipeline/engine.h"

/* A delivery of the lane's next item, all of its records owed. NULL: no memory. */
kt_delivery *kt_delivery_new(kt_lane *lane, kt_item *it);
/* Out of the lane's list; the item has one lane less to wait for. */
void kt_delivery_finish(kt_delivery *d);
/* For reuse; it is in no list. */
void kt_delivery_spare(kt_delivery *d);
void kt_delivery_release(kt_delivery *d, const kt_env *env); /* the memory */
/* Prepares the next try: marks are forgotten. */
void kt_delivery_begin(kt_delivery *d);
/* Handles what the sink said. KT_ENOMEM: call again. */
kt_status kt_delivery_settle(kt_delivery *d, kt_error *err);

#endif
