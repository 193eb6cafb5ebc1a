/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/ops.h"
#include "base/span.h"
#include "base/sys.h"
#include "base/time.h"
#include "base/utf8.h"

START_TEST(error_is_cut_at_a_character) {
  kt_error e;
  char text[400];
  for (size_t i = 0; i + 1 < sizeof text; i += 2) memcpy(text + i, "é", 2);
  text[398] = '\0';
  ck_assert_int_eq(kt_error_set(&e, KT_EPARSE, KT_ERR_FATAL, "test", text), KT_EPARSE);
  ck_assert_uint_eq(strlen(e.message), 190); /* 191 bytes hold 95 whole characters */
  ck_assert_uint_eq(kt_utf8_valid(e.message, 190), 190);
  ck_assert_int_eq(kt_error_set(NULL, KT_EPARSE, 0, "test", "x"), KT_EPARSE);
}
END_TEST

START_TEST(error_is_one_line_of_utf8) {
  kt_error e;
  kt_error_set(
      &e, KT_EINVAL, 0, "te\nst",
      "a\nb\x1b[31mc\x7f \xC3\xA9 \xC3' \xC2\x85 \xE2\x80\xA8 \xED\xA0\x80 \xFF \xF0\x9F\x98");
  ck_assert_str_eq(e.where, "te?st");
  ck_assert_str_eq(e.message, "a?b?[31mc? \xC3\xA9 ?' ? ? ??? ? ???");
  kt_fail(&e, KT_EINVAL, 0, "test", "no option '%.2s'", "x\xC3\xA9");
  ck_assert_str_eq(e.message, "no option 'x?'");
}
END_TEST

START_TEST(error_may_be_set_from_its_own_text) {
  kt_error e;
  kt_error_set(&e, KT_EIO, KT_ERR_RETRYABLE, "test", "the disk is full");
  ck_assert_int_eq(kt_error_set(&e, KT_ENET, 0, e.where, e.message), KT_ENET);
  ck_assert_int_eq(e.code, KT_ENET);
  ck_assert_uint_eq(e.flags, 0);
  ck_assert_str_eq(e.where, "test");
  ck_assert_str_eq(e.message, "the disk is full");
  kt_error_set(&e, KT_ENET, 0, "test", e.message + 4);
  ck_assert_str_eq(e.message, "disk is full");
}
END_TEST

START_TEST(os_error_names_the_cause) {
  kt_error e;
  ck_assert_int_eq(kt_fail_os(NULL, ENOMEM, "t", "cannot open %s", "x"), KT_ENOMEM);
  ck_assert_int_eq(kt_fail_os(&e, ENOMEM, "t", "cannot open %s", "x"), KT_ENOMEM);
  ck_assert(e.code == KT_ENOMEM && e.flags == KT_ERR_RETRYABLE && e.os_error == ENOMEM);
  ck_assert_int_eq(kt_fail_os(&e, 2, "t", "cannot open %s", "x"), KT_EIO);
  ck_assert_str_eq(e.message, "cannot open x: No such file or directory");
  ck_assert_int_eq(e.os_error, 2);
  kt_fail_os(&e, 99999, "t", "cannot open %s", "x"); /* one that the C library does not know */
  ck_assert_str_eq(e.message, "cannot open x: errno 99999");
}
END_TEST

START_TEST(error_names_each_status) {
  static const char *const names[] = { "KT_OK", "KT_AGAIN", "KT_END" };
  for (int code = 0; code < 3; code++) ck_assert_str_eq(kt_status_name(code), names[code]);
  ck_assert_str_eq(kt_status_name(3), "KT_?");
  int known = 0;
  for (int code = -100; code < 0; code++) known += strcmp(kt_status_name(code), "KT_?") != 0;
  ck_assert_int_eq(known, 14);
}
END_TEST

START_TEST(error_shows_the_end_of_a_long_path) {
  char path[300];
  memset(path, 'd', sizeof path);
  memcpy(path + 300 - 16, "/posts.ndjson", 14);
  const char *shown = kt_error_path(path);
  ck_assert_uint_eq(strlen(shown), 100);
  ck_assert_str_eq(shown + 100 - 13, "/posts.ndjson");
  memcpy(path + 297 - 100 - 1, "é", 2); /* no half of a character in front */
  ck_assert_uint_eq(strlen(kt_error_path(path)), 99);
}
END_TEST

