/* SPDX-License-Identifier: Apache-2.0 */
/* The whole way from payload to kt_record, in a batch of as many posts as an engine's. It does more
 * than the others: recognises the form, rebuilds reposts, decodes entities, strips the source,
 * reads the time.
 */
#include "peers.h"

#include <stdlib.h>

#include "json/json.h"
#include "record/batch.h"

enum { BATCH = 500 };

extern const kt_parser_ops kt_parser_auto;

typedef struct self {
  kt_env *env;
  kt_batch_pool *pool;
  kt_batch *batch;
  kt_builder out;
  void *parser;
} self;

static int next_batch(self *s) {
  kt_batch_unref(s->batch);
  s->batch = kt_batch_new(s->env, s->pool);
  s->out = (kt_builder){ .batch = s->batch };
  return s->batch ? kt_block_add(&s->batch->block, (kt_span){ "", 0 }, 0, (kt_span){ "", 0 }, 0)
                  : -1;
}

int bench_parser_open(bench_peer *p) {
  self *s = calloc(1, sizeof *s);
  p->self = s;
  if (!s || kt_env_new(NULL, &s->env, NULL) < 0) return -1;
  kt_json best;
  kt_json_init(&best, s->env, KT_JSON_BEST);
  p->kernel = kt_json_isa_name(best.isa);
  s->pool = kt_batch_pool_new(s->env, 1);
  if (!s->pool || next_batch(s) < 0) return -1;
  return kt_parser_auto.open(NULL, s->env, NULL, &s->parser, NULL);
}

static bench_span view(kt_span s) {
  return (bench_span){ s.ptr, s.len };
}

int bench_parser_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]) {
  self *s = p->self;
  if (s->batch->count >= BATCH && next_batch(s) < 0) return -1;
  s->batch->block.frames[0].bytes = (kt_span){ text, len };
  size_t had = s->batch->count;
  if (kt_parser_auto.parse(s->parser, &s->batch->block, &s->out, NULL) < 0 ||
      s->batch->count == had)
    return -1;
  const kt_record *r = &s->batch->records[had];
  out[BENCH_ID] = view(r->id);
  out[BENCH_TEXT] = view(r->text);
  out[BENCH_CREATED] = (bench_span){ NULL, 0 };
  out[BENCH_LANG] = view(r->lang);
  out[BENCH_SOURCE] = view(r->source);
  out[BENCH_USER_ID] = view(r->user_id);
  out[BENCH_USER_NAME] = view(r->user_name);
  return 0;
}

void bench_parser_close(bench_peer *p) {
  self *s = p->self;
  kt_parser_auto.close(s->parser);
  kt_batch_unref(s->batch);
  kt_batch_pool_close(s->pool);
  kt_env_free(s->env);
  free(s);
}
