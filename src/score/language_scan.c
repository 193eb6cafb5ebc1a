/* SPDX-License-Identifier: Apache-2.0 */
#include "score/language_scan.h"

#include <string.h>

#include "base/utf8.h"

enum { WORD_MAX = 24 };

typedef struct scanner {
  const char *p, *end;
  uint32_t counts[KT_SCRIPTS];             /* letters */
  uint32_t n, found[KT_LANGUAGE_FEATURES]; /* script << 16 | feature */
} scanner;

typedef struct word {
  uint32_t n, letters[WORD_MAX];
  unsigned script;
} word;

static const struct {
  uint32_t from, to;
  unsigned script;
} ranges[] = {
  { 0xC0, 0x250, KT_SCRIPT_LATIN },       { 0x1E00, 0x1F00, KT_SCRIPT_LATIN },
  { 0x370, 0x400, KT_SCRIPT_GREEK },      { 0x400, 0x530, KT_SCRIPT_CYRILLIC },
  { 0x591, 0x5F5, KT_SCRIPT_HEBREW },     { 0x620, 0x660, KT_SCRIPT_ARABIC },
  { 0x66E, 0x6D4, KT_SCRIPT_ARABIC },     { 0x750, 0x780, KT_SCRIPT_ARABIC },
  { 0x900, 0x964, KT_SCRIPT_DEVANAGARI }, { 0xE00, 0xE80, KT_SCRIPT_THAI },
  { 0x1100, 0x1200, KT_SCRIPT_HANGUL },   { 0xAC00, 0xD7B0, KT_SCRIPT_HANGUL },
  { 0x3040, 0x3100, KT_SCRIPT_KANA },     { 0x3400, 0xA000, KT_SCRIPT_HAN },
  { 0x530, 0x590, KT_SCRIPT_OTHER },      { 0x700, 0x750, KT_SCRIPT_OTHER },
  { 0x780, 0x900, KT_SCRIPT_OTHER },      { 0x980, 0xE00, KT_SCRIPT_OTHER },
  { 0xE80, 0x1100, KT_SCRIPT_OTHER },     { 0x1200, 0x1E00, KT_SCRIPT_OTHER },
  { 0xA000, 0xAC00, KT_SCRIPT_OTHER },
};

static unsigned script_of(uint32_t cp) {
  if (cp < 0x80) return ((cp | 32) - 'a') < 26 ? KT_SCRIPT_LATIN : KT_SCRIPT_NONE;
  if (cp == 0xD7 || cp == 0xF7) return KT_SCRIPT_NONE;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (cp >= ranges[i].from && cp < ranges[i].to) return ranges[i].script;
  return KT_SCRIPT_NONE;
}

/* Of the scripts whose languages are told apart by letters; not from the Unicode tables, which
 * change with their version. */
static uint32_t lower(uint32_t cp) {
  if (cp < 0x80) return cp - 'A' < 26 ? cp | 32 : cp;
  if (cp >= 0xC0 && cp < 0xDF) return cp + 32;
  if (cp == 0x130) return 'i';
  if ((cp >= 0x139 && cp < 0x149) || (cp >= 0x179 && cp < 0x17F)) return cp + (cp & 1);
  if ((cp >= 0x100 && cp < 0x178) || (cp >= 0x1E00 && cp < 0x1F00)) return cp | 1;
  if (cp >= 0x410 && cp < 0x430) return cp + 32;
  if (cp >= 0x391 && cp < 0x3AA) return cp + 32;
  return cp;
}

static void put(scanner *s, unsigned script, uint32_t hash) {
  if (s->n < KT_LANGUAGE_FEATURES)
    s->found[s->n++] = script << 16 | hash >> (32 - KT_LANGUAGE_LOG2);
}

/* Pieces of the network's language, not of the writer's. */
static int is_markup(const word *w) {
  static const struct {
    uint32_t n;
    const char *letters;
  } known[] = { { 2, "rt" }, { 4, "http" }, { 5, "https" }, { 3, "amp" },
                { 2, "gt" }, { 2, "lt" },   { 4, "user" } };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t k = 0;
    if (known[i].n != w->n) continue;
    while (k < w->n && w->letters[k] == (unsigned char)known[i].letters[k]) k++;
    if (k == w->n) return 1;
  }
  return 0;
}

static void put_word(scanner *s, const word *w) {
  if (w->n < 6 && is_markup(w)) return;
  uint32_t before = '^', here = w->letters[0], whole = 0;
  s->counts[w->script] += w->n;
  for (uint32_t i = 0; i < w->n; i++) {
    uint32_t next = i + 1 < w->n ? w->letters[i + 1] : '$';
    put(s, w->script, (before * 0x9E3779B1u + here) * 0x85EBCA6Bu + next * 0xC2B2AE35u);
    whole = (whole ^ here) * 0x01000193u;
    before = here;
    here = next;
  }
  put(s, w->script, (whole + w->n) * 0x9E3779B1u);
}

static void skip_token(scanner *s) {
  while (s->p < s->end && (unsigned char)*s->p > ' ') s->p++;
}

static uint32_t next_char(scanner *s) {
  uint32_t cp = (unsigned char)*s->p;
  if (cp < 0x80) {
    s->p++;
    return cp;
  }
  size_t n = kt_utf8_decode(s->p, (size_t)(s->end - s->p), &cp);
  s->p += n ? n : 1;
  return n ? cp : 0;
}

/* More than two of a letter are two: "sooo". Combining accents are left out. */
static void add_letter(word *w, uint32_t cp) {
  uint32_t low = lower(cp);
  if (w->n > 1 && w->letters[w->n - 1] == low && w->letters[w->n - 2] == low) return;
  if (w->n < WORD_MAX) w->letters[w->n++] = low;
}

static void scan_words(scanner *s) {
  word w = { 0 };
  while (s->p < s->end && s->n < KT_LANGUAGE_FEATURES) {
    const char *at = s->p;
    uint32_t cp = next_char(s);
    unsigned script = script_of(cp);
    if (script && (!w.n || script == w.script)) {
      w.script = script;
      add_letter(&w, cp);
      continue;
    }
    if (w.n && (cp == '\'' || cp == 0x2019) && s->p < s->end &&
        ((uint32_t)(*s->p | 32) - 'a') < 26u) {
      add_letter(&w, '\'');
      continue;
    }
    if (w.n && ((cp >= 0x300 && cp < 0x370) || cp == 0x200C || cp == 0x640)) continue;
    int link = cp == ':' && s->end - s->p > 1 && s->p[0] == '/' && s->p[1] == '/';
    if (w.n && !link) put_word(s, &w);
    w.n = 0;
    if (script) {
      s->p = at;
      continue;
    }
    if (link || cp == '@' || cp == '#') skip_token(s);
  }
  if (w.n) put_word(s, &w);
}

void kt_language_scan_text(kt_language_scan *scan, kt_span text) {
  scanner s; /* not all of it is cleared: that would take longer than a short text */
  s.p = text.ptr;
  s.end = text.ptr + text.len;
  s.n = 0;
  memset(s.counts, 0, sizeof s.counts);
  scan_words(&s);
  unsigned best = KT_SCRIPT_NONE;
  for (unsigned i = 1; i < KT_SCRIPTS; i++)
    if (s.counts[i] > s.counts[best]) best = i;
  scan->script = best;
  scan->letters = s.counts[best];
  scan->n = 0;
  for (uint32_t i = 0; i < s.n; i++)
    if (s.found[i] >> 16 == best) scan->at[scan->n++] = (uint16_t)s.found[i];
}
