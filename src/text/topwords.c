/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of words in one block of memory that never grows.
 *
 * While there is room each word has a slot and its count is exact. Then Space-Saving (Metwally,
 * Agrawal, El Abbadi: "Efficient computation of frequent and top-k elements in data streams",
 * 2005): a new word takes the slot of the least counted one. Words differ in length, so that one
 * slot may have to give way, or several, or none; therefore the bound is kept explicitly: `floor`
 * is the highest count that was ever given up, a word without a slot has been seen at most that
 * often, and a new word starts with count floor + 1 and error floor.
 *
 *   hash slots   uint32_t, linear probing, index of the word + 1; 0 = free. Doubles in place
 *   words        struct word
 *   heap         uint32_t, least count first; made when the first word has to go
 *   pool         letters; compacted when its end is reached
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "text/scan.h"

#include <string.h>

#include <kappatweet/text.h>

enum {
  MIN_BYTES = 64 << 10,
  DEFAULT_BYTES = 16 << 20,
  WORD_BYTES_MAX = 256,
  FOLD_BYTES = 8 * WORD_BYTES_MAX, /* what kt_word_fold() asks for at most, for such a word */
  FIRST_SLOTS = 1024,
  BYTES_A_WORD = 68, /* word 32, heap 4, slots 11 at most, and so at least 21 in the pool */
  POOL_HEAD = 6      /* before the letters in the pool: index of the word, length */
};

typedef struct word {
  uint64_t count, error;
  uint32_t hash;
  uint32_t at;   /* of the letters in the pool; without a word: next unused + 1 */
  uint32_t heap; /* place in the heap */
  uint32_t len;  /* 0: without a word */
} word;

struct kt_topwords {
  kt_env *env;
  size_t bytes; /* of the block that begins with this struct */
  uint64_t seed, floor;
  word *words;
  uint32_t *slots, *heap;
  char *pool;
  size_t slot_count, word_count, word_max, heap_count;
  size_t pool_at, pool_bytes, pool_live;
  uint32_t unused; /* first word without one + 1 */
  int exact;
  kt_buf folded;
};

static void lay_out(kt_topwords *t) {
  char *p = (char *)(t + 1), *end = (char *)t + t->bytes;
  t->word_max = (size_t)(end - p) / BYTES_A_WORD;
  size_t slots = FIRST_SLOTS;
  while (slots < t->word_max + t->word_max / 3) slots *= 2;
  t->words = (word *)(void *)p;
  t->slots = (uint32_t *)(t->words + t->word_max);
  t->heap = t->slots + slots;
  t->pool = (char *)(t->heap + t->word_max);
  t->pool_bytes = (size_t)(end - t->pool);
  t->slot_count = FIRST_SLOTS;
  memset(t->slots, 0, FIRST_SLOTS * sizeof *t->slots);
}

kt_status kt_topwords_new(const kt_env *env, size_t max_bytes, kt_topwords **out, kt_error *err) {
  if (!max_bytes) max_bytes = DEFAULT_BYTES;
  if (max_bytes < MIN_BYTES)
    return kt_fail(err, KT_EINVAL, 0, "topwords", "%zu bytes are too few, give at least 65536",
                   max_bytes);
  if (max_bytes > UINT32_MAX) max_bytes = UINT32_MAX; /* places in the pool have 32 bits */
  kt_buf folded;
  kt_buf_init(&folded, env);
  if (kt_buf_need(&folded, FOLD_BYTES)) return kt_fail_nomem(err, "topwords");
  size_t bytes = max_bytes - folded.cap;
  kt_topwords *t = folded.cap < MIN_BYTES / 2 ? kt_env_alloc(env, bytes) : NULL;
  if (!t) {
    kt_buf_clear(&folded);
    return kt_fail_nomem(err, "topwords");
  }
  *t = (kt_topwords){ .env = kt_env_ref(env), .bytes = bytes, .exact = 1, .folded = folded };
  t->seed = kt_env_random(env); /* nobody can choose words that all fall into one slot */
  lay_out(t);
  *out = t;
  return KT_OK;
}

void kt_topwords_free(kt_topwords *t) {
  if (!t) return;
  kt_env *env = t->env;
  kt_buf_clear(&t->folded);
  kt_env_release(env, t, t->bytes);
  kt_env_free(env);
}

