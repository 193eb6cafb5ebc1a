/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *cli_class_name(int k) {
  static const char *const names[CLI_CLASSES] = { "negative", "neutral", "positive" };
  return names[k];
}

static int class_of(int32_t label) {
  return label == KT_LABEL_NEGATIVE ? 0 : label == KT_LABEL_NEUTRAL ? 1 : 2;
}

/* Data sets know three classes: what is mixed is half of each. */
static int taken_for(const kt_score *s, double *confidence) {
  double half = (double)s->mixed / 2;
  const double p[CLI_CLASSES] = { (double)s->negative + half, (double)s->neutral,
                                  (double)s->positive + half };
  int best = 1;
  for (int k = 0; k < CLI_CLASSES; k++)
    if (p[k] > p[best]) best = k;
  *confidence = p[best];
  return best;
}

static cli_confusion *of_language(cli_metrics *m, kt_span lang) {
  char tag[CLI_TAG];
  snprintf(tag, sizeof tag, "%.*s", lang.ptr && lang.len ? (int)lang.len : 3,
           lang.ptr && lang.len ? lang.ptr : "und");
  for (char *p = tag; *p; p++) /* for people and terminals */
    if (*p <= ' ' || *p >= 0x7F) *p = '?';
  for (size_t i = 0; i < m->languages; i++)
    if (!strcasecmp(m->tags[i], tag)) return &m->by_language[i];
  if (m->languages == CLI_LANGUAGES) return &m->by_language[CLI_LANGUAGES - 1];
  if (m->languages + 1 == CLI_LANGUAGES) strcpy(tag, "other");
  memcpy(m->tags[m->languages], tag, sizeof tag);
  return &m->by_language[m->languages++];
}

static int same_language(kt_span told, kt_span used) {
  size_t n = 0;
  while (n < told.len && told.ptr[n] != '-' && told.ptr[n] != '_') n++;
  return used.ptr && n == used.len && !strncasecmp(told.ptr, used.ptr, n);
}

void cli_metrics_add(cli_metrics *m, int32_t label, kt_span lang, kt_span used, const kt_score *s) {
  double confidence;
  int is = class_of(label), taken = taken_for(s, &confidence);
  size_t bin = (size_t)(confidence * CLI_BINS);
  if (bin >= CLI_BINS) bin = CLI_BINS - 1;
  m->all.n[is][taken]++;
  of_language(m, lang)->n[is][taken]++;
  m->mixed += s->label == KT_LABEL_MIXED;
  m->out_of_depth += (s->flags & KT_SCORE_OUT_OF_DEPTH) != 0;
  m->other_language += lang.ptr && lang.len && !same_language(lang, used);
  m->bin_count[bin]++;
  m->bin_right[bin] += is == taken;
  m->bin_sum[bin] += confidence;
}

static double share(uint64_t part, uint64_t whole) {
  return whole ? (double)part / (double)whole : 0;
}

cli_figures cli_figures_of(const cli_confusion *c) {
  cli_figures f = { 0 };
  uint64_t right = 0;
  int classes = 0;
  for (int k = 0; k < CLI_CLASSES; k++) {
    uint64_t row = 0, column = 0;
    for (int i = 0; i < CLI_CLASSES; i++) {
      row += c->n[k][i];
      column += c->n[i][k];
    }
    f.texts += row;
    right += c->n[k][k];
    f.recall[k] = share(c->n[k][k], row);
    f.precision[k] = share(c->n[k][k], column);
    double sum = f.recall[k] + f.precision[k];
    f.f1[k] = sum > 0 ? 2 * f.recall[k] * f.precision[k] / sum : 0;
    if (!row) continue;
    classes++;
    f.macro_recall += f.recall[k];
    f.macro_f1 += f.f1[k];
  }
  f.accuracy = share(right, f.texts);
  if (classes) {
    f.macro_recall /= classes;
    f.macro_f1 /= classes;
  }
  return f;
}

double cli_metrics_ece(const cli_metrics *m) {
  double sum = 0;
  uint64_t n = 0;
  for (int b = 0; b < CLI_BINS; b++) {
    double apart = m->bin_sum[b] - (double)m->bin_right[b];
    sum += apart < 0 ? -apart : apart;
    n += m->bin_count[b];
  }
  return n ? sum / (double)n : 0;
}

double cli_metrics_mean_f1(const cli_metrics *m) {
  double sum = 0;
  for (size_t i = 0; i < m->languages; i++) sum += cli_figures_of(&m->by_language[i]).macro_f1;
  return m->languages ? sum / (double)m->languages : 0;
}
