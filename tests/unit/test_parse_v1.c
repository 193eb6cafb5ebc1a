/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_case.h"

#include "parse/html.h"

#define AT "\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\""
enum { AT_MS_HIGH = 1636106400 };
#define AT_MS ((int64_t)AT_MS_HIGH * 1000)
#define USER                                                                                       \
  "\"user\":{\"id\":7,\"id_str\":\"7\",\"name\":\"Ana &amp; Co\",\"screen_name\":\"ana\"}"

START_TEST(a_streamed_post_has_all_fields) {
  check_one(
      "tweet-v1:",
      "{" AT
      ",\"id\":145,\"id_str\":\"145\",\"text\":\"caf\\u00e9 &amp; m\\u00fasica \\ud83d\\ude0d\","
      "\"source\":\"\\u003ca href=\\\"https:\\/\\/x.example\\\" rel=\\\"nofollow\\\"\\u003eWeb "
      "App\\u003c\\/a\\u003e\",\"truncated\":false," USER
      ",\"lang\":\"es\",\"timestamp_ms\":\"1\"}",
      (want){ .id = "145",
              .text = "café & música 😍",
              .lang = "es",
              .source = "Web App",
              .user_id = "7",
              .user_name = "Ana &amp; Co",
              .created_ms = AT_MS });
}
END_TEST

START_TEST(what_is_absent_or_of_another_type_is_null) {
  static const char *const payloads[] = {
    "{\"id\":145,\"text\":null,\"user\":null}",
    "{\"id\":145,\"text\":[],\"source\":5,\"lang\":{},\"user\":\"x\",\"created_at\":7,"
    "\"truncated\":\"yes\"}",
    "{\"id_str\":null,\"id\":145,\"text\":7,\"user\":{\"id\":1.5,\"name\":null},\"retweeted_"
    "status\":null,"
    "\"quoted_status\":[],\"extended_tweet\":5,\"in_reply_to_status_id\":null,\"edit_history\":"
    "null}",
    "{\"id_str\":\"\",\"id\":\"145\",\"text\":null,\"user\":{},\"created_at\":\"yesterday\","
    "\"timestamp_ms\":\"x\"}",
  };
  for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
    check_one("auto:", payloads[i], (want){ .id = "145" });
}
END_TEST

START_TEST(time_is_created_at_and_else_timestamp_ms) {
  check_one("auto:", "{\"id\":1,\"text\":\"\",\"created_at\":\"2021-11-05T10:00:00.123Z\"}",
            (want){ .id = "1", .text = "", .created_ms = AT_MS + 123 });
  check_one(
      "auto:", "{\"id\":1,\"text\":\"\",\"created_at\":\"Fri Nov 05 10:00:00 \\u002B0000 2021\"}",
      (want){ .id = "1", .text = "", .created_ms = AT_MS });
  check_one("auto:", "{\"id\":1,\"text\":\"\",\"timestamp_ms\":\"1636106400657\"}",
            (want){ .id = "1", .text = "", .created_ms = AT_MS + 657 });
  check_one("auto:", "{\"id\":1,\"text\":\"\",\"timestamp_ms\":1636106400657}",
            (want){ .id = "1", .text = "", .created_ms = AT_MS + 657 });
}
END_TEST

START_TEST(text_is_the_longest_that_is_held) {
  static const struct {
    const char *members, *text;
    uint32_t flags;
  } cases[] = {
    { "\"text\":\"cut\",\"truncated\":true,\"extended_tweet\":{\"full_text\":\"whole &gt;\"}",
      "whole >", 0 },
    { "\"text\":\"cut\",\"truncated\":true,\"extended_tweet\":{\"full_text\":null}", "cut",
      KT_TRUNCATED },
    { "\"text\":\"cut\",\"truncated\":true", "cut", KT_TRUNCATED },
    { "\"text\":\"cut\",\"full_text\":\"whole\",\"truncated\":true", "whole", 0 },
    { "\"full_text\":\"whole\"", "whole", 0 },
    { "\"text\":\"first\",\"te\\u0078t\":\"last\"", "last", 0 },
    { "\"text\":\"\\ud800 &lt;\"", "\xef\xbf\xbd <", KT_REPAIRED },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[256];
    snprintf(payload, sizeof payload, "{\"id\":1,%s}", cases[i].members);
    check_one("auto:", payload,
              (want){ .id = "1", .text = cases[i].text, .flags = cases[i].flags });
  }
}
END_TEST

