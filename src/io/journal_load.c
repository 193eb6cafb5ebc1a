/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "base/sys.h"
#include "io/disk.h"
#include "io/journal_inside.h"

static const char WHERE[] = "journal";

/* Counting reaches neither; what is beyond could not be counted on from, or be read again. */
static const int64_t MOST_GROUP = INT64_C(1) << 62;
static const int64_t MOST_NUMBER = UINT32_MAX - 1;

static kt_span take_line(kt_span *s) {
  const char *end = memchr(s->ptr, '\n', s->len);
  if (!end) return KT_NULL_SPAN;
  kt_span line = { s->ptr, (size_t)(end - s->ptr) };
  s->ptr += line.len + 1;
  s->len -= line.len + 1;
  return line;
}

static kt_span take_word(kt_span *line) {
  const char *end = memchr(line->ptr, ' ', line->len);
  kt_span word = { line->ptr, end ? (size_t)(end - line->ptr) : line->len };
  size_t used = word.len + (end != NULL);
  line->ptr += used;
  line->len -= used;
  return word;
}

static int take_number(kt_span *line, int64_t *out) {
  kt_span w = take_word(line);
  int minus = w.len && w.ptr[0] == '-';
  uint64_t v = 0;
  if (w.len == (size_t)minus || w.len > 20) return 0;
  for (size_t i = (size_t)minus; i < w.len; i++) {
    if (w.ptr[i] < '0' || w.ptr[i] > '9') return 0;
    v = v * 10 + (uint64_t)(w.ptr[i] - '0');
  }
  *out = (int64_t)(minus ? 0 - v : v);
  return 1;
}

static kt_journal_file *file_of(kt_journal *j, int64_t number) {
  size_t lo = 0, hi = j->file_count;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (j->files[mid]->number < number)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo < j->file_count && j->files[lo]->number == number ? j->files[lo] : NULL;
}

/* Each of these: 1 = taken, 0 = malformed, < 0 = no memory. */
static int load_name(kt_journal *j, kt_span line) {
  int64_t number, period, first;
  if (!take_number(&line, &number) || !take_number(&line, &period) || !take_number(&line, &first) ||
      !line.len || memchr(line.ptr, '\0', line.len) || number < 1 || number > MOST_NUMBER)
    return 0;
  kt_journal_file *f = file_of(j, number);
  if (f) return kt_span_is(line, f->name);
  f = kt_journal_add_file(j, line, period, (uint32_t)number);
  if (!f) return KT_ENOMEM;
  f->first = (uint64_t)first;
  f->known = 1;
  return 1;
}

static int load_file(kt_journal *j, kt_span line) {
  int64_t number, length, last;
  if (!take_number(&line, &number) || !take_number(&line, &length)) return 0;
  kt_span state = take_word(&line);
  kt_journal_file *f = file_of(j, number);
  if (!f || !take_number(&line, &last) || length < 0) return 0;
  if (!kt_span_is(state, "o") && !kt_span_is(state, "c")) return 0;
  f->length = length;
  f->open = state.ptr[0] == 'o';
  f->last = (uint64_t)last;
  return 1;
}

static int load_batch(kt_journal *j, kt_span line) {
  kt_hash128 id, digest;
  int64_t records;
  if (!kt_journal_hex(take_word(&line), &id) || !take_number(&line, &records) ||
      !kt_journal_hex(line, &digest) || records < 0 || records > UINT32_MAX || !j->group)
    return 0;
  if (kt_journal_reserve(j, 1)) return KT_ENOMEM;
  kt_journal_put_batch(j, id, (uint32_t)records, digest, j->group);
  return 1;
}

static int load_line(kt_journal *j, kt_span line) {
  int64_t group;
  kt_span word = take_word(&line);
  if (word.len != 1) return 0;
  switch (word.ptr[0]) {
  case 'g':
    if (!take_number(&line, &group) || group < 1 || group > MOST_GROUP) return 0;
    j->group = (uint64_t)group;
    return 1;
  case 'n':
    return load_name(j, line);
  case 'f':
    return load_file(j, line);
  case 'b':
    return load_batch(j, line);
  default:
    return 0;
  }
}

