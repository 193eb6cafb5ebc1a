/* SPDX-License-Identifier: Apache-2.0 */
/* A module of two parts, for the scenarios that load one. */
#include <kappatweet/kappatweet.h>

static kt_status take(void *user, const kt_env *env, const kt_conf *conf, void **self,
                      kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

static kt_status submit(void *self, kt_delivery *d, kt_error *err) {
  (void)self, (void)err;
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

static kt_status keep_all(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  (void)self, (void)b, (void)keep, (void)err;
  return KT_OK;
}

static void end(void *self) {
  (void)self;
}

kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  static const kt_sink_ops sink = {
    .size = sizeof sink, .name = "modular", .open = take, .submit = submit, .close = end
  };
  static const kt_filter_ops filter = {
    .size = sizeof filter, .name = "modular", .open = take, .select = keep_all, .close = end
  };
  kt_status st = kt_parts_add_sink(parts, &sink, NULL, err);
  return st < 0 ? st : kt_parts_add_filter(parts, &filter, NULL, err);
}
