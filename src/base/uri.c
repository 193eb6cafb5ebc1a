/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include <string.h>

#include "base/span.h"

static int is_scheme_char(char c, int first) {
  return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '-'));
}

kt_span kt_uri_scheme(const char *uri) {
  size_t n = 0;
  while (is_scheme_char(uri[n], n == 0)) n++;
  return n && uri[n] == ':' ? kt_span_make(uri, n) : KT_NULL_SPAN;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Levenshtein distance, a swap of neighbours counted once; 99 for names longer than the rows here.
 */
static size_t distance(kt_span a, kt_span b) {
  enum { MAX = 48 };
  size_t rows[3][MAX + 1];
  size_t *before = rows[0], *last = rows[1], *now = rows[2];
  if (a.len > MAX || b.len > MAX) return 99;
  for (size_t j = 0; j <= b.len; j++) last[j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    now[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      size_t differs = a.ptr[i - 1] != b.ptr[j - 1];
      now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + differs);
      if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
        now[j] = least(now[j], before[j - 2] + 1);
    }
    size_t *spare = before;
    before = last;
    last = now;
    now = spare;
  }
  return last[b.len];
}

kt_span kt_nearest(kt_span name, const kt_span *names, size_t n) {
  kt_span best = KT_NULL_SPAN;
  size_t best_distance = name.len / 3 + 2;
  for (size_t i = 0; i < n; i++) {
    size_t d = distance(name, names[i]);
    if (d < best_distance && d < names[i].len) {
      best = names[i];
      best_distance = d;
    }
  }
  return best;
}
