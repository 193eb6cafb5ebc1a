/* SPDX-License-Identifier: Apache-2.0 */
/* One file on its way to the engine: input, framing, place, and where to go on. */
#ifndef KT_SOURCE_READER_H
#define KT_SOURCE_READER_H

#include <kappatweet/batch.h>
#include <kappatweet/source.h>

#include "source/framer.h"
#include "source/input.h"
#include "source/marks.h"

typedef struct kt_reader {
  const kt_env *env;
  char *path;
  uint64_t name; /* hash of the path of its mark */
  kt_input in;
  kt_framer framer;
  char *at, *end;    /* text not fed yet, in the engine's memory */
  kt_buf stash;      /* the same, while another file is read */
  int ended;         /* no text will come any more */
  int failed;        /* `fault` says why; good frames go first */
  int told;          /* and it was */
  int ready;         /* follow: there may be something to read */
  int listed;        /* follow: its name was in the last listing */
  int start_framing; /* as it was asked for */
  int unreadable;    /* the next run shall try again */
  kt_error fault;
  char place[256]; /* path and what follows it */
  size_t place_len;
  int64_t gone_ms; /* follow: the name went to another file; KT_UNKNOWN = it has not */
  int64_t used_ms; /* follow: last time that it gave something */
} kt_reader;

/* Opens a file; `path` is copied. Goes on at the file's mark, if `marks` has one. KT_ENOMEM,
 * KT_EIO. */
kt_status kt_reader_open(kt_reader **out, const kt_env *env, const char *path, int framing,
                         size_t max, const kt_marks *marks, kt_error *err);
void kt_reader_free(kt_reader *r); /* NULL allowed */
/* Feeds what is there, with one read of the file at most. KT_OK: more may be there; KT_AGAIN:
 * nothing now (a stream, or the end of a file that is followed); KT_END: all of it is fed; < 0: no
 * memory, to be called again. What is wrong with the file goes to the dead letters and ends it.
 * `follow`: the end of the file is not the end. */
kt_status kt_reader_feed(kt_reader *r, kt_feed *feed, int follow, uint64_t *fed, kt_error *err);
/* Another file is going to be read: takes what is not fed out of the engine's memory. KT_ENOMEM. */
kt_status kt_reader_pause(kt_reader *r);
/* Whether it was read to its end before, as far as its size tells. */
int kt_reader_finished(const kt_reader *r, const kt_marks *marks);
/* Where the next frame begins. */
void kt_reader_mark(const kt_reader *r, kt_mark *mark);

#endif
