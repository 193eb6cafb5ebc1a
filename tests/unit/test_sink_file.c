/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_try.h"

#include <signal.h>
#include <sys/resource.h>

#include "io/codec.h"

extern const kt_sink_ops kt_sink_ndjson, kt_sink_csv;

static const char *uri_of(const char *scheme, const char *name, const char *options) {
  static char uri[700];
  snprintf(uri, sizeof uri, "%s:%s?%s%sfields=tweet_id,text", scheme, temp(name), options,
           *options ? "&" : "");
  return uri;
}

static void open_csv(try_sink *s, const char *name, const char *options) {
  ck_assert_msg(try_open(s, &kt_sink_csv, uri_of("csv", name, options)) == KT_OK, "%s",
                s->err.message);
}

static void expect_file(const char *name, const char *content) {
  char *got = slurp(temp(name), NULL);
  ck_assert_msg(got != NULL, "%s is missing", name);
  ck_assert_str_eq(got, content);
  free(got);
}

static int has(const char *name) {
  return is_file(temp(name));
}

static void run(const char *name, const char *options, unsigned first, unsigned last) {
  try_sink s;
  open_csv(&s, name, options);
  try_deliver(&s, try_posts(first, last));
  try_close(&s);
}

START_TEST(file_header_stands_once) {
  run("a.csv", "", 1, 2);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n2;post 2\n");
  run("a.csv", "", 3, 3);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n2;post 2\n3;post 3\n");
}
END_TEST

START_TEST(file_without_records_has_the_header) {
  try_sink s;
  open_csv(&s, "a.csv", "");
  try_close(&s);
  ck_assert(!has("a.csv")); /* a run that did not begin touches nothing */
  open_csv(&s, "a.csv", "");
  try_step(&s, try_clock.mono_ms);
  ck_assert(!has("a.csv"));
  try_close(&s);
  expect_file("a.csv", "tweet_id;text\n");
  run("a.csv", "", 1, 1);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n");
  open_csv(&s, "b.csv", "empty=false");
  try_step(&s, try_clock.mono_ms);
  try_close(&s);
  ck_assert(!has("b.csv") && !has(".b.csv.journal"));
}
END_TEST

/* The run before was killed behind any entry of its journal. */
START_TEST(file_without_records_has_the_header_after_a_crash) {
  static const char header[] = "tweet_id;text\n";
  try_sink s;
  size_t size = 0, opened = 0;
  open_csv(&s, "a.csv", "");
  try_step(&s, try_clock.mono_ms);
  try_close(&s);
  char *journal = slurp(temp(".a.csv.journal"), &size);
  for (size_t cut = 0; cut <= size; cut++) {
    spit(temp(".a.csv.journal"), journal, cut);
    spit(temp("a.csv"), header, sizeof header - 1);
    if (try_open(&s, &kt_sink_csv, uri_of("csv", "a.csv", "")) < 0) continue; /* not ours yet */
    opened++;
    try_step(&s, try_clock.mono_ms);
    try_close(&s);
    expect_file("a.csv", header);
  }
  ck_assert_uint_gt(opened, 0);
  free(journal);
}
END_TEST

START_TEST(file_batches_that_come_again_are_skipped) {
  try_sink s;
  run("a.csv", "", 1, 2);
  open_csv(&s, "a.csv", "");
  try_deliver(&s, try_posts(1, 2));
  try_deliver(&s, try_posts(3, 4));
  try_deliver(&s, try_posts(3, 4));
  try_close(&s);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n2;post 2\n3;post 3\n4;post 4\n");
}
END_TEST

START_TEST(file_of_a_grown_batch_only_the_rest_is_appended) {
  run("a.csv", "", 1, 2);
  run("a.csv", "", 1, 4);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n2;post 2\n3;post 3\n4;post 4\n");
  run("a.csv", "", 1, 4);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n2;post 2\n3;post 3\n4;post 4\n");
}
END_TEST

/* The same first post, then another: by its id it is the batch that is written, but it is not. */
START_TEST(file_of_a_batch_with_other_posts_is_written) {
  char lines[2000];
  size_t n = try_post(lines, sizeof lines, 1);
  try_post(lines + n, sizeof lines - n, 3);
  run("a.csv", "", 1, 2);
  try_sink s;
  open_csv(&s, "a.csv", "");
  try_deliver(&s, try_batch(lines));
  try_close(&s);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n2;post 2\n1;post 1\n3;post 3\n");
}
END_TEST

