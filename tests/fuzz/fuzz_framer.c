/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of any text: the same however it comes in pieces; in order; whole ones at most `max` long;
 * going on behind any of them gives the rest. First byte: framing; second: size of the pieces;
 * third: max. */
#include <stdlib.h>

#include "base/hash.h"
#include "fuzz.h"
#include "source/framer.h"

enum { MOST = 4096 };

typedef struct seen {
  uint64_t offset, line, sum;
  kt_status fault;
  int framing, in_array; /* behind it */
  uint64_t next_offset, next_line;
} seen;

/* Reads `text` in pieces of `piece` bytes, as a reader would: what is left stays in front. */
static size_t frames(const fuzz_env *e, kt_framer *f, kt_span text, size_t piece, seen *out) {
  char *window = malloc(text.len + 1);
  size_t have = 0, given = 0, count = 0;
  char *at = window;
  (void)e;
  for (;;) {
    kt_piece p;
    int eof = given == text.len;
    kt_status st = kt_framer_next(f, &at, window + have, eof, &p);
    FUZZ_CHECK(st == KT_OK || st == KT_AGAIN || st == KT_END);
    FUZZ_CHECK(at >= window && at <= window + have);
    if (st == KT_END) break;
    if (st == KT_AGAIN) {
      FUZZ_CHECK(!eof);
      size_t n = text.len - given < piece ? text.len - given : piece;
      memcpy(window + have, text.ptr + given, n);
      have += n;
      given += n;
      continue;
    }
    kt_piece twice; /* what was not taken is given again */
    FUZZ_CHECK(kt_framer_next(f, &at, window + have, eof, &twice) == KT_OK);
    FUZZ_CHECK(twice.offset == p.offset && twice.line == p.line && twice.taken == p.taken);
    FUZZ_CHECK(twice.fault == p.fault && twice.newlines == p.newlines);
    FUZZ_CHECK(twice.bytes.len == p.bytes.len);
    p = twice;
    FUZZ_CHECK(p.fault == KT_OK || p.fault == KT_ETOOBIG || p.fault == KT_EPARSE);
    FUZZ_CHECK(p.fault != KT_OK || p.bytes.len <= f->max);
    FUZZ_CHECK(p.fault != KT_ETOOBIG || p.bytes.len <= KT_FRAME_HEAD);
    seen s = { p.offset, p.line, kt_hash(p.bytes.ptr, p.bytes.len, 0).lo, p.fault, 0, 0, 0, 0 };
    kt_framer_take(f, &at, &p);
    FUZZ_CHECK(at >= window && at <= window + have);
    s.framing = f->framing;
    s.in_array = f->in_array;
    s.next_offset = f->offset;
    s.next_line = f->line;
    if (count) FUZZ_CHECK(s.offset >= out[count - 1].offset && s.line >= out[count - 1].line);
    out[count++] = s;
    if (count == MOST) break;
  }
  free(window);
  return count;
}

static int same(const seen *a, const seen *b) {
  return a->offset == b->offset && a->line == b->line && a->sum == b->sum && a->fault == b->fault;
}

static void check_all(const fuzz_env *e, kt_span text, int framing, size_t piece, size_t max) {
  static seen whole[MOST], pieces[MOST], rest[MOST];
  kt_framer f;
  kt_framer_init(&f, e->env, framing, max);
  size_t n = frames(e, &f, text, text.len + 1, whole);
  kt_framer_clear(&f);
  kt_framer_init(&f, e->env, framing, max);
  size_t m = frames(e, &f, text, piece, pieces);
  kt_framer_clear(&f);
  FUZZ_CHECK(n == m);
  for (size_t i = 0; i < n; i++) FUZZ_CHECK(same(&whole[i], &pieces[i]));
  if (!n) return;
  /* A run that goes on behind the middle one. */
  const seen *from = &whole[n / 2];
  if (from->fault == KT_EPARSE || from->next_offset > text.len) return;
  kt_framer_init(&f, e->env, framing, max);
  kt_framer_seek(&f, from->framing, from->in_array, from->next_offset, from->next_line);
  kt_span tail = { text.ptr + from->next_offset, text.len - (size_t)from->next_offset };
  m = frames(e, &f, tail, piece, rest);
  kt_framer_clear(&f);
  FUZZ_CHECK(m == n - n / 2 - 1);
  for (size_t i = 0; i < m; i++) FUZZ_CHECK(same(&rest[i], &whole[n / 2 + 1 + i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const size_t limits[] = { 1 << 20, 16, 64, 5000 };
  fuzz_input in = fuzz_input_of(data, size);
  int framing = (int)fuzz_choice(&in, 3);
  size_t piece = in.len ? (unsigned char)*in.p + (size_t)1 : 1;
  (void)fuzz_choice(&in, 1);
  size_t max = limits[fuzz_choice(&in, 4)];
  fuzz_env e;
  if (in.len > 16384) return 0;
  fuzz_env_open(&e);
  check_all(&e, (kt_span){ in.p ? in.p : "", in.len }, framing, piece, max);
  fuzz_env_close(&e);
  return 0;
}
