#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""longer.py SOURCE OUT N [--headers]: the tree as a later version may have it, in the folder OUT.

Each *_ops table has N members more at its end (`appended_1` ...), which the library calls once when it
takes a table that has them; kt_stats and kt_lane_stats have as many more (11, 12 ...), `need` has N bits
that mean something, and the symbol node KT_0.2 brings kt_appended(). --headers: include/ only.

Only what differs from what is there is written, so that a build in OUT compiles what has changed.
"""
import pathlib
import re
import sys

PARTS = ("source", "parser", "filter", "scorer", "sink")
SERVICES = ("alloc", "clock", "log")


def once(text, old, new):
    assert text.count(old) == 1, f"{text.count(old)} times, not once: {old}"
    return text.replace(old, new)


def append_members(text, name, declare, n):
    members = "".join(f"  {declare % i};\n" for i in range(1, n + 1))
    return once(text, "} %s;\n" % name, members + "} %s;\n" % name)


def headers(files, n):
    for part in PARTS:
        path = f"include/kappatweet/{part}.h"
        files[path] = append_members(files[path], f"kt_{part}_ops", "void (*appended_%d)(void *user)", n)
    env = "include/kappatweet/env.h"
    for service in SERVICES:
        files[env] = append_members(files[env], f"kt_{service}_ops", "void (*appended_%d)(void *self)", n)
    files[env] = append_members(files[env], "kt_env_ops", "uint64_t appended_%d", n)
    for struct in ("kt_stats", "kt_lane_stats"):
        path = "include/kappatweet/pipeline.h"
        files[path] = append_members(files[path], struct, "uint64_t appended_%d", n)
    version = "include/kappatweet/version.h"
    files[version] = once(files[version], "KT_API const char *kt_version(void);",
                          "KT_API const char *kt_version(void);\nKT_API int kt_appended(void);")
    files[version] = once(files[version], "#define KT_VERSION_MAJOR", f"#define KT_APPENDED {n}\n#define KT_VERSION_MAJOR")


def library(files, n):
    files["src/base/ops.c"] = once(files["src/base/ops.c"], "KNOWN_NEEDS = 0", f"KNOWN_NEEDS = {(1 << n) - 1}")
    calls = "".join(f"    if (t->appended_{i}) t->appended_{i}(user); \\\n" for i in range(1, n + 1))
    files["src/parts.c"] = once(files["src/parts.c"], "    p->ops.kind_.name = p->name; ", calls + "    p->ops.kind_.name = p->name; ")
    takes = "".join(f"  if (e.{s}.appended_{i}) e.{s}.appended_{i}(e.{s}_self);\n" for s in SERVICES for i in range(1, n + 1))
    last = "  if (st == KT_OK) st = take_services(&e, &given, err);\n  if (st != KT_OK) return st;\n"
    files["src/env.c"] = once(files["src/env.c"], last, last + takes) + f"\nint kt_appended(void) {{\n  return {n};\n}}\n"
    more = "".join(f", .appended_{i} = {10 + i}" for i in range(1, n + 1))
    stats = files["src/pipeline/stats.c"]
    stats = once(stats, ".gaps = p->gaps }", ".gaps = p->gaps" + more + " }")
    files["src/pipeline/stats.c"] = once(stats, ".error = lane->error }", ".error = lane->error" + more + " }")
    files["src/libkappatweet.map"] += "KT_0.2 {\n  global:\n    kt_appended;\n} KT_0.1;\n"


def main():
    source, out, n = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    only_headers = "--headers" in sys.argv
    files = {}
    for path in [*(source / "include").rglob("*"), *([] if only_headers else (source / "src").rglob("*"))]:
        if path.is_file() and path.suffix in (".h", ".c", ".map", ".build", ".inc"):
            files[str(path.relative_to(source))] = path.read_text(encoding="utf-8")
    headers(files, n)
    if not only_headers:
        library(files, n)
        for path in ("meson.build", "meson_options.txt"):
            files[path] = (source / path).read_text(encoding="utf-8")
        # The library and nothing else: no other folder is there.
        files["meson.build"] = re.sub(r"^subdir\('(?!include/|src').*\n", "", files["meson.build"].split("meson.override_dependency")[0], flags=re.M)
    for path, text in files.items():
        to = out / path
        if not to.is_file() or to.read_text(encoding="utf-8") != text:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(text, encoding="utf-8")
    for kind in ("include", "src"):
        for path in (out / kind).rglob("*"):
            if path.is_file() and str(path.relative_to(out)) not in files:
                path.unlink()


main()
