/* SPDX-License-Identifier: Apache-2.0 */
/* The crash points of a command that kill.py runs: counts how often each was passed, in a file that
 * outlives the process, and kills the process at one of them.
 *
 * KT_CRASH_COUNTS names the file (made by kill.py, of SLOTS slots), KT_CRASH_AT=POINT:N the point
 * and at which passage; of the point * every passage of any point is one. Read once, before main().
 */
#include "base/point.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 256, NAME_BYTES = 56 };
typedef struct slot {
  char name[NAME_BYTES];
  uint64_t passed;
} slot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static slot *slots;
static char wanted[NAME_BYTES];
static uint64_t wanted_passage, all_passed;

static void stop(const char *what) {
  fprintf(stderr, "crash points: %s: %s\n", what, strerror(errno));
  _exit(125);
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("KT_CRASH_COUNTS"), *at = getenv("KT_CRASH_AT");
  const char *colon = at ? strrchr(at, ':') : NULL;
  if (at && (!colon || (size_t)(colon - at) >= sizeof wanted)) {
    errno = EINVAL;
    stop("KT_CRASH_AT");
  }
  if (colon) {
    memcpy(wanted, at, (size_t)(colon - at));
    wanted_passage = strtoull(colon + 1, NULL, 10);
  }
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (path && fd < 0) stop(path);
  slots = mmap(NULL, SLOTS * sizeof *slots, PROT_READ | PROT_WRITE,
               path ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
  if (slots == MAP_FAILED) stop("mmap");
  if (fd >= 0) close(fd);
}

void kt_point(const char *name) {
  pthread_mutex_lock(&lock);
  slot *s = slots;
  while (s->name[0] && strcmp(s->name, name) != 0) s++;
  if (!s->name[0]) snprintf(s->name, sizeof s->name, "%s", name);
  s->passed++;
  all_passed++;
  int any = wanted[0] == '*';
  uint64_t passage = any ? all_passed : s->passed;
  if (passage == wanted_passage && (any || !strcmp(name, wanted))) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&lock);
}

/* A write that the kernel has only half of: the linker leads all calls here. */
int __wrap_kt_sys_write_all(int fd, const void *buf, size_t n, size_t *done);
int __real_kt_sys_write_all(int fd, const void *buf, size_t n, size_t *done);

int __wrap_kt_sys_write_all(int fd, const void *buf, size_t n, size_t *done) {
  size_t half = n / 2, first = 0, rest = 0;
  int failed = __real_kt_sys_write_all(fd, buf, half, &first);
  if (!failed) {
    kt_point("sys.half_written");
    failed = __real_kt_sys_write_all(fd, (const char *)buf + half, n - half, &rest);
  }
  if (done) *done = first + rest;
  return failed;
}
