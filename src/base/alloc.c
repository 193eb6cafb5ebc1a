/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

void *kt_zalloc(const kt_env *env, size_t n) {
  void *p = kt_env_alloc(env, n);
  if (p) memset(p, 0, n);
  return p;
}

int kt_grow(const kt_env *env, void *array, size_t *cap, size_t want, size_t item_size) {
  void **slot = array;
  size_t n = *cap < 8 ? 8 : *cap;
  if (want <= *cap) return 0;
  while (n < want) {
    if (n > SIZE_MAX / 2 / item_size) return -1;
    n *= 2;
  }
  if (n > SIZE_MAX / item_size) return -1;
  void *p = kt_env_resize(env, *slot, *cap * item_size, n * item_size);
  if (!p) return -1;
  *slot = p;
  *cap = n;
  return 0;
}

char *kt_strndup(const kt_env *env, const char *s, size_t n) {
  char *p = kt_env_alloc(env, n + 1);
  if (!p) return NULL;
  if (n) memcpy(p, s, n);
  p[n] = '\0';
  return p;
}

char *kt_strdup(const kt_env *env, const char *s) {
  return kt_strndup(env, s, strlen(s));
}

void kt_strfree(const kt_env *env, char *s) {
  if (s) kt_env_release(env, s, strlen(s) + 1);
}
