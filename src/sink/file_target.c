/* SPDX-License-Identifier: Apache-2.0 */
/* What the target is, what is there already, and whether it may be written to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/sys.h"
#include "io/disk.h"
#include "io/folders.h"
#include "sink/file.h"

/* Concatenation of up to three strings; NULL: no memory. */
static char *join(const kt_env *env, const char *a, const char *b, const char *c) {
  kt_buf buf;
  char *out = NULL;
  kt_buf_init(&buf, env);
  if (!kt_buf_puts(&buf, a) && !kt_buf_puts(&buf, b) && !kt_buf_puts(&buf, c))
    out = kt_strndup(env, buf.ptr, buf.len);
  kt_buf_clear(&buf);
  return out;
}

static kt_status take_codec(kt_file_sink *s, const kt_conf *conf, kt_codec *codec, kt_error *err) {
  static const kt_codec all[] = { KT_CODEC_NONE, KT_CODEC_GZIP, KT_CODEC_ZSTD, KT_CODEC_BZIP2 };
  const char *name = kt_conf_string(conf, "compress");
  *codec = strcmp(name, "auto") == 0 && s->single ? kt_codec_of_path(s->target) : KT_CODEC_NONE;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(name, kt_codec_name(all[i])) == 0) *codec = all[i];
  return *codec == KT_CODEC_NONE ? KT_OK
                                 : kt_compressor_new(s->env, *codec, 0, &s->set.compressor, err);
}

/* Deletes have their own file where the layout has no place for them. */
static kt_status take_encoders(kt_file_sink *s, const kt_conf *conf, kt_error *err) {
  const char *record = kt_conf_string(conf, "record");
  kt_conf *full = NULL;
  kt_status st = kt_encoder_new(s->env, s->format, conf, &s->encoder, err);
  if (st < 0 || strcmp(record, "full") == 0 || strcmp(record, "raw") == 0) return st;
  st = kt_conf_new(s->env, KT_ENCODER_OPTIONS, &full, err);
  if (st == KT_OK) st = kt_conf_set(full, "record", "full", err);
  if (st == KT_OK) st = kt_encoder_new(s->env, KT_FORMAT_NDJSON, full, &s->delete_encoder, err);
  kt_conf_free(full);
  return st;
}

/* Whatever makes the bytes of one run unlike those of another. */
static kt_status name_layout(kt_file_sink *s, const kt_conf *conf, kt_codec codec, kt_error *err) {
  static const char *const names[] = { "record", "fields",    "delimiter", "transliterate",
                                       "key",    "partition", "time" };
  kt_buf all;
  kt_status st = KT_OK;
  kt_buf_init(&all, s->env);
  for (size_t i = 0; i < sizeof names / sizeof *names && st == KT_OK; i++) {
    const char *value = kt_conf_string(conf, names[i]);
    st = kt_buf_printf(&all, "%s=%s\n", names[i], value ? value : "");
  }
  if (st == KT_OK) st = kt_buf_puts(&all, kt_codec_name(codec));
  if (st == KT_OK)
    snprintf(s->layout, sizeof s->layout, "%s-%016llx", s->format == KT_FORMAT_CSV ? "csv" : "json",
             (unsigned long long)kt_hash(all.ptr, all.len, 0).lo);
  kt_buf_clear(&all);
  return st == KT_OK ? KT_OK : kt_fail_nomem(err, s->set.where);
}

static kt_status name_files(kt_file_sink *s, const kt_conf *conf, int folder, kt_error *err) {
  const char *ext = s->format == KT_FORMAT_CSV ? ".csv" : ".ndjson";
  const char *slash = strrchr(s->target, '/');
  size_t n = strlen(s->target);
  s->prefix = kt_strdup(s->env, kt_conf_string(conf, "name"));
  if (!s->prefix) return kt_fail_nomem(err, s->set.where);
  int odd = strchr(s->prefix, '/') || !*s->prefix || *s->prefix == '.';
  for (const char *c = s->prefix; *c; c++) odd |= (unsigned char)*c < ' ';
  if (odd)
    return kt_fail(err, KT_EINVAL, 0, s->set.where, "option name: '%.40s' is no file name",
                   s->prefix);
  if (folder) {
    s->folder = join(s->env, s->target, n && s->target[n - 1] == '/' ? "" : "/", "");
  } else {
    s->folder = kt_strndup(s->env, s->target, slash ? (size_t)(slash - s->target) + 1 : 0);
    s->single = kt_strdup(s->env, slash ? slash + 1 : s->target);
    if (!s->single) return kt_fail_nomem(err, s->set.where);
  }
  kt_codec codec;
  kt_status st = take_codec(s, conf, &codec, err);
  if (st < 0) return st;
  s->suffix = join(s->env, ext, kt_codec_suffix(codec), "");
  char *shown = s->single ? kt_strdup(s->env, s->single) : join(s->env, s->prefix, ext, "");
  if (shown) s->deletes = join(s->env, shown, ".deletes.ndjson", kt_codec_suffix(codec));
  kt_strfree(s->env, shown);
  if (!s->folder || !s->suffix || !s->deletes) return kt_fail_nomem(err, s->set.where);
  s->set.folder = s->folder;
  return name_layout(s, conf, codec, err);
}

