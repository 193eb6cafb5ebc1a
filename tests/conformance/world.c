/* SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fails(world *w) {
  size_t at = atomic_load(&w->fail_at);
  size_t call = atomic_fetch_add(&w->calls, 1) + 1;
  return at && call == at;
}

static void *world_alloc(void *self, size_t n) {
  world *w = self;
  void *p = fails(w) ? NULL : malloc(n ? n : 1);
  if (p) {
    atomic_fetch_add(&w->live_blocks, 1);
    atomic_fetch_add(&w->live_bytes, n);
  }
  return p;
}

static void *world_resize(void *self, void *p, size_t old_n, size_t new_n) {
  world *w = self;
  void *q = fails(w) ? NULL : realloc(p, new_n ? new_n : 1);
  if (q) atomic_fetch_add(&w->live_bytes, new_n - old_n);
  return q;
}

static void world_release(void *self, void *p, size_t n) {
  world *w = self;
  atomic_fetch_sub(&w->live_blocks, 1);
  atomic_fetch_sub(&w->live_bytes, n);
  free(p);
}

/* The engine logs each broken rule of a table as an error. */
static void world_log(void *self, int32_t level, const char *where, kt_span line) {
  world *w = self;
  if (level > KT_LOG_ERROR) return;
  if (atomic_fetch_add(&w->errors_logged, 1) == 0)
    snprintf(w->last_log, sizeof w->last_log, "%s: %.*s", where, (int)line.len, line.ptr);
}

static const kt_alloc_ops alloc_ops = {
  .size = sizeof alloc_ops, .alloc = world_alloc, .resize = world_resize, .release = world_release
};
static const kt_log_ops log_ops = { .size = sizeof log_ops, .write = world_log };

static kt_status open_parts(world *w) {
  kt_status st = kt_parts_new(w->env, &w->parts, &w->err);
  for (size_t i = 0; st == KT_OK && i < w->request->module_count; i++)
    st = kt_module_load(w->parts, w->request->modules[i], &w->err);
  if (st == KT_OK) st = kt_parts_add_source(w->parts, &posts_source, &w->posts, &w->err);
  if (st == KT_OK) st = kt_parts_add_sink(w->parts, &capture_sink, &w->capture, &w->err);
  return st == KT_OK ? kt_pipeline_new(w->parts, &w->p, &w->err) : st;
}

kt_status world_open(world *w, request *r, size_t fail_at) {
  kt_env_ops ops = { .size = sizeof ops,
                     .alloc = &alloc_ops,
                     .alloc_self = w,
                     .log = &log_ops,
                     .log_self = w,
                     .seed = 1 };
  memset(w, 0, sizeof *w);
  w->request = r;
  w->posts.end = POSTS;
  r->runs++;
  kt_status st = kt_env_new(&ops, &w->env, &w->err);
  if (st == KT_OK) st = open_parts(w);
  if (st == KT_OK && fail_at) atomic_store(&w->fail_at, atomic_load(&w->calls) + fail_at);
  return st;
}

const char *world_close(world *w) {
  static char text[320];
  atomic_store(&w->fail_at, 0);
  kt_pipeline_free(w->p);
  kt_parts_free(w->parts);
  kt_env_free(w->env);
  w->p = NULL;
  size_t blocks = atomic_load(&w->live_blocks), bytes = atomic_load(&w->live_bytes);
  if (blocks || bytes) {
    snprintf(text, sizeof text, "%zu blocks, %zu bytes of kt_env_alloc() were left behind", blocks,
             bytes);
    return text;
  }
  if (atomic_load(&w->errors_logged)) {
    snprintf(text, sizeof text, "the engine logged: %s", w->last_log);
    return text;
  }
  return NULL;
}

const char *world_uri(world *w) {
  static char uri[2048];
  const char *mark = strstr(w->request->uri, "{n}");
  if (!mark) return w->request->uri;
  snprintf(uri, sizeof uri, "%.*s%u%s", (int)(mark - w->request->uri), w->request->uri,
           w->request->runs, mark + 3);
  return uri;
}

kt_status world_connect(world *w, uint32_t part) {
  const char *uri = world_uri(w);
  kt_status st =
      kt_pipeline_set_source(w->p, part == KT_PART_SOURCE ? uri : "conformance-posts:", &w->err);
  if (st == KT_OK && part == KT_PART_PARSER) st = kt_pipeline_set_parser(w->p, uri, &w->err);
  if (st == KT_OK && part == KT_PART_FILTER) st = kt_pipeline_add_filter(w->p, uri, &w->err);
  if (st == KT_OK && part == KT_PART_SCORER) st = kt_pipeline_set_scorer(w->p, uri, &w->err);
  if (st == KT_OK)
    st = kt_pipeline_add_sink(w->p, part == KT_PART_SINK ? uri : "conformance-capture:", &w->err);
  return st == KT_OK ? kt_pipeline_set_dead_letter(w->p, "null:", &w->err) : st;
}

static void wait_for(kt_pipeline *p) {
  kt_pollfd want[16];
  struct pollfd fds[16];
  size_t n = kt_pipeline_pollfds(p, want, 16);
  int64_t timeout = kt_pipeline_timeout_ms(p);
  if (n > 16) n = 16;
  for (size_t i = 0; i < n; i++) {
    fds[i].fd = want[i].fd;
    fds[i].events = (short)(((want[i].events & KT_POLL_IN) ? POLLIN : 0) |
                            ((want[i].events & KT_POLL_OUT) ? POLLOUT : 0));
  }
  poll(fds, (nfds_t)n, timeout < 0 || timeout > 5000 ? 5000 : (int)timeout);
}

kt_status world_run(world *w) {
  enum { MOST_STEPS = 200000 }; /* a part that spins ends here instead of never */
  for (int i = 0; i < MOST_STEPS; i++) {
    kt_status st = kt_pipeline_step(w->p, &w->err);
    if (st < 0 || st == KT_END) return st;
    if (st == KT_AGAIN) wait_for(w->p);
  }
  return kt_error_set(&w->err, KT_ETIMEOUT, 0, "conformance",
                      "no end after 200,000 steps: does the part answer at all?");
}
