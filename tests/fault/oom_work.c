/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenarios are given: results, files, a pipeline's run on a clock of its own. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oom.h"
#include "oom_work.h"

static int64_t wall(void *self) {
  return atomic_load(&((oom *)self)->wall_us);
}
static int64_t mono(void *self) {
  oom *o = self;
  return atomic_fetch_add(&o->mono_ms, o->ticks ? 20 : 0);
}
static const kt_clock_ops clock_ops = { sizeof clock_ops, 0, wall, mono };

/* The engine logs broken rules of a table, and what a part could not do at its end, as errors. */
static void heard(void *self, int32_t level, const char *where, kt_span line) {
  size_t at = atomic_load(&oom_count.fail_at);
  int short_of_memory = at && atomic_load(&oom_count.calls) >= at;
  if (level <= KT_LOG_ERROR && !short_of_memory)
    oom_wrong(self, "logged: %s: %.*s", where, (int)line.len, line.ptr);
}
static const kt_log_ops log_ops = { sizeof log_ops, 0, heard };

kt_env_ops oom_ops(oom *o) {
  kt_env_ops ops = { .size = sizeof ops, .seed = 1 };
#ifndef OOM_MALLOC
  ops.alloc = &oom_alloc_ops;
#endif
  ops.clock = &clock_ops;
  ops.clock_self = o;
  ops.log = &log_ops;
  ops.log_self = o;
  return ops;
}

int oom_again(oom *o, kt_status st) {
  if (st != KT_ENOMEM) return 0;
  if (o->err.code && o->err.code != KT_ENOMEM)
    oom_wrong(o, "KT_ENOMEM with the error %s: %s", kt_status_name(o->err.code), o->err.message);
  if (!o->in_place) return 0;
  atomic_store(&oom_count.fail_at, 0);
  return 1;
}

/* Waits for a descriptor, else lets the clock go on to what the engine waits for. 1: the engine
 * wants to be called again at once, although it has just said that there is nothing to do. */
static int wait_for(oom *o, kt_pipeline *p) {
  kt_pollfd want[16];
  struct pollfd fds[16];
  size_t n = kt_pipeline_pollfds(p, want, 16);
  int64_t timeout = kt_pipeline_timeout_ms(p);
  for (size_t i = 0; i < n && i < 16; i++)
    fds[i] = (struct pollfd){ .fd = want[i].fd,
                              .events = (short)((want[i].events & KT_POLL_IN ? POLLIN : 0) |
                                                (want[i].events & KT_POLL_OUT ? POLLOUT : 0)) };
  if (poll(fds, n < 16 ? n : 16, timeout < 0 ? 1000 : o->threads) > 0) return 0;
  int at_once = timeout == 0;
  if (timeout < 1) timeout = 1;
  atomic_fetch_add(&o->mono_ms, timeout);
  atomic_fetch_add(&o->wall_us, timeout * 1000);
  return at_once;
}

kt_status oom_drive(oom *o, kt_pipeline *p) {
  enum { MOST_STEPS = 20000, MOST_WAITS = 200, MOST_AT_ONCE = 200 };
  int waits = 0, fine = 0, at_once = 0;
  for (int i = 0; i < MOST_STEPS; i++) {
    o->err.code = KT_OK;
    kt_status st = kt_pipeline_step(p, &o->err);
    if (st == KT_END) return KT_OK;
    if (st < 0 && !oom_again(o, st)) return st;
    fine = st == KT_OK ? fine + 1 : 0;
    if (fine == MOST_AT_ONCE)
      oom_wrong(o, "%d steps in a row ask to be called again at once", fine);
    if (st != KT_AGAIN) continue;
    /* A sink without memory is tried again and again; memory comes back, or the program gives up.
     */
    if (++waits == MOST_WAITS && atomic_load(&oom_count.fail_at)) {
      if (!o->in_place) return KT_ENOMEM;
      atomic_store(&oom_count.fail_at, 0);
    }
    at_once = wait_for(o, p) ? at_once + 1 : 0;
    if (at_once == MOST_AT_ONCE) oom_wrong(o, "it spins: nothing to do, but a step is due at once");
  }
  oom_wrong(o, "no end after %d steps", (int)MOST_STEPS);
  return KT_ESTATE;
}

