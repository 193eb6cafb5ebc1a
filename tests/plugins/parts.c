/* SPDX-License-Identifier: Apache-2.0 */
/* A module with a part of each kind, as a stranger would write it: the installed headers and
 * nothing else. Compiled with headers of several lengths (KT_APPENDED, made by longer.py, says how
 * many members they append to each table), it shows that one binary serves libraries older and
 * newer than it.
 *
 * Each table is handed over at the very end of a page behind which nothing may be read, and is gone
 * when the call returns. PLUGIN_FAULT=short:KIND gives a table cut before its last member,
 * PLUGIN_FAULT=need:KIND:BITS one that needs what these bits stand for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kappatweet/kappatweet.h>

#ifndef KT_APPENDED
#define KT_APPENDED 0
#endif

/* What is appended is called once when the table was taken, by a library that knows it. */
#if KT_APPENDED >= 1
static void appended_1(void *user) {
  (void)printf("%s: appended_1\n", (const char *)user);
}
#define FIRST .appended_1 = appended_1,
#else
#define FIRST
#endif
#if KT_APPENDED >= 2
static void appended_2(void *user) {
  (void)printf("%s: appended_2\n", (const char *)user);
}
#define SECOND .appended_2 = appended_2,
#else
#define SECOND
#endif

/* One object for all five: counts what it saw. */
typedef struct part {
  const kt_env *env;
  int64_t next, end, seen;
  const char *says;
} part;

static kt_status part_new(const kt_env *env, const char *where, void **self, kt_error *err) {
  part *p = (part *)kt_env_alloc(env, sizeof *p);
  if (!p) return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, where, "out of memory");
  memset(p, 0, sizeof *p);
  p->env = env;
  *self = p;
  return KT_OK;
}

static kt_status part_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                           kt_error *err) {
  kt_status st = part_new(env, (const char *)user, self, err);
  if (st == KT_OK && kt_conf_int(conf, "says")) ((part *)*self)->says = (const char *)user;
  return st;
}

static void part_close(void *self) {
  part *p = (part *)self;
  if (p->says) (void)printf("%s: %lld seen\n", p->says, (long long)p->seen);
  kt_env_release(p->env, p, sizeof *p);
}

static kt_status source_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                             void **self, kt_error *err) {
  (void)resume;
  kt_status st = part_open(user, env, conf, self, err);
  if (st == KT_OK) ((part *)*self)->end = kt_conf_int(conf, "count");
  return st;
}

static kt_status source_read(void *self, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  part *p = (part *)self;
  (void)mono_ms, (void)err;
  while (kt_feed_room(feed) && p->next < p->end && !kt_feed_stopping(feed)) {
    char post[160], place[32];
    int n = snprintf(post, sizeof post,
                     "{\"id_str\":\"%lld\",\"text\":\"post %lld%s\",\"created_at\":\"Fri Nov 05 "
                     "10:00:00 +0000 2021\"}",
                     (long long)p->next, (long long)p->next, p->next % 3 ? "" : "!");
    (void)snprintf(place, sizeof place, "made:%lld", (long long)p->next);
    kt_span frame = { post, (size_t)n };
    kt_status st = kt_feed_add(feed, frame, kt_span_of(place), KT_UNKNOWN);
    if (st != KT_OK) return st == KT_AGAIN ? KT_OK : st;
    p->next++, p->seen++;
  }
  return p->next == p->end || kt_feed_stopping(feed) ? KT_END : KT_OK;
}

/* Each frame is a text; its place is its name. A frame that is no object is refused. */
static kt_status parser_parse(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  (void)self;
  for (size_t i = 0; i < kt_block_count(in); i++) {
    kt_span frame = kt_block_frame(in, i), text = { NULL, 0 };
    kt_record *r = kt_builder_add(out, i);
    if (!r) return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, "parser.made", "out of memory");
    if (kt_json_find(frame, "/text", &text) != KT_OK) {
      kt_error why;
      (void)kt_error_set(&why, KT_EPARSE, 0, "parser.made", "not an object with a text");
      if (kt_builder_reject(out, i, &why) == KT_ENOMEM) return KT_ENOMEM;
      continue;
    }
    r->id = kt_block_place(in, i);
    r->text = text.ptr ? text : frame;
    r->created_ms = r->arrived_ms;
  }
  return KT_OK;
}

/* Drops texts whose length can be divided by nine; what is no post passes. */
static kt_status filter_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  part *p = (part *)self;
  (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    const kt_record *r = kt_batch_record(b, i);
    if (r->kind == KT_POST && r->text.len % 9 == 0) keep[i] = 0;
    p->seen++;
  }
  return KT_OK;
}

static kt_status scorer_score(void *self, kt_scoring *s, kt_error *err) {
  const kt_batch *b = kt_scoring_batch(s);
  part *p = (part *)self;
  (void)err;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    kt_span text = kt_batch_record(b, i)->text;
    int loud = text.len && memchr(text.ptr, '!', text.len) != NULL;
    kt_score score = { loud ? 0.75f : 0.25f,
                       0,
                       loud ? 0.25f : 0.75f,
                       0,
                       loud ? KT_LABEL_POSITIVE : KT_LABEL_NEUTRAL,
                       0 };
    kt_scoring_set(s, i, &score);
  }
  p->seen += (int64_t)kt_batch_count(b);
  kt_scoring_done(s, NULL);
  return KT_OK;
}

