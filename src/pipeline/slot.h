/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_SLOT_H
#define KT_PIPELINE_SLOT_H

#include "pipeline/engine.h"

/* Finds the part that a URI names and checks its options; *slot is written only on success. */
kt_status kt_slot_find(kt_slot *slot, const kt_pipeline *p, uint32_t kind, const char *uri,
                       const char *extra, kt_error *err);
/* Closes the part if it is open. */
void kt_slot_close(kt_slot *slot);
/* Closes and forgets it. */
void kt_slot_clear(kt_slot *slot);
/* Opens every part of the pipeline; what is open already stays. */
kt_status kt_parts_open(kt_pipeline *p, kt_error *err);
/* "scheme:target", kt_strfree(). NULL: no memory. */
char *kt_slot_name(const kt_slot *slot, const kt_env *env);

#endif
