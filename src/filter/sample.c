/* SPDX-License-Identifier: Apache-2.0 */
/* Filter `sample:`: a share of the posts, the same ones whenever and wherever it is asked. */
#include <kappatweet/filter.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/span.h"

typedef struct sample {
  kt_env *env;
  uint64_t seed, below; /* hashes below this pass */
  int all, by_user;
} sample;

/* What has no id is known by its payload. */
static kt_span key_of(const sample *s, const kt_record *r) {
  kt_span key = s->by_user ? r->user_id : r->id;
  return key.ptr ? key : r->raw;
}

static kt_status sample_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  const sample *s = self;
  (void)err;
  for (size_t i = 0; i < kt_batch_count(b) && !s->all; i++) {
    const kt_record *r = kt_batch_record(b, i);
    if (r->kind != KT_POST) continue;
    kt_span key = key_of(s, r);
    if (kt_hash(key.ptr, key.len, s->seed).hi >= s->below) keep[i] = 0;
  }
  return KT_OK;
}

static kt_status sample_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)user;
  sample *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, "filter.sample");
  double rate = kt_conf_float(conf, "target");
  s->env = kt_env_ref(env);
  s->seed = (uint64_t)kt_conf_int(conf, "seed");
  s->by_user = strcmp(kt_conf_string(conf, "by"), "user") == 0;
  s->all = rate >= 1;
  s->below = s->all ? UINT64_MAX : (uint64_t)(rate * 0x1p64);
  *self = s;
  return KT_OK;
}

static void sample_close(void *self) {
  sample *s = self;
  kt_env *env = s->env;
  kt_env_release(env, s, sizeof *s);
  kt_env_free(env);
}

static const char options[] =
    "\t\t\t\t\t\ta share of the posts, chosen by a hash of their ids\n"
    "target\tfloat\t\t!\t0\t1\tshare that passes, 0.1 for a tenth; a smaller share is part of a "
    "greater one\n"
    "by\tenum:post|user\t\tpost\t\t\tchoose posts, or users with all their posts\n"
    "seed\tint\t\t0\t\t\tanother number chooses others\n";

extern const kt_filter_ops kt_filter_sample;
const kt_filter_ops kt_filter_sample = { .size = sizeof(kt_filter_ops),
                                         .name = "sample",
                                         .options = options,
                                         .caps = KT_PURE,
                                         .open = sample_open,
                                         .select = sample_select,
                                         .close = sample_close };
