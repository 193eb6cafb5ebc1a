/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf_value.h"

#include <string.h>

#include "base/error.h"
#include "base/span.h"

typedef struct suffix {
  const char *name;
  int64_t factor;
} suffix;

static const suffix bytes_suffixes[] = { { "", 1 },          { "b", 1 },         { "k", 1 << 10 },
                                         { "kib", 1 << 10 }, { "m", 1 << 20 },   { "mib", 1 << 20 },
                                         { "g", 1 << 30 },   { "gib", 1 << 30 }, { NULL, 0 } };
static const suffix duration_suffixes[] = { { "", 1 },         { "ms", 1 },      { "s", 1000 },
                                            { "m", 60000 },    { "min", 60000 }, { "h", 3600000 },
                                            { "d", 86400000 }, { NULL, 0 } };
/* 73 million years: so that a duration can be doubled and added to any time. */
static const int64_t MAX_DURATION = INT64_MAX / 4;
static const suffix no_suffixes[] = { { "", 1 }, { NULL, 0 } };

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int equal_nocase(kt_span s, const char *name) {
  if (strlen(name) != s.len) return 0;
  for (size_t i = 0; i < s.len; i++)
    if (lower(s.ptr[i]) != name[i]) return 0;
  return 1;
}

static int whole_number(kt_span s, const suffix *suffixes, int64_t *out) {
  size_t i = 0, first;
  int negative = s.len && s.ptr[0] == '-';
  int64_t v = 0;
  i = first = (size_t)(s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'));
  for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
    if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, s.ptr[i] - '0', &v))
      return -1;
  if (i == first) return -1;
  for (; suffixes->name; suffixes++)
    if (equal_nocase(kt_span_make(s.ptr + i, s.len - i), suffixes->name)) {
      if (__builtin_mul_overflow(v, suffixes->factor, &v)) return -1;
      *out = negative ? -v : v;
      return 0;
    }
  return -1;
}

static int truth(kt_span s, int64_t *out) {
  static const char *const yes[] = { "true", "yes", "on", "1" }, *const no[] = { "false", "no",
                                                                                 "off", "0" };
  for (int i = 0; i < 4; i++) {
    if (equal_nocase(s, yes[i])) return *out = 1, 0;
    if (equal_nocase(s, no[i])) return *out = 0, 0;
  }
  return -1;
}

static int one_byte(kt_span s, int64_t *out) {
  if (s.len == 2 && s.ptr[0] == '\\' && s.ptr[1] == 't') return *out = '\t', 0;
  if (s.len != 1) return -1;
  *out = (unsigned char)s.ptr[0];
  return 0;
}

int kt_value_number(kt_opt_type type, kt_span s, int64_t *out, const char **why) {
  switch (type) {
  case KT_OPT_BYTES:
    *why = "a number of bytes such as 500, 64k, 1m or 2g";
    return whole_number(s, bytes_suffixes, out);
  case KT_OPT_DURATION:
    *why = "a duration such as 200ms, 5s, 10m, 2h or 1d";
    return whole_number(s, duration_suffixes, out) || *out > MAX_DURATION || *out < -MAX_DURATION
               ? -1
               : 0;
  case KT_OPT_BOOL:
    *why = "true or false";
    return truth(s, out);
  case KT_OPT_CHAR:
    *why = "one character (\\t for a tab)";
    return one_byte(s, out);
  default:
    *why = "a whole number";
    return whole_number(s, no_suffixes, out);
  }
}

/* Decimal without the locale; enough digits for options, not for data. */
int kt_value_float(kt_span s, double *out) {
  size_t i = 0, digits = 0;
  double v = 0, scale = 1;
  int negative = s.len && s.ptr[0] == '-';
  i = (size_t)negative;
  for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++, digits++)
    v = v * 10 + (s.ptr[i] - '0');
  if (i < s.len && s.ptr[i] == '.')
    for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++, digits++) {
      v = v * 10 + (s.ptr[i] - '0');
      scale *= 10;
    }
  if (!digits || i != s.len) return -1;
  *out = (negative ? -v : v) / scale;
  return 0;
}

