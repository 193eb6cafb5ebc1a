/* SPDX-License-Identifier: Apache-2.0 */
/* The trainer: the same bytes for the same input, what it refuses, and no memory. */
#include "score/exact.h"
#include "small_model.h"

static kt_env *env;
static test_alloc counter;

static void setup(void) {
  tempdir_make();
  small_lexicon();
  memset(&counter, 0, sizeof counter);
  env = test_env(&counter, NULL);
}

static void teardown(void) {
  kt_env_free(env);
  ck_assert_uint_eq(counter.live_blocks, 0);
  tempdir_remove();
}

static kt_buf *train(const char *seed) {
  kt_buf *b;
  kt_error err = { 0 };
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  kt_status st = small_train(env, seed, 200, b, &err);
  ck_assert_msg(st == KT_OK, "%s", err.message);
  return b;
}

START_TEST(the_same_input_gives_the_same_bytes) {
  kt_buf *a = train("1"), *b = train("1"), *c = train("2");
  ck_assert(kt_span_equal(kt_buf_bytes(a), kt_buf_bytes(b)));
  ck_assert(!kt_span_equal(kt_buf_bytes(a), kt_buf_bytes(c)));
  kt_buf_free(a);
  kt_buf_free(b);
  kt_buf_free(c);
}
END_TEST

static kt_trainer *trainer(kt_error *err) {
  kt_trainer *t;
  kt_conf *c = small_conf(env, err);
  kt_status st = kt_trainer_new(env, c, &t, err);
  ck_assert_msg(st == KT_OK, "%s", err->message);
  kt_conf_free(c);
  return t;
}

static void add_posts(kt_trainer *t, size_t from, size_t to) {
  for (size_t i = from; i < to; i++) {
    char text[200];
    small_post(i, text);
    kt_status st = kt_trainer_add(t, 1 + (int32_t)(i % 3), kt_span_of(small_language(i)),
                                  kt_span_of(text), NULL);
    ck_assert_int_ge(st, 0);
  }
}

START_TEST(it_learns_and_measures) {
  kt_error err = { 0 };
  kt_trainer *t = trainer(&err);
  add_posts(t, 0, 600);
  ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_OK);
  kt_train_state s = { .size = sizeof s };
  kt_trainer_state(t, &s);
  ck_assert_uint_gt(s.validation, 50);
  ck_assert_uint_gt(s.features, 100);
  ck_assert_uint_eq(s.done, s.total);
  ck_assert(s.accuracy > 0.95 && s.macro_recall > 0.95 && s.macro_f1 > 0.95);
  ck_assert(s.ece >= 0 && s.ece < 0.2);
  uint64_t all = s.texts + s.validation;
  kt_train_state old = { .size = offsetof(kt_train_state, texts) };
  kt_trainer_state(t, &old);
  ck_assert_uint_eq(old.total, s.total);
  ck_assert_uint_eq(old.texts, 0);
  ck_assert_uint_le(all, 600);
  ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_ESTATE);
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of("en"), kt_span_of("x"), &err), KT_ESTATE);
  kt_trainer_free(t);
}
END_TEST

START_TEST(copies_are_left_out) {
  kt_error err = { 0 };
  kt_trainer *t = trainer(&err);
  kt_span en = kt_span_of("en");
  ck_assert_int_eq(
      kt_trainer_add_validation(t, 1, en, kt_span_of("What a great day this is"), &err), KT_OK);
  ck_assert_int_eq(
      kt_trainer_add(t, 1, en, kt_span_of("@you WHAT a great day, this is! http://x.org"), &err),
      KT_END);
  ck_assert_int_eq(kt_trainer_add(t, 1, en, kt_span_of("What a great day that is"), &err), KT_OK);
  ck_assert_int_eq(kt_trainer_add(t, 1, en, kt_span_of("hi"), &err), KT_OK);
  ck_assert_int_eq(kt_trainer_add(t, 1, en, kt_span_of("hi!"), &err), KT_OK);
  kt_trainer_free(t);
}
END_TEST

