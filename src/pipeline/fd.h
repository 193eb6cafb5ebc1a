/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PIPELINE_FD_H
#define KT_PIPELINE_FD_H

#include "pipeline/engine.h"

/* Brings the one descriptor up to date with p->pollset and p->due, if it is in use. */
void kt_watch_sync(kt_pipeline *p);
void kt_watch_close(kt_pipeline *p);

#endif
