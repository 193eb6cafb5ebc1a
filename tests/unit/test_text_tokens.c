/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

static const char kind_letter[] = " WHMUENSP";

/* Tokens as "kind:text" with ~ (elongated) and ^ (upper) behind, blanks between. */
static void describe(kt_span text, char *out, size_t room) {
  kt_token t;
  size_t at = 0;
  out[0] = 0;
  for (size_t pos = 0; kt_token_next(text, &pos, &t);)
    at += (size_t)snprintf(out + at, room - at, "%s%c:%.*s%s%s", at ? " " : "", kind_letter[t.kind],
                           (int)t.text.len, t.text.ptr, t.flags & KT_TOKEN_ELONGATED ? "~" : "",
                           t.flags & KT_TOKEN_UPPER ? "^" : "");
}

struct example {
  const char *text, *tokens;
};

static void check_examples(const struct example *e, size_t n) {
  char got[2048];
  for (size_t i = 0; i < n; i++) {
    describe(kt_span_of(e[i].text), got, sizeof got);
    ck_assert_str_eq(got, e[i].tokens);
  }
}
#define CHECK_EXAMPLES(e) check_examples(e, sizeof(e) / sizeof *(e))

START_TEST(names_and_links) {
  static const struct example e[] = {
    { "", "" },
    { "RT @ana_1: hola", "W:RT^ M:ana_1 P:: W:hola" },
    { "#Caturday #100DaysOfCode #1", "H:Caturday H:100DaysOfCode P:# N:1" },
    { "##tag a#b &#39; #a.b #love#peace",
      "P:# H:tag W:a H:b P:& P:# N:39 P:; H:a P:. W:b H:love H:peace" },
    { "＃全角 #日本語タグ #año_nuevo", "H:全角 H:日本語タグ H:año_nuevo" },
    { "@@x user@ @ ＠b", "P:@ M:x W:user P:@ P:@ M:b" },
    { "https://t.co/aB1. (http://a.b/c) HTTP://X.COM!",
      "U:https://t.co/aB1 P:. P:( U:http://a.b/c P:) U:HTTP://X.COM P:!" },
    { "www.foo.org/a_(b), http://x.y/こん", "U:www.foo.org/a_(b) P:, U:http://x.y/ W:こん" },
    { "https://t.co/… http://", "U:https://t.co/ P:… W:http P:: P://" },
    { "see example.com/x?y=1, bbc.co.uk. a.company",
      "W:see U:example.com/x?y=1 P:, U:bbc.co.uk P:. W:a P:. W:company" },
    { "b@example.com e@b @x.com", "U:b@example.com W:e P:@ W:b M:x P:. W:com" },
    { "cafés.com http://é.fr/à", "U:cafés.com U:http://é.fr/à" },
  };
  CHECK_EXAMPLES(e);
}
END_TEST

/* Each line is one token. */
START_TEST(emoji_sequences) {
  static const char *const whole[] = {
    "😂",
    "❤",
    "❤️",
    "❤︎",
    "☺",
    "☺️",
    "👍🏽",
    "👩‍👩‍👧‍👦",
    "👩🏽‍💻",
    "❤️‍🔥",
    "❤‍🔥",
    "🏳️‍🌈",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🇪🇸",
    "1️⃣",
    "1⃣",
    "#️⃣",
    "*️⃣",
    "©️",
    "™️",
    "↔️",
    "✔",
    "🏽",
    "🇪",
    "🫨",
    "㊗️",
  };
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    kt_token t;
    size_t pos = 0;
    kt_span s = kt_span_of(whole[i]);
    ck_assert_msg(kt_token_next(s, &pos, &t) == 1, "%s", whole[i]);
    ck_assert_msg(t.kind == KT_TOKEN_EMOJI && t.text.len == s.len && pos == s.len, "%s", whole[i]);
    ck_assert_int_eq(kt_token_next(s, &pos, &t), 0);
  }
  static const struct example e[] = {
    { "😂😂❤️ok", "E:😂 E:😂 E:❤️ W:ok" },
    { "🇪🇸🇫🇷🇪", "E:🇪🇸 E:🇫🇷 E:🇪" },
    { "abc1️⃣2️⃣ 12", "W:abc E:1️⃣ E:2️⃣ N:12" },
    { "© ® ™ → ↔ ▪", "P:© P:® P:™ P:→ P:↔ P:▪" },
    { "a\u200d😀\u200db #love❤️", "W:a E:😀 W:b H:love E:❤️" },
  };
  CHECK_EXAMPLES(e);
}
END_TEST

