/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a target names. */
#ifndef KT_SOURCE_PATHS_H
#define KT_SOURCE_PATHS_H

#include "source/marks.h"

typedef struct kt_paths {
  const kt_env *env;
  char **list; /* in order of name, byte by byte */
  size_t count, cap;
} kt_paths;

/* Fills `out` (to be freed in any case): the file itself; of a folder the regular files that are
 * not hidden; of a glob (* ? [..], never a leading dot) those that match. `recursive`: folders in
 * them too. A folder inside of it that may not be read stands in the list itself, to be told as a
 * file that cannot be opened. KT_EIO: there is no such file, or the folder cannot be read. An empty
 * list is no failure. */
kt_status kt_paths_expand(kt_paths *out, const kt_env *env, const char *target, int recursive,
                          kt_error *err);
void kt_paths_free(kt_paths *p);
uint64_t kt_path_hash(const char *path);
/* Files beside `target` that were read under its name before and have another one now: log rotation
 * between two runs. Fills `out` with those that are not read to their end, to be freed in any case.
 */
kt_status kt_paths_find_renamed(kt_paths *out, const kt_env *env, const char *target,
                                const kt_marks *marks, kt_error *err);

/* Whether `name` matches the whole pattern. Byte by byte; a slash matches nothing but itself. */
int kt_glob_match(const char *pattern, const char *name);
int kt_glob_is(const char *s); /* whether it has a wildcard */

#endif
