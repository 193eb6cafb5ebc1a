# SPDX-License-Identifier: Apache-2.0
"""What the system tests share: the command in a folder of its own, posts, what came out of it."""
import bz2
import csv
import gzip
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COMMAND = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "kappatweet"
# The instruments of a sanitizer need memory of their own.
SANITIZED = sys.argv.pop(1) not in ("none", "") if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else False


def post(n, text="hola mundo"):
    return json.dumps({"created_at": "Fri Nov 05 10:%02d:00 +0000 2021" % (n % 60), "id": 1000 + n,
                       "id_str": str(1000 + n), "text": text, "lang": "es",
                       "source": '<a href="https://x.example">Web</a>',
                       "user": {"id": 7, "id_str": "7", "name": "Ana", "screen_name": "ana"}}).encode()


def lines(numbers):
    return b"".join(post(n) + b"\n" for n in numbers)


def ids(numbers):
    return [str(1000 + n) for n in numbers]


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err.decode("utf-8", "replace")
        peak = re.search(r"\npeak (\d+) KiB\n\Z", self.err)
        self.peak_mib = int(peak[1]) / 1024 if peak else None
        if peak:
            self.err = self.err[:peak.start()]

    def ids(self):
        return [json.loads(line)["tweet_id"] for line in self.out.splitlines()]


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kappatweet-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def run_(self, *args, stdin=b"", timeout=30, **more):
        """`kappatweet ARGS` in the test's folder."""
        done = subprocess.run([COMMAND, *args], cwd=self.folder, input=stdin, capture_output=True, timeout=timeout,
                              check=False, **more)
        return Result(done.returncode, done.stdout, done.stderr)

    def measured(self, *args, timeout=300, **more):
        """The same; tells the peak memory too."""
        launcher = [sys.executable, "-I", "-S", os.path.join(HERE, "launch.py"), COMMAND, *args]
        if "stdin" not in more:
            more["stdin"] = subprocess.DEVNULL
        done = subprocess.run(launcher, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                              check=False, **more)
        return Result(done.returncode, done.stdout, done.stderr)

    def posts(self, count, seed=1, name="posts.ndjson", kind="mix", broken=0, hours=6):
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/gen/gen_posts.py"), "--count", str(count), "--seed", str(seed),
                        "--kind", kind, "--broken", str(broken), "--hours", str(hours), "--out", self.path(name)], check=True,
                       timeout=300)

    def dead(self, name="dead-letters.ndjson"):
        if not os.path.exists(self.path(name)):
            return []
        return [json.loads(line) for line in self.read(name).splitlines()]

    def one_message(self, result, *parts):
        """One line of standard error holds all of this."""
        found = [line for line in result.err.splitlines() if all(p in line for p in parts)]
        self.assertTrue(found, "no line with %r in:\n%s" % (parts, result.err))
        for line in found:
            self.assertLess(len(line), 400)

    def rows(self, database, sql):
        db = sqlite3.connect(self.path(database))
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()


def unpack(name, data):
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".bz2"):
        return bz2.decompress(data)
    if name.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    return data


def table(data, delimiter=";"):
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


def main():
    unittest.main(verbosity=2)
