/* SPDX-License-Identifier: Apache-2.0 */
#include "json_util.h"

#include <float.h>
#include <math.h>

static kt_env *env;
static kt_json json;
static kt_arena arena;
static char text_buf[4096];

static void set_up(void) {
  env = test_env(NULL, NULL);
  kt_json_init(&json, env, json_isas[0]);
  kt_arena_init(&arena, env, 256);
}

static void tear_down(void) {
  kt_json_free(&json);
  kt_arena_free(&arena);
  kt_env_free(env);
}

/* Each test runs once an implementation. */
static kt_json_val open_text(const char *text, int i) {
  size_t len = strlen(text);
  memset(text_buf, '#', sizeof text_buf);
  memcpy(text_buf, text, len);
  kt_json_free(&json);
  kt_json_init(&json, env, json_isas[i]);
  ck_assert_int_eq(kt_json_open(&json, (kt_span){ text_buf, len }, NULL), KT_OK);
  return kt_json_root(&json);
}

static void expect_span(kt_span got, const char *want) {
  if (!want) {
    ck_assert_ptr_null(got.ptr);
    return;
  }
  ck_assert_msg(got.ptr && got.len == strlen(want) && memcmp(got.ptr, want, got.len) == 0,
                "%.*s instead of %s", (int)got.len, got.ptr ? got.ptr : "null", want);
}

static void expect_raw(kt_json_val v, const char *want) {
  expect_span(kt_json_raw(&json, v), want);
}

START_TEST(root_of_each_type) {
  static const struct {
    const char *text, *raw;
    kt_json_type type;
  } cases[] = {
    { " null ", "null", KT_JSON_NULL },           { "true\n", "true", KT_JSON_TRUE },
    { "false", "false", KT_JSON_FALSE },          { "\t-1.5e3 ", "-1.5e3", KT_JSON_NUMBER },
    { " \"a b \" ", "\"a b \"", KT_JSON_STRING }, { " [ 1 , 2 ] ", "[ 1 , 2 ]", KT_JSON_ARRAY },
    { "{ }\r\n", "{ }", KT_JSON_OBJECT }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    kt_json_val root = open_text(cases[i].text, _i);
    ck_assert_int_eq(kt_json_typeof(&json, root), cases[i].type);
    expect_raw(root, cases[i].raw);
  }
  ck_assert_int_eq(kt_json_typeof(&json, (kt_json_val){ 0, 0 }), KT_JSON_NONE);
  expect_raw((kt_json_val){ 0, 0 }, NULL);
}
END_TEST

START_TEST(items_and_members_in_order) {
  kt_json_val item, key;
  kt_json_iter it = kt_json_items(&json, open_text("[1, [2,[3]] ,{\"a\":[4]},\"x\" , null]", _i));
  static const char *const items[] = { "1", "[2,[3]]", "{\"a\":[4]}", "\"x\"", "null" };
  for (int i = 0; i < 5; i++) {
    ck_assert_int_eq(kt_json_next_item(&json, &it, &item), 1);
    expect_raw(item, items[i]);
  }
  ck_assert_int_eq(kt_json_next_item(&json, &it, &item), 0);
  it = kt_json_members(&json, open_text("{\"a\" :1 , \"b\": {\"c\":[ ]},\"\":\"z\"}", _i));
  static const char *const members[][2] = { { "\"a\"", "1" },
                                            { "\"b\"", "{\"c\":[ ]}" },
                                            { "\"\"", "\"z\"" } };
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(kt_json_next_member(&json, &it, &key, &item), 1);
    expect_raw(key, members[i][0]);
    expect_raw(item, members[i][1]);
  }
  ck_assert_int_eq(kt_json_next_member(&json, &it, &key, &item), 0);
  static const char *const empty[] = { "[]", "[ ]", "{}", "{ }", "1", "\"[1]\"" };
  for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
    kt_json_val v = open_text(empty[i], _i);
    it = kt_json_items(&json, v);
    ck_assert_int_eq(kt_json_next_item(&json, &it, &item), 0);
    it = kt_json_members(&json, v);
    ck_assert_int_eq(kt_json_next_member(&json, &it, &key, &item), 0);
  }
}
END_TEST

