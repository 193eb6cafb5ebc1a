/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_case.h"

#define AT_MS INT64_C(1636106400000)
#define USERS                                                                                      \
  "\"users\":[{\"id\":\"5\",\"name\":\"Display &amp; Name\",\"username\":\"five\"},"               \
  "{\"username\":\"eight\",\"name\":\"Eight\",\"id\":\"8\"}]"

START_TEST(a_post_has_all_fields) {
  static const char payload[] =
      "{\"data\":{\"id\":\"20\",\"text\":\"v2 &amp; \\u00e9\",\"author_id\":\"5\",\"created_at\":"
      "\"2021-11-05T10:00:00.123Z\",\"lang\":\"en\",\"source\":\"Web "
      "App\",\"edit_history_tweet_ids\":[\"20\"]},"
      "\"includes\":{" USERS
      "},\"matching_rules\":[{\"id\":\"1\"}],\"errors\":[{\"title\":\"partial\"}]}";
  check_one("tweet-v2:", payload,
            (want){ .id = "20",
                    .text = "v2 & é",
                    .lang = "en",
                    .source = "Web App",
                    .user_id = "5",
                    .user_name = "Display &amp; Name",
                    .created_ms = AT_MS + 123 });
  kt_batch *b = parse_text("auto:", payload);
  check_field(payload, "raw", kt_batch_record(b, 0)->raw, payload);
  kt_batch_unref(b);
}
END_TEST

START_TEST(what_is_absent_is_null) {
  check_one("auto:", "{\"data\":{\"id\":\"20\",\"text\":\"alone\"}}",
            (want){ .id = "20", .text = "alone" });
  check_one(
      "auto:",
      "{\"data\":{\"id\":20,\"text\":7,\"author_id\":\"6\",\"lang\":null},\"includes\":{" USERS
      "}}",
      (want){ .id = "20", .user_id = "6" });
  check_one(
      "auto:", "{\"data\":{\"id\":\"20\",\"text\":\"t\",\"author_id\":\"6\"},\"includes\":[1]}",
      (want){ .id = "20", .text = "t", .user_id = "6" });
}
END_TEST

START_TEST(a_note_is_the_whole_text) {
  check_one("auto:",
            "{\"data\":{\"id\":\"1\",\"text\":\"cut\",\"note_tweet\":{\"text\":\"whole &lt;3\"}}}",
            (want){ .id = "1", .text = "whole <3" });
  check_one(
      "auto:", "{\"data\":{\"id\":\"1\",\"text\":\"cut\",\"note_post\":{\"text\":\"whole\"}}}",
      (want){ .id = "1", .text = "whole" });
  check_one("auto:", "{\"data\":{\"id\":\"1\",\"text\":\"all\",\"note_tweet\":{}}}",
            (want){ .id = "1", .text = "all" });
}
END_TEST

START_TEST(edits_are_flagged_under_both_names) {
  check_one(
      "auto:", "{\"data\":{\"id\":\"2\",\"text\":\"t\",\"edit_history_tweet_ids\":[\"1\",\"2\"]}}",
      (want){ .id = "2", .text = "t", .flags = KT_EDITED });
  check_one(
      "auto:", "{\"data\":{\"id\":\"2\",\"text\":\"t\",\"edit_history_post_ids\":[\"1\",\"2\"]}}",
      (want){ .id = "2", .text = "t", .flags = KT_EDITED });
}
END_TEST

