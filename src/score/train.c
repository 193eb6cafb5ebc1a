/* SPDX-License-Identifier: Apache-2.0 */
/* Collects texts; the steps of training in order. */
#include "score/train.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/span.h"
#include "score/language.h"
#include "score/pieces.h"
#include "score/score_text.h"

#define WHERE "train"

/* The recipe that cross-validation chose; see docs/model-card.md. */
static const char options[] =
    "\t\t\t\t\t\ttrains the model of kt_score_text() from labelled texts\n"
    "name\tstring\t\tbuiltin\t\t\tname of the model, up to 31 bytes\n"
    "version\tstring\t\t1\t\t\tversion of the model, up to 31 bytes\n"
    "lexicon\tpath\t\t\t\t\tfolder of lists such as en.tsv; not set: the lexicon of the model that "
    "is "
    "installed with the library\n"
    "seed\tint\t\t1\t\t\tanother number gives another model of the same quality\n"
    "passes\tint\t\t3\t1\t100\ttimes that each text is learned from\n"
    "seeds\tint\t\t6\t1\t32\tmodels that are averaged\n"
    "step\tfloat\t\t0.03\t0.0001\t10\tfirst step of AdaGrad; falls to 0 in a line\n"
    "dropout\tfloat\t\t0.3\t0\t0.95\tshare of a text's features that is left out each time\n"
    "min-count\tint\t\t2\t1\t3\tfeatures seen less often are not learned\n"
    "table\tint\tbits\t20\t8\t20\tsize of the table of weights, as a power of two\n"
    "validation\tfloat\t\t0.05\t0\t0.9\tshare of the texts that is set aside, if none were added "
    "for "
    "validation\n"
    "refit\tbool\t\tfalse\t\t\twhen all is measured, learn again with the validation texts too; "
    "the "
    "figures remain those from before\n"
    "weights\tstring\t\t\t\t\thow much the texts of a language count, such as en=0.3,hi=0.05; "
    "others "
    "count 1\n";

const char *kt_trainer_options(void) {
  return options;
}

static kt_status copy_name(char out[32], const char *name, const char *what, kt_error *err) {
  size_t n = name ? strlen(name) : 0;
  if (!n || n > 31) return kt_fail(err, KT_EINVAL, 0, WHERE, "%s: 1 to 31 bytes are wanted", what);
  memcpy(out, name, n + 1);
  return KT_OK;
}

static kt_status take_options(kt_trainer *t, const kt_conf *c, kt_error *err) {
  kt_train_options *o = &t->set;
  o->seed = (uint64_t)kt_conf_int(c, "seed");
  o->passes = (int)kt_conf_int(c, "passes");
  o->seeds = (int)kt_conf_int(c, "seeds");
  o->log2 = (int)kt_conf_int(c, "table");
  o->min_count = (int)kt_conf_int(c, "min-count");
  o->step = (float)kt_conf_float(c, "step");
  o->dropout = (float)kt_conf_float(c, "dropout");
  o->validation = kt_conf_float(c, "validation");
  o->refit = (int)kt_conf_int(c, "refit");
  for (int i = 0; i <= KT_MODEL_LANGUAGES; i++) o->weight[i] = 1;
  const char *weights = kt_conf_string(c, "weights");
  if (weights && !(t->weights = kt_strdup(t->env, weights))) return kt_fail_nomem(err, WHERE);
  kt_status st = copy_name(t->params.name, kt_conf_string(c, "name"), "name", err);
  if (st == KT_OK) st = copy_name(t->params.version, kt_conf_string(c, "version"), "version", err);
  return st;
}

/* The lexicon of the installed model; without one, none. */
static kt_status borrow_lexicon(kt_trainer *t, kt_error *err) {
  kt_model *m = NULL;
  kt_error why = { 0 };
  kt_status st = kt_model_open(t->env, NULL, &m, &why);
  if (st == KT_EIO) return kt_train_lexicon(t, NULL, err); /* there is none */
  if (st < 0 && err) *err = why;
  if (st < 0) return st;
  const char *table = (const char *)m->lexicon.table;
  size_t before = 16 + ((size_t)1 << (KT_LEX_BLOOM_BITS - 3));
  size_t n = before + (sizeof(kt_lex_entry) << (32 - m->lexicon.shift));
  st = kt_buf_put(&t->lexicon, table - before, n);
  kt_model_free(m);
  return st < 0 ? kt_fail_nomem(err, WHERE) : KT_OK;
}

