/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for every batch, and for what is written of it. */
#ifndef KT_TESTS_FUZZ_RECORDS_H
#define KT_TESTS_FUZZ_RECORDS_H

#include "fuzz.h"

/* Fields: spans that are UTF-8 (but for the frame of a dead letter), known kinds and flags, scores.
 */
void records_check(const kt_batch *b);
/* Non-zero if both hold the same records. `raw`: compare payloads too. */
int records_same(const kt_batch *a, const kt_batch *b, int raw);
/* One layout in every format, and Arrow: UTF-8, whole lines, strict JSON, CSV with as many cells as
 * its header has. `pick` says which layout. */
void records_encode_all(const kt_env *env, const kt_batch *b, unsigned pick);
/* Header and records with the options of `uri`; 0 if they are refused (*err says why). */
int records_encode(const kt_env *env, const kt_batch *b, int32_t format, const char *uri,
                   kt_buf *out, kt_error *err);
/* What is written in this format with these options reads as the format says. */
void records_check_text(int32_t format, char delimiter, kt_span text, size_t records);

#endif
