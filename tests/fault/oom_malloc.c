/* SPDX-License-Identifier: Apache-2.0 */
/* The program's own malloc, which every library in the process gets: zlib, libzstd, libbz2, SQLite,
 * utf8proc, json-c and the C library itself. It fails when oom_fails() says so, and counts the
 * blocks that are alive. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "oom.h"

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

/* The other libraries in the process are to find these first. */
#pragma GCC visibility push(default)

static void *counted(void *p) {
  if (p) atomic_fetch_add(&oom_count.blocks, 1);
  return p;
}

static void *none(void) {
  errno = ENOMEM;
  return NULL;
}

void *malloc(size_t n) {
  return oom_fails() ? none() : counted(__libc_malloc(n));
}

void *calloc(size_t n, size_t size) {
  return oom_fails() ? none() : counted(__libc_calloc(n, size));
}

void free(void *p) {
  if (!p) return;
  atomic_fetch_sub(&oom_count.blocks, 1);
  __libc_free(p);
}

void *realloc(void *p, size_t n) {
  if (!p) return malloc(n);
  if (!n) {
    free(p);
    return NULL;
  }
  return oom_fails() ? none() : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t n, size_t size) {
  size_t bytes;
  return __builtin_mul_overflow(n, size, &bytes) ? none() : realloc(p, bytes);
}

void *memalign(size_t align, size_t n) {
  return oom_fails() ? none() : counted(__libc_memalign(align, n));
}

void *aligned_alloc(size_t align, size_t n) {
  return memalign(align, n);
}

void *valloc(size_t n) {
  return memalign(4096, n);
}

void *pvalloc(size_t n) {
  return memalign(4096, (n + 4095) & ~(size_t)4095);
}

int posix_memalign(void **out, size_t align, size_t n) {
  int before = errno;
  void *p = memalign(align, n);
  errno = before;
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}
