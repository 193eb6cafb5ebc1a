/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_IO_FOLDERS_H
#define KT_IO_FOLDERS_H

#include <kappatweet/env.h>

/* Makes the folders above `path` that are not there; with `sync` the names of all of them survive a
 * power loss. 0, or -1 with errno. */
int kt_folders_make(const kt_env *env, const char *path, int sync);

#endif
