/* SPDX-License-Identifier: Apache-2.0 */
#include "io/memory.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "base/sys_wait.h"

#define WHERE "memory"

kt_status kt_memory_new(const kt_env *env, size_t limit, kt_memory **out, kt_error *err) {
  kt_memory *m = kt_zalloc(env, sizeof *m);
  if (!m) return kt_fail_nomem(err, WHERE);
  m->limit = limit;
  if (kt_sys_wake_open(m->wake_source) < 0) {
    kt_env_release(env, m, sizeof *m);
    return kt_fail_os(err, errno, WHERE, "cannot make a descriptor");
  }
  if (kt_sys_wake_open(m->wake_sink) < 0) {
    int error = errno;
    kt_sys_wake_close(m->wake_source);
    kt_env_release(env, m, sizeof *m);
    return kt_fail_os(err, error, WHERE, "cannot make a descriptor");
  }
  m->env = kt_env_ref(env);
  pthread_mutex_init(&m->lock, NULL);
  *out = m;
  return KT_OK;
}

void kt_memory_free(kt_memory *m) {
  if (!m) return;
  kt_env *env = m->env;
  kt_memory_clear(m);
  kt_memory_drop(m, m->first + m->frame_count);
  kt_env_release(env, m->frames, m->frame_cap * sizeof *m->frames);
  kt_env_release(env, m->entries, m->entry_cap * sizeof *m->entries);
  kt_env_release(env, m->batches, m->batch_cap * sizeof *m->batches);
  kt_sys_wake_close(m->wake_source);
  kt_sys_wake_close(m->wake_sink);
  pthread_mutex_destroy(&m->lock);
  kt_env_release(env, m, sizeof *m);
  kt_env_free(env);
}

static void lock(const kt_memory *m) {
  pthread_mutex_lock((pthread_mutex_t *)&m->lock);
}
static void unlock(const kt_memory *m) {
  pthread_mutex_unlock((pthread_mutex_t *)&m->lock);
}

/* A ring that is grown is laid out anew from its first frame. */
static int grow_ring(kt_memory *m) {
  size_t cap = m->frame_cap ? 2 * m->frame_cap : 16;
  kt_memory_frame *frames = kt_env_alloc(m->env, cap * sizeof *frames);
  if (!frames) return -1;
  for (size_t i = 0; i < m->frame_count; i++)
    frames[i] = m->frames[(m->frame_first + i) % m->frame_cap];
  kt_env_release(m->env, m->frames, m->frame_cap * sizeof *m->frames);
  m->frames = frames;
  m->frame_cap = cap;
  m->frame_first = 0;
  return 0;
}

static size_t put_number(char out[20], uint64_t v) {
  char digits[20];
  size_t n = 0, len;
  do digits[n++] = (char)('0' + v % 10);
  while (v /= 10);
  for (len = 0; n;) out[len++] = digits[--n];
  return len;
}

static kt_status push(kt_memory *m, kt_span frame, kt_span place) {
  char number[20];
  if (m->ended) return KT_ESTATE;
  uint64_t waiting = m->first + m->frame_count - m->committed;
  if (m->limit && waiting >= m->limit) return KT_AGAIN;
  if (!place.ptr) place = kt_span_make(number, put_number(number, m->first + m->frame_count));
  if (frame.len > SIZE_MAX / 2 || place.len > SIZE_MAX / 4) return KT_ENOMEM;
  if (m->frame_count == m->frame_cap && grow_ring(m)) return KT_ENOMEM;
  char *data = kt_env_alloc(m->env, frame.len + place.len + 1);
  if (!data) return KT_ENOMEM;
  if (frame.len) memcpy(data, frame.ptr, frame.len);
  if (place.len) memcpy(data + frame.len, place.ptr, place.len);
  m->frames[(m->frame_first + m->frame_count++) % m->frame_cap] =
      (kt_memory_frame){ data, frame.len, place.len };
  return KT_OK;
}

kt_status kt_memory_push(kt_memory *m, kt_span frame, kt_span place) {
  lock(m);
  kt_status st = push(m, frame, place);
  unlock(m);
  if (st == KT_OK) kt_sys_wake(m->wake_source[1]);
  return st;
}

void kt_memory_end(kt_memory *m) {
  lock(m);
  m->ended = 1;
  unlock(m);
  kt_sys_wake(m->wake_source[1]);
}

const kt_memory_frame *kt_memory_frame_at(const kt_memory *m, uint64_t number) {
  if (number < m->first || number - m->first >= m->frame_count) return NULL;
  return &m->frames[(m->frame_first + (size_t)(number - m->first)) % m->frame_cap];
}

void kt_memory_drop(kt_memory *m, uint64_t number) {
  while (m->first < number && m->frame_count) {
    kt_memory_frame *f = &m->frames[m->frame_first];
    kt_env_release(m->env, f->data, f->len + f->place_len + 1);
    m->frame_first = (m->frame_first + 1) % m->frame_cap;
    m->frame_count--;
    m->first++;
  }
}

uint64_t kt_memory_committed(const kt_memory *m) {
  lock(m);
  uint64_t n = m->committed;
  unlock(m);
  return n;
}

size_t kt_memory_count(const kt_memory *m) {
  lock(m);
  size_t n = m->entry_count;
  unlock(m);
  return n;
}

const kt_batch *kt_memory_batch(const kt_memory *m, size_t i, size_t *index) {
  const kt_batch *b = NULL;
  lock(m);
  if (i < m->entry_count) {
    b = m->entries[i].batch;
    if (index) *index = m->entries[i].i;
  }
  unlock(m);
  return b;
}

const kt_record *kt_memory_record(const kt_memory *m, size_t i) {
  size_t index;
  const kt_batch *b = kt_memory_batch(m, i, &index);
  return b ? kt_batch_record(b, index) : NULL;
}

void kt_memory_clear(kt_memory *m) {
  lock(m);
  for (size_t i = 0; i < m->batch_count; i++) kt_batch_unref(m->batches[i]);
  m->batch_count = m->entry_count = 0;
  unlock(m);
  kt_sys_wake(m->wake_sink[1]);
}
