# SPDX-License-Identifier: Apache-2.0
"""The runs that kill.py kills, and what must have arrived when they are finished.

Every workload is made up from a seed, so that what arrives can be checked record by record: what each
frame holds is told by the oracle of tests/interop.
"""
import bz2
import collections
import csv
import glob
import gzip
import io
import json
import os
import re
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "interop"))
import compare_posts as oracle  # noqa: E402


class Lost(Exception):
    """An audit failed."""


def generated(count, seed, broken):
    made = subprocess.run([sys.executable, os.path.join(ROOT, "tests/gen/gen_posts.py"), "--count", str(count), "--seed",
                           str(seed), "--broken", str(broken)], check=True, stdout=subprocess.PIPE, timeout=300)
    return made.stdout.splitlines()


def records_of(frame):
    """None: to be set aside."""
    try:
        return oracle.records_of(oracle.strict(frame))
    except (ValueError, oracle.NotAPayload, KeyError, TypeError, AttributeError):
        return None


def read(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as f:
        return f.read()


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=";"))


def objects(data):
    return [json.loads(line) for line in data.splitlines()]


def query(folder, name, sql):
    db = sqlite3.connect(os.path.join(folder, name))
    try:
        problems = db.execute("pragma integrity_check").fetchall()
        if problems != [("ok",)]:
            raise Lost("%s: %s" % (name, problems))
        return db.execute(sql).fetchall()
    finally:
        db.close()


def unpack(name, data):
    return gzip.decompress(data) if name.endswith(".gz") else bz2.decompress(data) if name.endswith(".bz2") else data


def by_hour(folder, pattern):
    return [row["tweet_id"] for path in sorted(glob.glob(os.path.join(folder, pattern), recursive=True))
            for row in rows(unpack(path, read("", path)))]


def exactly(what, got, want):
    if list(got) == list(want):
        return
    missing, more = collections.Counter(want), collections.Counter(got)
    lost, doubled = list((missing - more).elements()), list((more - missing).elements())
    raise Lost("%s: %d lost %s, %d too many %s%s" % (what, len(lost), lost[:3], len(doubled), doubled[:3],
                                                     "" if lost or doubled else ", out of order"))


class Workload:
    """`files`: name of an input file -> its lines. A frame's number counts through them in order of name."""
    count, broken, seed = 300, 8, 5
    again = 1  # how often a run that ended may have to be repeated before all has arrived

    def __init__(self, scale=1):
        self.scale = scale
        self.files = self.make()
        self.frames = [line for name in sorted(self.files) for line in self.files[name]]
        self.held = [records_of(line) for line in self.frames]
        self.aside = [n for n, records in enumerate(self.held) if records is None]

    def lines(self, seed=0):
        return generated(self.count * self.scale, self.seed + seed, self.broken * self.scale)

    def prepare(self, folder):
        for name, lines in self.files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            data = b"\n".join(lines) + b"\n"
            pack = {".gz": gzip.compress, ".bz2": bz2.compress}.get(os.path.splitext(name)[1], lambda d: d)
            with open(path, "wb") as f:
                f.write(pack(data))

    def start_of(self, err):
        """The first frame that a run read, by what it says."""
        told = re.search(r"checkpoint state: (?:(\d+) files? w\w+ read to the end)?(?:, )?"
                         r"(?:goes on in 1 file at line (\d+))?", err)
        if not told:
            return 0
        before = sum(len(self.files[name]) for name in sorted(self.files)[:int(told[1] or 0)])
        return before + (int(told[2]) - 1 if told[2] else 0)

    def read_again(self, runs):
        """How often each frame was read by a run after the one that read it first. `runs`: (first frame, how many)."""
        times = [0] * len(self.frames)
        for start, n in runs:
            for i in range(start, min(start + n, len(times))):
                times[i] += 1
        if runs and not all(times):
            raise Lost("frame %d was never read: %s" % (times.index(0), runs))
        return [t - 1 for t in times]

    def keys(self, key):
        """What `key` gives for each record, frame by frame; None = it does not come here."""
        return [[k for k in map(key, records or []) if k is not None] for records in self.held]

    def at_least_once(self, what, got, per_frame, runs, allowed=None):
        """All of it, and more often only by as much as was read again. `allowed`: what may come besides."""
        least, most = collections.Counter(), collections.Counter()
        for i, (keys, again) in enumerate(zip(per_frame, self.read_again(runs))):
            least.update(keys)
            for key in keys + (allowed[i] if allowed else []):
                most[key] += 1 + again
        got = collections.Counter(got)
        lost, over = least - got, got - most
        if lost or over:
            raise Lost("%s: %d lost %s, %d more than what was read again %s; runs %s" % (
                what, sum(lost.values()), list(lost)[:3], sum(over.values()), list(over)[:3], runs))

    def place(self, n):
        for name in sorted(self.files):
            if n < len(self.files[name]):
                return "%s:%d:" % (name, n + 1)
            n -= len(self.files[name])
        return None

    def letters(self, what, got, runs, also=(), perhaps=()):
        """`got`: places of dead letters; `also`: frames of which a record was refused; `perhaps`: may have been."""
        per_frame, allowed = [[] for _ in self.frames], [[] for _ in self.frames]
        for n in list(self.aside) + list(also):
            per_frame[n].append(self.place(n))
        for n in perhaps:
            allowed[n].append(self.place(n))
        self.at_least_once(what, [place[:place.rindex(":") + 1] for place in got], per_frame, runs, allowed)

    def clean(self, folder):
        """Nothing of a killed run is left."""
        for root, _, names in os.walk(folder):
            for name in names:
                if name.endswith((".tmp", ".new", ".open", "-wal", "-shm", "-journal")):
                    raise Lost("left over: " + os.path.join(os.path.relpath(root, folder), name))


