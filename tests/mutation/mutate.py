#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts faults into the library, one at a time, and looks whether the tests notice.

A test that cannot fail proves nothing: what no test notices here is a gap in the tests. mutants.txt lists
the faults. The tests of the part that is faulty run first, then all others, until one fails.

  mutate.py --check            every fault can be put in: its text stands in the file exactly once
  mutate.py --list             numbers and titles
  mutate.py [--every N] [--suites A,B] [WORD...]
                               tries all of them, or each Nth, or those whose number, kind, file or title has a WORD

Exit: 0 if at least 95 of 100 were noticed, and every `ack` and `sync`; 1 if not; 2 for a wrong call.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build-mutation"
TREE = WORK / "tree"
BUILD = WORK / "build"
LEAST = 0.95

# The programs that are likeliest to notice, by the start of the file's name; then all others.
FIRST = [
    ("src/pipeline/offload", ["pipeline_offload"]),
    ("src/pipeline/workers", ["pipeline_time", "pipeline_offload"]),
    ("src/pipeline/", ["pipeline", "pipeline_lane", "pipeline_dead", "pipeline_time", "pipeline_random", "pipeline_memory",
                       "sink_pipeline"]),
    ("src/sink/sqlite", ["sink_sqlite"]),
    ("src/sink/", ["sink_file", "sink_stream", "sink_crash", "sink_pipeline", "sink_journal"]),
    ("src/io/checkpoint", ["io_checkpoint", "source_file"]),
    ("src/io/", ["sink_journal", "io_folders", "io", "io_checkpoint", "sink_crash", "sink_file"]),
    ("src/base/", ["base", "io", "parts", "encode", "parse_v2"]),
]
# After them every suite, the quick ones first.
SUITES = ["unit", "conformance", "fault", "cli", "interop", "examples", "system"]
# Beyond it nothing was noticed: a loop without end is stopped by the tests' own limits before that.
TIMEOUT_S = 1800


class Mutant:
    def __init__(self, number, kind, title, file, old, new):
        self.number, self.kind, self.title, self.file, self.old, self.new = number, kind, title, file, old, new

    def __str__(self):
        return f"{self.number:3} {self.kind:5} {self.file}: {self.title}"


def load():
    mutants = []
    for block in re.split(r"(?m)^== ", (HERE / "mutants.txt").read_text())[1:]:
        head, file, rest = block.split("\n", 2)
        kind, title = head.split(" ", 1)
        old, new = rest.split("\n--\n", 1)
        mutants.append(Mutant(len(mutants) + 1, kind, title, file, old.rstrip("\n"), new.rstrip("\n")))
    return mutants


def misplaced(mutants, root):
    bad = []
    for m in mutants:
        path = root / m.file
        n = path.read_text().count(m.old) if path.exists() else 0
        if n != 1 or m.kind not in ("ack", "sync", "logic") or m.old == m.new:
            bad.append(f"{m} ({n} places)")
    return bad


def copy_tree():
    """The tracked files as they are now; what has not changed keeps its time, so that builds are short."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    for name in filter(None, names):
        source, target = ROOT / name, TREE / name
        if not source.is_file():
            continue
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def run(*command, timeout=None):
    env = dict(os.environ, CK_TIMEOUT_MULTIPLIER="8", KT_TEST_BRIEF="1")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
                          start_new_session=True) as p:
        try:
            out, _ = p.communicate(timeout=timeout)
            return p.returncode, out
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, 9)
            p.communicate()
            return -1, "took too long"


def configure():
    if not (BUILD / "build.ninja").exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        code, out = run("meson", "setup", str(BUILD), str(TREE), "-Doptimization=0", "-Ddebug=false")
        if code:
            sys.exit(out)
    code, out = run("ninja", "-C", str(BUILD), "all", "meson-test-prereq")
    if code:
        sys.exit(out[-4000:])


def first_programs(file):
    for start, names in FIRST:
        if file.startswith(start):
            return names
    return []


def failed_tests(out):
    return re.findall(r"^\s*\d+/\d+ (?:\S+ / |\S+:\S+ / )?(\S+)\s.*?(?:FAIL|TIMEOUT|ERROR)", out, re.M)


def noticed_by_test(args):
    code, out = run("meson", "test", "-C", str(BUILD), "--no-rebuild", "--maxfail", "1", *args, timeout=TIMEOUT_S)
    if code == 0 or code == -1:
        return None
    return ", ".join(failed_tests(out)[:2]) or "a test"


def noticed_by_programs(folder, names):
    code, out = run("ninja", "-C", str(BUILD), *(folder + name for name in names))
    if code:
        return None  # what does not compile is no fault, which notice() finds out
    return noticed_by_test([name.removeprefix("test_") for name in names])


def notice(m, suites):
    """Who notices the fault; None: nobody."""
    by = noticed_by_programs("tests/unit/", [f"test_{p}" for p in first_programs(m.file)])
    if not by and m.file.startswith(("src/sink/", "src/io/", "src/base/sys")):
        by = noticed_by_programs("tests/fault/", ["sys_power", "sys_calls"])
    if by:
        return by
    code, out = run("ninja", "-C", str(BUILD), "all", "meson-test-prereq")
    if code:
        print(f"{m} does not compile: mend mutants.txt")
        return None
    for suite in suites:
        by = noticed_by_test(["--suite", suite])
        if by:
            return by
    return None


def attempt(m, suites):
    path = TREE / m.file
    text = path.read_text()
    path.write_text(text.replace(m.old, m.new))
    try:
        return notice(m, suites)
    finally:
        path.write_text(text)


def judge(tried, missed):
    sure = [m for m in missed if m.kind in ("ack", "sync")]
    print(f"\n{len(tried) - len(missed)} of {len(tried)} faults were noticed")
    for m in missed:
        print(f"not noticed: {m}")
    return 1 if sure or len(tried) - len(missed) < LEAST * len(tried) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--suites", default=",".join(SUITES))
    parser.add_argument("words", nargs="*")
    args = parser.parse_args()
    mutants = load()
    bad = misplaced(mutants, ROOT)
    if bad:
        print("these faults cannot be put in any more; mend tests/mutation/mutants.txt:", *bad, sep="\n  ")
        return 1
    if args.check:
        print(f"{len(mutants)} faults, each has its place")
        return 0
    chosen = [m for m in mutants if not args.words or any(w in str(m) if not w.isdigit() else m.number == int(w) for w in args.words)]
    chosen = chosen[:: args.every]
    if args.list:
        print(*chosen, sep="\n")
        return 0
    copy_tree()
    configure()
    for suite in args.suites.split(",") if not args.words else []:
        if by := noticed_by_test(["--suite", suite]):
            sys.exit(f"{by} fails without any fault")
    missed, start = [], time.monotonic()
    for n, m in enumerate(chosen, 1):
        by = attempt(m, args.suites.split(","))
        if not by:
            missed.append(m)
        left = (time.monotonic() - start) / n * (len(chosen) - n) / 60
        print(f"[{n}/{len(chosen)}, {left:.0f} min left] {m} -- {'noticed by ' + by if by else 'NOT NOTICED'}", flush=True)
    return judge(chosen, missed)


if __name__ == "__main__":
    sys.exit(main())
