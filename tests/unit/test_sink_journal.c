/* SPDX-License-Identifier: Apache-2.0 */
#include "tempdir.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/sys.h"
#include "io/journal.h"

static kt_journal *replaced_before_lock;

static kt_span id_of(unsigned n) {
  static char id[33];
  snprintf(id, sizeof id, "%032x", n * 2654435761u);
  return (kt_span){ id, 32 };
}

static kt_hash128 digest_of(unsigned n) {
  return (kt_hash128){ .hi = n * 7919ull, .lo = ~(uint64_t)n };
}

static kt_journal *load(const kt_env *env) {
  kt_journal *j = NULL;
  kt_error err = { 0 };
  ck_assert_msg(kt_journal_open(env, temp("j"), 1, &j, &err) == KT_OK, "%s", err.message);
  return j;
}

/* Group k: the file `name` grows to `length` and holds batch k. */
static kt_status commit(kt_journal *j, kt_journal_file *f, int64_t length, unsigned k) {
  kt_journal_begin(j);
  if (kt_journal_stage_file(j, f, length, 1)) return KT_ENOMEM;
  if (kt_journal_stage_batch(j, id_of(k), k + 1, digest_of(k))) return KT_ENOMEM;
  return kt_journal_commit(j, NULL);
}

static int has(const kt_journal *j, unsigned k) {
  uint32_t records = 0;
  kt_hash128 d = { 0, 0 }, want = digest_of(k);
  if (!kt_journal_find(j, id_of(k), &records, &d)) return 0;
  ck_assert_uint_eq(records, k + 1);
  ck_assert(d.hi == want.hi && d.lo == want.lo);
  return 1;
}

/* It stands before the library's own: another writer replaces the journal in between. */
int kt_sys_flock(int fd, int op) {
  kt_journal *j = replaced_before_lock;
  replaced_before_lock = NULL;
  if (j) {
    ck_assert_int_eq(kt_journal_reset(j, "x", NULL), KT_OK);
    ck_assert_int_eq(commit(j, kt_journal_file_new(j, "f", 0), 10, 1), KT_OK);
  }
  return flock(fd, op);
}

static int sync_error;

int kt_sys_fdatasync(int fd) {
  (void)fd;
  errno = sync_error;
  return sync_error ? -1 : 0;
}

