/* SPDX-License-Identifier: Apache-2.0 */
/* Own matching: that of the C library depends on the program's locale. */
#include <string.h>

#include "source/paths.h"

int kt_glob_is(const char *s) {
  return strpbrk(s, "*?[") != NULL;
}

/* Whether c is in the set at p (behind its bracket); *end is set behind the set. A set without its
 * end is the bracket itself. */
static int in_set(const char *p, unsigned char c, const char **end) {
  int invert = *p == '!' || *p == '^', found = 0;
  if (invert) p++;
  const char *first = p;
  while (*p && (*p != ']' || p == first)) {
    unsigned char from = (unsigned char)*p, to = from;
    if (p[1] == '-' && p[2] && p[2] != ']') {
      to = (unsigned char)p[2];
      p += 2;
    }
    found |= from <= c && c <= to;
    p++;
  }
  *end = *p ? p + 1 : NULL;
  return found != invert;
}

int kt_glob_match(const char *pattern, const char *name) {
  const char *star = NULL,
             *from = NULL; /* where to go on when what follows a star does not match */
  if (*name == '.' && *pattern != '.') return 0;
  for (;;) {
    const char *next = pattern + 1;
    int one;
    if (*pattern == '*') {
      star = ++pattern;
      from = name;
      continue;
    }
    if (!*name) {
      if (!*pattern) return 1;
      one = 0;
    } else if (*pattern == '?')
      one = *name != '/';
    else if (*pattern == '[') {
      const char *end;
      one = in_set(pattern + 1, (unsigned char)*name, &end) && *name != '/';
      if (end)
        next = end;
      else
        one = *name == '[';
    } else
      one = *pattern == *name;
    if (one) {
      pattern = next;
      name++;
    } else {
      if (!star || !*from || *from == '/') return 0;
      pattern = star;
      name = ++from;
    }
  }
}
