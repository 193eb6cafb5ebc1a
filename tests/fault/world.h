/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs from files to files whose every post is known, and the audit of what came out. */
#ifndef KT_TESTS_WORLD_H
#define KT_TESTS_WORLD_H

#include "../unit/tempdir.h"
#include "seam.h"

enum { WORLD_POSTS = 60, WORLD_BROKEN = 5, WORLD_FRAMES = WORLD_POSTS + WORLD_BROKEN };

/* Targets are below the test's folder: what is read in "in/", what is written in "o/". */
typedef struct world_case {
  const char *name, *source, *sinks[3], *dead;
  int follows;   /* the input grows and is rotated while it is read, then the run is stopped */
  int breaks_up; /* the first run ends in its middle */
  int by_run;    /* kt_pipeline_run(), with the descriptor of an event loop too */
  int once;      /* no post may come twice to a file */
} world_case;

extern const world_case world_cases[];
extern const size_t world_case_count;

extern char world_output[];         /* o/ in it */
extern const char *const world_dir; /* the folder of the test, absolute */
void world_make(void);              /* it, with in/ */
void world_remove(void);
/* Empties o/, and in/ of a case that changes it. */
void world_begin(const world_case *c);

typedef struct world_run {
  kt_status status; /* KT_END; KT_AGAIN: it waits for ever, or was left in its middle */
  kt_error error;
  uint64_t committed, dead;
  unsigned steps;
  int leaks; /* blocks that were not released, descriptors not closed */
} world_run;

/* One run with the seam as it was armed: `clock` is the run's. With `lift_after` > 0 a fault that
 * makes the run wait so often is lifted, and the run goes on. */
typedef struct world_how {
  unsigned lift_after;
  unsigned most_steps; /* it is left there; 0 = to its end */
  uint64_t base;       /* frames committed before */
  int watch;           /* each step tells disk_promise() how many frames are committed */
} world_how;
extern test_clock world_clock;
void world_go(const world_case *c, const world_how *how, world_run *out);

/* What is missing or there twice, in words; NULL: all is well. `dead_more`: frames beyond the
 * broken ones may be in the dead letters. The seam is off. */
const char *world_audit(const world_case *c);
/* The same before any recovery, of what was promised: the first `frames` of the input are in what
 * the power loss left of each sink (a file may go on with garbage). */
const char *world_audit_promise(const world_case *c, uint64_t frames);
/* Whether the dead letters tell of a file that could not be read. */
int world_told(const world_case *c);
int world_descriptors(void);

/* Of a wrong argument: the program's exit code. */
static inline int world_usage(const char *how) {
  fprintf(stderr, "usage: %s\n", how);
  return 2;
}

/* Runs one long test in this process. */
static inline int world_test(const char *name, const TTest *test) {
  Suite *s = suite_create(name);
  TCase *t = tcase_create(name);
  tcase_set_timeout(t, 0);
  tcase_add_test(t, test);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_set_fork_status(r, CK_NOFORK);
  srunner_run_all(r, CK_NORMAL);
  int bad = srunner_ntests_failed(r);
  srunner_free(r);
  return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
