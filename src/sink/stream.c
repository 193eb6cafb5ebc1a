/* SPDX-License-Identifier: Apache-2.0 */
#include "sink/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <kappatweet/encode.h>
#include <poll.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/point.h"
#include "base/sys.h"
#include "sink/pending.h"

enum { STDOUT = 1 };

struct kt_stream {
  const kt_env *env;
  const char *where;
  char *path;
  int fd, begun; /* begun: the header is written */
  kt_encoder *encoder;
  kt_buf buf;
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

/* Somebody else may have made the descriptor non-blocking. */
static kt_status write_out(kt_stream *s, kt_error *err) {
  const char *p = s->buf.ptr;
  size_t left = s->buf.len, done;
  if (!left) return KT_OK;
  if (s->fd < 0) s->fd = is_stdout(s) ? STDOUT : kt_sys_open(s->path, O_WRONLY, 0);
  if (s->fd < 0) return fail(s, "open", err);
  while (kt_sys_write_all(s->fd, p, left, &done)) {
    struct pollfd writable = { .fd = s->fd, .events = POLLOUT };
    p += done;
    left -= done;
    if (errno != EAGAIN) return fail(s, "write", err);
    if (kt_sys_poll(&writable, 1, -1) < 0 && errno != EINTR) return fail(s, "write", err);
  }
  return KT_OK;
}

static kt_status header(kt_stream *s, kt_error *err) {
  s->buf.len = 0;
  if (s->begun || kt_encoder_header(s->encoder, &s->buf) == KT_OK) return KT_OK;
  return kt_fail_nomem(err, s->where);
}

kt_status kt_stream_submit(kt_stream *s, kt_delivery *d, kt_error *err) {
  const kt_batch *b = kt_delivery_batch(d);
  size_t n;
  kt_status st = header(s, err);
  if (st == KT_OK) st = kt_pending_take(&s->pending, d, &n, err);
  for (size_t i = 0; st == KT_OK && i < n; i++)
    if (kt_encoder_record(s->encoder, b, s->pending.index[i], &s->buf, NULL))
      st = kt_fail_nomem(err, s->where);
  KT_POINT("stream.write");
  if (st == KT_OK) st = write_out(s, err);
  if (st < 0) return st;
  KT_POINT("stream.written");
  s->begun = 1;
  kt_delivery_done(d, KT_DELIVERED, NULL);
  return KT_OK;
}

kt_status kt_stream_flush(kt_stream *s, kt_error *err) {
  if (s->begun) return KT_OK;
  kt_status st = header(s, err);
  if (st == KT_OK) st = write_out(s, err);
  if (st == KT_OK) s->begun = 1;
  return st;
}
