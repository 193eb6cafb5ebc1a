/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: the bound, the steady state, every allocation failing. */
#include "pipe.h"

static t_pipe t;

static const char *some_broken(size_t i) {
  static char buf[24];
  snprintf(buf, sizeof buf, i % 7 == 3 ? "!%zu" : "%zu", i);
  return buf;
}

/* The first record of each batch is rejected, with a reason of its own. */
static int reject_first(t_sink *s, kt_delivery *d, kt_error *err) {
  uint32_t first;
  kt_error why;
  (void)err;
  kt_error_set(&why, KT_EINVAL, 0, "t", "the first one");
  if (!kt_delivery_pending(d, &first, 1)) return 2;
  kt_delivery_mark(d, first, KT_REJECTED, &why);
  s->count--; /* t_deliver() notes all */
  return 2;
}

/* One small run with everything in it; the answer of the last step. Fails are told by the status.
 */
static kt_status small_run(size_t fail_at, int for_good, size_t *calls) {
  kt_env_ops ops = { .size = sizeof ops, .seed = 1 };
  memset(&t, 0, sizeof t);
  t.clock = (test_clock){ 1700000000000000, 1000 };
  ops.alloc = &test_alloc_ops;
  ops.alloc_self = &t.alloc;
  ops.clock = &test_clock_ops;
  ops.clock_self = &t.clock;
  t.env = NULL;
  ck_assert_int_eq(kt_env_new(&ops, &t.env, &t.err), KT_OK);
  ck_assert_int_eq(kt_parts_new(t.env, &t.parts, &t.err), KT_OK);
  t_register(&t);
  t.source.available = 40;
  t.source.closed = 1;
  t.source.frame = some_broken;
  t.source.in_place = 1;
  t.b.script = reject_first;
  t.b.count = 4;
  t.alloc.calls = 0;
  t.alloc.fail_at = fail_at;
  t.alloc.for_good = for_good;
  kt_status st = kt_pipeline_new(t.parts, &t.p, &t.err);
  if (st == KT_OK) st = kt_pipeline_set(t.p, "batch.max_records", "10", &t.err);
  if (st == KT_OK) st = kt_pipeline_set_source(t.p, "t:", &t.err);
  if (st == KT_OK) st = kt_pipeline_set_parser(t.p, "t:", &t.err);
  if (st == KT_OK) st = kt_pipeline_add_filter(t.p, "t:", &t.err);
  if (st == KT_OK) st = kt_pipeline_set_scorer(t.p, "t:", &t.err);
  if (st == KT_OK) st = kt_pipeline_add_sink(t.p, "a:", &t.err);
  if (st == KT_OK) st = kt_pipeline_add_sink(t.p, "b:?lane.filter=t:", &t.err);
  if (st == KT_OK) st = kt_pipeline_set_dead_letter(t.p, "dead:", &t.err);
  for (int i = 0; st >= 0 && st != KT_END && i < 1000; i++) {
    st = kt_pipeline_step(t.p, &t.err);
    int64_t wait = st == KT_AGAIN ? kt_pipeline_timeout_ms(t.p) : 0;
    if (st == KT_ENOMEM && !for_good) st = KT_OK; /* the next step goes on */
    if (wait > 0) t_pass(&t, wait);
  }
  *calls = t.alloc.calls;
  return st;
}

static void clean_up(void) {
  kt_pipeline_free(t.p);
  kt_parts_free(t.parts);
  kt_env_free(t.env);
  ck_assert_uint_eq(t.alloc.live_blocks, 0);
  ck_assert_uint_eq(t.alloc.live_bytes, 0);
}

START_TEST(test_each_allocation_failing_once) {
  size_t calls, n;
  ck_assert_int_eq(small_run(0, 0, &n), KT_END);
  ck_assert_uint_eq(t.a.count, 34);
  ck_assert_uint_eq(t.dead.count, 10);
  clean_up();
  for (size_t i = 1; i <= n; i++) {
    kt_status st = small_run(i, 0, &calls);
    ck_assert_msg(st == KT_END || st == KT_ENOMEM, "allocation %zu: %s %s", i, kt_status_name(st),
                  t.err.message);
    if (st == KT_END) {
      ck_assert_uint_eq(t.a.count, 34);
      ck_assert_uint_eq(t.b.count, 34);
      ck_assert_uint_eq(t.dead.count, 10);
      ck_assert_uint_eq(t.source.committed, 40);
    }
    clean_up();
  }
}
END_TEST

