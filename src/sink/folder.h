/* SPDX-License-Identifier: Apache-2.0 */
/* The folder that an output is to lie in. */
#ifndef KT_SINK_FOLDER_H
#define KT_SINK_FOLDER_H

#include <kappatweet/env.h>

/* Whether `path` could be made: the nearest folder above it that exists is one and may be written
 * to. */
kt_status kt_folder_check(const kt_env *env, const char *path, const char *where, kt_error *err);
/* Fills *err from errno: what an operator can mend while the sink waits (no room, too many files)
 * is retryable, the rest holds the lane. */
kt_status kt_folder_fail(const char *where, const char *what, const char *path, kt_error *err);

#endif