static kt_status sink_submit(void *self, kt_delivery *d, kt_error *err) {
  part *p = (part *)self;
  (void)err;
  p->seen += (int64_t)kt_delivery_pending(d, NULL, 0);
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

#define SAYS "says\tbool\t\tfalse\t\t\tprint what was seen when closed\n"
#define OPTIONS "\t\t\t\t\t\tA stranger's part\n" SAYS
#define NAME .name = "made" /* in the order of declaration, as C++ wants it */
#define END .close = part_close, FIRST SECOND
static const kt_source_ops source_ops = { .size = sizeof source_ops,
                                          NAME,
                                          .options =
                                              OPTIONS "count\tint\tposts\t1300\t0\t\thow many\n",
                                          .caps = KT_SOURCE_WHOLE,
                                          .open = source_open,
                                          .read = source_read,
                                          END };
static const kt_parser_ops parser_ops = { .size = sizeof parser_ops,
                                          NAME,
                                          .options = OPTIONS,
                                          .caps = KT_PURE,
                                          .open = part_open,
                                          .parse = parser_parse,
                                          END };
static const kt_filter_ops filter_ops = { .size = sizeof filter_ops,
                                          NAME,
                                          .options = OPTIONS,
                                          .open = part_open,
                                          .select = filter_select,
                                          END };
static const kt_scorer_ops scorer_ops = {
  .size = sizeof scorer_ops, NAME, .options = OPTIONS, .open = part_open, .score = scorer_score, END
};
static const kt_sink_ops sink_ops = {
  .size = sizeof sink_ops, NAME, .options = OPTIONS, .open = part_open, .submit = sink_submit, END
};

static kt_status add(kt_parts *parts, const char *kind, const void *ops, void *user,
                     kt_error *err) {
  if (!strcmp(kind, "source"))
    return kt_parts_add_source(parts, (const kt_source_ops *)ops, user, err);
  if (!strcmp(kind, "parser"))
    return kt_parts_add_parser(parts, (const kt_parser_ops *)ops, user, err);
  if (!strcmp(kind, "filter"))
    return kt_parts_add_filter(parts, (const kt_filter_ops *)ops, user, err);
  if (!strcmp(kind, "scorer"))
    return kt_parts_add_scorer(parts, (const kt_scorer_ops *)ops, user, err);
  return kt_parts_add_sink(parts, (const kt_sink_ops *)ops, user, err);
}

/* The fault that is asked for, in a table of this kind: the least of what belongs to it. */
static void spoil(const char *kind, size_t least, uint32_t *size, uint32_t *need) {
  const char *fault = getenv("PLUGIN_FAULT");
  size_t n = strlen(kind);
  if (!fault) return;
  if (!strncmp(fault, "short:", 6) && !strcmp(fault + 6, kind)) *size = (uint32_t)least - 8;
  if (!strncmp(fault, "need:", 5) && !strncmp(fault + 5, kind, n) && fault[5 + n] == ':')
    *need = (uint32_t)strtoul(fault + 6 + n, NULL, 0);
}

/* Registers a table whose last byte is the last one of a page. */
static kt_status add_at_the_edge(kt_parts *parts, const char *kind, const void *ops, size_t bytes,
                                 size_t least, kt_error *err) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint32_t head[2] = { (uint32_t)bytes, 0 };
  spoil(kind, least, &head[0], &head[1]);
  char *two =
      (char *)mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (two == (char *)MAP_FAILED || mprotect(two + page, page, PROT_NONE) != 0)
    return kt_error_set(err, KT_ENOMEM, 0, "made", "no memory for a table");
  char *table = two + page - head[0];
  memcpy(table, ops, head[0]);
  memcpy(table, head, sizeof head);
  kt_status st = add(parts, kind, table, (void *)kind, err);
  (void)munmap(two, 2 * page);
  return st;
}

#define UP_TO_CLOSE(type) (offsetof(type, close) + sizeof(void *))

kt_status kt_module_init_1(kt_parts *parts, kt_error *err) {
  const struct {
    const char *kind;
    const void *ops;
    size_t bytes, least;
  } tables[] = {
    { "source", &source_ops, sizeof source_ops, UP_TO_CLOSE(kt_source_ops) },
    { "parser", &parser_ops, sizeof parser_ops, UP_TO_CLOSE(kt_parser_ops) },
    { "filter", &filter_ops, sizeof filter_ops, UP_TO_CLOSE(kt_filter_ops) },
    { "scorer", &scorer_ops, sizeof scorer_ops, UP_TO_CLOSE(kt_scorer_ops) },
    { "sink", &sink_ops, sizeof sink_ops, UP_TO_CLOSE(kt_sink_ops) },
  };
#ifdef USE_NEWER
  (void)printf("newer: %d\n", kt_appended());
#endif
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    kt_status st = add_at_the_edge(parts, tables[i].kind, tables[i].ops, tables[i].bytes,
                                   tables[i].least, err);
    if (st < 0) return st;
  }
  return KT_OK;
}
