/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from the embedding program and records to it, without files: a queue that a pipeline reads
 * and a list that it writes. */
#ifndef KT_MEMORY_H
#define KT_MEMORY_H

#include <kappatweet/batch.h>
#include <kappatweet/env.h>
#include <kappatweet/parts.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Both ends in one object: frames go in by kt_memory_push() and out by the source, records in by
 * the sink and out by kt_memory_record(). Any thread. A pipeline that waits is woken by push, end
 * and clear. */
typedef struct kt_memory kt_memory;

/* `limit`: at most so many frames wait to be committed, and at most so many records are held (one
 * batch more where a batch is larger); 0 = no limit. Free it with kt_memory_free(), after the
 * catalogue that it was added to. KT_ENOMEM, KT_EIO: no descriptors. */
KT_API kt_status kt_memory_new(const kt_env *env, size_t limit, kt_memory **out, kt_error *err);
KT_API void kt_memory_free(kt_memory *m); /* NULL allowed */

/* Registers a source and a sink under `name`: the URI is `name:`. The source is read by one
 * pipeline at a time; the sink may be opened any number of times. The source gives frames that were
 * not committed again when it is opened anew; with `keep=true` in its URI the committed ones too.
 * KT_EINVAL: no name, or taken; KT_ENOMEM. */
KT_API kt_status kt_parts_add_memory(kt_parts *parts, const char *name, kt_memory *m,
                                     kt_error *err);

/* Adds a frame (one payload) to the end of the queue; both spans are copied. `place` names it in
 * dead letters; null = its number, from 0. KT_AGAIN: `limit` frames wait, try again after a commit;
 * KT_ESTATE: after kt_memory_end(); KT_ENOMEM. */
KT_API kt_status kt_memory_push(kt_memory *m, kt_span frame, kt_span place);
/* Nothing more will be pushed: the source ends behind the last frame. */
KT_API void kt_memory_end(kt_memory *m);
/* How many frames, from the first one pushed, are safe in every required sink. */
KT_API uint64_t kt_memory_committed(const kt_memory *m);

/* How many records the sink holds. When there are `limit` the pipeline waits for kt_memory_clear().
 */
KT_API size_t kt_memory_count(const kt_memory *m);
/* Record i in order of arrival, borrowed until kt_memory_clear() or kt_memory_free(); NULL if i is
 * out of range. */
KT_API const kt_record *kt_memory_record(const kt_memory *m, size_t i);
/* The batch that record i came in, borrowed in the same way, and its index there (may be NULL): for
 * kt_batch_score(), kt_batch_place(), kt_batch_dead(). NULL if i is out of range. */
KT_API const kt_batch *kt_memory_batch(const kt_memory *m, size_t i, size_t *index);
/* Lets the records go and makes room for others. */
KT_API void kt_memory_clear(kt_memory *m);

#ifdef __cplusplus
}
#endif
#endif
