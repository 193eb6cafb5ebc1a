/* SPDX-License-Identifier: Apache-2.0 */
/* file: frames from files, folders, globs and standard input. */
#include "source/file.h"

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "base/sys.h"

#define WHERE "source.file"
enum { FILES_A_STEP = 64 }; /* opened in one read: many empty ones do not hold the others up */

static const char options[] =
    "\t\t\t\t\t\tReads posts from files: a path, a folder, a glob, or - for standard input; gzip, "
    "zstd and bzip2 are recognised by content.\n"
    "target\tpath\t\t!\t\t\tFile, folder (its files in order of name), glob (* ? [..]), or -.\n"
    "framing\tenum:auto|lines|json\t\tauto\t\t\tOne payload a line, or JSON values that may span "
    "lines (elements of an array at the top are payloads); auto tells by the beginning of each "
    "file.\n"
    "max_line_bytes\tbytes\tbytes\t8m\t1k\t1g\tA longer line or value goes to the dead letters, "
    "cut.\n"
    "recursive\tbool\t\tfalse\t\t\tFolders inside of folders too.\n"
    "follow\tbool\t\tfalse\t\t\tWaits for more at the end of a file and for new files, through "
    "rotation and truncation.\n"
    "poll.interval\tduration\tms\t250ms\t1ms\t1h\tHow often followed files are looked at.\n"
    "rotate.wait\tduration\tms\t5s\t0\t1h\tHow long a followed file is read on after its name went "
    "to another.\n"
    "checkpoint\tpath\t\t\t\t\tFile that keeps how far the input was read, to go on there in the "
    "next run.\n";

/* What a restart does is no guess: it is told. */
static void tell_resumed(const kt_file_source *s, const char *path) {
  size_t done = 0, begun = 0;
  kt_mark last = { 0 };
  char before[64] = "", in[96] = "";
  kt_error note;
  for (size_t i = 0; i < s->marks.count; i++) {
    const kt_mark *m = &s->marks.list[i];
    done += m->size != 0;
    if (m->size || !m->offset) continue;
    begun++;
    last = *m;
  }
  if (done)
    snprintf(before, sizeof before, "%zu file%s read to the end", done,
             done == 1 ? " was" : "s were");
  if (begun == 1)
    snprintf(in, sizeof in, "goes on in 1 file at line %llu, byte %llu",
             (unsigned long long)last.line, (unsigned long long)last.offset);
  else if (begun)
    snprintf(in, sizeof in, "goes on in %zu files where they stood", begun);
  else if (!done)
    snprintf(in, sizeof in, "nothing was delivered yet, begins at the beginning");
  kt_fail(&note, KT_OK, 0, WHERE, "checkpoint %s: %s%s%s", kt_error_path(path), before,
          done && begun ? ", " : "", in);
  kt_env_log(s->env, KT_LOG_INFO, WHERE, kt_span_of(note.message));
}

static kt_status load_checkpoint(kt_file_source *s, const char *path, kt_error *err) {
  int known = kt_sys_access(path, F_OK) == 0;
  kt_status st = kt_checkpoint_open(s->env, path, &s->resumed, &s->checkpoint, err);
  if (st == KT_OK && !s->resumed.len && known) tell_resumed(s, path);
  if (st < 0 || !s->resumed.len) return st;
  kt_span own = kt_position_own(kt_buf_bytes(&s->resumed));
  st = own.ptr ? kt_marks_read(&s->marks, own) : KT_ECORRUPT;
  if (st == KT_ECORRUPT)
    return kt_fail(err, st, 0, WHERE,
                   "checkpoint %s is not of a file source: delete it to start again",
                   kt_error_path(path));
  if (st < 0) return kt_fail_nomem(err, WHERE);
  tell_resumed(s, path);
  return KT_OK;
}

static kt_status take_resume(kt_file_source *s, kt_span resume, kt_error *err) {
  kt_status st = kt_marks_read(&s->marks, resume);
  if (st == KT_ECORRUPT)
    return kt_fail(err, st, 0, WHERE, "the position to go on at is not of a file source");
  return st < 0 ? kt_fail_nomem(err, WHERE) : KT_OK;
}

static void free_source(kt_file_source *s) {
  kt_reader_free(s->reader);
  for (size_t i = 0; i < s->tail_count; i++) kt_reader_free(s->tails[i]);
  kt_env_release(s->env, s->tails, s->tail_cap * sizeof *s->tails);
  kt_marks_clear(&s->marks);
  kt_paths_free(&s->paths);
  kt_paths_free(&s->renamed);
  kt_checkpoint_close(s->checkpoint);
  kt_buf_clear(&s->resumed);
  kt_strfree(s->env, s->target);
  kt_env_release(s->env, s, sizeof *s);
}

