#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layout.py SOURCE [--record]: sizes and offsets of every public struct equal the recorded list.

The list is for 64-bit machines (LP64). --record writes it anew: until 1.0 that is allowed for a
struct nobody can have compiled against; after that only at the end of a *_ops table (design V2, V4).
"""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import public


def main():
    source = pathlib.Path(sys.argv[1])
    recorded = source / "tests/abi/layout-lp64.txt"
    if struct.calcsize("P") != 8:
        print("SKIP: the list is for 64-bit machines")
        sys.exit(77)
    found = public.structs(source)
    assert len(found) > 15, f"only {len(found)} structs found"
    lines = ["#include <kappatweet/kappatweet.h>", "#include <stdio.h>", "int main(void) {"]
    for name, members in found:
        lines.append(f'  printf("{name} %zu\\n", sizeof({name}));')
        lines += [f'  printf("{name}.{m} %zu %zu\\n", offsetof({name}, {m}), sizeof((({name} *)0)->{m}));' for m in members]
    lines += ["  return 0;", "}"]
    with tempfile.TemporaryDirectory() as folder:
        program = folder + "/layout"
        subprocess.run([*os.environ.get("CC", "cc").split(), "-std=c11", "-I", str(source / "include"), "-x", "c", "-", "-o", program],
                       input="\n".join(lines), text=True, check=True)
        now = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    if "--record" in sys.argv:
        recorded.write_text(now)
        return
    then = recorded.read_text()
    old, new = then.splitlines(), now.splitlines()
    bad = [f"- {line}" for line in old if line not in new] + [f"+ {line}" for line in new if line not in old]
    for line in bad:
        print(line)
    if bad or old != new:
        print("a public struct changed (- recorded, + now); see the head of layout.py")
        sys.exit(1)
    print(f"{len(found)} structs, {len(new)} lines: as recorded")


main()
