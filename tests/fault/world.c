/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "disk.h"

/* Small batches and syncs, so that a run makes many calls; each post is committed at once. */
#define CSV "csv:o/x.csv?fields=tweet_id&sync.bytes=60"
#define HOURS "ndjson:o/h?partition=hour&fields=tweet_id&sync.bytes=200&max_open=2"
#define SQLITE "sqlite:o/k.db?sync.records=20"
#define DEAD "ndjson:o/dead.ndjson?record=full"

const world_case world_cases[] = {
  { .name = "plain to csv",
    .source = "file:in/p.ndjson?checkpoint=o/ck",
    .sinks = { CSV },
    .dead = DEAD,
    .once = 1 },
  { .name = "gzip to ndjson by hour",
    .source = "file:in/p.gz?checkpoint=o/ck",
    .sinks = { HOURS },
    .dead = DEAD,
    .once = 1 },
  { .name = "zstd to sqlite",
    .source = "file:in/p.zst?checkpoint=o/ck",
    .sinks = { SQLITE },
    .dead = "sqlite:o/dead.db",
    .once = 1 },
  { .name = "bzip2 to gzip",
    .source = "file:in/p.bz2?checkpoint=o/ck",
    .sinks = { "csv:o/x.csv.gz?fields=tweet_id&sync.bytes=60" },
    .dead = DEAD,
    .once = 1 },
  { .name = "folder to all three",
    .source = "file:in/d?recursive=true&checkpoint=o/ck",
    .sinks = { CSV, HOURS, SQLITE },
    .dead = DEAD,
    .once = 1 },
  { .name = "follow through a rotation",
    .source = "file:in/live.ndjson?follow=true&rotate.wait=1ms&checkpoint=o/ck",
    .sinks = { CSV, SQLITE },
    .dead = DEAD,
    .follows = 1 },
  { .name = "plain to standard output",
    .source = "file:in/p.ndjson?checkpoint=o/ck",
    .sinks = { "ndjson:-?fields=tweet_id" },
    .dead = DEAD },
  { .name = "broken off and resumed",
    .source = "file:in/p.gz?checkpoint=o/ck",
    .sinks = { CSV, HOURS, SQLITE },
    .dead = DEAD,
    .breaks_up = 1,
    .once = 1 },
  { .name = "standard input",
    .source = "file:-",
    .sinks = { CSV, SQLITE },
    .dead = DEAD,
    .once = 1 },
  { .name = "without a checkpoint, blocking",
    .source = "file:in/p.nd*",
    .sinks = { CSV, SQLITE },
    .dead = DEAD,
    .by_run = 1,
    .once = 1 },
};
const size_t world_case_count = sizeof world_cases / sizeof *world_cases;

test_clock world_clock;
const char *const world_dir = tempdir;
char world_output[300];
static int phase; /* of a case that follows */
static int stdout_fd = -1;

/* Input */

/* Frames from..to-1: post i was made 3 i minutes after 10:00; each 13th frame is broken. */
static size_t write_frames(char *out, size_t cap, int from, int to) {
  size_t at = 0;
  for (int f = from; f < to; f++) {
    int broken = f / 13, i = f - broken;
    if (f % 13 == 12)
      at += (size_t)snprintf(out + at, cap - at, "broken-%d\n", broken);
    else
      at += (size_t)snprintf(out + at, cap - at,
                             "{\"created_at\":\"Fri Nov 05 %02d:%02d:00 +0000 2021\",\"id_str\":"
                             "\"%d\",\"text\":\"post %d\"}\n",
                             10 + i / 20, i * 3 % 60, i, i);
  }
  return at;
}

static void make_input(const char *name, int from, int to, const char *packer) {
  static char text[WORLD_FRAMES * 200];
  char command[1500];
  const char *path = temp(name);
  spit(path, text, write_frames(text, sizeof text, from, to));
  if (!packer) return;
  snprintf(command, sizeof command, "%s < %s > %s.tmp && mv %s.tmp %s", packer, path, path, path,
           path);
  if (system(command)) abort();
}

