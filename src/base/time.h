/* SPDX-License-Identifier: Apache-2.0 */
/* Civil time without the C library's locale, time zone and static buffers. Proleptic Gregorian,
 * UTC. */
#ifndef KT_BASE_TIME_H
#define KT_BASE_TIME_H

#include <kappatweet/types.h>

typedef struct kt_civil {
  int64_t year;
  int month, day, hour, minute, second, ms; /* month 1-12, day 1-31 */
  int weekday;                              /* 0 = Sunday */
  int yearday;                              /* 1-366 */
} kt_civil;

void kt_civil_from_ms(int64_t ms, kt_civil *out);
/* Out-of-range fields give KT_UNKNOWN. Second 60 (a leap second) counts as 59. */
int64_t kt_civil_to_ms(const kt_civil *c);

/* ISO 8601 / RFC 3339: "2021-11-05T10:00:00Z", a blank instead of T, a fraction of any length (cut
 * to ms), "Z", "+01:00", "+0100" or no offset (UTC). KT_UNKNOWN if malformed. */
int64_t kt_time_parse_iso(kt_span s);
/* v1.1: "Fri Nov 05 10:00:00 +0000 2021". KT_UNKNOWN if malformed. */
int64_t kt_time_parse_v1(kt_span s);
/* "2021-11-05T10:00:00+00:00", with ".123" only where there are milliseconds. Writes at most 40
 * bytes and returns how many; years outside 0000-9999 are written with sign. */
size_t kt_time_format_iso(int64_t ms, char out[40]);

#define KT_TIME_UNKNOWN INT64_MIN

#endif
