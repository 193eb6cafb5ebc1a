/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding into the files' buffers, and making a group of deliveries safe at once. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "sink/file.h"

/* A file that cannot be shown holds up no other, and is not looked at all the time. */
enum { SHOW_AGAIN_MS = 60 * 1000 };

static kt_file_entry *new_entry(kt_file_sink *s) {
  kt_file_entry *e = s->spare;
  if (!e) return kt_zalloc(s->env, sizeof *e);
  s->spare = e->next;
  memset(e, 0, sizeof *e);
  return e;
}

static void free_entry(kt_file_sink *s, kt_file_entry *e) {
  e->next = s->spare;
  s->spare = e;
}

/* What the journal knows of these records: how many of the first ones are written. */
static size_t written_before(kt_file_sink *s, const kt_batch *b, size_t n, kt_file_entry *e) {
  uint32_t records = 0;
  kt_hash128 known, digest = { 0, 0 };
  size_t written = 0;
  kt_span id = kt_batch_id(b);
  int found = kt_journal_find(s->set.journal, id, &records, &known);
  for (size_t i = 0; i < n; i++) {
    digest = kt_pending_digest(digest, kt_batch_record(b, s->pending.index[i]));
    if (found && i + 1 == records && digest.hi == known.hi && digest.lo == known.lo)
      written = i + 1;
  }
  e->records = (uint32_t)n;
  e->digest = digest;
  e->id_len = id.len <= sizeof e->id ? id.len : 0;
  if (e->id_len) memcpy(e->id, id.ptr, e->id_len);
  return written;
}

static void mark(kt_file_sink *s, kt_part_file *p) {
  if (p->stamp == s->stamp) return;
  p->stamp = s->stamp;
  p->mark = p->buf.len;
}

static kt_status put(kt_file_sink *s, kt_part_file *p, const kt_batch *b, size_t i, int *added) {
  mark(s, p);
  size_t before = p->buf.len;
  kt_status st = KT_OK;
  if (!before && !p->file->length) st = kt_encoder_header(p->encoder, &p->buf);
  if (st == KT_OK) st = kt_encoder_record(p->encoder, b, i, &p->buf, added);
  if (st < 0 || !*added) p->buf.len = before;
  s->held_bytes += p->buf.len - before;
  return st;
}

static kt_status encode(kt_file_sink *s, const kt_batch *b, size_t from, size_t n, kt_error *err) {
  for (size_t k = from; k < n; k++) {
    uint32_t i = s->pending.index[k];
    const kt_record *r = kt_batch_record(b, i);
    int added = 0, apart = r->kind == KT_DELETE && s->delete_encoder;
    kt_part_file *p = apart ? kt_file_tombs(s, err) : kt_file_route(s, r, err);
    if (!p) return err->code;
    if (put(s, p, b, i, &added)) return kt_fail_nomem(err, s->set.where);
  }
  return KT_OK;
}

static void take_back(kt_file_sink *s, size_t held_bytes) {
  for (size_t i = 0; i < s->set.count; i++) {
    kt_part_file *p = s->set.items[i];
    if (p->stamp == s->stamp) p->buf.len = p->mark;
  }
  s->held_bytes = held_bytes;
}

static kt_status resubmitted(kt_file_sink *s, kt_file_entry *e, kt_delivery *d) {
  if (e->written) {
    kt_file_entry **at = &s->entries;
    while (*at != e) at = &(*at)->next;
    *at = e->next;
    if (!*at) s->entries_end = at;
    free_entry(s, e);
    kt_delivery_done(d, KT_DELIVERED, NULL);
    return KT_OK;
  }
  e->d = d;
  kt_file_sync(s, NULL); /* the others of its group come along */
  return KT_OK;
}

kt_status kt_file_take(kt_file_sink *s, kt_delivery *d, kt_error *err) {
  kt_error own;
  size_t n, held = s->held_bytes;
  kt_file_entry *e = kt_delivery_mine(d);
  if (!err) err = &own;
  if (e) return resubmitted(s, e, d);
  if (s->failed) {
    kt_status st = kt_file_sync(s, err);
    if (st < 0) return st;
  }
  kt_status st = kt_pending_take(&s->pending, d, &n, err);
  if (st < 0) return st;
  e = new_entry(s);
  if (!e) return kt_fail_nomem(err, s->set.where);
  const kt_batch *b = kt_delivery_batch(d);
  size_t written = written_before(s, b, n, e);
  s->skipped += written;
  if (written == n) {
    KT_POINT("file.skip");
    free_entry(s, e);
    kt_delivery_done(d, KT_DELIVERED, NULL);
    return KT_OK;
  }
  KT_POINT("file.encode");
  s->stamp++;
  st = encode(s, b, written, n, err);
  if (st < 0) {
    take_back(s, held);
    free_entry(s, e);
    return st;
  }
  e->d = d;
  KT_POINT("file.take");
  *s->entries_end = e;
  s->entries_end = &e->next;
  kt_delivery_unpin(d, e);
  if (s->held_since == INT64_MAX) s->held_since = kt_env_mono_ms(s->env);
  if (s->held_bytes >= s->sync_bytes) kt_file_sync(s, NULL);
  return KT_OK;
}

