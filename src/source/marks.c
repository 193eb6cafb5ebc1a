/* SPDX-License-Identifier: Apache-2.0 */
#include "source/marks.h"

#include "base/alloc.h"
#include "base/span.h"
#include "source/framer.h"

static const char magic[4] = { 'k', 't', 'f', '1' };
enum { MARK_BYTES = 7 * 10 + 2 * 8 }; /* at most */

void kt_marks_init(kt_marks *m, const kt_env *env) {
  *m = (kt_marks){ .env = env };
  kt_buf_init(&m->bytes, env);
}

void kt_marks_clear(kt_marks *m) {
  kt_env_release(m->env, m->list, m->cap * sizeof *m->list);
  kt_env_release(m->env, m->seen, m->seen_cap);
  kt_env_release(m->env, m->slots, m->slot_count * sizeof *m->slots);
  kt_buf_clear(&m->bytes);
  kt_marks_init(m, m->env);
}

/* The slot of a file: its own or the free one where it would be. */
static size_t slot_of(const kt_marks *m, uint64_t dev, uint64_t ino) {
  uint64_t h = (ino ^ (dev << 32 | dev >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
  size_t mask = m->slot_count - 1, i = (size_t)(h >> 32) & mask;
  while (m->slots[i]) {
    const kt_mark *k = &m->list[m->slots[i] - 1];
    if (k->ino == ino && k->dev == dev) break;
    i = (i + 1) & mask;
  }
  return i;
}

static void fill_slots(kt_marks *m) {
  if (m->slot_count) memset(m->slots, 0, m->slot_count * sizeof *m->slots);
  for (size_t i = 0; i < m->count; i++)
    m->slots[slot_of(m, m->list[i].dev, m->list[i].ino)] = (uint32_t)i + 1;
}

/* Room for one more, with at least half of the slots free. */
static int reserve(kt_marks *m) {
  if (kt_grow(m->env, &m->list, &m->cap, m->count + 1, sizeof *m->list) ||
      kt_grow(m->env, &m->seen, &m->seen_cap, m->count + 1, 1))
    return -1;
  if (2 * (m->count + 1) <= m->slot_count) return 0;
  size_t n = m->slot_count ? 2 * m->slot_count : 16;
  uint32_t *slots = kt_env_alloc(m->env, n * sizeof *slots);
  if (!slots) return -1;
  kt_env_release(m->env, m->slots, m->slot_count * sizeof *m->slots);
  m->slots = slots;
  m->slot_count = n;
  fill_slots(m);
  return 0;
}

const kt_mark *kt_marks_find(const kt_marks *m, uint64_t dev, uint64_t ino) {
  if (!m->count) return NULL;
  uint32_t i = m->slots[slot_of(m, dev, ino)];
  return i ? &m->list[i - 1] : NULL;
}

static void put_number(kt_buf *b, uint64_t v) {
  for (; v >= 0x80; v >>= 7) b->ptr[b->len++] = (char)(v | 0x80);
  b->ptr[b->len++] = (char)v;
}

static void put_word(kt_buf *b, uint64_t v) {
  for (int i = 0; i < 8; i++) b->ptr[b->len++] = (char)(v >> (8 * i));
}

kt_status kt_mark_write(const kt_mark *k, kt_buf *b) {
  if (kt_buf_need(b, MARK_BYTES)) return KT_ENOMEM;
  put_number(b, k->dev);
  put_number(b, k->ino);
  put_number(b, k->head_len);
  put_word(b, k->head_hash);
  put_word(b, k->name);
  put_number(b, (uint64_t)(k->framing | k->in_array << 2));
  put_number(b, k->offset);
  put_number(b, k->line);
  put_number(b, k->unread ? 0 : k->size);
  return KT_OK;
}

kt_status kt_marks_put(kt_marks *m, const kt_mark *mark) {
  kt_mark *k = (kt_mark *)kt_marks_find(m, mark->dev, mark->ino);
  if (k) {
    *k = *mark;
    m->fresh = 0;
    return KT_OK;
  }
  if (reserve(m)) return KT_ENOMEM;
  /* A position is written for each batch: only what is new is formatted then. */
  if (m->fresh && kt_mark_write(mark, &m->bytes) < 0) return KT_ENOMEM;
  m->list[m->count] = *mark;
  m->seen[m->count] = 0;
  m->slots[slot_of(m, mark->dev, mark->ino)] = (uint32_t)++m->count;
  return KT_OK;
}

void kt_marks_see(kt_marks *m, uint64_t dev, uint64_t ino) {
  const kt_mark *k = kt_marks_find(m, dev, ino);
  if (k) m->seen[k - m->list] = 1;
}

size_t kt_marks_drop_unseen(kt_marks *m) {
  size_t kept = 0, had = m->count;
  for (size_t i = 0; i < had; i++) {
    if (m->seen[i] || m->list[i].unread) m->list[kept++] = m->list[i];
    m->seen[i] = 0;
  }
  m->count = kept;
  if (kept < had) m->fresh = 0;
  fill_slots(m);
  return had - kept;
}

kt_status kt_marks_write(kt_marks *m, kt_buf *out) {
  if (!m->fresh) {
    kt_buf_truncate(&m->bytes, 0);
    if (kt_buf_put(&m->bytes, magic, sizeof magic) < 0) return KT_ENOMEM;
    for (size_t i = 0; i < m->count; i++)
      if (kt_mark_write(&m->list[i], &m->bytes) < 0) return KT_ENOMEM;
    m->fresh = 1;
  }
  return kt_buf_append(out, kt_buf_bytes(&m->bytes));
}

static int get_number(kt_span *s, uint64_t *out) {
  *out = 0;
  for (unsigned shift = 0; s->len && shift < 64; shift += 7) {
    unsigned char c = (unsigned char)*s->ptr++;
    s->len--;
    *out |= (uint64_t)(c & 0x7f) << shift;
    if (c < 0x80) return shift < 63 || c <= 1 ? 0 : -1;
  }
  return -1;
}

static uint64_t get_word(kt_span *s) {
  uint64_t v = 0;
  for (int i = 0; i < 8; i++) v |= (uint64_t)(unsigned char)s->ptr[i] << (8 * i);
  s->ptr += 8;
  s->len -= 8;
  return v;
}

static int read_mark(kt_span *s, kt_mark *k) {
  uint64_t head_len, state;
  memset(k, 0, sizeof *k);
  if (get_number(s, &k->dev) || get_number(s, &k->ino) || get_number(s, &head_len) ||
      head_len > KT_MARK_HEAD || s->len < 16)
    return -1;
  k->head_hash = get_word(s);
  k->name = get_word(s);
  if (get_number(s, &state) || state > 7 || (state & 3) > KT_FRAMING_JSON ||
      get_number(s, &k->offset) || get_number(s, &k->line) || get_number(s, &k->size))
    return -1;
  k->head_len = (uint32_t)head_len;
  k->framing = (uint8_t)(state & 3);
  k->in_array = (uint8_t)(state >> 2);
  return 0;
}

kt_status kt_marks_read(kt_marks *m, kt_span s) {
  if (s.len < sizeof magic || memcmp(s.ptr, magic, sizeof magic) != 0) return KT_ECORRUPT;
  s.ptr += sizeof magic;
  s.len -= sizeof magic;
  while (s.len) {
    kt_mark k;
    if (read_mark(&s, &k) < 0) return KT_ECORRUPT;
    if (kt_marks_put(m, &k) < 0) return KT_ENOMEM;
  }
  return KT_OK;
}