static void nothing_logged(void *self, int32_t level, const char *where, kt_span line) {
  (void)self, (void)level, (void)where, (void)line;
}

static void refuses(const kt_env_ops *ops, const char *message) {
  kt_env *env = NULL;
  kt_error err = { 0 };
  ck_assert_int_eq(kt_env_new(ops, &env, &err), KT_EINVAL);
  ck_assert_ptr_null(env);
  ck_assert_str_eq(err.message, message);
}

START_TEST(env_refuses_services_that_lack_a_function) {
  kt_alloc_ops alloc = test_alloc_ops;
  kt_clock_ops clock = test_clock_ops;
  kt_log_ops log = { .size = sizeof log };
  kt_env_ops ops = { .size = sizeof ops, .alloc = &alloc };
  const char *all = "alloc, resize and release are all required";
  alloc.alloc = NULL;
  refuses(&ops, all);
  alloc = test_alloc_ops;
  alloc.resize = NULL;
  refuses(&ops, all);
  alloc = test_alloc_ops;
  alloc.release = NULL;
  refuses(&ops, all);
  ops.alloc = NULL;
  ops.clock = &clock;
  clock.wall_us = NULL;
  refuses(&ops, "wall_us and mono_ms are both required");
  clock = test_clock_ops;
  clock.mono_ms = NULL;
  refuses(&ops, "wall_us and mono_ms are both required");
  ops.clock = NULL;
  ops.log = &log;
  refuses(&ops, "write is required");
  log.write = nothing_logged;
  kt_env *env = NULL;
  ck_assert_int_eq(kt_env_new(&ops, &env, NULL), KT_OK);
  kt_env_free(env);
}
END_TEST

