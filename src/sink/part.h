/* SPDX-License-Identifier: Apache-2.0 */
/* One output file: bytes are gathered, appended, synced, and cut back to the safe length when any
 * of that fails. A file that is closed later by its hour has a hidden name until then. */
#ifndef KT_SINK_PART_H
#define KT_SINK_PART_H

#include <kappatweet/encode.h>

#include "base/buf.h"
#include "io/codec.h"
#include "io/journal.h"

typedef struct kt_part_set kt_part_set;

typedef struct kt_part_file {
  kt_journal_file *file; /* name, safe length and state on disk */
  kt_encoder *encoder;   /* borrowed */
  int64_t start;         /* of its period */
  int64_t close_at;      /* event or arrival time that closes it; INT64_MAX = the end */
  char *path;            /* as it will be seen */
  char *hidden;          /* as it is written, NULL = as it will be seen */
  kt_buf buf;            /* encoded, not yet in the file */
  size_t mark;           /* of buf before the batch `stamp` */
  uint64_t stamp;
  int fd;
  uint64_t used; /* by the clock of its set */
  int64_t next;  /* length that waits for the journal; -1 = none */
  int torn;      /* bytes behind the safe length may be there */
  int adopted;   /* of an earlier run, and not looked into yet */
  int exists;    /* has been created */
  int shown;     /* the hidden name is gone */
} kt_part_file;

/* What the files of one sink share. */
struct kt_part_set {
  const kt_env *env;
  const char *where;  /* static: "sink.csv" */
  const char *folder; /* "" or with a slash at its end */
  kt_journal *journal;
  kt_compressor *compressor; /* NULL = none */
  int sync;
  size_t max_open, open_count;
  uint64_t clock;
  kt_part_file **items; /* by start */
  size_t count, cap;
  kt_buf scratch; /* compressed */
};

/* As kt_disk_fail(). */
kt_status kt_part_fail(const kt_part_set *set, const char *what, const char *path, kt_error *err);

/* A file named `name` below the folder. `file` is its entry in the journal, NULL = a new one.
 * KT_ENOMEM. */
kt_status kt_part_add(kt_part_set *set, const char *name, int64_t start, int hide,
                      kt_journal_file *file, kt_part_file **out, kt_error *err);
/* The file of this period that is still open, NULL if there is none. */
kt_part_file *kt_part_find(const kt_part_set *set, int64_t start);
/* Forgets part i and releases what it holds. */
void kt_part_drop(kt_part_set *set, size_t i);

/* Creates the file if need be and cuts what stands behind its safe length. */
kt_status kt_part_open(kt_part_set *set, kt_part_file *p, kt_error *err);
/* Appends what was gathered and syncs it; p->next is then the length for the journal. */
kt_status kt_part_append(kt_part_set *set, kt_part_file *p, kt_error *err);
/* The journal has taken p->next. */
void kt_part_appended(kt_part_set *set, kt_part_file *p);
/* It has not: cuts the file back, or remembers to. */
void kt_part_cut(const kt_part_set *set, kt_part_file *p);
/* Gives it the name that people see. The journal is the caller's business. */
kt_status kt_part_show(kt_part_set *set, kt_part_file *p, kt_error *err);

#endif
