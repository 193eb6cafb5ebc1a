/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_case.h"

#include <kappatweet/encode.h>

#define AT_MS INT64_C(1636106400000)

START_TEST(a_tweet_record_is_read_back) {
  static const char payload[] =
      "{\"id\":17,\"text\":\"a &amp; "
      "\\\"b\\\"\",\"created_time\":\"2021-11-05T10:00:00+00:00\",\"source\":\"<x> & y\","
      "\"tweet_id\":\"99\",\"user_name\":\"Ana\",\"user_id\":\"7\",\"run_start_time\":1636106400."
      "25,"
      "\"run_time_limit\":3600}";
  kt_batch *b = parse_text("tweet-record:", payload);
  const kt_record *r = kt_batch_record(b, 0);
  check_record(payload, r,
               &(want){ .id = "99",
                        .text = "a &amp; \"b\"",
                        .source = "<x> & y",
                        .user_id = "7",
                        .user_name = "Ana",
                        .created_ms = AT_MS });
  ck_assert_int_eq(r->run_no, 17);
  ck_assert_int_eq(r->run_start_us, INT64_C(1636106400250000));
  ck_assert_int_eq(r->run_limit_s, 3600);
  ck_assert_ptr_null(kt_batch_score(b, 0));
  kt_batch_unref(b);
}
END_TEST

START_TEST(a_tweet_record_may_lack_fields) {
  static const char payload[] =
      "{\"tweet_id\":99,\"text\":null,\"created_time\":null,\"run_start_time\":-1,"
      "\"run_time_limit\":\"x\",\"id\":1.5}";
  kt_batch *b = parse_text("auto:", payload);
  const kt_record *r = kt_batch_record(b, 0);
  check_record(payload, r, &(want){ .id = "99" });
  ck_assert_int_eq(r->run_start_us, KT_UNKNOWN);
  ck_assert_int_eq(r->run_limit_s, KT_UNKNOWN);
  kt_batch_unref(b);
}
END_TEST

START_TEST(a_sentiment_record_brings_its_score) {
  static const char payload[] = "{\"id\":\"99\",\"text\":\"t\",\"created_time\":\"2021-11-05 "
                                "10:00:00\",\"user_name\":\"Ana\",\"sentiment\":"
                                "\"MIXED\",\"score_positive\":0.25,\"score_negative\":0.125,"
                                "\"score_neutral\":0,\"score_mixed\":0.625}";
  kt_batch *b = parse_text("auto:", payload);
  check_record(payload, kt_batch_record(b, 0),
               &(want){ .id = "99", .text = "t", .user_name = "Ana", .created_ms = AT_MS });
  const kt_score *s = kt_batch_score(b, 0);
  ck_assert_ptr_nonnull(s);
  ck_assert_int_eq(s->label, KT_LABEL_MIXED);
  ck_assert(s->positive == 0.25f && s->negative == 0.125f && s->neutral == 0 && s->mixed == 0.625f);
  kt_batch_unref(b);
  b = parse_text("auto:", "{\"id\":\"1\",\"text\":\"t\",\"created_time\":null,\"sentiment\":null}\n"
                          "{\"id\":\"2\",\"text\":\"t\",\"sentiment\":\"HAPPY\"}\n");
  ck_assert_uint_eq(kt_batch_count(b), 2);
  ck_assert_ptr_null(kt_batch_score(b, 0));
  ck_assert_ptr_null(kt_batch_score(b, 1));
  kt_batch_unref(b);
}
END_TEST

