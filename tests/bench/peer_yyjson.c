/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#include <stdlib.h>

#include <yyjson.h>

typedef struct self {
  char *pool;
  size_t pool_bytes;
  yyjson_doc *doc;
} self;

int bench_yyjson_open(bench_peer *p) {
  p->self = calloc(1, sizeof(self));
  p->kernel = "plain";
  return p->self == NULL;
}

static bench_span get(yyjson_val *o, const char *key) {
  yyjson_val *v = yyjson_obj_get(o, key);
  return (bench_span){ yyjson_get_str(v), yyjson_get_len(v) };
}

/* The pool is kept, so nothing is allocated in the long run. */
int bench_yyjson_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]) {
  self *s = p->self;
  yyjson_alc pool;
  size_t need = yyjson_read_max_memory_usage(len, 0);
  if (need > s->pool_bytes) {
    free(s->pool);
    s->pool = malloc(need);
    s->pool_bytes = need;
  }
  yyjson_alc_pool_init(&pool, s->pool, s->pool_bytes);
  s->doc = yyjson_read_opts((char *)(uintptr_t)text, len, 0, &pool, NULL);
  if (!s->doc) return -1;
  yyjson_val *post = yyjson_doc_get_root(s->doc), *user = yyjson_obj_get(post, "user");
  out[BENCH_ID] = get(post, "id_str");
  out[BENCH_TEXT] = get(post, "text");
  out[BENCH_CREATED] = get(post, "created_at");
  out[BENCH_LANG] = get(post, "lang");
  out[BENCH_SOURCE] = get(post, "source");
  out[BENCH_USER_ID] = get(user, "id_str");
  out[BENCH_USER_NAME] = get(user, "name");
  return 0;
}

void bench_yyjson_close(bench_peer *p) {
  self *s = p->self;
  free(s->pool);
  free(s);
}
