/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/options.h"

#include <string.h>

#include <kappatweet/batch.h>
#include <kappatweet/pipeline.h>

/* 500 records and 1 MiB are what one PutRecords call of Kinesis and one Bulk of a document store
 * take well; the retry limits follow the standard mode of the AWS SDKs, whose cap is 20 s, and
 * gRPC's. */
const char kt_engine_options[] =
    "\tengine\t\t\t\t\tBatching, retry, commit and memory of a pipeline.\n"
    "batch.max_records\tint\trecords\t500\t1\t100000\tEnds a batch after so many frames.\n"
    "batch.max_bytes\tbytes\tbytes\t1m\t1k\t256m\tEnds a batch after so many bytes of frames.\n"
    "batch.max_age_ms\tduration\tms\t200\t1\t3650d\tEnds a batch of a source that waits for more.\n"
    "frame.max_bytes\tbytes\tbytes\t16m\t1k\t1g\tA longer frame is set aside.\n"
    "memory.max_bytes\tbytes\tbytes\t256m\t1m\t\tAbove it nothing is read until batches are done.\n"
    "commit.interval_ms\tduration\tms\t1000\t0\t3650d\tThe source is told of progress at most so "
    "often.\n"
    "commit.max_lag_ms\tduration\tms\t10m\t1\t3650d\tSinks are flushed when a commit lags so "
    "much.\n"
    "step.max_us\tint\tus\t10000\t0\t\tA step begins no new work after so long.\n"
    "drain.timeout_ms\tduration\tms\t30s\t0\t3650d\tWaits so long for the sinks after a stop.\n"
    "retry.base_ms\tduration\tms\t100\t1\t1d\tUpper bound of the first wait; it doubles each "
    "time.\n"
    "retry.max_ms\tduration\tms\t30s\t1\t1d\tUpper bound of any wait that the server did not ask "
    "for.\n"
    "retry.max_attempts\tint\ttries\t10\t0\t1000000\tGives a record up after so many tries while "
    "others of its lane succeed; 0 = never.\n"
    "retry.budget\tint\ttries\t100\t1\t1000000\tRetries a lane may make before successes must pay "
    "for "
    "more, two a retry.\n"
    "retry.breaker\tint\tcalls\t5\t1\t1000000\tAfter so many failed calls in a row a lane tries "
    "with "
    "one call at a time.\n"
    "retry.max_outage\tduration\tms\t\t1\t3650d\tHolds a sink that has failed for so long without "
    "any success; unset: waits for as long as it lasts.\n"
    "watermark.lateness_ms\tduration\tms\t5m\t0\t3650d\tA post older than the newest by more is "
    "late.\n"
    "lane.window\tint\tbatches\t4\t1\t10000\tBatches in flight a sink; 1 keeps their order.\n"
    "score.window\tint\tbatches\t4\t1\t10000\tBatches inside the scorer.\n"
    "score.on_error\tenum:deliver|dead-letter|stop\t\tdeliver\t\t\tWhat becomes of a record that "
    "cannot be scored.\n"
    "workers\tint\tthreads\t0\t0\t256\tThreads for parsing, pure filters, pure scorers and disk syncs.\n"
    "run.time_limit\tduration\tms\t\t1\t3650d\tStops reading after so long; written to tweet "
    "records.\n"
    "run.limit\tint\tframes\t0\t0\t\tStops reading after so many frames; 0 = none.\n";

const char kt_lane_options[] =
    "lane.window\tint\tbatches\t\t1\t10000\tBatches in flight; 1 keeps their order.\n"
    "lane.filter\tstring\t\t\t\t\tURI of a filter for this sink only.\n"
    "lane.required\tbool\t\ttrue\t\t\tThe source's commit waits for this sink.\n";

const char *kt_pipeline_options(void) {
  return kt_engine_options;
}

void kt_settings_load(kt_settings *s, const kt_conf *c) {
  const char *on_error = kt_conf_string(c, "score.on_error");
  *s = (kt_settings){
    .batch_records = (size_t)kt_conf_int(c, "batch.max_records"),
    .batch_bytes = (size_t)kt_conf_int(c, "batch.max_bytes"),
    .batch_age_ms = kt_conf_int(c, "batch.max_age_ms"),
    .frame_bytes = (size_t)kt_conf_int(c, "frame.max_bytes"),
    .memory_bytes = (size_t)kt_conf_int(c, "memory.max_bytes"),
    .commit_ms = kt_conf_int(c, "commit.interval_ms"),
    .commit_lag_ms = kt_conf_int(c, "commit.max_lag_ms"),
    .step_us = kt_conf_int(c, "step.max_us"),
    .drain_ms = kt_conf_int(c, "drain.timeout_ms"),
    .retry_base_ms = kt_conf_int(c, "retry.base_ms"),
    .retry_max_ms = kt_conf_int(c, "retry.max_ms"),
    .retry_attempts = kt_conf_int(c, "retry.max_attempts"),
    .retry_budget = kt_conf_int(c, "retry.budget"),
    .retry_breaker = kt_conf_int(c, "retry.breaker"),
    .outage_ms =
        kt_conf_is_set(c, "retry.max_outage") ? kt_conf_int(c, "retry.max_outage") : INT64_MAX,
    .lateness_ms = kt_conf_int(c, "watermark.lateness_ms"),
    .lane_window = kt_conf_int(c, "lane.window"),
    .score_window = kt_conf_int(c, "score.window"),
    .workers = (size_t)kt_conf_int(c, "workers"),
    .time_limit_ms =
        kt_conf_is_set(c, "run.time_limit") ? kt_conf_int(c, "run.time_limit") : KT_UNKNOWN,
    .limit_frames = kt_conf_int(c, "run.limit"),
  };
  s->score_on_error = !on_error || !strcmp(on_error, "deliver") ? KT_ON_ERROR_DELIVER
                      : !strcmp(on_error, "stop")               ? KT_ON_ERROR_STOP
                                                                : KT_ON_ERROR_DEAD;
}
