/* SPDX-License-Identifier: Apache-2.0 */
/* Event time: the greatest created_ms so far, less watermark.lateness_ms; it never goes back. */
#ifndef KT_PIPELINE_WATERMARK_H
#define KT_PIPELINE_WATERMARK_H

#include "pipeline/engine.h"

/* A post, in order. */
void kt_watermark_see(kt_pipeline *p, const kt_record *r);
/* All posts of the batch have been seen. */
void kt_watermark_seal(kt_item *it);
/* In each step: what sinks hear while nothing comes. */
void kt_watermark_idle(kt_pipeline *p);
/* Tells the sink, if there is news. Not while an older batch of the lane waits for another try: its
 * records would be late. */
void kt_watermark_tell(kt_lane *lane);

#endif
