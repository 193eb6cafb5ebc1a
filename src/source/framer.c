/* SPDX-License-Identifier: Apache-2.0 */
#include "source/framer.h"

#include "base/span.h"
#include "source/guess.h"

void kt_framer_init(kt_framer *f, const kt_env *env, int framing, size_t max) {
  *f = (kt_framer){ .max = max, .framing = framing, .line = 1 };
  kt_buf_init(&f->head, env);
}

void kt_framer_clear(kt_framer *f) {
  kt_buf_clear(&f->head);
}

static void restart(kt_framer *f) {
  f->scanned = 0;
  f->dropped = f->newlines = 0;
  f->depth = 0;
  f->scalar = f->in_string = f->escaped = f->found = 0;
  kt_buf_truncate(&f->head, 0);
}

void kt_framer_seek(kt_framer *f, int framing, int in_array, uint64_t offset, uint64_t line) {
  restart(f);
  f->framing = framing;
  f->in_array = in_array;
  f->offset = offset;
  f->line = line;
}

static int is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/* Keeps the beginning of a frame that is too long and lets the window go. */
static kt_status drop(kt_framer *f, char **at, size_t n) {
  size_t keep = KT_FRAME_HEAD - f->head.len;
  if (keep > n) keep = n;
  if (kt_buf_put(&f->head, *at, keep) < 0) return KT_ENOMEM;
  f->dropped += n;
  f->scanned -= n;
  *at += n;
  return KT_OK;
}

/* What begins with what was dropped, as far as it is kept: the same however it came in pieces. */
static kt_status complete_head(kt_framer *f, const char *p, size_t n) {
  size_t had = f->dropped < KT_FRAME_HEAD ? (size_t)f->dropped : KT_FRAME_HEAD;
  size_t room = KT_FRAME_HEAD - had;
  kt_buf_truncate(&f->head, had); /* it may have been given before */
  return kt_buf_put(&f->head, p, n < room ? n : room);
}

/* The frame that begins at the window's start, `n` bytes long. */
static kt_status give(kt_framer *f, const char *p, size_t n, size_t taken, kt_status fault,
                      kt_piece *out) {
  *out = (kt_piece){
    .bytes = { p, n }, .offset = f->offset, .line = f->line, .fault = fault, .taken = taken
  };
  if (f->dropped + n <= f->max) return KT_OK;
  if (f->dropped && complete_head(f, p, n) < 0) return KT_ENOMEM;
  if (f->dropped)
    out->bytes = kt_buf_bytes(&f->head);
  else if (n > KT_FRAME_HEAD)
    out->bytes.len = KT_FRAME_HEAD;
  out->fault = KT_ETOOBIG;
  return KT_OK;
}

static void pass(kt_framer *f, char **at, size_t n, uint64_t newlines) {
  *at += n;
  f->offset += n;
  f->line += newlines;
  f->scanned = 0;
}

static kt_status next_line(kt_framer *f, char **at, char *end, int eof, kt_piece *out) {
  for (;;) {
    char *p = *at;
    if (p == end && !f->dropped) return eof ? KT_END : KT_AGAIN;
    char *nl = p == end ? NULL : memchr(p + f->scanned, '\n', (size_t)(end - p) - f->scanned);
    size_t n = (size_t)((nl ? nl : end) - p);
    size_t taken = n + (nl != NULL), len = n, blank = 0;
    if (len && p[len - 1] == '\r') len--; /* belongs to the line end, or is followed by more */
    if (!nl && !eof) {
      f->scanned = n;
      if (f->dropped + len > f->max && drop(f, at, len) < 0) return KT_ENOMEM;
      return KT_AGAIN;
    }
    while (blank < len && is_blank(p[blank])) blank++;
    if (blank < len || f->dropped + len > f->max) {
      kt_status st = give(f, p, len, taken, KT_OK, out);
      out->torn = !nl;
      out->newlines = nl != NULL;
      return st;
    }
    pass(f, at, taken, nl != NULL);
  }
}

