/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the lists of a folder, one a language, and compiles them; what the lines mean is told in
 * data/lexicon/README.md. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "base/sys.h"
#include "score/pieces.h"
#include "score/train.h"

#define WHERE "train.lexicon"

enum {
  LOG2 = KT_LEX_LOG2_MAX - 1,
  FILE_MAX = 16 << 20,
  BLOOM_BYTES = 1 << (KT_LEX_BLOOM_BITS - 3)
};

typedef struct compiling {
  kt_trainer *t;
  kt_lex_entry *table; /* 2^LOG2 */
  size_t count;
  uint8_t *bloom;
  const char *file;
  size_t line;
  uint32_t lang;
  int other; /* VADER's list */
} compiling;

static kt_status bad_line(const compiling *c, const char *why, kt_error *err) {
  return kt_fail(err, KT_EPARSE, 0, WHERE, "%s:%zu: %s", kt_error_path(c->file), c->line, why);
}

/* The entry of the key, made if there is none; NULL: the table is full. */
static kt_lex_entry *entry_of(compiling *c, uint32_t key) {
  uint32_t mask = (1u << LOG2) - 1, i = key >> (32 - LOG2);
  while (c->table[i].key && c->table[i].key != key) i = (i + 1) & mask;
  if (!c->table[i].key) {
    if (++c->count > (1u << LOG2) - (1u << (LOG2 - 2))) return NULL;
    c->table[i].key = key;
  }
  return &c->table[i];
}

/* A decimal in thousandths, non-zero if it is none. */
static int read_number(kt_span s, int *out) {
  int sign = 1, whole = 0, part = 0, digits = 0, scale = 100;
  size_t i = 0;
  if (s.len && (*s.ptr == '-' || *s.ptr == '+')) sign = s.ptr[i++] == '-' ? -1 : 1;
  for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9' && whole < 1000; i++, digits++)
    whole = whole * 10 + (s.ptr[i] - '0');
  if (i < s.len && s.ptr[i] == '.')
    for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++, digits++, scale /= 10)
      part += (s.ptr[i] - '0') * scale;
  *out = sign * (whole * 1000 + part);
  return !digits || i != s.len;
}

static int8_t sixteenths(int thousandths) {
  int v = (thousandths * 16 + (thousandths < 0 ? -500 : 500)) / 1000;
  if (!v && thousandths) v = thousandths < 0 ? -1 : 1;
  return (int8_t)(v > 127 ? 127 : v < -127 ? -127 : v);
}

static int set_value(compiling *c, kt_lex_entry *e, kt_span kind, int value) {
  if (kt_span_is(kind, "valence")) {
    int8_t *v = c->other ? &e->other : &e->own;
    if (!*v) *v = sixteenths(value);
  } else if (kt_span_is(kind, "intensifier") || kt_span_is(kind, "diminisher")) {
    int f = (value * 64 + 500) / 1000;
    if (!e->factor) e->factor = (uint8_t)(f < 1 ? 1 : f > 255 ? 255 : f);
  } else if (kt_span_is(kind, "negator")) {
    e->flags |= KT_LEX_NEGATOR;
  } else if (kt_span_is(kind, "contrast")) {
    e->flags |= value > 0 ? KT_LEX_BUT : KT_LEX_ALTHOUGH;
  } else if (kt_span_is(kind, "neutral")) {
    e->flags |= KT_LEX_NEUTRAL;
  } else {
    return -1;
  }
  return 0;
}

/* The key's pieces joined: hash in *hash, number of words. 0: it is not made of words. */
static int read_key(const compiling *c, kt_span key, uint32_t *hash, kt_letters *l, int *faces,
                    kt_error *err) {
  kt_piece p;
  int words = 0;
  (void)err;
  *faces = 0;
  for (size_t at = 0; at < key.len;) {
    if (!kt_piece_next(c->t->chars, key, &at, &p, l)) continue;
    if (p.flags & KT_IS_HYPHEN && words) continue;
    if (p.kind == KT_PIECE_EMOJI || p.kind == KT_PIECE_EMOTICON)
      ++*faces;
    else if (p.kind != KT_PIECE_WORD && p.kind != KT_PIECE_HASHTAG)
      return 0;
    else if (words)
      *hash = kt_lex_join(*hash, p.hash);
    if (!words || *faces) *hash = p.hash;
    words++;
  }
  return words;
}

static void mark(compiling *c, uint64_t running) {
  uint32_t bit = kt_lex_bloom_bit(running, c->lang);
  c->bloom[bit >> 3] |= (uint8_t)(1u << (bit & 7));
}

