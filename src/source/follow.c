/* SPDX-License-Identifier: Apache-2.0 */
/* follow=true: files that grow, are renamed, replaced and truncated. By looking at them at
 * intervals: that works on every file system, and a poll of some hundred files costs less than a
 * millisecond. */
#include <errno.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/point.h"
#include "base/span.h"
#include "base/sys.h"
#include "source/file.h"

#define WHERE "source.file"
enum { MAX_OPEN = 128 }; /* descriptors; beyond that files that have long been idle are closed */

/* One that was truncated is over; one that is damaged stays, so that it is not read again. */
static kt_reader *find_tail(const kt_file_source *s, const struct stat *st) {
  for (size_t i = 0; i < s->tail_count; i++) {
    kt_reader *r = s->tails[i];
    if (r->in.ino == st->st_ino && r->in.dev == st->st_dev && (!r->ended || r->failed)) return r;
  }
  return NULL;
}

static void remove_tail(kt_file_source *s, size_t i) {
  kt_reader_free(s->tails[i]);
  s->tail_count--;
  memmove(s->tails + i, s->tails + i + 1, (s->tail_count - i) * sizeof *s->tails);
  if (s->tail > i) s->tail--;
}

/* Closes the file that has been idle longest, all of whose text was fed. */
static kt_status close_idle(kt_file_source *s, kt_error *err) {
  size_t found = s->tail_count;
  for (size_t i = 0; i < s->tail_count; i++) {
    const kt_reader *r = s->tails[i];
    int idle = !r->ready && !r->stash.len && !r->framer.dropped && r->gone_ms == KT_UNKNOWN;
    if (idle && (found == s->tail_count || r->used_ms < s->tails[found]->used_ms)) found = i;
  }
  if (found == s->tail_count) return KT_AGAIN;
  kt_mark mark;
  kt_reader_mark(s->tails[found], &mark);
  mark.size = s->tails[found]->in.raw;
  if (kt_marks_put(&s->marks, &mark) < 0) return kt_fail_nomem(err, WHERE);
  kt_marks_see(&s->marks, mark.dev, mark.ino);
  remove_tail(s, found);
  return KT_OK;
}

/* A file that cannot be opened is told once, and tried again when it changes, or by the next run.
 * An empty one has nothing to lose yet. */
static kt_status cannot_open(kt_file_source *s, kt_feed *feed, const char *path,
                             const struct stat *at, const kt_error *why, kt_error *err) {
  if (why->os_error == ENOENT || !at->st_size) return KT_OK;
  const kt_mark *known = kt_marks_find(&s->marks, at->st_dev, at->st_ino);
  if (!known || known->head_len || !known->size) {
    kt_status st = kt_file_reject(s, feed, path, why);
    if (st < 0) return kt_fail_nomem(err, WHERE);
    if (st != KT_OK) return KT_OK;
  }
  kt_mark mark = { .dev = at->st_dev, .ino = at->st_ino, .line = 1 };
  mark.name = kt_path_hash(path);
  mark.head_hash = kt_hash("", 0, 0).lo;
  if (known) mark = *known;
  mark.size = (uint64_t)at->st_size;
  mark.unread = 1;
  if (kt_marks_put(&s->marks, &mark) < 0) return kt_fail_nomem(err, WHERE);
  kt_marks_see(&s->marks, mark.dev, mark.ino);
  return KT_OK;
}

/* The file is known after all, or there are too many open ones: its turn comes. */
static kt_status leave(kt_file_source *s, kt_reader *r) {
  kt_marks_see(&s->marks, r->in.dev, r->in.ino);
  kt_reader_free(r);
  return KT_OK;
}

static kt_status add_tail(kt_file_source *s, kt_feed *feed, const char *path, const struct stat *at,
                          int64_t mono_ms, kt_error *err) {
  kt_error why;
  kt_reader *r;
  if (kt_grow(s->env, &s->tails, &s->tail_cap, s->tail_count + 1, sizeof *s->tails))
    return kt_fail_nomem(err, WHERE);
  kt_status st = kt_reader_open(&r, s->env, path, s->framing, s->max_line, &s->marks, &why);
  if (st == KT_ENOMEM) return kt_fail_nomem(err, WHERE);
  if (st < 0) return cannot_open(s, feed, path, at, &why, err);
  if (kt_file_is_done(s, r)) return leave(s, r);
  if (s->tail_count >= MAX_OPEN && (st = close_idle(s, err)) != KT_OK) {
    leave(s, r);
    return st < 0 ? st : KT_OK;
  }
  KT_POINT("follow.add");
  r->used_ms = mono_ms;
  r->ready = r->listed = 1;
  s->tails[s->tail_count++] = r;
  return KT_OK;
}

/* What may not be looked at may be there: what is open of it or below it is not gone, and of what
 * was closed the place is kept. */
static void forbidden(kt_file_source *s, const char *path) {
  size_t n = strlen(path);
  for (size_t i = 0; i < s->tail_count; i++) {
    const char *held = s->tails[i]->path;
    if (strncmp(held, path, n) == 0 && (!held[n] || held[n] == '/')) s->tails[i]->listed = 1;
  }
  s->forbidden = 1;
}

