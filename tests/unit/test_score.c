/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in scorer: what it says, its model file and what becomes of a damaged one. */
#include <pthread.h>
#include <sys/stat.h>

#include <kappatweet/memory.h>

#include "base/hash.h"
#include "score/decide.h"
#include "score/score_text.h"
#include "small_model.h"

#define GOLDEN_WEIGHTS UINT64_C(0x45EB81D5BEA98012)
#define GOLDEN_SCORES UINT64_C(0xE009B202019E3068)

static kt_env *env;
static test_alloc counter;
static kt_buf *bytes;
static kt_model *model;

/* Trained once: the tests come after it, in processes of their own or not. */
static char *trained;
static size_t trained_len;

static void train(void) {
  kt_error err = { 0 };
  kt_buf *out;
  if (trained) return;
  tempdir_make();
  small_lexicon();
  kt_env *plain = test_env(NULL, NULL);
  ck_assert_int_eq(kt_buf_new(plain, &out, NULL), KT_OK);
  kt_status st = small_train(plain, "1", 600, out, &err);
  ck_assert_msg(st == KT_OK, "%s", err.message);
  trained_len = kt_buf_bytes(out).len;
  trained = malloc(trained_len);
  ck_assert_ptr_nonnull(trained);
  memcpy(trained, kt_buf_bytes(out).ptr, trained_len);
  kt_buf_free(out);
  kt_env_free(plain);
  tempdir_remove();
}

static void setup(void) {
  kt_error err = { 0 };
  tempdir_make();
  small_lexicon();
  memset(&counter, 0, sizeof counter);
  env = test_env(&counter, NULL);
  ck_assert_int_eq(kt_buf_new(env, &bytes, NULL), KT_OK);
  ck_assert_int_eq(kt_buf_append(bytes, (kt_span){ trained, trained_len }), KT_OK);
  ck_assert_int_eq(kt_model_from_bytes(env, kt_buf_bytes(bytes), &model, &err), KT_OK);
}

static void teardown(void) {
  kt_model_free(model);
  kt_buf_free(bytes);
  kt_env_free(env);
  ck_assert_uint_eq(counter.live_blocks, 0);
  tempdir_remove();
}

static kt_score score_in(const char *lang, const char *text) {
  kt_score s;
  kt_score_text(model, kt_span_of(lang), kt_span_of(text), &s, NULL);
  return s;
}

START_TEST(labels_are_what_the_words_say) {
  ck_assert_int_eq(score_in("en", "I love this, wonderful and great").label, KT_LABEL_POSITIVE);
  ck_assert_int_eq(score_in("en", "awful, broken, I hate it").label, KT_LABEL_NEGATIVE);
  ck_assert_int_eq(score_in("en", "the report on the table today").label, KT_LABEL_NEUTRAL);
  ck_assert_int_eq(score_in("es", "me encanta, genial, el mejor").label, KT_LABEL_POSITIVE);
  ck_assert_int_eq(score_in("es-MX", "que triste y horrible, el peor").label, KT_LABEL_NEGATIVE);
}
END_TEST

START_TEST(scores_sum_to_one_and_the_label_has_the_greatest) {
  uint64_t seed = 3;
  char text[400];
  for (int i = 0; i < 5000; i++) {
    size_t n = small_text(&seed, text);
    kt_score s;
    kt_score_text(model, kt_span_of(i % 3 ? "en" : NULL), (kt_span){ text, n }, &s, NULL);
    ck_assert(s.positive + s.negative + s.neutral + s.mixed == 1.0f);
    const float of[] = { 0, s.positive, s.negative, s.neutral, s.mixed };
    ck_assert_int_ge(s.label, KT_LABEL_POSITIVE);
    ck_assert_int_le(s.label, KT_LABEL_MIXED);
    for (int k = 1; k <= 4; k++) {
      ck_assert(of[k] >= 0 && of[k] <= of[s.label]);
    }
  }
}
END_TEST

