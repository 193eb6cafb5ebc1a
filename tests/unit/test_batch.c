/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/span.h"
#include "record/batch.h"

static void add_posts(kt_batch *b, size_t n) {
  kt_builder builder = { .batch = b };
  for (size_t i = 0; i < n; i++) {
    ck_assert_int_eq(kt_block_add(&b->block, KT_LIT("{}"), 1, KT_LIT("here"), 0), KT_OK);
    ck_assert_ptr_nonnull(kt_builder_add(&builder, i));
  }
}

START_TEST(batch_used_again_forgets_its_dead_letters) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  kt_batch_pool *pool = kt_batch_pool_new(env, 4);
  kt_batch *b = kt_batch_new(env, pool);
  const kt_dead why = {
    .size = sizeof why, .lane = KT_LIT("parse"), .place = KT_LIT("x:1"), .reason = KT_LIT("torn")
  };
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, KT_LIT("{"), &why), KT_OK);
  kt_batch_unref(b);
  kt_batch *again = kt_batch_new(env, pool);
  ck_assert_ptr_eq(again, b);
  uint8_t keep[300] = { 0 };
  add_posts(again, 300);
  for (size_t i = 1; i < 300; i += 2) keep[i] = 1;
  kt_batch_compact(again, keep);
  ck_assert_uint_eq(kt_batch_count(again), 150);
  for (size_t i = 0; i < 150; i++) {
    kt_dead out = { .size = sizeof out };
    ck_assert_int_eq(kt_batch_dead(again, i, &out), KT_EINVAL);
    ck_assert(kt_span_is(kt_batch_place(again, i), "here"));
  }
  kt_batch_unref(again);
  kt_batch_pool_close(pool);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(batch_outlives_its_pool) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  kt_batch_pool *pool = kt_batch_pool_new(env, 4);
  kt_batch *b = kt_batch_new(env, pool);
  add_posts(b, 3);
  kt_batch_pool_close(pool);
  kt_env_free(env);
  ck_assert_uint_eq(kt_batch_count(b), 3);
  kt_batch_unref(b);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(batch_id_tells_source_place_and_content_apart) {
  kt_env *env = test_env(NULL, NULL);
  static const struct {
    kt_span source, place, frame;
  } inputs[] = { { KT_LIT("a"), KT_LIT("1"), KT_LIT("x") },
                 { KT_LIT("b"), KT_LIT("1"), KT_LIT("x") },
                 { KT_LIT("a"), KT_LIT("2"), KT_LIT("x") },
                 { KT_LIT("a"), KT_LIT("1"), KT_LIT("y") } };
  char ids[4][33];
  for (size_t i = 0; i < 4; i++) {
    for (int again = 0; again < 2; again++) {
      kt_batch *b = kt_batch_new(env, NULL);
      ck_assert_int_eq(kt_block_add(&b->block, inputs[i].frame, 1, inputs[i].place, 0), KT_OK);
      kt_batch_make_id(b, inputs[i].source);
      if (again) ck_assert(kt_span_is(kt_batch_id(b), ids[i]));
      memcpy(ids[i], b->id, sizeof ids[i]);
      kt_batch_unref(b);
    }
    for (size_t j = 0; j < i; j++) ck_assert_str_ne(ids[i], ids[j]);
  }
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("batch");
  TCase *t = tcase_create("batch");
  suite_add_tcase(s, t);
  tcase_add_test(t, batch_used_again_forgets_its_dead_letters);
  tcase_add_test(t, batch_outlives_its_pool);
  tcase_add_test(t, batch_id_tells_source_place_and_content_apart);
  return test_run(s);
}
