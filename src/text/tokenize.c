/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a text apart into tokens: one pass, no memory, a bounded look ahead. */
#include "text/scan.h"

#include <string.h>

#include <kappatweet/text.h>

enum {
  WORD_CHAR = KT_UNI_LETTER | KT_UNI_MARK | KT_UNI_DIGIT,
  ELISION_MAX = 7 /* "puisqu'" without its apostrophe is 6, "jusqu" 5 */
};

/* clang-format off */
const uint8_t kt_ascii_class[128] = {
  ['!' ... '/'] = KT_UNI_PUNCT, ['0' ... '9'] = KT_UNI_DIGIT, [':' ... '@'] = KT_UNI_PUNCT,
  ['A' ... 'Z'] = KT_UNI_LETTER | KT_UNI_UPPER, ['[' ... '`'] = KT_UNI_PUNCT,
  ['a' ... 'z'] = KT_UNI_LETTER, ['{' ... '~'] = KT_UNI_PUNCT,
};
/* clang-format on */

kt_char kt_char_slow(kt_span text, size_t at) {
  uint32_t cp;
  size_t n = kt_utf8_decode(text.ptr + at, text.len - at, &cp);
  if (!n) return (kt_char){ 0xFFFD, 0, 1 };
  return (kt_char){ cp, kt_uni_class(cp), n };
}

/* What the flags are made of, letter by letter. */
typedef struct letters {
  uint32_t last; /* lower case */
  unsigned run, count, upper;
  int elongated;
} letters;

static void letters_add(letters *l, kt_char c) {
  if (!(c.cls & KT_UNI_LETTER)) {
    if (!(c.cls & KT_UNI_MARK)) l->last = 0;
    return;
  }
  uint32_t lower = c.cp < 0x80 ? c.cp | 32u : c.cls & KT_UNI_UPPER ? kt_uni_lower(c.cp) : c.cp;
  l->count++;
  l->upper += (c.cls & KT_UNI_UPPER) != 0;
  l->run = lower == l->last ? l->run + 1 : 1;
  l->last = lower;
  l->elongated |= l->run >= 3;
}

static uint32_t letters_flags(const letters *l) {
  return (l->elongated ? KT_TOKEN_ELONGATED : 0u) |
         (l->count >= 2 && l->upper == l->count ? KT_TOKEN_UPPER : 0u);
}

static int is_apostrophe(uint32_t cp) {
  return cp == '\'' || cp == 0x2019 || cp == 0xFF07;
}
static int is_joiner(uint32_t cp) {
  return cp == 0x200C || cp == 0x200D;
}

/* What holds a word together between two letters: apostrophes, middle dot (Catalan), joiners, soft
 * hyphen, geresh and gershayim. */
static int is_inner(uint32_t cp) {
  return is_apostrophe(cp) || cp == 0xB7 || is_joiner(cp) || cp == 0xAD || cp == 0x5F3 ||
         cp == 0x5F4;
}

/* French and Italian words that lose their vowel before another word: "l'eau" is two words, "don't"
 * and "o'clock" are one. */
static int is_elision(const char *p, size_t n) {
  static const char *const words[] = { "qu",   "jusqu", "lorsqu", "puisqu", "quoiqu", "un",
                                       "all",  "dell",  "nell",   "dall",   "sull",   "coll",
                                       "gl",   "quell", "quest",  "bell",   "dov",    "com",
                                       "sant", "anch",  "nient",  "senz",   "tutt",   "presqu" };
  char low[ELISION_MAX];
  if (n > sizeof low) return 0;
  for (size_t i = 0; i < n; i++) low[i] = (char)(p[i] | 32);
  if (n == 1) return memchr("ldjmtsncv", low[0], 9) != NULL;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == n && memcmp(words[i], low, n) == 0) return 1;
  return 0;
}

static int is_vowel_or_h(uint32_t cp) {
  if (cp < 0x80) return cp && strchr("aeiouhyAEIOUHY", (int)cp) != NULL;
  return (cp >= 0xC0 && cp <= 0xD6 && cp != 0xC7 && cp != 0xD0 && cp != 0xD1) ||
         (cp >= 0xE0 && cp <= 0xF6 && cp != 0xE7 && cp != 0xF0 && cp != 0xF1) || cp == 0x152 ||
         cp == 0x153;
}

