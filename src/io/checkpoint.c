/* SPDX-License-Identifier: Apache-2.0 */
#include "io/checkpoint.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/point.h"
#include "base/sys.h"
#include "io/lockfile.h"

/* kappatweet-checkpoint VERSION LENGTH CRC\n and the content. The sum covers version and length
 * too, so that no damaged byte is taken for a newer version. */
#define MAGIC "kappatweet-checkpoint "
#define WHERE "checkpoint"
enum {
  MAGIC_BYTES = sizeof MAGIC - 1,
  SUMMED_BYTES = 2 + 16 + 1, /* "1 " and the length */
  HEAD_BYTES = MAGIC_BYTES + SUMMED_BYTES + 8 + 1
};

struct kt_checkpoint {
  const kt_env *env;
  char *path, *tmp;
  size_t tmp_bytes;
  int fd; /* of the file that has the name; its lock is ours. -1: there is none yet */
};

static void put_hex(char *out, uint64_t v, int digits) {
  for (int i = digits - 1; i >= 0; i--, v >>= 4) out[i] = "0123456789abcdef"[v & 15];
}

static void make_head(char head[HEAD_BYTES], kt_span content) {
  memcpy(head, MAGIC "1 ", MAGIC_BYTES + 2);
  put_hex(head + MAGIC_BYTES + 2, content.len, 16);
  head[MAGIC_BYTES + 18] = ' ';
  uint32_t crc = kt_crc32(0, head + MAGIC_BYTES, SUMMED_BYTES);
  put_hex(head + MAGIC_BYTES + SUMMED_BYTES, kt_crc32(crc, content.ptr, content.len), 8);
  head[HEAD_BYTES - 1] = '\n';
}

static kt_status damaged(const char *path, const char *how, kt_error *err) {
  return kt_fail(err, KT_ECORRUPT, 0, WHERE,
                 "checkpoint %s is damaged (%s): delete it to start again from the beginning",
                 kt_error_path(path), how);
}

/* `file` is all that is there; its head is taken apart by making the one it should have. */
static kt_status check(const char *path, kt_span file, kt_error *err) {
  char head[HEAD_BYTES];
  if (memcmp(file.ptr, MAGIC, file.len < MAGIC_BYTES ? file.len : MAGIC_BYTES) != 0)
    return kt_fail(err, KT_ECORRUPT, 0, WHERE,
                   "%s is no checkpoint: give another name (or delete it to start again)",
                   kt_error_path(path));
  if (file.len < HEAD_BYTES) return damaged(path, "too short", err);
  make_head(head, (kt_span){ file.ptr + HEAD_BYTES, file.len - HEAD_BYTES });
  if (memcmp(file.ptr, head, HEAD_BYTES) == 0) return KT_OK;
  char version = file.ptr[MAGIC_BYTES];
  if (version >= '2' && version <= '9') {
    char sum[8];
    uint32_t crc = kt_crc32(0, file.ptr + MAGIC_BYTES, SUMMED_BYTES);
    put_hex(sum, kt_crc32(crc, file.ptr + HEAD_BYTES, file.len - HEAD_BYTES), 8);
    if (memcmp(sum, file.ptr + MAGIC_BYTES + SUMMED_BYTES, 8) == 0)
      return kt_fail(err, KT_ENOTSUP, 0, WHERE,
                     "checkpoint %s was written by a newer version of kappatweet",
                     kt_error_path(path));
  }
  return damaged(path, "wrong checksum", err);
}

static kt_status busy(const char *path, kt_error *err) {
  return kt_fail(err, KT_ESTATE, 0, WHERE,
                 "checkpoint %s is in use by another run: give each run its own",
                 kt_error_path(path));
}

static kt_status failed_os(kt_error *err, int os_error, const char *what, const char *path) {
  kt_status st =
      kt_fail_os(err, os_error, WHERE, "cannot %s checkpoint %s", what, kt_error_path(path));
  if (err) err->flags |= KT_ERR_RETRYABLE;
  return st;
}

/* *fd < 0 if there is no such file and `flags` do not make one. */
static kt_status open_locked(const char *path, int flags, const char *shown, int *fd,
                             kt_error *err) {
  const char *what;
  kt_status st = kt_lockfile_open(path, flags, 0644, 0, fd, &what);
  if (st == KT_ESTATE) return busy(shown, err);
  return st < 0 ? failed_os(err, errno, what, shown) : KT_OK;
}

