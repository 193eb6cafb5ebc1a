#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""symbols.py SOURCE SHARED-LIBRARY STATIC-LIBRARY

The linker map lists exactly what the headers declare with KT_API, the shared library exports exactly
that, and the static library has no other global names than kt_*.
"""
import re
import subprocess
import sys

import public


def nm(*args):
    out = subprocess.run(["nm", *args], check=True, capture_output=True, text=True).stdout
    return [line.split() for line in out.splitlines() if len(line.split()) >= 2]


def main():
    source, shared, static = sys.argv[1:4]
    declared = set(public.functions(source))
    script = re.sub(r"/\*.*?\*/|#.*", " ", open(source + "/src/libkappatweet.map").read())
    exported_by_map, nodes = set(), []
    for node, body in re.findall(r"(KT_[\d.]+)\s*\{(.*?)\}", script, flags=re.S):
        nodes.append(node)
        for name in re.findall(r"([\w*]+)\s*;", re.sub(r"local\s*:.*", "", body, flags=re.S).replace("global:", "")):
            exported_by_map.add(name)
    bad = []
    if not nodes:
        bad.append("the map has no KT_x.y node")
    bad += [f"declared with KT_API, not in the map: {n}" for n in sorted(declared - exported_by_map)]
    bad += [f"in the map, not declared with KT_API: {n}" for n in sorted(exported_by_map - declared)]

    dynamic = {w[-1] for w in nm("-D", "--defined-only", shared)}
    versions = {n for n in dynamic if re.fullmatch(r"KT_[\d.]+", n)}
    names = {n.split("@")[0] for n in dynamic - versions}
    bad += [f"exported, but not kt_*: {n}" for n in sorted(names) if not n.startswith("kt_")]
    bad += [f"declared, not exported: {n}" for n in sorted(declared - names)]
    bad += [f"exported, not declared: {n}" for n in sorted(names - declared)]
    unversioned = [n for n in dynamic - versions if "@" not in n]
    bad += [f"exported without a version: {n}" for n in sorted(unversioned)]

    loose = {w[-1] for w in nm("-g", "--defined-only", static) if len(w) == 3}
    bad += [f"global in the static library, but not kt_*: {n}" for n in sorted(loose) if not n.startswith("kt_")]

    for line in bad:
        print(line)
    print(f"{len(declared)} functions, {len(bad)} faults")
    sys.exit(1 if bad else 0)


main()
