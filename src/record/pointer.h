/* SPDX-License-Identifier: Apache-2.0 */
/* Many fields of one payload by JSON pointer: the payload is indexed once, each pointer then walks.
 * kt_json_find() is the simple way for one field. */
#ifndef KT_RECORD_POINTER_H
#define KT_RECORD_POINTER_H

#include "json/json.h"

/* One reference token of a pointer, which names a member or counts an item. */
typedef struct kt_pointer_token {
  const char *name; /* unescaped */
  kt_json_keyset key;
  int64_t index; /* -1: cannot be one */
} kt_pointer_token;

typedef struct kt_pointer {
  kt_pointer_token *tokens; /* in the arena */
  size_t count;
} kt_pointer;

/* Takes a valid pointer apart. KT_ENOMEM. */
kt_status kt_pointer_compile(kt_pointer *p, kt_arena *arena, const char *pointer);

/* The payload that is read. Belongs to one thread. */
typedef struct kt_pointed {
  kt_json json;
  kt_buf
      copy; /* the reader wants 64 bytes behind the text, a stranger's payload need not have them */
  int is_open, is_json;
} kt_pointed;

void kt_pointed_init(kt_pointed *p, const kt_env *env);
void kt_pointed_free(kt_pointed *p);
/* Forgets the payload; the next kt_pointed_find() opens `raw`. */
void kt_pointed_reset(kt_pointed *p);
/* The value as it is written, borrowed until the next reset; the null span where there is none,
 * where it is null, and in what is not JSON. KT_ENOMEM. */
kt_status kt_pointed_find(kt_pointed *p, kt_span raw, const kt_pointer *pointer, kt_span *out);

#endif
