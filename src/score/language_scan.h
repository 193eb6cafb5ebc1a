/* SPDX-License-Identifier: Apache-2.0 */
/* What identification sees of a text: its words and their letters by three, as hashes. */
#ifndef KT_SCORE_LANGUAGE_SCAN_H
#define KT_SCORE_LANGUAGE_SCAN_H

#include <kappatweet/types.h>

/* Scripts are told apart before languages are; all that have no name here are OTHER. */
enum {
  KT_SCRIPT_NONE,
  KT_SCRIPT_LATIN,
  KT_SCRIPT_GREEK,
  KT_SCRIPT_CYRILLIC,
  KT_SCRIPT_HEBREW,
  KT_SCRIPT_ARABIC,
  KT_SCRIPT_DEVANAGARI,
  KT_SCRIPT_THAI,
  KT_SCRIPT_HANGUL,
  KT_SCRIPT_KANA,
  KT_SCRIPT_HAN,
  KT_SCRIPT_OTHER,
  KT_SCRIPTS
};

/* What comes behind so many features is not looked at: the work on a text is bounded, and more
 * would change nothing. */
enum { KT_LANGUAGE_FEATURES = 512, KT_LANGUAGE_LOG2 = 13 };

typedef struct kt_language_scan {
  uint32_t n;       /* features, of the script only */
  unsigned script;  /* the one of most letters; NONE: the text has no words */
  uint32_t letters; /* of that script */
  uint16_t at[KT_LANGUAGE_FEATURES];
} kt_language_scan;

/* Links, @names, #tags and what else has no language are passed over. */
void kt_language_scan_text(kt_language_scan *scan, kt_span text);

#endif
