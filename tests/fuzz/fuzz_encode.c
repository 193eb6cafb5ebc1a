/* SPDX-License-Identifier: Apache-2.0 */
/* Any options of an encoder over any payloads: refused with a message, or what is written is of its
 * format. First byte: format; first line: options as behind the ? of a URI; the rest: payloads. */
#include <stdlib.h>

#include "fuzz.h"
#include "records.h"

static fuzz_env world;
static kt_parts *parts;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  int32_t format = (int32_t)fuzz_choice(&in, 3);
  kt_span options = fuzz_until(&in, '\n');
  if (!parts) {
    fuzz_env_open(&world);
    FUZZ_CHECK(kt_parts_new(world.env, &parts, NULL) == KT_OK);
  }
  if (options.len > 2000) return 0;
  size_t before = world.live;
  char uri[2048] = "x:?";
  char *text = fuzz_string(options);
  strcat(uri, text);
  free(text);
  kt_batch *b;
  kt_conf *conf;
  kt_buf *out;
  kt_error err;
  FUZZ_CHECK(kt_parts_parse(parts, NULL, fuzz_rest(&in), &b, NULL) == KT_OK);
  FUZZ_CHECK(kt_buf_new(world.env, &out, NULL) == KT_OK);
  FUZZ_CHECK(kt_conf_new(world.env, KT_ENCODER_OPTIONS, &conf, NULL) == KT_OK);
  char delimiter = ';';
  if (kt_conf_set_uri(conf, uri, NULL) == KT_OK) delimiter = (char)kt_conf_int(conf, "delimiter");
  kt_conf_free(conf);
  if (records_encode(world.env, b, format, uri, out, &err)) {
    kt_span written = kt_buf_bytes(out);
    /* A byte order mark belongs to no cell. */
    if (format == KT_FORMAT_CSV && written.len >= 3 && !memcmp(written.ptr, "\xef\xbb\xbf", 3))
      written = (kt_span){ written.ptr + 3, written.len - 3 };
    records_check_text(format, delimiter, written, kt_batch_count(b));
  }
  kt_buf_free(out);
  kt_batch_unref(b);
  FUZZ_CHECK(world.live == before);
  return 0;
}
