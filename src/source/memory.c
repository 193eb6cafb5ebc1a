/* SPDX-License-Identifier: Apache-2.0 */
/* The source of a kt_memory: frames that the program pushes. `user` is the kt_memory. */
#include "io/memory.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/span.h"
#include "base/sys_wait.h"

#define WHERE "source.memory"

static const char options[] = "\t\t\t\t\t\tFrames that the program pushes.\n"
                              "keep\tbool\t\tfalse\t\t\tKeeps committed frames, so that every "
                              "position can be gone back to.\n";

typedef struct memory_source {
  const kt_env *env;
  kt_memory *m;
  uint64_t start, next; /* number of the first frame fed and of the next one */
  uint64_t cut_at;
  int keep;
} memory_source;

static const char magic[4] = { 'k', 't', 'm', '1' };
enum { POSITION_BYTES = 12 };

/* What cannot be given any more is refused: going on behind a gap would be a silent loss. */
static kt_status take_resume(const kt_memory *m, kt_span resume, uint64_t *next, kt_error *err) {
  if (resume.len != POSITION_BYTES || memcmp(resume.ptr, magic, sizeof magic) != 0)
    return kt_fail(err, KT_ECORRUPT, 0, WHERE,
                   "the position to go on at is not of a memory source");
  *next = 0;
  for (int i = 0; i < 8; i++) *next |= (uint64_t)(unsigned char)resume.ptr[4 + i] << (8 * i);
  if (*next < m->first || *next > m->first + m->frame_count)
    return kt_fail(
        err, KT_EINVAL, 0, WHERE,
        "frame %llu is not there to go on at: frames %llu to %llu are; keep=true keeps them",
        (unsigned long long)*next, (unsigned long long)m->first,
        (unsigned long long)(m->first + m->frame_count));
  return KT_OK;
}

static kt_status memory_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                             void **self, kt_error *err) {
  kt_memory *m = user;
  memory_source *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, WHERE);
  s->env = env;
  s->m = m;
  s->keep = (int)kt_conf_int(conf, "keep");
  kt_status st = KT_OK;
  pthread_mutex_lock(&m->lock);
  s->next = m->committed;
  if (m->reading)
    st = kt_fail(err, KT_ESTATE, 0, WHERE, "these frames are being read by another pipeline");
  else if (resume.ptr)
    st = take_resume(m, resume, &s->next, err);
  if (st == KT_OK) m->reading = 1;
  pthread_mutex_unlock(&m->lock);
  if (st < 0) {
    kt_env_release(env, s, sizeof *s);
    return st;
  }
  s->start = s->cut_at = s->next;
  *self = s;
  return KT_OK;
}

static kt_status memory_read(void *self, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  memory_source *s = self;
  kt_memory *m = s->m;
  const kt_memory_frame *f = NULL;
  kt_status st = KT_OK;
  (void)mono_ms;
  kt_sys_wake_clear(m->wake_source[0]);
  if (kt_feed_stopping(feed)) return KT_END;
  pthread_mutex_lock(&m->lock);
  while (st == KT_OK && (f = kt_memory_frame_at(m, s->next)) && kt_feed_room(feed)) {
    st = kt_feed_add(feed, kt_span_make(f->data, f->len),
                     kt_span_make(f->data + f->len, f->place_len), KT_UNKNOWN);
    if (st == KT_OK) s->next++;
  }
  int ended = m->ended;
  pthread_mutex_unlock(&m->lock);
  if (st < 0) return kt_fail_nomem(err, WHERE);
  if (f) return KT_OK;
  if (ended) return KT_END;
  if (s->cut_at != s->next) kt_feed_cut(feed); /* does not wait for a full batch */
  s->cut_at = s->next;
  return KT_AGAIN;
}

static kt_status memory_position(void *self, kt_buf *out) {
  memory_source *s = self;
  char bytes[POSITION_BYTES];
  memcpy(bytes, magic, sizeof magic);
  for (int i = 0; i < 8; i++) bytes[4 + i] = (char)(s->next >> (8 * i));
  return kt_buf_append(out, kt_span_make(bytes, sizeof bytes));
}

static kt_status memory_commit(void *self, uint64_t frames, kt_span position, kt_error *err) {
  memory_source *s = self;
  (void)position, (void)err;
  pthread_mutex_lock(&s->m->lock);
  if (s->m->committed < s->start + frames) s->m->committed = s->start + frames;
  if (!s->keep) kt_memory_drop(s->m, s->m->committed);
  pthread_mutex_unlock(&s->m->lock);
  return KT_OK;
}

static void memory_pollset(void *self, kt_pollset *ps) {
  memory_source *s = self;
  kt_pollset_add(ps, s->m->wake_source[0], KT_POLL_IN, 1);
}

static void memory_close(void *self) {
  memory_source *s = self;
  pthread_mutex_lock(&s->m->lock);
  s->m->reading = 0;
  pthread_mutex_unlock(&s->m->lock);
  kt_env_release(s->env, s, sizeof *s);
}

const kt_source_ops kt_source_memory = { .size = sizeof(kt_source_ops),
                                         .name = "memory",
                                         .options = options,
                                         .open = memory_open,
                                         .read = memory_read,
                                         .position = memory_position,
                                         .commit = memory_commit,
                                         .pollset = memory_pollset,
                                         .close = memory_close };
