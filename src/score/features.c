/* SPDX-License-Identifier: Apache-2.0 */
#include "score/features.h"

#include "base/span.h"
#include "score/pieces.h"
#include "text/unicode.h"

/* Words behind a negation that it turns; cross-validated, and so are the factors below. */
enum { NEGATION_WORDS = 4 };
/* Far above the last bucket, and far below what an int holds, however long the text is. */
enum { SUM_MAX = 1 << 24 };

static const uint32_t MARK = 0x5555AAAAu, TEXT_START = 0x3C733E01u, TEXT_END = 0x3C2F733Eu;

static inline uint32_t feature(uint64_t x) {
  return (uint32_t)((x * 0x9E3779B97F4A7C15u) >> 32);
}

static inline void put(kt_features *f, int group, uint32_t id) {
  f->ids[group][f->count[group]++] = id;
}

/* The weight is wanted when the text has been gone through: by then it is in the cache. As a
 * number, because a trainer has no weights to be fetched yet. */
static inline void fetch(const kt_features *f, uint32_t id) {
  uintptr_t row = (uintptr_t)f->ahead + (id >> f->ahead_shift) * sizeof(uint16_t);
  __builtin_prefetch((const void *)row);
}

static inline void put_ahead(kt_features *f, int group, uint32_t id) {
  fetch(f, id);
  put(f, group, id);
}

static inline void put_copied(kt_features *f, int group, uint32_t id) {
  fetch(f, kt_feature_copy(id, (unsigned)f->lang));
  put_ahead(f, group, id);
}

/* The first three, four and five letters and the last two, three and four, of longer words. */
static void put_affixes(kt_features *f, const kt_letters *l) {
  uint32_t n = l->count;
  for (uint32_t k = 3; k <= 5 && k < n; k++)
    put_ahead(f, KT_GROUP_AFFIX, feature(kt_letters_hash(l->running[k]) | 3ull << 60));
  if (n < 3) return;
  const uint16_t *end = l->codes + n; /* the last letter */
  uint64_t window = (uint64_t)end[-1] << 12 | end[0];
  put_ahead(f, KT_GROUP_AFFIX, feature(window | 4ull << 60));
  if (n < 4) return;
  window |= (uint64_t)end[-2] << 24;
  put_ahead(f, KT_GROUP_AFFIX, feature(window | 5ull << 60));
  if (n < 5) return;
  window |= (uint64_t)end[-3] << 36;
  put_ahead(f, KT_GROUP_AFFIX, feature(window | 6ull << 60));
}

static void put_signal(kt_features *f, unsigned tag, unsigned value) {
  if (f->count[KT_GROUP_SIGNAL] + 1 >= KT_BUFFER) f->drain(f);
  put(f, KT_GROUP_SIGNAL, feature((uint64_t)tag << 32 | (value + 1)));
}

static inline int may_be_stem(const kt_lexicon *lex, uint64_t running, uint32_t lang) {
  uint32_t bit = kt_lex_bloom_bit(running, lang);
  return lex->bloom[bit >> 3] >> (bit & 7) & 1;
}

/* The longest stem that the word begins with. */
static const kt_lex_entry *find_stem(const kt_lexicon *lex, const kt_letters *l, uint32_t lang) {
  if (l->count < KT_LEX_STEM_MIN ||
      !may_be_stem(lex, l->running[KT_LEX_STEM_MIN] ^ KT_LEX_GATE, lang))
    return NULL;
  for (uint32_t i = l->count; i >= KT_LEX_STEM_MIN; i--) {
    if (!may_be_stem(lex, l->running[i], lang)) continue;
    uint32_t key = kt_lex_key(kt_lex_stem(kt_letters_hash(l->running[i])), lang);
    const kt_lex_entry *e = kt_lexicon_find(lex, key);
    if (e) return e;
  }
  return NULL;
}

/* The word itself, else its stem. What `second` says of form counts for nothing but negations. */
static void look_up(const kt_features *f, kt_piece *p, const kt_letters *l, uint32_t lang,
                    int second) {
  const kt_lex_entry *e = kt_lexicon_find(&f->lexicon, kt_lex_key(p->hash, lang));
  if (e) {
    p->lex |= second ? e->flags & KT_LEX_NEGATOR : e->flags;
    if (!second) p->factor = e->factor;
    if (e->flags & KT_LEX_MORE) p->flags |= KT_IS_PHRASE;
    if (!p->other) p->other = e->other;
  }
  if (p->own) return;
  if (!e || !e->own) e = find_stem(&f->lexicon, l, lang);
  if (e) p->own = e->own;
}

static inline int is_word(const kt_piece *p) {
  return p->kind == KT_PIECE_WORD || p->kind == KT_PIECE_HASHTAG;
}

/* English contractions are negations whatever the lexicon says of them. */
static int is_contraction(const kt_letters *l) {
  const uint16_t *c = l->codes + l->count;
  return l->count > 3 && c[0] == 't' && c[-1] == '\'' && c[-2] == 'n';
}

