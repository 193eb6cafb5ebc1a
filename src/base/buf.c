/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"

enum { LEAST_CAP = 64 };

void kt_buf_init(kt_buf *b, const kt_env *env) {
  *b = (kt_buf){ .env = env };
}

void kt_buf_clear(kt_buf *b) {
  kt_env_release(b->env, b->ptr, b->cap);
  b->ptr = NULL;
  b->len = b->cap = 0;
}

int kt_buf_grow(kt_buf *b, size_t n) {
  size_t cap = b->cap < LEAST_CAP ? LEAST_CAP : b->cap;
  if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) return -1;
  while (cap - b->len < n) cap *= 2;
  if (cap == b->cap) return 0;
  char *p = kt_env_resize(b->env, b->ptr, b->cap, cap);
  if (!p) return -1;
  b->ptr = p;
  b->cap = cap;
  return 0;
}

kt_status kt_buf_puts(kt_buf *b, const char *s) {
  return kt_buf_put(b, s, strlen(s));
}

kt_status kt_buf_printf(kt_buf *b, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  kt_status st = n < 0 || kt_buf_need(b, (size_t)n + 1) ? KT_ENOMEM : KT_OK;
  if (st == KT_OK) {
    vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, again);
    b->len += (size_t)n;
  }
  va_end(again);
  va_end(ap);
  return st;
}

kt_status kt_buf_new(const kt_env *env, kt_buf **out, kt_error *err) {
  kt_buf *b = kt_env_alloc(env, sizeof *b);
  if (!b) return kt_fail_nomem(err, "buf");
  kt_buf_init(b, env);
  kt_env_ref(env);
  *out = b;
  return KT_OK;
}

void kt_buf_free(kt_buf *b) {
  if (!b) return;
  const kt_env *env = b->env;
  kt_buf_clear(b);
  kt_env_release(env, b, sizeof *b);
  kt_env_free((kt_env *)env);
}

kt_status kt_buf_append(kt_buf *b, kt_span bytes) {
  return bytes.len ? kt_buf_put(b, bytes.ptr, bytes.len) : KT_OK;
}

char *kt_buf_reserve(kt_buf *b, size_t n) {
  return kt_buf_need(b, n ? n : 1) ? NULL : b->ptr + b->len;
}

void kt_buf_added(kt_buf *b, size_t n) {
  b->len += n;
}

kt_span kt_buf_bytes(const kt_buf *b) {
  return (kt_span){ b->ptr ? b->ptr : "", b->len };
}

void kt_buf_truncate(kt_buf *b, size_t n) {
  if (n < b->len) b->len = n;
}
