/* SPDX-License-Identifier: Apache-2.0 */
/* Our own records read back: tweet, sentiment and full. Their texts are no longer escaped. */
#include "base/error.h"
#include "parse/parse.h"

static const char *const kind_names[] = { "post", "delete", "notice", "gap", "dead" };
static const char *const label_names[] = { "", "POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED" };

static int index_of(const kt_parse_job *job, kt_json_val v, const char *const *names, int n) {
  kt_span s;
  if (kt_json_text(&job->json, v, &s) < 0) return -1;
  for (int i = 0; i < n; i++)
    if (kt_span_is(s, names[i])) return i;
  return -1;
}

int kt_parse_kind(const kt_parse_job *job, kt_json_val name) {
  return index_of(job, name, kind_names, sizeof kind_names / sizeof *kind_names);
}

static float score_of(const kt_parse_job *job, kt_json_val v) {
  double d;
  return kt_json_double(&job->json, v, &d) == KT_OK ? (float)d : 0;
}

static kt_status read_score(kt_parse_job *job, const kt_json_val *v) {
  int label =
      index_of(job, v[KT_RECORD_SENTIMENT], label_names, sizeof label_names / sizeof *label_names);
  if (label <= KT_LABEL_NONE) return KT_OK;
  const kt_score s = { .positive = score_of(job, v[KT_RECORD_POSITIVE]),
                       .negative = score_of(job, v[KT_RECORD_NEGATIVE]),
                       .neutral = score_of(job, v[KT_RECORD_NEUTRAL]),
                       .mixed = score_of(job, v[KT_RECORD_MIXED]),
                       .label = label };
  return kt_builder_score(job->out, &s);
}

static uint32_t read_flags(const kt_parse_job *job, const kt_json_val *v) {
  static const struct {
    int key;
    uint32_t flag;
  } flags[] = { { KT_RECORD_REPOST, KT_REPOST },
                { KT_RECORD_REPLY, KT_REPLY },
                { KT_RECORD_QUOTE, KT_QUOTE },
                { KT_RECORD_TRUNCATED, KT_TRUNCATED },
                { KT_RECORD_EDITED, KT_EDITED } };
  uint32_t out = 0;
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (kt_parse_is(job, v[flags[i].key], KT_JSON_TRUE)) out |= flags[i].flag;
  return out;
}

/* The fields that only a tweet record has. */
static void read_run(kt_parse_job *job, kt_record *r, const kt_json_val *v) {
  const double us_per_s = 1e6, most_s = 9e12;
  double start;
  int64_t n;
  if (kt_json_double(&job->json, v[KT_RECORD_RUN_START], &start) == KT_OK && start >= 0 &&
      start < most_s)
    r->run_start_us = (int64_t)(start * us_per_s + 0.5);
  if (kt_json_int(&job->json, v[KT_RECORD_RUN_LIMIT], &n) == KT_OK) r->run_limit_s = n;
  if (kt_json_int(&job->json, v[KT_RECORD_ID], &n) == KT_OK) r->run_no = n;
}

kt_status kt_parse_record(kt_parse_job *job, kt_json_val object, kt_error *why) {
  kt_json_val v[KT_RECORD_COUNT];
  kt_parse_pick(job, object, KT_SET_RECORD, v);
  int kind = kt_parse_kind(job, v[KT_RECORD_KIND]);
  if (kind == KT_DEAD) return kt_parse_dead(job, object, why);
  /* In a sentiment record `id` is the post's, in a tweet record the run counter. */
  int has_run = v[KT_RECORD_TWEET_ID].node != 0;
  kt_json_val id = v[has_run ? KT_RECORD_TWEET_ID : KT_RECORD_ID];
  kt_span id_text = kt_parse_id(job, id, id);
  if (!id_text.ptr && kind <= KT_DELETE)
    return kt_fail(why, KT_EPARSE, 0, "parse", "the record at byte %u has no %s", object.at,
                   has_run ? "tweet_id" : "id");
  kt_record *r = kt_parse_add(job, job->text);
  if (!r) return KT_ENOMEM;
  r->kind = kind < 0 ? KT_POST : (uint32_t)kind;
  r->id = id_text;
  r->text = kt_parse_string(job, v[KT_RECORD_TEXT]);
  r->created_ms = kt_parse_time(job, v[KT_RECORD_CREATED_TIME]);
  r->lang = kt_parse_string(job, v[KT_RECORD_LANG]);
  r->source = kt_parse_string(job, v[KT_RECORD_SOURCE]);
  r->user_id = kt_parse_id(job, v[KT_RECORD_USER_ID], v[KT_RECORD_USER_ID]);
  r->user_name = kt_parse_string(job, v[KT_RECORD_USER_NAME]);
  r->flags = read_flags(job, v);
  if (has_run && kind < 0) read_run(job, r, v);
  return read_score(job, v);
}
