/* SPDX-License-Identifier: Apache-2.0 */
/* Where frames end: lines and JSON values, in windows of every size; names that match. */
#include <stdio.h>

#include "source/framer.h"
#include "source/guess.h"
#include "source/marks.h"
#include "source/paths.h"
#include "unit.h"

/* Runs the framer over `text`, giving it `step` more bytes each time, and writes what it gives as
 * "line:offset:frame|", with ! before what is at fault and ~ before the beginning of what is too
 * long. */
static const char *frames(const char *text, int framing, size_t max, size_t step) {
  static char out[4096];
  kt_env *env = test_env(NULL, NULL);
  kt_framer f;
  size_t n = strlen(text), given = 0, at_out = 0, start = 0;
  char *window = malloc(n + 1);
  memcpy(window, text, n + 1);
  kt_framer_init(&f, env, framing, max);
  *out = 0;
  for (;;) {
    kt_piece p;
    /* A window of its own each time, so that reads outside of it are found. */
    size_t len = given - start;
    char *copy = malloc(len ? len : 1), *at = copy;
    memcpy(copy, window + start, len);
    kt_status st = kt_framer_next(&f, &at, copy + len, given == n, &p);
    if (st == KT_OK) {
      kt_piece again; /* what was not taken is given again */
      ck_assert_int_eq(kt_framer_next(&f, &at, copy + len, given == n, &again), KT_OK);
      ck_assert(again.offset == p.offset && again.line == p.line && again.taken == p.taken &&
                again.newlines == p.newlines && again.fault == p.fault &&
                again.bytes.len == p.bytes.len);
      p = again;
      at_out += (size_t)snprintf(out + at_out, sizeof out - at_out, "%s%d:%d:%.*s|",
                                 p.fault == KT_ETOOBIG ? "~"
                                 : p.fault             ? "!"
                                                       : "",
                                 (int)p.line, (int)p.offset, (int)p.bytes.len, p.bytes.ptr);
      kt_framer_take(&f, &at, &p);
    }
    memcpy(window + start, copy, len); /* line ends that became blanks */
    start += (size_t)(at - copy);
    free(copy);
    if (st == KT_END) break;
    ck_assert_int_ge(st, 0);
    if (st == KT_AGAIN) {
      ck_assert_uint_lt(given, n);
      given = n - given < step ? n : given + step;
    }
  }
  ck_assert_uint_eq(start, n);
  kt_framer_clear(&f);
  free(window);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
  return out;
}

typedef struct framing_case {
  const char *text, *expected;
} framing_case;

static const framing_case lines[] = {
  { "", "" },
  { "\n\n\r\n  \t\r\n", "" },
  { "a\nb\n", "1:0:a|2:2:b|" },
  { "a\nb", "1:0:a|2:2:b|" },
  { "a\r\nb\r\n\r\nc", "1:0:a|2:3:b|4:8:c|" },
  { "\xef\xbb\xbf{\"a\":1}\n{}\n", "1:3:{\"a\":1}|2:11:{}|" },
  { "\xef\xbb\xbf", "" },
  { "\xef\xbb", "1:0:\xef\xbb|" },
  { "\n\n {}\n", "3:2: {}|" },
  { "{\"a\": \"[1\"}\n{\"b\": 2}\n", "1:0:{\"a\": \"[1\"}|2:12:{\"b\": 2}|" },
  /* A torn first line is a line. */
  { "{\"a\":{\n{\"b\":1}\n{\"c\":1}\n", "1:0:{\"a\":{|2:7:{\"b\":1}|3:15:{\"c\":1}|" },
  { "{\"a\":[\n{\"b\":1}\n{\"c\":1}\n", "1:0:{\"a\":[|2:7:{\"b\":1}|3:15:{\"c\":1}|" },
  { "{\"a\":\"x,\n{\"b\":1}\n", "1:0:{\"a\":\"x,|2:9:{\"b\":1}|" },
  { "{\"a\":\"x[\n{\"b\":1}\n", "1:0:{\"a\":\"x[|2:9:{\"b\":1}|" },
  { "{\"a\":1,\n{\"b\":1}\n", "1:0:{\"a\":1,|2:8:{\"b\":1}|" },
  { "[[[[\n{\"b\":1}\n", "1:0:[[[[|2:5:{\"b\":1}|" },
  { "[1,2\n{\"b\":1}\n", "1:0:[1,2|2:5:{\"b\":1}|" },
  { "id,text\n1,x\n", "1:0:id,text|2:8:1,x|" },
};