static void heap_put(kt_topwords *t, size_t at, uint32_t w) {
  t->heap[at] = w;
  t->words[w].heap = (uint32_t)at;
}

static void sift_down(kt_topwords *t, size_t at) {
  uint32_t w = t->heap[at];
  uint64_t count = t->words[w].count;
  for (size_t child; (child = 2 * at + 1) < t->heap_count; at = child) {
    if (child + 1 < t->heap_count &&
        t->words[t->heap[child + 1]].count < t->words[t->heap[child]].count)
      child++;
    if (t->words[t->heap[child]].count >= count) break;
    heap_put(t, at, t->heap[child]);
  }
  heap_put(t, at, w);
}

static void heap_push(kt_topwords *t, uint32_t w) {
  size_t at = t->heap_count++;
  for (; at && t->words[t->heap[(at - 1) / 2]].count > t->words[w].count; at = (at - 1) / 2)
    heap_put(t, at, t->heap[(at - 1) / 2]);
  heap_put(t, at, w);
}

/* From now on words give way; no more than there are. */
static void stop_exact(kt_topwords *t) {
  t->exact = 0;
  t->word_max = t->heap_count = t->word_count;
  for (size_t i = 0; i < t->heap_count; i++) heap_put(t, i, (uint32_t)i);
  for (size_t i = t->heap_count / 2; i-- > 0;) sift_down(t, i);
}

static void slot_put(kt_topwords *t, uint32_t w) {
  size_t mask = t->slot_count - 1, i = t->words[w].hash & mask;
  while (t->slots[i]) i = (i + 1) & mask;
  t->slots[i] = w + 1;
}

static void slot_take(kt_topwords *t, uint32_t w) {
  size_t mask = t->slot_count - 1, hole = t->words[w].hash & mask;
  while (t->slots[hole] != w + 1) hole = (hole + 1) & mask;
  for (size_t i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
    size_t home = t->words[t->slots[i] - 1].hash & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue; /* its home lies behind the hole */
    t->slots[hole] = t->slots[i];
    hole = i;
  }
  t->slots[hole] = 0;
}

/* The block has room for as many slots as word_max words need. */
static void slots_double(kt_topwords *t) {
  t->slot_count *= 2;
  memset(t->slots, 0, t->slot_count * sizeof *t->slots);
  for (uint32_t i = 0; i < t->word_count; i++) slot_put(t, i);
}

static void drop_least(kt_topwords *t) {
  if (t->exact) stop_exact(t);
  uint32_t w = t->heap[0];
  word *x = &t->words[w];
  if (x->count > t->floor) t->floor = x->count;
  slot_take(t, w);
  heap_put(t, 0, t->heap[--t->heap_count]);
  if (t->heap_count) sift_down(t, 0);
  t->pool_live -= x->len + POOL_HEAD;
  x->len = 0;
  x->at = t->unused;
  t->unused = w + 1;
}

/* Moves the living words together. They fill at most 7/8 of the pool, so that this happens once in
 * pool_bytes / 8 new letters at the most. */
static void pool_compact(kt_topwords *t) {
  size_t to = 0;
  for (size_t at = 0; at < t->pool_at;) {
    uint32_t w;
    uint16_t len;
    memcpy(&w, t->pool + at, sizeof w);
    memcpy(&len, t->pool + at + sizeof w, sizeof len);
    if (t->words[w].len && t->words[w].at == at + POOL_HEAD) {
      memmove(t->pool + to, t->pool + at, POOL_HEAD + len);
      t->words[w].at = (uint32_t)(to + POOL_HEAD);
      to += POOL_HEAD + len;
    }
    at += POOL_HEAD + len;
  }
  t->pool_at = to;
}

static uint32_t pool_put(kt_topwords *t, uint32_t w, kt_span letters) {
  uint16_t len = (uint16_t)letters.len;
  if (t->pool_bytes - t->pool_at < POOL_HEAD + letters.len) pool_compact(t);
  char *p = t->pool + t->pool_at;
  memcpy(p, &w, sizeof w);
  memcpy(p + sizeof w, &len, sizeof len);
  memcpy(p + POOL_HEAD, letters.ptr, letters.len);
  t->pool_at += POOL_HEAD + letters.len;
  t->pool_live += POOL_HEAD + letters.len;
  return (uint32_t)(p + POOL_HEAD - t->pool);
}

