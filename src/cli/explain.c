/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet score --explain: which words speak for which sentiment, and how loudly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

enum { TERMS = 64, BAR = 20 };

static const char *kind_of(const kt_score_term *t) {
  switch (t->kind) {
  case KT_TERM_HASHTAG:
    return "hashtag";
  case KT_TERM_EMOJI:
    return "emoji";
  case KT_TERM_PHRASE:
    return "phrase";
  case KT_TERM_OTHER:
    return "other";
  case KT_TERM_OVERALL:
    return "overall";
  default:
    return "word";
  }
}

static void print_json(kt_span lang, const kt_score *s, const kt_score_term *terms, size_t n) {
  putchar('{');
  cli_json_score(lang, s);
  fputs(",\"terms\":[", stdout);
  for (size_t i = 0; i < n; i++) {
    const kt_score_term *t = &terms[i];
    printf("%s{\"text\":", i ? "," : "");
    cli_json_string(t->text.ptr, t->text.len);
    printf(",\"start\":%zu,\"kind\":\"%s\",\"negated\":%s,\"lexicon\":%s,\"positive\":%.4f,"
           "\"negative\":%.4f,\"neutral\":%.4f}",
           t->start, kind_of(t), t->flags & KT_TERM_NEGATED ? "true" : "false",
           t->flags & KT_TERM_LEXICON ? "true" : "false", (double)t->positive, (double)t->negative,
           (double)t->neutral);
  }
  puts("]}");
}

/* How far it leans from negative to positive. */
static double lean(const kt_score_term *t) {
  return (double)t->positive - (double)t->negative;
}

static double size_of(double v) {
  return v < 0 ? -v : v;
}

static void print_bar(double v, double greatest) {
  char left[BAR + 1], right[BAR + 1];
  int n = greatest > 0 ? (int)(size_of(v) / greatest * BAR + 0.5) : 0;
  memset(left, ' ', BAR);
  memset(right, ' ', BAR);
  left[BAR] = right[BAR] = '\0';
  if (v < 0)
    memset(left + BAR - n, '-', (size_t)n);
  else
    memset(right, '+', (size_t)n);
  printf("%s|%s", left, right);
}

static int by_lean(const void *a, const void *b) {
  double x = size_of(lean(a)), y = size_of(lean(b));
  return (x < y) - (x > y);
}

/* Less says nothing: it is rounding to whoever reads. */
static const double LEAST = 0.05;

static void print_terms(kt_score_term *terms, size_t n) {
  size_t shown = 0;
  double rest = 0;
  qsort(terms, n, sizeof *terms, by_lean);
  double greatest = n ? size_of(lean(&terms[0])) : 0;
  printf("%*snegative | positive   (how far a piece moves the odds, as a logarithm)\n", BAR - 9,
         "");
  for (; shown < n && size_of(lean(&terms[shown])) >= LEAST; shown++) {
    const kt_score_term *t = &terms[shown];
    print_bar(lean(t), greatest);
    printf(" %+6.2f  ", lean(t));
    if (t->text.len)
      cli_put_line(t->text.ptr, t->text.len, 100);
    else
      fputs("beside the words", stdout);
    printf(" (%s%s%s)\n", t->text.len ? kind_of(t) : "form of the text, sums of the lexicon",
           t->flags & KT_TERM_LEXICON ? ", in the lexicon" : "",
           t->flags & KT_TERM_NEGATED ? ", behind a negation" : "");
  }
  for (size_t i = shown; i < n; i++) rest += lean(&terms[i]);
  if (shown < n) printf("%*s %+6.2f  %zu smaller ones\n", 2 * BAR + 1, "", rest, n - shown);
}

static void print_text(kt_span lang, const kt_score *s, kt_score_term *terms, size_t n) {
  printf("%s: positive %.1f%%, negative %.1f%%, neutral %.1f%%, mixed %.1f%%; language %.*s\n",
         cli_label_name(s->label), 100 * (double)s->positive, 100 * (double)s->negative,
         100 * (double)s->neutral, 100 * (double)s->mixed, lang.ptr ? (int)lang.len : 7,
         lang.ptr ? lang.ptr : "unknown");
  if (s->flags & KT_SCORE_OUT_OF_DEPTH)
    puts("The model is out of its depth here: it knows too little of this text to be trusted.");
  if (n) print_terms(terms, n);
}

int cli_explain(const cli_plan *plan, kt_env *env, const char *text) {
  const char *language = cli_plan_get(plan, CLI_LANGUAGE);
  int given = language && !cli_plan_flag(plan, CLI_IDENTIFY);
  kt_span lang = { given ? language : NULL, given ? strlen(language) : 0 }, used = { NULL, 0 };
  kt_score_term terms[TERMS];
  kt_score s;
  kt_error err = { 0 };
  kt_model *model;
  if (kt_model_open(env, cli_plan_get(plan, CLI_MODEL), &model, &err) < 0) {
    cli_error(&err);
    return CLI_FAILED;
  }
  size_t n =
      kt_score_explain(model, lang, (kt_span){ text, strlen(text) }, &s, &used, terms, TERMS);
  if (cli_plan_flag(plan, CLI_JSON))
    print_json(used, &s, terms, n);
  else
    print_text(used, &s, terms, n);
  kt_model_free(model);
  return cli_flush();
}
