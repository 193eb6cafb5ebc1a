/* SPDX-License-Identifier: Apache-2.0 */
/* Records: what a frame became, in batches that share one memory and one life. */
#ifndef KT_BATCH_H
#define KT_BATCH_H

#include <kappatweet/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KT_UNKNOWN INT64_MIN /* a time or number that the payload did not have */

/* kt_record.kind */
enum {
  KT_POST = 0,
  KT_DELETE = 1, /* id: the post to be deleted */
  KT_NOTICE = 2, /* limit, warning, disconnect, withheld ...; text: the name of the notice,
                    ref_id and user_id: what it is about */
  KT_GAP = 3,    /* a live source was disconnected; see kt_feed_gap() */
  KT_DEAD = 4    /* dead letter; see kt_batch_dead() */
};

/* kt_record.flags */
enum {
  KT_REPOST = 1u << 0,
  KT_REPLY = 1u << 1, /* to a post; who only names a user at the start does not reply */
  KT_QUOTE = 1u << 2,
  KT_TRUNCATED = 1u << 3, /* the payload does not hold the whole text */
  KT_EDITED = 1u << 4,
  KT_REPAIRED = 1u << 5 /* a lone surrogate in `text` was replaced by U+FFFD */
};

/* One record. Its layout is frozen at 1.0: later fields are functions kt_batch_FIELD(b, i). Spans
 * are valid while the batch lives; UTF-8; null = the payload does not have it. */
typedef struct kt_record {
  uint64_t seq; /* ordinal in this run, from 0; with a log: its total order in the log */
  int64_t created_ms, arrived_ms; /* Unix epoch, UTC, milliseconds; KT_UNKNOWN */
  /* Run counter (0, 1, 2 ... over the posts of a run), start of the run (microseconds since the
   * epoch) and its time limit (s). A parser sets them when it reads a `tweet` record, otherwise the
   * engine fills them in; KT_UNKNOWN for what is not a post. */
  int64_t run_no, run_start_us, run_limit_s;
  uint32_t kind, flags;
  kt_span id;
  kt_span ref_id; /* the post that this one reposts, else answers, else quotes */
  kt_span text, lang, source, user_id, user_name;
  kt_span raw; /* the payload as it came; of a page the post's own object */
} kt_record;

/* kt_score.label */
enum {
  KT_LABEL_NONE = 0,
  KT_LABEL_POSITIVE = 1,
  KT_LABEL_NEGATIVE = 2,
  KT_LABEL_NEUTRAL = 3,
  KT_LABEL_MIXED = 4
};
/* kt_score.flags */
enum {
  KT_SCORE_FAILED = 1u << 0,      /* the scorer failed on this record; label is KT_LABEL_NONE */
  KT_SCORE_OUT_OF_DEPTH = 1u << 1 /* unknown language, empty text: do not rely on it */
  /* Bits 16 to 30: the language that the scorer assumed; see kt_score_language(). */
};

/* Sentiment of one record; the four scores sum to 1. 24 bytes for ever. */
typedef struct kt_score {
  float positive, negative, neutral, mixed;
  int32_t label;
  uint32_t flags;
} kt_score;

/* Why a frame or record was set aside. Set `size` to sizeof(kt_dead) before the call. */
typedef struct kt_dead {
  uint32_t size, attempts;
  kt_status code;
  uint32_t reserved;
  kt_span lane;   /* the sink that refused it, "parse" or "read" */
  kt_span place;  /* where it came from: file:line:byte, shard:sequence */
  kt_span reason; /* one line */
} kt_dead;

/* A batch is immutable. Any thread. What these functions return is borrowed from the batch. */
KT_API size_t kt_batch_count(const kt_batch *b);
/* NULL if i is out of range. */
KT_API const kt_record *kt_batch_record(const kt_batch *b, size_t i);
/* NULL when the record has no score. */
KT_API const kt_score *kt_batch_score(const kt_batch *b, size_t i);
/* Who made the scores of this batch: name and version of the scorer, hash of its model; the null
 * span for what it did not tell. */
KT_API kt_span kt_batch_scorer(const kt_batch *b);
KT_API kt_span kt_batch_scorer_version(const kt_batch *b);
KT_API kt_span kt_batch_model_hash(const kt_batch *b);
/* Where the frame of record i came from, for people: "posts.ndjson:17:52311". */
KT_API kt_span kt_batch_place(const kt_batch *b, size_t i);
/* 32 hexadecimal digits, the same when the same input is read and cut again. */
KT_API kt_span kt_batch_id(const kt_batch *b);
/* Event time in ms, of the batches before this one; what is earlier is late. KT_UNKNOWN before the
 * first time is known. */
KT_API int64_t kt_batch_watermark_ms(const kt_batch *b);
/* Fills *out (as much as out->size allows; what this library does not know is 0) for a record of
 * kind KT_DEAD; its frame is `raw`. KT_EINVAL for another kind. */
KT_API kt_status kt_batch_dead(const kt_batch *b, size_t i, kt_dead *out);

/* A batch lives while it has references; the engine's own end with the delivery. */
KT_API kt_batch *kt_batch_ref(const kt_batch *b);
KT_API void kt_batch_unref(kt_batch *b); /* NULL allowed */

/* Finds the value at an RFC 6901 pointer ("/user/id_str", "" = the whole text) in a JSON text, for
 * any field of `raw`. *out is the value as it is written (a string with its quotes), borrowed from
 * `json`; the null span when there is no such value; of doubled members the last. KT_EPARSE for
 * text that is not JSON up to where the answer is known or is nested deeper than 128 levels;
 * KT_EINVAL for what is no pointer. Allocates nothing. Any thread. */
KT_API kt_status kt_json_find(kt_span json, const char *pointer, kt_span *out);
/* Appends the text of a string that kt_json_find() found, without its quotes and escapes (half a
 * surrogate pair becomes U+FFFD); any other value as it is written. KT_EPARSE: not JSON; KT_ENOMEM.
 * Any thread. */
KT_API kt_status kt_json_unquote(kt_span value, kt_buf *out);

#ifdef __cplusplus
}
#endif
#endif
