/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: training a model, and using one. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "oom.h"

static const char text[] =
    "not a good day :( but I LOVE #sunny mornings \xF0\x9F\x98\x80 https://t.co/x";

static void make_lexicon(oom *o) {
  static const char lines[] = "good\tvalence\t2\nbad\tvalence\t-2\n";
  oom_write(oom_made(o, "en.tsv"), lines, sizeof lines - 1);
}

static kt_status add_texts(oom *o, kt_trainer *t) {
  static const char *const says[] = { "", "a good day and a lovely morning", "bad and ugly weather",
                                      "the train leaves at noon" };
  kt_status st = KT_OK;
  for (int i = 0; st >= 0 && i < 120; i++) {
    char line[100];
    int label = 1 + i % 3;
    snprintf(line, sizeof line, "%s in town %c%c", says[label], 'a' + i % 26, 'a' + i / 26);
    kt_span lang = kt_span_of(i % 4 ? "en" : "es");
    st = i < 15 ? TRY(o, kt_trainer_add_validation(t, label, lang, kt_span_of(line), &o->err))
                : TRY(o, kt_trainer_add(t, label, lang, kt_span_of(line), &o->err));
  }
  return st;
}

static kt_status new_trainer(oom *o, kt_trainer **t) {
  kt_conf *c = NULL;
  kt_status st = TRY(o, kt_conf_new(o->env, kt_trainer_options(), &c, &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set(c, "table", "10", &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set(c, "seeds", "1", &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set(c, "passes", "1", &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set(c, "lexicon", o->made, &o->err));
  if (st == KT_OK) st = TRY(o, kt_trainer_new(o->env, c, t, &o->err));
  if (c) kt_conf_free(c);
  return st;
}

/* A second run of one trainer is refused, so one that fails is begun anew with the texts. */
static kt_status train_once(oom *o, kt_trainer **t) {
  kt_status st = new_trainer(o, t);
  if (st >= 0) st = add_texts(o, *t);
  if (st >= 0) st = kt_trainer_run(*t, NULL, NULL, &o->err);
  if (st >= 0) return st;
  kt_trainer_free(*t);
  *t = NULL;
  return st;
}

static kt_status train(oom *o, const char *path) {
  kt_trainer *t = NULL;
  kt_buf *b = NULL;
  kt_train_state state = { .size = sizeof state };
  kt_status st = TRY(o, train_once(o, &t));
  if (st >= 0) st = TRY(o, kt_buf_new(o->env, &b, &o->err));
  if (st >= 0) st = TRY(o, kt_trainer_encode(t, kt_span_of("{\"from\":\"here\"}"), b, &o->err));
  if (st >= 0) st = TRY(o, kt_trainer_write(t, path, kt_span_of("{\"from\":\"here\"}"), &o->err));
  if (st >= 0) {
    unsigned long sum = 0;
    for (size_t i = 0; i < kt_buf_bytes(b).len; i++)
      sum = sum * 31 + (unsigned char)kt_buf_bytes(b).ptr[i];
    kt_trainer_state(t, &state);
    oom_note(o, "%zu bytes, %lx; %llu texts, %llu features\n", kt_buf_bytes(b).len, sum,
             (unsigned long long)state.texts, (unsigned long long)state.features);
  }
  if (b) kt_buf_free(b);
  kt_trainer_free(t);
  return st < 0 ? st : KT_OK;
}

static kt_status trainer(oom *o) {
  return train(o, oom_path(o, "model.ktm"));
}

static void make_model(oom *o) {
  char path[400];
  snprintf(path, sizeof path, "%s", oom_made(o, "model.ktm"));
  make_lexicon(o);
  if (train(o, path) < 0) oom_wrong(o, "no model: %s", o->err.message);
}

static void note_scores(oom *o, const kt_model *m) {
  kt_score score;
  kt_score_term terms[20];
  kt_span used;
  char tag[4];
  float sure;
  kt_score_text(m, kt_span_of("en-GB"), kt_span_of(text), &score, &used);
  kt_score_language(&score, tag);
  oom_note(o, "%d %g %g %s ", score.label, score.positive, score.negative, tag);
  oom_note_span(o, used);
  size_t n = kt_score_explain(m, (kt_span){ NULL, 0 }, kt_span_of(text), &score, &used, terms, 20);
  for (size_t i = 0; i < n; i++) {
    oom_note(o, "%u %u %g ", terms[i].kind, terms[i].flags, terms[i].positive);
    oom_note_span(o, terms[i].text);
  }
  oom_note_span(o, kt_language_detect(m, kt_span_of(text), &sure));
}

static void note_model(oom *o, const kt_model *m) {
  oom_note_span(o, kt_model_name(m));
  oom_note_span(o, kt_model_version(m));
  oom_note_span(o, kt_model_hash(m));
  oom_note_span(o, kt_model_info(m));
  oom_note_span(o, kt_model_language(m, 0));
  oom_note(o, "%d\n", kt_model_path(m).ptr != NULL);
  note_scores(o, m);
}

static kt_status model(oom *o) {
  kt_model *m = NULL;
  kt_status st = TRY(o, kt_model_open(o->env, oom_made(o, "model.ktm"), &m, &o->err));
  if (st == KT_OK) note_model(o, m);
  kt_model_free(m);
  return st;
}

static kt_status model_of_bytes(oom *o) {
  static _Alignas(16) char bytes[4 << 20];
  kt_model *m = NULL;
  int fd = open(oom_made(o, "model.ktm"), O_RDONLY);
  ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
  if (fd >= 0) close(fd);
  if (n < 0) {
    oom_wrong(o, "cannot read the model");
    return KT_EIO;
  }
  kt_span all = { bytes, (size_t)n };
  kt_status st = TRY(o, kt_model_from_bytes(o->env, all, &m, &o->err));
  if (st == KT_OK) note_model(o, m);
  kt_model_free(m);
  return st;
}

const oom_scenario oom_score[] = {
  { .name = "trainer", .run = trainer, .prepare = make_lexicon, .costly = 1 },
  { .name = "model", .run = model, .prepare = make_model },
  { .name = "model-bytes", .run = model_of_bytes, .prepare = make_model },
  { 0 }
};