static inline void fetch_entry(const kt_features *f, const kt_piece *p) {
  __builtin_prefetch(&f->lexicon.table[kt_lex_key(p->hash, f->words_of) >> f->lexicon.shift]);
}

static void look_up_piece(const kt_features *f, kt_piece *p, const kt_letters *l) {
  if (p->kind == KT_PIECE_EMOJI || p->kind == KT_PIECE_EMOTICON) {
    const kt_lex_entry *e = kt_lexicon_find(&f->lexicon, kt_lex_key(p->hash, KT_LEX_ANY));
    if (e) p->own = e->own;
  } else if (is_word(p)) {
    if (is_contraction(l)) p->lex |= KT_LEX_NEGATOR;
    if (f->words_of) look_up(f, p, l, f->words_of, 0);
    if (f->else_of) look_up(f, p, l, f->else_of, 1);
  }
}

/* The longest phrase that begins at piece i: how many pieces it takes and its valence; 0: none. */
static size_t find_phrase(const kt_features *f, size_t i, uint32_t lang, int16_t *valence) {
  uint32_t hash = f->pieces[i].hash;
  size_t best = 0, words = 1;
  for (size_t k = i + 1; k < f->piece_count && words < KT_LEX_WORDS_MAX; k++) {
    const kt_piece *p = &f->pieces[k];
    if (p->flags & KT_IS_HYPHEN) continue;
    if (!is_word(p)) break;
    hash = kt_lex_join(hash, p->hash);
    words++;
    const kt_lex_entry *e = kt_lexicon_find(&f->lexicon, kt_lex_key(hash, lang));
    if (!e) break;
    if (e->flags & KT_LEX_PHRASE) {
      best = k + 1 - i;
      *valence = e->own;
    }
    if (!(e->flags & KT_LEX_MORE)) break;
  }
  return best;
}

/* Gives the phrase's valence to its first word and takes that of the others. */
static size_t take_phrase(kt_features *f, size_t i) {
  kt_piece *p = &f->pieces[i];
  int16_t valence = 0;
  size_t n = f->words_of ? find_phrase(f, i, f->words_of, &valence) : 0;
  if (!n && f->else_of) n = find_phrase(f, i, f->else_of, &valence);
  if (!n) return 0;
  p->own = valence;
  if (valence) put_signal(f, 7, valence > 0);
  return n;
}

static int rounded(int x, int step) {
  return (x + (x >= 0 ? step / 2 : -(step / 2))) / step;
}

static unsigned bucket(int x, int step, int most) {
  int q = rounded(x, step);
  if (q > most) q = most;
  if (q < -most) q = -most;
  return (unsigned)(q + most);
}

static unsigned at_most(int x, int most) {
  return (unsigned)(x < most ? x : most);
}

/* A valence that the lexicon gives, with what stands before it. */
static void put_hit(kt_features *f, kt_piece *p, int which, int valence) {
  kt_lex_sums *s = &f->sums[which];
  int negated = f->negated > 0, loud = (p->flags & (KT_IS_CAPS | KT_IS_ELONGATED)) != 0;
  int before = !f->factor ? 0 : f->factor > 64 ? 1 : 2;
  unsigned code = (unsigned)which << 8 | bucket(valence, 16, 4) << 4 | (unsigned)negated << 3;
  put_signal(f, 4, code | (unsigned)loud << 2 | (unsigned)before);
  put_signal(f, 5, code);
  if (f->but) put_signal(f, 6, code);
  p->flags |= KT_IS_HIT;

  int v = valence * 16 * (f->factor ? f->factor : 64) / 64;
  if (loud) v = v * 13 / 10;
  if (negated) {
    v = v * -6 / 10;
    s->flips++;
  }
  if (v > 0) {
    s->pos = s->pos + v < SUM_MAX ? s->pos + v : SUM_MAX;
    s->np++;
  } else {
    s->neg = s->neg - v < SUM_MAX ? s->neg - v : SUM_MAX;
    s->nn++;
  }
  if (v > s->max) s->max = v;
  if (v < s->min) s->min = v;
  s->last = v;
}

static void count_piece(kt_features *f, const kt_piece *p) {
  switch (p->kind) {
  case KT_PIECE_WORD:
    f->words++;
    f->plain_words++;
    f->caps += (p->flags & KT_IS_CAPS) != 0;
    f->elongated += (p->flags & KT_IS_ELONGATED) != 0;
    break;
  case KT_PIECE_HASHTAG:
    f->words++;
    f->hashtags++;
    break;
  case KT_PIECE_EMOJI:
  case KT_PIECE_EMOTICON:
    f->words++;
    f->faces++;
    break;
  case KT_PIECE_LINK:
    f->links++;
    break;
  case KT_PIECE_USER:
    f->users++;
    break;
  case KT_PIECE_PUNCT:
    if (p->lex == '!') f->exclaims += p->factor;
    if (p->lex == '?') f->asks += p->factor;
    if (p->lex == '.' && p->factor > 1) f->dots++;
    break;
  default:
    break;
  }
}