START_TEST(any_bytes_are_scored) {
  uint64_t seed = 11;
  char *text = malloc(100000);
  static const size_t sizes[] = { 0, 1, 2, 3, 17, 255, 4096, 100000 };
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    for (int kind = 0; kind < 4; kind++) {
      for (size_t i = 0; i < sizes[k]; i++) {
        uint64_t r = test_random(&seed);
        static const char some[] = "a \xF0\x9F\x98\x80#@:'&-";
        text[i] = kind == 0   ? (char)r
                  : kind == 1 ? (char)('a' + r % 26)
                  : kind == 2 ? some[r % (sizeof some - 1)]
                              : 'z';
      }
      char *tight = malloc(sizes[k] + 1); /* so that reading on is seen */
      memcpy(tight, text, sizes[k]);
      kt_score s;
      kt_score_term terms[20];
      kt_score_text(model, kt_span_of("en"), (kt_span){ tight, sizes[k] }, &s, NULL);
      ck_assert(s.positive + s.negative + s.neutral + s.mixed == 1.0f);
      kt_score_explain(model, kt_span_of("en"), (kt_span){ tight, sizes[k] }, &s, NULL, terms, 20);
      free(tight);
    }
  free(text);
  kt_score s;
  kt_score_text(model, kt_span_of("en"), (kt_span){ NULL, 0 }, &s, NULL);
  ck_assert_int_eq(s.label, KT_LABEL_NEUTRAL);
}
END_TEST

START_TEST(what_is_out_of_its_depth_says_so) {
  static const char *const empty[] = { "",       " \n\t", "http://example.org", "@someone",
                                       "12 345", "...",   "\xFF\xFE\x80" };
  for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
    kt_score s = score_in("en", empty[i]);
    ck_assert_int_eq(s.label, KT_LABEL_NEUTRAL);
    ck_assert_uint_eq(s.flags & KT_SCORE_OUT_OF_DEPTH, KT_SCORE_OUT_OF_DEPTH);
    ck_assert(s.neutral < 0.34f && s.positive > 0.33f);
  }
  ck_assert_uint_eq(score_in("en", "great").flags & KT_SCORE_OUT_OF_DEPTH, 0);
  ck_assert_uint_eq(score_in("en", ":)").flags & KT_SCORE_OUT_OF_DEPTH, 0);
  kt_score known = score_in("en", "great wonderful love"),
           other = score_in("fi", "great wonderful love");
  ck_assert_uint_eq(other.flags & KT_SCORE_OUT_OF_DEPTH, KT_SCORE_OUT_OF_DEPTH);
  ck_assert(other.positive < known.positive);
}
END_TEST

static void take_nothing(kt_features *f) {
  memset(f->count, 0, sizeof f->count);
}

/* The sums of a text of some megabytes went beyond an int. */
START_TEST(the_sums_of_long_texts_stay_bounded) {
  enum { WORDS = 3 << 20 };
  static const char word[] = "GREAT ";
  char *text = malloc(WORDS * 6);
  kt_features *f = malloc(sizeof *f);
  for (size_t i = 0; i < WORDS; i++) memcpy(text + 6 * i, word, 6);
  kt_score_features(f, model, 0);
  f->each_piece = 0;
  f->drain = take_nothing;
  kt_features_run(f, (kt_span){ text, WORDS * 6 });
  ck_assert_uint_eq(f->words, WORDS);
  ck_assert_int_eq(f->sums[0].pos, 1 << 24);
  ck_assert_int_eq(f->sums[0].neg, 0);
  free(f);
  free(text);
}
END_TEST

START_TEST(the_language_assumed_is_kept) {
  char tag[4];
  kt_score s;
  kt_span used;
  kt_score_text(model, kt_span_of("ES_mx"), kt_span_of("hola"), &s, &used);
  kt_score_language(&s, tag);
  ck_assert_str_eq(tag, "es");
  ck_assert(kt_span_equal(used, kt_span_of("es")));
  kt_score_text(model, kt_span_of("fil-PH"), kt_span_of("hola"), &s, &used);
  kt_score_language(&s, tag);
  ck_assert_str_eq(tag, "fil");
  ck_assert(kt_span_equal(used, kt_span_of("fil")));
  kt_score_text(model, kt_span_of("toolong"), kt_span_of("hola"), &s, &used);
  kt_score_language(&s, tag);
  ck_assert_str_eq(tag, "");
  kt_score_text(model, kt_span_of("und"), kt_span_of("..."), &s, &used);
  kt_score_language(&s, tag);
  ck_assert_str_eq(tag, "");
  ck_assert_ptr_null(used.ptr);
}
END_TEST