/* Passes over what stands between values. 0: a value begins at *at. */
static int skip_separators(kt_framer *f, char **at, const char *end) {
  for (; *at < end; pass(f, at, 1, **at == '\n')) {
    char c = **at;
    if (c == '[' && !f->in_array)
      f->in_array = 1;
    else if (c == ']' && f->in_array)
      f->in_array = 0;
    else if (!is_blank(c) && c != '\n' && c != ',')
      return 0;
  }
  return -1;
}

/* Whether a number or word, or what is no JSON at all, ends before `c`. */
static int ends_scalar(char c) {
  return is_blank(c) || (c && strchr("\n,[]{}\"", c));
}

static int found(kt_framer *f, size_t n) {
  f->scanned = n;
  return f->found = 1;
}

/* Whether the value at p ends in the window: it then has f->scanned bytes. Line ends between the
 * tokens become blanks: one frame is one line for every record format behind us, and its length
 * stays. */
static int find_end(kt_framer *f, char *p, size_t n) {
  size_t i = f->scanned;
  if (f->found) return 1; /* given before, and not taken */
  if (!i && !f->dropped) {
    f->scalar = !strchr("{[\"", *p) || !*p;
    if (f->scalar) i = 1;
  }
  for (; i < n; i++) {
    char c = p[i];
    if (f->scalar) {
      if (ends_scalar(c)) return found(f, i);
    } else if (f->in_string) {
      if (f->escaped)
        f->escaped = 0;
      else if (c == '\\')
        f->escaped = 1;
      else if (c == '"') {
        f->in_string = 0;
        if (!f->depth) return found(f, i + 1);
      }
      f->newlines += c == '\n';
    } else if (c == '"')
      f->in_string = 1;
    else if (c == '{' || c == '[')
      f->depth++;
    else if (c == '}' || c == ']') {
      if (--f->depth == 0) return found(f, i + 1);
    } else if (c == '\n' || c == '\r') {
      f->newlines += c == '\n';
      p[i] = ' ';
    }
  }
  f->scanned = n;
  return 0;
}

static kt_status next_value(kt_framer *f, char **at, char *end, int eof, kt_piece *out) {
  if (!f->scanned && !f->dropped && skip_separators(f, at, end) < 0) {
    if (!eof) return KT_AGAIN;
    if (!f->in_array) return KT_END;
    kt_status st = give(f, "", 0, 0, KT_EPARSE, out);
    out->torn = 1;
    return st;
  }
  size_t have = (size_t)(end - *at);
  int torn = !find_end(f, *at, have);
  kt_status fault = KT_OK;
  if (torn && !eof) {
    if (f->dropped + have > f->max && drop(f, at, have) < 0) return KT_ENOMEM;
    return KT_AGAIN;
  }
  size_t n = torn ? have : f->scanned;
  if (torn && !f->scalar) fault = KT_EPARSE;
  kt_status st = give(f, *at, n, n, fault, out);
  out->newlines = f->newlines;
  out->torn = torn;
  return st;
}

static kt_status begin(kt_framer *f, char **at, char *end, int eof) {
  static const char bom[] = "\xef\xbb\xbf";
  size_t n = (size_t)(end - *at);
  if (f->offset == 0 && n && memcmp(*at, bom, n < 3 ? n : 3) == 0) {
    if (n < 3 && !eof) return KT_AGAIN;
    if (n >= 3) pass(f, at, 3, 0);
    n = (size_t)(end - *at);
  }
  if (f->framing == KT_FRAMING_AUTO) f->framing = kt_framing_guess(*at, n, eof);
  return f->framing == KT_FRAMING_AUTO ? KT_AGAIN : KT_OK;
}

kt_status kt_framer_next(kt_framer *f, char **at, char *end, int eof, kt_piece *out) {
  if ((f->offset == 0 || f->framing == KT_FRAMING_AUTO) && !f->scanned && !f->dropped) {
    kt_status st = begin(f, at, end, eof);
    if (st != KT_OK) return st;
  }
  return f->framing == KT_FRAMING_JSON ? next_value(f, at, end, eof, out)
                                       : next_line(f, at, end, eof, out);
}

void kt_framer_take(kt_framer *f, char **at, const kt_piece *piece) {
  *at += piece->taken;
  f->offset += f->dropped + piece->taken;
  f->line += piece->newlines;
  if (piece->torn && piece->fault < 0) f->in_array = 0; /* told once */
  restart(f);
}
