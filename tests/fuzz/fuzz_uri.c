/* SPDX-License-Identifier: Apache-2.0 */
/* Any URI for any kind of part, against the catalogue of the built-in ones: what the catalogue
 * takes a pipeline takes too; nothing is opened. First byte: kind; the rest: URIs, one a line. */
#include <stdlib.h>

#include "base/conf.h"
#include "fuzz.h"

static fuzz_env world;
static kt_parts *parts;

static kt_status set(kt_pipeline *p, uint32_t kind, const char *uri, kt_error *err) {
  switch (kind) {
  case KT_PART_SOURCE:
    return kt_pipeline_set_source(p, uri, err);
  case KT_PART_PARSER:
    return kt_pipeline_set_parser(p, uri, err);
  case KT_PART_FILTER:
    return kt_pipeline_add_filter(p, uri, err);
  case KT_PART_SCORER:
    return kt_pipeline_set_scorer(p, uri, err);
  default:
    return kt_pipeline_add_sink(p, uri, err);
  }
}

static void check(kt_pipeline *p, uint32_t kind, const char *uri) {
  kt_error err;
  kt_status st = kt_parts_check(parts, kind, uri, &err);
  fuzz_check_error(st, &err);
  kt_status taken = set(p, kind, uri, &err);
  fuzz_check_error(taken, &err);
  if (st == KT_OK) FUZZ_CHECK(taken == KT_OK);
  st = kt_pipeline_set_dead_letter(p, uri, &err);
  fuzz_check_error(st, &err);
  kt_span scheme = kt_uri_scheme(uri);
  FUZZ_CHECK(!scheme.ptr || (scheme.ptr == uri && uri[scheme.len] == ':'));
  const char *query = kt_uri_query(uri);
  FUZZ_CHECK(!query || (*query == '?' && strchr(query, '=')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  uint32_t kind = KT_PART_SOURCE + fuzz_choice(&in, 5);
  kt_pipeline *p;
  kt_error err;
  if (!parts) {
    fuzz_env_open(&world);
    FUZZ_CHECK(kt_parts_new(world.env, &parts, NULL) == KT_OK);
  }
  size_t before = world.live;
  FUZZ_CHECK(kt_pipeline_new(parts, &p, NULL) == KT_OK);
  for (int i = 0; i < 16 && in.len; i++) {
    char *line = fuzz_string(fuzz_until(&in, '\n')), *value = strchr(line, '=');
    check(p, kind, line);
    if (value) { /* an option of the engine too */
      *value++ = '\0';
      fuzz_check_error(kt_pipeline_set(p, line, value, &err), &err);
    }
    free(line);
  }
  kt_pipeline_free(p);
  FUZZ_CHECK(world.live == before);
  return 0;
}