START_TEST(scoring_allocates_nothing) {
  uint64_t seed = 5;
  char text[400];
  size_t before = counter.calls;
  for (int i = 0; i < 1000; i++) {
    size_t n = small_text(&seed, text);
    kt_score s;
    kt_score_term terms[8];
    kt_score_text(model, kt_span_of("en"), (kt_span){ text, n }, &s, NULL);
    kt_score_explain(model, kt_span_of(NULL), (kt_span){ text, n }, &s, NULL, terms, 8);
    kt_language_detect(model, (kt_span){ text, n }, NULL);
  }
  ck_assert_uint_eq(counter.calls, before);
}
END_TEST

/* The same bits from every compiler, at every level of optimisation: these numbers do not change
 * unless the rules of the features do. */
START_TEST(model_and_scores_are_golden) {
  uint64_t h = small_mix(0, model->weights, (size_t)2 << model->params->weight_log2);
  h = small_mix(h, model->signals, (size_t)4 << model->params->signal_log2);
  uint64_t scores = small_scores(model, 4000);
  ck_assert_msg(h == GOLDEN_WEIGHTS && scores == GOLDEN_SCORES, "weights %llx scores %llx",
                (unsigned long long)h, (unsigned long long)scores);
}
END_TEST

static void *score_all(void *out) {
  *(uint64_t *)out = small_scores(model, 4000);
  return NULL;
}

START_TEST(many_threads_use_one_model) {
  pthread_t threads[4];
  uint64_t got[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, score_all, &got[i]);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < 4; i++) ck_assert(got[i] == GOLDEN_SCORES);
}
END_TEST

START_TEST(exp_is_right) {
  ck_assert_uint_eq(kt_exp_minus(0), 1u << 30);
  ck_assert_uint_eq(kt_exp_minus(UINT32_MAX), 0);
  uint32_t before = 1u << 30;
  for (uint32_t x = 0; x < 30u << 16; x += 97) {
    uint32_t e = kt_exp_minus(x);
    ck_assert_uint_le(e, before + 64); /* falls, but for the last bits */
    before = e;
  }
  ck_assert(kt_exp_minus(65536) > 395007000u && kt_exp_minus(65536) < 395015000u); /* 2^30 / e */
}
END_TEST

/* Explaining */

START_TEST(terms_sum_to_what_the_label_is_decided_on) {
  kt_score s, t;
  kt_score_term terms[100];
  const char *text = "I do NOT hate this, it is great :) but the report was awful #broken";
  kt_score_text(model, kt_span_of("en"), kt_span_of(text), &s, NULL);
  size_t n = kt_score_explain(model, kt_span_of("en"), kt_span_of(text), &t, NULL, terms, 100);
  ck_assert(memcmp(&s, &t, sizeof s) == 0);
  ck_assert_uint_gt(n, 10);
  float p = 0, g = 0, u = 0, before = 1e9f;
  for (size_t i = 0; i < n; i++) {
    const kt_score_term *x = &terms[i];
    p += x->positive;
    g += x->negative;
    u += x->neutral;
    ck_assert(x->positive + x->negative + x->neutral < 1e-3f);
    float a = x->positive < 0 ? -x->positive : x->positive;
    float b = x->negative < 0 ? -x->negative : x->negative;
    float c = x->neutral < 0 ? -x->neutral : x->neutral;
    float most = a > b ? (a > c ? a : c) : (b > c ? b : c);
    ck_assert(most <= before);
    before = most;
    ck_assert_uint_le(x->start + x->text.len, strlen(text));
    ck_assert(x->text.ptr == text + x->start);
  }
  float best = p > g ? p : g;
  int label = u >= best ? KT_LABEL_NEUTRAL : p > g ? KT_LABEL_POSITIVE : KT_LABEL_NEGATIVE;
  if (s.label != KT_LABEL_MIXED) ck_assert_int_eq(s.label, label);
}
END_TEST

