/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: a stranger's source, parser, filter, scorer and sink, which use all that the engine
 * gives to a part: space, cuts, barriers, gaps, an abandoned batch, rejects, scores, deliveries
 * that come back without their batch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "oom.h"

enum { FRAMES = 40, FED = 400 };

/* A delivery that the sink keeps in its own words. */
typedef struct kept {
  struct kept *next;
  size_t count;
  int ids[64];
} kept;

typedef struct stranger {
  oom *o;
  const kt_env *source_env, *sink_env;
  /* source */
  int next, committed, fd, rests, gap_told, resumed_told;
  int fed[FED]; /* which frame was fed as number i */
  size_t fed_count;
  char position[200];
  size_t position_len;
  int abandoned, cut_at, barrier_at;
  /* sink */
  kept *kept;
  unsigned char seen[FRAMES + 1];
  int dead, gaps, scored, failed, settled;
} stranger;

/* ---- source: the frames are numbers */

static kt_status source_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                             void **self, kt_error *err) {
  stranger *s = user;
  (void)conf, (void)resume;
  s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (s->fd < 0) return kt_error_set(err, KT_EIO, 0, "strange", "no descriptor");
  s->source_env = env;
  s->next = s->committed;
  s->fed_count = 0;
  s->resumed_told = s->gap_told = 0;
  *self = s;
  return KT_OK;
}

static kt_status no_memory(kt_error *err) {
  return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "strange", "out of memory");
}

/* 1: it was added; 0: no room or no memory to read into. */
static int add(stranger *s, kt_feed *f, kt_status *st) {
  char text[16], place[16];
  size_t cap, n = (size_t)snprintf(text, sizeof text, "%d", s->next);
  kt_span frame = { text, n };
  snprintf(place, sizeof place, "s:%d", s->next);
  *st = KT_OK;
  if (s->next % 2) {
    char *space = kt_feed_space(f, (kt_span){ NULL, 0 }, n, &cap);
    if (!space) return 0;
    memcpy(space, text, n);
    frame.ptr = space;
  }
  if (s->next % 13 == 7) {
    kt_error why;
    kt_error_set(&why, KT_ETOOBIG, 0, "strange", "too long");
    *st = kt_feed_reject(f, frame, kt_span_of(place), &why);
  } else
    *st = kt_feed_add(f, frame, kt_span_of(place), KT_UNKNOWN);
  if (*st != KT_OK) return 0;
  if (s->fed_count < FED) s->fed[s->fed_count++] = s->next;
  s->next++;
  return 1;
}

static void abandon(stranger *s, kt_feed *f) {
  kt_feed_abandon(f);
  s->abandoned = 1;
  s->next = s->committed;
}

static kt_status source_read(void *self, kt_feed *f, int64_t mono_ms, kt_error *err) {
  stranger *s = self;
  kt_status st = KT_OK;
  (void)mono_ms;
  if (!s->resumed_told && s->position_len) {
    st = kt_feed_resumed(f, (kt_span){ s->position, s->position_len });
    if (st < 0) return st == KT_ENOMEM ? no_memory(err) : kt_error_set(err, st, 0, "strange", "?");
  }
  s->resumed_told = 1;
  if (s->next >= 9 && !s->gap_told && kt_feed_room(f)) {
    kt_error cause;
    kt_error_set(&cause, KT_ENET, 0, "strange", "reset by peer");
    st = kt_feed_gap(f, kt_span_of("8"), kt_span_of("9"), &cause);
    if (st < 0) return no_memory(err);
    s->gap_told = st == KT_OK;
  }
  if (s->next >= 30 && !s->abandoned) {
    abandon(s, f);
    return KT_OK;
  }
  for (int i = 0; i < 5 && s->next < FRAMES && kt_feed_room(f) && !kt_feed_stopping(f); i++)
    if (!add(s, f, &st)) break;
  if (st < 0) return no_memory(err);
  if (s->next >= 10 && s->cut_at == 0) {
    s->cut_at = s->next;
    kt_feed_cut(f);
  } else if (s->next >= 20 && s->barrier_at == 0) {
    s->barrier_at = s->next;
    kt_feed_barrier(f);
  }
  if (s->next == FRAMES || kt_feed_stopping(f)) return KT_END;
  return ++s->rests % 3 ? KT_OK : KT_AGAIN;
}

