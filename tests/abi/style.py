#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""style.py SOURCE: what a reader expects of every file: its licence on the first lines, no tabs and no
trailing blanks in C, nothing left to be done, nothing too long."""
import pathlib
import re
import sys

FOLDERS = ("include", "src", "examples", "tests", "script", "docs")
LICENCE = "SPDX-License-Identifier: Apache-2.0"


def faults(path, rel):
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    if path.suffix in (".c", ".h", ".py", ".cc") or text.startswith("#!"):
        if not any(LICENCE in line for line in lines[:3]):
            yield f"{rel}: no licence line"
    if path.suffix in (".c", ".h"):
        if len(lines) > (1000 if rel.parts[0] == "tests" else 700):
            yield f"{rel}: {len(lines)} lines; one file, one subject"
        for n, line in enumerate(lines, 1):
            if "\t" in line:
                yield f"{rel}:{n}: a tab"
            if line.endswith((" ", "\r")):
                yield f"{rel}:{n}: blanks at the end of the line"
            if len(line) > 120:
                yield f"{rel}:{n}: {len(line)} columns"
    if rel.parts[0] in ("include", "src", "examples") and path.suffix in (".c", ".h"):
        for n, line in enumerate(lines, 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                yield f"{rel}:{n}: left to be done"
    if text and not text.endswith("\n"):
        yield f"{rel}: the last line has no end"


def main():
    root = pathlib.Path(sys.argv[1])
    bad, n = [], 0
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            rel = path.relative_to(root)
            if not path.is_file() or path.suffix in (".pyc", ".json", ".bin", ".gz", ".ndjson", ".abi") or {"corpus", "data"} & set(rel.parts):
                continue
            try:
                bad += faults(path, rel)
            except UnicodeDecodeError:
                continue
            n += 1
    assert n > 50, f"only {n} files"
    for line in bad:
        print(line)
    print(f"{n} files, {len(bad)} faults")
    sys.exit(1 if bad else 0)


main()
