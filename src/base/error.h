/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_BASE_ERROR_H
#define KT_BASE_ERROR_H

#include <kappatweet/types.h>

/* As kt_error_set(), with a format. Never allocates. */
kt_status kt_fail(kt_error *err, kt_status code, uint32_t flags, const char *where, const char *fmt,
                  ...) __attribute__((format(printf, 5, 6)));
/* KT_ENOMEM, retryable. */
kt_status kt_fail_nomem(kt_error *err, const char *where);
/* KT_EIO (of ENOMEM: KT_ENOMEM, retryable) with errno's text behind the formatted one ("cannot open
 * x: No such file or directory"). */
kt_status kt_fail_os(kt_error *err, int os_error, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The path, or its last 100 bytes, so that the reason behind it still fits into a message. */
const char *kt_error_path(const char *path);

#endif
