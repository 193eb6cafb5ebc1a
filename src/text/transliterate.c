/* SPDX-License-Identifier: Apache-2.0 */
/* Text in ASCII. The table is generated: script/gen-transliterate.py says from what. */
#include "base/buf.h"
#include "base/utf8.h"

#include <kappatweet/text.h>

#include "text/transliterate_data.inc"

/* Length of the run of ASCII bytes at the beginning. */
static size_t ascii_run(const char *p, size_t n) {
  size_t i = 0;
  for (uint64_t word; n - i >= sizeof word; i += sizeof word) {
    memcpy(&word, p + i, sizeof word);
    if (word & UINT64_C(0x8080808080808080)) break;
  }
  while (i < n && (unsigned char)p[i] < 0x80) i++;
  return i;
}

kt_status kt_transliterate(kt_span text, kt_buf *out) {
  size_t before = out->len;
  for (size_t i = 0; i < text.len;) {
    size_t run = ascii_run(text.ptr + i, text.len - i);
    if (run && kt_buf_put(out, text.ptr + i, run) != KT_OK) goto nomem;
    i += run;
    while (i < text.len && (unsigned char)text.ptr[i] >= 0x80) {
      uint32_t cp;
      size_t len = kt_utf8_decode(text.ptr + i, text.len - i, &cp);
      i += len ? len : 1;
      uint32_t block = cp >> KT_TRANSLIT_BITS;
      if (!len || block >= KT_TRANSLIT_BLOCKS) continue;
      unsigned e = translit_entry[translit_block[block]][cp & ((1u << KT_TRANSLIT_BITS) - 1)];
      if (e && kt_buf_put(out, translit_pool + (e >> 4), e & 15) != KT_OK) goto nomem;
    }
  }
  return KT_OK;
nomem:
  out->len = before;
  return KT_ENOMEM;
}
