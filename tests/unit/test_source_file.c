/* SPDX-License-Identifier: Apache-2.0 */
/* The file source behind a feed of the test's own: files, folders, codecs, damage, resuming,
 * memory failures. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_run.h"

START_TEST(test_one_file) {
  put("a.ndjson", "\xef\xbb\xbf{\"a\":1}\r\n\n{\"b\":2}\n{\"c\":3}");
  expect("a.ndjson", "", "a.ndjson:1:3={\"a\":1}|a.ndjson:3:13={\"b\":2}|a.ndjson:4:21={\"c\":3}|");
  put("empty", "");
  expect("empty", "", "");
  put("pretty.json", "[\n  {\"a\":\n1},\n  {\"b\":2}\n]\n");
  expect("pretty.json", "", "pretty.json:2:4={\"a\": 1}|pretty.json:4:16={\"b\":2}|");
  expect("pretty.json", "framing=lines",
         "pretty.json:1:0=[|pretty.json:2:2=  {\"a\":|pretty.json:3:10=1},|pretty.json:4:14=  "
         "{\"b\":2}|pretty.json:5:24=]|");
}
END_TEST

START_TEST(test_many_files) {
  ck_assert_int_eq(mkdir("in", 0755), 0);
  ck_assert_int_eq(mkdir("in/sub", 0755), 0);
  put("in/b", "2\n");
  put("in/a", "1\n");
  put("in/c.x", "3");
  put("in/.hidden", "no\n");
  put("in/sub/d.x", "4\n");
  expect("in", "", "in/a:1:0=1|in/b:1:0=2|in/c.x:1:0=3|");
  expect("in/", "", "in/a:1:0=1|in/b:1:0=2|in/c.x:1:0=3|");
  expect("in", "recursive=true", "in/a:1:0=1|in/b:1:0=2|in/c.x:1:0=3|in/sub/d.x:1:0=4|");
  expect("in/*.x", "", "in/c.x:1:0=3|");
  expect("i?/*/[a-d].x", "", "in/sub/d.x:1:0=4|");
  expect("./in/[!ab]*", "recursive=yes", "./in/c.x:1:0=3|./in/sub/d.x:1:0=4|");
  put("in/[b]", "5\n");
  expect("in/[b]", "", "in/[b]:1:0=5|"); /* the name itself wins */
  ck_assert_int_eq(link("in/a", "in/z"), 0);
  expect("in/[az]", "", "in/a:1:0=1|"); /* one file with two names */
}
END_TEST

START_TEST(test_refused) {
  refused("no.ndjson", "", "cannot open no.ndjson: No such file or directory");
  refused("no/*.ndjson", "", "no file matches no/*.ndjson");
  ck_assert_int_eq(mkdir("bare", 0755), 0);
  refused("bare", "", "folder bare holds no file to read");
  refused("-", "checkpoint=c", "standard input cannot be read again: checkpoint needs a file");
  refused("-", "follow=true", "standard input is read to its end anyway: follow needs a file");
  refused("no.ndjson", "follow=true", "cannot open no.ndjson: No such file or directory");
  ck_assert_int_eq(access("c", F_OK), -1);
}
END_TEST

/* A file that has gone, or may not be read, is told; the others are read. */
START_TEST(test_vanished) {
  run r;
  put("x1", "1\n");
  put("x2", "2\n");
  put("x3", "3\n");
  start(&r, "x*", "");
  ck_assert_int_eq(unlink("x2"), 0);
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_str_eq(seen(&r), "x1:1:0=1|!x2=|x3:1:0=3|");
  ck_assert_str_eq(r.feed.frames[1].why, "cannot open x2: No such file or directory");
  stop(&r);
}
END_TEST

START_TEST(test_foreign) {
  run r;
  put("a.zip", "PK\3\4........");
  put("b", "{}\n");
  start(&r, "*", "");
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_str_eq(seen(&r), "!a.zip:1:0=|b:1:0={}|");
  ck_assert_str_eq(r.feed.frames[0].why,
                   "a.zip is a zip archive, which is not read: unpack it first "
                   "(text, gzip, zstd and bzip2 are)");
  stop(&r);
}
END_TEST

