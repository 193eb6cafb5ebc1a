/* SPDX-License-Identifier: Apache-2.0 */
#include "text/scan.h"

enum {
  ZWJ = 0x200D,
  VS15 = 0xFE0E,
  VS16 = 0xFE0F,
  KEYCAP = 0x20E3,
  TAG_FIRST = 0xE0020,
  TAG_CANCEL = 0xE007F
};

static int is_regional(uint32_t cp) {
  return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}
static int is_skin_tone(uint32_t cp) {
  return cp >= 0x1F3FB && cp <= 0x1F3FF;
}

size_t kt_scan_keycap(kt_span text, size_t at) {
  unsigned char b = kt_byte_at(text, at);
  if (!kt_is_ascii_digit(b) && b != '#' && b != '*') return at;
  if (kt_byte_at(text, at + 1) < 0x80) return at;
  size_t end = at + 1;
  kt_char c = kt_char_or_end(text, end);
  if (c.cp == VS16 || c.cp == VS15) {
    end += c.len;
    c = kt_char_or_end(text, end);
  }
  return c.cp == KEYCAP ? end + c.len : at;
}

/* Pictographs that are mostly written as signs of a text: (c), (r), !!, ?!, TM, i, arrows. They are
 * emoji only with U+FE0F. */
static int is_text_sign(uint32_t cp) {
  return cp < 0x231A || (cp >= 0x25AA && cp <= 0x25C0) || cp == 0x3030 || cp == 0x303D ||
         (cp >= 0x2934 && cp <= 0x2B0D);
}

/* A pictograph with its variation selector, skin tone, keycap and tags. */
static size_t scan_element(kt_span text, size_t at, kt_char first) {
  size_t end = at + first.len;
  for (;;) {
    kt_char c = kt_char_or_end(text, end);
    if (c.cp != VS15 && c.cp != VS16 && !is_skin_tone(c.cp) && c.cp != KEYCAP &&
        !(c.cp >= TAG_FIRST && c.cp <= TAG_CANCEL))
      return end;
    end += c.len;
  }
}

size_t kt_scan_emoji(kt_span text, size_t at, kt_char first) {
  if (is_regional(first.cp)) {
    size_t end = at + first.len;
    kt_char c = kt_char_or_end(text, end);
    return is_regional(c.cp) ? end + c.len : end;
  }
  if (!(first.cls & KT_UNI_PICTO) && !is_skin_tone(first.cp)) return at;
  size_t end = at + first.len;
  if (is_text_sign(first.cp) && kt_char_or_end(text, end).cp != VS16) return at;
  end = scan_element(text, at, first);
  for (;;) {
    kt_char c = kt_char_or_end(text, end);
    if (c.cp != ZWJ) return end;
    kt_char next = kt_char_or_end(text, end + c.len);
    if (!(next.cls & KT_UNI_PICTO)) return end;
    end = scan_element(text, end + c.len, next);
  }
}
