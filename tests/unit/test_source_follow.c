/* SPDX-License-Identifier: Apache-2.0 */
/* The file source with follow=true: growing, renamed, replaced, truncated files, by a clock that
 * the test turns. */
#include <sys/stat.h>

#include "source/file.h"
#include "source_run.h"

/* Lets one interval pass. */
static const char *tick(run *r) {
  static char out[8192];
  size_t had = r->feed.count;
  the_clock.mono_ms += 250;
  ck_assert_int_eq(read_all(r), KT_AGAIN);
  const char *all = seen(r);
  for (size_t i = 0; i < had; i++) all = strchr(all, '|') + 1;
  return strcpy(out, all);
}

START_TEST(test_follow_grows) {
  run r;
  struct kt_pollset ps = { .fd = -1, .deadline = INT64_MAX };
  put("f", "1\n2");
  start(&r, "f", "follow=true");
  ck_assert_str_eq(tick(&r), "f:1:0=1|");
  ck_assert_int_eq(r.feed.cuts, 1);
  kt_source_file.pollset(r.self, &ps);
  ck_assert_int_eq(ps.deadline, the_clock.mono_ms + 250);
  append("f", "2");
  ck_assert_int_eq(read_once(&r), KT_AGAIN); /* not before its time */
  ck_assert_str_eq(seen(&r), "f:1:0=1|");
  ck_assert_str_eq(tick(&r), "");
  append("f", "\n3\n");
  ck_assert_str_eq(tick(&r), "f:2:2=22|f:3:5=3|");
  ck_assert_int_eq(r.feed.cuts, 2);
  ck_assert_str_eq(tick(&r), "");
  ck_assert_int_eq(r.feed.cuts, 2);
  stop(&r);
}
END_TEST

/* While the engine takes nothing it is not called in a circle. */
START_TEST(test_follow_waits_without_room) {
  run r;
  struct kt_pollset ps = { .fd = -1, .deadline = INT64_MAX };
  put("f", "1\n2\n");
  start(&r, "f", "follow=true");
  ck_assert_str_eq(tick(&r), "f:1:0=1|f:2:2=2|");
  r.feed.room = 0;
  append("f", "3\n");
  the_clock.mono_ms += 10000;
  ck_assert_int_ge(read_once(&r), KT_OK);
  kt_source_file.pollset(r.self, &ps);
  ck_assert_int_gt(ps.deadline, the_clock.mono_ms);
  r.feed.room = 1 << 20;
  ck_assert_str_eq(tick(&r), "f:3:4=3|");
  stop(&r);
}
END_TEST

START_TEST(test_follow_rotates) {
  run r;
  put("f", "1\n");
  start(&r, "f", "follow=true rotate.wait=1s");
  ck_assert_str_eq(tick(&r), "f:1:0=1|");
  append("f", "2\n");
  ck_assert_int_eq(rename("f", "f.1"), 0);
  ck_assert_str_eq(tick(&r), "f:2:2=2|"); /* the name is gone, the file is not */
  put("f", "4\n");
  append("f.1", "3\nlast");
  ck_assert_str_eq(tick(&r), "f:3:4=3|f:1:0=4|");
  for (int i = 0; i < 4; i++) tick(&r);
  ck_assert_ptr_nonnull(strstr(seen(&r), "f:4:6=last|")); /* nobody will end that line */
  append("f", "5\n");
  ck_assert_str_eq(tick(&r), "f:2:2=5|");
  ck_assert_uint_eq(r.feed.count, 6);
  stop(&r);
}
END_TEST

/* With a glob the old file goes on under its new name, and is not read twice. */
START_TEST(test_follow_renamed) {
  run r;
  put("f", "1\n");
  start(&r, "f*", "follow=true rotate.wait=1s");
  ck_assert_str_eq(tick(&r), "f:1:0=1|");
  ck_assert_int_eq(rename("f", "f.1"), 0);
  put("f", "3\n");
  append("f.1", "2\n");
  tick(&r);
  for (int i = 0; i < 10; i++) tick(&r);
  ck_assert_uint_eq(r.feed.count, 3);
  append("f.1", "4\n");
  ck_assert_str_eq(tick(&r), "f:3:4=4|");
  stop(&r);
}
END_TEST

START_TEST(test_follow_truncated) {
  run r;
  put("f", "1\n2\nto");
  start(&r, "f", "follow=true");
  ck_assert_str_eq(tick(&r), "f:1:0=1|f:2:2=2|");
  put("f", "3\n"); /* the same inode */
  ck_assert_str_eq(tick(&r), "f:3:4=to|f:1:0=3|");
  put("f", "");
  ck_assert_str_eq(tick(&r), "");
  append("f", "4\n");
  ck_assert_str_eq(tick(&r), "f:1:0=4|");
  put("f", "5\n6\n7\n"); /* longer than before: known by its beginning */
  ck_assert_str_eq(tick(&r), "f:1:0=5|f:2:2=6|f:3:4=7|");
  stop(&r);
}
END_TEST

