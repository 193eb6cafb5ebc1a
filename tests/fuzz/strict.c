/* SPDX-License-Identifier: Apache-2.0 */
#include "strict.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int value(strict *s);

static int fail(strict *s, strict_fault fault) {
  s->fault = fault;
  return 0;
}

static int peek(const strict *s) {
  return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void space(strict *s) {
  while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r') s->at++;
}

static size_t begin(strict *s, char type) {
  s->nodes[s->count] = (strict_node){ .type = type, .from = (uint32_t)s->at };
  return s->count++;
}

static int end(strict *s, size_t index) {
  s->nodes[index].to = (uint32_t)s->at;
  s->nodes[index].after = (uint32_t)s->count;
  return 1;
}

static int hex(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static int escape(strict *s) {
  s->at++;
  int c = peek(s);
  if (c < 0 || !strchr("\"\\/bfnrtu", c) || !c) return fail(s, STRICT_ESCAPE);
  s->at++;
  for (int i = 0; c == 'u' && i < 4; i++, s->at++)
    if (hex(peek(s)) < 0) return fail(s, STRICT_ESCAPE);
  return 1;
}

static int string(strict *s, char type) {
  size_t from = s->at, index = begin(s, type);
  s->at++;
  while (peek(s) != '"') {
    int c = peek(s);
    if (c < 0) return fail(s, STRICT_STRUCTURE);
    if (c < 0x20) return fail(s, STRICT_CONTROL);
    if (c != '\\')
      s->at++;
    else if (!escape(s))
      return 0;
  }
  s->at++;
  if (!fuzz_is_utf8((kt_span){ s->text + from, s->at - from })) return fail(s, STRICT_UTF8);
  return end(s, index);
}

static int digits(strict *s) {
  if (peek(s) < '0' || peek(s) > '9') return fail(s, STRICT_NUMBER);
  while (peek(s) >= '0' && peek(s) <= '9') s->at++;
  return 1;
}

static int number(strict *s) {
  size_t index = begin(s, '0');
  if (peek(s) == '-') s->at++;
  if (peek(s) == '0')
    s->at++;
  else if (!digits(s))
    return 0;
  if (peek(s) == '.') {
    s->at++;
    if (!digits(s)) return 0;
  }
  if (peek(s) == 'e' || peek(s) == 'E') {
    s->at++;
    if (peek(s) == '+' || peek(s) == '-') s->at++;
    if (!digits(s)) return 0;
  }
  /* What follows belongs to the number as long as it could. */
  int c = peek(s);
  if (c >= 0 && !strchr(" \t\n\r,]}:{[\"", c)) return fail(s, STRICT_NUMBER);
  return end(s, index);
}

static int word(strict *s, const char *name) {
  size_t index = begin(s, *name), n = strlen(name);
  if (s->len - s->at < n || memcmp(s->text + s->at, name, n) != 0) return fail(s, STRICT_LITERAL);
  s->at += n;
  return end(s, index);
}

static int member(strict *s) {
  space(s);
  if (peek(s) != '"') return fail(s, STRICT_STRUCTURE);
  if (!string(s, 'k')) return 0;
  space(s);
  if (peek(s) != ':') return fail(s, STRICT_STRUCTURE);
  s->at++;
  return value(s);
}

static int container(strict *s, char open, char close) {
  size_t index = begin(s, open);
  if (++s->depth > s->max_depth) return fail(s, STRICT_DEEP);
  s->at++;
  space(s);
  if (peek(s) != close)
    for (;;) {
      if (!(open == '{' ? member(s) : value(s))) return 0;
      space(s);
      if (peek(s) == close) break;
      if (peek(s) != ',') return fail(s, STRICT_STRUCTURE);
      s->at++;
    }
  s->at++;
  s->depth--;
  return end(s, index);
}

static int value(strict *s) {
  space(s);
  int c = peek(s);
  if (c == '{') return container(s, '{', '}');
  if (c == '[') return container(s, '[', ']');
  if (c == '"') return string(s, '"');
  if (c == '-' || (c >= '0' && c <= '9')) return number(s);
  if (c == 't') return word(s, "true");
  if (c == 'f') return word(s, "false");
  if (c == 'n') return word(s, "null");
  return fail(s, (c | 32) >= 'a' && (c | 32) <= 'z' ? STRICT_LITERAL : STRICT_STRUCTURE);
}

strict_fault strict_read(strict *s, kt_span text, unsigned max_depth) {
  *s = (strict){ .text = text.ptr, .len = text.len, .max_depth = max_depth };
  /* Each value and name has a byte of its own. */
  s->nodes = malloc((text.len + 1) * sizeof *s->nodes);
  FUZZ_CHECK(s->nodes != NULL);
  if (!value(s)) return s->fault;
  space(s);
  if (s->at != s->len) fail(s, STRICT_STRUCTURE);
  return s->fault;
}

void strict_free(strict *s) {
  free(s->nodes);
  s->nodes = NULL;
}

static uint32_t four(const char *p) {
  uint32_t v = 0;
  for (int i = 0; i < 4; i++) v = v << 4 | (uint32_t)hex((unsigned char)p[i]);
  return v;
}

static size_t put(char *out, uint32_t cp) {
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
  for (size_t i = n; --i; cp >>= 6) out[i] = (char)(0x80 | (cp & 0x3F));
  out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | cp);
  return n;
}

size_t strict_unescape(kt_span quoted, char *out, int *lone) {
  static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
  size_t n = 0;
  *lone = 0;
  for (size_t i = 1; i + 1 < quoted.len;) {
    const char *p = quoted.ptr + i;
    if (*p != '\\') {
      out[n++] = *p;
      i++;
    } else if (p[1] != 'u') {
      out[n++] = means[strchr(names, p[1]) - names];
      i += 2;
    } else {
      uint32_t cp = four(p + 2), low = 0;
      i += 6;
      if (cp >= 0xD800 && cp <= 0xDBFF && quoted.len - 1 - i >= 6 && p[6] == '\\' && p[7] == 'u')
        low = four(p + 8);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        i += 6;
      } else if (cp >= 0xD800 && cp <= 0xDFFF) {
        cp = 0xFFFD;
        *lone = 1;
      }
      n += put(out + n, cp);
    }
  }
  return n;
}
