/* SPDX-License-Identifier: Apache-2.0 */
#include "score/pieces.h"

#include <string.h>

#include "base/utf8.h"
#include "text/scan.h"

typedef struct scan {
  const uint16_t *chars;
  kt_span text;
} scan;

/* Class and code of the character at `at`, and its length. */
static inline uint16_t entry_at(const scan *s, size_t at, size_t *len) {
  unsigned char b = (unsigned char)s->text.ptr[at];
  *len = 1;
  if (b < 0x80) return s->chars[b];
  uint32_t cp;
  size_t n = kt_utf8_decode(s->text.ptr + at, s->text.len - at, &cp);
  if (!n) return 0;
  *len = n;
  return cp < KT_CHARS ? s->chars[cp] : kt_chars_above(s->chars, cp);
}

static inline unsigned class_at(const scan *s, size_t at) {
  size_t len;
  return at < s->text.len ? kt_char_class(entry_at(s, at, &len)) : (unsigned)KT_CHAR_SPACE;
}

static inline unsigned char byte_at(const scan *s, size_t at) {
  return at < s->text.len ? (unsigned char)s->text.ptr[at] : 0;
}

static inline int is_letter(unsigned cls) {
  return cls == KT_CHAR_LETTER || cls == KT_CHAR_UPPER;
}

static inline void letters_start(kt_letters *l) {
  l->count = l->codes_seen = l->letters = l->upper = 0;
  l->elongated = 0;
  l->codes[0] = 1;
  l->running[0] = 0x9E3779B97F4A7C15u;
}

/* The third of the same letters in a row is left out, and so are those behind it. */
static inline void letters_add(kt_letters *l, unsigned code) {
  uint32_t n = l->count;
  l->codes_seen++;
  if (n >= 2 && l->codes[n] == code && l->codes[n - 1] == code) {
    l->elongated = 1;
    return;
  }
  if (n == KT_WORD_LETTERS) return;
  l->codes[n + 1] = (uint16_t)code;
  l->running[n + 1] = kt_letters_next(l->running[n], code);
  l->count = n + 1;
}

/* ASCII letters, most of most texts, with everything in registers. */
static size_t scan_ascii(const scan *s, size_t at, kt_letters *l) {
  uint32_t n = l->count, upper = l->upper;
  unsigned last = n ? l->codes[n] : 0, before = n > 1 ? l->codes[n - 1] : 0;
  uint64_t running = l->running[n];
  size_t start = at, end = s->text.len;
  for (; at < end && n < KT_WORD_LETTERS; at++) {
    unsigned char b = (unsigned char)s->text.ptr[at];
    if (b >= 0x80) break;
    unsigned e = s->chars[b], cls = e >> 12, code = e & 0xFFFu;
    if (cls - KT_CHAR_LETTER > KT_CHAR_UPPER - KT_CHAR_LETTER) break;
    upper += cls - KT_CHAR_LETTER;
    if (code == last && code == before) {
      l->elongated = 1;
      continue;
    }
    running = kt_letters_next(running, code);
    l->codes[++n] = (uint16_t)code;
    l->running[n] = running;
    before = last;
    last = code;
  }
  l->letters += (uint32_t)(at - start);
  l->codes_seen += (uint32_t)(at - start);
  l->upper = upper;
  l->count = n;
  return at;
}

/* Letters, digits, and single apostrophes between letters; with `tag` underscores too. */
static size_t scan_word(const scan *s, size_t at, kt_letters *l, int tag) {
  size_t n = s->text.len, len;
  while ((at = scan_ascii(s, at, l)) < n) {
    uint16_t e = entry_at(s, at, &len);
    unsigned cls = kt_char_class(e);
    if (is_letter(cls)) {
      l->letters++;
      l->upper += cls == KT_CHAR_UPPER;
      letters_add(l, kt_char_code(e));
    } else if (cls == KT_CHAR_DIGIT) {
      if (!tag) return at;
      letters_add(l, kt_char_code(e));
    } else if (cls == KT_CHAR_APOSTROPHE) {
      if (tag || !l->letters || !is_letter(class_at(s, at + len))) return at;
      letters_add(l, '\'');
    } else if (cls == KT_CHAR_UNDERSCORE) {
      if (!tag) return at;
      letters_add(l, '_');
    } else if (cls != KT_CHAR_SILENT) {
      return at;
    }
    at += len;
  }
  return at;
}

static size_t scan_to_space(const scan *s, size_t at) {
  while (byte_at(s, at) > ' ') at++;
  return at;
}

static int starts(const scan *s, size_t at, const char *lower) {
  for (; *lower; lower++, at++)
    if ((byte_at(s, at) | 32) != (unsigned char)*lower) return 0;
  return 1;
}

