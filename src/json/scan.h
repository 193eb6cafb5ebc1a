/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of JSON, read strictly between two pointers; and what the files of this reader share.
 */
#ifndef KT_JSON_SCAN_H
#define KT_JSON_SCAN_H

#include "json/json.h"

/* Where reading stopped and why; `why` is static text. */
typedef struct kt_json_fault {
  const char *at, *why;
} kt_json_fault;

static inline int kt_json_is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *kt_json_scan_space(const char *p, const char *end) {
  while (p < end && kt_json_is_space(*p)) p++;
  return p;
}

/* Each returns the end of the token that starts at p < end, or NULL with *fault filled in. */
const char *kt_json_scan_string(const char *p, const char *end, kt_json_fault *fault);
const char *kt_json_scan_number(const char *p, const char *end, kt_json_fault *fault);
/* A string, a number or a literal. */
const char *kt_json_scan_scalar(const char *p, const char *end, kt_json_fault *fault);

/* The plain implementation: index of j->text, or NULL-less status with *fault. KT_ENOMEM. */
kt_status kt_json_index_plain(kt_json *j, kt_json_fault *fault);
/* The vector implementations: KT_OK, KT_EPARSE (something is wrong, the plain one says what),
 * KT_ENOMEM. */
kt_status kt_json_index_avx2(kt_json *j);
kt_status kt_json_index_avx512(kt_json *j);

/* Room for nodes up to and including `node`, and some more. 0 or -1. */
int kt_json_reserve(kt_json *j, size_t node);

#endif
