/* SPDX-License-Identifier: Apache-2.0 */
/* A feed that stands for the engine: it keeps what a source gave. Defines the functions that a
 * source calls, so a program that includes it must not use a pipeline. Each space is a block of its
 * own of just the size that was asked for: a source that uses one after its time is found by a
 * sanitizer. */
#ifndef KT_TESTS_FEED_H
#define KT_TESTS_FEED_H

#include <stdio.h>

#include "unit.h"

typedef struct test_frame {
  char *bytes, *place, *why; /* why: NULL = a good frame */
  size_t len;
  kt_status code;
} test_frame;

struct kt_feed {
  test_frame *frames;
  size_t count, room;
  char *space;
  size_t space_len, largest;
  int cuts, barriers, stopping, no_space;
  size_t cut_after; /* frames; 0 = none */
  char resumed[256];
  size_t resumed_len;
  int fail_add; /* the next so many adds fail for memory */
};

struct kt_pollset {
  int fd;
  int64_t deadline;
};

size_t kt_feed_room(const kt_feed *f) {
  return f->room;
}

char *kt_feed_space(kt_feed *f, kt_span keep, size_t want, size_t *cap) {
  if (f->no_space || !f->room) return NULL;
  size_t n = keep.len + want;
  char *fresh = malloc(n + 1);
  if (keep.len) memcpy(fresh, keep.ptr, keep.len);
  free(f->space);
  f->space = fresh;
  f->space_len = n;
  if (n > f->largest) f->largest = n;
  *cap = n;
  return fresh;
}

static kt_status test_feed_put(kt_feed *f, kt_span b, kt_span place, const kt_error *why) {
  if (!f->room) return KT_AGAIN;
  if (f->fail_add) {
    f->fail_add--;
    return KT_ENOMEM;
  }
  f->frames = realloc(f->frames, (f->count + 1) * sizeof *f->frames);
  test_frame *t = &f->frames[f->count++];
  t->bytes = malloc(b.len + 1);
  if (b.len) memcpy(t->bytes, b.ptr, b.len);
  t->bytes[b.len] = 0;
  t->len = b.len;
  t->place = strndup(place.ptr, place.len);
  t->why = why ? strdup(why->message) : NULL;
  t->code = why ? why->code : KT_OK;
  f->room--;
  return KT_OK;
}

kt_status kt_feed_add(kt_feed *f, kt_span frame, kt_span place, int64_t arrived_ms) {
  (void)arrived_ms;
  ck_assert(f->space && frame.ptr >= f->space && frame.ptr + frame.len <= f->space + f->space_len);
  return test_feed_put(f, frame, place, NULL);
}

kt_status kt_feed_reject(kt_feed *f, kt_span part, kt_span place, const kt_error *why) {
  ck_assert_ptr_nonnull(why);
  ck_assert_int_lt(why->code, 0);
  ck_assert_int_gt((int)strlen(why->message), 10);
  return test_feed_put(f, part, place, why);
}

void kt_feed_cut(kt_feed *f) {
  f->cuts++;
}
void kt_feed_barrier(kt_feed *f) {
  f->barriers++;
}
void kt_feed_abandon(kt_feed *f) {
  (void)f;
}
int kt_feed_stopping(const kt_feed *f) {
  return f->stopping;
}
kt_status kt_feed_gap(kt_feed *f, kt_span from, kt_span to, const kt_error *cause) {
  (void)f, (void)from, (void)to, (void)cause;
  return KT_OK;
}
kt_status kt_feed_resumed(kt_feed *f, kt_span position) {
  ck_assert_uint_le(position.len, sizeof f->resumed);
  memcpy(f->resumed, position.ptr, position.len);
  f->resumed_len = position.len;
  return KT_OK;
}
/* The engine's header is a letter here. */
kt_span kt_position_own(kt_span position) {
  if (!position.len || *position.ptr != 'P') return (kt_span){ NULL, 0 };
  return (kt_span){ position.ptr + 1, position.len - 1 };
}
void kt_pollset_add(kt_pollset *ps, int fd, uint32_t events, uint64_t token) {
  ck_assert_uint_eq(events, KT_POLL_IN);
  ck_assert_uint_ne(token, 0);
  ps->fd = fd;
}
void kt_pollset_deadline(kt_pollset *ps, int64_t mono_ms) {
  if (mono_ms < ps->deadline) ps->deadline = mono_ms;
}

static inline void test_feed_clear(kt_feed *f) {
  for (size_t i = 0; i < f->count; i++) {
    free(f->frames[i].bytes);
    free(f->frames[i].place);
    free(f->frames[i].why);
  }
  free(f->frames);
  free(f->space);
  memset(f, 0, sizeof *f);
}

#endif
