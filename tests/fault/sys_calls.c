/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs in which the nth use of a system call (or of an operation of SQLite's file system)
 * fails, once or from there on. The run then ends well or says what failed, gives everything back,
 * and a run without the fault finishes the work: nothing is lost, nothing comes twice.
 *
 *   sys_calls [--every N] [--case NAME] [--show]
 *
 * --every N: only each Nth of the faults (1: all of them). --show: what the runs said. */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>

static unsigned every = 1, tried, failed;
static int show;
static char now[300];
static unsigned used[SEAM_CALLS];

static void on_signal(int number) {
  ssize_t n = write(2, now, strlen(now));
  (void)n;
  signal(number, SIG_DFL);
  raise(number);
}

static void complain(const char *what) {
  fprintf(stderr, "%s: %s\n", now, what);
  failed++;
}

static const char *cause_of(seam_call call, int error) {
  return call >= SEAM_SQL_OPEN ? sqlite3_errstr(error) : strerrordesc_np(error);
}

/* It names what failed, where and why. */
static void check_error(seam_call call, int error, seam_scope scope, const kt_error *e) {
  static char known[200][200];
  static unsigned count;
  int locked = e->code == KT_ESTATE && call == SEAM_FLOCK;
  const char *cause =
      cause_of(error == SEAM_TORN ? SEAM_OPEN : call, error == SEAM_TORN ? 28 : error);
  if (call >= SEAM_SQL_OPEN && error == SEAM_TORN) cause = sqlite3_errstr(SQLITE_FULL);
  if (!strstr(e->message, world_dir) && !strstr(e->message, "standard ") && !(call == SEAM_EVENTFD))
    complain("the error names no path");
  /* SQLite has words of its own for what it makes of them. */
  if (scope >= SEAM_AND_NEXT && e->os_error == EIO) cause = strerrordesc_np(EIO);
  int sqlite = call >= SEAM_SQL_OPEN || (scope >= SEAM_AND_NEXT && strstr(e->message, ".db"));
  if (!locked && !sqlite && !strstr(e->message, cause))
    complain("the error does not name the cause");
  if (!show) return;
  for (unsigned i = 0; i < count; i++)
    if (!strcmp(known[i], e->message)) return;
  if (count < 200) snprintf(known[count++], sizeof known[0], "%s", e->message);
  printf("%s: %s\n", now, e->message);
}

static void check_run(const world_run *r) {
  char text[100];
  snprintf(text, sizeof text, "%d blocks or descriptors are not given back", r->leaks);
  if (r->leaks) complain(text);
  if (r->steps > 20000) complain("an endless loop");
}

/* The work is done by one more run, or two when the first one ends in its middle. */
static void finish(const world_case *c) {
  world_run r;
  world_how how = { 0 };
  seam_watch(NULL);
  world_go(c, &how, &r);
  seam_off();
  check_run(&r);
  if (r.status != KT_END) complain(r.status < 0 ? r.error.message : "the next run does not end");
  const char *wrong = world_audit(c);
  if (wrong) complain(wrong);
}

/* Of the first run, or of both parts of one that is broken off. */
static void first_run(const world_case *c, unsigned lift_after, world_run *r) {
  world_how how = { .lift_after = lift_after, .most_steps = c->breaks_up ? 5 : 0 };
  world_go(c, &how, r);
  if (!c->breaks_up || r->status < 0) return;
  check_run(r);
  how.most_steps = 0;
  world_go(c, &how, r);
}

static void try_fault(const world_case *c, seam_call call, unsigned nth, int error,
                      seam_scope scope) {
  world_run r;
  if (tried++ % every) return;
  snprintf(now, sizeof now, "%s: %s number %u, %s, %s", c->name, seam_name(call), nth,
           seam_error_name(call, error), seam_scope_name(scope));
  world_begin(c);
  unsigned before = seam_injected();
  seam_arm(&world_clock, call, nth, error, scope);
  first_run(c, scope == SEAM_FOR_GOOD && nth % 2 ? 15 : 0, &r);
  seam_off();
  check_run(&r);
  if (seam_injected() == before && !c->follows) complain("the fault did not come");
  int silent = r.status == KT_END && !c->follows && !world_told(c);
  const char *wrong = silent ? world_audit(c) : NULL;
  if (wrong) complain(wrong);
  int harmless = (error == EINTR || error == SEAM_SHORT) && call != SEAM_CLOSE;
  if (harmless && r.status != KT_END) complain("what is no failure was taken for one");
  if (r.status < 0 && !harmless) check_error(call, error, scope, &r.error);
  finish(c);
}

static int makes_sense(seam_call call, int error, seam_scope scope) {
  if (scope == SEAM_FOR_GOOD) return error != EINTR;
  return scope == SEAM_ONCE || (seam_changes_disk(call) && error != EINTR && error != SEAM_SHORT);
}

static void try_case(const world_case *c) {
  unsigned counts[SEAM_CALLS];
  world_run r;
  snprintf(now, sizeof now, "%s", c->name);
  world_begin(c);
  seam_watch(&world_clock);
  first_run(c, 0, &r);
  seam_off();
  for (int call = 0; call < SEAM_CALLS; call++) used[call] += counts[call] = seam_count(call);
  if (r.status != KT_END) complain(r.status < 0 ? r.error.message : "it does not end");
  check_run(&r);
  const char *wrong = world_audit(c);
  if (wrong) complain(wrong);
  for (int call = 0; call < SEAM_CALLS; call++) {
    if (show) printf("%s: %s %u times\n", c->name, seam_name(call), counts[call]);
    for (const int *e = seam_errors(call); *e; e++)
      for (unsigned nth = 1; nth <= counts[call] && failed < 60; nth++) {
        for (seam_scope scope = SEAM_ONCE; scope < SEAM_SCOPES; scope++)
          if (makes_sense(call, *e, scope)) try_fault(c, call, nth, *e, scope);
      }
  }
}

static const char *only;

/* A call that the seam does not reach would seem to never fail. */
static void check_reach(void) {
  for (int call = 0; call < SEAM_CALLS && !only; call++) {
    /* These only take back what failed; SQLite deletes a journal only before its first write. */
    int rare = call == SEAM_UNLINK || call == SEAM_RMDIR;
    snprintf(now, sizeof now, "%s", seam_name((seam_call)call));
    if (!used[call] && !rare) complain("no run makes this call");
  }
}

START_TEST(every_call_fails) {
  seam_take_sqlite();
  world_make();
  for (size_t i = 0; i < world_case_count; i++)
    if (!only || strstr(world_cases[i].name, only)) try_case(&world_cases[i]);
  check_reach();
  world_remove();
  fprintf(stderr, "%u faults injected in %u runs, %u wrong\n", seam_injected(), tried / every,
          failed);
  ck_assert_msg(tried > 0, "no case has such a name");
  ck_assert_uint_eq(failed, 0);
}
END_TEST

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (!strcmp(argv[i], "--show")) {
      show = 1;
      continue;
    }
    if (!strcmp(argv[i], "--every") && value && atoi(value) > 0)
      every = (unsigned)atoi(value);
    else if (!strcmp(argv[i], "--case") && value)
      only = value;
    else
      return world_usage("sys_calls [--every N] [--case NAME] [--show]");
    i++;
  }
  signal(SIGABRT, on_signal);
  signal(SIGSEGV, on_signal);
  setvbuf(stdout, NULL, _IOLBF, 0);
  return world_test("failing system calls", every_call_fails);
}
