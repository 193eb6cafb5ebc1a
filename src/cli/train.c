/* SPDX-License-Identifier: Apache-2.0 */
/* kappatweet train: a model file from texts whose sentiment is known. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "results.h"
#include "texts.h"

/* ---- what the model says of itself */

typedef struct info {
  char *text;
  size_t len;
  FILE *out;
} info;

static void put_string(FILE *out, const char *s) {
  fputc('"', out);
  for (size_t n = strlen(s), len; n; s += len, n -= len) {
    int good = (len = cli_character(s, n)) != 0;
    if (!good) len = 1;
    if (*s == '"' || *s == '\\') fputc('\\', out);
    if (good && (unsigned char)*s >= 0x20) fwrite(s, 1, len, out);
    if (!good) fputs("\xEF\xBF\xBD", out);
  }
  fputc('"', out);
}

static void put_source(info *in, const char *path, const char *use, const cli_texts *t,
                       uint64_t taken) {
  const char *slash = strrchr(path, '/');
  fputs(ftell(in->out) > 0 ? ",{\"file\":" : "{\"file\":", in->out);
  put_string(in->out, slash ? slash + 1 : path);
  fprintf(in->out, ",\"use\":\"%s\",\"rows\":%llu,\"taken\":%llu}", use,
          (unsigned long long)t->rows, (unsigned long long)taken);
}

/* ---- texts */

typedef struct job {
  const cli_plan *plan;
  kt_env *env;
  kt_trainer *trainer;
  kt_model *installed; /* identifies languages; NULL: there is none */
  info sources;
  char *card; /* the user's own words, JSON */
  int tty;
} job;

static kt_status add_row(job *j, const cli_text *row, int validation, uint64_t *taken,
                         kt_error *err) {
  const char *language = cli_plan_get(j->plan, CLI_LANGUAGE);
  kt_span lang = language ? (kt_span){ language, strlen(language) } : row->lang;
  if (!lang.len && j->installed) lang = kt_language_detect(j->installed, row->text, NULL);
  kt_status st =
      validation
          ? kt_trainer_add_validation(j->trainer, cli_label(row->label), lang, row->text, err)
          : kt_trainer_add(j->trainer, cli_label(row->label), lang, row->text, err);
  *taken += st == KT_OK;
  return st;
}

static kt_status add_file(job *j, const char *path, int validation, kt_error *err) {
  cli_texts t = { .path = path, .labelled = 1 };
  cli_text row;
  int more = 0;
  uint64_t taken = 0;
  kt_status st = cli_texts_plan(&t, j->plan, err);
  if (st >= 0) st = cli_texts_open(&t, j->env, err);
  while (st >= 0 && (more = cli_texts_next(&t, &row, NULL, err)) > 0)
    if ((st = add_row(j, &row, validation, &taken, err)) == KT_EINVAL) {
      kt_error why = *err;
      cli_fail(err, KT_EINVAL, "train", "%.200s:%llu: %.200s", path, (unsigned long long)row.line,
               why.message);
    }
  if (st >= 0) st = more;
  if (st >= 0) {
    char rows[32], used[32];
    cli_number(t.rows, rows);
    cli_number(taken, used);
    cli_say("%s: %s rows, %s taken%s", path, rows, used, validation ? " to validate" : "");
    if (t.rows > taken + t.skipped)
      cli_say(", %llu were there already", (unsigned long long)(t.rows - taken - t.skipped));
    if (t.skipped) cli_say(", %llu not understood", (unsigned long long)t.skipped);
    cli_say("\n");
    put_source(&j->sources, path, validation ? "validation" : "training", &t, taken);
  }
  cli_texts_close(&t);
  return st;
}

/* ---- the trainer */

static kt_status make_trainer(job *j, kt_error *err) {
  const cli_list *sets = &j->plan->values[CLI_SET];
  const char *lexicon = cli_plan_get(j->plan, CLI_LEXICON);
  kt_conf *conf = NULL;
  kt_status st = kt_conf_new(j->env, kt_trainer_options(), &conf, err);
  if (st >= 0) st = kt_conf_set(conf, "name", "own", err); /* not to be taken for the shipped one */
  if (st >= 0 && lexicon) st = kt_conf_set(conf, "lexicon", lexicon, err);
  for (size_t i = 0; st >= 0 && i < sets->count; i++) {
    char name[128];
    const char *value;
    st = cli_split_pair(sets->items[i].text, name, &value, err);
    if (st >= 0) st = kt_conf_set(conf, name, value, err);
  }
  if (st >= 0) st = kt_trainer_new(j->env, conf, &j->trainer, err);
  kt_conf_free(conf);
  return st;
}

static int show(void *user, const kt_train_state *s) {
  const job *j = user;
  if (j->tty && s->total)
    fprintf(stderr, "\rtraining: %3u%%, loss %.4f   ", (unsigned)(s->done * 100 / s->total),
            s->loss);
  return 0;
}

