/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation failures: fails each allocation of each scenario, once and from there on, and sees to
 * it that nothing crashes, leaks, is lost or doubled. See oom.h for what a scenario is.
 *
 * Built twice: oom fails the library's allocator seam (kt_env_ops), oom-malloc the malloc of the
 * whole process. Without --full so many allocations of a scenario are tried as --most says. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oom.h"
#include "oom_work.h"

static const oom_scenario *const files[] = { oom_base,  oom_record,  oom_text,
                                             oom_parts, oom_strange, oom_memory,
                                             oom_files, oom_score,   NULL };
static const char *const names[] = { REACH_NAMES };

enum { MOST_CRASHES = 10, WATCHDOG_S = 20, FIRST_FEW = 8 };

/* What the process of a scenario tells; it may crash at any time. */
typedef struct report {
  size_t at;            /* the try that is being made; the next process goes on behind it */
  size_t tries, counts; /* made; allocations of the run without a fault */
  size_t answered, survived, unreached, defects;
  char now[200];
  unsigned char reached[REACH_COUNT];
} report;
static report *told;

static struct {
  size_t most, only_at; /* tries for each of the four ways; 0 = all */
  const char *only, *folder;
  int reach, list, print;
} asked = { .most = 24 };

void oom_reach(int function) {
  if (atomic_load(&oom_count.armed)) told->reached[function] = 1;
}

