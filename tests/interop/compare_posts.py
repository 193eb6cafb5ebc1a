#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_posts.py FILE... [--command kappatweet] [--record full,tweet,csv]

Runs `kappatweet run FILE --to 'ndjson:-?record=full'` (then record=tweet, then CSV of both) and
compares field by field with what Python's json gives by the rules of the records. FILE is NDJSON of
v1.1 or v2 payloads, search pages or notices, or one JSON document over many lines, or an array of them.

This is an oracle: it was written from the rules, not from the library.

  text          the whole text (extended_tweet.full_text, full_text, note_tweet.text, else text), with
                the API's HTML entities decoded once; of a repost "RT @name: " and then the whole text
                of the original where the payload holds it
  source        without its markup
  user_name     the display name; ids are strings
  created_time  UTC, +00:00, .123 only where there are milliseconds
  what the payload does not have is null (an empty cell in CSV); the time of a delete or a notice is
                its own (timestamp_ms, event_at)

A frame that Python cannot read as JSON, or that is no payload the rules know, must be set aside.
"""
import argparse
import csv
import datetime
import html
import io
import json
import os
import re
import subprocess
import sys
import tempfile

FULL = ["kind", "tweet_id", "text", "created_time", "lang", "source", "user_id", "user_name",
        "repost", "reply", "quote", "truncated", "edited"]
TWEET = ["id", "text", "created_time", "source", "tweet_id", "user_name", "user_id", "run_start_time",
         "run_time_limit"]
MONTHS = {m: i for i, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}


class NotAPayload(Exception):
    pass


# -- the rules --------------------------------------------------------------------------------------

def decode(text):
    """&amp; &lt; &gt; (and the quotes, which old payloads escape), once."""
    if text is None:
        return None
    return re.sub("&(?:amp|lt|gt|quot|#39);", lambda m: html.unescape(m.group(0)), text)


def no_markup(source):
    return None if source is None else html.unescape(re.sub("<[^>]*>", "", source))


def iso(t):
    t = t.astimezone(datetime.timezone.utc)
    ms = t.microsecond // 1000
    return t.strftime("%Y-%m-%dT%H:%M:%S") + (f".{ms:03d}" if ms else "") + "+00:00"


def v1_time(text):
    if text is None:
        return None
    m = re.fullmatch(r"\w{3} (\w{3}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d) (\d{4})", text)
    if not m:
        return None
    zone = datetime.timezone(datetime.timedelta(hours=int(m[6]), minutes=int(m[6][0] + m[7])))
    return iso(datetime.datetime(int(m[8]), MONTHS[m[1]], int(m[2]), int(m[3]), int(m[4]), int(m[5]), tzinfo=zone))


def v2_time(text):
    return None if text is None else iso(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))


def ident(thing, name="id"):
    if thing is None:
        return None
    if thing.get(name + "_str") is not None:
        return thing[name + "_str"]
    value = thing.get(name)
    return None if value is None else str(value)


def empty(kind):
    record = dict.fromkeys(FULL)
    record.update(kind=kind)
    return record


def repost(name, outer, whole):
    """The name is the original's author's; where he is not in the payload, that in the outer text."""
    if name is None:
        m = re.match(r"RT @(\w+): ", outer or "")
        name = m and m[1]
    return outer if name is None else f"RT @{name}: {whole}"


def v1_whole(post):
    extended = post.get("extended_tweet") or {}
    for text in (extended.get("full_text"), post.get("full_text"), post.get("text")):
        if text is not None:
            return text
    return None


def v1_post(post):
    r = empty("post")
    user = post.get("user") or {}
    original = post.get("retweeted_status")
    text = v1_whole(post)
    whole = original or post
    if ident(post) is None:
        raise NotAPayload("a post without an id")
    if original and v1_whole(original) is not None:
        text = repost((original.get("user") or {}).get("screen_name"), text, v1_whole(original))
    r.update(
        tweet_id=ident(post), text=decode(text), created_time=v1_time(post.get("created_at")), lang=post.get("lang"),
        source=no_markup(post.get("source")), user_id=ident(user), user_name=user.get("name"), repost=bool(original),
        reply=post.get("in_reply_to_status_id_str") is not None or post.get("in_reply_to_status_id") is not None,
        quote=bool(post.get("is_quote_status")) or bool(post.get("quoted_status")),
        truncated=bool(whole.get("truncated")) and not (whole.get("extended_tweet") or {}).get("full_text"),
        edited=False)
    return r


def v2_whole(post):
    note = (post.get("note_tweet") or {}).get("text")
    return post.get("text") if note is None else note


def v2_post(post, includes):
    r = empty("post")
    users = {u["id"]: u for u in includes.get("users") or []}
    tweets = {t["id"]: t for t in includes.get("tweets") or []}
    references = {}
    for reference in post.get("referenced_tweets") or []:
        references.setdefault(reference["type"], reference["id"])
    text = v2_whole(post)
    original = tweets.get(references.get("retweeted"))
    if original and v2_whole(original) is not None:
        text = repost((users.get(original.get("author_id")) or {}).get("username"), post.get("text"), v2_whole(original))
    r.update(
        tweet_id=post.get("id"), text=decode(text), created_time=v2_time(post.get("created_at")), lang=post.get("lang"),
        source=no_markup(post.get("source")), user_id=post.get("author_id"),
        user_name=(users.get(post.get("author_id")) or {}).get("name"), repost="retweeted" in references,
        reply="replied_to" in references, quote="quoted" in references, truncated=False,
        edited=len(post.get("edit_history_tweet_ids") or []) > 1)
    return r


def own_time(body):
    """When the notice was made, where it says so."""
    if body.get("timestamp_ms") is not None:
        return iso(datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(milliseconds=int(body["timestamp_ms"])))
    return v2_time(body.get("event_at"))


def notice(name, body):
    r = empty("notice")
    user = ident(body, "user_id") or (body.get("tweet") or {}).get("author_id")
    r.update(text=name, created_time=own_time(body), user_id=ident(body) if name == "user_withheld" else user)
    return r


def delete(tweet_id, user_id, body):
    r = empty("delete")
    r.update(tweet_id=tweet_id, user_id=user_id, created_time=own_time(body))
    return r


V1_NOTICES = ("limit", "warning", "disconnect", "status_withheld", "user_withheld", "scrub_geo")
V2_NOTICES = ("withheld", "drop", "undrop", "tweet_edit")


def records_of(payload):
    """The records of one frame by the rules."""
    if not isinstance(payload, dict):
        raise NotAPayload("not an object")
    if isinstance(payload.get("statuses"), list):
        return [v1_post(p) for p in payload["statuses"]]
    if "delete" in payload and isinstance(payload["delete"], dict) and "status" in payload["delete"]:
        status = payload["delete"]["status"]
        return [delete(ident(status), ident(status, "user_id"), payload["delete"])]
    for name in V1_NOTICES:
        if isinstance(payload.get(name), dict):
            return [notice(name, payload[name])]
    data = payload.get("data")
    includes = payload.get("includes") or {}
    if isinstance(data, list):
        return [v2_post(p, includes) for p in data]
    if isinstance(data, dict):
        if isinstance(data.get("delete"), dict):
            tweet = data["delete"].get("tweet") or {}
            return [delete(tweet.get("id"), tweet.get("author_id"), data["delete"])]
        for name in V2_NOTICES:
            if isinstance(data.get(name), dict):
                return [notice(name, data[name])]
        if "id" in data:
            return [v2_post(data, includes)]
    if "created_at" in payload and ("text" in payload or "full_text" in payload):
        return [v1_post(payload)]
    raise NotAPayload("no payload that the rules know")


# -- reading ----------------------------------------------------------------------------------------

def no_constant(name):
    raise ValueError(name + " is not JSON")


def strict(frame):
    return json.loads(frame.decode("utf-8"), parse_constant=no_constant)


def mend(value):
    """A lone surrogate is replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