/* Posts that say nothing of their language, and a model that reads them. */
START_TEST(texts_without_a_language_make_a_model) {
  static const char *const none[] = { NULL, "", "und", "UND", "zxx", "und-Latn" };
  kt_error err = { 0 };
  kt_model *m;
  kt_score s;
  kt_trainer *t = trainer(&err);
  for (size_t i = 0; i < 300; i++) {
    char text[200];
    small_post(2 * i, text);
    ck_assert_int_ge(kt_trainer_add(t, 1 + (int32_t)(2 * i % 3), kt_span_of(none[i % 6]),
                                    kt_span_of(text), &err),
                     0);
  }
  ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_OK);
  ck_assert_int_eq(kt_trainer_write(t, temp("m.ktm"), kt_span_of(NULL), &err), KT_OK);
  kt_trainer_free(t);
  ck_assert_msg(kt_model_open(env, temp("m.ktm"), &m, &err) == KT_OK, "%s", err.message);
  ck_assert_ptr_null(kt_model_language(m, 0).ptr);
  kt_score_text(m, kt_span_of(NULL), kt_span_of("great wonderful love"), &s, NULL);
  ck_assert_int_eq(s.label, KT_LABEL_POSITIVE);
  ck_assert_uint_eq(s.flags & KT_SCORE_OUT_OF_DEPTH, 0);
  ck_assert_ptr_null(kt_language_detect(m, kt_span_of("great wonderful love"), NULL).ptr);
  kt_model_free(m);
}
END_TEST

START_TEST(macro_figures_are_of_the_labels_that_occur) {
  kt_error err = { 0 };
  kt_trainer *t = trainer(&err);
  for (size_t i = 600; i < 660; i += 3) {
    char text[200];
    small_post(i, text);
    kt_trainer_add_validation(t, 1, kt_span_of(small_language(i)), kt_span_of(text), NULL);
  }
  add_posts(t, 0, 300);
  ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_OK);
  kt_train_state s = { .size = sizeof s };
  kt_trainer_state(t, &s);
  ck_assert_uint_eq(s.validation, 20);
  ck_assert(s.accuracy > 0.9 && s.macro_recall == s.accuracy && s.macro_f1 > 0.9);
  kt_trainer_free(t);
}
END_TEST

/* A text whose copy found no memory was taken for one that is there already. */
START_TEST(a_text_may_be_added_again_after_a_shortage) {
  kt_error err = { 0 };
  static char text[2 << 20];
  memset(text, 'x', sizeof text);
  kt_trainer *t = trainer(&err);
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of("en"), kt_span_of("one two three"), &err),
                   KT_OK);
  counter.fail_at = counter.calls + 1;
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of("en"), (kt_span){ text, sizeof text }, &err),
                   KT_ENOMEM);
  counter.fail_at = 0;
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of("en"), (kt_span){ text, sizeof text }, &err),
                   KT_OK);
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of("en"), (kt_span){ text, sizeof text }, &err),
                   KT_END);
  kt_trainer_free(t);
}
END_TEST

START_TEST(what_it_refuses_it_names) {
  kt_error err = { 0 };
  kt_trainer *t = trainer(&err);
  kt_span en = kt_span_of("en"), text = kt_span_of("some words");
  ck_assert_int_eq(kt_trainer_add(t, KT_LABEL_MIXED, en, text, &err), KT_EINVAL);
  ck_assert_int_eq(kt_trainer_add(t, 0, en, text, &err), KT_EINVAL);
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of("english"), text, &err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(err.message, "\"english\" is no language"));
  ck_assert_int_eq(kt_trainer_add(t, 1, kt_span_of(NULL), text, &err), KT_OK);
  kt_buf *b;
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  ck_assert_int_eq(kt_trainer_encode(t, kt_span_of(NULL), b, &err), KT_ESTATE);
  ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(err.message, "no negative text"));
  kt_buf_free(b);
  kt_trainer_free(t);
}
END_TEST

static int stop(void *user, const kt_train_state *s) {
  int *calls = user;
  return ++*calls == 3 && s->done > 0;
}

START_TEST(progress_is_told_and_can_end_it) {
  kt_error err = { 0 };
  int calls = 0;
  kt_trainer *t = trainer(&err);
  add_posts(t, 0, 200);
  ck_assert_int_eq(kt_trainer_run(t, stop, &calls, &err), KT_ECANCELED);
  ck_assert_int_eq(calls, 3);
  kt_trainer_free(t);
}
END_TEST

START_TEST(a_bad_lexicon_line_is_named) {
  static const struct {
    const char *line, *says;
  } bad[] = { { "good\tvalence\n", "en.tsv:2: not key, kind and value" },
              { "good\tvalence\tx\n", "en.tsv:2: the value is no number" },
              { "good\tcolour\t1\n", "en.tsv:2: unknown kind" } };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    kt_error err = { 0 };
    kt_trainer *t = NULL;
    FILE *f = fopen(temp("en.tsv"), "w");
    fprintf(f, "# head\n%s", bad[i].line);
    fclose(f);
    kt_conf *c = small_conf(env, &err);
    ck_assert_int_eq(kt_trainer_new(env, c, &t, &err), KT_EPARSE);
    ck_assert_msg(strstr(err.message, bad[i].says) != NULL, "%s", err.message);
    ck_assert_ptr_null(t);
    kt_conf_free(c);
  }
}
END_TEST