/* A crash may leave any part of what was written after the last sync. */
START_TEST(file_torn_tail_is_cut_at_each_byte) {
  size_t n1 = 0, n2 = 0, j1 = 0;
  run("a.csv", "", 1, 2);
  char *first = slurp(temp("a.csv"), &n1), *journal = slurp(temp(".a.csv.journal"), &j1);
  /* The last entry says that it was closed; a crash comes before that. */
  char *last = journal;
  for (char *p = journal; (p = strstr(p, "\ng "));) last = ++p;
  j1 = (size_t)(last - journal);
  run("a.csv", "", 3, 4);
  char *second = slurp(temp("a.csv"), &n2);
  ck_assert_int_eq(memcmp(first, second, n1), 0);
  for (size_t cut = n1; cut <= n2; cut++) {
    spit(temp("a.csv"), second, cut);
    spit(temp(".a.csv.journal"), journal, j1);
    run("a.csv", "", 3, 4);
    expect_file("a.csv", second);
  }
  free(first);
  free(second);
  free(journal);
}
END_TEST

START_TEST(file_half_written_header_is_cut) {
  try_sink s;
  size_t n = 0;
  open_csv(&s, "a.csv", "");
  kt_delivery d = try_posts(1, 1);
  try_deliver(&s, d);
  try_close(&s);
  char *journal = slurp(temp(".a.csv.journal"), &n);
  char *second = strstr(strstr(journal, "\ng ") + 1, "\ng ") + 1; /* after the claim of the file */
  spit(temp(".a.csv.journal"), journal, (size_t)(second - journal));
  spit(temp("a.csv"), "tweet_", 6);
  run("a.csv", "", 1, 1);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n");
  free(journal);
}
END_TEST

static void refused(const char *name, const char *options, const char *why) {
  try_sink s;
  kt_status st = try_open(&s, &kt_sink_csv, uri_of("csv", name, options));
  ck_assert_int_lt(st, 0);
  ck_assert_msg(strstr(s.err.message, why) != NULL, "%s", s.err.message);
}

START_TEST(file_of_somebody_else_is_kept) {
  spit(temp("a.csv"), "mine", 4);
  refused("a.csv", "", "mode=append adds to it, mode=overwrite replaces it");
  refused("a.csv", "mode=fail", "exists already");
  expect_file("a.csv", "mine");
  run("a.csv", "mode=append", 1, 1);
  expect_file("a.csv", "mine\n1;post 1\n");
  run("a.csv", "mode=overwrite", 2, 2);
  expect_file("a.csv", "tweet_id;text\n2;post 2\n");
  run("a.csv", "mode=overwrite", 2, 2);
  expect_file("a.csv", "tweet_id;text\n2;post 2\n");
}
END_TEST

START_TEST(file_changed_by_somebody_else_is_refused) {
  run("a.csv", "", 1, 1);
  spit(temp("a.csv"), "tweet_id;text\n1;post 1\n# note\n", 30);
  refused("a.csv", "", "was changed since it was written");
  run("a.csv", "mode=append", 2, 2);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n# note\n2;post 2\n");
  refused("a.csv", "delimiter=,", "was written with other options");
}
END_TEST

START_TEST(file_removed_by_its_owner_is_written_again) {
  run("a.csv", "", 1, 1);
  unlink(temp("a.csv"));
  run("a.csv", "", 1, 1);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n");
  spit(temp("a.csv"), "", 0);
  run("a.csv", "", 1, 1);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n");
}
END_TEST

START_TEST(file_says_what_is_wrong) {
  spit(temp("a.csv"), "x", 1);
  refused("a.csv/b/c.csv", "", "a.csv/b/c.csv: Not a directory");
  refused("a.csv/b/", "", "a.csv/b/: Not a directory");
  refused("a.csv", "partition=hour", "need a folder");
  refused("d/", "partition=hour&key=%25Y", "not both");
  refused("d/", "key=%25B", "unknown %B");
  refused("d/", "mode=overwrite", "mode=overwrite is for one file");
  refused("d/", "name=a/b", "is no file name");
  refused("d/", "name=a%0Ab", "is no file name");
}
END_TEST

START_TEST(file_makes_the_folders_that_it_needs) {
  run("x/y/a.csv", "", 1, 1);
  expect_file("x/y/a.csv", "tweet_id;text\n1;post 1\n");
  run("z/y/", "", 1, 1);
  expect_file("z/y/part-000.csv", "tweet_id;text\n1;post 1\n");
}
END_TEST