START_TEST(pick_finds_what_is_there) {
  static const char *const names[] = { "id",
                                       "id_str",
                                       "text",
                                       "user",
                                       "a_rather_long_name_of_a_member",
                                       "a_rather_long_nome_of_a_member",
                                       "absent" };
  kt_json_keyset ks;
  kt_json_val out[7];
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, 7), KT_OK);
  kt_json_val root =
      open_text("{ \"user\" : {\"id\":9,\"text\":[]} ,\"id\": 1,\"idstr\":2,\"id_str\":\"1\", "
                "\"text\":null,\"a_rather_long_nome_of_a_member\":7 ,\"\":8, \"a\":9}",
                _i);
  ck_assert_int_eq(kt_json_pick(&json, root, &ks, out), 1);
  static const char *const want[] = { "1",  "\"1\"", "null", "{\"id\":9,\"text\":[]}",
                                      NULL, "7",     NULL };
  for (int i = 0; i < 7; i++) expect_raw(out[i], want[i]);
  ck_assert_int_eq(kt_json_pick(&json, out[3], &ks, out), 1);
  expect_raw(out[0], "9");
  expect_raw(out[2], "[]");
  expect_raw(out[3], NULL);
  ck_assert_int_eq(kt_json_pick(&json, out[2], &ks, out), 0);
  for (int i = 0; i < 7; i++) expect_raw(out[i], NULL);
  ck_assert_int_eq(kt_json_pick(&json, open_text("{}", _i), &ks, out), 1);
  expect_raw(out[0], NULL);
}
END_TEST

START_TEST(last_of_doubled_keys_wins_and_escapes_match) {
  static const char *const names[] = { "id", "tëxt", "a/b" };
  kt_json_keyset ks;
  kt_json_val out[3];
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, 1), KT_OK);
  kt_json_pick(&json, open_text("{\"id\":1,\"id\":2,\"x\":{\"id\":4},\"id\":{\"id\":3}}", _i), &ks,
               out);
  expect_raw(out[0], "{\"id\":3}");
  kt_json_pick(&json, open_text("{\"id\":1,\"\\u0069\\u0064\":2}", _i), &ks, out);
  expect_raw(out[0], "2");
  kt_json_pick(&json, open_text("{\"\\u0069d\":2,\"id\":\"\\u003ca\",\"i\\n\":3}", _i), &ks, out);
  expect_raw(out[0], "\"\\u003ca\"");
  /* the escape stands across two blocks of 64 bytes */
  for (int pad = 40; pad < 75; pad++) {
    char text[256];
    snprintf(text, sizeof text, "{\"%0*d\":0,\"i\\u0064\":5}", pad, 0);
    kt_json_pick(&json, open_text(text, _i), &ks, out);
    expect_raw(out[0], "5");
  }
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, 3), KT_OK);
  kt_json_pick(&json, open_text("{\"t\\u00ebxt\":1,\"a\\/b\":2}", _i), &ks, out);
  expect_raw(out[1], "1");
  expect_raw(out[2], "2");
  kt_json_pick(&json, open_text("{\"tëxt\":1,\"a/b\":2}", _i), &ks, out);
  expect_raw(out[1], "1");
  expect_raw(out[2], "2");
}
END_TEST

START_TEST(keysets_are_checked) {
  const char *names[KT_JSON_MAX_KEYS + 1];
  char space[KT_JSON_MAX_KEYS + 1][16];
  kt_json_keyset ks;
  for (int i = 0; i <= KT_JSON_MAX_KEYS; i++) {
    snprintf(space[i], sizeof space[i], "key_%d", i);
    names[i] = space[i];
  }
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, KT_JSON_MAX_KEYS), KT_OK);
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, KT_JSON_MAX_KEYS + 1), KT_EINVAL);
  names[3] = "key_1";
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, 5), KT_EINVAL);
  ck_assert_int_eq(kt_json_keyset_init(&ks, names, 0), KT_OK);
}
END_TEST