/* A word from `start`; digits before `at` have been read already. */
static size_t scan_word(kt_span text, size_t start, size_t at, letters *l) {
  unsigned script = KT_UNI_ANY;
  while (at < text.len) {
    kt_char c = kt_char_at(text, at);
    if (c.cls & KT_UNI_LETTER) {
      if ((c.cls & KT_UNI_PICTO) && kt_scan_emoji(text, at, c) > at) return at;
      unsigned s = kt_uni_script(c.cp);
      if (s != KT_UNI_ANY) {
        if (script == KT_UNI_ANY ? s != KT_UNI_SPACED && at > start
                                 : s != script || s == KT_UNI_HAN)
          return at;
        script = s;
      }
    } else if (c.cls & KT_UNI_DIGIT) {
      if ((script != KT_UNI_SPACED && script != KT_UNI_ANY) || kt_scan_keycap(text, at) > at)
        return at;
    } else if (c.cp == '_') {
      size_t end = at + 1;
      while (kt_byte_at(text, end) == '_') end++;
      if (script != KT_UNI_SPACED || !(kt_char_or_end(text, end).cls & WORD_CHAR)) return at;
      at = end;
      continue;
    } else if (!(c.cls & KT_UNI_MARK)) {
      if (!is_inner(c.cp)) return at;
      kt_char next = kt_char_or_end(text, at + c.len);
      if (!(next.cls & (KT_UNI_LETTER | KT_UNI_MARK))) return at;
      if (is_apostrophe(c.cp) && is_vowel_or_h(next.cp) && is_elision(text.ptr + start, at - start))
        return at + c.len;
    }
    letters_add(l, c);
    at += c.len;
  }
  return at;
}

/* Digits with single separators between them; *plain: there are none. */
static size_t scan_digits(kt_span text, size_t at, int *plain) {
  *plain = 1;
  while (at < text.len) {
    kt_char c = kt_char_at(text, at);
    if (c.cls & KT_UNI_DIGIT) {
      if (kt_scan_keycap(text, at) > at) return at;
    } else if ((c.cp < 0x80 && c.cp && strchr(".,:/'", (int)c.cp)) || c.cp == 0x66B ||
               c.cp == 0x66C) {
      if (!(kt_char_or_end(text, at + c.len).cls & KT_UNI_DIGIT) ||
          kt_scan_keycap(text, at + c.len) > at + c.len)
        return at;
      *plain = 0;
    } else {
      return at;
    }
    at += c.len;
  }
  return at;
}

/* "2nd" and "5g" are words, "3.5k" and "10:30am" numbers. */
static size_t scan_number(kt_span text, size_t at, kt_token *out, letters *l) {
  int plain;
  size_t end = scan_digits(text, at, &plain);
  kt_char next = kt_char_or_end(text, end);
  out->kind = KT_TOKEN_NUMBER;
  if (!(next.cls & KT_UNI_LETTER) || kt_uni_script(next.cp) != KT_UNI_SPACED) return end;
  if (plain) out->kind = KT_TOKEN_WORD;
  return scan_word(text, at, end, l);
}

/* The body of a hashtag: word characters of any script, _ and joiners, with at least one letter. */
static size_t scan_hashtag(kt_span text, size_t at, letters *l) {
  size_t end = at;
  while (end < text.len) {
    kt_char c = kt_char_at(text, end);
    if (c.cls & KT_UNI_DIGIT ? kt_scan_keycap(text, end) > end
                             : !(c.cls & WORD_CHAR) && c.cp != '_') {
      if (!is_joiner(c.cp) && c.cp != 0xB7 && c.cp != 0x30FB) break;
      if (!(kt_char_or_end(text, end + c.len).cls & WORD_CHAR)) break;
    }
    letters_add(l, c);
    end += c.len;
  }
  return l->count ? end : at;
}

