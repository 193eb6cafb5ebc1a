/* SPDX-License-Identifier: Apache-2.0 */
/* Dead letters read back: as records of kind KT_DEAD, or unpacked, so that what was set aside goes
 * through the pipeline once more. */
#include "base/error.h"
#include "parse/parse.h"

static unsigned sextet(char c) {
  if (c >= 'A' && c <= 'Z') return (unsigned)(c - 'A');
  if (c >= 'a' && c <= 'z') return (unsigned)(c - 'a') + 26;
  if (c >= '0' && c <= '9') return (unsigned)(c - '0') + 52;
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* RFC 4648, section 4. In place; the null span for what is no base64. */
static kt_span decode_base64(char *text, size_t len) {
  size_t pad = 0, n = 0;
  while (pad < 2 && pad < len && text[len - 1 - pad] == '=') pad++;
  if (len % 4 != 0) return KT_NULL_SPAN;
  for (size_t i = 0; i < len; i += 4) {
    size_t last = i + 4 == len ? 4 - pad : 4;
    uint32_t word = 0;
    for (size_t k = 0; k < 4; k++) {
      unsigned d = k < last ? sextet(text[i + k]) : 0;
      if (d > 63) return KT_NULL_SPAN;
      word = word << 6 | d;
    }
    for (size_t k = 0; k + 1 < last; k++) text[n++] = (char)(word >> (16 - 8 * k));
  }
  return kt_span_make(text, n);
}

/* The frame, in memory behind which KT_JSON_SLACK_BYTES are readable. */
static kt_span read_frame(kt_parse_job *job, const kt_json_val *v) {
  kt_span s;
  int base64 = kt_parse_is(job, v[KT_DEAD_FRAME_BASE64], KT_JSON_STRING);
  if (kt_json_text(&job->json, v[base64 ? KT_DEAD_FRAME_BASE64 : KT_DEAD_FRAME], &s) < 0)
    return KT_NULL_SPAN;
  char *p = kt_builder_alloc(job->out, s.len + 2 * KT_JSON_SLACK_BYTES);
  if (!p) {
    job->no_memory = 1;
    return KT_NULL_SPAN;
  }
  size_t n = kt_json_unescape(p, s, NULL);
  memset(p + n, 0, KT_JSON_SLACK_BYTES);
  kt_builder_trim(job->out, n + KT_JSON_SLACK_BYTES);
  return base64 ? decode_base64(p, n) : kt_span_make(p, n);
}

static kt_status code_of(kt_parse_job *job, kt_json_val error) {
  kt_span name;
  if (kt_json_text(&job->json, error, &name) < 0) return KT_EPARSE;
  for (kt_status code = KT_EINVAL; kt_status_name(code)[3] != '?'; code--)
    if (kt_span_is(name, kt_status_name(code))) return code;
  return KT_EPARSE;
}

static kt_status add_dead(kt_parse_job *job, const kt_json_val *v, kt_span frame) {
  int64_t attempts;
  if (kt_json_int(&job->json, v[KT_DEAD_ATTEMPTS], &attempts) < 0 || attempts < 0 ||
      attempts > UINT32_MAX)
    attempts = 0;
  const kt_dead dead = { .size = sizeof dead,
                         .attempts = (uint32_t)attempts,
                         .code = code_of(job, v[KT_DEAD_ERROR]),
                         .lane = kt_parse_string(job, v[KT_DEAD_LANE]),
                         .place = kt_parse_string(job, v[KT_DEAD_PLACE]),
                         .reason = kt_parse_string(job, v[KT_DEAD_REASON]) };
  kt_record *r = kt_parse_add(job, frame);
  if (!r) return KT_ENOMEM;
  r->id = kt_parse_id(job, v[KT_DEAD_TWEET_ID], v[KT_DEAD_TWEET_ID]);
  r->created_ms = kt_parse_time(job, v[KT_DEAD_CREATED_TIME]);
  return kt_builder_dead(job->out, &dead);
}

kt_status kt_parse_dead(kt_parse_job *job, kt_json_val object, kt_error *why) {
  kt_json_val v[KT_DEAD_COUNT];
  kt_parse_pick(job, object, KT_SET_DEAD, v);
  kt_span frame = read_frame(job, v);
  if (job->no_memory) return KT_ENOMEM;
  if (!(job->forms & KT_FORM_UNPACK)) return add_dead(job, v, frame);
  if (!frame.ptr)
    return kt_fail(why, KT_EPARSE, 0, "parse", "the dead letter has no frame and no frame_base64");
  return kt_parse_payload(job, frame, why);
}
