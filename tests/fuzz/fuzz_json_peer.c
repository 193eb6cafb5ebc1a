/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader against json-c, in its strict mode: what we accept it accepts, with the same
 * values; what it accepts and we do not is one of its laxities, which are listed here. And against
 * yyjson, where script/bench has put its source. */
#include <stdlib.h>

#include <json-c/json.h>
#ifdef FUZZ_YYJSON
#include <yyjson.h>
#endif

#include "fuzz.h"
#include "json/json.h"
#include "strict.h"

/* What json-c 0.16 takes with JSON_TOKENER_STRICT and JSON_TOKENER_VALIDATE_UTF8 although
 * RFC 8259 does not, by what strict.c says of it:
 *  - literals: NaN, Infinity and -Infinity;
 *  - numbers: a point without digits behind it, "1." and "1.e5";
 *  - control characters in strings, a tab or a line end among them;
 *  - UTF-8: overlong forms, surrogates and what lies above U+10FFFF.
 * Structure and escapes are never lax. The check is by these kinds of faults, not by each text. */
static int is_lax(strict_fault fault) {
  return fault == STRICT_LITERAL || fault == STRICT_NUMBER || fault == STRICT_CONTROL ||
         fault == STRICT_UTF8;
}

static void same_value(const kt_json *j, kt_json_val v, json_object *o, char *room);

static void same_string(const kt_json *j, kt_json_val v, json_object *o, char *room) {
  kt_span s;
  uint32_t flags = 0;
  kt_json_text(j, v, &s);
  size_t n = kt_json_unescape(room, s, &flags);
  if (flags) return; /* the two replace a lone surrogate at different places */
  FUZZ_CHECK(n == (size_t)json_object_get_string_len(o));
  FUZZ_CHECK(!memcmp(room, json_object_get_string(o), n));
}

static void same_number(const kt_json *j, kt_json_val v, json_object *o) {
  int64_t integer;
  double real, theirs = json_object_get_double(o);
  if (kt_json_int(j, v, &integer) == KT_OK && json_object_is_type(o, json_type_int))
    FUZZ_CHECK(integer == json_object_get_int64(o));
  else if (kt_json_double(j, v, &real) == KT_OK && json_object_is_type(o, json_type_double))
    FUZZ_CHECK(real == theirs);
}

static void same_object(const kt_json *j, kt_json_val v, json_object *o, char *room) {
  kt_json_iter it = kt_json_members(j, v);
  kt_json_val key, value;
  while (kt_json_next_member(j, &it, &key, &value)) {
    kt_span name;
    uint32_t flags = 0;
    json_object *other = NULL;
    kt_json_text(j, key, &name);
    size_t n = kt_json_unescape(room, name, &flags);
    room[n] = '\0';
    if (flags || strlen(room) != n) continue; /* its names end at a NUL */
    FUZZ_CHECK(json_object_object_get_ex(o, room, &other));
    /* Of doubled names the last wins in both. */
    kt_json_iter rest = it;
    kt_json_val later, unused;
    int doubled = 0;
    while (!doubled && kt_json_next_member(j, &rest, &later, &unused)) {
      kt_json_text(j, later, &name);
      char *tail = room + n + 1;
      size_t m = kt_json_unescape(tail, name, &flags);
      tail[m] = '\0';
      doubled = !strcmp(tail, room);
    }
    if (!doubled) same_value(j, value, other, room);
  }
}