START_TEST(emoticons) {
  static const struct example e[] = {
    { ":-) :) :( :'( ;-) =) :D xD XD", "S::-) S::) S::( S::'( S:;-) S:=) S::D S:xD S:XD" },
    { ":))) :((((", "S::))) S::((((" },
    { "hello:) nothing ... :(", "W:hello S::) W:nothing P:... S::(" },
    { "<3 </3 ^_^ T_T \\o/ -_- o_O", "S:<3 S:</3 S:^_^ S:T_T S:\\o/ S:-_- S:o_O" },
    { "¯\\_(ツ)_/¯", "S:¯\\_(ツ)_/¯" },
    { "(: ): D:", "S:(: S:): S:D:" },
    { "(note): x", "P:( W:note P:) P:: W:x" },
    { ":Press :P note:D :@bob", "P:: W:Press S::P W:note P:: W:D P:: M:bob" },
    { ":/ a:/b 8) Xo", "S::/ W:a P:: P:/ W:b N:8 P:) W:Xo" },
    { "10:3 a:3", "N:10:3 W:a P:: N:3" },
  };
  CHECK_EXAMPLES(e);
}
END_TEST

START_TEST(words) {
  static const struct example e[] = {
    { "I don't can’t rock'n'roll you're", "W:I W:don't W:can’t W:rock'n'roll W:you're" },
    { "l'eau n'est qu'un dell'arte L’Été aujourd'hui",
      "W:l' W:eau W:n' W:est W:qu' W:un W:dell' W:arte W:L’ W:Été W:aujourd'hui" },
    { "'quoted' rock' dogs'", "P:' W:quoted P:' W:rock P:' W:dogs P:'" },
    { "well-known snake_case __init__", "W:well P:- W:known W:snake_case P:__ W:init P:__" },
    { "SOOO AAAa wow ÉÉÉ OK A İstanbul", "W:SOOO~^ W:AAAa~ W:wow W:ÉÉÉ~^ W:OK^ W:A W:İstanbul" },
    { "col·lecció co\u00adop", "W:col·lecció W:co\u00adop" },
    { "हिन्दी क्\u200dष में", "W:हिन्दी W:क्\u200dष W:में" },
    { "می\u200cخواهم שָׁלוֹם العربية", "W:می\u200cخواهم W:שָׁלוֹם W:العربية" },
    { "Ελλάδα Москва한국어는", "W:Ελλάδα W:Москва한국어는" },
    { "東京タワーに行く iPhoneが", "W:東 W:京 W:タワー W:に W:行 W:く W:iPhone W:が" },
    { "ภาษาไทย ง่าย", "W:ภาษาไทย W:ง่าย" },
    { "e\u0301te\u0301", "W:e\u0301te\u0301" },
  };
  CHECK_EXAMPLES(e);
}
END_TEST

START_TEST(numbers) {
  static const struct example e[] = {
    { "3.5k 10:30am 2nd 5G covid19", "N:3.5k N:10:30am W:2nd W:5G W:covid19" },
    { "$1,000.50 24/7 50% 1.", "P:$ N:1,000.50 N:24/7 N:50 P:% N:1 P:." },
    { "½ ٣٫٥ २०२१ 5月", "N:½ N:٣٫٥ N:२०२१ N:5 W:月" },
  };
  CHECK_EXAMPLES(e);
}
END_TEST

START_TEST(invalid_bytes_separate) {
  static const struct example e[] = {
    { "\xff\xfe"
      "abc\xc3(x\xe2\x82",
      "W:abc P:( W:x" },
    { "a\xed\xa0\x80"
      "b\xc0\xaf"
      "c",
      "W:a W:b W:c" },
  };
  CHECK_EXAMPLES(e);
  kt_token t;
  size_t pos = 0;
  kt_span nul = { "a\0b", 3 };
  ck_assert(kt_token_next(nul, &pos, &t) && t.text.len == 1);
  ck_assert(kt_token_next(nul, &pos, &t) && t.text.ptr[0] == 'b' && t.start == 2);
  pos = 0;
  ck_assert_int_eq(kt_token_next((kt_span){ NULL, 0 }, &pos, &t), 0);
}
END_TEST

