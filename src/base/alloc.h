/* SPDX-License-Identifier: Apache-2.0 */
/* Typed allocation through an env. Sizes are given back on release. */
#ifndef KT_BASE_ALLOC_H
#define KT_BASE_ALLOC_H

#include <string.h>

#include <kappatweet/env.h>

/* Zeroed memory, NULL on failure. */
void *kt_zalloc(const kt_env *env, size_t n);
/* Room for `want` items: doubles *cap (at least 8) and resizes. 0 on success. */
int kt_grow(const kt_env *env, void *array, size_t *cap, size_t want, size_t item_size);
/* NUL-terminated copy; release with kt_strfree(). NULL on failure. */
char *kt_strdup(const kt_env *env, const char *s);
char *kt_strndup(const kt_env *env, const char *s, size_t n);
void kt_strfree(const kt_env *env, char *s); /* NULL allowed */

/* A child of `env` whose allocations are counted for themselves and for the parent; kt_env_free().
 */
kt_status kt_env_child(const kt_env *env, kt_env **out, kt_error *err);
/* Keeps the env alive. */
kt_env *kt_env_ref(const kt_env *env);

#endif
