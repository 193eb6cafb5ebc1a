/* SPDX-License-Identifier: Apache-2.0 */
#include "record/column.h"

#include "base/alloc.h"
#include "base/conf.h"
#include "base/error.h"
#include "base/span.h"
#include "base/utf8.h"

typedef struct known {
  const char *name;
  kt_column_id id;
} known;

static const known tweet_columns[] = { { "id", KT_COL_RUN_NO },
                                       { "text", KT_COL_TEXT },
                                       { "created_time", KT_COL_CREATED },
                                       { "source", KT_COL_SOURCE },
                                       { "tweet_id", KT_COL_ID },
                                       { "user_name", KT_COL_USER_NAME },
                                       { "user_id", KT_COL_USER_ID },
                                       { "run_start_time", KT_COL_RUN_START },
                                       { "run_time_limit", KT_COL_RUN_LIMIT } };
static const known sentiment_columns[] = { { "id", KT_COL_ID },
                                           { "text", KT_COL_TEXT },
                                           { "created_time", KT_COL_CREATED },
                                           { "user_name", KT_COL_USER_NAME },
                                           { "sentiment", KT_COL_SENTIMENT },
                                           { "score_positive", KT_COL_POSITIVE },
                                           { "score_negative", KT_COL_NEGATIVE },
                                           { "score_neutral", KT_COL_NEUTRAL },
                                           { "score_mixed", KT_COL_MIXED } };
static const known full_columns[] = { { "kind", KT_COL_KIND },
                                      { "tweet_id", KT_COL_ID },
                                      { "text", KT_COL_TEXT },
                                      { "created_time", KT_COL_CREATED },
                                      { "lang", KT_COL_LANG },
                                      { "source", KT_COL_SOURCE },
                                      { "user_id", KT_COL_USER_ID },
                                      { "user_name", KT_COL_USER_NAME },
                                      { "repost", KT_COL_REPOST },
                                      { "reply", KT_COL_REPLY },
                                      { "quote", KT_COL_QUOTE },
                                      { "truncated", KT_COL_TRUNCATED },
                                      { "edited", KT_COL_EDITED },
                                      { "sentiment", KT_COL_SENTIMENT },
                                      { "score_positive", KT_COL_POSITIVE },
                                      { "score_negative", KT_COL_NEGATIVE },
                                      { "score_neutral", KT_COL_NEUTRAL },
                                      { "score_mixed", KT_COL_MIXED },
                                      { "scorer", KT_COL_SCORER },
                                      { "scorer_version", KT_COL_SCORER_VERSION },
                                      { "model_hash", KT_COL_MODEL_HASH } };
static const known raw_columns[] = { { "raw", KT_COL_RAW } };
/* Of no layout, only by `fields`. */
static const known further_columns[] = { { "ref_id", KT_COL_REF_ID },
                                         { "arrived_time", KT_COL_ARRIVED } };

enum { LAYOUTS = 4, GROUPS = 5 };
#define GROUP(a)                                                                                   \
  { a, sizeof a / sizeof *a }
/* In the order of kt_layout. */
static const struct {
  const known *columns;
  size_t count;
} groups[GROUPS] = { GROUP(tweet_columns), GROUP(sentiment_columns), GROUP(full_columns),
                     GROUP(raw_columns), GROUP(further_columns) };
static const char *const layout_names[LAYOUTS] = { "tweet", "sentiment", "full", "raw" };

static const known *find_in(size_t group, kt_span name) {
  for (size_t i = 0; i < groups[group].count; i++)
    if (kt_span_is(name, groups[group].columns[i].name)) return &groups[group].columns[i];
  return NULL;
}

/* A name means what it means in the layout, else in the first of the others that has it. */
static const known *find_name(kt_layout layout, kt_span name) {
  const known *k = find_in(layout, name);
  for (size_t g = 0; !k && g < GROUPS; g++) k = find_in(g, name);
  return k;
}

