/* SPDX-License-Identifier: Apache-2.0 */
#include "score/score_text.h"

#include "base/span.h"
#include "score/language.h"

kt_span kt_score_first_part(kt_span tag) {
  size_t n = 0;
  while (n < tag.len && tag.ptr[n] != '-' && tag.ptr[n] != '_') n++;
  return kt_span_make(tag.ptr, n);
}

int kt_score_tells_no_language(kt_span tag) {
  /* Twitter's q.. are for posts of links, names, emoji. */
  static const char *const names[] = { "und", "zxx", "mis", "mul", "art",
                                       "qam", "qct", "qht", "qme", "qst" };
  kt_span lang = kt_score_first_part(tag);
  if (!lang.ptr || !lang.len) return 1;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (lang.len == 3 && (lang.ptr[0] | 32) == names[i][0] && (lang.ptr[1] | 32) == names[i][1] &&
        (lang.ptr[2] | 32) == names[i][2])
      return 1;
  return 0;
}

int kt_model_find_language(const kt_model *m, kt_span tag) {
  kt_span part = kt_score_first_part(tag);
  if (!part.len || part.len >= KT_MODEL_TAG) return -1;
  for (uint32_t i = 0; i < m->params->languages; i++) {
    const char *t = m->params->tags[i];
    size_t k = 0;
    while (k < part.len && t[k] == (part.ptr[k] | 32)) k++;
    if (k == part.len && !t[k]) return (int)i;
  }
  return -1;
}

kt_score_lang kt_score_choose_language(const kt_model *m, kt_span lang, kt_span text) {
  if (!kt_score_tells_no_language(lang)) {
    int n = kt_model_find_language(m, lang);
    return (kt_score_lang){ n, n < 0 ? kt_score_first_part(lang) : kt_span_of(m->params->tags[n]) };
  }
  uint32_t confidence;
  int n = kt_language_guess(m->language, text, m->mixed, &confidence);
  return (kt_score_lang){ n, n < 0 ? KT_NULL_SPAN : kt_span_of(m->params->tags[n]) };
}

void kt_score_features(kt_features *f, const kt_model *m, int lang) {
  f->chars = m->chars;
  f->lexicon = m->lexicon;
  f->lang = lang;
  f->words_of = lang < 0 ? 0 : kt_lex_language(m->params->tags[lang]);
  f->else_of = lang < 0 ? 0 : kt_lex_language(m->params->words_else[lang]);
  f->other = lang >= 0 && m->params->other >> lang & 1;
  f->ahead = m->weights;
  f->ahead_shift = 32 - m->params->weight_log2;
}

/* Letters of a tag in bits 16 to 30, five each. */
static uint32_t pack_tag(kt_span tag) {
  uint32_t bits = 0;
  if (!tag.ptr || tag.len > 3) return 0;
  for (size_t i = 0; i < tag.len; i++) {
    unsigned letter = (unsigned char)(tag.ptr[i] | 32) - 'a' + 1u;
    if (letter < 1 || letter > 26) return 0;
    bits |= letter << (16 + 5 * i);
  }
  return bits;
}

void kt_score_language(const kt_score *score, char tag[4]) {
  for (int i = 0; i < 3; i++) {
    unsigned letter = score->flags >> (16 + 5 * i) & 31;
    tag[i] = letter ? (char)('a' + letter - 1) : '\0';
  }
  tag[3] = '\0';
}

void kt_score_finish(const kt_model *m, const kt_score_lang *lang, const kt_features *f,
                     const kt_sums *sums, kt_score *out) {
  int32_t odds[2];
  kt_sums_odds(sums, m->params, odds);
  out->flags = pack_tag(lang->tag);
  /* A model without languages was made from texts that tell none: all are alike to it. */
  if (lang->number < 0 && m->params->languages) {
    out->flags |= KT_SCORE_OUT_OF_DEPTH;
    odds[0] /= 2;
    odds[1] /= 2;
  }
  if (!f->words) {
    out->flags |= KT_SCORE_OUT_OF_DEPTH;
    odds[0] = odds[1] = 0;
  }
  kt_decide(m->params, odds, &f->sums[0], out);
}

typedef struct summing {
  const kt_model *m;
  kt_sums *sums;
} summing;

static void drain(kt_features *f) {
  const summing *s = f->user;
  for (int g = 0; g < KT_GROUPS; g++) {
    kt_sums_add(s->sums, s->m, f->lang, g, f->ids[g], f->count[g]);
    f->count[g] = 0;
  }
}

void kt_score_sum(kt_features *f, const kt_model *m, int lang, kt_span text, kt_sums *sums) {
  summing s = { m, sums };
  *sums = (kt_sums){ 0 };
  kt_score_features(f, m, lang);
  f->each_piece = 0;
  f->drain = drain;
  f->user = &s;
  kt_features_run(f, text);
}

void kt_score_text(const kt_model *m, kt_span lang, kt_span text, kt_score *out,
                   kt_span *lang_used) {
  kt_features f;
  kt_sums sums;
  kt_score_lang chosen = kt_score_choose_language(m, lang, text);
  kt_score_sum(&f, m, chosen.number, text, &sums);
  kt_score_finish(m, &chosen, &f, &sums, out);
  if (lang_used) *lang_used = chosen.tag;
}

kt_span kt_language_detect(const kt_model *m, kt_span text, float *confidence) {
  uint32_t c = 0;
  int n = kt_language_guess(m->language, text, m->mixed, &c);
  if (confidence) *confidence = (float)(int32_t)c / 65536.0f;
  return n < 0 ? KT_NULL_SPAN : kt_span_of(m->params->tags[n]);
}
