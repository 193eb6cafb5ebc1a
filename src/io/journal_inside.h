/* SPDX-License-Identifier: Apache-2.0 */
/* What journal.c (state and writing) and journal_load.c share. */
#ifndef KT_IO_JOURNAL_INSIDE_H
#define KT_IO_JOURNAL_INSIDE_H

#include "base/buf.h"
#include "io/journal.h"

enum {
  KT_JOURNAL_VERSION = 1,
  /* Below this a rewrite is not worth it: 1 MiB holds about 14,000 batches. */
  KT_JOURNAL_LEAST = 1 << 20
};

typedef struct kt_journal_batch {
  kt_hash128 id, digest;
  uint64_t group; /* 0: forgotten */
  uint32_t records;
  uint32_t next; /* slot + 1 of the next in the chain */
} kt_journal_batch;

typedef struct kt_journal_staged {
  kt_journal_file *file;
  int64_t length;
  int open;
} kt_journal_staged;

struct kt_journal {
  const kt_env *env;
  char *path;
  int fd, sync;
  int rewrite; /* the next commit writes the whole journal */
  int torn;    /* a failed entry may stand behind `bytes` */
  int unnamed; /* its name may not survive a power loss yet */
  int64_t bytes, rewrite_at;
  char layout[64];
  uint64_t group;
  uint32_t next_number;
  kt_journal_file **files; /* by number */
  size_t file_count, file_cap;
  kt_journal_batch *ring;
  uint32_t *heads; /* ring_cap of them */
  size_t ring_count, ring_cap, oldest;
  kt_journal_staged *staged_files;
  size_t staged_file_count, staged_file_cap;
  kt_journal_batch *staged_batches;
  size_t staged_batch_count, staged_batch_cap;
  kt_buf text;
};

kt_status kt_journal_load(kt_journal *j, kt_error *err);
/* Writes j->text into a new file, which takes the journal's name. */
kt_status kt_journal_replace(kt_journal *j, kt_error *err);
/* *fd < 0 if there is no such file and `flags` do not make one. KT_ESTATE: another writes it. */
kt_status kt_journal_open_locked(const kt_journal *j, const char *path, int flags, int *fd,
                                 kt_error *err);
kt_status kt_journal_reserve(kt_journal *j, size_t more); /* room for batches */
void kt_journal_put_batch(kt_journal *j, kt_hash128 id, uint32_t records, kt_hash128 digest,
                          uint64_t group);
kt_journal_file *kt_journal_add_file(kt_journal *j, kt_span name, int64_t period_ms,
                                     uint32_t number);
int kt_journal_hex(kt_span s, kt_hash128 *out); /* 1: 32 hex digits */

#endif
