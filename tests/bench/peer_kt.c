/* SPDX-License-Identifier: Apache-2.0 */
/* Our reader by itself, without parser and batch. */
#include "peers.h"

#include <stdlib.h>

#include "json/json.h"

enum { SCRATCH = 1 << 20 };

typedef struct self {
  kt_env *env;
  kt_json json;
  kt_json_keyset post, user;
  char scratch[SCRATCH], *at;
} self;

int bench_kt_open(bench_peer *p) {
  static const char *const post[] = { "id_str", "text", "created_at", "lang", "source", "user" };
  static const char *const user[] = { "id_str", "name" };
  self *s = calloc(1, sizeof *s);
  kt_env_new(NULL, &s->env, NULL);
  kt_json_init(&s->json, s->env, (kt_json_isa)p->kind);
  kt_json_keyset_init(&s->post, post, 6);
  kt_json_keyset_init(&s->user, user, 2);
  p->self = s;
  p->kernel = kt_json_isa_name(s->json.isa);
  return (int)s->json.isa != p->kind;
}

static bench_span take_string(self *s, kt_json_val v) {
  kt_span raw;
  if (kt_json_text(&s->json, v, &raw) <= 0) return (bench_span){ raw.ptr, raw.len };
  char *to = s->at;
  size_t n = kt_json_unescape(to, raw, NULL);
  s->at += n;
  return (bench_span){ to, n };
}

int bench_kt_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]) {
  self *s = p->self;
  kt_json_val post[6], user[2];
  s->at = s->scratch;
  if (kt_json_open(&s->json, (kt_span){ text, len }, NULL)) return -1;
  kt_json_pick(&s->json, kt_json_root(&s->json), &s->post, post);
  kt_json_pick(&s->json, post[5], &s->user, user);
  for (int i = 0; i < 5; i++) out[i] = take_string(s, post[i]);
  out[BENCH_USER_ID] = take_string(s, user[0]);
  out[BENCH_USER_NAME] = take_string(s, user[1]);
  return 0;
}

void bench_kt_close(bench_peer *p) {
  self *s = p->self;
  kt_json_free(&s->json);
  kt_env_free(s->env);
  free(s);
}
