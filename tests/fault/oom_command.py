#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oom_command.py COMMAND PRELOAD [--most N]: the command while its malloc fails.

Each case runs with the allocation 1 ... n failing, once and from there on; so many of them are tried as
--most says (KT_TEST_FULL=1: all). A command must not crash: it ends with one of its own codes and, unless
that is 0, a message of its own; 0 means that everything was written. A second run without a fault gives
what the first one should have given."""
import argparse
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

POST = ('{{"created_at":"Fri Nov 05 10:{0:02d}:00 +0000 2021","id_str":"{0}","text":"post {0} of many words",'
        '"lang":"es","source":"Web","user":{{"id_str":"{0}","name":"User {0}"}}}}\n')
# Where memory stays short the command gives up soon.
SOON = ["--set", "retry.max_ms=2", "--set", "retry.max_outage=50ms"]
CONFIG = '{"source": "in.ndjson", "to": ["csv:out.csv?sync=none", {"part": "ndjson", "target": "out.ndjson"}],' \
         '"filter": "sample:1", "set": {"batch.max_records": 9, "retry.max_ms": 2, "retry.max_outage": "50ms"}}'
LIMIT_S = 30
CASES = {
    "run": ["run", "in.ndjson", "--to", "csv:out.csv?sync=none", "--to", "sqlite:out.db?sync=none", "--set",
            "batch.max_records=9", *SOON],
    "run --config": ["run", "--config", "pipeline.json"],
    "check --config": ["check", "--config", "pipeline.json"],
    "top-words": ["top-words", "in.ndjson", *SOON],
    "parts": ["parts", "csv"],
}


class Command:
    def __init__(self, command, preload, folder):
        self.command, self.preload = os.path.abspath(command), os.path.abspath(preload)  # it runs elsewhere
        self.folder = pathlib.Path(folder)

    def run(self, args, n=0, for_good=False, count=None):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("OOM_", "KAPPATWEET_"))}
        if n or count:
            env["LD_PRELOAD"] = self.preload
        if n:
            env["OOM_AT"] = str(n)
        if for_good:
            env["OOM_FOR_GOOD"] = "1"
        if count:
            env["OOM_COUNT"] = count
        try:
            return subprocess.run([self.command, *args], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(args, 999, b"", b"it does not end")

    def empty(self):
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        (self.folder / "in.ndjson").write_text("".join(POST.format(i) for i in range(40)))
        (self.folder / "pipeline.json").write_text(CONFIG)

    def result(self, done):
        out = [done.returncode, done.stdout]
        for name in ("out.csv", "out.ndjson"):
            path = self.folder / name
            # the start of the run is another in each
            out.append(sorted(line.split(b";")[1:4] if name == "out.csv" else line[:60]
                              for line in path.read_bytes().splitlines()) if path.exists() else None)
        if (self.folder / "out.db").exists():
            db = sqlite3.connect(self.folder / "out.db")
            out.append(db.execute("SELECT tweet_id, text FROM posts ORDER BY 1").fetchall())
            db.close()
        return out


def judge(done, good):
    """What is wrong with the end of a command, or None."""
    if done.returncode < 0 or done.returncode > 100:
        return f"ended by signal or code {done.returncode}: {done.stderr[-200:]!r}"
    if done.returncode not in (0, 1, 2, 3):
        return f"code {done.returncode}"
    if done.returncode and b"kappatweet: " not in done.stderr:
        return f"code {done.returncode} without a message: {done.stderr[-200:]!r}"
    return None if done.returncode or good else "code 0, but another result"


def try_case(command, name, args, most):
    command.empty()
    count = str(command.folder.parent / "count")
    done = command.run(args, count=count)
    wanted, total = command.result(done), int(pathlib.Path(count).read_text())
    assert done.returncode == 0, done.stderr
    assert total > 50, f"{name}: {total} allocations: the faults do not reach it"
    step = max(1, total // most) if most else 1
    bad, tries = [], 0
    for n in range(1, total + 1, step):
        for for_good in (False, True):
            command.empty()
            done = command.run(args, n + (step // 2 if for_good and most else 0), for_good)
            tries += 1
            wrong = judge(done, done.returncode or command.result(done) == wanted)
            if wrong is None and done.returncode and command.result(command.run(args)) != wanted:
                wrong = "the run after it gives another result"
            if wrong:
                bad.append(f"{name}, allocation {n} {'for good' if for_good else 'once'}: {wrong}")
    print(f"{'not ok' if bad else 'ok'} {name}: {total} allocations, {tries} tries", flush=True)
    for line in bad[:10]:
        print("  " + line)
    return len(bad)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("preload")
    parser.add_argument("--most", type=int, default=0 if os.environ.get("KT_TEST_FULL") else 16)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as top:
        folder = pathlib.Path(top) / "work"
        folder.mkdir()
        command = Command(asked.command, asked.preload, folder)
        bad = sum(try_case(command, name, args, asked.most) for name, args in CASES.items())
    sys.exit(1 if bad else 0)


main()
