/* SPDX-License-Identifier: Apache-2.0 */
/* Trains language identification: softmax over the languages and "none of them", AdaGrad. Beside
 * the posts it learns from texts made up of frequent words (language_words.c), those of the
 * languages that the model does not know being "none", as is a text whose letters were shuffled. */
#include "score/language.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/span.h"
#include "score/exact.h"
#include "score/language_inside.h"
#include "score/language_words.h"

enum {
  PASSES = 6,
  POSTS_MAX = 4000, /* of a language: more gain nothing, and the languages stay comparable */
  MADE_UP = 400,    /* texts for a list of words */
  SHUFFLED = 4000,  /* texts of shuffled letters */
  MISNAMED = 20,    /* times likelier to be of another language */
  LISTS_MAX = 64,   /* of language_words.c, at most */
  CLASSES_MAX = KT_LANGUAGE_STRIDE_MAX + 1,
  FEATURES = 1 << KT_LANGUAGE_LOG2
};
static const float step = 0.6f;

enum { REAL, WORDS, NOISE };
typedef struct example {
  uint32_t kind, index, seed;
  int cls;
} example;

/* Where each word of the lists begins, list by list: texts are made of them over and over. */
typedef struct word_index {
  const char **starts;
  size_t count, first[LISTS_MAX + 1];
} word_index;

typedef struct builder {
  const kt_env *env;
  word_index words;
  const kt_language_text *texts;
  size_t tags, n, cap;
  example *examples;
  float *weights, *gradients; /* FEATURES rows of tags + 1 */
  float class_weight[CLASSES_MAX];
  uint32_t scripts[KT_SCRIPTS];
} builder;

static uint32_t draw(uint32_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  *seed ^= *seed << 5;
  return *seed;
}
static uint32_t below(uint32_t *seed, uint32_t n) {
  return (uint32_t)((uint64_t)draw(seed) * n >> 32);
}

static int add(builder *b, uint32_t kind, size_t index, uint32_t seed, int cls) {
  if (kt_grow(b->env, &b->examples, &b->cap, b->n + 1, sizeof *b->examples)) return -1;
  b->examples[b->n++] = (example){ kind, (uint32_t)index, seed * 2654435761u + 1, cls };
  return 0;
}

static int add_posts(builder *b, size_t n) {
  size_t count[CLASSES_MAX] = { 0 }, seen[CLASSES_MAX] = { 0 };
  for (size_t i = 0; i < n; i++) count[b->texts[i].lang < 0 ? b->tags : (size_t)b->texts[i].lang]++;
  for (size_t i = 0; i < n; i++) {
    size_t k = b->texts[i].lang < 0 ? b->tags : (size_t)b->texts[i].lang;
    /* Spread over all of them: data files are sorted by source. */
    size_t take = count[k] < POSTS_MAX ? count[k] : POSTS_MAX;
    size_t before = seen[k] * take / count[k], after = (seen[k] + 1) * take / count[k];
    seen[k]++;
    if (after > before && add(b, REAL, i, 0, (int)k)) return -1;
  }
  return 0;
}

static int add_words(builder *b, const kt_span *tags) {
  for (size_t l = 0; kt_language_words_table[l].tag; l++) {
    size_t k = 0;
    while (k < b->tags && !kt_span_is(tags[k], kt_language_words_table[l].tag)) k++;
    for (uint32_t i = 0; i < MADE_UP; i++)
      if (add(b, WORDS, l, (uint32_t)l * MADE_UP + i, (int)k)) return -1;
  }
  return 0;
}

static int add_noise(builder *b, size_t n) {
  for (uint32_t i = 0; n && i < SHUFFLED; i++)
    if (add(b, NOISE, (size_t)i * n / SHUFFLED, i, (int)b->tags)) return -1;
  return 0;
}

static int index_words(builder *b) {
  word_index *w = &b->words;
  size_t lists = 0;
  for (; lists < LISTS_MAX && kt_language_words_table[lists].tag; lists++) {
    w->first[lists] = w->count++;
    for (const char *p = kt_language_words_table[lists].words; *p; p++) w->count += *p == ' ';
  }
  w->first[lists] = w->count;
  w->starts = kt_env_alloc(b->env, w->count * sizeof *w->starts);
  if (!w->starts) return -1;
  for (size_t l = 0, at = 0; l < lists; l++) {
    w->starts[at++] = kt_language_words_table[l].words;
    for (const char *p = kt_language_words_table[l].words; *p; p++)
      if (*p == ' ') w->starts[at++] = p + 1;
  }
  return 0;
}

