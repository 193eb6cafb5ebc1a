/* SPDX-License-Identifier: Apache-2.0 */
/* The temperature, and how good the finished model is on the validation texts. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "score/exact.h"
#include "score/score_text.h"
#include "score/train.h"

enum { BINS = 15 };

typedef struct point {
  int32_t odds[2];
  uint8_t label;
} point;

void kt_train_view(const kt_trainer *t, kt_model *m) {
  *m = (kt_model){ .env = t->env,
                   .params = &t->params,
                   .chars = t->chars,
                   .lexicon = t->words,
                   .weights = (const void *)t->table.ptr,
                   .signals = (const void *)t->signals.ptr,
                   .language = kt_span_make(t->language.ptr, t->language.len) };
}

static void measure(const kt_model *m, const kt_train_text *text, point *out) {
  kt_features f;
  kt_sums sums;
  kt_score_sum(&f, m, text->lang, text->text, &sums);
  kt_sums_odds(&sums, m->params, out->odds);
  out->label = text->label;
}

static void probabilities(const point *p, double temperature, double out[3]) {
  double z[3] = { p->odds[0] * temperature / 65536, p->odds[1] * temperature / 65536, 0 };
  double most = z[0] > z[1] ? z[0] : z[1], sum = 0;
  if (most < 0) most = 0;
  for (int k = 0; k < 3; k++) sum += out[k] = kt_exact_exp(z[k] - most);
  for (int k = 0; k < 3; k++) out[k] /= sum;
}

static double loss_at(const point *p, size_t n, double temperature) {
  double loss = 0, q[3];
  for (size_t i = 0; i < n; i++) {
    probabilities(&p[i], temperature, q);
    loss -= kt_exact_log(q[p[i].label] + 1e-12);
  }
  return loss;
}

/* Golden section; the loss has one minimum. */
static double best_temperature(const point *p, size_t n) {
  const double ratio = 0.6180339887498949;
  double low = 0.05, high = 4;
  double a = high - ratio * (high - low), b = low + ratio * (high - low);
  double at_a = loss_at(p, n, a), at_b = loss_at(p, n, b);
  for (int i = 0; i < 30; i++) {
    if (at_a < at_b) {
      high = b;
      b = a;
      at_b = at_a;
      a = high - ratio * (high - low);
      at_a = loss_at(p, n, a);
    } else {
      low = a;
      a = b;
      at_a = at_b;
      b = low + ratio * (high - low);
      at_b = loss_at(p, n, b);
    }
  }
  return (low + high) / 2;
}

static void set_quality(kt_train_state *s, double c[3][3]) {
  double right = 0, all = 0, labels = 0;
  s->macro_recall = s->macro_f1 = 0;
  for (int k = 0; k < 3; k++) {
    double truth = c[k][0] + c[k][1] + c[k][2], told = c[0][k] + c[1][k] + c[2][k];
    double recall = truth > 0 ? c[k][k] / truth : 0, precision = told > 0 ? c[k][k] / told : 0;
    right += c[k][k];
    all += truth;
    if (!(truth > 0)) continue;
    labels++;
    s->macro_recall += recall;
    if (recall + precision > 0) s->macro_f1 += 2 * recall * precision / (recall + precision);
  }
  s->macro_recall /= labels;
  s->macro_f1 /= labels;
  s->accuracy = right / all;
}

static void set_figures(kt_train_state *s, const point *p, size_t n, double temperature) {
  double c[3][3] = { { 0 } }, sure[BINS] = { 0 }, right[BINS] = { 0 }, gap = 0, q[3];
  for (size_t i = 0; i < n; i++) {
    probabilities(&p[i], temperature, q);
    int best = 2;
    for (int k = 0; k < 2; k++)
      if (q[k] > q[best]) best = k;
    c[p[i].label][best]++;
    int bin = (int)(q[best] * BINS);
    if (bin >= BINS) bin = BINS - 1;
    sure[bin] += q[best];
    right[bin] += best == p[i].label;
  }
  for (int b = 0; b < BINS; b++)
    gap += sure[b] > right[b] ? sure[b] - right[b] : right[b] - sure[b];
  s->ece = gap / (double)n;
  set_quality(s, c);
}

static int32_t scaled(int32_t step, double temperature) {
  double s = step * temperature;
  return s > 2147483000.0 ? 2147483000 : (int32_t)(s + 0.5);
}

kt_status kt_train_calibrate(kt_trainer *t, kt_error *err) {
  size_t n = 0, cap = (size_t)t->state.validation;
  kt_model m;
  if (!cap) return KT_OK;
  point *points = kt_env_alloc(t->env, cap * sizeof *points);
  if (!points) return kt_fail_nomem(err, "train");
  kt_train_view(t, &m);
  for (size_t i = 0; i < t->count; i++)
    if (t->texts[i].validation) measure(&m, &t->texts[i], &points[n++]);
  double temperature = best_temperature(points, n);
  set_figures(&t->state, points, n, temperature);
  t->temperature = temperature;
  t->params.weight_step = scaled(t->params.weight_step, temperature);
  t->params.signal_step = scaled(t->params.signal_step, temperature);
  kt_env_release(t->env, points, cap * sizeof *points);
  return KT_OK;
}