void world_make(void) {
  if (access("/dev/shm", W_OK) == 0)
    setenv("TMPDIR", "/dev/shm", 0); /* no disk need be waited for */
  tempdir_make();
  if (chdir(tempdir)) abort();
  snprintf(world_output, sizeof world_output, "%s/o", tempdir);
  mkdir(temp("in"), 0777);
  mkdir(temp("in/d"), 0777);
  mkdir(temp("in/d/e"), 0777);
  mkdir(temp("o"), 0777);
  make_input("in/p.ndjson", 0, WORLD_FRAMES, NULL);
  make_input("in/p.gz", 0, WORLD_FRAMES, "gzip -c");
  make_input("in/p.zst", 0, WORLD_FRAMES, "zstd -qc");
  make_input("in/p.bz2", 0, WORLD_FRAMES, "bzip2 -c");
  make_input("in/d/1", 0, 20, NULL);
  make_input("in/d/2.gz", 20, 50, "gzip -c");
  make_input("in/d/e/3", 50, WORLD_FRAMES, NULL);
  stdout_fd = dup(1);
}

void world_remove(void) {
  dup2(stdout_fd, 1);
  if (chdir("/")) abort();
  tempdir_remove();
}

static void append(const char *name, int from, int to) {
  static char text[WORLD_FRAMES * 200];
  int fd = open(temp(name), O_WRONLY | O_CREAT | O_APPEND, 0666);
  size_t n = write_frames(text, sizeof text, from, to);
  if (fd < 0 || write(fd, text, n) != (ssize_t)n) abort();
  close(fd);
}

void world_begin(const world_case *c) {
  tempdir_empty(temp("o"));
  unlink(temp("out"));
  phase = 0;
  if (!c->follows) return;
  unlink(temp("in/live.ndjson"));
  unlink(temp("in/live.ndjson.1"));
  append("in/live.ndjson", 0, 20);
}

/* A checkpoint knows the file: only then its rotation is seen by the next run. */
static int is_kept(void) {
  struct stat st;
  seam_pause(1);
  int kept = stat(temp("o/ck"), &st) == 0 && st.st_size > 60;
  seam_pause(0);
  return kept;
}

/* The input grows, is rotated and grows, and then that is all. */
static void next_phase(kt_pipeline *p) {
  if (phase == 2) {
    kt_pipeline_stop(p);
    return;
  }
  seam_pause(1);
  if (++phase == 1) {
    append("in/live.ndjson", 20, 40);
  } else {
    append("in/live.ndjson", 40, 45);
    rename(temp("in/live.ndjson"), temp("in/live.ndjson.1"));
    append("in/live.ndjson", 45, WORLD_FRAMES);
  }
  seam_pause(0);
}

/* A run */

/* The target is made absolute, and so is what a checkpoint names. */
static const char *uri_of(const char *uri) {
  static char full[1000];
  const char *target = strchr(uri, ':') + 1, *q = strstr(target, "checkpoint=");
  size_t scheme = (size_t)(target - uri), middle = q ? (size_t)(q + 11 - target) : strlen(target);
  int own = *target == '-';
  snprintf(full, sizeof full, "%.*s%s%s%.*s%s%s%s", (int)scheme, uri, own ? "" : tempdir,
           own ? "" : "/", (int)middle, target, q ? tempdir : "", q ? "/" : "", q ? q + 11 : "");
  return full;
}

static kt_status build(kt_parts *parts, const world_case *c, kt_pipeline **out, kt_error *err) {
  static const char *const options[][2] = { { "batch.max_records", "8" },
                                            { "commit.interval_ms", "0" },
                                            { "step.max_us", "0" },
                                            { "lane.window", "1" } };
  kt_status st = kt_pipeline_new(parts, out, err);
  for (size_t i = 0; st == KT_OK && i < sizeof options / sizeof *options; i++)
    st = kt_pipeline_set(*out, options[i][0], options[i][1], err);
  if (st == KT_OK) st = kt_pipeline_set_source(*out, uri_of(c->source), err);
  for (size_t i = 0; st == KT_OK && i < 3 && c->sinks[i]; i++)
    st = kt_pipeline_add_sink(*out, uri_of(c->sinks[i]), err);
  return st == KT_OK ? kt_pipeline_set_dead_letter(*out, uri_of(c->dead), err) : st;
}

