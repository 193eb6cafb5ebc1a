/* SPDX-License-Identifier: Apache-2.0 */
/* Sentiment of any bytes in any language: the same twice and with its explanation, scores that sum
 * to 1 exactly. First line: language; the rest: text. */
#include <stdlib.h>

#include "small_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz_env e;
  static kt_model *m;
  fuzz_input in = fuzz_input_of(data, size);
  if (!m) {
    fuzz_env_open(&e);
    FUZZ_CHECK(kt_model_from_bytes(e.env, small_model(), &m, NULL) == KT_OK);
  }
  size_t before = e.live;
  kt_span lang = fuzz_until(&in, '\n');
  char *lang_copy = fuzz_copy(lang, 0, 0), *text = fuzz_copy(fuzz_rest(&in), 0, 0);
  e.peak = e.live;
  small_model_check(m, (kt_span){ lang_copy, lang.len }, (kt_span){ text, in.len });
  small_model_check(m, (kt_span){ NULL, 0 }, (kt_span){ text, in.len });
  FUZZ_CHECK(e.live == before && e.peak == before); /* scoring allocates nothing */
  free(lang_copy);
  free(text);
  return 0;
}
