/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a sink: where records go. */
#ifndef KT_SINK_H
#define KT_SINK_H

#include <kappatweet/batch.h>
#include <kappatweet/conf.h>
#include <kappatweet/env.h>
#include <kappatweet/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/* kt_sink_ops.caps */
enum {
  KT_SINK_KEYED = 1,   /* writing a record twice leaves one */
  KT_SINK_DELETES = 2, /* applies records of kind KT_DELETE itself */
  KT_SINK_HOLDS = 4,   /* keeps deliveries open until an object is safe; see flush */
  KT_SINK_BLOCKS =
      8 /* a call may wait for a disk: with `workers` > 0 all calls but open and close are made
         * on a worker, still one at a time, and errors of flush come back from step */
};

/* A sink only classifies outcomes. Resubmission, backoff, breaker and dead letters are the
 * engine's. */
typedef struct kt_sink_ops { /* rules: see source.h */
  uint32_t size, need;
  const char *name, *options;
  uint32_t caps, reserved;
  kt_status (*open)(void *user, const kt_env *env, const kt_conf *conf, void **self, kt_error *err);
  /* REQUIRED. KT_OK: owns `d` until kt_delivery_done(), which may come before it returns. KT_AGAIN:
   * full, not taken; the lane rests until a delivery of it is done or the sink's descriptors or
   * deadline fire. A failure: not taken, counts as KT_RETRY. Walk the records with
   * kt_delivery_pending(): only those are owed. */
  kt_status (*submit)(void *self, kt_delivery *d, kt_error *err);
  /* Optional: called in each step of the pipeline. To be called again ask for it in pollset; KT_OK
   * does not. A failure is shown in the lane's statistics; with KT_ERR_FATAL the lane is held. */
  kt_status (*step)(void *self, int64_t mono_ms, kt_error *err);
  void (*pollset)(void *self, kt_pollset *ps); /* optional */
  /* Optional: write out what is still held, without waiting. Comes at a barrier, at the end, when
   * memory is short and when the source's commit lags. */
  kt_status (*flush)(void *self, kt_error *err);
  /* Optional, also when nothing arrives: records created before `event_ms` are late from now on. */
  void (*watermark)(void *self, int64_t event_ms);
  void (*cancel)(void *self, kt_delivery *d); /* optional: hurry; done is still owed */
  void (*close)(
      void *self); /* REQUIRED; completes what it holds; afterwards no delivery is touched */
} kt_sink_ops;

/* Outcomes */
enum {
  KT_DELIVERED = 1, /* safe: it survives what the sink promises to survive */
  KT_RETRY = 2,     /* try again; with KT_ERR_FATAL in the error the lane is held instead */
  KT_REJECTED = 3   /* this record can never be delivered: dead letter */
};

/* The batch, borrowed until done; NULL after kt_delivery_unpin(). Deliveries of one batch to
 * several sinks share it. */
KT_API const kt_batch *kt_delivery_batch(const kt_delivery *d);
/* Writes the indices of the records still owed to `index` (at most `cap`) and returns how many
 * there are in all. */
KT_API size_t kt_delivery_pending(const kt_delivery *d, uint32_t *index, size_t cap);
/* Number of this try, from 1. */
KT_API uint32_t kt_delivery_attempt(const kt_delivery *d);
/* Outcome of one record, before done; why may be NULL for KT_DELIVERED. Later marks win. */
KT_API void kt_delivery_mark(kt_delivery *d, uint32_t i, int outcome, const kt_error *why);
/* Exactly once, from any thread: `rest` is the outcome of the records not marked. It is only
 * queued: submit is not called from inside. */
KT_API void kt_delivery_done(kt_delivery *d, int rest, const kt_error *why);
/* The sink keeps its own encoded copy: the batch's memory may go. `mine` comes back with
 * kt_delivery_mine() when the engine submits the same delivery again (then without a batch). */
KT_API void kt_delivery_unpin(kt_delivery *d, void *mine);
KT_API void *kt_delivery_mine(const kt_delivery *d);

#ifdef __cplusplus
}
#endif
#endif
