/* SPDX-License-Identifier: Apache-2.0 */
/* One softmax over three labels, by AdaGrad with dropout; the mean of several runs, rounded.
 *
 * Only additions, multiplications, divisions and square roots in single precision, in an order that
 * nothing changes: the same weights on every machine. */
#include <math.h>

#include "base/alloc.h"
#include "base/error.h"
#include "score/exact.h"
#include "score/train.h"

#define WHERE "train"

enum {
  SIGNAL_LOG2 = 15,
  COUNT_LOG2 = 26,        /* features counted, two bits each */
  FEATURES_MAX = 1 << 14, /* of one text; what a longer one has beyond teaches nothing */
  COUNT = 0,
  COMPARE,
  LEARN
};

typedef struct slot {
  float w[3], g[3]; /* weight and sum of squared gradients: positive, negative, neutral */
} slot;

typedef struct input {
  uint32_t at;
  float value;
} input;

typedef struct fitting {
  kt_trainer *t;
  kt_features f;
  uint8_t *counts;
  slot *slots; /* the words' table, then the signals' */
  float (*mean)[3];
  float *telling; /* how well a feature tells labels apart: scales its input */
  size_t weights, places;
  uint32_t *order;
  size_t order_count;
  /* By language and label: what makes labels equally frequent; the same times the language's
   * weight, for a text's gradient. */
  float balance[KT_MODEL_LANGUAGES + 1][3], rate[KT_MODEL_LANGUAGES + 1][3];
  input *in;
  size_t in_count;
  uint64_t random;
  int step;            /* COUNT, COMPARE, LEARN */
  uint8_t lang, label; /* of the text */
  double loss, loss_count;
} fitting;

static unsigned count_of(const fitting *x, uint32_t id) {
  uint32_t i = id >> (32 - COUNT_LOG2);
  return x->counts[i >> 2] >> (2 * (i & 3)) & 3u;
}

static void count_up(fitting *x, uint32_t id) {
  uint32_t i = id >> (32 - COUNT_LOG2);
  if (count_of(x, id) < 3) x->counts[i >> 2] = (uint8_t)(x->counts[i >> 2] + (1u << (2 * (i & 3))));
}

static void take(fitting *x, int group, uint32_t id, int value) {
  if (x->step == COUNT) {
    count_up(x, id);
    return;
  }
  int signal = group == KT_GROUP_SIGNAL;
  if (!signal && count_of(x, id) < (unsigned)x->t->set.min_count) return;
  if (x->in_count == FEATURES_MAX) return;
  uint32_t at =
      signal ? (uint32_t)x->weights + (id >> (32 - SIGNAL_LOG2)) : id >> (32 - x->t->set.log2);
  if (x->step == COMPARE) {
    x->slots[at].w[x->label] += x->balance[x->lang][x->label];
    return;
  }
  x->in[x->in_count++] = (input){ at, (float)value / (float)KT_GROUP_UNITS * x->telling[at] };
}

static void drain(kt_features *f) {
  fitting *x = f->user;
  for (int g = 0; g < KT_GROUPS; g++) {
    for (uint32_t i = 0; i < f->count[g]; i++) {
      take(x, g, f->ids[g][i], kt_group_value[g]);
      if (f->lang >= 0 && kt_group_copy[g])
        take(x, g, kt_feature_copy(f->ids[g][i], (unsigned)f->lang), kt_group_copy[g]);
    }
    f->count[g] = 0;
  }
}

static void extract(fitting *x, const kt_train_text *text) {
  kt_train_features(x->t, &x->f, text->lang);
  x->f.each_piece = 0;
  x->f.drain = drain;
  x->f.user = x;
  x->in_count = 0;
  x->lang = (uint8_t)(text->lang < 0 ? KT_MODEL_LANGUAGES : text->lang);
  x->label = text->label;
  kt_features_run(&x->f, text->text);
}

/* Leaves out a share of the inputs and makes up for it with the others. */
static void drop(fitting *x) {
  uint32_t below = (uint32_t)(x->t->set.dropout * 0x1p24f);
  float keep = 1 / (1 - x->t->set.dropout);
  size_t n = 0;
  if (!below) return;
  for (size_t i = 0; i < x->in_count; i++)
    if (kt_train_random(&x->random) >> 40 >= below)
      x->in[n++] = (input){ x->in[i].at, x->in[i].value * keep };
  x->in_count = n;
}

