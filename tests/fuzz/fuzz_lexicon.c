/* SPDX-License-Identifier: Apache-2.0 */
/* Any lexicon file: the trainer takes it, or says in one line which line of it is wrong; with it a
 * model comes about that opens. */
#include <stdlib.h>

#include "fuzz.h"

static const struct {
  int32_t label;
  const char *text;
} samples[] = { { KT_LABEL_POSITIVE, "good" },
                { KT_LABEL_NEGATIVE, "bad" },
                { KT_LABEL_NEUTRAL, "it" } };

static void check_model(const kt_env *env, kt_trainer *t) {
  kt_buf *out;
  kt_model *m;
  FUZZ_CHECK(kt_buf_new(env, &out, NULL) == KT_OK);
  for (int i = 0; i < 3; i++)
    FUZZ_CHECK(kt_trainer_add(t, samples[i].label, kt_span_of("en"), kt_span_of(samples[i].text),
                              NULL) >= 0);
  FUZZ_CHECK(kt_trainer_run(t, NULL, NULL, NULL) == KT_OK);
  FUZZ_CHECK(kt_trainer_encode(t, (kt_span){ NULL, 0 }, out, NULL) == KT_OK);
  kt_span s = kt_buf_bytes(out);
  char *bytes = aligned_alloc(16, (s.len + 15) & ~(size_t)15);
  memcpy(bytes, s.ptr, s.len);
  FUZZ_CHECK(kt_model_from_bytes(env, (kt_span){ bytes, s.len }, &m, NULL) == KT_OK);
  kt_model_free(m);
  free(bytes);
  kt_buf_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char folder[300];
  fuzz_env e;
  kt_conf *c;
  kt_trainer *t = NULL;
  kt_error err;
  kt_span text = { size ? (const char *)data : "", size };
  strcpy(folder, fuzz_file("en.tsv", text));
  *strrchr(folder, '/') = '\0';
  fuzz_env_open(&e);
  FUZZ_CHECK(kt_conf_new(e.env, kt_trainer_options(), &c, NULL) == KT_OK);
  static const char *const options[][2] = { { "table", "8" },
                                            { "passes", "1" },
                                            { "seeds", "1" },
                                            { "min-count", "1" },
                                            { "validation", "0" } };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    FUZZ_CHECK(kt_conf_set(c, options[i][0], options[i][1], NULL) == KT_OK);
  FUZZ_CHECK(kt_conf_set(c, "lexicon", folder, NULL) == KT_OK);
  kt_status st = kt_trainer_new(e.env, c, &t, &err);
  fuzz_check_error(st, &err);
  FUZZ_CHECK(st == KT_OK || st == KT_EPARSE || st == KT_EINVAL);
  if (st == KT_OK && fuzz_hash(text) % 16 == 0) check_model(e.env, t);
  kt_trainer_free(t);
  kt_conf_free(c);
  fuzz_env_close(&e);
  return 0;
}
