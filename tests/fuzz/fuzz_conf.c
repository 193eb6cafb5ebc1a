/* SPDX-License-Identifier: Apache-2.0 */
/* Options: any declaration, any URI, any values. What fails says so in one line and changes
 * nothing; what is set is there; a value survives percent-encoding. Parts with 0x1f between them:
 * declaration (empty: one with every type), URI, then names and values in turn. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static const char every_type[] = "\t\t\t\t\t\ta part\n"
                                 "target\tpath\t\t\t\t\twhere\n"
                                 "s\tstring\t\tabc\t\t\ttext\n"
                                 "i\tint\t\t3\t-5\t9\tnumber\n"
                                 "f\tfloat\t\t0.5\t0\t1\tshare\n"
                                 "b\tbool\t\ttrue\t\t\tswitch\n"
                                 "n\tbytes\tbytes\t64k\t1\t8g\tsize\n"
                                 "d\tduration\tms\t2s\t0\t90d\ttime\n"
                                 "c\tchar\t\t;\t\t\tsign\n"
                                 "p\tsecret\t\t\t\t\tpassword\n"
                                 "e\tenum:one|two|three\t\ttwo\t\t\tchoice\n";

static int same(const char *a, const char *b) {
  return !a == !b && (!a || !strcmp(a, b));
}

static void check_bounds(const kt_conf *c) {
  int64_t i = kt_conf_int(c, "i"), n = kt_conf_int(c, "n"), d = kt_conf_int(c, "d");
  double f = kt_conf_float(c, "f");
  FUZZ_CHECK(i >= -5 && i <= 9 && n >= 1 && n <= INT64_C(8) << 30);
  FUZZ_CHECK(d >= 0 && d <= INT64_C(90) * 86400000 && f >= 0 && f <= 1);
  FUZZ_CHECK(kt_conf_int(c, "b") == 0 || kt_conf_int(c, "b") == 1);
  const char *e = kt_conf_string(c, "e");
  FUZZ_CHECK(!strcmp(e, "one") || !strcmp(e, "two") || !strcmp(e, "three"));
}

static void check_set(kt_conf *c, const char *name, const char *value) {
  kt_error err;
  const char *old = kt_conf_string(c, name);
  char *before = old ? fuzz_string(kt_span_of(old)) : NULL;
  int was_set = kt_conf_is_set(c, name);
  kt_status st = kt_conf_set(c, name, value, &err);
  fuzz_check_error(st, &err);
  if (st == KT_OK) {
    FUZZ_CHECK(same(kt_conf_string(c, name), value) && kt_conf_is_set(c, name));
  } else {
    FUZZ_CHECK(st == KT_EINVAL && same(kt_conf_string(c, name), before));
    FUZZ_CHECK(kt_conf_is_set(c, name) == was_set);
  }
  (void)kt_conf_int(c, name);
  (void)kt_conf_float(c, name);
  free(before);
}

/* Every byte of the value as %XX. */
static void check_percent(const kt_env *env, const char *value) {
  kt_conf *c;
  size_t n = strlen(value);
  char *uri = malloc(6 + 3 * n), *to = uri + 5;
  memcpy(uri, "x:?s=", 6);
  for (size_t i = 0; i < n; i++, to += 3) snprintf(to, 4, "%%%02x", (unsigned char)value[i]);
  FUZZ_CHECK(kt_conf_new(env, every_type, &c, NULL) == KT_OK);
  FUZZ_CHECK(kt_conf_set_uri(c, uri, NULL) == KT_OK);
  FUZZ_CHECK(!strcmp(kt_conf_string(c, "s"), value));
  kt_conf_free(c);
  free(uri);
}

static char *take_string(fuzz_input *in) {
  return fuzz_string(fuzz_until(in, 0x1f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  char *declaration = take_string(&in), *uri = take_string(&in);
  int fixed = !*declaration;
  kt_conf *c = NULL;
  kt_error err;
  fuzz_env e;
  fuzz_env_open(&e);
  kt_status st = kt_conf_new(e.env, fixed ? every_type : declaration, &c, &err);
  fuzz_check_error(st, &err);
  FUZZ_CHECK(st == KT_OK || (st == KT_EINVAL && !fixed));
  if (st == KT_OK) {
    st = kt_conf_set_uri(c, uri, &err);
    fuzz_check_error(st, &err);
    FUZZ_CHECK(st == KT_OK || st == KT_EINVAL);
    while (in.len) {
      char *name = take_string(&in), *value = take_string(&in);
      check_set(c, name, value);
      check_percent(e.env, value);
      free(name);
      free(value);
    }
    if (fixed) check_bounds(c);
    kt_conf_free(c);
  }
  fuzz_env_close(&e);
  free(declaration);
  free(uri);
  return 0;
}
