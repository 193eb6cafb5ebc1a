/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled lexicon: one open-addressing table of words, stems and phrases of all languages. */
#ifndef KT_SCORE_LEXICON_H
#define KT_SCORE_LEXICON_H

#include <kappatweet/types.h>

/* An entry. A key of 0 is an empty place. */
typedef struct kt_lex_entry {
  uint32_t key;
  int8_t own, other; /* valence in sixteenths: of our lists, of VADER's; 0 = none */
  uint8_t flags;     /* KT_LEX_* */
  uint8_t factor;    /* of an intensifier or diminisher in 64ths; 0 = neither */
} kt_lex_entry;

enum {
  KT_LEX_NEGATOR = 1u << 0,
  KT_LEX_BUT = 1u << 1,
  KT_LEX_NEUTRAL = 1u << 2,
  KT_LEX_MORE = 1u << 3,   /* a longer phrase begins so */
  KT_LEX_PHRASE = 1u << 4, /* a whole phrase ends here */
  KT_LEX_ALTHOUGH = 1u << 5
};

/* In the file: log2 of the table's size, then the stems' Bloom filter, then the table. */
enum { KT_LEX_BLOOM_BITS = 17, KT_LEX_WORDS_MAX = 5, KT_LEX_LOG2_MAX = 18 };
typedef struct kt_lexicon {
  const kt_lex_entry *table;
  const uint8_t *bloom;
  uint32_t shift; /* 32 - log2 of the table's size */
} kt_lexicon;

/* Points `lex` into the section; non-zero if it is not sound. */
int kt_lexicon_read(kt_lexicon *lex, kt_span section);

/* Languages are known by their letters, so that a lexicon does not depend on the model that it is
 * in; KT_LEX_ANY: entries for all of them. */
#define KT_LEX_ANY 0u
static inline uint32_t kt_lex_language(const char *tag) {
  uint32_t code = 0;
  for (; *tag; tag++) code = code << 8 | (unsigned char)*tag;
  return code;
}
static inline uint32_t kt_lex_key(uint32_t hash, uint32_t lang) {
  uint32_t key = (hash ^ (lang + 1) * 0x85EBCA6Bu) * 0xC2B2AE35u;
  return key ? key : 1;
}
/* The hash of a stem, and of a phrase that goes on with another word. */
static inline uint32_t kt_lex_stem(uint32_t hash) {
  return hash ^ 0x5BD1E995u;
}
static inline uint32_t kt_lex_join(uint32_t phrase, uint32_t hash) {
  return ((phrase << 7 | phrase >> 25) + hash) * 0x9E3779B1u;
}
/* The filter holds the stems and, so that most words need one look, their first three letters. */
#define KT_LEX_GATE 0x94D049BB133111EBu
enum { KT_LEX_STEM_MIN = 3 };
static inline uint32_t kt_lex_bloom_bit(uint64_t running, uint32_t lang) {
  return (uint32_t)((running ^ (uint64_t)(lang + 1) * 0x9E3779B97F4A7C15u) >>
                    (64 - KT_LEX_BLOOM_BITS));
}

/* NULL: not there. */
static inline const kt_lex_entry *kt_lexicon_find(const kt_lexicon *lex, uint32_t key) {
  uint32_t mask = (uint32_t)(UINT32_MAX >> lex->shift);
  for (uint32_t i = key >> lex->shift; lex->table[i].key; i = (i + 1) & mask)
    if (lex->table[i].key == key) return &lex->table[i];
  return NULL;
}

#endif
