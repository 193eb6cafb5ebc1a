#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tally.py RUN LOG.json: what a run of `meson test` came to, one line a test:

  name TAB pass|fail|skip TAB reason TAB how many cases

A program of libcheck or one that speaks TAP counts as its cases, any other as one. A case that is skipped in
a program that passes is told too: `ok 3 - name # SKIP reason` of TAP, `... skipped 'reason'` of unittest, or a
line `SKIP: case: reason`.
"""
import collections
import json
import re
import sys


def cases(output):
    """(passed, failed) that the program itself counted."""
    checks = [tuple(map(int, m)) for m in re.findall(r"Checks: (\d+), Failures: (\d+), Errors: (\d+)", output)]
    if checks:
        bad = sum(c[1] + c[2] for c in checks)
        return sum(c[0] for c in checks) - bad, bad
    good = len(re.findall(r"^ok\b(?!.*# *skip)", output, re.M | re.I))
    return good, len(re.findall(r"^not ok\b(?!.*# *todo)", output, re.M | re.I))


def skipped(output):
    """What each case said that was left out."""
    tap = re.findall(r"^ok\b.*?# *skip\w* *(.*)$", output, re.M | re.I)
    unittest = [m[1] for m in re.findall(r"\.\.\. skipped (['\"])(.*)\1$", output, re.M)]
    return tap + unittest + re.findall(r"^SKIP: *(.*)$", output, re.M)


def main():
    run, log = sys.argv[1:3]
    n = 0
    for line in open(log, encoding="utf-8"):
        test = json.loads(line)
        n += 1
        name = f"{test['name']} ({run})"
        output = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
        good, bad = cases(output)
        if test["result"] == "SKIP":
            reason = re.search(r"\bskip(?:ped)?\b:? *(.*)", output, re.I)
            said = reason[1] if reason else (output.strip() or "gave no reason").splitlines()[-1]
            print(f"{name}\tskip\t{said}\t1")
        elif test["result"] in ("OK", "EXPECTEDFAIL"):
            print(f"{name}\tpass\t\t{good or 1}")
            told = collections.Counter(skipped(output))
            for said, times in told.items():
                print(f"{name}, {times} of its cases\tskip\t{said}\t{times}")
        else:
            print(f"{name}\tfail\t{test['result'].lower()}\t{bad or 1}")
            if good:
                print(f"{name}\tpass\t\t{good}")
    sys.exit(0 if n else 1)


main()
