/* SPDX-License-Identifier: Apache-2.0 */
/* Declared options, taken apart. */
#ifndef KT_BASE_CONF_H
#define KT_BASE_CONF_H

#include <kappatweet/conf.h>

typedef enum kt_opt_type {
  KT_OPT_STRING,
  KT_OPT_PATH,
  KT_OPT_INT,
  KT_OPT_FLOAT,
  KT_OPT_BOOL,
  KT_OPT_BYTES,
  KT_OPT_DURATION,
  KT_OPT_CHAR,
  KT_OPT_SECRET,
  KT_OPT_ENUM
} kt_opt_type;

/* One line of a declaration; spans point into it. */
typedef struct kt_opt {
  kt_opt_type type;
  kt_span name, type_name, unit, def, min, max, doc;
} kt_opt;

/* Takes the next line at *pos. 1: *out is set, 0: end, -1: malformed. */
int kt_opt_next(const char *options, size_t *pos, kt_opt *out);

/* The scheme of a URI, null if there is none ("posts.ndjson", "./a:b"). A scheme is
 * [a-z][a-z0-9-]* and a colon. */
kt_span kt_uri_scheme(const char *uri);

/* The `?` that starts the options behind a target: the first one with `name=` behind it. NULL: there
 * are none. */
const char *kt_uri_query(const char *target);

/* The name in `names` (n of them) nearest to `name`, null if none is near (more than a third of its
 * letters differ). */
kt_span kt_nearest(kt_span name, const kt_span *names, size_t n);

#endif
