/* SPDX-License-Identifier: Apache-2.0 */
/* Posts of the v2 API: {"data": post or posts, "includes": {...}}. */
#include "base/error.h"
#include "parse/parse.h"

/* The member under its name of yesterday or under the one the spec is moving to. */
static kt_json_val either(kt_json_val tweet, kt_json_val post) {
  return tweet.node ? tweet : post;
}

static kt_json_val whole_text(kt_parse_job *job, const kt_json_val *v) {
  kt_json_val note[KT_LONG_TEXT_COUNT];
  if (kt_parse_pick(job, either(v[KT_V2_NOTE_TWEET], v[KT_V2_NOTE_POST]), KT_SET_LONG_TEXT, note) &&
      kt_parse_is(job, note[KT_LONG_TEXT_TEXT], KT_JSON_STRING))
    return note[KT_LONG_TEXT_TEXT];
  return v[KT_V2_TEXT];
}

static int user_of(kt_parse_job *job, kt_span id, kt_json_val embedded, kt_json_val *user) {
  kt_json_val object = kt_includes_find(&job->includes.users, id);
  return kt_parse_pick(job, object.node ? object : embedded, KT_SET_USER, user);
}

static int is_type(kt_span type, const char *yesterday, const char *today) {
  return kt_span_is(type, yesterday) || kt_span_is(type, today);
}

/* Sets the flags; ids[] = what is reposted, answered, quoted (the first of each). */
static void read_references(kt_parse_job *job, kt_record *r, kt_json_val references,
                            kt_span ids[3]) {
  static const uint32_t flags[] = { KT_REPOST, KT_REPLY, KT_QUOTE };
  kt_json_iter it = kt_json_items(&job->json, references);
  kt_json_val item, v[KT_REFERENCE_COUNT];
  while (kt_json_next_item(&job->json, &it, &item)) {
    kt_parse_pick(job, item, KT_SET_REFERENCE, v);
    kt_span type = kt_parse_string(job, v[KT_REFERENCE_TYPE]);
    int kind = is_type(type, "retweeted", "reposted")   ? 0
               : is_type(type, "replied_to", "replied") ? 1
               : kt_span_is(type, "quoted")             ? 2
                                                        : -1;
    if (kind < 0) continue;
    r->flags |= flags[kind];
    if (!ids[kind].ptr) ids[kind] = kt_parse_id(job, v[KT_REFERENCE_ID], v[KT_REFERENCE_ID]);
  }
  for (int kind = 0; kind < 3 && !r->ref_id.ptr; kind++) r->ref_id = ids[kind];
}

static void read_text(kt_parse_job *job, kt_record *r, const kt_json_val *v, kt_span reposted) {
  kt_json_val original[KT_V2_COUNT], author[KT_USER_COUNT], text;
  if (kt_parse_pick(job, kt_includes_find(&job->includes.posts, reposted), KT_SET_V2, original) &&
      kt_parse_is(job, text = whole_text(job, original), KT_JSON_STRING)) {
    kt_span name = KT_NULL_SPAN;
    kt_span author_id = kt_parse_id(job, original[KT_V2_AUTHOR_ID], original[KT_V2_AUTHOR_ID]);
    if (user_of(job, author_id, original[KT_V2_AUTHOR], author))
      name = kt_parse_string(job, author[KT_USER_USERNAME]);
    if (!name.len) name = kt_parse_repost_name(job, v[KT_V2_TEXT]);
    if (name.len) {
      r->text = kt_parse_repost(job, name, text, &r->flags);
      return;
    }
  }
  r->text = kt_parse_text(job, whole_text(job, v), &r->flags);
}

static kt_status add_post(kt_parse_job *job, kt_json_val post, const kt_json_val *v, kt_span raw,
                          kt_error *why) {
  kt_span id = kt_parse_id(job, v[KT_V2_ID], v[KT_V2_ID]);
  if (!id.ptr) return kt_fail(why, KT_EPARSE, 0, "parse", "the post at byte %u has no id", post.at);
  if (!kt_parse_has(job, v[KT_V2_TEXT]) && !kt_parse_has(job, v[KT_V2_AUTHOR_ID]))
    return kt_fail(why, KT_EPARSE, 0, "parse",
                   "the object at byte %u is no post: it has an id but no text and no author_id",
                   post.at);
  kt_record *r = kt_parse_add(job, raw);
  if (!r) return KT_ENOMEM;
  kt_span ids[3] = { KT_NULL_SPAN, KT_NULL_SPAN, KT_NULL_SPAN };
  r->id = id;
  read_references(job, r, either(v[KT_V2_REFERENCED_TWEETS], v[KT_V2_REFERENCED_POSTS]), ids);
  read_text(job, r, v, ids[0]);
  r->created_ms = kt_parse_time(job, v[KT_V2_CREATED_AT]);
  r->lang = kt_parse_string(job, v[KT_V2_LANG]);
  r->source = kt_parse_source(job, v[KT_V2_SOURCE]);
  if (kt_parse_has_two(job, either(v[KT_V2_TWEET_EDITS], v[KT_V2_POST_EDITS])))
    r->flags |= KT_EDITED;
  r->user_id = kt_parse_id(job, v[KT_V2_AUTHOR_ID], v[KT_V2_AUTHOR_ID]);
  kt_json_val user[KT_USER_COUNT];
  if (user_of(job, r->user_id, v[KT_V2_AUTHOR], user)) {
    r->user_name = kt_parse_string(job, user[KT_USER_NAME]);
    if (!r->user_id.ptr) r->user_id = kt_parse_id(job, user[KT_USER_ID], user[KT_USER_ID]);
  }
  return KT_OK;
}

kt_status kt_parse_v2_post(kt_parse_job *job, kt_json_val post, kt_span raw, kt_error *why) {
  kt_json_val v[KT_V2_COUNT];
  if (!kt_parse_pick(job, post, KT_SET_V2, v))
    return kt_fail(why, KT_EPARSE, 0, "parse", "the item at byte %u of the page is no object",
                   post.at);
  return add_post(job, post, v, raw, why);
}

kt_status kt_parse_v2(kt_parse_job *job, kt_json_val data, kt_json_val includes, kt_error *why) {
  kt_json_val item, v[KT_V2_COUNT];
  if (kt_includes_load(job, includes) < 0) return KT_ENOMEM;
  if (kt_parse_pick(job, data, KT_SET_V2, v)) {
    if (kt_parse_has(job, v[KT_V2_ID])) return add_post(job, data, v, job->text, why);
    int known;
    kt_status st = kt_parse_notice(job, data, &known, why);
    if (st < 0 || known) return st;
    return add_post(job, data, v, job->text, why);
  }
  kt_json_iter it = kt_json_items(&job->json, data);
  while (kt_json_next_item(&job->json, &it, &item)) {
    if (kt_parse_is(job, item, KT_JSON_NULL)) continue;
    kt_status st = kt_parse_v2_post(job, item, kt_json_raw(&job->json, item), why);
    if (st < 0) return st;
  }
  return KT_OK;
}
