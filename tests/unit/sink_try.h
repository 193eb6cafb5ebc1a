/* SPDX-License-Identifier: Apache-2.0 */
/* A sink alone: deliveries that the test holds in its hands instead of the engine. */
#ifndef KT_TESTS_SINK_TRY_H
#define KT_TESTS_SINK_TRY_H

#include "tempdir.h"
#include "unit.h"

struct kt_delivery {
  kt_batch *batch;
  int pinned, done, outcome; /* done: how often */
  size_t rejected;           /* records marked so */
  kt_error why;
  void *mine;
  uint32_t attempt;
};

/* The engine's side of sink.h. It stands before the library's own, which is then not linked. */
const kt_batch *kt_delivery_batch(const kt_delivery *d) {
  return d->pinned ? d->batch : NULL;
}
size_t kt_delivery_pending(const kt_delivery *d, uint32_t *index, size_t cap) {
  size_t n = kt_batch_count(d->batch);
  for (size_t i = 0; i < n && i < cap; i++) index[i] = (uint32_t)i;
  return n;
}
uint32_t kt_delivery_attempt(const kt_delivery *d) {
  return d->attempt;
}
void kt_delivery_mark(kt_delivery *d, uint32_t i, int outcome, const kt_error *why) {
  (void)i, (void)why;
  d->rejected += outcome == KT_REJECTED;
}
void kt_delivery_done(kt_delivery *d, int rest, const kt_error *why) {
  d->done++;
  d->outcome = rest;
  if (why) d->why = *why;
}
void kt_delivery_unpin(kt_delivery *d, void *mine) {
  d->pinned = 0;
  d->mine = mine;
}
void *kt_delivery_mine(const kt_delivery *d) {
  return d->mine;
}
static int64_t try_deadline;
static int try_fd;
void kt_pollset_deadline(kt_pollset *ps, int64_t mono_ms) {
  (void)ps;
  if (mono_ms < try_deadline) try_deadline = mono_ms;
}
void kt_pollset_add(kt_pollset *ps, int fd, uint32_t events, uint64_t token) {
  (void)ps, (void)events, (void)token;
  try_fd = fd;
}

static test_alloc try_alloc;
static test_clock try_clock;
static kt_env *try_env;
static kt_parts *try_parts;

static inline void try_setup(void) {
  memset(&try_alloc, 0, sizeof try_alloc);
  try_clock = (test_clock){ 1636106400000000, 5000 };
  try_env = test_env(&try_alloc, &try_clock);
  ck_assert_int_eq(kt_parts_new(try_env, &try_parts, NULL), KT_OK);
  tempdir_make();
}

static inline void try_teardown(void) {
  kt_parts_free(try_parts);
  kt_env_free(try_env);
  ck_assert_uint_eq(try_alloc.live_blocks, 0);
  tempdir_remove();
}

typedef struct try_sink {
  const kt_sink_ops *ops;
  kt_conf *conf;
  void *self;
  kt_error err;
} try_sink;

static inline kt_status try_open(try_sink *s, const kt_sink_ops *ops, const char *uri) {
  *s = (try_sink){ .ops = ops };
  kt_status st = kt_conf_new(try_env, ops->options, &s->conf, &s->err);
  if (st == KT_OK) st = kt_conf_set_uri(s->conf, uri, &s->err);
  if (st == KT_OK) st = ops->open(NULL, try_env, s->conf, &s->self, &s->err);
  if (st < 0) kt_conf_free(s->conf);
  ck_assert((st < 0) == (s->err.code < 0)); /* an error is written only when a call fails */
  return st;
}

static inline void try_close(try_sink *s) {
  s->ops->close(s->self);
  kt_conf_free(s->conf);
}

/* A batch of these payloads, one a line. */
static inline kt_delivery try_batch(const char *lines) {
  kt_delivery d = { .pinned = 1, .attempt = 1 };
  kt_error err = { 0 };
  kt_status st = kt_parts_parse(try_parts, NULL, kt_span_of(lines), &d.batch, &err);
  ck_assert_msg(st == KT_OK, "%s", err.message);
  return d;
}

/* Post n, which was made n minutes after 10:00 of the 5th of November 2021, and a newline. */
static inline size_t try_post(char *out, size_t cap, unsigned n) {
  return (size_t)snprintf(out, cap,
                          "{\"created_at\":\"Fri Nov %02u %02u:%02u:00 +0000 2021\",\"id\":%u,"
                          "\"id_str\":\"%u\",\"text\":\"post %u\",\"user\":{\"id_str\":\"9\","
                          "\"name\":\"Ann\",\"screen_name\":\"ann\"}}\n",
                          5 + (n + 600) / 1440, (n + 600) / 60 % 24, n % 60, n, n, n);
}

/* Posts first..last. */
static inline kt_delivery try_posts(unsigned first, unsigned last) {
  static char lines[1 << 20];
  size_t at = 0;
  for (unsigned n = first; n <= last; n++) at += try_post(lines + at, sizeof lines - at, n);
  return try_batch(lines);
}

static inline kt_status try_submit(try_sink *s, kt_delivery *d) {
  s->err = (kt_error){ 0 };
  kt_status st = s->ops->submit(s->self, d, &s->err);
  ck_assert((st < 0) == (s->err.code < 0));
  return st;
}

static inline kt_status try_step(try_sink *s, int64_t mono_ms) {
  s->err = (kt_error){ 0 };
  kt_status st = s->ops->step(s->self, mono_ms, &s->err);
  ck_assert((st < 0) == (s->err.code < 0));
  return st;
}

/* Submits and flushes; the delivery must then be done. */
static inline void try_deliver(try_sink *s, kt_delivery d) {
  ck_assert_msg(try_submit(s, &d) == KT_OK, "%s", s->err.message);
  if (s->ops->flush) ck_assert_msg(s->ops->flush(s->self, &s->err) == KT_OK, "%s", s->err.message);
  ck_assert_int_eq(d.done, 1);
  ck_assert_msg(d.outcome == KT_DELIVERED, "%s", d.why.message);
  kt_batch_unref(d.batch);
}

#endif