/* NDJSON of all records of `b`. */
static kt_buf *encode(kt_env *env, const kt_batch *b, const char *layout) {
  kt_conf *conf;
  kt_encoder *e;
  kt_buf *out;
  ck_assert_int_eq(kt_conf_new(env, KT_ENCODER_OPTIONS, &conf, NULL), KT_OK);
  ck_assert_int_eq(kt_conf_set(conf, "record", layout, NULL), KT_OK);
  ck_assert_int_eq(kt_encoder_new(env, KT_FORMAT_NDJSON, conf, &e, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_new(env, &out, NULL), KT_OK);
  for (size_t i = 0; i < kt_batch_count(b); i++)
    ck_assert_int_eq(kt_encoder_record(e, b, i, out, NULL), KT_OK);
  kt_encoder_free(e);
  kt_conf_free(conf);
  return out;
}

START_TEST(full_records_come_back_as_they_were) {
  static const char payload[] =
      "{\"id\":1,\"text\":\"RT @b: "
      "x\",\"lang\":\"en\",\"source\":\"<a>S</a>\",\"truncated\":true,\"user\":{\"id\":7,"
      "\"name\":\"N\"},\"created_at\":\"2021-11-05T10:00:00.123Z\",\"is_quote_status\":true,"
      "\"in_reply_to_status_id\":5,\"retweeted_status\":{\"id\":2,\"text\":\"&amp;amp;\","
      "\"truncated\":true,"
      "\"user\":{\"screen_name\":\"b\"}},\"edit_history\":{\"edit_tweet_ids\":[1,2]}}\n"
      "{\"delete\":{\"status\":{\"id\":42,\"user_id\":7},\"timestamp_ms\":\"1636106400123\"}}\n"
      "{\"limit\":{\"track\":17}}\nnot JSON \xff\n{\"hello\":1}\n";
  kt_env *env = test_env(NULL, NULL);
  kt_batch *before = parse_text("auto:", payload);
  kt_buf *text = encode(env, before, "full");
  kt_batch *after = parse_with("tweet-record:", kt_buf_bytes(text));
  ck_assert_uint_eq(kt_batch_count(before), 5);
  ck_assert_uint_eq(kt_batch_count(after), 5);
  for (size_t i = 0; i < 5; i++) {
    const kt_record *a = kt_batch_record(before, i), *b = kt_batch_record(after, i);
    ck_assert_uint_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_int_eq(a->created_ms, b->created_ms);
    ck_assert(kt_span_equal(a->id, b->id) && kt_span_equal(a->text, b->text));
    ck_assert(kt_span_equal(a->lang, b->lang) && kt_span_equal(a->source, b->source));
    ck_assert(kt_span_equal(a->user_id, b->user_id) && kt_span_equal(a->user_name, b->user_name));
    kt_dead x = { .size = sizeof x }, y = { .size = sizeof y };
    if (kt_batch_dead(before, i, &x) < 0) continue;
    ck_assert_int_eq(kt_batch_dead(after, i, &y), KT_OK);
    ck_assert(kt_span_equal(a->raw, b->raw) && kt_span_equal(x.reason, y.reason));
    ck_assert(kt_span_equal(x.lane, y.lane) && kt_span_equal(x.place, y.place));
    ck_assert_int_eq(x.code, y.code);
    ck_assert_uint_eq(x.attempts, y.attempts);
  }
  kt_batch_unref(before);
  kt_batch_unref(after);
  kt_buf_free(text);
  kt_env_free(env);
}
END_TEST

START_TEST(a_dead_letter_is_unpacked_by_dead) {
  static const char letter[] = "{\"kind\":\"dead\",\"lane\":\"csv\",\"place\":\"f:1:0\","
                               "\"attempts\":3,\"error\":\"KT_EREMOTE\",\"reason\":\"r\","
                               "\"frame\":\"{\\\"id\\\":1,\\\"text\\\":\\\"caf\\\\u00e9\\\"}\"}";
  kt_batch *b = parse_text("auto:", letter);
  kt_dead dead = { .size = sizeof dead };
  ck_assert_int_eq(kt_batch_dead(b, 0, &dead), KT_OK);
  ck_assert_int_eq(dead.code, KT_EREMOTE);
  ck_assert_uint_eq(dead.attempts, 3);
  check_field(letter, "lane", dead.lane, "csv");
  check_field(letter, "place", dead.place, "f:1:0");
  check_field(letter, "raw", kt_batch_record(b, 0)->raw, "{\"id\":1,\"text\":\"caf\\u00e9\"}");
  kt_batch_unref(b);

  check_one("dead:", letter, (want){ .id = "1", .text = "café" });
  check_one("dead:", "{\"id\":1,\"text\":\"a post as well\"}",
            (want){ .id = "1", .text = "a post as well" });
  check_one("dead:", "{\"kind\":\"dead\",\"frame_base64\":\"eyJpZCI6MSwidGV4dCI6InQifQ==\"}",
            (want){ .id = "1", .text = "t" });
  /* A dead letter in a dead letter. */
  check_one("dead:",
            "{\"kind\":\"dead\",\"frame\":\"{\\\"kind\\\":\\\"dead\\\",\\\"frame\\\":"
            "\\\"{\\\\\\\"id\\\\\\\":1,\\\\\\\"text\\\\\\\":null}\\\"}\"}",
            (want){ .id = "1" });
  check_rejected(
      "dead:", "{\"kind\":\"dead\",\"frame\":\"{}\"}",
      "JSON, but no form that this parser knows; it takes v1.1 and v2 payloads and our records");
  check_rejected("dead:", "{\"kind\":\"dead\",\"frame\":null}",
                 "the dead letter has no frame and no frame_base64");
  check_rejected("dead:", "{\"kind\":\"dead\",\"frame_base64\":\"eyJ\"}",
                 "the dead letter has no frame and no frame_base64");
  check_rejected("dead:", "{\"kind\":\"dead\",\"frame_base64\":\"e=J=\"}",
                 "the dead letter has no frame and no frame_base64");
}
END_TEST

START_TEST(what_is_no_record_is_set_aside) {
  check_rejected("tweet-record:", "{\"tweet_id\":null,\"text\":\"t\"}",
                 "the record at byte 0 has no tweet_id");
  check_rejected("auto:", "{\"kind\":\"post\",\"text\":\"t\"}", "the record at byte 0 has no id");
  check_rejected(
      "auto:", "{\"kind\":\"commit\",\"did\":\"x\"}",
      "JSON, but no form that this parser knows; it takes v1.1 and v2 payloads and our records");
  check_rejected("tweet-record:", "{\"id\":1,\"text\":\"t\",\"user\":{}}",
                 "JSON, but no form that this parser knows; it takes tweet, sentiment, full and "
                 "dead-letter records");
}
END_TEST

int main(void) {
  Suite *s = suite_create("parse_record");
  TCase *t = tcase_create("all");
  tcase_add_test(t, a_tweet_record_is_read_back);
  tcase_add_test(t, a_tweet_record_may_lack_fields);
  tcase_add_test(t, a_sentiment_record_brings_its_score);
  tcase_add_test(t, full_records_come_back_as_they_were);
  tcase_add_test(t, a_dead_letter_is_unpacked_by_dead);
  tcase_add_test(t, what_is_no_record_is_set_aside);
  suite_add_tcase(s, t);
  return test_run(s);
}