static kt_status prepare(kt_trainer *t, const kt_conf *conf, kt_error *err) {
  kt_status st = take_options(t, conf, err);
  if (st < 0) return st;
  t->chars = kt_env_alloc(t->env, KT_CHARS * sizeof *t->chars);
  if (!t->chars) return kt_fail_nomem(err, WHERE);
  kt_chars_build(t->chars);
  const char *folder = kt_conf_string(conf, "lexicon");
  st = folder ? kt_train_lexicon(t, folder, err) : borrow_lexicon(t, err);
  if (st < 0) return st;
  kt_lexicon_read(&t->words, kt_span_make(t->lexicon.ptr, t->lexicon.len));
  return KT_OK;
}

kt_status kt_trainer_new(const kt_env *env, const kt_conf *conf, kt_trainer **out, kt_error *err) {
  kt_conf *defaults = NULL;
  if (!env || !out) return kt_fail(err, KT_EINVAL, 0, WHERE, "env and out are required");
  kt_trainer *t = kt_zalloc(env, sizeof *t);
  if (!t) return kt_fail_nomem(err, WHERE);
  t->env = kt_env_ref(env);
  kt_arena_init(&t->arena, env, 1 << 20);
  kt_buf_init(&t->lexicon, t->env);
  kt_buf_init(&t->table, t->env);
  kt_buf_init(&t->signals, t->env);
  kt_buf_init(&t->language, t->env);
  kt_status st = conf ? KT_OK : kt_conf_new(env, options, &defaults, err);
  if (st == KT_OK) st = prepare(t, conf ? conf : defaults, err);
  kt_conf_free(defaults);
  if (st < 0) {
    kt_trainer_free(t);
    return st;
  }
  *out = t;
  return KT_OK;
}

void kt_trainer_free(kt_trainer *t) {
  if (!t) return;
  kt_env *env = t->env;
  kt_strfree(env, t->weights);
  kt_arena_free(&t->arena);
  kt_buf_clear(&t->lexicon);
  kt_buf_clear(&t->table);
  kt_buf_clear(&t->signals);
  kt_buf_clear(&t->language);
  if (t->chars) kt_env_release(env, t->chars, KT_CHARS * sizeof *t->chars);
  kt_env_release(env, t->texts, t->cap * sizeof *t->texts);
  kt_env_release(env, t->seen, t->seen_cap * sizeof *t->seen);
  kt_env_release(env, t, sizeof *t);
  kt_env_free(env);
}

/* The number of a language, a new one if need be; -1: none given. */
static kt_status number_of(kt_trainer *t, kt_span lang, int *out, kt_error *err) {
  const kt_model view = { .params = &t->params };
  size_t n = kt_score_first_part(lang).len;
  *out = -1;
  if (kt_score_tells_no_language(lang)) return KT_OK;
  int known = kt_model_find_language(&view, lang);
  if (known >= 0) {
    *out = known;
    return KT_OK;
  }
  for (size_t i = 0; i < n; i++)
    if (n < 2 || n >= KT_MODEL_TAG || (lang.ptr[i] | 32) < 'a' || (lang.ptr[i] | 32) > 'z')
      return kt_fail(err, KT_EINVAL, 0, WHERE,
                     "\"%.*s\" is no language: write two or three letters such as en",
                     (int)(n < 40 ? n : 40), lang.ptr);
  if (t->params.languages == KT_MODEL_LANGUAGES)
    return kt_fail(err, KT_EINVAL, 0, WHERE, "more than %d languages", (int)KT_MODEL_LANGUAGES);
  *out = (int)t->params.languages++;
  for (size_t i = 0; i < n; i++) t->params.tags[*out][i] = (char)(lang.ptr[i] | 32);
  return KT_OK;
}

/* Of words and emoji, so that copies with other names and links are found; of the bytes where there
 * are few words. */
static uint64_t text_hash(const kt_trainer *t, kt_span text) {
  kt_letters l;
  kt_piece p;
  uint64_t h = 0x4B54;
  size_t words = 0;
  for (size_t at = 0; at < text.len;) {
    if (!kt_piece_next(t->chars, text, &at, &p, &l)) continue;
    if (p.kind == KT_PIECE_PUNCT || p.kind == KT_PIECE_LINK || p.kind == KT_PIECE_USER) continue;
    h = kt_hash(&p.hash, sizeof p.hash, h).lo;
    words++;
  }
  if (words < 3) h = kt_hash(text.ptr, text.len, h).lo;
  return h ? h : 1;
}

