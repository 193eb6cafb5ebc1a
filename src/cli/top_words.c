/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet top-words: a sink that counts. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One list, or one for each sentiment. */
typedef struct word_list {
  const char *title; /* "positive"; NULL: of all posts */
  int32_t label;
  kt_topwords *words;
  uint64_t posts;
} word_list;

enum { LISTS = 4 };

typedef struct counter {
  word_list lists[LISTS];
  size_t count;
  const char *langs; /* "es,en" or NULL */
} counter;

static int listed(const char *langs, kt_span lang) {
  while (langs && *langs) {
    size_t n = strcspn(langs, ",");
    if (lang.ptr && n == lang.len && !memcmp(langs, lang.ptr, n)) return 1;
    langs += n + (langs[n] == ',');
  }
  return 0;
}

static kt_status words_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                            kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}

static word_list *list_of(counter *c, const kt_score *score) {
  for (size_t i = 0; i < c->count; i++)
    if (!c->lists[i].title || (score && c->lists[i].label == score->label)) return &c->lists[i];
  return NULL;
}

static int count_one(counter *c, const kt_record *r, const kt_score *score) {
  if (r->kind != KT_POST || (c->langs && !listed(c->langs, r->lang))) return 1;
  word_list *list = list_of(c, score);
  if (!list) return 1;
  if (kt_topwords_add(list->words, r->lang, r->text) < 0) return 0;
  list->posts++;
  return 1;
}

/* A record that was counted is not owed again when memory is short for the next one. */
static kt_status words_submit(void *self, kt_delivery *d, kt_error *err) {
  size_t n = kt_delivery_pending(d, NULL, 0), i = 0;
  uint32_t *owed = malloc(n ? n * sizeof *owed : 1);
  if (!owed) return cli_fail(err, KT_ENOMEM, "top-words", "out of memory");
  kt_delivery_pending(d, owed, n);
  const kt_batch *b = kt_delivery_batch(d);
  for (; i < n && count_one(self, kt_batch_record(b, owed[i]), kt_batch_score(b, owed[i])); i++)
    kt_delivery_mark(d, owed[i], KT_DELIVERED, NULL);
  free(owed);
  kt_delivery_done(d, KT_RETRY, NULL);
  return KT_OK;
}

static void words_close(void *self) {
  (void)self;
}

static const kt_sink_ops words_sink = { .size = sizeof words_sink,
                                        .name = "words",
                                        .options = "\t\t\t\t\t\tCounts words\n",
                                        .open = words_open,
                                        .submit = words_submit,
                                        .close = words_close };

static void print_json(const word_list *l, const kt_topword *words, size_t n) {
  printf("{\"posts\":%llu,\"exact\":%s,\"words\":[", (unsigned long long)l->posts,
         kt_topwords_exact(l->words) ? "true" : "false");
  for (size_t i = 0; i < n; i++) {
    fputs(i ? ",{\"word\":" : "{\"word\":", stdout);
    cli_json_string(words[i].word.ptr, words[i].word.len);
    printf(",\"count\":%llu,\"error\":%llu}", (unsigned long long)words[i].count,
           (unsigned long long)words[i].error);
  }
  fputs("]}", stdout);
}

static void print_table(const word_list *l, const kt_topword *words, size_t n) {
  char count[32], posts[32];
  cli_number(l->posts, posts);
  if (l->title) printf("%s (%s posts)\n", l->title, posts);
  for (size_t i = 0; i < n; i++) {
    cli_number(words[i].count, count);
    printf("%3zu  %12s  %.*s", i + 1, count, (int)words[i].word.len, words[i].word.ptr);
    if (words[i].error) printf("  (at most %llu too high)", (unsigned long long)words[i].error);
    putchar('\n');
  }
  if (l->title) putchar('\n');
  const char *bounds = kt_topwords_exact(l->words) ? "" : "; counts are upper bounds";
  cli_say("words of %s %s%sposts%s\n", posts, l->title ? l->title : "", l->title ? " " : "",
          bounds);
}