START_TEST(strings_are_unescaped) {
  static const struct {
    const char *text, *want;
    size_t len;
    uint32_t flags;
  } cases[] = { { "\"\"", "", 0, 0 },
                { "\"plain\"", "plain", 5, 0 },
                { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8, 0 },
                { "\"a\\u0000b\"", "a\0b", 3, 0 },
                { "\"\\u0041\\u00e9\\u4E2D\"", "A\xC3\xA9\xE4\xB8\xAD", 6, 0 },
                { "\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80", 4, 0 },
                { "\"\\uDBFF\\uDFFF\"", "\xF4\x8F\xBF\xBF", 4, 0 },
                { "\"\\ud83d\"", "\xEF\xBF\xBD", 3, KT_JSON_LONE_SURROGATE },
                { "\"\\ude00x\"", "\xEF\xBF\xBDx", 4, KT_JSON_LONE_SURROGATE },
                { "\"\\ud83d\\u0041\"",
                  "\xEF\xBF\xBD"
                  "A",
                  4, KT_JSON_LONE_SURROGATE },
                { "\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80", 7,
                  KT_JSON_LONE_SURROGATE },
                { "\"\\ud83d\\\\ude00\"", "\xEF\xBF\xBD\\ude00", 9, KT_JSON_LONE_SURROGATE },
                { "\"\\ud83d\\n\"", "\xEF\xBF\xBD\n", 4, KT_JSON_LONE_SURROGATE },
                { "\"0123456789abcdef0123456789\\nabcdef0123456789abcdef\\\\\"",
                  "0123456789abcdef0123456789\nabcdef0123456789abcdef\\", 50, 0 } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    kt_span s;
    uint32_t flags = 0;
    kt_json_val v = open_text(cases[i].text, _i);
    ck_assert_int_eq(kt_json_string(&json, v, &arena, &s, &flags), KT_OK);
    ck_assert_uint_eq(s.len, cases[i].len);
    ck_assert_mem_eq(s.ptr, cases[i].want, s.len);
    ck_assert_uint_eq(flags, cases[i].flags);
    ck_assert_int_eq(kt_json_text(&json, v, &s), strchr(cases[i].text, '\\') != NULL);
  }
  kt_span s;
  ck_assert_int_eq(kt_json_text(&json, open_text("1", _i), &s), -1);
  ck_assert_ptr_null(s.ptr);
  ck_assert_int_eq(kt_json_string(&json, open_text("null", _i), &arena, &s, NULL), KT_OK);
  ck_assert_ptr_null(s.ptr);
}
END_TEST

START_TEST(integers_are_exact) {
  static const struct {
    const char *text;
    kt_status status;
    int64_t value;
  } cases[] = { { "0", KT_OK, 0 },
                { "-0", KT_OK, 0 },
                { " 1234567890123456789 ", KT_OK, 1234567890123456789 },
                { "9223372036854775807", KT_OK, INT64_MAX },
                { "-9223372036854775808", KT_OK, INT64_MIN },
                { "9223372036854775808", KT_ETOOBIG, 0 },
                { "-9223372036854775809", KT_ETOOBIG, 0 },
                { "18446744073709551617", KT_ETOOBIG, 0 },
                { "100000000000000000000000000000", KT_ETOOBIG, 0 },
                { "1.0", KT_EINVAL, 0 },
                { "99999999999999999999.5", KT_EINVAL, 0 },
                { "1e3", KT_EINVAL, 0 },
                { "\"1\"", KT_EINVAL, 0 },
                { "null", KT_EINVAL, 0 } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t value = 77;
    ck_assert_int_eq(kt_json_int(&json, open_text(cases[i].text, _i), &value), cases[i].status);
    ck_assert_int_eq(value, cases[i].status ? 77 : cases[i].value);
  }
  int64_t value;
  ck_assert_int_eq(kt_json_int(&json, (kt_json_val){ 0, 0 }, &value), KT_EINVAL);
}
END_TEST

