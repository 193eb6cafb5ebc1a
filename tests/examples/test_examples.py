#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_examples.py SOURCES BUILT [KAPPATWEET]: each example runs, says what it should, and is short."""
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile
import unittest

SOURCES, BUILT = sys.argv[1:3]
COMMAND = sys.argv[3] if len(sys.argv) > 3 else ""
del sys.argv[1:]
POSTS = os.path.join(SOURCES, "posts.ndjson")


def run(*args):
    return subprocess.run(args, capture_output=True, text=True, timeout=60)


class Examples(unittest.TestCase):
    def example(self, name, *args):
        r = run(os.path.join(BUILT, name), *args)
        self.assertEqual(r.returncode, 0, r.stderr)
        return r

    def test_each_is_under_80_lines(self):
        files = glob.glob(os.path.join(SOURCES, "*.c"))
        self.assertGreaterEqual(len(files), 6)
        for path in files:
            with open(path, encoding="utf-8") as f:
                self.assertLess(len(f.readlines()), 80, path)

    def test_parse_one_post(self):
        out = self.example("01_parse_one_post").stdout.splitlines()
        self.assertEqual([line.split(None, 1)[1] for line in out], ["1456", "Ana", "fish & chips", "Web"])

    def test_run_a_pipeline(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out.csv")
            out = self.example("02_run_a_pipeline", POSTS, path).stdout
            with open(POSTS, encoding="utf-8") as f:
                lines = len(f.readlines())
            self.assertTrue(out.startswith("%d read, " % lines), out)
            with open(path, encoding="utf-8", newline="") as f:
                rows = list(csv.reader(f))
            self.assertEqual(rows[0][:3], ["id", "text", "created_time"])
            self.assertGreater(len(rows), 5)

    @unittest.skipUnless(COMMAND, "built without the command")
    def test_write_a_sink(self):
        r = run(COMMAND, "run", POSTS, "--module", os.path.join(BUILT, "langs.so"), "--to", "langs:?top=3", "-q")
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertRegex(r.stderr, r"^([a-z]+ \d+\n){1,3}$")

    def test_write_a_source(self):
        out = [json.loads(line) for line in self.example("04_write_a_source").stdout.splitlines()]
        self.assertEqual(out, [{"tweet_id": str(i), "text": "post %d" % i} for i in range(5)])

    def test_own_allocator(self):
        self.assertIn(" 0 bytes left", self.example("05_own_allocator", POSTS).stdout)

    def test_own_event_loop(self):
        r = self.example("06_own_event_loop", POSTS, "ndjson:-")
        self.assertGreater(len(r.stdout.splitlines()), 5)
        self.assertIn("ended after", r.stderr)

    def test_score_text(self):
        out = self.example("07_score_text", "not a good day :(", "I love this!").stdout.splitlines()
        self.assertRegex(out[0], r"^negative 0\.\d{3} 0\.\d{3} 0\.\d{3} en$")
        self.assertRegex(out[1], r"^positive .* en$")
        self.assertIn(" good (negated)", "\n".join(out[2:]))
        self.assertRegex(out[2], r"^  [+-]\d+\.\d\d [+-]\d+\.\d\d [+-]\d+\.\d\d \S")


if __name__ == "__main__":
    unittest.main(verbosity=2)
