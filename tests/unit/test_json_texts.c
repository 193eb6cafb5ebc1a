/* SPDX-License-Identifier: Apache-2.0 */
/* Every text of json_texts.txt, alone and wrapped, at every offset to the 64-byte blocks, by each
 * implementation, with nothing readable before the text and beyond 64 bytes behind it. */
#include "json_util.h"

enum { MAX_PAD = 130, MAX_TEXT = 4096 };

static json_fence fence;
static kt_json readers[JSON_ISAS];

static void open_readers(void) {
  kt_env *env = test_env(NULL, NULL);
  fence = json_fence_new(2 * MAX_TEXT);
  for (int i = 0; i < JSON_ISAS; i++) kt_json_init(&readers[i], env, json_isas[i]);
}

static void close_readers(void) {
  kt_env *env = (kt_env *)(uintptr_t)readers[0].env;
  for (int i = 0; i < JSON_ISAS; i++) {
    ck_assert_uint_eq(readers[i].fallbacks, 0);
    kt_json_free(&readers[i]);
  }
  kt_env_free(env);
  json_fence_free(&fence);
}

static void judge(kt_span text, int valid) {
  kt_error err;
  for (int i = 0; i < JSON_ISAS; i++) {
    kt_status st = kt_json_open(&readers[i], text, &err);
    if ((st == KT_OK) != valid)
      ck_abort_msg("%s %s: %.*s", kt_json_isa_name(readers[i].isa), valid ? "refuses" : "accepts",
                   (int)text.len, text.ptr);
    if (valid && !json_same_index(&readers[0], &readers[i]))
      ck_abort_msg("%s sees another index: %.*s", kt_json_isa_name(readers[i].isa), (int)text.len,
                   text.ptr);
    if (!valid) ck_assert_int_eq(st, KT_EPARSE);
  }
}

static void judge_padded(const char *before, const char *text, size_t len, const char *after,
                         int valid) {
  static const char fillers[] = { '"', '}', ' ', 'e', '\\', (char)0x80, '0', ']' };
  char buf[MAX_TEXT];
  for (size_t pad = 0; pad <= MAX_PAD; pad += test_stride(31)) {
    size_t n = 0;
    memset(buf, ' ', pad);
    n += pad;
    memcpy(buf + n, before, strlen(before));
    n += strlen(before);
    memcpy(buf + n, text, len);
    n += len;
    memcpy(buf + n, after, strlen(after));
    n += strlen(after);
    judge(json_fence_put(&fence, buf, n, fillers[pad % sizeof fillers]), valid);
    if (pad < 3) judge(json_fence_put_front(&fence, buf, n, fillers[pad]), valid);
  }
}

static size_t decode(const char *line, size_t len, char *out) {
  size_t n = 0;
  unsigned byte;
  for (size_t i = 0; i < len; i++) {
    if (line[i] != '%') {
      out[n++] = line[i];
    } else if (i + 2 < len && sscanf(line + i + 1, "%2x", &byte) == 1) {
      out[n++] = (char)byte;
      i += 2;
    }
  }
  return n;
}

START_TEST(texts_are_judged_rightly) {
  static const char *const around[][2] = { { "", "" },
                                           { "[", "]" },
                                           { "[0, ", "]" },
                                           { "[\"a\",", ",1]" },
                                           { "[[],", "]" },
                                           { "{\"k\":", "}" },
                                           { "{\"k\" :{},\"l\" : ", " }" } };
  size_t size, judged = 0;
  char *file = json_read_file(JSON_TEXTS, &size), text[MAX_TEXT];
  open_readers();
  for (char *line = file, *end; line < file + size; line = end + 1) {
    end = memchr(line, '\n', (size_t)(file + size - line));
    ck_assert_ptr_nonnull(end);
    if (end - line < 2 || line[1] != ' ' || *line == '#') continue;
    size_t len = decode(line + 2, (size_t)(end - line - 2), text);
    size_t wraps = *line == 'w' ? 1 : sizeof around / sizeof *around;
    for (size_t i = 0; i < wraps; i++)
      judge_padded(around[i][0], text, len, around[i][1], *line == 'y');
    judged++;
  }
  ck_assert_uint_gt(judged, 700);
  close_readers();
  free(file);
}
END_TEST

/* Cut anywhere, a text is no text. */
START_TEST(every_prefix_is_refused) {
  static const char text[] =
      "{\"a\" : [1, -2.5e3, true, false, null, \"x\\u00e9\\n\\\\\xF0\x9F\x98\x80\", {}, "
      "[[ ]]], \"b\":{\"c\":\"\", \"dd\":[0]} ,\"e\":123456789}";
  open_readers();
  for (size_t n = 0; n < sizeof text - 1; n++)
    for (size_t pad = 0; pad < 70; pad++) {
      char buf[512];
      memset(buf, ' ', pad);
      memcpy(buf + pad, text, n);
      judge(json_fence_put(&fence, buf, pad + n, text[n]), 0);
    }
  judge(json_fence_put(&fence, text, sizeof text - 1, '"'), 1);
  close_readers();
}
END_TEST