static void same_value(const kt_json *j, kt_json_val v, json_object *o, char *room) {
  static const json_type types[] = {
    [KT_JSON_NULL] = json_type_null,    [KT_JSON_FALSE] = json_type_boolean,
    [KT_JSON_TRUE] = json_type_boolean, [KT_JSON_STRING] = json_type_string,
    [KT_JSON_ARRAY] = json_type_array,  [KT_JSON_OBJECT] = json_type_object
  };
  kt_json_type type = kt_json_typeof(j, v);
  json_type theirs = json_object_get_type(o);
  FUZZ_CHECK(type == KT_JSON_NUMBER ? theirs == json_type_int || theirs == json_type_double
                                    : theirs == types[type]);
  if (type == KT_JSON_STRING) same_string(j, v, o, room);
  if (type == KT_JSON_NUMBER) same_number(j, v, o);
  if (type == KT_JSON_OBJECT) same_object(j, v, o, room);
  if (type != KT_JSON_ARRAY) return;
  kt_json_iter it = kt_json_items(j, v);
  kt_json_val item;
  size_t i = 0;
  while (kt_json_next_item(j, &it, &item))
    same_value(j, item, json_object_array_get_idx(o, i++), room);
  FUZZ_CHECK(i == json_object_array_length(o));
}

/* Whether json-c takes the whole text; *out = what it made of it. */
static int json_c_reads(kt_span text, json_object **out) {
  json_tokener *tok = json_tokener_new_ex(2 * KT_JSON_MAX_DEPTH);
  json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  /* With its NUL, so that a number at the end of the text ends. */
  char *copy = fuzz_copy(text, 1, '\0');
  *out = json_tokener_parse_ex(tok, copy, (int)text.len + 1);
  int ok = json_tokener_get_error(tok) == json_tokener_success &&
           json_tokener_get_parse_end(tok) >= text.len;
  json_tokener_free(tok);
  free(copy);
  return ok;
}

static void check_json_c(const kt_json *j, kt_status st, kt_span text, strict_fault fault,
                         char *room) {
  json_object *o = NULL;
  int taken = json_c_reads(text, &o);
  /* From 0.18 on it refuses every byte above 127 in a value, and integers beyond 64 bits. */
  if (st == KT_OK && json_c_version_num() < 18 << 8) FUZZ_CHECK(taken);
  if (st == KT_EPARSE && taken) FUZZ_CHECK(is_lax(fault));
  if (st == KT_OK && taken) same_value(j, kt_json_root(j), o, room);
  json_object_put(o);
}

#ifdef FUZZ_YYJSON
static void check_yyjson(kt_status st, kt_span text, int lone) {
  yyjson_read_err err;
  char *copy = fuzz_copy(text, 1, '\0');
  yyjson_doc *doc = yyjson_read_opts(copy, text.len, YYJSON_READ_NUMBER_AS_RAW, NULL, &err);
  if (st == KT_OK && !lone) FUZZ_CHECK(doc != NULL); /* it refuses a lone surrogate */
  if (st == KT_EPARSE) FUZZ_CHECK(doc == NULL);
  yyjson_doc_free(doc);
  free(copy);
}

static int has_lone(const strict *s, char *room) {
  int lone = 0;
  for (size_t i = 0; i < s->count && !lone; i++)
    if (s->nodes[i].type == '"' || s->nodes[i].type == 'k')
      strict_unescape((kt_span){ s->text + s->nodes[i].from, s->nodes[i].to - s->nodes[i].from },
                      room, &lone);
  return lone;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size || size > 65536 || memchr(data, '\0', size)) return 0; /* json-c ends at a NUL */
  char *text = fuzz_copy((kt_span){ (const char *)data, size }, KT_JSON_SLACK_BYTES, '"');
  char *room = malloc(2 * size + 4 * KT_JSON_SLACK_BYTES);
  kt_span span = { text, size };
  fuzz_env e;
  kt_json j;
  strict s;
  fuzz_env_open(&e);
  kt_json_init(&j, e.env, KT_JSON_BEST);
  kt_status st = kt_json_open(&j, span, NULL);
  strict_fault fault = strict_read(&s, span, KT_JSON_MAX_DEPTH);
  check_json_c(&j, st, span, fault, room);
#ifdef FUZZ_YYJSON
  check_yyjson(st, span, fault == STRICT_OK && has_lone(&s, room));
#endif
  strict_free(&s);
  kt_json_free(&j);
  fuzz_env_close(&e);
  free(room);
  free(text);
  return 0;
}
