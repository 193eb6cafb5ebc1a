/* SPDX-License-Identifier: Apache-2.0 */
/* Records to what cannot be cut, synced or read again: standard output, pipes, devices. */
#ifndef KT_SINK_STREAM_H
#define KT_SINK_STREAM_H

#include <kappatweet/sink.h>

typedef struct kt_stream kt_stream;

/* `path` is "-" (standard output) or a path, which is opened by the first submit; `where` is
 * static. `conf` is the encoder's. */
kt_status kt_stream_open(const kt_env *env, const char *where, const char *path, int32_t format,
                         const kt_conf *conf, kt_stream **out, kt_error *err);
/* A batch at a time, unbuffered, without waiting: KT_AGAIN while the other side has not read the
 * batch before. Delivered = the kernel has all of it. What fails, fails for good: the lane is held.
 */
kt_status kt_stream_submit(kt_stream *s, kt_delivery *d, kt_error *err);
/* Goes on writing. A failure is told to the delivery too. */
kt_status kt_stream_step(kt_stream *s, int64_t mono_ms, kt_error *err);
void kt_stream_pollset(const kt_stream *s, kt_pollset *ps);
/* Writes the header if nothing has been written yet. */
kt_status kt_stream_flush(kt_stream *s, kt_error *err);
/* What is not written by now is given back. NULL allowed. */
void kt_stream_close(kt_stream *s);

#endif