static kt_status open_journal(kt_file_sink *s, const char *mode, kt_error *err) {
  char *name = s->single ? kt_strdup(s->env, s->single) : join(s->env, s->prefix, s->suffix, "");
  char *hidden = name ? join(s->env, s->folder, ".", name) : NULL;
  char *path = hidden ? join(s->env, hidden, ".journal", "") : NULL;
  kt_error why; /* *err is written only if the call fails in the end */
  kt_status st = kt_fail_nomem(&why, s->set.where);
  if (path) {
    st = kt_journal_open(s->env, path, s->set.sync, &s->set.journal, &why);
    if (st == KT_ECORRUPT && (!strcmp(mode, "overwrite") || !strcmp(mode, "append"))) {
      kt_sys_unlink(path);
      st = kt_journal_open(s->env, path, s->set.sync, &s->set.journal, &why);
    }
  }
  if (st < 0 && err) *err = why;
  kt_strfree(s->env, name);
  kt_strfree(s->env, hidden);
  kt_strfree(s->env, path);
  return st;
}

static kt_journal_file *in_journal(kt_file_sink *s, const char *name) {
  for (size_t i = 0; i < kt_journal_count(s->set.journal); i++)
    if (strcmp(kt_journal_file_at(s->set.journal, i)->name, name) == 0)
      return kt_journal_file_at(s->set.journal, i);
  return NULL;
}

static int same_layout(const kt_file_sink *s) {
  return strcmp(kt_journal_layout(s->set.journal), s->layout) == 0;
}

static kt_status refuse(const kt_file_sink *s, const char *why, kt_error *err) {
  return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, s->set.where,
                 "%.70s %s: mode=append adds to it, mode=overwrite replaces it", s->target, why);
}

/* A foreign text may end without a newline. */
static kt_status end_last_line(kt_file_sink *s, kt_part_file *p, int64_t size, kt_error *err) {
  char last = '\n';
  int fd = size && !s->set.compressor ? kt_sys_open(p->path, O_RDONLY, 0) : -1;
  if (fd < 0) return KT_OK;
  ssize_t n = kt_sys_pread(fd, &last, 1, size - 1);
  kt_sys_close(fd);
  if (n != 1 || last == '\n') return KT_OK;
  return kt_buf_putc(&p->buf, '\n') ? kt_fail_nomem(err, s->set.where) : KT_OK;
}

static kt_status add_only(kt_file_sink *s, int64_t length, kt_journal_file *file, kt_error *err) {
  kt_status st = KT_OK;
  if (!file) st = kt_journal_reset(s->set.journal, s->layout, err);
  if (st == KT_OK) st = kt_part_add(&s->set, s->single, INT64_MIN, 0, file, &s->only, err);
  if (st < 0) return st;
  s->only->encoder = s->encoder;
  s->only->exists = file || length;
  s->only->torn = 1;
  if (file) return KT_OK;
  s->only->file->length = length;
  return end_last_line(s, s->only, length, err);
}

/* Whether it is there; a file that cannot be looked at may hold all that was ever written. */
static kt_status look(const kt_file_sink *s, const char *path, struct stat *st, int *exists,
                      kt_error *err) {
  *exists = kt_sys_stat(path, st) == 0;
  return *exists || errno == ENOENT || errno == ENOTDIR ? KT_OK
                                                        : kt_part_fail(&s->set, "open", path, err);
}

static kt_status adopt_file(kt_file_sink *s, const char *mode, kt_error *err) {
  struct stat st;
  int exists, append = strcmp(mode, "append") == 0;
  kt_status status = look(s, s->target, &st, &exists, err);
  if (status < 0) return status;
  if (exists && kt_sys_access(s->target, W_OK))
    return kt_part_fail(&s->set, "open", s->target, err);
  if (exists && strcmp(mode, "fail") == 0) return refuse(s, "exists already and mode=fail", err);
  if (!exists || !st.st_size || strcmp(mode, "overwrite") == 0) return add_only(s, 0, NULL, err);
  kt_journal_file *f = in_journal(s, s->single);
  if (!f || !same_layout(s)) {
    int64_t length = f && f->open && f->length < st.st_size ? f->length : st.st_size;
    if (append) return add_only(s, length, NULL, err);
    return refuse(s, f ? "was written with other options" : "exists and is not ours", err);
  }
  if (!append && (st.st_size < f->length || (!f->open && st.st_size > f->length)))
    return refuse(s, "was changed since it was written", err);
  if (append && (st.st_size < f->length || !f->open)) f->length = st.st_size;
  return add_only(s, 0, f, err);
}