static kt_status unknown_name(kt_span name, kt_error *err) {
  kt_span names[64];
  size_t n = 0;
  for (size_t g = 0; g < GROUPS; g++)
    for (size_t i = 0; i < groups[g].count && n < 64; i++)
      names[n++] = kt_span_of(groups[g].columns[i].name);
  kt_span near = kt_nearest(name, names, n);
  int shown = name.len > 60 ? 60 : (int)name.len;
  if (near.ptr)
    return kt_fail(err, KT_EINVAL, 0, "encode",
                   "option fields: no column '%.*s'; did you mean %.*s?", shown, name.ptr,
                   (int)near.len, near.ptr);
  return kt_fail(err, KT_EINVAL, 0, "encode",
                 "option fields: no column '%.*s'; a field of the payload is written "
                 "raw:/json/pointer",
                 shown, name.ptr);
}

static kt_status add(kt_columns *c, kt_column column, kt_error *err) {
  for (size_t i = 0; i < c->count; i++)
    if (kt_span_equal(c->items[i].name, column.name))
      return kt_fail(err, KT_EINVAL, 0, "encode",
                     "option fields: two columns are named '%.*s'; rename one: other=%.*s",
                     column.name.len > 40 ? 40 : (int)column.name.len, column.name.ptr,
                     column.name.len > 40 ? 40 : (int)column.name.len, column.name.ptr);
  if (kt_grow(c->arena.env, &c->items, &c->cap, c->count + 1, sizeof *c->items))
    return kt_fail_nomem(err, "encode");
  c->items[c->count++] = column;
  return KT_OK;
}

static int is_score(kt_column_id id) {
  return id >= KT_COL_SENTIMENT && id <= KT_COL_MODEL_HASH;
}

static kt_status add_own(kt_columns *c, kt_error *err) {
  kt_status st = KT_OK;
  for (size_t i = 0; i < groups[c->layout].count && st == KT_OK; i++) {
    const known *k = &groups[c->layout].columns[i];
    st = add(c,
             (kt_column){ .id = k->id,
                          .optional = c->layout == KT_LAYOUT_FULL && is_score(k->id),
                          .name = kt_span_of(k->name) },
             err);
  }
  return st;
}

static int starts_raw(kt_span s) {
  return s.len >= 4 && memcmp(s.ptr, "raw:", 4) == 0;
}

/* The last token names the column if nothing else does. */
static kt_status add_pointer(kt_columns *c, kt_span name, kt_span pointer, kt_error *err) {
  kt_span nothing;
  kt_column column = { .id = KT_COL_POINTER, .name = name };
  char *text = kt_arena_alloc(&c->arena, pointer.len + 1, 1);
  if (!text) return kt_fail_nomem(err, "encode");
  memcpy(text, pointer.ptr, pointer.len);
  text[pointer.len] = '\0';
  if (kt_json_find(KT_LIT("null"), text, &nothing) == KT_EINVAL)
    return kt_fail(err, KT_EINVAL, 0, "encode",
                   "option fields: 'raw:%.80s' is no JSON pointer; write raw:/name/name", text);
  if (kt_pointer_compile(&column.pointer, &c->arena, text) < 0) return kt_fail_nomem(err, "encode");
  const kt_pointer *p = &column.pointer;
  if (!name.ptr && p->count) column.name = kt_span_of(p->tokens[p->count - 1].name);
  if (!column.name.len) column.name = KT_LIT("raw");
  return add(c, column, err);
}

/* One item: column, name=column, raw:/pointer or name=raw:/pointer. */
static kt_status add_item(kt_columns *c, kt_span item, kt_error *err) {
  kt_span name = KT_NULL_SPAN, column = item;
  const char *eq = starts_raw(item) ? NULL : memchr(item.ptr, '=', item.len);
  if (eq) {
    name = kt_span_make(item.ptr, (size_t)(eq - item.ptr));
    column = kt_span_make(eq + 1, item.len - name.len - 1);
  }
  if (!column.len || (name.ptr && !name.len))
    return kt_fail(err, KT_EINVAL, 0, "encode",
                   "option fields: an empty name; write column,column or name=column");
  if (starts_raw(column))
    return add_pointer(c, name, kt_span_make(column.ptr + 4, column.len - 4), err);
  const known *k = find_name(c->layout, column);
  if (!k) return unknown_name(column, err);
  return add(c, (kt_column){ .id = k->id, .name = name.ptr ? name : column }, err);
}

