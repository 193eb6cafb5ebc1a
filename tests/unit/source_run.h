/* SPDX-License-Identifier: Apache-2.0 */
/* A file source in a folder of its own, behind the feed of feed.h, and what it gave as one line. */
#ifndef KT_TESTS_SOURCE_RUN_H
#define KT_TESTS_SOURCE_RUN_H

#include <unistd.h>

#include "base/buf.h"
#include "feed.h"
#include "io/codec.h"

extern const kt_source_ops kt_source_file;

static char dir[64];
static kt_env *env;
static test_clock the_clock;

static inline void setup(void) {
  strcpy(dir, "kt-source-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  ck_assert_int_eq(chdir(dir), 0);
  env = test_env(NULL, &the_clock);
}

static inline void teardown(void) {
  char command[128];
  ck_assert_uint_eq(kt_env_used_bytes(env), 0);
  kt_env_free(env);
  ck_assert_int_eq(chdir(".."), 0);
  snprintf(command, sizeof command, "rm -rf %s", dir);
  ck_assert_int_eq(system(command), 0);
}

static inline void put_bytes(const char *path, const void *p, size_t n, const char *mode) {
  FILE *f = fopen(path, mode);
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(p, 1, n, f), n);
  fclose(f);
}
static inline void put(const char *path, const char *text) {
  put_bytes(path, text, strlen(text), "wb");
}
static inline void append(const char *path, const char *text) {
  put_bytes(path, text, strlen(text), "ab");
}

/* Several texts, each a piece of its own. */
static inline void pack(kt_codec c, const char *const *texts, kt_buf *out) {
  kt_compressor *z;
  ck_assert_int_eq(kt_compressor_new(env, c, 0, &z, NULL), KT_OK);
  for (; *texts; texts++) {
    ck_assert_int_eq(kt_compressor_write(z, kt_span_of(*texts), out, NULL), KT_OK);
    ck_assert_int_eq(kt_compressor_finish(z, out, NULL), KT_OK);
  }
  kt_compressor_free(z);
}

typedef struct run {
  void *self;
  kt_feed feed;
  kt_error err;
} run;

/* options: "name=value name=value" */
static inline kt_status start_in(const kt_env *e, run *r, const char *target, const char *set,
                                 kt_span resume) {
  kt_conf *conf;
  char copy[512], *at = copy, *one;
  memset(r, 0, sizeof *r);
  kt_status st = kt_conf_new(e, kt_source_file.options, &conf, &r->err);
  if (st < 0) return st;
  st = kt_conf_set(conf, "target", target, &r->err);
  strcpy(copy, set);
  while (st == KT_OK && (one = strsep(&at, " ")))
    if (*one) {
      char *value = strchr(one, '=');
      *value = 0;
      st = kt_conf_set(conf, one, value + 1, &r->err);
    }
  if (st == KT_OK) st = kt_source_file.open(NULL, e, conf, resume, &r->self, &r->err);
  kt_conf_free(conf);
  r->feed.room = 1 << 20;
  return st;
}

static inline void start(run *r, const char *target, const char *set) {
  kt_status st = start_in(env, r, target, set, (kt_span){ NULL, 0 });
  ck_assert_msg(st == KT_OK, "%s", r->err.message);
}

static inline kt_status read_once(run *r) {
  return kt_source_file.read(r->self, &r->feed, the_clock.mono_ms, &r->err);
}

/* Reads until there is nothing to do. */
static inline kt_status read_all(run *r) {
  kt_status st;
  int i = 0;
  do st = read_once(r);
  while (st == KT_OK && r->feed.room && ++i < 100000);
  return st;
}

static inline void stop(run *r) {
  if (r->self) kt_source_file.close(r->self);
  test_feed_clear(&r->feed);
}

/* "place=frame|", ! before what was rejected */
static inline const char *seen(const run *r) {
  static char out[8192];
  size_t n = 0;
  *out = 0;
  for (size_t i = 0; i < r->feed.count; i++) {
    const test_frame *t = &r->feed.frames[i];
    n += (size_t)snprintf(out + n, sizeof out - n, "%s%s=%s|", t->why ? "!" : "", t->place,
                          t->bytes);
  }
  return out;
}

static inline void expect(const char *target, const char *set, const char *expected) {
  run r;
  start(&r, target, set);
  ck_assert_int_eq(read_all(&r), KT_END);
  ck_assert_str_eq(seen(&r), expected);
  stop(&r);
}

static inline void refused(const char *target, const char *set, const char *message) {
  run r;
  ck_assert_int_lt(start_in(env, &r, target, set, (kt_span){ NULL, 0 }), 0);
  ck_assert_str_eq(r.err.message, message);
  test_feed_clear(&r.feed);
}

static const kt_codec codecs[] = { KT_CODEC_GZIP, KT_CODEC_ZSTD, KT_CODEC_BZIP2 };
static const char *const pieces[] = { "{\"n\":1}\n{\"n\":2}\n{\"n\"", ":3}\n", "{\"n\":4}\n",
                                      NULL };
#define WHOLE "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n"

#endif
