/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded series of faults over the whole engine: whatever the parts do, every frame ends at every
 * lane or in a dead letter, exactly once, and no commit runs ahead of it. */
#include "pipe.h"

enum { FRAMES = 300 };

static t_pipe t;
static uint64_t state;

static unsigned roll(unsigned n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33) % n;
}

static unsigned trouble; /* in a hundred */
static unsigned char at_a[FRAMES], at_b[FRAMES], dead_of_a[FRAMES], dead_of_b[FRAMES],
    unparsed[FRAMES];

static size_t number_of(kt_span s) {
  char buf[24];
  if (s.len && (s.ptr[0] == '!' || s.ptr[0] == '-')) s.ptr++, s.len--;
  snprintf(buf, sizeof buf, "%.*s", (int)s.len, s.ptr);
  size_t n = strtoul(buf, NULL, 10);
  ck_assert_uint_lt(n, FRAMES);
  return n;
}

static const char *frames(size_t i) {
  static char buf[24];
  snprintf(buf, sizeof buf, i % 17 == 5 ? "!%zu" : i % 23 == 7 ? "-%zu" : "%zu", i);
  return buf;
}

static kt_error some_error(void) {
  kt_error e;
  kt_error_set(&e, KT_EREMOTE, KT_ERR_RETRYABLE, "t", "rolled");
  if (roll(4) == 0) e.retry_after_ms = roll(3000);
  return e;
}

/* Marks some, leaves the rest to done. */
static void complete(t_sink *s, kt_delivery *d) {
  static uint32_t pending[FRAMES];
  unsigned char *at = s == &t.a ? at_a : at_b;
  size_t n = kt_delivery_pending(d, pending, FRAMES);
  kt_error why = some_error();
  int rest = roll(100) < trouble ? KT_RETRY : KT_DELIVERED;
  for (size_t k = 0; k < n; k++) {
    int outcome = roll(100) >= trouble ? KT_DELIVERED : roll(8) ? KT_RETRY : KT_REJECTED;
    int marked = roll(2) || outcome == KT_REJECTED;
    if (marked) kt_delivery_mark(d, pending[k], outcome, &why);
    if ((marked ? outcome : rest) == KT_DELIVERED)
      at[number_of(kt_batch_record(kt_delivery_batch(d), pending[k])->id)]++;
  }
  kt_delivery_done(d, rest, &why);
}

static int sink(t_sink *s, kt_delivery *d, kt_error *err) {
  if (roll(100) < trouble) {
    *err = some_error();
    return KT_EREMOTE;
  }
  if (s->held_count && roll(10) == 0) return KT_AGAIN;
  if (s->held_count < T_HELD && roll(3) == 0) {
    s->held[s->held_count++] = d;
    return KT_OK;
  }
  complete(s, d);
  return KT_OK;
}

static int dead_sink(t_sink *s, kt_delivery *d, kt_error *err) {
  const kt_batch *b = kt_delivery_batch(d);
  uint32_t pending[FRAMES];
  (void)s;
  if (roll(100) < trouble) {
    *err = some_error();
    return KT_EREMOTE;
  }
  size_t n = kt_delivery_pending(d, pending, FRAMES);
  for (size_t k = 0; k < n; k++) {
    kt_dead why = { .size = sizeof why };
    ck_assert_int_eq(kt_batch_dead(b, pending[k], &why), KT_OK);
    unsigned char *of = why.lane.ptr[0] == 'a'   ? dead_of_a
                        : why.lane.ptr[0] == 'b' ? dead_of_b
                                                 : unparsed;
    of[number_of(kt_batch_record(b, pending[k])->raw)]++;
  }
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

static int scorer(t_scorer *sc, kt_scoring *s, kt_error *err) {
  if (roll(100) < trouble) {
    *err = some_error();
    return KT_EREMOTE;
  }
  if (sc->held_count && roll(10) == 0) return KT_AGAIN;
  if (sc->held_count < T_HELD && roll(2)) {
    sc->held[sc->held_count++] = s;
    return KT_OK;
  }
  return 2;
}

static int source(t_source *s, kt_feed *f, kt_error *err) {
  (void)s;
  if (roll(100) < trouble / 2) {
    *err = some_error();
    return KT_EREMOTE;
  }
  if (roll(30) == 0) kt_feed_cut(f);
  if (roll(40) == 0) kt_feed_barrier(f);
  return 0;
}

/* Some of what is held comes back, in any order. */
static void let_go(void) {
  t_sink *sinks[] = { &t.a, &t.b };
  for (int k = 0; k < 2; k++)
    while (sinks[k]->held_count && roll(3)) {
      size_t i = roll((unsigned)sinks[k]->held_count);
      kt_delivery *d = sinks[k]->held[i];
      sinks[k]->held[i] = sinks[k]->held[--sinks[k]->held_count];
      complete(sinks[k], d);
    }
  while (t.scorer.held_count && roll(3)) {
    size_t i = roll((unsigned)t.scorer.held_count);
    kt_scoring *s = t.scorer.held[i];
    t.scorer.held[i] = t.scorer.held[--t.scorer.held_count];
    kt_error why = some_error();
    if (roll(100) >= trouble) t_score_all(s);
    kt_scoring_done(s, roll(100) < trouble ? &why : NULL);
  }
}

static int is_finished(size_t i) {
  if (i % 17 == 5) return unparsed[i] == 1;
  return at_a[i] + dead_of_a[i] == 1 && at_b[i] + dead_of_b[i] == 1;
}

static void check_commit(void) {
  for (size_t i = 0; i < t.source.committed; i++)
    if (!is_finished(i)) ck_abort_msg("frame %zu is committed, but not finished", i);
}

static void set_up(unsigned seed) {
  memset(at_a, 0, sizeof at_a);
  memset(at_b, 0, sizeof at_b);
  memset(dead_of_a, 0, sizeof dead_of_a);
  memset(dead_of_b, 0, sizeof dead_of_b);
  memset(unparsed, 0, sizeof unparsed);
  state = seed;
  trouble = roll(40);
  char window[32];
  snprintf(window, sizeof window, "b:?lane.window=%u", 1 + roll(6));
  t_setup_with(&t, roll(2) ? "t:" : "live:", "a:", "dead:");
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, window, &t.err), KT_OK);
  if (roll(2)) ck_assert_int_eq(kt_pipeline_set_scorer(t.p, "t:", &t.err), KT_OK);
  if (roll(2)) ck_assert_int_eq(kt_pipeline_add_filter(t.p, "t:", &t.err), KT_OK);
  char n[16];
  snprintf(n, sizeof n, "%u", 1 + roll(30));
  t_set(&t, "batch.max_records", n);
  t_set(&t, "commit.interval_ms", roll(2) ? "0" : "100");
  t_set(&t, "retry.max_ms", "1s");
  t_set(&t, "retry.max_attempts", "1000"); /* of a source and a scorer too */
  t.source.available = FRAMES;
  t.source.closed = 1;
  t.source.in_place = (int)roll(2);
  t.source.per_read = roll(2) ? 1 + roll(20) : 0;
  t.source.frame = frames;
  t.source.script = source;
  t.scorer.script = scorer;
  t.a.script = t.b.script = sink;
  t.dead.script = dead_sink;
}

