/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_CLOSE_H
#define KT_PIPELINE_CLOSE_H

#include "pipeline/engine.h"

/* Hurries and closes the sinks, commits what they finished, then closes the rest. */
void kt_pipeline_close(kt_pipeline *p);

#endif
