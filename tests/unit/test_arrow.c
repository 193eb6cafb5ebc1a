/* SPDX-License-Identifier: Apache-2.0 */
/* Reads exports as a consumer would that knows the specification and not this library. */
#include "posts.h"

#include "record/arrow.h"

/* A post, a delete, a post with nothing in it, a dead letter; the first is scored. */
static kt_batch *some_records(kt_env *env) {
  kt_batch *b = kt_batch_new(env, NULL);
  kt_dead why = { .size = sizeof why, .code = KT_EPARSE };
  test_add_post(b, KT_LIT("ma\xC3\xB1"
                          "ana"));
  test_score(b, 0.75f, KT_LABEL_POSITIVE);
  kt_record *r = test_add(b, KT_LIT("{\"delete\":{}}"));
  r->kind = KT_DELETE;
  r->id = KT_LIT("77");
  r = test_add(b, KT_LIT("{}"));
  r->text = KT_LIT("");
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT("\xFF"), &why), KT_OK);
  return b;
}

static int64_t column(const struct ArrowSchema *s, const char *name) {
  for (int64_t i = 0; i < s->n_children; i++)
    if (!strcmp(s->children[i]->name, name)) return i;
  ck_abort_msg("no column %s", name);
  return -1;
}

static int is_valid(const struct ArrowArray *a, int64_t row) {
  const uint8_t *bits = a->buffers[0];
  return !bits || bits[row / 8] >> row % 8 & 1;
}

static void expect_text(const struct ArrowArray *a, int64_t row, const char *wanted) {
  const int32_t *offsets = a->buffers[1];
  const char *text = a->buffers[2];
  if (!wanted) {
    ck_assert(!is_valid(a, row));
    return;
  }
  ck_assert(is_valid(a, row));
  ck_assert_int_eq(offsets[row + 1] - offsets[row], (int)strlen(wanted));
  ck_assert(!memcmp(text + offsets[row], wanted, strlen(wanted)));
}

static void expect_schema(const struct ArrowSchema *s, const char *const *formats, int64_t n) {
  ck_assert_str_eq(s->format, "+s");
  ck_assert_int_eq(s->n_children, n);
  ck_assert_int_eq(s->flags, 0);
  ck_assert_ptr_null(s->dictionary);
  for (int64_t i = 0; i < n; i++) {
    ck_assert_str_eq(s->children[i]->format, formats[i]);
    ck_assert_int_eq(s->children[i]->flags, ARROW_FLAG_NULLABLE);
  }
}

static void expect_shape(const struct ArrowArray *a, int64_t rows, int64_t columns) {
  ck_assert_int_eq(a->length, rows);
  ck_assert_int_eq(a->null_count, 0);
  ck_assert_int_eq(a->offset, 0);
  ck_assert_int_eq(a->n_buffers, 1);
  ck_assert_ptr_null(a->buffers[0]);
  ck_assert_int_eq(a->n_children, columns);
  for (int64_t i = 0; i < columns; i++) {
    int64_t nulls = 0;
    ck_assert_int_eq(a->children[i]->length, rows);
    for (int64_t row = 0; row < rows; row++) nulls += !is_valid(a->children[i], row);
    ck_assert_int_eq(a->children[i]->null_count, nulls);
    ck_assert_int_eq(a->children[i]->buffers[0] != NULL, nulls != 0);
    for (int64_t k = 0; k < a->children[i]->n_buffers; k++)
      ck_assert_uint_eq((uintptr_t)a->children[i]->buffers[k] % 64, 0);
  }
}

