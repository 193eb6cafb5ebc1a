/* SPDX-License-Identifier: Apache-2.0 */
#include "builtin.h"

#include <kappatweet/memory.h>

#include "parts.h"

/* One line a part; each table is defined at the end of the part's own file. */
#define SOURCES(X) X(kt_source_file)
#define PARSERS(X)                                                                                 \
  X(kt_parser_auto)                                                                                \
  X(kt_parser_dead)                                                                                \
  X(kt_parser_tweet_record)                                                                        \
  X(kt_parser_tweet_v1)                                                                            \
  X(kt_parser_tweet_v2)
#define FILTERS(X)                                                                                 \
  X(kt_filter_dedup)                                                                               \
  X(kt_filter_sample)                                                                              \
  X(kt_filter_where)
#define SCORERS(X) X(kt_scorer_builtin)
#define SINKS(X)                                                                                   \
  X(kt_sink_csv)                                                                                   \
  X(kt_sink_ndjson)                                                                                \
  X(kt_sink_null)                                                                                  \
  X(kt_sink_sqlite)                                                                                \
  X(kt_sink_stdout)

#define DECLARE_SOURCE(name) extern const kt_source_ops name;
#define DECLARE_PARSER(name) extern const kt_parser_ops name;
#define DECLARE_FILTER(name) extern const kt_filter_ops name;
#define DECLARE_SCORER(name) extern const kt_scorer_ops name;
#define DECLARE_SINK(name) extern const kt_sink_ops name;
SOURCES(DECLARE_SOURCE)
PARSERS(DECLARE_PARSER)
FILTERS(DECLARE_FILTER)
SCORERS(DECLARE_SCORER)
SINKS(DECLARE_SINK)

#define ADD_SOURCE(name)                                                                           \
  if (st == KT_OK) st = kt_parts_add_source(parts, &name, NULL, err);
#define ADD_PARSER(name)                                                                           \
  if (st == KT_OK) st = kt_parts_add_parser(parts, &name, NULL, err);
#define ADD_FILTER(name)                                                                           \
  if (st == KT_OK) st = kt_parts_add_filter(parts, &name, NULL, err);
#define ADD_SCORER(name)                                                                           \
  if (st == KT_OK) st = kt_parts_add_scorer(parts, &name, NULL, err);
#define ADD_SINK(name)                                                                             \
  if (st == KT_OK) st = kt_parts_add_sink(parts, &name, NULL, err);

kt_status kt_builtin_register(kt_parts *parts, kt_error *err) {
  kt_status st = KT_OK;
  (void)parts, (void)err;
  SOURCES(ADD_SOURCE)
  PARSERS(ADD_PARSER)
  FILTERS(ADD_FILTER)
  SCORERS(ADD_SCORER)
  SINKS(ADD_SINK)
  return st;
}

extern const kt_source_ops kt_source_memory;
extern const kt_sink_ops kt_sink_memory;

kt_status kt_parts_add_memory(kt_parts *parts, const char *name, kt_memory *m, kt_error *err) {
  kt_source_ops source = kt_source_memory;
  kt_sink_ops sink = kt_sink_memory;
  source.name = sink.name = name;
  size_t mark = kt_parts_mark(parts);
  kt_status st = kt_parts_add_source(parts, &source, m, err);
  if (st == KT_OK) st = kt_parts_add_sink(parts, &sink, m, err);
  if (st < 0) kt_parts_rollback(parts, mark);
  return st;
}
