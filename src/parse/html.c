/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/html.h"

#include <string.h>

#include "base/span.h"
#include "base/utf8.h"

enum { MAX_DIGITS = 8 };

static uint32_t digit_of(char c, uint32_t base) {
  uint32_t d = c >= '0' && c <= '9'                     ? (uint32_t)(c - '0')
               : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (uint32_t)((c | 0x20) - 'a') + 10
                                                        : base;
  return d < base ? d : base;
}

/* `p` is behind "&#". Returns the length up to and including the semicolon, 0: no reference. */
static size_t take_number(const char *p, size_t n, uint32_t *cp) {
  size_t i = 0, first;
  uint32_t base = 10;
  if (n && (*p | 0x20) == 'x') {
    base = 16;
    i = 1;
  }
  *cp = 0;
  for (first = i; i < n && i - first < MAX_DIGITS; i++) {
    uint32_t d = digit_of(p[i], base);
    if (d == base) break;
    *cp = *cp * base + d;
  }
  if (i == first || i == n || p[i] != ';') return 0;
  if (*cp == 0 || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff)) *cp = 0xfffd;
  return i + 1;
}

/* `p` is at the ampersand. As above, counted from there. */
static size_t take_entity(const char *p, size_t n, uint32_t *cp) {
  static const struct {
    char name[7];
    uint8_t len;
    char means;
  } names[] = { { "&amp;", 5, '&' },
                { "&lt;", 4, '<' },
                { "&gt;", 4, '>' },
                { "&quot;", 6, '"' },
                { "&apos;", 6, '\'' } };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (n >= names[i].len && memcmp(p, names[i].name, names[i].len) == 0) {
      *cp = (uint32_t)names[i].means;
      return names[i].len;
    }
  if (n < 2 || p[1] != '#') return 0;
  size_t taken = take_number(p + 2, n - 2, cp);
  return taken ? taken + 2 : 0;
}

size_t kt_html_decode(char *text, size_t len) {
  const char *p = text, *end = text + len;
  char *to = text;
  while (p < end) {
    const char *amp = memchr(p, '&', (size_t)(end - p));
    size_t before = (size_t)((amp ? amp : end) - p);
    if (to != p) memmove(to, p, before);
    to += before;
    p += before;
    if (!amp) break;
    uint32_t cp;
    size_t taken = take_entity(p, (size_t)(end - p), &cp);
    /* No reference is shorter than the character it means. */
    to += taken ? kt_utf8_encode(cp, to) : (*to = '&', 1);
    p += taken ? taken : 1;
  }
  return (size_t)(to - text);
}

size_t kt_html_strip(char *text, size_t len) {
  const char *p = text, *end = text + len;
  char *to = text;
  while (p < end) {
    const char *close = *p == '<' ? memchr(p, '>', (size_t)(end - p)) : NULL;
    if (close)
      p = close + 1;
    else
      *to++ = *p++;
  }
  return (size_t)(to - text);
}

/* A \u, which may stand for a bracket. */
static int has_unicode_escape(const char *p, const char *end) {
  for (; (p = memchr(p, 'u', (size_t)(end - p))); p++)
    if (p[-1] == '\\') return 1;
  return 0;
}

/* The first byte of the inside, which the opening tag ends before; NULL: not that simple. */
static const char *behind_tag(const char *p, const char *end) {
  static const char open[] = "\\u003c", close[] = "\\u003e";
  enum { ESCAPE = sizeof open - 1 };
  size_t n = (size_t)(end - p);
  if (n && *p == '<') {
    const char *gt = memchr(p, '>', n);
    return gt && !has_unicode_escape(p + 1, gt) ? gt + 1 : NULL;
  }
  if (n < ESCAPE || memcmp(p, open, ESCAPE) != 0) return NULL;
  const char *gt = memmem(p + ESCAPE, n - ESCAPE, "\\u", 2);
  if (!gt || end - gt < ESCAPE || memcmp(gt, close, ESCAPE) != 0 || gt[-1] == '\\' ||
      memchr(p, '>', (size_t)(gt - p)))
    return NULL;
  return gt + ESCAPE;
}

int kt_html_anchor(kt_span raw, kt_span *inside) {
  static const char *const ends[] = { "\\u003c\\/a\\u003e", "<\\/a>", "</a>" };
  static const uint8_t lens[] = { 15, 5, 4 };
  const char *end = raw.ptr + raw.len;
  size_t k = 0;
  while (k < 3 && (raw.len < lens[k] || memcmp(end - lens[k], ends[k], lens[k]) != 0)) k++;
  if (k == 3) return 0;
  end -= lens[k];
  const char *from = behind_tag(raw.ptr, end);
  if (!from) return 0;
  for (const char *p = from; p < end; p++)
    if (*p == '<' || *p == '>' || *p == '\\' || *p == '&') return 0;
  *inside = kt_span_make(from, (size_t)(end - from));
  return 1;
}
