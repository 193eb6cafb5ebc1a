/* SPDX-License-Identifier: Apache-2.0 */
/* Parsers under bad input and without memory; what they allocate; and real posts. */
#include "parse_case.h"

#include <pthread.h>

#include "base/utf8.h"
#include "record/batch.h"

#define ANA                                                                                        \
  "\"user\":{\"id\":7,\"id_str\":\"7\",\"name\":\"Ana \\ud83d\\ude0d\",\"screen_name\":\"ana\"}"

/* One of each form, with escapes and entities, so that the arena is used. */
static const char *const seeds[] = {
  "{\"created_at\":\"Fri Nov 05 10:00:00 +0000 "
  "2021\",\"id\":1,\"id_str\":\"1\",\"text\":\"caf\\u00e9 &amp; &lt;3\","
  "\"source\":\"\\u003ca href=\\\"x\\\"\\u003eA &amp; "
  "B\\u003c\\/a\\u003e\",\"truncated\":true,\"lang\":\"\\u0065s\","
  "\"extended_tweet\":{\"full_text\":\"the \\\"whole\\\" &amp; more\"}," ANA "}",
  "{\"id_str\":\"2\",\"text\":\"RT @b: cut\"," ANA
  ",\"retweeted_status\":{\"id_str\":\"1\",\"text\":\"all &amp;\"," ANA
  "},\"is_quote_status\":true,\"quoted_status_id_str\":\"3\",\"edit_history\":{\"edit_tweet_ids\":["
  "\"1\",\"2\"]}}",
  "{\"statuses\":[{\"id\":3,\"full_text\":\"a\\n\"," ANA
  "},{\"id\":4,\"text\":\"&gt;\"}],\"search_metadata\":{}}",
  "{\"data\":{\"id\":\"5\",\"text\":\"RT @b: "
  "cut\",\"author_id\":\"7\",\"referenced_tweets\":[{\"type\":\"retweeted\","
  "\"id\":\"6\"}],\"created_at\":\"2021-11-05T10:00:00.123Z\"},\"includes\":{\"users\":[{\"id\":"
  "\"7\",\"name\":\"\\u00d1\","
  "\"username\":\"b\"}],\"tweets\":[{\"id\":\"6\",\"author_id\":\"7\",\"note_tweet\":{\"text\":"
  "\"whole &amp;\"}}]}}",
  "{\"data\":[{\"id\":\"8\",\"text\":\"\\t\"},{\"id\":\"9\",\"text\":\"t\",\"author_id\":\"7\"}],"
  "\"meta\":{}}",
  "{\"delete\":{\"status\":{\"id_str\":\"42\",\"user_id_str\":\"7\"},\"timestamp_ms\":"
  "\"1636106400123\"}}",
  "{\"data\":{\"withheld\":{\"tweet\":{\"id\":\"41\",\"author_id\":\"5\"}}}}",
  "{\"id\":1,\"text\":\"\\u00e9\",\"created_time\":\"2021-11-05T10:00:00+00:00\",\"tweet_id\":"
  "\"9\",\"run_start_time\":1.5}",
  "{\"id\":\"9\",\"text\":\"\\u00e9\",\"created_time\":null,\"sentiment\":\"POSITIVE\",\"score_"
  "positive\":1}",
  "{\"kind\":\"dead\",\"lane\":\"\\u00e9\",\"place\":\"p\",\"attempts\":1,\"error\":\"KT_EPARSE\","
  "\"frame\":\"{\\\"id\\\":1,"
  "\\\"text\\\":\\\"&amp;\\\"}\"}",
};
enum { SEEDS = sizeof seeds / sizeof *seeds };

static int lies_in(kt_span s, const kt_batch *b) {
  for (size_t i = 0; i < b->block.count; i++) {
    kt_span f = b->block.frames[i].bytes;
    if (s.ptr >= f.ptr && s.ptr + s.len <= f.ptr + f.len) return 1;
  }
  for (const kt_arena_chunk *c = b->arena.chunk; c; c = c->prev)
    if (s.ptr > (const char *)c && s.ptr + s.len <= (const char *)c + c->cap + 64) return 1;
  return 0;
}

/* What holds of every batch, whatever went in. */
static void check_batch(const kt_batch *b) {
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i);
    const kt_span spans[] = { r->id,   r->ref_id,  r->text,     r->source,
                              r->lang, r->user_id, r->user_name };
    if (r->kind == KT_DEAD) continue;
    ck_assert(r->kind == KT_NOTICE ? r->text.len > 0 : r->id.len > 0);
    ck_assert_ptr_nonnull(r->raw.ptr);
    for (size_t k = 0; k < sizeof spans / sizeof *spans; k++) {
      if (!spans[k].ptr) continue;
      ck_assert_uint_eq(kt_utf8_valid(spans[k].ptr, spans[k].len), spans[k].len);
      ck_assert(lies_in(spans[k], b) || r->kind == KT_NOTICE);
    }
  }
}

