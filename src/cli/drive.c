/* SPDX-License-Identifier: Apache-2.0 */
/* The command's own event loop: steps, waits, signals, progress. */
#include "cli.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

enum { MAX_FDS = 64, TICK_MS = 200 };

/* Written by the signal handler, which may only touch these. */
static volatile sig_atomic_t signals;
static kt_pipeline *volatile signalled;

static void on_signal(int number) {
  (void)number;
  signals++;
  if (signalled) kt_pipeline_stop(signalled);
}

static void install(struct sigaction old[2], kt_pipeline *p) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal; /* without SA_RESTART: poll() ends */
  sigemptyset(&action.sa_mask);
  signals = 0;
  signalled = p;
  sigaction(SIGINT, &action, &old[0]);
  sigaction(SIGTERM, &action, &old[1]);
}

static void restore(const struct sigaction old[2]) {
  sigaction(SIGINT, &old[0], NULL);
  sigaction(SIGTERM, &old[1], NULL);
  signalled = NULL;
}

static void wait_for_work(kt_pipeline *p, int64_t most_ms) {
  kt_pollfd want[MAX_FDS];
  struct pollfd fds[MAX_FDS];
  size_t n = kt_pipeline_pollfds(p, want, MAX_FDS);
  int64_t timeout = kt_pipeline_timeout_ms(p);
  if (n > MAX_FDS) n = MAX_FDS;
  for (size_t i = 0; i < n; i++) {
    short events = (short)(((want[i].events & KT_POLL_IN) ? POLLIN : 0) |
                           ((want[i].events & KT_POLL_OUT) ? POLLOUT : 0));
    fds[i] = (struct pollfd){ .fd = want[i].fd, .events = events };
  }
  if (timeout < 0 || timeout > most_ms) timeout = most_ms;
  poll(fds, (nfds_t)n, (int)timeout);
}

/* What a step or a wait may have to be told about: signals and the time limit. */
static void check_limits(cli_drive *d, int64_t started_ms) {
  if (signals > d->interrupted) {
    if (!d->interrupted) cli_say("\ninterrupted: finishing what was read; again to stop at once\n");
    d->interrupted = (int)signals;
  }
  if (d->time_limit_ms && !d->timed_out && cli_now_ms() - started_ms >= d->time_limit_ms) {
    d->timed_out = 1;
    kt_pipeline_stop(d->pipeline);
  }
}

kt_status cli_drive_run(cli_drive *d, kt_error *err) {
  struct sigaction old[2];
  cli_progress progress = { .total_bytes = d->total_bytes };
  int64_t started_ms = cli_now_ms();
  kt_status st;
  install(old, d->pipeline);
  for (;;) {
    st = kt_pipeline_step(d->pipeline, err);
    if (st < 0 || st == KT_END) break;
    if (st == KT_AGAIN) wait_for_work(d->pipeline, TICK_MS);
    check_limits(d, started_ms);
    if (d->interrupted > 1) {
      st = cli_fail(err, KT_ECANCELED, "command", "stopped at once");
      break;
    }
    if (d->progress) cli_progress_show(&progress, d->pipeline, cli_now_ms());
  }
  check_limits(d, started_ms);
  cli_progress_clear(&progress);
  restore(old);
  return st;
}
