/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the model file. */
#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/span.h"
#include "base/sys.h"
#include "json/json.h"
#include "score/train.h"

#define WHERE "train"

enum { MODEL_MAX = 4 << 20 };

static kt_status pad(kt_buf *out, size_t start) {
  static const char zeros[16];
  return kt_buf_put(out, zeros, (16 - (out->len - start) % 16) % 16);
}

static kt_status put_sections(const kt_trainer *t, kt_span info, kt_buf *out, size_t start,
                              kt_model_section table[KT_SECTIONS]) {
  const kt_span s[KT_SECTIONS] = {
    [KT_SECTION_HEAD] = { (const char *)&t->params, sizeof t->params },
    [KT_SECTION_CHARS] = { (const char *)t->chars, KT_CHARS * sizeof *t->chars },
    [KT_SECTION_LEXICON] = { t->lexicon.ptr, t->lexicon.len },
    [KT_SECTION_WEIGHTS] = { t->table.ptr, t->table.len },
    [KT_SECTION_SIGNALS] = { t->signals.ptr, t->signals.len },
    [KT_SECTION_LANGUAGE] = { t->language.ptr, t->language.len },
    [KT_SECTION_INFO] = info,
  };
  for (int i = 0; i < KT_SECTIONS; i++) {
    if (pad(out, start)) return KT_ENOMEM;
    memcpy(table[i].tag, kt_model_sections[i], 4);
    table[i].zero = 0;
    table[i].offset = out->len - start;
    table[i].size = s[i].len;
    if (kt_buf_put(out, s[i].ptr, s[i].len)) return KT_ENOMEM;
  }
  return pad(out, start);
}

static kt_status encode(const kt_trainer *t, kt_span info, kt_buf *out, kt_error *err) {
  kt_model_section table[KT_SECTIONS];
  kt_model_head head = { .magic = KT_MODEL_MAGIC,
                         .format = KT_MODEL_FORMAT,
                         .sections = KT_SECTIONS };
  size_t start = out->len;
  memset(table, 0, sizeof table);
  if (kt_buf_put(out, &head, sizeof head) || kt_buf_put(out, table, sizeof table) ||
      put_sections(t, info, out, start, table) < 0)
    return kt_fail_nomem(err, WHERE);
  char *file = out->ptr + start;
  memcpy(file + sizeof head, table, sizeof table);
  head.size = out->len - start;
  if (head.size > MODEL_MAX)
    return kt_fail(err, KT_ETOOBIG, 0, WHERE,
                   "the model has %zu bytes, more than 4 MiB: use a smaller table or lexicon",
                   (size_t)head.size);
  kt_hash128 sum = kt_hash(file + KT_MODEL_HASHED, head.size - KT_MODEL_HASHED, KT_MODEL_SEED);
  head.hash_hi = sum.hi;
  head.hash_lo = sum.lo;
  memcpy(file, &head, sizeof head);
  return KT_OK;
}

static int is_object(kt_span info) {
  kt_span value;
  if (kt_json_find(info, "", &value) < 0 || !value.ptr || *value.ptr != '{') return 0;
  for (const char *p = value.ptr + value.len; p < info.ptr + info.len; p++)
    if (*p != ' ' && *p != '\t' && *p != '\n' && *p != '\r') return 0;
  return 1;
}

kt_status kt_trainer_encode(const kt_trainer *t, kt_span info, kt_buf *out, kt_error *err) {
  if (t->ran != 1)
    return kt_fail(err, KT_ESTATE, 0, WHERE, "there is no model before kt_trainer_run()");
  if (!info.ptr) info = KT_LIT("{}");
  if (!is_object(info))
    return kt_fail(err, KT_EINVAL, 0, WHERE, "what is told of the model is no JSON object");
  size_t start = out->len;
  kt_status st = encode(t, info, out, err);
  if (st < 0) out->len = start;
  return st;
}

static kt_status write_file(const char *path, const char *temp, kt_span bytes, kt_error *err) {
  struct stat st;
  if (kt_sys_stat(path, &st) == 0 && !S_ISREG(st.st_mode))
    return kt_fail(err, KT_EINVAL, 0, WHERE, "cannot write %s: it is there and is no file",
                   kt_error_path(path));
  int fd = kt_sys_open(temp, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0) return kt_fail_os(err, errno, WHERE, "cannot write %s", kt_error_path(path));
  int failed = kt_sys_write_all(fd, bytes.ptr, bytes.len, NULL) < 0 || kt_sys_fsync(fd) < 0;
  int error = errno;
  if (kt_sys_close(fd) < 0 && !failed) failed = 1, error = errno;
  if (!failed && (kt_sys_rename(temp, path) < 0 || kt_sys_sync_parent(path) < 0))
    failed = 1, error = errno;
  if (!failed) return KT_OK;
  kt_sys_unlink(temp);
  return kt_fail_os(err, error, WHERE, "cannot write %s", kt_error_path(path));
}

kt_status kt_trainer_write(const kt_trainer *t, const char *path, kt_span info, kt_error *err) {
  char temp[4096];
  kt_buf bytes;
  if (!path) return kt_fail(err, KT_EINVAL, 0, WHERE, "the path of the model is required");
  int n = snprintf(temp, sizeof temp, "%s.part", path);
  if (n < 0 || (size_t)n >= sizeof temp)
    return kt_fail(err, KT_EINVAL, 0, WHERE, "the path of the model is too long");
  kt_buf_init(&bytes, t->env);
  kt_status st = kt_trainer_encode(t, info, &bytes, err);
  if (st == KT_OK) st = write_file(path, temp, kt_span_make(bytes.ptr, bytes.len), err);
  kt_buf_clear(&bytes);
  return st;
}
