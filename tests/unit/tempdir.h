/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for one test, and files in it. */
#ifndef KT_TESTS_TEMPDIR_H
#define KT_TESTS_TEMPDIR_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tempdir[200];

static inline void tempdir_make(void) {
  const char *base = getenv("TMPDIR");
  snprintf(tempdir, sizeof tempdir, "%s/kt-unit-XXXXXX", base ? base : "/tmp");
  ck_assert_ptr_nonnull(mkdtemp(tempdir));
}

static inline void tempdir_empty(const char *dir) {
  char path[1000];
  struct dirent *e;
  DIR *d = opendir(dir);
  while (d && (e = readdir(d))) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= (int)sizeof path) continue;
    if (e->d_type == DT_DIR) tempdir_empty(path);
    remove(path);
  }
  if (d) closedir(d);
}

static inline void tempdir_remove(void) {
  tempdir_empty(tempdir);
  remove(tempdir);
}

/* A path in the folder; four may be in use at a time. */
static inline const char *temp(const char *name) {
  static char paths[4][600];
  static int next;
  char *p = paths[next++ % 4];
  snprintf(p, sizeof paths[0], "%s/%s", tempdir, name);
  return p;
}

/* Content with a NUL behind it; free() it. NULL: no such file. */
static inline char *slurp(const char *path, size_t *size) {
  struct stat st;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &st)) return NULL;
  char *p = malloc((size_t)st.st_size + 1);
  ssize_t n = read(fd, p, (size_t)st.st_size);
  ck_assert_int_eq(n, st.st_size);
  close(fd);
  p[n] = '\0';
  if (size) *size = (size_t)n;
  return p;
}

static inline void spit(const char *path, const char *bytes, size_t n) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
  close(fd);
}

static inline int is_file(const char *path) {
  struct stat st;
  return stat(path, &st) == 0;
}

#endif
