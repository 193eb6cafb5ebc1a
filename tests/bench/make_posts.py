#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the benchmark's data: one post a line.

  make_posts.py --from FILE --megabytes 64 [--varied] [--layout compact|spaced|dumps] --out FILE

--from: a v1.1 search page ({"statuses": [...]}) or posts, one a line. Each copy gets a fresh id. With
--varied numbers, booleans, lengths of texts and which members are there change from copy to copy, so that
branch predictors cannot learn the posts. Layouts: compact has no white space, spaced has it behind commas
and colons, dumps is json.dumps' default (spaced, and non-ASCII as escapes)."""
import argparse
import json
import random

KEPT = {"id_str", "text", "created_at", "lang", "source", "user", "name", "id"}
LAYOUTS = {"compact": dict(separators=(",", ":"), ensure_ascii=False), "spaced": dict(ensure_ascii=False),
           "dumps": {}}


def vary(value, rng, key=""):
    if isinstance(value, dict):
        return {k: vary(v, rng, k) for k, v in value.items() if k in KEPT or rng.random() > 0.08}
    if isinstance(value, list):
        return [vary(v, rng) for v in value if rng.random() > 0.15]
    if isinstance(value, bool):
        return rng.random() < 0.5
    if value is None:
        return None if rng.random() < 0.6 else rng.choice((True, False, rng.randrange(10 ** rng.randint(1, 9))))
    if isinstance(value, int):
        return rng.randrange(10 ** rng.randint(1, 18))
    if isinstance(value, float):
        return rng.uniform(-180, 180)
    if key in ("id_str", "created_at", "lang", "source"):
        return value
    return value[:rng.randint(1, len(value))] if len(value) > 1 else value


def load(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    try:
        page = json.loads(text)
        return page["statuses"] if "statuses" in page else [page]
    except ValueError:
        posts = []
        for line in text.splitlines():
            try:
                posts.append(json.loads(line))
            except ValueError:
                pass
        return [p for p in posts if isinstance(p, dict) and "id_str" in p and "user" in p]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--from", dest="source", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--megabytes", type=float, default=64)
    p.add_argument("--layout", choices=LAYOUTS, default="compact")
    p.add_argument("--varied", action="store_true")
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    rng, posts, size = random.Random(args.seed), load(args.source), 0
    with open(args.out, "wb") as out:
        while size < args.megabytes * 1e6:
            post = rng.choice(posts)
            post = vary(post, rng) if args.varied else dict(post)
            post["id"] = rng.randrange(10 ** 17, 10 ** 18)
            post["id_str"] = str(post["id"])
            line = json.dumps(post, **LAYOUTS[args.layout]).encode() + b"\n"
            out.write(line)
            size += len(line)


if __name__ == "__main__":
    main()
