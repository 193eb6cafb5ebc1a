/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces of the tokenizer. Each scan function looks at text[at], reads a bounded stretch ahead
 * of what it takes, and returns the end of the token, or `at` if there is none of its kind. */
#ifndef KT_TEXT_SCAN_H
#define KT_TEXT_SCAN_H

#include "base/utf8.h"
#include "text/unicode.h"

#include <kappatweet/types.h>

typedef struct kt_char {
  uint32_t cp;
  uint32_t cls; /* KT_UNI_*; 0 for invalid UTF-8 */
  size_t len;   /* bytes, at least 1 */
} kt_char;

extern const uint8_t kt_ascii_class[128];

kt_char kt_char_slow(kt_span text, size_t at);
/* at < text.len */
static inline kt_char kt_char_at(kt_span text, size_t at) {
  unsigned char b = (unsigned char)text.ptr[at];
  if (b < 0x80) return (kt_char){ b, kt_ascii_class[b], 1 };
  return kt_char_slow(text, at);
}
/* As kt_char_at(), with a NUL of length 0 behind the end. */
static inline kt_char kt_char_or_end(kt_span text, size_t at) {
  return at < text.len ? kt_char_at(text, at) : (kt_char){ 0, 0, 0 };
}
/* The byte, or 0 behind the end. */
static inline unsigned char kt_byte_at(kt_span text, size_t at) {
  return at < text.len ? (unsigned char)text.ptr[at] : 0;
}
static inline int kt_is_ascii_alpha(unsigned char b) {
  return (b | 32u) >= 'a' && (b | 32u) <= 'z';
}
static inline int kt_is_ascii_digit(unsigned char b) {
  return b >= '0' && b <= '9';
}
static inline int kt_is_ascii_alnum(unsigned char b) {
  return kt_is_ascii_alpha(b) || kt_is_ascii_digit(b);
}

/* scan_emoji.c: UTS #51, variation selectors optional. */
size_t kt_scan_keycap(kt_span text, size_t at);
size_t kt_scan_emoji(kt_span text, size_t at, kt_char first);
/* scan_emoticon.c */
size_t kt_scan_emoticon(kt_span text, size_t at);
/* scan_link.c: `start` and `end` of an ASCII word; returns the end of the URL, bare domain or mail
 * address that begins with the word, or `end`. */
size_t kt_scan_link(kt_span text, size_t start, size_t end);

#endif
