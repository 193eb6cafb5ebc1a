/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of kt_buf, for code that appends byte by byte. */
#ifndef KT_BASE_BUF_H
#define KT_BASE_BUF_H

#include <string.h>

#include <kappatweet/types.h>

struct kt_buf {
  const kt_env *env;
  char *ptr;
  size_t len, cap;
};

void kt_buf_init(kt_buf *b, const kt_env *env); /* on the stack or in a struct */
void kt_buf_clear(kt_buf *b);                   /* releases the memory */
int kt_buf_grow(kt_buf *b, size_t n);           /* 0: at least n bytes are free */

/* Room for n bytes at b->ptr + b->len, or -1. Then write and add to len. */
static inline int kt_buf_need(kt_buf *b, size_t n) {
  return b->cap - b->len >= n ? 0 : kt_buf_grow(b, n);
}
static inline kt_status kt_buf_put(kt_buf *b, const void *p, size_t n) {
  if (kt_buf_need(b, n)) return KT_ENOMEM;
  if (n) memcpy(b->ptr + b->len, p, n); /* both may be NULL without */
  b->len += n;
  return KT_OK;
}
static inline kt_status kt_buf_putc(kt_buf *b, char c) {
  if (kt_buf_need(b, 1)) return KT_ENOMEM;
  b->ptr[b->len++] = c;
  return KT_OK;
}
kt_status kt_buf_puts(kt_buf *b, const char *s);
kt_status kt_buf_printf(kt_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