START_TEST(terms_tell_their_kind) {
  kt_score s;
  kt_score_term terms[100];
  const char *text = "do not hate #great \xF0\x9F\x98\xA1";
  size_t n = kt_score_explain(model, kt_span_of("en"), kt_span_of(text), &s, NULL, terms, 100);
  unsigned seen = 0;
  for (size_t i = 0; i < n; i++) {
    const kt_score_term *t = &terms[i];
    int is_hate = t->text.len == 4 && !memcmp(t->text.ptr, "hate", 4);
    if (is_hate && t->kind == KT_TERM_WORD && t->flags == (KT_TERM_NEGATED | KT_TERM_LEXICON))
      seen |= 1;
    if (t->kind == KT_TERM_HASHTAG && t->text.len == 6 && t->flags & KT_TERM_LEXICON) seen |= 2;
    if (t->kind == KT_TERM_EMOJI && t->text.len == 4) seen |= 4;
    if (t->kind == KT_TERM_OVERALL && !t->text.len) seen |= 8;
    if (t->kind == KT_TERM_PHRASE && !strncmp(t->text.ptr, "not hate", t->text.len)) seen |= 16;
  }
  ck_assert_uint_eq(seen, 31);
  kt_score_term two[2];
  ck_assert_uint_eq(kt_score_explain(model, kt_span_of("en"), kt_span_of(text), &s, NULL, two, 2),
                    2);
  ck_assert(two[0].positive == terms[0].positive && two[1].start == terms[1].start);
  ck_assert_uint_eq(kt_score_explain(model, kt_span_of("en"), kt_span_of(text), &s, NULL, NULL, 0),
                    0);
}
END_TEST

START_TEST(an_idiom_counts_as_a_whole) {
  ck_assert(score_in("en", "this was not bad").positive > score_in("en", "this was bad").positive);
  ck_assert(score_in("en", "not-bad").positive > score_in("en", "bad").positive);
}
END_TEST

/* The file */

static char *copy_of_file(size_t *n) {
  kt_span all = kt_buf_bytes(bytes);
  char *p = aligned_alloc(16, (all.len + 15) / 16 * 16);
  memcpy(p, all.ptr, all.len);
  *n = all.len;
  return p;
}

static kt_status open_bytes(const char *p, size_t n, kt_error *err) {
  kt_model *m = NULL;
  kt_status st = kt_model_from_bytes(env, (kt_span){ p, n }, &m, err);
  if (st < 0) ck_assert_ptr_null(m);
  kt_model_free(m);
  return st;
}

START_TEST(damage_anywhere_is_found) {
  size_t n;
  kt_error err;
  char *p = copy_of_file(&n);
  for (size_t i = 0; i < n; i += i < 300 ? 1 : 997) {
    p[i] ^= 0x20;
    kt_status st = open_bytes(p, n, &err);
    ck_assert_msg(st == KT_ECORRUPT || (i >= 8 && i < 12 && st == KT_ENOTSUP), "byte %zu: %d", i,
                  st);
    p[i] ^= 0x20;
  }
  for (size_t cut = 0; cut < n; cut += cut < 400 ? 1 : 1009)
    ck_assert_int_eq(open_bytes(p, cut, &err), KT_ECORRUPT);
  ck_assert_int_eq(open_bytes(p, n, &err), KT_OK);
  free(p);
}
END_TEST

static void sign(char *p, size_t n) {
  kt_model_head h;
  memcpy(&h, p, sizeof h);
  kt_hash128 sum = kt_hash(p + KT_MODEL_HASHED, n - KT_MODEL_HASHED, KT_MODEL_SEED);
  h.hash_hi = sum.hi;
  h.hash_lo = sum.lo;
  memcpy(p, &h, sizeof h);
}

