/* SPDX-License-Identifier: Apache-2.0 */
/* Emoticons of ASCII characters, and the shrug. */
#include "text/scan.h"

#include <string.h>

/* Those that are not eyes, nose and mouth; longer ones before their beginnings. */
/* clang-format off */
static const char *const whole[] = {
  "\xC2\xAF\\_(\xE3\x83\x84)_/\xC2\xAF", "</3", "<\\3", "<3", "^_^", "^.^", "^-^", "^^", ">_<", ">.<",
  "-_-", "-.-", "o_O", "O_o", "o.O", "O.o", "o_o", "O_O", "T_T", "T.T", ";_;", "u_u", "U_U", "x_x",
  "X_X", "*_*", "._.", "\\o/",
};
/* clang-format on */

static int is_space_or_end(kt_span text, size_t at) {
  return kt_byte_at(text, at) <= ' ';
}

static int in_set(unsigned char b, const char *set) {
  return b && strchr(set, b) != NULL;
}

/* An emoticon that ends in a letter or digit is not the beginning of a word, one that begins with
 * one not the end of a word. */
static int stands_alone(kt_span text, size_t at, size_t end) {
  unsigned char first = kt_byte_at(text, at), last = kt_byte_at(text, end - 1);
  if (kt_is_ascii_alnum(last) && (kt_is_ascii_alnum(kt_byte_at(text, end)) ||
                                  (kt_char_or_end(text, end).cls & (KT_UNI_LETTER | KT_UNI_MARK)) ||
                                  (at && kt_is_ascii_alnum(kt_byte_at(text, at - 1)))))
    return 0;
  return !(kt_is_ascii_alnum(first) && at && kt_is_ascii_alnum(kt_byte_at(text, at - 1)));
}

/* >:'-( with a mouth that may be repeated: eyes, tear, nose, mouth. */
static size_t scan_face(kt_span text, size_t at) {
  size_t i = at;
  if (kt_byte_at(text, i) == '>') i++;
  unsigned char eyes = kt_byte_at(text, i++);
  if (!in_set(eyes, ":;=8xX")) return at;
  int nose = 0;
  if (kt_byte_at(text, i) == '\'') i++, nose = 1;
  if (in_set(kt_byte_at(text, i), "-^") || (kt_byte_at(text, i) == 'o' && eyes == ':'))
    i++, nose = 1;
  unsigned char mouth = kt_byte_at(text, i);
  int letter_eyes = kt_is_ascii_alnum(eyes);
  if (letter_eyes && !nose && mouth != 'D')
    return at; /* "8)", "x(" are more often a list or a sum */
  if (!in_set(mouth, ")(][}{DPpO0oSsXx3/\\|*@$cC>")) return at;
  if (in_set(mouth, "SsXx0cC>") && !nose) return at; /* "a:s", "=>", ":0" */
  if (eyes == '=' && in_set(mouth, "{}[]*|@$")) return at;
  int line = mouth == '/' || mouth == '\\';
  do i++;
  while (!line && kt_byte_at(text, i) == mouth);
  if (mouth == '@' && kt_is_ascii_alnum(kt_byte_at(text, i))) return at; /* a mention */
  if (line && !is_space_or_end(text, i)) return at;                      /* a path */
  return stands_alone(text, at, i) ? i : at;
}

/* The mirrored ones "(: (-; ):" stand between blanks: "(x): y" has none. */
static size_t scan_mirrored(kt_span text, size_t at) {
  size_t i = at + 1;
  if (!in_set(kt_byte_at(text, at), "()[]D") || (at && !is_space_or_end(text, at - 1))) return at;
  if (kt_byte_at(text, i) == '-') i++;
  if (kt_byte_at(text, i) == '\'') i++;
  if (!in_set(kt_byte_at(text, i), ":;=") || !is_space_or_end(text, i + 1)) return at;
  return i + 1;
}

size_t kt_scan_emoticon(kt_span text, size_t at) {
  unsigned char first = kt_byte_at(text, at);
  if (kt_is_ascii_alpha(first) && !in_set(first, "xXoOTuUD")) return at;
  size_t end = scan_face(text, at);
  if (end > at || (end = scan_mirrored(text, at)) > at) return end;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
    if (whole[i][0] != text.ptr[at]) continue;
    size_t n = strlen(whole[i]);
    if (n <= text.len - at && memcmp(text.ptr + at, whole[i], n) == 0 &&
        stands_alone(text, at, at + n))
      return at + n;
  }
  return at;
}
