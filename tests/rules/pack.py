# SPDX-License-Identifier: Apache-2.0
"""Each of candor's own rules compiles, fires on the events that it must and on no other.

rules/A/B.yml has tests/rules/A/B.jsonl: lines of {"fires": true or false, "event": {…}}.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.dont_write_bytecode = True
import tap  # noqa: E402

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "candor")


def rules():
    for top, _, names in sorted(os.walk(os.path.join(ROOT, "rules"))):
        for name in sorted(names):
            if name.endswith(".yml"):
                yield os.path.join(top, name)


def cases(rule):
    stem = os.path.relpath(rule, os.path.join(ROOT, "rules"))[:-len(".yml")]
    with open(os.path.join(ROOT, "tests", "rules", stem + ".jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def lines_that_fire(rule, events):
    text = "".join(json.dumps(event) + "\n" for event in events)
    done = subprocess.run([CANDOR, "hunt", "--rules", rule], input=text, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"{rule}: {done.stderr}"
    return {json.loads(line)["event"]["line"] for line in done.stdout.split("\n") if line}


@tap.test
def every_rule_compiles():
    done = subprocess.run([CANDOR, "rules", "check", os.path.join(ROOT, "rules")], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@tap.test
def every_rule_fires_on_its_events_and_on_no_other():
    for rule in rules():
        given = cases(rule)
        want = {number for number, case in enumerate(given, 1) if case["fires"]}
        assert want and len(want) < len(given), f"{rule}: needs events of both kinds"
        got = lines_that_fire(rule, [case["event"] for case in given])
        assert got == want, f"{rule}: fired on lines {got}, must on {want}"


@tap.test
def every_id_is_its_own():
    ids = []
    for rule in rules():
        with open(rule, encoding="utf-8") as file:
            ids += [line.split()[1] for line in file if line.startswith("id:")]
    assert len(ids) == len(set(ids)) >= len(list(rules()))


tap.main()
