/* SPDX-License-Identifier: Apache-2.0 */
#include "record/pointer.h"

#include "base/span.h"

/* As RFC 6901 has it: no leading zero. Nine digits are more items than a payload has. */
static int64_t index_of(const char *token, size_t n) {
  int64_t v = 0;
  if (n == 0 || n > 9 || (n > 1 && token[0] == '0')) return -1;
  for (size_t i = 0; i < n; i++) {
    if (token[i] < '0' || token[i] > '9') return -1;
    v = v * 10 + (token[i] - '0');
  }
  return v;
}

/* Copies a token without its ~0 and ~1. */
static char *unescape(kt_arena *arena, const char *token, size_t n) {
  char *name = kt_arena_alloc(arena, n + 1, 1), *out = name;
  if (!name) return NULL;
  for (size_t i = 0; i < n; i++)
    if (token[i] == '~')
      *out++ = token[++i] == '1' ? '/' : '~';
    else
      *out++ = token[i];
  *out = '\0';
  return name;
}

kt_status kt_pointer_compile(kt_pointer *p, kt_arena *arena, const char *pointer) {
  *p = (kt_pointer){ 0 };
  size_t count = 0;
  for (const char *c = pointer; *c; c++) count += *c == '/';
  if (!count) return KT_OK;
  p->tokens = kt_arena_alloc(arena, count * sizeof *p->tokens, _Alignof(kt_pointer_token));
  if (!p->tokens) return KT_ENOMEM;
  for (; p->count < count; p->count++) {
    const char *token = pointer + 1, *end = token;
    while (*end && *end != '/') end++;
    kt_pointer_token *t = &p->tokens[p->count];
    t->name = unescape(arena, token, (size_t)(end - token));
    if (!t->name || kt_json_keyset_init(&t->key, &t->name, 1) < 0) return KT_ENOMEM;
    t->index = index_of(token, (size_t)(end - token));
    pointer = end;
  }
  return KT_OK;
}

void kt_pointed_init(kt_pointed *p, const kt_env *env) {
  *p = (kt_pointed){ 0 };
  kt_json_init(&p->json, env, KT_JSON_BEST);
  kt_buf_init(&p->copy, env);
}

void kt_pointed_free(kt_pointed *p) {
  kt_json_free(&p->json);
  kt_buf_clear(&p->copy);
}

void kt_pointed_reset(kt_pointed *p) {
  p->is_open = 0;
}

static kt_status open_payload(kt_pointed *p, kt_span raw) {
  if (raw.len > SIZE_MAX - KT_JSON_SLACK_BYTES) return KT_ENOMEM;
  p->copy.len = 0;
  if (kt_buf_need(&p->copy, raw.len + KT_JSON_SLACK_BYTES)) return KT_ENOMEM;
  memcpy(p->copy.ptr, raw.ptr, raw.len);
  memset(p->copy.ptr + raw.len, ' ', KT_JSON_SLACK_BYTES);
  kt_status st = kt_json_open(&p->json, kt_span_make(p->copy.ptr, raw.len), NULL);
  if (st == KT_ENOMEM) return st;
  p->is_open = 1;
  p->is_json = st == KT_OK;
  return KT_OK;
}

static kt_json_val item_at(const kt_json *j, kt_json_val array, int64_t index) {
  kt_json_iter it = kt_json_items(j, array);
  kt_json_val item = { 0 };
  while (index >= 0 && kt_json_next_item(j, &it, &item))
    if (index-- == 0) return item;
  return (kt_json_val){ 0 };
}

kt_status kt_pointed_find(kt_pointed *p, kt_span raw, const kt_pointer *pointer, kt_span *out) {
  *out = KT_NULL_SPAN;
  if (!raw.ptr) return KT_OK;
  if (!p->is_open && open_payload(p, raw) < 0) return KT_ENOMEM;
  if (!p->is_json) return KT_OK;
  kt_json_val v = kt_json_root(&p->json);
  for (size_t i = 0; i < pointer->count; i++) {
    const kt_pointer_token *t = &pointer->tokens[i];
    if (kt_json_typeof(&p->json, v) == KT_JSON_ARRAY)
      v = item_at(&p->json, v, t->index);
    else {
      kt_json_val object = v;
      kt_json_pick(&p->json, object, &t->key, &v);
    }
  }
  if (kt_json_typeof(&p->json, v) > KT_JSON_NULL) *out = kt_json_raw(&p->json, v);
  return KT_OK;
}
