/* SPDX-License-Identifier: Apache-2.0 */
#include "source/guess.h"

#include <string.h>

#include "source/framer.h"

enum { LOOK_BYTES = 64 * 1024 };

static int is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_space(const char *p, const char *end) {
  while (p < end && is_space(*p)) p++;
  return p;
}

/* The last byte of [p, end) that is not white space; whether it stands outside of strings. */
static char last_token(const char *p, const char *end, int *outside) {
  int in_string = 0;
  char last = 0;
  for (; p < end; p++) {
    if (is_space(*p)) continue;
    last = *p;
    if (in_string && *p == '\\' && p + 1 < end)
      p++;
    else if (*p == '"')
      in_string = !in_string;
  }
  *outside = !in_string;
  return last;
}

/* The first line ends with an open array. A page goes on with its elements; behind a line that was
 * torn there, whole lines follow: `{...}` and then `{` again. */
static int guess_elements(const char *p, const char *end, int whole) {
  int outside;
  const char *nl = memchr(p, '\n', (size_t)(end - p));
  if (*p != '{') return KT_FRAMING_JSON;
  if (!nl) return whole ? KT_FRAMING_JSON : KT_FRAMING_AUTO;
  if (last_token(p, nl, &outside) != '}' || !outside) return KT_FRAMING_JSON;
  const char *third = skip_space(nl, end);
  if (third == end) return whole ? KT_FRAMING_LINES : KT_FRAMING_AUTO;
  return *third == '{' ? KT_FRAMING_LINES : KT_FRAMING_JSON;
}

static int guess_object(const char *p, const char *end, int whole) {
  int outside;
  const char *nl = memchr(p, '\n', (size_t)(end - p));
  if (!nl) return whole ? KT_FRAMING_LINES : KT_FRAMING_AUTO;
  char last = last_token(p, nl, &outside);
  if (!outside || (last != '{' && last != '[')) return KT_FRAMING_LINES;
  const char *next = skip_space(nl, end);
  if (next == end) return whole ? KT_FRAMING_LINES : KT_FRAMING_AUTO;
  if (last == '{') return *next == '"' || *next == '}' ? KT_FRAMING_JSON : KT_FRAMING_LINES;
  return guess_elements(next, end, whole);
}

int kt_framing_guess(const char *text, size_t n, int eof) {
  int whole = eof || n >= LOOK_BYTES;
  const char *end = text + (n < LOOK_BYTES ? n : LOOK_BYTES);
  const char *p = skip_space(text, end);
  if (p == end) return whole ? KT_FRAMING_LINES : KT_FRAMING_AUTO;
  if (*p == '{') return guess_object(p, end, whole);
  if (*p != '[') return KT_FRAMING_LINES;
  p = skip_space(p + 1, end);
  if (p == end) return whole ? KT_FRAMING_LINES : KT_FRAMING_AUTO;
  return *p == '{' || *p == ']' ? KT_FRAMING_JSON : KT_FRAMING_LINES;
}