static void pass(int64_t ms) {
  world_clock.mono_ms += ms;
  world_clock.wall_us += ms * 1000;
}

/* What was committed before counts on only where a checkpoint tells of it. */
static uint64_t promised(const world_case *c, const world_how *how, const world_run *out) {
  if (strstr(c->source, "checkpoint=")) return how->base + out->committed;
  return how->base > out->committed ? how->base : out->committed;
}

static void look(kt_pipeline *p, const world_case *c, const world_how *how, world_run *out) {
  kt_stats s = { .size = sizeof s };
  if (kt_pipeline_stats(p, &s) != KT_OK) return;
  if (s.committed > out->committed) out->committed = s.committed;
  out->dead = s.dead;
  if (how->watch) disk_promise(promised(c, how, out));
}

/* As a careful owner: it waits as it is told, and tries again what may help. */
static void step_through(kt_pipeline *p, const world_case *c, const world_how *how,
                         world_run *out) {
  unsigned waits = 0, failures = 0;
  for (;;) {
    if (how->most_steps && out->steps == how->most_steps) return;
    kt_status st = out->status = kt_pipeline_step(p, &out->error);
    look(p, c, how, out);
    if (++out->steps > 20000) return;
    if (st == KT_END) return;
    if (st < 0 && (!(out->error.flags & KT_ERR_RETRYABLE) || ++failures > 3)) return;
    if (st < 0) pass(1000);
    if (st != KT_AGAIN) continue;
    int64_t ms = kt_pipeline_timeout_ms(p);
    if (++waits == how->lift_after) seam_lift();
    if (c->follows && waits % 4 == 0 && is_kept()) next_phase(p);
    int descriptor = kt_pipeline_pollfds(p, NULL, 0) > 1; /* beside that of wake-ups: it is ready */
    if (waits > 200 || (ms < 0 && !descriptor)) return;
    pass(ms > 0 ? ms : 1);
  }
}

/* A pipe that holds all of the input. */
static void make_stdin(void) {
  int fds[2];
  size_t n = 0;
  seam_pause(1);
  char *text = slurp(temp("in/p.ndjson"), &n);
  if (pipe(fds) || write(fds[1], text, n) != (ssize_t)n) abort();
  free(text);
  close(fds[1]);
  dup2(fds[0], 0);
  close(fds[0]);
  seam_pause(0);
}

void world_go(const world_case *c, const world_how *how, world_run *out) {
  test_alloc alloc = { 0 };
  kt_parts *parts = NULL;
  kt_pipeline *p = NULL;
  *out = (world_run){ .status = KT_ENOMEM };
  int before = world_descriptors(), capture = -1;
  if (strstr(c->source, ":-")) make_stdin();
  if (strstr(c->sinks[0], ":-")) {
    seam_pause(1);
    capture = open(temp("out"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    /* What a run that failed left of a line is not the next run's beginning. */
    if (lseek(capture, 0, SEEK_END) && write(capture, "\n", 1) != 1) abort();
    dup2(capture, 1);
    close(capture);
    seam_pause(0);
  }
  world_clock = (test_clock){ 1700000000000000, 1000 };
  kt_env *env = test_env(&alloc, &world_clock);
  kt_status st = kt_parts_new(env, &parts, &out->error);
  if (st == KT_OK) st = build(parts, c, &p, &out->error);
  out->status = st;
  if (st == KT_OK && c->by_run) {
    kt_pipeline_fd(p);
    out->status = kt_pipeline_run(p, &out->error);
    look(p, c, how, out);
  } else if (st == KT_OK) {
    step_through(p, c, how, out);
  }
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_env_free(env);
  if (capture >= 0) dup2(stdout_fd, 1);
  out->leaks = (int)alloc.live_blocks + (world_descriptors() - before);
}

int world_descriptors(void) {
  int n = 0;
  seam_pause(1);
  DIR *d = opendir("/proc/self/fd");
  while (d && readdir(d)) n++;
  if (d) closedir(d);
  seam_pause(0);
  return n;
}