START_TEST(file_one_writer_only) {
  try_sink s;
  open_csv(&s, "a.csv", "");
  try_deliver(&s, try_posts(1, 1));
  refused("a.csv", "", "another process or sink writes this output");
  try_close(&s);
}
END_TEST

START_TEST(file_syncs_by_bytes_and_by_time) {
  try_sink s;
  kt_delivery d = try_posts(1, 1), e = try_posts(2, 2), f = try_posts(3, 3);
  open_csv(&s, "a.csv", "sync.bytes=32");
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(d.done, 0);
  ck_assert_ptr_null(kt_delivery_batch(&d)); /* its memory may go */
  try_deadline = INT64_MAX;
  s.ops->pollset(s.self, NULL);
  ck_assert_int_eq(try_deadline, try_clock.mono_ms + 1000);
  try_step(&s, try_clock.mono_ms + 999);
  ck_assert_int_eq(d.done, 0);
  ck_assert_int_eq(try_submit(&s, &e), KT_OK);
  ck_assert_int_eq(e.done, 1); /* 32 bytes with the header */
  ck_assert_int_eq(d.done, 1);
  ck_assert_int_eq(try_submit(&s, &f), KT_OK);
  try_clock.mono_ms += 1000;
  try_step(&s, try_clock.mono_ms);
  ck_assert_int_eq(f.done, 1);
  try_close(&s);
  kt_batch_unref(d.batch);
  kt_batch_unref(e.batch);
  kt_batch_unref(f.batch);
}
END_TEST

START_TEST(file_close_completes_what_is_held) {
  try_sink s;
  kt_delivery d = try_posts(1, 1);
  open_csv(&s, "a.csv", "");
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  try_close(&s);
  ck_assert(d.done == 1 && d.outcome == KT_DELIVERED);
  expect_file("a.csv", "tweet_id;text\n1;post 1\n");
  kt_batch_unref(d.batch);
}
END_TEST

static void limit_files(rlim_t bytes) {
  struct rlimit r;
  signal(SIGXFSZ, SIG_IGN);
  ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &r), 0);
  r.rlim_cur = bytes;
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
}

/* A limit stands for a full disk: both pass, and until then nothing is lost or doubled. */
START_TEST(file_full_disk_is_waited_for) {
  try_sink s;
  kt_delivery a = try_posts(1, 2), b = try_posts(1000, 1999), c = try_posts(3, 3);
  size_t n = 0;
  open_csv(&s, "a.csv", "");
  try_deliver(&s, try_posts(0, 0));
  limit_files(4000);
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  ck_assert_int_eq(try_submit(&s, &b), KT_OK);
  ck_assert_int_eq(s.ops->flush(s.self, &s.err), KT_EIO);
  ck_assert(a.done == 1 && a.outcome == KT_RETRY && b.done == 1 && b.outcome == KT_RETRY);
  ck_assert_ptr_nonnull(strstr(a.why.message, "a.csv: File too large"));
  ck_assert_uint_eq(a.why.flags, KT_ERR_RETRYABLE);
  expect_file("a.csv", "tweet_id;text\n0;post 0\n"); /* what was half written is cut */
  ck_assert_int_eq(try_submit(&s, &c), KT_EIO);      /* not taken while the disk is full */
  ck_assert_int_eq(try_submit(&s, &b), KT_OK);
  ck_assert(b.done == 2 && b.outcome == KT_RETRY);
  limit_files(RLIM_INFINITY);
  ck_assert_int_eq(try_submit(&s, &b), KT_OK);
  ck_assert(b.done == 3 && b.outcome == KT_DELIVERED && a.done == 1);
  ck_assert_int_eq(try_submit(&s, &a), KT_OK); /* its records went along */
  ck_assert(a.done == 2 && a.outcome == KT_DELIVERED);
  try_deliver(&s, c);
  try_close(&s);
  char *got = slurp(temp("a.csv"), &n);
  char *lines = strstr(got, "0;post 0\n1;post 1\n2;post 2\n1000;post 1000\n");
  ck_assert_ptr_eq(lines, got + 14);
  ck_assert_str_eq(got + n - 24, "1999;post 1999\n3;post 3\n");
  free(got);
  kt_batch_unref(a.batch);
  kt_batch_unref(b.batch);
}
END_TEST

