/* SPDX-License-Identifier: Apache-2.0 */
/* Two scorers as a stranger might write them, so that the scorer suite has something to judge:
 * `exclaim:` is pure and at once, `late:` holds what it is given and completes it in step, newest
 * first. */
#include <string.h>

#include <kappatweet/module.h>

enum { HELD = 8 };

typedef struct late {
  const kt_env *env;
  kt_scoring *held[HELD];
  size_t count;
} late;

/* The more exclamation marks, the more of everything. */
static kt_score judge(kt_span text) {
  int marks = 0;
  for (size_t i = 0; i < text.len; i++) marks += text.ptr[i] == '!';
  if (!marks) return (kt_score){ 0.1f, 0.1f, 0.7f, 0.1f, KT_LABEL_NEUTRAL, 0 };
  return (kt_score){ 0.7f, 0.1f, 0.1f, 0.1f, KT_LABEL_POSITIVE, 0 };
}

static void score_all(kt_scoring *s) {
  const kt_batch *b = kt_scoring_batch(s);
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    kt_score score = judge(kt_batch_record(b, i)->text);
    kt_scoring_set(s, i, &score);
  }
  kt_scoring_done(s, NULL);
}

static kt_status exclaim_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                              kt_error *err) {
  static const char nothing = 0;
  (void)user, (void)env, (void)conf, (void)err;
  *self = (void *)&nothing;
  return KT_OK;
}

static kt_status exclaim_score(void *self, kt_scoring *s, kt_error *err) {
  (void)self, (void)err;
  score_all(s);
  return KT_OK;
}

static void exclaim_close(void *self) {
  (void)self;
}

static kt_status late_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                           kt_error *err) {
  late *l = kt_env_alloc(env, sizeof *l);
  (void)user, (void)conf;
  if (!l) return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "scorer.late", "out of memory");
  memset(l, 0, sizeof *l);
  l->env = env;
  *self = l;
  return KT_OK;
}

static kt_status late_score(void *self, kt_scoring *s, kt_error *err) {
  late *l = self;
  (void)err;
  if (l->count == HELD) return KT_AGAIN;
  l->held[l->count++] = s;
  return KT_OK;
}

static void complete(late *l) {
  while (l->count) score_all(l->held[--l->count]);
}

static kt_status late_step(void *self, int64_t mono_ms, kt_error *err) {
  (void)mono_ms, (void)err;
  complete(self);
  return KT_OK;
}

static void late_pollset(void *self, kt_pollset *ps) {
  late *l = self;
  if (l->count) kt_pollset_deadline(ps, kt_env_mono_ms(l->env));
}

static void late_cancel(void *self, kt_scoring *s) {
  (void)s;
  complete(self);
}

static void late_close(void *self) {
  late *l = self;
  complete(l);
  kt_env_release(l->env, l, sizeof *l);
}

static const kt_scorer_ops exclaim = {
  .size = sizeof exclaim,
  .name = "exclaim",
  .caps = KT_PURE,
  .options = "\t\t\t\t\t\tPositive where there is an exclamation mark\n",
  .open = exclaim_open,
  .score = exclaim_score,
  .close = exclaim_close
};
static const kt_scorer_ops late_scorer = {
  .size = sizeof late_scorer,
  .name = "late",
  .options = "\t\t\t\t\t\tAs exclaim, but later and in another order\n",
  .open = late_open,
  .score = late_score,
  .step = late_step,
  .pollset = late_pollset,
  .cancel = late_cancel,
  .close = late_close
};

kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  kt_status st = kt_parts_add_scorer(parts, &exclaim, NULL, err);
  return st == KT_OK ? kt_parts_add_scorer(parts, &late_scorer, NULL, err) : st;
}
