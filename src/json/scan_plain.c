/* SPDX-License-Identifier: Apache-2.0 */
/* The index in plain C: one pass, token by token. It also has the last word on what is wrong. */
#include "json/scan.h"

typedef struct scan {
  kt_json *j;
  const char *p, *end;
  uint32_t node; /* last one written */
  uint32_t top;  /* innermost open bracket; the outer one stands in its `match` */
  uint32_t depth;
  uint32_t escaped_ascii;
  kt_json_fault *fault;
} scan;

static kt_status fault_at(scan *s, const char *at, const char *why) {
  s->fault->at = at;
  s->fault->why = why;
  return KT_EPARSE;
}

static inline kt_status add_node(scan *s, unsigned char ch) {
  kt_json *j = s->j;
  if (s->node + 1 >= j->cap && kt_json_reserve(j, s->node + 1)) return KT_ENOMEM;
  s->node++;
  j->pos[s->node] = (uint32_t)(s->p - j->text);
  j->ch[s->node] = ch;
  return KT_OK;
}

static kt_status open_bracket(scan *s, char c) {
  if (s->depth == s->j->max_depth) {
    fault_at(s, s->p, "nested too deeply");
    return KT_ETOOBIG;
  }
  kt_status st = add_node(s, (unsigned char)c);
  if (st) return st;
  s->j->match[s->node] = s->top;
  s->top = s->node;
  s->depth++;
  s->p = kt_json_scan_space(s->p + 1, s->end);
  return KT_OK;
}

static kt_status close_bracket(scan *s, char c, int scalar_before) {
  kt_status st = add_node(s, (unsigned char)(c | scalar_before << 7));
  if (st) return st;
  uint32_t open = s->top;
  s->top = s->j->match[open];
  s->j->match[open] = s->node;
  s->depth--;
  s->p++;
  return KT_OK;
}

/* The strings before p may hold \u00 escapes; only \u002 to \u007 give ASCII that a name may have.
 */
static void note_escapes(scan *s, const char *from, const char *to) {
  while (!s->escaped_ascii && (from = memchr(from, '\\', (size_t)(to - from)))) {
    if (to - from > 6 && memcmp(from + 1, "u00", 3) == 0) s->escaped_ascii = 1;
    from += 2;
    if (from >= to) break;
  }
}

static kt_status scan_key(scan *s) {
  const char *from = s->p;
  if (s->p == s->end || *s->p != '"')
    return fault_at(s, s->p, "no name where a member should start");
  if (!(s->p = kt_json_scan_string(s->p, s->end, s->fault))) return KT_EPARSE;
  note_escapes(s, from, s->p);
  s->p = kt_json_scan_space(s->p, s->end);
  if (s->p == s->end || *s->p != ':') return fault_at(s, s->p, "no colon behind the name");
  kt_status st = add_node(s, ':' | 0x80);
  s->p = kt_json_scan_space(s->p + 1, s->end);
  return st;
}

/* Behind a value: closes what ends here; KT_OK: another value follows, KT_END: the text is over. */
static kt_status scan_after(scan *s, int scalar_before) {
  kt_status st;
  for (;; scalar_before = 0) {
    s->p = kt_json_scan_space(s->p, s->end);
    if (!s->top) {
      if (s->p != s->end) return fault_at(s, s->p, "more text behind the value");
      st = add_node(s, (unsigned char)(scalar_before << 7));
      return st ? st : KT_END;
    }
    char open = (char)s->j->ch[s->top], c;
    if (s->p == s->end) return fault_at(s, s->p, "the text ends inside an object or array");
    c = *s->p;
    if (c == ',') {
      if ((st = add_node(s, (unsigned char)(',' | scalar_before << 7)))) return st;
      s->p = kt_json_scan_space(s->p + 1, s->end);
      return open == '{' ? scan_key(s) : KT_OK;
    }
    if (c != (open == '{' ? '}' : ']'))
      return fault_at(s, s->p,
                      open == '{' ? "no comma or } behind the member"
                                  : "no comma or ] behind the item");
    if ((st = close_bracket(s, c, scalar_before))) return st;
  }
}

/* KT_OK: a value is over; KT_AGAIN: one was opened and its first value follows. */
static kt_status scan_value(scan *s, int *scalar) {
  kt_status st;
  *scalar = 0;
  if (s->p < s->end && (*s->p == '{' || *s->p == '[')) {
    char c = *s->p, closing = c == '{' ? '}' : ']';
    if ((st = open_bracket(s, c))) return st;
    if (s->p < s->end && *s->p == closing) return close_bracket(s, closing, 0);
    st = c == '{' ? scan_key(s) : KT_OK;
    return st ? st : KT_AGAIN;
  }
  *scalar = 1;
  if (!(s->p = kt_json_scan_scalar(s->p, s->end, s->fault))) return KT_EPARSE;
  return KT_OK;
}

kt_status kt_json_index_plain(kt_json *j, kt_json_fault *fault) {
  scan s = { .j = j, .p = j->text, .end = j->text + j->len, .fault = fault };
  kt_status st = KT_OK;
  int scalar = 0;
  s.p = kt_json_scan_space(s.p, s.end);
  while (st == KT_OK) {
    do st = scan_value(&s, &scalar);
    while (st == KT_AGAIN);
    if (st == KT_OK) st = scan_after(&s, scalar);
  }
  if (st != KT_END) return st;
  j->count = s.node;
  j->has_escaped_ascii = s.escaped_ascii;
  return KT_OK;
}
