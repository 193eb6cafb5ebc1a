/* SPDX-License-Identifier: Apache-2.0 */
/* `stdout:` writes records to standard output, a batch at a time. */
#include <kappatweet/encode.h>
#include <string.h>

#include "sink/stream.h"

static const char OPTIONS[] =
    "\t\t\t\t\t\trecords to standard output, unbuffered, a batch at a time; while nobody "
    "reads, other sinks go on\n"
    "format\tenum:ndjson|csv\t\tndjson\t\t\thow records are written\n" KT_ENCODER_OPTIONS;

static kt_status stdout_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)user;
  int csv = strcmp(kt_conf_string(conf, "format"), "csv") == 0;
  kt_stream *s;
  kt_status st = kt_stream_open(env, "sink.stdout", "-", csv ? KT_FORMAT_CSV : KT_FORMAT_NDJSON,
                                conf, &s, err);
  if (st == KT_OK) *self = s;
  return st;
}

static kt_status stdout_submit(void *self, kt_delivery *d, kt_error *err) {
  return kt_stream_submit(self, d, err);
}

static kt_status stdout_step(void *self, int64_t mono_ms, kt_error *err) {
  return kt_stream_step(self, mono_ms, err);
}

static void stdout_pollset(void *self, kt_pollset *ps) {
  kt_stream_pollset(self, ps);
}

static kt_status stdout_flush(void *self, kt_error *err) {
  return kt_stream_flush(self, err);
}

static void stdout_close(void *self) {
  kt_stream_close(self);
}

extern const kt_sink_ops kt_sink_stdout;
const kt_sink_ops kt_sink_stdout = { .size = sizeof(kt_sink_ops),
                                     .name = "stdout",
                                     .options = OPTIONS,
                                     .open = stdout_open,
                                     .submit = stdout_submit,
                                     .step = stdout_step,
                                     .pollset = stdout_pollset,
                                     .flush = stdout_flush,
                                     .close = stdout_close };