def post_id(record):
    return record["tweet_id"] if record["kind"] == "post" else None


def kind_and_id(record):
    return record["kind"], record["tweet_id"]


class Whole(Workload):
    """One file to a CSV file, NDJSON by hour and a database, in order: each record exactly once."""
    name = "whole"

    def make(self):
        return {"posts.ndjson": self.lines()}

    def args(self, parts):
        return ["posts.ndjson?checkpoint=state", "--set", "lane.window=1", "--set", "batch.max_records=25", "--set",
                "commit.interval_ms=0", "--to", "csv:out.csv?sync.bytes=6k", "--to",
                "ndjson:hours/?partition=hour&record=full&sync.bytes=6k&max_open=3", "--to", "sqlite:k.db?sync.records=60", "--to",
                "csv:none.csv?lane.filter=where:?kind=gap"]

    def audit(self, folder, runs, outs):
        posted = [k for keys in self.keys(post_id) for k in keys]
        out = rows(read(folder, "out.csv"))
        exactly("out.csv", [row["tweet_id"] for row in out], posted)
        exactly("none.csv", read(folder, "none.csv").splitlines(), read(folder, "out.csv").splitlines()[:1])
        exactly("numbers in out.csv", [row["id"] for row in out], map(str, range(len(posted))))
        hours = [kind_and_id(r) for path in glob.glob(os.path.join(folder, "hours/**/*.ndjson"), recursive=True)
                 for r in objects(read("", path))]
        exactly("hours/", sorted(hours, key=str), sorted((k for keys in self.keys(kind_and_id) for k in keys), key=str))
        gone = {r["tweet_id"] for records in self.held for r in records or [] if r["kind"] == "delete"}
        exactly("k.db", [r[0] for r in query(folder, "k.db", "select tweet_id from posts order by 1")],
                sorted(set(posted) - gone))
        self.letters("dead letters", [d["place"] for d in objects(read(folder, "dead-letters.ndjson"))], runs)


class Folder(Workload):
    """A folder of packed files, filtered, to packed files; windows of four batches; dead letters in a database."""
    name = "folder"
    count, broken, seed = 120, 4, 50

    def make(self):
        names = ["in/a.ndjson.gz", "in/b.ndjson.bz2", "in/c.ndjson"]
        files = {name: self.lines(seed) for seed, name in enumerate(names)}
        files["in/c.ndjson"].insert(20, b"x" * 300000)
        return files

    def args(self, parts):
        return ["in?checkpoint=state&max_line_bytes=200k", "--set", "batch.max_records=20", "--set", "commit.interval_ms=0", "--filter",
                "where:?lang=es,en", "--to", "csv:days/?partition=day&compress=gzip&sync.bytes=6k", "--to",
                "ndjson:full.ndjson.bz2?record=full&sync.bytes=12k", "--to", "sqlite:k.db?sync.records=60", "--dead-letter",
                "sqlite:dead.db"]

    @staticmethod
    def passes(key):
        return lambda r: key(r) if r["kind"] != "post" or r["lang"] in ("es", "en") else None

    def audit(self, folder, runs, outs):
        posts = self.keys(self.passes(post_id))
        self.at_least_once("days/", by_hour(folder, "days/**/*.csv.gz"), posts, runs)
        full = objects(bz2.decompress(read(folder, "full.ndjson.bz2")))
        self.at_least_once("full.ndjson.bz2", map(kind_and_id, full), self.keys(self.passes(kind_and_id)), runs)
        gone = {r["tweet_id"] for records in self.held for r in records or [] if r["kind"] == "delete"}
        exactly("k.db", [r[0] for r in query(folder, "k.db", "select tweet_id from posts order by 1")],
                sorted({k for keys in posts for k in keys} - gone))
        places = [r[0] for r in query(folder, "dead.db", "select place from dead_letters order by 1")]
        exactly("dead.db", sorted(p[:p.rindex(":") + 1] for p in places), sorted(self.place(n) for n in self.aside))