static const framing_case values[] = {
  { "{\n  \"a\": 1\n}\n", "1:0:{   \"a\": 1 }|" },
  { "{\r\n\"a\": 1\r\n}\r\n{\r\n\"b\": 2\r\n}", "1:0:{  \"a\": 1  }|4:14:{  \"b\": 2  }|" },
  { "{\"statuses\": [\n{\"id\": 1},\n{\"id\": 2}\n]}\n",
    "1:0:{\"statuses\": [ {\"id\": 1}, {\"id\": 2} ]}|" },
  { "{\"statuses\": [\n  {\n \"id\": 1}\n]}", "1:0:{\"statuses\": [   {  \"id\": 1} ]}|" },
  { "[{\"a\":1},{\"a\":[2,{}]}]", "1:1:{\"a\":1}|1:9:{\"a\":[2,{}]}|" },
  { "[\n {\"a\":1}\n,\n {\"a\":2}\n]\n", "2:3:{\"a\":1}|4:14:{\"a\":2}|" },
  { "[]\n[{\"a\":\"}]\\\"\"}]", "2:4:{\"a\":\"}]\\\"\"}|" },
  { "\xef\xbb\xbf[{\"a\":1}]", "1:4:{\"a\":1}|" },
  /* Cut off, or no JSON: told, and the good ones arrive. */
  { "[{\"a\":1},\n{\"a\":", "1:1:{\"a\":1}|!2:10:{\"a\":|" },
  { "[{\"a\":1},", "1:1:{\"a\":1}|!1:9:|" },
  { "{\n\"a\": [1", "!1:0:{ \"a\": [1|" },
  { "[{\"a\":1}, oops, 12 \"s\" ]} {\"b\":2}",
    "1:1:{\"a\":1}|1:10:oops|1:16:12|1:19:\"s\"|1:24:}|1:26:{\"b\":2}|" },
};

START_TEST(test_lines) {
  const framing_case *c = &lines[_i];
  for (size_t step = 1; step <= strlen(c->text) + 1; step++) {
    ck_assert_str_eq(frames(c->text, KT_FRAMING_AUTO, 1000, step), c->expected);
    ck_assert_str_eq(frames(c->text, KT_FRAMING_LINES, 1000, step), c->expected);
  }
}
END_TEST

START_TEST(test_values) {
  const framing_case *c = &values[_i];
  for (size_t step = 1; step <= strlen(c->text) + 1; step++) {
    ck_assert_str_eq(frames(c->text, KT_FRAMING_AUTO, 1000, step), c->expected);
    ck_assert_str_eq(frames(c->text, KT_FRAMING_JSON, 1000, step), c->expected);
  }
}
END_TEST

START_TEST(test_too_long) {
  for (size_t step = 1; step < 40; step++) {
    ck_assert_str_eq(
        frames("12345678\n123456789\r\nab\n123456789abcdef", KT_FRAMING_LINES, 8, step),
        "1:0:12345678|~2:9:123456789|3:20:ab|~4:23:123456789abcdef|");
    /* The line end counts for nothing, and blanks as much as anything else. */
    ck_assert_str_eq(
        frames("12345678\r\n\r\n        \n         \r\n1\r", KT_FRAMING_LINES, 8, step),
        "1:0:12345678|~4:21:         |5:32:1|");
    ck_assert_str_eq(
        frames("[{\"a\":1},\n{\"a\":\n[1,2,3,4]},{\"b\":2},\"123456789", KT_FRAMING_JSON, 8, step),
        "1:1:{\"a\":1}|~2:10:{\"a\": [1,2,3,4]}|3:27:{\"b\":2}|~3:35:\"123456789|");
    /* A number that is too long ends where it ends. */
    ck_assert_str_eq(frames("[123456789012,{\"b\":2}]", KT_FRAMING_JSON, 8, step),
                     "~1:1:123456789012|1:14:{\"b\":2}|");
  }
}
END_TEST