static void learn(fitting *x, const kt_train_text *text, float step) {
  float z[3] = { 0 }, g[3];
  for (size_t i = 0; i < x->in_count; i++) {
    const slot *s = &x->slots[x->in[i].at];
    for (int k = 0; k < 3; k++) z[k] += s->w[k] * x->in[i].value;
  }
  float most = z[0] > z[1] ? z[0] : z[1];
  if (z[2] > most) most = z[2];
  double e[3], sum = 0;
  for (int k = 0; k < 3; k++) sum += e[k] = kt_exact_exp((double)z[k] - (double)most);
  x->loss -= kt_exact_log(e[text->label] / sum + 1e-12);
  x->loss_count++;
  float rate = x->rate[x->lang][x->label];
  for (int k = 0; k < 3; k++) g[k] = ((float)(e[k] / sum) - (float)(k == text->label)) * rate;
  for (size_t i = 0; i < x->in_count; i++) {
    slot *s = &x->slots[x->in[i].at];
    for (int k = 0; k < 3; k++) {
      float slope = g[k] * x->in[i].value;
      s->g[k] += slope * slope;
      s->w[k] -= step * slope / sqrtf(s->g[k]);
    }
  }
}

static void shuffle(fitting *x) {
  for (size_t i = x->order_count; i > 1; i--) {
    size_t k = (size_t)((kt_train_random(&x->random) >> 32) * i >> 32);
    uint32_t other = x->order[k];
    x->order[k] = x->order[i - 1];
    x->order[i - 1] = other;
  }
}

static int tell(fitting *x) {
  kt_trainer *t = x->t;
  t->state.size = sizeof t->state;
  t->state.loss = x->loss_count > 0 ? x->loss / x->loss_count : 0;
  return t->progress ? t->progress(t->user, &t->state) : 0;
}

static kt_status run_once(fitting *x, int run, kt_error *err) {
  const kt_train_options *o = &x->t->set;
  kt_train_state *state = &x->t->state;
  uint64_t all = (uint64_t)o->passes * x->order_count, every = state->total / 100 + 1;
  uint64_t done = 0;
  x->random = (o->seed + 1) * 0x9E3779B97F4A7C15u + (uint64_t)run;
  for (size_t i = 0; i < x->places; i++)
    x->slots[i] = (slot){ { 0, 0, 0 }, { 1e-6f, 1e-6f, 1e-6f } };
  for (int pass = 0; pass < o->passes; pass++) {
    shuffle(x);
    for (size_t i = 0; i < x->order_count; i++, done++) {
      const kt_train_text *text = &x->t->texts[x->order[i]];
      extract(x, text);
      drop(x);
      learn(x, text, o->step * (float)(all - done) / (float)all);
      if (++state->done % every == 0 && tell(x))
        return kt_fail(err, KT_ECANCELED, 0, WHERE, "canceled");
    }
  }
  for (size_t i = 0; i < x->places; i++)
    for (int k = 0; k < 3; k++) x->mean[i][k] += x->slots[i].w[k] * x->telling[i] / (float)o->seeds;
  return KT_OK;
}

/* Each label of a language has the same weight in all. */
static void set_rates(fitting *x) {
  double n[KT_MODEL_LANGUAGES + 1][3] = { { 0 } };
  for (size_t i = 0; i < x->order_count; i++) {
    const kt_train_text *t = &x->t->texts[x->order[i]];
    n[t->lang < 0 ? KT_MODEL_LANGUAGES : t->lang][t->label]++;
  }
  for (int l = 0; l <= KT_MODEL_LANGUAGES; l++)
    for (int k = 0; k < 3; k++) {
      double sum = n[l][0] + n[l][1] + n[l][2];
      x->balance[l][k] = n[l][k] > 0 ? (float)(sum / 3 / n[l][k]) : 0;
      x->rate[l][k] = x->balance[l][k] * x->t->set.weight[l];
    }
}

/* Naive Bayes: the ratio of a feature's frequencies in the label that it speaks for most and for
 * least, as a logarithm of at most 2, to the power of 3/4. */
static float telling(const float count[3]) {
  double sum = (double)count[0] + (double)count[1] + (double)count[2] + 3;
  double least = 1e9, most = -1e9;
  for (int k = 0; k < 3; k++) {
    double q = kt_exact_log(((double)count[k] + 1) / sum);
    if (q < least) least = q;
    if (q > most) most = q;
  }
  float spread = most - least > 2 ? 2.0f : (float)(most - least);
  return sqrtf(spread) * sqrtf(sqrtf(spread));
}

static void go_through(fitting *x, int step) {
  x->step = step;
  for (size_t i = 0; i < x->order_count; i++) extract(x, &x->t->texts[x->order[i]]);
}

static void compare(fitting *x) {
  memset(x->slots, 0, x->places * sizeof *x->slots);
  go_through(x, COMPARE);
  for (size_t i = 0; i < x->places; i++) x->telling[i] = telling(x->slots[i].w);
}

/* The greatest step such that all but one of 5,000 weights that are not 0 fit into 127 steps. */
static float weight_step(const fitting *x) {
  enum { BINS = 4096 };
  uint32_t bins[BINS] = { 0 };
  uint64_t n = 0;
  float most = 1e-9f;
  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < x->weights; i++)
      for (int k = 0; k < 2; k++) {
        float w = x->mean[i][k] - x->mean[i][2];
        if (w < 0) w = -w;
        if (!round && w > most) most = w;
        if (round && w > 0) {
          bins[(size_t)(w / most * (BINS - 1))]++;
          n++;
        }
      }
  uint64_t above = 0, allowed = n / 5000;
  int bin = BINS - 1;
  while (bin > 0 && (above += bins[bin]) <= allowed) bin--;
  return most * (float)(bin + 1) / BINS / 127;
}