/* What a commit answers is what its error says. */
START_TEST(journal_answers_as_its_error_says) {
  static const struct {
    int error;
    kt_status status;
  } of[] = { { ENOMEM, KT_ENOMEM }, { EIO, KT_EIO } };
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  ck_assert_int_eq(kt_journal_reset(j, "x", NULL), KT_OK);
  kt_journal_file *f = kt_journal_file_new(j, "f", 0);
  ck_assert_int_eq(commit(j, f, 10, 1), KT_OK);
  for (int i = 0; i < 4; i++) { /* the second of each finds the torn end of the first */
    kt_error err = { 0 };
    sync_error = of[i / 2].error;
    kt_journal_begin(j);
    ck_assert_int_eq(kt_journal_stage_file(j, f, 20, 1), KT_OK);
    ck_assert_int_eq(kt_journal_commit(j, &err), of[i / 2].status);
    ck_assert_int_eq(err.code, of[i / 2].status);
  }
  sync_error = 0;
  ck_assert_int_eq(commit(j, f, 20, 2), KT_OK);
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

START_TEST(journal_remembers_files_and_batches) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  ck_assert(!kt_journal_exists(j) && !is_file(temp("j")));
  ck_assert_int_eq(kt_journal_reset(j, "csv-1", NULL), KT_OK);
  kt_journal_file *a = kt_journal_file_new(j, "2021/a b.csv", -3600000);
  kt_journal_file *b = kt_journal_file_new(j, "b.csv", INT64_MIN);
  ck_assert_int_eq(commit(j, a, 100, 1), KT_OK);
  ck_assert_int_eq(commit(j, b, 50, 2), KT_OK);
  ck_assert_int_eq(commit(j, a, 300, 3), KT_OK);
  kt_journal_begin(j);
  kt_journal_stage_file(j, b, 50, 0);
  ck_assert_int_eq(kt_journal_commit(j, NULL), KT_OK);
  kt_journal_close(j);
  j = load(env);
  ck_assert_str_eq(kt_journal_layout(j), "csv-1");
  ck_assert_uint_eq(kt_journal_count(j), 2);
  a = kt_journal_file_at(j, 0);
  b = kt_journal_file_at(j, 1);
  ck_assert_str_eq(a->name, "2021/a b.csv");
  ck_assert(a->length == 300 && a->open && a->period_ms == -3600000);
  ck_assert(a->first == 1 && a->last == 3);
  ck_assert(b->length == 50 && !b->open && b->period_ms == INT64_MIN);
  ck_assert(has(j, 1) && has(j, 2) && has(j, 3) && !has(j, 4));
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

/* A sync that failed in the process before may have cost bytes that can still be read, and the next
 * one does not say so: what is there is not to be synced, but to be written again. */
START_TEST(journal_is_written_anew_before_it_is_believed) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  struct stat before, after;
  ck_assert_int_eq(kt_journal_reset(j, "x", NULL), KT_OK);
  ck_assert_int_eq(commit(j, kt_journal_file_new(j, "f", 0), 10, 1), KT_OK);
  kt_journal_close(j);
  int fd = open(temp("j"), O_RDONLY); /* keeps the number of the old file from being given again */
  ck_assert(fstat(fd, &before) == 0);
  j = load(env);
  ck_assert(stat(temp("j"), &after) == 0);
  ck_assert_uint_ne(before.st_ino, after.st_ino);
  ck_assert(has(j, 1));
  close(fd);
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

/* Whatever byte a crash cuts at: the whole groups before it are there, nothing of the next one. */
START_TEST(journal_cut_at_each_byte_keeps_whole_groups) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  size_t ends[4], size = 0;
  kt_journal_reset(j, "x", NULL);
  kt_journal_file *f = kt_journal_file_new(j, "f", 0);
  for (unsigned k = 0; k < 4; k++) {
    ck_assert_int_eq(commit(j, f, (k + 1) * 10, k), KT_OK);
    free(slurp(temp("j"), &ends[k]));
  }
  kt_journal_close(j);
  char *all = slurp(temp("j"), &size);
  ck_assert_uint_eq(size, ends[3]);
  for (size_t cut = 0; cut <= size; cut++) {
    unsigned whole = 0;
    spit(temp("j"), all, cut);
    while (whole < 4 && ends[whole] <= cut) whole++;
    j = load(env);
    for (unsigned k = 0; k < 4; k++) ck_assert_int_eq(has(j, k), k < whole);
    if (whole) ck_assert_int_eq(kt_journal_file_at(j, 0)->length, whole * 10);
    /* It goes on from there. */
    if (!whole) kt_journal_reset(j, "x", NULL);
    f = whole ? kt_journal_file_at(j, 0) : kt_journal_file_new(j, "f", 0);
    ck_assert_int_eq(commit(j, f, 777, 9), KT_OK);
    kt_journal_close(j);
    j = load(env);
    ck_assert(has(j, 9));
    ck_assert_int_eq(kt_journal_file_at(j, 0)->length, 777);
    kt_journal_close(j);
  }
  free(all);
  kt_env_free(env);
}
END_TEST

START_TEST(journal_with_a_changed_byte_never_lies) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  size_t size = 0;
  kt_journal_reset(j, "x", NULL);
  kt_journal_file *f = kt_journal_file_new(j, "f", 0);
  for (unsigned k = 0; k < 3; k++) ck_assert_int_eq(commit(j, f, (k + 1) * 10, k), KT_OK);
  kt_journal_close(j);
  char *all = slurp(temp("j"), &size);
  for (size_t i = 0; i < size; i++) {
    all[i] ^= 1;
    spit(temp("j"), all, size);
    all[i] ^= 1;
    if (kt_journal_open(env, temp("j"), 1, &j, NULL) < 0) continue;
    for (unsigned k = 0; k < 3; k++) (void)has(j, k); /* asserts that what is known is right */
    if (kt_journal_count(j)) ck_assert_int_eq(kt_journal_file_at(j, 0)->length % 10, 0);
    kt_journal_close(j);
  }
  free(all);
  kt_env_free(env);
}
END_TEST

START_TEST(journal_is_bounded_and_keeps_the_newest) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = NULL;
  struct stat st;
  enum { N = 3 * KT_JOURNAL_BATCHES };
  ck_assert_int_eq(kt_journal_open(env, temp("j"), 0, &j, NULL), KT_OK);
  kt_journal_reset(j, "x", NULL);
  kt_journal_file *f = NULL;
  for (unsigned k = 0; k < N; k++) {
    if (k % 1000 == 0) { /* a thousand groups a file, then it is closed */
      char name[20];
      snprintf(name, sizeof name, "f%u", k / 1000);
      if (f) {
        kt_journal_begin(j);
        kt_journal_stage_file(j, f, f->length, 0);
        ck_assert_int_eq(kt_journal_commit(j, NULL), KT_OK);
      }
      f = kt_journal_file_new(j, name, k);
    }
    ck_assert_int_eq(commit(j, f, k, k), KT_OK);
  }
  ck_assert_int_eq(stat(temp("j"), &st), 0);
  ck_assert_int_lt(st.st_size, 4 << 20);
  ck_assert_uint_lt(kt_env_used_bytes(env), 4 << 20);
  for (int again = 0; again < 2; again++) {
    ck_assert(!has(j, N - KT_JOURNAL_BATCHES - 1) && has(j, N - KT_JOURNAL_BATCHES));
    ck_assert(has(j, N - 1));
    kt_journal_close(j);
    j = load(env);
  }
  ck_assert_uint_le(kt_journal_count(j), 30);
  ck_assert_int_eq(kt_journal_file_at(j, kt_journal_count(j) - 1)->length, N - 1);
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

