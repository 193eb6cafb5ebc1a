/* SPDX-License-Identifier: Apache-2.0 */
/* Options with several values: "es,en". */
#ifndef KT_FILTER_LIST_H
#define KT_FILTER_LIST_H

#include <kappatweet/conf.h>

#include "base/arena.h"

typedef struct kt_list {
  kt_span *items; /* in the arena */
  size_t count;
} kt_list;

/* Splits the option at its commas; an option that is not set is the empty list. KT_EINVAL: an empty
 * value between commas. KT_ENOMEM. */
kt_status kt_list_take(kt_list *list, kt_arena *arena, const kt_conf *conf, const char *option,
                       kt_error *err);
/* Non-zero if the list is empty or holds `s`; the null span is in no list. */
int kt_list_admits(const kt_list *list, kt_span s);
/* *bits = one bit for each of `names` (n of them) that the list holds, whatever its case; all bits
 * for the empty list. KT_EINVAL names the value and the nearest name. */
kt_status kt_list_bits(const kt_list *list, const char *option, const kt_span *names, size_t n,
                       uint32_t *bits, kt_error *err);

#endif
