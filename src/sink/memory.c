/* SPDX-License-Identifier: Apache-2.0 */
/* The sink of a kt_memory: records for the program. `user` is the kt_memory. */
#include "io/memory.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/sys_wait.h"

#define WHERE "sink.memory"

static const char options[] = "\t\t\t\t\t\tRecords for the program to read.\n";

typedef struct memory_sink {
  const kt_env *env;
  kt_memory *m;
  uint32_t *index;
  size_t index_cap;
  int full;
} memory_sink;

static kt_status memory_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)conf;
  memory_sink *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, WHERE);
  s->env = env;
  s->m = user;
  *self = s;
  return KT_OK;
}

/* All of the delivery or, without memory, nothing of it. */
static kt_status collect(memory_sink *s, const kt_batch *b, size_t n) {
  kt_memory *m = s->m;
  if (m->limit && m->entry_count && m->entry_count + n > m->limit) {
    kt_sys_wake_clear(m->wake_sink[0]); /* readable again when there is room, for every lane */
    return KT_AGAIN;
  }
  if (kt_grow(m->env, &m->entries, &m->entry_cap, m->entry_count + n, sizeof *m->entries) ||
      kt_grow(m->env, &m->batches, &m->batch_cap, m->batch_count + 1, sizeof *m->batches))
    return KT_ENOMEM;
  kt_batch *ref = kt_batch_ref(b);
  m->batches[m->batch_count++] = ref;
  for (size_t i = 0; i < n; i++)
    m->entries[m->entry_count++] = (kt_memory_entry){ ref, s->index[i] };
  return KT_OK;
}

static kt_status memory_submit(void *self, kt_delivery *d, kt_error *err) {
  memory_sink *s = self;
  size_t n = kt_delivery_pending(d, NULL, 0);
  if (kt_grow(s->env, &s->index, &s->index_cap, n, sizeof *s->index))
    return kt_fail_nomem(err, WHERE);
  kt_delivery_pending(d, s->index, n);
  pthread_mutex_lock(&s->m->lock);
  kt_status st = collect(s, kt_delivery_batch(d), n);
  pthread_mutex_unlock(&s->m->lock);
  s->full = st == KT_AGAIN;
  if (st < 0) return kt_fail_nomem(err, WHERE);
  if (st == KT_OK) kt_delivery_done(d, KT_DELIVERED, NULL);
  return st;
}

static void memory_pollset(void *self, kt_pollset *ps) {
  memory_sink *s = self;
  if (s->full) kt_pollset_add(ps, s->m->wake_sink[0], KT_POLL_IN, 1);
}

static void memory_close(void *self) {
  memory_sink *s = self;
  kt_env_release(s->env, s->index, s->index_cap * sizeof *s->index);
  kt_env_release(s->env, s, sizeof *s);
}

const kt_sink_ops kt_sink_memory = { .size = sizeof(kt_sink_ops),
                                     .name = "memory",
                                     .options = options,
                                     .caps = KT_SINK_DELETES,
                                     .open = memory_open,
                                     .submit = memory_submit,
                                     .pollset = memory_pollset,
                                     .close = memory_close };