static int is_stdin(const kt_file_source *s) {
  return strcmp(s->target, "-") == 0;
}

/* A checkpoint in the folder that is read is no input. */
int kt_file_is_done(const kt_file_source *s, const kt_reader *r) {
  return kt_reader_finished(r, &s->marks) ||
         (s->checkpoint && kt_checkpoint_is(s->checkpoint, r->in.dev, r->in.ino));
}

/* A checkpoint that is used for years would name each file that ever was. */
static void forget_old(kt_file_source *s) {
  struct stat st;
  if (s->marks.count <= s->paths.count + KT_KEPT_MARKS) return;
  for (size_t i = 0; i < s->paths.count; i++)
    if (kt_sys_stat(s->paths.list[i], &st) == 0) kt_marks_see(&s->marks, st.st_dev, st.st_ino);
  for (size_t i = 0; i < s->renamed.count; i++)
    if (kt_sys_stat(s->renamed.list[i], &st) == 0) kt_marks_see(&s->marks, st.st_dev, st.st_ino);
  kt_marks_drop_unseen(&s->marks);
}

/* A single file is opened at once: what cannot be read at all stops the run before it begins. */
static kt_status find_files(kt_file_source *s, kt_error *err) {
  if (!is_stdin(s)) {
    kt_status st = kt_paths_expand(&s->paths, s->env, s->target, s->recursive, err);
    if (st < 0) return st;
    if (!s->paths.count && !s->follow)
      return kt_fail(err, KT_EIO, 0, WHERE,
                     kt_glob_is(s->target) ? "no file matches %s"
                                           : "folder %s holds no file to read",
                     kt_error_path(s->target));
    st = kt_paths_find_renamed(&s->renamed, s->env, s->target, &s->marks, err);
    if (st < 0) return st;
    forget_old(s);
    if (s->follow) {
      kt_paths_free(&s->paths); /* listed at each interval */
      return KT_OK;
    }
    if (s->paths.count != 1 || s->renamed.count) return KT_OK;
  }
  const char *path = is_stdin(s) ? s->target : s->paths.list[0];
  s->next = 1;
  kt_status st = kt_reader_open(&s->reader, s->env, path, s->framing, s->max_line, &s->marks, err);
  if (st == KT_OK && kt_file_is_done(s, s->reader)) {
    kt_reader_free(s->reader);
    s->reader = NULL;
  }
  return st;
}

static kt_status check_options(const kt_file_source *s, const kt_conf *conf, kt_error *err) {
  if (is_stdin(s) && kt_conf_string(conf, "checkpoint"))
    return kt_fail(err, KT_EINVAL, 0, WHERE,
                   "standard input cannot be read again: checkpoint needs a file");
  if (is_stdin(s) && s->follow)
    return kt_fail(err, KT_EINVAL, 0, WHERE,
                   "standard input is read to its end anyway: follow needs a file");
  return KT_OK;
}

static int framing_of(const char *name) {
  return *name == 'l' ? KT_FRAMING_LINES : *name == 'j' ? KT_FRAMING_JSON : KT_FRAMING_AUTO;
}

static kt_status file_open(void *user, const kt_env *env, const kt_conf *conf, kt_span resume,
                           void **self, kt_error *err) {
  (void)user;
  kt_file_source *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, WHERE);
  s->env = env;
  kt_marks_init(&s->marks, env);
  kt_buf_init(&s->resumed, env);
  s->paths.env = s->renamed.env = env;
  s->framing = framing_of(kt_conf_string(conf, "framing"));
  s->max_line = (size_t)kt_conf_int(conf, "max_line_bytes");
  s->recursive = (int)kt_conf_int(conf, "recursive");
  s->follow = (int)kt_conf_int(conf, "follow");
  s->poll_ms = kt_conf_int(conf, "poll.interval");
  s->rotate_ms = kt_conf_int(conf, "rotate.wait");
  s->next_poll_ms = INT64_MIN;
  s->target = kt_strdup(env, kt_conf_string(conf, "target"));
  const char *checkpoint = kt_conf_string(conf, "checkpoint");
  kt_status st = s->target ? check_options(s, conf, err) : kt_fail_nomem(err, WHERE);
  KT_POINT("source.open");
  if (st == KT_OK && resume.ptr) st = take_resume(s, resume, err);
  if (st == KT_OK && checkpoint) st = load_checkpoint(s, checkpoint, err);
  if (st == KT_OK) st = find_files(s, err);
  if (st < 0) {
    free_source(s);
    return st;
  }
  KT_POINT("source.opened");
  *self = s;
  return KT_OK;
}

kt_status kt_file_reject(kt_file_source *s, kt_feed *feed, const char *path, const kt_error *why) {
  size_t n = strlen(path);
  kt_status st = kt_feed_reject(
      feed, KT_LIT(""), kt_span_make(n > 200 ? path + n - 200 : path, n > 200 ? 200 : n), why);
  if (st != KT_OK) return st;
  kt_env_log(s->env, KT_LOG_WARNING, WHERE, kt_span_of(why->message));
  s->fed++;
  return KT_OK;
}