START_TEST(tweet_has_its_types) {
  static const char *const formats[] = { "l", "u", "tsm:UTC", "u", "u", "u", "u", "g", "l" };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = some_records(env);
  struct ArrowSchema s;
  struct ArrowArray a;
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "tweet", &s, &a, NULL), KT_OK);
  kt_batch_unref(b); /* the export holds no reference */
  expect_schema(&s, formats, 9);
  expect_shape(&a, 2, 9);
  ck_assert_int_eq(((const int64_t *)a.children[0]->buffers[1])[0], 3);
  ck_assert(!is_valid(a.children[0], 1));
  expect_text(a.children[1], 0,
              "ma\xC3\xB1"
              "ana");
  expect_text(a.children[1], 1, "");
  ck_assert_int_eq(((const int64_t *)a.children[2]->buffers[1])[0], 1636106400000);
  ck_assert(((const double *)a.children[7]->buffers[1])[0] == 1636106400.123456);
  expect_text(a.children[4], 0, "1456");
  expect_text(a.children[4], 1, NULL);
  a.release(&a);
  s.release(&s);
  ck_assert(!a.release && !s.release);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(full_has_every_kind) {
  static const char *const formats[] = { "u", "u", "u", "tsm:UTC", "u", "u", "u",
                                         "u", "b", "b", "b",       "b", "b", "u",
                                         "f", "f", "f", "f",       "u", "u", "u" };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = some_records(env);
  struct ArrowSchema s;
  struct ArrowArray a;
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "full", &s, &a, NULL), KT_OK);
  expect_schema(&s, formats, 21);
  expect_shape(&a, 4, 21);
  static const char *const kinds[] = { "post", "delete", "post", "dead" };
  for (int i = 0; i < 4; i++) expect_text(a.children[0], i, kinds[i]);
  expect_text(a.children[1], 1, "77");
  const struct ArrowArray *repost = a.children[column(&s, "repost")];
  const struct ArrowArray *reply = a.children[column(&s, "reply")];
  ck_assert_int_eq(((const uint8_t *)repost->buffers[1])[0], 1);
  ck_assert_int_eq(((const uint8_t *)reply->buffers[1])[0], 0);
  ck_assert(is_valid(repost, 0) && !is_valid(repost, 1) && is_valid(repost, 2));
  expect_text(a.children[column(&s, "sentiment")], 0, "POSITIVE");
  expect_text(a.children[column(&s, "sentiment")], 2, NULL);
  const struct ArrowArray *positive = a.children[column(&s, "score_positive")];
  ck_assert(((const float *)positive->buffers[1])[0] == 0.75f);
  ck_assert_int_eq(positive->null_count, 3);
  a.release(&a);
  s.release(&s);
  kt_batch_unref(b);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(raw_and_sentiment_leave_out) {
  static const char *const sentiment[] = { "u", "u", "tsm:UTC", "u", "u", "f", "f", "f", "f" };
  static const char *const raw[] = { "u" };
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = some_records(env), *empty = kt_batch_new(env, NULL);
  struct ArrowSchema s;
  struct ArrowArray a;
  kt_error err = { 0 };
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "sentiment", &s, &a, NULL), KT_OK);
  expect_schema(&s, sentiment, 9);
  expect_shape(&a, 2, 9);
  a.release(&a);
  s.release(&s);
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "raw", &s, &a, NULL), KT_OK);
  expect_schema(&s, raw, 1);
  expect_shape(&a, 3, 1);
  expect_text(a.children[0], 1, "{\"delete\":{}}");
  a.release(&a);
  s.release(&s);
  ck_assert_int_eq(kt_batch_export_arrow(env, empty, "raw", &s, &a, NULL), KT_OK);
  expect_shape(&a, 0, 1);
  ck_assert_int_eq(((const int32_t *)a.children[0]->buffers[1])[0], 0);
  a.release(&a);
  s.release(&s);
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "rare", &s, &a, &err), KT_EINVAL);
  ck_assert_str_eq(err.message, "no record 'rare'; it is one of tweet, sentiment, full, raw");
  kt_batch_unref(b);
  kt_batch_unref(empty);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(bits_beyond_a_byte) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  for (int i = 0; i < 515; i++) {
    kt_record *r = test_add_post(b, KT_LIT("x"));
    r->flags = i % 3 ? 0 : KT_QUOTE;
    if (i % 5 == 0) r->lang = KT_NULL_SPAN;
  }
  struct ArrowSchema s;
  struct ArrowArray a;
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "full", &s, &a, NULL), KT_OK);
  expect_shape(&a, 515, 21);
  const uint8_t *bits = a.children[column(&s, "quote")]->buffers[1];
  for (int i = 0; i < 515; i++) {
    ck_assert_int_eq(bits[i / 8] >> i % 8 & 1, i % 3 == 0);
    expect_text(a.children[column(&s, "lang")], i, i % 5 ? "es" : NULL);
  }
  a.release(&a);
  s.release(&s);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(much_text_has_wide_offsets) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  struct ArrowSchema s;
  struct ArrowArray a;
  test_add_post(b, KT_LIT("twelve bytes"));
  test_add_post(b, KT_LIT("and more"));
  ck_assert_int_eq(kt_arrow_export(env, b, "sentiment", 20, &s, &a, NULL), KT_OK);
  ck_assert_str_eq(s.children[1]->format, "u");
  a.release(&a);
  s.release(&s);
  ck_assert_int_eq(kt_arrow_export(env, b, "sentiment", 19, &s, &a, NULL), KT_OK);
  ck_assert_str_eq(s.children[0]->format, "u");
  ck_assert_str_eq(s.children[1]->format, "U");
  const int64_t *offsets = a.children[1]->buffers[1];
  ck_assert(offsets[0] == 0 && offsets[1] == 12 && offsets[2] == 20);
  ck_assert(!memcmp(a.children[1]->buffers[2], "twelve bytesand more", 20));
  a.release(&a);
  s.release(&s);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(a_child_may_be_moved_out) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = some_records(env);
  struct ArrowSchema s, text_schema;
  struct ArrowArray a, text;
  ck_assert_int_eq(kt_batch_export_arrow(env, b, "tweet", &s, &a, NULL), KT_OK);
  kt_batch_unref(b);
  text = *a.children[1];
  a.children[1]->release = NULL;
  text_schema = *s.children[1];
  s.children[1]->release = NULL;
  struct ArrowArray moved = a; /* the structs may be copied elsewhere */
  memset(&a, 0x55, sizeof a);
  moved.release(&moved);
  s.release(&s);
  ck_assert_str_eq(text_schema.name, "text");
  expect_text(&text, 0,
              "ma\xC3\xB1"
              "ana");
  text.release(&text);
  text_schema.release(&text_schema);
  ck_assert(!text.release && !text_schema.release);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(no_memory_sets_neither) {
  test_alloc t = { 0 };
  kt_env *env = test_env(&t, NULL);
  kt_batch *b = some_records(env);
  size_t live = t.live_bytes;
  for (size_t n = 1;; n++) {
    struct ArrowSchema s = { .format = "mine" };
    struct ArrowArray a = { .length = -5 };
    t.calls = 0;
    t.fail_at = n;
    kt_status st = kt_batch_export_arrow(env, b, "full", &s, &a, NULL);
    t.fail_at = 0;
    if (st == KT_OK) {
      ck_assert_uint_gt(n, 15);
      a.release(&a);
      s.release(&s);
      break;
    }
    ck_assert_int_eq(st, KT_ENOMEM);
    ck_assert_str_eq(s.format, "mine");
    ck_assert_int_eq(a.length, -5);
    ck_assert_uint_eq(t.live_bytes, live);
  }
  kt_batch_unref(b);
  kt_env_free(env);
  ck_assert_uint_eq(t.live_blocks, 0);
}
END_TEST

int main(void) {
  Suite *s = suite_create("arrow");
  TCase *t = tcase_create("arrow");
  tcase_add_test(t, tweet_has_its_types);
  tcase_add_test(t, full_has_every_kind);
  tcase_add_test(t, raw_and_sentiment_leave_out);
  tcase_add_test(t, bits_beyond_a_byte);
  tcase_add_test(t, much_text_has_wide_offsets);
  tcase_add_test(t, a_child_may_be_moved_out);
  tcase_add_test(t, no_memory_sets_neither);
  suite_add_tcase(s, t);
  return test_run(s);
}
