/* SPDX-License-Identifier: Apache-2.0 */
/* Frequent words of many languages: what language identification starts from. */
#ifndef KT_SCORE_LANGUAGE_WORDS_H
#define KT_SCORE_LANGUAGE_WORDS_H

#include <stddef.h>

typedef struct kt_language_words {
  const char *tag;
  const char *words; /* lower case, one space between them, the most frequent first */
} kt_language_words;

/* Ends with a NULL tag. Languages that a model does not know are its counter-examples. */
extern const kt_language_words kt_language_words_table[];

#endif
