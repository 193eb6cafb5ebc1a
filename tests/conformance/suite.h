/* SPDX-License-Identifier: Apache-2.0 */
/* What the suites share: a world with a counting allocator and a log, posts to feed, a sink that
 * keeps. */
#ifndef CONFORMANCE_SUITE_H
#define CONFORMANCE_SUITE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <kappatweet/kappatweet.h>

enum { POSTS = 1300 }; /* more than two batches of the default size, and not a multiple of it */

/* What was asked for on the command line. */
typedef struct request {
  const char *uri; /* of the part under test; {n} in it becomes the number of the run */
  const char **modules;
  size_t module_count;
  unsigned runs; /* so far */
} request;

/* The made-up source. */
typedef struct posts {
  uint64_t next, end, committed;
} posts;

/* The capturing sink: one line of text a record, compared between runs. */
typedef struct capture {
  uint64_t records, bad_scores, scored, failed_scores, deletes, bad_spans, nameless;
  uint64_t digest;       /* of ids, kinds, texts and scores, in order */
  uint64_t batch_digest; /* of batch ids */
  uint32_t refuse;       /* so many submits are answered with KT_AGAIN first */
  uint64_t last_seq;
  int out_of_order;
} capture;

typedef struct world {
  request *request;
  kt_env *env;
  kt_parts *parts;
  kt_pipeline *p;
  kt_error err;
  posts posts;
  capture capture;
  atomic_size_t calls, fail_at, live_blocks, live_bytes;
  atomic_uint errors_logged;
  char last_log[256];
} world;

/* Makes env, catalogue (modules, the made-up source and the capturing sink) and an empty pipeline.
 * fail_at: the allocation that fails, counted from the end of this call; 0 = none. */
kt_status world_open(world *w, request *r, size_t fail_at);
/* Frees everything. Returns NULL, or what was left behind or logged as an error. */
const char *world_close(world *w);
/* The part's URI with {n} filled in; static storage. */
const char *world_uri(world *w);
/* source, (parser), sink; dead letters are thrown away. `part` says which of them is under test. */
kt_status world_connect(world *w, uint32_t part);
/* Steps to the end, at most `most` steps, waiting only by turning the clock's deadline. */
kt_status world_run(world *w);

/* What the following results are about; NULL: nothing special. */
void variant(const char *name, const char *value);
/* Reporting, in the Test Anything Protocol. */
void ok(int passed, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void skip(const char *name, const char *why);
int failures(void);

void suite_common(request *r, uint32_t kind);
void suite_source(request *r);
void suite_parser(request *r);
void suite_filter(request *r);
void suite_scorer(request *r);
void suite_sink(request *r);

extern const kt_source_ops posts_source;
extern const kt_sink_ops capture_sink;

#endif
