/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_BASE_SPAN_H
#define KT_BASE_SPAN_H

#include <string.h>

#include <kappatweet/types.h>

#define KT_NULL_SPAN ((kt_span){ NULL, 0 })
#define KT_LIT(s) ((kt_span){ (s), sizeof(s) - 1 })

static inline kt_span kt_span_make(const char *p, size_t n) {
  return (kt_span){ p, n };
}
static inline int kt_span_is(kt_span a, const char *s) {
  size_t n = strlen(s);
  return a.ptr && a.len == n && memcmp(a.ptr, s, n) == 0;
}

#endif
