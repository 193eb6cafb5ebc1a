/* SPDX-License-Identifier: Apache-2.0 */
/* Values of numbers; the text itself is what is kept. */
#include "json/json.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_DIGITS = 800, MAX_EXPONENT = 100000 };

kt_status kt_json_int(const kt_json *j, kt_json_val v, int64_t *out) {
  if (kt_json_typeof(j, v) != KT_JSON_NUMBER) return KT_EINVAL;
  kt_span raw = kt_json_raw(j, v);
  size_t i = raw.ptr[0] == '-';
  uint64_t n = 0, limit = (uint64_t)INT64_MAX + i;
  int too_big = 0;
  for (; i < raw.len; i++) {
    unsigned digit = (unsigned)(raw.ptr[i] - '0');
    if (digit > 9) return KT_EINVAL;
    too_big |= n > (limit - digit) / 10;
    n = n * 10 + digit;
  }
  if (too_big) return KT_ETOOBIG;
  *out = raw.ptr[0] == '-' ? (int64_t)(0 - n) : (int64_t)n;
  return KT_OK;
}

/* A number as an integer of `count` digits times ten to the `exponent`. */
typedef struct decimal {
  char digits[MAX_DIGITS + 40];
  size_t count;
  long exponent;
} decimal;

static const char *read_digits(decimal *d, const char *p, const char *end, int behind_point) {
  for (; p < end && *p >= '0' && *p <= '9'; p++) {
    if (behind_point) d->exponent--;
    if (d->count == 0 && *p == '0') continue;
    if (d->count < MAX_DIGITS) {
      d->digits[d->count++] = *p;
    } else {
      /* No double needs more digits; what is cut off only says "a little more". */
      d->exponent++;
      if (*p != '0')
        d->digits[MAX_DIGITS - 1] =
            d->digits[MAX_DIGITS - 1] == '0' ? '1' : d->digits[MAX_DIGITS - 1];
    }
  }
  return p;
}

static void read_decimal(decimal *d, const char *p, const char *end) {
  d->count = 0;
  d->exponent = 0;
  p = read_digits(d, p, end, 0);
  if (p < end && *p == '.') p = read_digits(d, p + 1, end, 1);
  if (p == end) return;
  long e = 0;
  int negative = *++p == '-';
  for (p += *p == '-' || *p == '+'; p < end; p++)
    if (e < MAX_EXPONENT) e = e * 10 + (*p - '0');
  d->exponent += negative ? -e : e;
}

/* Up to 15 digits and a power of ten that is exact: one correctly rounded operation. */
static int small_value(const decimal *d, double *out) {
  static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  uint64_t m = 0;
  if (d->count > 15 || d->exponent < -22 || d->exponent > 22) return 0;
  for (size_t i = 0; i < d->count; i++) m = m * 10 + (uint64_t)(d->digits[i] - '0');
  *out = d->exponent < 0 ? (double)m / tens[-d->exponent] : (double)m * tens[d->exponent];
  return 1;
}

/* Without a decimal point strtod() reads the same in every locale. */
static double large_value(decimal *d) {
  char *p = d->digits + d->count, text[16];
  size_t n = 0;
  long e = d->exponent < 0 ? -d->exponent : d->exponent;
  do text[n++] = (char)('0' + e % 10);
  while (e /= 10);
  *p++ = 'e';
  *p++ = d->exponent < 0 ? '-' : '+';
  while (n) *p++ = text[--n];
  *p = 0;
  return strtod(d->digits, NULL);
}

kt_status kt_json_double(const kt_json *j, kt_json_val v, double *out) {
  decimal d;
  double value = 0;
  if (kt_json_typeof(j, v) != KT_JSON_NUMBER) return KT_EINVAL;
  kt_span raw = kt_json_raw(j, v);
  int negative = raw.ptr[0] == '-';
  read_decimal(&d, raw.ptr + negative, raw.ptr + raw.len);
  if (d.count && !small_value(&d, &value)) value = large_value(&d);
  if (isinf(value)) return KT_ETOOBIG;
  *out = negative ? -value : value;
  return KT_OK;
}