/* It was renamed, and the journal had no time to say so; bytes may be in it that are not safe. */
static kt_status cut_shown(kt_file_sink *s, kt_part_file *p, int64_t size, kt_error *err) {
  KT_POINT("file.adopt_shown");
  p->shown = 1;
  return size <= p->file->length ? KT_OK : kt_part_open(&s->set, p, err);
}

/* A file that was open when the last run ended goes on; one that is gone takes its batches along.
 */
static kt_status adopt_part(kt_file_sink *s, kt_journal_file *f, kt_error *err) {
  kt_part_file *p;
  struct stat at;
  int64_t start, end;
  int hidden = 0, shown = 0;
  kt_status st = kt_part_add(&s->set, f->name, f->period_ms, f->open, f, &p, err);
  if (st < 0) return st;
  p->encoder = s->encoder;
  kt_key_period(&s->key, f->period_ms, &start, &end);
  p->close_at = end;
  KT_POINT("file.adopt");
  if (p->hidden) st = look(s, p->hidden, &at, &hidden, err);
  if (st == KT_OK) st = look(s, p->path, &at, &shown, err);
  if (st < 0 || hidden) return st;
  if (p->hidden && shown) st = cut_shown(s, p, at.st_size, err);
  if (p->hidden && shown && st == KT_OK) st = kt_part_show(&s->set, p, err); /* its name is safe */
  for (size_t i = 0; i < s->set.count; i++)
    if (s->set.items[i] == p) kt_part_drop(&s->set, i);
  if (shown)
    f->open = 0;
  else
    kt_journal_forget(s->set.journal, f);
  return st;
}

/* Another layout begins: what is open is finished under the old one. */
static kt_status finish_old(kt_file_sink *s, kt_error *err) {
  for (size_t i = s->set.count; i-- > 0;) {
    kt_part_file *p = s->set.items[i];
    kt_status st = kt_part_open(&s->set, p, err);
    if (st == KT_OK) st = kt_part_show(&s->set, p, err);
    if (st < 0) return st;
    kt_part_drop(&s->set, i);
  }
  return kt_journal_reset(s->set.journal, s->layout, err);
}

static kt_status adopt_folder(kt_file_sink *s, const char *mode, kt_error *err) {
  struct stat st;
  int exists;
  kt_status status = look(s, s->folder, &st, &exists, err);
  if (status < 0) return status;
  if (strcmp(mode, "overwrite") == 0)
    return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, s->set.where,
                   "mode=overwrite is for one file: remove the folder %.80s yourself", s->folder);
  if (exists && strcmp(mode, "fail") == 0)
    return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, s->set.where, "%.90s exists already and mode=fail",
                   s->folder);
  if (!kt_journal_exists(s->set.journal)) return kt_journal_reset(s->set.journal, s->layout, err);
  for (size_t i = kt_journal_count(s->set.journal); i-- > 0 && status == KT_OK;) {
    kt_journal_file *f = kt_journal_file_at(s->set.journal, i);
    if (strcmp(f->name, s->deletes) != 0) status = adopt_part(s, f, err);
  }
  if (status < 0 || same_layout(s)) return status;
  if (strcmp(mode, "append") == 0) return finish_old(s, err);
  return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, s->set.where,
                 "%.70s holds files written with other options: choose another folder or name, or "
                 "mode=append",
                 s->folder);
}

/* The file of deletes goes on wherever it stands. */
static kt_status adopt_deletes(kt_file_sink *s, int anew, kt_error *err) {
  struct stat st;
  int exists;
  kt_journal_file *f = in_journal(s, s->deletes);
  if (!s->delete_encoder) return KT_OK;
  char *path = join(s->env, s->folder, s->deletes, "");
  if (!path) return kt_fail_nomem(err, s->set.where);
  kt_status status = look(s, path, &st, &exists, err);
  kt_strfree(s->env, path);
  if (status < 0) return status;
  if (f && !exists) {
    kt_journal_forget(s->set.journal, f);
    f = NULL;
  }
  if (!f && !exists) return KT_OK;
  status = kt_part_add(&s->set, s->deletes, INT64_MAX, 0, f, &s->tombs, err);
  if (status < 0) return status;
  s->tombs->encoder = s->delete_encoder;
  s->tombs->torn = 1;
  if (!f || !f->open) s->tombs->file->length = anew ? 0 : st.st_size;
  return KT_OK;
}