static int print(const counter *c, const cli_plan *plan) {
  const char *given = cli_plan_get(plan, CLI_COUNT);
  size_t want = given ? (size_t)cli_count(given) : 20;
  int json = cli_plan_flag(plan, CLI_JSON), several = c->count > 1;
  kt_topword *words = calloc(want ? want : 1, sizeof *words);
  if (!words) {
    kt_error err;
    cli_fail(&err, KT_ENOMEM, "command", "out of memory");
    cli_error(&err);
    return CLI_FAILED;
  }
  for (size_t i = 0; i < c->count; i++) {
    const word_list *l = &c->lists[i];
    size_t n = kt_topwords_list(l->words, words, want);
    if (json && several) printf("%s\"%s\":", i ? "," : "{", l->title);
    if (json)
      print_json(l, words, n);
    else
      print_table(l, words, n);
  }
  if (json) puts(several ? "}" : "");
  free(words);
  return cli_flush();
}

static int count(cli_plan *plan, kt_parts *parts, counter *c, kt_error *err) {
  kt_pipeline *p = NULL;
  if (cli_pipeline(plan, parts, &p, err) < 0) {
    cli_error(err);
    return CLI_USAGE;
  }
  cli_drive d = { .pipeline = p,
                  .progress = !cli_plan_flag(plan, CLI_QUIET) && isatty(STDERR_FILENO) };
  kt_stats s = { .size = sizeof s };
  kt_status st = cli_drive_run(&d, err);
  kt_pipeline_stats(p, &s);
  kt_pipeline_free(p);
  if (s.dead)
    cli_say("%llu set aside: `kappatweet run` keeps them with the reason\n",
            (unsigned long long)s.dead);
  if (d.interrupted) return CLI_INTERRUPTED;
  if (st >= 0) return print(c, plan);
  cli_error(err);
  return CLI_FAILED;
}

static kt_status make_lists(const cli_plan *plan, kt_env *env, counter *c, kt_error *err) {
  static const word_list by[] = { { "positive", KT_LABEL_POSITIVE, NULL, 0 },
                                  { "negative", KT_LABEL_NEGATIVE, NULL, 0 },
                                  { "neutral", KT_LABEL_NEUTRAL, NULL, 0 },
                                  { "mixed", KT_LABEL_MIXED, NULL, 0 } };
  const char *wanted = cli_plan_get(plan, CLI_BY);
  kt_status st = KT_OK;
  c->count = 1;
  if (wanted && strcmp(wanted, "sentiment") != 0)
    return cli_fail(err, KT_EINVAL, "command", "--by knows sentiment only, not '%.40s'", wanted);
  if (wanted) memcpy(c->lists, by, sizeof by);
  if (wanted) c->count = LISTS;
  for (size_t i = 0; st >= 0 && i < c->count; i++)
    st = kt_topwords_new(env, 0, &c->lists[i].words, err);
  return st;
}

static kt_status fill_plan(cli_plan *plan, kt_error *err) {
  const char *n = cli_plan_get(plan, CLI_COUNT);
  if (n && (cli_count(n) < 0 || cli_count(n) > 1000000))
    return cli_fail(err, KT_EINVAL, "command",
                    "-n takes a number of words up to 1000000, not '%.40s'", n);
  kt_status st = cli_plan_add(plan, CLI_TO, "words:", 0, err);
  if (st >= 0 && cli_plan_get(plan, CLI_BY) && !cli_plan_get(plan, CLI_SCORE))
    st = cli_plan_add(plan, CLI_SCORE, "builtin:", 0, err);
  /* Whoever only counts wants no files. */
  if (st >= 0 && !cli_plan_get(plan, CLI_DEAD_LETTER))
    st = cli_plan_add(plan, CLI_DEAD_LETTER, "null:", 0, err);
  return st;
}

static int with_plan(cli_plan *plan, kt_env *env) {
  kt_error err = { 0 };
  kt_parts *parts = NULL;
  counter c = { .langs = cli_plan_get(plan, CLI_LANG) };
  int code = CLI_USAGE;
  kt_status st = fill_plan(plan, &err);
  if (st >= 0) st = cli_parts(plan, env, &parts, &err);
  if (st >= 0) st = make_lists(plan, env, &c, &err);
  if (st >= 0) st = kt_parts_add_sink(parts, &words_sink, &c, &err);
  if (st >= 0) code = count(plan, parts, &c, &err);
  if (st < 0) cli_error(&err);
  for (size_t i = 0; i < LISTS; i++) kt_topwords_free(c.lists[i].words);
  kt_parts_free(parts);
  return code;
}

int cli_top_words(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_TOP_WORDS, argc, argv, env, with_plan);
}
