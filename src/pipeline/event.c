/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/event.h"

#include "base/sys_wait.h"
#include "pipeline/delivery.h"
#include "pipeline/offload.h"
#include "pipeline/score.h"
#include "pipeline/workers.h"

/* Inside a step the owner looks by itself; anyone else may come while it waits. */
void kt_event_post(kt_pipeline *p, kt_event *e) {
  int owner = atomic_load(&p->owner) == (uintptr_t)pthread_self();
  e->next = NULL;
  pthread_mutex_lock(&p->lock);
  int first = p->events == NULL;
  *p->events_end = e;
  p->events_end = &e->next;
  if (first && !owner) kt_sys_wake(p->wake[1]); /* under the lock: the pipeline cannot be gone */
  pthread_mutex_unlock(&p->lock);
}

static kt_event *take(kt_pipeline *p) {
  pthread_mutex_lock(&p->lock);
  kt_event *e = p->events;
  if (e) p->events = e->next;
  if (!p->events) p->events_end = &p->events;
  pthread_mutex_unlock(&p->lock);
  return e;
}

static void put_back(kt_pipeline *p, kt_event *e) {
  pthread_mutex_lock(&p->lock);
  e->next = p->events;
  if (!e->next) p->events_end = &e->next;
  p->events = e;
  pthread_mutex_unlock(&p->lock);
}

void kt_event_forget(kt_pipeline *p, const kt_event *gone) {
  pthread_mutex_lock(&p->lock);
  kt_event **at = &p->events;
  while (*at && *at != gone) at = &(*at)->next;
  if (*at) *at = gone->next;
  while (*at) at = &(*at)->next;
  p->events_end = at;
  pthread_mutex_unlock(&p->lock);
}

kt_status kt_events_handle(kt_pipeline *p, int *moved, kt_error *err) {
  for (kt_event *e; (e = take(p)) != NULL;) {
    kt_status st = KT_OK;
    *moved = 1;
    if (e->kind == KT_EVENT_DELIVERY)
      st = kt_delivery_settle(e->subject, err);
    else if (e->kind == KT_EVENT_SCORING)
      st = kt_scoring_settle(e->subject, err);
    else if (e->kind == KT_EVENT_OFFLOAD)
      kt_offload_settle(e->subject);
    else
      kt_work_settle(e->subject);
    if (st < 0) {
      put_back(p, e);
      return st;
    }
  }
  return KT_OK;
}
