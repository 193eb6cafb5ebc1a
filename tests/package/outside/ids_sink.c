/* SPDX-License-Identifier: Apache-2.0 */
/* A sink from outside the tree, as a module: appends the id of every post to the file `target`. */
#include <kappatweet/kappatweet.h>
#include <kappatweet/module.h>
#include <stdio.h>
#include <stdlib.h>

static kt_status ids_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                          kt_error *err) {
  (void)user, (void)env;
  *self = fopen(kt_conf_string(conf, "target"), "ab");
  return *self ? KT_OK
               : kt_error_set(err, KT_EIO, 0, "sink.ids", "cannot open the file; check the path");
}

static kt_status ids_submit(void *self, kt_delivery *d, kt_error *err) {
  size_t n = kt_delivery_pending(d, NULL, 0);
  uint32_t *owed = malloc(n * sizeof *owed);
  if (!owed) return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "sink.ids", "out of memory");
  kt_delivery_pending(d, owed, n);
  for (size_t i = 0; i < n; i++) {
    kt_span id = kt_batch_record(kt_delivery_batch(d), owed[i])->id;
    if (id.len) fprintf(self, "%.*s\n", (int)id.len, id.ptr);
  }
  free(owed);
  /* Delivered is what has left the buffer; what failed comes again. */
  kt_delivery_done(d, fflush(self) ? KT_RETRY : KT_DELIVERED, NULL);
  return KT_OK;
}

static void ids_close(void *self) {
  (void)fclose((FILE *)self);
}

__attribute__((visibility("default"))) kt_status kt_module_init_1(kt_parts *parts, kt_error *err);
kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  kt_sink_ops ops = { .size = sizeof ops,
                      .name = "ids",
                      .options = "\t\t\t\t\t\tAppends the id of each post to a file.\n"
                                 "target\tpath\t\t!\t\t\tfile to append to\n",
                      .open = ids_open,
                      .submit = ids_submit,
                      .close = ids_close };
  return kt_parts_add_sink(parts, &ops, NULL, err);
}
