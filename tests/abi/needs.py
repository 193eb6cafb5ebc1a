#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""needs.py SOURCE: the KT_NEED_* bits of the headers are one bit each and no bit twice, and the library
knows these and no others: KNOWN_NEEDS of src/base/ops.c is their sum."""
import pathlib
import re
import sys

import public


def main():
    source = pathlib.Path(sys.argv[1])
    bits = {}
    for path in public.headers(source):
        for name, one, shift in re.findall(r"\b(KT_NEED_\w+)\s*=\s*(\w+)(?:\s*<<\s*(\d+))?", public.text(path)):
            bits[name] = int(one.rstrip("uU"), 0) << int(shift or 0)
    known = re.search(r"\bKNOWN_NEEDS = ([^,}]*)[,}]", public.text(source / "src/base/ops.c")).group(1)
    named = set(re.findall(r"KT_NEED_\w+", known))
    bad = [f"{name} is not one bit: {value:#x}" for name, value in bits.items() if value.bit_count() != 1 or value >> 32]
    bad += [f"{name} is another's bit too" for name, value in bits.items() if list(bits.values()).count(value) > 1]
    bad += [f"{name} is not in KNOWN_NEEDS" for name in sorted(bits.keys() - named)]
    bad += [f"KNOWN_NEEDS has {name}, no header does" for name in sorted(named - bits.keys())]
    if not named and int(known.strip(), 0) != 0:
        bad.append(f"KNOWN_NEEDS is {known.strip()}: write it with the names of the bits")
    for line in bad:
        print(line)
    print(f"{len(bits)} bits, {len(bad)} faults")
    sys.exit(1 if bad else 0)


main()