static uint32_t next_random(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33);
}

/* Most mutants stay JSON: members change their names, types and places. */
static size_t mutate(char *text, size_t len, uint64_t *state) {
  static const char *const pieces[] = { "null",   "[]",   "{}",       "\"\"",       "7",
                                        "-1.5e3", "true", "\"&amp\"", "\"\\ud800\"" };
  uint32_t at = next_random(state) % (uint32_t)len;
  const char *piece = pieces[next_random(state) % (sizeof pieces / sizeof *pieces)];
  const char *colon = memchr(text + at, ':', len - at);
  switch (next_random(state) % 8) {
  case 0:
    text[at] = (char)next_random(state);
    return len;
  case 1: /* cut */
    return at;
  case 2:
  case 3:
  case 4: /* another value before the old one, which becomes the next member's */
    if (!colon) return len;
    at = (uint32_t)(colon - text) + 1;
    memmove(text + at + strlen(piece) + 5, text + at, len - at);
    memcpy(text + at, piece, strlen(piece));
    memcpy(text + at + strlen(piece), ",\"x\":", 5);
    return len + strlen(piece) + 5;
  default: /* a member by another name */
    if (colon && colon - text > 2) text[colon - text - 2] ^= 1;
    return len;
  }
}

START_TEST(mutants_do_no_harm) {
  static const char *const parsers[] = { "auto:", "dead:" };
  enum { ROUNDS = 3000, MOST = 4096 };
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts;
  uint64_t state = 1;
  size_t taken = 0;
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  for (int round = 0; round < ROUNDS; round++) {
    char text[MOST];
    const char *seed = seeds[(size_t)round % SEEDS];
    size_t len = strlen(seed);
    memcpy(text, seed, len);
    for (uint32_t n = 1 + next_random(&state) % 4; n && len; n--) len = mutate(text, len, &state);
    kt_batch *b;
    ck_assert_int_eq(
        kt_parts_parse(parts, parsers[round / SEEDS % 2], (kt_span){ text, len }, &b, NULL), KT_OK);
    check_batch(b);
    taken += kt_batch_count(b) && kt_batch_record(b, 0)->kind != KT_DEAD;
    kt_batch_unref(b);
  }
  ck_assert_uint_gt(taken, ROUNDS / 4);
  kt_parts_free(parts);
  kt_env_free(env);
}
END_TEST

static char *all_seeds(void) {
  size_t bytes = 1;
  for (size_t i = 0; i < SEEDS; i++) bytes += strlen(seeds[i]) + 1;
  char *text = malloc(bytes), *p = text;
  for (size_t i = 0; i < SEEDS; i++) p += sprintf(p, "%s\n", seeds[i]);
  return text;
}

START_TEST(each_allocation_may_fail) {
  char *text = all_seeds();
  for (int for_good = 0; for_good < 2; for_good++) {
    kt_status st = KT_ENOMEM;
    for (size_t n = 1; st != KT_OK; n++) {
      test_alloc a = { 0 };
      kt_env *env = test_env(&a, NULL);
      kt_parts *parts;
      kt_batch *b = NULL;
      ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
      a.fail_at = a.calls + n;
      a.for_good = for_good;
      st = kt_parts_parse(parts, n % 2 ? "auto:" : "dead:", kt_span_of(text), &b, NULL);
      ck_assert(st == KT_OK || (st == KT_ENOMEM && !b));
      ck_assert_uint_lt(n, 1000);
      if (a.calls < a.fail_at) ck_assert_uint_eq(kt_batch_count(b), SEEDS + 2);
      kt_batch_unref(b);
      kt_parts_free(parts);
      kt_env_free(env);
      ck_assert_uint_eq(a.live_blocks, 0);
    }
  }
  free(text);
}
END_TEST

/* A parser that is open, as the engine has it. */
typedef struct opened {
  const kt_parser_ops *ops;
  void *self;
} opened;

extern const kt_parser_ops kt_parser_auto;

static opened open_auto(const kt_env *env) {
  opened o = { .ops = &kt_parser_auto };
  ck_assert_int_eq(o.ops->open(NULL, env, NULL, &o.self, NULL), KT_OK);
  return o;
}

