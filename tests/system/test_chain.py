#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_chain.py KAPPATWEET [SANITIZER]: the whole way from a file to every kind of sink.

Made-up posts of all kinds with broken lines between them; what must come out is told by the oracle of
tests/interop (Python's json and csv, written from the rules). Then runs that are killed at any moment
and finished later, and how much memory a run takes.
"""
import base64
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys

from system import COMMAND, ROOT, SANITIZED, Case, main, table, unpack

sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))
import compare_posts as oracle  # noqa: E402

BROKEN = 25


def frame_of(dead):
    """The frame byte for byte: what is no UTF-8 is in base64."""
    return dead["frame"].encode() if "frame" in dead else base64.b64decode(dead["frame_base64"])


class Whole(Case):
    """One run to eight sinks at once."""

    COUNT = 3000

    def setUp(self):
        super().setUp()
        self.posts(self.COUNT, seed=11, broken=BROKEN)
        self.want, self.aside = oracle.expect(self.path("posts.ndjson"))
        self.posted = [r for r in self.want if r["kind"] == "post"]
        self.deletes = [r["tweet_id"] for r in self.want if r["kind"] == "delete"]

    def check_layouts(self):
        full = [json.loads(line) for line in self.read("full.ndjson").splitlines()]
        self.assertEqual([{n: r[n] for n in oracle.FULL} for r in full], self.want)
        tweet = [json.loads(line) for line in self.read("tweet.ndjson").splitlines()]
        self.assertEqual([r["id"] for r in tweet], list(range(len(self.posted))))
        names = [n for n in oracle.TWEET if n not in ("id", "run_start_time", "run_time_limit")]
        self.assertEqual([{n: r[n] for n in names} for r in tweet], [{n: r[n] for n in names} for r in self.posted])
        rows = table(self.read("out.csv"))
        self.assertEqual([{n: r[n] for n in names} for r in rows], [oracle.cells(r, names) for r in self.posted])

    def check_raw(self):
        raw = [json.loads(line) for line in self.read("raw.ndjson").splitlines()]
        got = []
        for payload in raw:
            got += oracle.records_of(payload)
        ids = [r["tweet_id"] for r in self.want if r["tweet_id"]]
        self.assertEqual([r["tweet_id"] for r in got if r["tweet_id"]], ids)

    def check_hours(self):
        seen = []
        for path in sorted(glob.glob(self.path("hours/**/*.csv"), recursive=True)):
            hour = os.path.dirname(os.path.relpath(path, self.path("hours")))
            for row in table(self.read(path)):
                self.assertEqual(row["created_time"][:13].replace("-", "/").replace("T", "/"), hour)
                seen.append(row["tweet_id"])
        self.assertEqual(sorted(seen), sorted(r["tweet_id"] for r in self.posted))
        self.assertEqual(len(seen), len(set(seen)))
        hours = {r["created_time"][:13] for r in self.posted}
        self.assertGreater(len(hours), 4)

    def check_store(self):
        gone = set(self.deletes)
        rows = self.rows("k.db", "select tweet_id, text, created_time, lang, source, user_id, user_name from posts")
        names = ["tweet_id", "text", "created_time", "lang", "source", "user_id", "user_name"]
        want = {r["tweet_id"]: tuple(r[n] for n in names) for r in self.posted if r["tweet_id"] not in gone}
        self.assertEqual({r[0]: r for r in rows}, want)
        self.assertEqual(len(rows), len(want))

    def check_packed(self):
        plain = self.read("full.ndjson")
        for name in ("full.ndjson.gz", "full.ndjson.bz2") + (("full.ndjson.zst",) if shutil.which("zstd") else ()):
            self.assertEqual(unpack(name, self.read(name)), plain)

    def check_dead(self):
        frames = []
        for line in self.read("posts.ndjson").split(b"\n"):
            try:
                oracle.records_of(oracle.strict(line))
            except (ValueError, oracle.NotAPayload, KeyError, TypeError, AttributeError):
                if line.strip():
                    frames.append(line)
        dead = self.dead()
        self.assertEqual([frame_of(d) for d in dead], frames)
        self.assertEqual(len(dead), self.aside)
        data = self.read("posts.ndjson")
        for d in dead:
            path, line, byte = d["place"].rsplit(":", 2)
            self.assertEqual(path, "posts.ndjson")
            self.assertEqual(data.count(b"\n", 0, int(byte)) + 1, int(line))

    def test_every_sink_at_once(self):
        packed = ["gz", "bz2", "zst"]
        sinks = ["ndjson:full.ndjson?record=full", "ndjson:tweet.ndjson?record=tweet", "ndjson:raw.ndjson?record=raw",
                 "csv:out.csv", "csv:hours/?partition=hour", "sqlite:k.db"]
        sinks += ["ndjson:full.ndjson.%s?record=full" % p for p in packed]
        args = [a for s in sinks for a in ("--to", s)]
        r = self.run_("run", "posts.ndjson", "--set", "lane.window=1", *args, "--dead-letter", "ndjson:dead-letters.ndjson")
        self.assertEqual(r.code, 0, r.err)
        self.assertGreater(self.aside, 15)
        self.check_layouts()
        self.check_raw()
        self.check_hours()
        self.check_store()
        self.check_packed()
        self.check_dead()
        # Read back: our own records are records, and dead letters can be replayed.
        r = self.run_("run", "full.ndjson", "--to", "ndjson:-?record=full")
        self.assertEqual([json.loads(line) for line in r.out.splitlines()],
                         [json.loads(line) for line in self.read("full.ndjson").splitlines()])
        r = self.run_("run", "dead-letters.ndjson", "--parse", "dead:", "--dead-letter", "ndjson:again.ndjson")
        self.assertEqual((r.code, r.out), (0, b""), r.err)
        again = [json.loads(frame_of(d)) for d in self.dead("again.ndjson")]  # still bad: the letter is kept whole
        self.assertEqual([frame_of(d) for d in again], [frame_of(d) for d in self.dead()])


class Killed(Case):
    KILLS = 20

    def written(self):
        try:
            return os.path.getsize(self.path("out.csv"))
        except FileNotFoundError:
            return 0

    def killed(self, args, after):
        """Runs until so many bytes more are in the CSV file, then kills. False: the run had ended."""
        start = self.written()
        p = subprocess.Popen(args, cwd=self.folder, stderr=subprocess.DEVNULL)
        while p.poll() is None and self.written() - start < after:
            pass
        p.send_signal(signal.SIGKILL)
        code = p.wait(60)
        self.assertIn(code, (0, -signal.SIGKILL))
        return code != 0

    def test_nothing_is_lost_or_doubled(self):
        """SIGKILL at random moments; each next run goes on at its checkpoint."""
        self.posts(6000, seed=5, broken=10)
        want, aside = oracle.expect(self.path("posts.ndjson"))
        posted = [r["tweet_id"] for r in want if r["kind"] == "post"]
        gone = {r["tweet_id"] for r in want if r["kind"] == "delete"}
        args = [COMMAND, "run", "posts.ndjson?checkpoint=state", "--quiet", "--set", "lane.window=1", "--set",
                "commit.interval_ms=5", "--set", "batch.max_records=50", "--to", "csv:out.csv?sync.bytes=20k", "--to",
                "ndjson:full.ndjson?record=full&sync.bytes=20k", "--to", "csv:hours/?partition=hour&sync.bytes=20k", "--to",
                "sqlite:k.db?sync.records=100"]
        rnd, kills = random.Random(3), 0
        while kills < self.KILLS and self.killed(args, rnd.randrange(100000)):
            kills += 1
        self.assertGreater(kills, 5)
        r = self.run_(*args[1:], timeout=120)
        self.assertEqual(r.code, 0, r.err)
        self.assertEqual([row["tweet_id"] for row in table(self.read("out.csv"))], posted)
        self.assertEqual([row["id"] for row in table(self.read("out.csv"))], [str(i) for i in range(len(posted))])
        self.assertEqual([json.loads(line)["tweet_id"] for line in self.read("full.ndjson").splitlines()],
                         [r["tweet_id"] for r in want])
        hours = [row["tweet_id"] for path in glob.glob(self.path("hours/**/*.csv"), recursive=True) for row in table(self.read(path))]
        self.assertEqual(sorted(hours), sorted(posted))
        rows = [r[0] for r in self.rows("k.db", "select tweet_id from posts")]
        self.assertEqual(sorted(rows), sorted(set(posted) - gone))
        dead = [d["place"] for d in self.dead()]
        self.assertEqual(len(set(dead)), aside)  # at least once: the same letter may come twice


class Memory(Case):
    def make(self, name, times):
        part = self.read("part.ndjson")
        with open(self.path(name), "wb") as f:
            for _ in range(times):
                f.write(part)
        return len(part) * times / (1 << 20)

    def test_peak_does_not_grow_with_the_input(self):
        if SANITIZED:
            self.skipTest("a sanitizer keeps freed memory")
        self.posts(8000, seed=2, name="part.ndjson")
        small, large = self.make("small.ndjson", 1), self.make("large.ndjson", 10)
        self.assertGreater(large, 180)
        self.grows("csv", ["csv:%s.csv?sync=none"], 2)
        # SQLite's page cache of 8 MiB fills up with the first 20 MiB or so of rows.
        self.make("large.ndjson", 4)
        self.grows("csv by hour and sqlite", ["csv:%s/?partition=hour&sync=none", "sqlite:%s.db?sync=none"], 16)

    def grows(self, what, sinks, most):
        peaks = []
        for name in ("small", "large"):
            args = [a for s in sinks for a in ("--to", s % name)]
            r = self.measured("run", name + ".ndjson", "--quiet", *args)
            self.assertEqual(r.code, 0, r.err)
            peaks.append(r.peak_mib)
        print("peak memory of %s: %.1f and %.1f MiB" % (what, *peaks))
        self.assertLess(peaks[1], 64)
        self.assertLess(peaks[1] - peaks[0], most)


if __name__ == "__main__":
    main()
