/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output carries data, standard error carries words. */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int is_quiet, no_color;

void cli_out_quiet(int quiet) {
  is_quiet = quiet;
}
void cli_out_color(int allowed) {
  no_color = !allowed;
}

static int use_color(void) {
  const char *variable = getenv("NO_COLOR");
  return !no_color && !(variable && *variable) && isatty(STDERR_FILENO);
}

void cli_error(const kt_error *err) {
  const char *on = use_color() ? "\033[1;31m" : "", *off = use_color() ? "\033[0m" : "";
  const char *what = err->message[0] ? err->message : kt_status_name(err->code);
  int has_where = err->where[0] && strcmp(err->where, "command") != 0;
  fprintf(stderr, "%skappatweet:%s %s%s%s\n", on, off, has_where ? err->where : "",
          has_where ? ": " : "", what);
}

void cli_say(const char *fmt, ...) {
  va_list ap;
  if (is_quiet) return;
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
}

size_t cli_character(const char *text, size_t n) {
  const unsigned char *s = (const unsigned char *)text;
  unsigned char c = s[0];
  size_t len = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
  if (!len || len > n) return 0;
  for (size_t i = 1; i < len; i++)
    if ((s[i] & 0xC0) != 0x80) return 0;
  if ((c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F)) return 0;
  if ((c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] > 0x8F)) return 0;
  return len;
}

size_t cli_put_character(const char *s, size_t n) {
  size_t len = cli_character(s, n);
  if (len)
    fwrite(s, 1, len, stdout);
  else
    fputs("\xEF\xBF\xBD", stdout);
  return len ? len : 1;
}

/* Length of the control character at s, of ISO 2022's first or second set; 0: it is none. */
static size_t control(const char *s, size_t n) {
  unsigned char c = (unsigned char)s[0], next = n > 1 ? (unsigned char)s[1] : 0;
  if (c < 0x20 || c == 0x7F) return 1;
  return c == 0xC2 && next >= 0x80 && next < 0xA0 ? 2 : 0;
}

size_t cli_put_line(const char *s, size_t n, size_t columns) {
  size_t put = 0;
  for (size_t i = 0; i < n && put < columns; put++) {
    size_t skip = control(s + i, n - i);
    if (skip) putchar(' ');
    i += skip ? skip : cli_put_character(s + i, n - i);
    if (put + 1 == columns && i < n) fputs("...", stdout);
  }
  return put;
}

void cli_json_string(const char *s, size_t n) {
  putchar('"');
  for (size_t i = 0; i < n;) {
    unsigned char c = (unsigned char)s[i];
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < 0x20)
      printf("\\u%04x", c);
    else {
      i += cli_put_character(s + i, n - i);
      continue;
    }
    i++;
  }
  putchar('"');
}

int cli_flush(void) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return CLI_DONE;
  fputs("kappatweet: cannot write standard output\n", stderr);
  return CLI_FAILED;
}

int64_t cli_now_ms(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

kt_status cli_fail(kt_error *err, kt_status code, const char *where, const char *fmt, ...) {
  char message[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  return kt_error_set(err, code, 0, where, message);
}

void cli_number(uint64_t n, char out[32]) {
  char digits[32];
  int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), k = 0;
  for (int i = 0; i < len; i++) {
    if (i && (len - i) % 3 == 0) out[k++] = ',';
    out[k++] = digits[i];
  }
  out[k] = '\0';
}