/* Addresses as they are written in posts: http://..., the bare word http that data sets put for
 * one, www., bare domains and mail addresses. 0: the word is none. */
static size_t scan_link(const scan *s, size_t start, size_t end) {
  size_t n = end - start;
  unsigned char next = byte_at(s, end);
  if ((n == 4 || n == 5) && starts(s, start, n == 4 ? "http" : "https"))
    return next == ':' ? scan_to_space(s, end) : end;
  if (n == 3 && next == '.' && starts(s, start, "www")) return scan_to_space(s, end);
  if ((next != '.' && next != '@') || !kt_is_ascii_alnum(byte_at(s, end + 1))) return 0;
  size_t link = kt_scan_link(s->text, start, end);
  return link > end ? link : 0;
}

static uint32_t hash_of(uint32_t kind, uint32_t code) {
  return ((kind << 16 ^ code) + 0x7F4A7C15u) * 0xC2B2AE35u;
}

static void finish_word(kt_piece *out, const kt_letters *l, unsigned kind) {
  out->kind = (uint8_t)kind;
  out->hash = kt_letters_hash(l->running[l->count]);
  if (l->upper >= 2 && l->upper == l->letters) out->flags |= KT_IS_CAPS;
  if (l->elongated) out->flags |= KT_IS_ELONGATED;
}

static size_t take_word(const scan *s, size_t at, kt_piece *out, kt_letters *l) {
  size_t end = scan_word(s, at, l, 0);
  size_t link = scan_link(s, at, end);
  if (link) {
    out->kind = KT_PIECE_LINK;
    out->hash = hash_of(KT_PIECE_LINK, 0);
    return link;
  }
  finish_word(out, l, KT_PIECE_WORD);
  return end;
}

/* "2nd" and "gr8" are words, "3.5k" and "10:30" numbers, of which the length counts. */
static size_t take_number(const scan *s, size_t at, kt_piece *out, kt_letters *l) {
  size_t n = s->text.len, len, end = at;
  while (end < n) {
    uint16_t e = entry_at(s, end, &len);
    unsigned cls = kt_char_class(e);
    if (is_letter(cls)) {
      l->letters++;
      l->upper += cls == KT_CHAR_UPPER;
    } else if (cls != KT_CHAR_DIGIT) {
      unsigned char b = (unsigned char)s->text.ptr[end];
      int inner = b == '.' || b == ',' || b == ':' || b == '/';
      if (!inner || class_at(s, end + 1) != KT_CHAR_DIGIT) break;
    }
    letters_add(l, kt_char_code(e));
    end += len;
  }
  if (l->letters && l->codes_seen <= 6) {
    finish_word(out, l, KT_PIECE_WORD);
    return end;
  }
  out->kind = KT_PIECE_NUMBER;
  out->hash = hash_of(KT_PIECE_NUMBER, l->codes_seen > 3);
  return end;
}

static size_t take_hashtag(const scan *s, size_t at, kt_piece *out, kt_letters *l) {
  size_t end = scan_word(s, at + 1, l, 1);
  if (!l->count) return at;
  finish_word(out, l, KT_PIECE_HASHTAG);
  return end;
}

static size_t take_user(const scan *s, size_t at, kt_piece *out) {
  size_t end = at + 1;
  while (kt_is_ascii_alnum(byte_at(s, end)) || byte_at(s, end) == '_') end++;
  if (end == at + 1) return at;
  out->kind = KT_PIECE_USER;
  out->hash = hash_of(KT_PIECE_USER, 0);
  return end;
}

/* One pictograph; two letters of a flag belong together. */
static size_t take_emoji(const scan *s, size_t at, kt_piece *out) {
  uint32_t cp = 0, next = 0;
  size_t end = at + kt_utf8_decode(s->text.ptr + at, s->text.len - at, &cp);
  uint32_t hash = cp * 0x9E3779B1u;
  if (cp >= 0x1F1E6 && cp < 0x1F200 && end < s->text.len) {
    size_t len = kt_utf8_decode(s->text.ptr + end, s->text.len - end, &next);
    if (len && next >= 0x1F1E6 && next < 0x1F200) {
      hash = (hash ^ next) * 0x85EBCA6Bu;
      end += len;
    }
  }
  out->kind = KT_PIECE_EMOJI;
  out->hash = (hash ^ hash >> 15) * 0xC2B2AE35u;
  return end;
}