START_TEST(test_each_allocation_failing_for_good) {
  size_t calls, n;
  small_run(0, 0, &n);
  clean_up();
  for (size_t i = 1; i <= n; i++) {
    kt_status st = small_run(i, 1, &calls);
    ck_assert_msg(st == KT_ENOMEM || st == KT_END, "allocation %zu: %s %s", i, kt_status_name(st),
                  t.err.message);
    if (st < 0) ck_assert_uint_le(t.source.committed, t.a.count + t.dead.count);
    clean_up();
  }
}
END_TEST

/* A stream cut anywhere: what a read leaves of a line is kept for the next. */
typedef struct stream {
  size_t line; /* lines given */
  const char *keep;
  size_t kept, checked;
  const char *frame[400]; /* where each was fed */
} stream;
static stream in;
enum { LINES = 400 };

static size_t length_of(size_t line) {
  return 1 + line * 7919 % 3000 + (line % 50 == 9 ? 700000 : 0);
}

static int read_stream(t_source *s, kt_feed *f, kt_error *err) {
  (void)s, (void)err;
  if (kt_feed_stopping(f) || in.line == LINES) return KT_END;
  if (!kt_feed_room(f)) return 3;
  size_t cap, n = in.kept;
  char *p = kt_feed_space(f, (kt_span){ in.keep, in.kept }, 5000, &cap);
  if (!p) return 3;
  ck_assert_uint_ge(cap, n + 5000);
  for (; n < cap && n < in.kept + 5000; n++) p[n] = (char)('a' + in.line % 26);
  size_t from = 0;
  while (in.line < LINES && n - from >= length_of(in.line) && kt_feed_room(f)) {
    kt_span frame = { p + from, length_of(in.line) };
    for (size_t i = n - 1; i >= from + frame.len && i + 1 > 0; i--) /* the next line's letters */
      p[i] = (char)('a' + (in.line + 1) % 26);
    ck_assert_int_eq(kt_feed_add(f, frame, kt_span_of("x"), 0), KT_OK);
    in.frame[in.line] = frame.ptr;
    from += frame.len;
    in.line++;
  }
  in.keep = p + from;
  in.kept = n - from;
  return 3;
}

static void check_batch(const kt_batch *b) {
  for (size_t i = 0; i < kt_batch_count(b); i++, in.checked++) {
    kt_span raw = kt_batch_record(b, i)->raw;
    ck_assert_uint_eq(raw.len, length_of(in.checked));
    ck_assert_ptr_eq(raw.ptr, in.frame[in.checked]); /* not copied */
    for (size_t k = 0; k < raw.len; k++)
      if (raw.ptr[k] != (char)('a' + in.checked % 26)) ck_abort_msg("line %zu", in.checked);
  }
}

static void check_oldest(t_sink *s) {
  kt_delivery *d = s->held[0];
  memmove(s->held, s->held + 1, --s->held_count * sizeof *s->held);
  check_batch(kt_delivery_batch(d));
  kt_delivery_done(d, KT_DELIVERED, NULL);
}

/* Looks at a batch as late as possible: its memory must not be used again meanwhile. */
static int check_stream(t_sink *s, kt_delivery *d, kt_error *err) {
  (void)err;
  s->held[s->held_count++] = d;
  if ((int)s->held_count > s->status) check_oldest(s);
  return KT_OK;
}

/* However long it was short: the owner who finds some memory and calls again loses nothing. */
START_TEST(test_a_long_shortage_is_not_the_end) {
  t_setup(&t);
  t_set(&t, "retry.max_ms", "1");
  t.source.available = 1;
  ck_assert_int_eq(t_run_for(&t, 2000), KT_AGAIN);
  t.source.available = 5000;
  t.source.closed = 1;
  t.alloc.fail_at = t.alloc.calls + 1;
  t.alloc.for_good = 1;
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(t_run_for(&t, 600000), KT_ENOMEM);
    ck_assert_int_eq(t.err.code, KT_ENOMEM);
    ck_assert(t.err.flags & KT_ERR_RETRYABLE);
  }
  t.alloc.fail_at = 0;
  ck_assert_int_eq(t_run_for(&t, 600000), KT_END);
  ck_assert_uint_eq(t_stats(&t).committed, 5000);
  ck_assert_uint_eq(t.a.count, 5000);
  t_teardown(&t);
}
END_TEST

