/* SPDX-License-Identifier: Apache-2.0 */
/* What the unit tests share: a main, a counting and failing allocator, a clock that stands still.
 */
#ifndef KT_TESTS_UNIT_H
#define KT_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <kappatweet/kappatweet.h>

/* Fails the allocation number fail_at (from 1; 0 = never), and all later ones if `for_good`. */
typedef struct test_alloc {
  size_t calls, fail_at, live_blocks, live_bytes;
  int for_good;
} test_alloc;

typedef struct test_clock {
  int64_t wall_us, mono_ms;
} test_clock;

static inline int test_alloc_fails(test_alloc *a) {
  a->calls++;
  return a->fail_at && (a->for_good ? a->calls >= a->fail_at : a->calls == a->fail_at);
}

static inline void *test_alloc_alloc(void *self, size_t n) {
  test_alloc *a = self;
  if (test_alloc_fails(a)) return NULL;
  void *p = malloc(n ? n : 1);
  if (p) {
    a->live_blocks++;
    a->live_bytes += n;
  }
  return p;
}

static inline void *test_alloc_resize(void *self, void *p, size_t old_n, size_t new_n) {
  test_alloc *a = self;
  if (test_alloc_fails(a)) return NULL;
  void *q = realloc(p, new_n ? new_n : 1);
  if (q) a->live_bytes += new_n - old_n;
  return q;
}

static inline void test_alloc_release(void *self, void *p, size_t n) {
  test_alloc *a = self;
  a->live_blocks--;
  a->live_bytes -= n;
  free(p);
}

static inline int64_t test_clock_wall(void *self) {
  return ((test_clock *)self)->wall_us;
}
static inline int64_t test_clock_mono(void *self) {
  return ((test_clock *)self)->mono_ms;
}

static const kt_alloc_ops test_alloc_ops = { sizeof(kt_alloc_ops), 0, test_alloc_alloc,
                                             test_alloc_resize, test_alloc_release };
static const kt_clock_ops test_clock_ops = { sizeof(kt_clock_ops), 0, test_clock_wall,
                                             test_clock_mono };

/* NULL for the built-in service; NULL result when the env itself cannot be made. Not thread-safe.
 */
static inline kt_env *test_env(test_alloc *a, test_clock *c) {
  kt_env_ops ops = { .size = sizeof ops, .seed = 1 };
  kt_env *env = NULL;
  if (a) {
    ops.alloc = &test_alloc_ops;
    ops.alloc_self = a;
  }
  if (c) {
    ops.clock = &test_clock_ops;
    ops.clock_self = c;
  }
  return kt_env_new(&ops, &env, NULL) == KT_OK ? env : NULL;
}

/* xorshift64*: the same numbers everywhere. The seed is not 0. */
static inline uint64_t test_random(uint64_t *seed) {
  *seed ^= *seed >> 12;
  *seed ^= *seed << 25;
  *seed ^= *seed >> 27;
  return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

/* Every how many-th case is tried: all of them, but only some under an instrument that is a hundred
 * times slower (KT_TEST_BRIEF), where the others have been tried without it. */
static inline unsigned test_stride(unsigned brief) {
  return getenv("KT_TEST_BRIEF") ? brief : 1;
}

static inline int test_run(Suite *s) {
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
