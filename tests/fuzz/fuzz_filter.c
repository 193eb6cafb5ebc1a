/* SPDX-License-Identifier: Apache-2.0 */
/* Filters with any expression over any posts: `where:EXPRESSION` and `where:?EXPRESSION` mean the
 * same, twice gives the same, `invert` the other posts. First line: a digit (which filter) and the
 * expression; the rest: payloads. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#include "base/conf.h"
#include "parts.h"

enum { MOST = 256 };

static fuzz_env world;
static kt_parts *parts;

/* 1: keep[] says what the filter keeps; 0: the URI is refused. */
static int run(const char *uri, const kt_batch *b, uint8_t *keep) {
  const kt_part *part;
  kt_conf *conf;
  kt_error err;
  void *self;
  kt_status st = kt_parts_find(parts, KT_PART_FILTER, uri, NULL, &part, &conf, &err);
  fuzz_check_error(st, &err);
  if (st < 0) return 0;
  const kt_filter_ops *ops = &part->ops.filter;
  st = ops->open(part->user, world.env, conf, &self, &err);
  kt_conf_free(conf);
  fuzz_check_error(st, &err);
  if (st < 0) return 0;
  memset(keep, 1, MOST);
  FUZZ_CHECK(ops->select(self, b, keep, &err) == KT_OK);
  for (size_t i = 0; i < kt_batch_count(b); i++) FUZZ_CHECK(keep[i] <= 1);
  if (ops->settle) ops->settle(self, b, 1);
  ops->close(self);
  return 1;
}

static void check_where(const char *expression, const kt_batch *b, const uint8_t *keep) {
  char uri[1100];
  uint8_t other[MOST];
  int plain = strchr(expression, '?') == NULL && strncmp(expression, "//", 2) != 0;
  snprintf(uri, sizeof uri, "where:%s", expression);
  if (plain && strchr(expression, '=') && run(uri, b, other))
    FUZZ_CHECK(!memcmp(keep, other, kt_batch_count(b)));
  /* The last of doubled options wins. */
  snprintf(uri, sizeof uri, "where:?%s&invert=true", expression);
  if (strstr(expression, "invert") || strchr(expression, '%') || !run(uri, b, other)) return;
  for (size_t i = 0; i < kt_batch_count(b); i++) {
    int is_post = kt_batch_record(b, i)->kind == KT_POST;
    FUZZ_CHECK(other[i] == (is_post ? !keep[i] : keep[i]));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const schemes[] = { "where:?", "sample:", "dedup:", "where:" };
  fuzz_input in = fuzz_input_of(data, size);
  unsigned which = fuzz_choice(&in, 4);
  kt_span line = fuzz_until(&in, '\n');
  if (!parts) {
    fuzz_env_open(&world);
    FUZZ_CHECK(kt_parts_new(world.env, &parts, NULL) == KT_OK);
  }
  if (line.len > 1000) return 0;
  size_t before = world.live;
  uint8_t keep[MOST], again[MOST];
  char *expression = fuzz_string(line), uri[1100];
  kt_batch *b;
  FUZZ_CHECK(kt_parts_parse(parts, NULL, fuzz_rest(&in), &b, NULL) == KT_OK);
  snprintf(uri, sizeof uri, "%s%s", schemes[which], expression);
  if (kt_batch_count(b) <= MOST && run(uri, b, keep)) {
    FUZZ_CHECK(run(uri, b, again) && !memcmp(keep, again, kt_batch_count(b)));
    if (which == 0) check_where(expression, b, keep);
  }
  kt_batch_unref(b);
  free(expression);
  FUZZ_CHECK(world.live == before);
  return 0;
}
