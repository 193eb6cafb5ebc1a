/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters: their own batches, for a lane of their own. */
#ifndef KT_PIPELINE_DEADLETTER_H
#define KT_PIPELINE_DEADLETTER_H

#include "pipeline/engine.h"

/* Sets a frame or record of `it` aside; everything is copied. `it` is not finished before the
 * letter is durable. KT_ENOMEM: nothing has changed. */
kt_status kt_deadletter_add(kt_item *it, const kt_record *origin, kt_span frame,
                            const kt_dead *why);
/* Hands what has gathered to the dead-letter lane. *moved is set if there was anything. */
void kt_deadletter_send(kt_pipeline *p, int *moved);
/* Record i of a dead-letter batch is durable. */
void kt_deadletter_safe(kt_item *dead, size_t i);

#endif