static void judge_depth(uint32_t depth, const char *open, const char *close, int closed,
                        kt_status want) {
  char *text = malloc(depth * 16 + 64);
  kt_error err = { 0 };
  size_t n = 0;
  for (uint32_t i = 0; i < depth; i++) n += (size_t)sprintf(text + n, "%s", open);
  if (closed == 2) text[n++] = '1';
  for (uint32_t i = 0; closed && i < depth; i++) n += (size_t)sprintf(text + n, "%s", close);
  json_fence f = json_fence_new(n + 64);
  kt_span span = json_fence_put(&f, text, n, '}');
  for (int i = 0; i < JSON_ISAS; i++) {
    ck_assert_int_eq(kt_json_open(&readers[i], span, &err), want);
    if (want == KT_ETOOBIG) ck_assert_ptr_nonnull(strstr(err.message, "levels at byte"));
  }
  json_fence_free(&f);
  free(text);
}

START_TEST(depth_is_limited) {
  open_readers();
  for (uint32_t limit = 1; limit <= 1024; limit = limit * 2) {
    for (int i = 0; i < JSON_ISAS; i++) readers[i].max_depth = limit;
    judge_depth(limit - 1, "[", "]", 2, KT_OK);
    judge_depth(limit, "[", "]", 1, KT_OK);
    judge_depth(limit, "[", "]", 2, KT_OK);
    judge_depth(limit + 1, "[", "]", 1, KT_ETOOBIG);
    judge_depth(limit, "{\"a\" : ", "}", 2, KT_OK);
    judge_depth(limit + 1, "{\"a\" : ", "}", 2, KT_ETOOBIG);
    judge_depth(limit + 1, "[", "]", 0, KT_ETOOBIG);
    judge_depth(limit, "[", "]", 0, KT_EPARSE);
  }
  judge_depth(1000000, "[", "]", 0, KT_ETOOBIG);
  judge_depth(100000, "{\"a\":", "}", 0, KT_ETOOBIG);
  judge_depth(100000, "]", "", 0, KT_EPARSE);
  close_readers();
}
END_TEST

/* Flat but long: the index grows, in all places of the 64-character words of the order rules. */
START_TEST(long_texts_grow_the_index) {
  static const char *const items[] = { "[],",     "{},", "1,", "{\"a\":1},", "[{\"b\":[]},2],",
                                       "\"x\" , " };
  char *text = malloc(1 << 20);
  json_fence f = json_fence_new(1 << 20);
  open_readers();
  for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
    size_t n = 0;
    text[n++] = '[';
    for (int k = 0; k < 40000; k++) n += (size_t)sprintf(text + n, "%s", items[i]);
    while (text[n - 1] != ',') n--;
    text[n - 1] = ']';
    judge(json_fence_put(&f, text, n, '['), 1);
    text[n - 1] = '}';
    judge(json_fence_put(&f, text, n, '['), 0);
    text[n - 1] = ',';
    judge(json_fence_put(&f, text, n, ']'), 0);
    text[0] = '{';
    text[n - 1] = '}';
    judge(json_fence_put(&f, text, n, '['), 0);
  }
  close_readers();
  json_fence_free(&f);
  free(text);
}
END_TEST

START_TEST(faults_are_named) {
  static const struct {
    const char *text, *message;
  } cases[] = { { "", "not valid JSON at byte 0: the text ends where a value should stand" },
                { "[1,]", "not valid JSON at byte 3: no value" },
                { "{\"a\" 1}", "not valid JSON at byte 5: no colon behind the name" },
                { "{\"a\":1", "not valid JSON at byte 6: the text ends inside an object or array" },
                { "[1 2]", "not valid JSON at byte 3: no comma or ] behind the item" },
                { "{\"a\":1 \"b\"", "not valid JSON at byte 7: no comma or } behind the member" },
                { "[\"a\x01\"]", "not valid JSON at byte 3: control character in a string" },
                { "[\"\xC0\x80\"]", "not valid JSON at byte 2: invalid UTF-8" },
                { "[\"\\x\"]", "not valid JSON at byte 3: unknown escape" },
                { "[01]", "not valid JSON at byte 1: number with a leading zero" },
                { "1 1", "not valid JSON at byte 2: more text behind the value" },
                { "[nul]",
                  "not valid JSON at byte 1: no value; known words are true, false and null" } };
  kt_error err;
  open_readers();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int k = 0; k < JSON_ISAS; k++) {
      kt_span text = json_fence_put(&fence, cases[i].text, strlen(cases[i].text), ' ');
      ck_assert_int_eq(kt_json_open(&readers[k], text, &err), KT_EPARSE);
      ck_assert_str_eq(err.message, cases[i].message);
    }
  close_readers();
}
END_TEST

int main(void) {
  Suite *s = suite_create("json_texts");
  TCase *t = tcase_create("all");
  tcase_set_timeout(t, 120);
  tcase_add_test(t, texts_are_judged_rightly);
  tcase_add_test(t, every_prefix_is_refused);
  tcase_add_test(t, depth_is_limited);
  tcase_add_test(t, long_texts_grow_the_index);
  tcase_add_test(t, faults_are_named);
  suite_add_tcase(s, t);
  return test_run(s);
}
