/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a scorer: sentiment of records. */
#ifndef KT_SCORER_H
#define KT_SCORER_H

#include <kappatweet/parser.h>
#include <kappatweet/source.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kt_scorer_ops { /* rules: see source.h */
  uint32_t size, need;
  const char *name, *options;
  uint32_t caps, reserved; /* KT_PURE: any worker, and done before it returns */
  kt_status (*open)(void *user, const kt_env *env, const kt_conf *conf, void **self, kt_error *err);
  /* REQUIRED. KT_OK: owns `s` until kt_scoring_done(), which may come before it returns; several
   * may be held. KT_AGAIN: full, not taken. A failure: not taken. */
  kt_status (*score)(void *self, kt_scoring *s, kt_error *err);
  /* Optional: called in each step of the pipeline; to be called again ask for it in pollset. A
   * failure with KT_ERR_FATAL ends the run. */
  kt_status (*step)(void *self, int64_t mono_ms, kt_error *err);
  void (*pollset)(void *self, kt_pollset *ps); /* optional */
  void (*cancel)(void *self, kt_scoring *s);   /* optional: hurry; done is still owed */
  void (*close)(void *self);                   /* REQUIRED; completes what it still holds */
} kt_scorer_ops;

/* The batch to be scored; borrowed until done. */
KT_API const kt_batch *kt_scoring_batch(const kt_scoring *s);
/* Sets the score of record i (copied). Only posts have scores: no effect on a record of another
 * kind. */
KT_API void kt_scoring_set(kt_scoring *s, size_t i, const kt_score *score);
/* Scoring of record i failed: `score.on_error` of the pipeline decides what becomes of it.
 * No effect on what is no post. */
KT_API void kt_scoring_fail(kt_scoring *s, size_t i, const kt_error *why);
/* Tells who scores, for kt_batch_scorer(), _scorer_version() and _model_hash(): copied, each cut to
 * 63 bytes; the null span for what there is not. Before kt_scoring_done(). */
KT_API void kt_scoring_identity(kt_scoring *s, kt_span name, kt_span version, kt_span model_hash);
/* Exactly once, from any thread. `why` NULL: done; else every record without a score has failed. */
KT_API void kt_scoring_done(kt_scoring *s, const kt_error *why);

#ifdef __cplusplus
}
#endif
#endif
