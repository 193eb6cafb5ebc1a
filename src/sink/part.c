/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/part.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/sys.h"
#include "io/disk.h"
#include "io/folders.h"

kt_status kt_part_fail(const kt_part_set *set, const char *what, const char *path, kt_error *err) {
  return kt_disk_fail(set->where, what, path, err);
}

static const char *written_path(const kt_part_file *p) {
  return p->hidden && !p->shown ? p->hidden : p->path;
}

/* dir/part-000.csv -> dir/.part-000.csv.open */
static char *hidden_name(const kt_env *env, const char *path) {
  size_t n = strlen(path);
  const char *slash = strrchr(path, '/');
  size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
  char *out = kt_env_alloc(env, n + 7);
  if (!out) return NULL;
  memcpy(out, path, dir);
  out[dir] = '.';
  memcpy(out + dir + 1, path + dir, n - dir);
  memcpy(out + n + 1, ".open", 6);
  return out;
}

static size_t place_of(const kt_part_set *set, int64_t start) {
  size_t lo = 0, hi = set->count;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (set->items[mid]->start < start)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

kt_part_file *kt_part_find(const kt_part_set *set, int64_t start) {
  size_t i = place_of(set, start);
  return i < set->count && set->items[i]->start == start ? set->items[i] : NULL;
}

static void free_part(kt_part_set *set, kt_part_file *p) {
  if (p->file) p->file->held = 0;
  if (p->fd >= 0) {
    kt_sys_close(p->fd);
    set->open_count--;
  }
  kt_strfree(set->env, p->path);
  kt_strfree(set->env, p->hidden);
  kt_buf_clear(&p->buf);
  kt_env_release(set->env, p, sizeof *p);
}

kt_status kt_part_add(kt_part_set *set, const char *name, int64_t start, int hide,
                      kt_journal_file *file, kt_part_file **out, kt_error *err) {
  kt_part_file *p = kt_zalloc(set->env, sizeof *p);
  if (!p) return kt_fail_nomem(err, set->where);
  *p = (kt_part_file){ .fd = -1, .start = start, .close_at = INT64_MAX, .next = -1 };
  kt_buf_init(&p->buf, set->env);
  size_t folder = strlen(set->folder), n = strlen(name);
  p->path = kt_env_alloc(set->env, folder + n + 1);
  if (p->path) {
    memcpy(p->path, set->folder, folder);
    memcpy(p->path + folder, name, n + 1);
    p->hidden = hide ? hidden_name(set->env, p->path) : NULL;
  }
  p->exists = file != NULL;
  p->torn = p->adopted = file != NULL;
  if (!p->path || (hide && !p->hidden) ||
      kt_grow(set->env, &set->items, &set->cap, set->count + 1, sizeof *set->items) ||
      !(p->file = file ? file : kt_journal_file_new(set->journal, name, start))) {
    free_part(set, p);
    return kt_fail_nomem(err, set->where);
  }
  p->file->held = 1;
  size_t at = place_of(set, start);
  memmove(set->items + at + 1, set->items + at, (set->count - at) * sizeof *set->items);
  set->items[at] = p;
  set->count++;
  *out = p;
  return KT_OK;
}

void kt_part_drop(kt_part_set *set, size_t i) {
  kt_part_file *p = set->items[i];
  kt_journal_file *file = p->file;
  free_part(set, p);
  if (!file->first) kt_journal_forget(set->journal, file);
  memmove(set->items + i, set->items + i + 1, (set->count - i - 1) * sizeof *set->items);
  set->count--;
}

/* Everything in a file is synced before the next one is written, so that any may be closed. */
static void close_least_used(kt_part_set *set) {
  kt_part_file *least = NULL;
  for (size_t i = 0; i < set->count; i++) {
    kt_part_file *p = set->items[i];
    if (p->fd >= 0 && (!least || p->used < least->used)) least = p;
  }
  if (!least) return;
  kt_sys_close(least->fd);
  least->fd = -1;
  set->open_count--;
}

static void tell_cut(const kt_part_set *set, const kt_part_file *p, int64_t size) {
  kt_error note;
  kt_fail(&note, KT_OK, 0, set->where,
          "%.100s: %lld bytes that were not delivered are cut off, %lld are kept", written_path(p),
          (long long)(size - p->file->length), (long long)p->file->length);
  kt_env_log(set->env, KT_LOG_INFO, set->where, kt_span_of(note.message));
}

/* Never longer: what is missing would be filled with zeros. */
static kt_status cut(const kt_part_set *set, kt_part_file *p, kt_error *err) {
  struct stat st;
  if (kt_sys_fstat(p->fd, &st)) return kt_part_fail(set, "look at", written_path(p), err);
  if (st.st_size < p->file->length)
    return kt_fail(err, KT_ECORRUPT, KT_ERR_FATAL, set->where,
                   "%.90s is shorter than its journal says: restore it, or move both away",
                   written_path(p));
  KT_POINT("part.cut");
  if (st.st_size > p->file->length) {
    kt_status mended = kt_journal_mend(set->journal, err);
    if (mended < 0) return mended;
    if (kt_sys_ftruncate(p->fd, p->file->length))
      return kt_part_fail(set, "cut", written_path(p), err);
    if (p->adopted) tell_cut(set, p, st.st_size);
  }
  p->adopted = 0;
  p->torn = 0;
  return KT_OK;
}

kt_status kt_part_open(kt_part_set *set, kt_part_file *p, kt_error *err) {
  const char *path = written_path(p);
  p->used = ++set->clock;
  if (p->fd < 0) {
    /* What holds safe bytes is there; if not, an empty one in its place would only hide that. */
    int flags = O_WRONLY | O_APPEND | (p->file->length ? 0 : O_CREAT);
    if (set->open_count >= set->max_open) close_least_used(set);
    KT_POINT("part.open");
    p->fd = kt_sys_open(path, flags, 0666);
    if (p->fd < 0 && errno == ENOENT && flags & O_CREAT) {
      if (kt_folders_make(set->env, path, set->sync)) return kt_part_fail(set, "make", path, err);
      p->fd = kt_sys_open(path, flags, 0666);
    }
    if (p->fd < 0) return kt_part_fail(set, "open", path, err);
    set->open_count++;
    p->torn = 1;
  }
  if (p->torn) {
    kt_status st = cut(set, p, err);
    if (st < 0) return st;
  }
  KT_POINT("part.made");
  if (!p->exists && set->sync && (kt_folders_make(set->env, path, 1) || kt_sys_sync_parent(path)))
    return kt_part_fail(set, "sync the folder of", path, err);
  p->exists = 1;
  return KT_OK;
}

/* A member or frame of its own, so that what is in the file decodes up to any safe length. */
static kt_status compress(kt_part_set *set, kt_span *bytes, kt_error *err) {
  set->scratch.len = 0;
  kt_status st = kt_compressor_write(set->compressor, *bytes, &set->scratch, err);
  if (st == KT_OK) st = kt_compressor_finish(set->compressor, &set->scratch, err);
  if (st < 0) {
    kt_compressor_reset(set->compressor);
    return st;
  }
  *bytes = (kt_span){ set->scratch.ptr, set->scratch.len };
  return KT_OK;
}

kt_status kt_part_append(kt_part_set *set, kt_part_file *p, kt_error *err) {
  kt_span bytes = { p->buf.ptr, p->buf.len };
  kt_status st = set->compressor ? compress(set, &bytes, err) : KT_OK;
  if (st == KT_OK) st = kt_part_open(set, p, err);
  if (st < 0) return st;
  p->torn = 1;
  KT_POINT("part.write");
  if (kt_sys_write_all(p->fd, bytes.ptr, bytes.len, NULL) || (set->sync && kt_sys_fdatasync(p->fd)))
    return kt_part_fail(set, "write", written_path(p), err);
  KT_POINT("part.synced");
  p->next = p->file->length + (int64_t)bytes.len;
  return KT_OK;
}

void kt_part_appended(kt_part_set *set, kt_part_file *p) {
  p->next = -1;
  p->torn = 0;
  p->buf.len = 0;
  /* Of many files, few are in use: none keeps the memory of its busiest time. */
  if (set->count > 8 && p->buf.cap > 64 * 1024) kt_buf_clear(&p->buf);
}

void kt_part_cut(const kt_part_set *set, kt_part_file *p) {
  p->next = -1;
  if (p->torn && p->fd >= 0) cut(set, p, NULL);
}

kt_status kt_part_show(kt_part_set *set, kt_part_file *p, kt_error *err) {
  struct stat st;
  int there = !p->shown && kt_sys_stat(p->path, &st) == 0;
  if (there)
    return kt_fail(err, KT_EIO, KT_ERR_FATAL, set->where,
                   "%.90s is there, made by somebody else: its posts stay hidden beside it",
                   p->path);
  if (!p->shown && errno != ENOENT) return kt_part_fail(set, "look at", p->path, err);
  KT_POINT("part.rename");
  if (!p->shown && kt_sys_rename(p->hidden, p->path))
    return kt_part_fail(set, "rename to", p->path, err);
  KT_POINT("part.renamed");
  p->shown = 1;
  if (set->sync && kt_sys_sync_parent(p->path)) return kt_part_fail(set, "sync", p->path, err);
  return KT_OK;
}
