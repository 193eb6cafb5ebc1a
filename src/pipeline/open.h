/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_OPEN_H
#define KT_PIPELINE_OPEN_H

#include "pipeline/engine.h"

/* What the first step does. After a failure the next step tries again. */
kt_status kt_pipeline_open(kt_pipeline *p, kt_error *err);

#endif