/* The call that finds it has taken its batch: the deliveries are told, not the caller. */
START_TEST(file_full_disk_is_told_to_deliveries) {
  try_sink s;
  kt_delivery a = try_posts(1000, 1999);
  open_csv(&s, "a.csv", "sync.ms=1s");
  limit_files(4000);
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  ck_assert_int_eq(try_step(&s, try_clock.mono_ms + 1000), KT_AGAIN);
  ck_assert(a.done == 1 && a.outcome == KT_RETRY);
  try_close(&s);
  a = (kt_delivery){ .batch = a.batch, .pinned = 1, .attempt = 1 };
  open_csv(&s, "b.csv", "sync.bytes=1k");
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  ck_assert(a.done == 1 && a.outcome == KT_RETRY);
  limit_files(RLIM_INFINITY);
  try_close(&s);
  kt_batch_unref(a.batch);
}
END_TEST

/* Given back and never brought again: neither written nor named in the journal. */
START_TEST(file_given_back_for_good_leaves_no_trace) {
  try_sink s;
  kt_delivery a = try_posts(1000, 1999);
  open_csv(&s, "a.csv", "");
  try_deliver(&s, try_posts(0, 0));
  limit_files(4000);
  ck_assert_int_eq(try_submit(&s, &a), KT_OK);
  s.ops->flush(s.self, NULL);
  ck_assert_int_eq(a.outcome, KT_RETRY);
  limit_files(RLIM_INFINITY);
  try_close(&s);
  expect_file("a.csv", "tweet_id;text\n0;post 0\n");
  kt_batch_unref(a.batch);
  run("a.csv", "", 1000, 1999);
  size_t n = 0;
  char *got = slurp(temp("a.csv"), &n);
  ck_assert_uint_eq(n, 14 + 9 + 1000 * 15);
  free(got);
}
END_TEST

