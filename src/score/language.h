/* SPDX-License-Identifier: Apache-2.0 */
/* Language identification: a section of the model. */
#ifndef KT_SCORE_LANGUAGE_H
#define KT_SCORE_LANGUAGE_H

#include "base/buf.h"

typedef struct kt_language_text {
  kt_span text;
  int lang; /* index into the tags, -1 = none */
} kt_language_text;

/* Trains on the texts and appends the section, the same bytes on every machine. Without tags, one
 * that tells of every text that its language is unknown. */
kt_status kt_language_build(const kt_env *env, const kt_language_text *texts, size_t n,
                            const kt_span *tags, size_t tag_count, kt_buf *out, kt_error *err);

/* 0: sound, nothing that reads it can go outside. The section is aligned to 16 bytes. */
int kt_language_check(kt_span section, size_t tag_count);

/* The index of the text's language, -1 = unknown; *confidence in 65536ths. Allocates nothing.
 * `mixed` has for each tag the index of the language that its writers mix into Latin letters, or
 * -1; NULL: none do. Such a language is not told by a few letters that both may have. */
int kt_language_guess(kt_span section, kt_span text, const int8_t *mixed, uint32_t *confidence);

#endif
