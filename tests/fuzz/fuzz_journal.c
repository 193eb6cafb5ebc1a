/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of file sinks: any bytes, with the sums of its entries put right so that they are
 * read at all. Taken or refused with a message; what was taken is there again after a further group
 * and after a rewrite; cut off anywhere it holds what its whole entries say. First byte: where it
 * is cut. */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "io/journal.h"

enum { ROOM = 1 << 16 };

typedef struct state {
  size_t files;
  uint64_t sum; /* over names, lengths and what else is kept of each */
} state;

static state state_of(kt_journal *j) {
  state s = { kt_journal_count(j), 0 };
  for (size_t i = 0; i < s.files; i++) {
    const kt_journal_file *f = kt_journal_file_at(j, i);
    FUZZ_CHECK(f->name[0] && f->length >= 0 && f->number > 0);
    if (i) FUZZ_CHECK(f->number > kt_journal_file_at(j, i - 1)->number);
    s.sum = s.sum * 31 + kt_hash(f->name, strlen(f->name), 0).lo;
    s.sum = s.sum * 31 + (uint64_t)f->length;
    s.sum = s.sum * 31 + (uint64_t)f->period_ms + f->number + (uint64_t)f->open;
  }
  return s;
}

/* Each line `. ........` gets the sum of what stands between it and the one before. */
static void put_sums_right(char *text, size_t len) {
  size_t entry = 0, line = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] != '\n') continue;
    if (i - line == 10 && text[line] == '.' && text[line + 1] == ' ') {
      uint32_t crc = kt_crc32(0, text + entry, line - entry);
      for (int k = 0; k < 8; k++) text[line + 2 + k] = "0123456789ABCDEF"[crc >> (28 - 4 * k) & 15];
      entry = i + 1;
    }
    line = i + 1;
  }
}

static kt_journal *load(const fuzz_env *e, const char *path) {
  kt_journal *j = NULL;
  kt_error err;
  kt_status st = kt_journal_open(e->env, path, 0, &j, &err);
  fuzz_check_error(st, &err);
  FUZZ_CHECK(st == KT_OK || st == KT_ECORRUPT);
  return st == KT_OK ? j : NULL;
}

static int same(state a, state b) {
  return a.files == b.files && a.sum == b.sum;
}

/* A group that touches the first file and adds another, then all of it read again. */
static void check_goes_on(const fuzz_env *e, const char *path) {
  static const char id[] = "0123456789abcdef0123456789abcdef";
  kt_journal *j = load(e, path);
  uint32_t records;
  kt_hash128 digest, want = { 1, 2 };
  if (!j) return;
  if (!kt_journal_exists(j)) FUZZ_CHECK(kt_journal_reset(j, "layout", NULL) == KT_OK);
  kt_journal_file *f = kt_journal_file_new(j, "added", 5);
  FUZZ_CHECK(f != NULL);
  kt_journal_begin(j);
  FUZZ_CHECK(kt_journal_stage_file(j, f, 77, 1) == KT_OK);
  FUZZ_CHECK(kt_journal_stage_file(j, kt_journal_file_at(j, 0), 7, 0) == KT_OK);
  FUZZ_CHECK(kt_journal_stage_batch(j, kt_span_of(id), 9, want) == KT_OK);
  FUZZ_CHECK(kt_journal_commit(j, NULL) == KT_OK && kt_journal_settle(j, NULL) == KT_OK);
  state before = state_of(j);
  kt_journal_close(j);
  j = load(e, path);
  FUZZ_CHECK(j && same(before, state_of(j)));
  FUZZ_CHECK(kt_journal_find(j, kt_span_of(id), &records, &digest) && records == 9);
  FUZZ_CHECK(digest.hi == want.hi && digest.lo == want.lo);
  kt_journal_close(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > ROOM) return 0;
  size_t len = size - 1, cut = data[0];
  char *text = fuzz_copy((kt_span){ (const char *)data + 1, len }, 0, 0);
  fuzz_env e;
  fuzz_env_open(&e);
  put_sums_right(text, len);
  const char *path = fuzz_file("journal", (kt_span){ text, len });
  kt_journal *j = load(&e, path);
  if (j) {
    state whole = state_of(j);
    kt_journal_close(j);
    j = load(&e, path);
    FUZZ_CHECK(j && same(whole, state_of(j)));
    kt_journal_close(j);
    /* What was torn off takes nothing with it that came before. */
    if (cut < len) {
      path = fuzz_file("journal", (kt_span){ text, cut });
      j = load(&e, path);
      FUZZ_CHECK(j && kt_journal_count(j) <= whole.files);
      kt_journal_close(j);
      path = fuzz_file("journal", (kt_span){ text, len });
    }
    check_goes_on(&e, path);
  }
  fuzz_env_close(&e);
  free(text);
  return 0;
}
