/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's state. One thread owns it; what other threads touch says so. */
#ifndef KT_PIPELINE_ENGINE_H
#define KT_PIPELINE_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include <kappatweet/pipeline.h>

#include "base/buf.h"
#include "parts.h"
#include "pipeline/options.h"
#include "record/batch.h"

/* One part of a pipeline. */
typedef struct kt_slot {
  const kt_part *part;    /* NULL: none */
  const kt_part_ops *ops; /* of the open part: its own, or a stand-in's */
  kt_conf *conf;
  kt_env *env; /* counts the part's memory */
  void *self;
  int open;
} kt_slot;

/* Something that another thread may report; queued and handled by the owner. */
enum { KT_EVENT_DELIVERY, KT_EVENT_SCORING, KT_EVENT_WORK, KT_EVENT_OFFLOAD };
typedef struct kt_event {
  struct kt_event *next;
  int kind;
  void *subject; /* kt_delivery or kt_item */
} kt_event;

/* When a failed call may be tried again. */
typedef struct kt_backoff {
  uint32_t fails; /* in a row */
  int64_t not_before;
} kt_backoff;

typedef struct kt_gap {
  size_t frame; /* frames of the batch before it */
  kt_span from, to;
  kt_error cause;
} kt_gap;

typedef struct kt_failed {
  uint32_t i;
  kt_error why;
} kt_failed;

enum { KT_SCORING_IDLE, KT_SCORING_HELD, KT_SCORING_DONE };
struct kt_scoring {
  kt_event event;
  struct kt_item *item;
  atomic_int state;
  kt_failed *failed; /* written by the holder */
  size_t failed_count, failed_cap;
  int all_failed, by_worker;
  kt_error why;
};

/* A batch on its way: from the cut to the commit. */
typedef struct kt_item {
  struct kt_item *next, *prev; /* in p->items or, of a dead-letter batch, in p->dead.items */
  kt_pipeline *p;
  kt_batch *batch;  /* valid while pins > 0 */
  atomic_uint pins; /* any thread: kt_delivery_unpin() */
  uint64_t ordinal; /* order of cutting */
  uint64_t frames;  /* fed up to the end of this batch */
  kt_buf position;  /* header and the source's own */
  int has_position;
  int64_t opened_ms, cut_ms;
  atomic_uint stage; /* the next one: 0 parse, then filters, then scorer; a worker moves it */
  atomic_uint busy;  /* events that must come before it can go on */
  int sealed, barrier, abandoned, has_delete, settled, committed;
  int is_dead;   /* a batch of dead letters */
  uint32_t refs; /* lanes that have not finished with it, dead letters of it, the commit */
  uint32_t owed; /* required lanes and dead letters that are not finished */
  int64_t run_no_before, watermark_after;
  kt_gap *gaps;
  size_t gap_count, gap_cap;
  uint64_t seen;   /* by which filters, see kt_filter_bit() */
  size_t rejected; /* frames that the source could not give whole */
  kt_arena gap_text;
  kt_backoff retry; /* of the stage */
  uint8_t *keep;    /* of a filter */
  size_t keep_cap, dropped, rejects_done;
  kt_scoring scoring;
  kt_event work; /* of a worker */
  kt_status work_status;
  kt_error work_error;
  struct kt_item **owners; /* dead-letter batch: whose record i is */
  size_t owner_count, owner_cap;
} kt_item;

typedef struct kt_lane kt_lane;

enum { KT_DELIVERY_FREE, KT_DELIVERY_WAITING, KT_DELIVERY_HELD, KT_DELIVERY_DONE };
struct kt_delivery {
  kt_event event;
  kt_delivery *next;
  kt_lane *lane;
  kt_item *item;
  const kt_batch *batch; /* NULL after unpin */
  atomic_int state;
  uint32_t *pending; /* records owed, ascending */
  size_t count, pending_cap;
  uint8_t *outcome; /* one a record of the batch; 0 = not marked */
  uint32_t *reason; /* one a record: index + 1 in reasons, 0 = none */
  size_t records, outcome_cap, reason_cap;
  kt_error *reasons;
  size_t reason_count, reasons_cap;
  int rest;
  kt_error rest_why;
  size_t judged; /* while done is handled: pending[0..judged) will be tried again */
  uint32_t attempt, counted;
  uint64_t call;           /* number of the lane's call that was its last try */
  uint64_t lane_delivered; /* by the lane when this delivery failed last */
  int any_delivered;
  kt_error retry_why; /* worst of this try */
  kt_backoff retry;
  void *mine;
};

