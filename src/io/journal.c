/* SPDX-License-Identifier: Apache-2.0 */
#include "io/journal.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "base/sys.h"
#include "io/disk.h"
#include "io/journal_inside.h"
#include "io/lockfile.h"

static const char WHERE[] = "journal";

/* Batches: a ring in order of first writing, threaded into chains by hash. */

static size_t bucket_of(const kt_journal *j, kt_hash128 id) {
  return (size_t)(id.lo ^ id.hi) & (j->ring_cap - 1);
}

static uint32_t *chain_to(const kt_journal *j, kt_hash128 id) {
  uint32_t *at = &j->heads[bucket_of(j, id)];
  while (*at && (j->ring[*at - 1].id.hi != id.hi || j->ring[*at - 1].id.lo != id.lo))
    at = &j->ring[*at - 1].next;
  return at;
}

static void unlink_batch(kt_journal *j, kt_journal_batch *b) {
  if (!b->group) return;
  *chain_to(j, b->id) = b->next;
  b->group = 0;
}

static void link_batch(kt_journal *j, uint32_t slot) {
  uint32_t *head = &j->heads[bucket_of(j, j->ring[slot].id)];
  j->ring[slot].next = *head;
  *head = slot + 1;
}

kt_status kt_journal_reserve(kt_journal *j, size_t more) {
  size_t want = j->ring_count + more, cap = j->ring_cap ? j->ring_cap : 64;
  if (want > KT_JOURNAL_BATCHES) want = KT_JOURNAL_BATCHES;
  while (cap < want) cap *= 2;
  if (cap == j->ring_cap) return KT_OK;
  /* The ring turns only when it holds KT_JOURNAL_BATCHES, and does not grow any more then. */
  kt_journal_batch *ring = kt_env_alloc(j->env, cap * sizeof *ring);
  uint32_t *heads = kt_zalloc(j->env, cap * sizeof *heads);
  if (!ring || !heads) {
    kt_env_release(j->env, ring, ring ? cap * sizeof *ring : 0);
    kt_env_release(j->env, heads, heads ? cap * sizeof *heads : 0);
    return KT_ENOMEM;
  }
  if (j->ring_count) memcpy(ring, j->ring, j->ring_count * sizeof *ring);
  kt_env_release(j->env, j->ring, j->ring_cap * sizeof *ring);
  kt_env_release(j->env, j->heads, j->ring_cap * sizeof *heads);
  j->ring = ring;
  j->heads = heads;
  j->ring_cap = cap;
  for (size_t i = 0; i < j->ring_count; i++)
    if (ring[i].group) link_batch(j, (uint32_t)i);
  return KT_OK;
}

void kt_journal_put_batch(kt_journal *j, kt_hash128 id, uint32_t records, kt_hash128 digest,
                          uint64_t group) {
  uint32_t slot = *chain_to(j, id);
  if (slot) {
    slot--;
  } else {
    if (j->ring_count < KT_JOURNAL_BATCHES) {
      slot = (uint32_t)j->ring_count++;
    } else {
      slot = (uint32_t)j->oldest;
      j->oldest = (j->oldest + 1) % KT_JOURNAL_BATCHES;
      unlink_batch(j, &j->ring[slot]);
    }
    j->ring[slot].id = id;
    link_batch(j, slot);
  }
  j->ring[slot].records = records;
  j->ring[slot].digest = digest;
  j->ring[slot].group = group;
}

int kt_journal_hex(kt_span s, kt_hash128 *out) {
  uint64_t half[2] = { 0, 0 };
  if (s.len != 32) return 0;
  for (size_t i = 0; i < 32; i++) {
    char c = s.ptr[i];
    unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                        : 16;
    if (d > 15) return 0;
    half[i / 16] = half[i / 16] << 4 | d;
  }
  *out = (kt_hash128){ .hi = half[0], .lo = half[1] };
  return 1;
}

int kt_journal_find(const kt_journal *j, kt_span id, uint32_t *records, kt_hash128 *digest) {
  kt_hash128 key;
  if (!j->ring_cap || !kt_journal_hex(id, &key)) return 0;
  uint32_t slot = *chain_to(j, key);
  if (!slot) return 0;
  *records = j->ring[slot - 1].records;
  *digest = j->ring[slot - 1].digest;
  return 1;
}

/* Files */

static void free_file(kt_journal *j, kt_journal_file *f) {
  kt_strfree(j->env, f->name);
  kt_env_release(j->env, f, sizeof *f);
}

