/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON tests share: a text between pages that cannot be read, and comparison of indexes.
 */
#ifndef KT_TESTS_JSON_UTIL_H
#define KT_TESTS_JSON_UTIL_H

#include "unit.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json/json.h"

static const kt_json_isa json_isas[] = { KT_JSON_PLAIN, KT_JSON_AVX2, KT_JSON_AVX512 };
enum { JSON_ISAS = 3 };

/* A piece of memory with an unreadable page on each side. */
typedef struct json_fence {
  char *map, *begin, *end;
  size_t page, bytes;
} json_fence;

static inline json_fence json_fence_new(size_t room) {
  json_fence f;
  f.page = (size_t)sysconf(_SC_PAGESIZE);
  f.bytes = (room + f.page - 1) / f.page * f.page + 2 * f.page;
  f.map = mmap(NULL, f.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert(f.map != MAP_FAILED);
  f.begin = f.map + f.page;
  f.end = f.map + f.bytes - f.page;
  ck_assert_int_eq(mprotect(f.map, f.page, PROT_NONE), 0);
  ck_assert_int_eq(mprotect(f.end, f.page, PROT_NONE), 0);
  return f;
}

static inline void json_fence_free(json_fence *f) {
  munmap(f->map, f->bytes);
}

/* Copies `text` so that exactly 64 bytes, all of them `filler`, can be read behind it. */
static inline kt_span json_fence_put(json_fence *f, const char *text, size_t len, char filler) {
  char *p = f->end - KT_JSON_SLACK_BYTES - len;
  ck_assert(p >= f->begin);
  memcpy(p, text, len);
  memset(f->end - KT_JSON_SLACK_BYTES, filler, KT_JSON_SLACK_BYTES);
  return (kt_span){ p, len };
}

/* The same at the front: nothing before the text can be read. */
static inline kt_span json_fence_put_front(json_fence *f, const char *text, size_t len,
                                           char filler) {
  memcpy(f->begin, text, len);
  memset(f->begin + len, filler, KT_JSON_SLACK_BYTES);
  return (kt_span){ f->begin, len };
}

/* Non-zero if both readers see the same text in the same way. */
static inline int json_same_index(const kt_json *a, const kt_json *b) {
  if (a->count != b->count) return 0;
  for (uint32_t i = 0; i <= a->count; i++) {
    if (a->pos[i] != b->pos[i] || a->ch[i] != b->ch[i]) return 0;
    if ((a->ch[i] | 0x20) == '{' && a->match[i] != b->match[i]) return 0;
  }
  return 1;
}

static inline char *json_read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "cannot open %s", path);
  ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
  *len = (size_t)ftell(f);
  rewind(f);
  char *text = malloc(*len + KT_JSON_SLACK_BYTES + 1);
  ck_assert_ptr_nonnull(text);
  ck_assert_uint_eq(fread(text, 1, *len, f), *len);
  memset(text + *len, '"', KT_JSON_SLACK_BYTES);
  text[*len + KT_JSON_SLACK_BYTES] = '\0'; /* sscanf looks for one */
  fclose(f);
  return text;
}

#endif
