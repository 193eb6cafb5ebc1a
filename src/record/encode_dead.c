/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters: one shape in every layout, which the parser `auto` reads back. */
#include "record/encode.h"

#include "base/span.h"
#include "base/utf8.h"
#include "json/json.h"

/* A place is made of a file's name, which need not be UTF-8. */
static kt_status put_lossy(kt_buf *out, kt_span s) {
  if (kt_buf_putc(out, '"')) return KT_ENOMEM;
  while (s.len) {
    size_t n = kt_utf8_valid(s.ptr, s.len);
    if (kt_json_put_escaped(out, kt_span_make(s.ptr, n))) return KT_ENOMEM;
    if (n < s.len && kt_buf_put(out, "\xEF\xBF\xBD", 3)) return KT_ENOMEM;
    n += n < s.len;
    s = kt_span_make(s.ptr + n, s.len - n);
  }
  return kt_buf_putc(out, '"');
}

static kt_status put_base64(kt_buf *out, kt_span s) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *p = (const unsigned char *)s.ptr;
  if (s.len > SIZE_MAX / 2 || kt_buf_need(out, (s.len + 2) / 3 * 4 + 2)) return KT_ENOMEM;
  char *to = out->ptr + out->len;
  *to++ = '"';
  for (size_t i = 0; i < s.len; i += 3) {
    size_t left = s.len - i;
    unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) |
                 (left > 2 ? p[i + 2] : 0u);
    *to++ = digits[v >> 18];
    *to++ = digits[v >> 12 & 63];
    *to++ = left > 1 ? digits[v >> 6 & 63] : '=';
    *to++ = left > 2 ? digits[v & 63] : '=';
  }
  *to++ = '"';
  out->len = (size_t)(to - out->ptr);
  return KT_OK;
}

typedef struct writer {
  kt_buf *out;
  int typed; /* DynamoDB: each value in an object that names its type */
  int failed;
} writer;

static void put(writer *w, const char *s) {
  w->failed |= kt_buf_puts(w->out, s) < 0;
}

static void put_text(writer *w, const char *key, kt_span s) {
  put(w, key);
  if (!s.ptr) {
    put(w, w->typed ? "{\"NULL\":true}" : "null");
    return;
  }
  if (w->typed) put(w, "{\"S\":");
  w->failed |= put_lossy(w->out, s) < 0;
  if (w->typed) put(w, "}");
}

static void put_attempts(writer *w, uint32_t n) {
  put(w, w->typed ? ",\"attempts\":{\"N\":\"" : ",\"attempts\":");
  w->failed |= kt_json_put_uint(w->out, n) < 0;
  if (w->typed) put(w, "\"}");
}

/* B is DynamoDB's own type for base64. */
static void put_frame(writer *w, kt_span frame) {
  if (!frame.ptr || kt_utf8_valid(frame.ptr, frame.len) == frame.len) {
    put_text(w, ",\"frame\":", frame);
    return;
  }
  put(w, w->typed ? ",\"frame_base64\":{\"B\":" : ",\"frame_base64\":");
  w->failed |= put_base64(w->out, frame) < 0;
  if (w->typed) put(w, "}");
}

static kt_status put_dead(writer w, const kt_record *r, const kt_dead *why) {
  put_text(&w, "{\"kind\":", KT_LIT("dead"));
  put_text(&w, ",\"lane\":", why->lane);
  put_text(&w, ",\"place\":", why->place);
  put_attempts(&w, why->attempts);
  put_text(&w, ",\"error\":", kt_span_of(kt_status_name(why->code)));
  put_text(&w, ",\"reason\":", why->reason);
  put_frame(&w, r->raw);
  put(&w, "}");
  return w.failed ? KT_ENOMEM : KT_OK;
}

kt_status kt_encode_dead(const kt_record *r, const kt_dead *why, kt_buf *out) {
  return put_dead((writer){ .out = out }, r, why);
}

kt_status kt_encode_dead_dynamodb(const kt_record *r, const kt_dead *why, kt_buf *out) {
  return put_dead((writer){ .out = out, .typed = 1 }, r, why);
}
