/* SPDX-License-Identifier: Apache-2.0 */
/* Top words of any texts, one a line, behind a line with the language: within their memory; sorted;
 * as often as a count of the same tokens says, never less, at most `error` more. */
#include <stdlib.h>

#include "fuzz.h"
#include <kappatweet/text.h>

enum { MEMORY = 64 << 10, LISTED = 64 };

static int precedes(const kt_topword *a, const kt_topword *b) {
  if (a->count != b->count) return a->count > b->count;
  size_t n = a->word.len < b->word.len ? a->word.len : b->word.len;
  int order = memcmp(a->word.ptr, b->word.ptr, n);
  return order ? order < 0 : a->word.len < b->word.len;
}

/* How often the word stands in the texts, by the tokens. */
static uint64_t count_of(const fuzz_env *e, kt_span texts, kt_span word) {
  kt_buf *folded;
  kt_token t;
  uint64_t n = 0;
  size_t pos = 0;
  FUZZ_CHECK(kt_buf_new(e->env, &folded, NULL) == KT_OK);
  while (kt_token_next(texts, &pos, &t)) {
    if (t.kind != KT_TOKEN_WORD && t.kind != KT_TOKEN_HASHTAG) continue;
    kt_buf_truncate(folded, 0);
    FUZZ_CHECK(kt_word_fold(t.text, folded) == KT_OK);
    n += (uint64_t)kt_span_equal(kt_buf_bytes(folded), word);
  }
  kt_buf_free(folded);
  return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  kt_span lang = fuzz_until(&in, '\n'), all = fuzz_rest(&in);
  kt_topwords *t;
  kt_topword list[LISTED];
  fuzz_env e;
  fuzz_env_open(&e);
  size_t before = e.live;
  FUZZ_CHECK(kt_topwords_new(e.env, MEMORY, &t, NULL) == KT_OK);
  while (in.len) {
    FUZZ_CHECK(kt_topwords_add(t, lang, fuzz_until(&in, '\n')) == KT_OK);
    FUZZ_CHECK(e.peak - before <= MEMORY);
  }
  size_t n = kt_topwords_list(t, list, LISTED);
  for (size_t i = 0; i < n; i++) {
    FUZZ_CHECK(list[i].word.len && list[i].word.len <= 256 && fuzz_is_utf8(list[i].word));
    FUZZ_CHECK(list[i].error < list[i].count && (!kt_topwords_exact(t) || !list[i].error));
    if (i) FUZZ_CHECK(precedes(&list[i - 1], &list[i]));
    FUZZ_CHECK(!kt_stopword(lang, list[i].word));
    if (i >= 8) continue;
    uint64_t real = count_of(&e, all, list[i].word);
    FUZZ_CHECK(list[i].count >= real && list[i].count - list[i].error <= real);
  }
  kt_topwords_free(t);
  fuzz_env_close(&e);
  return 0;
}
