/* SPDX-License-Identifier: Apache-2.0 */
#include "source/reader.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "source/paths.h"

#define WHERE "source.file"
enum {
  WANT_BYTES = 64 * 1024, /* of room at least for one read */
  READ_BYTES = 256 * 1024,
  PLACE_PATH = 200 /* bytes of the path in a place: its end tells more than its beginning */
};

static void start_place(kt_reader *r) {
  size_t n = strlen(r->path);
  const char *p = r->path;
  if (n > PLACE_PATH) {
    p += n - PLACE_PATH;
    while ((*p & 0xc0) == 0x80) p++;
    n = strlen(p);
  }
  memcpy(r->place, p, n);
  r->place[n] = ':';
  r->place_len = n + 1;
}

static char *put_number(char *p, uint64_t v) {
  char digits[20];
  int n = 0;
  do digits[n++] = (char)('0' + v % 10);
  while (v /= 10);
  while (n) *p++ = digits[--n];
  return p;
}

static kt_span make_place(kt_reader *r, uint64_t line, uint64_t offset) {
  char *p = put_number(r->place + r->place_len, line);
  *p++ = ':';
  p = put_number(p, offset);
  return kt_span_make(r->place, (size_t)(p - r->place));
}

static void go_on(kt_reader *r, const kt_marks *marks) {
  const kt_mark *mark =
      kt_input_is_file(&r->in) ? kt_marks_find(marks, r->in.dev, r->in.ino) : NULL;
  r->name = kt_path_hash(r->path);
  if (!mark || !mark->offset) return;
  if (!kt_input_is(&r->in, mark)) {
    kt_error note;
    kt_fail(&note, KT_OK, 0, WHERE,
            "%s begins unlike the file that was read in its place: reads it from its beginning",
            kt_error_path(r->path));
    kt_env_log(r->env, KT_LOG_INFO, WHERE, kt_span_of(note.message));
    return;
  }
  r->name = mark->name; /* the first one, whatever it is called since */
  KT_POINT("source.seek");
  kt_framer_seek(&r->framer, mark->framing, mark->in_array, mark->offset, mark->line);
  kt_input_skip(&r->in, mark->offset);
}

int kt_reader_finished(const kt_reader *r, const kt_marks *marks) {
  const kt_mark *mark =
      kt_input_is_file(&r->in) ? kt_marks_find(marks, r->in.dev, r->in.ino) : NULL;
  return mark && mark->size && mark->size == r->in.size && kt_input_is(&r->in, mark);
}

kt_status kt_reader_open(kt_reader **out, const kt_env *env, const char *path, int framing,
                         size_t max, const kt_marks *marks, kt_error *err) {
  kt_reader *r = kt_zalloc(env, sizeof *r);
  if (!r) return kt_fail_nomem(err, WHERE);
  r->env = env;
  r->in.fd = -1;
  r->gone_ms = KT_UNKNOWN;
  r->start_framing = framing;
  kt_buf_init(&r->stash, env);
  kt_framer_init(&r->framer, env, framing, max);
  r->path = kt_strdup(env, path);
  kt_status st = r->path ? kt_input_open(&r->in, env, r->path, err) : kt_fail_nomem(err, WHERE);
  if (st < 0) {
    kt_reader_free(r);
    return st;
  }
  start_place(r);
  go_on(r, marks);
  *out = r;
  return KT_OK;
}

void kt_reader_free(kt_reader *r) {
  if (!r) return;
  kt_input_close(&r->in);
  kt_framer_clear(&r->framer);
  kt_buf_clear(&r->stash);
  kt_strfree(r->env, r->path);
  kt_env_release(r->env, r, sizeof *r);
}

kt_status kt_reader_pause(kt_reader *r) {
  kt_buf_truncate(&r->stash, 0);
  if (kt_buf_put(&r->stash, r->at, (size_t)(r->end - r->at)) < 0) return KT_ENOMEM;
  r->at = r->end = NULL;
  return KT_OK;
}

void kt_reader_mark(const kt_reader *r, kt_mark *mark) {
  const kt_framer *f = &r->framer;
  *mark = (kt_mark){ .name = r->name,
                     .framing = (uint8_t)f->framing,
                     .in_array = (uint8_t)f->in_array,
                     .offset = f->offset,
                     .line = f->line };
  kt_input_identify(&r->in, mark);
  if (r->ended && r->at == r->end && !r->unreadable) mark->size = r->in.raw;
}

/* Sets aside what cannot be given whole. */
static kt_status reject(kt_reader *r, kt_feed *feed, const kt_piece *piece) {
  kt_error why;
  kt_span place = make_place(r, piece->line, piece->offset);
  if (piece->torn && r->failed)
    why = r->fault;
  else if (piece->fault == KT_ETOOBIG)
    kt_fail(&why, KT_ETOOBIG, 0, WHERE,
            "%s, line %llu, byte %llu: longer than max_line_bytes=%zu; the beginning is kept",
            kt_error_path(r->path), (unsigned long long)piece->line,
            (unsigned long long)piece->offset, r->framer.max);
  else
    kt_fail(&why, piece->fault, 0, WHERE, "%s ends inside the JSON value that begins at line %llu",
            kt_error_path(r->path), (unsigned long long)piece->line);
  kt_env_log(r->env, KT_LOG_WARNING, WHERE, kt_span_of(why.message));
  return kt_feed_reject(feed, piece->bytes, place, &why);
}

