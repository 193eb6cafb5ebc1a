#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""verdicts.py SOURCE: does the judge judge? The test `abidiff` lets pass what may change, and nothing else.

A small library with the public structs in its interface is built from today's headers and from changed
ones, and tests/abi/abidiff compares them: a member appended to a
table passes, one inserted in the middle does not, and so on for all that rules V1 to V7 forbid.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

STUB = """\
#include <kappatweet/kappatweet.h>
kt_status kt_env_new(const kt_env_ops *o, kt_env **e, kt_error *err) { return o && e && err; }
kt_status kt_parts_add_source(kt_parts *p, const kt_source_ops *o, void *u, kt_error *e) { return p && o && u && e; }
kt_status kt_parts_add_parser(kt_parts *p, const kt_parser_ops *o, void *u, kt_error *e) { return p && o && u && e; }
kt_status kt_parts_add_filter(kt_parts *p, const kt_filter_ops *o, void *u, kt_error *e) { return p && o && u && e; }
kt_status kt_parts_add_scorer(kt_parts *p, const kt_scorer_ops *o, void *u, kt_error *e) { return p && o && u && e; }
kt_status kt_parts_add_sink(kt_parts *p, const kt_sink_ops *o, void *u, kt_error *e) { return p && o && u && e; }
const kt_record *kt_batch_record(const kt_batch *b, size_t i) { return b && i ? (void *)0 : (void *)0; }
const kt_score *kt_batch_score(const kt_batch *b, size_t i) { return b && i ? (void *)0 : (void *)0; }
"""
MAP = "KT_0.1 { global: kt_env_new; kt_parts_add_*; kt_batch_record; kt_batch_score; local: *; };\n"


def header(name, old, new):
    """A change of one place of a header."""
    def change(files):
        path = f"include/kappatweet/{name}.h"
        files[path], n = re.subn(old, new, files[path], count=1, flags=re.S)
        assert n == 1, f"{name}.h has no {old}"
    return change


def linker_map(old, new):
    def change(files):
        assert old in files["map"]
        files["map"] = files["map"].replace(old, new)
    return change


def appended_everywhere(files):
    for name in ("source", "parser", "filter", "scorer", "sink"):
        header(name, rf"(\}} kt_{name}_ops;)", r"  void (*appended)(void *self);\n\1")(files)
    for name in ("alloc", "clock", "log", "env"):
        header("env", rf"(\}} kt_{name}_ops;)", r"  void *appended;\n\1")(files)


def added_function(files):
    files["stub.c"] += "KT_API int kt_batch_added(const kt_batch *b);\nint kt_batch_added(const kt_batch *b) { return !b; }\n"
    files["map"] += "KT_0.2 { global: kt_batch_added; } KT_0.1;\n"


PASS = {
    "nothing": lambda files: None,
    "a member appended to each table": appended_everywhere,
    "a function in a node of its own": added_function,
}
FAIL = {
    "a member inserted in the middle of a table": header("sink", r"(  void \(\*pollset\))", r"  void (*inserted)(void *self);\n\1"),
    "a member inserted before the last one of a table": header("filter", r"(  void \(\*close\))", r"  void (*inserted)(void *self);\n\1"),
    "a member inserted into the services": header("env", r"(  const kt_clock_ops \*clock;)", r"  const void *inserted;\n\1"),
    "a member taken out of a table": header("scorer", r"  void \(\*cancel\)[^;]*;", ""),
    "two members of a table exchanged": header("source", r"(  kt_status \(\*position\)[^;]*;)(.*?)(  kt_status \(\*commit\)[^;]*;)", r"\3\2\1"),
    "another parameter of a callback": header("sink", r"\(\*watermark\)\(void \*self, int64_t", "(*watermark)(void *self, int32_t"),
    "a parameter more of a callback": header("parser", r"\(\*close\)\(void \*self\)", "(*close)(void *self, int how)"),
    "another result of a callback": header("filter", r"void \(\*settle\)", "int (*settle)"),
    "another size of the first words": header("sink", r"uint32_t size, need;", "uint64_t size, need;"),
    "a member appended to a record": header("batch", r"(\} kt_record;)", r"  int64_t appended;\n\1"),
    "a member appended to a score": header("batch", r"(\} kt_score;)", r"  int64_t appended;\n\1"),
    "a larger error": header("types", r"char message\[192\]", "char message[256]"),
    "a function taken out": linker_map("kt_batch_score; ", ""),
    "a function in another node": linker_map("kt_batch_score; local: *; };", "local: *; };\nKT_0.2 { global: kt_batch_score; } KT_0.1;"),
    "another parameter of a function": lambda files: (
        header("batch", r"(KT_API const kt_score \*kt_batch_score\(const kt_batch \*b, )size_t i", r"\1unsigned i")(files),
        files.__setitem__("stub.c", files["stub.c"].replace("kt_batch_score(const kt_batch *b, size_t i)", "kt_batch_score(const kt_batch *b, unsigned i)"))),
}


def build(source, folder, change):
    files = {f"include/kappatweet/{p.name}": p.read_text(encoding="utf-8") for p in (source / "include/kappatweet").glob("*.h")}
    files["stub.c"], files["map"] = STUB, MAP
    change(files)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    library = folder / "libkappatweet.so"
    subprocess.run([*os.environ.get("CC", "cc").split(), "-std=gnu11", "-g", "-fPIC", "-shared", "-fvisibility=hidden", f"-I{folder}/include",
                    folder / "stub.c", f"-Wl,--version-script={folder}/map", "-Wl,-soname,libkappatweet.so.0.1", "-o", library], check=True)
    return library


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    if not shutil.which("abidiff"):
        print("SKIP: no abidiff (package abigail-tools)")
        sys.exit(77)
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        today = build(source, work / "today", lambda files: None)
        for n, (what, change) in enumerate([*PASS.items(), *FAIL.items()]):
            changed = build(source, work / str(n), change)
            r = subprocess.run([source / "tests/abi/abidiff", source, changed, today], capture_output=True, text=True)
            passed = r.returncode == 0
            right = passed == (what in PASS) and (passed or "changes summary" in r.stdout)  # it judged
            bad += not right
            print(f"{'ok' if right else 'not ok'}: {'passes' if passed else 'fails'}: {what}")
            if not right:
                print(r.stdout, r.stderr)
    sys.exit(bad > 0)


main()