static kt_status stage(kt_file_sink *s) {
  kt_status st = KT_OK;
  kt_journal_begin(s->set.journal);
  for (size_t i = 0; i < s->set.count && st == KT_OK; i++) {
    kt_part_file *p = s->set.items[i];
    if (p->next >= 0) st = kt_journal_stage_file(s->set.journal, p->file, p->next, 1);
  }
  for (const kt_file_entry *e = s->entries; e && st == KT_OK; e = e->next)
    if (!e->written)
      st = kt_journal_stage_batch(s->set.journal, (kt_span){ e->id, e->id_len }, e->records,
                                  e->digest);
  return st;
}

static kt_status write_group(kt_file_sink *s, kt_error *err) {
  KT_POINT("file.group");
  kt_status st = kt_file_begin(s, err);
  for (size_t i = 0; i < s->set.count && st == KT_OK; i++)
    if (s->set.items[i]->buf.len) st = kt_part_append(&s->set, s->set.items[i], err);
  KT_POINT("file.appended");
  if (st == KT_OK && stage(s)) st = kt_fail_nomem(err, s->set.where);
  if (st == KT_OK) st = kt_journal_commit(s->set.journal, err);
  for (size_t i = 0; i < s->set.count; i++) {
    kt_part_file *p = s->set.items[i];
    if (st < 0)
      kt_part_cut(&s->set, p);
    else if (p->next >= 0)
      kt_part_appended(&s->set, p);
  }
  return st;
}

static void finish(kt_file_sink *s) {
  kt_file_entry **at = &s->entries;
  while (*at) {
    kt_file_entry *e = *at;
    if (e->d) {
      *at = e->next;
      kt_delivery_done(e->d, KT_DELIVERED, NULL);
      free_entry(s, e);
    } else {
      e->written = 1;
      at = &e->next;
    }
  }
  s->entries_end = at;
}

static void give_back(kt_file_sink *s, const kt_error *why) {
  for (kt_file_entry *e = s->entries; e; e = e->next) {
    kt_delivery *d = e->d;
    if (!d) continue;
    e->d = NULL;
    kt_delivery_done(d, KT_RETRY, why);
  }
}

kt_status kt_file_sync(kt_file_sink *s, kt_error *err) {
  if (s->held_since == INT64_MAX && !s->failed) return KT_OK;
  kt_status st = s->committed ? KT_OK : write_group(s, &s->why);
  s->committed = st == KT_OK;
  if (st == KT_OK) st = kt_journal_settle(s->set.journal, &s->why);
  s->held_since = INT64_MAX;
  s->failed = st < 0;
  if (st < 0) {
    if (err) *err = s->why;
    give_back(s, &s->why);
    return st;
  }
  KT_POINT("file.finish");
  s->held_bytes = 0;
  s->committed = 0;
  finish(s);
  return KT_OK;
}

kt_status kt_file_make_empty(kt_file_sink *s, kt_error *err) {
  kt_part_file *p = s->only;
  if (!p || !s->empty || s->begun || p->file->length || p->buf.len) return KT_OK;
  if (kt_encoder_header(p->encoder, &p->buf)) return kt_fail_nomem(err, s->set.where);
  if (p->exists && !p->buf.len) return KT_OK;
  KT_POINT("file.empty");
  kt_status st = write_group(s, err);
  if (st == KT_OK && !p->exists) st = kt_part_open(&s->set, p, err);
  if (st < 0) p->buf.len = 0;
  return st;
}

static void forget_part(kt_file_sink *s, size_t i) {
  if (s->recent == s->set.items[i]) s->recent = NULL;
  kt_part_drop(&s->set, i);
}

static kt_status close_part(kt_file_sink *s, kt_part_file *p, kt_error *err) {
  KT_POINT("file.close_part");
  kt_status st = p->torn || !p->exists ? kt_part_open(&s->set, p, err) : KT_OK;
  if (st == KT_OK) st = kt_part_show(&s->set, p, err);
  if (st == KT_OK && kt_journal_stage_file(s->set.journal, p->file, p->file->length, 0))
    st = kt_fail_nomem(err, s->set.where);
  return st;
}

kt_status kt_file_close_until(kt_file_sink *s, int64_t ms, kt_error *err) {
  kt_status st = KT_OK;
  size_t due = 0;
  for (size_t i = 0; i < s->set.count; i++)
    due += s->set.items[i]->hidden && s->set.items[i]->close_at <= ms;
  if (!due || s->failed) return KT_OK;
  st = kt_file_sync(s, err);
  if (st < 0) return st;
  KT_POINT("file.close_until");
  kt_journal_begin(s->set.journal);
  size_t shown = 0;
  for (size_t i = 0; i < s->set.count; i++) {
    kt_part_file *p = s->set.items[i];
    if (!p->hidden || p->close_at > ms || !p->file->length) continue;
    kt_status closed = close_part(s, p, st == KT_OK ? err : NULL);
    if (closed == KT_OK)
      shown++;
    else if (ms < INT64_MAX - SHOW_AGAIN_MS)
      p->close_at = ms + SHOW_AGAIN_MS;
    if (st == KT_OK) st = closed;
  }
  /* Those that were shown before a failure are found under their names when the journal is read. */
  KT_POINT("file.shown");
  if (shown) {
    kt_status committed = kt_journal_commit(s->set.journal, st == KT_OK ? err : NULL);
    if (st == KT_OK) st = committed;
  }
  for (size_t i = s->set.count; i-- > 0;) {
    kt_part_file *p = s->set.items[i];
    if (p->hidden && p->close_at <= ms && (!p->file->length || !p->file->open)) forget_part(s, i);
  }
  return st;
}