static kt_status wrong(const kt_opt *opt, kt_span value, const char *why, kt_error *err) {
  if (opt->type == KT_OPT_SECRET) value = KT_LIT("(secret)");
  return kt_fail(err, KT_EINVAL, 0, "conf", "option %.*s: '%.*s' is not %s", (int)opt->name.len,
                 opt->name.ptr, value.len > 60 ? 60 : (int)value.len, value.ptr, why);
}

static kt_status out_of_bounds(const kt_opt *opt, kt_span value, kt_error *err) {
  return kt_fail(err, KT_EINVAL, 0, "conf", "option %.*s: %.*s is outside %.*s..%.*s",
                 (int)opt->name.len, opt->name.ptr, value.len > 40 ? 40 : (int)value.len, value.ptr,
                 (int)opt->min.len, opt->min.ptr, (int)opt->max.len, opt->max.ptr);
}

static kt_status check_enum(const kt_opt *opt, kt_span value, kt_error *err) {
  kt_span names[32];
  size_t n = 0;
  const char *p = opt->type_name.ptr + 5,
             *end = opt->type_name.ptr + opt->type_name.len; /* "enum:" */
  while (p < end && n < 32) {
    const char *bar = memchr(p, '|', (size_t)(end - p));
    if (!bar) bar = end;
    names[n] = kt_span_make(p, (size_t)(bar - p));
    if (kt_span_equal(names[n], value)) return KT_OK;
    n++;
    p = bar + 1;
  }
  kt_span near = kt_nearest(value, names, n);
  const kt_span all = kt_span_make(opt->type_name.ptr + 5, opt->type_name.len - 5);
  if (near.ptr)
    return kt_fail(err, KT_EINVAL, 0, "conf",
                   "option %.*s: '%.*s' is not one of %.*s; did you mean %.*s?", (int)opt->name.len,
                   opt->name.ptr, value.len > 30 ? 30 : (int)value.len, value.ptr, (int)all.len,
                   all.ptr, (int)near.len, near.ptr);
  return kt_fail(err, KT_EINVAL, 0, "conf", "option %.*s: '%.*s' is not one of %.*s",
                 (int)opt->name.len, opt->name.ptr, value.len > 30 ? 30 : (int)value.len, value.ptr,
                 (int)all.len, all.ptr);
}

static kt_status check_float(const kt_opt *opt, kt_span value, kt_error *err) {
  double v, bound;
  if (kt_value_float(value, &v)) return wrong(opt, value, "a number such as 0.5", err);
  if (opt->min.len && !kt_value_float(opt->min, &bound) && v < bound)
    return out_of_bounds(opt, value, err);
  if (opt->max.len && !kt_value_float(opt->max, &bound) && v > bound)
    return out_of_bounds(opt, value, err);
  return KT_OK;
}

kt_status kt_value_check(const kt_opt *opt, kt_span value, kt_error *err) {
  const char *why = NULL;
  int64_t v, bound;
  switch (opt->type) {
  case KT_OPT_STRING:
  case KT_OPT_PATH:
  case KT_OPT_SECRET:
    return memchr(value.ptr, '\0', value.len) ? wrong(opt, value, "free of NUL bytes", err) : KT_OK;
  case KT_OPT_ENUM:
    return check_enum(opt, value, err);
  case KT_OPT_FLOAT:
    return check_float(opt, value, err);
  default:
    break;
  }
  if (kt_value_number(opt->type, value, &v, &why)) return wrong(opt, value, why, err);
  if (opt->min.len && !kt_value_number(opt->type, opt->min, &bound, &why) && v < bound)
    return out_of_bounds(opt, value, err);
  if (opt->max.len && !kt_value_number(opt->type, opt->max, &bound, &why) && v > bound)
    return out_of_bounds(opt, value, err);
  return KT_OK;
}