/* Who writes a right checksum over nonsense is either refused or does no harm. */
START_TEST(a_signed_forgery_does_no_harm) {
  size_t n;
  kt_error err;
  uint64_t seed = 99;
  char *p = copy_of_file(&n), *good = copy_of_file(&n);
  size_t head =
      sizeof(kt_model_head) + KT_SECTIONS * sizeof(kt_model_section) + sizeof(kt_model_params) + 32;
  unsigned refused = 0;
  for (int i = 0; i < 3000; i += (int)test_stride(20)) {
    memcpy(p, good, n);
    for (int k = 0; k < 3; k++) {
      uint64_t r = test_random(&seed);
      size_t at = r & 1 ? KT_MODEL_HASHED + (r >> 8) % (head - KT_MODEL_HASHED)
                        : KT_MODEL_HASHED + (r >> 8) % (n - KT_MODEL_HASHED);
      p[at] = (char)(r >> 56);
    }
    sign(p, n);
    kt_model *m = NULL;
    if (kt_model_from_bytes(env, (kt_span){ p, n }, &m, &err) < 0) {
      refused++;
      continue;
    }
    small_scores(m, 10);
    kt_model_free(m);
  }
  ck_assert_uint_gt(refused, 0);
  free(p);
  free(good);
}
END_TEST

START_TEST(errors_say_what_is_wrong_and_what_to_do) {
  size_t n;
  kt_error err;
  char *p = copy_of_file(&n);
  kt_model *m;
  ck_assert_int_eq(open_bytes(p, n - 1, &err), KT_ECORRUPT);
  ck_assert_ptr_nonnull(strstr(err.message, "its end is missing"));
  ck_assert_ptr_nonnull(strstr(err.message, "train it again"));
  p[8] = 9;
  ck_assert_int_eq(open_bytes(p, n, &err), KT_ENOTSUP);
  ck_assert_ptr_nonnull(strstr(err.message, "format 9"));
  ck_assert_ptr_nonnull(strstr(err.message, "update kappatweet"));
  p[8] = 1;
  p[0] = 'X';
  ck_assert_int_eq(open_bytes(p, n, &err), KT_ECORRUPT);
  ck_assert_ptr_nonnull(strstr(err.message, "no model"));
  free(p);
  ck_assert_int_eq(kt_model_open(env, temp("none.ktm"), &m, &err), KT_EIO);
  ck_assert_ptr_nonnull(strstr(err.message, "none.ktm: No such file"));
  ck_assert_int_eq(kt_model_open(env, tempdir, &m, &err), KT_EIO);
  ck_assert_int_eq(mkfifo(temp("pipe.ktm"), 0600), 0);
  ck_assert_int_eq(kt_model_open(env, temp("pipe.ktm"), &m, &err), KT_EIO);
  ck_assert_ptr_nonnull(strstr(err.message, "not a file"));
  fclose(fopen(temp("empty.ktm"), "w"));
  ck_assert_int_eq(kt_model_open(env, temp("empty.ktm"), &m, &err), KT_ECORRUPT);
}
END_TEST

START_TEST(a_file_is_mapped_and_told_of) {
  kt_error err;
  kt_model *m;
  kt_span all = kt_buf_bytes(bytes);
  FILE *f = fopen(temp("m.ktm"), "w");
  ck_assert_uint_eq(fwrite(all.ptr, 1, all.len, f), all.len);
  fclose(f);
  size_t before = counter.live_bytes;
  ck_assert_int_eq(kt_model_open(env, temp("m.ktm"), &m, &err), KT_OK);
  ck_assert_uint_lt(counter.live_bytes - before, 8u << 20);
  ck_assert(small_scores(m, 500) == small_scores(model, 500));
  ck_assert(kt_span_equal(kt_model_hash(m), kt_model_hash(model)));
  ck_assert(kt_span_equal(kt_model_name(m), kt_span_of("builtin")));
  ck_assert(kt_span_equal(kt_model_version(m), kt_span_of("1")));
  ck_assert(kt_span_equal(kt_model_info(m), kt_span_of("{\"of\":\"tests\"}")));
  ck_assert(kt_span_equal(kt_model_path(m), kt_span_of(temp("m.ktm"))));
  ck_assert(kt_span_equal(kt_model_language(m, 0), kt_span_of("en")));
  ck_assert(kt_span_equal(kt_model_language(m, 1), kt_span_of("es")));
  ck_assert_ptr_null(kt_model_language(m, 2).ptr);
  kt_model_free(m);
}
END_TEST

