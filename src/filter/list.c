/* SPDX-License-Identifier: Apache-2.0 */
#include "filter/list.h"

#include "base/conf.h"
#include "base/error.h"
#include "base/span.h"

kt_status kt_list_take(kt_list *list, kt_arena *arena, const kt_conf *conf, const char *option,
                       kt_error *err) {
  kt_span all = kt_span_of(kt_conf_string(conf, option));
  *list = (kt_list){ 0 };
  if (!all.len) return KT_OK;
  size_t count = 1;
  for (size_t i = 0; i < all.len; i++) count += all.ptr[i] == ',';
  list->items = kt_arena_alloc(arena, count * sizeof *list->items, _Alignof(kt_span));
  kt_span copy = kt_arena_copy(arena, all);
  if (!list->items || !copy.ptr) return kt_fail_nomem(err, "filter");
  const char *p = copy.ptr, *end = copy.ptr + copy.len;
  for (; list->count < count; list->count++) {
    const char *comma = memchr(p, ',', (size_t)(end - p));
    kt_span item = kt_span_make(p, (size_t)((comma ? comma : end) - p));
    if (!item.len)
      return kt_fail(err, KT_EINVAL, 0, "filter", "option %s: an empty value; write %s=a,b", option,
                     option);
    list->items[list->count] = item;
    if (comma) p = comma + 1;
  }
  return KT_OK;
}

int kt_list_admits(const kt_list *list, kt_span s) {
  for (size_t i = 0; i < list->count; i++)
    if (kt_span_equal(list->items[i], s)) return 1;
  return list->count == 0;
}

static int equal_nocase(kt_span a, kt_span b) {
  if (a.len != b.len) return 0;
  for (size_t i = 0; i < a.len; i++) {
    char c = a.ptr[i], d = b.ptr[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c | 32);
    if (d >= 'A' && d <= 'Z') d = (char)(d | 32);
    if (c != d) return 0;
  }
  return 1;
}

kt_status kt_list_bits(const kt_list *list, const char *option, const kt_span *names, size_t n,
                       uint32_t *bits, kt_error *err) {
  *bits = list->count ? 0 : UINT32_MAX;
  for (size_t i = 0; i < list->count; i++) {
    kt_span item = list->items[i];
    size_t k = 0;
    while (k < n && !equal_nocase(item, names[k])) k++;
    if (k == n) {
      kt_span near = kt_nearest(item, names, n);
      if (!near.ptr) near = names[0];
      return kt_fail(err, KT_EINVAL, 0, "filter", "option %s: no %s '%.*s'; did you mean %.*s?",
                     option, option, item.len > 40 ? 40 : (int)item.len, item.ptr, (int)near.len,
                     near.ptr);
    }
    *bits |= 1u << k;
  }
  return KT_OK;
}
