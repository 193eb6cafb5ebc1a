/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a model: its file, and where its parts lie in it. */
#ifndef KT_SCORE_MODEL_H
#define KT_SCORE_MODEL_H

#include <kappatweet/score.h>

#include "score/features.h"

/* The file: little-endian; every section begins at a multiple of 16.
 *
 *   0  8 bytes  magic
 *   8  u32      version of the format
 *  12  u32      number of sections
 *  16  u64      size of the file
 *  24  2 x u64  kt_hash() of what follows, seed KT_MODEL_SEED: high, low
 *  40           sections: 4 letters, u32 0, u64 offset, u64 size
 */
#define KT_MODEL_MAGIC "KTMODEL\n"
enum {
  KT_MODEL_FORMAT = 1,
  /* Version of the rules in features.c: another number where a text has other features. */
  KT_MODEL_FEATURES = 1,
  KT_MODEL_HASHED = 40,
  KT_MODEL_SEED = 0x4B54,
  KT_MODEL_LANGUAGES = 32,
  KT_MODEL_TAG = 4,
  KT_WEIGHT_LOG2_MAX = 22,
  KT_SIGNAL_LOG2_MAX = 18
};

enum {
  KT_SECTION_HEAD,
  KT_SECTION_CHARS,
  KT_SECTION_LEXICON,
  KT_SECTION_WEIGHTS, /* two int8 a place: positive and negative, against neutral */
  KT_SECTION_SIGNALS, /* the same in int16, of KT_GROUP_SIGNAL */
  KT_SECTION_LANGUAGE,
  KT_SECTION_INFO,
  KT_SECTIONS
};
extern const char kt_model_sections[KT_SECTIONS][5];

typedef struct kt_model_section {
  char tag[4];
  uint32_t zero;
  uint64_t offset, size;
} kt_model_section;

typedef struct kt_model_head {
  char magic[8];
  uint32_t format, sections;
  uint64_t size, hash_hi, hash_lo;
} kt_model_head;

/* The first section. Strings are NUL-terminated. */
typedef struct kt_model_params {
  uint32_t features, weight_log2, signal_log2, languages;
  /* One step of a weight, in fortieths, as natural logarithm of odds times 2^32: the temperature is
   * in it. */
  int32_t weight_step, signal_step;
  /* Mixed: the lexicon has a positive and a negative hit of so much, in 256ths, and both labels
   * have at least this probability, in 2^-20ths, and more than neutral. */
  int32_t mixed_hit, mixed_least;
  uint64_t other; /* languages with values of the other lexicon */
  char tags[KT_MODEL_LANGUAGES][KT_MODEL_TAG];
  /* Whose words are looked up when a language's own lexicon has none; "" = nobody's. */
  char words_else[KT_MODEL_LANGUAGES][KT_MODEL_TAG];
  char name[32], version[32];
} kt_model_params;

struct kt_model {
  kt_env *env;
  char *path;
  const void *map; /* NULL: the bytes are the caller's */
  size_t size;
  const kt_model_params *params;
  const uint16_t *chars;
  kt_lexicon lexicon;
  const int8_t (*weights)[2];
  const int16_t (*signals)[2];
  kt_span language, info;
  int8_t mixed[KT_MODEL_LANGUAGES]; /* the language of words_else, -1: none */
  char hash[33];
};

/* Points the parts of `m` into the file, which is checked in full. `what` names it in messages. */
kt_status kt_model_read(kt_model *m, kt_span file, const char *what, kt_error *err);

/* The number of the language, -1: none of the model's. Takes the tag's first part. */
int kt_model_find_language(const kt_model *m, kt_span tag);

/* Finds the file that belongs to the library; a NUL-terminated path into `out`. */
kt_status kt_model_find_shipped(char *out, size_t size, kt_error *err);

#endif
