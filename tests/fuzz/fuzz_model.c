/* SPDX-License-Identifier: Apache-2.0 */
/* Model files. First byte 0: any bytes, with size and checksum put right where there is room for
 * them; else: a good file, with bytes replaced as the first line says (three bytes each: place,
 * two, and value; places from 65000 on count from the end). Refused with a message, or it scores
 * any text as a good one does. The second line is the text. */
#include <stdlib.h>

#include "base/hash.h"
#include "score/model.h"
#include "small_model.h"

static void put_right(char *file, size_t len) {
  kt_model_head h;
  if (len < sizeof h) return;
  memcpy(&h, file, sizeof h);
  h.size = len;
  kt_hash128 sum = kt_hash(file + KT_MODEL_HASHED, len - KT_MODEL_HASHED, KT_MODEL_SEED);
  h.hash_hi = sum.hi;
  h.hash_lo = sum.lo;
  memcpy(file, &h, sizeof h);
}

static void patch(char *file, size_t len, kt_span patches) {
  for (size_t i = 0; i + 2 < patches.len; i += 3) {
    const unsigned char *p = (const unsigned char *)patches.ptr + i;
    size_t at = p[0] | (size_t)p[1] << 8;
    at = at >= 65000 ? len - 1 - (at - 65000) : at % len;
    file[at] = (char)p[2];
  }
}

static void check_meta(const kt_model *m) {
  FUZZ_CHECK(kt_model_hash(m).len == 32 && kt_model_name(m).len < 32 &&
             kt_model_version(m).len < 32);
  FUZZ_CHECK(kt_model_info(m).ptr != NULL);
  size_t n = 0;
  while (kt_model_language(m, n).ptr) n++;
  FUZZ_CHECK(n <= KT_MODEL_LANGUAGES);
}

static void check(char *file, size_t len, kt_span text) {
  fuzz_env e;
  kt_model *m;
  kt_error err;
  fuzz_env_open(&e);
  kt_status st = kt_model_from_bytes(e.env, (kt_span){ file, len }, &m, &err);
  fuzz_check_error(st, &err);
  FUZZ_CHECK(st == KT_OK || st == KT_ECORRUPT || st == KT_ENOTSUP);
  if (st == KT_OK) {
    check_meta(m);
    small_model_check(m, (kt_span){ NULL, 0 }, text);
    small_model_check(m, kt_model_language(m, 0), text);
    small_model_check(m, kt_span_of("xx-YY"), text);
    kt_model_free(m);
  }
  fuzz_env_close(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  kt_span good = small_model();
  unsigned patched = fuzz_choice(&in, 2);
  size_t len = patched ? good.len : in.len;
  char *file = malloc(len ? len : 1); /* aligned to 16, as all that malloc() gives */
  FUZZ_CHECK(file != NULL);
  if (patched) {
    memcpy(file, good.ptr, len);
    patch(file, len, fuzz_until(&in, '\n'));
  } else if (len) {
    memcpy(file, in.p, len);
  }
  put_right(file, len);
  check(file, len, (kt_span){ in.p ? in.p : "", in.len });
  free(file);
  return 0;
}
