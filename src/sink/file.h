/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `ndjson:` and `csv:`: what its files share. */
#ifndef KT_SINK_FILE_H
#define KT_SINK_FILE_H

#include <kappatweet/sink.h>

#include "sink/key.h"
#include "sink/part.h"
#include "sink/pending.h"
#include "sink/stream.h"

/* time=arrival: batches and a few retries are under way for less than this after their hour. */
enum { KT_FILE_GRACE_MS = 60000 };

/* A delivery whose records are encoded. After a failure the engine brings it again: then it is
 * known by this (kt_delivery_mine()) and its bytes are still there. */
typedef struct kt_file_entry {
  struct kt_file_entry *next;
  kt_delivery *d; /* NULL: given back */
  uint32_t records;
  kt_hash128 digest;
  int written; /* safe while it was given back */
  char id[32];
  size_t id_len;
} kt_file_entry;

typedef struct kt_file_sink {
  const kt_env *env;
  kt_stream *stream; /* all there is when the target is no regular file or folder */
  int32_t format;
  char *target, *folder;
  char *prefix, *suffix, *template; /* "part", ".csv.gz", "%Y/%m/%d/%H" */
  char *single;                     /* name of the only file, NULL = a folder of them */
  char *deletes;                    /* name of the file of deletes */
  char layout[24];
  kt_key key;
  int by_arrival, empty;
  size_t sync_bytes;
  int64_t sync_ms;
  kt_encoder *encoder, *delete_encoder;
  kt_part_set set;
  kt_part_file *only, *tombs;       /* the single file, the file of deletes */
  int64_t recent_start, recent_end; /* period of the last record */
  kt_part_file *recent;
  int64_t watermark_ms;
  int begun;   /* the single file is prepared for writing */
  int stepped; /* the run has begun */

  kt_pending pending;
  kt_file_entry *entries, **entries_end, *spare;
  size_t held_bytes;  /* gathered since the last sync */
  uint64_t stamp;     /* of batches */
  int64_t held_since; /* monotonic; INT64_MAX = nothing is held */
  int failed;         /* the last sync did, and its bytes are still held */
  int committed;      /* what is held is written, but not known to survive a power loss */
  kt_error why;
  uint64_t skipped; /* records that the journal had already */
} kt_file_sink;

/* file_target.c: what the target is, and what is there already. */
kt_status kt_file_prepare(kt_file_sink *s, const kt_conf *conf, kt_error *err);
void kt_file_release(kt_file_sink *s);
/* Before the first byte: the single file becomes ours. */
kt_status kt_file_begin(kt_file_sink *s, kt_error *err);

/* file_group.c: encoding and syncing. */
kt_status kt_file_take(kt_file_sink *s, kt_delivery *d, kt_error *err);
kt_status kt_file_sync(kt_file_sink *s, kt_error *err);
/* Closes the files whose period ends at or before `ms`. */
kt_status kt_file_close_until(kt_file_sink *s, int64_t ms, kt_error *err);
kt_status kt_file_make_empty(kt_file_sink *s, kt_error *err);

/* file_route.c: which file a record goes to. */
kt_part_file *kt_file_route(kt_file_sink *s, const kt_record *r, kt_error *err);
kt_part_file *kt_file_tombs(kt_file_sink *s, kt_error *err);

#endif
