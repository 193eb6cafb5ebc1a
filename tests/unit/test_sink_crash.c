/* SPDX-License-Identifier: Apache-2.0 */
/* File sinks that are killed at, or fail in, each system call of theirs: after the next run every
 * post is there once. */
#include "sink_try.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/sys.h"
#include "io/codec.h"

extern const kt_sink_ops kt_sink_csv;

/* The system calls that change something; they stand before the library's own. */
static unsigned fault_calls, fault_at;
static int fault_errno;     /* 0: the process dies there */
static int for_good;        /* all later calls fail too */
static unsigned fault_sync; /* which sync of a folder fails, and the call after it */
static unsigned dies_after; /* the process dies so many calls later */

static int faulty(void) {
  if (dies_after && fault_at && fault_calls == fault_at + dies_after) _exit(9);
  fault_calls++;
  if (fault_calls != fault_at && !(dies_after && fault_at && fault_calls == fault_at + 1) &&
      !(for_good && fault_at && fault_calls > fault_at))
    return 0;
  if (!fault_errno) _exit(9);
  errno = fault_errno;
  return 1;
}

int kt_sys_open(const char *path, int flags, unsigned mode) {
  if (flags & (O_WRONLY | O_RDWR) && faulty()) return -1;
  return open(path, flags | O_CLOEXEC, (mode_t)mode);
}
/* Half of it is written when the fault comes. */
int kt_sys_write_all(int fd, const void *buf, size_t n, size_t *done) {
  (void)done;
  if (fault_calls + 1 == fault_at) ck_assert_int_ge(write(fd, buf, n / 2), 0);
  if (faulty()) return -1;
  return write(fd, buf, n) == (ssize_t)n ? 0 : -1;
}
int kt_sys_fdatasync(int fd) {
  (void)fd;
  return faulty() ? -1 : 0; /* nobody pulls the plug: the kernel keeps what was written */
}
int kt_sys_fsync(int fd) {
  (void)fd;
  return faulty() ? -1 : 0;
}
int kt_sys_ftruncate(int fd, int64_t length) {
  return faulty() ? -1 : ftruncate(fd, (off_t)length);
}
int kt_sys_rename(const char *from, const char *to) {
  return faulty() ? -1 : rename(from, to);
}
int kt_sys_mkdir(const char *path, unsigned mode) {
  return faulty() ? -1 : mkdir(path, (mode_t)mode);
}
int kt_sys_sync_parent(const char *path) {
  (void)path;
  if (fault_sync && --fault_sync == 0) fault_at = fault_calls + 1;
  return faulty() ? -1 : 0;
}

enum { BATCHES = 8, EACH = 15 }; /* posts 0..119, of two hours */

static const char *options;

static int open_it(try_sink *s) {
  char uri[600];
  snprintf(uri, sizeof uri, "csv:%s?fields=tweet_id&sync.bytes=120&%s", temp("o/x.csv"), options);
  if (strstr(options, "partition"))
    snprintf(uri, sizeof uri, "csv:%s?fields=tweet_id&sync.bytes=120&max_open=1&%s", temp("o"),
             options);
  return try_open(s, &kt_sink_csv, uri) == KT_OK;
}

/* As the engine: what fails is tried again, unless it holds the lane. 1: all is delivered. */
static int run_all(void) {
  try_sink s;
  kt_delivery d[BATCHES];
  int held = 0, left = BATCHES;
  if (!open_it(&s)) return 0;
  /* The late one comes last: post 0 to 14 are of the first hour. */
  for (unsigned i = 0; i < BATCHES; i++)
    d[i] = try_posts((i + 1) % BATCHES * EACH, (i + 1) % BATCHES * EACH + EACH - 1);
  for (int tries = 0; left && !held && tries < 10; tries++) {
    for (unsigned i = 0; i < BATCHES && !held; i++) {
      if (d[i].done && d[i].outcome == KT_DELIVERED) continue;
      if (i == 7 && !tries) s.ops->watermark(s.self, 1636110000000);
      d[i].done = 0;
      if (try_submit(&s, &d[i]) < 0) held |= (s.err.flags & KT_ERR_FATAL) != 0;
      for (unsigned k = 0; k < BATCHES; k++)
        held |= d[k].done && d[k].outcome == KT_RETRY && d[k].why.flags & KT_ERR_FATAL;
    }
    s.ops->flush(s.self, NULL);
    left = 0;
    for (unsigned i = 0; i < BATCHES; i++) left += !d[i].done || d[i].outcome != KT_DELIVERED;
  }
  try_close(&s);
  for (unsigned i = 0; i < BATCHES; i++) kt_batch_unref(d[i].batch);
  ck_assert(held || !left || for_good);
  return !left;
}

static unsigned seen[BATCHES * EACH];