START_TEST(utf8_judges_each_form) {
  static const struct {
    const char *bytes;
    size_t n, valid;
  } cases[] = { { "a", 1, 1 },
                { "\xC3\xA9", 2, 2 },
                { "\xC0\x80", 2, 0 },
                { "\xE0\x80\x80", 3, 0 },
                { "\xED\xA0\x80", 3, 0 },
                { "\xED\xA0\x81", 3, 0 },
                { "\xED\xBF\xBF", 3, 0 },
                { "\xE0\x9F\xBF", 3, 0 },
                { "\xE0\xA0\x80", 3, 3 },
                { "\xF0\x8F\xBF\xBF", 4, 0 },
                { "\xF0\x90\x80\x80", 4, 4 },
                { "\xEF\xBF\xBD", 3, 3 },
                { "\xF0\x9F\x98\x80", 4, 4 },
                { "\xF4\x90\x80\x80", 4, 0 },
                { "\xF5\x80\x80\x80", 4, 0 },
                { "\xE2\x82", 2, 0 },
                { "a\x80", 2, 1 } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_uint_eq(kt_utf8_valid(cases[i].bytes, cases[i].n), cases[i].valid);
  uint32_t wrong = 0; /* counted here: a million assertions would take seconds */
  for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
    char out[4];
    uint32_t back = 0;
    if (cp >= 0xD800 && cp <= 0xDFFF) continue;
    size_t n = kt_utf8_encode(cp, out);
    if (kt_utf8_decode(out, n, &back) != n || back != cp) wrong++;
  }
  ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(utf8_is_cut_between_characters) {
  static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"; /* 1, 2, 3 and 4 bytes */
  static const size_t at[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
  for (size_t max = 0; max < sizeof at / sizeof *at; max++)
    ck_assert_uint_eq(kt_utf8_cut(text, 10, max), at[max]);
  ck_assert_uint_eq(kt_utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5); /* no UTF-8: anywhere */
}
END_TEST

START_TEST(time_reads_and_writes_both_forms) {
  char out[40];
  int64_t t = kt_time_parse_v1(KT_LIT("Fri Nov 05 10:00:00 +0000 2021"));
  ck_assert_int_eq(t, 1636106400000);
  ck_assert_int_eq(kt_time_parse_iso(KT_LIT("2021-11-05T11:00:00.1239+01:00")), t + 123);
  ck_assert_int_eq(kt_time_parse_iso(KT_LIT("2021-11-05 10:00")), t);
  ck_assert_int_eq(kt_time_parse_iso(KT_LIT("2021-11-05T05:30:00-04:30")), t);
  ck_assert_int_eq(kt_time_parse_iso(KT_LIT("2000-02-29T00:00:00Z")), 951782400000);
  ck_assert_uint_eq(kt_time_format_iso(t, out), 25);
  ck_assert(!memcmp(out, "2021-11-05T10:00:00+00:00", 25));
  ck_assert_uint_eq(kt_time_format_iso(t + 7, out), 29);
  ck_assert(!memcmp(out, "2021-11-05T10:00:00.007+00:00", 29));
  static const char *const bad[] = { "",
                                     "2021-13-05T10:00:00Z",
                                     "2021-02-29T10:00:00Z",
                                     "1900-02-29T10:00:00Z",
                                     "2021-11-05T24:00:00Z",
                                     "2021-11-05T10:00:00Zx",
                                     "2021-11-05",
                                     "21-11-05T10:00:00Z" };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_int_eq(kt_time_parse_iso(kt_span_of(bad[i])), KT_UNKNOWN);
  ck_assert_int_eq(kt_time_parse_v1(KT_LIT("Fri Nov 05 10:00:00 +0000 202")), KT_UNKNOWN);
}
END_TEST

START_TEST(civil_days_round_trip) {
  for (int64_t day = -800000; day < 800000; day += 97) {
    kt_civil c;
    kt_civil_from_ms(day * 86400000 + 5, &c);
    ck_assert_int_eq(kt_civil_to_ms(&c), day * 86400000 + 5);
  }
}
END_TEST

static const char options[] = "\t\t\t\t\t\tA part for the test\n"
                              "target\tpath\t\t!\t\t\twhere to\n"
                              "window\tint\t\t4\t1\t64\thow many\n"
                              "age\tduration\tms\t5s\t\t\thow long\n"
                              "size\tbytes\t\t1m\t1k\t\thow big\n"
                              "mode\tenum:append|overwrite\t\tappend\t\t\thow\n"
                              "rate\tfloat\t\t\t0\t1\thow much\n"
                              "sep\tchar\t\t;\t\t\tbetween\n"
                              "key\tsecret\t\t\t\t\tthe key\n";

static kt_conf *new_conf(kt_env *env) {
  kt_conf *c = NULL;
  kt_error err = { 0 };
  ck_assert_msg(kt_conf_new(env, options, &c, &err) == KT_OK, "%s", err.message);
  return c;
}

START_TEST(conf_takes_a_uri) {
  kt_env *env = test_env(NULL, NULL);
  kt_conf *c = new_conf(env);
  ck_assert_int_eq(kt_conf_int(c, "window"), 4);
  ck_assert_int_eq(kt_conf_int(c, "age"), 5000);
  ck_assert_int_eq(kt_conf_set_uri(c, "test:data?.json?window=7&sep=%26&age=2h", NULL), KT_OK);
  ck_assert_str_eq(kt_conf_string(c, "target"), "data?.json");
  ck_assert_int_eq(kt_conf_int(c, "window"), 7);
  ck_assert_int_eq(kt_conf_int(c, "sep"), '&');
  ck_assert_int_eq(kt_conf_int(c, "age"), 7200000);
  ck_assert(kt_conf_is_set(c, "age") && !kt_conf_is_set(c, "size"));
  ck_assert_ptr_null(kt_conf_string(c, "rate"));
  ck_assert_ptr_null(kt_conf_string(c, "nothing"));
  kt_conf_free(c);
  kt_env_free(env);
}
END_TEST

START_TEST(conf_names_what_is_wrong) {
  static const struct {
    const char *uri, *message;
  } cases[] = {
    { "test:x?windw=1", "no option 'windw'; did you mean window?" },
    { "test:x?window=0", "option window: 0 is outside 1..64" },
    { "test:x?window=65", "option window: 65 is outside 1..64" },
    { "test:x?window=two", "option window: 'two' is not a whole number" },
    { "test:x?mode=apend",
      "option mode: 'apend' is not one of append|overwrite; did you mean append?" },
    { "test:x?size=12q", "option size: '12q' is not a number of bytes such as 500, 64k, 1m or 2g" },
    { "test:", "test: needs a target: where to" },
    { "test:x?rate=2", "option rate: 2 is outside 0..1" },
    { "test:x?rate=-0.5", "option rate: -0.5 is outside 0..1" },
    { "test:x?rate=", "option rate: '' is not a number such as 0.5" },
    { "test:x?rate=.", "option rate: '.' is not a number such as 0.5" },
    { "test:x?window=", "option window: '' is not a whole number" },
    { "test:x?window=-9223372036854775809",
      "option window: '-9223372036854775809' is not a whole number" },
    { "test:x?size=512", "option size: 512 is outside 1k.." },
    { "test:x?sep=%5Cn", "option sep: '\\n' is not one character (\\t for a tab)" },
    { "test:x?age=-9223372036854775807",
      "option age: '-9223372036854775807' is not a duration such as 200ms, 5s, 10m, 2h or 1d" },
    { "test:x?window=99999999999999999999",
      "option window: '99999999999999999999' is not a whole number" },
    { "test:x?age=9223372036854775807",
      "option age: '9223372036854775807' is not a duration such as 200ms, 5s, 10m, 2h or 1d" },
  };
  kt_env *env = test_env(NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    kt_conf *c = new_conf(env);
    kt_error err = { 0 };
    ck_assert_int_eq(kt_conf_set_uri(c, cases[i].uri, &err), KT_EINVAL);
    ck_assert_str_eq(err.message, cases[i].message);
    kt_conf_free(c);
  }
  kt_env_free(env);
}
END_TEST

START_TEST(conf_refuses_null) {
  kt_env *env = test_env(NULL, NULL);
  kt_conf *c = new_conf(env);
  ck_assert_int_eq(kt_conf_set(c, "window", NULL, NULL), KT_EINVAL);
  ck_assert_int_eq(kt_conf_set(c, NULL, "7", NULL), KT_EINVAL);
  kt_conf_free(c);
  kt_env_free(env);
}
END_TEST

START_TEST(conf_survives_every_failed_allocation) {
  for (int for_good = 0; for_good < 2; for_good++)
    for (size_t n = 2;; n++) {
      test_alloc a = { .fail_at = n, .for_good = for_good };
      kt_env *env = test_env(&a, NULL);
      kt_conf *c = NULL;
      kt_status st = kt_conf_new(env, options, &c, NULL);
      if (st == KT_OK) st = kt_conf_set_uri(c, "test:x?window=7&age=2h", NULL);
      ck_assert(st == KT_OK || st == KT_ENOMEM);
      kt_conf_free(c);
      kt_env_free(env);
      ck_assert_uint_eq(a.live_blocks, 0);
      ck_assert_uint_eq(a.live_bytes, 0);
      if (st == KT_OK) break;
    }
}
END_TEST

typedef struct table {
  uint32_t size, need;
  void *first, *second;
} table;

START_TEST(ops_take_old_and_new_tables) {
  struct longer {
    table t;
    void *third;
  } longer = { { sizeof longer, 0, &longer, &longer }, &longer };
  table dst;
  ck_assert_int_eq(kt_ops_take(&dst, sizeof dst, 16, &longer, "t", NULL), KT_OK);
  ck_assert_uint_eq(dst.size, sizeof dst);
  ck_assert_ptr_eq(dst.second, &longer);
  table shorter = { 16, 0, &dst, &dst };
  ck_assert_int_eq(kt_ops_take(&dst, sizeof dst, 16, &shorter, "t", NULL), KT_OK);
  ck_assert_ptr_eq(dst.first, shorter.first);
  ck_assert_ptr_null(dst.second);
  shorter.size = 8;
  ck_assert_int_eq(kt_ops_take(&dst, sizeof dst, 16, &shorter, "t", NULL), KT_EINVAL);
  shorter.size = 0x10000001; /* a table of pointers where .size was forgotten */
  ck_assert_int_eq(kt_ops_take(&dst, sizeof dst, 16, &shorter, "t", NULL), KT_EINVAL);
  shorter = (table){ sizeof shorter, 1, NULL, NULL };
  ck_assert_int_eq(kt_ops_take(&dst, sizeof dst, 16, &shorter, "t", NULL), KT_ENOTSUP);
  ck_assert_int_eq(kt_ops_take(&dst, sizeof dst, 16, NULL, "t", NULL), KT_EINVAL);
}
END_TEST

START_TEST(ops_give_old_and_new_callers) {
  struct {
    table t;
    void *third;
  } newer;
  const table now = { sizeof now, 7, &newer, &newer };
  memset(&newer, 0xAA, sizeof newer);
  newer.t.size = sizeof newer;
  ck_assert_int_eq(kt_ops_give(&newer, &now, sizeof now), KT_OK);
  ck_assert_uint_eq(newer.t.size, sizeof newer);
  ck_assert_uint_eq(newer.t.need, 7);
  ck_assert_ptr_eq(newer.t.second, &newer);
  ck_assert_ptr_null(newer.third);
  table older = { .size = 16, .second = &older };
  ck_assert_int_eq(kt_ops_give(&older, &now, sizeof now), KT_OK);
  ck_assert_ptr_eq(older.first, &newer);
  ck_assert_ptr_eq(older.second, &older);
  older.size = 3;
  ck_assert_int_eq(kt_ops_give(&older, &now, sizeof now), KT_EINVAL);
}
END_TEST

START_TEST(arena_gives_back_all_it_took) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  kt_arena arena;
  kt_arena_init(&arena, env, 1);
  for (size_t i = 1; i < 5000; i += 7) {
    char *p = kt_arena_alloc(&arena, i, 16);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq((uintptr_t)p % 16, 0);
    memset(p, 1, i);
  }
  kt_arena_reset(&arena);
  ck_assert_ptr_nonnull(arena.chunk);
  kt_arena_free(&arena);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(arena_keeps_no_huge_chunk) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  kt_arena arena;
  kt_arena_init(&arena, env, 4096);
  ck_assert_ptr_nonnull(kt_arena_alloc(&arena, 16 << 20, 16));
  kt_arena_reset(&arena);
  ck_assert_ptr_null(arena.chunk);
  ck_assert_ptr_nonnull(kt_arena_alloc(&arena, 100, 16));
  ck_assert_ptr_nonnull(kt_arena_alloc(&arena, 16 << 20, 16));
  kt_arena_reset(&arena);
  ck_assert_ptr_nonnull(arena.chunk);
  ck_assert_uint_lt(kt_env_used_bytes(env), 1 << 20);
  ck_assert_ptr_nonnull(kt_arena_alloc(&arena, 100, 16));
  kt_arena_free(&arena);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(hash_differs_with_each_byte_and_length) {
  char data[64] = { 0 };
  kt_hash128 last = kt_hash(data, 0, 0);
  for (size_t n = 1; n <= sizeof data; n++) {
    kt_hash128 h = kt_hash(data, n, 0);
    ck_assert(h.hi != last.hi && h.lo != last.lo);
    last = h;
    data[n - 1] ^= 1;
    kt_hash128 changed = kt_hash(data, n, 0);
    ck_assert(h.hi != changed.hi && h.lo != changed.lo);
    data[n - 1] ^= 1;
  }
}
END_TEST

/* Against the sum bit by bit, of each byte after each other one. */
START_TEST(crc32_is_that_of_the_standard) {
  ck_assert_uint_eq(kt_crc32(0, "123456789", 9), 0xCBF43926u);
  for (unsigned pair = 0; pair < 65536; pair++) {
    const unsigned char data[2] = { (unsigned char)(pair >> 8), (unsigned char)pair };
    uint32_t crc = ~0u;
    for (size_t i = 0; i < 2; i++) {
      crc ^= data[i];
      for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1)));
    }
    ck_assert_uint_eq(kt_crc32(0, data, 2), ~crc);
    ck_assert_uint_eq(kt_crc32(kt_crc32(0, data, 1), data + 1, 1), ~crc);
  }
}
END_TEST