void oom_note(oom *o, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(o->text + o->len, sizeof o->text - o->len, fmt, ap);
  va_end(ap);
  if (n < 0 || (size_t)n >= sizeof o->text - o->len)
    oom_wrong(o, "the result is too long");
  else
    o->len += (size_t)n;
}

void oom_note_span(oom *o, kt_span s) {
  oom_note(o, s.ptr ? "[%.*s]\n" : "null\n", (int)s.len, s.ptr);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t read_into(oom *o, const char *name, char *out, size_t cap) {
  int fd = open(oom_path(o, name), O_RDONLY);
  if (fd < 0) return 0;
  ssize_t n = read(fd, out, cap);
  close(fd);
  if (n < 0 || (size_t)n == cap) oom_wrong(o, "cannot read %s", name);
  return n < 0 ? 0 : (size_t)n;
}

/* A batch that is tried again may come behind a later one, and into another part: the lines of all
 * parts are put into order, a header is noted once. */
void oom_note_parts(oom *o, const char *pattern, int parts) {
  static char text[OOM_TEXT], *lines[4096];
  size_t count = 0, len = 0;
  char *save, name[200];
  for (int i = 0; i < parts; i++) {
    snprintf(name, sizeof name, pattern, i);
    len += read_into(o, name, text + len, sizeof text - 1 - len);
  }
  text[len] = '\0';
  for (char *l = strtok_r(text, "\n", &save); l && count < 4096; l = strtok_r(NULL, "\n", &save))
    if (!count || *l == '{' || strcmp(l, lines[0]) != 0) lines[count++] = l;
  qsort(lines, count, sizeof *lines, by_text);
  oom_note(o, "--- %s\n", pattern);
  for (size_t i = 0; i < count; i++) oom_note(o, "%s\n", lines[i]);
}

void oom_note_file(oom *o, const char *name) {
  oom_note_parts(o, name, 1);
}

void oom_wrong(oom *o, const char *fmt, ...) {
  va_list ap;
  if (o->wrong[0]) return;
  va_start(ap, fmt);
  vsnprintf(o->wrong, sizeof o->wrong, fmt, ap);
  va_end(ap);
}

static const char *path_in(const char *folder, const char *name) {
  static char paths[4][700];
  static int next;
  char *p = paths[next++ % 4];
  snprintf(p, sizeof paths[0], "%s/%s", folder, name);
  return p;
}

const char *oom_path(oom *o, const char *name) {
  return path_in(o->dir, name);
}

const char *oom_made(oom *o, const char *name) {
  return path_in(o->made, name);
}

static void give_up(const char *what, const char *path) {
  fprintf(stderr, "oom: cannot %s %s\n", what, path);
  exit(1);
}

void oom_write(const char *path, const char *text, size_t n) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0 || write(fd, text, n) != (ssize_t)n) give_up("write", path);
  close(fd);
}

const char *work_temporary(void) {
  static char path[200];
  const char *base = getenv("TMPDIR");
  /* In memory, if it may be: it is not the disk that is tried here. */
  if (!base) base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
  snprintf(path, sizeof path, "%s/kt-oom-XXXXXX", base);
  if (!mkdtemp(path)) give_up("make", path);
  return path;
}

void work_empty(const char *path) {
  char inside[1000];
  struct dirent *e;
  DIR *d = opendir(path);
  while (d && (e = readdir(d))) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (snprintf(inside, sizeof inside, "%s/%s", path, e->d_name) >= (int)sizeof inside) continue;
    if (e->d_type == DT_DIR) work_empty(inside);
    remove(inside);
  }
  if (d) closedir(d);
}

void work_folder(const char *path) {
  work_empty(path);
  rmdir(path);
  if (mkdir(path, 0777)) give_up("make", path);
}
