/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static_assert(sizeof(kt_error) == 256, "kt_error is 256 bytes for ever");
static_assert(sizeof(kt_span) == 2 * sizeof(void *), "kt_span is two words for ever");

/* C0 and C1, among them line ends and the bytes that tell a terminal what to do; other line ends.
 */
static int is_control(uint32_t cp) {
  return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029;
}

/* Messages quote what a user wrote, cut anywhere: what they hold is made one line of UTF-8 here. */
static void copy_cut(char *dst, size_t cap, const char *src) {
  size_t left = strlen(src), at = 0;
  while (left) {
    uint32_t cp;
    size_t n = kt_utf8_decode(src, left, &cp), keep = n && !is_control(cp);
    if (at + (keep ? n : 1) >= cap) break;
    if (keep)
      memcpy(dst + at, src, n);
    else
      dst[at] = '?';
    at += keep ? n : 1;
    src += n ? n : 1;
    left -= n ? n : 1;
  }
  dst[at] = '\0';
}

kt_status kt_error_set(kt_error *err, kt_status code, uint32_t flags, const char *where,
                       const char *message) {
  if (!err) return code;
  kt_error e = { .code = code, .flags = flags }; /* the texts may be those of *err */
  copy_cut(e.where, sizeof e.where, where ? where : "");
  copy_cut(e.message, sizeof e.message, message ? message : "");
  *err = e;
  return code;
}

kt_status kt_fail(kt_error *err, kt_status code, uint32_t flags, const char *where, const char *fmt,
                  ...) {
  char message[512];
  va_list ap;
  if (!err) return code;
  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  return kt_error_set(err, code, flags, where, message);
}

kt_status kt_fail_nomem(kt_error *err, const char *where) {
  return kt_error_set(err, KT_ENOMEM, KT_ERR_RETRYABLE, where, "out of memory");
}

kt_status kt_fail_os(kt_error *err, int os_error, const char *where, const char *fmt, ...) {
  char message[512];
  va_list ap;
  kt_status code = os_error == ENOMEM ? KT_ENOMEM : KT_EIO;
  if (!err) return code;
  va_start(ap, fmt);
  int n = vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  size_t at = n < 0 ? 0 : (size_t)n < sizeof message ? (size_t)n : sizeof message - 1;
  const char *text = strerrordesc_np(os_error); /* untranslated, static, thread-safe */
  if (text)
    snprintf(message + at, sizeof message - at, ": %s", text);
  else
    snprintf(message + at, sizeof message - at, ": errno %d", os_error);
  kt_error_set(err, code, code == KT_ENOMEM ? KT_ERR_RETRYABLE : 0, where, message);
  err->os_error = os_error;
  return code;
}

const char *kt_status_name(kt_status code) {
  switch (code) {
  case KT_OK:
    return "KT_OK";
  case KT_AGAIN:
    return "KT_AGAIN";
  case KT_END:
    return "KT_END";
  case KT_EINVAL:
    return "KT_EINVAL";
  case KT_ENOMEM:
    return "KT_ENOMEM";
  case KT_EIO:
    return "KT_EIO";
  case KT_ENET:
    return "KT_ENET";
  case KT_EAUTH:
    return "KT_EAUTH";
  case KT_ETHROTTLE:
    return "KT_ETHROTTLE";
  case KT_EREMOTE:
    return "KT_EREMOTE";
  case KT_EPARSE:
    return "KT_EPARSE";
  case KT_ETOOBIG:
    return "KT_ETOOBIG";
  case KT_ENOTSUP:
    return "KT_ENOTSUP";
  case KT_ECORRUPT:
    return "KT_ECORRUPT";
  case KT_ECANCELED:
    return "KT_ECANCELED";
  case KT_ETIMEOUT:
    return "KT_ETIMEOUT";
  case KT_ESTATE:
    return "KT_ESTATE";
  default:
    return "KT_?";
  }
}

const char *kt_error_path(const char *path) {
  enum { SHOWN = 100 };
  size_t n = strlen(path);
  if (n <= SHOWN) return path;
  path += n - SHOWN;
  while ((*path & 0xc0) == 0x80) path++;
  return path;
}
