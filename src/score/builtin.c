/* SPDX-License-Identifier: Apache-2.0 */
/* Scorer `builtin:`: the built-in model, on the worker that has the batch. */
#include <kappatweet/score.h>
#include <kappatweet/scorer.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"

#define WHERE "score.builtin"

typedef struct builtin {
  kt_env *env;
  kt_model *model;
} builtin;

static kt_status builtin_score(void *self, kt_scoring *s, kt_error *err) {
  const builtin *b = self;
  const kt_batch *batch = kt_scoring_batch(s);
  (void)err;
  for (size_t i = 0; i < kt_batch_count(batch); i++) {
    const kt_record *r = kt_batch_record(batch, i);
    if (r->kind != KT_POST) continue;
    kt_score score;
    kt_score_text(b->model, r->lang, r->text, &score, NULL);
    kt_scoring_set(s, i, &score);
  }
  kt_scoring_identity(s, kt_model_name(b->model), kt_model_version(b->model),
                      kt_model_hash(b->model));
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static void builtin_close(void *self) {
  builtin *b = self;
  kt_env *env = b->env;
  kt_model_free(b->model);
  kt_env_release(env, b, sizeof *b);
  kt_env_free(env);
}

static kt_status builtin_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                              kt_error *err) {
  (void)user;
  builtin *b = kt_zalloc(env, sizeof *b);
  if (!b) return kt_fail_nomem(err, WHERE);
  b->env = kt_env_ref(env);
  kt_status st = kt_model_open(env, kt_conf_string(conf, "model"), &b->model, err);
  if (st < 0) {
    builtin_close(b);
    return st;
  }
  *self = b;
  return KT_OK;
}

static const char options[] =
    "\t\t\t\t\t\tsentiment by the built-in model, in the language of the post or, where the "
    "payload "
    "has none, the one that is identified\n"
    "model\tpath\t\t\t\t\tmodel file instead of the one installed with the library\n";

extern const kt_scorer_ops kt_scorer_builtin;
const kt_scorer_ops kt_scorer_builtin = { .size = sizeof(kt_scorer_ops),
                                          .name = "builtin",
                                          .options = options,
                                          .caps = KT_PURE,
                                          .open = builtin_open,
                                          .score = builtin_score,
                                          .close = builtin_close };