/* Each cut: what came before it arrives, it is told unless a piece ended there, and the next file
 * is read. */
START_TEST(test_cut_off) {
  kt_buf data;
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  size_t whole_ends = 0;
  put("g", "{\"n\":5}\n");
  /* What is shorter than the bytes that tell the format is text. */
  for (size_t n = 4; n <= data.len; n++) {
    run r;
    put_bytes("f", data.ptr, n, "wb");
    start(&r, "[fg]", "");
    ck_assert_int_eq(read_all(&r), KT_END);
    size_t count = r.feed.count, bad = 0, pos = 0;
    ck_assert_uint_ge(count, 1);
    ck_assert_str_eq(r.feed.frames[count - 1].place, "g:1:0");
    for (size_t i = 0; i + 1 < count; i++) {
      const test_frame *t = &r.feed.frames[i];
      ck_assert_int_eq(memcmp(t->bytes, &WHOLE[pos], t->len), 0);
      pos += t->len + 1;
      bad += t->why != NULL;
      if (t->why) {
        ck_assert_uint_eq(i, count - 2);
        ck_assert_int_eq(t->code, KT_ECORRUPT);
        ck_assert_ptr_nonnull(strstr(t->why, "f is cut off"));
      }
    }
    whole_ends += !bad;
    stop(&r);
  }
  ck_assert_uint_eq(whole_ends, 3);
  kt_buf_clear(&data);
}
END_TEST

START_TEST(test_packed_places) {
  kt_buf data;
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  put_bytes("f", data.ptr, data.len, "wb");
  kt_buf_clear(&data);
  expect("f", "", "f:1:0={\"n\":1}|f:2:8={\"n\":2}|f:3:16={\"n\":3}|f:4:24={\"n\":4}|");
}
END_TEST

START_TEST(test_damaged) {
  kt_buf data;
  run r;
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  size_t whole = data.len;
  kt_buf_puts(&data, "this is no data of that kind");
  put_bytes("f", data.ptr, data.len, "wb");
  start(&r, "f", "");
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_uint_eq(r.feed.count, 5);
  ck_assert_int_eq(r.feed.frames[4].code, KT_ECORRUPT);
  ck_assert_str_eq(r.feed.frames[4].place, "f:5:32");
  char start_of[32];
  snprintf(start_of, sizeof start_of, "f, byte %zu", whole);
  ck_assert_int_eq(strncmp(r.feed.frames[4].why, start_of, 7), 0);
  stop(&r);
  kt_buf_clear(&data);
}
END_TEST

/* Stops after each frame, asks for the position, and a new source goes on there. */
static void resume_everywhere(const char *target, const char *set, size_t count) {
  run all;
  start(&all, target, set);
  ck_assert_int_eq(read_all(&all), KT_END);
  ck_assert_uint_eq(all.feed.count, count);
  for (size_t i = 0; i <= count; i++) {
    run a, b;
    kt_buf position;
    kt_buf_init(&position, env);
    start(&a, target, set);
    a.feed.room = i;
    if (i == count) a.feed.room = i + 1; /* to the end */
    while (a.feed.room && read_once(&a) == KT_OK) continue;
    ck_assert_uint_eq(a.feed.count, i);
    ck_assert_int_eq(kt_source_file.position(a.self, &position), KT_OK);
    stop(&a);
    kt_status st = start_in(env, &b, target, set, kt_buf_bytes(&position));
    ck_assert_msg(st == KT_OK, "%s", b.err.message);
    ck_assert_int_eq(read_all(&b), KT_END);
    ck_assert_uint_eq(b.feed.count, count - i);
    for (size_t j = 0; j < b.feed.count; j++) {
      ck_assert_str_eq(b.feed.frames[j].bytes, all.feed.frames[i + j].bytes);
      ck_assert_str_eq(b.feed.frames[j].place, all.feed.frames[i + j].place);
    }
    stop(&b);
    kt_buf_clear(&position);
  }
  stop(&all);
}