static kt_status source_position(void *self, kt_buf *out) {
  stranger *s = self;
  char text[16];
  int n = snprintf(text, sizeof text, "%d", s->next);
  return kt_buf_append(out, (kt_span){ text, (size_t)n });
}

static kt_status source_commit(void *self, uint64_t frames, kt_span position, kt_error *err) {
  stranger *s = self;
  (void)err;
  if (frames && frames <= s->fed_count) s->committed = s->fed[frames - 1] + 1;
  kt_span own = kt_position_own(position);
  if (!own.ptr) oom_wrong(s->o, "a position without its own part");
  if (position.len > sizeof s->position) return KT_OK;
  memcpy(s->position, position.ptr, position.len);
  s->position_len = position.len;
  return KT_OK;
}

static void source_pollset(void *self, kt_pollset *ps) {
  stranger *s = self;
  kt_pollset_add(ps, s->fd, KT_POLL_IN, 1);
  kt_pollset_deadline(ps, kt_env_mono_ms(s->source_env) + 100);
}

static void source_close(void *self) {
  close(((stranger *)self)->fd);
}

/* ---- parser */

static kt_status nothing_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                              kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

/* Bytes of another frame may follow. */
static int number_of(kt_span s) {
  int n = 0;
  for (size_t i = 0; i < s.len; i++) n = 10 * n + (s.ptr[i] - '0');
  return n;
}

static kt_status parse_frame(const kt_block *in, size_t i, kt_builder *out) {
  const kt_score score = { 1, 0, 0, 0, KT_LABEL_POSITIVE, 0 };
  kt_span f = kt_block_frame(in, i);
  int number = number_of(f);
  if (number % 11 == 5) {
    kt_error why;
    kt_error_set(&why, KT_EPARSE, 0, "strange", "not understood");
    return kt_builder_reject(out, i, &why);
  }
  kt_record *r = kt_builder_add(out, i);
  char *text = r ? kt_builder_alloc(out, 64) : NULL;
  if (!text) return KT_ENOMEM;
  size_t n = (size_t)snprintf(text, 64, "number %.*s", (int)f.len, f.ptr);
  kt_builder_trim(out, n);
  r->id = f;
  r->text = (kt_span){ text, n };
  r->created_ms = kt_block_arrived_ms(in, i);
  if (number % 11 == 3) return kt_builder_score(out, &score);
  if (number % 11 != 4) return KT_OK;
  kt_dead dead = { .size = sizeof dead, .attempts = 2, .code = KT_EREMOTE };
  dead.lane = kt_span_of("elsewhere");
  dead.place = kt_block_place(in, i);
  dead.reason = kt_span_of("refused there");
  return kt_builder_dead(out, &dead);
}

static kt_status parser_parse(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  (void)self;
  for (size_t i = 0; i < kt_block_count(in); i++) {
    kt_status st = parse_frame(in, i, out);
    if (st == KT_ENOMEM) return no_memory(err);
    if (st < 0) return kt_error_set(err, st, 0, "strange", "the builder refused");
  }
  return KT_OK;
}

static void nothing_close(void *self) {
  (void)self;
}

/* ---- filter and scorer */

static kt_status filter_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  (void)self, (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++)
    if (kt_batch_record(b, i)->id.len == 1 && *kt_batch_record(b, i)->id.ptr == '1') keep[i] = 0;
  return KT_OK;
}

static void filter_settle(void *self, const kt_batch *b, int finished) {
  stranger *s = self;
  (void)kt_batch_count(b);
  s->settled += finished;
}

static kt_status scorer_score(void *self, kt_scoring *scoring, kt_error *err) {
  const kt_batch *b = kt_scoring_batch(scoring);
  const kt_score score = { 0, 0, 1, 0, KT_LABEL_NEUTRAL, 0 };
  kt_error why;
  kt_scoring_identity(scoring, kt_span_of("stranger"), kt_span_of("7"), kt_span_of("c0ffee"));
  (void)self, (void)err;
  kt_error_set(&why, KT_EREMOTE, 0, "strange", "no score");
  for (size_t i = 0; i < kt_batch_count(b); i++)
    if (i % 5 == 4)
      kt_scoring_fail(scoring, i, &why);
    else
      kt_scoring_set(scoring, i, &score);
  kt_scoring_done(scoring, NULL);
  return KT_OK;
}

