/* SPDX-License-Identifier: Apache-2.0 */
/* Scripted parts for the tests of the engine: a source, a parser, a filter, a scorer and sinks. */
#ifndef KT_TESTS_PIPE_H
#define KT_TESTS_PIPE_H

#include <stdio.h>

#include "unit.h"

/* Feeds "0", "1" ... up to `available`; KT_END once `closed`. */
typedef struct t_source {
  size_t fed, available, per_read;
  int closed, in_place, stop_at_once, ends;
  const char *(*frame)(size_t i); /* NULL: the number */
  int (*script)(struct t_source *, kt_feed *,
                kt_error *); /* before feeding; 0 = go on, 3 = KT_OK */
  uint64_t committed;
  size_t commits, reads, closes;
  char position[64]; /* own part of the last commit */
  kt_buf *whole;     /* the last composite position */
  int commit_fails;
  int64_t arrived_ms, last_mono;
  char *keep;
} t_source;

typedef struct t_filter {
  size_t selects, settled, abandoned;
  int drop_odd;
  size_t fails;    /* so many calls, */
  kt_error reason; /* with this; code 0: KT_EIO without a reason */
} t_filter;

enum { T_HELD = 64, T_IDS = 4096, T_BARE = -2 };

typedef struct t_sink {
  int hold;                                                  /* keep deliveries until told */
  int (*script)(struct t_sink *, kt_delivery *, kt_error *); /* NULL: deliver all */
  kt_delivery *held[T_HELD];
  size_t held_count, calls, closes, flushes, cancels;
  char ids[T_IDS][24]; /* of delivered records, in order */
  size_t count;
  kt_dead dead; /* of the last KT_DEAD record */
  char reason[192], lane[64], place[64];
  int64_t watermark_ms, deadline_ms;
  int fd;
  int status;     /* of submit, by the script */
  int fail_until; /* calls */
  int64_t *clock;
  int64_t call_ms[T_HELD];
  char batch_id[40];
  size_t steps;
  int close_outcome;           /* of what is held, default KT_RETRY */
  int step_fails, flush_fails; /* so many calls; < 0: with KT_ERR_FATAL, T_BARE: and no code */
  int flush_delivers;          /* what is held */
} t_sink;

typedef struct t_scorer {
  int hold, fail_from, again;
  kt_scoring *held[T_HELD];
  size_t held_count, calls;
  int (*script)(struct t_scorer *, kt_scoring *, kt_error *);
} t_scorer;

typedef struct t_pipe {
  test_alloc alloc;
  test_clock clock;
  kt_env *env;
  kt_parts *parts;
  kt_pipeline *p;
  t_source source;
  t_filter filter;
  t_scorer scorer;
  t_sink a, b, dead;
  kt_error err;
} t_pipe;

static inline kt_status t_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                               kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}
static inline void t_close(void *self) {
  (void)self;
}

/* ---- source */
static inline kt_status t_source_open(void *user, const kt_env *env, const kt_conf *conf,
                                      kt_span resume, void **self, kt_error *err) {
  (void)env, (void)conf, (void)err, (void)resume;
  *self = user;
  return KT_OK;
}

static inline size_t t_frame(t_source *s, size_t i, char *buf, size_t cap) {
  if (s->frame) return (size_t)snprintf(buf, cap, "%s", s->frame(i));
  return (size_t)snprintf(buf, cap, "%zu", i);
}

static inline kt_status t_source_read(void *self, kt_feed *f, int64_t mono, kt_error *err) {
  t_source *s = self;
  s->reads++;
  s->last_mono = mono;
  if (s->script) {
    int st = s->script(s, f, err);
    if (st) return st == 3 ? KT_OK : st;
  }
  if (kt_feed_stopping(f)) return KT_END;
  size_t here = 0;
  while (s->fed < s->available && kt_feed_room(f)) {
    if (s->per_read && here++ >= s->per_read) return KT_OK;
    char buf[256], place[32];
    size_t n = t_frame(s, s->fed, buf, sizeof buf), cap;
    kt_span frame = { buf, n };
    if (s->in_place) {
      char *space = kt_feed_space(f, (kt_span){ NULL, 0 }, sizeof buf, &cap);
      if (!space) return KT_OK;
      memcpy(space, buf, n);
      frame.ptr = space;
    }
    int m = snprintf(place, sizeof place, "t:%zu", s->fed);
    kt_status st = kt_feed_add(f, frame, (kt_span){ place, (size_t)m },
                               s->arrived_ms ? s->arrived_ms : KT_UNKNOWN);
    if (st == KT_AGAIN) return KT_OK;
    if (st < 0) return kt_error_set(err, st, KT_ERR_RETRYABLE, "t", "no memory");
    s->fed++;
  }
  if (s->fed < s->available) return KT_OK;
  return s->closed ? KT_END : KT_AGAIN;
}