/* A file that the sink goes on with is not dropped for its age. */
START_TEST(journal_keeps_what_is_held) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  kt_journal_reset(j, "x", NULL);
  kt_journal_file *old = kt_journal_file_new(j, "old", 0), *f = kt_journal_file_new(j, "f", 1);
  ck_assert_int_eq(commit(j, old, 100, 0), KT_OK);
  kt_journal_begin(j);
  kt_journal_stage_file(j, old, 100, 0);
  ck_assert_int_eq(kt_journal_commit(j, NULL), KT_OK);
  old->held = 1;
  for (unsigned group = 0; group < 40; group++) {
    kt_journal_begin(j);
    ck_assert_int_eq(kt_journal_stage_file(j, f, group, 1), KT_OK);
    for (unsigned k = 1; k <= 1000; k++)
      ck_assert_int_eq(kt_journal_stage_batch(j, id_of(1000 * group + k), k, digest_of(k)), KT_OK);
    ck_assert_int_eq(kt_journal_commit(j, NULL), KT_OK);
  }
  ck_assert(!has(j, 0));
  ck_assert_uint_eq(kt_journal_count(j), 2);
  ck_assert_ptr_eq(kt_journal_file_at(j, 0), old);
  ck_assert_int_eq(commit(j, old, 200, 50000), KT_OK);
  kt_journal_close(j);
  j = load(env);
  ck_assert_int_eq(kt_journal_file_at(j, 0)->length, 200);
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

START_TEST(journal_distrusts_batches_of_a_lost_file) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  kt_journal_reset(j, "x", NULL);
  kt_journal_file *a = kt_journal_file_new(j, "a", 0), *b = kt_journal_file_new(j, "b", 1);
  commit(j, a, 10, 0);
  commit(j, b, 10, 1);
  commit(j, b, 20, 2);
  commit(j, a, 20, 3);
  kt_journal_forget(j, b);
  ck_assert(has(j, 0) && !has(j, 1) && !has(j, 2) && has(j, 3));
  ck_assert_uint_eq(kt_journal_count(j), 1);
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

/* A group names its files in the order of the sink, which need not be that of their numbers. */
START_TEST(journal_takes_files_in_any_order) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env);
  kt_journal_reset(j, "x", NULL);
  kt_journal_file *a = kt_journal_file_new(j, "a", 0), *b = kt_journal_file_new(j, "b", 1),
                  *c = kt_journal_file_new(j, "c", 2);
  kt_journal_begin(j);
  kt_journal_stage_file(j, c, 3, 1);
  kt_journal_stage_file(j, a, 1, 1);
  kt_journal_stage_file(j, b, 2, 1);
  ck_assert_int_eq(kt_journal_commit(j, NULL), KT_OK);
  kt_journal_close(j);
  j = load(env);
  ck_assert_uint_eq(kt_journal_count(j), 3);
  for (size_t i = 0; i < 3; i++) {
    kt_journal_file *f = kt_journal_file_at(j, i);
    ck_assert(f->name[0] == 'a' + (int)i && f->length == (int64_t)i + 1);
  }
  ck_assert_int_eq(commit(j, kt_journal_file_at(j, 1), 20, 5), KT_OK);
  kt_journal_close(j);
  j = load(env);
  ck_assert_int_eq(kt_journal_file_at(j, 1)->length, 20);
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

START_TEST(journal_has_one_writer) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env), *second;
  kt_error err;
  kt_journal_reset(j, "x", NULL);
  commit(j, kt_journal_file_new(j, "f", 0), 1, 0);
  ck_assert_int_eq(kt_journal_open(env, temp("j"), 1, &second, &err), KT_ESTATE);
  ck_assert_ptr_nonnull(strstr(err.message, "another process or sink writes this output"));
  kt_journal_close(j);
  kt_journal_close(load(env));
  kt_env_free(env);
}
END_TEST

