/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/buf.h"
#include "base/time.h"
#include "sink/key.h"

static int64_t at(const char *iso) {
  return kt_time_parse_iso(kt_span_of(iso));
}

static void expect(const char *format, const char *iso, const char *folder, const char *from,
                   const char *to) {
  kt_env *env = test_env(NULL, NULL);
  kt_key k;
  kt_buf b;
  int64_t start, end;
  kt_buf_init(&b, env);
  ck_assert_int_eq(kt_key_init(&k, format, NULL), KT_OK);
  ck_assert_int_eq(kt_key_format(&k, at(iso), &b), KT_OK);
  kt_buf_putc(&b, '\0');
  ck_assert_str_eq(b.ptr, folder);
  kt_key_period(&k, at(iso), &start, &end);
  ck_assert_int_eq(start, from ? at(from) : INT64_MIN);
  ck_assert_int_eq(end, to ? at(to) : INT64_MAX);
  kt_buf_clear(&b);
  kt_env_free(env);
}

START_TEST(key_cuts_time_at_its_finest_field) {
  expect("%Y/%m/%d/%H", "2021-11-05T10:59:59.999Z", "2021/11/05/10", "2021-11-05T10:00:00Z",
         "2021-11-05T11:00:00Z");
  expect("%Y/%m/%d", "2021-12-31T23:59:59Z", "2021/12/31", "2021-12-31T00:00:00Z",
         "2022-01-01T00:00:00Z");
  expect("dt=%Y-%m-%d/hour=%H/", "2021-11-05T00:00:00Z", "dt=2021-11-05/hour=00",
         "2021-11-05T00:00:00Z", "2021-11-05T01:00:00Z");
  expect("%Y/%j", "2020-12-31T12:00:00Z", "2020/366", "2020-12-31T00:00:00Z",
         "2021-01-01T00:00:00Z");
  expect("%Y-%m", "2021-12-05T10:00:00Z", "2021-12", "2021-12-01T00:00:00Z",
         "2022-01-01T00:00:00Z");
  expect("%Y-%m", "2021-02-28T10:00:00Z", "2021-02", "2021-02-01T00:00:00Z",
         "2021-03-01T00:00:00Z");
  expect("%Y", "2021-11-05T10:00:00Z", "2021", "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z");
  expect("%H%M%S%%", "2021-11-05T10:11:12.5Z", "101112%", "2021-11-05T10:11:12Z",
         "2021-11-05T10:11:13Z");
  expect("%H", "1969-12-31T23:30:00Z", "23", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z");
  expect("all", "2021-11-05T10:00:00Z", "all", NULL, NULL);
  expect("", "2021-11-05T10:00:00Z", "", NULL, NULL);
}
END_TEST

START_TEST(key_refuses_what_it_cannot_name) {
  static const char *const wrong[] = { "%Y/%B", "%", "/%Y", "../%Y", "%Y/../x", "%Y/..", "a\nb" };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    kt_key k;
    kt_error err = { 0 };
    ck_assert_int_eq(kt_key_init(&k, wrong[i], &err), KT_EINVAL);
    ck_assert_int_eq(strncmp(err.message, "option key: ", 12), 0);
  }
  kt_key k;
  ck_assert_int_eq(kt_key_init(&k, "..%Y", NULL), KT_OK);
}
END_TEST

int main(void) {
  Suite *s = suite_create("key");
  TCase *t = tcase_create("key");
  tcase_add_test(t, key_cuts_time_at_its_finest_field);
  tcase_add_test(t, key_refuses_what_it_cannot_name);
  suite_add_tcase(s, t);
  return test_run(s);
}
