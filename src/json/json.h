/* SPDX-License-Identifier: Apache-2.0 */
/* Strict RFC 8259 reader for the record path, and writer.
 *
 * kt_json_open() checks a whole text and keeps an index of its structural characters, so that all
 * that follows is walking: nothing can fail for the text's sake any more, containers are skipped in
 * constant time, and values are views into the text. A reader belongs to one thread; opening the
 * next text forgets the last one and reuses the index's memory. */
#ifndef KT_JSON_JSON_H
#define KT_JSON_JSON_H

#include <kappatweet/env.h>

#include "base/arena.h"
#include "base/buf.h"

enum { KT_JSON_MAX_DEPTH = 128, KT_JSON_MAX_KEYS = 32, KT_JSON_SLACK_BYTES = 64 };

typedef enum kt_json_type {
  KT_JSON_NONE, /* there is no such value */
  KT_JSON_NULL,
  KT_JSON_FALSE,
  KT_JSON_TRUE,
  KT_JSON_NUMBER,
  KT_JSON_STRING,
  KT_JSON_ARRAY,
  KT_JSON_OBJECT
} kt_json_type;

/* Which implementation indexes a text. BEST asks the processor, once a reader. */
typedef enum kt_json_isa {
  KT_JSON_BEST,
  KT_JSON_PLAIN,
  KT_JSON_AVX2,
  KT_JSON_AVX512 /* F, BW, VL, VBMI, VBMI2 and GFNI */
} kt_json_isa;

/* A value of the open text. All zero: absent. */
typedef struct kt_json_val {
  uint32_t at; /* offset of its first byte */
  uint32_t
      node; /* of a container its own, of a scalar the structural character after it; 0: absent */
} kt_json_val;

typedef struct kt_json {
  uint32_t max_depth; /* may be changed before an open; at most 1024 */
  kt_json_isa isa;
  uint32_t fallbacks; /* texts the vector code refused and the plain code took: always 0 */
  /* From here on the reader's own. Node 0 stands before the text and node `count` behind it. */
  uint32_t count;
  uint32_t has_escaped_ascii; /* some \u00XX: keys may be written with escapes */
  const char *text;
  size_t len;
  uint32_t *pos;   /* node -> offset */
  uint32_t *match; /* node of an opening bracket -> node of the closing one */
  uint8_t *ch;     /* node -> character; bit 7: a scalar stands before it */
  uint32_t *stack; /* of open brackets */
  size_t cap;
  const kt_env *env;
  void *mem;
  size_t mem_bytes;
} kt_json;

/* Allocates nothing yet. An isa that this processor lacks becomes the best it has. */
void kt_json_init(kt_json *j, const kt_env *env, kt_json_isa isa);
void kt_json_free(kt_json *j);
/* "plain", "avx2", "avx512" */
const char *kt_json_isa_name(kt_json_isa isa);

/* Opens `text`, behind which 64 bytes must be readable (their content does not matter). The text
 * must stay while its values are used. KT_EPARSE names byte and fault; KT_ETOOBIG: too deep, or 4
 * GiB and more; KT_ENOMEM. */
kt_status kt_json_open(kt_json *j, kt_span text, kt_error *err);

kt_json_val kt_json_root(const kt_json *j);
kt_json_type kt_json_typeof(const kt_json *j, kt_json_val v);
/* The value as it is written (a string with its quotes); the null span if absent. */
kt_span kt_json_raw(const kt_json *j, kt_json_val v);

/* Members of an object or items of an array, in their order; nothing for another type. */
typedef struct kt_json_iter {
  uint32_t node; /* the bracket or comma before the next value; 0: no more */
} kt_json_iter;
kt_json_iter kt_json_items(const kt_json *j, kt_json_val array);
kt_json_iter kt_json_members(const kt_json *j, kt_json_val object);
int kt_json_next_item(const kt_json *j, kt_json_iter *it, kt_json_val *item); /* 0: no more */
/* `key` is a string value: read it with kt_json_text(). */
int kt_json_next_member(const kt_json *j, kt_json_iter *it, kt_json_val *key, kt_json_val *value);

/* A set of up to KT_JSON_MAX_KEYS member names, matched in one walk. Build it once, share it
 * freely. */
typedef struct kt_json_keyset {
  uint64_t mul;
  uint32_t count;
  uint32_t any_escape;                 /* some name is not made of letters, digits and _ only */
  uint8_t slot[256];                   /* hash -> 1 + index of the name, 0: none */
  uint8_t next[KT_JSON_MAX_KEYS + 1];  /* another name in the same slot, 0: none */
  uint64_t tail[KT_JSON_MAX_KEYS + 1]; /* ends of the names, see walk.c */
  uint32_t len[KT_JSON_MAX_KEYS + 1];
  const char *name[KT_JSON_MAX_KEYS + 1];
} kt_json_keyset;

/* Keeps the pointers (string literals). KT_EINVAL: too many or equal names. */
kt_status kt_json_keyset_init(kt_json_keyset *ks, const char *const *names, size_t count);
/* out[i] = value of names[i] in `object`, absent where there is none (or `object` is no object); of
 * doubled keys the last wins; keys written with escapes match. Returns 1 if it is an object. */
int kt_json_pick(const kt_json *j, kt_json_val object, const kt_json_keyset *ks, kt_json_val *out);

/* The inside of a string. Returns 0: *inside is its content; 1: it has escapes, give it to
 * kt_json_unescape(); -1: v is no string, *inside is null. */
int kt_json_text(const kt_json *j, kt_json_val v, kt_span *inside);
enum { KT_JSON_LONE_SURROGATE = 1 }; /* flags: one was replaced by U+FFFD */
/* Writes the content of a checked string to `dst`, which has room for inside.len + 64 bytes, and
 * returns its length. `inside` lies in an open text. *flags is or-ed to; may be NULL. */
size_t kt_json_unescape(char *dst, kt_span inside, uint32_t *flags);
/* Both at once: a view where there are no escapes, else in the arena. Null span for what is no
 * string. KT_ENOMEM. */
kt_status kt_json_string(const kt_json *j, kt_json_val v, kt_arena *arena, kt_span *out,
                         uint32_t *flags);

/* KT_EINVAL: no number, or written with fraction or exponent; KT_ETOOBIG: does not fit. */
kt_status kt_json_int(const kt_json *j, kt_json_val v, int64_t *out);
/* Correctly rounded, whatever the locale. KT_EINVAL: no number; KT_ETOOBIG: beyond a double. */
kt_status kt_json_double(const kt_json *j, kt_json_val v, double *out);

/* The writer appends to a buffer: KT_ENOMEM leaves it as it was. */

/* In quotes, escaped as little as JSON allows (as json.dumps(s, ensure_ascii=False) does); `s` is
 * UTF-8 and not null. */
kt_status kt_json_put_string(kt_buf *b, kt_span s);
/* Without the quotes. */
kt_status kt_json_put_escaped(kt_buf *b, kt_span s);
kt_status kt_json_put_int(kt_buf *b, int64_t v);
kt_status kt_json_put_uint(kt_buf *b, uint64_t v);
/* The shortest text that reads back as the same number, written as Python's repr() does: 0.5,
 * 1e-07, 1636106400.0. Not a number and infinity become null. */
kt_status kt_json_put_double(kt_buf *b, double v);
kt_status kt_json_put_float(kt_buf *b, float v);

#endif