/* ---- sink: takes each delivery three times, the last time from its own copy */

static kt_status sink_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                           kt_error *err) {
  stranger *s = user;
  (void)conf, (void)err;
  s->sink_env = env;
  *self = s;
  return KT_OK;
}

static void note_record(stranger *s, const kt_batch *b, uint32_t i, kept *k) {
  const kt_record *r = kt_batch_record(b, i);
  const kt_score *score = kt_batch_score(b, i);
  kt_dead dead = { .size = sizeof dead };
  if (score && score->flags & KT_SCORE_FAILED)
    s->failed = 1;
  else if (score)
    s->scored = 1;
  if (r->kind == KT_GAP) s->gaps = 1;
  if (r->kind == KT_POST) k->ids[k->count++] = number_of(r->id);
  /* a dead letter that came as a frame keeps its own reason */
  if (kt_batch_dead(b, i, &dead) == KT_OK && !dead.reason.ptr) oom_wrong(s->o, "no reason");
}

/* Batches of dead letters alone have not been scored. */
static void note_scorer(stranger *s, const kt_batch *b) {
  kt_span name = kt_batch_scorer(b);
  if (!name.ptr) return;
  if (!kt_span_equal(name, kt_span_of("stranger")) ||
      !kt_span_equal(kt_batch_scorer_version(b), kt_span_of("7")) ||
      !kt_span_equal(kt_batch_model_hash(b), kt_span_of("c0ffee")))
    oom_wrong(s->o, "another scorer");
}

static void drop_kept(stranger *s, kept *k) {
  for (kept **at = &s->kept; *at; at = &(*at)->next)
    if (*at == k) {
      *at = k->next;
      break;
    }
  kt_env_release(s->sink_env, k, sizeof *k);
}

/* One record is refused, the others are to come again. */
static void refuse_one(kt_delivery *d) {
  uint32_t owed[64];
  kt_error why;
  size_t n = kt_delivery_pending(d, owed, 64);
  kt_error_set(&why, KT_EINVAL, 0, "strange", "not this one");
  for (size_t i = 0; i < n && i < 64; i++) {
    const kt_record *r = kt_batch_record(kt_delivery_batch(d), owed[i]);
    if (r->kind == KT_POST && number_of(r->id) == 22)
      kt_delivery_mark(d, owed[i], KT_REJECTED, &why);
  }
}

static kt_status keep(stranger *s, kt_delivery *d, kt_error *err) {
  uint32_t owed[64];
  size_t n = kt_delivery_pending(d, owed, 64);
  kept *k = kt_env_alloc(s->sink_env, sizeof *k);
  if (!k) return no_memory(err);
  k->count = 0;
  note_scorer(s, kt_delivery_batch(d));
  for (size_t i = 0; i < n && i < 64; i++) note_record(s, kt_delivery_batch(d), owed[i], k);
  k->next = s->kept;
  s->kept = k;
  kt_delivery_unpin(d, k);
  return KT_OK;
}

static kt_status sink_submit(void *self, kt_delivery *d, kt_error *err) {
  stranger *s = self;
  kept *k = kt_delivery_mine(d);
  if (k) {
    for (size_t i = 0; i < k->count; i++)
      if (k->ids[i] >= 0 && k->ids[i] < FRAMES) s->seen[k->ids[i]] |= 1;
    drop_kept(s, k);
    kt_delivery_unpin(d, NULL);
    kt_delivery_done(d, KT_DELIVERED, NULL);
    return KT_OK;
  }
  kt_error again;
  kt_error_set(&again, KT_EREMOTE, KT_ERR_RETRYABLE, "strange", "once more");
  if (kt_delivery_attempt(d) == 1)
    refuse_one(d);
  else if (keep(s, d, err) < 0)
    return KT_ENOMEM;
  kt_delivery_done(d, KT_RETRY, &again);
  return KT_OK;
}

static void sink_close(void *self) {
  stranger *s = self;
  while (s->kept) drop_kept(s, s->kept);
}

/* ---- sink of dead letters */

