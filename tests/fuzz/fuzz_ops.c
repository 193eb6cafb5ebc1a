/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of parts and services of any size and with any need bits: taken as far as they go, or
 * refused; never read beyond their size. First byte: which table; then size and need, two and four
 * bytes; then the table's words, one byte each: 0 NULL, else something. */
#include <stdlib.h>

#include "base/ops.h"
#include "fuzz.h"

enum { WORDS = 512 };

static kt_status any(void) {
  return KT_OK;
}

typedef struct head {
  uint32_t size, need;
} head;

/* A table of just `size` bytes (at least a head), made of words. */
static void *make(fuzz_input *in, uint32_t size, uint32_t need) {
  static const char *const texts[] = { "sink-x", "Not A Name", "", "null", "a\tint\t\t\t\t\tb\n" };
  size_t bytes = size < sizeof(head) ? sizeof(head) : size;
  unsigned char *table = malloc(bytes);
  head h = { size, need };
  for (size_t i = 0; i < bytes; i += sizeof(void *)) {
    unsigned c = in->len ? (unsigned char)*in->p : 1;
    const void *word = c == 0 ? NULL : (const void *)(uintptr_t)&any;
    if (i == 8 || i == 16) word = c == 0 ? NULL : texts[c % 5]; /* name and options of a part */
    if (in->len) in->p++, in->len--;
    memcpy(table + i, &word, bytes - i < sizeof word ? bytes - i : sizeof word);
  }
  memcpy(table, &h, sizeof h);
  return table;
}

static void check_take(const void *table, uint32_t size, uint32_t need) {
  enum { KNOWN = 64, LEAST = 24 };
  unsigned char out[KNOWN + 8];
  kt_error err;
  uint32_t taken;
  memset(out, 0xAA, sizeof out);
  kt_status st = kt_ops_take(out, KNOWN, LEAST, table, "fuzz", &err);
  fuzz_check_error(st, &err);
  for (int i = 0; i < 8; i++) FUZZ_CHECK(out[KNOWN + i] == 0xAA);
  if (size < LEAST || size > 65536)
    FUZZ_CHECK(st == KT_EINVAL);
  else
    FUZZ_CHECK(st == (need ? KT_ENOTSUP : KT_OK));
  if (st < 0) return;
  memcpy(&taken, out, sizeof taken);
  FUZZ_CHECK(taken == KNOWN);
  size_t n = size < KNOWN ? size : KNOWN;
  FUZZ_CHECK(!memcmp(out + 4, (const char *)table + 4, n - 4));
  for (size_t i = n; i < KNOWN; i++) FUZZ_CHECK(out[i] == 0);
}

static kt_status add(kt_parts *parts, unsigned kind, const void *table, kt_error *err) {
  switch (kind) {
  case 0:
    return kt_parts_add_source(parts, table, NULL, err);
  case 1:
    return kt_parts_add_parser(parts, table, NULL, err);
  case 2:
    return kt_parts_add_filter(parts, table, NULL, err);
  case 3:
    return kt_parts_add_scorer(parts, table, NULL, err);
  default:
    return kt_parts_add_sink(parts, table, NULL, err);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const size_t least[] = { KT_OPS_UP_TO(kt_source_ops, close),
                                  KT_OPS_UP_TO(kt_parser_ops, close),
                                  KT_OPS_UP_TO(kt_filter_ops, close),
                                  KT_OPS_UP_TO(kt_scorer_ops, close),
                                  KT_OPS_UP_TO(kt_sink_ops, close) };
  fuzz_input in = fuzz_input_of(data, size);
  unsigned kind = fuzz_choice(&in, 6);
  uint32_t table_size = 0, need = 0;
  if (in.len < 6 || in.len > 6 + WORDS) return 0;
  memcpy(&table_size, in.p, 2);
  memcpy(&need, in.p + 2, 4);
  in.p += 6;
  in.len -= 6;
  void *table = make(&in, table_size, need);
  check_take(table, table_size, need);
  kt_error err;
  if (kind < 5) {
    fuzz_env e;
    kt_parts *parts;
    fuzz_env_open(&e);
    FUZZ_CHECK(kt_parts_new(e.env, &parts, NULL) == KT_OK);
    size_t before = kt_parts_count(parts);
    kt_status st = add(parts, kind, table, &err);
    fuzz_check_error(st, &err);
    if (table_size < least[kind]) FUZZ_CHECK(st == KT_EINVAL);
    if (st == KT_OK) FUZZ_CHECK(!need);
    FUZZ_CHECK(kt_parts_count(parts) == before + (st == KT_OK));
    kt_parts_free(parts);
    fuzz_env_close(&e);
  } else if (need || table_size < sizeof(head)) { /* with functions in it, it would be called */
    kt_env *env;
    kt_status st = kt_env_new(table, &env, &err);
    fuzz_check_error(st, &err);
    FUZZ_CHECK(st < 0);
  }
  free(table);
  return 0;
}
