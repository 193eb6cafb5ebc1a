/* SPDX-License-Identifier: Apache-2.0 */
#include "parse_case.h"

#define AT_MS INT64_C(1636106400123)

START_TEST(a_delete_names_the_post) {
  check_one(
      "tweet-v1:",
      "{\"delete\":{\"status\":{\"id\":42,\"id_str\":\"42\",\"user_id\":7,\"user_id_str\":\"7\"},"
      "\"timestamp_ms\":\"1636106400123\"}}",
      (want){ .kind = KT_DELETE, .id = "42", .user_id = "7", .created_ms = AT_MS });
  check_one("auto:", "{\"delete\":{\"status\":{\"id\":43,\"user_id\":7}}}",
            (want){ .kind = KT_DELETE, .id = "43", .user_id = "7" });
  static const char *const shapes[] = { "{\"data\":{\"delete\":{\"%s\":{\"id\":\"40\",\"author_"
                                        "id\":\"5\"},\"event_at\":\"2021-11-05T10:00:00.123Z\"}}}",
                                        "{\"delete\":{\"%s\":{\"id\":\"40\",\"author_id\":\"5\"},"
                                        "\"event_at\":\"2021-11-05T10:00:00.123Z\"}}" };
  for (int i = 0; i < 4; i++) {
    char payload[256];
    snprintf(payload, sizeof payload, shapes[i / 2], i % 2 ? "post" : "tweet");
    check_one("tweet-v2:", payload,
              (want){ .kind = KT_DELETE, .id = "40", .user_id = "5", .created_ms = AT_MS });
  }
  check_rejected("auto:", "{\"delete\":{\"status\":{\"user_id\":7}}}",
                 "the delete at byte 10 has no id of a post");
}
END_TEST

START_TEST(notices_have_their_name_as_text) {
  static const struct {
    const char *payload, *name, *ref_id, *user_id;
    int64_t created_ms;
  } cases[] = {
    { "{\"limit\":{\"track\":17,\"timestamp_ms\":\"1636106400123\"}}", "limit", NULL, NULL, AT_MS },
    { "{\"warning\":{\"code\":\"FALLING_BEHIND\",\"percent_full\":60}}", "warning", NULL, NULL, 0 },
    { "{\"disconnect\":{\"code\":4,\"stream_name\":\"x\",\"reason\":\"\"}}", "disconnect", NULL,
      NULL, 0 },
    { "{\"status_withheld\":{\"id\":1,\"user_id\":2}}", "status_withheld", "1", "2", 0 },
    { "{\"user_withheld\":{\"id\":1}}", "user_withheld", NULL, "1", 0 },
    { "{\"scrub_geo\":{\"user_id\":1,\"user_id_str\":\"1\",\"up_to_status_id\":2}}", "scrub_geo",
      NULL, "1", 0 },
    { "{\"delete\":{\"direct_message\":{\"id\":1}}}", "delete", NULL, NULL, 0 },
    { "{\"friends\":[1,2]}", "friends", NULL, NULL, 0 },
    { "{\"friends_str\":[]}", "friends_str", NULL, NULL, 0 },
    { "{\"for_user\":5,\"message\":{\"id\":1,\"text\":\"t\"}}", "for_user", NULL, NULL, 0 },
    { "{\"event\":\"follow\",\"created_at\":\"x\",\"source\":{},\"target\":{}}", "event", NULL,
      NULL, 0 },
    { "{\"control\":{\"control_uri\":\"/\"}}", "control", NULL, NULL, 0 },
    { "{\"data\":{\"withheld\":{\"tweet\":{\"id\":\"41\",\"author_id\":\"5\"},\"event_at\":"
      "\"2021-11-05T10:00:00.123Z\"}}}",
      "withheld", "41", "5", AT_MS },
    { "{\"data\":{\"tweet_edit\":{\"tweet\":{\"id\":\"41\"},\"initial_tweet_id\":\"40\"}}}",
      "tweet_edit", "41", NULL, 0 },
    { "{\"data\":{\"user_delete\":{\"user\":{\"id\":\"5\"}}}}", "user_delete", NULL, "5", 0 },
    { "{\"data\":{\"drop\":{\"tweet\":{\"id\":\"41\"}}}}", "drop", "41", NULL, 0 },
    { "{\"errors\":[{\"code\":88,\"message\":\"Rate limit exceeded\"}]}", "errors", NULL, NULL, 0 },
    { "{\"errors\":[{\"title\":\"operational-disconnect\",\"disconnect_type\":\"SlowReader\"}]}",
      "operational-disconnect", NULL, NULL, 0 },
    { "{\"data\":null,\"errors\":[{\"title\":\"Not Found Error\"}]}", "errors", NULL, NULL, 0 },
    { "{\"title\":\"ConnectionException\",\"detail\":\"x\",\"connection_issue\":"
      "\"TooManyConnections\"}",
      "ConnectionException", NULL, NULL, 0 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_one("auto:", cases[i].payload,
              (want){ .kind = KT_NOTICE,
                      .text = cases[i].name,
                      .ref_id = cases[i].ref_id,
                      .user_id = cases[i].user_id,
                      .created_ms = cases[i].created_ms });
}
END_TEST

START_TEST(a_member_of_that_name_and_another_type_is_no_notice) {
  static const char *const payloads[] = { "{\"limit\":5}",     "{\"delete\":[]}", "{\"errors\":{}}",
                                          "{\"title\":\"x\"}", "{\"meta\":5}",    "{}" };
  for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
    check_rejected(
        "auto:", payloads[i],
        "JSON, but no form that this parser knows; it takes v1.1 and v2 payloads and our records");
}
END_TEST

int main(void) {
  Suite *s = suite_create("parse_notice");
  TCase *t = tcase_create("all");
  tcase_add_test(t, a_delete_names_the_post);
  tcase_add_test(t, notices_have_their_name_as_text);
  tcase_add_test(t, a_member_of_that_name_and_another_type_is_no_notice);
  suite_add_tcase(s, t);
  return test_run(s);
}