def frames_of(data):
    """The JSON texts of a file: one a line, or those of one document over many lines; of an array at
    the top its elements."""
    lines = data.split(b"\n")
    try:
        strict(lines[0])
        whole = None if data.lstrip()[:1] != b"[" else strict(data)
    except ValueError:
        try:
            whole = strict(data)
        except ValueError:
            whole = None
    if whole is None:
        return lines
    return [json.dumps(w).encode() for w in whole] if isinstance(whole, list) else [data]


def expect(path):
    """(records, number of frames to be set aside) of a file."""
    with open(path, "rb") as f:
        frames = frames_of(f.read())
    records, aside = [], 0
    for frame in frames:
        if not frame.strip(b" \t\r\n"):
            continue
        try:
            records += [{k: mend(v) for k, v in r.items()} for r in records_of(strict(frame))]
        except (ValueError, NotAPayload, KeyError, TypeError, AttributeError):
            aside += 1
    return records, aside


def run(args, path, uri, folder):
    dead = os.path.join(folder, "dead-letters.ndjson")
    if os.path.exists(dead):
        os.remove(dead)
    done = subprocess.run([*args.command.split(), "run", path, "--to", uri, "--dead-letter", "ndjson:" + dead, "--quiet"],
                          capture_output=True, cwd=folder, check=False)
    if done.returncode != 0:
        sys.exit(f"{path}: {args.command} run --to '{uri}' ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    letters = 0
    if os.path.exists(dead):
        with open(dead, "rb") as f:
            letters = sum(1 for _ in f)
    return done.stdout, letters


# -- comparing --------------------------------------------------------------------------------------

class Tally:
    def __init__(self, limit):
        self.fields, self.bad, self.limit = 0, 0, limit

    def fault(self, text):
        self.bad += 1
        if self.bad <= self.limit:
            print(text)

    def same(self, where, name, got, want):
        self.fields += 1
        if got != want or isinstance(got, bool) != isinstance(want, bool):
            self.fault(f"{where}: {name}: got {got!r}, the rules give {want!r}")


def compare(tally, what, got, want, names):
    if len(got) != len(want):
        tally.fault(f"{what}: {len(got)} records, the rules give {len(want)}")
    for i, (g, w) in enumerate(zip(got, want)):
        where = f"{what} record {i} (tweet_id {w['tweet_id']})"
        if list(g)[:len(names)] != names:
            tally.fault(f"{where}: fields {list(g)}, the rules give {names}")
        for name in names:
            if name in ("run_start_time", "run_time_limit"):
                tally.same(where, name, g.get(name), got[0].get(name))
            elif name == "id":
                tally.same(where, name, g.get(name), i)
            else:
                tally.same(where, name, g.get(name), w[name])


def cells(record, names):
    def cell(value):
        if value is None:
            return ""
        return str(value).lower() if isinstance(value, bool) else str(value)
    return {n: cell(record.get(n)) for n in names}


def compare_file(args, path, tally):
    want, aside = expect(path)
    path = os.path.abspath(path)
    posts = [r for r in want if r["kind"] == "post"]
    with tempfile.TemporaryDirectory() as folder:
        for record in args.record.split(","):
            if record == "csv":
                for layout, names, rows in (("full", FULL, want), ("tweet", TWEET, posts)):
                    out, letters = run(args, path, f"csv:-?record={layout}", folder)
                    table = list(csv.DictReader(io.StringIO(out.decode(), newline=""), delimiter=";"))
                    rows = [dict(r, tweet_id=r["tweet_id"]) for r in rows]
                    if layout == "tweet":
                        for i, row in enumerate(table):
                            tally.same(f"csv record {i}", "id", row.pop("id", None), str(i))
                            for name in ("run_start_time", "run_time_limit"):
                                row.pop(name, None)
                        names = [n for n in names if n not in ("id", "run_start_time", "run_time_limit")]
                    compare(tally, f"csv of {layout}", table, [cells(r, FULL) for r in rows], names)
            else:
                out, letters = run(args, path, f"ndjson:-?record={record}", folder)
                lines = out.split(b"\n")
                if lines.pop() != b"":
                    tally.fault(f"{record}: the last line has no end")
                got = [strict(line) for line in lines]
                if record == "full":
                    compare(tally, record, got, want, FULL)
                else:
                    compare(tally, record, got, posts, TWEET)
                    if got and not isinstance(got[0].get("run_start_time"), (int, float)):
                        tally.fault(f"{record}: run_start_time is {got[0].get('run_start_time')!r}")
            if letters != aside:
                tally.fault(f"{record}: {letters} frames set aside, the rules give {aside}")
    return len(want), aside


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("files", nargs="+", metavar="FILE")
    arg.add_argument("--command", default="kappatweet", help="the command, with words before `run` if need be")
    arg.add_argument("--record", default="full,tweet,csv", help="what to compare, of full, tweet, csv")
    arg.add_argument("--show", type=int, default=20, help="how many differences to print")
    args = arg.parse_args()
    if "/" in args.command.split()[0]:
        args.command = os.path.abspath(args.command)
    tally = Tally(args.show)
    for path in args.files:
        before = tally.fields
        records, aside = compare_file(args, path, tally)
        print(f"{os.path.basename(path)}: {records} records, {aside} frames to be set aside, {tally.fields - before} fields compared")
    print(f"{tally.bad} differences")
    sys.exit(1 if tally.bad else 0)


if __name__ == "__main__":
    main()