START_TEST(test_resume) {
  kt_buf data;
  kt_buf_init(&data, env);
  put("a", WHOLE "\n\n{\"a\":5}\r\n{\"a\":6}");
  put("b.json", "[{\"b\":1},\n{\"b\":\n2}, [3],\n{\"b\":4}]\n{\"b\":5}");
  put("c", "{\"c\":1}\n12345678901234567890\n{\"c\":2}\n");
  for (size_t i = 0; i < 3; i++) {
    char name[8] = "d0";
    name[1] = (char)('0' + i);
    kt_buf_truncate(&data, 0);
    pack(codecs[i], pieces, &data);
    put_bytes(name, data.ptr, data.len, "wb");
  }
  kt_buf_clear(&data);
  resume_everywhere("a", "", 6);
  resume_everywhere("b.json", "", 5);
  resume_everywhere("d0", "", 4);
  resume_everywhere("*", "", 6 + 5 + 3 + 12);
}
END_TEST

static void commit_all(run *r) {
  kt_buf position;
  kt_buf_init(&position, env);
  kt_buf_putc(&position, 'P');
  ck_assert_int_eq(kt_source_file.position(r->self, &position), KT_OK);
  ck_assert_int_eq(kt_source_file.commit(r->self, r->feed.count, kt_buf_bytes(&position), NULL),
                   KT_OK);
  kt_buf_clear(&position);
}

/* One run with a checkpoint that reads at most `room` frames. */
static const char *checkpointed(const char *target, size_t room) {
  static char out[4096];
  run r;
  start(&r, target, "checkpoint=state");
  r.feed.room = room;
  kt_status st = read_all(&r);
  ck_assert_int_eq(st, r.feed.room ? KT_END : KT_OK);
  commit_all(&r);
  strcpy(out, seen(&r));
  stop(&r);
  return out;
}

START_TEST(test_checkpoint) {
  put("a", "1\n2\n3\n");
  put("b", "4\n5\n");
  ck_assert_str_eq(checkpointed("[a-z]", 2), "a:1:0=1|a:2:2=2|");
  ck_assert_str_eq(checkpointed("[a-z]", 2), "a:3:4=3|b:1:0=4|");
  /* It goes on when the name is another, the file has grown, or others have come. */
  ck_assert_int_eq(rename("b", "c"), 0);
  append("c", "6\n");
  append("a", "7\n");
  put("b", "8\n");
  ck_assert_str_eq(checkpointed("[a-z]", 100), "a:4:6=7|b:1:0=8|c:2:2=5|c:3:4=6|");
  ck_assert_str_eq(checkpointed("[a-z]", 100), "");
  /* A file with the same name and another beginning is another one. */
  put("new", "90\n91\n92\n93\n");
  ck_assert_int_eq(rename("new", "a"), 0);
  ck_assert_str_eq(checkpointed("a", 100), "a:1:0=90|a:2:3=91|a:3:6=92|a:4:9=93|");
  put("a", "x\ny\n"); /* the same inode, rewritten */
  ck_assert_str_eq(checkpointed("a", 100), "a:1:0=x|a:2:2=y|");
}
END_TEST

/* A checkpoint in the folder is not read, whatever inode it has. */
START_TEST(test_checkpoint_inside) {
  put("a", "1\n2\n");
  ck_assert_str_eq(checkpointed(".", 100), "./a:1:0=1|./a:2:2=2|");
  append("a", "3\n");
  ck_assert_str_eq(checkpointed(".", 100), "./a:3:4=3|");
  ck_assert_str_eq(checkpointed(".", 100), "");
}
END_TEST

/* Rotated between two runs: what was not read of the old file comes first. */
START_TEST(test_checkpoint_rotated) {
  put("a", "1\n2\n");
  put("other", "0\n");
  ck_assert_str_eq(checkpointed("other", 100), "other:1:0=0|");
  ck_assert_str_eq(checkpointed("a", 1), "a:1:0=1|");
  append("a", "3\n");
  append("other", "no\n");
  ck_assert_int_eq(rename("a", "a.1"), 0);
  put("a", "4\n");
  ck_assert_str_eq(checkpointed("a", 100), "./a.1:2:2=2|./a.1:3:4=3|a:1:0=4|");
  ck_assert_str_eq(checkpointed("a", 100), "");
}
END_TEST