static void finish_emoticon(kt_piece *out, const char *p, size_t n) {
  uint64_t h = 0x9E3779B97F4A7C15u;
  for (size_t i = 0; i < n; i++) {
    unsigned char b = (unsigned char)p[i];
    if (i >= 3 && p[i] == p[i - 1]) continue; /* :))))) */
    h = kt_letters_next(h, b >= 'A' && b <= 'Z' ? b | 32u : b);
  }
  out->kind = KT_PIECE_EMOTICON;
  out->hash = kt_letters_hash(h) ^ 1;
}

static size_t take_emoticon(const scan *s, size_t at, kt_piece *out) {
  size_t end = kt_scan_emoticon(s->text, at);
  if (end > at) finish_emoticon(out, s->text.ptr + at, end - at);
  return end;
}

/* &amp; &lt; &gt; &quot; that nobody decoded. Returns `at` if there is none. */
static size_t skip_reference(const scan *s, size_t at) {
  static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t n = strlen(names[i]);
    if (s->text.len - at >= n && !memcmp(s->text.ptr + at, names[i], n)) return at + n;
  }
  return at;
}

/* One sign as often as it stands in a row: once, twice, more often. */
static size_t take_punct(const scan *s, size_t at, uint16_t e, size_t len, kt_piece *out) {
  size_t end = at + len, times = 1;
  while (s->text.len - end >= len && !memcmp(s->text.ptr + end, s->text.ptr + at, len)) {
    end += len;
    times++;
  }
  out->kind = KT_PIECE_PUNCT;
  out->hash = hash_of(KT_PIECE_PUNCT, kt_char_code(e) << 2 | (uint32_t)(times > 3 ? 3 : times));
  out->factor = (uint8_t)(times > 3 ? 3 : times);
  out->lex = len == 1 ? (uint8_t)s->text.ptr[at] : 0; /* which sign, for the counts */
  if (kt_char_class(e) == KT_CHAR_STOP) out->flags |= KT_IS_STOP;
  if (s->text.ptr[at] == '-' && times == 1) out->flags |= KT_IS_HYPHEN;
  return end;
}

/* Letters that may begin an emoticon: xD o_O T_T u_u. */
static int maybe_face(const scan *s, size_t at) {
  unsigned char b = byte_at(s, at + 1);
  if (b != '_' && b != '.' && b != 'D' && b != '-' && b != '\'') return 0;
  return memchr("xXoOtTuU", s->text.ptr[at], 8) != NULL;
}

/* Signs that begin no emoticon. */
static int is_plain_sign(unsigned char b) {
  return b == '.' || b == ',' || b == '!' || b == '?' || b == '"' || b == '/' || b == '&' ||
         b >= 0x80;
}

static size_t take(const scan *s, size_t at, uint16_t e, size_t len, kt_piece *out, kt_letters *l) {
  size_t end;
  switch (kt_char_class(e)) {
  case KT_CHAR_LETTER:
  case KT_CHAR_UPPER:
    if (maybe_face(s, at) && (end = take_emoticon(s, at, out)) > at) return end;
    return take_word(s, at, out, l);
  case KT_CHAR_DIGIT:
    return take_number(s, at, out, l);
  case KT_CHAR_IDEOGRAPH:
    letters_add(l, kt_char_code(e));
    finish_word(out, l, KT_PIECE_WORD);
    return at + len;
  case KT_CHAR_HASH:
    if (len == 1 && (end = take_hashtag(s, at, out, l)) > at) return end;
    break;
  case KT_CHAR_AT:
    if (len == 1 && (end = take_user(s, at, out)) > at) return end;
    break;
  case KT_CHAR_EMOJI:
    return take_emoji(s, at, out);
  default:
    if (!is_plain_sign((unsigned char)s->text.ptr[at]) && (end = take_emoticon(s, at, out)) > at)
      return end;
  }
  return take_punct(s, at, e, len, out);
}

int kt_piece_next(const uint16_t *chars, kt_span text, size_t *at, kt_piece *out, kt_letters *l) {
  const scan s = { chars, text };
  size_t len;
  uint16_t e = entry_at(&s, *at, &len);
  unsigned cls = kt_char_class(e);
  if (cls == KT_CHAR_SPACE || cls == KT_CHAR_SILENT) {
    *at += len;
    return 0;
  }
  *out = (kt_piece){ .start = (uint32_t)*at };
  letters_start(l);
  size_t behind = text.ptr[*at] == '&' ? skip_reference(&s, *at) : *at;
  if (behind > *at) {
    int heart = text.ptr[*at + 1] == 'l' && byte_at(&s, behind) == '3';
    *at = out->end = (uint32_t)(behind + (size_t)heart);
    if (heart) finish_emoticon(out, "<3", 2);
    return heart;
  }
  *at = take(&s, *at, e, len, out, l);
  out->end = (uint32_t)*at;
  return 1;
}
