/* SPDX-License-Identifier: Apache-2.0 */
#include "score/chars.h"

#include "text/unicode.h"

static uint16_t entry(unsigned cls, unsigned code) {
  return (uint16_t)(cls << 12 | (code & 0xFFFu));
}

/* Characters that have no code of their own share one of 4096 with others, never with 0 and 1. */
static unsigned spread(uint32_t cp) {
  unsigned code = (cp * 0x9E3779B1u) >> 20;
  return code < 2 ? code + 2 : code;
}

static int is_emoji(uint32_t cp) {
  return (cp >= 0x1F000 && cp < 0x1FB00) || (cp >= 0x2600 && cp < 0x27C0) ||
         (cp >= 0x2B00 && cp < 0x2C00) || (cp >= 0x2300 && cp < 0x2400) || cp == 0x203C ||
         cp == 0x2049;
}

static int is_silent(uint32_t cp) {
  return (cp >= 0x300 && cp < 0x370) || cp == 0x640 || (cp >= 0x64B && cp < 0x653) || cp == 0x670 ||
         cp == 0xAD || cp == 0x200C || cp == 0x200D;
}

/* Arabic letters that are written one for another; Latin ones without their accents, which posts
 * leave out, but for those that make another letter in Spanish and German. */
static uint32_t plain(uint32_t cp) {
  static const char latin[] = "aaaa\0aaceeeeiiiid\0oooo\0\0ouuu\0yty";
  switch (cp) {
  case 0x622:
  case 0x623:
  case 0x625:
    return 0x627; /* alef */
  case 0x649:
    return 0x64A; /* ya */
  case 0x629:
    return 0x647; /* ta marbuta */
  case 0x624:
    return 0x648; /* waw with hamza */
  case 0x626:
    return 0x64A; /* ya with hamza */
  default:
    break;
  }
  if (cp >= 0xE0 && cp <= 0xFF && latin[cp - 0xE0]) return (unsigned char)latin[cp - 0xE0];
  return cp;
}

static uint16_t ascii(uint32_t cp) {
  if (cp >= 'a' && cp <= 'z') return entry(KT_CHAR_LETTER, cp);
  if (cp >= 'A' && cp <= 'Z') return entry(KT_CHAR_UPPER, cp | 32u);
  if (cp >= '0' && cp <= '9') return entry(KT_CHAR_DIGIT, cp);
  switch (cp) {
  case '\'':
    return entry(KT_CHAR_APOSTROPHE, cp);
  case '_':
    return entry(KT_CHAR_UNDERSCORE, cp);
  case '#':
    return entry(KT_CHAR_HASH, cp);
  case '@':
    return entry(KT_CHAR_AT, cp);
  case '.':
  case ',':
  case ';':
  case ':':
  case '!':
  case '?':
    return entry(KT_CHAR_STOP, cp);
  default:
    return cp > ' ' && cp < 0x7F ? entry(KT_CHAR_PUNCT, cp) : 0;
  }
}

static uint16_t below(uint32_t cp) {
  if (cp < 0x80) return ascii(cp);
  if (cp == 0x2019) return entry(KT_CHAR_APOSTROPHE, '\'');
  if (cp == 0x2026) return entry(KT_CHAR_STOP, spread(cp));
  if (is_silent(cp)) return entry(KT_CHAR_SILENT, 0);
  if (is_emoji(cp)) return entry(KT_CHAR_EMOJI, spread(cp));
  unsigned cls = kt_uni_class(cp);
  uint32_t low = plain(cls & KT_UNI_UPPER ? kt_uni_lower(cp) : cp);
  unsigned code = low < 0x1000 ? low : spread(low);
  if (cls & KT_UNI_UPPER) return entry(KT_CHAR_UPPER, code);
  if (cls & (KT_UNI_LETTER | KT_UNI_MARK)) return entry(KT_CHAR_LETTER, code);
  if (cls & KT_UNI_DIGIT) return entry(KT_CHAR_DIGIT, code);
  return cls & (KT_UNI_PUNCT | KT_UNI_NUMBER) ? entry(KT_CHAR_PUNCT, spread(cp)) : 0;
}

void kt_chars_build(uint16_t table[KT_CHARS]) {
  for (uint32_t cp = 0; cp < KT_CHARS; cp++) table[cp] = below(cp);
}

uint16_t kt_chars_above(const uint16_t *table, uint32_t cp) {
  if (cp >= 0xFF01 && cp <= 0xFF5E) return table[cp - 0xFEE0]; /* full width */
  if ((cp >= 0x3400 && cp < 0xA000) || (cp >= 0xF900 && cp < 0xFB00) ||
      (cp >= 0x20000 && cp < 0x40000))
    return entry(KT_CHAR_IDEOGRAPH, spread(cp));
  if (cp < 0x3040) return cp == 0x3000 ? 0 : entry(KT_CHAR_PUNCT, spread(cp));
  if ((cp >= 0xFE00 && cp < 0xFE10) || cp == 0xFEFF || (cp >= 0x1F3FB && cp < 0x1F400) ||
      (cp >= 0xE0000 && cp < 0xE1000))
    return entry(KT_CHAR_SILENT, 0); /* variation selectors, skin tones, tags */
  if (is_emoji(cp)) return entry(KT_CHAR_EMOJI, spread(cp));
  if (cp >= 0xFF00 || (cp >= 0xD800 && cp < 0xF900) || (cp >= 0xFE10 && cp < 0xFE70))
    return cp >= 0x10000 ? entry(KT_CHAR_LETTER, spread(cp)) : entry(KT_CHAR_PUNCT, spread(cp));
  return entry(KT_CHAR_LETTER, spread(cp));
}