kt_journal_file *kt_journal_add_file(kt_journal *j, kt_span name, int64_t period_ms,
                                     uint32_t number) {
  if (kt_grow(j->env, &j->files, &j->file_cap, j->file_count + 1, sizeof *j->files)) return NULL;
  kt_journal_file *f = kt_zalloc(j->env, sizeof *f);
  char *copy = f ? kt_strndup(j->env, name.ptr, name.len) : NULL;
  if (!copy) {
    kt_env_release(j->env, f, f ? sizeof *f : 0);
    return NULL;
  }
  *f = (kt_journal_file){ .name = copy, .period_ms = period_ms, .number = number, .open = 1 };
  size_t at = j->file_count++;
  for (; at && j->files[at - 1]->number > number; at--) j->files[at] = j->files[at - 1];
  j->files[at] = f;
  if (number >= j->next_number) j->next_number = number + 1;
  return f;
}

kt_journal_file *kt_journal_file_new(kt_journal *j, const char *name, int64_t period_ms) {
  return kt_journal_add_file(j, kt_span_of(name), period_ms, j->next_number);
}

static void drop_file(kt_journal *j, size_t i) {
  free_file(j, j->files[i]);
  memmove(j->files + i, j->files + i + 1, (j->file_count - i - 1) * sizeof *j->files);
  j->file_count--;
}

void kt_journal_forget(kt_journal *j, kt_journal_file *f) {
  for (size_t i = 0; i < j->ring_count; i++)
    if (j->ring[i].group >= f->first && j->ring[i].group <= f->last) unlink_batch(j, &j->ring[i]);
  for (size_t i = 0; i < j->file_count; i++)
    if (j->files[i] == f) {
      drop_file(j, i);
      return;
    }
}

size_t kt_journal_count(const kt_journal *j) {
  return j->file_count;
}

kt_journal_file *kt_journal_file_at(kt_journal *j, size_t i) {
  return j->files[i];
}

/* Life */

kt_status kt_journal_open(const kt_env *env, const char *path, int sync, kt_journal **out,
                          kt_error *err) {
  kt_journal *j = kt_zalloc(env, sizeof *j);
  if (!j) return kt_fail_nomem(err, WHERE);
  *j = (kt_journal){ .env = env, .fd = -1, .sync = sync, .next_number = 1, .rewrite = 1 };
  kt_buf_init(&j->text, env);
  j->path = kt_strdup(env, path);
  kt_status st = j->path ? kt_journal_load(j, err) : kt_fail_nomem(err, WHERE);
  if (st < 0) {
    kt_journal_close(j);
    return st;
  }
  *out = j;
  return KT_OK;
}

static void empty(kt_journal *j) {
  for (size_t i = 0; i < j->file_count; i++) free_file(j, j->files[i]);
  j->file_count = 0;
  if (j->ring_cap) memset(j->heads, 0, j->ring_cap * sizeof *j->heads);
  j->ring_count = j->oldest = 0;
}

void kt_journal_close(kt_journal *j) {
  if (!j) return;
  empty(j);
  kt_env_release(j->env, j->files, j->file_cap * sizeof *j->files);
  kt_env_release(j->env, j->ring, j->ring_cap * sizeof *j->ring);
  kt_env_release(j->env, j->heads, j->ring_cap * sizeof *j->heads);
  kt_env_release(j->env, j->staged_files, j->staged_file_cap * sizeof *j->staged_files);
  kt_env_release(j->env, j->staged_batches, j->staged_batch_cap * sizeof *j->staged_batches);
  kt_buf_clear(&j->text);
  kt_strfree(j->env, j->path);
  if (j->fd >= 0) kt_sys_close(j->fd);
  kt_env_release(j->env, j, sizeof *j);
}

int kt_journal_exists(const kt_journal *j) {
  return j->fd >= 0;
}

const char *kt_journal_layout(const kt_journal *j) {
  return j->layout;
}

kt_status kt_journal_reset(kt_journal *j, const char *layout, kt_error *err) {
  if (strlen(layout) >= sizeof j->layout)
    return kt_fail(err, KT_EINVAL, 0, WHERE, "layout name too long");
  empty(j);
  j->rewrite = 1;
  memcpy(j->layout, layout, strlen(layout) + 1);
  return KT_OK;
}

/* A group */

void kt_journal_begin(kt_journal *j) {
  j->text.len = 0;
  j->staged_file_count = j->staged_batch_count = 0;
}

kt_status kt_journal_stage_file(kt_journal *j, kt_journal_file *f, int64_t length, int open) {
  if (kt_grow(j->env, &j->staged_files, &j->staged_file_cap, j->staged_file_count + 1,
              sizeof *j->staged_files))
    return KT_ENOMEM;
  j->staged_files[j->staged_file_count++] =
      (kt_journal_staged){ .file = f, .length = length, .open = open };
  return KT_OK;
}

