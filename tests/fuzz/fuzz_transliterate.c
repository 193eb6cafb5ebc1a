/* SPDX-License-Identifier: Apache-2.0 */
/* Transliteration of any bytes: ASCII; ASCII stays as it is; a text split between two characters
 * gives the same. First byte: where it is split. */
#include <stdlib.h>

#include "base/utf8.h"
#include "fuzz.h"
#include <kappatweet/text.h>

static kt_span of(kt_span text, kt_buf *out) {
  kt_buf_truncate(out, 0);
  FUZZ_CHECK(kt_transliterate(text, out) == KT_OK);
  return kt_buf_bytes(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  size_t split = data[0];
  char *copy = fuzz_copy((kt_span){ (const char *)data + 1, size - 1 }, 0, 0);
  kt_span text = { copy, size - 1 };
  fuzz_env e;
  kt_buf *out, *again;
  fuzz_env_open(&e);
  FUZZ_CHECK(kt_buf_new(e.env, &out, NULL) == KT_OK && kt_buf_new(e.env, &again, NULL) == KT_OK);
  kt_span whole = of(text, out);
  for (size_t i = 0; i < whole.len; i++) FUZZ_CHECK((unsigned char)whole.ptr[i] < 0x80);
  kt_span twice = of(whole, again);
  FUZZ_CHECK(twice.len == whole.len && (!whole.len || !memcmp(twice.ptr, whole.ptr, whole.len)));
  if (split > text.len) split = text.len;
  split = kt_utf8_valid(text.ptr, split);
  kt_buf_truncate(again, 0);
  FUZZ_CHECK(kt_transliterate((kt_span){ text.ptr, split }, again) == KT_OK);
  FUZZ_CHECK(kt_transliterate((kt_span){ text.ptr + split, text.len - split }, again) == KT_OK);
  kt_span both = kt_buf_bytes(again);
  FUZZ_CHECK(both.len == whole.len && (!whole.len || !memcmp(both.ptr, whole.ptr, whole.len)));
  kt_buf_free(out);
  kt_buf_free(again);
  fuzz_env_close(&e);
  free(copy);
  return 0;
}
