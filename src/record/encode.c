/* SPDX-License-Identifier: Apache-2.0 */
#include "record/encode.h"

#include <kappatweet/conf.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "json/json.h"

/* An option that the conf's declaration does not have keeps its default. */
static int truth(const kt_conf *conf, const char *name, int otherwise) {
  return conf && kt_conf_string(conf, name) ? kt_conf_int(conf, name) != 0 : otherwise;
}

static kt_status take_delimiter(kt_encoder *e, const kt_conf *conf, kt_error *err) {
  static const char plain[] = "0123456789+-.:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  e->delimiter = ';';
  if (conf && kt_conf_string(conf, "delimiter"))
    e->delimiter = (char)kt_conf_int(conf, "delimiter");
  if (e->delimiter <= 0 || e->delimiter == '"' || e->delimiter == '\n' || e->delimiter == '\r')
    return kt_fail(err, KT_EINVAL, 0, "encode",
                   "option delimiter: it cannot be a quote, a line end or a letter beyond ASCII");
  e->delimiter_is_plain = strchr(plain, e->delimiter) != NULL;
  return KT_OK;
}

static kt_status take_options(kt_encoder *e, const kt_conf *conf, kt_error *err) {
  const char *ascii = conf ? kt_conf_string(conf, "transliterate") : NULL;
  e->ascii = ascii && strcmp(ascii, "ascii") == 0;
  e->header = truth(conf, "header", 1);
  e->bom = truth(conf, "bom", 0);
  kt_status st = take_delimiter(e, conf, err);
  if (st < 0) return st;
  return kt_columns_init(&e->columns, e->env, conf ? kt_conf_string(conf, "record") : NULL,
                         conf ? kt_conf_string(conf, "fields") : NULL, err);
}

/* `"name":` for each column, so that a record is mostly copies. */
static kt_status make_keys(kt_encoder *e, kt_error *err) {
  e->keys = kt_zalloc(e->env, e->columns.count * sizeof *e->keys);
  if (!e->keys) return kt_fail_nomem(err, "encode");
  for (size_t i = 0; i < e->columns.count; i++) {
    size_t from = e->key_bytes.len;
    if (kt_json_put_string(&e->key_bytes, e->columns.items[i].name) ||
        kt_buf_putc(&e->key_bytes, ':'))
      return kt_fail_nomem(err, "encode");
    e->keys[i].len = e->key_bytes.len - from;
  }
  const char *p = e->key_bytes.ptr;
  for (size_t i = 0; i < e->columns.count; p += e->keys[i++].len) e->keys[i].ptr = p;
  return KT_OK;
}

kt_status kt_encoder_new(const kt_env *env, int32_t format, const kt_conf *conf, kt_encoder **out,
                         kt_error *err) {
  if (format < KT_FORMAT_NDJSON || format > KT_FORMAT_DYNAMODB)
    return kt_fail(err, KT_EINVAL, 0, "encode", "no format %d", (int)format);
  kt_encoder *e = kt_zalloc(env, sizeof *e);
  if (!e) return kt_fail_nomem(err, "encode");
  e->env = kt_env_ref(env);
  e->format = format;
  e->second = e->day = e->start_us = KT_UNKNOWN;
  kt_buf_init(&e->key_bytes, e->env);
  kt_buf_init(&e->scratch, e->env);
  kt_pointed_init(&e->pointed, e->env);
  kt_status st = take_options(e, conf, err);
  if (st == KT_OK) st = make_keys(e, err);
  if (st < 0) {
    kt_encoder_free(e);
    return st;
  }
  *out = e;
  return KT_OK;
}

void kt_encoder_free(kt_encoder *e) {
  if (!e) return;
  kt_env *env = e->env;
  kt_env_release(env, e->keys, e->keys ? e->columns.count * sizeof *e->keys : 0);
  kt_columns_free(&e->columns);
  kt_buf_clear(&e->key_bytes);
  kt_buf_clear(&e->scratch);
  kt_pointed_free(&e->pointed);
  kt_env_release(env, e, sizeof *e);
  kt_env_free(env);
}

kt_status kt_encoder_header(kt_encoder *e, kt_buf *out) {
  size_t before = out->len;
  kt_status st = e->format == KT_FORMAT_CSV ? kt_encode_csv_header(e, out) : KT_OK;
  if (st < 0) out->len = before;
  return st;
}

static kt_status put_dead(kt_encoder *e, const kt_batch *b, size_t i, const kt_record *r,
                          kt_buf *out) {
  kt_dead why = { .size = sizeof why };
  kt_batch_dead(b, i, &why);
  if (e->format == KT_FORMAT_DYNAMODB) return kt_encode_dead_dynamodb(r, &why, out);
  if (e->format == KT_FORMAT_CSV) {
    e->scratch.len = 0;
    if (kt_encode_dead(r, &why, &e->scratch)) return KT_ENOMEM;
    return kt_encode_csv_single(e, kt_span_make(e->scratch.ptr, e->scratch.len), out);
  }
  return kt_encode_dead(r, &why, out) ? KT_ENOMEM : kt_buf_putc(out, '\n');
}

static kt_status put_record(kt_encoder *e, const kt_batch *b, size_t i, const kt_record *r,
                            kt_buf *out) {
  if (r->kind == KT_DEAD) return put_dead(e, b, i, r, out);
  const kt_score *s = kt_column_score(b, i);
  e->batch = b;
  kt_pointed_reset(&e->pointed);
  switch (e->format) {
  case KT_FORMAT_CSV:
    return kt_encode_csv(e, r, s, out);
  case KT_FORMAT_DYNAMODB:
    return kt_encode_dynamodb(e, r, s, out);
  default:
    return kt_encode_ndjson(e, r, s, out);
  }
}

kt_status kt_encoder_record(kt_encoder *e, const kt_batch *b, size_t i, kt_buf *out, int *added) {
  const kt_record *r = kt_batch_record(b, i);
  int holds = r && (r->kind == KT_DEAD || kt_layout_holds(e->columns.layout, r));
  if (added) *added = holds;
  if (!holds) return r ? KT_OK : KT_EINVAL;
  size_t before = out->len;
  kt_status st = put_record(e, b, i, r, out);
  if (st < 0) {
    out->len = before;
    if (added) *added = 0;
  }
  return st;
}