START_TEST(test_checkpoint_packed) {
  kt_buf data;
  kt_buf_init(&data, env);
  const char *const first[] = { pieces[0], pieces[1], NULL };
  pack(codecs[_i], first, &data);
  size_t cut = data.len + 6;
  kt_buf_truncate(&data, 0);
  pack(codecs[_i], pieces, &data);
  put_bytes("f", data.ptr, cut, "wb");
  ck_assert_str_eq(checkpointed("f", 2), "f:1:0={\"n\":1}|f:2:8={\"n\":2}|");
  const char *rest = checkpointed("f", 100);
  ck_assert_str_eq(rest, "f:3:16={\"n\":3}|!f:4:24=|");
  ck_assert_str_eq(checkpointed("f", 100), ""); /* told once */
  put_bytes("f", data.ptr, data.len, "wb");     /* the whole of it came at last */
  rest = checkpointed("f", 100);
  ck_assert_str_eq(rest, "f:4:24={\"n\":4}|");
  ck_assert_str_eq(checkpointed("f", 100), "");
  kt_buf_clear(&data);
}
END_TEST

START_TEST(test_checkpoint_shared) {
  run a, b;
  put("a", "1\n");
  start(&a, "a", "checkpoint=state");
  ck_assert_int_eq(start_in(env, &b, "a", "checkpoint=state", (kt_span){ NULL, 0 }), KT_ESTATE);
  ck_assert_str_eq(b.err.message,
                   "checkpoint state is in use by another run: give each run its own");
  stop(&a);
  start(&a, "a", "checkpoint=state");
  stop(&a);
  put("state", "nonsense");
  ck_assert_int_eq(start_in(env, &b, "a", "checkpoint=state", (kt_span){ NULL, 0 }), KT_ECORRUPT);
  ck_assert_ptr_nonnull(strstr(b.err.message, "delete it to start again"));
}
END_TEST

/* The position that was committed comes back before the first frame. */
START_TEST(test_resumed) {
  run r;
  put("a", "1\n2\n");
  start(&r, "a", "checkpoint=state");
  r.feed.room = 1;
  ck_assert_int_eq(read_all(&r), KT_OK);
  ck_assert_uint_eq(r.feed.resumed_len, 0);
  commit_all(&r);
  stop(&r);
  start(&r, "a", "checkpoint=state");
  ck_assert_int_eq(read_once(&r) < 0, 0);
  ck_assert_uint_gt(r.feed.resumed_len, 5);
  ck_assert_int_eq(r.feed.resumed[0], 'P');
  stop(&r);
}
END_TEST

/* A line of 64 MiB costs neither its memory nor its neighbours. */
START_TEST(test_huge_line) {
  static char chunk[1 << 20];
  run r;
  memset(chunk, 'x', sizeof chunk);
  put("f", "before\n");
  for (int i = 0; i < 64; i++) put_bytes("f", chunk, sizeof chunk, "ab");
  append("f", "\nafter\n");
  start(&r, "f", "max_line_bytes=1m");
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_uint_eq(r.feed.count, 3);
  ck_assert_str_eq(r.feed.frames[0].place, "f:1:0");
  ck_assert_str_eq(r.feed.frames[1].place, "f:2:7");
  ck_assert_int_eq(r.feed.frames[1].code, KT_ETOOBIG);
  ck_assert_str_eq(r.feed.frames[1].why,
                   "f, line 2, byte 7: longer than max_line_bytes=1048576; the "
                   "beginning is kept");
  ck_assert_uint_eq(r.feed.frames[1].len, 4096);
  ck_assert_str_eq(r.feed.frames[2].place, "f:3:67108872");
  ck_assert_str_eq(r.feed.frames[2].bytes, "after");
  ck_assert_uint_lt(r.feed.largest, 3 << 20);
  ck_assert_uint_lt(kt_env_used_bytes(env), 1 << 20);
  stop(&r);
}
END_TEST

