/* SPDX-License-Identifier: Apache-2.0 */
/* A file that has one holder, and that the holder replaces by renaming a new one over it. */
#ifndef KT_IO_LOCKFILE_H
#define KT_IO_LOCKFILE_H

#include <kappatweet/env.h>

enum { KT_LOCKFILE_OPTIONAL = 1 }; /* go on where the file system has no locks */

/* Opens `path` for reading and writing, with more flags of open(), and locks it until it is closed;
 * *fd < 0 if there is no such file and O_CREAT is not given. The file has the name when the lock is
 * held: one that was replaced between the two is left, and its successor is tried. KT_ESTATE:
 * another has it. KT_EIO: errno says why, and *what which step ("open", "lock", "look at"). */
kt_status kt_lockfile_open(const char *path, int flags, unsigned mode, int how, int *fd,
                           const char **what);

#endif
