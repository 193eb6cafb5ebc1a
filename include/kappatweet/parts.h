/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of parts from which pipelines are made. There is no global registry. */
#ifndef KT_PARTS_H
#define KT_PARTS_H

#include <kappatweet/filter.h>
#include <kappatweet/parser.h>
#include <kappatweet/scorer.h>
#include <kappatweet/sink.h>
#include <kappatweet/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* kt_part_info.kind */
enum { KT_PART_SOURCE = 1, KT_PART_PARSER, KT_PART_FILTER, KT_PART_SCORER, KT_PART_SINK };

/* Set `size` to sizeof(kt_part_info) before the call. Strings are borrowed from the catalogue. */
typedef struct kt_part_info {
  uint32_t size, kind, caps, reserved;
  const char *name;    /* scheme */
  const char *options; /* declaration, see conf.h; never NULL */
  const char *origin;  /* "built-in", "program" or the path of a module */
} kt_part_info;

/* Makes a catalogue with the built-in parts. Free it with kt_parts_free(); pipelines made from it
 * keep it alive. KT_ENOMEM. Fill it on one thread; from then on it may be read from any. */
KT_API kt_status kt_parts_new(kt_env *env, kt_parts **out, kt_error *err);
KT_API void kt_parts_free(kt_parts *parts); /* NULL allowed */

/* Registers a part under its name. The table and its strings are copied; `user` must outlive the
 * catalogue. KT_EINVAL: malformed table, name taken; KT_ENOTSUP: `need` has a bit that this library
 * does not know; KT_ENOMEM. */
KT_API kt_status kt_parts_add_source(kt_parts *parts, const kt_source_ops *ops, void *user,
                                     kt_error *err);
KT_API kt_status kt_parts_add_parser(kt_parts *parts, const kt_parser_ops *ops, void *user,
                                     kt_error *err);
KT_API kt_status kt_parts_add_filter(kt_parts *parts, const kt_filter_ops *ops, void *user,
                                     kt_error *err);
KT_API kt_status kt_parts_add_scorer(kt_parts *parts, const kt_scorer_ops *ops, void *user,
                                     kt_error *err);
KT_API kt_status kt_parts_add_sink(kt_parts *parts, const kt_sink_ops *ops, void *user,
                                   kt_error *err);

/* Number of parts, and part i in order of kind and name; KT_EINVAL when i is out of range. */
KT_API size_t kt_parts_count(const kt_parts *parts);
KT_API kt_status kt_parts_get(const kt_parts *parts, size_t i, kt_part_info *out);

/* Checks one part's URI against the catalogue without opening it: scheme, options, bounds. */
KT_API kt_status kt_parts_check(const kt_parts *parts, uint32_t kind, const char *uri,
                                kt_error *err);

/* Parses payloads (one a line) at once, without a pipeline; `parser` is a URI such as "auto:" (NULL
 * = that). What is not understood becomes a record of kind KT_DEAD. `payload` is copied. The batch
 * is the caller's: kt_batch_unref(). KT_EINVAL, KT_ENOMEM. */
KT_API kt_status kt_parts_parse(const kt_parts *parts, const char *parser, kt_span payload,
                                kt_batch **out, kt_error *err);

#ifdef __cplusplus
}
#endif
#endif
