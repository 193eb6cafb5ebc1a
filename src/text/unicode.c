/* SPDX-License-Identifier: Apache-2.0 */
/* Unicode properties, from utf8proc. */
#include "text/unicode.h"

#include <utf8proc.h>

/* Rows of plain letters (ideographs, Hangul, kana), too frequent for two look-ups each. */
static int is_east_asian_letter(uint32_t cp) {
  return cp - 0x4E00 <= 0x9FFF - 0x4E00 || cp - 0xAC00 <= 0xD7A3 - 0xAC00 ||
         cp - 0x3041 <= 0x3096 - 0x3041 || cp - 0x30A1 <= 0x30FA - 0x30A1;
}

unsigned kt_uni_class(uint32_t cp) {
  static const uint8_t by_category[] = {
    [UTF8PROC_CATEGORY_LU] = KT_UNI_LETTER | KT_UNI_UPPER,
    [UTF8PROC_CATEGORY_LL] = KT_UNI_LETTER,
    [UTF8PROC_CATEGORY_LT] = KT_UNI_LETTER | KT_UNI_UPPER,
    [UTF8PROC_CATEGORY_LM] = KT_UNI_LETTER,
    [UTF8PROC_CATEGORY_LO] = KT_UNI_LETTER,
    [UTF8PROC_CATEGORY_MN] = KT_UNI_MARK,
    [UTF8PROC_CATEGORY_MC] = KT_UNI_MARK,
    [UTF8PROC_CATEGORY_ND] = KT_UNI_DIGIT,
    [UTF8PROC_CATEGORY_NL] = KT_UNI_LETTER,
    [UTF8PROC_CATEGORY_NO] = KT_UNI_NUMBER,
    [UTF8PROC_CATEGORY_PC] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_PD] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_PS] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_PE] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_PI] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_PF] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_PO] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_SM] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_SC] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_SK] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_SO] = KT_UNI_PUNCT,
    [UTF8PROC_CATEGORY_CO] = 0,
  };
  if (is_east_asian_letter(cp)) return KT_UNI_LETTER;
  if (cp == 0xFE0E || cp == 0xFE0F) return 0;
  const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
  unsigned c = by_category[p->category];
  return p->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ? c | KT_UNI_PICTO : c;
}

uint32_t kt_uni_lower(uint32_t cp) {
  return (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
}

/* The iota below is the one mark that folds to a letter; it stays a mark until marks are in order.
 */
enum { IOTA_BELOW = 0x345, IOTA = 0x3B9 };

static size_t decompose_char(int32_t cp, int32_t *out, size_t room, int options) {
  int last = 0;
  utf8proc_ssize_t n = utf8proc_decompose_char(
      cp, out, (utf8proc_ssize_t)room, (utf8proc_option_t)(UTF8PROC_STABLE | options), &last);
  if (n >= 1 && (size_t)n <= room) return (size_t)n;
  out[0] = cp;
  return 1;
}

int32_t kt_uni_fold_plain(uint32_t cp) {
  static const struct {
    uint16_t first, last;
    int16_t to; /* added */
  } ranges[] = {
    { 0x00C0, 0x00D6, 32 }, { 0x00D8, 0x00DE, 32 }, { 0x00E0, 0x00F6, 0 },  { 0x00F8, 0x00FF, 0 },
    { 0x0391, 0x03A1, 32 }, { 0x03A3, 0x03AB, 32 }, { 0x03AC, 0x03AF, 0 },  { 0x03B1, 0x03C1, 0 },
    { 0x03C3, 0x03CE, 0 },  { 0x0400, 0x040F, 80 }, { 0x0410, 0x042F, 32 }, { 0x0430, 0x045F, 0 },
    { 0x05D0, 0x05EA, 0 },  { 0x0621, 0x063A, 0 },  { 0x0641, 0x064A, 0 },  { 0x0900, 0x093B, 0 },
    { 0x093D, 0x094D, 0 },
  };
  if (cp < 0x80) return (int32_t)(cp >= 'A' && cp <= 'Z' ? cp | 32 : cp);
  if (is_east_asian_letter(cp)) return (int32_t)cp;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges && cp >= ranges[i].first; i++)
    if (cp <= ranges[i].last) return (int32_t)cp + ranges[i].to;
  return -1;
}

