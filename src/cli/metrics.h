/* SPDX-License-Identifier: Apache-2.0 */
/* How well a model does, over rows with a known label. */
#ifndef CLI_METRICS_H
#define CLI_METRICS_H

#include "cli.h"

enum { CLI_CLASSES = 3, CLI_BINS = 15, CLI_LANGUAGES = 64, CLI_TAG = 16 };

/* Rows are what it is, columns what it was taken for: negative, neutral, positive. */
typedef struct cli_confusion {
  uint64_t n[CLI_CLASSES][CLI_CLASSES];
} cli_confusion;

typedef struct cli_metrics {
  cli_confusion all, by_language[CLI_LANGUAGES];
  char tags[CLI_LANGUAGES][CLI_TAG];
  size_t languages; /* the last one is for all that have no room: "other" */
  uint64_t mixed, out_of_depth, other_language;
  uint64_t bin_count[CLI_BINS], bin_right[CLI_BINS];
  double bin_sum[CLI_BINS];
} cli_metrics;

typedef struct cli_figures {
  uint64_t texts;
  double accuracy, macro_recall, macro_f1;
  double precision[CLI_CLASSES], recall[CLI_CLASSES], f1[CLI_CLASSES];
} cli_figures;

/* `lang` is the row's, under which it is counted; `used` the one that the scorer assumed. */
void cli_metrics_add(cli_metrics *m, int32_t label, kt_span lang, kt_span used, const kt_score *s);
/* Macro figures are means over the classes that occur. */
cli_figures cli_figures_of(const cli_confusion *c);
/* Expected calibration error: how far confidence and accuracy are apart, in CLI_BINS equal bins. */
double cli_metrics_ece(const cli_metrics *m);
/* Mean over the languages. */
double cli_metrics_mean_f1(const cli_metrics *m);
/* "negative", "neutral", "positive" */
const char *cli_class_name(int k);

#endif
