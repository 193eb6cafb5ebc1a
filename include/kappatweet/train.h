/* SPDX-License-Identifier: Apache-2.0 */
/* Training a model for kt_score_text() and `builtin:` from labelled texts. */
#ifndef KT_TRAIN_H
#define KT_TRAIN_H

#include <kappatweet/batch.h>
#include <kappatweet/conf.h>
#include <kappatweet/env.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Collects texts, trains, writes. One thread at a time. */
typedef struct kt_trainer kt_trainer;

/* The declaration of the trainer's options, for kt_conf_new(): seed, passes, seeds, validation,
 * weights, lexicon ... each with its default, bounds and meaning. Static. */
KT_API const char *kt_trainer_options(void);

/* `conf`: options made with kt_trainer_options(), read before the call returns; NULL: all defaults.
 * Reads the lexicon folder if one is set. Free it with kt_trainer_free(). KT_EINVAL, KT_EIO,
 * KT_EPARSE (a lexicon line, which the message names), KT_ENOMEM. */
KT_API kt_status kt_trainer_new(const kt_env *env, const kt_conf *conf, kt_trainer **out,
                                kt_error *err);
KT_API void kt_trainer_free(kt_trainer *t); /* NULL allowed */

/* Adds one text, which is copied. label: KT_LABEL_POSITIVE, _NEGATIVE or _NEUTRAL. `lang` as in
 * kt_score_text(); null: unknown, used for what is common to all languages. A text that was added
 * before (also with other case, names, links or punctuation) is left out, unless it was added for
 * validation and now comes for training: KT_END tells that. KT_EINVAL, KT_ENOMEM; KT_ESTATE after
 * kt_trainer_run(). Memory: the texts, 32 bytes for each, and about 85 MiB while it runs. */
KT_API kt_status kt_trainer_add(kt_trainer *t, int32_t label, kt_span lang, kt_span text,
                                kt_error *err);
/* The same for a text to validate and calibrate with. Add these first: what is here is not trained
 * on. Without any, the share `validation` of the others is set aside, chosen by a hash. */
KT_API kt_status kt_trainer_add_validation(kt_trainer *t, int32_t label, kt_span lang, kt_span text,
                                           kt_error *err);

/* What has been done so far, in a callback and at the end. `size` = sizeof(kt_train_state) in a
 * call of kt_trainer_state(). Figures of validation are 0 where there was nothing to validate. */
typedef struct kt_train_state {
  uint32_t size, reserved;
  uint64_t done, total;          /* texts gone through, of all passes */
  uint64_t texts, validation;    /* trained on, validated on */
  uint64_t features;             /* weights that are not 0 */
  double loss;                   /* mean negative log-likelihood on training texts so far */
  double accuracy;               /* the rest: on the validation texts, with the finished model */
  double macro_recall, macro_f1; /* means over the labels that occur there */
  double ece;                    /* expected calibration error, 15 bins */
} kt_train_state;

/* Trains; may be called once. `progress` (may be NULL) is called about a hundred times; non-zero
 * from it ends the run with KT_ECANCELED. The same texts in the same order, options and lexicon
 * give the same bytes of the model on every machine. KT_EINVAL: no text of one of the labels.
 * KT_ENOMEM.
 */
KT_API kt_status kt_trainer_run(kt_trainer *t, int (*progress)(void *user, const kt_train_state *s),
                                void *user, kt_error *err);
/* Fills as much as s->size allows. */
KT_API void kt_trainer_state(const kt_trainer *t, kt_train_state *s);

/* Appends the bytes of the model file. `info`: a JSON object to be kept in it, for kt_model_info();
 * null: {}. KT_ESTATE before kt_trainer_run(); KT_EINVAL: `info` is not JSON; KT_ETOOBIG: more than
 * 4 MiB; KT_ENOMEM. */
KT_API kt_status kt_trainer_encode(const kt_trainer *t, kt_span info, kt_buf *out, kt_error *err);
/* The same into a file, which takes the place of `path` when it is whole and safe on disk;
 * meanwhile it is PATH.part. KT_EINVAL: `path` is a folder or a device. KT_EIO as well. */
KT_API kt_status kt_trainer_write(const kt_trainer *t, const char *path, kt_span info,
                                  kt_error *err);

#ifdef __cplusplus
}
#endif
#endif
