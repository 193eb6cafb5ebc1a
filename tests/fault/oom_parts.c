/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios: the catalogue and modules. */
#include <string.h>
#include <unistd.h>

#include "oom.h"

static kt_status no_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                         kt_error *err) {
  (void)env, (void)conf, (void)err;
  *self = user;
  return KT_OK;
}
static kt_status no_source(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                           void **self, kt_error *err) {
  (void)resume;
  return no_open(user, env, conf, self, err);
}
static kt_status no_read(void *self, kt_feed *f, int64_t mono_ms, kt_error *err) {
  (void)self, (void)f, (void)mono_ms, (void)err;
  return KT_END;
}
static kt_status no_parse(void *self, const kt_block *in, kt_builder *out, kt_error *err) {
  (void)self, (void)in, (void)out, (void)err;
  return KT_OK;
}
static kt_status no_select(void *self, const kt_batch *b, uint8_t *keep, kt_error *err) {
  (void)self, (void)b, (void)keep, (void)err;
  return KT_OK;
}
static kt_status no_score(void *self, kt_scoring *s, kt_error *err) {
  (void)self, (void)err;
  kt_scoring_done(s, NULL);
  return KT_OK;
}
static kt_status no_submit(void *self, kt_delivery *d, kt_error *err) {
  (void)self, (void)err;
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}
static void no_close(void *self) {
  (void)self;
}

#define OPTIONS "\t\t\t\t\t\tNothing.\nsize\tbytes\tbytes\t4k\t1\t1g\tHow much.\n"
static const kt_source_ops source = { .size = sizeof source,
                                      .name = "no",
                                      .options = OPTIONS,
                                      .open = no_source,
                                      .read = no_read,
                                      .close = no_close };
static const kt_parser_ops parser = { .size = sizeof parser,
                                      .name = "no",
                                      .caps = KT_PURE,
                                      .open = no_open,
                                      .parse = no_parse,
                                      .close = no_close };
static const kt_filter_ops filter = {
  .size = sizeof filter, .name = "no", .open = no_open, .select = no_select, .close = no_close
};
static const kt_scorer_ops scorer = {
  .size = sizeof scorer, .name = "no", .open = no_open, .score = no_score, .close = no_close
};
static const kt_sink_ops sink = { .size = sizeof sink,
                                  .name = "no",
                                  .options = OPTIONS,
                                  .open = no_open,
                                  .submit = no_submit,
                                  .close = no_close };

static void note_catalogue(oom *o, const kt_parts *parts) {
  kt_part_info info = { .size = sizeof info };
  for (size_t i = 0; i < kt_parts_count(parts); i++)
    if (kt_parts_get(parts, i, &info) == KT_OK)
      oom_note(o, "%u %s %s %zu\n", info.kind, info.name,
               strchr(info.origin, '/') ? "module" : info.origin, strlen(info.options));
}

static kt_status catalogue(oom *o) {
  kt_parts *parts = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_source(parts, &source, o, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_parser(parts, &parser, o, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_filter(parts, &filter, o, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_scorer(parts, &scorer, o, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_add_sink(parts, &sink, o, &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_check(parts, KT_PART_SINK, "no:?size=8k", &o->err));
  if (st == KT_OK) st = TRY(o, kt_parts_check(parts, KT_PART_FILTER, "where:?lang=es", &o->err));
  if (st == KT_OK && kt_parts_add_sink(parts, &sink, o, &o->err) != KT_EINVAL)
    oom_wrong(o, "a name twice: %s", o->err.message);
  if (st == KT_OK) note_catalogue(o, parts);
  kt_parts_free(parts);
  return st;
}

/* A module that is refused leaves nothing behind, and can be loaded again. */
static kt_status modules(oom *o) {
  kt_parts *parts = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  size_t before = st == KT_OK ? kt_parts_count(parts) : 0;
  if (st == KT_OK) st = TRY(o, kt_module_load(parts, OOM_MODULE, &o->err));
  if (st < 0 && parts && kt_parts_count(parts) != before)
    oom_wrong(o, "a module that failed has left parts");
  if (st == KT_OK) note_catalogue(o, parts);
  kt_parts_free(parts);
  return st;
}

static void make_folder(oom *o) {
  if (symlink(OOM_MODULE, oom_made(o, "m.so"))) oom_wrong(o, "cannot make the folder of modules");
  oom_write(oom_made(o, "no-module.txt"), "", 0);
}

static kt_status module_folder(oom *o) {
  kt_parts *parts = NULL;
  kt_status st = TRY(o, kt_parts_new(o->env, &parts, &o->err));
  if (st == KT_OK) st = TRY(o, kt_module_load_dir(parts, o->made, &o->err));
  if (st == KT_OK) note_catalogue(o, parts);
  kt_parts_free(parts);
  return st;
}

const oom_scenario oom_parts[] = {
  { .name = "catalogue", .run = catalogue },
  { .name = "module", .run = modules },
  { .name = "module-folder", .run = module_folder, .prepare = make_folder },
  { 0 }
};
