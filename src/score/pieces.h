/* SPDX-License-Identifier: Apache-2.0 */
/* Takes a text apart for the scorer: faster and coarser than kt_token_next(), and with the letters'
 * codes at hand. */
#ifndef KT_SCORE_PIECES_H
#define KT_SCORE_PIECES_H

#include "score/features.h"

/* A word as it is read: its codes between two 1s, and the running hash behind each. */
typedef struct kt_letters {
  uint32_t count, codes_seen; /* kept, and in all */
  uint32_t letters, upper;    /* of those seen */
  int elongated;
  uint16_t codes[KT_WORD_LETTERS + 2];
  uint64_t running[KT_WORD_LETTERS + 1];
} kt_letters;

/* The hash behind another code. */
static inline uint64_t kt_letters_next(uint64_t running, unsigned code) {
  return (running ^ code) * 0x9FB21C651E98DF25u;
}

static inline uint32_t kt_letters_hash(uint64_t running) {
  return (uint32_t)(((running ^ running >> 31) * 0xD6E8FEB86659FD93u) >> 32);
}

/* Reads the piece at *at (< text.len) and moves *at behind it. 0: there was only space. `l` holds
 * the letters of a word or hashtag. */
int kt_piece_next(const uint16_t *chars, kt_span text, size_t *at, kt_piece *out, kt_letters *l);

#endif
