/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259 as it is written, rule by rule and byte by byte: an oracle that is easy to be sure of,
 * and slow. Shares no code with the library. */
#ifndef KT_TESTS_FUZZ_STRICT_H
#define KT_TESTS_FUZZ_STRICT_H

#include <stddef.h>
#include <stdint.h>

#include <kappatweet/types.h>

/* Why a text is not JSON. */
typedef enum strict_fault {
  STRICT_OK,
  STRICT_STRUCTURE, /* a bracket, colon, comma or value is missing or too many */
  STRICT_LITERAL,   /* a word that is not true, false or null */
  STRICT_NUMBER,
  STRICT_CONTROL, /* a byte below 0x20 in a string */
  STRICT_ESCAPE,
  STRICT_UTF8,
  STRICT_DEEP /* beyond `max_depth` */
} strict_fault;

/* A value or a member's name. */
typedef struct strict_node {
  char type; /* '{' '[' '"' '0' 't' 'f' 'n', 'k' for a name */
  uint32_t from, to;
  uint32_t after; /* index of the next node that is not inside this one */
} strict_node;

typedef struct strict {
  const char *text;
  size_t len, at; /* at: where reading stopped */
  unsigned depth, max_depth;
  strict_node *nodes; /* in the order of the text; free() it */
  size_t count;
  strict_fault fault;
} strict;

strict_fault strict_read(strict *s, kt_span text, unsigned max_depth);
void strict_free(strict *s);
/* The content of a string (given with its quotes) in `out`, which has room for as many bytes as the
 * string; *lone = a surrogate without its other half was replaced by U+FFFD. */
size_t strict_unescape(kt_span quoted, char *out, int *lone);

#endif
