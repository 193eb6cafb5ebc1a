/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a trainer. */
#ifndef KT_SCORE_TRAIN_H
#define KT_SCORE_TRAIN_H

#include <kappatweet/train.h>

#include "base/arena.h"
#include "base/buf.h"
#include "score/model.h"

typedef struct kt_train_text {
  kt_span text;
  int8_t lang;   /* -1: none */
  uint8_t label; /* 0 positive, 1 negative, 2 neutral */
  uint8_t validation;
} kt_train_text;

typedef struct kt_train_options {
  uint64_t seed;
  int passes, seeds, log2, min_count, refit;
  float step, dropout;
  double validation;
  float weight[KT_MODEL_LANGUAGES + 1]; /* by language, the last for none */
} kt_train_options;

struct kt_trainer {
  kt_env *env;
  kt_train_options set;
  char *weights; /* the option, until the languages are known */
  kt_model_params params;
  kt_arena arena;
  kt_train_text *texts;
  size_t count, cap;
  uint64_t *seen; /* hashes of the texts, open addressing, 0 = free */
  size_t seen_cap, seen_count;
  uint16_t *chars;
  kt_buf lexicon, table, signals, language; /* sections */
  kt_lexicon words;
  double temperature; /* 0: not known yet */
  int ran;
  kt_train_state state;
  int (*progress)(void *user, const kt_train_state *s);
  void *user;
};

/* Compiles the lexicon of a folder into t->lexicon. */
kt_status kt_train_lexicon(kt_trainer *t, const char *folder, kt_error *err);

/* What kt_features_run() needs, for a text of the trainer. */
void kt_train_features(const kt_trainer *t, kt_features *f, int lang);

/* Learns the weights and puts them, rounded, into t->table and t->signals. */
kt_status kt_train_fit(kt_trainer *t, kt_error *err);

/* Finds the temperature on the validation texts and measures there. */
kt_status kt_train_calibrate(kt_trainer *t, kt_error *err);

/* A model that reads what the trainer has. */
void kt_train_view(const kt_trainer *t, kt_model *m);

/* A random number, another one each time. */
static inline uint64_t kt_train_random(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

#endif
