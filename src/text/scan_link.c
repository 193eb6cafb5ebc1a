/* SPDX-License-Identifier: Apache-2.0 */
/* Links: URLs with a scheme, www., bare domains of the commonest endings, mail addresses. */
#include "text/scan.h"

#include <string.h>

/* RFC 3986 characters (with the brackets and quotes that posts put into links) and letters of
 * scripts that are written with blanks, as browsers show them. */
static int is_url_char(kt_char c) {
  if (c.cp < 0x80) return c.cp > ' ' && c.cp != 0x7F && !strchr("<>\"`{}|\\^", (int)c.cp);
  return (c.cls & (KT_UNI_LETTER | KT_UNI_MARK | KT_UNI_DIGIT)) != 0 &&
         kt_uni_script(c.cp) == KT_UNI_SPACED && c.cp < 0x10000;
}

/* Goes to the end of the link, then back over punctuation that belongs to the sentence; a closing
 * bracket stays where its opening one is in the link. */
static size_t link_tail(kt_span text, size_t at) {
  size_t end = at;
  ptrdiff_t open = 0;
  while (end < text.len) {
    kt_char c = kt_char_at(text, end);
    if (!is_url_char(c)) break;
    open += (c.cp == '(') - (c.cp == ')');
    end += c.len;
  }
  for (; end > at; end--) {
    char c = text.ptr[end - 1];
    if (c == ')' && open < 0)
      open++;
    else if (!strchr(".,:;!?'*_~(", c) || !c)
      break;
    else
      open -= c == '(';
  }
  return end;
}

static int is_common_ending(const char *p, size_t n) {
  static const char *const endings[] = { "com",  "org", "net", "edu", "gov",
                                         "info", "io",  "tv",  "ly",  "co" };
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (strlen(endings[i]) == n && memcmp(p, endings[i], n) == 0) return 1;
  return 0;
}

/* "example.com", "bbc.co.uk/news": one label, a common ending, maybe a country. */
static size_t scan_domain(kt_span text, size_t end) {
  size_t dot = end, i = dot + 1;
  while (i < text.len && i - dot <= 5 && kt_is_ascii_alpha((unsigned char)text.ptr[i])) i++;
  if (!is_common_ending(text.ptr + dot + 1, i - dot - 1)) return end;
  if (kt_byte_at(text, i) == '.' && kt_is_ascii_alpha(kt_byte_at(text, i + 1)) &&
      kt_is_ascii_alpha(kt_byte_at(text, i + 2)) && !kt_is_ascii_alnum(kt_byte_at(text, i + 3)))
    i += 3;
  kt_char next = kt_char_or_end(text, i);
  if (next.cls & (KT_UNI_LETTER | KT_UNI_MARK | KT_UNI_DIGIT) || next.cp == '_') return end;
  return next.cp == '/' || next.cp == ':' || next.cp == '?' ? link_tail(text, i) : i;
}

/* The part of a mail address behind the @: at least one dot, an ending of letters. RFC 1035: a name
 * has at most 253 characters; 64 are enough here and bound the work. */
static size_t scan_mail(kt_span text, size_t end) {
  size_t i = end + 1, dot = 0;
  for (; i < text.len && i - end <= 64; i++) {
    unsigned char b = (unsigned char)text.ptr[i];
    if (b == '.' && kt_is_ascii_alnum(kt_byte_at(text, i + 1)))
      dot = i;
    else if (b != '-' && !kt_is_ascii_alnum(b))
      break;
  }
  return dot && dot > end + 1 && i - dot > 2 && kt_is_ascii_alpha((unsigned char)text.ptr[dot + 1])
             ? i
             : end;
}

size_t kt_scan_link(kt_span text, size_t start, size_t end) {
  const char *p = text.ptr + start;
  size_t n = end - start;
  unsigned char next = kt_byte_at(text, end);
  if (next == '@') return scan_mail(text, end);
  if (next == ':' && kt_byte_at(text, end + 1) == '/' && kt_byte_at(text, end + 2) == '/') {
    size_t tail = link_tail(text, end + 3);
    return kt_is_ascii_alpha((unsigned char)*p) && tail > end + 3 ? tail : end;
  }
  if (next != '.') return end;
  if (n == 3 && (p[0] | 32) == 'w' && (p[1] | 32) == 'w' && (p[2] | 32) == 'w' &&
      kt_is_ascii_alnum(kt_byte_at(text, end + 1)))
    return link_tail(text, end + 1);
  return scan_domain(text, end);
}