START_TEST(test_stdin) {
  run r;
  int p[2], keep = dup(0);
  struct kt_pollset ps = { .fd = -1 };
  ck_assert_int_eq(pipe(p), 0);
  ck_assert_int_eq(dup2(p[0], 0), 0);
  close(p[0]);
  start(&r, "-", "");
  ck_assert_int_eq(read_once(&r), KT_AGAIN);
  kt_source_file.pollset(r.self, &ps);
  ck_assert_int_eq(ps.fd, 0);
  ck_assert_int_eq((int)write(p[1], "{\"a\":1}\n{\"b\"", 12), 12);
  ck_assert_int_eq(read_all(&r), KT_AGAIN);
  ck_assert_str_eq(seen(&r), "-:1:0={\"a\":1}|");
  ck_assert_int_eq(r.feed.cuts, 1); /* what is there does not wait for more */
  ck_assert_int_eq(read_all(&r), KT_AGAIN);
  ck_assert_int_eq(r.feed.cuts, 1);
  ck_assert_int_eq((int)write(p[1], ":2}\n", 4), 4);
  close(p[1]);
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_str_eq(seen(&r), "-:1:0={\"a\":1}|-:2:8={\"b\":2}|");
  stop(&r);
  ck_assert_int_eq(fcntl(0, F_GETFD), 0); /* not closed */
  dup2(keep, 0);
  close(keep);
}
END_TEST

static kt_status whole_run(const kt_env *e, run *r, kt_buf *position) {
  kt_status st = start_in(e, r, "[fg]*", "checkpoint=state", (kt_span){ NULL, 0 });
  if (st < 0) return st;
  int i = 0;
  do st = read_once(r);
  while (st == KT_OK && ++i < 1000);
  if (st >= 0) st = kt_source_file.position(r->self, position);
  if (st >= 0) st = kt_source_file.commit(r->self, r->feed.count, kt_buf_bytes(position), NULL);
  return st;
}

START_TEST(test_no_memory) {
  test_alloc a = { 0 };
  kt_env *e = test_env(&a, &the_clock);
  size_t before = a.live_blocks;
  kt_buf data;
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  put_bytes("f", data.ptr, data.len, "wb");
  put("g", WHOLE);
  put("g2", "[1,2]");
  kt_buf_clear(&data);
  for (size_t fail = 1;; fail++) {
    run r;
    kt_buf position;
    kt_buf_init(&position, e);
    unlink("state");
    a.calls = 0;
    a.fail_at = fail;
    kt_status st = whole_run(e, &r, &position);
    int all = a.calls < fail;
    a.fail_at = 0;
    if (all)
      ck_assert_int_eq(st, KT_OK);
    else if (st < 0)
      ck_assert_int_eq(st, KT_ENOMEM);
    /* Whatever failed, nothing is given twice, and going on gives the rest. */
    if (r.self && st < 0) {
      st = read_all(&r);
      ck_assert_int_eq(st, KT_END);
    }
    if (r.self) ck_assert_uint_eq(r.feed.count, 9);
    stop(&r);
    kt_buf_clear(&position);
    ck_assert_uint_eq(a.live_blocks, before);
    if (all) break;
    ck_assert_uint_lt(fail, 1000);
  }
  kt_env_free(e);
}
END_TEST

/* A compressed stream that comes byte by byte, and one that ends too early. */
START_TEST(test_stdin_packed) {
  kt_buf data;
  int keep = dup(0);
  kt_buf_init(&data, env);
  pack(codecs[_i], pieces, &data);
  for (size_t cut = 0; cut <= 1; cut++) {
    run r;
    int p[2];
    ck_assert_int_eq(pipe(p), 0);
    ck_assert_int_eq(dup2(p[0], 0), 0);
    close(p[0]);
    start(&r, "-", "");
    for (size_t i = 0; i < data.len - cut; i++) {
      ck_assert_int_eq((int)write(p[1], data.ptr + i, 1), 1);
      ck_assert_int_eq(read_all(&r), KT_AGAIN);
    }
    close(p[1]);
    ck_assert_int_eq(read_all(&r), KT_END);
    const char *all = seen(&r);
    ck_assert_ptr_nonnull(strstr(all, "-:1:0={\"n\":1}|-:2:8={\"n\":2}|-:3:16={\"n\":3}|"));
    ck_assert_int_eq(strchr(all, '!') != NULL, (int)cut);
    stop(&r);
  }
  dup2(keep, 0);
  close(keep);
  kt_buf_clear(&data);
}
END_TEST

