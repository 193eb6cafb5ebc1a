/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue: tables taken and copied, found by scheme. */
#include "parts.h"

#include <stdatomic.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/conf.h"
#include "base/error.h"
#include "base/ops.h"
#include "base/span.h"
#include "builtin.h"
#include "record/batch.h"

struct kt_parts {
  kt_env *env;
  atomic_size_t refs;
  kt_part **list; /* in order of registration: pointers, because pipelines keep them */
  size_t count, cap;
  const char *origin; /* of what is added now */
};

static const char *const kind_names[] = { "part", "source", "parser", "filter", "scorer", "sink" };

static void part_free(kt_parts *parts, kt_part *p) {
  kt_strfree(parts->env, p->name);
  kt_strfree(parts->env, p->options);
  kt_strfree(parts->env, p->origin);
  kt_env_release(parts->env, p, sizeof *p);
}

kt_status kt_parts_new(kt_env *env, kt_parts **out, kt_error *err) {
  kt_parts *parts = kt_zalloc(env, sizeof *parts);
  if (!parts) return kt_fail_nomem(err, "parts");
  parts->env = kt_env_ref(env);
  atomic_init(&parts->refs, 1);
  parts->origin = "built-in";
  kt_status st = kt_builtin_register(parts, err);
  parts->origin = "program";
  if (st < 0) {
    kt_parts_free(parts);
    return st;
  }
  *out = parts;
  return KT_OK;
}

kt_parts *kt_parts_ref(kt_parts *parts) {
  atomic_fetch_add_explicit(&parts->refs, 1, memory_order_relaxed);
  return parts;
}

void kt_parts_free(kt_parts *parts) {
  if (!parts || atomic_fetch_sub_explicit(&parts->refs, 1, memory_order_acq_rel) != 1) return;
  kt_env *env = parts->env;
  kt_parts_rollback(parts, 0);
  kt_env_release(env, parts->list, parts->cap * sizeof *parts->list);
  kt_env_release(env, parts, sizeof *parts);
  kt_env_free(env);
}

const kt_env *kt_parts_env(const kt_parts *parts) {
  return parts->env;
}
size_t kt_parts_mark(const kt_parts *parts) {
  return parts->count;
}
void kt_parts_set_origin(kt_parts *parts, const char *origin) {
  parts->origin = origin ? origin : "program";
}

void kt_parts_rollback(kt_parts *parts, size_t mark) {
  while (parts->count > mark) part_free(parts, parts->list[--parts->count]);
}

static const kt_part *find(const kt_parts *parts, uint32_t kind, kt_span name) {
  for (size_t i = 0; i < parts->count; i++)
    if (parts->list[i]->kind == kind && kt_span_is(name, parts->list[i]->name))
      return parts->list[i];
  return NULL;
}

/* The name must be a whole scheme and free, the declaration well-formed. */
static kt_status check_names(const kt_parts *parts, uint32_t kind, const char *name,
                             const char *options, kt_error *err) {
  char uri[64];
  size_t n = name ? strlen(name) : 0;
  if (!n || n > 40)
    return kt_fail(err, KT_EINVAL, 0, "parts", "a %s needs a name of 1 to 40 letters",
                   kind_names[kind]);
  memcpy(uri, name, n);
  memcpy(uri + n, ":", 2);
  if (kt_uri_scheme(uri).len != n)
    return kt_fail(err, KT_EINVAL, 0, "parts", "'%s' is no name for a %s: use [a-z][a-z0-9-]*",
                   name, kind_names[kind]);
  if (find(parts, kind, kt_span_of(name)))
    return kt_fail(err, KT_EINVAL, 0, "parts", "there is a %s '%s' already", kind_names[kind],
                   name);
  kt_conf *conf;
  kt_status st = kt_conf_new(parts->env, options, &conf, err);
  if (st == KT_OK) kt_conf_free(conf);
  return st;
}

static kt_status add(kt_parts *parts, uint32_t kind, const kt_part_ops *ops, const char *name,
                     const char *options, uint32_t caps, int complete, void *user, kt_error *err) {
  kt_status st = check_names(parts, kind, name, options, err);
  if (st < 0) return st;
  if (!complete)
    return kt_fail(err, KT_EINVAL, 0, "parts", "%s '%s' lacks a required function; see its header",
                   kind_names[kind], name);
  if (kt_grow(parts->env, &parts->list, &parts->cap, parts->count + 1, sizeof *parts->list))
    return kt_fail_nomem(err, "parts");
  kt_part *p = kt_zalloc(parts->env, sizeof *p);
  if (!p) return kt_fail_nomem(err, "parts");
  *p = (kt_part){ .kind = kind, .caps = caps, .ops = *ops, .user = user };
  p->name = kt_strdup(parts->env, name);
  p->options = kt_strdup(parts->env, options ? options : "");
  p->origin = kt_strdup(parts->env, parts->origin);
  if (!p->name || !p->options || !p->origin) {
    part_free(parts, p);
    return kt_fail_nomem(err, "parts");
  }
  parts->list[parts->count++] = p;
  return KT_OK;
}