START_TEST(doubles_are_rounded_rightly) {
  static const struct {
    const char *text;
    double value;
  } cases[] = { { "0", 0 },
                { "0.1", 0.1 },
                { "-12.5e1", -125 },
                { "1636106400.123", 1636106400.123 },
                { "9007199254740993", 9007199254740992.0 },
                { "9007199254740993.0000000000000000000000001", 9007199254740994.0 },
                { "1.7976931348623157e308", DBL_MAX },
                { "4.9e-324", 4.9406564584124654e-324 },
                { "1e-400", 0 },
                { "0.000000000000000000000000000000000000000000000001e48", 1 },
                { "1e23", 1e23 },
                { "123456789012345678901234567890", 123456789012345678901234567890.0 } };
  double value;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_int_eq(kt_json_double(&json, open_text(cases[i].text, _i), &value), KT_OK);
    ck_assert_msg(value == cases[i].value, "%s: %.17g", cases[i].text, value);
  }
  ck_assert_int_eq(kt_json_double(&json, open_text("1e309", _i), &value), KT_ETOOBIG);
  ck_assert_int_eq(kt_json_double(&json, open_text("\"1\"", _i), &value), KT_EINVAL);
  ck_assert_int_eq(kt_json_double(&json, open_text("-0.0", _i), &value), KT_OK);
  ck_assert(value == 0 && signbit(value));
  /* half way between two doubles, and a little more in the digit number 900 */
  static char digits[1100] = "9007199254740993.";
  memset(digits + 17, '0', 1000);
  digits[1017] = '\0';
  kt_json_double(&json, open_text(digits, _i), &value);
  ck_assert(value == 9007199254740992.0);
  digits[1000] = '1';
  kt_json_double(&json, open_text(digits, _i), &value);
  ck_assert(value == 9007199254740994.0);
}
END_TEST

START_TEST(pointers_find_values) {
  static const char text[] =
      " {\"user\": "
      "{\"id_str\":\"12\",\"a/"
      "b\":1,\"m~n\":2,\"\":3,\"\\u00e9\\n\":4},\"list\":[10,[20,21],{\"x\":null}] "
      ",\"dup\":1,\"dup\":[2],\"s\":\"a\\\"b\",\"e\":{},\"f\":[]} ";
  static const struct {
    const char *pointer, *want;
    kt_status status;
  } cases[] = { { "/user/id_str", "\"12\"", KT_OK },
                { "/user/a~1b", "1", KT_OK },
                { "/user/m~0n", "2", KT_OK },
                { "/user/", "3", KT_OK },
                { "/user/é\n", "4", KT_OK },
                { "/list/0", "10", KT_OK },
                { "/list/1/1", "21", KT_OK },
                { "/list/1", "[20,21]", KT_OK },
                { "/list/2/x", "null", KT_OK },
                { "/list/3", NULL, KT_OK },
                { "/list/00", NULL, KT_OK },
                { "/list/-", NULL, KT_OK },
                { "/list/x", NULL, KT_OK },
                { "/dup", "[2]", KT_OK },
                { "/s", "\"a\\\"b\"", KT_OK },
                { "/s/0", NULL, KT_OK },
                { "/e", "{}", KT_OK },
                { "/e/a", NULL, KT_OK },
                { "/f/0", NULL, KT_OK },
                { "/nothing", NULL, KT_OK },
                { "/nothing/else", NULL, KT_OK },
                { "user", NULL, KT_EINVAL },
                { "/a~2", NULL, KT_EINVAL },
                { "/a~", NULL, KT_EINVAL } };
  kt_span out;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_int_eq(kt_json_find(kt_span_of(text), cases[i].pointer, &out), cases[i].status);
    expect_span(out, cases[i].want);
  }
  ck_assert_int_eq(kt_json_find(kt_span_of(text), "", &out), KT_OK);
  ck_assert_uint_eq(out.len, strlen(text) - 2);
}
END_TEST

START_TEST(found_strings_lose_quotes_and_escapes) {
  static const char *const cases[][2] = { { "\"\"", "" },
                                          { "\"plain\"", "plain" },
                                          { " \"a\\n\\\"b\\u00e9\" ", "a\n\"b\xC3\xA9" },
                                          { "\"\\ud83d\\ude00!\"", "\xF0\x9F\x98\x80!" },
                                          { "\"\\ud83d!\"", "\xEF\xBF\xBD!" },
                                          { "-1.50", "-1.50" },
                                          { "{\"a\":\"\\n\"}", "{\"a\":\"\\n\"}" } };
  kt_buf *out;
  ck_assert_int_eq(kt_buf_new(env, &out, NULL), KT_OK);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    kt_buf_truncate(out, 0);
    ck_assert_int_eq(kt_json_unquote(kt_span_of(cases[i][0]), out), KT_OK);
    expect_span(kt_buf_bytes(out), cases[i][1]);
  }
  kt_buf_truncate(out, 0);
  ck_assert_int_eq(kt_json_unquote(kt_span_of("\"torn"), out), KT_EPARSE);
  ck_assert_int_eq(kt_json_unquote(kt_span_of("\"\\x\""), out), KT_EPARSE);
  ck_assert_uint_eq(kt_buf_bytes(out).len, 0);
  kt_buf_free(out);
}
END_TEST

