/* SPDX-License-Identifier: Apache-2.0 */
/* Positions that a source gave: any bytes are refused, or taken and written again as the same.
 * First byte 0: the file source's marks; 1: the engine's header; else the same with its sum put
 * right. */
#include <stdlib.h>

#include <kappatweet/source.h>

#include "base/hash.h"
#include "fuzz.h"
#include "pipeline/position.h"
#include "source/marks.h"

static void check_marks(kt_span s) {
  kt_marks m, again;
  kt_buf *out, *twice;
  fuzz_env e;
  fuzz_env_open(&e);
  FUZZ_CHECK(kt_buf_new(e.env, &out, NULL) == KT_OK && kt_buf_new(e.env, &twice, NULL) == KT_OK);
  kt_marks_init(&m, e.env);
  kt_marks_init(&again, e.env);
  kt_status st = kt_marks_read(&m, s);
  FUZZ_CHECK(st == KT_OK || st == KT_ECORRUPT);
  FUZZ_CHECK(e.peak <= 8192 + 64 * s.len);
  if (st == KT_OK) {
    FUZZ_CHECK(kt_marks_write(&m, out) == KT_OK);
    FUZZ_CHECK(kt_marks_read(&again, kt_buf_bytes(out)) == KT_OK && again.count == m.count);
    FUZZ_CHECK(kt_marks_write(&again, twice) == KT_OK);
    FUZZ_CHECK(kt_span_equal(kt_buf_bytes(out), kt_buf_bytes(twice)));
    for (size_t i = 0; i < m.count; i++) {
      const kt_mark *k = kt_marks_find(&again, m.list[i].dev, m.list[i].ino);
      FUZZ_CHECK(k && k->offset == m.list[i].offset && k->line == m.list[i].line);
    }
  }
  kt_marks_clear(&m);
  kt_marks_clear(&again);
  kt_buf_free(out);
  kt_buf_free(twice);
  fuzz_env_close(&e);
}

static void check_header(kt_span s, int sealed) {
  kt_progress at = { 0 };
  char *copy = fuzz_copy(s, 0, 0);
  if (sealed && s.len >= KT_POSITION_HEADER) {
    const kt_progress want = { (int64_t)s.len, -1, (unsigned char)copy[s.len - 1], INT64_MIN };
    kt_position_seal(copy, s.len, &want);
    FUZZ_CHECK(kt_position_take((kt_span){ copy, s.len }, &at) == KT_OK);
    FUZZ_CHECK(at.run_no == want.run_no && at.newest_ms == want.newest_ms);
    FUZZ_CHECK(kt_position_own((kt_span){ copy, s.len }).len == s.len - KT_POSITION_HEADER);
    copy[s.len / 2] ^= 4;
    FUZZ_CHECK(kt_position_take((kt_span){ copy, s.len }, &at) == KT_ECORRUPT);
  } else {
    kt_status st = kt_position_take((kt_span){ copy, s.len }, &at);
    FUZZ_CHECK(st == KT_OK || st == KT_ECORRUPT);
    FUZZ_CHECK((kt_position_own((kt_span){ copy, s.len }).ptr != NULL) == (st == KT_OK));
  }
  free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  unsigned what = fuzz_choice(&in, 3);
  kt_span rest = { in.p ? in.p : "", in.len };
  if (what == 0)
    check_marks(rest);
  else
    check_header(rest, what == 2);
  return 0;
}
