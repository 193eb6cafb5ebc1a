/* SPDX-License-Identifier: Apache-2.0 */
/* Batches made by hand. */
#ifndef KT_TESTS_POSTS_H
#define KT_TESTS_POSTS_H

#include "unit.h"

#include "base/span.h"
#include "record/batch.h"

/* Adds one frame and its record; NULL when memory is short. */
static inline kt_record *test_add(kt_batch *b, kt_span payload) {
  kt_builder build = { .batch = b };
  if (kt_block_add(&b->block, payload, 1, KT_LIT("posts.ndjson:1:0"), 1636106400500) < 0)
    return NULL;
  return kt_builder_add(&build, b->block.count - 1);
}

/* A post in which each field has something. */
static inline kt_record *test_add_post(kt_batch *b, kt_span text) {
  kt_record *r = test_add(b, KT_LIT("{\"id\":1,\n\"public_metrics\":{\"like_count\":7,\"a/b\":[1,"
                                    "{\"c\":\"d\\\"\\n\\u00e9\"}, null]},\r\n\"n\":null}"));
  if (!r) return NULL;
  r->created_ms = 1636106400000;
  r->run_no = 3;
  r->run_start_us = 1636106400123456;
  r->run_limit_s = 7200;
  r->flags = KT_REPOST | KT_EDITED;
  r->id = KT_LIT("1456");
  r->ref_id = KT_LIT("1400");
  r->text = text;
  r->lang = KT_LIT("es");
  r->source = KT_LIT("Twitter for iPhone");
  r->user_id = KT_LIT("42");
  r->user_name = KT_LIT("Jos\xC3\xA9");
  return r;
}

static inline void test_score(kt_batch *b, float positive, int32_t label) {
  kt_builder build = { .batch = b };
  kt_score s = { .positive = positive, .negative = 0.25f, .neutral = 1e-7f, .label = label };
  ck_assert_int_eq(kt_builder_score(&build, &s), KT_OK);
}

#endif