START_TEST(the_shipped_model_tells_short_english_from_hindi) {
  static const char *const texts[][2] = {
    { "en", "The battery is a joke" },
    { "en", "bad service" },
    { "en", "great phone" },
    { "en", "best day ever" },
    { "hi", "bahut accha" },
    { "hi", "bakwas movie hai" },
    { "hi", "battery bahut kharab hai" },
    { "hi", "dil se shukriya" },
    { "es", "me encanta" },
    { "de", "das ist toll" },
  };
  kt_error err = { 0 };
  kt_model *m;
  kt_status st = kt_model_open(env, NULL, &m, &err);
  ck_assert_msg(st == KT_OK, "%s", err.message);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    kt_span lang = kt_language_detect(m, kt_span_of(texts[i][1]), NULL);
    ck_assert_msg(kt_span_equal(lang, kt_span_of(texts[i][0])), "%s: %.*s", texts[i][1],
                  (int)lang.len, lang.ptr ? lang.ptr : "");
  }
  kt_model_free(m);
}
END_TEST

START_TEST(the_shipped_model_is_found_and_knows_its_languages) {
  static const struct {
    const char *lang, *text;
    int label;
  } posts[] = {
    { "en", "I love this so much, best day ever!", KT_LABEL_POSITIVE },
    { "en", "This is the worst service, I hate it", KT_LABEL_NEGATIVE },
    { "es", "Me encanta, estoy muy feliz!", KT_LABEL_POSITIVE },
    { "es", "Qu\xC3\xA9 asco, todo horrible y triste", KT_LABEL_NEGATIVE },
    { "de", "Das ist wunderbar, vielen Dank!", KT_LABEL_POSITIVE },
    { "pt",
      "Que \xC3\xB3"
      "dio, que coisa horr\xC3\xADvel",
      KT_LABEL_NEGATIVE },
  };
  kt_error err = { 0 };
  kt_model *m;
  kt_status st = kt_model_open(env, NULL, &m, &err);
  ck_assert_msg(st == KT_OK, "%s", err.message);
  for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
    kt_score s;
    kt_score_text(m, kt_span_of(posts[i].lang), kt_span_of(posts[i].text), &s, NULL);
    ck_assert_msg(s.label == posts[i].label, "%s: %d", posts[i].text, s.label);
  }
  kt_model_free(m);
}
END_TEST

START_TEST(opening_survives_every_failed_allocation) {
  kt_span all = kt_buf_bytes(bytes);
  kt_error err;
  kt_model *m;
  FILE *f = fopen(temp("m.ktm"), "w");
  ck_assert_uint_eq(fwrite(all.ptr, 1, all.len, f), all.len);
  fclose(f);
  for (size_t k = 1;; k++) {
    size_t blocks = counter.live_blocks;
    counter.fail_at = counter.calls + k;
    kt_status st = kt_model_open(env, temp("m.ktm"), &m, &err);
    counter.fail_at = 0;
    if (st == KT_OK) {
      kt_model_free(m);
      ck_assert_uint_gt(k, 1);
      break;
    }
    ck_assert_int_eq(st, KT_ENOMEM);
    ck_assert_uint_eq(counter.live_blocks, blocks);
  }
}
END_TEST

/* In a pipeline */

