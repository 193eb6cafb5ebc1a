/* SPDX-License-Identifier: Apache-2.0 */
/* The form in which words are counted and looked up. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/unicode.h"

#include <kappatweet/text.h>

/* A folded and decomposed word has at most three code points for two bytes (U+0390). Longer words
 * than this need memory while they are folded. */
enum { STACK_BYTES = 256 };

static int is_ascii(kt_span s) {
  unsigned char bits = 0;
  for (size_t i = 0; i < s.len; i++) bits |= (unsigned char)s.ptr[i];
  return bits < 0x80;
}

static kt_status fold_ascii(kt_span word, kt_buf *out) {
  if (kt_buf_need(out, word.len)) return KT_ENOMEM;
  char *p = out->ptr + out->len;
  size_t n = 0;
  for (size_t i = 0; i < word.len; i++) {
    char c = word.ptr[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c | 32);
    if (c >= 'a' && c <= 'z' && n >= 2 && p[n - 1] == c && p[n - 2] == c) continue;
    p[n++] = c;
  }
  out->len += n;
  return KT_OK;
}

/* Signs without a sound of their own: soft hyphen, tatweel (it lengthens an Arabic word for the
 * eye), word joiner, byte order mark, variation selectors. */
static int is_silent(uint32_t cp) {
  return cp == 0xAD || cp == 0x640 || cp == 0x2060 || cp == 0xFEFF ||
         (cp >= 0xFE00 && cp <= 0xFE0F);
}

static int32_t plain_apostrophe(int32_t cp) {
  return cp == 0x2019 || cp == 0x2BC || cp == 0xFF07 ? '\'' : cp;
}

static size_t decompose(kt_span word, int32_t *cps) {
  size_t n = 0;
  for (size_t i = 0; i < word.len;) {
    uint32_t cp;
    size_t len = kt_utf8_decode(word.ptr + i, word.len - i, &cp);
    i += len ? len : 1;
    if (len && !is_silent(cp)) n += kt_uni_fold(cp, cps + n);
  }
  return n;
}

static int is_letter(int32_t cp) {
  return (kt_uni_class((uint32_t)cp) & KT_UNI_LETTER) != 0;
}

/* Cuts rows of one letter to two. */
typedef struct row {
  int32_t last;
  size_t run;
} row;

static int row_keeps(row *r, int32_t cp) {
  r->run = cp == r->last ? r->run + 1 : 1;
  r->last = cp;
  return r->run <= 2 || !is_letter(cp);
}

/* Most words: KT_END if this is not one of them, and nothing is written. */
static kt_status fold_plain(kt_span word, kt_buf *out) {
  if (kt_buf_need(out, word.len)) return KT_ENOMEM;
  char *p = out->ptr + out->len;
  row r = { 0 };
  for (size_t i = 0; i < word.len;) {
    uint32_t cp;
    size_t len = kt_utf8_decode(word.ptr + i, word.len - i, &cp);
    int32_t folded = len ? kt_uni_fold_plain(cp) : -1;
    if (folded < 0) return KT_END;
    i += len;
    if (row_keeps(&r, folded)) p += kt_utf8_encode((uint32_t)folded, p);
  }
  out->len = (size_t)(p - out->ptr);
  return KT_OK;
}

static kt_status put_folded(kt_buf *out, const int32_t *cps, size_t n) {
  if (kt_buf_need(out, 4 * n)) return KT_ENOMEM;
  row r = { 0 };
  for (size_t i = 0; i < n; i++)
    if (row_keeps(&r, cps[i]))
      out->len += kt_utf8_encode((uint32_t)plain_apostrophe(cps[i]), out->ptr + out->len);
  return KT_OK;
}

kt_status kt_word_fold(kt_span word, kt_buf *out) {
  if (!word.len) return KT_OK; /* there may be no memory to append to */
  if (is_ascii(word)) return fold_ascii(word, out);
  kt_status st = fold_plain(word, out);
  if (st != KT_END) return st;
  int32_t stack[2 * STACK_BYTES + KT_UNI_FOLD_MAX], *cps = stack;
  size_t bytes = 0;
  if (word.len > STACK_BYTES) {
    if (word.len > SIZE_MAX / 16) return KT_ENOMEM;
    bytes = (2 * word.len + KT_UNI_FOLD_MAX) * sizeof *cps;
    cps = kt_env_alloc(out->env, bytes);
    if (!cps) return KT_ENOMEM;
  }
  size_t n = kt_uni_compose(cps, decompose(word, cps));
  st = put_folded(out, cps, n);
  if (cps != stack) kt_env_release(out->env, cps, bytes);
  return st;
}
