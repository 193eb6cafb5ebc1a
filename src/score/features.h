/* SPDX-License-Identifier: Apache-2.0 */
/* What a text says to the model: hashed features, in four groups. The same code serves scoring,
 * explaining and training, so that they cannot disagree. */
#ifndef KT_SCORE_FEATURES_H
#define KT_SCORE_FEATURES_H

#include "score/chars.h"
#include "score/lexicon.h"

/* A feature is 32 bits, of which the upper ones are its place in a table. */
enum {
  KT_GROUP_WORD = 0, /* words, marked behind a negation; signs, emoji, links */
  KT_GROUP_PAIR,     /* two of them, one behind the other */
  KT_GROUP_AFFIX,    /* how words begin and end */
  KT_GROUP_SIGNAL,   /* lexicon hits and their sums, form of the text */
  KT_GROUPS
};

/* What a weight of a group counts, in fortieths, and that of its copy for the text's language,
 * which is another feature; 0: the group has no such copies. Chosen by cross-validation. */
#define KT_GROUP_UNITS 40
static const int kt_group_value[KT_GROUPS] = { 40, 20, 16, 40 };
static const int kt_group_copy[KT_GROUPS] = { 10, 5, 0, 10 };

/* The copy of a feature for language `lang`. */
static inline uint32_t kt_feature_copy(uint32_t id, unsigned lang) {
  return (id ^ (lang + 1) * 0x9E3779B1u) * 0x85EBCA6Bu;
}

typedef struct kt_piece {
  uint32_t hash, start, end;
  int16_t own, other;  /* valence in sixteenths */
  uint8_t kind, flags; /* KT_PIECE_*, KT_IS_* */
  uint8_t lex, factor; /* KT_LEX_*; factor of the word in 64ths, 0 = none */
} kt_piece;

/* kt_piece.kind */
enum {
  KT_PIECE_WORD = 1,
  KT_PIECE_HASHTAG,
  KT_PIECE_EMOJI,
  KT_PIECE_EMOTICON,
  KT_PIECE_LINK,
  KT_PIECE_USER,
  KT_PIECE_NUMBER,
  KT_PIECE_PUNCT
};
/* kt_piece.flags */
enum {
  KT_IS_CAPS = 1u << 0,
  KT_IS_ELONGATED = 1u << 1,
  KT_IS_NEGATED = 1u << 2,
  KT_IS_HIT = 1u << 3,    /* the lexicon has a valence for it, alone or in a phrase */
  KT_IS_STOP = 1u << 4,   /* ends a clause */
  KT_IS_HYPHEN = 1u << 5, /* does not break a phrase */
  KT_IS_PHRASE = 1u << 6  /* begins a phrase of the lexicon */
};

/* So many pieces are looked at together; a phrase does not go beyond. */
enum { KT_PIECES = 256, KT_BUFFER = 512, KT_WORD_LETTERS = 48 };
/* The most features of a group that a piece has. */
enum { KT_PIECE_FEATURES = 8 };

/* Sums over lexicon hits, in 256ths. */
typedef struct kt_lex_sums {
  int32_t pos, neg, last, max, min;
  int np, nn, flips;
} kt_lex_sums;

typedef struct kt_features kt_features;
struct kt_features {
  /* Set by the caller. */
  const uint16_t *chars;
  kt_lexicon lexicon;
  int lang; /* -1: none of the model's */
  /* Whose words are looked up, and those of which other language if it has none (Hindi: English);
   * kt_lex_language(), 0 = none. */
  uint32_t words_of, else_of;
  int other;                     /* the language has values of the other lexicon */
  void (*drain)(kt_features *f); /* takes what is in `ids` and sets `count` to 0 */
  int each_piece;                /* drains behind each */
  const void *ahead;             /* table of the weights, to be fetched early; NULL allowed */
  uint32_t ahead_shift;          /* from a feature to its place there */
  void *user;

  /* What came out. */
  uint32_t count[KT_GROUPS];
  uint32_t ids[KT_GROUPS][KT_BUFFER];
  int piece;     /* the one that the features belong to, from 0; -1: the whole text */
  uint32_t base; /* number of pieces before pieces[0] */
  size_t words;  /* words, hashtags, emoji and emoticons */
  kt_lex_sums sums[2];

  /* Inside. */
  size_t piece_count;
  kt_piece pieces[KT_PIECES];
  uint32_t prev;
  int negated, factor, but, caps, elongated, links, users, hashtags, faces, exclaims, asks, dots,
      plain_words;
};

/* Goes through the text. Drains at the end too. */
void kt_features_run(kt_features *f, kt_span text);

#endif
