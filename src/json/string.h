/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_JSON_STRING_H
#define KT_JSON_STRING_H

#include <stddef.h>
#include <stdint.h>

/* Decodes the checked escape at *p (the backslash), joining a surrogate pair, and moves *p behind
 * it. Writes up to 4 bytes and returns how many. */
size_t kt_json_decode_escape(const char **p, const char *end, char *out, uint32_t *flags);

#endif
