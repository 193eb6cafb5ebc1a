/* SPDX-License-Identifier: Apache-2.0 */
/* A payload and the records it must become. */
#ifndef KT_TESTS_PARSE_CASE_H
#define KT_TESTS_PARSE_CASE_H

#include <stdio.h>

#include "unit.h"

typedef struct want {
  uint32_t kind, flags;
  const char *id, *ref_id, *text, *lang, *source, *user_id, *user_name; /* NULL: null */
  int64_t created_ms;                                                   /* 0: unknown */
} want;

static inline kt_batch *parse_with(const char *parser, kt_span payload) {
  kt_env *env = test_env(NULL, NULL);
  kt_parts *parts = NULL;
  kt_batch *b = NULL;
  kt_error err;
  ck_assert_ptr_nonnull(env);
  ck_assert_int_eq(kt_parts_new(env, &parts, NULL), KT_OK);
  kt_status st = kt_parts_parse(parts, parser, payload, &b, &err);
  ck_assert_msg(st == KT_OK, "%s: %s", parser, st < 0 ? err.message : "");
  kt_parts_free(parts);
  kt_env_free(env);
  return b;
}

static inline kt_batch *parse_text(const char *parser, const char *payload) {
  return parse_with(parser, kt_span_of(payload));
}

static inline void check_field(const char *payload, const char *name, kt_span got,
                               const char *expected) {
  ck_assert_msg(kt_span_equal(got, kt_span_of(expected)), "%s of %s: \"%.*s\"%s, not %s%s", name,
                payload, (int)got.len, got.ptr ? got.ptr : "", got.ptr ? "" : " (null)",
                expected ? expected : "", expected ? "" : "null");
}

static inline void check_record(const char *payload, const kt_record *r, const want *w) {
  ck_assert_msg(r->kind == w->kind, "kind of %s: %u", payload, r->kind);
  ck_assert_msg(r->flags == w->flags, "flags of %s: %u", payload, r->flags);
  check_field(payload, "id", r->id, w->id);
  check_field(payload, "ref_id", r->ref_id, w->ref_id);
  check_field(payload, "text", r->text, w->text);
  check_field(payload, "lang", r->lang, w->lang);
  check_field(payload, "source", r->source, w->source);
  check_field(payload, "user_id", r->user_id, w->user_id);
  check_field(payload, "user_name", r->user_name, w->user_name);
  ck_assert_msg(r->created_ms == (w->created_ms ? w->created_ms : KT_UNKNOWN),
                "created_ms of %s: %lld", payload, (long long)r->created_ms);
}

static inline void check_one(const char *parser, const char *payload, want w) {
  kt_batch *b = parse_text(parser, payload);
  ck_assert_msg(kt_batch_count(b) == 1, "%s: %zu records", payload, kt_batch_count(b));
  check_record(payload, kt_batch_record(b, 0), &w);
  kt_batch_unref(b);
}

static inline void check_rejected(const char *parser, const char *payload, const char *reason) {
  kt_batch *b = parse_text(parser, payload);
  kt_dead dead = { .size = sizeof dead };
  ck_assert_msg(kt_batch_count(b) == 1, "%s: %zu records", payload, kt_batch_count(b));
  ck_assert_msg(kt_batch_record(b, 0)->kind == KT_DEAD, "%s was taken", payload);
  ck_assert_int_eq(kt_batch_dead(b, 0, &dead), KT_OK);
  check_field(payload, "lane", dead.lane, "parse");
  check_field(payload, "reason", dead.reason, reason);
  check_field(payload, "frame", kt_batch_record(b, 0)->raw, payload);
  kt_batch_unref(b);
}

#endif
