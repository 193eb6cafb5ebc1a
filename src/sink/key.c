/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/key.h"

#include "base/error.h"
#include "base/time.h"

enum { NEVER, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND };

static int field_of(char c) {
  static const char letters[] = "YmdjHMS%";
  static const int fields[] = { YEAR, MONTH, DAY, DAY, HOUR, MINUTE, SECOND, NEVER };
  const char *at = c ? strchr(letters, c) : NULL;
  return at ? fields[at - letters] : -1;
}

/* Folders of one template stay below the target. */
static int leaves_folder(const char *format) {
  if (format[0] == '/') return 1;
  for (const char *p = format; p; p = strchr(p, '/')) {
    p += *p == '/';
    if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || !p[2])) return 1;
  }
  return 0;
}

kt_status kt_key_init(kt_key *k, const char *format, kt_error *err) {
  *k = (kt_key){ .format = format, .finest = NEVER };
  if (leaves_folder(format))
    return kt_fail(err, KT_EINVAL, 0, "sink.file",
                   "option key: '%.80s' must be a path below the target", format);
  for (const char *p = format; *p; p++) {
    if ((unsigned char)*p < ' ')
      return kt_fail(err, KT_EINVAL, 0, "sink.file", "option key: control characters in it");
    if (*p != '%') continue;
    int field = field_of(*++p);
    if (field < 0)
      return kt_fail(err, KT_EINVAL, 0, "sink.file",
                     "option key: unknown %%%.1s in '%.80s'; known are %%Y %%m %%d %%j %%H %%M %%S "
                     "%%%%",
                     p, format);
    if (field > k->finest) k->finest = field;
  }
  return KT_OK;
}

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

void kt_key_period(const kt_key *k, int64_t ms, int64_t *start, int64_t *end) {
  static const int64_t fixed[] = {
    [DAY] = 86400000, [HOUR] = 3600000, [MINUTE] = 60000, [SECOND] = 1000
  };
  kt_civil c;
  *start = INT64_MIN;
  *end = INT64_MAX;
  if (k->finest == NEVER) return;
  if (k->finest >= DAY) {
    int64_t n = fixed[k->finest];
    *start = floor_div(ms, n) * n;
    *end = *start + n;
    return;
  }
  kt_civil_from_ms(ms, &c);
  c = (kt_civil){ .year = c.year, .month = k->finest == MONTH ? c.month : 1, .day = 1 };
  *start = kt_civil_to_ms(&c);
  if (k->finest == YEAR || c.month == 12) {
    c.year++;
    c.month = 1;
  } else {
    c.month++;
  }
  *end = kt_civil_to_ms(&c);
}

kt_status kt_key_format(const kt_key *k, int64_t ms, kt_buf *out) {
  kt_status st = KT_OK;
  kt_civil c;
  kt_civil_from_ms(ms, &c);
  for (const char *p = k->format; *p && st == KT_OK; p++) {
    if (*p != '%') {
      st = p[0] == '/' && !p[1] ? KT_OK : kt_buf_putc(out, *p);
      continue;
    }
    switch (*++p) {
    case 'Y':
      st = kt_buf_printf(out, "%04lld", (long long)c.year);
      break;
    case 'm':
      st = kt_buf_printf(out, "%02d", c.month);
      break;
    case 'd':
      st = kt_buf_printf(out, "%02d", c.day);
      break;
    case 'j':
      st = kt_buf_printf(out, "%03d", c.yearday);
      break;
    case 'H':
      st = kt_buf_printf(out, "%02d", c.hour);
      break;
    case 'M':
      st = kt_buf_printf(out, "%02d", c.minute);
      break;
    case 'S':
      st = kt_buf_printf(out, "%02d", c.second);
      break;
    default:
      st = kt_buf_putc(out, '%');
    }
  }
  return st;
}