/* `close` is the last member that release 0.1 had: a table that is no longer is complete. */
#define ADDER(kind_, KIND, required)                                                               \
  kt_status kt_parts_add_##kind_(kt_parts *parts, const kt_##kind_##_ops *given, void *user,       \
                                 kt_error *err) {                                                  \
    kt_part_ops ops;                                                                               \
    kt_##kind_##_ops *t = &ops.kind_;                                                              \
    kt_status st = kt_ops_take(t, sizeof *t, KT_OPS_UP_TO(kt_##kind_##_ops, close), given,         \
                               "parts." #kind_, err);                                              \
    if (st < 0) return st;                                                                         \
    st = add(parts, KIND, &ops, t->name, t->options, t->caps, (required), user, err);              \
    if (st < 0) return st;                                                                         \
    kt_part *p = parts->list[parts->count - 1];                                                    \
    p->ops.kind_.name = p->name;                                                                   \
    p->ops.kind_.options = p->options;                                                             \
    return KT_OK;                                                                                  \
  }

ADDER(source, KT_PART_SOURCE, t->open && t->read && t->close)
ADDER(parser, KT_PART_PARSER, t->open && t->parse && t->close && (t->caps & KT_PURE))
ADDER(filter, KT_PART_FILTER, t->open && t->select && t->close)
ADDER(scorer, KT_PART_SCORER, t->open && t->score && t->close)
ADDER(sink, KT_PART_SINK, t->open && t->submit && t->close)

size_t kt_parts_count(const kt_parts *parts) {
  return parts->count;
}

static int before(const kt_part *a, const kt_part *b) {
  return a->kind != b->kind ? a->kind < b->kind : strcmp(a->name, b->name) < 0;
}

/* Part i in order of kind and name: the one with i parts before it. */
kt_status kt_parts_get(const kt_parts *parts, size_t i, kt_part_info *out) {
  for (size_t k = 0; k < parts->count; k++) {
    const kt_part *p = parts->list[k];
    size_t rank = 0;
    for (size_t j = 0; j < parts->count; j++) rank += (size_t)before(parts->list[j], p);
    if (rank != i) continue;
    kt_part_info info = { sizeof info, p->kind, p->caps, 0, p->name, p->options, p->origin };
    return kt_ops_give(out, &info, sizeof info);
  }
  return KT_EINVAL;
}

static int ends_with(kt_span s, const char *end) {
  size_t m = strlen(end);
  return s.len >= m && !memcmp(s.ptr + s.len - m, end, m);
}

/* What a bare path, with options or without, means. */
static const char *scheme_of_path(uint32_t kind, const char *uri) {
  static const char *const packed[] = { "", ".gz", ".zst", ".bz2" };
  char name[16];
  if (kind == KT_PART_SOURCE) return "file";
  if (kind != KT_PART_SINK) return uri; /* `auto` is as good as `auto:` */
  const char *query = kt_uri_query(uri);
  kt_span path = kt_span_make(uri, query ? (size_t)(query - uri) : strlen(uri));
  for (size_t i = 0; i < 4; i++) {
    size_t n = strlen(packed[i]);
    memcpy(name, ".csv", 4);
    memcpy(name + 4, packed[i], n + 1);
    if (ends_with(path, name)) return "csv";
  }
  if (ends_with(path, ".db") || ends_with(path, ".sqlite")) return "sqlite";
  return "ndjson";
}

static kt_status no_such_part(const kt_parts *parts, uint32_t kind, kt_span scheme, kt_error *err) {
  kt_span names[64] = { { NULL, 0 } };
  size_t n = 0;
  for (size_t i = 0; i < parts->count && n < 64; i++)
    if (parts->list[i]->kind == kind) names[n++] = kt_span_of(parts->list[i]->name);
  kt_span near = kt_nearest(scheme, names, n);
  int shown = scheme.len > 40 ? 40 : (int)scheme.len;
  if (near.ptr)
    return kt_fail(err, KT_EINVAL, 0, "parts", "no %s '%.*s'; did you mean %.*s:?",
                   kind_names[kind], shown, scheme.ptr, (int)near.len, near.ptr);
  return kt_fail(err, KT_EINVAL, 0, "parts", "no %s '%.*s'; `kappatweet parts` lists what there is",
                 kind_names[kind], shown, scheme.ptr);
}

static kt_status join(const kt_env *env, const char *a, const char *b, char **out, kt_error *err) {
  size_t n = strlen(a), m = b ? strlen(b) : 0;
  char *s = kt_env_alloc(env, n + m + 1);
  if (!s) return kt_fail_nomem(err, "parts");
  memcpy(s, a, n);
  if (m) memcpy(s + n, b, m);
  s[n + m] = '\0';
  *out = s;
  return KT_OK;
}

/* "sink.csv" says more than "conf". */
static void name_origin(kt_error *err, uint32_t kind, const char *name) {
  char where[64];
  size_t n = strlen(kind_names[kind]);
  memcpy(where, kind_names[kind], n);
  where[n] = '.';
  memcpy(where + n + 1, name, strlen(name) + 1); /* a name has at most 40 letters */
  where[sizeof err->where - 1] = '\0';
  memcpy(err->where, where, strlen(where) + 1);
}

kt_status kt_parts_find(const kt_parts *parts, uint32_t kind, const char *uri, const char *extra,
                        const kt_part **part, kt_conf **conf, kt_error *err) {
  char *options = NULL;
  if (kind < KT_PART_SOURCE || kind > KT_PART_SINK || !uri || !*uri)
    return kt_fail(err, KT_EINVAL, 0, "parts", "an empty name where a %s was expected",
                   kind_names[kind <= KT_PART_SINK ? kind : 0]);
  kt_span scheme = kt_uri_scheme(uri);
  int bare = !scheme.ptr;
  /* A sink's mere name is that sink (`null`, `stdout`), not a file of that name. */
  int named = bare && kind == KT_PART_SINK && find(parts, kind, kt_span_of(uri));
  if (bare) scheme = kt_span_of(named ? uri : scheme_of_path(kind, uri));
  const kt_part *p = find(parts, kind, scheme);
  if (!p) return no_such_part(parts, kind, scheme, err);
  kt_status st = join(parts->env, p->options, extra, &options, err);
  if (st < 0) return st;
  st = kt_conf_new(parts->env, options, conf, err);
  kt_strfree(parts->env, options);
  if (st < 0) return st;
  /* A bare `auto` or `null` is the scheme itself, not a target. */
  st = kt_conf_set_uri(*conf, bare && scheme.ptr == uri ? "" : uri, err);
  if (st < 0) {
    kt_conf_free(*conf);
    *conf = NULL;
    if (err) name_origin(err, kind, p->name);
    return st;
  }
  *part = p;
  return KT_OK;
}

kt_status kt_parts_check(const kt_parts *parts, uint32_t kind, const char *uri, kt_error *err) {
  const kt_part *part;
  kt_conf *conf;
  kt_status st = kt_parts_find(parts, kind, uri, NULL, &part, &conf, err);
  if (st == KT_OK) kt_conf_free(conf);
  return st;
}

/* Splits the payload into lines that lie in the batch's own block. */
static kt_status feed_lines(kt_batch *b, kt_span payload) {
  kt_slab *slab = kt_slab_new(b->env, payload.len);
  if (!slab) return KT_ENOMEM;
  if (payload.len) memcpy(slab->data, payload.ptr, payload.len);
  kt_status st = kt_block_hold(&b->block, slab);
  const char *p = slab->data, *end = p + payload.len;
  int64_t now = kt_env_now_ms(b->env);
  for (uint64_t line = 1; p < end && st == KT_OK; line++) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    if (!nl) nl = end;
    size_t n = (size_t)(nl - p);
    if (n && p[n - 1] == '\r') n--;
    char place[24];
    size_t at = sizeof place;
    for (uint64_t v = line; v; v /= 10) place[--at] = (char)('0' + v % 10);
    if (n)
      st = kt_block_add(&b->block, kt_span_make(p, n), 0,
                        kt_span_make(place + at, sizeof place - at), now);
    p = nl + 1;
  }
  kt_slab_unref(slab); /* the block holds it, or the whole call fails */
  return st;
}

static kt_status add_rejects(kt_batch *b) {
  for (size_t i = 0; i < b->reject_count; i++) {
    kt_span frame;
    const kt_dead why = kt_batch_reject(b, i, &frame);
    if (kt_batch_add_dead(b, NULL, frame, &why) < 0) return KT_ENOMEM;
  }
  return KT_OK;
}

static kt_status parse_batch(const kt_part *part, const kt_env *env, const kt_conf *conf,
                             kt_batch *b, kt_error *err) {
  void *self;
  kt_builder builder = { .batch = b };
  const kt_parser_ops *ops = &part->ops.parser;
  kt_status st = ops->open(part->user, env, conf, &self, err);
  if (st < 0) return st;
  st = ops->parse(self, &b->block, &builder, err);
  ops->close(self);
  if (st >= 0 && add_rejects(b) < 0) st = kt_fail_nomem(err, "parts.parse");
  int64_t run_no = 0;
  for (size_t i = 0; st >= 0 && i < b->count; i++) {
    b->records[i].seq = i;
    if (b->records[i].kind == KT_POST && b->records[i].run_no == KT_UNKNOWN)
      b->records[i].run_no = run_no++;
  }
  return st;
}

kt_status kt_parts_parse(const kt_parts *parts, const char *parser, kt_span payload, kt_batch **out,
                         kt_error *err) {
  const kt_part *part;
  kt_conf *conf;
  kt_status st =
      kt_parts_find(parts, KT_PART_PARSER, parser ? parser : "auto:", NULL, &part, &conf, err);
  if (st < 0) return st;
  kt_batch *b = kt_batch_new(parts->env, NULL);
  st = b && feed_lines(b, payload) == KT_OK ? KT_OK : kt_fail_nomem(err, "parts.parse");
  if (st == KT_OK) {
    kt_batch_make_id(b, KT_LIT("parse"));
    st = parse_batch(part, parts->env, conf, b, err);
  }
  kt_conf_free(conf);
  if (st < 0) {
    kt_batch_unref(b);
    return st;
  }
  *out = b;
  return KT_OK;
}
