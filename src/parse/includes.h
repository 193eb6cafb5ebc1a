/* SPDX-License-Identifier: Apache-2.0 */
/* The users and posts that a v2 payload brings along, found by id. */
#ifndef KT_PARSE_INCLUDES_H
#define KT_PARSE_INCLUDES_H

#include "json/json.h"

struct kt_parse_job;

typedef struct kt_included {
  kt_span id;
  kt_json_val object;
} kt_included;

typedef struct kt_include_table {
  kt_included *items;
  uint32_t *slots; /* hash -> 1 + index */
  size_t count, cap, slot_count, slot_cap;
} kt_include_table;

typedef struct kt_includes {
  kt_include_table users, posts;
} kt_includes;

void kt_includes_free(kt_includes *in, const kt_env *env);
/* Takes what `includes` holds in place of what was there. KT_ENOMEM. */
kt_status kt_includes_load(struct kt_parse_job *job, kt_json_val includes);
/* Absent if there is none; of several with one id the last. */
kt_json_val kt_includes_find(const kt_include_table *t, kt_span id);

#endif
