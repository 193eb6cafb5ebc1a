/* SPDX-License-Identifier: Apache-2.0 */
/* The words that every other header uses: span, status, error, growable buffer. */
#ifndef KT_TYPES_H
#define KT_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include <kappatweet/version.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kt_env kt_env;           /* env.h: allocator, clock, log */
typedef struct kt_conf kt_conf;         /* conf.h: checked options of one part */
typedef struct kt_batch kt_batch;       /* batch.h: records that live and die together */
typedef struct kt_buf kt_buf;           /* below */
typedef struct kt_feed kt_feed;         /* source.h: what a source writes frames to */
typedef struct kt_block kt_block;       /* parser.h: frames to be parsed */
typedef struct kt_builder kt_builder;   /* parser.h: where a parser puts records */
typedef struct kt_scoring kt_scoring;   /* scorer.h: one batch to be scored */
typedef struct kt_delivery kt_delivery; /* sink.h: one batch to be delivered */
typedef struct kt_pollset kt_pollset;   /* source.h: descriptors and deadline of a part */
typedef struct kt_parts kt_parts;       /* parts.h: catalogue of parts */
typedef struct kt_pipeline kt_pipeline; /* pipeline.h: the engine */

/* Bytes that belong to somebody else; not NUL-terminated. ptr == NULL means "null" (the value is
 * absent); ptr != NULL with len == 0 is an empty value. */
typedef struct kt_span {
  const char *ptr;
  size_t len;
} kt_span;

/* Result of a call: >= 0 is not a failure. */
typedef int32_t kt_status;
enum {
  KT_OK = 0,
  KT_AGAIN = 1, /* nothing to do now; wait for a descriptor or deadline, then call again */
  KT_END = 2,   /* finished; nothing more will come */
  KT_EINVAL = -1,
  KT_ENOMEM = -2,
  KT_EIO = -3,       /* a file or descriptor; kt_error.os_error holds errno */
  KT_ENET = -4,      /* connection, name lookup, TLS */
  KT_EAUTH = -5,     /* wrong or missing credentials or permission */
  KT_ETHROTTLE = -6, /* the other side asks to slow down */
  KT_EREMOTE = -7,   /* the other side failed */
  KT_EPARSE = -8,    /* malformed input */
  KT_ETOOBIG = -9,   /* over a limit that the message names */
  KT_ENOTSUP = -10,  /* not supported by this version or build */
  KT_ECORRUPT = -11, /* a file of ours is damaged */
  KT_ECANCELED = -12,
  KT_ETIMEOUT = -13,
  KT_ESTATE = -14 /* called in the wrong state */
};

/* kt_error.flags */
enum {
  KT_ERR_RETRYABLE = 1u << 0, /* the same call may succeed later */
  KT_ERR_FATAL = 1u << 1      /* no call of this kind can succeed: the lane is held */
};

/* What went wrong. Owned by the caller, 256 bytes for ever, never allocates. Every `kt_error *err`
 * parameter may be NULL. It is written only when a call fails. Messages hold no credentials and no
 * text of a record. */
typedef struct kt_error {
  kt_status code;
  uint32_t flags;
  int32_t os_error;    /* errno, 0 when not applicable */
  int32_t http_status; /* 0 when not applicable */
  uint32_t retry_after_ms;
  uint32_t reserved;
  char where[40];    /* "sink.csv" */
  char message[192]; /* one line of NUL-terminated UTF-8: what, where, what to do */
} kt_error;

/* Fills *err (if not NULL); `where` and `message` are copied, cut at a character boundary if too
 * long; control characters, line ends and what is no UTF-8 become `?`. Returns `code`, so that
 * `return kt_error_set(...)` reads well. Any thread. */
KT_API kt_status kt_error_set(kt_error *err, kt_status code, uint32_t flags, const char *where,
                              const char *message);

/* Name of a status, e.g. "KT_EPARSE"; "KT_?" for an unknown one; static. Any thread. */
KT_API const char *kt_status_name(kt_status code);

/* Span of a NUL-terminated string (NULL gives the null span); borrowed from `s`. Any thread. */
KT_API kt_span kt_span_of(const char *s);

/* Non-zero if both are null, or both are not and hold the same bytes. Any thread. */
KT_API int kt_span_equal(kt_span a, kt_span b);

/* A growable byte buffer. One thread at a time. */

/* Makes an empty buffer; free it with kt_buf_free(). KT_ENOMEM. */
KT_API kt_status kt_buf_new(const kt_env *env, kt_buf **out, kt_error *err);
/* NULL is allowed. */
KT_API void kt_buf_free(kt_buf *buf);
/* Appends a copy; KT_ENOMEM leaves the buffer as it was. */
KT_API kt_status kt_buf_append(kt_buf *buf, kt_span bytes);
/* Room for at least `n` bytes after the content, NULL if there is no memory; fill it and tell with
 * kt_buf_added(). Valid until the next call on this buffer. */
KT_API char *kt_buf_reserve(kt_buf *buf, size_t n);
KT_API void kt_buf_added(kt_buf *buf, size_t n);
/* The content, borrowed until the next call that changes the buffer. */
KT_API kt_span kt_buf_bytes(const kt_buf *buf);
/* Shortens the content to `n` bytes; no effect if it is shorter. Keeps the memory. */
KT_API void kt_buf_truncate(kt_buf *buf, size_t n);

#ifdef __cplusplus
}
#endif
#endif
