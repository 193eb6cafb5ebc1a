/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet evaluate: a model against texts whose sentiment is known. */
#include <stdio.h>
#include <string.h>

#include "metrics.h"
#include "results.h"
#include "texts.h"

static void json_figures(const cli_figures *f) {
  printf("\"texts\":%llu,\"accuracy\":%.4f,\"macro_recall\":%.4f,\"macro_f1\":%.4f",
         (unsigned long long)f->texts, f->accuracy, f->macro_recall, f->macro_f1);
}

static void print_json(const kt_model *model, const cli_metrics *m) {
  cli_figures all = cli_figures_of(&m->all);
  kt_span name = kt_model_name(model), version = kt_model_version(model);
  kt_span hash = kt_model_hash(model);
  fputs("{\"model\":{\"name\":", stdout);
  cli_json_string(name.ptr, name.len);
  fputs(",\"version\":", stdout);
  cli_json_string(version.ptr, version.len);
  fputs(",\"hash\":", stdout);
  cli_json_string(hash.ptr, hash.len);
  fputs("},", stdout);
  json_figures(&all);
  printf(",\"mean_macro_f1\":%.4f,\"ece\":%.4f,\"mixed\":%llu,\"out_of_depth\":%llu,"
         "\"other_language\":%llu,\"by_class\":{",
         cli_metrics_mean_f1(m), cli_metrics_ece(m), (unsigned long long)m->mixed,
         (unsigned long long)m->out_of_depth, (unsigned long long)m->other_language);
  for (int k = 0; k < CLI_CLASSES; k++)
    printf("%s\"%s\":{\"precision\":%.4f,\"recall\":%.4f,\"f1\":%.4f}", k ? "," : "",
           cli_class_name(k), all.precision[k], all.recall[k], all.f1[k]);
  fputs("},\"by_language\":{", stdout);
  for (size_t i = 0; i < m->languages; i++) {
    cli_figures f = cli_figures_of(&m->by_language[i]);
    fputs(i ? "," : "", stdout);
    cli_json_string(m->tags[i], strlen(m->tags[i]));
    fputs(":{", stdout);
    json_figures(&f);
    putchar('}');
  }
  fputs("},\"confusion\":[", stdout);
  for (int i = 0; i < CLI_CLASSES; i++)
    printf("%s[%llu,%llu,%llu]", i ? "," : "", (unsigned long long)m->all.n[i][0],
           (unsigned long long)m->all.n[i][1], (unsigned long long)m->all.n[i][2]);
  puts("]}");
}

static void print_row(const char *name, const cli_figures *f) {
  char n[32];
  cli_number(f->texts, n);
  printf("%-10s %9s %9.1f %13.1f %9.1f\n", name, n, 100 * f->accuracy, 100 * f->macro_recall,
         100 * f->macro_f1);
}

static void print_classes(const cli_metrics *m, const cli_figures *all) {
  printf("\n%-10s %9s %9s %9s   taken for: %9s %9s %9s\n", "class", "precision", "recall", "F1",
         "negative", "neutral", "positive");
  for (int k = 0; k < CLI_CLASSES; k++)
    printf("%-10s %9.1f %9.1f %9.1f              %9llu %9llu %9llu\n", cli_class_name(k),
           100 * all->precision[k], 100 * all->recall[k], 100 * all->f1[k],
           (unsigned long long)m->all.n[k][0], (unsigned long long)m->all.n[k][1],
           (unsigned long long)m->all.n[k][2]);
}

static void print_tables(const kt_model *model, const cli_metrics *m) {
  cli_figures all = cli_figures_of(&m->all);
  kt_span name = kt_model_name(model), version = kt_model_version(model);
  kt_span hash = kt_model_hash(model);
  printf("model %.*s %.*s, %.*s\n\n", (int)name.len, name.ptr, (int)version.len, version.ptr,
         (int)hash.len, hash.ptr);
  printf("%-10s %9s %9s %13s %9s\n", "in percent", "texts", "accuracy", "macro recall", "macro F1");
  print_row("all", &all);
  for (size_t i = 0; i < m->languages; i++) {
    cli_figures f = cli_figures_of(&m->by_language[i]);
    print_row(m->tags[i], &f);
  }
  if (m->languages > 1)
    printf("%-10s %9s %9s %13s %9.1f\n", "mean", "", "", "", 100 * cli_metrics_mean_f1(m));
  print_classes(m, &all);
  printf("\nexpected calibration error %.1f; %llu of %llu were called mixed (which counts as the "
         "greater of positive and negative), %llu out of its depth\n",
         100 * cli_metrics_ece(m), (unsigned long long)m->mixed, (unsigned long long)all.texts,
         (unsigned long long)m->out_of_depth);
}

static kt_status evaluate_file(const cli_plan *plan, kt_env *env, const kt_model *model,
                               const char *path, cli_metrics *m, kt_error *err) {
  const char *language = cli_plan_get(plan, CLI_LANGUAGE);
  cli_texts t = { .path = path, .labelled = 1 };
  int identify = cli_plan_flag(plan, CLI_IDENTIFY), more = 0;
  cli_text row;
  kt_status st = cli_texts_plan(&t, plan, err);
  if (st >= 0) st = cli_texts_open(&t, env, err);
  while (st >= 0 && (more = cli_texts_next(&t, &row, NULL, err)) > 0) {
    kt_span lang = row.lang, used;
    kt_score s;
    if (language) lang = (kt_span){ language, strlen(language) };
    kt_score_text(model, identify ? (kt_span){ NULL, 0 } : lang, row.text, &s, &used);
    cli_metrics_add(m, cli_label(row.label), lang, used, &s);
  }
  cli_texts_close(&t);
  return st < 0 ? st : more;
}

static int with_plan(cli_plan *plan, kt_env *env) {
  static cli_metrics m;
  const cli_list *files = &plan->values[CLI_FILES];
  kt_error err = { 0 };
  kt_model *model = NULL;
  kt_status st = KT_OK;
  size_t first = files->count > 1 ? 1 : 0;
  if (!files->count)
    st = cli_fail(&err, KT_EINVAL, "command",
                  "what shall be evaluated? kappatweet evaluate MODEL DATA...; `builtin` is the "
                  "model that is installed");
  const char *path =
      first && strcmp(files->items[0].text, "builtin") != 0 ? files->items[0].text : NULL;
  if (st >= 0) st = kt_model_open(env, path, &model, &err);
  for (size_t i = first; st >= 0 && i < files->count; i++)
    st = evaluate_file(plan, env, model, files->items[i].text, &m, &err);
  if (st >= 0 && !cli_figures_of(&m.all).texts)
    st = cli_fail(&err, KT_EINVAL, "command", "no text with a label in it");
  if (st >= 0 && cli_plan_flag(plan, CLI_JSON))
    print_json(model, &m);
  else if (st >= 0)
    print_tables(model, &m);
  kt_model_free(model);
  if (st >= 0) return cli_flush();
  cli_error(&err);
  return st == KT_EINVAL ? CLI_USAGE : CLI_FAILED;
}

int cli_evaluate(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_EVALUATE, argc, argv, env, with_plan);
}
