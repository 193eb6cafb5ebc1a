/* SPDX-License-Identifier: Apache-2.0 */
/* Filter `where:`: conditions on the fields of a post. */
#include <kappatweet/filter.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "base/time.h"
#include "base/utf8.h"
#include "filter/list.h"
#include "text/unicode.h"

enum { FLAGS = 5, ANY = -1 };

static const struct {
  const char *option;
  uint32_t bit;
} flags[FLAGS] = { { "repost", KT_REPOST },
                   { "reply", KT_REPLY },
                   { "quote", KT_QUOTE },
                   { "truncated", KT_TRUNCATED },
                   { "edited", KT_EDITED } };

/* A text to be found, as lower-case code points. */
typedef struct needle {
  uint32_t *cps;
  size_t count;
} needle;

/* All that is set must hold. */
typedef struct conditions {
  uint32_t kinds, labels; /* bits */
  int names_kind, names_label, invert;
  int wanted[FLAGS]; /* 0, 1 or ANY */
  kt_list langs, users, ids;
  needle *needles;
  size_t needle_count;
  int64_t since_ms, until_ms;
} conditions;

typedef struct where {
  kt_env *env;
  kt_arena arena;
  conditions sets[2]; /* from the options and from the target */
  size_t count;
} where;

/* Takes the next code point, lower case; bytes that are no UTF-8 stand for themselves. */
static uint32_t next_lower(const char **p, const char *end) {
  unsigned char c = (unsigned char)**p;
  if (c < 0x80) {
    ++*p;
    return c >= 'A' && c <= 'Z' ? c | 32u : c;
  }
  uint32_t cp;
  size_t n = kt_utf8_decode(*p, (size_t)(end - *p), &cp);
  *p += n ? n : 1;
  return n ? kt_uni_lower(cp) : 0x110000u + c;
}

static int starts_with(const char *p, const char *end, const needle *n) {
  for (size_t i = 0; i < n->count; i++)
    if (p == end || next_lower(&p, end) != n->cps[i]) return 0;
  return 1;
}

static int contains(kt_span text, const needle *n) {
  const char *p = text.ptr, *end = text.ptr + text.len;
  while (p < end) {
    const char *from = p;
    if (next_lower(&p, end) == n->cps[0] && starts_with(from, end, n)) return 1;
  }
  return 0;
}

static int contains_any(const conditions *c, kt_span text) {
  for (size_t i = 0; i < c->needle_count; i++)
    if (contains(text, &c->needles[i])) return 1;
  return c->needle_count == 0;
}

/* "en" admits en and en-GB. */
static int lang_admits(const kt_list *langs, kt_span lang) {
  for (size_t i = 0; i < langs->count; i++) {
    size_t n = langs->items[i].len;
    if (lang.len >= n && (lang.len == n || lang.ptr[n] == '-') &&
        !memcmp(lang.ptr, langs->items[i].ptr, n))
      return 1;
  }
  return langs->count == 0;
}

static int flags_admit(const conditions *c, uint32_t have) {
  for (int i = 0; i < FLAGS; i++)
    if (c->wanted[i] != ANY && c->wanted[i] != ((have & flags[i].bit) != 0)) return 0;
  return 1;
}

static int time_admits(const conditions *c, int64_t ms) {
  if (ms < c->since_ms) return 0; /* KT_UNKNOWN is less than any time */
  return c->until_ms == KT_UNKNOWN || (ms != KT_UNKNOWN && ms < c->until_ms);
}

static int label_admits(const conditions *c, const kt_score *s) {
  return !c->names_label || (s && s->label > 0 && c->labels >> (s->label - 1) & 1);
}

static int kind_admits(const conditions *c, uint32_t kind) {
  return !c->names_kind || (kind < 32 && (c->kinds >> kind & 1));
}

/* What is no post is judged by its kind alone. */
static int admits(const conditions *c, const kt_record *r, const kt_score *s) {
  if (r->kind != KT_POST) return kind_admits(c, r->kind);
  int holds = kind_admits(c, KT_POST) && flags_admit(c, r->flags) &&
              time_admits(c, r->created_ms) && lang_admits(&c->langs, r->lang) &&
              kt_list_admits(&c->users, r->user_id) && kt_list_admits(&c->ids, r->id) &&
              label_admits(c, s) && contains_any(c, r->text);
  return holds != c->invert;
}