static int rounded(float x, int most) {
  int q = (int)(x + (x < 0 ? -0.5f : 0.5f));
  return q > most ? most : q < -most ? -most : q;
}

/* What a step means: see kt_model_params. */
static int32_t step_of(const kt_trainer *t, float step) {
  double s = (double)step / KT_GROUP_UNITS * 0x1p32;
  if (t->temperature > 0) s *= t->temperature;
  return s > 2147483000.0 ? 2147483000 : (int32_t)(s + 0.5);
}

static kt_status round_weights(fitting *x, kt_error *err) {
  kt_trainer *t = x->t;
  t->state.features = 0;
  size_t signals = x->places - x->weights;
  if (kt_buf_need(&t->table, 2 * x->weights) || kt_buf_need(&t->signals, 4 * signals))
    return kt_fail_nomem(err, WHERE);
  float step = weight_step(x), most = 1e-9f;
  int8_t *w = (int8_t *)t->table.ptr;
  for (size_t i = 0; i < 2 * x->weights; i++) {
    w[i] = (int8_t)rounded((x->mean[i / 2][i % 2] - x->mean[i / 2][2]) / step, 127);
    t->state.features += i % 2 && (w[i] || w[i - 1]);
  }
  float(*s)[3] = x->mean + x->weights;
  for (size_t i = 0; i < 2 * signals; i++) {
    float v = s[i / 2][i % 2] - s[i / 2][2];
    if (v < 0) v = -v;
    if (v > most) most = v;
  }
  int16_t *q = (int16_t *)(void *)t->signals.ptr;
  for (size_t i = 0; i < 2 * signals; i++) {
    q[i] = (int16_t)rounded((s[i / 2][i % 2] - s[i / 2][2]) / most * 32767, 32767);
    t->state.features += i % 2 && (q[i] || q[i - 1]);
  }
  t->table.len = 2 * x->weights;
  t->signals.len = 4 * signals;
  t->params.weight_step = step_of(t, step);
  t->params.signal_step = step_of(t, most / 32767);
  return KT_OK;
}

static kt_status fit(fitting *x, kt_error *err) {
  kt_trainer *t = x->t;
  for (size_t i = 0; i < t->count; i++)
    if (!t->texts[i].validation) x->order[x->order_count++] = (uint32_t)i;
  set_rates(x);
  go_through(x, COUNT);
  compare(x);
  x->step = LEARN;
  t->state.total =
      t->state.done + (uint64_t)t->set.seeds * (uint64_t)t->set.passes * x->order_count;
  kt_status st = KT_OK;
  for (int run = 0; run < t->set.seeds && st == KT_OK; run++) st = run_once(x, run, err);
  return st == KT_OK ? round_weights(x, err) : st;
}

kt_status kt_train_fit(kt_trainer *t, kt_error *err) {
  size_t counts = (size_t)1 << (COUNT_LOG2 - 2);
  size_t weights = (size_t)1 << t->set.log2, places = weights + ((size_t)1 << SIGNAL_LOG2);
  fitting *x = kt_zalloc(t->env, sizeof *x);
  if (!x) return kt_fail_nomem(err, WHERE);
  x->t = t;
  x->weights = weights;
  x->places = places;
  x->counts = kt_zalloc(t->env, counts);
  x->slots = kt_env_alloc(t->env, places * sizeof *x->slots);
  x->mean = kt_zalloc(t->env, places * sizeof *x->mean);
  x->telling = kt_env_alloc(t->env, places * sizeof *x->telling);
  x->order = kt_env_alloc(t->env, (t->count + 1) * sizeof *x->order);
  x->in = kt_env_alloc(t->env, FEATURES_MAX * sizeof *x->in);
  t->params.features = KT_MODEL_FEATURES;
  t->params.weight_log2 = (uint32_t)t->set.log2;
  t->params.signal_log2 = SIGNAL_LOG2;
  t->params.mixed_hit = 384;
  t->params.mixed_least = 1 << 18;
  kt_status st = x->counts && x->slots && x->mean && x->telling && x->order && x->in
                     ? fit(x, err)
                     : kt_fail_nomem(err, WHERE);
  kt_env_release(t->env, x->counts, counts);
  kt_env_release(t->env, x->slots, places * sizeof *x->slots);
  kt_env_release(t->env, x->mean, places * sizeof *x->mean);
  kt_env_release(t->env, x->telling, places * sizeof *x->telling);
  kt_env_release(t->env, x->order, (t->count + 1) * sizeof *x->order);
  kt_env_release(t->env, x->in, FEATURES_MAX * sizeof *x->in);
  kt_env_release(t->env, x, sizeof *x);
  return st;
}
