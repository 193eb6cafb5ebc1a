/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <kappatweet/module.h>

#include "base/sys.h"
#include "parts.h"

static int broken_folder;

/* It stands before the library's own. */
const char *kt_sys_readdir(void *dir) {
  errno = 0;
  struct dirent *e = readdir(dir);
  if (broken_folder) errno = EIO;
  return e && !broken_folder ? e->d_name : NULL;
}

/* The name of the part that a URI means. */
static const char *part_of(const kt_parts *parts, uint32_t kind, const char *uri) {
  const kt_part *part = NULL;
  kt_conf *conf = NULL;
  kt_error err = { 0 };
  if (kt_parts_find(parts, kind, uri, NULL, &part, &conf, &err) < 0)
    ck_abort_msg("%s", err.message);
  kt_conf_free(conf);
  return part->name;
}

START_TEST(parts_know_a_path_by_its_end) {
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts;
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  ck_assert_str_eq(part_of(parts, KT_PART_SINK, "out.csv"), "csv");
  ck_assert_str_eq(part_of(parts, KT_PART_SINK, "a?b/out.csv.gz"), "csv");
  ck_assert_str_eq(part_of(parts, KT_PART_SINK, "out.csv?delimiter=%2C&record=full"), "csv");
  ck_assert_str_eq(part_of(parts, KT_PART_SINK, "kappa.db?table=p"), "sqlite");
  ck_assert_str_eq(part_of(parts, KT_PART_SINK, "out?name=a.csv"), "ndjson");
  ck_assert_str_eq(part_of(parts, KT_PART_SINK, "-"), "ndjson");
  ck_assert_str_eq(part_of(parts, KT_PART_SOURCE, "out.csv?framing=lines"), "file");
  ck_assert_str_eq(part_of(parts, KT_PART_PARSER, "auto"), "auto");
  kt_parts_free(parts);
  kt_env_free(env);
}
END_TEST

START_TEST(parts_tell_a_module_folder_that_cannot_be_read) {
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts;
  kt_error err;
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  ck_assert_int_eq(kt_module_load_dir(parts, "no/such/folder", &err), KT_OK);
  broken_folder = 1;
  ck_assert_int_eq(kt_module_load_dir(parts, ".", &err), KT_EIO);
  ck_assert_str_eq(err.message, "cannot read module folder .: Input/output error");
  kt_parts_free(parts);
  kt_env_free(env);
}
END_TEST

START_TEST(parts_tell_a_file_that_is_no_module) {
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts;
  kt_error err = { 0 };
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  size_t n = kt_parts_count(parts);
  ck_assert_int_eq(kt_module_load(parts, "./no-such-module.so", &err), KT_EIO);
  ck_assert_ptr_nonnull(strstr(err.message, "cannot load module: ./no-such-module.so"));
  ck_assert_int_eq(kt_module_load(parts, "libz.so.1", &err), KT_EINVAL);
  ck_assert_str_eq(err.message, "libz.so.1 is no kappatweet module: it has no kt_module_init_1");
  ck_assert_uint_eq(kt_parts_count(parts), n);
  kt_parts_free(parts);
  kt_env_free(env);
}
END_TEST

START_TEST(parts_fill_what_older_and_newer_callers_have) {
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts;
  struct {
    kt_part_info info;
    const char *appended;
  } newer;
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  memset(&newer, 0xAA, sizeof newer);
  newer.info.size = sizeof newer;
  ck_assert_int_eq(kt_parts_get(parts, 0, &newer.info), KT_OK);
  ck_assert_str_eq(newer.info.origin, "built-in");
  ck_assert_ptr_null(newer.appended);
  kt_part_info older = { .size = offsetof(kt_part_info, origin), .origin = "mine" };
  ck_assert_int_eq(kt_parts_get(parts, 0, &older), KT_OK);
  ck_assert_str_eq(older.name, "file");
  ck_assert_str_eq(older.origin, "mine");
  older.size = 0;
  ck_assert_int_eq(kt_parts_get(parts, 0, &older), KT_EINVAL);
  kt_parts_free(parts);
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("parts");
  TCase *t = tcase_create("parts");
  suite_add_tcase(s, t);
  tcase_add_test(t, parts_know_a_path_by_its_end);
  tcase_add_test(t, parts_tell_a_module_folder_that_cannot_be_read);
  tcase_add_test(t, parts_tell_a_file_that_is_no_module);
  tcase_add_test(t, parts_fill_what_older_and_newer_callers_have);
  return test_run(s);
}
