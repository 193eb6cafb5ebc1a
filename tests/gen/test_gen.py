#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The generator keeps its word: same seed, same bytes; as many posts and broken lines as asked for; all
the forms that the API has; entities where they say they are."""
import json
import pathlib
import subprocess
import sys

GEN = pathlib.Path(__file__).with_name("gen_posts.py")


def lines(*args):
    out = subprocess.run([sys.executable, GEN, *args], check=True, capture_output=True).stdout
    assert out.endswith(b"\n")
    return out[:-1].split(b"\n")


def main():
    first = lines("--count", "3000", "--seed", "5", "--broken", "9")
    assert first == lines("--count", "3000", "--seed", "5", "--broken", "9"), "the same seed gave other bytes"
    assert first != lines("--count", "3000", "--seed", "6", "--broken", "9"), "another seed gave the same bytes"

    broken, good = 0, []
    for line in first:
        try:
            good.append(json.loads(line.decode("utf-8")))
        except ValueError:
            broken += 1
    assert broken == 9, f"{broken} broken lines"

    posts = [p for g in good for p in g.get("statuses", [g] if "text" in g else [])]
    v2 = [p for g in good if "data" in g for p in (g["data"] if isinstance(g["data"], list) else [g["data"]]) if "id" in p]
    assert len(posts) + len(v2) == 3000, f"{len(posts)} + {len(v2)} posts"
    for what, there in {
        "repost": any("retweeted_status" in p for p in posts), "quote": any("quoted_status" in p for p in posts),
        "reply": any(p["in_reply_to_status_id_str"] for p in posts), "long": any("extended_tweet" in p for p in posts),
        "page": any("statuses" in g for g in good), "v2 page": any(isinstance(g.get("data"), list) for g in good),
        "note": any("note_tweet" in p for p in v2), "edit": any(len(p["edit_history_tweet_ids"]) > 1 for p in v2),
        "delete": any("delete" in g for g in good), "limit": any("limit" in g for g in good),
        "escape": any("&amp;" in p.get("text", "") for p in posts),
    }.items():
        assert there, f"no {what}"
    ids = [p["id_str"] for p in posts] + [p["id"] for p in v2]
    assert len(set(ids)) == len(ids), "an id twice"
    for p in posts:
        text = p.get("full_text", p.get("text"))
        whole = p.get("extended_tweet", {"full_text": text, "entities": p["entities"]})
        for tag in whole["entities"]["hashtags"]:
            start, end = tag["indices"]
            assert whole["full_text"][start:end] == "#" + tag["text"], f"hashtag of {p['id_str']} is elsewhere"
    print(f"ok: {len(first)} lines")


main()
