#!/usr/bin/env python3
# summary.py: adds up what meson's test runs left behind, one host after the
# other, and closes with one line: N passed, N failed, N skipped.  Knows no
# GIMP; reads meson's testlog.json (each program) and testlog.junit.xml (the
# cases within it), and what other runners wrote in the Test Anything Protocol.
"""usage: summary.py [--skip TEXT | --fail TEXT | --pass TEXT | --tap NAME=FILE | NAME=BUILD]...

A NAME=BUILD whose build folder holds no results counts as one failure, so
does a --tap whose FILE is missing or ends early, and every TEXT of --fail;
every TEXT of --skip counts as one skipped, of --pass as one passed.  What
stands before a TEXT's colon is its host."""

import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
GOOD = ("OK", "EXPECTEDFAIL")


def cases_of(path):
    """The cases of every program that reported some: {program: [(case, result)]}."""
    programs = {}
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            # What the tests print stands in it as it is, bytes that XML forbids too.
            root = ElementTree.fromstring(FORBIDDEN.sub("", file.read()).encode())
    except (OSError, ElementTree.ParseError):
        return programs
    for suite in root.iter("testsuite"):
        cases = []
        for case in suite.iter("testcase"):
            kinds = {child.tag for child in case}
            if kinds & {"failure", "error"}:
                result = "failed"
            elif "skipped" in kinds:
                result = "skipped"
            else:
                result = "passed"
            cases.append((case.get("name"), result))
        programs[suite.get("name")] = cases
    return programs


def read(build):
    """Every case of one run: [(name, result)]."""
    logs = os.path.join(build, "meson-logs")
    programs = cases_of(os.path.join(logs, "testlog.junit.xml"))
    results = []
    with open(os.path.join(logs, "testlog.json"), encoding="utf-8") as lines:
        for line in lines:
            test = json.loads(line)
            # The other file writes the project and a dot before the name.
            name, verdict = test["name"], test["result"]
            cases = next((cases for suite, cases in programs.items() if suite.endswith("." + name)), None)
            if cases is None:
                skipped = verdict == "SKIP"
                result = "passed" if verdict in GOOD else "skipped" if skipped else "failed"
                results.append((f"{name} ({verdict})", result))
                continue
            results += [(f"{name}: {case}", result) for case, result in cases]
            # A crash, a time-out, cases that never came: no case tells of them.
            if verdict not in GOOD + ("SKIP",) and all(result != "failed" for _, result in cases):
                results.append((f"{name} as a whole ({verdict})", "failed"))
    return results


def read_tap(path):
    """Every case of one TAP file: [(name, result)]."""
    results, planned = [], None
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            case = re.match(r"(not )?ok\b *\d* *-? *([^#]*)(# *skip)?", line, re.I)
            if case:
                result = "failed" if case[1] else "skipped" if case[3] else "passed"
                results.append((case[2].strip(), result))
            elif re.match(r"1\.\.\d+", line):
                planned = int(line[3:].split()[0])
    if planned != len(results):
        results.append(("%d cases of %s ran" % (len(results), "?" if planned is None else planned), "failed"))
    return results


def main(arguments):
    hosts = []
    while arguments:
        argument = arguments.pop(0)
        if argument in ("--skip", "--fail", "--pass"):
            text = arguments.pop(0)
            result = {"--skip": "skipped", "--fail": "failed", "--pass": "passed"}[argument]
            hosts.append((text.split(":")[0], [(text, result)]))
        elif argument == "--tap" or "=" in argument:
            reader = read_tap if argument == "--tap" else read
            name, path = (arguments.pop(0) if argument == "--tap" else argument).split("=", 1)
            try:
                hosts.append((name, reader(path)))
            except (OSError, ValueError, KeyError):
                hosts.append((name, [("no results: the build or the runner failed", "failed")]))
        else:
            sys.exit(__doc__)

    total = {"passed": 0, "failed": 0, "skipped": 0}
    table = {}
    for host, results in hosts:
        counts = table.setdefault(host, dict.fromkeys(total, 0))
        for _, result in results:
            total[result] += 1
            counts[result] += 1
    for wanted in ("skipped", "failed"):
        for host, results in hosts:
            for name, result in results:
                if result == wanted:
                    print(f"{result}: {name}" if name.startswith(host) else f"{result}: {host}: {name}")
    for host, counts in table.items():
        print(f"{host}: " + ", ".join(f"{number} {result}" for result, number in counts.items()))
    print(", ".join(f"{number} {result}" for result, number in total.items()))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