/* The words that make both products zero. */
START_TEST(hash_forgets_nothing) {
  static const unsigned char zeroing[16] = { 0xF1, 0x36, 0x1D, 0x5F, 0x3A, 0xF5, 0x4F, 0xA5,
                                             0x2B, 0xF8, 0x94, 0xFE, 0x72, 0xF3, 0x6E, 0x3C };
  unsigned char one[48] = "one place", two[48] = "two place";
  memcpy(one + 16, zeroing, 16);
  memcpy(two + 16, zeroing, 16);
  kt_hash128 a = kt_hash(one, sizeof one, 0), b = kt_hash(two, sizeof two, 0);
  kt_hash128 c = kt_hash(one, sizeof one, 1);
  ck_assert(a.hi != b.hi && a.lo != b.lo);
  ck_assert(a.hi != c.hi && a.lo != c.lo);
}
END_TEST

START_TEST(D_accounting_a_child_counts_with_its_parent) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL), *child;
  extern kt_status kt_env_child(const kt_env *, kt_env **, kt_error *);
  ck_assert_int_eq(kt_env_child(env, &child, NULL), KT_OK);
  void *p = kt_env_alloc(child, 100);
  ck_assert_uint_eq(kt_env_used_bytes(child), 100);
  ck_assert_uint_eq(kt_env_used_bytes(env), 100);
  p = kt_env_resize(child, p, 100, 300);
  ck_assert_uint_eq(kt_env_used_bytes(env), 300);
  kt_env_free(env); /* the child keeps it alive */
  kt_env_release(child, p, 300);
  ck_assert_uint_eq(kt_env_used_bytes(child), 0);
  kt_env_free(child);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

