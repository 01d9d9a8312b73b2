#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The regression data of the SigmaHQ corpus: each rule fires on the JSON events recorded for it."""
import glob
import json
import os
import subprocess
import sys

from candor import CANDOR

DATA = os.path.join(os.environ["CANDOR_SHARED_DATA"], "sigma")


def rule_files():
    found = {}
    for path in glob.glob(os.path.join(DATA, "rules*", "**", "*.yml"), recursive=True):
        with open(path, encoding="utf-8") as text:
            for line in text:
                if line.startswith("id: "):
                    found[line[4:].strip()] = path
                    break
    return found


def fires(rule, events):
    run = subprocess.run([CANDOR, "rules", "explain", "--json", rule, events], capture_output=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    return run.returncode == 0 and any(answer["matched"] for answer in answers)


def main():
    if not os.path.isdir(DATA):
        print("1..0 # SKIP no corpus at %s" % DATA)
        return 0
    files = rule_files()
    silent = []
    events = sorted(glob.glob(os.path.join(DATA, "regression_data", "**", "*.json"),
                              recursive=True))
    for path in events:
        rule = files.get(os.path.splitext(os.path.basename(path))[0])
        if rule is None or not fires(rule, path):
            silent.append(path)
    print("# %d of %d fire" % (len(events) - len(silent), len(events)))
    for path in silent:
        print("# silent: %s" % path)
    good = not silent and len(events) >= 202
    print("ok" if good else "not ok", "1 - every regression rule fires on its own events")
    print("1..1")
    return 0 if good else 1


sys.exit(main())