static int grow_seen(kt_trainer *t) {
  size_t cap = t->seen_cap ? 2 * t->seen_cap : 4096;
  uint64_t *table = kt_zalloc(t->env, cap * sizeof *table);
  if (!table) return -1;
  for (size_t i = 0; i < t->seen_cap; i++) {
    if (!t->seen[i]) continue;
    size_t k = t->seen[i] & (cap - 1);
    while (table[k]) k = (k + 1) & (cap - 1);
    table[k] = t->seen[i];
  }
  kt_env_release(t->env, t->seen, t->seen_cap * sizeof *t->seen);
  t->seen = table;
  t->seen_cap = cap;
  return 0;
}

/* Where the hash is, or has its place. */
static uint64_t *find_seen(kt_trainer *t, uint64_t hash) {
  size_t k = hash & (t->seen_cap - 1);
  while (t->seen[k] && t->seen[k] != hash) k = (k + 1) & (t->seen_cap - 1);
  return &t->seen[k];
}

static kt_status add(kt_trainer *t, int32_t label, kt_span lang, kt_span text, int validation,
                     kt_error *err) {
  int number;
  if (t->ran) return kt_fail(err, KT_ESTATE, 0, WHERE, "texts come before kt_trainer_run()");
  if (label < KT_LABEL_POSITIVE || label > KT_LABEL_NEUTRAL)
    return kt_fail(err, KT_EINVAL, 0, WHERE,
                   "the label must be positive, negative or neutral (1, 2, 3)");
  if (!text.ptr) text = KT_LIT("");
  kt_status st = number_of(t, lang, &number, err);
  if (st < 0) return st;
  if (2 * (t->seen_count + 1) > t->seen_cap && grow_seen(t)) return kt_fail_nomem(err, WHERE);
  uint64_t hash = text_hash(t, text), *seen = find_seen(t, hash);
  if (*seen) return KT_END;
  if (kt_grow(t->env, &t->texts, &t->cap, t->count + 1, sizeof *t->texts))
    return kt_fail_nomem(err, WHERE);
  kt_span copy = kt_arena_copy(&t->arena, text);
  if (!copy.ptr) return kt_fail_nomem(err, WHERE);
  *seen = hash;
  t->seen_count++;
  t->texts[t->count++] =
      (kt_train_text){ copy, (int8_t)number, (uint8_t)(label - 1), (uint8_t)validation };
  return KT_OK;
}

kt_status kt_trainer_add(kt_trainer *t, int32_t label, kt_span lang, kt_span text, kt_error *err) {
  return add(t, label, lang, text, 0, err);
}

kt_status kt_trainer_add_validation(kt_trainer *t, int32_t label, kt_span lang, kt_span text,
                                    kt_error *err) {
  return add(t, label, lang, text, 1, err);
}

void kt_train_features(const kt_trainer *t, kt_features *f, int lang) {
  f->chars = t->chars;
  f->lexicon = t->words;
  f->lang = lang;
  f->words_of = lang < 0 ? 0 : kt_lex_language(t->params.tags[lang]);
  f->else_of = lang < 0 ? 0 : kt_lex_language(t->params.words_else[lang]);
  f->other = lang >= 0 && t->params.other >> lang & 1;
  f->ahead = NULL;
  f->ahead_shift = 12;
}

/* Hindi posts are full of English words; only English has the other lexicon. */
static void set_languages(kt_trainer *t) {
  for (uint32_t i = 0; i < t->params.languages; i++) {
    int english = !strcmp(t->params.tags[i], "en"), hindi = !strcmp(t->params.tags[i], "hi");
    if (english || hindi) t->params.other |= 1ull << i;
    if (hindi) memcpy(t->params.words_else[i], "en", 3);
  }
}

static kt_status bad_weights(const kt_trainer *t, kt_error *err) {
  return kt_fail(err, KT_EINVAL, 0, WHERE,
                 "weights \"%.60s\" are not like en=0.3,hi=0.05, each at most 1000", t->weights);
}

