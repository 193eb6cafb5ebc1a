/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a source: where frames come from. */
#ifndef KT_SOURCE_H
#define KT_SOURCE_H

#include <kappatweet/conf.h>
#include <kappatweet/env.h>
#include <kappatweet/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* kt_source_ops.caps */
enum {
  KT_SOURCE_LIVE = 1, /* cannot be read again: age cuts apply and a log is advised */
  /* ends by itself and gives the same when read again: cut by count and bytes only */
  KT_SOURCE_WHOLE = 2
};

/* Rules that hold for all five tables
 * - Strings of a table are copied when it is registered; `user` is handed to `open` as it was
 *   given.
 * - open: REQUIRED. KT_OK and *self set: exactly one close follows. A failure: no close. It
 *   checks its options and never waits for a network.
 * - One object is called by one thread at a time, unless KT_PURE says otherwise.
 * - A callback never calls kt_pipeline_step/_run/_drain/_free on its own pipeline.
 * - An error is KT_E*; KT_ERR_RETRYABLE in err->flags lets the engine try the same call later. */
typedef struct kt_source_ops {
  uint32_t size, need;
  const char *name;    /* scheme in a URI: [a-z][a-z0-9-]* */
  const char *options; /* declaration, see conf.h; NULL = none */
  uint32_t caps, reserved;
  /* `resume` is what `position` gave when the engine keeps positions itself (a log); else null. */
  kt_status (*open)(void *user, const kt_env *env, const kt_conf *conf, kt_span resume, void **self,
                    kt_error *err);
  /* REQUIRED. Adds the frames that are there, without blocking (local files may block on the disk).
   * Called in each step, also without room (kt_feed_room() == 0): leases, keep-alives and commits
   * go on. KT_OK: more may be there; KT_AGAIN: wait for my descriptors or deadline; KT_END: nothing
   * will come any more and every commit is written. */
  kt_status (*read)(void *self, kt_feed *feed, int64_t mono_ms, kt_error *err);
  /* Optional: appends all that it takes to resume right after the last frame fed. Asked after a
   * cut, before the next read. Default: the source cannot resume. */
  kt_status (*position)(void *self, kt_buf *out);
  /* Optional: the first `frames` frames fed since open are safe; `position` belongs to a cut at or
   * before them and is what kt_position_own() takes apart. May finish in read. Default: nothing is
   * acknowledged. */
  kt_status (*commit)(void *self, uint64_t frames, kt_span position, kt_error *err);
  void (*pollset)(void *self, kt_pollset *ps); /* optional: descriptors and deadline for KT_AGAIN */
  void (*close)(void *self);                   /* REQUIRED */
} kt_source_ops;

/* How many frames the source may add now; 0: return from read. */
KT_API size_t kt_feed_room(const kt_feed *f);

/* Memory to read into without a copy later: at least `want` bytes beyond the kept ones, *cap in
 * all. The space begins with the bytes of `keep` (the start of a frame that is not complete; null =
 * none), which are moved only when they do not fit where they are. 64 bytes after it are readable.
 * Valid until the next call of this function or the return from read; bytes of a frame that has
 * been added stay where they are, and `keep` may point into the space of the previous read. NULL:
 * no memory is free now, return KT_OK and be called again. */
KT_API char *kt_feed_space(kt_feed *f, kt_span keep, size_t want, size_t *cap);

/* Adds one frame (one payload: a line, a message). A frame that lies in the space is not copied,
 * any other is. `place` (copied, at most 255 bytes kept) names where it came from:
 * "posts.ndjson:17:52311". arrived_ms: KT_UNKNOWN = now. KT_AGAIN: no room, not added; KT_ENOMEM.
 */
KT_API kt_status kt_feed_add(kt_feed *f, kt_span frame, kt_span place, int64_t arrived_ms);

/* Sets aside a frame that the source cannot give whole (too long, damaged): its beginning goes to
 * the dead letters with `why`. Counts as a frame. */
KT_API kt_status kt_feed_reject(kt_feed *f, kt_span part, kt_span place, const kt_error *why);

/* Ends the batch here. Room is then 0 until the next read; `position` is asked next. */
KT_API void kt_feed_cut(kt_feed *f);
/* As a cut; then everything is pushed through every lane and each sink is flushed. */
KT_API void kt_feed_barrier(kt_feed *f);
/* Drops all that is not committed; it will come again. The frames dropped keep their numbers: what
 * commit counts later goes past them. */
KT_API void kt_feed_abandon(kt_feed *f);
/* Non-zero: add no more; return KT_END once the last commit is written. */
KT_API int kt_feed_stopping(const kt_feed *f);
/* Tells that frames were lost between two places, and why: becomes a record of kind KT_GAP (id:
 * from, ref_id: to, text: the message of cause) before the next frame's. Takes the room of a frame,
 * but is not counted as one. KT_AGAIN: no room, not told: tell it in the next read; KT_ENOMEM. */
KT_API kt_status kt_feed_gap(kt_feed *f, kt_span from, kt_span to, const kt_error *cause);
/* For a source that kept `position` itself (a checkpoint): hands back what commit was given, before
 * the first frame, so that the run counter and the watermark go on. KT_ECORRUPT. */
KT_API kt_status kt_feed_resumed(kt_feed *f, kt_span position);
/* The part of a committed position that this source's `position` wrote; null if it is damaged. */
KT_API kt_span kt_position_own(kt_span position);

/* kt_pollset_add(): events */
enum { KT_POLL_IN = 1, KT_POLL_OUT = 2 };
/* Adds a descriptor to wait for. `token`: a new number for each descriptor opened, so that a number
 * closed and opened again is seen. */
KT_API void kt_pollset_add(kt_pollset *ps, int fd, uint32_t events, uint64_t token);
/* Asks to be called at this time of the monotonic clock (kt_env_mono_ms()) at the latest. */
KT_API void kt_pollset_deadline(kt_pollset *ps, int64_t mono_ms);

#ifdef __cplusplus
}
#endif
#endif