static kt_status where_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  const where *w = self;
  (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++)
    for (size_t k = 0; k < w->count && keep[i]; k++)
      keep[i] = (uint8_t)admits(&w->sets[k], kt_batch_record(b, i), kt_batch_score(b, i));
  return KT_OK;
}

static kt_status take_needles(conditions *c, kt_arena *arena, const kt_conf *conf, kt_error *err) {
  kt_list texts;
  kt_status st = kt_list_take(&texts, arena, conf, "contains", err);
  if (st < 0 || !texts.count) return st;
  c->needles = kt_arena_alloc(arena, texts.count * sizeof *c->needles, _Alignof(needle));
  if (!c->needles) return kt_fail_nomem(err, "filter.where");
  for (size_t i = 0; i < texts.count; i++) {
    needle *n = &c->needles[i];
    const char *p = texts.items[i].ptr, *end = p + texts.items[i].len;
    n->cps = kt_arena_alloc(arena, texts.items[i].len * sizeof *n->cps, _Alignof(uint32_t));
    if (!n->cps) return kt_fail_nomem(err, "filter.where");
    for (n->count = 0; p < end; n->count++) n->cps[n->count] = next_lower(&p, end);
  }
  c->needle_count = texts.count;
  return KT_OK;
}

/* A day alone is its first moment. */
static kt_status take_time(int64_t *out, const kt_conf *conf, const char *option, kt_error *err) {
  char text[64];
  kt_span s = kt_span_of(kt_conf_string(conf, option));
  *out = KT_UNKNOWN;
  if (!s.ptr) return KT_OK;
  if (s.len == 10) {
    memcpy(text, s.ptr, 10);
    memcpy(text + 10, "T00:00:00Z", 10);
    *out = kt_time_parse_iso(kt_span_make(text, 20));
  } else
    *out = kt_time_parse_iso(s);
  if (*out != KT_UNKNOWN) return KT_OK;
  return kt_fail(err, KT_EINVAL, 0, "filter.where",
                 "option %s: '%.40s' is no time; write 2021-11-05 or 2021-11-05T10:00:00Z", option,
                 s.ptr);
}

static kt_status take_lists(conditions *c, kt_arena *arena, const kt_conf *conf, kt_error *err) {
  static const kt_span kinds[] = { KT_LIT("post"), KT_LIT("delete"), KT_LIT("notice"),
                                   KT_LIT("gap"), KT_LIT("dead") };
  static const kt_span labels[] = { KT_LIT("positive"), KT_LIT("negative"), KT_LIT("neutral"),
                                    KT_LIT("mixed") };
  kt_list kind, label;
  kt_status st = kt_list_take(&kind, arena, conf, "kind", err);
  if (st == KT_OK) st = kt_list_bits(&kind, "kind", kinds, 5, &c->kinds, err);
  if (st == KT_OK) st = kt_list_take(&label, arena, conf, "sentiment", err);
  if (st == KT_OK) st = kt_list_bits(&label, "sentiment", labels, 4, &c->labels, err);
  if (st == KT_OK) st = kt_list_take(&c->langs, arena, conf, "lang", err);
  if (st == KT_OK) st = kt_list_take(&c->users, arena, conf, "user_id", err);
  if (st == KT_OK) st = kt_list_take(&c->ids, arena, conf, "id", err);
  if (st < 0) return st;
  c->names_kind = kind.count != 0;
  c->names_label = label.count != 0;
  return KT_OK;
}

static kt_status take_conditions(conditions *c, kt_arena *arena, const kt_conf *conf,
                                 kt_error *err) {
  for (int i = 0; i < FLAGS; i++)
    c->wanted[i] =
        kt_conf_is_set(conf, flags[i].option) ? kt_conf_int(conf, flags[i].option) != 0 : ANY;
  c->invert = kt_conf_int(conf, "invert") != 0;
  kt_status st = take_lists(c, arena, conf, err);
  if (st == KT_OK) st = take_needles(c, arena, conf, err);
  if (st == KT_OK) st = take_time(&c->since_ms, conf, "since", err);
  return st == KT_OK ? take_time(&c->until_ms, conf, "until", err) : st;
}