static kt_status add_picked(kt_columns *c, const char *fields, kt_error *err) {
  size_t n = strlen(fields);
  if (kt_utf8_valid(fields, n) < n) /* the names stand in what is written */
    return kt_fail(err, KT_EINVAL, 0, "encode", "option fields: no valid UTF-8 at byte %zu",
                   kt_utf8_valid(fields, n));
  kt_span all = kt_arena_copy(&c->arena, kt_span_make(fields, n));
  if (!all.ptr) return kt_fail_nomem(err, "encode");
  const char *p = all.ptr, *end = all.ptr + all.len;
  for (;;) {
    const char *comma = memchr(p, ',', (size_t)(end - p));
    kt_status st = add_item(c, kt_span_make(p, (size_t)((comma ? comma : end) - p)), err);
    if (st < 0 || !comma) return st;
    p = comma + 1;
  }
}

kt_status kt_columns_init(kt_columns *c, const kt_env *env, const char *record, const char *fields,
                          kt_error *err) {
  size_t layout = 0;
  while (record && layout < LAYOUTS && strcmp(record, layout_names[layout]) != 0) layout++;
  if (layout == LAYOUTS)
    return kt_fail(err, KT_EINVAL, 0, "encode",
                   "no record '%.40s'; it is one of tweet, sentiment, full, raw", record);
  *c = (kt_columns){ .layout = (kt_layout)layout, .picked = fields && *fields };
  kt_arena_init(&c->arena, env, 512);
  kt_status st = c->picked ? add_picked(c, fields, err) : add_own(c, err);
  if (st < 0) kt_columns_free(c);
  return st;
}

void kt_columns_free(kt_columns *c) {
  kt_env_release(c->arena.env, c->items, c->cap * sizeof *c->items);
  kt_arena_free(&c->arena);
  c->items = NULL;
  c->count = c->cap = 0;
}

int kt_layout_holds(kt_layout layout, const kt_record *r) {
  if (layout == KT_LAYOUT_FULL) return 1;
  return layout == KT_LAYOUT_RAW ? r->raw.ptr != NULL : r->kind == KT_POST;
}

const kt_score *kt_column_score(const kt_batch *b, size_t i) {
  const kt_score *s = kt_batch_score(b, i);
  return s && s->label != KT_LABEL_NONE ? s : NULL;
}

static void put_text(kt_cell *out, kt_cell_type type, kt_span s) {
  out->type = s.ptr ? type : KT_CELL_NULL;
  out->text = s;
}
static void put_number(kt_cell *out, kt_cell_type type, int64_t v) {
  out->type = v == KT_UNKNOWN ? KT_CELL_NULL : type;
  out->number = v;
}
/* Only a post is or is not a repost, answer ... */
static void put_flag(kt_cell *out, const kt_record *r, uint32_t bit) {
  out->type = r->kind == KT_POST ? KT_CELL_BOOL : KT_CELL_NULL;
  out->number = (r->flags & bit) != 0;
}
static void put_real(kt_cell *out, float v) {
  int is_finite = v - v == 0;
  out->type = is_finite ? KT_CELL_FLOAT : KT_CELL_NULL;
  out->real = v;
}

static kt_span kind_name(uint32_t kind) {
  static const kt_span names[] = {
    { "post", 4 }, { "delete", 6 }, { "notice", 6 }, { "gap", 3 }, { "dead", 4 }
  };
  return kind <= KT_DEAD ? names[kind] : KT_LIT("other");
}