static void mark_stem(compiling *c, const kt_letters *l) {
  mark(c, l->running[l->count]);
  mark(c, l->running[KT_LEX_STEM_MIN] ^ KT_LEX_GATE);
}

/* The beginnings of a phrase tell that it goes on. */
static int mark_beginnings(compiling *c, kt_span key) {
  kt_letters l;
  kt_piece p;
  uint32_t hash = 0, last = 0;
  int words = 0;
  for (size_t at = 0; at < key.len;) {
    if (!kt_piece_next(c->t->chars, key, &at, &p, &l) || p.flags & KT_IS_HYPHEN) continue;
    if (words) {
      kt_lex_entry *e = entry_of(c, kt_lex_key(last, c->lang));
      if (!e) return -1;
      e->flags |= KT_LEX_MORE;
    }
    hash = words++ ? kt_lex_join(hash, p.hash) : p.hash;
    last = hash;
  }
  return 0;
}

static kt_status add_key(compiling *c, kt_span key, kt_span kind, int value, kt_error *err) {
  kt_letters l;
  uint32_t hash = 0, lang = c->lang;
  int faces, stem = key.len > 1 && key.ptr[key.len - 1] == '*';
  if (stem) key.len--;
  int words = read_key(c, key, &hash, &l, &faces, err);
  if (!words || words > KT_LEX_WORDS_MAX || (faces && words > 1)) return KT_OK;
  if (stem && (words > 1 || faces || l.count < KT_LEX_STEM_MIN)) return KT_OK;
  if (faces) lang = KT_LEX_ANY;
  if (stem) {
    mark_stem(c, &l);
    hash = kt_lex_stem(hash);
  }
  if (words > 1 && mark_beginnings(c, key)) return bad_line(c, "too many entries", err);
  kt_lex_entry *e = entry_of(c, kt_lex_key(hash, lang));
  if (!e) return bad_line(c, "too many entries", err);
  if (words > 1 && !kt_span_is(kind, "valence")) return KT_OK;
  if (words > 1) e->flags |= KT_LEX_PHRASE;
  int other = c->other;
  if (words > 1 || faces) c->other = 0; /* VADER's faces are as good as ours */
  int unknown = set_value(c, e, kind, value);
  c->other = other;
  return unknown ? bad_line(c, "unknown kind: see data/lexicon/README.md", err) : KT_OK;
}

static kt_status add_line(compiling *c, kt_span line, kt_error *err) {
  if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
  if (!line.len || (line.ptr[0] == '#' && (line.len == 1 || line.ptr[1] == ' '))) return KT_OK;
  const char *end = line.ptr + line.len;
  const char *a = memchr(line.ptr, '\t', line.len);
  const char *b = a ? memchr(a + 1, '\t', (size_t)(end - a - 1)) : NULL;
  if (!b) return bad_line(c, "not key, kind and value with tabs between them", err);
  kt_span key = kt_span_make(line.ptr, (size_t)(a - line.ptr));
  kt_span kind = kt_span_make(a + 1, (size_t)(b - a - 1));
  int value = 0;
  if (kt_span_is(kind, "slang")) return KT_OK; /* gains nothing in cross-validation */
  if (read_number(kt_span_make(b + 1, (size_t)(end - b - 1)), &value))
    return bad_line(c, "the value is no number", err);
  return add_key(c, key, kind, value, err);
}

static kt_status add_lines(compiling *c, kt_span all, kt_error *err) {
  kt_status st = KT_OK;
  c->line = 0;
  for (size_t at = 0; at < all.len && st == KT_OK;) {
    const char *p = all.ptr + at, *nl = memchr(p, '\n', all.len - at);
    size_t n = nl ? (size_t)(nl - p) : all.len - at;
    c->line++;
    st = add_line(c, kt_span_make(p, n), err);
    at += n + 1;
  }
  return st;
}

