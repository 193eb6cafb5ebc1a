#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill.py COMMAND PARTS [--random-kills N] [--points GLOB] [--workload NAME] [--seed N] [--jobs N]

Kills the command at each of its crash points (KT_POINT in src/), at the first passage, a middle one and
the last, under every workload of workloads.py, then runs it again until it is done, and audits every sink
by id. After every middle kill the next run is killed too, and points that only a recovery passes have
kills of their own. Then N kills at random (50 if not said): half at a random passage of any point, half
by the clock.

A point that no workload reaches is a failure, as is a run that a kill keeps from starting again.
COMMAND is kappatweet built with its crash points, PARTS the module of kill_parts.c.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import workloads
from workloads import ROOT, Lost

SLOTS, SLOT = 256, struct.Struct("<56sQ")
MOST_RUNS = 60
# What a killed process wrote is the kernel's, on whichever disk: one that takes no time to sync will do.
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def declared():
    names = collections.Counter()
    for path in sorted(pathlib.Path(ROOT, "src").rglob("*.c")):
        names.update(re.findall(r'KT_POINT\("([^"]+)"\)', path.read_text()))
    twice = [n for n, times in names.items() if times > 1]
    if twice:
        sys.exit("declared twice: %s" % twice)
    return set(names) | {"sys.half_written"}