class Trouble(Workload):
    """A worker, a scorer, a sink that fails in every way, standard output, a file that is not synced."""
    name = "trouble"
    seed = 9

    def make(self):
        return {"posts.ndjson": self.lines()}

    def args(self, parts):
        return ["posts.ndjson?checkpoint=state", "--module", parts, "--score", "length:"] + [
            a for name, value in (("workers", 1), ("batch.max_records", 25), ("commit.interval_ms", 0), ("retry.base_ms", 1),
                                  ("retry.max_ms", 2), ("retry.max_attempts", 2), ("retry.breaker", 1000))
            for a in ("--set", "%s=%s" % (name, value))] + [
            "--to", "flaky:flaky.txt?lane.window=16", "--to", "ndjson:-?record=full", "--to", "csv:out.csv?sync=none&sync.bytes=6k", "--to",
            "sqlite:k.db?sync.records=60"]

    @staticmethod
    def fate(record):
        """Of a record at the sink flaky: (kill_parts.c)."""
        number, total = record["tweet_id"] or "", 0
        for c in number.encode():
            total = (total * 31 + c) & 0xFFFFFFFF
        return "refused" if total % 41 == 0 else "taken"  # or given up

    def audit(self, folder, runs, outs):
        letters = [d["place"] for d in objects(read(folder, "dead-letters.ndjson"))]
        fates = {fate: [n for n, records in enumerate(self.held) for r in records or [] if self.fate(r) == fate]
                 for fate in ("refused", "taken")}
        self.letters("dead letters", letters, runs, fates["refused"], fates["taken"])
        taken = self.keys(lambda r: (r["tweet_id"] or "") if self.fate(r) == "taken" else None)
        got = read(folder, "flaky.txt").decode().splitlines()
        self.at_least_once("flaky.txt", got, [[] for _ in taken], runs, taken)
        given_up = {place[:place.rindex(":") + 1] for place in letters}
        lost = [k for n, keys in enumerate(taken) for k in set(keys) - set(got) if self.place(n) not in given_up]
        if lost or len(set(got)) < sum(map(len, taken)) // 3:
            raise Lost("flaky.txt: neither delivered nor given up: %s" % lost[:3])
        full = [r for out in outs for r in objects(out[:out.rfind(b"\n") + 1])]
        self.at_least_once("standard output", map(kind_and_id, full), self.keys(kind_and_id), runs)
        if not all(r["sentiment"] for r in full if r["kind"] == "post"):
            raise Lost("a post without its score")
        posts = self.keys(post_id)
        self.at_least_once("out.csv", [row["tweet_id"] for row in rows(read(folder, "out.csv"))], posts, runs)
        gone = {r["tweet_id"] for records in self.held for r in records or [] if r["kind"] == "delete"}
        exactly("k.db", [r[0] for r in query(folder, "k.db", "select tweet_id from posts order by 1")],
                sorted({k for keys in posts for k in keys} - gone))


class Follow(Workload):
    """A folder that is followed; a run ends by its time limit, whether all has arrived or not."""
    name = "follow"
    count, broken, seed = 60, 2, 70
    again = 40

    def make(self):
        return {"in/a.ndjson": self.lines(), "in/b.ndjson.gz": self.lines(1)}

    def args(self, parts):
        return ["in?checkpoint=state&follow=true&poll.interval=10ms", "--time-limit", "200ms", "--set", "batch.max_records=20",
                "--set", "batch.max_age_ms=10", "--set", "commit.interval_ms=0", "--to", "csv:out.csv?sync.bytes=6k&sync.ms=20ms"]

    def audit(self, folder, runs, outs):
        """The files are read in turns: only how much was read again is known, not which."""
        posts = [k for keys in self.keys(post_id) for k in keys]
        got = [row["tweet_id"] for row in rows(read(folder, "out.csv"))]
        dead = [d["place"] for d in objects(read(folder, "dead-letters.ndjson"))]
        again = sum(n for _, n in runs) - len(self.frames)
        missing = collections.Counter(posts) - collections.Counter(got)
        if missing or again < 0 or len({p for p in dead}) != len(self.aside):
            raise Lost("out.csv: %d lost; %d of %d dead letters" % (sum(missing.values()), len(set(dead)), len(self.aside)))
        most = again * max(len(records or []) for records in self.held)
        if len(got) - len(posts) > most or len(dead) - len(self.aside) > again:
            raise Lost("out.csv: %d doubled, %d frames were read again" % (len(got) - len(posts), again))


ALL = [Whole, Folder, Trouble, Follow]
