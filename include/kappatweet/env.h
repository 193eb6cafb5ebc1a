/* SPDX-License-Identifier: Apache-2.0 */
/* Services that the embedding program gives to the library: memory, time, log. */
#ifndef KT_ENV_H
#define KT_ENV_H

#include <kappatweet/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every *_ops table starts with the same two words. `size` = sizeof the table that the caller was
 * compiled with; `need` = KT_NEED_* bits without which the table's owner cannot work (none is
 * defined yet: 0). Members are only ever appended; a missing or NULL optional member selects the
 * default that its comment names. The library copies a table and keeps no pointer to it. `self` is
 * handed back as it was given and never freed by the library. */

typedef struct kt_alloc_ops {
  uint32_t size, need;
  void *(*alloc)(void *self, size_t n); /* 16-byte aligned; NULL on failure, never aborts */
  void *(*resize)(void *self, void *p, size_t old_n, size_t new_n); /* NULL: p is unchanged */
  void (*release)(void *self, void *p, size_t n);                   /* p is never NULL */
} kt_alloc_ops;

typedef struct kt_clock_ops {
  uint32_t size, need;
  int64_t (*wall_us)(void *self); /* microseconds since the Unix epoch */
  int64_t (*mono_ms)(void *self); /* milliseconds, never goes back */
} kt_clock_ops;

/* Levels for kt_log_ops.write */
enum { KT_LOG_ERROR = 1, KT_LOG_WARNING = 2, KT_LOG_INFO = 3, KT_LOG_DEBUG = 4 };

typedef struct kt_log_ops {
  uint32_t size, need;
  /* One line without newline. Called from any thread; must not block. `where` is e.g. "sink.csv".
   */
  void (*write)(void *self, int32_t level, const char *where, kt_span line);
} kt_log_ops;

/* NULL table = built-in: malloc, the system's clocks, no log. The allocator must be thread-safe if
 * `workers` > 0 or if a batch is released on another thread. */
typedef struct kt_env_ops {
  uint32_t size, need;
  const kt_alloc_ops *alloc;
  void *alloc_self;
  const kt_clock_ops *clock;
  void *clock_self;
  const kt_log_ops *log;
  void *log_self;
  uint64_t seed; /* of kt_env_random(); 0 = taken from the clock and the address space */
} kt_env_ops;

/* Makes an environment; `ops` may be NULL. Free it with kt_env_free(). KT_EINVAL, KT_ENOTSUP,
 * KT_ENOMEM. An env may be shared by several pipelines and threads. */
KT_API kt_status kt_env_new(const kt_env_ops *ops, kt_env **out, kt_error *err);

/* Gives back the caller's reference (NULL allowed); what was made with the env keeps its own, so
 * the order of freeing does not matter as long as the tables' `self` live. */
KT_API void kt_env_free(kt_env *env);

/* What a part uses. Any thread (the allocator permitting). A part's memory is counted on the env
 * that its `open` was given. */
KT_API void *kt_env_alloc(const kt_env *env, size_t n);
KT_API void *kt_env_resize(const kt_env *env, void *p, size_t old_n,
                           size_t new_n);                         /* p may be NULL */
KT_API void kt_env_release(const kt_env *env, void *p, size_t n); /* NULL allowed */
/* Bytes allocated through this env and not yet released. */
KT_API size_t kt_env_used_bytes(const kt_env *env);
KT_API int64_t kt_env_now_us(const kt_env *env); /* wall clock, microseconds since the epoch, UTC */
KT_API int64_t kt_env_now_ms(const kt_env *env); /* wall clock, milliseconds since the epoch, UTC */
KT_API int64_t kt_env_mono_ms(const kt_env *env); /* monotonic */
/* 64 random bits, not for secrets; repeatable with a given seed and one thread. */
KT_API uint64_t kt_env_random(const kt_env *env);
/* Writes one line to the env's log, if it has one. */
KT_API void kt_env_log(const kt_env *env, int32_t level, const char *where, kt_span line);

#ifdef __cplusplus
}
#endif
#endif