START_TEST(journal_has_one_writer_though_it_is_replaced) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j = load(env), *other = NULL;
  kt_error err;
  kt_journal_reset(j, "x", NULL);
  ck_assert_int_eq(commit(j, kt_journal_file_new(j, "f", 0), 10, 1), KT_OK);
  replaced_before_lock = j;
  ck_assert_int_eq(kt_journal_open(env, temp("j"), 1, &other, &err), KT_ESTATE);
  ck_assert_ptr_nonnull(strstr(err.message, "another process or sink writes this output"));
  kt_journal_close(j);
  kt_env_free(env);
}
END_TEST

START_TEST(journal_refuses_what_is_none) {
  kt_env *env = test_env(NULL, NULL);
  kt_journal *j;
  kt_error err;
  spit(temp("j"), "id;text\n1;x\n", 12);
  ck_assert_int_eq(kt_journal_open(env, temp("j"), 1, &j, &err), KT_ECORRUPT);
  ck_assert_ptr_nonnull(strstr(err.message, "mode=overwrite"));
  kt_env_free(env);
}
END_TEST

/* A journal with a good sum that this library does not write. */
START_TEST(journal_refuses_what_it_could_not_write_again) {
  static const struct {
    const char *entry;
    size_t len;
  } cases[] = { { "g 1\nn 1 0 1 a\0b\n", 16 },
                { "g 1\nn 4294967295 0 1 a\n", 23 },
                { "g 9223372036854775807\n", 22 },
                { "g 0\n", 4 } };
  static const char head[] = "kappatweet-journal 1 x\n";
  test_alloc a = { 0 };
  kt_env *env = test_env(&a, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[200];
    kt_journal *j;
    kt_error err;
    size_t n = (size_t)snprintf(text, sizeof text, "%s. %08X\n", head,
                                (unsigned)kt_crc32(0, head, sizeof head - 1));
    memcpy(text + n, cases[i].entry, cases[i].len);
    n += cases[i].len;
    n += (size_t)snprintf(text + n, sizeof text - n, ". %08X\n",
                          (unsigned)kt_crc32(0, cases[i].entry, cases[i].len));
    spit(temp("j"), text, n);
    size_t before = a.live_bytes;
    ck_assert_int_eq(kt_journal_open(env, temp("j"), 1, &j, &err), KT_ECORRUPT);
    ck_assert_uint_eq(a.live_bytes, before);
  }
  kt_env_free(env);
  ck_assert_uint_eq(a.live_bytes, 0);
}
END_TEST

START_TEST(journal_survives_each_failed_allocation) {
  for (size_t n = 1;; n++) {
    test_alloc a = { .fail_at = 0 };
    kt_env *env = test_env(&a, NULL);
    kt_journal *j = NULL;
    unlink(temp("j"));
    a.calls = 0;
    a.fail_at = n;
    int done = 0;
    if (kt_journal_open(env, temp("j"), 0, &j, NULL) == KT_OK) {
      kt_journal_reset(j, "x", NULL);
      kt_journal_file *f = kt_journal_file_new(j, "f", 0);
      done = f && commit(j, f, 10, 1) == KT_OK && commit(j, f, 20, 2) == KT_OK;
      if (f && !done) { /* the fault is over: it works */
        ck_assert_int_eq(commit(j, f, 10, 1), KT_OK);
        ck_assert_int_eq(commit(j, f, 20, 2), KT_OK);
      }
      if (f) ck_assert(has(j, 1) && has(j, 2));
      kt_journal_close(j);
    }
    int failed = a.calls >= n;
    kt_env_free(env);
    ck_assert_uint_eq(a.live_blocks, 0);
    if (!failed) {
      ck_assert(done);
      break;
    }
  }
}
END_TEST

int main(void) {
  Suite *s = suite_create("journal");
  TCase *t = tcase_create("journal");
  tcase_add_checked_fixture(t, tempdir_make, tempdir_remove);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, journal_remembers_files_and_batches);
  tcase_add_test(t, journal_answers_as_its_error_says);
  tcase_add_test(t, journal_is_written_anew_before_it_is_believed);
  tcase_add_test(t, journal_cut_at_each_byte_keeps_whole_groups);
  tcase_add_test(t, journal_with_a_changed_byte_never_lies);
  tcase_add_test(t, journal_is_bounded_and_keeps_the_newest);
  tcase_add_test(t, journal_keeps_what_is_held);
  tcase_add_test(t, journal_distrusts_batches_of_a_lost_file);
  tcase_add_test(t, journal_takes_files_in_any_order);
  tcase_add_test(t, journal_has_one_writer);
  tcase_add_test(t, journal_has_one_writer_though_it_is_replaced);
  tcase_add_test(t, journal_refuses_what_is_none);
  tcase_add_test(t, journal_refuses_what_it_could_not_write_again);
  tcase_add_test(t, journal_survives_each_failed_allocation);
  suite_add_tcase(s, t);
  return test_run(s);
}
