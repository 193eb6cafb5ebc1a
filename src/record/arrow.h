/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_RECORD_ARROW_H
#define KT_RECORD_ARROW_H

#include <kappatweet/arrow.h>

/* kt_batch_export_arrow() where a column with more than max_bytes of text gets 64-bit offsets. */
kt_status kt_arrow_export(const kt_env *env, const kt_batch *b, const char *record,
                          uint64_t max_bytes, struct ArrowSchema *schema, struct ArrowArray *array,
                          kt_error *err);

#endif