START_TEST(test_follow_folder) {
  run r;
  ck_assert_int_eq(mkdir("in", 0755), 0);
  start(&r, "in", "follow=true");
  ck_assert_str_eq(tick(&r), "");
  put("in/b", "1\n2");
  ck_assert_str_eq(tick(&r), "in/b:1:0=1|");
  put("in/a", "3\n");
  append("in/b", "\n");
  ck_assert_uint_gt(strlen(tick(&r)), 0);
  ck_assert_uint_eq(r.feed.count, 3);
  ck_assert_int_eq(unlink("in/b"), 0);
  for (int i = 0; i < 30; i++) ck_assert_str_eq(tick(&r), "");
  stop(&r);
}
END_TEST

/* More files than descriptors: each is read, and read on. */
START_TEST(test_follow_many) {
  run r;
  char name[32];
  ck_assert_int_eq(mkdir("in", 0755), 0);
  for (int i = 0; i < 300; i++) {
    snprintf(name, sizeof name, "in/%03d", i);
    put(name, "x\n");
  }
  start(&r, "in", "follow=true");
  for (int i = 0; i < 5; i++) tick(&r);
  ck_assert_uint_eq(r.feed.count, 300);
  for (int i = 0; i < 300; i += 7) {
    snprintf(name, sizeof name, "in/%03d", i);
    append(name, "y\n");
  }
  for (int i = 0; i < 5; i++) tick(&r);
  ck_assert_uint_eq(r.feed.count, 300 + 43);
  stop(&r);
}
END_TEST

START_TEST(test_follow_packed) {
  kt_buf data;
  run r;
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  put("f", "");
  start(&r, "f", "follow=true");
  for (size_t i = 0; i < data.len; i++) {
    ck_assert_ptr_null(strchr(tick(&r), '!'));
    put_bytes("f", data.ptr + i, 1, i ? "ab" : "wb");
  }
  tick(&r);
  ck_assert_str_eq(seen(&r), "f:1:0={\"n\":1}|f:2:8={\"n\":2}|f:3:16={\"n\":3}|f:4:24={\"n\":4}|");
  stop(&r);
  kt_buf_clear(&data);
}
END_TEST

/* Stopped and started again at each frame. */
START_TEST(test_follow_resume) {
  put("f", "1\n2\n3\n4");
  put("g", "5\n6\n");
  for (size_t i = 0; i <= 5; i++) {
    run a, b;
    kt_buf position;
    kt_buf_init(&position, env);
    start(&a, "[fg]", "follow=true");
    a.feed.room = i;
    read_all(&a);
    ck_assert_uint_eq(a.feed.count, i);
    ck_assert_int_eq(kt_source_file.position(a.self, &position), KT_OK);
    ck_assert_int_eq(start_in(env, &b, "[fg]", "follow=true", kt_buf_bytes(&position)), KT_OK);
    ck_assert_int_eq(read_all(&b), KT_AGAIN);
    ck_assert_uint_eq(b.feed.count, 5 - i);
    stop(&a);
    stop(&b);
    kt_buf_clear(&position);
  }
}
END_TEST

/* Damage is told once, and the file is read again when it was written anew. */
START_TEST(test_follow_damaged) {
  kt_buf data;
  run r;
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  size_t whole = data.len;
  kt_buf_puts(&data, "this is no data of that kind");
  put_bytes("f", data.ptr, data.len, "wb");
  start(&r, "f", "follow=true rotate.wait=1s");
  for (int i = 0; i < 5; i++) tick(&r);
  ck_assert_uint_eq(r.feed.count, 5);
  append("f", "and more of it");
  for (int i = 0; i < 5; i++) ck_assert_str_eq(tick(&r), "");
  put_bytes("f", data.ptr, whole, "wb"); /* the same inode, shorter */
  ck_assert_str_eq(tick(&r), "f:1:0={\"n\":1}|f:2:8={\"n\":2}|f:3:16={\"n\":3}|f:4:24={\"n\":4}|");
  ck_assert_str_eq(tick(&r), "");
  ck_assert_int_eq(unlink("f"), 0);
  for (int i = 0; i < 10; i++) ck_assert_str_eq(tick(&r), "");
  stop(&r);
  kt_buf_clear(&data);
}
END_TEST