/* Below /dev there are devices and what /dev/stdout leads to, but ordinary files in /dev/shm. */
static int names_device(const char *target) {
  return strncmp(target, "/dev/", 5) == 0 && strncmp(target, "/dev/shm/", 9) != 0;
}

/* Neither a file nor a folder. */
static int is_stream(const char *target, const struct stat *st) {
  return strcmp(target, "-") == 0 || names_device(target) ||
         (st && !S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode));
}

static kt_status take_key(kt_file_sink *s, const kt_conf *conf, int *folder, kt_error *err) {
  const char *partition = kt_conf_string(conf, "partition"), *key = kt_conf_string(conf, "key");
  int parted = strcmp(partition, "none") != 0;
  if (parted && key)
    return kt_fail(err, KT_EINVAL, 0, s->set.where, "give partition or key, not both");
  if (!key) key = !parted ? "" : strcmp(partition, "hour") == 0 ? "%Y/%m/%d/%H" : "%Y/%m/%d";
  *folder = parted || *key;
  s->template = kt_strdup(s->env, key);
  return s->template ? kt_key_init(&s->key, s->template, err) : kt_fail_nomem(err, s->set.where);
}

kt_status kt_file_prepare(kt_file_sink *s, const kt_conf *conf, kt_error *err) {
  const char *target = kt_conf_string(conf, "target"), *mode = kt_conf_string(conf, "mode");
  struct stat st;
  int exists = 0, folder = 0;
  size_t n = strlen(target);
  kt_status status = take_key(s, conf, &folder, err);
  if (status == KT_OK && strcmp(target, "-") != 0) status = look(s, target, &st, &exists, err);
  if (status < 0) return status;
  if (is_stream(target, exists ? &st : NULL)) {
    if (folder) return kt_fail(err, KT_EINVAL, 0, s->set.where, "partition and key need a folder");
    return kt_stream_open(s->env, s->set.where, target, s->format, conf, &s->stream, err);
  }
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)target[i] < ' ')
      return kt_fail(err, KT_EINVAL, 0, s->set.where, "control characters in the target");
  if (exists && S_ISREG(st.st_mode) && folder)
    return kt_fail(err, KT_EINVAL, KT_ERR_FATAL, s->set.where,
                   "partition and key need a folder, and %.90s is a file", target);
  folder |= target[n - 1] == '/' || (exists && S_ISDIR(st.st_mode));
  s->target = kt_strdup(s->env, target);
  if (!s->target) return kt_fail_nomem(err, s->set.where);
  status = name_files(s, conf, folder, err);
  if (status == KT_OK) status = take_encoders(s, conf, err);
  if (status == KT_OK && (folder || !exists))
    status = kt_disk_check(s->env, folder ? s->folder : target, s->set.where, err);
  if (status == KT_OK) status = open_journal(s, mode, err);
  if (status == KT_OK) status = folder ? adopt_folder(s, mode, err) : adopt_file(s, mode, err);
  if (status == KT_OK) status = adopt_deletes(s, strcmp(mode, "overwrite") == 0, err);
  return status;
}

kt_status kt_file_begin(kt_file_sink *s, kt_error *err) {
  kt_status st = KT_OK;
  if (s->begun || !s->only) return KT_OK;
  if (!s->only->exists && kt_folders_make(s->env, s->target, s->set.sync))
    return kt_part_fail(&s->set, "make", s->target, err);
  KT_POINT("file.begin");
  kt_journal_begin(s->set.journal);
  if (kt_journal_stage_file(s->set.journal, s->only->file, s->only->file->length, 1))
    st = kt_fail_nomem(err, s->set.where);
  if (st == KT_OK) st = kt_journal_commit(s->set.journal, err);
  s->begun = st == KT_OK;
  return st;
}

void kt_file_release(kt_file_sink *s) {
  kt_stream_close(s->stream);
  for (size_t i = s->set.count; i-- > 0;) kt_part_drop(&s->set, i);
  kt_env_release(s->env, s->set.items, s->set.cap * sizeof *s->set.items);
  kt_buf_clear(&s->set.scratch);
  kt_compressor_free(s->set.compressor);
  kt_journal_close(s->set.journal);
  kt_encoder_free(s->encoder);
  kt_encoder_free(s->delete_encoder);
  kt_pending_free(&s->pending);
  kt_strfree(s->env, s->target);
  kt_strfree(s->env, s->folder);
  kt_strfree(s->env, s->prefix);
  kt_strfree(s->env, s->suffix);
  kt_strfree(s->env, s->template);
  kt_strfree(s->env, s->single);
  kt_strfree(s->env, s->deletes);
  kt_env_release(s->env, s, sizeof *s);
}
