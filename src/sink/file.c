/* SPDX-License-Identifier: Apache-2.0 */
/* `ndjson:` and `csv:`: records to a file or to folders of files by time.
 *
 * Promise: a record is delivered when its bytes and the journal that tells of them are on the disk
 * (sync=full), so it survives a power loss; with sync=none when the kernel has them, so it survives
 * a killed process. Batches that the journal names are not written again. */
#include <kappatweet/encode.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "base/span.h"
#include "sink/file.h"

/* 4 MiB a sync costs a disk with 10 ms a sync a tenth of its time at 40 MB/s; 1 s is what is
 * written again after a crash. 64 files are far below the usual limit of 1,024 descriptors. */
#define FILE_OPTIONS                                                                               \
  "target\tpath\t\t!\t\t\ta file, a folder (it ends with / or is one), or - for standard output\n" \
  "partition\tenum:none|hour|day\t\tnone\t\t\tfolders YYYY/MM/DD/HH or YYYY/MM/DD by time\n"       \
  "key\tstring\t\t\t\t\tfolders by a template of your own: %Y %m %d %j %H %M %S, in UTC\n"         \
  "name\tstring\t\tpart\t\t\tbeginning of the names of files in folders: part-000.csv\n"           \
  "time\tenum:event|arrival\t\tevent\t\t\twhich time chooses the folder: when a post was made, "   \
  "or "                                                                                            \
  "when it came\n"                                                                                 \
  "mode\tenum:continue|append|overwrite|fail\t\tcontinue\t\t\twhat may be there already: "         \
  "continue "                                                                                      \
  "goes on with a file of ours, by its journal\n"                                                  \
  "compress\tenum:auto|none|gzip|zstd|bzip2\t\tauto\t\t\tauto: by the end of the file's name "     \
  "(.gz "                                                                                          \
  ".zst .bz2)\n"                                                                                   \
  "sync\tenum:full|none\t\tfull\t\t\tfull: what is delivered survives a power loss; none: a "      \
  "killed "                                                                                        \
  "process\n"                                                                                      \
  "sync.bytes\tbytes\tbytes\t4m\t1\t1g\tsyncs after so much\n"                                     \
  "sync.ms\tduration\tms\t1s\t0\t1h\tsyncs after so long\n"                                        \
  "max_open\tint\tfiles\t64\t1\t10000\tfiles held open at once; more are reopened as needed\n"     \
  "empty\tbool\t\ttrue\t\t\tmake the file even if no record comes\n" KT_ENCODER_OPTIONS

static const char NDJSON_OPTIONS[] = "\t\t\t\t\t\tWrites one JSON object a line, to a file or to "
                                     "folders of files by time.\n" FILE_OPTIONS;
static const char CSV_OPTIONS[] =
    "\t\t\t\t\t\tCSV (RFC 4180), to a file or to folders of files by time\n" FILE_OPTIONS;

static kt_status file_open(const kt_env *env, const kt_conf *conf, int32_t format,
                           const char *where, void **self, kt_error *err) {
  kt_file_sink *s = kt_zalloc(env, sizeof *s);
  if (!s) return kt_fail_nomem(err, where);
  s->env = env;
  s->format = format;
  s->set = (kt_part_set){ .env = env, .where = where, .folder = "" };
  s->set.sync = strcmp(kt_conf_string(conf, "sync"), "full") == 0;
  s->set.max_open = (size_t)kt_conf_int(conf, "max_open");
  s->sync_bytes = (size_t)kt_conf_int(conf, "sync.bytes");
  s->sync_ms = kt_conf_int(conf, "sync.ms");
  s->by_arrival = strcmp(kt_conf_string(conf, "time"), "arrival") == 0;
  s->empty = kt_conf_int(conf, "empty") != 0;
  s->watermark_ms = KT_UNKNOWN;
  s->held_since = INT64_MAX;
  s->entries_end = &s->entries;
  kt_buf_init(&s->set.scratch, env);
  kt_pending_init(&s->pending, env);
  kt_status st = kt_file_prepare(s, conf, err);
  if (st < 0) {
    kt_file_release(s);
    return st;
  }
  *self = s;
  return KT_OK;
}

static kt_status ndjson_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                             kt_error *err) {
  (void)user;
  return file_open(env, conf, KT_FORMAT_NDJSON, "sink.ndjson", self, err);
}

static kt_status csv_open(void *user, const kt_env *env, const kt_conf *conf, void **self,
                          kt_error *err) {
  (void)user;
  return file_open(env, conf, KT_FORMAT_CSV, "sink.csv", self, err);
}

static kt_status file_submit(void *self, kt_delivery *d, kt_error *err) {
  kt_file_sink *s = self;
  return s->stream ? kt_stream_submit(s->stream, d, err) : kt_file_take(s, d, err);
}

static void complain(const kt_file_sink *s, const kt_error *err) {
  kt_env_log(s->env, KT_LOG_ERROR, s->set.where, kt_span_of(err->message));
}

static int64_t due(const kt_file_sink *s) {
  return s->held_since == INT64_MAX ? INT64_MAX : s->held_since + s->sync_ms;
}

