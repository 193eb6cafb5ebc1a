/* SPDX-License-Identifier: Apache-2.0 */
/* Scores each argument with the model that is installed with the library, and says of the first
 * which of its words speak for what. */
#include <stdio.h>

#include <kappatweet/kappatweet.h>

static const char *label_name(int32_t label) {
  switch (label) {
  case KT_LABEL_POSITIVE:
    return "positive";
  case KT_LABEL_NEGATIVE:
    return "negative";
  case KT_LABEL_NEUTRAL:
    return "neutral";
  default:
    return "mixed";
  }
}

static void score(const kt_model *model, kt_span text) {
  kt_score s;
  kt_span lang;
  kt_score_text(model, kt_span_of(""), text, &s, &lang); /* "": the language is identified */
  printf("%-8s %.3f %.3f %.3f %.*s%s\n", label_name(s.label), s.positive, s.negative, s.neutral,
         (int)lang.len, lang.ptr ? lang.ptr : "",
         s.flags & KT_SCORE_OUT_OF_DEPTH ? " (out of depth)" : "");
}

/* The ten that weigh most. */
static void explain(const kt_model *model, kt_span text) {
  kt_score s;
  kt_score_term terms[10];
  size_t n = kt_score_explain(model, kt_span_of(""), text, &s, NULL, terms, 10);
  for (size_t i = 0; i < n; i++) {
    const kt_score_term *t = &terms[i];
    kt_span shown = t->kind == KT_TERM_OVERALL ? kt_span_of("(overall)") : t->text;
    printf("  %+.2f %+.2f %+.2f %.*s%s\n", (double)t->positive, (double)t->negative,
           (double)t->neutral, (int)shown.len, shown.ptr,
           t->flags & KT_TERM_NEGATED ? " (negated)" : "");
  }
}

int main(int argc, char **argv) {
  kt_env *env = NULL;
  kt_model *model = NULL;
  kt_error err = { 0 };
  kt_status st = kt_env_new(NULL, &env, &err);
  if (st == KT_OK) st = kt_model_open(env, NULL, &model, &err);
  if (st == KT_OK) {
    for (int i = 1; i < argc; i++) score(model, kt_span_of(argv[i]));
    if (argc > 1) explain(model, kt_span_of(argv[1]));
  } else {
    fprintf(stderr, "%s\n", err.message);
  }
  kt_model_free(model);
  kt_env_free(env);
  return st == KT_OK ? 0 : 1;
}