struct kt_lane {
  kt_pipeline *p;
  kt_slot sink, filter;
  char *name;
  int required, is_dead;
  size_t index; /* among p->lanes */
  size_t window;
  kt_item *next;             /* the next to take */
  kt_delivery *first, *last; /* in flight or waiting, in order */
  size_t in_list, flying;
  kt_delivery *free, *free_last; /* for reuse, the one freed first before the others */
  uint8_t *keep;                 /* of the lane's filter */
  kt_backoff filter_retry;
  size_t keep_cap;
  int held;
  kt_error error; /* the last one */
  int full;       /* submit said KT_AGAIN */
  int64_t full_until;
  int64_t not_before; /* the server asked for patience */
  kt_backoff breaker;
  int64_t failing_since; /* KT_UNKNOWN: the last call succeeded */
  double tokens;
  uint64_t flush_to; /* a barrier: ordinals below are pushed out */
  int flush_asked, unflushed;
  kt_backoff flush_retry;
  int64_t watermark_ms; /* told to the sink */
  int64_t watermark_due;
  uint64_t delivered, rejected, retried, pending, calls;
  uint64_t settled; /* calls whose outcome was handled */
  int poll_changed;
};

struct kt_feed {
  kt_pipeline *p;
  kt_item *open; /* being filled */
  kt_slab *slab, *spare[8];
  size_t used; /* end of the last frame added in slab */
  uint64_t frames, bytes;
  int64_t arrived_ms; /* now, of this read */
  int reading, cut, barrier;
  int moved;    /* something was added in this read */
  int starved;  /* there was no memory to read into */
  int short_of; /* memory: nothing is read */
  kt_item *ask; /* its position is asked before the next read */
  int idle;     /* the last read said KT_AGAIN */
  int stopping;
  int ended;       /* the source has nothing more */
  int finished;    /* and every commit is written */
  kt_error failed; /* the source's; code 0 = none */
  kt_backoff retry;
};

/* One entry of a pollset, kept with its part's. */
typedef struct kt_watch {
  int fd;
  uint32_t events;
  uint64_t token;
} kt_watch;
struct kt_pollset {
  const kt_env *env;
  kt_watch *list;
  size_t count, cap;
  int64_t deadline; /* of the monotonic clock; INT64_MAX = none */
  int failed;
};

typedef struct kt_workers kt_workers;

struct kt_pipeline {
  kt_parts *parts;
  kt_env *env; /* counts everything below, parts included */
  kt_conf *conf;
  kt_settings set;
  kt_slot source, parser, scorer;
  kt_slot *filters;
  size_t filter_count, filter_cap;
  kt_lane **lanes;
  size_t lane_count, lane_cap;
  kt_lane *dead; /* always there; its sink may be missing */
  int settles;   /* a filter wants to know of the end of a batch */

  int64_t pid; /* of the process that made it: a child of fork() shares files with its parent */
  int opened, closed;
  atomic_int inside;
  kt_status result; /* KT_OK: still running */
  kt_error error;   /* of the result */
  kt_status broken; /* the first failure that ends the run once the lanes are done */
  kt_error broken_why;
  kt_error short_why;  /* memory has been short for long: the next answer of step; code 0 = no */
  kt_lane *first_held; /* of those that are required */
  size_t held_count;   /* of the lanes but that of dead letters */

  int64_t now, skew, due, started; /* ms; now = monotonic clock - skew; due: the next step */
  int64_t drain_until;             /* INT64_MAX = no limit */
  int draining, drain_by_call;
  atomic_int stop_asked;
  int wake[2];

  kt_feed feed;
  char *source_name; /* scheme and target */
  kt_batch_pool *batches;
  kt_item *items, *last_item, *unsealed, *uncommitted, *free_items;
  uint64_t next_ordinal, dead_ordinal;
  size_t unsealed_count, alive;                /* in the list */
  kt_item *dead_items, *dead_last, *dead_open; /* batches of dead letters */
  size_t scoring;                              /* batches inside the scorer */
  int score_full;
  int64_t score_full_until;

  uint64_t next_seq;
  int64_t run_no, run_start_us, newest_ms, watermark_ms;
  int64_t sealed_ms; /* when a batch was sealed last */

  uint64_t commit_frames, committed; /* finished; told to the source */
  kt_buf commit_position;
  int commit_now;
  int64_t commit_due;
  kt_backoff commit_retry;

  uint64_t records, dropped, dead_count, batch_count, score_failed, gaps;

  pthread_mutex_t lock; /* of the two below */
  kt_event *events, **events_end;
  kt_stats shown;
  kt_lane_stats *shown_lanes;
  atomic_uintptr_t owner; /* thread inside step */

  kt_workers *workers;
  kt_pollset pollset; /* of the last step */
  kt_watch *watched;  /* what the epoll descriptor has */
  size_t watched_count, watched_cap;
  int watch_fd, timer_fd;
};

/* The pipeline's filters first, then the lanes'; beyond the 63rd they share the last bit. */
static inline uint64_t kt_filter_bit(size_t i) {
  return (uint64_t)1 << (i < 63 ? i : 63);
}

/* Milliseconds of the engine's clock that a deadline of a part's clock means. */
static inline int64_t kt_engine_time(const kt_pipeline *p, int64_t mono_ms) {
  return mono_ms == INT64_MAX ? INT64_MAX : mono_ms - p->skew;
}

#endif
