/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdlib.h>

#include "csv.h"
#include "strict.h"

/* Attribute values wrap each value in an object of its own. */
enum { DEEPEST = 2 * 128 + 8 };

static void check_span(kt_span s, int utf8) {
  FUZZ_CHECK(s.ptr || !s.len);
  if (utf8) FUZZ_CHECK(fuzz_is_utf8(s));
}

static void check_dead(const kt_batch *b, size_t i, int is_dead) {
  kt_dead dead = { .size = sizeof dead };
  FUZZ_CHECK(kt_batch_dead(b, i, &dead) == (is_dead ? KT_OK : KT_EINVAL));
  if (!is_dead) return;
  FUZZ_CHECK(dead.code < 0);
  check_span(dead.lane, 1);
  check_span(dead.place, 1);
  check_span(dead.reason, 1);
}

void records_check(const kt_batch *b) {
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i);
    const kt_score *s = kt_batch_score(b, i);
    FUZZ_CHECK(r->kind <= KT_DEAD && r->flags < KT_REPAIRED << 1);
    const kt_span texts[] = { r->id,     r->ref_id,  r->text,     r->lang,
                              r->source, r->user_id, r->user_name };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) check_span(texts[k], 1);
    check_span(r->raw, r->kind != KT_DEAD);
    check_span(kt_batch_place(b, i), 1);
    check_dead(b, i, r->kind == KT_DEAD);
    if (s) FUZZ_CHECK(s->label >= KT_LABEL_NONE && s->label <= KT_LABEL_MIXED);
  }
  FUZZ_CHECK(kt_batch_record(b, kt_batch_count(b)) == NULL);
  FUZZ_CHECK(kt_batch_id(b).len == 32);
}

static int same_score(const kt_score *a, const kt_score *b) {
  return !a == !b && (!a || !memcmp(a, b, sizeof *a));
}

int records_same(const kt_batch *a, const kt_batch *b, int raw) {
  if (kt_batch_count(a) != kt_batch_count(b)) return 0;
  for (size_t i = 0; i < kt_batch_count(a); i++) {
    const kt_record *r = kt_batch_record(a, i), *s = kt_batch_record(b, i);
    if (r->kind != s->kind || r->flags != s->flags || r->created_ms != s->created_ms ||
        r->run_no != s->run_no || r->run_start_us != s->run_start_us ||
        r->run_limit_s != s->run_limit_s || !kt_span_equal(r->id, s->id) ||
        !kt_span_equal(r->ref_id, s->ref_id) || !kt_span_equal(r->text, s->text) ||
        !kt_span_equal(r->lang, s->lang) || !kt_span_equal(r->source, s->source) ||
        !kt_span_equal(r->user_id, s->user_id) || !kt_span_equal(r->user_name, s->user_name) ||
        (raw && !kt_span_equal(r->raw, s->raw)) ||
        !same_score(kt_batch_score(a, i), kt_batch_score(b, i)))
      return 0;
  }
  return 1;
}

int records_encode(const kt_env *env, const kt_batch *b, int32_t format, const char *uri,
                   kt_buf *out, kt_error *err) {
  kt_conf *conf;
  kt_encoder *e = NULL;
  FUZZ_CHECK(kt_conf_new(env, KT_ENCODER_OPTIONS, &conf, NULL) == KT_OK);
  kt_status st = kt_conf_set_uri(conf, uri, err);
  if (st == KT_OK) st = kt_encoder_new(env, format, conf, &e, err);
  kt_conf_free(conf);
  if (st < 0) {
    fuzz_check_error(st, err);
    return 0;
  }
  FUZZ_CHECK(kt_encoder_header(e, out) == KT_OK);
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    size_t before = kt_buf_bytes(out).len;
    int added;
    FUZZ_CHECK(kt_encoder_record(e, b, i, out, &added) == KT_OK);
    FUZZ_CHECK(added == (kt_buf_bytes(out).len > before));
  }
  FUZZ_CHECK(kt_encoder_record(e, b, kt_batch_count(b), out, NULL) == KT_EINVAL);
  kt_encoder_free(e);
  return 1;
}

static void check_json(kt_span text) {
  strict s;
  FUZZ_CHECK(strict_read(&s, text, DEEPEST) == STRICT_OK);
  strict_free(&s);
}

static void check_lines(kt_span text, size_t records) {
  size_t lines = 0;
  for (const char *p = text.ptr, *end = p + text.len; p < end; lines++) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    FUZZ_CHECK(nl != NULL);
    check_json((kt_span){ p, (size_t)(nl - p) });
    p = nl + 1;
  }
  FUZZ_CHECK(lines <= records);
}

static void check_csv(kt_span text, char delimiter) {
  size_t at = 0, columns = 0, len;
  char *cell = malloc(text.len + 1);
  while (at < text.len) {
    size_t n = 1;
    int more;
    while ((more = csv_next(text, delimiter, &at, cell, &len)) > 0) n++;
    FUZZ_CHECK(more == 0);
    FUZZ_CHECK(!columns || n == columns);
    columns = n;
  }
  free(cell);
}

void records_check_text(int32_t format, char delimiter, kt_span text, size_t records) {
  FUZZ_CHECK(fuzz_is_utf8(text));
  if (format == KT_FORMAT_CSV) check_csv(text, delimiter);
  if (format == KT_FORMAT_NDJSON) check_lines(text, records);
  /* Items of DynamoDB have no line ends: one at a time. */
  if (format == KT_FORMAT_DYNAMODB && records == 1 && text.len) check_json(text);
}

static void check_arrow(const kt_env *env, const kt_batch *b, const char *record) {
  struct ArrowSchema schema;
  struct ArrowArray array;
  FUZZ_CHECK(kt_batch_export_arrow(env, b, record, &schema, &array, NULL) == KT_OK);
  FUZZ_CHECK(schema.n_children == array.n_children && !strcmp(schema.format, "+s"));
  for (int64_t i = 0; i < array.n_children; i++) {
    const struct ArrowArray *c = array.children[i];
    FUZZ_CHECK(c->length == array.length && c->null_count <= c->length);
    if (strcmp(schema.children[i]->format, "u") != 0) continue;
    const int32_t *offsets = c->buffers[1];
    for (int64_t k = 0; k < c->length; k++) {
      FUZZ_CHECK(offsets[k] >= 0 && offsets[k] <= offsets[k + 1]);
      kt_span s = { (const char *)c->buffers[2] + offsets[k],
                    (size_t)(offsets[k + 1] - offsets[k]) };
      FUZZ_CHECK(!s.len || fuzz_is_utf8(s));
    }
  }
  schema.release(&schema);
  array.release(&array);
}

void records_encode_all(const kt_env *env, const kt_batch *b, unsigned pick) {
  static const char *const records[] = { "tweet", "sentiment", "full", "raw" };
  const char *record = records[pick % 4];
  int32_t format = (int32_t)(pick / 4 % 3); /* KT_FORMAT_* */
  char uri[40] = "x:?record=";
  kt_buf *out;
  FUZZ_CHECK(kt_buf_new(env, &out, NULL) == KT_OK);
  strcat(uri, record);
  FUZZ_CHECK(records_encode(env, b, format, uri, out, NULL));
  records_check_text(format, ';', kt_buf_bytes(out), kt_batch_count(b));
  check_arrow(env, b, record);
  kt_buf_free(out);
}