/* Standard input is read from where it stands and never moved. */
START_TEST(test_stdin_file) {
  run r;
  char first[2];
  int keep = dup(0);
  put("f", "1\n2\n3\n");
  int fd = open("f", O_RDONLY);
  ck_assert_int_eq((int)read(fd, first, 2), 2);
  ck_assert_int_eq(dup2(fd, 0), 0);
  close(fd);
  start(&r, "-", "");
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_str_eq(seen(&r), "-:1:0=2|-:2:2=3|");
  stop(&r);
  dup2(keep, 0);
  close(keep);
}
END_TEST

/* The engine has no memory at each frame in turn, or room for one frame at a time. */
START_TEST(test_feed_fails) {
  put("f", WHOLE "[\n");
  put("g", "[{\"g\":1},2");
  for (int fail = 0; fail <= 8; fail++) {
    run r;
    int reads = 0;
    kt_status st;
    start(&r, "[fg]", "");
    do {
      r.feed.room = 1;
      r.feed.fail_add = reads == fail;
      st = read_once(&r);
      ck_assert(st >= 0 || st == KT_ENOMEM);
    } while (st != KT_END && ++reads < 100);
    ck_assert_str_eq(seen(&r), "f:1:0={\"n\":1}|f:2:8={\"n\":2}|f:3:16={\"n\":3}|f:4:24={\"n\":4}|"
                               "f:5:32=[|g:1:1={\"g\":1}|g:1:9=2|!g:1:10=|");
    stop(&r);
  }
}
END_TEST

START_TEST(test_no_space) {
  run r;
  put("f", WHOLE);
  start(&r, "f", "");
  r.feed.no_space = 1;
  for (int i = 0; i < 3; i++) ck_assert_int_eq(read_once(&r), KT_OK);
  r.feed.no_space = 0;
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_uint_eq(r.feed.count, 4);
  stop(&r);
}
END_TEST

START_TEST(test_stopping) {
  run r;
  put("f", WHOLE);
  start(&r, "f", "checkpoint=state");
  r.feed.room = 2;
  ck_assert_int_eq(read_all(&r), KT_OK);
  r.feed.stopping = 1;
  r.feed.room = 100;
  ck_assert_int_eq(read_once(&r), KT_END);
  ck_assert_uint_eq(r.feed.count, 2);
  commit_all(&r);
  stop(&r);
  ck_assert_str_eq(checkpointed("f", 100), "f:3:16={\"n\":3}|f:4:24={\"n\":4}|");
}
END_TEST

int main(void) {
  Suite *s = suite_create("source_file");
  TCase *t = tcase_create("file");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 100);
  tcase_add_test(t, test_one_file);
  tcase_add_test(t, test_many_files);
  tcase_add_test(t, test_refused);
  tcase_add_test(t, test_vanished);
  tcase_add_test(t, test_foreign);
  tcase_add_loop_test(t, test_cut_off, 0, 3);
  tcase_add_loop_test(t, test_packed_places, 0, 3);
  tcase_add_loop_test(t, test_damaged, 0, 3);
  tcase_add_test(t, test_resume);
  tcase_add_test(t, test_checkpoint);
  tcase_add_test(t, test_checkpoint_inside);
  tcase_add_test(t, test_checkpoint_rotated);
  tcase_add_loop_test(t, test_checkpoint_packed, 0, 3);
  tcase_add_test(t, test_checkpoint_shared);
  tcase_add_test(t, test_resumed);
  tcase_add_test(t, test_huge_line);
  tcase_add_test(t, test_stdin);
  tcase_add_loop_test(t, test_stdin_packed, 0, 3);
  tcase_add_test(t, test_stdin_file);
  tcase_add_loop_test(t, test_no_memory, 0, 3);
  tcase_add_test(t, test_feed_fails);
  tcase_add_test(t, test_no_space);
  tcase_add_test(t, test_stopping);
  suite_add_tcase(s, t);
  return test_run(s);
}