static kt_status read_list(compiling *c, kt_buf *text, kt_error *err) {
  int fd = kt_sys_open(c->file, O_RDONLY, 0);
  if (fd < 0)
    return kt_fail_os(err, errno, WHERE, "cannot open the lexicon %s", kt_error_path(c->file));
  kt_status st = KT_OK;
  text->len = 0;
  for (ssize_t n = 1; n > 0 && st == KT_OK;) {
    if (text->len > FILE_MAX) st = kt_fail(err, KT_ETOOBIG, 0, WHERE, "%s is too big", c->file);
    if (st == KT_OK && kt_buf_need(text, 65536)) st = kt_fail_nomem(err, WHERE);
    if (st < 0) break;
    n = kt_sys_read(fd, text->ptr + text->len, 65536);
    if (n < 0) st = kt_fail_os(err, errno, WHERE, "cannot read %s", kt_error_path(c->file));
    if (n > 0) text->len += (size_t)n;
  }
  kt_sys_close(fd);
  return st < 0 ? st : add_lines(c, kt_span_make(text->ptr, text->len), err);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* NAME.tsv, at most three letters, or emoji and vader: others are of another kind. */
static int takes(const char *name) {
  size_t n = strlen(name);
  return n > 4 && !strcmp(name + n - 4, ".tsv") &&
         (n <= 7 || !strcmp(name, "emoji.tsv") || !strcmp(name, "vader.tsv"));
}

static kt_status list_folder(const kt_env *env, const char *folder, char **names, size_t *count,
                             kt_error *err) {
  const char *name;
  void *dir = kt_sys_opendir(folder);
  if (!dir)
    return kt_fail_os(err, errno, WHERE, "cannot open the lexicon's folder %s",
                      kt_error_path(folder));
  kt_status st = KT_OK;
  while (st == KT_OK && *count < 64 && (name = kt_sys_readdir(dir)))
    if (takes(name) && !(names[(*count)++] = kt_strdup(env, name))) {
      --*count;
      st = kt_fail_nomem(err, WHERE);
    }
  kt_sys_closedir(dir);
  if (st == KT_OK && !*count)
    st = kt_fail(err, KT_EINVAL, 0, WHERE, "no list such as en.tsv in %s", kt_error_path(folder));
  /* In the same order whatever the file system says. */
  qsort(names, *count, sizeof *names, compare_names);
  return st;
}

static kt_status add_file(compiling *c, const char *folder, const char *name, kt_buf *text,
                          kt_error *err) {
  char path[4096], tag[8] = "";
  int n = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (n < 0 || (size_t)n >= sizeof path)
    return kt_fail(err, KT_EINVAL, 0, WHERE, "the path of %s is too long", name);
  c->file = path;
  c->other = !strcmp(name, "vader.tsv");
  size_t len = strlen(name) - 4;
  if (c->other)
    memcpy(tag, "en", 3);
  else if (len <= 3)
    memcpy(tag, name, len);
  c->lang = kt_lex_language(tag);
  return read_list(c, text, err);
}

/* The table at its final size, at most three quarters full. */
static kt_status write_section(compiling *c, kt_error *err) {
  kt_buf *out = &c->t->lexicon;
  uint32_t log2 = 4;
  while (((size_t)3 << log2) / 4 < c->count) log2++;
  size_t n = ((size_t)1 << log2) * sizeof(kt_lex_entry);
  if (kt_buf_need(out, 16 + BLOOM_BYTES + n)) return kt_fail_nomem(err, WHERE);
  memset(out->ptr, 0, 16 + BLOOM_BYTES + n);
  memcpy(out->ptr, &log2, 4);
  memcpy(out->ptr + 16, c->bloom, BLOOM_BYTES);
  kt_lex_entry *table = (void *)(out->ptr + 16 + BLOOM_BYTES);
  for (size_t k = 0; k < (size_t)1 << LOG2; k++) {
    if (!c->table[k].key) continue;
    uint32_t i = c->table[k].key >> (32 - log2);
    while (table[i].key) i = (i + 1) & ((1u << log2) - 1);
    table[i] = c->table[k];
  }
  out->len = 16 + BLOOM_BYTES + n;
  return KT_OK;
}

kt_status kt_train_lexicon(kt_trainer *t, const char *folder, kt_error *err) {
  char *names[64];
  size_t count = 0, table_bytes = sizeof(kt_lex_entry) << LOG2;
  kt_buf text;
  kt_buf_init(&text, t->env);
  compiling c = { .t = t };
  c.table = kt_zalloc(t->env, table_bytes);
  c.bloom = kt_zalloc(t->env, BLOOM_BYTES);
  kt_status st = c.table && c.bloom ? KT_OK : kt_fail_nomem(err, WHERE);
  if (st == KT_OK && folder) st = list_folder(t->env, folder, names, &count, err);
  /* emoji.tsv before vader.tsv and English before VADER, which fills what they leave open. */
  for (size_t i = 0; i < count && st == KT_OK; i++) st = add_file(&c, folder, names[i], &text, err);
  if (st == KT_OK) st = write_section(&c, err);
  for (size_t i = 0; i < count; i++) kt_strfree(t->env, names[i]);
  kt_buf_clear(&text);
  kt_env_release(t->env, c.table, table_bytes);
  kt_env_release(t->env, c.bloom, BLOOM_BYTES);
  return st;
}
