/* SPDX-License-Identifier: Apache-2.0 */
/* Which form a payload has. */
#include "base/error.h"
#include "json/scan.h"
#include "parse/parse.h"

static int is_record(const kt_parse_job *job, const kt_json_val *v) {
  return v[KT_TOP_CREATED_TIME].node || v[KT_TOP_TWEET_ID].node ||
         (v[KT_TOP_KIND].node && kt_parse_kind(job, v[KT_TOP_KIND]) >= 0) ||
         kt_parse_is(job, v[KT_TOP_SENTIMENT], KT_JSON_STRING);
}

/* A post of v2 that lost its envelope: an item of a page, flattened captures. */
static int is_bare_v2(const kt_json_val *v) {
  return v[KT_TOP_AUTHOR_ID].node || v[KT_TOP_TWEET_EDITS].node || v[KT_TOP_POST_EDITS].node;
}

static int is_container(const kt_parse_job *job, kt_json_val v) {
  return kt_json_typeof(&job->json, v) >= KT_JSON_ARRAY;
}

static int looks_like_post(const kt_json_val *v) {
  return v[KT_TOP_TEXT].node || v[KT_TOP_FULL_TEXT].node || v[KT_TOP_EXTENDED].node ||
         v[KT_TOP_USER].node ||
         (v[KT_TOP_CREATED_AT].node && (v[KT_TOP_ID].node || v[KT_TOP_ID_STR].node));
}

static const char *taken_forms(uint32_t forms) {
  switch (forms) {
  case KT_FORM_V1:
    return "v1.1 posts, pages and notices";
  case KT_FORM_V2:
    return "v2 payloads";
  case KT_FORM_RECORD:
    return "tweet, sentiment, full and dead-letter records";
  default:
    return "v1.1 and v2 payloads and our records";
  }
}

static kt_status refuse(const kt_parse_job *job, kt_error *why) {
  return kt_fail(why, KT_EPARSE, 0, "parse",
                 "JSON, but no form that this parser knows; it takes %s", taken_forms(job->forms));
}

static kt_status parse_notice(kt_parse_job *job, kt_json_val root, kt_error *why) {
  int known = 0;
  kt_status st =
      job->forms & (KT_FORM_V1 | KT_FORM_V2) ? kt_parse_notice(job, root, &known, why) : KT_OK;
  return st < 0 || known ? st : refuse(job, why);
}

static kt_status parse_object(kt_parse_job *job, kt_json_val root, kt_error *why) {
  kt_json_val v[KT_TOP_COUNT];
  uint32_t forms = job->forms;
  job->includes.users.count = job->includes.posts.count = 0;
  kt_parse_pick(job, root, KT_SET_TOP, v);
  if (forms & KT_FORM_RECORD && is_record(job, v)) return kt_parse_record(job, root, why);
  if (forms & KT_FORM_V2 && is_container(job, v[KT_TOP_DATA]))
    return kt_parse_v2(job, v[KT_TOP_DATA], v[KT_TOP_INCLUDES], why);
  if (forms & KT_FORM_V2 && is_bare_v2(v)) return kt_parse_v2_post(job, root, job->text, why);
  if (forms & KT_FORM_V1 && kt_parse_is(job, v[KT_TOP_STATUSES], KT_JSON_ARRAY))
    return kt_parse_v1_page(job, v[KT_TOP_STATUSES], why);
  if (forms & KT_FORM_V1 && looks_like_post(v))
    return kt_parse_v1_post(job, root, v, job->text, why);
  return parse_notice(job, root, why);
}

/* A timeline of the v1.1 API, or what a capture was put together as. Each item is a payload, but a
 * dead letter in it stays one: unpacking it would take the reader. */
static kt_status parse_array(kt_parse_job *job, kt_json_val root, kt_error *why) {
  kt_json_iter it = kt_json_items(&job->json, root);
  kt_json_val item;
  while (kt_json_next_item(&job->json, &it, &item)) {
    if (kt_parse_is(job, item, KT_JSON_NULL)) continue;
    if (!kt_parse_is(job, item, KT_JSON_OBJECT))
      return kt_fail(why, KT_EPARSE, 0, "parse", "the item at byte %u of the array is no object",
                     item.at);
    job->text = kt_json_raw(&job->json, item);
    kt_status st = parse_object(job, item, why);
    if (st < 0) return st;
  }
  return KT_OK;
}

static kt_status parse_root(kt_parse_job *job, kt_error *why) {
  kt_json_val root = kt_json_root(&job->json);
  uint32_t forms = job->forms;
  if (kt_parse_is(job, root, KT_JSON_OBJECT)) return parse_object(job, root, why);
  if (!kt_parse_is(job, root, KT_JSON_ARRAY)) return refuse(job, why);
  job->forms &= ~(uint32_t)KT_FORM_UNPACK;
  kt_status st = parse_array(job, root, why);
  job->forms = forms;
  return st;
}

static kt_span without_mark(kt_span text) {
  static const char mark[] = "\xef\xbb\xbf";
  if (text.len < 3 || memcmp(text.ptr, mark, 3) != 0) return text;
  return kt_span_make(text.ptr + 3, text.len - 3);
}

static int is_blank(kt_span text) {
  return kt_json_scan_space(text.ptr, text.ptr + text.len) == text.ptr + text.len;
}

kt_status kt_parse_payload(kt_parse_job *job, kt_span text, kt_error *why) {
  text = without_mark(text);
  if (is_blank(text)) return KT_OK;
  job->text = text;
  kt_status st = kt_json_open(&job->json, text, why);
  if (st == KT_OK) st = parse_root(job, why);
  return job->no_memory ? KT_ENOMEM : st;
}
