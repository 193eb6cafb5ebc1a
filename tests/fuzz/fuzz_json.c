/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader against strict.c, in every instruction set: the same verdict, the same places,
 * the same values; kt_json_find() against the walk. First byte: how the text is shifted against the
 * blocks of the vector code; second: what stands behind it. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "json/json.h"
#include "strict.h"

static const kt_json_isa isas[] = { KT_JSON_PLAIN, KT_JSON_AVX2, KT_JSON_AVX512 };
enum { ISAS = 3 };

typedef struct scratch {
  char *ours, *theirs;
} scratch;

static const char types[] = {
  [KT_JSON_NULL] = 'n',   [KT_JSON_FALSE] = 'f', [KT_JSON_TRUE] = 't',  [KT_JSON_NUMBER] = '0',
  [KT_JSON_STRING] = '"', [KT_JSON_ARRAY] = '[', [KT_JSON_OBJECT] = '{'
};

static void check_string(const kt_json *j, kt_json_val v, kt_span quoted, const scratch *t) {
  kt_span inside;
  uint32_t flags = 0;
  int lone, escapes = kt_json_text(j, v, &inside);
  FUZZ_CHECK(escapes >= 0 && inside.ptr == quoted.ptr + 1 && inside.len == quoted.len - 2);
  FUZZ_CHECK(escapes == (memchr(inside.ptr, '\\', inside.len) != NULL));
  size_t n = kt_json_unescape(t->ours, inside, &flags);
  FUZZ_CHECK(n == strict_unescape(quoted, t->theirs, &lone) && !memcmp(t->ours, t->theirs, n));
  FUZZ_CHECK((flags == KT_JSON_LONE_SURROGATE) == lone);
}

static void check_number(const kt_json *j, kt_json_val v, kt_span raw) {
  char *text = fuzz_string(raw), *end;
  double ours = 0, theirs = strtod(text, &end);
  int64_t integer = 0;
  FUZZ_CHECK(*end == '\0');
  kt_status st = kt_json_double(j, v, &ours);
  if (st == KT_OK)
    FUZZ_CHECK(!memcmp(&ours, &theirs, sizeof ours));
  else
    FUZZ_CHECK(st == KT_ETOOBIG && theirs - theirs != 0);
  st = kt_json_int(j, v, &integer);
  if (strpbrk(text, ".eE")) {
    FUZZ_CHECK(st == KT_EINVAL);
  } else {
    char again[24];
    snprintf(again, sizeof again, "%lld", (long long)integer);
    /* What does not fit has more digits or is beyond the last one; -0 is 0. */
    if (st == KT_OK)
      FUZZ_CHECK(!strcmp(again, text) || (!integer && !strcmp(text, "-0")));
    else
      FUZZ_CHECK(st == KT_ETOOBIG && strlen(text) >= 19);
  }
  free(text);
}

/* The value at `index` of the oracle's list; returns the index behind it. */
static size_t check_value(const kt_json *j, kt_json_val v, const strict *s, size_t index,
                          const scratch *t) {
  const strict_node *n = &s->nodes[index];
  kt_span want = { s->text + n->from, n->to - n->from }, raw = kt_json_raw(j, v);
  kt_json_val key, item;
  FUZZ_CHECK(types[kt_json_typeof(j, v)] == n->type && v.at == n->from);
  FUZZ_CHECK(raw.ptr == want.ptr && raw.len == want.len);
  size_t at = index + 1;
  if (n->type == '"') check_string(j, v, want, t);
  if (n->type == '0') check_number(j, v, want);
  kt_json_iter it = kt_json_items(j, v);
  while (kt_json_next_item(j, &it, &item)) at = check_value(j, item, s, at, t);
  it = kt_json_members(j, v);
  while (kt_json_next_member(j, &it, &key, &item)) {
    const strict_node *k = &s->nodes[at];
    FUZZ_CHECK(k->type == 'k' && key.at == k->from);
    check_string(j, key, (kt_span){ s->text + k->from, k->to - k->from }, t);
    at = check_value(j, item, s, at + 1, t);
  }
  FUZZ_CHECK(at == n->after);
  return at;
}

