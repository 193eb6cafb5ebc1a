/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/workers.h"

#include <signal.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/point.h"
#include "pipeline/event.h"
#include "pipeline/offload.h"
#include "pipeline/prepare.h"
#include "pipeline/score.h"

struct kt_workers {
  kt_pipeline *p;
  pthread_mutex_t lock;
  pthread_cond_t some;
  kt_event *first, **end; /* given, not yet taken */
  int stopping;
  size_t count, cap;
  pthread_t threads[];
};

static void run_stages(kt_item *it) {
  kt_pipeline *p = it->p;
  unsigned stages = kt_stage_count(p), s = atomic_load(&it->stage);
  kt_status st = KT_OK;
  while (s < stages && kt_stage_is_pure(p, s)) {
    int scorer = kt_stage_is_scorer(p, s);
    st = scorer ? kt_score_run(it, &it->work_error) : kt_stage_run(it, s, &it->work_error);
    if (st < 0 || (scorer && st == KT_OK)) break; /* scored: its own event goes on */
    KT_POINT("worker.stage");
    atomic_store(&it->stage, ++s);
  }
  it->work_status = st;
}

static void *work(void *arg) {
  kt_workers *w = arg;
  pthread_mutex_lock(&w->lock);
  for (;;) {
    while (!w->first && !w->stopping) pthread_cond_wait(&w->some, &w->lock);
    if (w->stopping) break;
    kt_event *e = w->first;
    w->first = e->next;
    if (!w->first) w->end = &w->first;
    pthread_mutex_unlock(&w->lock);
    if (e->kind == KT_EVENT_OFFLOAD)
      kt_offload_run(e->subject);
    else
      run_stages(e->subject);
    KT_POINT("worker.done");
    kt_event_post(w->p, e);
    pthread_mutex_lock(&w->lock);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

/* A signal of the program is for its own threads; what a thread does itself (a fault) is not. */
static void block_signals(sigset_t *before) {
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGBUS);
  sigdelset(&all, SIGFPE);
  sigdelset(&all, SIGILL);
  pthread_sigmask(SIG_BLOCK, &all, before);
}

/* Errno of the first thread that could not be made, or 0. The mask is inherited. */
static int start_threads(kt_workers *w) {
  sigset_t before;
  int error = 0;
  block_signals(&before);
  for (; w->count < w->cap && !error; w->count += !error)
    error = pthread_create(&w->threads[w->count], NULL, work, w);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

kt_status kt_workers_start(kt_pipeline *p, size_t n, kt_error *err) {
  if (!n || p->workers) return KT_OK;
  kt_workers *w = kt_zalloc(p->env, sizeof *w + n * sizeof *w->threads);
  if (!w) return kt_fail_nomem(err, "pipeline");
  w->p = p;
  w->end = &w->first;
  w->cap = n;
  pthread_mutex_init(&w->lock, NULL);
  pthread_cond_init(&w->some, NULL);
  p->workers = w;
  int error = start_threads(w);
  if (!error) return KT_OK;
  kt_workers_stop(p);
  return kt_fail_os(err, error, "pipeline", "cannot start %zu workers", n);
}

/* What a sink was given is not lost with the threads: it is done here. */
static void finish_offloads(kt_workers *w) {
  for (kt_event *e = w->first, *next; e; e = next) {
    next = e->next;
    if (e->kind != KT_EVENT_OFFLOAD) continue;
    kt_offload_run(e->subject);
    kt_event_post(w->p, e);
  }
}

void kt_workers_stop(kt_pipeline *p) {
  kt_workers *w = p->workers;
  if (!w) return;
  pthread_mutex_lock(&w->lock);
  w->stopping = 1;
  pthread_cond_broadcast(&w->some);
  pthread_mutex_unlock(&w->lock);
  for (size_t i = 0; i < w->count; i++) pthread_join(w->threads[i], NULL);
  finish_offloads(w);
  pthread_cond_destroy(&w->some);
  pthread_mutex_destroy(&w->lock);
  kt_env_release(p->env, w, sizeof *w + w->cap * sizeof *w->threads);
  p->workers = NULL;
}

void kt_work_post(kt_pipeline *p, kt_event *e) {
  kt_workers *w = p->workers;
  pthread_mutex_lock(&w->lock);
  *w->end = e;
  w->end = &e->next;
  pthread_cond_signal(&w->some);
  pthread_mutex_unlock(&w->lock);
}

void kt_work_give(kt_item *it) {
  it->busy++; /* for the worker's event */
  it->work = (kt_event){ NULL, KT_EVENT_WORK, it };
  it->work_status = KT_OK;
  it->work_error = (kt_error){ 0 };
  kt_work_post(it->p, &it->work);
}

void kt_work_settle(kt_item *it) {
  it->busy--;
  if (it->work_status < 0) kt_stage_failed(it, it->work_status, &it->work_error);
}