/* No slack behind the text here: every prefix stands at the very end of what can be read. */
START_TEST(pointers_refuse_broken_texts) {
  static const char text[] = "{\"a\":[1,{\"b\":\"x\\n\"},true],\"c\":-1.5e3}";
  json_fence f = json_fence_new(4096);
  kt_span out;
  for (size_t n = 0; n < sizeof text - 1; n++) {
    char *p = f.end - n;
    memcpy(p, text, n);
    ck_assert_int_eq(kt_json_find((kt_span){ p, n }, "/c", &out), KT_EPARSE);
    ck_assert_ptr_null(out.ptr);
    ck_assert_int_eq(kt_json_find((kt_span){ p, n }, "", &out), KT_EPARSE);
  }
  ck_assert_int_eq(kt_json_find((kt_span){ NULL, 0 }, "", &out), KT_EPARSE);
  ck_assert_int_eq(kt_json_find(kt_span_of("{\"a\":1 \"b\":2}"), "/a", &out), KT_EPARSE);
  ck_assert_int_eq(kt_json_find(kt_span_of("[1,[2,]]"), "/1", &out), KT_EPARSE);
  char deep[400];
  memset(deep, '[', 200);
  memset(deep + 200, ']', 200);
  ck_assert_int_eq(kt_json_find((kt_span){ deep, 400 }, "", &out), KT_EPARSE);
  ck_assert_int_eq(kt_json_find((kt_span){ deep + 72, 256 }, "", &out), KT_OK);
  json_fence_free(&f);
}
END_TEST

static void expect_written(kt_buf *b, const char *want) {
  expect_span(kt_buf_bytes(b), want);
  b->len = 0;
}

START_TEST(strings_are_escaped_little) {
  kt_buf b;
  char in[100], want[700];
  kt_buf_init(&b, env);
  ck_assert_int_eq(kt_json_put_string(&b, kt_span_of("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f é 😀")), KT_OK);
  expect_written(&b, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é 😀\"");
  kt_json_put_string(&b, kt_span_of(""));
  expect_written(&b, "\"\"");
  kt_json_put_escaped(&b, kt_span_of("x"));
  expect_written(&b, "x");
  for (size_t len = 1; len < 90; len++) /* one escape at every place of every length */
    for (size_t at = 0; at < len; at++) {
      memset(in, 'a', len);
      in[at] = '\n';
      snprintf(want, sizeof want, "\"%.*s\\n%.*s\"", (int)at, in, (int)(len - at - 1), in + at + 1);
      kt_json_put_string(&b, (kt_span){ in, len });
      expect_written(&b, want);
    }
  memset(in, 1, 90);
  kt_json_put_string(&b, (kt_span){ in, 90 });
  ck_assert_uint_eq(b.len, 542);
  kt_buf_clear(&b);
}
END_TEST

START_TEST(numbers_are_written_shortest) {
  static const struct {
    double v;
    const char *want;
  } cases[] = { { 0, "0.0" },
                { -0.0, "-0.0" },
                { 1, "1.0" },
                { 0.9916, "0.9916" },
                { -0.5, "-0.5" },
                { 1636106400.123, "1636106400.123" },
                { 1636106400.123456, "1636106400.123456" },
                { 1e15, "1000000000000000.0" },
                { 1e16, "1e+16" },
                { 123456789012345680.0, "1.2345678901234568e+17" },
                { 0.0001, "0.0001" },
                { 0.00001, "1e-05" },
                { 1.5e-7, "1.5e-07" },
                { 5e-324, "5e-324" },
                { DBL_MAX, "1.7976931348623157e+308" },
                { 1.0 / 3, "0.3333333333333333" },
                { 5.684341886080802e-14, "5.684341886080802e-14" },
                { 87093631832.47427, "87093631832.47427" },
                { 1e22, "1e+22" },
                { INFINITY, "null" },
                { NAN, "null" } };
  kt_buf b;
  kt_buf_init(&b, env);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_int_eq(kt_json_put_double(&b, cases[i].v), KT_OK);
    expect_written(&b, cases[i].want);
  }
  kt_json_put_float(&b, 0.9916f);
  expect_written(&b, "0.9916");
  kt_json_put_float(&b, 1e-5f);
  expect_written(&b, "1e-05");
  kt_json_put_float(&b, FLT_MAX);
  expect_written(&b, "3.4028235e+38");
  kt_json_put_int(&b, INT64_MIN);
  expect_written(&b, "-9223372036854775808");
  kt_json_put_int(&b, 0);
  expect_written(&b, "0");
  kt_json_put_uint(&b, UINT64_MAX);
  expect_written(&b, "18446744073709551615");
  kt_buf_clear(&b);
}
END_TEST

