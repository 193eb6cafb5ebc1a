/* SPDX-License-Identifier: Apache-2.0 */
/* Version of the library and visibility of its symbols. */
#ifndef KT_VERSION_H
#define KT_VERSION_H

/* Until 1.0 the soname is `0.MINOR` and each minor version may break the ABI; a patch version never
 * does. From 1.0 on the soname is the major version and nothing is removed within it. */
#define KT_VERSION_MAJOR 0
#define KT_VERSION_MINOR 1
#define KT_VERSION_PATCH 0
#define KT_VERSION_STRING "0.1.0"

#if defined(__GNUC__) || defined(__clang__)
#define KT_API __attribute__((visibility("default")))
#define KT_DEPRECATED_FOR(x) __attribute__((deprecated("use " #x)))
#else
#define KT_API
#define KT_DEPRECATED_FOR(x)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library that is running, e.g. "0.1.0"; static. May differ from KT_VERSION_STRING,
 * which is the version of the headers the caller was compiled with. Any thread. */
KT_API const char *kt_version(void);

#ifdef __cplusplus
}
#endif
#endif