START_TEST(the_part_scores_posts_and_tells_who_did) {
  kt_parts *parts;
  kt_memory *mem;
  kt_pipeline *p;
  kt_error err = { 0 };
  char uri[700];
  kt_span all = kt_buf_bytes(bytes);
  FILE *f = fopen(temp("m.ktm"), "w");
  ck_assert_uint_eq(fwrite(all.ptr, 1, all.len, f), all.len);
  fclose(f);
  snprintf(uri, sizeof uri, "builtin:?model=%s", temp("m.ktm"));
  ck_assert_int_eq(kt_parts_new(env, &parts, &err), KT_OK);
  ck_assert_int_eq(kt_memory_new(env, 0, &mem, &err), KT_OK);
  ck_assert_int_eq(kt_parts_add_memory(parts, "mem", mem, &err), KT_OK);
  ck_assert_int_eq(kt_pipeline_new(parts, &p, &err), KT_OK);
  ck_assert_int_eq(kt_pipeline_set_source(p, "mem:", &err), KT_OK);
  ck_assert_int_eq(kt_pipeline_add_sink(p, "mem:", &err), KT_OK);
  kt_status st = kt_pipeline_set_scorer(p, uri, &err);
  ck_assert_msg(st == KT_OK, "%s", err.message);
  const char *posts[] = {
    "{\"id_str\":\"1\",\"text\":\"I love it, great\",\"lang\":\"en\",\"user\":{\"id_str\":\"1\"}}",
    "{\"delete\":{\"status\":{\"id_str\":\"7\",\"user_id_str\":\"1\"}}}",
    "{\"id_str\":\"2\",\"text\":\"odio, horrible\",\"lang\":\"es\",\"user\":{\"id_str\":\"1\"}}",
  };
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(kt_memory_push(mem, kt_span_of(posts[i]), kt_span_of(NULL)), KT_OK);
  kt_memory_end(mem);
  ck_assert_int_ge(kt_pipeline_run(p, &err), 0);
  ck_assert_uint_eq(kt_memory_count(mem), 3);
  static const int labels[] = { KT_LABEL_POSITIVE, 0, KT_LABEL_NEGATIVE };
  for (size_t i = 0; i < 3; i++) {
    size_t at;
    const kt_batch *b = kt_memory_batch(mem, i, &at);
    const kt_score *s = kt_batch_score(b, at);
    if (!labels[i]) {
      ck_assert_ptr_null(s);
      continue;
    }
    ck_assert_int_eq(s->label, labels[i]);
    ck_assert(kt_span_equal(kt_batch_scorer(b), kt_span_of("builtin")));
    ck_assert(kt_span_equal(kt_batch_scorer_version(b), kt_span_of("1")));
    ck_assert(kt_span_equal(kt_batch_model_hash(b), kt_model_hash(model)));
  }
  kt_pipeline_free(p);
  kt_parts_free(parts);
  kt_memory_free(mem);
}
END_TEST

static void forget(void) {
  free(trained);
}

int main(void) {
  atexit(forget);
  Suite *s = suite_create("score");
  TCase *scores = tcase_create("scores"), *file = tcase_create("file"),
        *part = tcase_create("part");
  TCase *all[] = { scores, file, part };
  for (size_t i = 0; i < 3; i++) {
    tcase_add_unchecked_fixture(all[i], train, NULL);
    tcase_add_checked_fixture(all[i], setup, teardown);
    tcase_set_timeout(all[i], 120);
    suite_add_tcase(s, all[i]);
  }
  tcase_add_test(scores, labels_are_what_the_words_say);
  tcase_add_test(scores, scores_sum_to_one_and_the_label_has_the_greatest);
  tcase_add_test(scores, any_bytes_are_scored);
  tcase_add_test(scores, what_is_out_of_its_depth_says_so);
  tcase_add_test(scores, the_sums_of_long_texts_stay_bounded);
  tcase_add_test(scores, the_language_assumed_is_kept);
  tcase_add_test(scores, scoring_allocates_nothing);
  tcase_add_test(scores, model_and_scores_are_golden);
  tcase_add_test(scores, many_threads_use_one_model);
  tcase_add_test(scores, exp_is_right);
  tcase_add_test(scores, terms_sum_to_what_the_label_is_decided_on);
  tcase_add_test(scores, terms_tell_their_kind);
  tcase_add_test(scores, an_idiom_counts_as_a_whole);
  tcase_add_test(file, damage_anywhere_is_found);
  tcase_add_test(file, a_signed_forgery_does_no_harm);
  tcase_add_test(file, errors_say_what_is_wrong_and_what_to_do);
  tcase_add_test(file, a_file_is_mapped_and_told_of);
  tcase_add_test(file, the_shipped_model_is_found_and_knows_its_languages);
  tcase_add_test(file, the_shipped_model_tells_short_english_from_hindi);
  tcase_add_test(file, opening_survives_every_failed_allocation);
  tcase_add_test(part, the_part_scores_posts_and_tells_who_did);
  return test_run(s);
}
