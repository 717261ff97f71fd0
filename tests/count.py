"""Counts test cases for tools/test: python3 count.py TESTLOG REPORTS STATUS

A case is a line of TAP where the test speaks TAP, else the test itself. Each sanitizer report is one more failure,
so that a leak cannot hide behind a passing test.
"""
import json
import os
import re
import sys

TAP_CASE = re.compile(r"^(not )?ok\b(?!.*# *(skip|todo))", re.IGNORECASE)


def count_cases(record):
    """(passed, failed) of one meson test."""
    lines = (record.get("stdout") or "").splitlines()
    cases = [match for match in map(TAP_CASE.match, lines) if match]
    failed = sum(1 for match in cases if match.group(1))
    passed = len(cases) - failed
    if record["result"] != "OK" and failed == 0:
        failed = 1  # it crashed, timed out, or failed without naming a case
    elif record["result"] == "OK" and not cases:
        passed = 1
    return passed, failed


def main():
    log, reports, status = sys.argv[1], sys.argv[2], int(sys.argv[3])
    passed = failed = 0
    with open(log, encoding="utf-8") as stream:
        for line in stream:
            ok, bad = count_cases(json.loads(line))
            passed += ok
            failed += bad
    for name in sorted(os.listdir(reports)):
        failed += 1
        with open(os.path.join(reports, name), encoding="utf-8", errors="replace") as stream:
            print(f"--- sanitizer report {name}\n{stream.read(4000)}")
    if passed + failed == 0 or (status != 0 and failed == 0):
        failed += 1  # no test ran, or meson itself failed
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
