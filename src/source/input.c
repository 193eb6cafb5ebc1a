/* SPDX-License-Identifier: Apache-2.0 */
#include "source/input.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/point.h"
#include "base/sys.h"

#define WHERE "source.file"
enum { IN_BYTES = 64 * 1024, STDIN_FD = 0 };

static kt_status failed_os(kt_error *err, int os_error, const char *what, const char *path) {
  const char *shown = strcmp(path, "-") == 0 ? "standard input" : kt_error_path(path);
  return kt_fail_os(err, os_error, WHERE, "cannot %s %s", what, shown);
}

static kt_status look(kt_input *in, int *is_dir, kt_error *err) {
  struct stat st;
  if (kt_sys_fstat(in->fd, &st) < 0) return failed_os(err, errno, "open", in->path);
  in->dev = st.st_dev;
  in->ino = st.st_ino;
  in->size = (uint64_t)st.st_size;
  in->stream = !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode);
  *is_dir = S_ISDIR(st.st_mode);
  in->head_len = 0;
  if (in->stream || in->shared) return KT_OK;
  for (ssize_t n = 1; n > 0 && in->head_len < sizeof in->head; in->head_len += (size_t)n) {
    n = kt_sys_pread(in->fd, in->head + in->head_len, sizeof in->head - in->head_len,
                     (int64_t)in->head_len);
    if (n < 0) return errno == EISDIR ? KT_OK : failed_os(err, errno, "read", in->path);
  }
  return KT_OK;
}

kt_status kt_input_open(kt_input *in, const kt_env *env, const char *path, kt_error *err) {
  int is_dir;
  *in = (kt_input){ .env = env, .path = path, .fd = -1 };
  in->shared = strcmp(path, "-") == 0;
  /* Not blocked by a named pipe that nobody writes to. */
  in->fd = in->shared ? STDIN_FD : kt_sys_open(path, O_RDONLY | O_NONBLOCK, 0);
  if (in->fd < 0) return failed_os(err, errno, "open", path);
  kt_status st = look(in, &is_dir, err);
  if (st == KT_OK && is_dir) st = failed_os(err, EISDIR, "open", path);
  if (st < 0) kt_input_close(in);
  return st;
}

void kt_input_close(kt_input *in) {
  if (in->fd >= 0 && !in->shared) kt_sys_close(in->fd);
  in->fd = -1;
  kt_decompressor_free(in->z);
  in->z = NULL;
  if (in->in) kt_env_release(in->env, in->in, IN_BYTES);
  in->in = NULL;
  in->left = (kt_span){ NULL, 0 };
}

kt_status kt_input_look(kt_input *in, kt_error *err) {
  int is_dir;
  return look(in, &is_dir, err);
}

int kt_input_is(const kt_input *in, const kt_mark *mark) {
  return mark->dev == in->dev && mark->ino == in->ino && in->head_len >= mark->head_len &&
         kt_hash(in->head, mark->head_len, 0).lo == mark->head_hash;
}

void kt_input_identify(const kt_input *in, kt_mark *mark) {
  mark->dev = in->dev;
  mark->ino = in->ino;
  mark->head_len = (uint32_t)in->head_len;
  mark->head_hash = kt_hash(in->head, in->head_len, 0).lo;
}

void kt_input_skip(kt_input *in, uint64_t offset) {
  in->skip = offset;
}

void kt_input_restart(kt_input *in) {
  kt_decompressor_free(in->z);
  in->z = NULL;
  in->raw = in->skip = in->text = 0;
  in->left.len = 0;
  in->sniffed = 0;
}

/* Reads compressed bytes, or plain ones straight to where they belong. */
static kt_status read_raw(kt_input *in, char *buf, size_t cap, size_t *got, kt_error *err) {
  *got = 0;
  if (in->stream) {
    struct pollfd p = { .fd = in->fd, .events = POLLIN };
    int r = kt_sys_poll(&p, 1, 0);
    if (r < 0 && errno != EINTR) return failed_os(err, errno, "wait for", in->path);
    if (r <= 0 || !p.revents) return KT_AGAIN;
  }
  ssize_t n = in->stream || in->shared ? kt_sys_read(in->fd, buf, cap)
                                       : kt_sys_pread(in->fd, buf, cap, (int64_t)in->raw);
  if (n < 0) {
    if (errno == EAGAIN) return KT_AGAIN;
    return failed_os(err, errno, "read", in->path);
  }
  in->raw += (uint64_t)n;
  *got = (size_t)n;
  return n ? KT_OK : KT_END;
}

static kt_status make_buffer(kt_input *in, kt_error *err) {
  if (!in->in) in->in = kt_env_alloc(in->env, IN_BYTES);
  if (!in->in) return kt_fail_nomem(err, WHERE);
  if (!in->left.len) in->left = (kt_span){ in->in, 0 };
  return KT_OK;
}