START_TEST(bad_weights_are_named) {
  static const char *const bad[] = {
    "en", "en=", "=1", "en=x", "en=1;de=2", "en=1.2.3", "en=1001"
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    kt_error err = { 0 };
    kt_trainer *t;
    kt_conf *c = small_conf(env, &err);
    ck_assert_int_eq(kt_conf_set(c, "weights", bad[i], &err), KT_OK);
    ck_assert_int_eq(kt_trainer_new(env, c, &t, &err), KT_OK);
    kt_conf_free(c);
    add_posts(t, 0, 9);
    ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, bad[i]));
    kt_trainer_free(t);
  }
}
END_TEST

START_TEST(a_model_file_takes_the_place_of_another_whole) {
  kt_error err = { 0 };
  kt_model *m;
  kt_trainer *t = trainer(&err);
  add_posts(t, 0, 60);
  ck_assert_int_eq(kt_trainer_run(t, NULL, NULL, &err), KT_OK);
  ck_assert_int_eq(kt_trainer_write(t, temp("m.ktm"), kt_span_of("no json"), &err), KT_EINVAL);
  ck_assert_int_eq(kt_trainer_write(t, temp("m.ktm"), kt_span_of("{\"a\":1} and"), &err),
                   KT_EINVAL);
  ck_assert_int_eq(kt_trainer_write(t, NULL, kt_span_of(NULL), &err), KT_EINVAL);
  ck_assert_int_eq(kt_trainer_write(t, "/dev/null", kt_span_of(NULL), &err), KT_EINVAL);
  ck_assert_ptr_nonnull(strstr(err.message, "cannot write /dev/null: it is there and is no file"));
  ck_assert_int_eq(kt_trainer_write(t, temp("m.ktm"), kt_span_of("{\"a\":1}"), &err), KT_OK);
  ck_assert_int_eq(kt_trainer_write(t, temp("m.ktm"), kt_span_of("{\"a\":2}"), &err), KT_OK);
  ck_assert_int_eq(kt_model_open(env, temp("m.ktm"), &m, &err), KT_OK);
  ck_assert(kt_span_equal(kt_model_info(m), kt_span_of("{\"a\":2}")));
  kt_model_free(m);
  ck_assert_int_eq(access(temp("m.ktm.part"), F_OK), -1);
  ck_assert_int_eq(kt_trainer_write(t, temp("none/m.ktm"), kt_span_of(NULL), &err), KT_EIO);
  kt_trainer_free(t);
}
END_TEST

START_TEST(every_failed_allocation_is_survived) {
  kt_buf *b;
  ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  size_t failures = 0;
  for (size_t k = 1;; k += test_stride(7)) {
    kt_error err = { 0 };
    size_t blocks = counter.live_blocks;
    counter.fail_at = counter.calls + k;
    kt_status st = small_train(env, "1", 12, b, &err);
    counter.fail_at = 0;
    if (st >= 0) break;
    ck_assert_int_eq(st, KT_ENOMEM);
    failures++;
    kt_buf_free(b);
    ck_assert_uint_le(counter.live_blocks, blocks);
    ck_assert_int_eq(kt_buf_new(env, &b, NULL), KT_OK);
  }
  ck_assert_uint_gt(failures, 10 / test_stride(7));
  kt_buf_free(b);
}
END_TEST

START_TEST(exp_and_log_are_right) {
  ck_assert(kt_exact_exp(0) == 1);
  for (double x = -30; x < 30; x += 0.37) {
    double back = kt_exact_log(kt_exact_exp(x)) - x;
    ck_assert(back < 1e-9 && back > -1e-9);
  }
  double e = kt_exact_exp(1) - 2.718281828459045;
  ck_assert(e < 1e-14 && e > -1e-14);
}
END_TEST

int main(void) {
  Suite *s = suite_create("train");
  TCase *c = tcase_create("train");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_set_timeout(c, 240);
  tcase_add_test(c, the_same_input_gives_the_same_bytes);
  tcase_add_test(c, it_learns_and_measures);
  tcase_add_test(c, copies_are_left_out);
  tcase_add_test(c, texts_without_a_language_make_a_model);
  tcase_add_test(c, macro_figures_are_of_the_labels_that_occur);
  tcase_add_test(c, a_text_may_be_added_again_after_a_shortage);
  tcase_add_test(c, what_it_refuses_it_names);
  tcase_add_test(c, progress_is_told_and_can_end_it);
  tcase_add_test(c, a_bad_lexicon_line_is_named);
  tcase_add_test(c, bad_weights_are_named);
  tcase_add_test(c, a_model_file_takes_the_place_of_another_whole);
  tcase_add_test(c, every_failed_allocation_is_survived);
  tcase_add_test(c, exp_and_log_are_right);
  suite_add_tcase(s, c);
  return test_run(s);
}