static void defect(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void defect(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  printf("not ok %s: ", told->now);
  vprintf(fmt, ap);
  printf("\n");
  va_end(ap);
  told->defects++;
}

/* One way to fail one allocation. */
typedef struct fault {
  size_t n; /* 0 = none */
  int for_good, in_place;
} fault;

static void describe(const oom_scenario *s, fault f) {
  if (f.n)
    snprintf(told->now, sizeof told->now, "%s --at %zu (%s, %s)", s->name, f.n,
             f.for_good ? "for good" : "once", f.in_place ? "in place" : "all again");
  else
    snprintf(told->now, sizeof told->now, "%s without a fault", s->name);
}

static int descriptors(void) {
  int n = 0;
  for (int fd = 0; fd < 128; fd++) n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

/* Runs the scenario with everything that it needs; the counter tells how often it allocated. */
static kt_status attempt(const oom_scenario *s, oom *o, fault f, int again) {
  o->in_place = f.in_place;
  o->again = again;
  o->len = 0;
  o->wrong[0] = '\0';
  atomic_store(&o->wall_us, 1700000000000000);
  atomic_store(&o->mono_ms, 1000);
  if (!again) work_empty(o->dir);
  kt_env_ops ops = oom_ops(o);
  kt_error err;
  if (kt_env_new(&ops, &o->env, &err) < 0) return KT_ESTATE;
  atomic_store(&oom_count.calls, 0);
  atomic_store(&oom_count.fail_at, f.n);
  atomic_store(&oom_count.for_good, f.for_good);
  atomic_store(&oom_count.armed, 1);
  kt_status st = s->run(o);
  atomic_store(&oom_count.armed, 0);
  kt_env_free(o->env);
  if (st == KT_OK && s->look && !o->wrong[0]) s->look(o);
  return st;
}

/* The result of the run without a fault, against which the others are held. */
static char *wanted;
static size_t wanted_len;

static void compare(const oom *o) {
  size_t i = 0, from;
  if (o->len == wanted_len && !memcmp(o->text, wanted, wanted_len)) return;
  while (i < o->len && i < wanted_len && o->text[i] == wanted[i]) i++;
  for (from = i; from && wanted[from - 1] != '\n' && i - from < 60; from--) continue;
  defect("another result at byte %zu: '%.150s' instead of '%.150s'", i, o->text + from,
         wanted + from);
  if (asked.print) puts(o->text);
}

typedef struct left {
  long long blocks, bytes;
  int fds;
} left;

static left look_around(void) {
  return (left){ atomic_load(&oom_count.blocks), atomic_load(&oom_count.bytes), descriptors() };
}

/* What the C library keeps for later is kept once. What is lost is lost each time. */
static int leaks(const oom_scenario *s, oom *o, fault f) {
  left before = look_around();
  for (int i = 0; i < 3; i++) {
    attempt(s, o, f, 0);
    left now = look_around();
    if (now.blocks == before.blocks && now.fds == before.fds) return 0;
    before = now;
  }
  return 1;
}

static void try_once(const oom_scenario *s, oom *o, fault f) {
  left before = look_around();
  kt_status st = attempt(s, o, f, 0);
  int hit = atomic_load(&oom_count.calls) >= f.n;
  kt_error err = o->err;
  left after = look_around();
  told->tries++;
  if (!hit) told->unreached++;
  if (o->wrong[0]) defect("%s", o->wrong);
  if (st == KT_OK) {
    told->survived++;
    compare(o);
  } else if (st != KT_ENOMEM)
    defect("%s: %s: %s", kt_status_name(st), err.where, err.message);
  else if (!hit || f.in_place)
    defect("KT_ENOMEM %s: %s", hit ? "when it was called again" : "without a fault", err.where);
  if ((after.blocks != before.blocks || after.bytes != before.bytes || after.fds != before.fds) &&
      leaks(s, o, f))
    defect("%lld blocks and %d descriptors were left behind", after.blocks - before.blocks,
           after.fds - before.fds);
  if (st != KT_ENOMEM) return;
  told->answered++;
  st = attempt(s, o, (fault){ 0 }, s->loses_nothing);
  if (st != KT_OK)
    defect("the run after it: %s: %s", kt_status_name(st), o->err.message);
  else if (o->wrong[0])
    defect("the run after it: %s", o->wrong);
  else
    compare(o);
}

/* Try number i of a scenario with `count` allocations; 0: there are no more. The four ways are
 * spread over the allocations between those that are tried, so that few tries see many of them. */
static int choose(size_t i, size_t count, int costly, fault *f) {
  size_t way = i % 4, k = i / 4, most = asked.most ? asked.most : count;
  if (costly && asked.most) most = 2;
  *f = (fault){ .for_good = way % 2 == 1, .in_place = way >= 2 };
  if (asked.only_at) {
    f->n = asked.only_at;
    return k == 0;
  }
  if (count <= most) {
    f->n = k + 1;
    return k < count;
  }
  if (k >= most) return 0;
  if (most <= FIRST_FEW) {
    f->n = 1 + ((4 * k + way) * count) / (4 * most);
    return 1;
  }
  if (k < FIRST_FEW) {
    f->n = k + 1;
    return 1;
  }
  size_t rest = count - FIRST_FEW, among = most - FIRST_FEW;
  f->n = FIRST_FEW + 1 + ((4 * (k - FIRST_FEW) + way) * rest) / (4 * among);
  return 1;
}

static void child(const oom_scenario *s, size_t from) {
  static oom o;
  snprintf(o.dir, sizeof o.dir, "%s/%s", asked.folder, s->name);
  snprintf(o.made, sizeof o.made, "%s/%s.made", asked.folder, s->name);
  work_folder(o.dir);
  work_folder(o.made);
  describe(s, (fault){ 0 });
  kt_env_ops ops = oom_ops(&o);
  if (s->prepare && kt_env_new(&ops, &o.env, NULL) == KT_OK) {
    s->prepare(&o);
    kt_env_free(o.env);
  }
  for (int i = 0; i < (asked.reach ? 1 : 3); i++) {
    kt_status st = attempt(s, &o, (fault){ 0 }, 0);
    if (st != KT_OK || o.wrong[0]) {
      defect("%s: %s: %s%s", kt_status_name(st), o.err.where, o.err.message, o.wrong);
      return;
    }
    if (i) compare(&o);
    wanted = realloc(wanted, o.len + 1);
    memcpy(wanted, o.text, o.len + 1);
    wanted_len = o.len;
    told->counts = atomic_load(&oom_count.calls);
  }
  if (!told->counts) defect("it allocates nothing: the faults do not reach it");
  if (asked.print && !from) puts(wanted);
  fault f;
  for (size_t i = from; !asked.reach && choose(i, told->counts, s->costly, &f); i++) {
    told->at = i + 1;
    describe(s, f);
    alarm(WATCHDOG_S);
    try_once(s, &o, f);
  }
  free(wanted);
}

/* A process for each scenario, and another one behind each crash. */
static void run_scenario(const oom_scenario *s) {
  for (int crashes = 0; crashes < MOST_CRASHES; crashes++) {
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (!pid) {
      child(s, told->at);
      exit(0);
    }
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && !WEXITSTATUS(status)) return;
    if (WIFSIGNALED(status))
      defect("%s", strsignal(WTERMSIG(status)));
    else
      defect("exit code %d", WEXITSTATUS(status));
    if (!told->at) return;
  }
}

static int64_t now_ms(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static size_t run_all(size_t *scenarios) {
  static unsigned char reached[REACH_COUNT];
  size_t defects = 0, tries = 0, counts = 0, missing = 0;
  for (size_t f = 0; files[f]; f++)
    for (const oom_scenario *s = files[f]; s->name; s++) {
      if (asked.only && strcmp(asked.only, s->name) != 0) continue;
      memset(told, 0, sizeof *told);
      int64_t began = now_ms();
      run_scenario(s);
      for (int i = 0; i < REACH_COUNT; i++) reached[i] |= told->reached[i];
      if (told->defects == 0)
        printf("ok %s: %zu allocations, %zu tries: %zu KT_ENOMEM, %zu survived, %zu not reached; "
               "%lld ms\n",
               s->name, told->counts, told->tries, told->answered, told->survived, told->unreached,
               (long long)(now_ms() - began));
      defects += told->defects;
      tries += told->tries;
      counts += told->counts;
      ++*scenarios;
    }
  for (int i = 0; i < REACH_COUNT && !asked.only; i++) {
    if (reached[i]) continue;
    printf("not ok no scenario calls %s: add it to one, see CONTRIBUTING.md\n", names[i]);
    missing++;
  }
  printf("%zu scenarios, %zu allocations, %zu tries, %zu defects; %d functions, %zu not reached\n",
         *scenarios, counts, tries, defects, (int)REACH_COUNT, asked.only ? 0 : missing);
  return defects + missing;
}

static int usage(void) {
  fputs("oom [--full | --most N] [--scenario NAME [--at N]] [--reach] [--print] [--list]\n"
        "  --most N   tries for each of the four ways to fail (24, with KT_TEST_BRIEF 10)\n"
        "  --full     every allocation (also KT_TEST_FULL=1)\n"
        "  --at N     this allocation, in the four ways\n"
        "  --reach    only checks that the scenarios call every exported function\n"
        "  --print    also shows the result of the run without a fault\n",
        stderr);
  return 2;
}

static int arguments(int argc, char **argv) {
  if (getenv("KT_TEST_BRIEF")) asked.most = 10;
  if (getenv("KT_TEST_FULL")) asked.most = 0;
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (!strcmp(argv[i], "--full"))
      asked.most = 0;
    else if (!strcmp(argv[i], "--reach"))
      asked.reach = 1;
    else if (!strcmp(argv[i], "--list"))
      asked.list = 1;
    else if (!strcmp(argv[i], "--print"))
      asked.print = 1;
    else if (!value)
      return usage();
    else if (!strcmp(argv[i], "--most"))
      asked.most = strtoul(argv[++i], NULL, 10);
    else if (!strcmp(argv[i], "--scenario"))
      asked.only = argv[++i];
    else if (!strcmp(argv[i], "--at"))
      asked.only_at = strtoul(argv[++i], NULL, 10);
    else
      return usage();
  }
  return 0;
}

int main(int argc, char **argv) {
  int code = arguments(argc, argv);
  size_t scenarios = 0;
  if (code) return code;
  for (size_t f = 0; asked.list && files[f]; f++)
    for (const oom_scenario *s = files[f]; s->name; s++) puts(s->name);
  if (asked.list) return 0;
  told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (told == MAP_FAILED) return 1;
  asked.folder = work_temporary();
  size_t defects = run_all(&scenarios);
  work_empty(asked.folder);
  rmdir(asked.folder);
  return defects || !scenarios;
}
