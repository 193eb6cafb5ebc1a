/* SPDX-License-Identifier: Apache-2.0 */
/* What the API says instead of a post: deletes, and notices under the name that it gives them.
 *
 * Of a notice about a post `ref_id` is that post: `id` is left to what is a post or deletes one. */
#include "base/error.h"
#include "parse/parse.h"

static kt_json_val first_of(const kt_parse_job *job, const kt_json_val *v, int a, int b, int c) {
  return kt_parse_is(job, v[a], KT_JSON_OBJECT)   ? v[a]
         : kt_parse_is(job, v[b], KT_JSON_OBJECT) ? v[b]
                                                  : v[c];
}

/* What `body` is about: {"status": {id, user_id}}, {"tweet": {id, author_id}}, {"user": {id}}, or
 * ids directly inside. */
typedef struct about {
  kt_span post, user;
  int64_t when_ms;
} about;

static kt_span user_id_in(kt_parse_job *job, const kt_json_val *v) {
  kt_span id = kt_parse_id(job, v[KT_BODY_USER_ID_STR], v[KT_BODY_USER_ID]);
  return id.ptr ? id : kt_parse_id(job, v[KT_BODY_AUTHOR_ID], v[KT_BODY_AUTHOR_ID]);
}

static about read_about(kt_parse_job *job, kt_json_val body, int is_user) {
  kt_json_val outer[KT_BODY_COUNT], inner[KT_BODY_COUNT], *v = outer;
  about a = { .when_ms = KT_UNKNOWN };
  if (!kt_parse_pick(job, body, KT_SET_BODY, outer)) return a;
  a.when_ms = kt_parse_epoch_ms(job, outer[KT_BODY_TIMESTAMP_MS]);
  if (a.when_ms == KT_UNKNOWN) a.when_ms = kt_parse_time(job, outer[KT_BODY_EVENT_AT]);
  kt_json_val post = first_of(job, outer, KT_BODY_STATUS, KT_BODY_TWEET, KT_BODY_POST);
  if (kt_parse_pick(job, post, KT_SET_BODY, inner)) {
    v = inner;
  } else if (kt_parse_pick(job, outer[KT_BODY_USER], KT_SET_BODY, inner)) {
    v = inner;
    is_user = 1;
  }
  kt_span id = kt_parse_id(job, v[KT_BODY_ID_STR], v[KT_BODY_ID]);
  a.user = is_user && id.ptr ? id : user_id_in(job, v);
  if (!is_user) a.post = id;
  return a;
}

static kt_status add_delete(kt_parse_job *job, kt_json_val body, kt_error *why) {
  about a = read_about(job, body, 0);
  if (!a.post.ptr)
    return kt_fail(why, KT_EPARSE, 0, "parse", "the delete at byte %u has no id of a post",
                   body.at);
  kt_record *r = kt_parse_add(job, job->text);
  if (!r) return KT_ENOMEM;
  r->kind = KT_DELETE;
  r->id = a.post;
  r->user_id = a.user;
  r->created_ms = a.when_ms;
  return KT_OK;
}

static kt_status add_notice(kt_parse_job *job, kt_span name, about a) {
  kt_record *r = kt_parse_add(job, job->text);
  if (!r) return KT_ENOMEM;
  r->kind = KT_NOTICE;
  r->text = name;
  r->ref_id = a.post;
  r->user_id = a.user;
  r->created_ms = a.when_ms;
  return KT_OK;
}

/* The title of a problem: of the payload itself, or of the first of its errors if that ends the
 * stream. */
static kt_span problem_title(kt_parse_job *job, const kt_json_val *v) {
  kt_json_val first, e[KT_BODY_COUNT];
  if (kt_parse_has(job, v[KT_NOTICE_DETAIL]) || kt_parse_has(job, v[KT_NOTICE_CONNECTION_ISSUE]))
    return kt_parse_string(job, v[KT_NOTICE_TITLE]);
  kt_json_iter it = kt_json_items(&job->json, v[KT_NOTICE_ERRORS]);
  if (kt_json_next_item(&job->json, &it, &first) && kt_parse_pick(job, first, KT_SET_BODY, e) &&
      kt_parse_has(job, e[KT_BODY_DISCONNECT_TYPE]))
    return kt_parse_string(job, e[KT_BODY_TITLE]);
  return KT_NULL_SPAN;
}

static int has_form(const kt_parse_job *job, size_t key, kt_json_val v) {
  switch (key) {
  case KT_NOTICE_EVENT:
    return kt_parse_is(job, v, KT_JSON_STRING);
  case KT_NOTICE_FOR_USER:
    return kt_parse_has(job, v);
  case KT_NOTICE_FRIENDS:
  case KT_NOTICE_FRIENDS_STR:
  case KT_NOTICE_ERRORS:
    return kt_parse_is(job, v, KT_JSON_ARRAY);
  default:
    return kt_parse_is(job, v, KT_JSON_OBJECT);
  }
}

static int is_about_user(size_t key) {
  return key == KT_NOTICE_USER_WITHHELD ||
         (key >= KT_NOTICE_USER_DELETE && key <= KT_NOTICE_USER_UPDATE);
}

kt_status kt_parse_notice(kt_parse_job *job, kt_json_val object, int *known, kt_error *why) {
  kt_json_val v[KT_NOTICE_COUNT], body[KT_BODY_COUNT];
  const about nothing = { .when_ms = KT_UNKNOWN };
  *known = 1;
  kt_parse_pick(job, object, KT_SET_NOTICE, v);
  if (kt_parse_pick(job, v[KT_NOTICE_DELETE], KT_SET_BODY, body) &&
      first_of(job, body, KT_BODY_STATUS, KT_BODY_TWEET, KT_BODY_POST).node)
    return add_delete(job, v[KT_NOTICE_DELETE], why);
  kt_span title = problem_title(job, v);
  if (title.ptr) return add_notice(job, title, nothing);
  for (size_t key = 0; key < KT_NOTICE_META; key++)
    if (has_form(job, key, v[key]))
      return add_notice(job, kt_span_of(kt_parse_key_name(KT_SET_NOTICE, key)),
                        read_about(job, v[key], is_about_user(key)));
  /* An empty page says how many posts it has and no more. */
  *known = kt_parse_is(job, v[KT_NOTICE_META], KT_JSON_OBJECT);
  return KT_OK;
}
