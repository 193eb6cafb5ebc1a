/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/span.h"

#include "record/batch.h"

static const kt_dead WHY = { .size = sizeof WHY, .attempts = 1, .code = KT_EPARSE };

static void add(kt_batch *b, size_t n) {
  kt_builder builder = { .batch = b };
  kt_span frame = kt_span_of("{}");
  ck_assert_int_eq(kt_block_add(&b->block, frame, 1, frame, 0), KT_OK);
  for (size_t i = 0; i < n; i++) ck_assert_ptr_nonnull(kt_builder_add(&builder, 0));
}

/* A batch that held a dead letter comes back from the pool with a short table of them. */
static void add_posts(kt_batch *b, size_t n) {
  kt_builder builder = { .batch = b };
  for (size_t i = 0; i < n; i++) {
    ck_assert_int_eq(kt_block_add(&b->block, KT_LIT("{}"), 1, KT_LIT("here"), 0), KT_OK);
    ck_assert_ptr_nonnull(kt_builder_add(&builder, i));
  }
}

START_TEST(batch_used_again_is_compacted) {
  enum { RECORDS = 500 };
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  kt_batch_pool *pool = kt_batch_pool_new(env, 1);
  kt_batch *first = kt_batch_new(env, pool);
  ck_assert_int_eq(kt_batch_add_dead(first, NULL, kt_span_of("{"), &WHY), KT_OK);
  kt_batch_unref(first);

  kt_batch *again = kt_batch_new(env, pool);
  ck_assert_ptr_eq(again, first);
  add(again, RECORDS);
  uint8_t keep[RECORDS];
  for (size_t i = 0; i < RECORDS; i++) {
    again->records[i].seq = i;
    keep[i] = i % 2;
  }
  kt_batch_compact(again, keep);
  ck_assert_uint_eq(kt_batch_count(again), RECORDS / 2);
  for (size_t i = 0; i < RECORDS / 2; i++)
    ck_assert_uint_eq(kt_batch_record(again, i)->seq, 2 * i + 1);
  kt_batch_unref(again);
  kt_batch_pool_close(pool);
  kt_env_free(env);
  ck_assert_uint_eq(a.live_blocks, 0);
}
END_TEST

START_TEST(batch_keeps_the_reason_of_a_dead_letter) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  add(b, 2);
  ck_assert_int_eq(kt_batch_add_dead(b, NULL, kt_span_of("frame"), &WHY), KT_OK);
  add(b, 1);
  const uint8_t keep[] = { 0, 0, 1, 1 };
  kt_batch_compact(b, keep);
  kt_dead dead = { .size = sizeof dead };
  ck_assert_int_eq(kt_batch_dead(b, 0, &dead), KT_OK);
  ck_assert_int_eq(dead.code, KT_EPARSE);
  ck_assert_int_eq(kt_batch_dead(b, 1, &dead), KT_EINVAL);
  ck_assert_int_eq(kt_batch_dead(b, 9, &dead), KT_EINVAL);
  /* A parser may say so of a record without a reason. */
  b->records[1].kind = KT_DEAD;
  ck_assert_int_eq(kt_batch_dead(b, 1, &dead), KT_OK);
  ck_assert(dead.reason.ptr == NULL);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

/* A stranger's parser may be careless. */
START_TEST(builder_rejects_what_it_can) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_builder builder = { .batch = b };
  add(b, 1);
  ck_assert_int_eq(kt_builder_reject(&builder, 7, NULL), KT_EINVAL);
  ck_assert_int_eq(kt_builder_reject(&builder, 0, NULL), KT_OK);
  ck_assert_uint_eq(b->reject_count, 1);
  ck_assert_int_eq(b->rejects[0].why.code, KT_EPARSE);
  ck_assert_uint_eq(kt_batch_count(b), 0);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(builder_trims_no_dead_letter) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_builder builder = { .batch = b };
  add(b, 1);
  char *mine = kt_builder_alloc(&builder, 64);
  ck_assert_ptr_nonnull(mine);
  memcpy(mine, "text", 4);
  const kt_dead why = { .size = sizeof why, .reason = KT_LIT("refused"), .lane = KT_LIT("sink") };
  ck_assert_int_eq(kt_builder_dead(&builder, &why), KT_OK);
  kt_builder_trim(&builder, 4);
  memset(kt_builder_alloc(&builder, 128), '#', 128);
  kt_dead dead = { .size = sizeof dead };
  ck_assert_int_eq(kt_batch_dead(b, 0, &dead), KT_OK);
  ck_assert(kt_span_equal(dead.reason, KT_LIT("refused")));
  ck_assert(kt_span_equal(dead.lane, KT_LIT("sink")));
  ck_assert_mem_eq(mine, "text", 4);
  kt_batch_unref(b);
  kt_env_free(env);
}
END_TEST

START_TEST(dead_letters_of_older_and_newer_callers) {
  kt_env *env = test_env(NULL, NULL);
  kt_batch *b = kt_batch_new(env, NULL);
  kt_builder builder = { .batch = b };
  add(b, 1);
  const kt_dead cut = { .size = offsetof(kt_dead, reason), .reason = KT_LIT("never seen") };
  ck_assert_int_eq(kt_builder_dead(&builder, &cut), KT_EINVAL);
  const kt_dead whole = { .size = sizeof whole, .reason = KT_LIT("refused") };
  ck_assert_int_eq(kt_builder_dead(&builder, &whole), KT_OK);
  struct {
    kt_dead dead;
    uint64_t appended;
  } newer = { { .size = sizeof newer }, UINT64_MAX };
  ck_assert_int_eq(kt_batch_dead(b, 0, &newer.dead), KT_OK);
  ck_assert(kt_span_equal(newer.dead.reason, KT_LIT("refused")));
  ck_assert_uint_eq(newer.appended, 0);
  kt_batch_unref(b);
  kt_env_free(env);
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
  tcase_add_test(t, batch_used_again_is_compacted);
  tcase_add_test(t, batch_keeps_the_reason_of_a_dead_letter);
  tcase_add_test(t, builder_rejects_what_it_can);
  tcase_add_test(t, builder_trims_no_dead_letter);
  tcase_add_test(t, dead_letters_of_older_and_newer_callers);
  tcase_add_test(t, batch_outlives_its_pool);
  tcase_add_test(t, batch_id_tells_source_place_and_content_apart);
  return test_run(s);
}
