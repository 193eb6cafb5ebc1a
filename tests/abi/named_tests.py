#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""named_tests.py ROOT DOCUMENT...: every test that a table of a document names exists and is run.

A row counts if one cell is the name of a test's file (test_X.c, test_X.py, or a path below tests/); the
next cell holds the names of its cases."""
import glob
import os
import re
import sys


def sources(root):
    return {os.path.basename(p): p for p in glob.glob(os.path.join(root, "tests", "**", "*"), recursive=True)
            if p.endswith((".c", ".py"))}


def named(document):
    for number, line in enumerate(document, 1):
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        for where, names in zip(cells, cells[1:]):
            if re.fullmatch(r"[a-z_]+\.(c|py)", where):
                yield number, where, names.split()


def exists(source, where, name):
    if where.endswith(".py"):
        return "def %s(self" % name in source or "class %s(" % name in source
    started = "START_TEST(%s)" % name in source
    return started and re.search(r"tcase_add_(loop_)?test\(\w+, %s\b" % name, source)


def main(root, *documents):
    files, bad, count = sources(root), [], 0
    for path in documents:
        with open(path, encoding="utf-8") as f:
            for number, where, names in named(f):
                if where not in files:
                    bad.append(f"{path}:{number}: there is no {where}")
                    continue
                with open(files[where], encoding="utf-8") as f2:
                    source = f2.read()
                if not names:
                    bad.append(f"{path}:{number}: no test of {where} is named")
                for name in names:
                    count += 1
                    if not exists(source, where, name):
                        bad.append(f"{path}:{number}: {where} has no {name}, or does not run it")
    print(*bad, f"{count} names of tests, {len(bad)} wrong", sep="\n")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
