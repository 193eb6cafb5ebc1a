/* SPDX-License-Identifier: Apache-2.0 */
/* Stop words: a constant hash set made of the lists in stopwords/. */
#include <string.h>

#include <kappatweet/text.h>

#include "text/stopwords_data.inc"

/* "es" and "en", the first two. */
enum { DEFAULT_LANGS = 3 };

/* Bits of one language or of several with commas between them; a region ("es-MX", "pt_BR") does not
 * matter. */
static unsigned lang_bits(kt_span lang) {
  unsigned bits = 0;
  for (size_t at = 0; at < lang.len;) {
    const char *p = lang.ptr + at, *comma = memchr(p, ',', lang.len - at);
    size_t n = comma ? (size_t)(comma - p) : lang.len - at;
    at += n + 1;
    if (n < 2 || (n > 2 && p[2] != '-' && p[2] != '_')) continue;
    for (unsigned i = 0; i < sizeof stop_langs / sizeof *stop_langs; i++)
      if ((p[0] | 32) == stop_langs[i][0] && (p[1] | 32) == stop_langs[i][1]) bits |= 1u << i;
  }
  return bits ? bits : DEFAULT_LANGS;
}

int kt_stopword(kt_span lang, kt_span word) {
  uint32_t h = 0x811C9DC5u;
  for (size_t i = 0; i < word.len; i++) h = (h ^ (unsigned char)word.ptr[i]) * 0x01000193u;
  for (uint32_t i = h & (KT_STOP_SLOTS - 1); stop_slots[i].len; i = (i + 1) & (KT_STOP_SLOTS - 1))
    if (stop_slots[i].len == word.len &&
        memcmp(stop_pool + stop_slots[i].at, word.ptr, word.len) == 0)
      return (stop_slots[i].langs & lang_bits(lang)) != 0;
  return 0;
}
