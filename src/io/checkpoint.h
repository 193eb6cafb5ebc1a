/* SPDX-License-Identifier: Apache-2.0 */
/* A small file of state: replaced as a whole, checksummed, held by one process at a time. */
#ifndef KT_IO_CHECKPOINT_H
#define KT_IO_CHECKPOINT_H

#include <kappatweet/env.h>

typedef struct kt_checkpoint kt_checkpoint;

/* Opens `path`, or makes it with no content, and locks it until it is closed. Appends the content
 * to `content`. KT_ECORRUPT: damaged (the message says what to do); KT_ESTATE: another process, or
 * another part of this one, holds it; KT_ENOTSUP: written by a newer version; KT_EIO, KT_ENOMEM. */
kt_status kt_checkpoint_open(const kt_env *env, const char *path, kt_buf *content,
                             kt_checkpoint **out, kt_error *err);
/* Replaces the content. When it returns KT_OK the new content survives a power loss; after a
 * failure the old or the new one is there, whole. KT_EIO (retryable), KT_ENOMEM. */
kt_status kt_checkpoint_save(kt_checkpoint *c, kt_span content, kt_error *err);
/* Whether that file is the checkpoint as it is now. */
int kt_checkpoint_is(const kt_checkpoint *c, uint64_t dev, uint64_t ino);
void kt_checkpoint_close(kt_checkpoint *c); /* NULL allowed */

#endif