START_TEST(file_device_errors_hold_the_lane) {
  try_sink s;
  kt_delivery d = try_posts(1, 1);
  ck_assert_int_eq(try_open(&s, &kt_sink_csv, "csv:/dev/full"), KT_OK);
  ck_assert_int_lt(try_submit(&s, &d), 0);
  ck_assert_str_eq(s.err.message, "cannot write /dev/full: No space left on device");
  ck_assert_uint_eq(s.err.flags, KT_ERR_FATAL);
  try_close(&s);
  ck_assert_int_eq(try_open(&s, &kt_sink_csv, "csv:/dev/null"), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(d.done, 1);
  try_close(&s);
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(file_in_shared_memory_is_a_file) {
  try_sink s;
  char uri[64], path[64], journal[64];
  if (access("/dev/shm", W_OK)) return;
  snprintf(uri, sizeof uri, "csv:/dev/shm/kt-%ld.csv", (long)getpid());
  snprintf(journal, sizeof journal, "/dev/shm/.kt-%ld.csv.journal", (long)getpid());
  strcpy(path, uri + 4);
  ck_assert_int_eq(try_open(&s, &kt_sink_csv, uri), KT_OK);
  try_deliver(&s, try_posts(1, 1));
  try_close(&s);
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(unlink(journal), 0);
}
END_TEST

START_TEST(D_sigpipe_a_closed_pipe_is_told) {
  try_sink s;
  kt_delivery d = try_posts(1, 1);
  int ends[2];
  char uri[40];
  ck_assert_int_eq(pipe(ends), 0);
  snprintf(uri, sizeof uri, "ndjson:/dev/fd/%d", ends[1]);
  ck_assert_int_eq(try_open(&s, &kt_sink_ndjson, uri), KT_OK);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  close(ends[0]);
  ck_assert_int_lt(try_submit(&s, &d), 0);
  ck_assert_ptr_nonnull(strstr(s.err.message, ": Broken pipe"));
  ck_assert_uint_eq(s.err.flags, KT_ERR_FATAL);
  close(ends[1]);
  try_close(&s);
  kt_batch_unref(d.batch);
}
END_TEST

START_TEST(file_deletes_have_a_file_of_their_own) {
  try_sink s;
  static const char lines[] =
      "{\"id_str\":\"1\",\"text\":\"a\",\"created_at\":\"Fri Nov 05 10:00:00 +0000 2021\"}\n"
      "{\"delete\":{\"status\":{\"id\":7,\"id_str\":\"7\",\"user_id\":9,\"user_id_str\":\"9\"}}}\n";
  open_csv(&s, "a.csv", "");
  try_deliver(&s, try_batch(lines));
  try_deliver(&s, try_batch(lines));
  try_close(&s);
  expect_file("a.csv", "tweet_id;text\n1;a\n");
  char *got = slurp(temp("a.csv.deletes.ndjson"), NULL);
  ck_assert_ptr_nonnull(got);
  ck_assert_ptr_nonnull(strstr(got, "\"delete\""));
  ck_assert_ptr_nonnull(strstr(got, "\"7\""));
  ck_assert_ptr_eq(strchr(got, '\n') + 1, got + strlen(got));
  free(got);
}
END_TEST

static void unpacked(const char *name, kt_codec codec, const char *content) {
  static char out[4096];
  kt_decompressor *d;
  size_t n = 0, made = 0;
  char *got = slurp(temp(name), &n);
  ck_assert_ptr_nonnull(got);
  kt_span in = { got, n };
  ck_assert_int_eq(kt_decompressor_new(try_env, codec, &d, NULL), KT_OK);
  ck_assert_int_eq(kt_decompressor_run(d, &in, out, sizeof out - 1, &made, NULL), KT_OK);
  ck_assert(kt_decompressor_whole(d));
  kt_decompressor_free(d);
  free(got);
  out[made] = '\0';
  ck_assert_str_eq(out, content);
}

START_TEST(file_compressed_can_be_read_after_each_sync_and_goes_on) {
  static const struct {
    const char *name, *options;
    kt_codec codec;
  } all[] = { { "a.csv.gz", "", KT_CODEC_GZIP },
              { "a.csv.zst", "", KT_CODEC_ZSTD },
              { "a.csv.bz2", "", KT_CODEC_BZIP2 },
              { "a.csv", "compress=gzip", KT_CODEC_GZIP } };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    try_sink s;
    open_csv(&s, all[i].name, all[i].options);
    try_deliver(&s, try_posts(1, 1));
    unpacked(all[i].name, all[i].codec, "tweet_id;text\n1;post 1\n");
    try_deliver(&s, try_posts(2, 2));
    try_close(&s);
    run(all[i].name, all[i].options, 3, 3);
    unpacked(all[i].name, all[i].codec, "tweet_id;text\n1;post 1\n2;post 2\n3;post 3\n");
  }
  run("out", "partition=hour&compress=zstd", 1, 1);
  unpacked("out/2021/11/05/10/part-000.csv.zst", KT_CODEC_ZSTD, "tweet_id;text\n1;post 1\n");
}
END_TEST

/* Posts 50..70 are of two hours. */
START_TEST(folder_hours_are_closed_by_the_watermark) {
  try_sink s;
  open_csv(&s, "out", "partition=hour");
  try_deliver(&s, try_posts(59, 60));
  ck_assert(has("out/2021/11/05/10/.part-000.csv.open"));
  ck_assert(has("out/2021/11/05/11/.part-000.csv.open"));
  s.ops->watermark(s.self, 1636110000000 - 1); /* 11:00 */
  ck_assert(!has("out/2021/11/05/10/part-000.csv"));
  s.ops->watermark(s.self, 1636110000000);
  expect_file("out/2021/11/05/10/part-000.csv", "tweet_id;text\n59;post 59\n");
  ck_assert(!has("out/2021/11/05/10/.part-000.csv.open"));
  ck_assert(!has("out/2021/11/05/11/part-000.csv"));
  /* Late: a further file of its own hour, closed when an hour more has passed. */
  try_deliver(&s, try_posts(58, 58));
  try_deliver(&s, try_posts(57, 57));
  s.ops->watermark(s.self, 1636110000000 + 3599999);
  ck_assert(!has("out/2021/11/05/10/part-001.csv"));
  s.ops->watermark(s.self, 1636110000000 + 3600000);
  expect_file("out/2021/11/05/10/part-001.csv", "tweet_id;text\n58;post 58\n57;post 57\n");
  expect_file("out/2021/11/05/11/part-000.csv", "tweet_id;text\n60;post 60\n");
  try_close(&s);
}
END_TEST

START_TEST(folder_end_closes_all_and_a_crash_goes_on) {
  try_sink s;
  size_t n = 0;
  open_csv(&s, "out", "partition=hour");
  try_deliver(&s, try_posts(1, 1));
  char *journal = slurp(temp("out/.part.csv.journal"), &n);
  kt_delivery d = try_posts(2, 3); /* written, not synced */
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  try_close(&s);
  ck_assert(has("out/2021/11/05/10/part-000.csv"));
  kt_batch_unref(d.batch);
  /* As if it had been killed before the journal was written. */
  ck_assert_int_eq(
      rename(temp("out/2021/11/05/10/part-000.csv"), temp("out/2021/11/05/10/.part-000.csv.open")),
      0);
  spit(temp("out/.part.csv.journal"), journal, n);
  free(journal);
  open_csv(&s, "out", "partition=hour");
  try_deliver(&s, try_posts(1, 1));
  try_deliver(&s, try_posts(2, 3));
  try_close(&s);
  expect_file("out/2021/11/05/10/part-000.csv", "tweet_id;text\n1;post 1\n2;post 2\n3;post 3\n");
  ck_assert(!has("out/2021/11/05/10/part-001.csv"));
  /* Another run of the same: nothing new. One of something else: a further file. */
  open_csv(&s, "out", "partition=hour");
  try_deliver(&s, try_posts(2, 3));
  try_close(&s);
  ck_assert(!has("out/2021/11/05/10/part-001.csv"));
  run("out", "partition=hour", 4, 4);
  expect_file("out/2021/11/05/10/part-001.csv", "tweet_id;text\n4;post 4\n");
}
END_TEST

/* What is missing is not filled with zeros. */
START_TEST(folder_with_a_shortened_file_is_refused) {
  try_sink s;
  size_t n = 0;
  open_csv(&s, "out", "partition=hour");
  try_deliver(&s, try_posts(1, 2));
  char *journal = slurp(temp("out/.part.csv.journal"), &n);
  char *part = slurp(temp("out/2021/11/05/10/.part-000.csv.open"), NULL);
  try_close(&s);
  ck_assert_int_eq(unlink(temp("out/2021/11/05/10/part-000.csv")), 0);
  spit(temp("out/2021/11/05/10/.part-000.csv.open"), part, strlen(part) - 1);
  spit(temp("out/.part.csv.journal"), journal, n); /* as a crash leaves it */
  open_csv(&s, "out", "partition=hour");
  kt_delivery d = try_posts(3, 3);
  ck_assert_int_eq(try_submit(&s, &d), KT_OK);
  ck_assert_int_eq(s.ops->flush(s.self, &s.err), KT_ECORRUPT);
  ck_assert_ptr_nonnull(strstr(s.err.message, "is shorter than its journal says"));
  ck_assert_int_eq(d.outcome, KT_RETRY);
  try_close(&s);
  kt_batch_unref(d.batch);
  free(journal);
  free(part);
}
END_TEST

START_TEST(folder_removed_by_its_owner_is_written_again) {
  run("out", "partition=hour", 59, 60);
  tempdir_empty(temp("out/2021"));
  run("out", "partition=hour", 59, 60);
  expect_file("out/2021/11/05/10/part-000.csv", "tweet_id;text\n59;post 59\n");
}
END_TEST

START_TEST(folder_with_few_descriptors) {
  try_sink s;
  char name[60], want[60];
  open_csv(&s, "out", "partition=hour&max_open=2");
  for (unsigned round = 0; round < 2; round++)
    for (unsigned k = 0; k < 10; k++) try_deliver(&s, try_posts(k * 60 + round, k * 60 + round));
  try_deliver(&s, try_posts(30, 30));
  int fd = open("/dev/null", O_RDONLY);
  ck_assert_int_lt(fd, 12); /* journal, two files and what the test has itself */
  close(fd);
  try_close(&s);
  for (unsigned k = 1; k < 10; k++) {
    snprintf(name, sizeof name, "out/2021/11/05/%02u/part-000.csv", 10 + k);
    snprintf(want, sizeof want, "tweet_id;text\n%u;post %u\n%u;post %u\n", k * 60, k * 60,
             k * 60 + 1, k * 60 + 1);
    expect_file(name, want);
  }
}
END_TEST

START_TEST(folder_by_key_and_without_one) {
  run("k", "key=dt%3D%25Y-%25m-%25d&name=tweets", 1, 1);
  expect_file("k/dt=2021-11-05/tweets-000.csv", "tweet_id;text\n1;post 1\n");
  run("flat/", "", 1, 1);
  expect_file("flat/part-000.csv", "tweet_id;text\n1;post 1\n");
  run("flat/", "", 2, 2);
  expect_file("flat/part-001.csv", "tweet_id;text\n2;post 2\n");
  refused("flat", "delimiter=,", "written with other options");
  run("flat", "delimiter=,&mode=append", 3, 3);
  expect_file("flat/part-002.csv", "tweet_id,text\n3,post 3\n");
}
END_TEST

START_TEST(folder_notice_without_a_time_goes_with_its_neighbour) {
  try_sink s;
  char uri[300];
  snprintf(uri, sizeof uri, "ndjson:%s?partition=hour&record=full&fields=kind,tweet_id",
           temp("out"));
  try_clock.wall_us += 86400ll * 1000000;
  ck_assert_int_eq(try_open(&s, &kt_sink_ndjson, uri), KT_OK);
  try_deliver(&s, try_posts(1, 1));
  try_deliver(&s,
              try_batch("{\"delete\":{\"status\":{\"id_str\":\"7\",\"user_id_str\":\"9\"}}}\n"));
  try_close(&s);
  expect_file("out/2021/11/05/10/part-000.ndjson",
              "{\"kind\":\"post\",\"tweet_id\":\"1\"}\n{\"kind\":\"delete\",\"tweet_id\":\"7\"}\n");
}
END_TEST

START_TEST(folder_never_replaces_a_file) {
  try_sink s;
  open_csv(&s, "out", "partition=hour");
  try_deliver(&s, try_posts(1, 1));
  spit(temp("out/2021/11/05/10/part-000.csv"), "mine", 4);
  try_close(&s);
  expect_file("out/2021/11/05/10/part-000.csv", "mine");
  expect_file("out/2021/11/05/10/.part-000.csv.open", "tweet_id;text\n1;post 1\n");
  unlink(temp("out/2021/11/05/10/part-000.csv"));
  run("out", "partition=hour", 2, 2);
  expect_file("out/2021/11/05/10/part-000.csv", "tweet_id;text\n1;post 1\n2;post 2\n");
}
END_TEST

/* Once warm, a batch costs no allocation. */
START_TEST(file_allocates_nothing_a_batch) {
  try_sink s;
  kt_delivery d[30];
  size_t calls = 0;
  open_csv(&s, "a.csv", "sync.bytes=300");
  for (unsigned i = 0; i < 30; i++) d[i] = try_posts(i * 10, i * 10 + 9);
  for (unsigned i = 0; i < 30; i++) {
    if (i == 15) calls = try_alloc.calls;
    ck_assert_int_eq(try_submit(&s, &d[i]), KT_OK);
  }
  ck_assert_uint_eq(try_alloc.calls - calls, 0);
  try_close(&s);
  for (unsigned i = 0; i < 30; i++) {
    ck_assert_int_eq(d[i].done, 1);
    kt_batch_unref(d[i].batch);
  }
}
END_TEST

START_TEST(folder_by_arrival_is_closed_by_the_clock) {
  try_sink s;
  open_csv(&s, "out", "partition=hour&time=arrival");
  try_deliver(&s, try_posts(500, 500));
  ck_assert(has("out/2021/11/05/10/.part-000.csv.open"));
  try_deadline = INT64_MAX;
  s.ops->pollset(s.self, NULL);
  ck_assert_int_eq(try_deadline, try_clock.mono_ms + 3660000);
  s.ops->watermark(s.self, INT64_MAX - 1);
  ck_assert(!has("out/2021/11/05/10/part-000.csv"));
  try_clock.wall_us += 3659999000;
  try_step(&s, try_clock.mono_ms);
  ck_assert(!has("out/2021/11/05/10/part-000.csv"));
  try_clock.wall_us += 1000;
  try_step(&s, try_clock.mono_ms);
  ck_assert(has("out/2021/11/05/10/part-000.csv"));
  try_close(&s);
}
END_TEST

/* Neither the hours behind it wait for it, nor does the engine turn in circles. */
START_TEST(a_file_that_cannot_be_shown_holds_up_no_other) {
  try_sink s;
  open_csv(&s, "out", "partition=hour&time=arrival");
  try_deliver(&s, try_posts(500, 500));
  spit(temp("out/2021/11/05/10/part-000.csv"), "mine\n", 5);
  try_clock.wall_us += 3600000000;
  try_deliver(&s, try_posts(501, 501));
  ck_assert(has("out/2021/11/05/11/.part-000.csv.open"));
  try_clock.wall_us += 3660000000;
  try_step(&s, try_clock.mono_ms);
  ck_assert(has("out/2021/11/05/10/.part-000.csv.open"));
  ck_assert(has("out/2021/11/05/11/part-000.csv"));
  try_deadline = INT64_MAX;
  s.ops->pollset(s.self, NULL);
  ck_assert_int_gt(try_deadline, try_clock.mono_ms);
  try_close(&s);
}
END_TEST

START_TEST(file_survives_each_failed_allocation) {
  for (size_t n = 1;; n++) {
    try_sink s;
    kt_delivery d = try_posts(58, 61); /* of two hours */
    size_t before = try_alloc.live_blocks;
    tempdir_empty(temp("oom"));
    try_alloc.calls = 0;
    try_alloc.fail_at = n;
    kt_status st = try_open(&s, &kt_sink_csv, uri_of("csv", "oom", "partition=hour"));
    if (st == KT_OK) {
      for (int i = 0; i < 4 && !(d.done && d.outcome == KT_DELIVERED); i++) {
        d.done = 0;
        if (try_submit(&s, &d) == KT_OK && !d.done) s.ops->flush(s.self, NULL);
      }
      ck_assert_int_eq(d.outcome, KT_DELIVERED); /* one fault only: the next try succeeds */
      s.ops->watermark(s.self, INT64_MAX);
      try_close(&s);
    } else {
      ck_assert_int_eq(st, KT_ENOMEM);
    }
    int failed = try_alloc.calls >= n;
    try_alloc.fail_at = 0;
    kt_batch_unref(d.batch);
    ck_assert_uint_le(try_alloc.live_blocks, before);
    if (failed && st == KT_OK) {
      run("oom", "partition=hour", 58, 61);
      expect_file("oom/2021/11/05/10/part-000.csv", "tweet_id;text\n58;post 58\n59;post 59\n");
      expect_file("oom/2021/11/05/11/part-000.csv", "tweet_id;text\n60;post 60\n61;post 61\n");
    }
    if (!failed) break;
  }
}
END_TEST

int main(void) {
  Suite *s = suite_create("file sink");
  TCase *t = tcase_create("file");
  tcase_add_checked_fixture(t, try_setup, try_teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, file_header_stands_once);
  tcase_add_test(t, file_without_records_has_the_header);
  tcase_add_test(t, file_without_records_has_the_header_after_a_crash);
  tcase_add_test(t, file_batches_that_come_again_are_skipped);
  tcase_add_test(t, file_of_a_grown_batch_only_the_rest_is_appended);
  tcase_add_test(t, file_of_a_batch_with_other_posts_is_written);
  tcase_add_test(t, file_torn_tail_is_cut_at_each_byte);
  tcase_add_test(t, file_half_written_header_is_cut);
  tcase_add_test(t, file_of_somebody_else_is_kept);
  tcase_add_test(t, file_changed_by_somebody_else_is_refused);
  tcase_add_test(t, file_removed_by_its_owner_is_written_again);
  tcase_add_test(t, file_says_what_is_wrong);
  tcase_add_test(t, file_makes_the_folders_that_it_needs);
  tcase_add_test(t, file_one_writer_only);
  tcase_add_test(t, file_syncs_by_bytes_and_by_time);
  tcase_add_test(t, file_close_completes_what_is_held);
  tcase_add_test(t, file_full_disk_is_waited_for);
  tcase_add_test(t, file_full_disk_is_told_to_deliveries);
  tcase_add_test(t, file_given_back_for_good_leaves_no_trace);
  tcase_add_test(t, file_device_errors_hold_the_lane);
  tcase_add_test(t, file_in_shared_memory_is_a_file);
  tcase_add_test(t, D_sigpipe_a_closed_pipe_is_told);
  tcase_add_test(t, file_deletes_have_a_file_of_their_own);
  tcase_add_test(t, file_compressed_can_be_read_after_each_sync_and_goes_on);
  tcase_add_test(t, folder_hours_are_closed_by_the_watermark);
  tcase_add_test(t, folder_end_closes_all_and_a_crash_goes_on);
  tcase_add_test(t, folder_with_a_shortened_file_is_refused);
  tcase_add_test(t, folder_removed_by_its_owner_is_written_again);
  tcase_add_test(t, folder_with_few_descriptors);
  tcase_add_test(t, folder_by_key_and_without_one);
  tcase_add_test(t, folder_notice_without_a_time_goes_with_its_neighbour);
  tcase_add_test(t, folder_never_replaces_a_file);
  tcase_add_test(t, file_allocates_nothing_a_batch);
  tcase_add_test(t, folder_by_arrival_is_closed_by_the_clock);
  tcase_add_test(t, a_file_that_cannot_be_shown_holds_up_no_other);
  tcase_add_test(t, file_survives_each_failed_allocation);
  suite_add_tcase(s, t);
  return test_run(s);
}
