/* SPDX-License-Identifier: Apache-2.0 */
/* Options of one part: strings, checked against the part's declaration when they are set. */
#ifndef KT_CONF_H
#define KT_CONF_H

#include <kappatweet/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A part declares its options as text, one line each, seven fields separated by tabs:
 *
 *   name \t type \t unit \t default \t min \t max \t doc \n
 *
 * where
 *
 * - type: string, path, int, float, bool, bytes, duration, char, secret or enum:a|b|c
 * - unit: shown to people: bytes, ms, records ...
 * - default: as the user would write it; empty = not set
 * - min, max: bounds of int, float, bytes and duration; empty = none
 * - doc: one sentence
 *
 * and of the types
 *
 * - bytes: an integer with an optional suffix k m g (powers of 1024)
 * - duration: an integer with an optional suffix ms s m h d; without one: milliseconds
 * - bool: true false yes no on off 1 0
 * - char: one byte; \t stands for a tab
 * - secret: never shown; `env:NAME` and `file:PATH` are taken by the command, not by the library
 *
 * A line with an empty name gives a one-sentence summary of the part in its doc field. The name
 * `target` declares what follows the scheme in a URI (`csv:TARGET?option=value`); a part without
 * such a line takes no target. A target whose default is `!` must be given. */

/* Makes an empty set of options for the declaration `options` (copied; NULL = none). Free it with
 * kt_conf_free(). KT_EINVAL when the declaration is malformed, KT_ENOMEM. One thread at a time. */
KT_API kt_status kt_conf_new(const kt_env *env, const char *options, kt_conf **out, kt_error *err);
KT_API void kt_conf_free(kt_conf *conf);

/* Sets one option; the value is copied and checked. KT_EINVAL names the option, what is wrong and,
 * for an unknown name, the nearest one; the conf is then unchanged. */
KT_API kt_status kt_conf_set(kt_conf *conf, const char *name, const char *value, kt_error *err);

/* Sets target and options from a URI: `scheme:target?name=value&name=value`. Names and values are
 * percent-decoded (`%26` for `&`); the target is taken as it stands up to the first `?` that is
 * followed by `name=`, so that globs with `?` work. `scheme://x` and `scheme:x` mean the same.
 * After a failure some of the options may be set. */
KT_API kt_status kt_conf_set_uri(kt_conf *conf, const char *uri, kt_error *err);

/* What was set, else the default. Borrowed from the conf, NUL-terminated; NULL if neither exists
 * or the option was not declared. Secrets are returned as they are: never log them. */
KT_API const char *kt_conf_string(const kt_conf *conf, const char *name);
/* As kt_conf_string() for the other types; 0 if neither a value nor a default exists. */
KT_API int64_t kt_conf_int(const kt_conf *conf,
                           const char *name); /* int, bytes, duration (ms), bool, char */
KT_API double kt_conf_float(const kt_conf *conf, const char *name);
/* Non-zero if the option was set (not merely has a default). */
KT_API int kt_conf_is_set(const kt_conf *conf, const char *name);

#ifdef __cplusplus
}
#endif
#endif
