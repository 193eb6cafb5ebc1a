/* SPDX-License-Identifier: Apache-2.0 */
#include "base/span.h"

kt_span kt_span_of(const char *s) {
  return s ? kt_span_make(s, strlen(s)) : KT_NULL_SPAN;
}

int kt_span_equal(kt_span a, kt_span b) {
  if (!a.ptr || !b.ptr) return !a.ptr && !b.ptr;
  return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

const char *kt_version(void) {
  return KT_VERSION_STRING;
}
