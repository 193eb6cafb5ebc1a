#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""every_part.py BUILD KAPPATWEET: each built-in part has its test in the suite `conformance`."""
import json
import re
import subprocess
import sys

KINDS = ("source", "parser", "filter", "scorer", "sink")


def main():
    build, command = sys.argv[1:3]
    tests = json.load(open(build + "/meson-info/intro-tests.json", encoding="utf-8"))
    tested = {tuple(t["name"].split()[:2]) for t in tests if any(s.endswith("conformance") for s in t["suite"])}
    listed = subprocess.run([command, "parts"], check=True, capture_output=True, text=True).stdout
    parts = {tuple(line.split()[:2]) for line in listed.splitlines() if re.match("|".join(KINDS) + r"\b", line)}
    assert len(parts) >= 14, listed
    for kind, name in sorted(parts - tested):
        print(f"{kind} {name}: no conformance test")
    print(f"{len(parts)} built-in parts, {len(parts & tested)} tested")
    sys.exit(1 if parts - tested else 0)


main()