kt_status kt_journal_stage_batch(kt_journal *j, kt_span id, uint32_t records, kt_hash128 digest) {
  kt_journal_batch b = { .records = records, .digest = digest };
  if (!kt_journal_hex(id, &b.id)) return KT_OK;
  if (kt_grow(j->env, &j->staged_batches, &j->staged_batch_cap, j->staged_batch_count + 1,
              sizeof *j->staged_batches) ||
      kt_journal_reserve(j, j->staged_batch_count + 1))
    return KT_ENOMEM;
  j->staged_batches[j->staged_batch_count++] = b;
  return KT_OK;
}

static kt_status put_file(kt_journal *j, const kt_journal_file *f, int64_t length, int open,
                          uint64_t first, uint64_t last, int name) {
  kt_status st = KT_OK;
  if (name)
    st = kt_buf_printf(&j->text, "n %u %lld %llu %s\n", (unsigned)f->number,
                       (long long)f->period_ms, (unsigned long long)first, f->name);
  if (st == KT_OK)
    st = kt_buf_printf(&j->text, "f %u %lld %c %llu\n", (unsigned)f->number, (long long)length,
                       open ? 'o' : 'c', (unsigned long long)last);
  return st;
}

static kt_status put_batch(kt_journal *j, const kt_journal_batch *b) {
  return kt_buf_printf(&j->text, "b %016llx%016llx %u %016llx%016llx\n",
                       (unsigned long long)b->id.hi, (unsigned long long)b->id.lo,
                       (unsigned)b->records, (unsigned long long)b->digest.hi,
                       (unsigned long long)b->digest.lo);
}

static kt_status end_entry(kt_journal *j, size_t from) {
  return kt_buf_printf(&j->text, ". %08X\n",
                       (unsigned)kt_crc32(0, j->text.ptr + from, j->text.len - from));
}

static kt_status put_group(kt_journal *j) {
  size_t from = j->text.len;
  uint64_t group = j->group + 1;
  kt_status st = kt_buf_printf(&j->text, "g %llu\n", (unsigned long long)group);
  for (size_t i = 0; i < j->staged_file_count && st == KT_OK; i++) {
    const kt_journal_staged *s = &j->staged_files[i];
    st = put_file(j, s->file, s->length, s->open, s->file->first ? s->file->first : group, group,
                  !s->file->known || j->rewrite);
  }
  for (size_t i = 0; i < j->staged_batch_count && st == KT_OK; i++)
    st = put_batch(j, &j->staged_batches[i]);
  return st == KT_OK ? end_entry(j, from) : st;
}

/* All that is worth keeping: files that are open, held or have a kept batch, and the batches by
 * group. */
static kt_status put_snapshot(kt_journal *j) {
  uint64_t oldest = j->group, group = 0;
  kt_status st =
      kt_buf_printf(&j->text, "kappatweet-journal %d %s\n", KT_JOURNAL_VERSION, j->layout);
  if (st == KT_OK) st = end_entry(j, 0);
  size_t from = j->text.len;
  for (size_t i = 0; i < j->ring_count; i++)
    if (j->ring[i].group && j->ring[i].group < oldest) oldest = j->ring[i].group;
  for (size_t i = j->file_count; i-- > 0;) {
    kt_journal_file *f = j->files[i];
    if (f->first && !f->open && !f->held && f->last < oldest) drop_file(j, i);
  }
  for (size_t i = 0; i < j->file_count && st == KT_OK; i++)
    if (j->files[i]->first)
      st = put_file(j, j->files[i], j->files[i]->length, j->files[i]->open, j->files[i]->first,
                    j->files[i]->last, 1);
  for (size_t i = 0; i < j->ring_count && st == KT_OK; i++) {
    const kt_journal_batch *b = &j->ring[(j->oldest + i) % j->ring_count];
    if (!b->group) continue;
    if (b->group != group)
      st = kt_buf_printf(&j->text, "g %llu\n", (unsigned long long)(group = b->group));
    if (st == KT_OK) st = put_batch(j, b);
  }
  return st == KT_OK && j->text.len > from ? end_entry(j, from) : st;
}

static kt_status fail_os(const kt_journal *j, const char *what, kt_error *err) {
  return kt_disk_fail(WHERE, what, j->path, err);
}

kt_status kt_journal_open_locked(const kt_journal *j, const char *path, int flags, int *fd,
                                 kt_error *err) {
  const char *what;
  kt_status st = kt_lockfile_open(path, flags | O_APPEND, 0666, KT_LOCKFILE_OPTIONAL, fd, &what);
  if (st == KT_ESTATE)
    return kt_fail(err, KT_ESTATE, KT_ERR_FATAL, WHERE,
                   "another process or sink writes this output (it holds %.120s)", j->path);
  return st < 0 ? fail_os(j, what, err) : KT_OK;
}