static kt_batch *batch_of_seeds(const kt_env *env, kt_batch_pool *pool, size_t times) {
  kt_batch *b = kt_batch_new(env, pool);
  for (size_t i = 0; i < times * SEEDS; i++)
    ck_assert_int_eq(
        kt_block_add(&b->block, kt_span_of(seeds[i % SEEDS]), 1, (kt_span){ NULL, 0 }, 0), KT_OK);
  return b;
}

START_TEST(the_steady_state_allocates_nothing) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  kt_batch_pool *pool = kt_batch_pool_new(env, 1);
  opened auto_ = open_auto(env);
  size_t calls = 0;
  for (int round = 0; round < 6; round++) {
    kt_batch *b = batch_of_seeds(env, pool, 20);
    kt_builder out = { .batch = b };
    calls = a.calls;
    ck_assert_int_eq(auto_.ops->parse(auto_.self, &b->block, &out, NULL), KT_OK);
    calls = a.calls - calls;
    kt_batch_unref(b);
  }
  ck_assert_uint_eq(calls, 0);
  auto_.ops->close(auto_.self);
  kt_batch_pool_close(pool);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

typedef struct worker {
  opened parser;
  kt_env *env;
  size_t records;
} worker;

static void *work(void *arg) {
  worker *w = arg;
  for (int round = 0; round < 20; round++) {
    kt_batch *b = batch_of_seeds(w->env, NULL, 5);
    kt_builder out = { .batch = b };
    if (w->parser.ops->parse(w->parser.self, &b->block, &out, NULL) == KT_OK)
      w->records += kt_batch_count(b);
    kt_batch_unref(b);
  }
  return NULL;
}

START_TEST(threads_share_one_parser) {
  enum { THREADS = 3 };
  kt_env *env = test_env(NULL, NULL);
  opened auto_ = open_auto(env);
  worker w[THREADS];
  pthread_t id[THREADS];
  for (int i = 0; i < THREADS; i++) {
    w[i] = (worker){ auto_, env, 0 };
    ck_assert_int_eq(pthread_create(&id[i], NULL, work, &w[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(id[i], NULL);
    ck_assert_uint_eq(w[i].records, 20 * 5 * (SEEDS + 2));
  }
  auto_.ops->close(auto_.self);
  kt_env_free(env);
}
END_TEST

/* 100 real posts in a page; the counts were taken with Python's json. */
START_TEST(real_posts_are_read_whole) {
  const char *folder = getenv("KT_TEST_DATA");
  char path[4096];
  if (!folder) {
    puts("SKIP: real posts: KT_TEST_DATA is not set");
    return;
  }
  snprintf(path, sizeof path, "%s/tweets/twitter_search_v1_1.json", folder);
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "cannot open %s", path);
  enum { MOST = 1 << 20 };
  char *text = malloc(MOST);
  size_t len = fread(text, 1, MOST, f);
  fclose(f);
  for (size_t i = 0; i < len; i++) /* one frame; JSON strings hold no raw newline */
    if (text[i] == '\n') text[i] = ' ';
  kt_batch *b = parse_with("auto:", (kt_span){ text, len });
  size_t reposts = 0, replies = 0, japanese = 0, bytes = 0;
  ck_assert_uint_eq(kt_batch_count(b), 100);
  check_batch(b);
  for (size_t i = 0; i < 100; i++) {
    const kt_record *r = kt_batch_record(b, i);
    ck_assert_uint_eq(r->kind, KT_POST);
    ck_assert(r->id.ptr && r->user_id.ptr && r->user_name.ptr && r->source.ptr && r->text.ptr);
    ck_assert(r->created_ms >= INT64_C(1409444936000) && r->created_ms <= INT64_C(1409444955000));
    reposts += (r->flags & KT_REPOST) != 0;
    replies += (r->flags & KT_REPLY) != 0;
    japanese += kt_span_equal(r->lang, kt_span_of("ja"));
    bytes += r->text.len;
  }
  ck_assert_uint_eq(reposts, 73);
  ck_assert_uint_eq(replies, 6);
  ck_assert_uint_eq(japanese, 96);
  ck_assert_uint_eq(bytes, 33975);
  kt_batch_unref(b);
  free(text);
}
END_TEST

int main(void) {
  Suite *s = suite_create("parse_hostile");
  TCase *t = tcase_create("all");
  tcase_set_timeout(t, 60);
  tcase_add_test(t, mutants_do_no_harm);
  tcase_add_test(t, each_allocation_may_fail);
  tcase_add_test(t, the_steady_state_allocates_nothing);
  tcase_add_test(t, threads_share_one_parser);
  tcase_add_test(t, real_posts_are_read_whole);
  suite_add_tcase(s, t);
  return test_run(s);
}
