/* SPDX-License-Identifier: Apache-2.0 */
#include "peers.h"

#include <json-c/json.h>

typedef struct self {
  json_tokener *tok;
  json_object *last;
} self;

static self only; /* one at a time */

int bench_jsonc_open(bench_peer *p) {
  only.tok = json_tokener_new_ex(128);
  json_tokener_set_flags(only.tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  p->self = &only;
  p->kernel = "plain";
  return 0;
}

static bench_span get(json_object *o, const char *key) {
  json_object *v;
  if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
    return (bench_span){ NULL, 0 };
  return (bench_span){ json_object_get_string(v), (size_t)json_object_get_string_len(v) };
}

int bench_jsonc_take(bench_peer *p, const char *text, size_t len, bench_span out[BENCH_FIELDS]) {
  self *s = p->self;
  json_object *user = NULL;
  json_object_put(s->last);
  json_tokener_reset(s->tok);
  s->last = json_tokener_parse_ex(s->tok, text, (int)len);
  if (json_tokener_get_error(s->tok) != json_tokener_success) return -1;
  json_object_object_get_ex(s->last, "user", &user);
  out[BENCH_ID] = get(s->last, "id_str");
  out[BENCH_TEXT] = get(s->last, "text");
  out[BENCH_CREATED] = get(s->last, "created_at");
  out[BENCH_LANG] = get(s->last, "lang");
  out[BENCH_SOURCE] = get(s->last, "source");
  out[BENCH_USER_ID] = get(user, "id_str");
  out[BENCH_USER_NAME] = get(user, "name");
  return 0;
}

void bench_jsonc_close(bench_peer *p) {
  self *s = p->self;
  json_object_put(s->last);
  json_tokener_free(s->tok);
  s->last = NULL;
}