static kt_status read_all(kt_checkpoint *c, kt_buf *content, kt_error *err) {
  kt_buf file;
  kt_status st = KT_OK;
  ssize_t n = 1;
  kt_buf_init(&file, c->env);
  while (st == KT_OK && n > 0) {
    if (kt_buf_need(&file, 4096))
      st = kt_fail_nomem(err, WHERE);
    else if ((n = kt_sys_pread(c->fd, file.ptr + file.len, file.cap - file.len,
                               (int64_t)file.len)) < 0)
      st = failed_os(err, errno, "read", c->path);
    else
      file.len += (size_t)n;
  }
  KT_POINT("checkpoint.load");
  if (st == KT_OK) st = check(c->path, kt_buf_bytes(&file), err);
  if (st == KT_OK && kt_buf_put(content, file.ptr + HEAD_BYTES, file.len - HEAD_BYTES) < 0)
    st = kt_fail_nomem(err, WHERE);
  kt_buf_clear(&file);
  return st;
}

static kt_status write_new(kt_checkpoint *c, int fd, kt_span content, kt_error *err) {
  KT_POINT("checkpoint.write");
  char head[HEAD_BYTES];
  make_head(head, content);
  if (kt_sys_ftruncate(fd, 0) < 0 || kt_sys_lseek(fd, 0, SEEK_SET) < 0 ||
      kt_sys_write_all(fd, head, sizeof head, NULL) < 0 ||
      kt_sys_write_all(fd, content.ptr, content.len, NULL) < 0 || kt_sys_fsync(fd) < 0)
    return failed_os(err, errno, "write", c->path);
  KT_POINT("checkpoint.synced");
  /* Whoever made the file while we made ours has the right to it. */
  struct stat named;
  int free = c->fd >= 0 || kt_sys_stat(c->path, &named) < 0;
  if (!free) return busy(c->path, err);
  if (c->fd < 0 && errno != ENOENT) return failed_os(err, errno, "look at", c->path);
  KT_POINT("checkpoint.rename");
  if (kt_sys_rename(c->tmp, c->path) < 0) return failed_os(err, errno, "replace", c->path);
  return KT_OK;
}

kt_status kt_checkpoint_save(kt_checkpoint *c, kt_span content, kt_error *err) {
  int fd;
  kt_status st = open_locked(c->tmp, O_CREAT, c->path, &fd, err);
  if (st < 0) return st;
  st = write_new(c, fd, content, err);
  if (st < 0) {
    kt_sys_unlink(c->tmp);
    kt_sys_close(fd);
    return st;
  }
  KT_POINT("checkpoint.renamed");
  if (c->fd >= 0) kt_sys_close(c->fd);
  c->fd = fd;
  return kt_sys_sync_parent(c->path) < 0 ? failed_os(err, errno, "sync the folder of", c->path)
                                         : KT_OK;
}

kt_status kt_checkpoint_open(const kt_env *env, const char *path, kt_buf *content,
                             kt_checkpoint **out, kt_error *err) {
  kt_checkpoint *c = kt_zalloc(env, sizeof *c);
  if (!c) return kt_fail_nomem(err, WHERE);
  size_t n = strlen(path);
  c->env = env;
  c->fd = -1;
  c->path = kt_strdup(env, path);
  c->tmp_bytes = n + 5;
  c->tmp = kt_env_alloc(env, c->tmp_bytes);
  kt_status st = c->path && c->tmp ? KT_OK : kt_fail_nomem(err, WHERE);
  if (st == KT_OK) {
    memcpy(c->tmp, path, n);
    memcpy(c->tmp + n, ".tmp", 5);
    st = open_locked(path, 0, path, &c->fd, err);
  }
  if (st == KT_OK)
    st = c->fd >= 0 ? read_all(c, content, err) : kt_checkpoint_save(c, (kt_span){ "", 0 }, err);
  if (st < 0) {
    kt_checkpoint_close(c);
    return st;
  }
  *out = c;
  return KT_OK;
}

int kt_checkpoint_is(const kt_checkpoint *c, uint64_t dev, uint64_t ino) {
  struct stat st;
  return c->fd >= 0 && kt_sys_fstat(c->fd, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void kt_checkpoint_close(kt_checkpoint *c) {
  if (!c) return;
  if (c->fd >= 0) kt_sys_close(c->fd);
  kt_env_release(c->env, c->tmp, c->tmp_bytes);
  kt_strfree(c->env, c->path);
  kt_env_release(c->env, c, sizeof *c);
}
