/* SPDX-License-Identifier: Apache-2.0 */
/* The checkpoint file: replaced as a whole, damage told at each byte, one holder. */
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "io/checkpoint.h"
#include "unit.h"

static char dir[64], path[96];

static void setup(void) {
  strcpy(dir, "kt-checkpoint-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  snprintf(path, sizeof path, "%s/state", dir);
}

static void teardown(void) {
  unlink(path);
  ck_assert_int_eq(rmdir(dir), 0); /* and no other file was left behind */
}

static size_t slurp(char *p, size_t cap) {
  FILE *f = fopen(path, "rb");
  ck_assert_ptr_nonnull(f);
  size_t n = fread(p, 1, cap, f);
  fclose(f);
  return n;
}

static void put(const char *p, size_t n) {
  FILE *f = fopen(path, "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(p, 1, n, f), n);
  fclose(f);
}

START_TEST(test_save_and_open) {
  kt_env *env = test_env(NULL, NULL);
  kt_checkpoint *c;
  kt_buf content;
  kt_buf_init(&content, env);
  ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &c, NULL), KT_OK);
  ck_assert_uint_eq(content.len, 0);
  for (int i = 0; i < 20; i++) {
    char text[40];
    int n = snprintf(text, sizeof text, "position %d%c", i, 0);
    ck_assert_int_eq(kt_checkpoint_save(c, (kt_span){ text, (size_t)n }, NULL), KT_OK);
    if (i % 5) continue;
    kt_checkpoint_close(c);
    kt_buf_truncate(&content, 0);
    ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &c, NULL), KT_OK);
    ck_assert(kt_span_equal(kt_buf_bytes(&content), (kt_span){ text, (size_t)n }));
  }
  kt_checkpoint_close(c);
  kt_buf_clear(&content);
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
}
END_TEST

START_TEST(test_one_holder) {
  kt_env *env = test_env(NULL, NULL);
  kt_checkpoint *a, *b;
  kt_buf content;
  kt_error err;
  kt_buf_init(&content, env);
  ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &a, NULL), KT_OK);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &b, &err), KT_ESTATE);
    ck_assert_ptr_nonnull(strstr(err.message, "is in use by another run"));
    ck_assert_int_eq(kt_checkpoint_save(a, (kt_span){ "x", 1 }, NULL), KT_OK);
  }
  kt_checkpoint_close(a);
  ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &b, &err), KT_OK);
  kt_checkpoint_close(b);
  kt_buf_clear(&content);
  kt_env_free(env);
}
END_TEST

static void refused(const kt_env *env, kt_status expected) {
  kt_checkpoint *c;
  kt_buf content;
  kt_error err;
  kt_buf_init(&content, env);
  ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &c, &err), expected);
  ck_assert_uint_eq(content.len, 0);
  ck_assert_ptr_nonnull(strstr(err.message, path));
  if (expected == KT_ECORRUPT)
    ck_assert_ptr_nonnull(strstr(err.message, "delete it to start again"));
  kt_buf_clear(&content);
}

START_TEST(test_damage) {
  kt_env *env = test_env(NULL, NULL);
  kt_checkpoint *c;
  kt_buf content;
  char file[256];
  kt_buf_init(&content, env);
  ck_assert_int_eq(kt_checkpoint_open(env, path, &content, &c, NULL), KT_OK);
  ck_assert_int_eq(kt_checkpoint_save(c, (kt_span){ "some content", 12 }, NULL), KT_OK);
  kt_checkpoint_close(c);
  size_t n = slurp(file, sizeof file);
  for (size_t i = 0; i < n; i++)
    for (int bit = 0; bit < 8; bit++) {
      file[i] ^= (char)(1 << bit);
      put(file, n);
      refused(env, KT_ECORRUPT);
      file[i] ^= (char)(1 << bit);
    }
  for (size_t i = 0; i < n; i++) {
    put(file, i);
    refused(env, KT_ECORRUPT);
  }
  file[n] = 'x';
  put(file, n + 1);
  refused(env, KT_ECORRUPT);
  /* A newer version with a right sum is no damage. */
  char *version = strchr(file, ' ') + 1;
  *version = '2';
  uint32_t crc = kt_crc32(kt_crc32(0, version, 19), file + n - 12, 12);
  char sum[9];
  snprintf(sum, sizeof sum, "%08x", crc);
  memcpy(version + 19, sum, 8);
  put(file, n);
  refused(env, KT_ENOTSUP);
  kt_buf_clear(&content);
  kt_env_free(env);
}
END_TEST

START_TEST(test_no_place) {
  kt_env *env = test_env(NULL, NULL);
  kt_checkpoint *c;
  kt_buf content;
  kt_error err;
  kt_buf_init(&content, env);
  ck_assert_int_eq(kt_checkpoint_open(env, "no/such/folder", &content, &c, &err), KT_EIO);
  ck_assert_str_eq(err.message, "cannot open checkpoint no/such/folder: No such file or directory");
  kt_buf_clear(&content);
  kt_env_free(env);
}
END_TEST

START_TEST(test_no_memory) {
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  size_t before = a.live_blocks;
  for (size_t fail = 1;; fail++) {
    kt_checkpoint *c = NULL;
    kt_buf content;
    kt_buf_init(&content, env);
    a.calls = 0;
    a.fail_at = fail;
    kt_status st = kt_checkpoint_open(env, path, &content, &c, NULL);
    if (st == KT_OK) st = kt_checkpoint_save(c, (kt_span){ "content", 7 }, NULL);
    kt_checkpoint_close(c);
    if (st == KT_OK)
      st = kt_checkpoint_open(env, path, &content, &c, NULL);
    else
      c = NULL;
    int all = a.calls < fail;
    a.fail_at = 0;
    if (st == KT_OK) kt_checkpoint_close(c);
    ck_assert_int_eq(st, all ? KT_OK : KT_ENOMEM);
    kt_buf_clear(&content);
    ck_assert_uint_eq(a.live_blocks, before);
    if (all) break;
    ck_assert_uint_lt(fail, 100);
  }
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("io_checkpoint");
  TCase *t = tcase_create("checkpoint");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, test_save_and_open);
  tcase_add_test(t, test_one_holder);
  tcase_add_test(t, test_damage);
  tcase_add_test(t, test_no_place);
  tcase_add_test(t, test_no_memory);
  suite_add_tcase(s, t);
  return test_run(s);
}