/* ---- system calls */

static atomic_int signals;
static void on_signal(int n) {
  (void)n;
  atomic_fetch_add(&signals, 1);
}

static int pipe_ends[2];
static void *read_one(void *result) {
  char c = 0;
  *(ssize_t *)result = kt_sys_read(pipe_ends[0], &c, 1);
  return NULL;
}

START_TEST(a_signal_ends_no_read) {
  struct sigaction act = { .sa_handler = on_signal }, old; /* no SA_RESTART */
  pthread_t reader;
  ssize_t result = 0;
  ck_assert_int_eq(pipe(pipe_ends), 0);
  sigaction(SIGUSR1, &act, &old);
  pthread_create(&reader, NULL, read_one, &result);
  for (int sent = 1; sent <= 200;
       sent++) { /* each meets the reader, most of them inside the call */
    pthread_kill(reader, SIGUSR1);
    while (atomic_load(&signals) < sent) sched_yield();
  }
  ck_assert_int_eq(write(pipe_ends[1], "x", 1), 1);
  pthread_join(reader, NULL);
  sigaction(SIGUSR1, &old, NULL);
  ck_assert_int_eq(result, 1);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}
END_TEST

int main(void) {
  Suite *s = suite_create("base");
  TCase *t = tcase_create("base");
  suite_add_tcase(s, t);
  tcase_add_test(t, error_is_cut_at_a_character);
  tcase_add_test(t, error_is_one_line_of_utf8);
  tcase_add_test(t, error_may_be_set_from_its_own_text);
  tcase_add_test(t, os_error_names_the_cause);
  tcase_add_test(t, error_names_each_status);
  tcase_add_test(t, error_shows_the_end_of_a_long_path);
  tcase_add_test(t, env_refuses_services_that_lack_a_function);
  tcase_add_test(t, utf8_judges_each_form);
  tcase_add_test(t, utf8_is_cut_between_characters);
  tcase_add_test(t, time_reads_and_writes_both_forms);
  tcase_add_test(t, civil_days_round_trip);
  tcase_add_test(t, a_signal_ends_no_read);
  tcase_add_test(t, conf_takes_a_uri);
  tcase_add_test(t, conf_names_what_is_wrong);
  tcase_add_test(t, conf_refuses_null);
  tcase_add_test(t, conf_survives_every_failed_allocation);
  tcase_add_test(t, ops_take_old_and_new_tables);
  tcase_add_test(t, ops_give_old_and_new_callers);
  tcase_add_test(t, arena_gives_back_all_it_took);
  tcase_add_test(t, arena_keeps_no_huge_chunk);
  tcase_add_test(t, crc32_is_that_of_the_standard);
  tcase_add_test(t, hash_differs_with_each_byte_and_length);
  tcase_add_test(t, hash_forgets_nothing);
  tcase_add_test(t, D_accounting_a_child_counts_with_its_parent);
  return test_run(s);
}
