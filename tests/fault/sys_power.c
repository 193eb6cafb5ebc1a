/* SPDX-License-Identifier: Apache-2.0 */
/* Power losses under whole runs: after each step of the disk the power goes, and what no sync made
 * safe is lost, kept or damaged (disk.h). What was committed must be there before anything is
 * mended, and after a run from there every post exactly where it belongs. The same when the power
 * goes again while that run recovers, when a call fails in it, when the process was killed first,
 * and when a call had failed before.
 *
 *   sys_power [--every N] [--seeds N] [--case NAME]
 *
 * --every N: only each Nth of the moments; --seeds N: so many outcomes of each. */
#include "world.h"

#include <errno.h>
#include <signal.h>

#include "disk.h"

static unsigned every = 1, seeds = 16, moments, losses, faults, kills, failed;
static const char *only;
static char now[400];

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

static void check(const world_case *c, const world_run *r) {
  const char *wrong = NULL;
  if (r->leaks) complain("something is not given back");
  if (r->status != KT_END)
    complain(r->status < 0 ? r->error.message : "the run does not end");
  else
    wrong = world_audit(c);
  if (wrong) complain(wrong);
}

/* Runs to the end, noted by the disk or not; `promised` is what was committed before. */
static void run(const world_case *c, uint64_t promised, unsigned most_steps, world_run *r) {
  world_how how = { .watch = 1, .base = promised, .most_steps = most_steps };
  world_go(c, &how, r);
}

/* From an empty folder, noted from the beginning. */
static void trace(const world_case *c, world_run *r) {
  world_begin(c);
  disk_begin(world_output);
  seam_watch(&world_clock);
  if (c->breaks_up) run(c, 0, 5, r);
  run(c, c->breaks_up ? r->committed : 0, 0, r);
  seam_off();
}

static void recover(const world_case *c) {
  world_run r;
  seam_watch(&world_clock);
  run(c, 0, 0, &r);
  seam_off();
  check(c, &r);
}

/* The power goes after step `at`; *promised is what was committed then. */
static void lose(const world_case *c, unsigned at, uint64_t seed, uint64_t *promised) {
  disk_end();
  *promised = disk_promised(at);
  disk_lose_power(at, seed);
  losses++;
  const char *wrong = world_audit_promise(c, *promised);
  if (wrong) complain(wrong);
}

static void once(const world_case *c, unsigned at, uint64_t seed) {
  uint64_t promised;
  lose(c, at, seed, &promised);
  recover(c);
}

/* And again while that is mended. */
static void twice(const world_case *c, unsigned at, uint64_t seed) {
  world_run r;
  uint64_t promised;
  size_t before = strlen(now);
  trace(c, &r);
  lose(c, at, seed, &promised);
  disk_begin(world_output);
  disk_promise(promised);
  seam_watch(&world_clock);
  run(c, promised, 0, &r);
  seam_off();
  unsigned steps = disk_steps();
  uint64_t random = seed + 1;
  for (int i = 0; i < 4; i++) {
    unsigned again = (unsigned)(test_random(&random) % (steps + 1));
    snprintf(now + before, sizeof now - before, ", then after step %u of %u (%d)", again, steps, i);
    lose(c, again, seed * 4 + (uint64_t)i, &promised);
    recover(c);
  }
  now[before] = '\0';
}

/* A process that is killed leaves all it wrote, safe or not; the power goes while the next one
 * runs. */
static void after_kill(const world_case *c, unsigned at, uint64_t seed) {
  world_run r;
  size_t before = strlen(now);
  trace(c, &r);
  uint64_t promised = disk_promised(at), random = seed + 1;
  disk_end();
  disk_restore(at);
  disk_go_on(at);
  kills++;
  seam_watch(&world_clock);
  run(c, promised, 0, &r);
  seam_off();
  unsigned steps = disk_steps();
  for (int i = 0; i < 4; i++) {
    unsigned again = at + (unsigned)(test_random(&random) % (steps - at + 1));
    snprintf(now + before, sizeof now - before, ", killed, power lost after step %u of %u (%d)",
             again, steps, i);
    lose(c, again, seed * 4 + (uint64_t)i, &promised);
    recover(c);
  }
  now[before] = '\0';
}

/* A fault, and how it is called. */
typedef struct fault {
  seam_call call;
  unsigned nth;
  int error;
  seam_scope scope;
} fault;

static void arm(const fault *f, char *text, size_t cap) {
  snprintf(text, cap, ", %s number %u: %s, %s", seam_name(f->call), f->nth,
           seam_error_name(f->call, f->error), seam_scope_name(f->scope));
  seam_arm(&world_clock, f->call, f->nth, f->error, f->scope);
  faults++;
}

/* One of the calls that the traced run made, and one way in which it may fail. */
static fault any_fault(uint64_t *random) {
  static const seam_scope scopes[] = { SEAM_ONCE, SEAM_AND_NEXT, SEAM_DISK };
  fault f;
  unsigned errors = 0;
  do f.call = (seam_call)(test_random(random) % SEAM_CALLS);
  while (!seam_count(f.call));
  for (const int *e = seam_errors(f.call); *e; e++) errors++;
  f.error = seam_errors(f.call)[test_random(random) % errors];
  f.nth = 1 + (unsigned)(test_random(random) % seam_count(f.call));
  f.scope = f.error < 0 ? SEAM_ONCE : scopes[test_random(random) % 3];
  return f;
}

