/* SPDX-License-Identifier: Apache-2.0 */
/* One parser (FUZZ_PARSER) on any payloads, one a line: the same twice, each line by itself as all
 * together, memory in proportion to the input, records that hold what they must and that every
 * format can write; our own record of it, read back, is the same again. */
#include <stdlib.h>

#include "fuzz.h"
#include "records.h"

static fuzz_env world;
static kt_parts *parts;

static kt_batch *parse(const char *parser, kt_span payload) {
  kt_batch *b = NULL;
  kt_error err;
  FUZZ_CHECK(kt_parts_parse(parts, parser, payload, &b, &err) == KT_OK);
  return b;
}

static size_t count_dead(const kt_batch *b) {
  size_t n = 0;
  for (size_t i = 0; i < kt_batch_count(b); i++) n += kt_batch_record(b, i)->kind == KT_DEAD;
  return n;
}

/* Frames know nothing of each other. What is set aside stands behind all others of a batch, so only
 * the numbers are compared. */
static void check_line_by_line(kt_span payload, const kt_batch *whole) {
  fuzz_input in = { payload.ptr, payload.len };
  size_t count = 0, dead = 0;
  while (in.len) {
    kt_batch *b = parse(FUZZ_PARSER, fuzz_until(&in, '\n'));
    count += kt_batch_count(b);
    dead += count_dead(b);
    kt_batch_unref(b);
  }
  FUZZ_CHECK(count == kt_batch_count(whole) && dead == count_dead(whole));
}

/* What `record=full` writes is taken by tweet-record: with the same fields, but for those that it
 * does not hold. */
static void check_read_back(const kt_batch *b) {
  kt_buf *out;
  FUZZ_CHECK(kt_buf_new(world.env, &out, NULL) == KT_OK);
  FUZZ_CHECK(records_encode(world.env, b, KT_FORMAT_NDJSON, "x:?record=full", out, NULL));
  kt_batch *again = parse("tweet-record:", kt_buf_bytes(out));
  FUZZ_CHECK(kt_batch_count(again) == kt_batch_count(b));
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i), *s = kt_batch_record(again, i);
    FUZZ_CHECK(r->kind == s->kind);
    if (r->kind == KT_DEAD) {
      FUZZ_CHECK(kt_span_equal(r->raw, s->raw));
      continue;
    }
    FUZZ_CHECK(kt_span_equal(r->text, s->text) && kt_span_equal(r->user_name, s->user_name));
    FUZZ_CHECK(kt_span_equal(r->lang, s->lang) && kt_span_equal(r->source, s->source));
    FUZZ_CHECK(r->created_ms == s->created_ms);
  }
  kt_batch_unref(again);
  kt_buf_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!parts) {
    fuzz_env_open(&world);
    FUZZ_CHECK(kt_parts_new(world.env, &parts, NULL) == KT_OK);
  }
  size_t before = world.live;
  world.peak = world.live;
  char *copy = fuzz_copy((kt_span){ (const char *)data, size }, 0, 0);
  kt_span payload = { copy, size };
  unsigned pick = fuzz_hash(payload);
  kt_batch *b = parse(FUZZ_PARSER, payload);
  FUZZ_CHECK(world.peak - before <= ((size_t)1 << 20) + 512 * size);
  kt_batch *again = parse(FUZZ_PARSER, payload);
  records_check(b);
  FUZZ_CHECK(records_same(b, again, 1));
  if (pick % 4 == 0) check_line_by_line(payload, b);
  free(copy); /* the batch has its own */
  records_encode_all(world.env, b, pick);
  if (pick % 4 == 1) check_read_back(b);
  kt_batch_unref(b);
  kt_batch_unref(again);
  FUZZ_CHECK(world.live == before);
  return 0;
}