/* Begins to read in the format that the first bytes tell. */
static kt_status begin(kt_input *in, const char *what, kt_status known, kt_error *err) {
  if (known < 0)
    return kt_fail(err, KT_ENOTSUP, 0, WHERE,
                   "%s is %s, which is not read: unpack it first (text, gzip, zstd and bzip2 are)",
                   kt_error_path(in->path), what);
  if (in->codec != KT_CODEC_NONE) {
    kt_status st = make_buffer(in, err);
    if (st == KT_OK) st = kt_decompressor_new(in->env, in->codec, &in->z, err);
    if (st < 0) return st;
  } else if (in->skip && in->skip <= in->size) {
    in->raw = in->text = in->skip; /* text needs no passing over */
    in->skip = 0;
  }
  in->sniffed = 1;
  return KT_OK;
}

/* The bytes that are read to know a stream are kept in `left`. KT_AGAIN: it has not given them. */
static kt_status sniff_stream(kt_input *in, kt_error *err) {
  const char *what;
  kt_status st = make_buffer(in, err);
  /* A terminal's first line may be shorter: text is known by its first byte. */
  while (st == KT_OK && in->left.len < KT_CODEC_MAGIC &&
         !(in->left.len && (*in->in == '{' || *in->in == '[' || *in->in == '\n'))) {
    size_t n;
    st = read_raw(in, in->in + in->left.len, IN_BYTES - in->left.len, &n, err);
    in->left.len += n;
  }
  if (st < 0 || st == KT_AGAIN || !in->left.len) return st;
  kt_status known = kt_codec_detect(in->in, in->left.len, &in->codec, &what);
  return begin(in, what, known, err);
}

/* A file is known by the bytes that its identity is made of. */
static kt_status sniff(kt_input *in, kt_error *err) {
  const char *what;
  if (in->stream || in->shared) return sniff_stream(in, err);
  kt_status known = kt_codec_detect(in->head, in->head_len, &in->codec, &what);
  if (!in->head_len || (known == KT_AGAIN && in->patient)) return KT_END;
  return begin(in, what, known, err);
}

static kt_status read_text(kt_input *in, char *buf, size_t cap, size_t *got, kt_error *err) {
  if (!in->left.len) return read_raw(in, buf, cap, got, err);
  *got = in->left.len < cap ? in->left.len : cap;
  memcpy(buf, in->left.ptr, *got);
  in->left.ptr += *got;
  in->left.len -= *got;
  return KT_OK;
}

/* A decompressor that found no memory cannot go on. A file is unpacked again up to here. */
static kt_status no_memory(kt_input *in, size_t got, kt_error *err) {
  uint64_t text = in->text + got;
  if (in->stream || in->shared)
    return kt_fail(err, KT_EIO, 0, WHERE, "%s: no memory to unpack it", kt_error_path(in->path));
  kt_input_restart(in);
  in->skip = text;
  return kt_fail_nomem(err, WHERE);
}

/* The decompressor may still hold text when the file is at its end. */
static kt_status read_packed(kt_input *in, char *buf, size_t cap, size_t *got, kt_error *err) {
  kt_status end = KT_OK;
  kt_error why;
  if (!in->left.len) {
    size_t n;
    end = read_raw(in, in->in, IN_BYTES, &n, err);
    if (end < 0) return end;
    in->left = (kt_span){ in->in, n };
  }
  KT_POINT("source.unpack");
  kt_status st = kt_decompressor_run(in->z, &in->left, buf, cap, got, &why);
  if (st == KT_ENOMEM) return no_memory(in, *got, err);
  if (st < 0)
    return kt_fail(err, st, 0, WHERE, "%s, byte %llu: %s", kt_error_path(in->path),
                   (unsigned long long)(in->raw - in->left.len), why.message);
  return *got ? KT_OK : end;
}

kt_status kt_input_read(kt_input *in, char *buf, size_t cap, size_t *got, kt_error *err) {
  *got = 0;
  if (!in->sniffed) {
    kt_status st = sniff(in, err);
    if (st != KT_OK) return st;
  }
  kt_status st = in->z ? read_packed(in, buf, cap, got, err) : read_text(in, buf, cap, got, err);
  if (in->sniffed) in->text += *got;
  if (*got && in->skip) {
    size_t over = in->skip < *got ? (size_t)in->skip : *got;
    in->skip -= over;
    *got -= over;
    memmove(buf, buf + over, *got);
  }
  return st;
}

kt_status kt_input_check_end(const kt_input *in, kt_error *err) {
  if (!in->z || kt_decompressor_whole(in->z)) return KT_OK;
  return kt_fail(err, KT_ECORRUPT, 0, WHERE,
                 "%s is cut off: its %s data ends too early, at byte %llu", kt_error_path(in->path),
                 kt_codec_name(in->codec), (unsigned long long)in->raw);
}
