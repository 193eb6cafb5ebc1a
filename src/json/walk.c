/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the index of a text that is known to be right. */
#include "json/scan.h"

static inline uint64_t load64(const char *p) {
  uint64_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

static inline int is_open(uint8_t ch) {
  return (ch | 0x20) == '{';
}

/* Where the value behind a bracket, comma or colon begins. */
static inline uint32_t value_at(const kt_json *j, uint32_t node) {
  uint32_t at = j->pos[node] + 1;
  while (kt_json_is_space(j->text[at])) at++;
  return at;
}

/* The structural character behind the value that `node` belongs to. */
static inline uint32_t node_after(const kt_json *j, uint32_t node) {
  return is_open(j->ch[node]) ? j->match[node] + 1 : node;
}

static inline uint32_t comma_or_none(const kt_json *j, uint32_t node) {
  return (j->ch[node] & 0x7f) == ',' ? node : 0;
}

static inline size_t scalar_end(const kt_json *j, uint32_t node) {
  size_t end = j->pos[node];
  while (kt_json_is_space(j->text[end - 1])) end--;
  return end;
}

kt_json_val kt_json_root(const kt_json *j) {
  return j->count ? (kt_json_val){ value_at(j, 0), 1 } : (kt_json_val){ 0, 0 };
}

kt_json_type kt_json_typeof(const kt_json *j, kt_json_val v) {
  if (!v.node) return KT_JSON_NONE;
  switch (j->text[v.at]) {
  case '{':
    return KT_JSON_OBJECT;
  case '[':
    return KT_JSON_ARRAY;
  case '"':
    return KT_JSON_STRING;
  case 'n':
    return KT_JSON_NULL;
  case 't':
    return KT_JSON_TRUE;
  case 'f':
    return KT_JSON_FALSE;
  default:
    return KT_JSON_NUMBER;
  }
}

kt_span kt_json_raw(const kt_json *j, kt_json_val v) {
  if (!v.node) return (kt_span){ NULL, 0 };
  size_t end =
      is_open(j->ch[v.node]) ? (size_t)j->pos[j->match[v.node]] + 1 : scalar_end(j, v.node);
  return (kt_span){ j->text + v.at, end - v.at };
}

kt_json_iter kt_json_items(const kt_json *j, kt_json_val array) {
  if (kt_json_typeof(j, array) != KT_JSON_ARRAY || j->text[value_at(j, array.node)] == ']')
    return (kt_json_iter){ 0 };
  return (kt_json_iter){ array.node };
}

kt_json_iter kt_json_members(const kt_json *j, kt_json_val object) {
  if (kt_json_typeof(j, object) != KT_JSON_OBJECT || (j->ch[object.node + 1] & 0x7f) == '}')
    return (kt_json_iter){ 0 };
  return (kt_json_iter){ object.node };
}

int kt_json_next_item(const kt_json *j, kt_json_iter *it, kt_json_val *item) {
  uint32_t node = it->node;
  if (!node) return 0;
  *item = (kt_json_val){ value_at(j, node), node + 1 };
  it->node = comma_or_none(j, node_after(j, node + 1));
  return 1;
}

int kt_json_next_member(const kt_json *j, kt_json_iter *it, kt_json_val *key, kt_json_val *value) {
  uint32_t node = it->node;
  if (!node) return 0;
  *key = (kt_json_val){ value_at(j, node), node + 1 };
  *value = (kt_json_val){ value_at(j, node + 1), node + 2 };
  it->node = comma_or_none(j, node_after(j, node + 2));
  return 1;
}

/* Names are told apart by their last seven bytes and closing quote, and by their length. Of a
 * shorter name the bytes before its opening quote are cut off. `end` is the closing quote; seven
 * bytes before it must be readable. */
static inline uint64_t tail_of(const char *end, size_t len) {
  uint64_t v = load64(end - 7);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  return len < 6 ? v >> 8 * (6 - len) : v;
}

static inline unsigned hash_of(const kt_json_keyset *ks, uint64_t tail, size_t len) {
  return (unsigned)(((tail ^ len) * ks->mul) >> 56);
}

/* Names of the same length whose last seven bytes are the same. Most of what is looked up is
 * wanted: a call would cost more than the comparison. */
static inline int same_start(const char *a, const char *b, size_t len) {
  for (size_t i = 0; i + 7 < len; i += 8)
    if (load64(a + i) != load64(b + i)) return 0;
  return 1;
}

/* 1 + index of the name before the closing quote at `end`, 0: none. */
static inline unsigned look_up(const kt_json_keyset *ks, const char *end, size_t len) {
  uint64_t tail = tail_of(end, len);
  unsigned i = ks->slot[hash_of(ks, tail, len)];
  for (; __builtin_expect(i != 0, 0); i = ks->next[i])
    if (ks->tail[i] == tail && ks->len[i] == len && same_start(ks->name[i], end - len, len))
      return i;
  return 0;
}

/* Of a name with no text around it. */
static unsigned look_up_copy(const kt_json_keyset *ks, const char *name, size_t len) {
  char copy[512 + 9] = { 0 };
  if (len > 512) return 0;
  copy[7] = '"';
  memcpy(copy + 8, name, len);
  copy[8 + len] = '"';
  return look_up(ks, copy + 8 + len, len);
}

static int is_plain_name(const char *s) {
  for (; *s; s++)
    if ((unsigned char)*s >= 0x80 ||
        !((*s >= '0' && *s <= '9') || ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') || *s == '_'))
      return 0;
  return 1;
}

/* The tail that a text with this name shows. */
static uint64_t tail_of_literal(const char *name, size_t len) {
  char shown[8] = { 0 };
  for (size_t i = 0; i < sizeof shown && i <= len + 1; i++)
    shown[7 - i] = i == 0 || i == len + 1 ? '"' : name[len - i];
  return tail_of(shown + 7, len);
}

/* Returns how many names share a slot with another. */
static unsigned fill_slots(kt_json_keyset *ks) {
  unsigned shared = 0;
  memset(ks->slot, 0, sizeof ks->slot);
  for (uint32_t i = 1; i <= ks->count; i++) {
    unsigned h = hash_of(ks, ks->tail[i], ks->len[i]);
    shared += ks->slot[h] != 0;
    ks->next[i] = ks->slot[h];
    ks->slot[h] = (uint8_t)i;
  }
  return shared;
}

kt_status kt_json_keyset_init(kt_json_keyset *ks, const char *const *names, size_t count) {
  if (count > KT_JSON_MAX_KEYS) return KT_EINVAL;
  memset(ks, 0, sizeof *ks);
  ks->count = (uint32_t)count;
  for (uint32_t i = 1; i <= count; i++) {
    const char *name = names[i - 1];
    size_t len = strlen(name);
    ks->name[i] = name;
    ks->len[i] = (uint32_t)len;
    ks->tail[i] = tail_of_literal(name, len);
    ks->any_escape |= !is_plain_name(name);
    for (uint32_t k = 1; k < i; k++)
      if (strcmp(ks->name[k], name) == 0) return KT_EINVAL;
  }
  /* Few names, many slots: one multiplier in about eight separates them, names with the same end
   * and length excepted. */
  ks->mul = 0x9e3779b97f4a7c15u;
  for (int tries = 0; fill_slots(ks) && tries < 200; tries++)
    ks->mul = (ks->mul * 6364136223846793005u + 1442695040888963407u) | 1;
  fill_slots(ks);
  return KT_OK;
}

/* A name that is written with escapes. */
static unsigned look_up_escaped(const kt_json_keyset *ks, const char *raw, size_t len) {
  char name[512 + KT_JSON_SLACK_BYTES];
  if (len > 512 || !memchr(raw, '\\', len)) return 0;
  return look_up_copy(ks, name, kt_json_unescape(name, (kt_span){ raw, len }, NULL));
}

int kt_json_pick(const kt_json *j, kt_json_val object, const kt_json_keyset *ks, kt_json_val *out) {
  kt_json_iter it = kt_json_members(j, object);
  uint32_t escapes = j->has_escaped_ascii | ks->any_escape;
  const char *text = j->text;
  memset(out, 0, ks->count * sizeof *out);
  for (uint32_t node = it.node; node;) {
    const char *name = text + j->pos[node] + 1, *end = text + j->pos[node + 1] - 1;
    while (__builtin_expect(*name != '"', 0)) name++;
    while (__builtin_expect(*end != '"', 0)) end--;
    size_t len = (size_t)(end - ++name);
    unsigned i =
        __builtin_expect(end - text >= 7, 1) ? look_up(ks, end, len) : look_up_copy(ks, name, len);
    if (__builtin_expect(!i & (escapes != 0), 0)) i = look_up_escaped(ks, name, len);
    if (i) out[i - 1] = (kt_json_val){ value_at(j, node + 1), node + 2 };
    node = comma_or_none(j, node_after(j, node + 2));
  }
  return kt_json_typeof(j, object) == KT_JSON_OBJECT;
}
