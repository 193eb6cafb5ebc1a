/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of any bytes: in order, inside of the text, apart from each other, of a known kind; folded
 * words are UTF-8 and fold to themselves; stop words take any word and language. */
#include <stdlib.h>

#include "fuzz.h"
#include <kappatweet/text.h>

static void check_token(const kt_token *t, kt_span text, size_t from, size_t to) {
  FUZZ_CHECK(t->kind >= KT_TOKEN_WORD && t->kind <= KT_TOKEN_PUNCT);
  FUZZ_CHECK(t->flags <= (KT_TOKEN_ELONGATED | KT_TOKEN_UPPER));
  FUZZ_CHECK(t->text.len && t->text.ptr >= text.ptr + t->start);
  FUZZ_CHECK(t->start >= from && t->text.ptr + t->text.len <= text.ptr + to);
  FUZZ_CHECK((size_t)(t->text.ptr - text.ptr) - t->start <= 3); /* # or @, full width too */
  FUZZ_CHECK(fuzz_is_utf8(t->text));
}

static void check_fold(const fuzz_env *e, kt_span word) {
  kt_buf *once, *twice;
  FUZZ_CHECK(kt_buf_new(e->env, &once, NULL) == KT_OK && kt_buf_new(e->env, &twice, NULL) == KT_OK);
  FUZZ_CHECK(kt_word_fold(word, once) == KT_OK);
  kt_span folded = kt_buf_bytes(once);
  FUZZ_CHECK(fuzz_is_utf8(folded));
  FUZZ_CHECK(kt_word_fold(folded, twice) == KT_OK);
  kt_span again = kt_buf_bytes(twice);
  FUZZ_CHECK(again.len == folded.len && (!again.len || !memcmp(again.ptr, folded.ptr, again.len)));
  kt_buf_free(once);
  kt_buf_free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *copy = fuzz_copy((kt_span){ (const char *)data, size }, 0, 0);
  kt_span text = { copy, size };
  kt_token token, again;
  fuzz_env e;
  size_t pos = 0, before = 0, count = 0;
  fuzz_env_open(&e);
  while (kt_token_next(text, &pos, &token)) {
    FUZZ_CHECK(pos > before && pos <= size);
    check_token(&token, text, before, pos);
    /* From the same place the same token. */
    size_t from = before;
    FUZZ_CHECK(kt_token_next(text, &from, &again) == 1 && from == pos);
    FUZZ_CHECK(again.text.ptr == token.text.ptr && again.text.len == token.text.len);
    if (count++ < 32) check_fold(&e, token.text);
    (void)kt_stopword((kt_span){ copy, size < 5 ? size : 5 }, token.text);
    before = pos;
  }
  FUZZ_CHECK(kt_token_next(text, &pos, &token) == 0);
  check_fold(&e, text);
  fuzz_env_close(&e);
  free(copy);
  return 0;
}
