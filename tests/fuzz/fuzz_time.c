/* SPDX-License-Identifier: Apache-2.0 */
/* Times: any text is refused or a time that is written and read back as the same; any number is a
 * civil time and back. And globs, which take any pattern and name in time. First line: text or
 * pattern; second: name. */
#include <stdlib.h>

#include "base/time.h"
#include "fuzz.h"
#include "source/paths.h"

static void check_ms(int64_t ms) {
  /* Years of four digits, which is what is read. */
  const int64_t first = INT64_C(-62167219200000), end = INT64_C(253402300800000);
  char text[40];
  kt_civil c;
  kt_civil_from_ms(ms, &c);
  FUZZ_CHECK(c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= 31 && c.weekday >= 0 &&
             c.weekday <= 6);
  FUZZ_CHECK(c.hour >= 0 && c.hour < 24 && c.minute >= 0 && c.minute < 60 && c.yearday >= 1 &&
             c.yearday <= 366);
  size_t n = kt_time_format_iso(ms, text);
  FUZZ_CHECK(n <= sizeof text);
  if (ms >= first && ms < end) {
    FUZZ_CHECK(kt_civil_to_ms(&c) == ms);
    FUZZ_CHECK(kt_time_parse_iso((kt_span){ text, n }) == ms);
  }
}

/* By trying every way: what * may stand for. */
static int matches(const char *p, const char *s, int *budget) {
  if (--*budget < 0) return -1;
  if (!*p) return !*s;
  if (*p == '*') {
    for (;; s++) {
      int m = matches(p + 1, s, budget);
      if (m) return m;
      if (!*s || *s == '/') return 0;
    }
  }
  if (!*s) return 0;
  if (*p == '?' ? *s == '/' : *p != *s) return 0;
  return matches(p + 1, s + 1, budget);
}

static void check_glob(const char *pattern, const char *name) {
  int budget = 20000, got = kt_glob_match(pattern, name);
  FUZZ_CHECK(got == 0 || got == 1);
  FUZZ_CHECK(kt_glob_is(pattern) == (strpbrk(pattern, "*?[") != NULL));
  if (strchr(pattern, '[')) return; /* sets are not in the oracle */
  int want = *name == '.' && *pattern != '.' ? 0 : matches(pattern, name, &budget);
  if (want >= 0) FUZZ_CHECK(got == want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = fuzz_input_of(data, size);
  int64_t ms = 0;
  if (size >= sizeof ms) memcpy(&ms, data, sizeof ms);
  check_ms(ms);
  kt_span line = fuzz_until(&in, '\n');
  char *text = fuzz_copy(line, 0, 0);
  int64_t times[] = { kt_time_parse_iso((kt_span){ text, line.len }),
                      kt_time_parse_v1((kt_span){ text, line.len }) };
  for (int i = 0; i < 2; i++)
    if (times[i] != KT_TIME_UNKNOWN) check_ms(times[i]);
  free(text);
  char *pattern = fuzz_string(line), *name = fuzz_string(fuzz_rest(&in));
  check_glob(pattern, name);
  free(pattern);
  free(name);
  return 0;
}