static inline kt_status t_source_position(void *self, kt_buf *out) {
  char buf[32];
  int n = snprintf(buf, sizeof buf, "%zu", ((t_source *)self)->fed);
  return kt_buf_append(out, (kt_span){ buf, (size_t)n });
}

static inline kt_status t_source_commit(void *self, uint64_t frames, kt_span position,
                                        kt_error *err) {
  t_source *s = self;
  if (s->commit_fails) {
    s->commit_fails--;
    return kt_error_set(err, KT_EIO, KT_ERR_RETRYABLE, "t", "commit fails");
  }
  kt_span own = kt_position_own(position);
  s->committed = frames;
  s->commits++;
  snprintf(s->position, sizeof s->position, "%.*s", (int)own.len, own.ptr ? own.ptr : "");
  if (s->whole) {
    kt_buf_truncate(s->whole, 0);
    kt_buf_append(s->whole, position);
  }
  return KT_OK;
}

static inline void t_source_close(void *self) {
  ((t_source *)self)->closes++;
}

/* ---- parser: the frame is id and text; !x is rejected, -x deletes x, @N says created_ms = N */
static inline kt_status t_parse(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  (void)self;
  for (size_t i = 0; i < kt_block_count(in); i++) {
    kt_span f = kt_block_frame(in, i);
    if (f.len && f.ptr[0] == '!') {
      kt_error why;
      kt_error_set(&why, KT_EPARSE, 0, "t", "not understood");
      if (kt_builder_reject(out, i, &why) < 0) goto nomem;
      continue;
    }
    kt_record *r = kt_builder_add(out, i);
    if (!r) goto nomem;
    if (f.len && f.ptr[0] == '-') r->kind = KT_DELETE;
    if (f.len && f.ptr[0] == '@') r->created_ms = strtoll(f.ptr + 1, NULL, 10);
    r->id = r->text = f;
  }
  return KT_OK;
nomem:
  return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "t", "no memory");
}

/* ---- filter */
static inline kt_status t_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  t_filter *f = self;
  f->selects++;
  if (f->fails && f->fails--) {
    if (f->reason.code) *err = f->reason;
    return f->reason.code ? f->reason.code : KT_EIO;
  }
  for (size_t i = 0; f->drop_odd && i < kt_batch_count(b); i++) {
    kt_span id = kt_batch_record(b, i)->id;
    keep[i] = id.len && (id.ptr[id.len - 1] - '0') % 2 == 0;
  }
  return KT_OK;
}
static inline void t_settle(void *self, const kt_batch *b, int finished) {
  t_filter *f = self;
  (void)kt_batch_count(b);
  if (finished)
    f->settled++;
  else
    f->abandoned++;
}

/* ---- scorer */
static inline void t_score_all(kt_scoring *s) {
  const kt_batch *b = kt_scoring_batch(s);
  kt_score good = { 1, 0, 0, 0, KT_LABEL_POSITIVE, 0 };
  for (size_t i = 0; i < kt_batch_count(b); i++) kt_scoring_set(s, i, &good);
}
static inline kt_status t_score(void *self, kt_scoring *s, kt_error *err) {
  t_scorer *sc = self;
  sc->calls++;
  if (sc->script) {
    int st = sc->script(sc, s, err);
    if (st != 2) return st;
  }
  if (sc->hold) {
    sc->held[sc->held_count++] = s;
    return KT_OK;
  }
  t_score_all(s);
  kt_scoring_done(s, NULL);
  return KT_OK;
}

