#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""candor rules check over the SigmaHQ corpus: what compiles, what is refused, and why."""
import json
import os
import subprocess
import sys
import tempfile

from candor import CANDOR

DATA = os.path.join(os.environ["CANDOR_SHARED_DATA"], "sigma")
ACTIVE = ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance"]
results = []


def check(name, good, detail=""):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name))
    if not good:
        print("# %s" % detail)


def rules_check(*arguments):
    run = subprocess.run([CANDOR, "rules", "check", "--json", *arguments], capture_output=True)
    return run.returncode, json.loads(run.stdout), run.stderr


def folders(names):
    return [os.path.join(DATA, name) for name in names]


def errors_of(report):
    return [d for d in report["diagnostics"] if d["severity"] == "error"]


def active_rules():
    status, report, _ = rules_check(*folders(ACTIVE))
    check("3,755 of the 3,757 active rules compile",
          (report["documents"], report["compiled"]) == (3757, 3755), str(report)[:500])
    check("refused rules make the exit status 1", status == 1, status)
    needs = errors_of(report)
    named = all(d["code"] == "needs-list" and "known_cdcs" in d["text"] and d["line"] > 1
                for d in needs)
    check("the 2 others name the list they need", len(needs) == 2 and named, needs)
    return report


def lists_given(before):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as plain, \
            tempfile.NamedTemporaryFile("w", suffix=".yml") as lists:
        plain.write("# domain controllers\nDC1\nDC2\n")
        plain.flush()
        lists.write("known_cdcs:\n  - DC1\n")
        lists.flush()
        status, given, _ = rules_check("--list", lists.name, *folders(ACTIVE))
        check("all compile once a file of lists gives it",
              status == 0 and given["compiled"] == 3757, given["errors"])
        option = "known_cdcs=" + plain.name
        status, some, _ = rules_check("--list", option, *folders(ACTIVE[1:2]))
        check("and once a plain file gives it", status == 0 and some["compiled"] == 473,
              some["errors"])
    check("the digest changes with a list", given["digest"] != before["digest"])


def unsupported_rules():
    _, report, _ = rules_check(*folders(["unsupported"]))
    errors = errors_of(report)
    check("every document under unsupported/ is compiled or refused", report["documents"] >= 87 and
          report["compiled"] + report["refused"] == report["documents"], report)
    check("each refusal has a file, a line and a reason", len({d["file"] for d in errors}) >= 60 and
          all(d["file"] and d["line"] >= 1 and d["text"] for d in errors), len(errors))
    check("pipe aggregations are refused by name",
          sum(d["code"] == "aggregation" for d in errors) >= 50)


def main():
    if not os.path.isdir(DATA):
        print("1..0 # SKIP no corpus at %s" % DATA)
        return 0
    lists_given(active_rules())
    unsupported_rules()
    print("1..%d" % len(results))
    return 0 if all(results) else 1


sys.exit(main())