#define CONDITIONS                                                                                 \
  "lang\tstring\t\t\t\t\tlanguages, with commas between; en admits en-GB too\n"                    \
  "kind\tstring\t\t\t\t\tpost, delete, notice, gap, dead; without it, all but posts pass\n"        \
  "repost\tbool\t\t\t\t\twhether it is a repost\n"                                                 \
  "reply\tbool\t\t\t\t\twhether it answers a post\n"                                               \
  "quote\tbool\t\t\t\t\twhether it quotes a post\n"                                                \
  "truncated\tbool\t\t\t\t\twhether its text was cut\n"                                            \
  "edited\tbool\t\t\t\t\twhether it was edited\n"                                                  \
  "contains\tstring\t\t\t\t\ttexts of which one must occur, with commas between, in upper or "     \
  "lower case\n"                                                                                   \
  "id\tstring\t\t\t\t\tposts, with commas between\n"                                               \
  "user_id\tstring\t\t\t\t\tauthors, with commas between\n"                                        \
  "since\tstring\t\t\t\t\tcreated at this time or later: 2021-11-05 or 2021-11-05T10:00:00Z\n"     \
  "until\tstring\t\t\t\t\tcreated before this time\n"                                              \
  "sentiment\tstring\t\t\t\t\tpositive, negative, neutral, mixed, with commas between; what has "  \
  "no score does not pass\n"                                                                       \
  "invert\tbool\t\tfalse\t\t\tkeep the posts for which this does not hold\n"

static const char options[] = "\t\t\t\t\t\tposts for which all conditions hold\n"
                              "target\tstring\t\t\t\t\tconditions, written as behind a ?: "
                              "lang=es,en&repost=false\n" CONDITIONS;

/* `where:lang=es` says the same as `where:?lang=es`. */
static kt_status take_target(where *w, const char *target, kt_error *err) {
  static const char start[] = "where:?";
  kt_conf *conf;
  size_t n = strlen(target);
  if (!strchr(target, '='))
    return kt_fail(err, KT_EINVAL, 0, "filter.where",
                   "'%.60s' is no condition; write where:lang=es&repost=false", target);
  char *uri = kt_arena_alloc(&w->arena, sizeof start + n, 1);
  if (!uri) return kt_fail_nomem(err, "filter.where");
  memcpy(uri, start, sizeof start - 1);
  memcpy(uri + sizeof start - 1, target, n + 1);
  kt_status st = kt_conf_new(w->env, CONDITIONS, &conf, err);
  if (st < 0) return st;
  st = kt_conf_set_uri(conf, uri, err);
  if (st == KT_OK) st = take_conditions(&w->sets[w->count++], &w->arena, conf, err);
  kt_conf_free(conf);
  return st;
}

static void where_close(void *self) {
  where *w = self;
  kt_env *env = w->env;
  kt_arena_free(&w->arena);
  kt_env_release(env, w, sizeof *w);
  kt_env_free(env);
}

static kt_status where_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                            kt_error *err) {
  (void)user;
  where *w = kt_zalloc(env, sizeof *w);
  if (!w) return kt_fail_nomem(err, "filter.where");
  w->env = kt_env_ref(env);
  kt_arena_init(&w->arena, env, 1024);
  const char *target = kt_conf_string(conf, "target");
  kt_status st = take_conditions(&w->sets[w->count++], &w->arena, conf, err);
  if (st == KT_OK && target && *target) st = take_target(w, target, err);
  if (st < 0) {
    where_close(w);
    return st;
  }
  *self = w;
  return KT_OK;
}

extern const kt_filter_ops kt_filter_where;
const kt_filter_ops kt_filter_where = { .size = sizeof(kt_filter_ops),
                                        .name = "where",
                                        .options = options,
                                        .caps = KT_PURE,
                                        .open = where_open,
                                        .select = where_select,
                                        .close = where_close };