static size_t scan_mention(kt_span text, size_t at) {
  while (kt_is_ascii_alnum(kt_byte_at(text, at)) || kt_byte_at(text, at) == '_') at++;
  return at;
}

/* # and @ of names; a hashtag does not follow & (a character reference), a mention not a letter. */
static size_t scan_name(kt_span text, size_t at, kt_char first, kt_token *out, letters *l) {
  size_t body = at + first.len;
  unsigned char before = at ? (unsigned char)text.ptr[at - 1] : ' ';
  if ((first.cp == '#' || first.cp == 0xFF03) && before != '&') {
    size_t end = scan_hashtag(text, body, l);
    out->kind = KT_TOKEN_HASHTAG;
    if (end > body) return end;
  } else if ((first.cp == '@' || first.cp == 0xFF20) && !kt_is_ascii_alnum(before) &&
             before != '_') {
    size_t end = scan_mention(text, body);
    out->kind = KT_TOKEN_MENTION;
    if (end > body) return end;
  }
  return at;
}

/* One sign, as often as it stands in a row: "!!!", "..."; each # and @ may begin a name. */
static size_t scan_punct(kt_span text, size_t at, kt_char first) {
  if (first.cp == '#' || first.cp == '@') return at + first.len;
  do at += first.len;
  while (text.len - at >= first.len &&
         memcmp(text.ptr + at, text.ptr + at - first.len, first.len) == 0);
  return at;
}

static size_t scan_letters(kt_span text, size_t at, kt_token *out, letters *l) {
  size_t end = scan_word(text, at, at, l);
  out->kind = KT_TOKEN_WORD;
  unsigned char next = kt_byte_at(text, end);
  if ((next != '.' && next != ':' && next != '@') || (unsigned char)text.ptr[at] >= 0x80)
    return end;
  size_t link = kt_scan_link(text, at, end);
  if (link > end) {
    out->kind = KT_TOKEN_URL;
    *l = (letters){ 0 };
  }
  return link;
}

/* The token at `at`, whose first character is not a separator; `at` if there is none. */
static size_t scan_token(kt_span text, size_t at, kt_char c, kt_token *out) {
  letters l = { 0 };
  size_t end = at;
  if (c.cp < 0x80 || c.cp == 0xAF) {
    if (!(c.cls & KT_UNI_DIGIT) || c.cp == '8') end = kt_scan_emoticon(text, at);
    out->kind = KT_TOKEN_EMOTICON;
    if (end == at) {
      end = kt_scan_keycap(text, at);
      out->kind = KT_TOKEN_EMOJI;
    }
  } else {
    end = kt_scan_emoji(text, at, c);
    out->kind = KT_TOKEN_EMOJI;
  }
  if (end == at && (c.cp == '#' || c.cp == '@' || c.cp == 0xFF03 || c.cp == 0xFF20))
    end = scan_name(text, at, c, out, &l);
  if (end == at) {
    if (c.cls & KT_UNI_DIGIT) {
      end = scan_number(text, at, out, &l);
    } else if (c.cls & KT_UNI_LETTER) {
      end = scan_letters(text, at, out, &l);
    } else if (c.cls & KT_UNI_NUMBER) {
      out->kind = KT_TOKEN_NUMBER;
      end = at + c.len;
    } else if (c.cls & (KT_UNI_PUNCT | KT_UNI_PICTO)) {
      out->kind = KT_TOKEN_PUNCT;
      end = scan_punct(text, at, c);
    }
  }
  out->flags = letters_flags(&l);
  return end;
}

int kt_token_next(kt_span text, size_t *pos, kt_token *out) {
  size_t at = *pos;
  while (at < text.len) {
    kt_char c = kt_char_at(text, at);
    size_t end = at;
    if (c.cls) end = scan_token(text, at, c, out);
    if (end > at) {
      size_t sign = out->kind == KT_TOKEN_HASHTAG || out->kind == KT_TOKEN_MENTION ? c.len : 0;
      out->text = (kt_span){ text.ptr + at + sign, end - at - sign };
      out->start = at;
      *pos = end;
      return 1;
    }
    at += c.len;
  }
  *pos = text.len;
  return 0;
}
