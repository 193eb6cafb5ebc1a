/* SPDX-License-Identifier: Apache-2.0 */
/* A module with the parts that make a run hard: a sink that fails in all the ways a sink may, and a
 * scorer. Neither knows of kills: what they do depends on the records and the number of the call
 * only. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kappatweet/module.h>

/* flaky: appends the ids that it delivers to a file, one a line. */
typedef struct flaky {
  const kt_env *env;
  int fd;
  uint64_t calls;
} flaky;

static kt_status flaky_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                            kt_error *err) {
  flaky *s = kt_env_alloc(env, sizeof *s);
  (void)user;
  if (!s) return kt_error_set(err, KT_ENOMEM, 0, "sink.flaky", "out of memory");
  *s = (flaky){ .env = env };
  s->fd = open(kt_conf_string(conf, "target"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (s->fd < 0) {
    kt_env_release(env, s, sizeof *s);
    return kt_error_set(err, KT_EIO, 0, "sink.flaky", "cannot open the target");
  }
  *self = s;
  return KT_OK;
}

static int is_bad(const kt_record *r) {
  unsigned sum = 0;
  for (size_t i = 0; i < r->id.len; i++) sum = sum * 31 + (unsigned char)r->id.ptr[i];
  return sum % 41 == 0;
}

static int is_slow(const kt_record *r) {
  return r->id.len && r->id.ptr[r->id.len - 1] == '7';
}

static int put(flaky *s, const kt_record *r) {
  char line[256];
  int n = snprintf(line, sizeof line, "%.*s\n", (int)r->id.len, r->id.ptr ? r->id.ptr : "");
  return n < (int)sizeof line && write(s->fd, line, (size_t)n) == n;
}

/* Every third call fails whole. Of the others each record with a bad id is refused, and one that is
 * slow has to come so often that the engine gives it up if others succeed meanwhile. */
static void answer(flaky *s, kt_delivery *d, const uint32_t *owed, size_t n) {
  enum { TRIES = 20 };
  kt_error again, never;
  kt_error_set(&again, KT_EREMOTE, KT_ERR_RETRYABLE, "sink.flaky", "busy");
  kt_error_set(&never, KT_EINVAL, 0, "sink.flaky", "not liked");
  if (s->calls % 3 == 0) {
    kt_delivery_done(d, KT_RETRY, &again);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const kt_record *r = kt_batch_record(kt_delivery_batch(d), owed[i]);
    if (is_bad(r))
      kt_delivery_mark(d, owed[i], KT_REJECTED, &never);
    else if (is_slow(r) && kt_delivery_attempt(d) < TRIES)
      kt_delivery_mark(d, owed[i], KT_RETRY, &again);
    else
      kt_delivery_mark(d, owed[i], put(s, r) ? KT_DELIVERED : KT_RETRY, &again);
  }
  kt_delivery_done(d, KT_RETRY, &again);
}

static kt_status flaky_submit(void *self, kt_delivery *d, kt_error *err) {
  flaky *s = self;
  size_t n = kt_delivery_pending(d, NULL, 0), bytes = n * sizeof(uint32_t);
  uint32_t *owed = kt_env_alloc(s->env, bytes);
  if (!owed) return kt_error_set(err, KT_ENOMEM, 0, "sink.flaky", "out of memory");
  kt_delivery_pending(d, owed, n);
  s->calls++;
  answer(s, d, owed, n);
  kt_env_release(s->env, owed, bytes);
  return KT_OK;
}

static void flaky_close(void *self) {
  flaky *s = self;
  close(s->fd);
  kt_env_release(s->env, s, sizeof *s);
}

static const kt_sink_ops flaky_sink = { .size = sizeof flaky_sink,
                                        .name = "flaky",
                                        .options =
                                            "\t\t\t\t\t\tA sink in trouble\n"
                                            "target\tpath\t\t!\t\t\tfile of the delivered ids\n",
                                        .open = flaky_open,
                                        .submit = flaky_submit,
                                        .close = flaky_close };

/* length: a score by the length of the text, the same in every run. */
static kt_status length_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)user, (void)env, (void)conf, (void)err;
  static const char nothing;
  *self = (void *)&nothing;
  return KT_OK;
}

static kt_status length_score(void *self, kt_scoring *s, kt_error *err) {
  const kt_batch *b = kt_scoring_batch(s);
  (void)self, (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    int odd = kt_batch_record(b, i)->text.len & 1;
    kt_score v = { .positive = odd ? 0.75f : 0.25f,
                   .negative = odd ? 0.25f : 0.75f,
                   .label = odd ? KT_LABEL_POSITIVE : KT_LABEL_NEGATIVE };
    kt_scoring_set(s, i, &v);
  }
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static void length_close(void *self) {
  (void)self;
}

static const kt_scorer_ops length_scorer = { .size = sizeof length_scorer,
                                             .name = "length",
                                             .options = "",
                                             .open = length_open,
                                             .score = length_score,
                                             .close = length_close };

kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  kt_status st = kt_parts_add_sink(parts, &flaky_sink, NULL, err);
  return st < 0 ? st : kt_parts_add_scorer(parts, &length_scorer, NULL, err);
}