static kt_status file_step(void *self, int64_t mono_ms, kt_error *err) {
  kt_file_sink *s = self;
  kt_error why;
  s->stepped = 1;
  if (s->stream) return kt_stream_step(s->stream, mono_ms, err);
  if (mono_ms >= due(s)) kt_file_sync(s, NULL); /* it tells the deliveries */
  if (s->by_arrival && kt_file_close_until(s, kt_env_now_ms(s->env) - KT_FILE_GRACE_MS, &why) < 0)
    complain(s, &why);
  return KT_AGAIN;
}

static void file_pollset(void *self, kt_pollset *ps) {
  const kt_file_sink *s = self;
  int64_t next = INT64_MAX;
  if (s->stream) {
    kt_stream_pollset(s->stream, ps);
    return;
  }
  if (due(s) != INT64_MAX) kt_pollset_deadline(ps, due(s));
  if (!s->by_arrival || s->failed) return; /* nothing is closed before the engine has tried again */
  for (size_t i = 0; i < s->set.count; i++)
    if (s->set.items[i]->close_at < next) next = s->set.items[i]->close_at;
  if (next != INT64_MAX)
    kt_pollset_deadline(ps,
                        kt_env_mono_ms(s->env) + next + KT_FILE_GRACE_MS - kt_env_now_ms(s->env));
}

static kt_status file_flush(void *self, kt_error *err) {
  kt_file_sink *s = self;
  if (s->stream) return kt_stream_flush(s->stream, err);
  return kt_file_sync(s, err);
}

static void file_watermark(void *self, int64_t event_ms) {
  kt_file_sink *s = self;
  kt_error why;
  if (s->stream || s->by_arrival) return;
  s->watermark_ms = event_ms;
  if (kt_file_close_until(s, event_ms, &why) < 0) complain(s, &why);
}

static void file_cancel(void *self, kt_delivery *d) {
  kt_file_sink *s = self;
  (void)d;
  if (!s->stream) kt_file_sync(s, NULL);
}

/* Whoever runs the same again with other filters or scores would wonder. */
static void tell_skipped(const kt_file_sink *s) {
  char line[300];
  int n =
      snprintf(line, sizeof line,
               "%llu records were in %.120s already, by its journal, and were not written again",
               (unsigned long long)s->skipped, s->target);
  if (s->skipped) kt_env_log(s->env, KT_LOG_WARNING, s->set.where, kt_span_make(line, (size_t)n));
}

/* The journal learns that nothing of ours stands behind the safe length. */
static void close_journal(kt_file_sink *s) {
  kt_part_file *last[] = { s->only, s->tombs };
  kt_error why;
  kt_status st = KT_OK;
  size_t n = 0;
  kt_journal_begin(s->set.journal);
  for (size_t i = 0; i < 2 && st == KT_OK; i++) {
    if (!last[i] || !last[i]->file->first || !last[i]->file->open) continue;
    if (last[i]->torn) st = kt_part_open(&s->set, last[i], &why);
    if (st == KT_OK)
      st = kt_journal_stage_file(s->set.journal, last[i]->file, last[i]->file->length, 0);
    n++;
  }
  KT_POINT("file.close_journal");
  if (st == KT_OK && n) st = kt_journal_commit(s->set.journal, &why);
}

static void file_close(void *self) {
  kt_file_sink *s = self;
  kt_error why;
  if (!s->stream) {
    if (s->held_since != INT64_MAX) kt_file_sync(s, NULL);
    /* Not when the run failed before it began. */
    if (s->stepped && kt_file_make_empty(s, &why) < 0) complain(s, &why);
    if (kt_file_close_until(s, INT64_MAX, &why) < 0) complain(s, &why);
    if (!s->failed) close_journal(s);
    tell_skipped(s);
  }
  for (kt_file_entry *list = s->entries; list;) {
    kt_file_entry *e = list;
    list = e->next;
    kt_env_release(s->env, e, sizeof *e);
  }
  for (kt_file_entry *list = s->spare; list;) {
    kt_file_entry *e = list;
    list = e->next;
    kt_env_release(s->env, e, sizeof *e);
  }
  kt_file_release(s);
}

extern const kt_sink_ops kt_sink_ndjson, kt_sink_csv;
const kt_sink_ops kt_sink_ndjson = { .size = sizeof(kt_sink_ops),
                                     .name = "ndjson",
                                     .options = NDJSON_OPTIONS,
                                     .caps = KT_SINK_HOLDS | KT_SINK_DELETES | KT_SINK_BLOCKS,
                                     .open = ndjson_open,
                                     .submit = file_submit,
                                     .step = file_step,
                                     .pollset = file_pollset,
                                     .flush = file_flush,
                                     .watermark = file_watermark,
                                     .cancel = file_cancel,
                                     .close = file_close };
const kt_sink_ops kt_sink_csv = { .size = sizeof(kt_sink_ops),
                                  .name = "csv",
                                  .options = CSV_OPTIONS,
                                  .caps = KT_SINK_HOLDS | KT_SINK_DELETES | KT_SINK_BLOCKS,
                                  .open = csv_open,
                                  .submit = file_submit,
                                  .step = file_step,
                                  .pollset = file_pollset,
                                  .flush = file_flush,
                                  .watermark = file_watermark,
                                  .cancel = file_cancel,
                                  .close = file_close };