START_TEST(test_random_I1_I2_I3_I4_hold_whatever_the_parts_do) {
  for (unsigned seed = 1; seed <= 300; seed++) {
    set_up(seed);
    kt_status st = KT_OK;
    int i = 0;
    for (; st == KT_OK || st == KT_AGAIN; i++) {
      if (i > 100000) ck_abort_msg("seed %u never ends", seed);
      st = kt_pipeline_step(t.p, &t.err);
      if (roll(3) == 0) let_go();
      if (st == KT_AGAIN || roll(5) == 0) t_pass(&t, roll(50));
      if (i > 500 && roll(50) == 0) trouble = trouble * 3 / 4; /* it gets better */
      check_commit();
    }
    ck_assert_msg(st == KT_END, "seed %u: %s %s", seed, kt_status_name(st), t.err.message);
    for (size_t k = 0; k < FRAMES; k++)
      if (!is_finished(k))
        ck_abort_msg("seed %u: frame %zu at a %d dead %d, at b %d dead %d", seed, k, at_a[k],
                     dead_of_a[k], at_b[k], dead_of_b[k]);
    ck_assert_uint_eq(t.source.committed, FRAMES);
    kt_stats s = t_stats(&t);
    ck_assert_uint_eq(s.committed, FRAMES);
    ck_assert_uint_eq(t_lane(&t, 0).pending + t_lane(&t, 1).pending, 0);
    if (kt_pipeline_timeout_ms(t.p) != 0) ck_abort();
    if (t.filter.selects) ck_assert_uint_eq(t.filter.settled, t.filter.selects);
    t_teardown(&t);
  }
}
END_TEST

/* Freed at any moment nothing leaks and each part is closed once. */
START_TEST(test_random_freed_at_any_moment) {
  for (unsigned seed = 1; seed <= 300; seed++) {
    set_up(seed);
    unsigned steps = 1 + roll(60);
    for (unsigned i = 0; i < steps; i++) {
      if (kt_pipeline_step(t.p, &t.err) < 0) break;
      if (roll(3) == 0) let_go();
      t_pass(&t, roll(50));
      if (i == steps / 2 && roll(2)) kt_pipeline_stop(t.p);
    }
    for (size_t k = 0; k < t.scorer.held_count; k++) kt_scoring_done(t.scorer.held[k], NULL);
    t_teardown(&t);
    ck_assert_uint_eq(t.source.closes, 1);
    ck_assert_uint_eq(t.a.closes, 1);
    check_commit();
  }
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline random");
  TCase *c = tcase_create("random");
  tcase_set_timeout(c, 100);
  tcase_add_test(c, test_random_I1_I2_I3_I4_hold_whatever_the_parts_do);
  tcase_add_test(c, test_random_freed_at_any_moment);
  suite_add_tcase(s, c);
  return test_run(s);
}