/* One name of the listing. */
static kt_status look_at(kt_file_source *s, kt_feed *feed, const char *path, int64_t mono_ms,
                         kt_error *err) {
  struct stat st;
  if (kt_sys_stat(path, &st) < 0) {
    if (errno == EACCES || errno == ELOOP)
      forbidden(s, path);
    else
      s->unsure |= errno != ENOENT;
    return KT_OK;
  }
  if (S_ISDIR(st.st_mode)) forbidden(s, path); /* one that may be read is not in the list */
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return KT_OK;
  kt_reader *r = find_tail(s, &st);
  if (r) {
    r->listed = 1;
    return KT_OK;
  }
  const kt_mark *mark = kt_marks_find(&s->marks, st.st_dev, st.st_ino);
  /* At first the marks are another run's: only a file's beginning tells that it is the same. */
  if (s->listed_before && mark && mark->size && mark->size == (uint64_t)st.st_size) {
    kt_marks_see(&s->marks, st.st_dev, st.st_ino);
    return KT_OK;
  }
  return add_tail(s, feed, path, &st, mono_ms, err);
}

/* Has the file that we hold open grown, or been truncated? */
static void check_growth(kt_reader *r) {
  kt_mark before;
  kt_error why;
  if (r->ended && !r->told) return; /* something of it is still to be fed */
  kt_input_identify(&r->in, &before);
  if (kt_input_look(&r->in, &why) < 0) return; /* the read will tell */
  if (!kt_input_is(&r->in, &before) || r->in.size < r->in.raw) {
    r->ended = r->ready = 1; /* what is left of a last line is fed; the next look opens it anew */
    r->failed = 0;           /* and was told */
  } else if (!r->failed && r->in.size > r->in.raw)
    r->ready = 1;
}

/* Between two names of a rotation there is none. */
static kt_status cannot_list(kt_file_source *s, const kt_error *why) {
  s->unsure = why->os_error != ENOENT;
  if (s->unsure && !s->complained)
    kt_env_log(s->env, KT_LOG_WARNING, WHERE, kt_span_of(why->message));
  s->complained = s->unsure;
  return KT_OK;
}

static kt_status rescan(kt_file_source *s, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  kt_paths paths;
  kt_error why;
  kt_status st = kt_paths_expand(&paths, s->env, s->target, s->recursive, &why);
  KT_POINT("follow.listed");
  int listed = st == KT_OK;
  s->unsure = s->forbidden = 0;
  if (st == KT_EIO) st = cannot_list(s, &why);
  if (st < 0 && err) *err = why;
  for (size_t i = 0; i < s->tail_count; i++) {
    check_growth(s->tails[i]);
    s->tails[i]->listed = 0;
  }
  for (size_t i = 0; st == KT_OK && i < s->renamed.count; i++)
    st = look_at(s, feed, s->renamed.list[i], mono_ms, err);
  for (size_t i = 0; st == KT_OK && i < paths.count; i++)
    st = look_at(s, feed, paths.list[i], mono_ms, err);
  size_t paths_count = paths.count;
  kt_paths_free(&paths);
  /* What could not be looked at is not gone. */
  if (st == KT_OK && s->unsure) return KT_OK;
  for (size_t i = 0; st == KT_OK && i < s->tail_count; i++) {
    kt_reader *r = s->tails[i];
    if (r->listed)
      r->gone_ms = KT_UNKNOWN;
    else if (r->gone_ms == KT_UNKNOWN)
      r->gone_ms = mono_ms;
  }
  if (st == KT_OK) s->listed_before = 1;
  if (st == KT_OK) kt_paths_free(&s->renamed); /* they are open now, and listed no more */
  /* An open file's place is with its reader, that of a file which is gone with nobody. */
  int keep = s->forbidden && s->marks.count <= paths_count + KT_KEPT_MARKS;
  if (st == KT_OK && listed && !keep) kt_marks_drop_unseen(&s->marks);
  return st;
}

/* What could not be read of a file that is gone from its name is for the next run to find; one that
 * may have gone to where nobody may look may come back. */
static kt_status leave_mark(kt_file_source *s, const kt_reader *r, kt_error *err) {
  kt_mark mark;
  if (!r->unreadable && !s->forbidden) return KT_OK;
  kt_reader_mark(r, &mark);
  mark.unread = r->unreadable;
  return kt_marks_put(&s->marks, &mark) < 0 ? kt_fail_nomem(err, WHERE) : KT_OK;
}

/* Reads one file as far as it goes now. KT_AGAIN: to its end; KT_OK: there is more, or no room. */
static kt_status read_tail(kt_file_source *s, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  kt_reader *r = s->tails[s->tail];
  int gone = r->gone_ms != KT_UNKNOWN && mono_ms - r->gone_ms >= s->rotate_ms;
  if (!r->ready && !gone) return KT_AGAIN;
  uint64_t fed = s->fed;
  kt_status st = kt_reader_feed(r, feed, !gone, &s->fed, err);
  if (s->fed != fed) r->used_ms = mono_ms;
  KT_POINT("follow.read");
  if (st == KT_AGAIN) {
    if (kt_reader_pause(r) < 0) return kt_fail_nomem(err, WHERE);
    r->ready = 0;
  } else if (st == KT_END) {
    /* A damaged file stays known until it is replaced or removed. */
    if (r->failed && !gone) {
      r->ready = 0;
      return KT_AGAIN;
    }
    st = leave_mark(s, r, err);
    if (st == KT_OK) remove_tail(s, s->tail);
    return st;
  }
  return st;
}

kt_status kt_file_follow(kt_file_source *s, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  if (mono_ms >= s->next_poll_ms) {
    kt_status st = kt_feed_room(feed) ? rescan(s, feed, mono_ms, err) : KT_OK;
    if (st < 0) return st;
    s->next_poll_ms = mono_ms + s->poll_ms; /* also without room: a past deadline is no wait */
  }
  for (size_t i = 0; i < s->tail_count; i++) {
    if (s->tail >= s->tail_count) s->tail = 0;
    kt_status st = read_tail(s, feed, mono_ms, err);
    if (st != KT_AGAIN) return st;
    s->tail++;
  }
  s->tail = 0;
  kt_file_idle(s, feed);
  return KT_AGAIN;
}
