/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a payload as a record holds them. */
#include "base/time.h"
#include "parse/html.h"
#include "parse/parse.h"

enum { UNESCAPE_SLACK = 64 }; /* kt_json_unescape() writes in steps */

kt_record *kt_parse_add(kt_parse_job *job, kt_span raw) {
  kt_record *r = kt_builder_add(job->out, job->frame);
  if (r)
    r->raw = raw;
  else
    job->no_memory = 1;
  return r;
}

static char *take(kt_parse_job *job, size_t n) {
  char *p = kt_builder_alloc(job->out, n + UNESCAPE_SLACK);
  if (!p) job->no_memory = 1;
  return p;
}

static kt_span unescape(kt_parse_job *job, kt_span inside, uint32_t *flags) {
  uint32_t json_flags = 0;
  char *p = take(job, inside.len);
  if (!p) return KT_NULL_SPAN;
  size_t n = kt_json_unescape(p, inside, &json_flags);
  if (flags && json_flags & KT_JSON_LONE_SURROGATE) *flags |= KT_REPAIRED;
  return kt_span_make(p, n);
}

kt_span kt_parse_string(kt_parse_job *job, kt_json_val v) {
  kt_span s;
  if (kt_json_text(&job->json, v, &s) != 1) return s;
  s = unescape(job, s, NULL);
  if (s.ptr) kt_builder_trim(job->out, s.len);
  return s;
}

static int is_digits(kt_span s) {
  for (size_t i = 0; i < s.len; i++)
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return 0;
  return s.len > 0;
}

kt_span kt_parse_id(kt_parse_job *job, kt_json_val str, kt_json_val num) {
  kt_span s = kt_parse_string(job, str);
  if (!s.len && kt_parse_is(job, num, KT_JSON_STRING)) s = kt_parse_string(job, num);
  if (s.len) return s;
  if (kt_parse_is(job, num, KT_JSON_NUMBER)) {
    s = kt_json_raw(&job->json, num);
    if (is_digits(s)) return s;
  }
  return KT_NULL_SPAN;
}

kt_span kt_parse_text(kt_parse_job *job, kt_json_val v, uint32_t *flags) {
  kt_span s;
  int escapes = kt_json_text(&job->json, v, &s);
  if (escapes < 0) return s;
  if (escapes) {
    s = unescape(job, s, flags);
  } else {
    if (!memchr(s.ptr, '&', s.len)) return s;
    char *p = take(job, s.len);
    s.ptr = p ? memcpy(p, s.ptr, s.len) : NULL;
  }
  if (!s.ptr) return KT_NULL_SPAN;
  s.len = kt_html_decode((char *)s.ptr, s.len);
  kt_builder_trim(job->out, s.len);
  return s;
}

kt_span kt_parse_repost(kt_parse_job *job, kt_span name, kt_json_val text, uint32_t *flags) {
  static const char before[] = "RT @";
  enum { BEFORE = sizeof before - 1, AROUND = BEFORE + 2 };
  uint32_t json_flags = 0;
  kt_span s;
  int escapes = kt_json_text(&job->json, text, &s);
  char *p = take(job, AROUND + name.len + s.len), *to = p;
  if (!p) return KT_NULL_SPAN;
  memcpy(to, before, BEFORE);
  memcpy(to + BEFORE, name.ptr, name.len);
  memcpy(to + BEFORE + name.len, ": ", 2);
  to += AROUND + name.len;
  size_t n = s.len;
  if (escapes > 0)
    n = kt_json_unescape(to, s, &json_flags);
  else if (n)
    memcpy(to, s.ptr, n);
  if (json_flags & KT_JSON_LONE_SURROGATE) *flags |= KT_REPAIRED;
  n = AROUND + name.len + kt_html_decode(to, n);
  kt_builder_trim(job->out, n);
  return kt_span_make(p, n);
}

kt_span kt_parse_repost_name(kt_parse_job *job, kt_json_val v) {
  kt_span s = kt_parse_string(job, v);
  if (s.len < 6 || memcmp(s.ptr, "RT @", 4) != 0) return KT_NULL_SPAN;
  size_t n = 4;
  while (n < s.len && (s.ptr[n] == '_' || (s.ptr[n] >= '0' && s.ptr[n] <= '9') ||
                       ((s.ptr[n] | 0x20) >= 'a' && (s.ptr[n] | 0x20) <= 'z')))
    n++;
  return n > 4 && n < s.len && s.ptr[n] == ':' ? kt_span_make(s.ptr + 4, n - 4) : KT_NULL_SPAN;
}

kt_span kt_parse_source(kt_parse_job *job, kt_json_val v) {
  kt_span s, inside;
  int escapes = kt_json_text(&job->json, v, &s);
  if (escapes < 0 || kt_html_anchor(s, &inside)) return escapes < 0 ? s : inside;
  if (escapes) {
    s = unescape(job, s, NULL);
  } else {
    if (!memchr(s.ptr, '<', s.len) && !memchr(s.ptr, '&', s.len)) return s;
    char *p = take(job, s.len);
    s.ptr = p ? memcpy(p, s.ptr, s.len) : NULL;
  }
  if (!s.ptr) return KT_NULL_SPAN;
  s.len = kt_html_decode((char *)s.ptr, kt_html_strip((char *)s.ptr, s.len));
  kt_builder_trim(job->out, s.len);
  return s;
}

int64_t kt_parse_time(kt_parse_job *job, kt_json_val v) {
  enum { LONGEST = 192 };
  char plain[LONGEST + UNESCAPE_SLACK];
  kt_span s;
  int escapes = kt_json_text(&job->json, v, &s);
  if (escapes < 0 || !s.len || s.len > LONGEST) return KT_UNKNOWN;
  /* Some writers escape the plus sign. */
  if (escapes) s = kt_span_make(plain, kt_json_unescape(plain, s, NULL));
  if (*s.ptr >= '0' && *s.ptr <= '9') return kt_time_parse_iso(s);
  return kt_time_parse_v1(s);
}

int64_t kt_parse_epoch_ms(kt_parse_job *job, kt_json_val v) {
  enum { MOST_DIGITS = 15 };
  kt_span s = kt_parse_string(job, v);
  if (!s.ptr) s = kt_json_raw(&job->json, v);
  if (!is_digits(s) || s.len > MOST_DIGITS) return KT_UNKNOWN;
  int64_t ms = 0;
  for (size_t i = 0; i < s.len; i++) ms = ms * 10 + (s.ptr[i] - '0');
  return ms;
}

int kt_parse_has_two(kt_parse_job *job, kt_json_val array) {
  kt_json_iter it = kt_json_items(&job->json, array);
  kt_json_val item;
  return kt_json_next_item(&job->json, &it, &item) && kt_json_next_item(&job->json, &it, &item);
}
