/* SPDX-License-Identifier: Apache-2.0 */
/* Records to what cannot be cut, synced or read again: standard output, pipes, devices. */
#ifndef KT_SINK_STREAM_H
#define KT_SINK_STREAM_H

#include <kappatweet/sink.h>

typedef struct kt_stream kt_stream;

/* `path` is "-" (standard output) or a path, which is opened by the first submit because that waits
 * for a pipe's reader; `where` is static. `conf` is the encoder's. */
kt_status kt_stream_open(const kt_env *env, const char *where, const char *path, int32_t format,
                         const kt_conf *conf, kt_stream **out, kt_error *err);
/* One write for a batch, unbuffered; waits as long as the other side does not read. Delivered = the
 * kernel has it. What fails, fails for good: the lane is held. */
kt_status kt_stream_submit(kt_stream *s, kt_delivery *d, kt_error *err);
/* Writes the header if nothing has been written yet. */
kt_status kt_stream_flush(kt_stream *s, kt_error *err);
void kt_stream_close(kt_stream *s); /* NULL allowed */

#endif
