/* SPDX-License-Identifier: Apache-2.0 */
/* What an encoder wrote, the parser `auto` reads back so that it is written the same. */
#include "posts.h"

#include <stdio.h>

#include "base/buf.h"

static kt_buf *encode(const kt_batch *b, const char *uri) {
  kt_conf *conf = NULL;
  kt_encoder *e = NULL;
  kt_buf *out = NULL;
  ck_assert_int_eq(kt_conf_new(b->env, KT_ENCODER_OPTIONS, &conf, NULL), KT_OK);
  ck_assert_int_eq(kt_conf_set_uri(conf, uri, NULL), KT_OK);
  ck_assert_int_eq(kt_encoder_new(b->env, KT_FORMAT_NDJSON, conf, &e, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(b->env, &out, NULL), KT_OK);
  for (size_t i = 0; i < kt_batch_count(b); i++)
    ck_assert_int_eq(kt_encoder_record(e, b, i, out, NULL), KT_OK);
  kt_encoder_free(e);
  kt_conf_free(conf);
  return out;
}

static kt_batch *some_records(kt_env *env) {
  kt_batch *b = kt_batch_new(env, NULL);
  for (int i = 0; i < 40; i++) {
    kt_record *r =
        test_add_post(b, i % 4 ? KT_LIT("RT @a: \xC3\xB1 \"q\" \\ \n &amp; <b>") : KT_LIT(""));
    r->flags = (uint32_t)i & 31;
    r->run_no = i;
    r->run_start_us += 7919 * i;
    r->created_ms += 101 * i;
    if (i % 5 == 0) r->source = r->lang = KT_NULL_SPAN;
    if (i % 7 == 0) r->user_name = r->user_id = KT_NULL_SPAN;
    if (i % 11 == 0) r->run_limit_s = KT_UNKNOWN;
    if (i % 13 == 3) r->created_ms = KT_UNKNOWN;
    if (i % 3) test_score(b, 0.1f * (float)i, 1 + i % 4);
  }
  return b;
}

/* Encodes, parses, encodes. */
static void again(kt_env *env, const kt_batch *b, const char *uri) {
  kt_parts *parts = NULL;
  kt_batch *read = NULL;
  kt_error err = { 0 };
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  kt_buf *first = encode(b, uri);
  ck_assert_uint_gt(first->len, 0);
  ck_assert_msg(kt_parts_parse(parts, "auto:", kt_buf_bytes(first), &read, &err) == KT_OK, "%s",
                err.message);
  ck_assert_uint_eq(kt_batch_count(read), kt_batch_count(b));
  kt_buf *second = encode(read, uri);
  size_t n = 0;
  while (n < first->len && n < second->len && first->ptr[n] == second->ptr[n]) n++;
  size_t from = n > 60 ? n - 60 : 0;
  ck_assert_msg(n == first->len && n == second->len, "%s: byte %zu: %.*s\nnot %.*s", uri, n,
                (int)(second->len - from > 120 ? 120 : second->len - from), second->ptr + from,
                (int)(first->len - from > 120 ? 120 : first->len - from), first->ptr + from);
  kt_buf_free(first);
  kt_buf_free(second);
  kt_batch_unref(read);
  kt_parts_free(parts);
}

START_TEST(records_come_back) {
  static const char *const uris[] = { "x:", "x:?record=sentiment", "x:?record=full" };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = some_records(env);
  for (size_t i = 0; i < 3; i++) again(env, b, uris[i]);
  kt_batch_unref(b);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(other_kinds_come_back) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_record *r = test_add(b, KT_LIT("{}"));
  r->kind = KT_DELETE;
  r->id = KT_LIT("99");
  r->user_id = KT_LIT("7");
  r = test_add(b, KT_LIT("{}"));
  r->kind = KT_NOTICE;
  r->text = KT_LIT("limit");
  r = test_add(b, KT_LIT("{}"));
  r->kind = KT_GAP;
  again(env, b, "x:?record=full");
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(D_dead_letter_comes_back) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_dead why = { .size = sizeof why,
                  .attempts = 3,
                  .code = KT_EREMOTE,
                  .lane = KT_LIT("csv:a"),
                  .place = KT_LIT("p.ndjson:1:0"),
                  .reason = KT_LIT("\"why\"") };
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT("{\"a\":\xC3\xB1"), &why), KT_OK);
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT("\xFF\0\xFE"), &why), KT_OK);
  why.lane = why.place = why.reason = KT_NULL_SPAN;
  why.code = KT_EPARSE;
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT(""), &why), KT_OK);
  again(env, b, "x:");
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("encode_again");
  TCase *t = tcase_create("encode_again");
  tcase_add_test(t, records_come_back);
  tcase_add_test(t, other_kinds_come_back);
  tcase_add_test(t, D_dead_letter_comes_back);
  suite_add_tcase(s, t);
  return test_run(s);
}
