/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_BASE_UTF8_H
#define KT_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decodes the code point at p (n > 0 bytes are readable) into *cp and returns its length, or 0 for
 * invalid UTF-8 (overlong forms, surrogates and what lies above U+10FFFF included). */
size_t kt_utf8_decode(const char *p, size_t n, uint32_t *cp);
/* Writes 1 to 4 bytes; cp must be a scalar value. */
size_t kt_utf8_encode(uint32_t cp, char out[4]);
/* Length of the longest valid prefix. */
size_t kt_utf8_valid(const char *p, size_t n);
/* The greatest m <= max with p[0..m) ending at a character boundary. */
size_t kt_utf8_cut(const char *p, size_t n, size_t max);

#endif
