/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a model file and checks all of it, so that scoring need not. */
#include "score/model.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/span.h"
#include "base/sys.h"
#include "score/language.h"

#define WHERE "score.model"

enum { FILE_MAX = 64 << 20, PATH_BYTES = 4096 };

const char kt_model_sections[KT_SECTIONS][5] = { "HEAD", "CHAR", "LEXI", "WORD",
                                                 "SIGN", "LANG", "INFO" };

static kt_status damaged(const char *what, const char *how, kt_error *err) {
  return kt_fail(err, KT_ECORRUPT, 0, WHERE, "%s is damaged (%s): install or train it again",
                 kt_error_path(what), how);
}

static kt_status check_head(const kt_model_head *h, kt_span file, const char *what, kt_error *err) {
  if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
    return kt_fail(err, KT_ENOTSUP, 0, WHERE, "models need a little-endian machine");
  if (file.len < sizeof *h || memcmp(h->magic, KT_MODEL_MAGIC, 8) != 0)
    return kt_fail(err, KT_ECORRUPT, 0, WHERE,
                   "%s is no model of kappatweet: give a file that `kappatweet train` wrote",
                   kt_error_path(what));
  if (h->format > KT_MODEL_FORMAT)
    return kt_fail(err, KT_ENOTSUP, 0, WHERE,
                   "%s has format %u, this version knows %u: update kappatweet or train it again",
                   kt_error_path(what), h->format, (unsigned)KT_MODEL_FORMAT);
  if (h->format < 1 || h->sections != KT_SECTIONS) return damaged(what, "its head", err);
  if (h->size > file.len) return damaged(what, "its end is missing", err);
  if (h->size != file.len) return damaged(what, "there is more behind its end", err);
  kt_hash128 sum = kt_hash(file.ptr + KT_MODEL_HASHED, file.len - KT_MODEL_HASHED, KT_MODEL_SEED);
  if (sum.hi != h->hash_hi || sum.lo != h->hash_lo) return damaged(what, "wrong checksum", err);
  return KT_OK;
}

/* The null span: there is none, or it does not lie in the file. */
static kt_span find_section(kt_span file, const kt_model_head *h, int which) {
  const kt_model_section *s = (const void *)(file.ptr + sizeof *h);
  size_t room = (file.len - sizeof *h) / sizeof *s;
  for (uint32_t i = 0; i < h->sections && i < room; i++) {
    if (memcmp(s[i].tag, kt_model_sections[which], 4) != 0) continue;
    if (s[i].offset % 16 || s[i].offset > file.len || s[i].size > file.len - s[i].offset) break;
    return kt_span_make(file.ptr + s[i].offset, s[i].size);
  }
  return KT_NULL_SPAN;
}

static int ends(const char *s, size_t size) {
  return memchr(s, 0, size) != NULL;
}

static int params_are_sound(const kt_model_params *p) {
  if (p->weight_log2 < 1 || p->weight_log2 > KT_WEIGHT_LOG2_MAX || p->signal_log2 < 1 ||
      p->signal_log2 > KT_SIGNAL_LOG2_MAX || p->languages > KT_MODEL_LANGUAGES)
    return 0;
  if (p->weight_step < 0 || p->signal_step < 0 || p->mixed_hit < 0 || p->mixed_least < 0) return 0;
  if (!ends(p->name, sizeof p->name) || !ends(p->version, sizeof p->version)) return 0;
  for (uint32_t i = 0; i < p->languages; i++)
    if (!ends(p->tags[i], KT_MODEL_TAG) || !p->tags[i][0] || !ends(p->words_else[i], KT_MODEL_TAG))
      return 0;
  return 1;
}

static void find_mixed(kt_model *m) {
  for (uint32_t i = 0; i < m->params->languages; i++) {
    int other = kt_model_find_language(m, kt_span_of(m->params->words_else[i]));
    m->mixed[i] = (int8_t)(other == (int)i ? -1 : other);
  }
}

/* Where the sections are and whether what scoring reads of them lies inside. */
static const char *take_sections(kt_model *m, const kt_span s[KT_SECTIONS]) {
  const kt_model_params *p = m->params;
  if (!params_are_sound(p)) return "section HEAD";
  if (s[KT_SECTION_CHARS].len != KT_CHARS * sizeof(uint16_t)) return "section CHAR";
  m->chars = (const void *)s[KT_SECTION_CHARS].ptr;
  if (kt_lexicon_read(&m->lexicon, s[KT_SECTION_LEXICON])) return "section LEXI";
  if (s[KT_SECTION_WEIGHTS].len != (size_t)2 << p->weight_log2) return "section WORD";
  m->weights = (const void *)s[KT_SECTION_WEIGHTS].ptr;
  if (s[KT_SECTION_SIGNALS].len != (size_t)4 << p->signal_log2) return "section SIGN";
  m->signals = (const void *)s[KT_SECTION_SIGNALS].ptr;
  m->language = s[KT_SECTION_LANGUAGE];
  if (kt_language_check(m->language, p->languages)) return "section LANG";
  m->info = s[KT_SECTION_INFO];
  find_mixed(m);
  return NULL;
}

static void write_hash(const kt_model_head *h, char out[33]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 32; i++) {
    uint64_t half = i < 16 ? h->hash_hi : h->hash_lo;
    out[i] = digits[half >> (60 - 4 * (i & 15)) & 15];
  }
  out[32] = '\0';
}