kt_status kt_journal_mend(kt_journal *j, kt_error *err) {
  if (!j->torn) return KT_OK;
  if (kt_sys_ftruncate(j->fd, j->bytes) || (j->sync && kt_sys_fdatasync(j->fd)))
    return fail_os(j, "cut", err);
  j->torn = 0;
  return KT_OK;
}

/* The entry of this group stands behind `bytes` and did not become safe. */
static kt_status take_back(kt_journal *j, kt_error *err) {
  kt_status st = fail_os(j, "write", err);
  j->torn = 1;
  kt_journal_mend(j, NULL);
  return st;
}

kt_status kt_journal_settle(kt_journal *j, kt_error *err) {
  if (j->unnamed && j->sync && kt_sys_sync_parent(j->path))
    return fail_os(j, "sync the folder of", err);
  KT_POINT("journal.named");
  j->unnamed = 0;
  return KT_OK;
}

/* When the new file has the name, the group is committed: whoever opens the journal finds it. */
static kt_status replace(kt_journal *j, const char *path, kt_error *err) {
  KT_POINT("journal.replace");
  struct stat st;
  int fd;
  kt_status status = kt_journal_open_locked(j, path, O_CREAT, &fd, err);
  if (status < 0) return status;
  int taken = j->fd < 0 && kt_sys_stat(j->path, &st) == 0;
  if (j->fd < 0 && !taken && errno != ENOENT) status = fail_os(j, "look at", err);
  if (taken && st.st_size > 0)
    status = kt_fail(err, KT_ESTATE, KT_ERR_FATAL, WHERE,
                     "another process or sink has begun to write this output (%.120s)", j->path);
  if (status == KT_OK &&
      (kt_sys_ftruncate(fd, 0) || kt_sys_write_all(fd, j->text.ptr, j->text.len, NULL) ||
       (j->sync && kt_sys_fdatasync(fd)) || kt_sys_rename(path, j->path)))
    status = fail_os(j, "write", err);
  if (status < 0) {
    kt_sys_close(fd);
    return status;
  }
  KT_POINT("journal.replaced");
  if (j->fd >= 0) kt_sys_close(j->fd);
  j->fd = fd;
  j->bytes = (int64_t)j->text.len;
  j->rewrite_at = j->bytes * 2 > KT_JOURNAL_LEAST ? j->bytes * 2 : KT_JOURNAL_LEAST;
  j->rewrite = j->torn = 0;
  j->unnamed = 1;
  for (size_t i = 0; i < j->file_count; i++) j->files[i]->known = j->files[i]->first != 0;
  return KT_OK;
}

kt_status kt_journal_replace(kt_journal *j, kt_error *err) {
  char *path = kt_env_alloc(j->env, strlen(j->path) + 5);
  if (!path) return kt_fail_nomem(err, WHERE);
  memcpy(path, j->path, strlen(j->path));
  memcpy(path + strlen(j->path), ".new", 5);
  kt_status st = replace(j, path, err);
  kt_env_release(j->env, path, strlen(j->path) + 5);
  return st;
}

static kt_status rewrite(kt_journal *j, kt_error *err) {
  kt_status st = put_snapshot(j);
  if (st == KT_OK) st = put_group(j);
  return st == KT_OK ? kt_journal_replace(j, err) : kt_fail_nomem(err, WHERE);
}

static kt_status append(kt_journal *j, kt_error *err) {
  kt_status st = kt_journal_settle(j, err);
  if (st == KT_OK) st = kt_journal_mend(j, err);
  if (st < 0) return st;
  KT_POINT("journal.append");
  if (put_group(j)) return kt_fail_nomem(err, WHERE);
  if (kt_sys_write_all(j->fd, j->text.ptr, j->text.len, NULL) ||
      (j->sync && kt_sys_fdatasync(j->fd)))
    return take_back(j, err);
  KT_POINT("journal.synced");
  j->bytes += (int64_t)j->text.len;
  return KT_OK;
}

kt_status kt_journal_commit(kt_journal *j, kt_error *err) {
  j->text.len = 0;
  kt_status st = j->rewrite || j->bytes >= j->rewrite_at ? rewrite(j, err) : append(j, err);
  if (st < 0) return st;
  KT_POINT("journal.committed");
  j->group++;
  for (size_t i = 0; i < j->staged_file_count; i++) {
    kt_journal_file *f = j->staged_files[i].file;
    f->length = j->staged_files[i].length;
    f->open = j->staged_files[i].open;
    f->known = 1;
    f->last = j->group;
    if (!f->first) f->first = j->group;
  }
  for (size_t i = 0; i < j->staged_batch_count; i++) {
    const kt_journal_batch *b = &j->staged_batches[i];
    kt_journal_put_batch(j, b->id, b->records, b->digest, j->group);
  }
  kt_journal_begin(j);
  return KT_OK;
}
