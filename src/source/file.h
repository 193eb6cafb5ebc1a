/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the file source, shared by its two ways of reading. */
#ifndef KT_SOURCE_FILE_H
#define KT_SOURCE_FILE_H

#include "io/checkpoint.h"
#include "source/paths.h"
#include "source/reader.h"

enum { KT_KEPT_MARKS = 1000 }; /* of files that are not there: they may come back */

typedef struct kt_file_source {
  const kt_env *env;
  char *target;
  int framing, recursive, follow;
  size_t max_line;
  int64_t poll_ms, rotate_ms;
  kt_paths paths;
  kt_paths renamed;                  /* to be read before them */
  size_t next;                       /* of paths: not opened yet */
  kt_reader *reader;                 /* being read, without follow */
  kt_reader **tails;                 /* followed files, in order of name */
  size_t tail_count, tail_cap, tail; /* the one being read */
  int64_t next_poll_ms;
  int listed_before;
  int waits_for_stream;
  int unsure;     /* follow: something could not be looked at, so that nothing counts as gone */
  int forbidden;  /* follow: some may not be looked at, so that places of what is gone are kept */
  int complained; /* follow: that the target cannot be listed */
  kt_marks marks; /* of files that are not open */
  kt_checkpoint *checkpoint;
  kt_buf resumed; /* the position that the checkpoint had, until it is handed back */
  uint64_t fed, cut_at;
} kt_file_source;

/* One step with follow=true. */
kt_status kt_file_follow(kt_file_source *s, kt_feed *feed, int64_t mono_ms, kt_error *err);
/* Whether there is nothing (more) to read in it. */
int kt_file_is_done(const kt_file_source *s, const kt_reader *r);
/* A file that cannot be opened goes to the dead letters; KT_AGAIN: no room. */
kt_status kt_file_reject(kt_file_source *s, kt_feed *feed, const char *path, const kt_error *why);
/* Nothing more comes now: what was fed does not wait for a full batch. */
void kt_file_idle(kt_file_source *s, kt_feed *feed);

#endif
