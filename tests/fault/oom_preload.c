/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into a command: its malloc fails at the call OOM_AT (from then on if OOM_FOR_GOOD is
 * set), counted from the start of the program. OOM_COUNT names a file for the number of calls. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oom.h"

static char count_path[512];

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("OOM_AT"), *path = getenv("OOM_COUNT");
  if (path) snprintf(count_path, sizeof count_path, "%s", path);
  atomic_store(&oom_count.fail_at, at ? strtoul(at, NULL, 10) : 0);
  atomic_store(&oom_count.for_good, getenv("OOM_FOR_GOOD") != NULL);
  atomic_store(&oom_count.armed, 1);
}

__attribute__((destructor)) static void finish(void) {
  char text[32];
  atomic_store(&oom_count.armed, 0);
  int fd = count_path[0] ? open(count_path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
  if (fd < 0) return;
  int n = snprintf(text, sizeof text, "%zu", (size_t)atomic_load(&oom_count.calls));
  if (write(fd, text, (size_t)n) != n) count_path[0] = '\0';
  close(fd);
}

/* json-c 0.16 crashes, or gives an object without some of its members, when it finds no memory for
 * its tree; it is not what is tried here. What the command does around it is. */
#pragma GCC visibility push(default)
struct json_tokener;
struct json_object;
struct json_object *json_tokener_parse_ex(struct json_tokener *t, const char *text, int n);
struct json_object *json_tokener_parse_ex(struct json_tokener *t, const char *text, int n) {
  struct json_object *(*real)(struct json_tokener *, const char *, int);
  void *symbol = dlsym(RTLD_NEXT, "json_tokener_parse_ex");
  memcpy(&real, &symbol, sizeof real);
  atomic_store(&oom_count.armed, 0);
  struct json_object *found = real(t, text, n);
  atomic_store(&oom_count.armed, 1);
  return found;
}
