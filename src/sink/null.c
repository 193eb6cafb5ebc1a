/* SPDX-License-Identifier: Apache-2.0 */
/* `null:` takes everything and keeps nothing: to count, to measure, to try a pipeline. */
#include <kappatweet/sink.h>

static const char OPTIONS[] =
    "\t\t\t\t\t\ttakes every record and keeps none: to count, to measure, to try a pipeline\n";

static kt_status null_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                           kt_error *err) {
  (void)user, (void)env, (void)conf, (void)err;
  *self = NULL;
  return KT_OK;
}

static kt_status null_submit(void *self, kt_delivery *d, kt_error *err) {
  (void)self, (void)err;
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

static void null_close(void *self) {
  (void)self;
}

extern const kt_sink_ops kt_sink_null;
const kt_sink_ops kt_sink_null = { .size = sizeof(kt_sink_ops),
                                   .name = "null",
                                   .options = OPTIONS,
                                   .caps = KT_SINK_KEYED | KT_SINK_DELETES,
                                   .open = null_open,
                                   .submit = null_submit,
                                   .close = null_close };