/* ---- sink */
static inline void t_note(t_sink *s, const kt_batch *b, uint32_t i) {
  const kt_record *r = kt_batch_record(b, i);
  kt_dead d = { .size = sizeof d };
  kt_span id = r->id.ptr ? r->id : r->raw;
  if (s->count++ < T_IDS)
    snprintf(s->ids[s->count - 1], sizeof s->ids[0], "%.*s", (int)id.len, id.ptr ? id.ptr : "");
  if (kt_batch_dead(b, i, &d) != KT_OK) return;
  s->dead = d;
  snprintf(s->reason, sizeof s->reason, "%.*s", (int)d.reason.len, d.reason.ptr);
  snprintf(s->lane, sizeof s->lane, "%.*s", (int)d.lane.len, d.lane.ptr);
  snprintf(s->place, sizeof s->place, "%.*s", (int)d.place.len, d.place.ptr);
}
static inline void t_deliver(t_sink *s, kt_delivery *d) {
  static uint32_t pending[T_IDS];
  size_t n = kt_delivery_pending(d, pending, T_IDS);
  for (size_t k = 0; k < n && kt_delivery_batch(d); k++)
    t_note(s, kt_delivery_batch(d), pending[k]);
  kt_delivery_done(d, KT_DELIVERED, NULL);
}
static inline kt_status t_submit(void *self, kt_delivery *d, kt_error *err) {
  t_sink *s = self;
  if (s->clock && s->calls < T_HELD) s->call_ms[s->calls] = *s->clock;
  s->calls++;
  snprintf(s->batch_id, sizeof s->batch_id, "%.32s",
           kt_delivery_batch(d) ? kt_batch_id(kt_delivery_batch(d)).ptr : "");
  if (s->script) {
    int st = s->script(s, d, err);
    if (st != 2) return st;
  }
  if (s->hold) {
    s->held[s->held_count++] = d;
    return KT_OK;
  }
  t_deliver(s, d);
  return KT_OK;
}
static inline void t_pollset(void *self, kt_pollset *ps) {
  t_sink *s = self;
  if (s->deadline_ms) kt_pollset_deadline(ps, s->deadline_ms);
  if (s->fd > 0) kt_pollset_add(ps, s->fd, KT_POLL_IN, 1);
}
static inline kt_status t_count_down(int *n, kt_error *err) {
  if (!*n) return KT_OK;
  if (*n == T_BARE) {
    err->flags = KT_ERR_FATAL;
    return KT_EIO;
  }
  if (*n < 0) return kt_error_set(err, KT_EAUTH, KT_ERR_FATAL, "t", "for good");
  --*n;
  return kt_error_set(err, KT_EIO, 0, "t", "not now");
}
static inline kt_status t_flush(void *self, kt_error *err) {
  t_sink *s = self;
  s->flushes++;
  kt_status st = t_count_down(&s->flush_fails, err);
  if (st < 0 || !s->flush_delivers) return st;
  for (size_t i = 0; i < s->held_count; i++) t_deliver(s, s->held[i]);
  s->held_count = 0;
  return KT_OK;
}
static inline kt_status t_sink_step(void *self, int64_t mono_ms, kt_error *err) {
  t_sink *s = self;
  (void)mono_ms;
  s->steps++;
  return t_count_down(&s->step_fails, err);
}
static inline void t_watermark(void *self, int64_t ms) {
  ((t_sink *)self)->watermark_ms = ms;
}
static inline void t_cancel(void *self, kt_delivery *d) {
  (void)d;
  ((t_sink *)self)->cancels++;
}
static inline void t_sink_close(void *self) {
  t_sink *s = self;
  s->closes++;
  kt_error e;
  kt_error_set(&e, KT_ECANCELED, 0, "t", "closing");
  for (size_t i = 0; i < s->held_count; i++)
    if (s->held[i])
      kt_delivery_done(s->held[i], s->close_outcome ? s->close_outcome : KT_RETRY, &e);
  s->held_count = 0;
}

/* A script: the first `fail_until` calls fail whole. */
static inline int t_fail(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)d;
  if ((int)s->calls > s->fail_until) return 2;
  return kt_error_set(err, KT_EIO, 0, "t", "down");
}

