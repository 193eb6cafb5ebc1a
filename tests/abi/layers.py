#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers.py SOURCE: who may include whom.

base <- json text record io <- parts (source parse filter score sink), which never see each other nor
the pipeline; pipeline sees base, record and the tables (parts.h); the four files in src/ see everything; the command, the
modules and the examples see public headers only. A header that is not the C library's, the system's
or the compiler's is included by exactly one .c file, and by no header.
"""
import collections
import pathlib
import re
import sys

MIDDLE = {"json", "text", "record", "io"}
PARTS = {"source", "parse", "filter", "score", "sink"}
SEES = {"base": set(), "json": {"base"}, "text": {"base", "json"}, "record": {"base", "json", "text"},
        "io": {"base", "json", "record"}, "pipeline": {"base", "record"}}
SEES.update({part: {"base"} | MIDDLE for part in PARTS})
ROOT = {"env", "parts", "builtin", "module"}
OUTSIDE = ("src/cli/", "src/module/", "examples/")

# Not third-party: C11, POSIX and Linux, the compiler's.
OURS = re.compile(r"(kappatweet/\w+|assert|ctype|errno|float|inttypes|limits|math|stdalign|stdarg|stdatomic|stdbool|"
                  r"stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|time|locale|signal|"
                  r"dirent|dlfcn|fcntl|fnmatch|glob|poll|pthread|sched|termios|unistd|sys/\w+|linux/\w+|netinet/\w+|"
                  r"[a-z]mmintrin|cpuid|arm_neon|getopt)\.h")

def includes(path):
    for n, line in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if m:
            yield n, m.group(1) == '"', m.group(2)


def check(root):
    bad = []
    third_party = collections.defaultdict(set)
    files = [p for folder in ("src", "examples") for p in sorted((root / folder).rglob("*.[ch]"))]
    assert len(files) > 20, f"only {len(files)} files below {root}"
    for path in files:
        rel = path.relative_to(root)
        outside = str(rel).startswith(OUTSIDE)
        layer = rel.parts[1] if len(rel.parts) > 2 else None
        for n, quoted, name in includes(path):
            where = f"{rel}:{n}: includes {name}"
            if quoted:
                target = (path.parent / name).resolve()
                if not target.is_file():
                    target = root / "src" / name
                if not target.is_file():
                    # A table written by the build or beside: judged by the name alone.
                    target = path.parent / name if "/" not in name else root / "src" / name
                to = target.resolve().relative_to(root.resolve())
                folder = to.parts[1] if to.parts[0] == "src" and len(to.parts) > 2 else None
                if outside:
                    if to.parent != rel.parent:
                        bad.append(f"{where}: public headers only")
                elif layer and folder != layer:
                    if folder is None and layer == "pipeline" and to.name == "parts.h":
                        continue  # the tables
                    if folder is None:
                        bad.append(f"{where}: the composition root is seen by nobody")
                    elif folder not in SEES.get(layer, set()):
                        bad.append(f"{where}: {layer} does not see {folder}")
            elif not OURS.fullmatch(name):
                third_party[name].add(str(rel))
                if path.suffix == ".h":
                    bad.append(f"{where}: third-party headers never in a header")
        if not outside and layer is None and rel.parts[0] == "src" and path.suffix == ".c" and path.stem not in ROOT:
            bad.append(f"{rel}: only {', '.join(sorted(ROOT))} stand in src/")
        if not outside and layer and layer not in SEES:
            bad.append(f"{rel}: unknown layer {layer}")
    for name, users in sorted(third_party.items()):
        if len(users) > 1:
            bad.append(f"<{name}> is included by {', '.join(sorted(users))}: one .c file only")
    for path in (root / "include").rglob("*.h"):
        for n, quoted, name in includes(path):
            if quoted or not re.fullmatch(r"kappatweet/\w+\.h|stddef\.h|stdint\.h", name):
                bad.append(f"{path.relative_to(root)}:{n}: includes {name}: only <kappatweet/...>, stddef.h, stdint.h")
    return bad, len(files)


def main():
    bad, n = check(pathlib.Path(sys.argv[1]))
    for line in bad:
        print(line)
    print(f"{n} files, {len(bad)} faults")
    sys.exit(1 if bad else 0)


main()
