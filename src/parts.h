/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue as the engine sees it. Declared here because kt_parts itself sees everything. */
#ifndef KT_SRC_PARTS_H
#define KT_SRC_PARTS_H

#include <kappatweet/parts.h>

typedef union kt_part_ops {
  kt_source_ops source;
  kt_parser_ops parser;
  kt_filter_ops filter;
  kt_scorer_ops scorer;
  kt_sink_ops sink;
} kt_part_ops;

typedef struct kt_part {
  uint32_t kind, caps;
  char *name, *options, *origin;
  kt_part_ops ops; /* name and options in it point to the copies above */
  void *user;
} kt_part;

kt_parts *kt_parts_ref(kt_parts *parts);
const kt_env *kt_parts_env(const kt_parts *parts);

/* The part that a URI names and its checked options (kt_conf_free()). A URI without a scheme is a
 * source `file:` or, by the end of its name, a sink `csv:` or `ndjson:`. `extra` (may be NULL) is a
 * declaration of options that the engine adds to the part's own. */
kt_status kt_parts_find(const kt_parts *parts, uint32_t kind, const char *uri, const char *extra,
                        const kt_part **part, kt_conf **conf, kt_error *err);

/* For modules: parts added between mark and rollback are taken out again. */
size_t kt_parts_mark(const kt_parts *parts);
void kt_parts_rollback(kt_parts *parts, size_t mark);
void kt_parts_set_origin(kt_parts *parts, const char *origin); /* borrowed; NULL = "program" */

#endif
