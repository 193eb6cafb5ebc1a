/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: words. */
#include <stdio.h>

#include "oom.h"

static const char text[] =
    "Sooo SCHÖN: l'été à São Paulo, ЛЮБЛЮ 👍🏽 #Feliz @ana https://t.co/x :-)";

static kt_status words(oom *o) {
  kt_buf *b = NULL;
  kt_token t;
  size_t at = 0;
  kt_status st = TRY(o, kt_buf_new(o->env, &b, &o->err));
  for (int i = 0; st == KT_OK && i < 6; i++) st = TRY(o, kt_transliterate(kt_span_of(text), b));
  while (st == KT_OK && kt_token_next(kt_span_of(text), &at, &t)) {
    size_t before = kt_buf_bytes(b).len;
    st = TRY(o, kt_word_fold(t.text, b));
    if (st < 0) break;
    kt_span word = { kt_buf_bytes(b).ptr + before, kt_buf_bytes(b).len - before };
    oom_note(o, "%u %u %d ", t.kind, t.flags, kt_stopword(kt_span_of("pt,fr"), word));
  }
  if (st == KT_OK) oom_note_span(o, kt_buf_bytes(b));
  if (b) kt_buf_free(b);
  return st;
}

/* Part of a text may have been counted when memory was short, so the table is begun anew. */
static kt_status count(kt_topwords *t) {
  kt_status st = kt_topwords_add(t, kt_span_of("de"), kt_span_of(text));
  for (int i = 0; st == KT_OK && i < 300; i++) {
    char word[40];
    snprintf(word, sizeof word, "wort%d wort%d", i % 50, i);
    st = kt_topwords_add(t, kt_span_of("de"), kt_span_of(word));
  }
  return st;
}

static kt_status top_words_once(oom *o) {
  kt_topwords *t = NULL;
  kt_topword top[20];
  kt_status st = kt_topwords_new(o->env, 64 << 10, &t, &o->err);
  if (st == KT_OK) st = count(t);
  if (st == KT_OK) {
    size_t n = kt_topwords_list(t, top, 20);
    for (size_t i = 0; i < n; i++) {
      oom_note(o, "%llu %llu", (unsigned long long)top[i].count, (unsigned long long)top[i].error);
      oom_note_span(o, top[i].word);
    }
    oom_note(o, "%d\n", kt_topwords_exact(t));
  }
  kt_topwords_free(t);
  return st;
}

static kt_status top_words(oom *o) {
  return TRY(o, top_words_once(o));
}

const oom_scenario oom_text[] = { { .name = "words", .run = words },
                                  { .name = "topwords", .run = top_words },
                                  { 0 } };
