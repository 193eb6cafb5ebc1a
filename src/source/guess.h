/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_SOURCE_GUESS_H
#define KT_SOURCE_GUESS_H

#include <stddef.h>

/* KT_FRAMING_LINES or _JSON by the beginning of a text, see framer.h; KT_FRAMING_AUTO: more of it
 * is needed (never more than 64 KiB). */
int kt_framing_guess(const char *p, size_t n, int eof);

#endif
