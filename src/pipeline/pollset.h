/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_POLLSET_H
#define KT_PIPELINE_POLLSET_H

#include "pipeline/engine.h"

/* p->pollset = what this part waits for. */
void kt_pollset_ask(kt_pipeline *p, const kt_slot *slot);
/* p->pollset = what all parts wait for. */
void kt_pollset_ask_all(kt_pipeline *p);
/* One of the part's descriptors is ready now. */
int kt_slot_is_ready(kt_pipeline *p, const kt_slot *slot);
/* Milliseconds until a step is due, by p->pollset and p->due; -1 = not by time. */
int64_t kt_due_in_ms(const kt_pipeline *p);

#endif