/* ---- the whole */
static inline void t_register(t_pipe *t) {
  kt_source_ops so = { .size = sizeof so,
                       .name = "t",
                       .options = "target\tstring\t\t\t\t\tName.\n",
                       .caps = KT_SOURCE_WHOLE,
                       .open = t_source_open,
                       .read = t_source_read,
                       .position = t_source_position,
                       .commit = t_source_commit,
                       .close = t_source_close };
  kt_parser_ops po = { .size = sizeof po,
                       .name = "t",
                       .caps = KT_PURE,
                       .open = t_open,
                       .parse = t_parse,
                       .close = t_close };
  kt_filter_ops fo = { .size = sizeof fo,
                       .name = "t",
                       .open = t_open,
                       .select = t_select,
                       .settle = t_settle,
                       .close = t_close };
  kt_scorer_ops sc = {
    .size = sizeof sc, .name = "t", .open = t_open, .score = t_score, .close = t_close
  };
  kt_sink_ops si = { .size = sizeof si,
                     .name = "a",
                     .open = t_open,
                     .submit = t_submit,
                     .step = t_sink_step,
                     .pollset = t_pollset,
                     .flush = t_flush,
                     .watermark = t_watermark,
                     .cancel = t_cancel,
                     .close = t_sink_close };
  int ok = kt_parts_add_source(t->parts, &so, &t->source, &t->err) == KT_OK;
  so.name = "live";
  so.caps = KT_SOURCE_LIVE;
  ok &= kt_parts_add_source(t->parts, &so, &t->source, &t->err) == KT_OK;
  ok &= kt_parts_add_parser(t->parts, &po, t, &t->err) == KT_OK;
  ok &= kt_parts_add_filter(t->parts, &fo, &t->filter, &t->err) == KT_OK;
  ok &= kt_parts_add_scorer(t->parts, &sc, &t->scorer, &t->err) == KT_OK;
  ok &= kt_parts_add_sink(t->parts, &si, &t->a, &t->err) == KT_OK;
  si.name = "b";
  ok &= kt_parts_add_sink(t->parts, &si, &t->b, &t->err) == KT_OK;
  si.name = "dead";
  ok &= kt_parts_add_sink(t->parts, &si, &t->dead, &t->err) == KT_OK;
  si.name = "holds";
  si.caps = KT_SINK_HOLDS;
  ok &= kt_parts_add_sink(t->parts, &si, &t->a, &t->err) == KT_OK;
  ck_assert_msg(ok, "%s", t->err.message);
}

/* source t:, parser t:, sink a:, dead letters dead: unless "" */
static inline void t_setup_with(t_pipe *t, const char *source, const char *sink, const char *dead) {
  memset(t, 0, sizeof *t);
  t->clock.wall_us = 1700000000000000;
  t->clock.mono_ms = 1000;
  t->env = test_env(&t->alloc, &t->clock);
  ck_assert_int_eq(kt_parts_new(t->env, &t->parts, &t->err), KT_OK);
  t_register(t);
  t->a.clock = t->b.clock = &t->clock.mono_ms;
  ck_assert_int_eq(kt_pipeline_new(t->parts, &t->p, &t->err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(t->p, source, &t->err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_parser(t->p, "t:", &t->err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(t->p, sink, &t->err), KT_OK);
  if (*dead) ck_assert_int_eq(kt_pipeline_set_dead_letter(t->p, dead, &t->err), KT_OK);
}
static inline void t_setup(t_pipe *t) {
  t_setup_with(t, "t:", "a:", "dead:");
}
static inline void t_set(t_pipe *t, const char *name, const char *value) {
  ck_assert_msg(kt_pipeline_set(t->p, name, value, &t->err) == KT_OK, "%s", t->err.message);
}
/* What the source has, whether it ends there, and how many make a batch. */
static inline void t_feed(t_pipe *t, size_t n, int closed, const char *batch) {
  t->source.available = n;
  t->source.closed = closed;
  t_set(t, "batch.max_records", batch);
}
static inline void t_teardown(t_pipe *t) {
  kt_pipeline_free(t->p);
  kt_parts_free(t->parts);
  kt_env_free(t->env);
  ck_assert_uint_eq(t->alloc.live_blocks, 0);
  ck_assert_uint_eq(t->alloc.live_bytes, 0);
}
static inline void t_pass(t_pipe *t, int64_t ms) {
  t->clock.mono_ms += ms;
  t->clock.wall_us += ms * 1000;
}
/* Steps until it answers something else than KT_OK. */
static inline kt_status t_settle_down(t_pipe *t) {
  kt_status st;
  int n = 0;
  do {
    st = kt_pipeline_step(t->p, &t->err);
    ck_assert_msg(++n < 10000, "a step never comes to rest");
  } while (st == KT_OK);
  return st;
}
/* Steps and lets `ms` pass, stopping whenever a step is due. */
static inline kt_status t_run_for(t_pipe *t, int64_t ms) {
  for (;;) {
    kt_status st = t_settle_down(t);
    if (st != KT_AGAIN) return st;
    int64_t wait = kt_pipeline_timeout_ms(t->p);
    if (wait < 0 || wait > ms) {
      t_pass(t, ms);
      return t_settle_down(t);
    }
    if (!wait) wait = 1;
    ms -= wait;
    t_pass(t, wait);
  }
}
static inline kt_stats t_stats(t_pipe *t) {
  kt_stats s = { .size = sizeof s };
  ck_assert_int_eq(kt_pipeline_stats(t->p, &s), KT_OK);
  return s;
}
static inline kt_lane_stats t_lane(t_pipe *t, size_t i) {
  kt_lane_stats s = { .size = sizeof s };
  ck_assert_int_eq(kt_pipeline_lane_stats(t->p, i, &s), KT_OK);
  return s;
}

#endif
