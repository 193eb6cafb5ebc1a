/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <kappatweet/encode.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/point.h"
#include "base/sys.h"
#include "sink/pending.h"

enum { STDOUT = 1, OPEN_AGAIN_MS = 100 };

struct kt_stream {
  const kt_env *env;
  const char *where;
  char *path;
  int fd, begun;   /* begun: the header is written */
  size_t most;     /* bytes in a write; SIZE_MAX: none waits */
  int64_t open_at; /* the next try to open the path */
  kt_encoder *encoder;
  kt_buf buf;
  size_t at;      /* of buf: what is before it is written */
  kt_delivery *d; /* whose bytes they are; NULL = the header's only */
  kt_pending pending;
};

static int is_stdout(const kt_stream *s) {
  return strcmp(s->path, "-") == 0;
}

static const char *shown(const kt_stream *s) {
  return is_stdout(s) ? "standard output" : s->path;
}

kt_status kt_stream_open(const kt_env *env, const char *where, const char *path, int32_t format,
                         const kt_conf *conf, kt_stream **out, kt_error *err) {
  kt_stream *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, where);
  *s = (kt_stream){ .env = env, .where = where, .fd = -1 };
  kt_buf_init(&s->buf, env);
  kt_pending_init(&s->pending, env);
  s->path = kt_strdup(env, path);
  kt_status st =
      s->path ? kt_encoder_new(env, format, conf, &s->encoder, err) : kt_fail_nomem(err, where);
  if (st < 0) {
    kt_stream_close(s);
    return st;
  }
  *out = s;
  return KT_OK;
}

void kt_stream_close(kt_stream *s) {
  if (!s) return;
  if (s->d) {
    kt_error why;
    kt_fail(&why, KT_ECANCELED, KT_ERR_RETRYABLE, s->where, "cannot write %.120s: nobody reads it",
            shown(s));
    kt_delivery_done(s->d, KT_RETRY, &why);
  }
  if (s->fd >= 0 && !is_stdout(s)) kt_sys_close(s->fd);
  kt_encoder_free(s->encoder);
  kt_pending_free(&s->pending);
  kt_buf_clear(&s->buf);
  kt_strfree(s->env, s->path);
  kt_env_release(s->env, s, sizeof *s);
}

static kt_status fail(const kt_stream *s, const char *what, kt_error *err) {
  kt_status st = kt_fail_os(err, errno, s->where, "cannot %s %.120s", what, shown(s));
  if (err) err->flags |= KT_ERR_FATAL;
  return st;
}

/* What standard output leads to is shared: its flags are not ours to change. A pipe that poll()
 * calls writable has room for PIPE_BUF, so that such a write does not wait; a file never does. */
static void take_stdout(kt_stream *s) {
  struct stat st;
  s->fd = STDOUT;
  s->most = kt_sys_fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) ? SIZE_MAX : PIPE_BUF;
}

/* Others that cannot be opened at all fail alike. Keeps errno. */
static int is_pipe(const kt_stream *s) {
  struct stat st;
  int error = errno, pipe = kt_sys_stat(s->path, &st) == 0 && S_ISFIFO(st.st_mode);
  errno = error;
  return pipe;
}

/* KT_AGAIN: nobody has opened the other end of the pipe yet. */
static kt_status open_target(kt_stream *s, kt_error *err) {
  if (is_stdout(s)) {
    take_stdout(s);
    return KT_OK;
  }
  s->fd = kt_sys_open(s->path, O_WRONLY | O_NONBLOCK, 0);
  s->most = SIZE_MAX;
  if (s->fd >= 0) return KT_OK;
  if (errno != ENXIO || !is_pipe(s)) return fail(s, "open", err);
  s->open_at = kt_env_mono_ms(s->env) + OPEN_AGAIN_MS;
  return KT_AGAIN;
}