START_TEST(test_glob) {
  static const struct {
    const char *pattern, *name;
    int match;
  } cases[] = {
    { "*.gz", "a.gz", 1 },
    { "*.gz", ".a.gz", 0 },
    { ".*.gz", ".a.gz", 1 },
    { "a?c", "abc", 1 },
    { "a?c", "ac", 0 },
    { "[a-c]x", "bx", 1 },
    { "[!a-c]x", "bx", 0 },
    { "[!a-c]x", "dx", 1 },
    { "[]]", "]", 1 },
    { "[]-a]", "^", 1 },
    { "[a-]", "-", 1 },
    { "[", "[", 1 },
    { "[ab", "[ab", 1 },
    { "*", "", 1 },
    { "*a*b*c", "xxaxxbxxc", 1 },
    { "*a*b*c", "xxaxxbxx", 0 },
    { "a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0 },
    { "posts-*.ndjson", "posts-2021.ndjson", 1 },
    { "", "", 1 },
    { "", "a", 0 },
    { "*\xc3\xa9", "caf\xc3\xa9", 1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_msg(kt_glob_match(cases[i].pattern, cases[i].name) == cases[i].match, "%s %s",
                  cases[i].pattern, cases[i].name);
}
END_TEST

static kt_mark mark_of(uint64_t i) {
  return (kt_mark){ .dev = i % 3,
                    .ino = i,
                    .head_hash = i * UINT64_C(0x123456789abcdef1),
                    .name = ~i,
                    .head_len = (uint32_t)(i % (KT_MARK_HEAD + 1)),
                    .framing = (uint8_t)(i % 3),
                    .in_array = i % 2,
                    .offset = i << (i % 50),
                    .line = i * 3,
                    .size = i % 5 ? UINT64_MAX - i : 0 };
}

static void same_mark(const kt_env *env, const kt_mark *x, const kt_mark *y) {
  kt_buf a, b;
  kt_buf_init(&a, env);
  kt_buf_init(&b, env);
  ck_assert_int_eq(kt_mark_write(x, &a), KT_OK);
  ck_assert_int_eq(kt_mark_write(y, &b), KT_OK);
  ck_assert(kt_span_equal(kt_buf_bytes(&a), kt_buf_bytes(&b)));
  kt_buf_clear(&a);
  kt_buf_clear(&b);
}

START_TEST(test_marks) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  size_t before = a.live_blocks;
  kt_marks m, back;
  kt_buf bytes;
  kt_marks_init(&m, env);
  kt_marks_init(&back, env);
  kt_buf_init(&bytes, env);
  for (uint64_t i = 1; i <= 1000; i++) {
    kt_mark k = mark_of(i);
    ck_assert_int_eq(kt_marks_put(&m, &k), KT_OK);
    if (i == 500) ck_assert_int_eq(kt_marks_write(&m, &bytes), KT_OK); /* and then appended to */
  }
  kt_buf_truncate(&bytes, 0);
  kt_mark changed = mark_of(7);
  changed.offset = 12345;
  ck_assert_int_eq(kt_marks_write(&m, &bytes), KT_OK);
  ck_assert_int_eq(kt_mark_write(&changed, &bytes), KT_OK);
  ck_assert_int_eq(kt_marks_read(&back, kt_buf_bytes(&bytes)), KT_OK);
  ck_assert_uint_eq(back.count, 1000);
  for (uint64_t i = 1; i <= 1000; i++) {
    kt_mark k = i == 7 ? changed : mark_of(i);
    const kt_mark *seen = kt_marks_find(&back, k.dev, k.ino);
    ck_assert_ptr_nonnull(seen);
    same_mark(env, seen, &k);
    if (i % 10 == 0) kt_marks_see(&back, k.dev, k.ino);
  }
  ck_assert_uint_eq(kt_marks_drop_unseen(&back), 900);
  ck_assert_ptr_null(kt_marks_find(&back, 1, 7));
  ck_assert_ptr_nonnull(kt_marks_find(&back, 10 % 3, 10));
  /* A prefix is damage or fewer marks, and never read past. */
  for (size_t n = 0; n < 300; n++) {
    char *copy = malloc(n ? n : 1);
    memcpy(copy, bytes.ptr, n);
    kt_marks_clear(&back);
    kt_status st = kt_marks_read(&back, (kt_span){ copy, n });
    ck_assert(st == KT_OK || st == KT_ECORRUPT);
    if (n < 4) ck_assert_int_eq(st, KT_ECORRUPT);
    free(copy);
  }
  kt_marks_clear(&m);
  kt_marks_clear(&back);
  kt_buf_clear(&bytes);
  ck_assert_uint_eq(a.live_blocks, before);
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("source_framing");
  TCase *t = tcase_create("framing");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, test_lines, 0, sizeof lines / sizeof *lines);
  tcase_add_loop_test(t, test_values, 0, sizeof values / sizeof *values);
  tcase_add_test(t, test_too_long);
  tcase_add_test(t, test_glob);
  tcase_add_test(t, test_marks);
  suite_add_tcase(s, t);
  return test_run(s);
}
