/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own options, as numbers. */
#ifndef KT_PIPELINE_OPTIONS_H
#define KT_PIPELINE_OPTIONS_H

#include <kappatweet/conf.h>

enum { KT_ON_ERROR_DELIVER, KT_ON_ERROR_DEAD, KT_ON_ERROR_STOP };

typedef struct kt_settings {
  size_t batch_records, batch_bytes, frame_bytes, memory_bytes;
  int64_t batch_age_ms;
  int64_t commit_ms, commit_lag_ms;
  int64_t step_us, drain_ms;
  int64_t retry_base_ms, retry_max_ms;
  int64_t retry_attempts, retry_budget, retry_breaker; /* attempts 0 = no limit */
  int64_t outage_ms;                                   /* INT64_MAX = no limit */
  int64_t lateness_ms;
  int64_t lane_window;
  int64_t score_window;
  int score_on_error;
  size_t workers;
  int64_t time_limit_ms; /* KT_UNKNOWN = none */
  int64_t limit_frames;  /* 0 = none */
} kt_settings;

extern const char kt_engine_options[]; /* of the pipeline */
extern const char kt_lane_options[];   /* put before a sink's own */

void kt_settings_load(kt_settings *s, const kt_conf *conf);

#endif