/* Words of a list, frequent ones more often. */
static size_t make_up(const word_index *words, size_t list, uint32_t seed, char *out, size_t cap) {
  const char *const *starts = words->starts + words->first[list];
  size_t count = words->first[list + 1] - words->first[list], len = 0;
  for (uint32_t want = 2 + below(&seed, 12); want; want--) {
    size_t a = below(&seed, (uint32_t)count), c = below(&seed, (uint32_t)count);
    const char *p = starts[a < c ? a : c];
    size_t n = strcspn(p, " ");
    if (len + n + 1 > cap) break;
    memcpy(out + len, p, n);
    out[len + n] = ' ';
    len += n + 1;
  }
  return len;
}

/* Letters of ASCII words change places, so that no word and few triples remain. */
static size_t shuffle(kt_span text, uint32_t seed, char *out, size_t cap) {
  size_t n = text.len < cap ? text.len : cap, from = 0;
  memcpy(out, text.ptr, n);
  for (size_t i = 0; i <= n; i++) {
    if (i < n && ((uint32_t)(out[i] | 32) - 'a') < 26u) continue;
    for (size_t k = i; k > from + 1; k--) {
      size_t other = from + below(&seed, (uint32_t)(k - from));
      char c = out[k - 1];
      out[k - 1] = out[other];
      out[other] = c;
    }
    from = i + 1;
  }
  return n;
}

static void scan_example(const builder *b, const example *e, kt_language_scan *scan) {
  char made[280];
  kt_span text;
  if (e->kind == WORDS) {
    text = kt_span_make(made, make_up(&b->words, e->index, e->seed, made, sizeof made));
  } else if (e->kind == NOISE) {
    text = kt_span_make(made, shuffle(b->texts[e->index].text, e->seed, made, sizeof made));
  } else {
    text = b->texts[e->index].text;
  }
  kt_language_scan_text(scan, text);
}

/* Which languages are written in which script: those of which 1 text in 50 is. */
static void weigh(builder *b) {
  size_t count[CLASSES_MAX] = { 0 }, by_script[KT_SCRIPTS][CLASSES_MAX] = { { 0 } }, most = 0;
  kt_language_scan scan;
  for (size_t i = 0; i < b->n; i++) {
    scan_example(b, &b->examples[i], &scan);
    count[b->examples[i].cls]++;
    by_script[scan.script][b->examples[i].cls]++;
  }
  for (size_t k = 0; k < b->tags; k++) {
    if (count[k] > most) most = count[k];
    for (int s = KT_SCRIPT_LATIN; s < KT_SCRIPTS; s++)
      if (by_script[s][k] && by_script[s][k] * 50 >= count[k]) b->scripts[s] |= 1u << k;
  }
  for (size_t k = 0; k <= b->tags; k++)
    b->class_weight[k] = k < b->tags && count[k] ? (float)most / (float)count[k] : 1;
  for (size_t k = 0; k < b->tags; k++)
    if (b->class_weight[k] > 4) b->class_weight[k] = 4;
  /* A model of few posts shall not take everything for "none". */
  if (count[b->tags] > 4 * most) b->class_weight[b->tags] = 4 * (float)most / (float)count[b->tags];
}

/* Good to a few units in the last place, and the same ones everywhere. */
static float inverse_root(float x) {
  uint32_t bits;
  float y;
  memcpy(&bits, &x, 4);
  bits = 0x5F3759DFu - (bits >> 1);
  memcpy(&y, &bits, 4);
  for (int i = 0; i < 3; i++) y = y * (1.5f - 0.5f * x * y * y);
  return y;
}

/* How likely each class is. */
static void judge(const builder *b, const kt_language_scan *scan, float value, double *odds) {
  size_t classes = b->tags + 1;
  double all = 0, most = -1e30;
  for (size_t k = 0; k < classes; k++) {
    float sum = 0;
    for (uint32_t i = 0; i < scan->n; i++) sum += b->weights[scan->at[i] * classes + k];
    odds[k] = sum * value;
    if (odds[k] > most) most = odds[k];
  }
  for (size_t k = 0; k < classes; k++) all += odds[k] = kt_exact_exp(odds[k] - most);
  for (size_t k = 0; k < classes; k++) odds[k] /= all;
}

static void learn(builder *b, const example *e, float rate) {
  kt_language_scan scan;
  size_t classes = b->tags + 1;
  double odds[CLASSES_MAX];
  scan_example(b, e, &scan);
  if (!scan.n) return;
  float value = inverse_root((float)scan.n);
  judge(b, &scan, value, odds);
  for (size_t k = 0; k < classes; k++) {
    float g = (float)(odds[k] - ((int)k == e->cls)) * value * b->class_weight[e->cls];
    for (uint32_t i = 0; i < scan.n; i++) {
      size_t at = scan.at[i] * classes + k;
      b->gradients[at] += g * g;
      b->weights[at] -= rate * g * inverse_root(b->gradients[at] + 1e-6f);
    }
  }
}

