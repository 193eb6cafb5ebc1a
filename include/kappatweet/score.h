/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in sentiment model: one text at a time, without a pipeline. In a pipeline it is the
 * scorer `builtin:`. */
#ifndef KT_SCORE_H
#define KT_SCORE_H

#include <kappatweet/batch.h>
#include <kappatweet/env.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A trained model, one file mapped into memory. It never changes after it was opened: any number of
 * threads may use it at once. */
typedef struct kt_model kt_model;

/* Opens the model file at `path`; NULL: the one that was installed with the library, which is
 * looked for beside the library itself (../share/kappatweet/builtin.ktm and ../../share/...), then
 * in the data folder that the library was configured with. The whole file is checked first (about 1
 * ms for 4 MiB), so that nothing in it can lead a later call astray; do not write into it while it
 * is open (replace it by renaming another over it). Free it with kt_model_free(). KT_EIO: cannot be
 * read. KT_ECORRUPT: damaged, cut off, or no model at all. KT_ENOTSUP: of a newer version of the
 * format. KT_ETOOBIG: more than 64 MiB. KT_ENOMEM. */
KT_API kt_status kt_model_open(const kt_env *env, const char *path, kt_model **out, kt_error *err);
/* The same from the bytes of a model file, which are borrowed until kt_model_free() and must be
 * aligned to 16 bytes (KT_EINVAL). */
KT_API kt_status kt_model_from_bytes(const kt_env *env, kt_span bytes, kt_model **out,
                                     kt_error *err);
KT_API void kt_model_free(kt_model *m); /* NULL allowed */

/* Who scored: borrowed from the model. The hash is 32 hexadecimal digits over the whole file. */
KT_API kt_span kt_model_name(const kt_model *m);
KT_API kt_span kt_model_version(const kt_model *m);
KT_API kt_span kt_model_hash(const kt_model *m);
/* What was told at training (sources, sizes, metrics, terms): a JSON object. Borrowed. */
KT_API kt_span kt_model_info(const kt_model *m);
/* Where the file was found; the null span for a model of bytes. Borrowed. */
KT_API kt_span kt_model_path(const kt_model *m);
/* The tag of the i-th language that the model was trained on ("en"), the null span behind the last.
 * Borrowed. */
KT_API kt_span kt_model_language(const kt_model *m, size_t i);

/* Sentiment of one text. `lang` is its language as the platform tells it ("es", "en-GB", of which
 * the first part counts); null, "" or "und": it is identified from the text. *lang_used (may be
 * NULL) becomes the tag of the language that was assumed, borrowed from the model or from `lang`;
 * the null span if it is not known.
 *
 * Cannot fail: any bytes are scored, invalid UTF-8 separates words. The label is decided in integer
 * arithmetic and the scores are multiples of 2^-20 that sum to 1: they are the same bits on every
 * machine. The label is the one with the greatest score. MIXED takes from positive and negative
 * what the text shows clearly of both.
 *
 * KT_SCORE_OUT_OF_DEPTH is set when the text has nothing to go by (no words, hashtags, emoji or
 * emoticons): then the label is NEUTRAL and the scores are close to each other; and when its
 * language is none of the model's or cannot be told: then only what is common to all languages
 * counts, and the scores are drawn towards each other, so that nobody takes them for certain. (A
 * model of texts without a language knows none, and does not mind.)
 *
 * Time is linear in the text (about 1 microsecond for a post). Allocates nothing. Any thread. */
KT_API void kt_score_text(const kt_model *m, kt_span lang, kt_span text, kt_score *out,
                          kt_span *lang_used);

/* Writes the tag of the language that `score` was made with (kt_score.flags keeps it) and a NUL;
 * "" if it is not known. */
KT_API void kt_score_language(const kt_score *score, char tag[4]);

/* kt_score_term.kind */
enum {
  KT_TERM_WORD = 1,
  KT_TERM_HASHTAG = 2,
  KT_TERM_EMOJI = 3,  /* emoticons too */
  KT_TERM_PHRASE = 4, /* words that stand together: what they say beyond each of them */
  KT_TERM_OTHER = 5,  /* links, names, numbers, punctuation */
  KT_TERM_OVERALL = 6 /* what no single piece says: its text is empty */
};
/* kt_score_term.flags */
enum {
  KT_TERM_NEGATED = 1u << 0, /* stands behind a negation, which turned it */
  KT_TERM_LEXICON = 1u << 1  /* the lexicon knows it */
};

/* What one piece of a text adds for each label, in natural logarithms of odds; the three sum to 0.
 * Over all terms they sum to what the label is decided on, of which half counts where the language
 * is unknown, and nothing where there are no words. Its layout is frozen at 1.0. */
typedef struct kt_score_term {
  kt_span text; /* borrowed from the input */
  size_t start; /* byte offset in the input */
  uint32_t kind, flags;
  float positive, negative, neutral;
  uint32_t reserved;
} kt_score_term;

/* As kt_score_text(), and why: fills up to `cap` terms, those with the greatest weight first, and
 * returns how many. A text has two terms for each piece (itself, and the phrase that it ends) and
 * the overall one, into which all pieces behind the 256th are summed: 513 terms are always enough,
 * and 2 for each word and one more are for a short text. With a smaller `cap` the lightest are left
 * out, the overall one too if it is among them: what was filled then does not add up to what the
 * label is decided on. Allocates nothing. Any thread. */
KT_API size_t kt_score_explain(const kt_model *m, kt_span lang, kt_span text, kt_score *out,
                               kt_span *lang_used, kt_score_term *terms, size_t cap);

/* The language of a text: its tag, borrowed from the model, or the null span if it cannot be told
 * or is none that the model knows. *confidence (may be NULL): 0 to 1. Allocates nothing. Any
 * thread. */
KT_API kt_span kt_language_detect(const kt_model *m, kt_span text, float *confidence);

#ifdef __cplusplus
}
#endif
#endif
