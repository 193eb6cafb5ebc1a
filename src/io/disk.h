/* SPDX-License-Identifier: Apache-2.0 */
/* What the writing of files can fail of. */
#ifndef KT_IO_DISK_H
#define KT_IO_DISK_H

#include <kappatweet/env.h>

/* Fills *err from errno ("cannot WHAT PATH: ..."). What an operator can mend while the caller waits
 * (no room, too many files) is retryable, the rest is fatal. */
kt_status kt_disk_fail(const char *where, const char *what, const char *path, kt_error *err);

/* Whether `path` could be made: the nearest folder above it that exists is one and may be written
 * to. */
kt_status kt_disk_check(const kt_env *env, const char *path, const char *where, kt_error *err);

#endif