/* A file that may not be read is told once, also when it grows, and read when it may be. */
START_TEST(test_follow_forbidden) {
  run r;
  put("f", "1\n");
  put("g", "2\n");
  FILE *f = fopen("f", "ab");
  ck_assert_ptr_nonnull(f);
  ck_assert_int_eq(chmod("f", 0), 0);
  int root = geteuid() == 0;
  if (root) {
    ck_assert_int_eq(chmod(".", 0755), 0);
    ck_assert_int_eq(seteuid(65534), 0);
  }
  start(&r, "[fg]", "follow=true");
  ck_assert_str_eq(tick(&r), "!f=|g:1:0=2|");
  ck_assert_str_eq(r.feed.frames[0].why, "cannot open f: Permission denied");
  for (int i = 0; i < 5; i++) {
    fputs("3\n", f);
    fflush(f);
    ck_assert_str_eq(tick(&r), "");
  }
  if (root) ck_assert_int_eq(seteuid(0), 0);
  ck_assert_int_eq(chmod("f", 0644), 0);
  fputs("4\n", f);
  fclose(f);
  tick(&r);
  ck_assert_uint_eq(r.feed.count, 2 + 7);
  stop(&r);
}
END_TEST

static void nobody_or_me(int nobody) {
  if (geteuid() && getuid() == geteuid()) return; /* no root: the modes count as they are */
  ck_assert_int_eq(seteuid(nobody ? 65534 : 0), 0);
}

/* A folder that may not be read keeps no file open that is gone elsewhere, and lets go of none that
 * may still be in it. */
START_TEST(test_follow_forbidden_folder) {
  run r;
  const kt_file_source *s;
  ck_assert_int_eq(chmod(".", 0755), 0);
  ck_assert_int_eq(mkdir("in", 0777) | mkdir("in/c", 0755) | chmod("in", 0777), 0);
  put("in/a", "1\n");
  put("in/c/b", "2\n");
  FILE *b = fopen("in/c/b", "ab");
  ck_assert_ptr_nonnull(b);
  nobody_or_me(1);
  start(&r, "in", "follow=true recursive=true rotate.wait=1s");
  s = r.self;
  ck_assert_str_eq(tick(&r), "in/a:1:0=1|in/c/b:1:0=2|");
  nobody_or_me(0);
  ck_assert_int_eq(chmod("in/c", 0), 0);
  nobody_or_me(1);
  ck_assert_str_eq(tick(&r), "!in/c=|");
  ck_assert_int_eq(rename("in/a", "in/.a"), 0);
  for (int i = 0; i < 10; i++) ck_assert_str_eq(tick(&r), "");
  ck_assert_uint_eq(s->tail_count, 1);
  fputs("3\n", b);
  fclose(b);
  ck_assert_str_eq(tick(&r), "in/c/b:2:2=3|");
  ck_assert_int_eq(rename("in/.a", "in/a"), 0); /* it was only away */
  ck_assert_str_eq(tick(&r), "");
  nobody_or_me(0);
  ck_assert_int_eq(chmod("in/c", 0755), 0);
  append("in/a", "4\n");
  ck_assert_str_eq(tick(&r), "in/a:2:2=4|");
  stop(&r);
}
END_TEST

/* Rotated while nobody looked: the old file is read to its end, then forgotten. */
START_TEST(test_follow_rotated_before) {
  run a, b;
  kt_buf position;
  kt_buf_init(&position, env);
  put("f", "1\n2\n3\n");
  start(&a, "f", "follow=true");
  a.feed.room = 1;
  read_all(&a);
  ck_assert_int_eq(kt_source_file.position(a.self, &position), KT_OK);
  stop(&a);
  ck_assert_int_eq(rename("f", "f.1"), 0);
  put("f", "4\n");
  ck_assert_int_eq(start_in(env, &b, "f", "follow=true", kt_buf_bytes(&position)), KT_OK);
  ck_assert_str_eq(tick(&b), "./f.1:2:2=2|./f.1:3:4=3|f:1:0=4|");
  append("f.1", "late\n");
  ck_assert_str_eq(tick(&b), "./f.1:4:6=late|");
  for (int i = 0; i < 30; i++) tick(&b);
  append("f.1", "too late\n");
  ck_assert_str_eq(tick(&b), "");
  stop(&b);
  kt_buf_clear(&position);
}
END_TEST

int main(void) {
  Suite *s = suite_create("source_follow");
  TCase *t = tcase_create("follow");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 100);
  tcase_add_test(t, test_follow_grows);
  tcase_add_test(t, test_follow_waits_without_room);
  tcase_add_test(t, test_follow_rotates);
  tcase_add_test(t, test_follow_renamed);
  tcase_add_test(t, test_follow_truncated);
  tcase_add_test(t, test_follow_folder);
  tcase_add_test(t, test_follow_many);
  tcase_add_loop_test(t, test_follow_packed, 0, 3);
  tcase_add_test(t, test_follow_resume);
  tcase_add_loop_test(t, test_follow_damaged, 0, 3);
  tcase_add_test(t, test_follow_forbidden);
  tcase_add_test(t, test_follow_forbidden_folder);
  tcase_add_test(t, test_follow_rotated_before);
  suite_add_tcase(s, t);
  return test_run(s);
}