/* The user's own words about the data: a JSON object, kept as it is under "card". */
static kt_status read_card(job *j, const char *path, kt_error *err) {
  char *text = malloc(1 << 20);
  FILE *in = fopen(path, "rb");
  kt_status st = KT_OK;
  kt_span whole = { NULL, 0 };
  if (!in) st = cli_fail(err, KT_EIO, "command", "cannot open %.200s: %s", path, strerror(errno));
  if (st >= 0 && !text) st = cli_fail(err, KT_ENOMEM, "command", "out of memory");
  size_t n = st >= 0 ? fread(text, 1, 1 << 20, in) : 0;
  if (st >= 0 && (kt_json_find((kt_span){ text, n }, "", &whole) < 0 || *whole.ptr != '{'))
    st = cli_fail(err, KT_EINVAL, "command", "%.200s is no JSON object", path);
  if (st >= 0 && !(j->card = strndup(whole.ptr, whole.len)))
    st = cli_fail(err, KT_ENOMEM, "command", "out of memory");
  if (in) fclose(in);
  free(text);
  return st;
}

static kt_status write_model(job *j, const kt_train_state *s, kt_error *err) {
  const char *out = cli_plan_get(j->plan, CLI_OUT);
  info all = { 0 };
  kt_status st = KT_OK;
  fflush(j->sources.out);
  all.out = open_memstream(&all.text, &all.len);
  if (!all.out) return cli_fail(err, KT_ENOMEM, "command", "out of memory");
  fprintf(all.out,
          "{\"trained_by\":\"kappatweet %s\",\"sources\":[%s],\"training_texts\":%llu,"
          "\"validation_texts\":%llu,\"validation\":{\"accuracy\":%.4f,\"macro_recall\":%.4f,"
          "\"macro_f1\":%.4f,\"ece\":%.4f}",
          kt_version(), j->sources.text ? j->sources.text : "", (unsigned long long)s->texts,
          (unsigned long long)s->validation, s->accuracy, s->macro_recall, s->macro_f1, s->ece);
  if (j->card) fprintf(all.out, ",\"card\":%s", j->card);
  fputc('}', all.out);
  if (ferror(j->sources.out) | ferror(all.out) | fclose(all.out))
    st = cli_fail(err, KT_ENOMEM, "command", "out of memory");
  if (st >= 0) st = kt_trainer_write(j->trainer, out, (kt_span){ all.text, all.len }, err);
  free(all.text);
  return st;
}

static void report(const job *j, const kt_train_state *s) {
  char texts[32], features[32], validation[32];
  cli_number(s->texts, texts);
  cli_number(s->features, features);
  cli_number(s->validation, validation);
  cli_say("trained on %s texts: %s weights\n", texts, features);
  if (!s->validation)
    cli_say("too few to set some aside: give --validation FILE to hear how well it does\n");
  else
    cli_say("on %s texts that it did not see: accuracy %.1f%%, macro recall %.1f, macro F1 %.1f, "
            "calibration error %.1f\n",
            validation, 100 * s->accuracy, 100 * s->macro_recall, 100 * s->macro_f1, 100 * s->ece);
  cli_say("wrote %s; try: kappatweet score --model %s --explain \"...\"\n",
          cli_plan_get(j->plan, CLI_OUT), cli_plan_get(j->plan, CLI_OUT));
}

static kt_status train(job *j, kt_error *err) {
  const cli_list *files = &j->plan->values[CLI_FILES], *val = &j->plan->values[CLI_VALIDATION];
  kt_train_state state = { .size = sizeof state };
  const char *card = cli_plan_get(j->plan, CLI_INFO);
  kt_error none;
  kt_status st = card ? read_card(j, card, err) : KT_OK;
  if (st >= 0) st = make_trainer(j, err);
  /* Without one, rows that tell no language are trained for none. */
  if (st >= 0 && kt_model_open(j->env, NULL, &j->installed, &none) == KT_ENOMEM)
    st = cli_fail(err, KT_ENOMEM, "command", "out of memory");
  for (size_t i = 0; st >= 0 && i < val->count; i++) st = add_file(j, val->items[i].text, 1, err);
  for (size_t i = 0; st >= 0 && i < files->count; i++)
    st = add_file(j, files->items[i].text, 0, err);
  if (st >= 0) st = kt_trainer_run(j->trainer, show, j, err);
  if (j->tty) fprintf(stderr, "\r%50s\r", "");
  if (st < 0) return st;
  kt_trainer_state(j->trainer, &state);
  st = write_model(j, &state, err);
  if (st >= 0) report(j, &state);
  return st;
}

static int with_plan(cli_plan *plan, kt_env *env) {
  job j = { .plan = plan, .env = env };
  kt_error err = { 0 };
  kt_status st = KT_OK;
  j.tty = isatty(STDERR_FILENO) && !cli_plan_flag(plan, CLI_QUIET);
  if (!plan->values[CLI_FILES].count || !cli_plan_get(plan, CLI_OUT))
    st =
        cli_fail(&err, KT_EINVAL, "command",
                 "kappatweet train DATA... --out MODEL: rows of label, language and text, or a CSV "
                 "file with the columns label and text");
  j.sources.out = open_memstream(&j.sources.text, &j.sources.len);
  if (st >= 0 && !j.sources.out) st = cli_fail(&err, KT_ENOMEM, "command", "out of memory");
  if (st >= 0) st = train(&j, &err);
  kt_trainer_free(j.trainer);
  kt_model_free(j.installed);
  free(j.card);
  if (j.sources.out) fclose(j.sources.out);
  free(j.sources.text);
  if (st >= 0) return CLI_DONE;
  cli_error(&err);
  return st == KT_EINVAL ? CLI_USAGE : CLI_FAILED;
}

int cli_train(int argc, char **argv, kt_env *env) {
  return cli_with_plan(CLI_TRAIN, argc, argv, env, with_plan);
}
