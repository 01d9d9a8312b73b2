# SPDX-License-Identifier: Apache-2.0
"""Each of candor's own rules compiles, fires on the events that it must and on no other.

rules/A/B.yml has tests/rules/A/B.jsonl; rules/README.md describes its lines. Each file of events is
a run of its own over all rules, so that no window of a correlation sees events of another test.
"""
import json
import os
import re
import subprocess

from candor import CANDOR
import tap

SOURCE = os.environ["CANDOR_SOURCE"]

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TACTICS = ("initial-access persistence privilege-escalation stealth defense-impairment execution"
           " credential-access collection exfiltration impact")
TAG = re.compile(rf"attack\.(t\d{{4}}(\.\d{{3}})?|{TACTICS.replace(' ', '|')})|candor\.[a-z_]+")


def rules():
    for top, _, names in sorted(os.walk(os.path.join(SOURCE, "rules"))):
        for name in sorted(names):
            if name.endswith(".yml"):
                yield os.path.join(top, name)


def stem(path, folder):
    return os.path.splitext(os.path.relpath(path, os.path.join(SOURCE, folder)))[0]


def text_of(rule):
    with open(rule, encoding="utf-8") as file:
        return file.read()


def cases(rule):
    """The lines of the rule's test; a file of raw lines has "text" in place of "event"."""
    path = os.path.join(SOURCE, "tests", "rules", stem(rule, "rules") + ".jsonl")
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def judged(rule):
    """The ids whose findings count for this file: its last document's, or what a filter lists."""
    last = text_of(rule).split("\n---\n")[-1]
    if not re.search(r"^filter:", last, re.M):
        return set(re.findall(r"^id: (\S+)$", last, re.M))
    return set(re.findall(r"^        - ([0-9a-f-]{36})$", last, re.M))


def lines_that_fire(rule, given):
    text = "".join((case.get("text") or json.dumps(case["event"])) + "\n" for case in given)
    done = subprocess.run([CANDOR, "hunt", "--output", "brief", "--rules",
                           os.path.join(SOURCE, "rules")], input=text,
                          text=True, capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"{rule}: {done.stderr}"
    findings = [json.loads(line) for line in done.stdout.split("\n") if line]
    unknown = [f for f in findings if f.get("logsource_unknown")]
    assert not unknown, f"{rule}: the log source of {unknown[0]['event']} is not told"
    return {f["event"]["line"] for f in findings if f["rule"] in judged(rule)}


@tap.test
def every_rule_compiles_without_a_warning():
    done = subprocess.run([CANDOR, "rules", "check", os.path.join(SOURCE, "rules")], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0 and " 0 refused, 0 warnings" in done.stdout, done.stdout
    assert not done.stderr, done.stderr


@tap.test
def every_rule_has_a_test_and_every_test_a_rule():
    tests = set()
    for top, _, names in os.walk(os.path.join(SOURCE, "tests", "rules")):
        tests |= {stem(os.path.join(top, n), "tests/rules") for n in names if n.endswith(".jsonl")}
    assert tests == {stem(rule, "rules") for rule in rules()}


@tap.test
def every_rule_fires_on_its_events_and_on_no_other():
    wrong = []
    for rule in rules():
        given = cases(rule)
        want = {number for number, case in enumerate(given, 1) if case["fires"]}
        assert want and len(want) < len(given), f"{rule}: needs events of both kinds"
        got = lines_that_fire(rule, given)
        if got != want:
            wrong.append(f"{rule}: fired on lines {sorted(got)}, must on {sorted(want)}")
    assert not wrong, "\n".join(wrong)


@tap.test
def every_rule_says_what_a_reader_needs():
    keys = "title id status description author date falsepositives level tags".split()
    for rule in rules():
        text = text_of(rule)
        assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n"), rule
        last = text.split("\n---\n")[-1]
        for key in keys:
            assert re.search(rf"^{key}:", last, re.M), f"{rule}: no {key}"
        assert "\nauthor: candor\n" in last, rule
        for tag in re.findall(r"^    - (\w+\.\S+)$", last[last.index("\ntags:"):], re.M):
            assert TAG.fullmatch(tag), f"{rule}: {tag}"


@tap.test
def every_id_is_its_own():
    ids = [i for rule in rules() for i in re.findall(r"^id: (\S+)$", text_of(rule), re.M)]
    assert len(ids) == len(set(ids)) >= len(list(rules()))
    assert all(UUID.fullmatch(i) for i in ids), ids


tap.main()