void kt_file_idle(kt_file_source *s, kt_feed *feed) {
  if (s->fed == s->cut_at) return;
  kt_feed_cut(feed);
  s->cut_at = s->fed;
}

/* KT_OK: s->reader is set; KT_AGAIN: no room to tell that a file cannot be opened; KT_END. */
static kt_status open_next(kt_file_source *s, kt_feed *feed, kt_error *err) {
  kt_error why;
  size_t older = s->renamed.count;
  for (; s->next < older + s->paths.count; s->next++) {
    const char *path = s->next < older ? s->renamed.list[s->next] : s->paths.list[s->next - older];
    kt_status st =
        kt_reader_open(&s->reader, s->env, path, s->framing, s->max_line, &s->marks, &why);
    if (st == KT_OK && !kt_file_is_done(s, s->reader)) {
      s->next++;
      return KT_OK;
    }
    if (st == KT_OK) {
      kt_reader_free(s->reader);
      s->reader = NULL;
      continue;
    }
    if (st != KT_ENOMEM) st = kt_file_reject(s, feed, path, &why);
    if (st < 0) return kt_fail_nomem(err, WHERE);
    if (st != KT_OK) return KT_AGAIN;
  }
  return KT_END;
}

static kt_status close_reader(kt_file_source *s, kt_error *err) {
  kt_mark mark;
  KT_POINT("source.file_end");
  kt_reader_mark(s->reader, &mark);
  if (kt_input_is_file(&s->reader->in) && kt_marks_put(&s->marks, &mark) < 0)
    return kt_fail_nomem(err, WHERE);
  kt_reader_free(s->reader);
  s->reader = NULL;
  return KT_OK;
}

static kt_status file_read(void *self, kt_feed *feed, int64_t mono_ms, kt_error *err) {
  kt_file_source *s = self;
  kt_status st = KT_OK;
  s->waits_for_stream = 0;
  if (s->resumed.len) {
    KT_POINT("source.resume");
    st = kt_feed_resumed(feed, kt_buf_bytes(&s->resumed));
    if (st < 0) return kt_fail(err, st, 0, WHERE, "the checkpoint's position is damaged");
    kt_buf_clear(&s->resumed);
  }
  /* A commit is written before it returns: the end need not wait for one. */
  if (kt_feed_stopping(feed)) return KT_END;
  if (s->follow) return kt_file_follow(s, feed, mono_ms, err);
  for (int i = 0; i < FILES_A_STEP; i++) {
    if (!s->reader && (st = open_next(s, feed, err)) != KT_OK) return st == KT_AGAIN ? KT_OK : st;
    st = kt_reader_feed(s->reader, feed, 0, &s->fed, err);
    if (st == KT_AGAIN) {
      s->waits_for_stream = 1;
      kt_file_idle(s, feed);
    }
    if (st == KT_END)
      st = close_reader(s, err);
    else
      return st;
    if (st < 0) return st;
  }
  return KT_OK;
}

static kt_status file_position(void *self, kt_buf *out) {
  kt_file_source *s = self;
  kt_mark mark;
  kt_status st = kt_marks_write(&s->marks, out);
  if (st == KT_OK && s->reader && kt_input_is_file(&s->reader->in)) {
    kt_reader_mark(s->reader, &mark);
    st = kt_mark_write(&mark, out);
  }
  for (size_t i = 0; st == KT_OK && i < s->tail_count; i++) {
    kt_reader_mark(s->tails[i], &mark);
    st = kt_mark_write(&mark, out);
  }
  return st;
}

static kt_status file_commit(void *self, uint64_t frames, kt_span position, kt_error *err) {
  kt_file_source *s = self;
  KT_POINT("source.commit");
  (void)frames;
  return s->checkpoint ? kt_checkpoint_save(s->checkpoint, position, err) : KT_OK;
}

static void file_pollset(void *self, kt_pollset *ps) {
  kt_file_source *s = self;
  if (s->waits_for_stream && s->reader) kt_pollset_add(ps, s->reader->in.fd, KT_POLL_IN, 1);
  if (s->follow) kt_pollset_deadline(ps, s->next_poll_ms);
}

static void file_close(void *self) {
  free_source(self);
}

const kt_source_ops kt_source_file = { .size = sizeof(kt_source_ops),
                                       .name = "file",
                                       .options = options,
                                       .caps = KT_SOURCE_WHOLE,
                                       .open = file_open,
                                       .read = file_read,
                                       .position = file_position,
                                       .commit = file_commit,
                                       .pollset = file_pollset,
                                       .close = file_close };