static kt_status take_weights(kt_trainer *t, kt_error *err) {
  const kt_model view = { .params = &t->params };
  for (const char *p = t->weights; p && *p;) {
    const char *tag = p;
    while (*p && *p != '=') p++;
    if (!*p || p == tag) return bad_weights(t, err);
    int lang = kt_model_find_language(&view, kt_span_make(tag, (size_t)(p - tag)));
    float value = 0, unit = 1;
    const char *digits = ++p;
    for (; (*p >= '0' && *p <= '9') || *p == '.'; p++) {
      if (*p == '.') {
        if (unit < 1) return bad_weights(t, err);
        unit = 0.1f;
      } else if (unit == 1) {
        value = value * 10 + (float)(*p - '0');
      } else {
        value += (float)(*p - '0') * unit;
        unit *= 0.1f;
      }
    }
    if (p == digits || (*p && *p != ',') || value > 1000) return bad_weights(t, err);
    if (*p == ',') p++;
    if (lang >= 0) t->set.weight[lang] = value;
  }
  return KT_OK;
}

/* A text is set aside by its own hash, whatever came before it. */
static void choose_validation(kt_trainer *t) {
  size_t n = 0;
  for (size_t i = 0; i < t->count; i++) n += t->texts[i].validation;
  if (n) return;
  uint64_t below = (uint64_t)(t->set.validation * 0x1p32);
  for (size_t i = 0; i < t->count; i++)
    t->texts[i].validation =
        kt_hash(t->texts[i].text.ptr, t->texts[i].text.len, t->set.seed).hi >> 32 < below;
}

static kt_status count_texts(kt_trainer *t, kt_error *err) {
  static const char *const labels[] = { "positive", "negative", "neutral" };
  size_t n[3] = { 0 };
  t->state.texts = t->state.validation = 0;
  for (size_t i = 0; i < t->count; i++) {
    if (t->texts[i].validation) {
      t->state.validation++;
    } else {
      t->state.texts++;
      n[t->texts[i].label]++;
    }
  }
  for (int k = 0; k < 3; k++)
    if (!n[k])
      return kt_fail(err, KT_EINVAL, 0, WHERE,
                     "no %s text to train on: a model needs texts of all three labels", labels[k]);
  return KT_OK;
}

static kt_status train_language(kt_trainer *t, kt_error *err) {
  kt_span tags[KT_MODEL_LANGUAGES];
  size_t n = 0;
  kt_language_text *texts = kt_env_alloc(t->env, (t->count + 1) * sizeof *texts);
  if (!texts) return kt_fail_nomem(err, WHERE);
  for (uint32_t i = 0; i < t->params.languages; i++) tags[i] = kt_span_of(t->params.tags[i]);
  for (size_t i = 0; i < t->count; i++)
    if (!t->texts[i].validation)
      texts[n++] = (kt_language_text){ t->texts[i].text, t->texts[i].lang };
  kt_status st = kt_language_build(t->env, texts, n, tags, t->params.languages, &t->language, err);
  kt_env_release(t->env, texts, (t->count + 1) * sizeof *texts);
  return st;
}

/* With all texts, and the temperature that was found without them. */
static kt_status refit(kt_trainer *t, kt_error *err) {
  for (size_t i = 0; i < t->count; i++) t->texts[i].validation = 0;
  return kt_train_fit(t, err);
}

kt_status kt_trainer_run(kt_trainer *t, int (*progress)(void *user, const kt_train_state *s),
                         void *user, kt_error *err) {
  if (t->ran) return kt_fail(err, KT_ESTATE, 0, WHERE, "kt_trainer_run() may be called once");
  t->ran = -1;
  t->progress = progress;
  t->user = user;
  set_languages(t);
  choose_validation(t);
  kt_status st = take_weights(t, err);
  if (st == KT_OK) st = count_texts(t, err);
  if (st == KT_OK) st = train_language(t, err);
  if (st == KT_OK) st = kt_train_fit(t, err);
  if (st == KT_OK) st = kt_train_calibrate(t, err);
  if (st == KT_OK && t->set.refit) st = refit(t, err);
  if (st == KT_OK) t->ran = 1;
  return st;
}

void kt_trainer_state(const kt_trainer *t, kt_train_state *s) {
  uint32_t size = s->size;
  memcpy(s, &t->state, size < sizeof *s ? size : sizeof *s);
  s->size = size;
}
