/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up records for Python: the same for the same seed, encoded by this library and compared with
 * what Python's csv, json and pyarrow make of them. */
#include <stdlib.h>

#include <kappatweet/kappatweet.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/utf8.h"
#include "record/batch.h"

#define EXPORT __attribute__((visibility("default")))

typedef struct posts {
  kt_env *env;
  kt_batch *batch;
  kt_buf out;
} posts;

EXPORT posts *kt_test_posts_new(uint64_t seed, size_t n);
EXPORT void kt_test_posts_free(posts *p);
EXPORT const char *kt_test_posts_encode(posts *p, int format, const char *uri, size_t *len);
EXPORT int kt_test_posts_export(posts *p, const char *record, struct ArrowSchema *schema,
                                struct ArrowArray *array);

static uint64_t below(posts *p, uint64_t n) {
  return kt_env_random(p->env) % n;
}

/* Mostly what must be quoted or escaped; now and then long and harmless. */
static kt_span random_text(posts *p, size_t max) {
  static const uint32_t pool[] = { '"', ';', ',', '\n', '\r', '\t', '\\', ' ',    'a',     0x7F,
                                   1,   'b', '/', 0xE9, '|',  0xF1, '\'', 0x2028, 0x1F600, 0xFFFD };
  if (!below(p, 5)) return KT_NULL_SPAN;
  size_t n = below(p, max), rare = below(p, 2) ? 40 : 1;
  char *text = kt_arena_alloc(&p->batch->arena, 4 * n + 1, 1), *to = text;
  for (size_t i = 0; i < n; i++)
    to += kt_utf8_encode(below(p, rare) ? 'x' : pool[below(p, sizeof pool / sizeof *pool)], to);
  return kt_span_make(text, (size_t)(to - text));
}

static void fill(posts *p, kt_record *r) {
  kt_span *texts[] = { &r->text,   &r->id,      &r->ref_id,   &r->lang,
                       &r->source, &r->user_id, &r->user_name };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    *texts[i] = random_text(p, i ? 12 : 200);
  r->flags = (uint32_t)below(p, 64);
  r->kind = below(p, 10) ? KT_POST : (uint32_t)below(p, 4);
  if (below(p, 9)) r->created_ms = 1636106400000 + (int64_t)below(p, 2000000);
  if (below(p, 9)) r->run_no = (int64_t)below(p, 1000000);
  if (below(p, 9)) r->run_start_us = 1636106400000000 + (int64_t)below(p, 5000000);
  if (below(p, 9)) r->run_limit_s = (int64_t)below(p, 100000);
}

posts *kt_test_posts_new(uint64_t seed, size_t n) {
  static const char payload[] =
      "{\"n\": 1.50, \"s\": \"a\\\"b;\\u00e9\\n\", \"o\": {\"x\": [1, null]},"
      "\n \"t\": true}";
  kt_env_ops ops = { .size = sizeof ops, .seed = seed };
  posts *p = calloc(1, sizeof *p);
  if (!p || kt_env_new(&ops, &p->env, NULL) < 0) abort();
  p->batch = kt_batch_new(p->env, NULL);
  kt_buf_init(&p->out, p->env);
  kt_builder build = { .batch = p->batch };
  for (size_t i = 0; i < n; i++) {
    if (kt_block_add(&p->batch->block, kt_span_of(payload), 1, KT_LIT("p:1"), 1636106400500) < 0)
      abort();
    kt_record *r = kt_builder_add(&build, i);
    if (!r) abort();
    fill(p, r);
    kt_score s = { .label = (int32_t)below(p, 5) };
    s.positive = (float)below(p, 1u << 24) / (1u << 24);
    s.negative = 1 - s.positive;
    s.mixed = (float)below(p, 100) * 1e-7f;
    if (kt_builder_score(&build, &s) < 0) abort();
  }
  return p;
}

void kt_test_posts_free(posts *p) {
  kt_buf_clear(&p->out);
  kt_batch_unref(p->batch);
  kt_env_free(p->env);
  free(p);
}

/* Header and records; borrowed until the next call. NULL: `uri` is refused. */
const char *kt_test_posts_encode(posts *p, int format, const char *uri, size_t *len) {
  kt_conf *conf = NULL;
  kt_encoder *e = NULL;
  p->out.len = 0;
  if (kt_conf_new(p->env, KT_ENCODER_OPTIONS, &conf, NULL) < 0) abort();
  if (kt_conf_set_uri(conf, uri, NULL) == KT_OK) kt_encoder_new(p->env, format, conf, &e, NULL);
  kt_conf_free(conf);
  if (!e || kt_encoder_header(e, &p->out) < 0) return NULL;
  for (size_t i = 0; i < kt_batch_count(p->batch); i++)
    if (kt_encoder_record(e, p->batch, i, &p->out, NULL) < 0) abort();
  kt_encoder_free(e);
  *len = p->out.len;
  return kt_buf_bytes(&p->out).ptr;
}

int kt_test_posts_export(posts *p, const char *record, struct ArrowSchema *schema,
                         struct ArrowArray *array) {
  return kt_batch_export_arrow(p->env, p->batch, record, schema, array, NULL);
}
