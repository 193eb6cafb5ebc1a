/* SPDX-License-Identifier: Apache-2.0 */
/* The section of the model: this head, then a row of `stride` bytes for each feature. */
#ifndef KT_SCORE_LANGUAGE_INSIDE_H
#define KT_SCORE_LANGUAGE_INSIDE_H

#include <string.h>

#include "score/language_scan.h"

#define KT_LANGUAGE_MAGIC 0x31474C4Bu /* "KLG1" */

enum {
  KT_LANGUAGE_STRIDE_MAX = 32,
  KT_LANGUAGE_ZERO = 128, /* what a byte of the table holds for a weight of 0 */
  /* A step of the table is 2^-shift; 16 / ln 2 of them times 256 are sixteenths of an octave. */
  KT_LANGUAGE_OCTAVE = 5909,
  /* Below, the language is unknown. Of posts in known languages, 3 % are; a higher mark refuses
   * more of them than it catches errors. In 65536ths. */
  KT_LANGUAGE_SURE = 65536 / 2,
  /* In sixteenths of an octave: a text is of the language that is mixed in if that is at least so
   * much likelier than none, and the first not clearly ahead of it. Of posts and short texts in
   * English and in Hindi, these lose hardly any Hindi. */
  KT_LANGUAGE_MIXED_LEAST = 16,
  KT_LANGUAGE_MIXED_CLEAR = 128
};

typedef struct kt_language_head {
  uint32_t magic, tags, stride, shift;
  uint32_t scripts[KT_SCRIPTS]; /* bit k: language k is written in it */
} kt_language_head;

static inline uint32_t kt_language_stride(size_t tags) {
  return (uint32_t)((tags + 7) / 8 * 8);
}

#endif