START_TEST(a_repost_is_rebuilt_from_the_original) {
  static const struct {
    const char *original, *text;
    uint32_t flags;
  } cases[] = {
    { "{\"id_str\":\"2\",\"text\":\"short &amp;lt;\",\"user\":{\"screen_name\":\"b\"}}",
      "RT @b: short &lt;", 0 },
    { "{\"id\":2,\"text\":\"cut\",\"truncated\":true,\"extended_tweet\":{\"full_text\":\"the "
      "\\\"whole\\\" &amp; "
      "more\"},\"user\":{\"screen_name\":\"b\"}}",
      "RT @b: the \"whole\" & more", 0 },
    { "{\"id\":2,\"full_text\":\"whole\",\"user\":{\"screen_name\":\"b\"}}", "RT @b: whole", 0 },
    { "{\"id\":2,\"text\":\"cut\",\"truncated\":true,\"user\":{\"screen_name\":\"b\"}}",
      "RT @b: cut", KT_TRUNCATED },
    { "{\"id\":2,\"text\":\"\",\"user\":{\"screen_name\":\"b\"}}", "RT @b: ", 0 },
    { "{\"id\":2,\"text\":\"\\udc00\",\"user\":{\"screen_name\":\"b\"}}", "RT @b: \xef\xbf\xbd",
      KT_REPAIRED },
    /* The author is not there: he is named in the outer text. */
    { "{\"id\":2,\"text\":\"whole\",\"user\":{\"id\":3}}", "RT @out_er: whole", 0 },
    /* The text is not there. */
    { "{\"id\":2,\"user\":{\"screen_name\":\"b\"}}", "RT @out_er: the outer & cut", 0 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[512];
    snprintf(payload, sizeof payload,
             "{\"id\":1,\"text\":\"RT @out_er: the outer &amp; "
             "cut\",\"truncated\":false,\"retweeted_status\":%s,"
             "\"in_reply_to_status_id_str\":null,\"is_quote_status\":false}",
             cases[i].original);
    check_one(
        "auto:", payload,
        (want){
            .id = "1", .ref_id = "2", .text = cases[i].text, .flags = cases[i].flags | KT_REPOST });
  }
  check_one("auto:",
            "{\"id\":1,\"text\":\"no name before the text\",\"truncated\":true,"
            "\"retweeted_status\":{\"id\":2,\"text\":\"x\"}}",
            (want){ .id = "1",
                    .ref_id = "2",
                    .text = "no name before the text",
                    .flags = KT_REPOST | KT_TRUNCATED });
}
END_TEST

START_TEST(flags_and_ref_id_follow_the_order) {
  static const struct {
    const char *members, *ref_id;
    uint32_t flags;
  } cases[] = {
    { "\"in_reply_to_status_id_str\":\"3\",\"in_reply_to_status_id\":3", "3", KT_REPLY },
    { "\"in_reply_to_status_id\":3", "3", KT_REPLY },
    { "\"in_reply_to_user_id_str\":\"9\"", NULL, 0 },
    { "\"is_quote_status\":true,\"quoted_status_id_str\":\"4\"", "4", KT_QUOTE },
    { "\"is_quote_status\":true,\"quoted_status_id\":4", "4", KT_QUOTE },
    { "\"is_quote_status\":true", NULL, KT_QUOTE },
    { "\"quoted_status\":{\"id_str\":\"4\",\"text\":\"t\"}", "4", KT_QUOTE },
    { "\"is_quote_status\":true,\"quoted_status_id\":4,\"in_reply_to_status_id\":3", "3",
      KT_QUOTE | KT_REPLY },
    { "\"is_quote_status\":true,\"quoted_status_id\":4,\"in_reply_to_status_id\":3,"
      "\"retweeted_status\":{\"id\":2}",
      "2", KT_QUOTE | KT_REPLY | KT_REPOST },
    { "\"edit_history\":{\"edit_tweet_ids\":[\"0\",\"1\"]}", NULL, KT_EDITED },
    { "\"edit_history\":{\"edit_tweet_ids\":[\"1\"],\"initial_tweet_id\":\"1\"}", NULL, 0 },
    { "\"edit_history\":{\"initial_tweet_id\":\"0\"}", NULL, KT_EDITED },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[512];
    snprintf(payload, sizeof payload, "{\"id\":1,\"text\":\"t\",%s}", cases[i].members);
    check_one("auto:", payload,
              (want){ .id = "1", .ref_id = cases[i].ref_id, .text = "t", .flags = cases[i].flags });
  }
}
END_TEST

START_TEST(source_loses_its_markup) {
  static const char *const cases[][2] = {
    { "web", "web" },
    { "", "" },
    { "<a href=\\\"http://x\\\" rel=\\\"nofollow\\\">iPhone</a>", "iPhone" },
    { "<a href=\\\"http:\\/\\/x\\\">iPhone<\\/a>", "iPhone" },
    { "\\u003ca href=\\\"x\\\"\\u003eiPhone\\u003c\\/a\\u003e", "iPhone" },
    { "\\u003Ca\\u003EiPhone\\u003C/a\\u003E", "iPhone" },
    { "<a>A &amp; B</a>", "A & B" },
    { "<a>caf\\u00e9</a>", "café" },
    { "<a></a>", "" },
    { "<b>x</b><a>y</a>", "xy" },
    { "<a>x<b>y</b></a>", "xy" },
    { "<a \\u003e>x</a>", ">x" },
    { "\\u003ca \\\\\\u003eb\\u003ex\\u003c\\/a\\u003e", "b>x" },
    { "\\u003ca >b\\u003ex\\u003c\\/a\\u003e", "b>x" },
    { "a < b", "a < b" },
    { "</a>", "" },
    { "<a x</a>", "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[256];
    snprintf(payload, sizeof payload, "{\"id\":1,\"text\":\"t\",\"source\":\"%s\"}", cases[i][0]);
    check_one("auto:", payload, (want){ .id = "1", .text = "t", .source = cases[i][1] });
  }
}
END_TEST

START_TEST(entities_are_decoded_once) {
  static const char *const cases[][2] = {
    { "a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;", "a & b <c> \"d\" 'e'" },
    { "&amp;amp; &amp;lt;", "&amp; &lt;" },
    { "&#39;&#x27;&#X1F60D;&#128525;", "''😍😍" },
    { "&#0;&#xD800;&#x110000;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    { "&copy; &unknown; &amp & &; &# &#; &#x; &#12 &#xg; &",
      "&copy; &unknown; &amp & &; &# &#; &#x; &#12 &#xg; &" },
    { "&#123456789;", "&#123456789;" },
    { "&am", "&am" },
    { "", "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[128];
    strcpy(text, cases[i][0]);
    kt_span got = { text, kt_html_decode(text, strlen(text)) };
    check_field(cases[i][0], "decoded", got, cases[i][1]);
  }
}
END_TEST

START_TEST(a_page_is_many_records_of_one_frame) {
  static const char first[] = "{\"id\":1,\"text\":\"one\",\"user\":{\"name\":\"A\"}}";
  static const char second[] = "{ \"id_str\":\"2\", \"full_text\":\"two\" }";
  static const char *const shapes[] = {
    "{\"statuses\":[%s,null, %s ],\"search_metadata\":{\"count\":2}}", "[%s,%s]"
  };
  for (size_t i = 0; i < 2; i++) {
    char payload[256];
    snprintf(payload, sizeof payload, shapes[i], first, second);
    kt_batch *b = parse_text("auto:", payload);
    ck_assert_uint_eq(kt_batch_count(b), 2);
    check_record(first, kt_batch_record(b, 0),
                 &(want){ .id = "1", .text = "one", .user_name = "A" });
    check_record(second, kt_batch_record(b, 1), &(want){ .id = "2", .text = "two" });
    check_field(payload, "raw", kt_batch_record(b, 0)->raw, first);
    check_field(payload, "raw", kt_batch_record(b, 1)->raw, second);
    kt_batch_unref(b);
  }
  kt_batch *b = parse_text("tweet-v1:", "{\"statuses\":[]}\n[]\n[null]\n");
  ck_assert_uint_eq(kt_batch_count(b), 0);
  kt_batch_unref(b);
}
END_TEST

START_TEST(an_array_is_many_payloads) {
  kt_batch *b = parse_text(
      "dead:", "[{\"data\":{\"id\":\"1\",\"text\":\"t\",\"author_id\":\"5\"},\"includes\":{"
               "\"users\":[{\"id\":\"5\","
               "\"name\":\"Five\"}]}}, "
               "{\"id\":\"2\",\"text\":\"t\",\"author_id\":\"5\"},{\"limit\":{\"track\":1}},"
               "{\"kind\":\"dead\",\"frame\":\"{}\"},{\"id\":3,\"text\":\"t\"}]");
  ck_assert_uint_eq(kt_batch_count(b), 5);
  check_record("first", kt_batch_record(b, 0),
               &(want){ .id = "1", .text = "t", .user_id = "5", .user_name = "Five" });
  /* What the first included is not the second's. */
  check_record("second", kt_batch_record(b, 1), &(want){ .id = "2", .text = "t", .user_id = "5" });
  check_field("second", "raw", kt_batch_record(b, 1)->raw,
              "{\"id\":\"2\",\"text\":\"t\",\"author_id\":\"5\"}");
  check_record("third", kt_batch_record(b, 2), &(want){ .kind = KT_NOTICE, .text = "limit" });
  check_field("third", "raw", kt_batch_record(b, 2)->raw, "{\"limit\":{\"track\":1}}");
  ck_assert_uint_eq(kt_batch_record(b, 3)->kind, KT_DEAD);
  check_record("fifth", kt_batch_record(b, 4), &(want){ .id = "3", .text = "t" });
  kt_batch_unref(b);
}
END_TEST

START_TEST(what_is_no_post_is_set_aside) {
  check_rejected("auto:", "{\"text\":\"x\",\"user\":{}}",
                 "the post at byte 0 has no id_str and no id");
  check_rejected("auto:", "{\"id\":-1,\"text\":\"x\"}",
                 "the post at byte 0 has no id_str and no id");
  check_rejected("auto:", "{\"statuses\":[{\"id\":1,\"text\":\"good\"},{\"text\":\"x\"}]}",
                 "the post at byte 36 has no id_str and no id");
  check_rejected("auto:", "{\"statuses\":[5]}", "the item at byte 13 of the page is no object");
  check_rejected(
      "tweet-v1:", "{\"data\":{\"id\":\"1\",\"text\":\"x\"}}",
      "JSON, but no form that this parser knows; it takes v1.1 posts, pages and notices");
  check_rejected(
      "auto:", "{\"hello\":1}",
      "JSON, but no form that this parser knows; it takes v1.1 and v2 payloads and our records");
  check_rejected(
      "auto:", "7",
      "JSON, but no form that this parser knows; it takes v1.1 and v2 payloads and our records");
}
END_TEST

START_TEST(blank_frames_and_a_byte_order_mark_are_no_faults) {
  kt_batch *b =
      parse_text("auto:", "\n   \r\n\xef\xbb\xbf{\"id\":1,\"text\":\"t\"}\r\n\xef\xbb\xbf\n");
  ck_assert_uint_eq(kt_batch_count(b), 1);
  check_record("marked", kt_batch_record(b, 0), &(want){ .id = "1", .text = "t" });
  kt_batch_unref(b);
}
END_TEST

int main(void) {
  Suite *s = suite_create("parse_v1");
  TCase *t = tcase_create("all");
  tcase_add_test(t, a_streamed_post_has_all_fields);
  tcase_add_test(t, what_is_absent_or_of_another_type_is_null);
  tcase_add_test(t, time_is_created_at_and_else_timestamp_ms);
  tcase_add_test(t, text_is_the_longest_that_is_held);
  tcase_add_test(t, a_repost_is_rebuilt_from_the_original);
  tcase_add_test(t, flags_and_ref_id_follow_the_order);
  tcase_add_test(t, source_loses_its_markup);
  tcase_add_test(t, entities_are_decoded_once);
  tcase_add_test(t, a_page_is_many_records_of_one_frame);
  tcase_add_test(t, an_array_is_many_payloads);
  tcase_add_test(t, what_is_no_post_is_set_aside);
  tcase_add_test(t, blank_frames_and_a_byte_order_mark_are_no_faults);
  suite_add_tcase(s, t);
  return test_run(s);
}
