/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void fuzz_fail(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  abort();
}

#if defined __has_feature
#if __has_feature(memory_sanitizer)
#include <sys/syscall.h>
/* The sanitizer of clang 14 does not know that these two fill what they are given. */
int fstat(int fd, struct stat *st) {
  memset(st, 0, sizeof *st);
  return (int)syscall(SYS_fstat, fd, st);
}
int stat(const char *restrict path, struct stat *restrict st) {
  memset(st, 0, sizeof *st);
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, 0);
}
#endif
#endif

/* Environment */

static void count(fuzz_env *e, size_t more) {
  e->live += more;
  if (e->live > e->peak) e->peak = e->live;
}

static void *env_alloc(void *self, size_t n) {
  void *p = malloc(n ? n : 1);
  if (p) count(self, n);
  return p;
}

static void *env_resize(void *self, void *p, size_t old_n, size_t new_n) {
  fuzz_env *e = self;
  void *q = realloc(p, new_n ? new_n : 1);
  if (!q) return NULL;
  e->live -= old_n;
  count(e, new_n);
  return q;
}

static void env_release(void *self, void *p, size_t n) {
  fuzz_env *e = self;
  FUZZ_CHECK(e->live >= n);
  e->live -= n;
  free(p);
}

static int64_t env_wall(void *self) {
  (void)self;
  return INT64_C(1636106400000000);
}
static int64_t env_mono(void *self) {
  (void)self;
  return 1000;
}

void fuzz_env_open(fuzz_env *e) {
  static const kt_alloc_ops alloc = { sizeof alloc, 0, env_alloc, env_resize, env_release };
  static const kt_clock_ops clock = { sizeof clock, 0, env_wall, env_mono };
  kt_env_ops ops = {
    .size = sizeof ops, .alloc = &alloc, .alloc_self = e, .clock = &clock, .seed = 1
  };
  *e = (fuzz_env){ 0 };
  FUZZ_CHECK(kt_env_new(&ops, &e->env, NULL) == KT_OK);
}

void fuzz_env_close(fuzz_env *e) {
  kt_env_free(e->env);
  FUZZ_CHECK(e->live == 0);
}

/* Input */

unsigned fuzz_choice(fuzz_input *in, unsigned n) {
  if (!in->len) return 0;
  unsigned c = (unsigned char)*in->p++;
  in->len--;
  return (c >= '0' ? c - '0' : c + 208) % n;
}

kt_span fuzz_until(fuzz_input *in, char stop) {
  const char *end = in->len ? memchr(in->p, stop, in->len) : NULL;
  kt_span s = { in->p ? in->p : "", end ? (size_t)(end - in->p) : in->len };
  size_t used = s.len + (end != NULL);
  if (used) in->p += used;
  in->len -= used;
  return s;
}

char *fuzz_copy(kt_span s, size_t slack, char filler) {
  char *copy = malloc(s.len + slack + 1);
  FUZZ_CHECK(copy != NULL);
  /* The block ends where the slack ends, so that one byte more is a fault. */
  char *exact = s.len + slack ? realloc(copy, s.len + slack) : copy;
  FUZZ_CHECK(exact != NULL);
  if (s.len) memcpy(exact, s.ptr, s.len);
  if (slack) memset(exact + s.len, filler, slack);
  return exact;
}

char *fuzz_string(kt_span s) {
  const char *nul = s.len ? memchr(s.ptr, '\0', s.len) : NULL;
  if (nul) s.len = (size_t)(nul - s.ptr);
  return fuzz_copy(s, 1, '\0');
}

unsigned fuzz_hash(kt_span s) {
  uint32_t h = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * 16777619u;
  return h >> 8;
}

/* UTF-8 by the table of RFC 3629, byte after byte. */
int fuzz_is_utf8(kt_span s) {
  for (size_t i = 0, more; i < s.len; i += more + 1) {
    unsigned c = (unsigned char)s.ptr[i], low = 0x80, high = 0xBF;
    if (c < 0x80)
      more = 0;
    else if (c >= 0xC2 && c <= 0xDF)
      more = 1;
    else if (c >= 0xE0 && c <= 0xEF)
      more = 2;
    else if (c >= 0xF0 && c <= 0xF4)
      more = 3;
    else
      return 0;
    if (c == 0xE0) low = 0xA0;
    if (c == 0xED) high = 0x9F;
    if (c == 0xF0) low = 0x90;
    if (c == 0xF4) high = 0x8F;
    if (s.len - i <= more) return 0;
    for (size_t k = 1; k <= more; k++, low = 0x80, high = 0xBF) {
      unsigned b = (unsigned char)s.ptr[i + k];
      if (b < low || b > high) return 0;
    }
  }
  return 1;
}

void fuzz_check_error(kt_status st, const kt_error *err) {
  if (st >= 0) return;
  FUZZ_CHECK(err->code == st);
  FUZZ_CHECK(memchr(err->where, '\0', sizeof err->where) && err->where[0]);
  FUZZ_CHECK(memchr(err->message, '\0', sizeof err->message) && err->message[0]);
  for (const char *p = err->message; *p; p++) FUZZ_CHECK((unsigned char)*p >= ' ' && *p != 0x7F);
  FUZZ_CHECK(fuzz_is_utf8(kt_span_of(err->message)));
  FUZZ_CHECK(fuzz_is_utf8(kt_span_of(err->where)));
}

/* Files */

static char folder[200];

static void remove_folder(void) {
  char command[256];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fprintf(stderr, "cannot remove %s\n", folder);
}

const char *fuzz_file(const char *name, kt_span content) {
  static char path[300];
  if (!folder[0]) {
    const char *base = getenv("TMPDIR");
    struct stat st;
    /* In memory where that can be had: nothing here is about the disk. */
    if (!base) base = stat("/dev/shm", &st) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder, sizeof folder, "%s/kt-fuzz-XXXXXX", base);
    FUZZ_CHECK(mkdtemp(folder) != NULL);
    atexit(remove_folder);
  }
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (!content.ptr) {
    unlink(path);
    return path;
  }
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  FUZZ_CHECK(fd >= 0 && write(fd, content.ptr, content.len) == (ssize_t)content.len);
  close(fd);
  return path;
}

size_t fuzz_file_read(const char *path, char *out, size_t room) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return SIZE_MAX;
  ssize_t n = read(fd, out, room);
  FUZZ_CHECK(n >= 0);
  close(fd);
  return (size_t)n;
}
