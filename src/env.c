/* SPDX-License-Identifier: Apache-2.0 */
/* The environment: taken tables, counters, built-in services. */
#include <kappatweet/env.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/ops.h"

struct kt_env {
  kt_env *parent; /* NULL: the root, which owns the tables below */
  atomic_size_t refs, used;
  kt_alloc_ops alloc;
  kt_clock_ops clock;
  kt_log_ops log;
  void *alloc_self, *clock_self, *log_self;
  atomic_uint_fast64_t random;
};

static void *libc_alloc(void *self, size_t n) {
  (void)self;
  return malloc(n ? n : 1);
}

static void *libc_resize(void *self, void *p, size_t old_n, size_t new_n) {
  (void)self, (void)old_n;
  return realloc(p, new_n ? new_n : 1);
}

static void libc_release(void *self, void *p, size_t n) {
  (void)self, (void)n;
  free(p);
}

static int64_t clock_read(clockid_t id, int64_t per_second) {
  struct timespec ts;
  clock_gettime(id, &ts);
  return (int64_t)ts.tv_sec * per_second + ts.tv_nsec / (1000000000 / per_second);
}

static int64_t system_wall_us(void *self) {
  (void)self;
  return clock_read(CLOCK_REALTIME, 1000000);
}

static int64_t system_mono_ms(void *self) {
  (void)self;
  return clock_read(CLOCK_MONOTONIC, 1000);
}

static const kt_alloc_ops libc_ops = { sizeof libc_ops, 0, libc_alloc, libc_resize, libc_release };
static const kt_clock_ops system_clock = { sizeof system_clock, 0, system_wall_us, system_mono_ms };

static kt_status take_services(kt_env *e, const kt_env_ops *given, kt_error *err) {
  kt_status st;
  e->alloc_self = given->alloc_self;
  e->clock_self = given->clock_self;
  e->log_self = given->log_self;
  st = kt_ops_take(&e->alloc, sizeof e->alloc, KT_OPS_UP_TO(kt_alloc_ops, release),
                   given->alloc ? given->alloc : &libc_ops, "env.alloc", err);
  if (st == KT_OK)
    st = kt_ops_take(&e->clock, sizeof e->clock, KT_OPS_UP_TO(kt_clock_ops, mono_ms),
                     given->clock ? given->clock : &system_clock, "env.clock", err);
  if (st == KT_OK && given->log)
    st = kt_ops_take(&e->log, sizeof e->log, KT_OPS_UP_TO(kt_log_ops, write), given->log, "env.log",
                     err);
  if (st != KT_OK) return st;
  if (!e->alloc.alloc || !e->alloc.resize || !e->alloc.release)
    return kt_fail(err, KT_EINVAL, 0, "env.alloc", "alloc, resize and release are all required");
  if (!e->clock.wall_us || !e->clock.mono_ms)
    return kt_fail(err, KT_EINVAL, 0, "env.clock", "wall_us and mono_ms are both required");
  if (given->log && !e->log.write)
    return kt_fail(err, KT_EINVAL, 0, "env.log", "write is required");
  return KT_OK;
}

kt_status kt_env_new(const kt_env_ops *ops, kt_env **out, kt_error *err) {
  const kt_env_ops none = { .size = sizeof none };
  kt_env_ops given;
  kt_env e = { .refs = 1 };
  kt_status st = kt_ops_take(&given, sizeof given, KT_OPS_UP_TO(kt_env_ops, seed),
                             ops ? ops : &none, "env", err);
  if (st == KT_OK) st = take_services(&e, &given, err);
  if (st != KT_OK) return st;
  kt_env *env = e.alloc.alloc(e.alloc_self, sizeof *env);
  if (!env) return kt_fail_nomem(err, "env");
  *env = e;
  atomic_store(&env->random,
               given.seed ? given.seed
                          : (uint64_t)kt_env_now_us(env) * 0x9E3779B97F4A7C15u ^ (uintptr_t)env);
  *out = env;
  return KT_OK;
}

kt_env *kt_env_ref(const kt_env *env) {
  kt_env *e = (kt_env *)env;
  atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
  return e;
}

void kt_env_free(kt_env *env) {
  while (env && atomic_fetch_sub_explicit(&env->refs, 1, memory_order_acq_rel) == 1) {
    kt_env *parent = env->parent;
    kt_alloc_ops alloc = env->alloc;
    alloc.release(env->alloc_self, env, sizeof *env);
    env = parent;
  }
}

kt_status kt_env_child(const kt_env *env, kt_env **out, kt_error *err) {
  kt_env *child = env->alloc.alloc(env->alloc_self, sizeof *child);
  if (!child) return kt_fail_nomem(err, "env");
  *child = (kt_env){ .refs = 1,
                     .parent = kt_env_ref(env),
                     .alloc = env->alloc,
                     .clock = env->clock,
                     .log = env->log,
                     .alloc_self = env->alloc_self,
                     .clock_self = env->clock_self,
                     .log_self = env->log_self };
  *out = child;
  return KT_OK;
}

static void count(const kt_env *env, size_t add, size_t sub) {
  for (kt_env *e = (kt_env *)env; e; e = e->parent)
    atomic_fetch_add_explicit(&e->used, add - sub, memory_order_relaxed);
}

void *kt_env_alloc(const kt_env *env, size_t n) {
  void *p = env->alloc.alloc(env->alloc_self, n);
  if (p) count(env, n, 0);
  return p;
}

void *kt_env_resize(const kt_env *env, void *p, size_t old_n, size_t new_n) {
  if (!p) return kt_env_alloc(env, new_n);
  void *q = env->alloc.resize(env->alloc_self, p, old_n, new_n);
  if (q) count(env, new_n, old_n);
  return q;
}

void kt_env_release(const kt_env *env, void *p, size_t n) {
  if (!p) return;
  env->alloc.release(env->alloc_self, p, n);
  count(env, 0, n);
}

size_t kt_env_used_bytes(const kt_env *env) {
  return atomic_load_explicit(&((kt_env *)env)->used, memory_order_relaxed);
}

int64_t kt_env_now_us(const kt_env *env) {
  return env->clock.wall_us(env->clock_self);
}
int64_t kt_env_now_ms(const kt_env *env) {
  int64_t us = kt_env_now_us(env);
  return us >= 0 ? us / 1000 : -((999 - us) / 1000);
}
int64_t kt_env_mono_ms(const kt_env *env) {
  return env->clock.mono_ms(env->clock_self);
}

/* splitmix64: a counter through a mixer, so that an atomic add is all the state there is. */
uint64_t kt_env_random(const kt_env *env) {
  kt_env *e = (kt_env *)env;
  while (e->parent) e = e->parent;
  uint64_t z = atomic_fetch_add(&e->random, 0x9E3779B97F4A7C15u) + 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

void kt_env_log(const kt_env *env, int32_t level, const char *where, kt_span line) {
  if (env->log.write) env->log.write(env->log_self, level, where, line);
}
