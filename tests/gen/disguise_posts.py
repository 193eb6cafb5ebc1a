#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""disguise_posts.py FILE [--seed N]: writes each JSON line of FILE anew, in another of the many forms
that mean the same, or nearly: keys in another order, blanks anywhere, characters escaped or not, keys
twice (the last wins), members dropped or null, strangers that look like the wanted ones.

What the result means is for Python's json to say: see tests/interop/compare_posts.py.
"""
import argparse
import json
import random

KEPT = {"id", "id_str", "created_at", "text", "full_text", "data", "statuses", "delete", "status", "tweet", "type", "includes", "users"}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


class Writer:
    def __init__(self, seed):
        self.rnd = random.Random(seed)
        self.out = []

    def chance(self, p):
        return self.rnd.random() < p

    def blank(self):
        if self.chance(self.blanks):
            self.out.append(self.rnd.choice((" ", "  ", "\t", " \r ", "    " * 20)))

    def string(self, text):
        self.out.append('"')
        for c in text:
            if self.chance(self.escaped) or (ord(c) > 126 and self.chance(self.high)):
                units = c.encode("utf-16-be", "surrogatepass")
                digits = "%04X" if self.chance(0.5) else "%04x"
                self.out += ["\\u" + digits % int.from_bytes(units[i:i + 2], "big") for i in range(0, len(units), 2)]
            elif c in ESCAPES:
                self.out.append(ESCAPES[c])
            elif c == "/" and self.chance(0.5):
                self.out.append("\\/")
            elif c < " " or 0xD800 <= ord(c) < 0xE000:
                self.out.append("\\u%04x" % ord(c))
            else:
                self.out.append(c)
        self.out.append('"')

    def member(self, key, value, first):
        if not first:
            self.out.append(",")
        self.blank()
        self.string(key)
        self.blank()
        self.out.append(":")
        self.value(value)

    def stranger(self, items):
        key, value = self.rnd.choice(items)
        return self.rnd.choice((
            (key, self.rnd.choice((None, 0, "", [], {}, "not this", True))),  # before the real one
            (key + "_", value), ("x_" + key, value), ("metadata", dict([(key, "not this")])),
            ("coordinates", [[{key: value}], 1.5e-7, -0.0, 12345678901234567890]),
        ))

    def value(self, value):
        self.blank()
        if isinstance(value, dict):
            items = [(k, v) for k, v in value.items() if k in KEPT or not self.chance(self.dropped)]
            items = [(k, None if k not in KEPT and self.chance(self.dropped) else v) for k, v in items]
            if self.chance(0.7):
                self.rnd.shuffle(items)
            strangers = [self.stranger(items) for _ in range(self.rnd.randrange(3))] if items and self.chance(self.strange) else []
            taken = {k for k, _ in items}
            strangers = [(k, v) for k, v in strangers if k in taken or k not in ("metadata", "coordinates")]
            self.out.append("{")
            for i, (k, v) in enumerate(strangers + items):
                self.member(k, v, i == 0)
            self.blank()
            self.out.append("}")
        elif isinstance(value, list):
            self.out.append("[")
            for i, v in enumerate(value):
                if i:
                    self.out.append(",")
                self.value(v)
            self.blank()
            self.out.append("]")
        elif isinstance(value, str):
            self.string(value)
        else:
            self.out.append(json.dumps(value))
        self.blank()

    def line(self, value):
        self.blanks = self.rnd.choice((0, 0, 0.1, 0.5))
        self.escaped = self.rnd.choice((0, 0, 0.02, 0.5))
        self.high = self.rnd.choice((0, 0.3, 1))
        self.dropped = self.rnd.choice((0, 0.05, 0.3))
        self.strange = self.rnd.choice((0, 0.3))
        self.out = []
        self.value(value)
        return "".join(self.out).encode("utf-8")


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("file")
    arg.add_argument("--seed", type=int, default=1)
    arg.add_argument("--times", type=int, default=1, help="how many disguises of each line")
    arg.add_argument("--out", required=True)
    args = arg.parse_args()
    writer = Writer(args.seed)
    with open(args.file, "rb") as f, open(args.out, "wb") as out:
        for line in f:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            for _ in range(args.times):
                out.write(writer.line(value) + b"\n")


if __name__ == "__main__":
    main()