/* What the piece does to those behind it. */
static void go_behind(kt_features *f, const kt_piece *p) {
  int word = is_word(p);
  if (p->kind == KT_PIECE_PUNCT) {
    if (p->flags & KT_IS_STOP) f->negated = 0;
  } else if (word && p->lex & KT_LEX_NEGATOR) {
    f->negated = NEGATION_WORDS;
  } else if (word && p->lex & KT_LEX_BUT) {
    f->negated = 0;
  } else if (word && f->negated > 0) {
    f->negated--;
  }
  f->factor = word ? p->factor : 0;
}

static void put_piece(kt_features *f, size_t i, size_t *consumed) {
  kt_piece *p = &f->pieces[i];
  int word = is_word(p);
  f->piece = (int)(f->base + i);
  count_piece(f, p);
  if (word && p->lex & KT_LEX_BUT) f->but = 1;
  if (i < *consumed) {
    p->own = 0;
  } else if (p->flags & KT_IS_PHRASE) {
    size_t n = take_phrase(f, i);
    if (n) *consumed = i + n;
  }
  if (p->own) put_hit(f, p, 0, p->own);
  if (p->other) put_hit(f, p, 1, p->other);
  if (word && p->lex & KT_LEX_NEUTRAL) put_signal(f, 8, 0);

  uint32_t hash = p->hash;
  if (word && f->negated > 0) {
    hash ^= MARK;
    p->flags |= KT_IS_NEGATED;
  }
  put_copied(f, KT_GROUP_WORD, feature(hash | 1ull << 60));
  put_copied(f, KT_GROUP_PAIR, feature((uint64_t)f->prev << 32 ^ hash));
  if (p->flags & KT_IS_ELONGATED) put_copied(f, KT_GROUP_WORD, feature(p->hash | 2ull << 60));
  f->prev = hash;
  go_behind(f, p);
}

/* Makes room for what the next piece may bring. */
static inline void make_room(kt_features *f, int group) {
  if (f->each_piece || f->count[group] > KT_BUFFER - KT_PIECE_FEATURES) f->drain(f);
}

static void put_pieces(kt_features *f) {
  size_t consumed = 0;
  for (size_t i = 0; i < f->piece_count; i++) {
    put_piece(f, i, &consumed);
    make_room(f, KT_GROUP_WORD);
  }
  f->base += (uint32_t)f->piece_count;
  f->piece_count = 0;
}

static void put_sums(kt_features *f, unsigned which) {
  const kt_lex_sums *s = &f->sums[which];
  unsigned tag = 0x100 + which * 16;
  put_signal(f, tag, bucket(s->pos - s->neg, 256, 6));
  put_signal(f, tag + 1, bucket(s->pos, 384, 4));
  put_signal(f, tag + 2, bucket(s->neg, 384, 4));
  put_signal(f, tag + 3, at_most(s->np, 4) * 5 + at_most(s->nn, 4));
  put_signal(f, tag + 4, bucket(s->last, 256, 4));
  put_signal(f, tag + 5, bucket(s->max, 256, 4));
  put_signal(f, tag + 6, bucket(-s->min, 256, 4));
  put_signal(f, tag + 7, at_most(s->flips, 2));
}

static void put_form(kt_features *f) {
  const unsigned form[] = { at_most(f->exclaims, 3),  at_most(f->asks, 3),
                            at_most(f->dots, 2),      at_most(f->caps, 3),
                            at_most(f->elongated, 2), at_most(f->links, 2),
                            at_most(f->users, 3),     at_most(f->hashtags, 3),
                            at_most(f->faces, 3),     at_most(f->plain_words / 4, 7),
                            f->exclaims && f->asks };
  for (unsigned i = 0; i < sizeof form / sizeof *form; i++) put_signal(f, 0x200 + i, form[i]);
  put_signal(f, 0x300, 0);
}

static void start(kt_features *f) {
  memset(f->count, 0, sizeof f->count);
  memset(f->sums, 0, sizeof f->sums);
  f->base = 0;
  f->words = f->piece_count = 0;
  f->prev = TEXT_START;
  f->negated = f->factor = f->but = f->caps = f->elongated = f->links = f->users = 0;
  f->hashtags = f->faces = f->exclaims = f->asks = f->dots = f->plain_words = 0;
}

void kt_features_run(kt_features *f, kt_span text) {
  kt_letters l;
  if (text.len > UINT32_MAX / 2) text.len = UINT32_MAX / 2;
  start(f);
  for (size_t at = 0; at < text.len;) {
    kt_piece *p = &f->pieces[f->piece_count];
    if (!kt_piece_next(f->chars, text, &at, p, &l)) continue;
    f->piece = (int)(f->base + f->piece_count);
    fetch_entry(f, p);
    if (is_word(p)) {
      put_affixes(f, &l);
      make_room(f, KT_GROUP_AFFIX);
    }
    look_up_piece(f, p, &l);
    if (++f->piece_count == KT_PIECES) put_pieces(f);
  }
  put_pieces(f);
  f->piece = -1;
  put_copied(f, KT_GROUP_PAIR, feature((uint64_t)f->prev << 32 ^ TEXT_END));
  put_sums(f, 0);
  if (f->other) put_sums(f, 1);
  put_form(f);
  f->drain(f);
}
