/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point to the shortest text that reads back the same, whatever the locale. */
#include "json/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* v = 0.d1d2d3... * 10^point */
typedef struct decimal {
  char digits[24];
  int count, point;
} decimal;

static void from_integer(decimal *d, uint64_t m, int scale) {
  char text[20];
  int n = 0;
  while (m && m % 10 == 0) m /= 10, scale--;
  do text[n++] = (char)('0' + m % 10);
  while (m /= 10);
  for (int i = 0; i < n; i++) d->digits[i] = text[n - 1 - i];
  d->count = n;
  d->point = n - scale;
}

/* Most numbers people write have few decimals: v = m / 10^k with m < 2^52 and 10^k exact, so that
 * one division says exactly whether the short text reads back as v. */
static int few_decimals(decimal *d, double v, int as_float) {
  double scale = 1;
  for (int k = 0; k <= 12; k++, scale *= 10) {
    double m = v * scale;
    if (m >= 4503599627370496.0) return 0;
    double whole = (double)(uint64_t)(m + 0.5), back = whole / scale;
    if (whole > 0 && (as_float ? (float)back == (float)v : back == v)) {
      from_integer(d, (uint64_t)whole, k);
      return 1;
    }
  }
  return 0;
}

static int reads_as(const char *text, double v, int as_float) {
  return as_float ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v;
}

/* printf and strtod agree on the decimal point of the moment; it is dropped with all that is no
 * digit. */
static void any_decimals(decimal *d, double v, int as_float) {
  char text[48];
  for (int precision = 0; precision <= 16; precision++) {
    snprintf(text, sizeof text, "%.*e", precision, v);
    if (reads_as(text, v, as_float)) break;
    /* Below a power of two the nearest short text can be out of reach while the next one is not. */
    char *last = strchr(text, 'e') - 1;
    if (precision > 0 && *last != '9' && ++*last && reads_as(text, v, as_float)) break;
  }
  char *p = text;
  d->count = 0;
  for (; *p && *p != 'e'; p++)
    if (*p >= '0' && *p <= '9') d->digits[d->count++] = *p;
  d->point = 1 + (*p ? (int)strtol(p + 1, NULL, 10) : 0);
  while (d->count > 1 && d->digits[d->count - 1] == '0') d->count--;
}

static size_t lay_out_exponent(char *out, const decimal *d) {
  char *p = out;
  int e = d->point - 1;
  *p++ = d->digits[0];
  if (d->count > 1) {
    *p++ = '.';
    memcpy(p, d->digits + 1, (size_t)d->count - 1);
    p += d->count - 1;
  }
  *p++ = 'e';
  *p++ = e < 0 ? '-' : '+';
  if (e < 0) e = -e;
  if (e >= 100) *p++ = (char)('0' + e / 100);
  *p++ = (char)('0' + e / 10 % 10);
  *p++ = (char)('0' + e % 10);
  return (size_t)(p - out);
}

/* As Python's repr(): an exponent below 1e-4 and from 1e16 on. */
static size_t lay_out(char *out, const decimal *d) {
  char *p = out;
  if (d->point <= -4 || d->point > 16) return lay_out_exponent(out, d);
  if (d->point <= 0) {
    *p++ = '0';
    *p++ = '.';
    for (int i = d->point; i < 0; i++) *p++ = '0';
    memcpy(p, d->digits, (size_t)d->count);
    return (size_t)(p - out) + (size_t)d->count;
  }
  for (int i = 0; i < d->point; i++) *p++ = i < d->count ? d->digits[i] : '0';
  *p++ = '.';
  if (d->count <= d->point) *p++ = '0';
  for (int i = d->point; i < d->count; i++) *p++ = d->digits[i];
  return (size_t)(p - out);
}

static kt_status put(kt_buf *b, double v, int as_float) {
  if (!isfinite(v)) return kt_buf_put(b, "null", 4);
  decimal d = { .digits = "0", .count = 1, .point = 1 };
  if (kt_buf_need(b, 48)) return KT_ENOMEM;
  if (signbit(v)) b->ptr[b->len++] = '-';
  v = fabs(v);
  if (v > 0 && !few_decimals(&d, v, as_float)) any_decimals(&d, v, as_float);
  b->len += lay_out(b->ptr + b->len, &d);
  return KT_OK;
}

kt_status kt_json_put_double(kt_buf *b, double v) {
  return put(b, v, 0);
}
kt_status kt_json_put_float(kt_buf *b, float v) {
  return put(b, v, 1);
}
