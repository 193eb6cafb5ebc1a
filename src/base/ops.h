/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a versioned table from a caller who may be older or newer than the library. */
#ifndef KT_BASE_OPS_H
#define KT_BASE_OPS_H

#include <kappatweet/types.h>

/* Size of a table that ends with this member: `least` for the last one of release 0.1. */
#define KT_OPS_UP_TO(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))

/* Zeroes dst (`known` bytes), copies min(src->size, known) bytes of src and sets dst's size to
 * `known`. KT_EINVAL if src is NULL or its size is smaller than `least` (the first release's
 * table); KT_ENOTSUP if `need` has a bit that this library does not know. */
kt_status kt_ops_take(void *dst, size_t known, size_t least, const void *src, const char *what,
                      kt_error *err);

/* The other way: fills the caller's struct, whose first word is its size as he was compiled. Writes
 * no more than that; what is longer than `known` bytes of src is zeroed. KT_EINVAL if the size has
 * no room for itself. */
kt_status kt_ops_give(void *out, const void *src, size_t known);

#endif
