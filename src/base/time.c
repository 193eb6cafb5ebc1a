/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <string.h>

enum { MS_PER_SECOND = 1000, SECONDS_PER_DAY = 86400 };

/* Days since 1970-01-01, after Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from_civil(int64_t y, int m, int d) {
  y -= m <= 2;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t yoe = y - era * 400;
  int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

static int is_leap(int64_t y) {
  return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int days_in_month(int64_t y, int m) {
  static const signed char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  return days[m - 1] + (m == 2 && is_leap(y));
}

void kt_civil_from_ms(int64_t ms, kt_civil *out) {
  const int64_t ms_per_day = (int64_t)SECONDS_PER_DAY * MS_PER_SECOND;
  int64_t days = ms / ms_per_day, rest = ms % ms_per_day;
  if (rest < 0) {
    rest += ms_per_day;
    days--;
  }
  int64_t z = days + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
  out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
  out->year = yoe + era * 400 + (out->month <= 2);
  out->ms = (int)(rest % 1000);
  int64_t s = rest / 1000;
  out->hour = (int)(s / 3600);
  out->minute = (int)(s / 60 % 60);
  out->second = (int)(s % 60);
  out->weekday = (int)(((days % 7) + 7 + 4) % 7);
  out->yearday = (int)(days - days_from_civil(out->year, 1, 1)) + 1;
}

int64_t kt_civil_to_ms(const kt_civil *c) {
  int second = c->second == 60 ? 59 : c->second;
  if (c->month < 1 || c->month > 12 || c->day < 1 || c->year < -200000000 || c->year > 200000000 ||
      c->day > days_in_month(c->year, c->month))
    return KT_TIME_UNKNOWN;
  if (c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 || second < 0 || second > 59 ||
      c->ms < 0 || c->ms > 999)
    return KT_TIME_UNKNOWN;
  int64_t s = days_from_civil(c->year, c->month, c->day) * SECONDS_PER_DAY + c->hour * 3600 +
              c->minute * 60 + second;
  return s * MS_PER_SECOND + c->ms;
}

/* A cursor over the text; a failed take leaves `ok` at 0. */
typedef struct scan {
  const char *p, *end;
  int ok;
} scan;

static int digits(scan *s, int n) {
  int v = 0;
  for (int i = 0; i < n; i++, s->p++) {
    if (s->p >= s->end || *s->p < '0' || *s->p > '9') {
      s->ok = 0;
      return 0;
    }
    v = v * 10 + (*s->p - '0');
  }
  return v;
}

static void expect(scan *s, char one, char other) {
  if (s->p < s->end && (*s->p == one || *s->p == other))
    s->p++;
  else
    s->ok = 0;
}

static int fraction_ms(scan *s) {
  int v = 0, n = 0;
  if (s->p >= s->end || (*s->p != '.' && *s->p != ',')) return 0;
  s->p++;
  for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++, n++)
    if (n < 3) v = v * 10 + (*s->p - '0');
  if (n == 0) s->ok = 0;
  return n == 1 ? v * 100 : n == 2 ? v * 10 : v;
}

static int64_t offset_ms(scan *s) {
  if (s->p == s->end) return 0;
  if (*s->p == 'Z' || *s->p == 'z') {
    s->p++;
    return 0;
  }
  int64_t sign = *s->p == '-' ? -1 : 1;
  expect(s, '+', '-');
  int h = digits(s, 2);
  if (s->p < s->end && *s->p == ':') s->p++;
  int m = s->p < s->end ? digits(s, 2) : 0;
  if (h > 23 || m > 59) s->ok = 0;
  return sign * (h * 3600 + m * 60) * MS_PER_SECOND;
}

static int64_t shifted(const kt_civil *c, int64_t offset) {
  int64_t ms = kt_civil_to_ms(c);
  return ms == KT_TIME_UNKNOWN ? ms : ms - offset;
}

int64_t kt_time_parse_iso(kt_span t) {
  scan s = { t.ptr, t.ptr + t.len, t.ptr != NULL };
  kt_civil c = { 0 };
  if (!s.ok) return KT_TIME_UNKNOWN;
  c.year = digits(&s, 4);
  expect(&s, '-', '-');
  c.month = digits(&s, 2);
  expect(&s, '-', '-');
  c.day = digits(&s, 2);
  if (s.p < s.end && *s.p == ' ')
    s.p++;
  else
    expect(&s, 'T', 't');
  c.hour = digits(&s, 2);
  expect(&s, ':', ':');
  c.minute = digits(&s, 2);
  if (s.p < s.end && *s.p == ':') {
    s.p++;
    c.second = digits(&s, 2);
    c.ms = fraction_ms(&s);
  }
  int64_t offset = offset_ms(&s);
  return s.ok && s.p == s.end ? shifted(&c, offset) : KT_TIME_UNKNOWN;
}

static int month_of(scan *s) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (s->end - s->p < 3) return s->ok = 0;
  for (int i = 0; i < 12; i++)
    if (!memcmp(s->p, names + 3 * i, 3)) {
      s->p += 3;
      return i + 1;
    }
  return s->ok = 0;
}

int64_t kt_time_parse_v1(kt_span t) {
  scan s = { t.ptr, t.ptr + t.len, t.ptr != NULL && t.len >= 4 };
  kt_civil c = { 0 };
  if (!s.ok) return KT_TIME_UNKNOWN;
  s.p += 3; /* the day of the week says nothing new */
  expect(&s, ' ', ' ');
  c.month = month_of(&s);
  expect(&s, ' ', ' ');
  c.day = digits(&s, 2);
  expect(&s, ' ', ' ');
  c.hour = digits(&s, 2);
  expect(&s, ':', ':');
  c.minute = digits(&s, 2);
  expect(&s, ':', ':');
  c.second = digits(&s, 2);
  expect(&s, ' ', ' ');
  int64_t offset = offset_ms(&s);
  expect(&s, ' ', ' ');
  c.year = digits(&s, 4);
  return s.ok && s.p == s.end ? shifted(&c, offset) : KT_TIME_UNKNOWN;
}

static char *put_digits(char *p, int64_t v, int n) {
  for (int i = n - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
  return p + n;
}

static char *put_year(char *p, int64_t y) {
  int n = 4;
  if (y < 0 || y > 9999) {
    *p++ = y < 0 ? '-' : '+';
    if (y < 0) y = -y;
    for (int64_t v = y / 10000; v; v /= 10) n++;
  }
  return put_digits(p, y, n);
}

size_t kt_time_format_iso(int64_t ms, char out[40]) {
  kt_civil c;
  char *p = out;
  kt_civil_from_ms(ms, &c);
  p = put_year(p, c.year);
  *p++ = '-';
  p = put_digits(p, c.month, 2);
  *p++ = '-';
  p = put_digits(p, c.day, 2);
  *p++ = 'T';
  p = put_digits(p, c.hour, 2);
  *p++ = ':';
  p = put_digits(p, c.minute, 2);
  *p++ = ':';
  p = put_digits(p, c.second, 2);
  if (c.ms) {
    *p++ = '.';
    p = put_digits(p, c.ms, 3);
  }
  memcpy(p, "+00:00", 6);
  return (size_t)(p + 6 - out);
}
