/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ops.h"

#include <string.h>

#include "base/error.h"

enum { KNOWN_NEEDS = 0 }; /* KT_NEED_* bits of this version: none yet */

kt_status kt_ops_take(void *dst, size_t known, size_t least, const void *src, const char *what,
                      kt_error *err) {
  uint32_t size = 0, need = 0;
  if (!src) return kt_fail(err, KT_EINVAL, 0, what, "no table given");
  memcpy(&size, src, sizeof size);
  if (size < least || size > 65536)
    return kt_fail(
        err, KT_EINVAL, 0, what,
        "table size %u is not one of any version (at least %zu): set .size = sizeof the table",
        (unsigned)size, least);
  memcpy(&need, (const char *)src + sizeof size, sizeof need);
  if (need & ~(uint32_t)KNOWN_NEEDS)
    return kt_fail(err, KT_ENOTSUP, 0, what,
                   "needs a feature (bits 0x%x) that library %s does not have: use a newer library",
                   (unsigned)(need & ~(uint32_t)KNOWN_NEEDS), KT_VERSION_STRING);
  memset(dst, 0, known);
  memcpy(dst, src, size < known ? size : known);
  uint32_t taken = (uint32_t)known;
  memcpy(dst, &taken, sizeof taken);
  return KT_OK;
}

kt_status kt_ops_give(void *out, const void *src, size_t known) {
  uint32_t size;
  memcpy(&size, out, sizeof size);
  if (size < sizeof size) return KT_EINVAL;
  memcpy(out, src, size < known ? size : known);
  if (size > known) memset((char *)out + known, 0, size - known);
  memcpy(out, &size, sizeof size);
  return KT_OK;
}
