/* SPDX-License-Identifier: Apache-2.0 */
/* What the scorer knows about a character. The table is part of the model, so that scoring does not
 * depend on the Unicode version of the machine. */
#ifndef KT_SCORE_CHARS_H
#define KT_SCORE_CHARS_H

#include <stddef.h>
#include <stdint.h>

/* Characters below have an entry: class in the upper 4 bits, code in the lower 12. What lies above
 * is told by ranges. */
#define KT_CHARS 0x3000u

enum {
  KT_CHAR_SPACE = 0, /* separates words: blanks, controls, invalid UTF-8 */
  KT_CHAR_LETTER,
  KT_CHAR_UPPER, /* a letter in upper case; its code is that of the lower case */
  KT_CHAR_DIGIT,
  KT_CHAR_SILENT,     /* left out: vowel signs, tatweel, variation selectors, accents */
  KT_CHAR_APOSTROPHE, /* holds a word together between letters */
  KT_CHAR_UNDERSCORE, /* inside a hashtag */
  KT_CHAR_HASH,
  KT_CHAR_AT,
  KT_CHAR_PUNCT,
  KT_CHAR_STOP, /* . , ; : ! ? ...: ends a clause */
  KT_CHAR_EMOJI,
  KT_CHAR_IDEOGRAPH /* a word of its own */
};

static inline unsigned kt_char_class(uint16_t entry) {
  return entry >> 12;
}
static inline unsigned kt_char_code(uint16_t entry) {
  return entry & 0xFFFu;
}

/* Fills the table of a new model. */
void kt_chars_build(uint16_t table[KT_CHARS]);
/* The entry of a character at or above KT_CHARS. */
uint16_t kt_chars_above(const uint16_t *table, uint32_t cp);

#endif