static kt_status tell_fault(kt_reader *r, kt_feed *feed, uint64_t *fed) {
  if (!r->failed || r->told) return KT_END;
  const kt_piece nothing = {
    .bytes = KT_LIT(""), .offset = r->framer.offset, .line = r->framer.line, .torn = 1
  };
  kt_status st = reject(r, feed, &nothing);
  if (st < 0) return st;
  if (st != KT_OK) return KT_OK;
  r->told = 1;
  ++*fed;
  return KT_END;
}

/* KT_OK: no room; KT_AGAIN: more text is needed; KT_END: all is fed. */
static kt_status feed_frames(kt_reader *r, kt_feed *feed, uint64_t *fed, kt_error *err) {
  while (kt_feed_room(feed)) {
    kt_piece piece;
    kt_status st = kt_framer_next(&r->framer, &r->at, r->end, r->ended, &piece);
    if (st == KT_END) return tell_fault(r, feed, fed);
    if (st == KT_AGAIN) return KT_AGAIN;
    int torn = r->failed && piece.torn;
    if (st == KT_OK && !torn && !piece.fault)
      st = kt_feed_add(feed, piece.bytes, make_place(r, piece.line, piece.offset), KT_UNKNOWN);
    else if (st == KT_OK)
      st = reject(r, feed, &piece);
    if (st < 0) return kt_fail_nomem(err, WHERE);
    if (st != KT_OK) return KT_OK;
    ++*fed;
    if (torn) { /* not taken: the next run goes on at its beginning, if the file was mended */
      r->told = 1;
      r->at = r->end;
      return KT_END;
    }
    kt_framer_take(&r->framer, &r->at, &piece);
  }
  return KT_OK;
}

static void fail(kt_reader *r, const kt_error *why) {
  r->failed = r->ended = 1;
  r->unreadable = why->code == KT_EIO;
  r->fault = *why;
}

/* The file is shorter than what was read of it: read anew, doubles are better than a gap. */
static kt_status start_again(kt_reader *r) {
  kt_error note;
  kt_fail(&note, KT_OK, 0, WHERE, "%s became shorter than %llu bytes: read from its beginning",
          kt_error_path(r->path), (unsigned long long)r->framer.offset);
  kt_env_log(r->env, KT_LOG_WARNING, WHERE, kt_span_of(note.message));
  kt_input_restart(&r->in);
  kt_framer_seek(&r->framer, r->start_framing, 0, 0, 1);
  return KT_OK;
}

static kt_status at_end(kt_reader *r, int follow) {
  kt_error why;
  if (r->in.skip) return start_again(r);
  if (follow) return KT_AGAIN;
  r->ended = 1;
  if (kt_input_check_end(&r->in, &why) < 0) fail(r, &why);
  return KT_OK;
}

/* Makes the window part of the engine's space (again), with `want` bytes behind it. */
static kt_status take_space(kt_reader *r, kt_feed *feed, size_t want, size_t *room) {
  size_t cap;
  kt_span keep =
      r->stash.len ? kt_buf_bytes(&r->stash) : kt_span_make(r->at, (size_t)(r->end - r->at));
  char *space = kt_feed_space(feed, keep.len ? keep : KT_NULL_SPAN, want, &cap);
  if (!space) return KT_AGAIN;
  r->at = space;
  r->end = space + keep.len;
  *room = cap - keep.len;
  kt_buf_truncate(&r->stash, 0);
  return KT_OK;
}

kt_status kt_reader_feed(kt_reader *r, kt_feed *feed, int follow, uint64_t *fed, kt_error *err) {
  size_t room, got;
  kt_error why;
  if (!kt_feed_room(feed)) return KT_OK;
  if ((r->at < r->end || r->stash.len) && take_space(r, feed, 0, &room) != KT_OK) return KT_OK;
  kt_status st = feed_frames(r, feed, fed, err);
  if (st != KT_AGAIN) return st;
  if (take_space(r, feed, WANT_BYTES, &room) != KT_OK) return KT_OK;
  r->in.patient = follow;
  KT_POINT("source.read");
  st = kt_input_read(&r->in, r->end, room < READ_BYTES ? room : READ_BYTES, &got, &why);
  r->end += got;
  if (st == KT_ENOMEM) {
    if (err) *err = why;
    return st;
  }
  if (st < 0)
    fail(r, &why);
  else if (st == KT_END && at_end(r, follow) == KT_AGAIN)
    return KT_AGAIN;
  else if (st == KT_AGAIN)
    return KT_AGAIN;
  st = feed_frames(r, feed, fed, err);
  return st == KT_AGAIN ? KT_OK : st;
}