static kt_span label_name(const kt_score *s) {
  static const kt_span names[] = {
    { NULL, 0 }, { "POSITIVE", 8 }, { "NEGATIVE", 8 }, { "NEUTRAL", 7 }, { "MIXED", 5 }
  };
  return s && s->label > 0 && s->label <= KT_LABEL_MIXED ? names[s->label] : KT_NULL_SPAN;
}

static void put_score(kt_cell *out, kt_column_id id, const kt_batch *b, const kt_score *s) {
  if (!s) {
    out->type = KT_CELL_NULL;
    return;
  }
  switch (id) {
  case KT_COL_SENTIMENT:
    put_text(out, KT_CELL_WORD, label_name(s));
    break;
  case KT_COL_POSITIVE:
    put_real(out, s->positive);
    break;
  case KT_COL_NEGATIVE:
    put_real(out, s->negative);
    break;
  case KT_COL_NEUTRAL:
    put_real(out, s->neutral);
    break;
  case KT_COL_SCORER:
    put_text(out, KT_CELL_TEXT, kt_batch_scorer(b));
    break;
  case KT_COL_SCORER_VERSION:
    put_text(out, KT_CELL_TEXT, kt_batch_scorer_version(b));
    break;
  case KT_COL_MODEL_HASH:
    put_text(out, KT_CELL_TEXT, kt_batch_model_hash(b));
    break;
  default:
    put_real(out, s->mixed);
  }
}

/* Written member by member where it is needed: to copy a cell just written costs more than to make
 * it (a wide load of narrow stores waits for them). */
void kt_column_cell(const kt_column *c, const kt_batch *b, const kt_record *r, const kt_score *s,
                    kt_cell *out) {
  switch (c->id) {
  case KT_COL_RUN_NO:
    put_number(out, KT_CELL_INT, r->run_no);
    break;
  case KT_COL_ID:
    put_text(out, KT_CELL_TEXT, r->id);
    break;
  case KT_COL_TEXT:
    put_text(out, KT_CELL_TEXT, r->text);
    break;
  case KT_COL_CREATED:
    put_number(out, KT_CELL_TIME, r->created_ms);
    break;
  case KT_COL_ARRIVED:
    put_number(out, KT_CELL_TIME, r->arrived_ms);
    break;
  case KT_COL_SOURCE:
    put_text(out, KT_CELL_TEXT, r->source);
    break;
  case KT_COL_USER_NAME:
    put_text(out, KT_CELL_TEXT, r->user_name);
    break;
  case KT_COL_USER_ID:
    put_text(out, KT_CELL_TEXT, r->user_id);
    break;
  case KT_COL_RUN_START:
    put_number(out, KT_CELL_SECONDS, r->run_start_us);
    break;
  case KT_COL_RUN_LIMIT:
    put_number(out, KT_CELL_INT, r->run_limit_s);
    break;
  case KT_COL_KIND:
    put_text(out, KT_CELL_WORD, kind_name(r->kind));
    break;
  case KT_COL_LANG:
    put_text(out, KT_CELL_TEXT, r->lang);
    break;
  case KT_COL_REF_ID:
    put_text(out, KT_CELL_TEXT, r->ref_id);
    break;
  case KT_COL_REPOST:
    put_flag(out, r, KT_REPOST);
    break;
  case KT_COL_REPLY:
    put_flag(out, r, KT_REPLY);
    break;
  case KT_COL_QUOTE:
    put_flag(out, r, KT_QUOTE);
    break;
  case KT_COL_TRUNCATED:
    put_flag(out, r, KT_TRUNCATED);
    break;
  case KT_COL_EDITED:
    put_flag(out, r, KT_EDITED);
    break;
  case KT_COL_RAW:
    put_text(out, KT_CELL_TEXT, r->raw);
    break;
  case KT_COL_POINTER:
    out->type = KT_CELL_NULL;
    break;
  default:
    put_score(out, c->id, b, s);
  }
}
