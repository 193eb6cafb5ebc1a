#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""File -> CSV by the command against the same job in Python (json and csv), on one core.

  chain.py --command build/src/cli/kappatweet --from POSTS --data FOLDER [--large] [--rounds 5]

Compares the rows first (all columns but the start of the run), then prints medians of CPU and wall time
and the peak memory of each. Python reads a tenth of the file: its rate does not depend on the length.
--large runs the command on 2 GB, too."""
import argparse
import csv
import datetime
import html
import json
import os
import re
import statistics
import subprocess
import sys
import time

COLUMNS = ("id", "text", "created_time", "source", "tweet_id", "user_name", "user_id", "run_start_time",
           "run_time_limit")
TAGS = re.compile("<[^>]*>")


def whole_text(post):
    extended = post.get("extended_tweet")
    if extended:
        return extended["full_text"]
    return post.get("full_text") or post["text"]


def convert(source, target):
    """The job: what somebody would write, and nothing slower."""
    started = time.time()
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for n, line in enumerate(lines):
            post = json.loads(line)
            original = post.get("retweeted_status")
            if original:
                text = "RT @%s: %s" % (original["user"]["screen_name"], html.unescape(whole_text(original)))
            else:
                text = html.unescape(whole_text(post))
            created = datetime.datetime.strptime(post["created_at"], "%a %b %d %H:%M:%S %z %Y")
            user = post["user"]
            writer.writerow((n, text, created.isoformat(), TAGS.sub("", html.unescape(post["source"])),
                             post["id_str"], user["name"], user["id_str"], started, ""))


def run(argv):
    begin = time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"{argv[0]} failed: {errors.decode()}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024


def rows(path, count):
    with open(path, encoding="utf-8", newline="") as f:
        for n, row in enumerate(csv.reader(f, delimiter=";")):
            if n == count:
                return
            yield row[:7] + row[8:]


def cut(source, target, size):
    """Whole lines of `source`, over and over, until `target` has `size` bytes. Returns their number."""
    if not os.path.exists(target):
        with open(source, "rb") as f:
            lines = f.readlines()
        written = 0
        with open(target, "wb") as out:
            while written < size:
                for line in lines:
                    out.write(line)
                    written += len(line)
                    if written >= size:
                        break
    with open(target, "rb") as f:
        return sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))


def compare(ours, python, count):
    for n, (a, b) in enumerate(zip(rows(ours, count + 1), rows(python, count + 1), strict=True)):
        if a != b:
            sys.exit(f"row {n} differs:\n{a}\n{b}")
    return count


def apart(*args):
    """Runs a part of this file in a process of its own: a child's peak memory counts its parent's, too."""
    done = subprocess.run([sys.executable, os.path.abspath(__file__), *map(str, args)], stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(done.returncode)
    return int(done.stdout)


def report(name, posts, results):
    cpu, wall = (statistics.median(r[i] for r in results) for i in range(2))
    rss = max(r[2] for r in results)
    print(f"{name:24} {posts / cpu / 1000:8.1f} k posts/s CPU {posts / wall / 1000:8.1f} wall "
          f"{cpu / posts * 1e6:7.2f} us a post   peak {rss:6.1f} MiB")
    return cpu / posts


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--convert", nargs=2, metavar=("SOURCE", "TARGET"), help="only Python's job")
    p.add_argument("--cut", nargs=3, metavar=("SOURCE", "TARGET", "SIZE"), help="only makes a file")
    p.add_argument("--compare", nargs=3, metavar=("OURS", "PYTHON", "ROWS"), help="only compares")
    p.add_argument("--command", default="build-bench/src/cli/kappatweet")
    p.add_argument("--from", dest="source")
    p.add_argument("--data", default="out/bench")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--megabytes", type=int, default=200)
    p.add_argument("--large", action="store_true")
    args = p.parse_args()
    if args.convert:
        return convert(*args.convert)
    if args.cut:
        return print(cut(*args.cut[:2], int(args.cut[2])))
    if args.compare:
        return print(compare(*args.compare[:2], int(args.compare[2])))
    name = os.path.join(args.data, "chain")
    whole, part = f"{name}-{args.megabytes}.ndjson", f"{name}-{args.megabytes // 10}.ndjson"
    posts = apart("--cut", args.source, whole, args.megabytes * 10 ** 6)
    few = apart("--cut", args.source, part, args.megabytes * 10 ** 5)
    ours_csv, python_csv = f"{name}-ours.csv", f"{name}-python.csv"
    ours = [args.command, "run", None, "--quiet", "--to", f"csv:{ours_csv}?mode=overwrite"]
    python = [sys.executable, os.path.abspath(__file__), "--convert", part, python_csv]

    def command(path):
        return run([path if a is None else a for a in ours])

    command(part)
    run(python)
    apart("--compare", ours_csv, python_csv, few)
    print(f"the same {few} rows from both")
    results = [(command(whole), run(python)) for _ in range(args.rounds)]
    ratio = report("Python json + csv", few, [r[1] for r in results])
    ratio /= report("kappatweet run", posts, [r[0] for r in results])
    print(f"ratio of CPU a post: {ratio:.1f}")
    if args.large:
        huge = f"{name}-2000.ndjson"
        posts = apart("--cut", args.source, huge, 2 * 10 ** 9)
        report("kappatweet run, 2 GB", posts, [command(huge)])
        os.remove(huge)


if __name__ == "__main__":
    main()