size_t kt_uni_fold(uint32_t cp, int32_t out[KT_UNI_FOLD_MAX]) {
  int32_t parts[KT_UNI_FOLD_MAX];
  size_t k = decompose_char((int32_t)cp, parts, KT_UNI_FOLD_MAX, UTF8PROC_DECOMPOSE), n = 0;
  for (size_t i = 0; i < k && n < KT_UNI_FOLD_MAX; i++) {
    if (parts[i] == IOTA_BELOW)
      out[n++] = IOTA_BELOW;
    else
      n += decompose_char(parts[i], out + n, KT_UNI_FOLD_MAX - n,
                          UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
  }
  return n;
}

static unsigned combining_class(int32_t cp) {
  return cp < 0x300 ? 0 : utf8proc_get_property(cp)->combining_class;
}

/* Puts marks into canonical order; returns how many code points are left. */
static size_t order_marks(int32_t *cps, size_t n) {
  enum { MARKS_MAX = 30 };
  size_t len = 0, marks = 0; /* the last `marks` of cps[0..len) are non-starters */
  unsigned ccc[MARKS_MAX];
  for (size_t i = 0; i < n; i++) {
    unsigned c = combining_class(cps[i]);
    if (!c) {
      cps[len++] = cps[i];
      marks = 0;
    } else if (marks < MARKS_MAX) {
      size_t m = marks++, at = len++;
      int32_t cp = cps[i];
      for (; m && ccc[m - 1] > c; m--, at--) {
        ccc[m] = ccc[m - 1];
        cps[at] = cps[at - 1];
      }
      ccc[m] = c;
      cps[at] = cp;
    }
  }
  return len;
}

size_t kt_uni_compose(int32_t *cps, size_t n) {
  n = order_marks(cps, n);
  for (size_t i = 0; i < n; i++)
    if (cps[i] == IOTA_BELOW) cps[i] = IOTA;
  utf8proc_ssize_t k = utf8proc_normalize_utf32(
      cps, (utf8proc_ssize_t)n, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  return k < 0 ? n : (size_t)k;
}

unsigned kt_uni_script(uint32_t cp) {
  /* Unicode 15 Scripts.txt, in rising order; what lies between is spaced. */
  static const struct {
    uint32_t first, last;
    unsigned script;
  } ranges[] = {
    { 0x0E01, 0x0EFF, KT_UNI_SOUTHEAST },  { 0x1000, 0x109F, KT_UNI_SOUTHEAST },
    { 0x1780, 0x17FF, KT_UNI_SOUTHEAST },  { 0x1950, 0x19DF, KT_UNI_SOUTHEAST },
    { 0x1A20, 0x1AAD, KT_UNI_SOUTHEAST },  { 0x3005, 0x3007, KT_UNI_HAN },
    { 0x3021, 0x302F, KT_UNI_HAN },        { 0x3038, 0x303C, KT_UNI_HAN },
    { 0x3041, 0x3096, KT_UNI_HIRAGANA },   { 0x3099, 0x309A, KT_UNI_ANY },
    { 0x309B, 0x309F, KT_UNI_HIRAGANA },   { 0x30A0, 0x30FB, KT_UNI_KATAKANA },
    { 0x30FC, 0x30FC, KT_UNI_ANY },        { 0x30FD, 0x30FF, KT_UNI_KATAKANA },
    { 0x31F0, 0x31FF, KT_UNI_KATAKANA },   { 0x3400, 0x4DBF, KT_UNI_HAN },
    { 0x4E00, 0x9FFF, KT_UNI_HAN },        { 0xA9E0, 0xA9FE, KT_UNI_SOUTHEAST },
    { 0xAA60, 0xAADF, KT_UNI_SOUTHEAST },  { 0xF900, 0xFAFF, KT_UNI_HAN },
    { 0xFF66, 0xFF9D, KT_UNI_KATAKANA },   { 0xFF9E, 0xFF9F, KT_UNI_ANY },
    { 0x1AFF0, 0x1B000, KT_UNI_KATAKANA }, { 0x1B001, 0x1B11F, KT_UNI_HIRAGANA },
    { 0x20000, 0x3FFFF, KT_UNI_HAN },
  };
  if (cp < 0x0E01) return KT_UNI_SPACED;
  if (cp >= 0x4E00 && cp <= 0x9FFF) return KT_UNI_HAN;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges && cp >= ranges[i].first; i++)
    if (cp <= ranges[i].last) return ranges[i].script;
  return KT_UNI_SPACED;
}
