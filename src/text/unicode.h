/* SPDX-License-Identifier: Apache-2.0 */
/* What the text functions ask about code points. */
#ifndef KT_TEXT_UNICODE_H
#define KT_TEXT_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/* Classes of a code point; 0 separates words (blanks, controls, format characters, enclosing marks,
 * unassigned). */
enum {
  KT_UNI_LETTER = 1u << 0, /* L*, Nl */
  KT_UNI_MARK = 1u << 1,   /* Mn and Mc without U+FE0E and U+FE0F */
  KT_UNI_DIGIT = 1u << 2,  /* Nd */
  KT_UNI_UPPER = 1u << 3,  /* Lu, Lt */
  KT_UNI_PUNCT = 1u << 4,  /* P*, S* */
  KT_UNI_NUMBER = 1u << 5, /* No: fractions, superscripts */
  KT_UNI_PICTO = 1u << 6   /* Extended_Pictographic */
};
unsigned kt_uni_class(uint32_t cp);

/* Simple lower case. */
uint32_t kt_uni_lower(uint32_t cp);

/* The case folded code point if it is composed, stays so beside all others of this kind, and folds
 * to one; else -1. Words of such code points need no kt_uni_compose(). */
int32_t kt_uni_fold_plain(uint32_t cp);

/* Writes the canonical decomposition of the case folded code point and returns its length, at most
 * KT_UNI_FOLD_MAX. */
#define KT_UNI_FOLD_MAX 8
size_t kt_uni_fold(uint32_t cp, int32_t out[KT_UNI_FOLD_MAX]);

/* Finishes a row of kt_uni_fold(): puts marks into canonical order and composes (NFC), in place;
 * returns the new length. Of a row of more than 30 marks the rest is left out (UAX #15, stream-safe
 * text), which bounds the work. */
size_t kt_uni_compose(int32_t *cps, size_t n);

/* Scripts by the way they mark the ends of words. */
enum {
  KT_UNI_SPACED = 0, /* with blanks: Latin, Arabic, Devanagari, Hangul ... */
  KT_UNI_HAN,        /* no blanks; an ideograph is a word */
  KT_UNI_HIRAGANA,   /* no blanks; a row is a word */
  KT_UNI_KATAKANA,
  KT_UNI_SOUTHEAST, /* Thai, Lao, Myanmar, Khmer: blanks between phrases */
  KT_UNI_ANY        /* belongs to the script beside it */
};
unsigned kt_uni_script(uint32_t cp);

#endif