START_TEST(steady_state_allocates_nothing) {
  test_alloc a = { 0 };
  kt_env *counted = test_env(&a, NULL);
  size_t size;
  char *file = json_read_file(JSON_POSTS, &size);
  kt_json j;
  kt_json_init(&j, counted, json_isas[_i]);
  for (int round = 0; round < 3; round++) {
    size_t before = a.calls;
    for (char *line = file, *end; line < file + size; line = end + 1) {
      end = memchr(line, '\n', (size_t)(file + size - line));
      ck_assert_int_eq(kt_json_open(&j, (kt_span){ line, (size_t)(end - line) }, NULL), KT_OK);
    }
    if (round) ck_assert_uint_eq(a.calls, before);
  }
  kt_json_free(&j);
  kt_env_free(counted);
  ck_assert_uint_eq(a.live_blocks, 0);
  free(file);
}
END_TEST

START_TEST(failing_allocations_are_survived) {
  enum { ITEMS = 20000 };
  char *text = malloc(2 * ITEMS + KT_JSON_SLACK_BYTES + 2);
  for (int i = 0; i < 2 * ITEMS; i += 2) memcpy(text + i, "1,", 2);
  text[0] = '[';
  text[2 * ITEMS - 1] = ']';
  text[1] = ' ';
  kt_span span = { text, 2 * ITEMS };
  kt_status st = KT_ENOMEM;
  for (size_t n = 1; st == KT_ENOMEM; n++) {
    test_alloc a = { 0 };
    kt_env *failing = test_env(&a, NULL);
    a.fail_at = a.calls + n;
    kt_json j;
    kt_json_init(&j, failing, json_isas[_i]);
    st = kt_json_open(&j, span, NULL);
    if (st == KT_ENOMEM) ck_assert_int_eq(kt_json_open(&j, span, NULL), KT_OK);
    kt_json_free(&j);
    kt_env_free(failing);
    ck_assert_uint_eq(a.live_blocks, 0);
    ck_assert_uint_lt(n, 20);
  }
  ck_assert_int_eq(st, KT_OK);
  free(text);
}
END_TEST

int main(void) {
  Suite *s = suite_create("json");
  TCase *each = tcase_create("each implementation"), *once = tcase_create("once");
  tcase_add_checked_fixture(each, set_up, tear_down);
  tcase_add_checked_fixture(once, set_up, tear_down);
  tcase_add_loop_test(each, root_of_each_type, 0, JSON_ISAS);
  tcase_add_loop_test(each, items_and_members_in_order, 0, JSON_ISAS);
  tcase_add_loop_test(each, pick_finds_what_is_there, 0, JSON_ISAS);
  tcase_add_loop_test(each, last_of_doubled_keys_wins_and_escapes_match, 0, JSON_ISAS);
  tcase_add_loop_test(each, strings_are_unescaped, 0, JSON_ISAS);
  tcase_add_loop_test(each, integers_are_exact, 0, JSON_ISAS);
  tcase_add_loop_test(each, doubles_are_rounded_rightly, 0, JSON_ISAS);
  tcase_add_loop_test(each, steady_state_allocates_nothing, 0, JSON_ISAS);
  tcase_add_loop_test(each, failing_allocations_are_survived, 0, JSON_ISAS);
  tcase_add_test(once, keysets_are_checked);
  tcase_add_test(once, pointers_find_values);
  tcase_add_test(once, found_strings_lose_quotes_and_escapes);
  tcase_add_test(once, pointers_refuse_broken_texts);
  tcase_add_test(once, strings_are_escaped_little);
  tcase_add_test(once, numbers_are_written_shortest);
  suite_add_tcase(s, each);
  suite_add_tcase(s, once);
  return test_run(s);
}
