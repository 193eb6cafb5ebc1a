/* SPDX-License-Identifier: Apache-2.0 */
#include "posts.h"

#include <stdio.h>

extern const kt_filter_ops kt_filter_where, kt_filter_sample, kt_filter_dedup;

static kt_status open_filter(kt_env *env, const kt_filter_ops *ops, const char *uri, void **self,
                             kt_error *err) {
  kt_conf *conf = NULL;
  kt_status st = kt_conf_new(env, ops->options, &conf, err);
  if (st == KT_OK) st = kt_conf_set_uri(conf, uri, err);
  if (st == KT_OK) st = ops->open(NULL, env, conf, self, err);
  kt_conf_free(conf);
  return st;
}

/* Which records pass, as a row of digits. */
static const char *chosen(const kt_filter_ops *ops, void *self, const kt_batch *b) {
  static char out[64];
  uint8_t keep[64];
  memset(keep, 1, sizeof keep);
  ck_assert_int_eq(ops->select(self, b, keep, NULL), KT_OK);
  for (size_t i = 0; i < kt_batch_count(b); i++) out[i] = (char)('0' + keep[i]);
  out[kt_batch_count(b)] = '\0';
  return out;
}

static void expect_where(const kt_batch *b, const char *uri, const char *wanted) {
  kt_error err = { 0 };
  void *self;
  ck_assert_msg(open_filter(b->env, &kt_filter_where, uri, &self, &err) == KT_OK, "%s: %s", uri,
                err.message);
  const char *got = chosen(&kt_filter_where, self, b);
  ck_assert_msg(!strcmp(got, wanted), "%s: %s, not %s", uri, got, wanted);
  kt_filter_where.close(self);
}

/* 0: es, repost, edited, "¡Mañana LLUEVE!"; 1: en-GB, reply; 2: no fields; 3: delete; 4: notice. */
static kt_batch *five_records(kt_env *env) {
  kt_batch *b = kt_batch_new(env, NULL);
  test_add_post(b, KT_LIT("\xC2\xA1Ma\xC3\xB1"
                          "ana LLUEVE!"));
  kt_record *r = test_add_post(b, KT_LIT("it rains, a,b"));
  r->lang = KT_LIT("en-GB");
  r->flags = KT_REPLY | KT_TRUNCATED;
  r->user_id = KT_LIT("43");
  r->id = KT_LIT("1457");
  r->created_ms += 3600000;
  test_add(b, KT_LIT("{}"));
  r = test_add(b, KT_LIT("{\"delete\":1}"));
  r->kind = KT_DELETE;
  r->id = KT_LIT("1456");
  r = test_add(b, KT_LIT("{\"limit\":1}"));
  r->kind = KT_NOTICE;
  return b;
}