static kt_status dead_submit(void *self, kt_delivery *d, kt_error *err) {
  stranger *s = self;
  uint32_t owed[64];
  size_t n = kt_delivery_pending(d, owed, 64);
  (void)err;
  for (size_t i = 0; i < n && i < 64; i++) {
    kt_dead dead = { .size = sizeof dead };
    if (kt_batch_dead(kt_delivery_batch(d), owed[i], &dead) != KT_OK)
      oom_wrong(s->o, "no dead letter");
    else if (dead.place.len > 2 && dead.place.len < 16) {
      char place[16] = "";
      memcpy(place, dead.place.ptr, dead.place.len);
      int number = atoi(place + 2);
      if (number >= 0 && number < FRAMES) s->seen[number] |= 2;
    }
  }
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

/* ---- the whole */

static const kt_source_ops source = { .size = sizeof source,
                                      .name = "strange",
                                      .caps = KT_SOURCE_LIVE,
                                      .open = source_open,
                                      .read = source_read,
                                      .position = source_position,
                                      .commit = source_commit,
                                      .pollset = source_pollset,
                                      .close = source_close };
static const kt_parser_ops parser = { .size = sizeof parser,
                                      .name = "strange",
                                      .caps = KT_PURE,
                                      .open = nothing_open,
                                      .parse = parser_parse,
                                      .close = nothing_close };
static const kt_filter_ops filter = { .size = sizeof filter,
                                      .name = "strange",
                                      .open = nothing_open,
                                      .select = filter_select,
                                      .settle = filter_settle,
                                      .close = nothing_close };
static const kt_scorer_ops scorer = { .size = sizeof scorer,
                                      .name = "strange",
                                      .open = nothing_open,
                                      .score = scorer_score,
                                      .close = nothing_close };
static const kt_sink_ops sink = { .size = sizeof sink,
                                  .name = "strange",
                                  .caps = KT_SINK_KEYED,
                                  .open = sink_open,
                                  .submit = sink_submit,
                                  .close = sink_close };
static const kt_sink_ops dead_sink = { .size = sizeof dead_sink,
                                       .name = "strange-dead",
                                       .open = sink_open,
                                       .submit = dead_submit,
                                       .close = nothing_close };

static kt_status set_up(oom *o, stranger *s, kt_parts *parts, kt_pipeline **p, const char *workers,
                        const char *limit) {
  kt_status st = TRY(o, kt_parts_add_source(parts, &source, s, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_parser(parts, &parser, s, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_filter(parts, &filter, s, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_scorer(parts, &scorer, s, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_sink(parts, &sink, s, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_sink(parts, &dead_sink, s, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_new(parts, p, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(*p, "batch.max_records", "6", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(*p, "workers", workers, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(*p, "run.limit", limit, &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set(*p, "retry.max_ms", "5", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_source(*p, "strange:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_parser(*p, "strange:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_add_filter(*p, "strange:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_scorer(*p, "strange:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_add_sink(*p, "strange:", &o->err));
  if (st == KT_OK) st = TRY(o, kt_pipeline_set_dead_letter(*p, "strange-dead:", &o->err));
  return st;
}

static void note_all(oom *o, const stranger *s) {
  for (int i = 0; i < FRAMES; i++) oom_note(o, "%d:%d ", i, s->seen[i]);
  oom_note(o, "\ncommitted %d, scored %d, failed %d, gaps %d, settled %d\n", s->committed,
           s->scored, s->failed, s->gaps, s->settled > 0);
}

static kt_status run_once(oom *o, stranger *s, const char *workers, const char *limit) {
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = set_up(o, s, parts, &p, workers, limit);
  if (st == KT_OK) st = oom_drive(o, p);
  kt_pipeline_free(p);
  kt_parts_free(parts);
  return st;
}

/* What the source and the sink remember is what survives: the second pipeline goes on from there,
 * as does a second run of the scenario. */
static kt_status run(oom *o, stranger *s, const char *workers) {
  if (!o->again) *s = (stranger){ .o = o };
  kt_status st = run_once(o, s, workers, "18");
  if (st == KT_OK) st = run_once(o, s, workers, "0");
  if (st == KT_OK) note_all(o, s);
  return st;
}

static kt_status strange(oom *o) {
  static stranger s;
  return run(o, &s, "0");
}

static kt_status strange_workers(oom *o) {
  static stranger s;
  o->threads = 1;
  return run(o, &s, "1");
}

const oom_scenario oom_strange[] = {
  { .name = "strange", .run = strange, .loses_nothing = 1 },
  { .name = "strange-worker", .run = strange_workers, .loses_nothing = 1 },
  { 0 }
};