/* Each member of the object at the top by its pointer: of doubled names the last. */
static void check_find(const strict *s, kt_span text, const scratch *t) {
  kt_span got;
  FUZZ_CHECK(kt_json_find(text, "", &got) == KT_OK && got.ptr == text.ptr + s->nodes[0].from);
  FUZZ_CHECK(got.len == s->nodes[0].to - s->nodes[0].from);
  if (s->nodes[0].type != '{') return;
  for (size_t i = 1, shown = 0; i < s->count && shown < 16; i = s->nodes[i + 1].after, shown++) {
    int lone;
    kt_span key = { s->text + s->nodes[i].from, s->nodes[i].to - s->nodes[i].from };
    size_t n = strict_unescape(key, t->ours, &lone), m = 0;
    if (lone || memchr(t->ours, '\0', n)) continue; /* no pointer can name it */
    t->theirs[m++] = '/';
    for (size_t k = 0; k < n; k++) {
      t->theirs[m++] = t->ours[k];
      if (t->ours[k] != '~' && t->ours[k] != '/') continue;
      t->theirs[m - 1] = '~';
      t->theirs[m++] = t->ours[k] == '~' ? '0' : '1';
    }
    t->theirs[m] = '\0';
    size_t last = i;
    for (size_t k = i; k < s->count; k = s->nodes[k + 1].after) {
      char *other = malloc(s->nodes[k].to - s->nodes[k].from + 1);
      kt_span name = { s->text + s->nodes[k].from, s->nodes[k].to - s->nodes[k].from };
      size_t len = strict_unescape(name, other, &lone);
      if (len == n && !lone && !memcmp(other, t->ours, n)) last = k;
      free(other);
    }
    FUZZ_CHECK(kt_json_find(text, t->theirs, &got) == KT_OK);
    FUZZ_CHECK(got.ptr == s->text + s->nodes[last + 1].from);
    FUZZ_CHECK(got.len == s->nodes[last + 1].to - s->nodes[last + 1].from);
  }
}

static int same_index(const kt_json *a, const kt_json *b) {
  if (a->count != b->count) return 0;
  for (uint32_t i = 0; i <= a->count; i++) {
    if (a->pos[i] != b->pos[i] || a->ch[i] != b->ch[i]) return 0;
    if ((a->ch[i] | 0x20) == '{' && a->match[i] != b->match[i]) return 0;
  }
  return 1;
}

static kt_status want_of(strict_fault fault) {
  return fault == STRICT_OK ? KT_OK : fault == STRICT_DEEP ? KT_ETOOBIG : KT_EPARSE;
}

static void check_readers(fuzz_env *e, kt_span text, const strict *s, strict_fault fault,
                          const scratch *t) {
  kt_json readers[ISAS];
  kt_error errors[ISAS];
  for (int i = 0; i < ISAS; i++) {
    kt_json_init(&readers[i], e->env, isas[i]);
    kt_status st = kt_json_open(&readers[i], text, &errors[i]);
    FUZZ_CHECK((st == KT_OK) == (fault == STRICT_OK));
    FUZZ_CHECK(fault == STRICT_DEEP || st == want_of(fault));
    FUZZ_CHECK(readers[i].fallbacks == 0);
    if (st == KT_OK) {
      FUZZ_CHECK(same_index(&readers[0], &readers[i]));
      check_value(&readers[i], kt_json_root(&readers[i]), s, 0, t);
    } else {
      fuzz_check_error(st, &errors[i]);
      FUZZ_CHECK(!strcmp(errors[i].message, errors[0].message));
    }
  }
  for (int i = 0; i < ISAS; i++) kt_json_free(&readers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  unsigned shift = fuzz_choice(&in, 64);
  char filler = "\"}] 0\\\xff\0"[fuzz_choice(&in, 8)];
  if (in.len > 65536) return 0;
  /* Blanks in front move the text within the blocks of 64 bytes. */
  size_t len = in.len + shift;
  char *text = malloc(len + KT_JSON_SLACK_BYTES);
  memset(text, ' ', shift);
  if (in.len) memcpy(text + shift, in.p, in.len);
  memset(text + len, filler, KT_JSON_SLACK_BYTES);
  kt_span span = { text, len };
  scratch t = { malloc(2 * len + KT_JSON_SLACK_BYTES), malloc(2 * len + KT_JSON_SLACK_BYTES) };
  fuzz_env e;
  strict s;
  fuzz_env_open(&e);
  strict_fault fault = strict_read(&s, span, KT_JSON_MAX_DEPTH);
  check_readers(&e, span, &s, fault, &t);
  if (fault == STRICT_OK) check_find(&s, span, &t);
  fuzz_env_close(&e);
  strict_free(&s);
  free(t.ours);
  free(t.theirs);
  free(text);
  return 0;
}
