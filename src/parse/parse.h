/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of posts share: one call's state, and how fields are read. */
#ifndef KT_PARSE_PARSE_H
#define KT_PARSE_PARSE_H

#include <kappatweet/parser.h>

#include "base/span.h"
#include "json/json.h"
#include "parse/includes.h"
#include "parse/keys.h"

/* Which forms a parser takes. */
enum {
  KT_FORM_V1 = 1u << 0,
  KT_FORM_V2 = 1u << 1,
  KT_FORM_RECORD = 1u << 2,
  KT_FORM_UNPACK = 1u << 3 /* the frame of a dead letter is parsed again */
};

/* Of one call of parse(); kept for the next one. */
typedef struct kt_parse_job {
  struct kt_parse_job *next;
  const kt_parse_keys *keys;
  uint32_t forms;
  kt_json json;
  kt_includes includes;
  kt_builder *out;
  size_t frame;
  kt_span text;  /* the payload that is parsed: a frame, one in a dead letter, an array's item */
  int no_memory; /* an allocation failed: what was read since is not to be used */
} kt_parse_job;

/* The functions below that return a status give KT_OK, KT_ENOMEM (no_memory may be set instead), or
 * what is wrong with the payload in *why. */

/* Adds the records of one payload, behind which KT_JSON_SLACK_BYTES are readable; of a blank one
 * none. */
kt_status kt_parse_payload(kt_parse_job *job, kt_span text, kt_error *why);
/* `v` = what KT_SET_TOP found in `post`. */
kt_status kt_parse_v1_post(kt_parse_job *job, kt_json_val post, const kt_json_val *v, kt_span raw,
                           kt_error *why);
/* `page` is an array of v1.1 posts. */
kt_status kt_parse_v1_page(kt_parse_job *job, kt_json_val page, kt_error *why);
/* A payload with `data`. */
kt_status kt_parse_v2(kt_parse_job *job, kt_json_val data, kt_json_val includes, kt_error *why);
/* A post without its envelope. */
kt_status kt_parse_v2_post(kt_parse_job *job, kt_json_val post, kt_span raw, kt_error *why);
/* KT_NOTICE and KT_DELETE; *known = 0: `object` is no notice. */
kt_status kt_parse_notice(kt_parse_job *job, kt_json_val object, int *known, kt_error *why);
kt_status kt_parse_record(kt_parse_job *job, kt_json_val object, kt_error *why);
kt_status kt_parse_dead(kt_parse_job *job, kt_json_val object, kt_error *why);

/* The kind that a full record calls so, or -1. */
int kt_parse_kind(const kt_parse_job *job, kt_json_val name);

static inline int kt_parse_pick(const kt_parse_job *job, kt_json_val object, kt_key_set set,
                                kt_json_val *v) {
  return kt_json_pick(&job->json, object, &job->keys->set[set], v);
}

/* A record for this frame; NULL sets no_memory. */
kt_record *kt_parse_add(kt_parse_job *job, kt_span raw);

/* Fields. What is not there or has another type is null, KT_UNKNOWN or 0. Strings are views where
 * they can be. */
kt_span kt_parse_string(kt_parse_job *job, kt_json_val v);
/* The string `str`, else the integer or string `num` as it is written. */
kt_span kt_parse_id(kt_parse_job *job, kt_json_val str, kt_json_val num);
/* A text of the API: entities decoded once. Sets KT_REPAIRED in *flags. */
kt_span kt_parse_text(kt_parse_job *job, kt_json_val v, uint32_t *flags);
/* "RT @name: " and the text of the original, which is a string. */
kt_span kt_parse_repost(kt_parse_job *job, kt_span name, kt_json_val text, uint32_t *flags);
/* The name in "RT @name: ..."; null if `v` does not begin so. */
kt_span kt_parse_repost_name(kt_parse_job *job, kt_json_val v);
/* The client's name without its markup. */
kt_span kt_parse_source(kt_parse_job *job, kt_json_val v);
/* v1.1's form or ISO 8601. */
int64_t kt_parse_time(kt_parse_job *job, kt_json_val v);
/* Milliseconds since the epoch, as number or string. */
int64_t kt_parse_epoch_ms(kt_parse_job *job, kt_json_val v);

/* An array of two items or more. */
int kt_parse_has_two(kt_parse_job *job, kt_json_val array);

/* kt_json_typeof(), whose answer lies in the first byte of all but numbers. */
static inline int kt_parse_is(const kt_parse_job *job, kt_json_val v, kt_json_type type) {
  static const char first[] = {
    [KT_JSON_NULL] = 'n',   [KT_JSON_FALSE] = 'f', [KT_JSON_TRUE] = 't',
    [KT_JSON_STRING] = '"', [KT_JSON_ARRAY] = '[', [KT_JSON_OBJECT] = '{'
  };
  if (type == KT_JSON_NONE || type == KT_JSON_NUMBER) return kt_json_typeof(&job->json, v) == type;
  return v.node && job->json.text[v.at] == first[type];
}
/* Neither absent nor null. */
static inline int kt_parse_has(const kt_parse_job *job, kt_json_val v) {
  return v.node && job->json.text[v.at] != 'n';
}

#endif
