/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the text functions share. */
#ifndef KT_TEST_TEXT_SUPPORT_H
#define KT_TEST_TEXT_SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include <kappatweet/kappatweet.h>

/* An allocator that fails from the `left`-th allocation on (negative: never) and counts what is
 * out. */
struct failing {
  long left;
  size_t used, peak;
};

static int failing_spend(struct failing *f) {
  if (f->left == 0) return -1;
  if (f->left > 0) f->left--;
  return 0;
}

static void failing_count(struct failing *f, size_t more, size_t less) {
  f->used += more - less;
  if (f->used > f->peak) f->peak = f->used;
}

static void *failing_alloc(void *self, size_t n) {
  struct failing *f = self;
  void *p = failing_spend(f) ? NULL : malloc(n);
  if (p) failing_count(f, n, 0);
  return p;
}

static void *failing_resize(void *self, void *p, size_t old_n, size_t new_n) {
  struct failing *f = self;
  void *q = failing_spend(f) ? NULL : realloc(p, new_n);
  if (q) failing_count(f, new_n, old_n);
  return q;
}

static void failing_release(void *self, void *p, size_t n) {
  failing_count(self, 0, n);
  free(p);
}

static const kt_alloc_ops failing_ops = { sizeof failing_ops, 0, failing_alloc, failing_resize,
                                          failing_release };

/* The env takes its own memory first: set f->left afterwards. */
static inline kt_env *failing_env(struct failing *f) {
  kt_env_ops ops = { .size = sizeof ops, .alloc = &failing_ops, .alloc_self = f, .seed = 1 };
  kt_env *env = NULL;
  *f = (struct failing){ .left = -1 };
  return kt_env_new(&ops, &env, NULL) == KT_OK ? env : NULL;
}

/* xorshift64*: the same numbers everywhere. */
static inline uint64_t next_random(uint64_t *s) {
  *s ^= *s >> 12;
  *s ^= *s << 25;
  *s ^= *s >> 27;
  return *s * UINT64_C(0x2545F4914F6CDD1D);
}

#endif
