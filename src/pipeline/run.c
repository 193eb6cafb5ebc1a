/* SPDX-License-Identifier: Apache-2.0 */
/* The blocking calls: a loop over step. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/sys_wait.h"
#include "pipeline/engine.h"
#include "pipeline/pollset.h"

/* Until a descriptor, the time or a wake-up says that a step is due. */
static kt_status wait(kt_pipeline *p, kt_error *err) {
  size_t n = p->pollset.count + 1;
  char *fds = kt_env_alloc(p->env, n * KT_POLLFD_BYTES);
  if (!fds) return kt_fail_nomem(err, "pipeline");
  kt_sys_pollfd_set(fds, 0, p->wake[0], KT_POLL_IN);
  for (size_t i = 1; i < n; i++)
    kt_sys_pollfd_set(fds, i, p->pollset.list[i - 1].fd, p->pollset.list[i - 1].events);
  kt_sys_poll_ms(fds, n, kt_due_in_ms(p)); /* interrupted or failed: step, then look again */
  kt_env_release(p->env, fds, n * KT_POLLFD_BYTES);
  return KT_OK;
}

kt_status kt_pipeline_run(kt_pipeline *p, kt_error *err) {
  for (;;) {
    kt_status st = kt_pipeline_step(p, err);
    if (st == KT_AGAIN) st = wait(p, err);
    if (st != KT_OK) return st;
  }
}

kt_status kt_pipeline_drain(kt_pipeline *p, int64_t timeout_ms, kt_error *err) {
  if (atomic_load(&p->inside))
    return kt_fail(err, KT_ESTATE, 0, "pipeline", "called from inside a step of the same pipeline");
  if (!p->opened && !p->result) p->result = KT_END;
  int64_t now = kt_env_mono_ms(p->env) - p->skew;
  p->drain_by_call = 1;
  p->drain_until = timeout_ms < 0 || timeout_ms > INT64_MAX - now ? INT64_MAX : now + timeout_ms;
  atomic_store(&p->stop_asked, 1);
  return kt_pipeline_run(p, err);
}

void kt_pipeline_wakeup(kt_pipeline *p) {
  kt_sys_wake(p->wake[1]);
}

void kt_pipeline_stop(kt_pipeline *p) {
  atomic_store(&p->stop_asked, 1);
  kt_sys_wake(p->wake[1]);
}