static void count(const char *name, kt_codec codec) {
  static char plain[8192];
  size_t n = 0;
  char *got = slurp(temp(name), &n), *text = got, *save = NULL;
  ck_assert_ptr_nonnull(got);
  if (codec != KT_CODEC_NONE) {
    kt_decompressor *d;
    kt_span in = { got, n };
    ck_assert_int_eq(kt_decompressor_new(try_env, codec, &d, NULL), KT_OK);
    ck_assert_int_eq(kt_decompressor_run(d, &in, plain, sizeof plain - 1, &n, NULL), KT_OK);
    ck_assert(kt_decompressor_whole(d));
    kt_decompressor_free(d);
    plain[n] = '\0';
    text = plain;
  }
  ck_assert_msg(strncmp(text, "tweet_id\n", 9) == 0, "%s: %.20s", name, text);
  for (char *l = strtok_r(text + 9, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
    ck_assert_int_lt(atoi(l), BATCHES * EACH);
    seen[atoi(l)]++;
  }
  free(got);
}

static void check_all(unsigned at) {
  memset(seen, 0, sizeof seen);
  if (!strstr(options, "partition")) {
    count("o/x.csv", strstr(options, "gzip") ? KT_CODEC_GZIP : KT_CODEC_NONE);
  } else {
    for (unsigned hour = 10; hour < 12; hour++)
      for (unsigned part = 0; part < 5; part++) {
        char name[60];
        snprintf(name, sizeof name, "o/2021/11/05/%u/.part-%03u.csv.open", hour, part);
        ck_assert(!is_file(temp(name)));
        snprintf(name, sizeof name, "o/2021/11/05/%u/part-%03u.csv", hour, part);
        if (is_file(temp(name))) count(name, KT_CODEC_NONE);
      }
  }
  for (unsigned i = 0; i < BATCHES * EACH; i++)
    ck_assert_msg(seen[i] == 1, "fault at call %u: post %u is there %u times", at, i, seen[i]);
}

static const char *const all_options[] = { "sync=full", "compress=gzip", "partition=hour" };

START_TEST(killed_at_each_call) {
  options = all_options[_i];
  unsigned n = 0;
  for (int died = 1; died;) {
    int status;
    tempdir_empty(temp("o"));
    pid_t child = fork();
    if (!child) {
      fault_calls = 0;
      fault_at = n + 1;
      run_all();
      _exit(0);
    }
    n += test_stride(9);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    died = WEXITSTATUS(status) == 9;
    ck_assert(died || WEXITSTATUS(status) == 0);
    /* And once more while it recovers. */
    child = fork();
    if (!child) {
      fault_calls = 0;
      fault_at = n % 7 + 1;
      run_all();
      _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    fault_at = 0;
    ck_assert(run_all());
    check_all(n);
  }
  ck_assert_uint_gt(n, 25);
}
END_TEST

START_TEST(each_call_fails) {
  static const int errors[] = { ENOSPC, EIO };
  options = all_options[_i / 4];
  for_good = _i / 2 % 2;
  fault_errno = errors[_i % 2];
  unsigned n = 0;
  int came;
  do {
    tempdir_empty(temp("o"));
    fault_calls = 0;
    n += test_stride(9);
    fault_at = n;
    run_all();
    came = fault_calls >= fault_at;
    fault_at = 0;
    ck_assert(run_all());
    check_all(n);
  } while (came);
  ck_assert_uint_gt(n, 25);
}
END_TEST

/* A folder's sync fails, what would take that back fails too, and then the process dies. */
START_TEST(killed_after_a_folder_that_cannot_be_synced) {
  options = all_options[_i];
  unsigned n = 0;
  for (int came = 1; came;) {
    n++;
    for (unsigned later = 2; later < 7; later++) {
      int status;
      tempdir_empty(temp("o"));
      pid_t child = fork();
      if (!child) {
        fault_errno = ENOSPC;
        fault_calls = 0;
        fault_sync = n;
        dies_after = later;
        run_all();
        _exit(fault_at ? 0 : 8);
      }
      ck_assert_int_eq(waitpid(child, &status, 0), child);
      ck_assert(WIFEXITED(status));
      came = WEXITSTATUS(status) != 8;
      ck_assert(run_all());
      check_all(n);
    }
  }
  ck_assert_uint_gt(n, 2);
}
END_TEST

int main(void) {
  Suite *s = suite_create("crashes of file sinks");
  TCase *t = tcase_create("crash");
  tcase_add_checked_fixture(t, try_setup, try_teardown);
  tcase_set_timeout(t, 100);
  tcase_add_loop_test(t, killed_at_each_call, 0, 3);
  tcase_add_loop_test(t, each_call_fails, 0, 12);
  tcase_add_loop_test(t, killed_after_a_folder_that_cannot_be_synced, 0, 3);
  suite_add_tcase(s, t);
  return test_run(s);
}