static void add_new(kt_topwords *t, uint32_t hash, kt_span letters) {
  size_t limit = t->pool_bytes - t->pool_bytes / 8;
  while (t->pool_live + POOL_HEAD + letters.len > limit ||
         (!t->unused && t->word_count == t->word_max))
    drop_least(t);
  uint32_t w;
  if (t->unused) {
    w = t->unused - 1;
    t->unused = t->words[w].at;
  } else {
    w = (uint32_t)t->word_count;
    if (4 * (t->word_count + 1) > 3 * t->slot_count) slots_double(t);
    t->word_count++;
  }
  word *x = &t->words[w];
  *x = (word){ .count = t->floor + 1, .error = t->floor, .hash = hash };
  x->at = pool_put(t, w, letters);
  x->len = (uint32_t)letters.len;
  slot_put(t, w);
  if (!t->exact) heap_push(t, w);
}

static void count_word(kt_topwords *t, kt_span letters) {
  uint32_t hash = (uint32_t)kt_hash(letters.ptr, letters.len, t->seed).lo;
  size_t mask = t->slot_count - 1;
  for (size_t i = hash & mask; t->slots[i]; i = (i + 1) & mask) {
    word *x = &t->words[t->slots[i] - 1];
    if (x->hash != hash || x->len != letters.len ||
        memcmp(t->pool + x->at, letters.ptr, letters.len) != 0)
      continue;
    x->count++;
    if (!t->exact) sift_down(t, x->heap);
    return;
  }
  add_new(t, hash, letters);
}

/* One letter, also with the apostrophe of an elision. */
static int is_single_letter(kt_span letters) {
  kt_char c = kt_char_or_end(letters, 0);
  if (c.len && c.len < letters.len && letters.ptr[c.len] == '\'') letters.len--;
  return c.len == letters.len && kt_uni_script(c.cp) != KT_UNI_HAN;
}

kt_status kt_topwords_add(kt_topwords *t, kt_span lang, kt_span text) {
  kt_token token;
  for (size_t pos = 0; kt_token_next(text, &pos, &token);) {
    if (token.kind != KT_TOKEN_WORD && token.kind != KT_TOKEN_HASHTAG) continue;
    if (token.text.len > WORD_BYTES_MAX) continue;
    t->folded.len = 0;
    if (kt_word_fold(token.text, &t->folded) != KT_OK) return KT_ENOMEM;
    kt_span letters = { t->folded.ptr, t->folded.len };
    if (!letters.len || is_single_letter(letters) || kt_stopword(lang, letters)) continue;
    count_word(t, letters);
  }
  return KT_OK;
}

/* Less than 0 if a stands before b in the list. */
static int compare(const kt_topword *a, const kt_topword *b) {
  if (a->count != b->count) return a->count > b->count ? -1 : 1;
  size_t n = a->word.len < b->word.len ? a->word.len : b->word.len;
  int c = memcmp(a->word.ptr, b->word.ptr, n);
  return c ? c : a->word.len < b->word.len ? -1 : a->word.len > b->word.len;
}

/* out[0] stands last of all. */
static void list_sift(kt_topword *out, size_t n, size_t at) {
  kt_topword x = out[at];
  for (size_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && compare(&out[child + 1], &out[child]) > 0) child++;
    if (compare(&out[child], &x) <= 0) break;
    out[at] = out[child];
  }
  out[at] = x;
}

size_t kt_topwords_list(kt_topwords *t, kt_topword *out, size_t n) {
  size_t k = 0;
  for (size_t i = 0; i < t->word_count && n; i++) {
    const word *x = &t->words[i];
    if (!x->len) continue;
    kt_topword item = { { t->pool + x->at, x->len }, x->count, x->error };
    if (k < n) {
      out[k++] = item;
      if (k == n)
        for (size_t j = n / 2; j-- > 0;) list_sift(out, n, j);
    } else if (compare(&item, &out[0]) < 0) {
      out[0] = item;
      list_sift(out, n, 0);
    }
  }
  if (k < n)
    for (size_t j = k / 2; j-- > 0;) list_sift(out, k, j);
  for (size_t left = k; left > 1;) {
    kt_topword last = out[0];
    out[0] = out[--left];
    out[left] = last;
    list_sift(out, left, 0);
  }
  return k;
}

int kt_topwords_exact(const kt_topwords *t) {
  return t->exact;
}
