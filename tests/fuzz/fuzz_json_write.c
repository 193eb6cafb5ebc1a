/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON writer writes is JSON and reads back as the same: strings, whole numbers, floats.
 * First 8 bytes: a number's bits; the rest, as far as it is UTF-8: a string. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "json/json.h"
#include "strict.h"

/* The one value that was written: checked by strict.c, and its text. */
static kt_span written(kt_buf *b, char type) {
  strict s;
  kt_span text = kt_buf_bytes(b);
  FUZZ_CHECK(strict_read(&s, text, 1) == STRICT_OK);
  FUZZ_CHECK(s.count == 1 && s.nodes[0].type == type && s.nodes[0].to == text.len);
  strict_free(&s);
  return text;
}

static void check_string(kt_buf *b, kt_span s) {
  int lone;
  kt_buf_truncate(b, 0);
  FUZZ_CHECK(kt_json_put_string(b, s) == KT_OK);
  kt_span text = written(b, '"');
  char *back = malloc(text.len + 1);
  FUZZ_CHECK(strict_unescape(text, back, &lone) == s.len && !memcmp(back, s.ptr, s.len) && !lone);
  free(back);
}

static void check_numbers(kt_buf *b, uint64_t bits) {
  double real, back;
  float single = 0;
  uint32_t half = (uint32_t)bits;
  char *text;
  memcpy(&real, &bits, sizeof real);
  memcpy(&single, &half, sizeof single);
  kt_buf_truncate(b, 0);
  FUZZ_CHECK(kt_json_put_int(b, (int64_t)bits) == KT_OK);
  text = fuzz_string(written(b, '0'));
  FUZZ_CHECK(strtoll(text, NULL, 10) == (int64_t)bits);
  free(text);
  kt_buf_truncate(b, 0);
  FUZZ_CHECK(kt_json_put_uint(b, bits) == KT_OK);
  text = fuzz_string(written(b, '0'));
  FUZZ_CHECK(strtoull(text, NULL, 10) == bits);
  free(text);
  int finite = real - real == 0;
  kt_buf_truncate(b, 0);
  FUZZ_CHECK(kt_json_put_double(b, real) == KT_OK);
  text = fuzz_string(written(b, finite ? '0' : 'n'));
  back = strtod(text, NULL);
  if (finite) FUZZ_CHECK(!memcmp(&back, &real, sizeof real) && strlen(text) <= 24);
  free(text);
  finite = single - single == 0;
  kt_buf_truncate(b, 0);
  FUZZ_CHECK(kt_json_put_float(b, single) == KT_OK);
  text = fuzz_string(written(b, finite ? '0' : 'n'));
  float again = strtof(text, NULL);
  if (finite) FUZZ_CHECK(!memcmp(&again, &single, sizeof single));
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint64_t bits = 0;
  fuzz_env e;
  kt_buf b;
  if (size < sizeof bits) return 0;
  memcpy(&bits, data, sizeof bits);
  kt_span s = { (const char *)data + sizeof bits, size - sizeof bits };
  s.len = kt_utf8_valid(s.ptr, s.len);
  /* A block of its own: what is read behind it is found. */
  char *copy = fuzz_copy(s, 0, 0);
  fuzz_env_open(&e);
  kt_buf_init(&b, e.env);
  check_numbers(&b, bits);
  check_string(&b, (kt_span){ copy, s.len });
  kt_buf_clear(&b);
  fuzz_env_close(&e);
  free(copy);
  return 0;
}
