/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_ABANDON_H
#define KT_PIPELINE_ABANDON_H

#include "pipeline/engine.h"

/* Drops all that is not committed. What a sink or the scorer holds comes back first. */
void kt_abandon(kt_pipeline *p);

#endif