class Case:
    """One input, run by as many processes as it takes, in a folder of its own."""

    def __init__(self, args, workload):
        self.workload = workload
        self.folder = tempfile.mkdtemp(prefix="kappatweet-kill-", dir=IN_MEMORY)
        self.argv = [args.command, "run"] + workload.args(args.parts)
        self.runs, self.outs, self.killed, self.told = [], [], 0, []
        workload.prepare(self.folder)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, p):
        try:
            return p.wait(120)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            raise

    def run(self, at=None, after=None):
        """Passages of each point, and whether the kill came. `after`: seconds, by the clock."""
        counts = os.path.join(self.folder, ".counts")
        with open(counts, "wb") as f:
            f.truncate(SLOTS * SLOT.size)
        env = dict(os.environ, KT_CRASH_COUNTS=counts)
        if at:
            env["KT_CRASH_AT"] = at
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            p = subprocess.Popen(self.argv, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            if after is not None:
                time.sleep(after)
                p.kill()
            code = self.wait(p)
            out.seek(0)
            err.seek(0)
            self.outs.append(out.read())
            told = err.read().decode()
        self.told.append("%s -> %d\n%s" % (at or after, code, told))
        if code not in (0, -signal.SIGKILL):
            raise Lost("ends with %d: %s" % (code, told))
        with open(counts, "rb") as f:
            passed = {n.split(b"\0")[0].decode(): times for n, times in SLOT.iter_unpack(f.read()) if times}
        os.unlink(counts)
        fed = passed.get("feed.frame", 0) + passed.get("feed.reject", 0)
        if fed:
            self.runs.append((self.workload.start_of(told), fed))
        self.killed += code != 0
        return passed, code != 0

    def finish(self):
        """Runs to the end, audits. Passages of the first of these runs."""
        first = None
        for i in range(self.workload.again):
            passed, _ = self.run()
            first = first or passed
            try:
                self.workload.audit(self.folder, self.runs, self.outs)
                self.workload.clean(self.folder)
                return first
            except Lost:
                if i + 1 == self.workload.again:
                    raise
        return first


class Report:
    def __init__(self):
        self.reached = collections.defaultdict(set)  # workload -> points
        self.killed_at = collections.defaultdict(set)
        self.kills, self.cases, self.failed = 0, 0, []

    def add(self, workload, passed):
        self.reached[workload.name].update(passed)


def attempt(args, report, workload, kills):
    """One case: `kills` one after the other, then to the end. (passages of each run, of the recovery)."""
    case = Case(args, workload)
    passages, what = [], " then ".join(str(k) for k in kills)
    try:
        for kill in kills:
            passed, came = case.run(at=kill)
            passages.append(passed)
            report.add(workload, passed)
            if came:
                report.killed_at[workload.name].add(kill.rsplit(":", 1)[0])
        recovered = case.finish()
        report.add(workload, recovered)
        return passages, recovered
    except (Lost, subprocess.TimeoutExpired) as e:
        report.failed.append("%s, killed at %s: %s\n%s" % (workload.name, what or "nothing", e, "".join(case.told)))
        return passages, {}
    finally:
        report.kills += case.killed
        report.cases += 1
        case.close()


def passages_of(n):
    return sorted({1, (n + 1) // 2, n})


def every_point(args, report, workload, pool):
    _, baseline = attempt(args, report, workload, [])
    if report.failed:
        return
    rnd = random.Random("%s %s" % (args.seed, workload.name))
    total = sum(baseline.values())
    jobs = []
    for point, n in sorted(baseline.items()):
        if not fnmatch.fnmatch(point, args.points):
            continue
        for passage in passages_of(n):
            kills = ["%s:%d" % (point, passage)]
            if passage not in (1, n):  # the next run too: early, while it recovers, or later
                kills.append("*:%d" % rnd.randrange(1, 60 if rnd.random() < 0.6 else total))
            jobs.append(kills)
    recoveries = {}
    for kills, (_, recovered) in zip(jobs, pool.map(lambda k: attempt(args, report, workload, k), jobs)):
        for point in recovered:
            if point not in baseline and len(kills) == 1:
                recoveries.setdefault(point, []).append(kills[0])
    again = [[first, "%s:1" % point] for point, firsts in sorted(recoveries.items())
             if fnmatch.fnmatch(point, args.points) for first in firsts[:3]]
    list(pool.map(lambda k: attempt(args, report, workload, k), again))


def at_random(args, report, workload, kills, seed):
    """Kills of longer runs, each going on where the one before was stopped."""
    rnd = random.Random(seed)
    case = Case(args, workload)
    try:
        start = time.monotonic()
        passed = case.finish()
        took, total = time.monotonic() - start, sum(passed.values())
        while report.kills < kills:
            case.close()
            case = Case(args, workload)
            for _ in range(MOST_RUNS):
                if report.kills + case.killed >= kills:
                    break
                if rnd.random() < 0.5:
                    _, came = case.run(at="*:%d" % rnd.randrange(1, total))
                else:
                    _, came = case.run(after=rnd.random() * took)
                if not came:
                    break
            case.finish()
            report.cases += 1
            report.kills += case.killed
    except (Lost, subprocess.TimeoutExpired) as e:
        report.failed.append("%s, random kills, seed %s: %s\n%s" % (workload.name, seed, e, "".join(case.told)))
    finally:
        case.close()
    return report


def random_kills(args, total, pool, chosen):
    kinds = [w(scale=4) for w in chosen if w is not workloads.Follow]
    if not kinds:
        print("random kills: none, they are not for what ends by the clock")
        return []
    share = -(-total // len(kinds))
    parts = [pool.submit(at_random, args, Report(), w, share, "%s %s" % (args.seed, w.name)) for w in kinds]
    done = [p.result() for p in parts]
    print("random kills: %d in %d inputs" % (sum(r.kills for r in done), sum(r.cases for r in done)))
    return [f for r in done for f in r.failed]


def tell(report, points):
    for name in report.reached:
        print("%-8s %d points reached, killed at %d of them" % (name, len(report.reached[name] & points),
                                                                len(report.killed_at[name] & points)))
    everywhere = set.intersection(*(report.killed_at[n] & points for n in ("whole", "folder", "trouble")))
    print("killed %d times in %d inputs; %d points, %d of them in all of whole, folder, trouble" % (
        report.kills, report.cases, len(points), len(everywhere)))
    never = points - set.union(*report.killed_at.values())
    failed = ["never reached: %s (is its file in tests/fault/meson.build?)" % ", ".join(sorted(never))] if never else []
    if len(everywhere) < 40:
        failed.append("only %d points are reached in all of three workloads" % len(everywhere))
    return failed


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("command", type=os.path.abspath)
    arg.add_argument("parts", type=os.path.abspath)
    arg.add_argument("--random-kills", type=int, default=50)
    arg.add_argument("--points", default="*")
    arg.add_argument("--workload", choices=[w.name for w in workloads.ALL])
    arg.add_argument("--seed", type=int, default=1)
    arg.add_argument("--jobs", type=int, default=2)
    args = arg.parse_args()

    report, points = Report(), declared()
    chosen = [w for w in workloads.ALL if args.workload in (None, w.name)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for w in chosen:
            every_point(args, report, w(), pool)
        failed = report.failed
        if args.points == "*" and not args.workload and not failed:
            failed += tell(report, points)
        else:
            print("killed %d times in %d inputs" % (report.kills, report.cases))
            if not report.kills and not failed:
                failed.append("no point like %s is passed" % args.points)
        if args.random_kills:
            failed += random_kills(args, args.random_kills, pool, chosen)
    for f in failed[:5]:
        print("FAILED " + f)
    if len(failed) > 5:
        print("FAILED and %d more" % (len(failed) - 5))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
