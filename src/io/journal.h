/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink of files has made safe: how long each file is, and which batches are in them.
 *
 * A journal is a text file. Its first entry names the layout of the output; each later one tells of
 * one group: what was appended to which files, and what batches that was. An entry ends with a line
 * `. CRC`; what follows the last whole entry was torn off by a crash and is cut.
 *
 *   kappatweet-journal 1 LAYOUT
 *   . 1C291CA3
 *   g 7                            group number
 *   n 1 1636106400000 7 2021/11/05/10/part-000.csv   file 1: start of its period, first group, name
 *   f 1 48123 o 7                  file 1: safe bytes, open or closed (c), last group
 *   b 0f..e2 500 81..1c            batch: id, records, digest of what they are
 *   . 8A3C1E07
 *
 * It is rewritten (into a new file that is renamed over it) when it has grown to double its size;
 * the newest KT_JOURNAL_BATCHES batches are kept. */
#ifndef KT_IO_JOURNAL_H
#define KT_IO_JOURNAL_H

#include <kappatweet/env.h>

#include "base/hash.h"

enum { KT_JOURNAL_BATCHES = 10000 };

typedef struct kt_journal kt_journal;

typedef struct kt_journal_file {
  char *name;           /* relative to the journal's folder */
  int64_t period_ms;    /* start of the period that it holds; the sink's business */
  int64_t length;       /* bytes that are safe */
  uint64_t first, last; /* groups that touched it */
  uint32_t number;
  int open;  /* more may be appended */
  int known; /* the journal on disk has its name */
  int held;  /* the sink's: it keeps the pointer, so that the file is not dropped for its age */
} kt_journal_file;

/* Loads and locks the journal at `path`; where there is none, it is created by the first commit.
 * It is written anew if it is to be synced: what it tells then is safe, even if the process that
 * wrote it was killed before it synced, or could not sync and went on to its end. `sync`
 * 0: nothing is synced to the disk. KT_EIO; KT_ECORRUPT: no journal of ours; KT_ESTATE:
 * another process writes to it. */
kt_status kt_journal_open(const kt_env *env, const char *path, int sync, kt_journal **out,
                          kt_error *err);
void kt_journal_close(kt_journal *j); /* NULL allowed; writes nothing */

int kt_journal_exists(const kt_journal *j); /* on disk */
/* What the layout's name was when it was written, "" without a journal. */
const char *kt_journal_layout(const kt_journal *j);
/* Forgets all and begins anew under this layout, in memory: written by the next commit. */
kt_status kt_journal_reset(kt_journal *j, const char *layout, kt_error *err);

size_t kt_journal_count(const kt_journal *j); /* of files */
kt_journal_file *kt_journal_file_at(kt_journal *j, size_t i);
/* A new file, length 0, known only in memory until a commit names it. NULL: no memory. */
kt_journal_file *kt_journal_file_new(kt_journal *j, const char *name, int64_t period_ms);
/* The file is gone: it is dropped, and no batch that may be in it counts as written any more. */
void kt_journal_forget(kt_journal *j, kt_journal_file *f);

/* Non-zero if a batch with this id (32 hex digits) is written. */
int kt_journal_find(const kt_journal *j, kt_span id, uint32_t *records, kt_hash128 *digest);

/* One group: begin, any of the next two, commit. */
void kt_journal_begin(kt_journal *j);
/* From the commit on the file has this length and state. KT_ENOMEM. */
kt_status kt_journal_stage_file(kt_journal *j, kt_journal_file *f, int64_t length, int open);
/* From the commit on the batch is written; an id that is no 32 hex digits is left out. KT_ENOMEM.
 */
kt_status kt_journal_stage_batch(kt_journal *j, kt_span id, uint32_t records, kt_hash128 digest);
/* All of the group or none: it survives the process. After a failure the journal is as before the
 * begin. */
kt_status kt_journal_commit(kt_journal *j, kt_error *err);
/* Cuts an entry off that a failed commit may have left behind. Until then it may still tell of the
 * group: no file is to be cut shorter than that. KT_EIO. */
kt_status kt_journal_mend(kt_journal *j, kt_error *err);
/* What is committed survives a power loss: a new journal's name is safe too. May be tried again. */
kt_status kt_journal_settle(kt_journal *j, kt_error *err);

#endif
