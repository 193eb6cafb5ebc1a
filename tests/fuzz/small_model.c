/* SPDX-License-Identifier: Apache-2.0 */
#include "small_model.h"

#include <stdlib.h>

static const char lexicon[] = "good\tvalence\t2\nbad\tvalence\t-2\nvery\tintensifier\t1.3\n"
                              "a bit\tdiminisher\t0.7\nnot\tnegator\t1\nbut\tcontrast\t1\n"
                              "although\tcontrast\t-1\nlov*\tvalence\t3\na must\tvalence\t3.5\n"
                              "results\tneutral\t1\nu\tslang\tyou\n:(\tvalence\t-2\n";

static const struct {
  int32_t label;
  const char *lang, *text;
} samples[] = {
  { KT_LABEL_POSITIVE, "en", "I love this, it is very good :)" },
  { KT_LABEL_POSITIVE, "en", "what a good day, lovely #happy \xF0\x9F\x98\x8D" },
  { KT_LABEL_POSITIVE, "es", "Qu\xC3\xA9 bueno, me encanta \xF0\x9F\x98\x8D" },
  { KT_LABEL_POSITIVE, "ar", "\xD8\xAC\xD9\x85\xD9\x8A\xD9\x84 \xD8\xAC\xD8\xAF\xD8\xA7" },
  { KT_LABEL_NEGATIVE, "en", "this is bad, not good at all :(" },
  { KT_LABEL_NEGATIVE, "en", "I hate it but they love it, bad bad bad" },
  { KT_LABEL_NEGATIVE, "es", "Qu\xC3\xA9 malo, lo odio \xF0\x9F\x98\xA1" },
  { KT_LABEL_NEGATIVE, "ar", "\xD8\xB3\xD9\x8A\xD8\xA1 \xD8\xAC\xD8\xAF\xD8\xA7" },
  { KT_LABEL_NEUTRAL, "en", "results of today at https://example.org" },
  { KT_LABEL_NEUTRAL, "es", "Resultados de hoy, 3-1" },
  { KT_LABEL_NEUTRAL, "ar", "\xD8\xA7\xD9\x84\xD9\x8A\xD9\x88\xD9\x85" },
};

static void set(kt_conf *c, const char *name, const char *value) {
  FUZZ_CHECK(kt_conf_set(c, name, value, NULL) == KT_OK);
}

static void train(const kt_env *env, kt_buf *out) {
  char folder[300];
  kt_conf *c;
  kt_trainer *t;
  strcpy(folder, fuzz_file("en.tsv", kt_span_of(lexicon)));
  *strrchr(folder, '/') = '\0';
  FUZZ_CHECK(kt_conf_new(env, kt_trainer_options(), &c, NULL) == KT_OK);
  set(c, "lexicon", folder);
  set(c, "table", "8");
  set(c, "passes", "4");
  set(c, "seeds", "1");
  set(c, "min-count", "1");
  set(c, "validation", "0");
  FUZZ_CHECK(kt_trainer_new(env, c, &t, NULL) == KT_OK);
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
    FUZZ_CHECK(kt_trainer_add(t, samples[i].label, kt_span_of(samples[i].lang),
                              kt_span_of(samples[i].text), NULL) >= 0);
  FUZZ_CHECK(kt_trainer_run(t, NULL, NULL, NULL) == KT_OK);
  FUZZ_CHECK(kt_trainer_encode(t, (kt_span){ NULL, 0 }, out, NULL) == KT_OK);
  kt_trainer_free(t);
  kt_conf_free(c);
}

kt_span small_model(void) {
  static char *bytes;
  static size_t len;
  if (!bytes) {
    fuzz_env e;
    kt_buf *out;
    fuzz_env_open(&e);
    FUZZ_CHECK(kt_buf_new(e.env, &out, NULL) == KT_OK);
    train(e.env, out);
    kt_span s = kt_buf_bytes(out);
    bytes = aligned_alloc(16, (s.len + 15) & ~(size_t)15);
    FUZZ_CHECK(bytes != NULL);
    memcpy(bytes, s.ptr, s.len);
    len = s.len;
    kt_buf_free(out);
    fuzz_env_close(&e);
  }
  return (kt_span){ bytes, len };
}

static void check_score(const kt_score *s) {
  const float scores[] = { s->positive, s->negative, s->neutral, s->mixed };
  const int32_t labels[] = { KT_LABEL_POSITIVE, KT_LABEL_NEGATIVE, KT_LABEL_NEUTRAL,
                             KT_LABEL_MIXED };
  float sum = 0, best = 0;
  for (int i = 0; i < 4; i++) {
    float steps = scores[i] * (float)(1 << 20);
    FUZZ_CHECK(scores[i] >= 0 && scores[i] <= 1 && steps == (float)(int32_t)steps);
    sum += scores[i];
    if (scores[i] > best) best = scores[i];
  }
  FUZZ_CHECK(sum == 1);
  for (int i = 0; i < 4; i++)
    if (s->label == labels[i]) FUZZ_CHECK(scores[i] == best);
  FUZZ_CHECK(s->label >= KT_LABEL_POSITIVE && s->label <= KT_LABEL_MIXED);
}

void small_model_check(const kt_model *m, kt_span lang, kt_span text) {
  kt_score score, again, third;
  kt_span used, used_again;
  kt_score_term terms[16];
  char tag[4];
  float confidence = -1;
  memset(&score, 0, sizeof score);
  memset(&again, 0, sizeof again);
  memset(&third, 0, sizeof third);
  kt_score_text(m, lang, text, &score, &used);
  kt_score_text(m, lang, text, &again, NULL);
  check_score(&score);
  FUZZ_CHECK(!memcmp(&score, &again, sizeof score));
  size_t n = kt_score_explain(m, lang, text, &third, &used_again, terms, 16);
  FUZZ_CHECK(!memcmp(&score, &third, sizeof score) && kt_span_equal(used, used_again) && n <= 16);
  for (size_t i = 0; i < n; i++) {
    FUZZ_CHECK(terms[i].kind >= KT_TERM_WORD && terms[i].kind <= KT_TERM_OVERALL);
    FUZZ_CHECK(terms[i].start <= text.len && terms[i].text.len <= text.len - terms[i].start);
    FUZZ_CHECK(terms[i].text.ptr == text.ptr + terms[i].start);
  }
  kt_score_language(&score, tag);
  FUZZ_CHECK(memchr(tag, '\0', sizeof tag) != NULL);
  kt_span found = kt_language_detect(m, text, &confidence);
  FUZZ_CHECK(confidence >= 0 && confidence <= 1);
  FUZZ_CHECK(!found.ptr || found.len < 4);
}
