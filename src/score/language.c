/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that only one language of the model is written in. */
#include "score/language.h"

#include "base/error.h"
#include "base/span.h"
#include "base/utf8.h"

typedef struct scripts {
  int32_t arabic, devanagari;
} scripts;

kt_status kt_language_build(const kt_env *env, const kt_language_text *texts, size_t n,
                            const kt_span *tags, size_t tag_count, kt_buf *out, kt_error *err) {
  scripts s = { -1, -1 };
  (void)env, (void)texts, (void)n;
  for (size_t i = 0; i < tag_count; i++) {
    if (kt_span_is(tags[i], "ar")) s.arabic = (int32_t)i;
    if (kt_span_is(tags[i], "hi")) s.devanagari = (int32_t)i;
  }
  return kt_buf_put(out, &s, sizeof s) ? kt_fail_nomem(err, "train.language") : KT_OK;
}

int kt_language_check(kt_span section, size_t tag_count) {
  scripts s;
  if (section.len != sizeof s) return -1;
  memcpy(&s, section.ptr, sizeof s);
  return s.arabic < -1 || s.arabic >= (int)tag_count || s.devanagari < -1 ||
         s.devanagari >= (int)tag_count;
}

int kt_language_guess(kt_span section, kt_span text, uint32_t *confidence) {
  scripts s;
  memcpy(&s, section.ptr, sizeof s);
  *confidence = 0;
  for (size_t at = 0; at < text.len;) {
    uint32_t cp;
    size_t n = kt_utf8_decode(text.ptr + at, text.len - at, &cp);
    int arabic = n && cp >= 0x600 && cp < 0x700, devanagari = n && cp >= 0x900 && cp < 0x980;
    if (arabic || devanagari) {
      *confidence = 65536;
      return arabic ? s.arabic : s.devanagari;
    }
    at += n ? n : 1;
  }
  return -1;
}