START_TEST(where_takes_each_condition) {
  static const struct {
    const char *uri, *wanted;
  } cases[] = {
    { "where:", "11111" },
    { "where:?lang=es", "10011" },
    { "where:lang=es", "10011" },
    { "where:?lang=es,en", "11011" },
    { "where:?lang=e", "00011" },
    { "where:?lang=en-GB,fr", "01011" },
    { "where:?kind=post", "11100" },
    { "where:?kind=Delete,notice", "00011" },
    { "where:?kind=post,delete&lang=es", "10010" },
    { "where:?repost=true", "10011" },
    { "where:?repost=false", "01111" },
    { "where:?reply=yes", "01011" },
    { "where:?quote=true", "00011" },
    { "where:?truncated=false", "10111" },
    { "where:?edited=true", "10011" },
    { "where:?contains=llueve", "10011" },
    { "where:?contains=MA\xC3\x91"
      "ANA",
      "10011" },
    { "where:?contains=manana", "00011" },
    { "where:?contains=xyz,RAINS", "01011" },
    { "where:?contains=!", "10011" },
    { "where:?contains=llueve!!", "00011" },
    { "where:?user_id=43,44", "01011" },
    { "where:?id=1456", "10011" },
    { "where:?since=2021-11-05", "11011" },
    { "where:?since=2021-11-05T10:00:00Z&until=2021-11-05T11:00:00Z", "10011" },
    { "where:?until=2021-11-05T10:00:00Z", "00011" },
    { "where:?lang=es&invert=true", "01111" },
    { "where:?lang=es&invert=true&kind=post", "01100" },
    { "where:lang=es,en&repost=false", "01011" },
    { "where:lang=es,en?repost=false", "01011" },
    { "where:contains=it%20rains", "01011" },
    { "where:?sentiment=positive", "00011" },
  };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = five_records(env);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect_where(b, cases[i].uri, cases[i].wanted);
  kt_batch_unref(b);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(where_knows_the_score) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  test_add_post(b, KT_LIT("x"));
  test_score(b, 0.5f, KT_LABEL_POSITIVE);
  test_add_post(b, KT_LIT("x"));
  test_score(b, 0.5f, KT_LABEL_MIXED);
  test_add_post(b, KT_LIT("x"));
  expect_where(b, "where:?sentiment=POSITIVE", "100");
  expect_where(b, "where:sentiment=mixed,negative", "010");
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(where_says_what_is_wrong) {
  static const struct {
    const char *uri, *message;
  } cases[] = {
    { "where:?kind=posts", "option kind: no kind 'posts'; did you mean post?" },
    { "where:?sentiment=happy", "option sentiment: no sentiment 'happy'; did you mean positive?" },
    { "where:?lang=es,,en", "option lang: an empty value; write lang=a,b" },
    { "where:?since=yesterday",
      "option since: 'yesterday' is no time; write 2021-11-05 or 2021-11-05T10:00:00Z" },
    { "where:?until=2021-13-05",
      "option until: '2021-13-05' is no time; write 2021-11-05 or 2021-11-05T10:00:00Z" },
    { "where:langs=es", "no option 'langs'; did you mean lang?" },
    { "where:es", "'es' is no condition; write where:lang=es&repost=false" },
    { "where:?repost=maybe", "option repost: 'maybe' is not true or false" },
  };
  kt_env *env = test_env(NULL, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    kt_error err = { 0 };
    void *self;
    ck_assert_int_eq(open_filter(env, &kt_filter_where, cases[i].uri, &self, &err), KT_EINVAL);
    ck_assert_str_eq(err.message, cases[i].message);
  }
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

static kt_batch *numbered(kt_env *env, int from, int n, char (*ids)[16]) {
  kt_batch *b = kt_batch_new(env, NULL);
  for (int i = 0; i < n; i++) {
    kt_record *r = test_add(b, KT_LIT("{}"));
    snprintf(ids[i], sizeof ids[i], "%d", from + i);
    r->id = r->user_id = kt_span_of(ids[i]);
  }
  return b;
}

static size_t sampled(kt_env *env, const char *uri, uint8_t *keep, int n) {
  static char ids[20000][16];
  void *self;
  size_t kept = 0;
  kt_batch *b = numbered(env, 1456000000, n, ids);
  memset(keep, 1, (size_t)n);
  ck_assert_int_eq(open_filter(env, &kt_filter_sample, uri, &self, NULL), KT_OK);
  ck_assert_int_eq(kt_filter_sample.select(self, b, keep, NULL), KT_OK);
  for (int i = 0; i < n; i++) kept += keep[i];
  kt_filter_sample.close(self);
  kt_batch_unref(b);
  return kept;
}

START_TEST(sample_is_a_share_and_the_same) {
  enum { N = 20000 };
  static uint8_t tenth[N], again[N], third[N], other[N];
  kt_env *env = test_env(NULL, NULL);
  size_t n = sampled(env, "sample:0.1", tenth, N);
  ck_assert(n > 1800 && n < 2200); /* 4.7 standard deviations */
  ck_assert_uint_eq(sampled(env, "sample:0.1?by=user", again, N), n);
  ck_assert(!memcmp(tenth, again, N));
  n = sampled(env, "sample:0.3", third, N);
  ck_assert(n > 5700 && n < 6300);
  for (int i = 0; i < N; i++) ck_assert(third[i] >= tenth[i]);
  sampled(env, "sample:0.1?seed=7", other, N);
  size_t both = 0;
  for (int i = 0; i < N; i++) both += other[i] & tenth[i];
  ck_assert(both > 120 && both < 290);
  ck_assert_uint_eq(sampled(env, "sample:1", other, N), N);
  ck_assert_uint_eq(sampled(env, "sample:0", other, N), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(sample_by_user_and_by_payload) {
  char ids[40][16], payloads[40][16];
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = numbered(env, 0, 40, ids);
  void *self;
  for (int i = 0; i < 40; i++) b->records[i].user_id = KT_LIT("42");
  ck_assert_int_eq(open_filter(env, &kt_filter_sample, "sample:0.5?by=user", &self, NULL), KT_OK);
  const char *got = chosen(&kt_filter_sample, self, b);
  ck_assert(!strchr(got, '0') || !strchr(got, '1'));
  kt_filter_sample.close(self);
  for (int i = 0; i < 40; i++) { /* without ids, the payload chooses */
    snprintf(payloads[i], sizeof payloads[i], "{\"n\":%d}", i);
    b->records[i].id = KT_NULL_SPAN;
    b->records[i].raw = kt_span_of(payloads[i]);
  }
  ck_assert_int_eq(open_filter(env, &kt_filter_sample, "sample:0.5", &self, NULL), KT_OK);
  got = chosen(&kt_filter_sample, self, b);
  ck_assert(strchr(got, '0') && strchr(got, '1'));
  kt_filter_sample.close(self);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(D_filters_let_the_rest_pass) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = five_records(env);
  void *self;
  kt_error err = { 0 };
  ck_assert_int_eq(open_filter(env, &kt_filter_sample, "sample:0", &self, NULL), KT_OK);
  ck_assert_str_eq(chosen(&kt_filter_sample, self, b), "00011");
  kt_filter_sample.close(self);
  ck_assert_int_eq(open_filter(env, &kt_filter_sample, "sample:1.5", &self, &err), KT_EINVAL);
  ck_assert_int_eq(open_filter(env, &kt_filter_sample, "sample:", &self, &err), KT_EINVAL);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

static void *open_dedup(kt_env *env, const char *uri) {
  void *self = NULL;
  ck_assert_int_eq(open_filter(env, &kt_filter_dedup, uri, &self, NULL), KT_OK);
  return self;
}

START_TEST(dedup_drops_what_was_seen) {
  char first[8][16], second[8][16];
  kt_env *env = test_env(NULL, NULL);
  void *d = open_dedup(env, "dedup:");
  kt_batch *a = numbered(env, 0, 4, first), *b = numbered(env, 2, 4, second),
           *c = five_records(env);
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, a), "1111");
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, b), "0011");
  kt_filter_dedup.settle(d, a, 1);
  kt_filter_dedup.settle(d, b, 1);
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, a), "0000");
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, c), "11111"); /* no id, delete, notice */
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, c), "00111");
  kt_filter_dedup.close(d);
  kt_batch_unref(a);
  kt_batch_unref(b);
  kt_batch_unref(c);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(dedup_within_a_batch) {
  kt_env *env = test_env(NULL, NULL);
  void *d = open_dedup(env, "dedup:");
  kt_batch *b = kt_batch_new(env, NULL);
  for (int i = 0; i < 3; i++) test_add_post(b, KT_LIT("x"));
  uint8_t keep[3] = { 0, 1, 1 }; /* what another filter dropped was not seen */
  ck_assert_int_eq(kt_filter_dedup.select(d, b, keep, NULL), KT_OK);
  ck_assert(!keep[0] && keep[1] && !keep[2]);
  kt_filter_dedup.close(d);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(D_dedup_forgets_the_abandoned) {
  char first[8][16], second[8][16];
  kt_env *env = test_env(NULL, NULL);
  void *d = open_dedup(env, "dedup:");
  kt_batch *a = numbered(env, 0, 4, first), *b = numbered(env, 2, 4, second);
  chosen(&kt_filter_dedup, d, a);
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, b), "0011");
  kt_filter_dedup.settle(d, b, 0);
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, b), "0011"); /* a's are still known */
  kt_filter_dedup.settle(d, a, 0);
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, a), "1111");
  kt_filter_dedup.settle(d, a, 1);
  kt_filter_dedup.settle(d, a, 0); /* settled already */
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, a), "0000");
  kt_filter_dedup.close(d);
  kt_batch_unref(a);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

