#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""state.py STATIC-LIBRARY: the library has no global mutable state: no object in .data or .bss."""
import re
import subprocess
import sys

# name: why it may change. Chosen once, always to the same value: any thread may write it.
ALLOWED = {}


def main():
    out = subprocess.run(["objdump", "-t", sys.argv[1]], check=True, capture_output=True, text=True).stdout
    if "__asan_" in out or "__tsan_" in out or "__gcov" in out:
        print("SKIP: instrumented build")
        sys.exit(77)
    bad = []
    n = 0
    for line in out.splitlines():
        m = re.match(r"[0-9a-f]+ .{7} (\.\S+)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$", line)
        if not m:
            continue
        n += 1
        section, size, name = m.group(1), int(m.group(2), 16), m.group(3)
        if size and re.match(r"\.(data|bss|tdata|tbss)(\.(?!rel\.ro)|$)", section) and name.split(".")[0] not in ALLOWED:
            bad.append(f"{name} ({size} bytes in {section}) can change")
    assert n > 20, f"only {n} symbols"
    for line in bad:
        print(line)
    print(f"{n} symbols, {len(bad)} faults")
    sys.exit(1 if bad else 0)


main()
