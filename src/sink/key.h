/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by time: a template such as %Y/%m/%d/%H and the periods that it cuts time into. */
#ifndef KT_SINK_KEY_H
#define KT_SINK_KEY_H

#include <kappatweet/types.h>

#include "base/buf.h"

/* Cuts time at its finest field; UTC throughout. */
typedef struct kt_key {
  const char *format; /* borrowed */
  int finest;         /* kt_key_field */
} kt_key;

/* Fields: %Y %m %d %H %M %S, %j (day of the year), %% for a percent sign. KT_EINVAL for anything
 * else, for an absolute path and for one that leaves its folder. `format` must outlive the key. */
kt_status kt_key_init(kt_key *k, const char *format, kt_error *err);

/* The period that holds `ms`: [*start, *end), INT64_MIN and INT64_MAX without any field. */
void kt_key_period(const kt_key *k, int64_t ms, int64_t *start, int64_t *end);

/* Appends the folder of `ms`, without a slash at its end. KT_ENOMEM. */
kt_status kt_key_format(const kt_key *k, int64_t ms, kt_buf *out);

#endif
