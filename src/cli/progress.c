/* SPDX-License-Identifier: Apache-2.0 */
/* One line that is written over itself on a terminal. */
#include "cli.h"

#include <stdio.h>

enum { EVERY_MS = 200 };

static uint64_t retries(kt_pipeline *p, size_t lanes) {
  uint64_t n = 0;
  for (size_t i = 0; i < lanes; i++) {
    kt_lane_stats lane = { .size = sizeof lane };
    if (kt_pipeline_lane_stats(p, i, &lane) == KT_OK) n += lane.retried;
  }
  return n;
}

void cli_progress_show(cli_progress *p, kt_pipeline *pipeline, int64_t now_ms) {
  kt_stats s = { .size = sizeof s };
  char line[256], done[32], rate[32], dead[32], again[32], part[16] = "";
  if (!p->started_ms) p->started_ms = p->shown_ms = now_ms;
  int64_t passed = now_ms - p->shown_ms;
  if (passed < EVERY_MS || kt_pipeline_stats(pipeline, &s) < 0) return;
  uint64_t per_second = (s.frames - p->shown_frames) * 1000 / (uint64_t)passed;
  if (p->total_bytes > 0 && s.bytes <= (uint64_t)p->total_bytes)
    snprintf(part, sizeof part, " (%u%%)", (unsigned)(s.bytes * 100 / (uint64_t)p->total_bytes));
  cli_number(s.frames, done);
  cli_number(per_second, rate);
  cli_number(s.dead, dead);
  cli_number(retries(pipeline, s.lanes), again);
  int n = snprintf(line, sizeof line, "%s read%s, %s/s, %s retries, %s set aside", done, part, rate,
                   again, dead);
  fprintf(stderr, "\r%-*s", p->width > n ? p->width : n, line);
  fflush(stderr);
  p->width = n;
  p->shown_ms = now_ms;
  p->shown_frames = s.frames;
}

void cli_progress_clear(cli_progress *p) {
  if (p->width) fprintf(stderr, "\r%*s\r", p->width, "");
  p->width = 0;
}
