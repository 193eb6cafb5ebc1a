/* SPDX-License-Identifier: Apache-2.0 */
#include "tempdir.h"
#include "unit.h"

#include <errno.h>

#include "base/sys.h"
#include "io/folders.h"

static unsigned syncs, fails_at;

/* It stands before the library's own. */
int kt_sys_sync_parent(const char *path) {
  if (!strstr(path, "/o")) return 0; /* those above were there */
  if (++syncs != fails_at) return 0;
  errno = ENOSPC;
  return -1;
}

START_TEST(folders_are_synced_before_they_are_used) {
  kt_env *env = test_env(NULL, NULL);
  for (fails_at = 1; fails_at <= 3; fails_at++) {
    syncs = 0;
    ck_assert_int_lt(kt_folders_make(env, temp("o/a/b/x"), 1), 0);
    ck_assert_int_eq(errno, ENOSPC);
    ck_assert_uint_eq(syncs, fails_at);
    ck_assert_int_eq(kt_folders_make(env, temp("o/a/b/x"), 1), 0);
    /* All of them, for whoever made one may have been killed before it was safe. */
    ck_assert_uint_eq(syncs, fails_at + 3);
    tempdir_empty(temp("o"));
    remove(temp("o"));
  }
  syncs = fails_at = 0;
  ck_assert_int_eq(kt_folders_make(env, temp("o/a/b/x"), 0), 0);
  ck_assert_uint_eq(syncs, 0);
  kt_env_free(env);
}
END_TEST

int main(void) {
  Suite *s = suite_create("folders");
  TCase *t = tcase_create("folders");
  tcase_add_checked_fixture(t, tempdir_make, tempdir_remove);
  tcase_add_test(t, folders_are_synced_before_they_are_used);
  suite_add_tcase(s, t);
  return test_run(s);
}