/* What the filter should do, by looking at everything. */
typedef struct model {
  int ids[4096], batch[4096];
  size_t next, window;
} model;

static int model_learn(model *m, int id, int batch) {
  size_t from = m->next > m->window ? m->next - m->window : 0;
  for (size_t i = from; i < m->next; i++)
    if (m->ids[i] == id) return 0;
  m->ids[m->next] = id;
  m->batch[m->next++] = batch;
  return 1;
}

START_TEST(dedup_is_as_the_model) {
  enum { ROUNDS = 300, EACH = 8 };
  static const char *const uris[] = { "dedup:?window=1", "dedup:?window=7", "dedup:?window=40",
                                      "dedup:?window=1000" };
  static const size_t windows[] = { 1, 7, 40, 1000 };
  static kt_batch *batches[ROUNDS];
  static char ids[ROUNDS][EACH][16];
  kt_env *env = test_env(NULL, NULL);
  for (size_t w = 0; w < 4; w++) {
    void *d = open_dedup(env, uris[w]);
    static model m;
    m = (model){ .window = windows[w] };
    for (int round = 0; round < ROUNDS; round++) {
      int from = (int)(kt_env_random(env) % 60);
      batches[round] = numbered(env, from, EACH, ids[round]);
      const char *got = chosen(&kt_filter_dedup, d, batches[round]);
      for (int i = 0; i < EACH; i++)
        ck_assert_int_eq(got[i] - '0', model_learn(&m, from + i, round));
      /* One of the last few batches is abandoned. */
      int gone = round - (int)(kt_env_random(env) % 4);
      if (gone < 0 || round % 3) continue;
      kt_filter_dedup.settle(d, batches[gone], 0);
      for (size_t i = 0; i < m.next; i++)
        if (m.batch[i] == gone) m.ids[i] = -1;
    }
    kt_filter_dedup.close(d);
    for (int round = 0; round < ROUNDS; round++) kt_batch_unref(batches[round]);
  }
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(dedup_stays_bounded_without_settle) {
  enum { ROUNDS = 2000 };
  char ids[8][16];
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  void *d = open_dedup(env, "dedup:?window=64");
  size_t bytes = 0;
  for (int round = 0; round < ROUNDS; round++) {
    kt_batch *b = numbered(env, round * 8, 8, ids);
    chosen(&kt_filter_dedup, d, b);
    kt_batch_unref(b);
    if (round == 100) bytes = a.live_bytes;
  }
  ck_assert_uint_eq(a.live_bytes, bytes);
  kt_filter_dedup.close(d);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(no_memory_at_open) {
  static const struct {
    const kt_filter_ops *ops;
    const char *uri;
  } cases[] = { { &kt_filter_where,
                  "where:lang=es,en&kind=post?contains=a,b&user_id=1&since=2021-11-05" },
                { &kt_filter_sample, "sample:0.5" },
                { &kt_filter_dedup, "dedup:?window=100" } };
  for (size_t k = 0; k < 3; k++) {
    test_alloc a = { 0 };
    kt_env *env = test_env(&a, NULL);
    size_t live = a.live_bytes, n = 1;
    for (;; n++) {
      void *self;
      a.calls = 0;
      a.fail_at = n;
      kt_status st = open_filter(env, cases[k].ops, cases[k].uri, &self, NULL);
      a.fail_at = 0;
      if (st == KT_OK) {
        cases[k].ops->close(self);
        break;
      }
      ck_assert_int_eq(st, KT_ENOMEM);
      ck_assert_uint_eq(a.live_bytes, live);
    }
    ck_assert_uint_gt(n, 3);
    kt_env_free(env);
    ck_assert_uint_eq(a.live_blocks, 0);
  }
}
END_TEST

START_TEST(no_memory_in_select_learns_nothing) {
  char ids[8][16];
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  void *d = open_dedup(env, "dedup:?window=100");
  kt_batch *b = numbered(env, 0, 8, ids);
  uint8_t keep[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  kt_error err = { 0 };
  a.calls = 0;
  a.fail_at = 1;
  ck_assert_int_eq(kt_filter_dedup.select(d, b, keep, &err), KT_ENOMEM);
  ck_assert_uint_eq(err.flags & KT_ERR_RETRYABLE, KT_ERR_RETRYABLE);
  a.fail_at = 0;
  ck_assert_str_eq(chosen(&kt_filter_dedup, d, b), "11111111");
  kt_filter_dedup.close(d);
  kt_batch_unref(b);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(filters_are_in_the_catalogue) {
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts = NULL;
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  ck_assert_int_eq(kt_parts_check(parts, KT_PART_FILTER, "where:lang=es", NULL), KT_OK);
  ck_assert_int_eq(kt_parts_check(parts, KT_PART_FILTER, "sample:0.5", NULL), KT_OK);
  ck_assert_int_eq(kt_parts_check(parts, KT_PART_FILTER, "dedup:?window=0", NULL), KT_EINVAL);
  kt_parts_free(parts);
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("filter");
  TCase *t = tcase_create("filter");
  tcase_add_test(t, where_takes_each_condition);
  tcase_add_test(t, where_knows_the_score);
  tcase_add_test(t, where_says_what_is_wrong);
  tcase_add_test(t, sample_is_a_share_and_the_same);
  tcase_add_test(t, sample_by_user_and_by_payload);
  tcase_add_test(t, D_filters_let_the_rest_pass);
  tcase_add_test(t, dedup_drops_what_was_seen);
  tcase_add_test(t, dedup_within_a_batch);
  tcase_add_test(t, D_dedup_forgets_the_abandoned);
  tcase_add_test(t, dedup_is_as_the_model);
  tcase_add_test(t, dedup_stays_bounded_without_settle);
  tcase_add_test(t, no_memory_at_open);
  tcase_add_test(t, no_memory_in_select_learns_nothing);
  tcase_add_test(t, filters_are_in_the_catalogue);
  suite_add_tcase(s, t);
  return test_run(s);
}
