/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged posts: the three implementations must agree on each, index and all; what they accept,
 * json-c must accept too (the reverse does not hold: json-c lets some faults pass). */
#include "json_util.h"

#include <json-c/json.h>

enum { MUTANTS = 120000, MAX_POST = 32768 };

static uint64_t state = 0x2545f4914f6cdd1du;

static uint32_t below(uint32_t n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)((state >> 32) * n >> 32);
}

/* Bytes and pieces that matter to JSON. */
static size_t piece(char *out) {
  static const char *const pieces[] = { "{",
                                        "}",
                                        "[",
                                        "]",
                                        ":",
                                        ",",
                                        "\"",
                                        "\\",
                                        " ",
                                        "\n",
                                        "0",
                                        "-",
                                        ".",
                                        "e",
                                        "1",
                                        "\\u",
                                        "\\ud83d",
                                        "\\\"",
                                        "\\\\",
                                        "true",
                                        "null",
                                        "{}",
                                        "[]",
                                        "\"\"",
                                        "\":",
                                        ",\"a\":1",
                                        "],[",
                                        "},{",
                                        "\t",
                                        "\x01",
                                        "\x80",
                                        "\xC3",
                                        "\xC3\xA9",
                                        "\xF0\x9F\x98\x80",
                                        "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80",
                                        "+",
                                        "E",
                                        "1.5e-3",
                                        "   ",
                                        "\x1A",
                                        "\x0C",
                                        "/",
                                        "u" };
  const char *s = pieces[below(sizeof pieces / sizeof *pieces)];
  memcpy(out, s, strlen(s));
  return strlen(s);
}

static size_t mutate(char *text, size_t len) {
  char bit[16];
  for (uint32_t k = 1 + below(3); k && len > 20; k--) {
    size_t at = below((uint32_t)len), n = piece(bit), other = below((uint32_t)len);
    switch (below(6)) {
    case 0:
      text[at] = bit[0];
      break;
    case 1:
      text[at] = (char)below(256);
      break;
    case 2: /* insert */
      memmove(text + at + n, text + at, len - at);
      memcpy(text + at, bit, n);
      len += n;
      break;
    case 3: /* delete */
      n = 1 + below(3);
      if (at + n > len) n = len - at;
      memmove(text + at, text + at + n, len - at - n);
      len -= n;
      break;
    case 4: {
      char c = text[at];
      text[at] = text[other];
      text[other] = c;
      break;
    }
    default: /* shift all by white space, so that faults meet block boundaries */
      n = 1 + below(8);
      memmove(text + n, text, len);
      memset(text, ' ', n);
      len += n;
    }
  }
  return len;
}

static int json_c_accepts(json_tokener *tok, kt_span text) {
  json_tokener_reset(tok);
  json_object *o = json_tokener_parse_ex(tok, text.ptr, (int)text.len);
  int ok = json_tokener_get_error(tok) == json_tokener_success;
  if (json_tokener_get_error(tok) == json_tokener_continue) /* a number at the very end */
    ok = (o = json_tokener_parse_ex(tok, "", 1),
          json_tokener_get_error(tok) == json_tokener_success);
  json_object_put(o);
  return ok;
}

START_TEST(mutants_are_judged_alike) {
  size_t size, accepted = 0, refused = 0;
  char *file = json_read_file(JSON_POSTS, &size), *text = malloc(MAX_POST + 256), *line = file;
  json_fence fence = json_fence_new(MAX_POST + 1024);
  json_tokener *tok = json_tokener_new_ex(200);
  /* In its strict mode json-c 0.18 refuses every byte above 127 in a value, and integers beyond 64 bits. */
  int json_c_knows = json_c_version_num() < 18 << 8;
  json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  kt_env *env = test_env(NULL, NULL);
  kt_json readers[JSON_ISAS];
  for (int i = 0; i < JSON_ISAS; i++) kt_json_init(&readers[i], env, json_isas[i]);
  int mutants = MUTANTS / (int)test_stride(60);
  for (int m = 0; m < mutants; m++) {
    char *end = memchr(line, '\n', (size_t)(file + size - line));
    size_t len = (size_t)(end - line);
    ck_assert_uint_lt(len, MAX_POST);
    memcpy(text, line, len);
    kt_span mutant = json_fence_put(&fence, text, mutate(text, len), "\"}] 0"[m % 5]);
    kt_status first = kt_json_open(&readers[0], mutant, NULL);
    for (int i = 1; i < JSON_ISAS; i++) {
      ck_assert_int_eq(kt_json_open(&readers[i], mutant, NULL), first);
      if (first == KT_OK) ck_assert(json_same_index(&readers[0], &readers[i]));
      ck_assert_uint_eq(readers[i].fallbacks, 0);
    }
    if (first == KT_OK && json_c_knows) ck_assert(json_c_accepts(tok, mutant));
    first == KT_OK ? accepted++ : refused++;
    line = end + 1 < file + size ? end + 1 : file;
  }
  ck_assert_uint_gt(accepted, (size_t)mutants / 20);
  ck_assert_uint_gt(refused, (size_t)mutants / 4);
  for (int i = 0; i < JSON_ISAS; i++) kt_json_free(&readers[i]);
  json_tokener_free(tok);
  json_fence_free(&fence);
  kt_env_free(env);
  free(text);
  free(file);
}
END_TEST

int main(void) {
  Suite *s = suite_create("json_mutants");
  TCase *t = tcase_create("all");
  tcase_set_timeout(t, 300);
  tcase_add_test(t, mutants_are_judged_alike);
  suite_add_tcase(s, t);
  return test_run(s);
}
