/* SPDX-License-Identifier: Apache-2.0 */
/* Words of posts: tokens, stop words, most frequent words, transliteration. */
#ifndef KT_TEXT_H
#define KT_TEXT_H

#include <kappatweet/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* kt_token.kind */
enum {
  KT_TOKEN_WORD = 1,
  KT_TOKEN_HASHTAG = 2, /* text without the # */
  KT_TOKEN_MENTION = 3, /* text without the @ */
  KT_TOKEN_URL = 4,
  KT_TOKEN_EMOJI = 5, /* one whole sequence: skin tone, joiners, flags, keycaps */
  KT_TOKEN_NUMBER = 6,
  KT_TOKEN_EMOTICON = 7, /* :-) <3 */
  KT_TOKEN_PUNCT = 8
};
/* kt_token.flags */
enum {
  KT_TOKEN_ELONGATED = 1u << 0, /* a letter three or more times in a row: "sooo" */
  KT_TOKEN_UPPER = 1u << 1      /* two or more letters, all upper case */
};

/* Its layout is frozen at 1.0. */
typedef struct kt_token {
  kt_span text; /* borrowed from the input, as it is written */
  size_t start; /* byte offset of the token in the input, with its # or @ */
  uint32_t kind, flags;
} kt_token;

/* Takes the next token at *pos (0 at first) and moves *pos behind it. 1: *out is set; 0: no more.
 * Any bytes are accepted; invalid UTF-8 separates words. Time is linear in the text. Allocates
 * nothing. Any thread.
 *
 * Words are letters, marks and digits with apostrophes, middle dots, joiners and _ inside ("don't"
 * is one word; "l'eau" two, "l'" and "eau"; "2nd" a word, "3.5k" a number). Of scripts written
 * without blanks, one ideograph is a word, and a row of Hiragana, Katakana, Thai, Lao, Khmer or
 * Myanmar letters. Hashtags hold a letter ("#1" is a sign and a number). Bare domains with a common
 * ending and mail addresses are URLs. Emoji are recognised with and without U+FE0F, except signs of
 * text such as (c), TM and arrows, which need it. KT_TOKEN_PUNCT is one sign as often as it stands
 * in a row. */
KT_API int kt_token_next(kt_span text, size_t *pos, kt_token *out);

/* Appends the word in the form in which words are counted: Unicode case folded and composed,
 * elongations cut to two letters ("Sooo" gives "soo"); typographic apostrophes become ', tatweel,
 * soft hyphens, variation selectors and invalid UTF-8 are left out. KT_ENOMEM. Any thread. */
KT_API kt_status kt_word_fold(kt_span word, kt_buf *out);

/* Non-zero if a folded word is a stop word of `lang` ("es", "en", "pt", "fr", "de", "it", "ar",
 * "hi"; a region such as "-MX" does not matter), or of any of several with commas ("es,en"); a null
 * or unknown language: of any of es and en. Any thread. */
KT_API int kt_stopword(kt_span lang, kt_span word);

/* Most frequent words in bounded memory: exact while they fit, then Space-Saving (Metwally et al.
 * 2005), whose counts are too high by at most `error`. One thread at a time. */
typedef struct kt_topwords kt_topwords;
/* Its layout is frozen at 1.0. */
typedef struct kt_topword {
  kt_span word;   /* borrowed until the next kt_topwords_add() or _free() */
  uint64_t count; /* never too low */
  uint64_t error; /* at most this much too high; 0 = exact */
} kt_topword;

/* max_bytes: bound of all the memory that the table takes from `env`, at least 64 KiB; 0 = 16 MiB
 * (about 250,000 words). It is reserved at once and touched as words come. KT_EINVAL, KT_ENOMEM. */
KT_API kt_status kt_topwords_new(const kt_env *env, size_t max_bytes, kt_topwords **out,
                                 kt_error *err);
KT_API void kt_topwords_free(kt_topwords *t); /* NULL allowed */
/* Counts the words and hashtags of a text, folded (a hashtag counts as the word behind its #),
 * without stop words of `lang`, mentions, links, numbers, single letters (an ideograph is a word)
 * and words of more than 256 bytes. KT_ENOMEM: part of the text may have been counted. */
KT_API kt_status kt_topwords_add(kt_topwords *t, kt_span lang, kt_span text);
/* The n most frequent, by count and then by word; returns how many were written. */
KT_API size_t kt_topwords_list(kt_topwords *t, kt_topword *out, size_t n);
/* Non-zero while every count is exact. */
KT_API int kt_topwords_exact(const kt_topwords *t);

/* Appends the text in ASCII, as Python's unidecode 1.3.6 writes Latin, Greek and Cyrillic letters
 * and punctuation; what has no such form is left out. Invalid UTF-8 is left out. KT_ENOMEM. Any
 * thread. */
KT_API kt_status kt_transliterate(kt_span text, kt_buf *out);

#ifdef __cplusplus
}
#endif
#endif