/* Bytes to write now, 0 = none; also when the write would fail: that tells why. */
static size_t room(const kt_stream *s) {
  struct pollfd p = { .fd = s->fd, .events = POLLOUT };
  size_t all = s->most == PIPE_BUF ? kt_sys_pipe_room(s->fd) : s->most;
  if (all) return all;
  return kt_sys_poll(&p, 1, 0) > 0 ? PIPE_BUF : 0;
}

static int is_pending(const kt_stream *s) {
  return s->at < s->buf.len;
}

/* KT_AGAIN: the other side has to read first. */
static kt_status push(kt_stream *s, kt_error *err) {
  if (is_pending(s) && s->fd < 0) {
    kt_status st = open_target(s, err);
    if (st != KT_OK) return st;
  }
  while (is_pending(s)) {
    size_t n = s->buf.len - s->at, most = room(s), done;
    if (!most) return KT_AGAIN;
    int failed = kt_sys_write_all(s->fd, s->buf.ptr + s->at, n < most ? n : most, &done);
    s->at += done;
    if (failed && errno == EAGAIN) return KT_AGAIN;
    if (failed) return fail(s, "write", err);
  }
  return KT_OK;
}

static void forget(kt_stream *s) {
  s->buf.len = s->at = 0;
  s->d = NULL;
}

/* Writes what can be written of what was taken; the delivery hears of the end. */
static kt_status go_on(kt_stream *s, kt_error *err) {
  kt_error why;
  kt_status st = push(s, &why);
  if (st == KT_AGAIN) return st;
  kt_delivery *d = s->d;
  forget(s);
  if (st == KT_OK) s->begun = 1;
  if (d) kt_delivery_done(d, st == KT_OK ? KT_DELIVERED : KT_RETRY, st == KT_OK ? NULL : &why);
  if (st < 0 && err) *err = why;
  return st;
}

static kt_status header(kt_stream *s, kt_error *err) {
  forget(s);
  if (s->begun || kt_encoder_header(s->encoder, &s->buf) == KT_OK) return KT_OK;
  return kt_fail_nomem(err, s->where);
}

static kt_status encode(kt_stream *s, kt_delivery *d, kt_error *err) {
  const kt_batch *b = kt_delivery_batch(d);
  size_t n;
  kt_status st = header(s, err);
  if (st == KT_OK) st = kt_pending_take(&s->pending, d, &n, err);
  for (size_t i = 0; st == KT_OK && i < n; i++)
    if (kt_encoder_record(s->encoder, b, s->pending.index[i], &s->buf, NULL))
      st = kt_fail_nomem(err, s->where);
  return st;
}

kt_status kt_stream_submit(kt_stream *s, kt_delivery *d, kt_error *err) {
  if (is_pending(s)) {
    kt_status st = go_on(s, err);
    if (st != KT_OK) return st;
  }
  kt_status st = encode(s, d, err);
  KT_POINT("stream.write");
  if (st == KT_OK) st = push(s, err);
  if (st < 0) {
    forget(s);
    return st;
  }
  s->d = d;
  if (st == KT_AGAIN) return KT_OK;
  KT_POINT("stream.written");
  forget(s);
  s->begun = 1;
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

kt_status kt_stream_step(kt_stream *s, int64_t mono_ms, kt_error *err) {
  if (!is_pending(s) || (s->fd < 0 && mono_ms < s->open_at)) return KT_AGAIN;
  return go_on(s, err);
}

void kt_stream_pollset(const kt_stream *s, kt_pollset *ps) {
  if (!is_pending(s)) return;
  if (s->fd < 0)
    kt_pollset_deadline(ps, s->open_at);
  else
    kt_pollset_add(ps, s->fd, KT_POLL_OUT, 0);
}

kt_status kt_stream_flush(kt_stream *s, kt_error *err) {
  if (s->begun || s->d) return KT_OK;
  kt_status st = is_pending(s) ? KT_OK : header(s, err);
  if (st == KT_OK) st = go_on(s, err);
  if (st != KT_AGAIN) return st;
  return kt_fail(err, KT_EIO, KT_ERR_RETRYABLE, s->where, "cannot write %.120s: nobody reads it",
                 shown(s));
}
