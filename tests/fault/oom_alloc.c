/* SPDX-License-Identifier: Apache-2.0 */
/* The allocation that fails, and the allocator for the library's own seam. */
#include <stdlib.h>

#include "oom.h"

oom_counter oom_count;

int oom_fails(void) {
  if (!atomic_load(&oom_count.armed)) return 0;
  size_t call = atomic_fetch_add(&oom_count.calls, 1) + 1, at = atomic_load(&oom_count.fail_at);
  return at && (atomic_load(&oom_count.for_good) ? call >= at : call == at);
}

static void *seam_alloc(void *self, size_t n) {
  (void)self;
  void *p = oom_fails() ? NULL : malloc(n ? n : 1);
  if (!p) return NULL;
  atomic_fetch_add(&oom_count.blocks, 1);
  atomic_fetch_add(&oom_count.bytes, (long long)n);
  return p;
}

static void *seam_resize(void *self, void *p, size_t old_n, size_t new_n) {
  (void)self;
  void *q = oom_fails() ? NULL : realloc(p, new_n ? new_n : 1);
  if (q) atomic_fetch_add(&oom_count.bytes, (long long)new_n - (long long)old_n);
  return q;
}

static void seam_release(void *self, void *p, size_t n) {
  (void)self;
  atomic_fetch_sub(&oom_count.blocks, 1);
  atomic_fetch_sub(&oom_count.bytes, (long long)n);
  free(p);
}

const kt_alloc_ops oom_alloc_ops = {
  .size = sizeof oom_alloc_ops, .alloc = seam_alloc, .resize = seam_resize, .release = seam_release
};