START_TEST(references_give_flags_and_ref_id) {
  static const struct {
    const char *references, *ref_id;
    uint32_t flags;
  } cases[] = {
    { "[{\"type\":\"quoted\",\"id\":\"3\"},{\"type\":\"replied_to\",\"id\":\"2\"}]", "2",
      KT_REPLY | KT_QUOTE },
    { "[{\"type\":\"quoted\",\"id\":\"3\"}]", "3", KT_QUOTE },
    { "[{\"type\":\"retweeted\",\"id\":\"4\"},{\"type\":\"quoted\",\"id\":\"3\"}]", "4",
      KT_REPOST | KT_QUOTE },
    { "[{\"type\":\"new\",\"id\":\"3\"},5,null,{}]", NULL, 0 },
    { "{}", NULL, 0 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int today = 0; today < 2; today++) {
      char payload[256];
      snprintf(payload, sizeof payload,
               "{\"data\":{\"id\":\"1\",\"text\":\"t\",\"referenced_%s\":%s}}",
               today ? "posts" : "tweets", cases[i].references);
      check_one(
          "auto:", payload,
          (want){ .id = "1", .ref_id = cases[i].ref_id, .text = "t", .flags = cases[i].flags });
    }
}
END_TEST

START_TEST(a_repost_is_rebuilt_from_the_included_original) {
  static const struct {
    const char *includes, *text;
  } cases[] = {
    { "{" USERS
      ",\"tweets\":[{\"id\":\"9\",\"text\":\"not this\"},{\"id\":\"2\",\"author_id\":\"8\","
      "\"text\":\"cut\",\"note_tweet\":{\"text\":\"the whole &amp; \\\"all\\\"\"}}]}",
      "RT @eight: the whole & \"all\"" },
    { "{" USERS ",\"posts\":[{\"id\":\"2\",\"author_id\":\"8\",\"text\":\"short\"}]}",
      "RT @eight: short" },
    { "{\"tweets\":[{\"id\":\"2\",\"author_id\":\"8\",\"text\":\"the whole\"}]}",
      "RT @outer: the whole" },
    { "{" USERS "}", "RT @outer: the & cut" },
    { "{" USERS ",\"tweets\":[{\"id\":\"2\",\"author_id\":\"8\"}]}", "RT @outer: the & cut" },
    { "null", "RT @outer: the & cut" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[1024];
    snprintf(payload, sizeof payload,
             "{\"includes\":%s,\"data\":{\"id\":\"1\",\"text\":\"RT @outer: the &amp; cut\","
             "\"referenced_tweets\":[{\"type\":\"retweeted\",\"id\":\"2\"}]}}",
             cases[i].includes);
    check_one("auto:", payload,
              (want){ .id = "1", .ref_id = "2", .text = cases[i].text, .flags = KT_REPOST });
  }
}
END_TEST

START_TEST(a_page_finds_each_author) {
  enum { POSTS = 300 };
  char *payload = malloc(POSTS * 128), *p = payload;
  p += sprintf(p, "{\"data\":[");
  for (int i = 0; i < POSTS; i++)
    p +=
        sprintf(p, "%s{\"id\":\"%d\",\"text\":\"t\",\"author_id\":\"%d\"}", i ? "," : "", i, 7 * i);
  p += sprintf(p, "],\"includes\":{\"users\":[");
  for (int i = POSTS - 1; i >= 0; i--)
    p += sprintf(p, "%s{\"id\":\"%d\",\"name\":\"n%d\"}", i < POSTS - 1 ? "," : "", 7 * i, i);
  sprintf(p,
          "]},\"meta\":{\"result_count\":%d}}\n{\"data\":[{\"id\":\"1\",\"text\":\"t\",\"author_"
          "id\":\"7\"}]}\n",
          POSTS);
  kt_batch *b = parse_text("auto:", payload);
  ck_assert_uint_eq(kt_batch_count(b), POSTS + 1);
  for (int i = 0; i < POSTS; i++) {
    char id[16], name[16], raw[64], author[16];
    sprintf(id, "%d", i);
    sprintf(author, "%d", 7 * i);
    sprintf(name, "n%d", i);
    sprintf(raw, "{\"id\":\"%d\",\"text\":\"t\",\"author_id\":\"%d\"}", i, 7 * i);
    check_record(raw, kt_batch_record(b, (size_t)i),
                 &(want){ .id = id, .text = "t", .user_id = author, .user_name = name });
    check_field("page", "raw", kt_batch_record(b, (size_t)i)->raw, raw);
  }
  /* What one payload included is forgotten before the next. */
  check_record("next", kt_batch_record(b, POSTS),
               &(want){ .id = "1", .text = "t", .user_id = "7" });
  kt_batch_unref(b);
  free(payload);
}
END_TEST

START_TEST(a_post_without_its_envelope_is_known) {
  check_one("auto:",
            "{\"id\":\"1\",\"text\":\"t\",\"author_id\":\"5\",\"created_at\":\"2021-11-05T10:00:00."
            "000Z\"}",
            (want){ .id = "1", .text = "t", .user_id = "5", .created_ms = AT_MS });
  check_one("auto:",
            "{\"id\":\"1\",\"text\":\"cut\",\"edit_history_tweet_ids\":[\"1\"],\"note_tweet\":{"
            "\"text\":\"whole\"},"
            "\"author\":{\"id\":\"5\",\"name\":\"Five\"}}",
            (want){ .id = "1", .text = "whole", .user_id = "5", .user_name = "Five" });
}
END_TEST

START_TEST(an_empty_page_has_no_records) {
  kt_batch *b = parse_text("tweet-v2:", "{\"data\":[],\"meta\":{\"result_count\":0}}\n"
                                        "{\"meta\":{\"result_count\":0}}\n{\"data\":[null]}\n");
  ck_assert_uint_eq(kt_batch_count(b), 0);
  kt_batch_unref(b);
}
END_TEST

START_TEST(what_is_no_post_is_set_aside) {
  check_rejected("auto:", "{\"data\":{\"text\":\"t\"}}", "the post at byte 8 has no id");
  check_rejected("auto:", "{\"data\":{}}", "the post at byte 8 has no id");
  check_rejected(
      "auto:", "{\"data\":[{\"id\":\"1\",\"text\":\"t\"},{\"id\":\"2\",\"value\":\"rule\"}]}",
      "the object at byte 31 is no post: it has an id but no text and no author_id");
  check_rejected("auto:", "{\"data\":[7]}", "the item at byte 9 of the page is no object");
  check_rejected("tweet-v2:", "{\"statuses\":[]}",
                 "JSON, but no form that this parser knows; it takes v2 payloads");
}
END_TEST

int main(void) {
  Suite *s = suite_create("parse_v2");
  TCase *t = tcase_create("all");
  tcase_add_test(t, a_post_has_all_fields);
  tcase_add_test(t, what_is_absent_is_null);
  tcase_add_test(t, a_note_is_the_whole_text);
  tcase_add_test(t, edits_are_flagged_under_both_names);
  tcase_add_test(t, references_give_flags_and_ref_id);
  tcase_add_test(t, a_repost_is_rebuilt_from_the_included_original);
  tcase_add_test(t, a_page_finds_each_author);
  tcase_add_test(t, a_post_without_its_envelope_is_known);
  tcase_add_test(t, an_empty_page_has_no_records);
  tcase_add_test(t, what_is_no_post_is_set_aside);
  suite_add_tcase(s, t);
  return test_run(s);
}
