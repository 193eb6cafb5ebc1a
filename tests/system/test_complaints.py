#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_complaints.py KAPPATWEET [SANITIZER]: docs/complaints.md names tests that exist, and those of
its complaints that only the command as a whole can answer."""
import glob
import os
import re
import signal
import subprocess
import sys
import unittest

from system import COMMAND, ROOT, SANITIZED, Case, ids, lines, main, table

ROWS = 53


class Table(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, "docs", "complaints.md"), encoding="utf-8") as f:
            self.text = f.read()
        self.rows = [[c.strip() for c in m.split("|")] for m in re.findall(r"^\| (\d.*) \|$", self.text, re.M)]

    def test_every_row_is_answered_or_waits(self):
        later = re.search(r"^Later rows.*\Z", self.text, re.M | re.S)[0]
        later = [int(n) for n in re.findall(r"\d+", later)]
        self.assertEqual(sorted({int(r[0]) for r in self.rows}), sorted(set(range(1, ROWS + 1)) - set(later)))


class Answers(Case):
    def test_names_and_batches_are_independent(self):
        """However batches are cut, the same files come out, with the same in them."""
        self.posts(2000, hours=3)
        seen = []
        for records in ("1", "7", "500"):
            out = "out%s/" % records
            r = self.run_("run", "posts.ndjson", "--to", "csv:%s?key=%%Y/%%m/%%d/%%H/%%M&fields=tweet_id,created_time&sync=none" % out,
                          "--set", "batch.max_records=" + records)
            self.assertEqual(r.code, 0, r.err)
            files = sorted(glob.glob(self.path(out + "**/*.csv"), recursive=True))
            minutes = {}
            for path in files:
                key = os.path.dirname(os.path.relpath(path, self.path(out)))
                minutes.setdefault(key, []).extend(row["tweet_id"] for row in table(self.read(path)))
            seen.append({k: sorted(v) for k, v in minutes.items()})
        self.assertGreater(len(seen[0]), 100)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[1], seen[2])

    def test_a_stop_writes_what_was_read(self):
        self.write("posts.ndjson", lines(range(500)))
        for number in (signal.SIGINT, signal.SIGTERM):
            name = "out%d.csv" % number
            p = subprocess.Popen([COMMAND, "run", "file:posts.ndjson?follow=true", "--to", "ndjson:-", "--to", "csv:" + name],
                                 cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(500):
                p.stdout.readline()
            p.send_signal(number)
            p.communicate(timeout=60)
            self.assertEqual(p.returncode, 0)
            self.assertEqual([row["tweet_id"] for row in table(self.read(name))], ids(range(500)))

    @unittest.skipUnless(os.path.isdir("/proc/self/task"), "no /proc here")
    def test_no_daemon_and_no_thread(self):
        self.write("posts.ndjson", lines(range(5)))
        p = subprocess.Popen([COMMAND, "run", "file:posts.ndjson?follow=true", "--to", "ndjson:-", "--to", "sqlite:k.db"],
                             cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(5):
            p.stdout.readline()
        tasks = os.listdir("/proc/%d/task" % p.pid)
        with open("/proc/%d/task/%d/children" % (p.pid, p.pid), encoding="ascii") as f:
            children = f.read()
        p.send_signal(signal.SIGINT)
        p.communicate(timeout=60)
        if not SANITIZED:
            self.assertEqual(tasks, [str(p.pid)])
        self.assertEqual(children, "")

    def test_parsing_costs_less_than_python_reading_json(self):
        """CPU time of a whole run to CSV, against json.loads() of the same lines and nothing else."""
        if SANITIZED:
            self.skipTest("an instrumented program is no measure")
        self.posts(20000)
        count = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"
        used = []
        for args in ([COMMAND, "run", self.path("posts.ndjson"), "-q", "--to", "csv:/dev/null"],
                     [sys.executable, "-I", "-c", count, self.path("posts.ndjson")]):
            pid = os.posix_spawn(args[0], args, os.environ)
            _, status, usage = os.wait4(pid, 0)
            self.assertEqual(status, 0)
            used.append(usage.ru_utime + usage.ru_stime)
        print("CPU: a run %.3f s, json.loads() %.3f s" % tuple(used))
        self.assertLess(used[0], used[1])


if __name__ == "__main__":
    main()