/* A call fails in the run that mends. */
static void with_fault(const world_case *c, unsigned at, uint64_t seed) {
  world_run r;
  uint64_t promised, random = seed + at + 1;
  size_t before = strlen(now);
  trace(c, &r);
  fault f = any_fault(&random);
  lose(c, at, seed, &promised);
  arm(&f, now + before, sizeof now - before);
  run(c, promised, 0, &r);
  seam_off();
  if (r.leaks) complain("something is not given back");
  const char *wrong = world_audit_promise(c, promised);
  if (wrong) complain(wrong);
  recover(c);
  now[before] = '\0';
}

/* A call fails, the run goes on or ends and another follows, and the power goes in either. */
static void after_fault(const world_case *c, const fault *f, uint64_t seed) {
  world_run r;
  uint64_t promised, random = seed * 977 + 1;
  size_t before = strlen(now);
  world_begin(c);
  disk_begin(world_output);
  arm(f, now + before, sizeof now - before);
  if (c->breaks_up) run(c, 0, 5, &r);
  run(c, c->breaks_up ? r.committed : 0, 0, &r);
  seam_lift();
  unsigned failing = disk_steps();
  if (r.status != KT_END) run(c, disk_promised(failing), 0, &r);
  seam_off();
  unsigned steps = disk_steps();
  size_t armed = strlen(now);
  /* A file that could not be read is read by the next run, in another order. */
  disk_end();
  int told = world_told(c);
  for (int i = 0; i < 6 && !told; i++) {
    unsigned at = i < 2 ? failing : (unsigned)(test_random(&random) % (steps + 1));
    snprintf(now + armed, sizeof now - armed, ", power lost after step %u of %u (%d)", at, steps,
             i);
    lose(c, at, i < 2 ? 12 + test_random(&random) % 4 : seed * 4 + (uint64_t)i, &promised);
    recover(c);
  }
  now[before] = '\0';
}

/* Every sync that may be taken back. */
static void fail_syncs(const world_case *c, unsigned stride) {
  static const int errors[] = { EIO, ENOSPC };
  static const seam_scope scopes[] = { SEAM_ONCE, SEAM_AND_NEXT };
  world_run r;
  trace(c, &r);
  unsigned n = seam_count(SEAM_FDATASYNC), tried = 0;
  for (unsigned nth = 1; nth <= n; nth++)
    for (unsigned how = 0; how < 4 && failed < 40; how++) {
      fault f = { SEAM_FDATASYNC, nth, errors[how / 2], scopes[how % 2] };
      if (tried++ % stride) continue;
      snprintf(now, sizeof now, "%s", c->name);
      after_fault(c, &f, tried);
    }
}

static void try_moment(const world_case *c, unsigned at, unsigned steps, unsigned seed) {
  world_run r;
  snprintf(now, sizeof now, "%s: power lost after step %u of %u (%u)", c->name, at, steps, seed);
  trace(c, &r);
  if (disk_steps() != steps) complain("a run is not like the one before");
  uint64_t random = at * (uint64_t)seeds + seed + 1;
  fault f = any_fault(&random);
  once(c, at, seed);
  snprintf(now, sizeof now, "%s: step %u of %u (%u)", c->name, at, steps, seed);
  switch (moments / every % 4) {
  case 0:
    twice(c, at, seed);
    break;
  case 1:
    after_kill(c, at, seed);
    break;
  case 2:
    with_fault(c, at, seed);
    break;
  default:
    after_fault(c, &f, random);
  }
}

/* The first two, one file and many, are enough for what each step must do at least. */
static void try_case(const world_case *c) {
  world_run r;
  unsigned stride = c < world_cases + 2 ? 1 : every;
  snprintf(now, sizeof now, "%s", c->name);
  trace(c, &r);
  disk_end();
  check(c, &r);
  unsigned steps = disk_steps();
  for (unsigned at = 0; at <= steps && failed < 40; at += stride) {
    snprintf(now, sizeof now, "%s: step %u of %u", c->name, at, steps);
    after_kill(c, at, at);
  }
  fail_syncs(c, stride);
  for (unsigned at = 0; at <= steps; at++)
    for (unsigned seed = 0; seed < seeds && failed < 40; seed++)
      if (moments++ % every == 0) try_moment(c, at, steps, seed);
}

START_TEST(power_is_lost_at_each_step) {
  seam_take_sqlite();
  world_make();
  for (size_t i = 0; i < world_case_count; i++) {
    const world_case *c = &world_cases[i];
    /* What cannot be read or written again can promise nothing. */
    int streams = c->follows || strstr(c->source, ":-") || strstr(c->sinks[0], ":-");
    if (!streams && (!only || strstr(c->name, only))) try_case(c);
  }
  world_remove();
  fprintf(stderr, "%u power losses, %u of them after a kill or amid %u faults, %u wrong\n", losses,
          kills * 4, faults, failed);
  ck_assert_msg(losses > 0, "no case has such a name");
  ck_assert_uint_eq(failed, 0);
}
END_TEST

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i += 2) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    int n = atoi(value);
    if (!strcmp(argv[i], "--every") && n > 0)
      every = (unsigned)n;
    else if (!strcmp(argv[i], "--seeds") && n > 0)
      seeds = (unsigned)n;
    else if (!strcmp(argv[i], "--case") && *value)
      only = value;
    else
      return world_usage("sys_power [--every N] [--seeds N] [--case NAME]");
  }
  signal(SIGABRT, on_signal);
  signal(SIGSEGV, on_signal);
  return world_test("power losses", power_is_lost_at_each_step);
}
