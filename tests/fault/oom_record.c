/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: payloads into batches, batches into bytes and columns. */
#include "oom.h"
#include "oom_posts.h"

static kt_status parse(oom *o, const char *text, kt_batch **out) {
  kt_parts *parts = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  *out = NULL;
  if (st == KT_OK) st = TRY(o, kt_parts_parse(parts, NULL, kt_span_of(text), out, &o->err));
  if (st < 0 && *out) oom_wrong(o, "a batch although it failed");
  kt_parts_free(parts);
  return st;
}

static void note_record(oom *o, const kt_batch *b, size_t i) {
  const kt_record *r = kt_batch_record(b, i);
  const kt_span fields[] = { r->id,        r->ref_id, r->text,
                             r->lang,      r->source, r->user_id,
                             r->user_name, r->raw,    kt_batch_place(b, i) };
  kt_dead dead = { .size = sizeof dead };
  kt_span found;
  oom_note(o, "%u %x %lld\n", r->kind, r->flags, (long long)r->created_ms);
  for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) oom_note_span(o, fields[k]);
  if (kt_batch_dead(b, i, &dead) == KT_OK) {
    oom_note_span(o, dead.reason);
    return;
  }
  if (kt_json_find(r->raw, "/user/name", &found) == KT_OK) oom_note_span(o, found);
  if (kt_batch_score(b, i)) oom_wrong(o, "a score from nowhere");
}

static kt_status unquote(oom *o, const kt_batch *b) {
  kt_buf *out = NULL;
  kt_span found;
  kt_status st = TRY(o, kt_buf_new(o->env, &out, &o->err));
  for (size_t i = 0; st == KT_OK && i < kt_batch_count(b); i++)
    if (kt_json_find(kt_batch_record(b, i)->raw, "/text", &found) == KT_OK && found.ptr)
      st = TRY(o, kt_json_unquote(found, out));
  if (st == KT_OK) oom_note_span(o, kt_buf_bytes(out));
  if (out) kt_buf_free(out);
  return st;
}

static kt_status batch(oom *o) {
  kt_batch *b;
  kt_status st = parse(o, OOM_ALL, &b);
  if (st < 0) return st;
  kt_batch *second = kt_batch_ref(b);
  kt_batch_unref(b);
  for (size_t i = 0; i < kt_batch_count(second); i++) note_record(o, second, i);
  st = unquote(o, second);
  oom_note_span(o, kt_batch_id(second));
  oom_note(o, "%lld\n", (long long)kt_batch_watermark_ms(second));
  kt_batch_unref(second);
  return st;
}

static kt_status encode_all(oom *o, const kt_batch *b, kt_encoder *e, kt_buf *out) {
  kt_status st = TRY(o, kt_encoder_header(e, out));
  for (size_t i = 0; st == KT_OK && i < kt_batch_count(b); i++) {
    size_t before = kt_buf_bytes(out).len;
    int added = 0;
    st = TRY(o, kt_encoder_record(e, b, i, out, &added));
    if (st < 0 && kt_buf_bytes(out).len != before) oom_wrong(o, "a failed record left a part");
  }
  return st;
}

static kt_status encode(oom *o, int format, const char *uri) {
  static const char options[] = "target\tpath\t\t\t\t\ta file\n" KT_ENCODER_OPTIONS;
  kt_batch *b = NULL;
  kt_conf *c = NULL;
  kt_encoder *e = NULL;
  kt_buf *out = NULL;
  kt_status st = parse(o, OOM_ALL OOM_ALL OOM_ALL, &b);
  if (st == KT_OK) st = TRY(o, kt_conf_new(o->env, options, &c, &o->err));
  if (st == KT_OK) st = TRY(o, kt_conf_set_uri(c, uri, &o->err));
  if (st == KT_OK) st = TRY(o, kt_encoder_new(o->env, format, c, &e, &o->err));
  if (st == KT_OK) st = TRY(o, kt_buf_new(o->env, &out, &o->err));
  if (st == KT_OK) st = encode_all(o, b, e, out);
  if (st == KT_OK) oom_note_span(o, kt_buf_bytes(out));
  if (out) kt_buf_free(out);
  kt_encoder_free(e);
  if (c) kt_conf_free(c);
  kt_batch_unref(b);
  return st;
}

#define COLUMNS "fields=text,user_name,kind,raw,created_time,a=raw:/user/name,raw:/user,score_mixed"

static kt_status ndjson(oom *o) {
  return encode(o, KT_FORMAT_NDJSON, "x:?record=full&transliterate=ascii&" COLUMNS);
}
static kt_status csv(oom *o) {
  return encode(o, KT_FORMAT_CSV, "x:?bom=true&delimiter=%2C&" COLUMNS);
}
static kt_status dynamodb(oom *o) {
  return encode(o, KT_FORMAT_DYNAMODB, "x:?record=tweet&" COLUMNS);
}

static void note_children(oom *o, const struct ArrowSchema *s, const struct ArrowArray *a) {
  for (int64_t i = 0; i < s->n_children; i++)
    oom_note(o, "%s %s %lld %lld\n", s->children[i]->name, s->children[i]->format,
             (long long)a->children[i]->length, (long long)a->children[i]->null_count);
}

static kt_status arrow(oom *o) {
  static const char *const records[] = { "tweet", "sentiment", "full", "raw" };
  kt_batch *b;
  kt_status st = parse(o, OOM_ALL, &b);
  for (size_t i = 0; st == KT_OK && i < 4; i++) {
    struct ArrowSchema schema = { 0 };
    struct ArrowArray array = { 0 };
    st = TRY(o, kt_batch_export_arrow(o->env, b, records[i], &schema, &array, &o->err));
    if (st < 0) {
      if (schema.release || array.release) oom_wrong(o, "something was set although it failed");
      break;
    }
    note_children(o, &schema, &array);
    schema.release(&schema);
    array.release(&array);
  }
  kt_batch_unref(b);
  return st;
}

const oom_scenario oom_record[] = {
  { .name = "batch", .run = batch }, { .name = "ndjson", .run = ndjson },
  { .name = "csv", .run = csv },     { .name = "dynamodb", .run = dynamodb },
  { .name = "arrow", .run = arrow }, { 0 }
};
