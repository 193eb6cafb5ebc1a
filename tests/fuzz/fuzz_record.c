/* SPDX-License-Identifier: Apache-2.0 */
/* Records with any texts, written in every format and read back as the same: CSV by a strict reader
 * of its own, NDJSON and DynamoDB by strict.c and json-c. First byte: delimiter; second: numbers
 * and kinds; then texts with 0x1f between them, seven a record. */
#include <stdlib.h>

#ifndef FUZZ_OWN
#include <json-c/json.h>
#endif

#include "base/utf8.h"
#include "csv.h"
#include "fuzz.h"
#include "record/batch.h"
#include "records.h"
#include "strict.h"

enum { TEXTS = 7, RECORDS = 32 };
static const char fields[] = "text,tweet_id,ref_id,lang,source,user_id,user_name";
static const char *const names[TEXTS] = { "text",   "tweet_id", "ref_id",   "lang",
                                          "source", "user_id",  "user_name" };

static kt_batch *make(const kt_env *env, fuzz_input *in, unsigned variety) {
  kt_batch *b = kt_batch_new(env, NULL);
  kt_builder build = { .batch = b };
  for (unsigned i = 0; i < RECORDS && in->len; i++) {
    FUZZ_CHECK(kt_block_add(&b->block, kt_span_of("{}"), 1, kt_span_of("p:1"), variety) == KT_OK);
    kt_record *r = kt_builder_add(&build, i);
    kt_span *texts[TEXTS] = { &r->text,   &r->id,      &r->ref_id,   &r->lang,
                              &r->source, &r->user_id, &r->user_name };
    r->flags = variety & 31;
    r->created_ms = variety & 32 ? (int64_t)variety * INT64_C(123456789) : KT_UNKNOWN;
    for (int k = 0; k < TEXTS && in->len; k++) {
      kt_span s = fuzz_until(in, 0x1f);
      s.len = kt_utf8_valid(s.ptr, s.len);
      if (s.len == 1 && *s.ptr == '~') continue; /* null */
      *texts[k] = kt_arena_copy(&b->arena, s);
    }
  }
  return b;
}

static kt_span text_of(const kt_record *r, int k) {
  const kt_span texts[TEXTS] = { r->text,   r->id,      r->ref_id,   r->lang,
                                 r->source, r->user_id, r->user_name };
  return texts[k];
}

static int same(kt_span s, const char *p, size_t n) {
  return s.len == n && (!n || !memcmp(s.ptr, p, n));
}

static void check_csv(const kt_batch *b, char delimiter, kt_span text) {
  char *cell = malloc(text.len + 1);
  size_t at = 0, len;
  for (size_t i = 0; i <= kt_batch_count(b); i++)
    for (int k = 0; k < TEXTS; k++) {
      FUZZ_CHECK(csv_next(text, delimiter, &at, cell, &len) == (k < TEXTS - 1));
      kt_span want = i ? text_of(kt_batch_record(b, i - 1), k) : kt_span_of(names[k]);
      FUZZ_CHECK(same(want, cell, len));
    }
  FUZZ_CHECK(at == text.len);
  free(cell);
}

static size_t check_string(const strict *s, size_t node, kt_span want) {
  const strict_node *n = &s->nodes[node];
  char *back = malloc(n->to - n->from + 1);
  int lone;
  FUZZ_CHECK(n->type == '"' || n->type == 'k');
  FUZZ_CHECK(same(want, back,
                  strict_unescape((kt_span){ s->text + n->from, n->to - n->from }, back, &lone)));
  FUZZ_CHECK(!lone);
  free(back);
  return node + 1;
}

/* {"text":"..",..} or {"text":{"S":".."},..} */
static void check_object(const kt_record *r, kt_span text, int typed) {
  strict s;
  size_t at = 1;
  FUZZ_CHECK(strict_read(&s, text, 2) == STRICT_OK);
  for (int k = 0; k < TEXTS; k++) {
    kt_span want = text_of(r, k);
    at = check_string(&s, at, kt_span_of(names[k]));
    if (typed) at = check_string(&s, at + 1, kt_span_of(want.ptr ? "S" : "NULL"));
    if (want.ptr)
      at = check_string(&s, at, want);
    else
      FUZZ_CHECK(s.nodes[at++].type == (typed ? 't' : 'n'));
  }
  FUZZ_CHECK(at == s.count);
  strict_free(&s);
}

#ifndef FUZZ_OWN
static void check_json_c(const kt_record *r, kt_span text, int typed) {
  char *copy = fuzz_string(text);
  json_object *o = json_tokener_parse(copy), *v;
  FUZZ_CHECK(o != NULL && json_object_object_length(o) == TEXTS);
  for (int k = 0; k < TEXTS; k++) {
    kt_span want = text_of(r, k);
    FUZZ_CHECK(json_object_object_get_ex(o, names[k], &v));
    if (typed) FUZZ_CHECK(json_object_object_get_ex(v, want.ptr ? "S" : "NULL", &v));
    if (want.ptr)
      FUZZ_CHECK(same(want, json_object_get_string(v), (size_t)json_object_get_string_len(v)));
  }
  json_object_put(o);
  free(copy);
}
#endif

static void check_json(const kt_record *r, kt_span text, int typed) {
  check_object(r, text, typed);
#ifndef FUZZ_OWN
  check_json_c(r, text, typed);
#endif
}

static void check_all(const kt_env *env, const kt_batch *b, char delimiter) {
  char uri[128] = "x:?delimiter=_&fields=";
  kt_buf *out;
  kt_conf *conf;
  FUZZ_CHECK(kt_buf_new(env, &out, NULL) == KT_OK);
  *strchr(uri, '_') = delimiter;
  strcat(uri, fields);
  FUZZ_CHECK(records_encode(env, b, KT_FORMAT_CSV, uri, out, NULL));
  check_csv(b, delimiter, kt_buf_bytes(out));
  FUZZ_CHECK(kt_conf_new(env, KT_ENCODER_OPTIONS, &conf, NULL) == KT_OK);
  FUZZ_CHECK(kt_conf_set(conf, "fields", fields, NULL) == KT_OK);
  for (int32_t format = KT_FORMAT_NDJSON; format <= KT_FORMAT_DYNAMODB;
       format += KT_FORMAT_DYNAMODB) {
    kt_encoder *e;
    FUZZ_CHECK(kt_encoder_new(env, format, conf, &e, NULL) == KT_OK);
    for (size_t i = 0; i < kt_batch_count(b); i++) {
      kt_buf_truncate(out, 0);
      FUZZ_CHECK(kt_encoder_record(e, b, i, out, NULL) == KT_OK);
      kt_span text = kt_buf_bytes(out);
      FUZZ_CHECK(fuzz_is_utf8(text));
      if (format == KT_FORMAT_NDJSON) FUZZ_CHECK(text.ptr[--text.len] == '\n');
      check_json(kt_batch_record(b, i), text, format == KT_FORMAT_DYNAMODB);
    }
    kt_encoder_free(e);
  }
  kt_conf_free(conf);
  kt_buf_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  char delimiter = ";,|\t:a0 "[fuzz_choice(&in, 8)];
  unsigned variety = fuzz_choice(&in, 64);
  fuzz_env e;
  fuzz_env_open(&e);
  kt_batch *b = make(e.env, &in, variety);
  records_check(b);
  records_encode_all(e.env, b, variety);
  check_all(e.env, b, delimiter);
  kt_batch_unref(b);
  fuzz_env_close(&e);
  return 0;
}
