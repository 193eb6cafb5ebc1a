/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options as users write them. */
#ifndef KT_BASE_CONF_VALUE_H
#define KT_BASE_CONF_VALUE_H

#include "base/conf.h"

/* The number that `s` means for this type (bool 0/1, duration in ms, char its byte). -1: it means
 * none; *why then says what was expected. */
int kt_value_number(kt_opt_type type, kt_span s, int64_t *out, const char **why);
int kt_value_float(kt_span s, double *out);
/* Checks a value, its bounds or its enum included; the message names the option. */
kt_status kt_value_check(const kt_opt *opt, kt_span value, kt_error *err);

#endif
