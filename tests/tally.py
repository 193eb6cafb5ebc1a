#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tally.py RUN LOG.json: what a run of `meson test` came to, one line a test:

  name TAB pass|fail|skip TAB reason TAB how many cases

A program of libcheck counts as its cases, any other as one.
"""
import json
import re
import sys


def main():
    run, log = sys.argv[1:3]
    n = 0
    for line in open(log):
        test = json.loads(line)
        n += 1
        name = f"{test['name']} ({run})"
        output = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
        cases = [tuple(map(int, m)) for m in re.findall(r"Checks: (\d+), Failures: (\d+), Errors: (\d+)", output)]
        if test["result"] == "SKIP":
            reason = re.search(r"(?:SKIP|skip(?:ped)?):? *(.*)", output)
            print(f"{name}\tskip\t{reason[1] if reason else 'gave no reason'}\t1")
        elif test["result"] in ("OK", "EXPECTEDFAIL"):
            print(f"{name}\tpass\t\t{sum(c[0] for c in cases) or 1}")
        else:
            bad = sum(c[1] + c[2] for c in cases)
            good = sum(c[0] for c in cases) - bad
            print(f"{name}\tfail\t{test['result'].lower()}\t{bad or 1}")
            if good > 0:
                print(f"{name}\tpass\t\t{good}")
    sys.exit(0 if n else 1)


main()