START_TEST(test_a_stream_is_read_in_place_whatever_its_lines) {
  for (int kept = 0; kept < 8; kept++) {
    in = (stream){ 0 };
    t_setup_with(&t, "t:", "holds:", "dead:");
    t_set(&t, "batch.max_records", "23");
    t.source.script = read_stream;
    t.a.script = check_stream;
    t.a.status = kept;
    kt_status st;
    while ((st = t_settle_down(&t)) == KT_AGAIN) check_oldest(&t.a);
    ck_assert_int_eq(st, KT_END);
    ck_assert_uint_eq(in.checked, LINES);
    t_teardown(&t);
  }
}
END_TEST

START_TEST(test_R15_steady_state_allocates_at_most_4_a_batch) {
  t_setup(&t);
  t.source.in_place = 1;
  t.source.available = 5000;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  t.a.count = 0;
  size_t before = t.alloc.calls;
  t.source.available = 8000; /* six batches */
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_eq(t.a.count, 3000);
  ck_assert_uint_le(t.alloc.calls - before, 4 * 6);
  printf("steady state: %.2f allocations a batch\n", (double)(t.alloc.calls - before) / 6);
  t_teardown(&t);
}
END_TEST

static const char *long_frame(size_t i) {
  static char buf[200];
  memset(buf, 'x', sizeof buf - 1);
  snprintf(buf, 24, "%zu", i);
  buf[strlen(buf)] = ' ';
  return buf;
}

START_TEST(test_memory_is_bounded_with_a_dead_sink) {
  t_setup(&t);
  t_set(&t, "memory.max_bytes", "4m");
  t.source.available = 1000000;
  t.source.frame = long_frame;
  t.a.hold = 1;
  ck_assert_int_eq(t_run_for(&t, 60000), KT_AGAIN);
  kt_stats s = t_stats(&t);
  ck_assert_uint_gt(s.memory_bytes, 3u << 20);
  ck_assert_uint_lt(s.memory_bytes, 7u << 20);
  ck_assert_uint_lt(s.frames, 1000000);
  ck_assert_int_gt(t.a.flushes, 0); /* asked to let go */
  size_t reads = t.source.reads;
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_gt(t.source.reads, reads); /* leases go on without room */
  uint64_t frames = s.frames;
  size_t n = t.a.held_count; /* the sink wakes up: all goes on */
  t.a.held_count = 0;
  for (size_t i = 0; i < n; i++) kt_delivery_done(t.a.held[i], KT_DELIVERED, NULL);
  ck_assert_int_eq(t_settle_down(&t), KT_AGAIN);
  ck_assert_uint_gt(t_stats(&t).frames, frames);
  t_teardown(&t);
}
END_TEST

/* The parts may keep more than the bound: with nothing on its way reading goes on. */
START_TEST(test_memory_short_never_stops_for_ever) {
  t_setup(&t);
  t_set(&t, "memory.max_bytes", "1m");
  t.source.available = 20000;
  t.source.frame = long_frame;
  t.source.closed = 1;
  ck_assert_int_eq(t_settle_down(&t), KT_END);
  ck_assert_uint_eq(t_stats(&t).committed, 20000);
  t_teardown(&t);
}
END_TEST

/* A lane that nobody must wait for loses records rather than stop the others. */
START_TEST(test_memory_short_sheds_an_optional_lane) {
  t_setup(&t);
  ck_assert_int_eq(kt_pipeline_add_sink(t.p, "b:?lane.required=false", &t.err), KT_OK);
  t_set(&t, "memory.max_bytes", "2m");
  t.source.available = 3000;
  t.source.frame = long_frame;
  t.source.closed = 1;
  t.b.fail_until = 1 << 30;
  t.b.script = t_fail;
  kt_status st = t_run_for(&t, 600000);
  ck_assert_int_eq(st, KT_END);
  ck_assert_uint_eq(t.a.count, 3000);
  t_teardown(&t);
}
END_TEST

int main(void) {
  Suite *s = suite_create("pipeline memory");
  TCase *c = tcase_create("memory");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, test_each_allocation_failing_once);
  tcase_add_test(c, test_each_allocation_failing_for_good);
  tcase_add_test(c, test_a_long_shortage_is_not_the_end);
  tcase_add_test(c, test_a_stream_is_read_in_place_whatever_its_lines);
  tcase_add_test(c, test_R15_steady_state_allocates_at_most_4_a_batch);
  tcase_add_test(c, test_memory_is_bounded_with_a_dead_sink);
  tcase_add_test(c, test_memory_short_never_stops_for_ever);
  tcase_add_test(c, test_memory_short_sheds_an_optional_lane);
  suite_add_tcase(s, c);
  return test_run(s);
}
