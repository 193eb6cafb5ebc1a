/* SPDX-License-Identifier: Apache-2.0 */
/* The position that a source keeps for the engine: how far the run is, then the source's own. */
#ifndef KT_PIPELINE_POSITION_H
#define KT_PIPELINE_POSITION_H

#include <kappatweet/types.h>

enum { KT_POSITION_HEADER = 48 };

typedef struct kt_progress {
  int64_t run_no, run_start_us, watermark_ms, newest_ms;
} kt_progress;

/* Writes the header before the source's own bytes, which stand at bytes + KT_POSITION_HEADER. */
void kt_position_seal(char *bytes, size_t len, const kt_progress *progress);
/* KT_ECORRUPT: not written by kt_position_seal(), or damaged. */
kt_status kt_position_take(kt_span position, kt_progress *out);

#endif
