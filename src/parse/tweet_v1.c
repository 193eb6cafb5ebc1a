/* SPDX-License-Identifier: Apache-2.0 */
/* Posts of the v1.1 API, streaming and REST. */
#include "base/error.h"
#include "parse/parse.h"

/* The three places of a text, best first. */
typedef struct whole {
  kt_json_val text;
  int cut; /* the payload does not hold it whole */
} whole;

static whole find_whole(kt_parse_job *job, kt_json_val extended, kt_json_val full, kt_json_val text,
                        kt_json_val truncated) {
  kt_json_val v[KT_LONG_TEXT_COUNT];
  if (kt_parse_pick(job, extended, KT_SET_LONG_TEXT, v) &&
      kt_parse_is(job, v[KT_LONG_TEXT_FULL_TEXT], KT_JSON_STRING))
    return (whole){ v[KT_LONG_TEXT_FULL_TEXT], 0 };
  if (kt_parse_is(job, full, KT_JSON_STRING)) return (whole){ full, 0 };
  return (whole){ text, kt_parse_is(job, truncated, KT_JSON_TRUE) };
}

/* Fills in text, flags and ref_id from the original in `v`. */
static void repost(kt_parse_job *job, kt_record *r, whole outer, kt_json_val original) {
  kt_json_val v[KT_ORIGINAL_COUNT], author[KT_AUTHOR_COUNT];
  kt_parse_pick(job, original, KT_SET_ORIGINAL, v);
  r->flags |= KT_REPOST;
  r->ref_id = kt_parse_id(job, v[KT_ORIGINAL_ID_STR], v[KT_ORIGINAL_ID]);
  whole inner = find_whole(job, v[KT_ORIGINAL_EXTENDED], v[KT_ORIGINAL_FULL_TEXT],
                           v[KT_ORIGINAL_TEXT], v[KT_ORIGINAL_TRUNCATED]);
  kt_span name = KT_NULL_SPAN;
  if (kt_parse_pick(job, v[KT_ORIGINAL_USER], KT_SET_AUTHOR, author))
    name = kt_parse_string(job, author[KT_AUTHOR_SCREEN_NAME]);
  if (!name.len) name = kt_parse_repost_name(job, outer.text);
  if (!name.len || !kt_parse_is(job, inner.text, KT_JSON_STRING)) {
    r->text = kt_parse_text(job, outer.text, &r->flags);
    if (outer.cut) r->flags |= KT_TRUNCATED;
    return;
  }
  r->text = kt_parse_repost(job, name, inner.text, &r->flags);
  if (inner.cut) r->flags |= KT_TRUNCATED;
}

static int is_edited(kt_parse_job *job, kt_json_val edits, kt_span id) {
  kt_json_val v[KT_EDITS_COUNT];
  if (!kt_parse_pick(job, edits, KT_SET_EDITS, v)) return 0;
  if (kt_parse_has_two(job, v[KT_EDITS_IDS])) return 1;
  kt_span first = kt_parse_id(job, v[KT_EDITS_FIRST], v[KT_EDITS_FIRST]);
  return first.ptr && !kt_span_equal(first, id);
}

/* What it answers, else what it quotes; a repost keeps what it reposts. */
static void refer(kt_parse_job *job, kt_record *r, const kt_json_val *v) {
  if (kt_parse_has(job, v[KT_TOP_REPLY_STR]) || kt_parse_has(job, v[KT_TOP_REPLY])) {
    r->flags |= KT_REPLY;
    if (!r->ref_id.ptr) r->ref_id = kt_parse_id(job, v[KT_TOP_REPLY_STR], v[KT_TOP_REPLY]);
  }
  kt_json_val quoted = v[KT_TOP_QUOTED];
  if (!kt_parse_is(job, v[KT_TOP_IS_QUOTE], KT_JSON_TRUE) &&
      !kt_parse_is(job, quoted, KT_JSON_OBJECT))
    return;
  r->flags |= KT_QUOTE;
  if (r->ref_id.ptr) return;
  r->ref_id = kt_parse_id(job, v[KT_TOP_QUOTED_STR], v[KT_TOP_QUOTED_ID]);
  kt_json_val in[KT_ORIGINAL_COUNT];
  if (!r->ref_id.ptr && kt_parse_pick(job, quoted, KT_SET_ORIGINAL, in))
    r->ref_id = kt_parse_id(job, in[KT_ORIGINAL_ID_STR], in[KT_ORIGINAL_ID]);
}

kt_status kt_parse_v1_post(kt_parse_job *job, kt_json_val post, const kt_json_val *v, kt_span raw,
                           kt_error *why) {
  kt_span id = kt_parse_id(job, v[KT_TOP_ID_STR], v[KT_TOP_ID]);
  if (!id.ptr)
    return kt_fail(why, KT_EPARSE, 0, "parse", "the post at byte %u has no id_str and no id",
                   post.at);
  kt_record *r = kt_parse_add(job, raw);
  if (!r) return KT_ENOMEM;
  r->id = id;
  whole outer =
      find_whole(job, v[KT_TOP_EXTENDED], v[KT_TOP_FULL_TEXT], v[KT_TOP_TEXT], v[KT_TOP_TRUNCATED]);
  if (kt_parse_is(job, v[KT_TOP_REPOSTED], KT_JSON_OBJECT)) {
    repost(job, r, outer, v[KT_TOP_REPOSTED]);
  } else {
    r->text = kt_parse_text(job, outer.text, &r->flags);
    if (outer.cut) r->flags |= KT_TRUNCATED;
  }
  refer(job, r, v);
  r->created_ms = kt_parse_time(job, v[KT_TOP_CREATED_AT]);
  if (r->created_ms == KT_UNKNOWN) r->created_ms = kt_parse_epoch_ms(job, v[KT_TOP_TIMESTAMP_MS]);
  r->lang = kt_parse_string(job, v[KT_TOP_LANG]);
  r->source = kt_parse_source(job, v[KT_TOP_SOURCE]);
  if (kt_parse_has(job, v[KT_TOP_EDITS]) && is_edited(job, v[KT_TOP_EDITS], id))
    r->flags |= KT_EDITED;
  kt_json_val user[KT_USER_COUNT];
  if (kt_parse_pick(job, v[KT_TOP_USER], KT_SET_USER, user)) {
    r->user_id = kt_parse_id(job, user[KT_USER_ID_STR], user[KT_USER_ID]);
    r->user_name = kt_parse_string(job, user[KT_USER_NAME]);
  }
  return KT_OK;
}

kt_status kt_parse_v1_page(kt_parse_job *job, kt_json_val page, kt_error *why) {
  kt_json_iter it = kt_json_items(&job->json, page);
  kt_json_val item, v[KT_TOP_COUNT];
  while (kt_json_next_item(&job->json, &it, &item)) {
    if (kt_parse_is(job, item, KT_JSON_NULL)) continue;
    if (!kt_parse_pick(job, item, KT_SET_TOP, v))
      return kt_fail(why, KT_EPARSE, 0, "parse", "the item at byte %u of the page is no object",
                     item.at);
    kt_status st = kt_parse_v1_post(job, item, v, kt_json_raw(&job->json, item), why);
    if (st < 0) return st;
  }
  return KT_OK;
}
