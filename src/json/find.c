/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6901 pointers, read off the text without an index: for single fields of a payload. Reads
 * nothing outside of the span. */
#include <kappatweet/batch.h>

#include "json/scan.h"
#include "json/string.h"

typedef struct find {
  const char *p, *end;
  kt_json_fault fault;
} find;

static int peek(find *f) {
  f->p = kt_json_scan_space(f->p, f->end);
  return f->p < f->end ? (unsigned char)*f->p : -1;
}

static int take(find *f, int c) {
  if (peek(f) != c) return 0;
  f->p++;
  return 1;
}

/* The raw inside of a member's name; the null span if there is no name and colon. */
static kt_span take_name(find *f) {
  const char *from = f->p;
  if (peek(f) != '"') return (kt_span){ NULL, 0 };
  from = f->p + 1;
  f->p = kt_json_scan_string(f->p, f->end, &f->fault);
  if (!f->p) return (kt_span){ NULL, 0 };
  kt_span name = { from, (size_t)(f->p - 1 - from) };
  return take(f, ':') ? name : (kt_span){ NULL, 0 };
}

static int skip_scalar(find *f) {
  peek(f);
  f->p = kt_json_scan_scalar(f->p, f->end, &f->fault);
  return f->p != NULL;
}

/* Opens brackets until a scalar or an empty container was read. `kinds`: one bit a level, 1 =
 * object. */
static int descend(find *f, uint64_t kinds[2], unsigned *depth) {
  for (;;) {
    int c = peek(f), object = c == '{';
    if (!object && c != '[') return skip_scalar(f);
    f->p++;
    if (take(f, object ? '}' : ']')) return 1;
    if (*depth == KT_JSON_MAX_DEPTH) return 0;
    uint64_t bit = (uint64_t)1 << (*depth & 63);
    kinds[*depth >> 6] = object ? kinds[*depth >> 6] | bit : kinds[*depth >> 6] & ~bit;
    ++*depth;
    if (object && !take_name(f).ptr) return 0;
  }
}

static int skip_value(find *f) {
  uint64_t kinds[2] = { 0, 0 };
  unsigned depth = 0;
  for (;;) {
    if (!descend(f, kinds, &depth)) return 0;
    for (;;) {
      if (depth == 0) return 1;
      int object = (int)(kinds[(depth - 1) >> 6] >> ((depth - 1) & 63) & 1);
      if (take(f, ',')) {
        if (object && !take_name(f).ptr) return 0;
        break;
      }
      if (!take(f, object ? '}' : ']')) return 0;
      depth--;
    }
  }
}

/* The next byte of a reference token, of which ~1 means / and ~0 means ~. */
static char token_byte(const char **t) {
  char c = *(*t)++;
  if (c != '~') return c;
  return *(*t)++ == '1' ? '/' : '~';
}

static int names_equal(kt_span raw, const char *token, const char *token_end) {
  const char *p = raw.ptr, *end = p + raw.len;
  uint32_t flags = 0;
  while (p < end) {
    char bytes[4] = { *p };
    size_t n = 1;
    if (*p == '\\')
      n = kt_json_decode_escape(&p, end, bytes, &flags);
    else
      p++;
    for (size_t i = 0; i < n; i++)
      if (token == token_end || token_byte(&token) != bytes[i]) return 0;
  }
  return token == token_end;
}

/* Moves to the member of that name; *found stays NULL if there is none. Of doubled names the last.
 */
static int find_member(find *f, const char *token, const char *token_end, const char **found) {
  f->p++;
  if (take(f, '}')) return 1;
  do {
    kt_span name = take_name(f);
    if (!name.ptr) return 0;
    peek(f);
    if (names_equal(name, token, token_end)) *found = f->p;
    if (!skip_value(f)) return 0;
  } while (take(f, ','));
  return take(f, '}');
}

static int is_index(const char *token, const char *token_end, size_t *index) {
  *index = 0;
  if (token == token_end || token_end - token > 9 || (*token == '0' && token_end - token > 1))
    return 0;
  for (; token < token_end; token++) {
    if (*token < '0' || *token > '9') return 0;
    *index = *index * 10 + (size_t)(*token - '0');
  }
  return 1;
}

static int find_item(find *f, const char *token, const char *token_end, const char **found) {
  size_t wanted;
  if (!is_index(token, token_end, &wanted)) return 1;
  f->p++;
  if (take(f, ']')) return 1;
  for (size_t i = 0;; i++) {
    peek(f);
    if (i == wanted) {
      *found = f->p;
      return 1;
    }
    if (!skip_value(f)) return 0;
    if (!take(f, ',')) return take(f, ']');
  }
}

static int is_pointer(const char *pointer) {
  if (*pointer && *pointer != '/') return 0;
  for (; *pointer; pointer++)
    if (*pointer == '~' && pointer[1] != '0' && pointer[1] != '1') return 0;
  return 1;
}

kt_status kt_json_find(kt_span json, const char *pointer, kt_span *out) {
  find f = { .p = json.ptr, .end = json.ptr ? json.ptr + json.len : NULL };
  *out = (kt_span){ NULL, 0 };
  if (!pointer || !is_pointer(pointer)) return KT_EINVAL;
  while (*pointer) {
    const char *token = pointer + 1, *token_end = token, *found = NULL;
    while (*token_end && *token_end != '/') token_end++;
    int c = peek(&f), ok = 1;
    if (c == '{')
      ok = find_member(&f, token, token_end, &found);
    else if (c == '[')
      ok = find_item(&f, token, token_end, &found);
    else
      ok = skip_scalar(&f);
    if (!ok) return KT_EPARSE;
    if (!found) return KT_OK;
    f.p = found;
    pointer = token_end;
  }
  peek(&f);
  const char *from = f.p;
  if (!skip_value(&f)) return KT_EPARSE;
  *out = (kt_span){ from, (size_t)(f.p - from) };
  return KT_OK;
}

kt_status kt_json_unquote(kt_span value, kt_buf *out) {
  kt_span v;
  uint32_t flags = 0;
  kt_status st = kt_json_find(value, "", &v);
  if (st < 0) return st;
  if (*v.ptr != '"') return kt_buf_append(out, v);
  char *to = kt_buf_reserve(out, v.len + 4);
  if (!to) return KT_ENOMEM;
  size_t n = 0;
  for (const char *p = v.ptr + 1, *end = v.ptr + v.len - 1; p < end;)
    if (*p == '\\')
      n += kt_json_decode_escape(&p, end, to + n, &flags);
    else
      to[n++] = *p++;
  kt_buf_added(out, n);
  return KT_OK;
}