/* Tokens lie inside the text, in order, and do not overlap. */
static void check_order(kt_span text) {
  kt_token t;
  size_t pos = 0, end = 0, bad = 0; /* one assertion a token would take most of the time */
  while (kt_token_next(text, &pos, &t)) {
    size_t at = (size_t)(t.text.ptr - text.ptr);
    bad += t.kind < KT_TOKEN_WORD || t.kind > KT_TOKEN_PUNCT;
    bad += t.start < end || at < t.start || t.text.len == 0;
    end = at + t.text.len;
    bad += end != pos || pos > text.len;
  }
  ck_assert_uint_eq(bad, 0);
  ck_assert_uint_eq(pos, text.len);
}

/* Pieces that begin something, put together at random, and random bytes. Exactly as long blocks on
 * the heap let the sanitizers see a read behind the end. */
START_TEST(any_bytes) {
  static const char *const pieces[] = {
    "a",
    "é",
    "1",
    "#",
    "@",
    "http",
    "://",
    "www",
    ".",
    "com",
    ":",
    "-",
    ")",
    "(",
    "'",
    "’",
    "_",
    " ",
    "\xf0\x9f\x91",
    "👩",
    "\u200d",
    "\ufe0f",
    "\u20e3",
    "🇪",
    "🏽",
    "<3",
    "T_T",
    "日",
    "カ",
    "न",
    "्",
    "\xff",
    "\xe2\x80",
    "l'",
    "¯\\_(ツ)_/",
    "X",
    "8",
    "ß",
    "\xad",
    "&",
    "\U000E0067",
    "\U000E007F",
    "©",
  };
  uint64_t seed = 7;
  for (int round = 0; round < 20000; round++) {
    char tmp[256];
    size_t n = 0;
    unsigned count = (unsigned)(test_random(&seed) >> 40) % 12;
    for (unsigned i = 0; i < count; i++) {
      uint64_t r = test_random(&seed) >> 20;
      const char *p = pieces[r % (sizeof pieces / sizeof *pieces)];
      size_t len = strlen(p);
      if (r >> 20 & 1) tmp[n++] = (char)(r >> 30);
      memcpy(tmp + n, p, len);
      n += len;
    }
    char *text = malloc(n ? n : 1);
    memcpy(text, tmp, n);
    check_order((kt_span){ text, n });
    free(text);
  }
}
END_TEST

/* 1 MiB of each piece: with a quadratic step this would not end within the time limit of the test.
 */
START_TEST(linear_time) {
  static const char *const pieces[] = {
    "❤️", "👩\u200d", "🏽",    "🇪",      "a@",         "a.",      "a.b@",      "http://",
    "www.",   "(",       ":",       ":(",     "1.",         "#",       "#a",        "_",
    "a_",     "l'",      "e\u0301", "\u0301", "\U000E0067", "1\ufe0f", "http://a)", "http://a(.",
    "T_",     "'",       "a'",      "日",     "\xf0\x9f",
  };
  size_t n = 1 << 20;
  char *text = malloc(n);
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    size_t len = strlen(pieces[i]);
    for (size_t at = 0; at < n; at++) text[at] = pieces[i][at % len];
    check_order((kt_span){ text, n });
  }
  free(text);
}
END_TEST

int main(void) {
  Suite *s = suite_create("text_tokens");
  TCase *c = tcase_create("tokens");
  tcase_set_timeout(c, 60);
  tcase_add_test(c, names_and_links);
  tcase_add_test(c, emoji_sequences);
  tcase_add_test(c, emoticons);
  tcase_add_test(c, words);
  tcase_add_test(c, numbers);
  tcase_add_test(c, invalid_bytes_separate);
  tcase_add_test(c, any_bytes);
  tcase_add_test(c, linear_time);
  suite_add_tcase(s, c);
  return test_run(s);
}
