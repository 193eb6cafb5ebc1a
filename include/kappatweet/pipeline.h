/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: source -> parser -> filters -> scorer -> sinks, stepped by its owner. */
#ifndef KT_PIPELINE_H
#define KT_PIPELINE_H

#include <kappatweet/parts.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A pipeline belongs to one thread at a time. From any thread: kt_pipeline_stop(), _wakeup(),
 * _stats(). From a signal handler: kt_pipeline_stop() and _wakeup(). No thread of the library
 * exists unless `workers` > 0. After fork() it stays the parent's: in the child stepping it is
 * KT_ESTATE, and freeing it does nothing. */

/* Makes an empty pipeline over a catalogue, which it keeps alive. Free it with kt_pipeline_free().
 * KT_ENOMEM. */
KT_API kt_status kt_pipeline_new(kt_parts *parts, kt_pipeline **out, kt_error *err);
/* Closes every part (what is in flight is canceled) and frees. NULL allowed. Batches that the
 * caller has referenced live on. */
KT_API void kt_pipeline_free(kt_pipeline *p);

/* The engine's own options in the form of conf.h; static. */
KT_API const char *kt_pipeline_options(void);

/* Before the first step. Parts are named by URIs (parts.h); they are checked here and opened by the
 * first step. A failing call leaves the pipeline as it was. */
KT_API kt_status kt_pipeline_set(kt_pipeline *p, const char *name, const char *value,
                                 kt_error *err);
KT_API kt_status kt_pipeline_set_source(kt_pipeline *p, const char *uri, kt_error *err);
KT_API kt_status kt_pipeline_set_parser(kt_pipeline *p, const char *uri,
                                        kt_error *err); /* default auto: */
KT_API kt_status kt_pipeline_add_filter(kt_pipeline *p, const char *uri,
                                        kt_error *err); /* in this order */
KT_API kt_status kt_pipeline_set_scorer(kt_pipeline *p, const char *uri,
                                        kt_error *err); /* default: none */
/* A lane of its own for each sink; the name in statistics and dead letters is the URI's scheme and
 * target, with #2, #3 ... where that is taken. Options before the sink's own, in the same URI:
 * lane.window, lane.filter (URI of a filter for this lane only), lane.required. */
KT_API kt_status kt_pipeline_add_sink(kt_pipeline *p, const char *uri, kt_error *err);
/* Where rejected frames and records go. Default: a rejected frame holds the pipeline. */
KT_API kt_status kt_pipeline_set_dead_letter(kt_pipeline *p, const char *uri, kt_error *err);

/* Does what can be done now, for at most step.max_us, without waiting (except for a local disk).
 * KT_OK: call again; KT_AGAIN: wait, see below; KT_END: everything is delivered and committed, or
 * the pipeline was stopped and drained; < 0: it cannot go on, *err says why. When all that is left
 * belongs to held lanes: the error of the first of them. Lanes with lane.required=false that are
 * held or down then are not waited for. Two failures are not final, and step may be called again:
 * after KT_ENOMEM nothing is lost; and as long as a part could not be opened nothing was read or
 * written, and parts may still be set. KT_ERR_RETRYABLE in *err tells that calling again alone may
 * help. Every other failure is repeated by each later call. */
KT_API kt_status kt_pipeline_step(kt_pipeline *p, kt_error *err);

/* step until KT_END, waiting in between. After kt_pipeline_stop(): stops reading, finishes what was
 * read (drain.timeout_ms), then KT_END, or KT_ECANCELED when records are left over, which the
 * source will give again. */
KT_API kt_status kt_pipeline_run(kt_pipeline *p, kt_error *err);

/* Stops reading, finishes the lanes, commits. KT_END, or KT_ETIMEOUT when something is left at the
 * timeout (see kt_pipeline_stats()); timeout_ms < 0 = no limit. */
KT_API kt_status kt_pipeline_drain(kt_pipeline *p, int64_t timeout_ms, kt_error *err);

KT_API void kt_pipeline_stop(kt_pipeline *p); /* any thread, async-signal-safe */
KT_API void kt_pipeline_wakeup(
    kt_pipeline *p); /* ends a wait: step is due now; any thread, async-signal-safe */

/* Own event loop, first form: one descriptor that is readable when a step is due (Linux: epoll with
 * a timer inside). -1: not available. Owned by the pipeline. */
KT_API int kt_pipeline_fd(kt_pipeline *p);

/* Own event loop, second form: descriptors and a time-out for poll(). The layout of kt_pollfd is
 * frozen at 1.0. */
typedef struct kt_pollfd {
  int32_t fd;
  uint32_t events; /* KT_POLL_IN | KT_POLL_OUT */
  uint64_t token;  /* changes when a descriptor was closed and its number opened again */
} kt_pollfd;
/* Writes at most `cap` of them and returns how many there are. */
KT_API size_t kt_pipeline_pollfds(kt_pipeline *p, kt_pollfd *out, size_t cap);
/* Milliseconds until a step is due: 0 = now, -1 = only when a descriptor says so. */
KT_API int64_t kt_pipeline_timeout_ms(kt_pipeline *p);

/* Counters since the first step. Set `size` to sizeof the struct before the call; what the library
 * does not know is set to 0. */
typedef struct kt_stats {
  uint32_t size, lanes;
  uint64_t frames, bytes; /* read from the source */
  uint64_t records;       /* parsed */
  uint64_t dropped;       /* by filters */
  uint64_t dead;          /* set aside and safe in the dead-letter sink */
  uint64_t committed;     /* frames that the source was told are safe */
  uint64_t batches;
  uint64_t memory_bytes; /* held now by the pipeline and its parts */
  uint64_t score_failed;
  int64_t watermark_ms;
  uint64_t gaps;
} kt_stats;
typedef struct kt_lane_stats {
  uint32_t size, held;                   /* held: the lane waits for its operator; see error */
  uint64_t delivered, rejected, retried; /* records */
  uint64_t pending;                      /* records owed now */
  uint64_t calls;                        /* submits */
  const char *name;                      /* borrowed from the pipeline */
  kt_error error;                        /* the last one; code 0 = none */
} kt_lane_stats;
KT_API kt_status kt_pipeline_stats(kt_pipeline *p, kt_stats *out);
/* Lane 0 is that of the first sink; the number kt_stats.lanes is that of the dead letters, whose
 * name is NULL when there is no dead-letter sink. KT_EINVAL: no such lane, or the pipeline is not
 * open. */
KT_API kt_status kt_pipeline_lane_stats(kt_pipeline *p, size_t lane, kt_lane_stats *out);

#ifdef __cplusplus
}
#endif
#endif