static int load_layout(kt_journal *j, kt_span line) {
  int64_t version;
  if (!kt_span_is(take_word(&line), "kappatweet-journal") || !take_number(&line, &version) ||
      version != KT_JOURNAL_VERSION || line.len >= sizeof j->layout ||
      memchr(line.ptr, '\0', line.len))
    return 0;
  memcpy(j->layout, line.ptr, line.len);
  j->layout[line.len] = '\0';
  return 1;
}

static int crc_of(kt_span line, uint32_t *crc) {
  *crc = 0;
  if (line.len != 10 || line.ptr[0] != '.' || line.ptr[1] != ' ') return 0;
  for (size_t i = 2; i < 10; i++) {
    char c = line.ptr[i];
    unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                        : 16;
    if (d > 15) return 0;
    *crc = *crc << 4 | d;
  }
  return 1;
}

/* The next whole entry, without its last line; null when the rest was torn off. */
static kt_span take_entry(kt_span *rest) {
  kt_span at = *rest;
  uint32_t crc;
  for (;;) {
    size_t length = (size_t)(at.ptr - rest->ptr);
    kt_span line = take_line(&at);
    if (!line.ptr) return KT_NULL_SPAN;
    if (!crc_of(line, &crc)) continue;
    if (crc != kt_crc32(0, rest->ptr, length)) return KT_NULL_SPAN;
    kt_span entry = { rest->ptr, length };
    *rest = at;
    return entry;
  }
}

static kt_status damaged(const kt_journal *j, kt_error *err) {
  return kt_fail(err, KT_ECORRUPT, KT_ERR_FATAL, WHERE,
                 "%.120s is no journal that this version can read; move it away, or give "
                 "mode=overwrite or mode=append",
                 j->path);
}

static kt_status load_text(kt_journal *j, kt_span text, kt_error *err) {
  kt_span rest = text, entry = take_entry(&rest);
  if (!entry.ptr) {
    /* A header that was torn off: nothing had been committed. */
    size_t n = text.len < 19 ? text.len : 19;
    return memcmp(text.ptr, "kappatweet-journal ", n) == 0 ? KT_OK : damaged(j, err);
  }
  kt_span line = take_line(&entry);
  if (!line.ptr || !load_layout(j, line)) return damaged(j, err);
  j->bytes = rest.ptr - text.ptr;
  while ((entry = take_entry(&rest)).ptr) {
    while (entry.len) {
      int taken = load_line(j, take_line(&entry));
      if (taken < 0) return kt_fail_nomem(err, WHERE);
      if (!taken) return damaged(j, err);
    }
    j->bytes = rest.ptr - text.ptr;
  }
  return KT_OK;
}

static kt_status read_all(kt_journal *j, int fd, kt_error *err) {
  for (;;) {
    if (kt_buf_need(&j->text, 64 * 1024)) return kt_fail_nomem(err, WHERE);
    ssize_t n = kt_sys_read(fd, j->text.ptr + j->text.len, j->text.cap - j->text.len);
    if (n < 0) return kt_disk_fail(WHERE, "read", j->path, err);
    if (n == 0) return KT_OK;
    j->text.len += (size_t)n;
  }
}

/* What was read is believed from now on. It is written anew, since a sync would prove nothing:
 * where one had failed in the process before, the system may have dropped the bytes, and the next
 * one succeeds all the same. */
static kt_status make_safe(kt_journal *j, kt_error *err) {
  kt_status st = KT_OK;
  if (j->sync && j->bytes) {
    j->text.len = (size_t)j->bytes;
    st = kt_journal_replace(j, err);
  }
  j->unnamed = 1;
  return st == KT_OK ? kt_journal_settle(j, err) : st;
}

kt_status kt_journal_load(kt_journal *j, kt_error *err) {
  kt_status st = kt_journal_open_locked(j, j->path, 0, &j->fd, err);
  if (st < 0 || j->fd < 0) return st;
  KT_POINT("journal.load");
  st = read_all(j, j->fd, err);
  if (st == KT_OK && j->text.len) st = load_text(j, kt_span_make(j->text.ptr, j->text.len), err);
  int torn = j->bytes < (int64_t)j->text.len;
  if (st == KT_OK) st = make_safe(j, err);
  if (st < 0) return st;
  if (j->bytes) {
    j->torn = torn && !j->sync;
    j->rewrite = 0;
    j->rewrite_at = j->bytes * 2 > KT_JOURNAL_LEAST ? j->bytes * 2 : KT_JOURNAL_LEAST;
  }
  kt_buf_clear(&j->text);
  return KT_OK;
}
