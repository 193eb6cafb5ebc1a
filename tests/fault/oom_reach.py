#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oom_reach.py MAP: a header that notes each call of a function that the linker map exports.

A macro stands before each function, so a name counts when it is called while a scenario runs, and not
when it is only mentioned."""
import re
import sys

text = re.sub(r"/\*.*?\*/|#.*", " ", open(sys.argv[1]).read(), flags=re.S)
names = []
for body in re.findall(r"KT_[\d.]+\s*\{(.*?)\}", text, flags=re.S):
    body = re.sub(r"local\s*:.*", "", body, flags=re.S).replace("global:", "")
    names += re.findall(r"(\w+)\s*;", body)
assert len(names) > 100, f"only {len(names)} names in the map"

print("/* SPDX-License-Identifier: Apache-2.0 */")
print("#ifndef KT_TESTS_OOM_REACH_H\n#define KT_TESTS_OOM_REACH_H")
print("void oom_reach(int function);")
print("enum {\n" + "".join(f"  REACH_{n},\n" for n in names) + "  REACH_COUNT\n};")
print("#define REACH_NAMES \\\n" + ", \\\n".join(f'  "{n}"' for n in names))
for n in names:
    print(f"#define {n}(...) (oom_reach(REACH_{n}), {n}(__VA_ARGS__))")
print("#endif")
