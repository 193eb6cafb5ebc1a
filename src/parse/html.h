/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KT_PARSE_HTML_H
#define KT_PARSE_HTML_H

#include <kappatweet/types.h>

/* Decodes &amp; &lt; &gt; &quot; &apos; and numeric references in place, once, and returns the new
 * length. Other names are no entities of the API and stay. */
size_t kt_html_decode(char *text, size_t len);
/* Takes tags out in place. A < that no > follows stays. */
size_t kt_html_strip(char *text, size_t len);
/* The inside of `<a ...>inside</a>` that holds neither tags nor a backslash nor an entity: a view.
 * 0: `raw` (a JSON string as it is written, without its quotes) is not of that form. */
int kt_html_anchor(kt_span raw, kt_span *inside);

#endif