static void mix(builder *b, uint32_t *seed) {
  for (size_t i = b->n; i > 1; i--) {
    size_t other = below(seed, (uint32_t)i);
    example e = b->examples[i - 1];
    b->examples[i - 1] = b->examples[other];
    b->examples[other] = e;
  }
}

/* Platforms guess the language of a post, and people write English in all countries: posts that,
 * by the frequent words, clearly are of another language than they are said to be teach nothing. */
static void drop_misnamed(builder *b) {
  double odds[CLASSES_MAX];
  kt_language_scan scan;
  size_t kept = 0;
  for (size_t i = 0; i < b->n; i++) {
    const example *e = &b->examples[i];
    scan_example(b, e, &scan);
    if (e->kind == REAL && e->cls < (int)b->tags && scan.n) {
      judge(b, &scan, inverse_root((float)scan.n), odds);
      int misnamed = 0;
      for (size_t k = 0; k < b->tags; k++) misnamed |= odds[k] > MISNAMED * odds[e->cls];
      if (misnamed) continue;
    }
    b->examples[kept++] = *e;
  }
  b->n = kept;
}

static void fit(builder *b) {
  uint32_t seed = 20170101;
  mix(b, &seed);
  for (size_t i = 0; i < b->n; i++)
    if (b->examples[i].kind != REAL) learn(b, &b->examples[i], step);
  drop_misnamed(b);
  size_t done = 0, all = b->n * PASSES;
  for (int pass = 0; pass < PASSES; pass++) {
    mix(b, &seed);
    for (size_t i = 0; i < b->n; i++, done++)
      learn(b, &b->examples[i], step * (1 - (float)done / (float)all));
  }
}

static kt_status put_table(const builder *b, kt_buf *out) {
  kt_language_head head = { .magic = KT_LANGUAGE_MAGIC,
                            .tags = (uint32_t)b->tags,
                            .stride = kt_language_stride(b->tags),
                            .shift = 4 };
  size_t bytes = (size_t)head.stride << KT_LANGUAGE_LOG2, classes = b->tags + 1;
  memcpy(head.scripts, b->scripts, sizeof head.scripts);
  if (kt_buf_put(out, &head, sizeof head) || kt_buf_need(out, bytes)) return KT_ENOMEM;
  uint8_t *row = (uint8_t *)out->ptr + out->len;
  memset(row, KT_LANGUAGE_ZERO, bytes);
  for (size_t f = 0; f < FEATURES; f++, row += head.stride) {
    for (size_t k = 0; k < b->tags; k++) {
      float w = (b->weights[f * classes + k] - b->weights[f * classes + b->tags]) * 16;
      w = w > 127 ? 127 : w < -127 ? -127 : w + (w < 0 ? -0.5f : 0.5f);
      row[k] = (uint8_t)(KT_LANGUAGE_ZERO + (int)w);
    }
  }
  out->len += bytes;
  return KT_OK;
}

kt_status kt_language_build(const kt_env *env, const kt_language_text *texts, size_t n,
                            const kt_span *tags, size_t tag_count, kt_buf *out, kt_error *err) {
  builder b = { .env = env, .texts = texts, .tags = tag_count };
  size_t cells = FEATURES * (tag_count + 1);
  kt_status st = KT_ENOMEM;
  if (!tag_count) return put_table(&b, out) < 0 ? kt_fail_nomem(err, "train.language") : KT_OK;
  b.weights = kt_zalloc(env, cells * sizeof *b.weights);
  b.gradients = kt_zalloc(env, cells * sizeof *b.gradients);
  if (b.weights && b.gradients && !index_words(&b) && !add_posts(&b, n) && !add_words(&b, tags) &&
      !add_noise(&b, n)) {
    weigh(&b);
    fit(&b);
    st = put_table(&b, out);
  }
  if (b.weights) kt_env_release(env, b.weights, cells * sizeof *b.weights);
  if (b.gradients) kt_env_release(env, b.gradients, cells * sizeof *b.gradients);
  if (b.words.starts) kt_env_release(env, b.words.starts, b.words.count * sizeof *b.words.starts);
  if (b.examples) kt_env_release(env, b.examples, b.cap * sizeof *b.examples);
  return st < 0 ? kt_fail_nomem(err, "train.language") : KT_OK;
}