kt_status kt_model_read(kt_model *m, kt_span file, const char *what, kt_error *err) {
  const kt_model_head *h = (const void *)file.ptr;
  kt_span sections[KT_SECTIONS];
  kt_status st = check_head(h, file, what, err);
  if (st < 0) return st;
  for (int i = 0; i < KT_SECTIONS; i++) {
    sections[i] = find_section(file, h, i);
    if (sections[i].ptr) continue;
    return kt_fail(err, KT_ECORRUPT, 0, WHERE, "%s is damaged (no section %s): train it again",
                   kt_error_path(what), kt_model_sections[i]);
  }
  if (sections[KT_SECTION_HEAD].len < sizeof *m->params) return damaged(what, "section HEAD", err);
  m->params = (const void *)sections[KT_SECTION_HEAD].ptr;
  if (m->params->features != KT_MODEL_FEATURES)
    return kt_fail(err, KT_ENOTSUP, 0, WHERE,
                   "%s has features of version %u, this version knows %u: train it again",
                   kt_error_path(what), m->params->features, (unsigned)KT_MODEL_FEATURES);
  const char *bad = take_sections(m, sections);
  if (bad) return damaged(what, bad, err);
  write_hash(h, m->hash);
  return KT_OK;
}

static kt_model *model_new(const kt_env *env) {
  kt_model *m = kt_zalloc(env, sizeof *m);
  if (m) m->env = kt_env_ref(env);
  return m;
}

/* Maps the file: what is not looked at costs nothing, and all processes share it. */
static kt_status map_file(kt_model *m, const char *path, kt_error *err) {
  struct stat st;
  int fd = kt_sys_open(path, O_RDONLY | O_NONBLOCK, 0); /* a pipe must not hold us up */
  if (fd < 0 || kt_sys_fstat(fd, &st) < 0) {
    kt_status failed =
        kt_fail_os(err, errno, WHERE, "cannot open the model %s", kt_error_path(path));
    if (fd >= 0) kt_sys_close(fd);
    return failed;
  }
  kt_status result = KT_OK;
  if (!S_ISREG(st.st_mode)) {
    result =
        kt_fail(err, KT_EIO, 0, WHERE, "cannot open the model %s: not a file", kt_error_path(path));
  } else if (st.st_size > FILE_MAX) {
    result =
        kt_fail(err, KT_ETOOBIG, 0, WHERE, "%s is no model: more than 64 MiB", kt_error_path(path));
  } else if (st.st_size == 0) {
    result = damaged(path, "it is empty", err);
  } else {
    m->size = (size_t)st.st_size;
    m->map = kt_sys_map(fd, m->size);
    if (!m->map)
      result = kt_fail_os(err, errno, WHERE, "cannot map the model %s", kt_error_path(path));
  }
  kt_sys_close(fd);
  return result;
}

kt_status kt_model_open(const kt_env *env, const char *path, kt_model **out, kt_error *err) {
  char shipped[PATH_BYTES];
  if (!env || !out) return kt_fail(err, KT_EINVAL, 0, WHERE, "env and out are required");
  if (!path) {
    kt_status st = kt_model_find_shipped(shipped, sizeof shipped, err);
    if (st < 0) return st;
    path = shipped;
  }
  kt_model *m = model_new(env);
  if (!m) return kt_fail_nomem(err, WHERE);
  kt_status st = map_file(m, path, err);
  if (st == KT_OK) st = kt_model_read(m, kt_span_make(m->map, m->size), path, err);
  if (st == KT_OK && !(m->path = kt_strdup(env, path))) st = kt_fail_nomem(err, WHERE);
  if (st < 0) {
    kt_model_free(m);
    return st;
  }
  *out = m;
  return KT_OK;
}

kt_status kt_model_from_bytes(const kt_env *env, kt_span bytes, kt_model **out, kt_error *err) {
  if (!env || !out || (uintptr_t)bytes.ptr % 16)
    return kt_fail(err, KT_EINVAL, 0, WHERE, "the model's bytes must be aligned to 16");
  kt_model *m = model_new(env);
  if (!m) return kt_fail_nomem(err, WHERE);
  kt_status st = kt_model_read(m, bytes, "the model", err);
  if (st < 0) {
    kt_model_free(m);
    return st;
  }
  *out = m;
  return KT_OK;
}

void kt_model_free(kt_model *m) {
  if (!m) return;
  kt_env *env = m->env;
  if (m->map) kt_sys_unmap(m->map, m->size);
  kt_strfree(env, m->path);
  kt_env_release(env, m, sizeof *m);
  kt_env_free(env);
}

kt_span kt_model_name(const kt_model *m) {
  return kt_span_of(m->params->name);
}

kt_span kt_model_version(const kt_model *m) {
  return kt_span_of(m->params->version);
}

kt_span kt_model_hash(const kt_model *m) {
  return kt_span_of(m->hash);
}

kt_span kt_model_info(const kt_model *m) {
  return m->info;
}

kt_span kt_model_path(const kt_model *m) {
  return kt_span_of(m->path);
}

kt_span kt_model_language(const kt_model *m, size_t i) {
  return i < m->params->languages ? kt_span_of(m->params->tags[i]) : KT_NULL_SPAN;
}
