/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation failures: what a scenario is and what it is given.
 *
 * A scenario is a function that makes objects, uses them and frees them. It is run once without a
 * fault, then with the allocation 1, 2, 3 ... failing, once or from there on. It answers KT_OK, or
 * KT_ENOMEM when a call did; every other failure, a block that is left behind, a descriptor that is
 * left open and a result that differs from that of the run without a fault are defects. */
#ifndef KT_TESTS_OOM_H
#define KT_TESTS_OOM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <kappatweet/kappatweet.h>

/* Made from libkappatweet.map: each call of an exported function in a file that includes this
 * header is noted, so that the program knows which of them no scenario reaches. */
#include "oom_reach.h"

enum { OOM_TEXT = 1 << 18 };

typedef struct oom {
  kt_env *env; /* its allocator is the one that fails (of oom-malloc: it is malloc) */
  kt_error err;
  int in_place;             /* a call that fails is made again; else the whole scenario is */
  int again;                /* this is that second run of the scenario */
  int ticks;                /* the clock goes on when it is read: for calls that wait */
  int threads;              /* of the library: what happens takes real time */
  char dir[300], made[300]; /* emptied before each run; what `prepare` made */
  atomic_llong wall_us, mono_ms;
  size_t len; /* of the result */
  char text[OOM_TEXT], wrong[400];
} oom;

typedef struct oom_scenario {
  const char *name;
  kt_status (*run)(oom *o);
  void (*prepare)(oom *o); /* optional, once: input in o->made */
  void (*look)(oom *o);    /* optional, after a run that succeeded: what lies in o->dir */
  int costly;        /* takes long: a few tries, but for --full */
  int loses_nothing;       /* a second run goes on where the first one failed */
} oom_scenario;

/* The scenarios of one file, ended by one without a name; oom.c lists the files. */
extern const oom_scenario oom_base[], oom_record[], oom_text[], oom_parts[], oom_strange[],
    oom_files[], oom_memory[], oom_score[];

/* What to make an environment of: the failing allocator, a clock that stands still, a log. */
kt_env_ops oom_ops(oom *o);

/* The status of a call, for whichever `o->err` is the error. In a run in place a call that answers
 * KT_ENOMEM (NULL) is made again with the fault lifted, and must succeed. */
#define TRY(o, call)                                                                               \
  ({                                                                                               \
    (o)->err.code = KT_OK;                                                                         \
    kt_status st_ = (call);                                                                        \
    oom_again(o, st_) ? (call) : st_;                                                              \
  })
#define TRY_PTR(o, call)                                                                           \
  ({                                                                                               \
    __typeof__(call) p_ = (call);                                                                  \
    p_ || !oom_again(o, KT_ENOMEM) ? p_ : (call);                                                  \
  })
int oom_again(oom *o, kt_status st);

/* Steps to the end, letting the clock go on; KT_OK, KT_ENOMEM or what else ended it. */
kt_status oom_drive(oom *o, kt_pipeline *p);

/* Adds to the result. */
void oom_note(oom *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void oom_note_span(oom *o, kt_span s);
void oom_note_file(oom *o, const char *name); /* of o->dir, its lines sorted */
/* The same for so many files, whose names the format makes of a number from 0. */
void oom_note_parts(oom *o, const char *pattern, int parts);
/* A defect that only the scenario can see. */
void oom_wrong(oom *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Paths in o->dir and o->made; four may be in use at a time. */
const char *oom_path(oom *o, const char *name);
const char *oom_made(oom *o, const char *name);
void oom_write(const char *path, const char *text, size_t n);

/* oom_alloc.c: the counter behind both ways of failing. */
extern const kt_alloc_ops oom_alloc_ops;
typedef struct oom_counter {
  atomic_int armed, for_good;
  atomic_size_t calls, fail_at; /* of the calls since it was armed; 0 = none */
  atomic_llong blocks, bytes;   /* alive */
} oom_counter;
extern oom_counter oom_count;
int oom_fails(void); /* counts a call while armed; non-zero: it is to fail */

#endif
