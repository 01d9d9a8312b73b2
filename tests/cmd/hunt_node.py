# SPDX-License-Identifier: Apache-2.0
"""candor hunt --node: what a node recorded gives the findings of the files that were sent to it."""
import json
import os
import random
import subprocess
import urllib.request

import running
import tap

RULES = """title: Refused
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a11
name: refused
logsource:
    product: shop
detection:
    selection:
        word: bad
    condition: selection
level: low
---
title: Refused four times
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a12
correlation:
    type: event_count
    rules: [refused]
    group-by: [user]
    timespan: 1m
    condition: {gte: 4}
    generate: true
level: high
---
title: Refused less than twice
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a13
correlation:
    type: event_count
    rules: [refused]
    group-by: [user]
    timespan: 30s
    condition: {lt: 2}
    generate: true
level: low
"""
STATE = {}


def event(number, chance):
    second = number + chance.choice([0, 0, 0, 4])
    return {"product": "shop", "n": number,
            "@timestamp": f"2026-01-05T{8 + second // 3600:02}:{second // 60 % 60:02}:"
                          f"{second % 60:02}Z",
            "word": chance.choice(["bad", "good"]), "user": chance.choice("abcdefgh")}


def hunt(*arguments, status=0):
    done = subprocess.run([running.CANDOR, "hunt", "--rules", STATE["rules"], *arguments],
                          capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    STATE["errors"] = done.stderr
    return done.stdout


def brief(text):
    """Findings without the places of their events."""
    found = []
    for line in text.splitlines():
        one = json.loads(line)
        for key in ("event", "events", "uid"):
            one.pop(key, None)
        found.append(json.dumps(one, sort_keys=True))
    return sorted(found)


@tap.test
def findings_over_a_node_are_those_over_the_file():
    node = STATE["node"] = running.Node()
    token = node.source("shop")
    chance = random.Random(3)
    STATE["file"] = os.path.join(node.home.name, "events.jsonl")
    STATE["rules"] = os.path.join(node.home.name, "hunt.yml")
    lines = [json.dumps(event(n, chance)) + "\n" for n in range(4000)]
    with open(STATE["file"], "w", encoding="utf-8") as file:
        file.writelines(lines)
    with open(STATE["rules"], "w", encoding="utf-8") as file:
        file.write(RULES)
    for first in range(0, len(lines), 500):
        body = "".join(lines[first:first + 500]).encode()
        asked = urllib.request.Request(node.url + "/v1/events", body,
                                       {"Authorization": "Bearer " + token})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert json.load(answer)["accepted"] == 500
    for options in (["--threads", "1"], ["--threads", "4"], ["--naive"]):
        there = hunt("--node", node.path, "--output", "brief", *options)
        here = hunt(STATE["file"], "--output", "brief")
        assert len(there.splitlines()) > 2000, len(there.splitlines())
        assert brief(there) == brief(here)
    summary = json.loads(hunt("--node", node.path, "--summary", "--json"))
    assert summary["events"] == 4000, summary


@tap.test
def the_look_is_recorded_before_anything_is_opened():
    node = STATE["node"]
    before = node.size()
    hunt("--node", node.path, "--summary", "--by", "A. Analyst", "--purpose", "case 7", "--from",
         "100", "--to", "199")
    look = [r for r in node.records(before) if r["kind"] == "oversight"][0]
    assert look["columns"]["action"] == "search" and look["fields"]["actor"] == "A. Analyst"
    assert look["fields"]["purpose"] == "case 7" and look["fields"]["amount"] == 100
    assert look["fields"]["detail"] == "entries 100 to 199", look


@tap.test
def a_finding_names_the_entry_of_the_log():
    node = STATE["node"]
    found = json.loads(hunt("--node", node.path, "--output", "brief").splitlines()[0])
    index = found["event"]["record"]
    raw = [r for r in node.records(index, 1)][0]["fields"]["raw"]
    assert json.loads(raw)["word"] == "bad", raw


@tap.test
def findings_are_recorded_with_their_evidence_where_that_is_asked_for():
    node = STATE["node"]
    before = node.size()
    found = [json.loads(line) for line in
             hunt("--node", node.path, "--output", "brief", "--record").splitlines()]
    assert f"{len(found)} findings were recorded" in STATE["errors"], STATE["errors"]
    recorded = [r for r in node.records(before) if r["kind"] == "finding"]
    assert [r["fields"]["title"] for r in recorded] == [one["title"] for one in found]
    active = json.loads(node.candor("rules", "activate", node.path, "--rules", STATE["rules"]))
    assert {r["fields"]["bundle"] for r in recorded} == {active["active"]}, "another bundle"
    for record, one in zip(recorded, found):
        named = [e["index"] for e in record["fields"]["evidence"]]
        told = [e["record"] for e in one["events"]] if "events" in one else [one["event"]["record"]]
        assert named[:len(told)] == told, (record, one)
    raw = node.records(recorded[0]["fields"]["evidence"][0]["index"], 1)[0]["fields"]["raw"]
    assert json.loads(raw)["word"] == "bad"
    hunt(STATE["file"], "--record", status=2)


@tap.test
def what_was_erased_is_told_and_left_out():
    node = STATE["node"]
    count = json.loads(hunt("--node", node.path, "--summary", "--json"))["events"]
    first = [r for r in node.records() if r["kind"] == "event"][0]["index"]
    with open(os.path.join(node.path, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    node.process.terminate()
    assert node.process.wait(60) == 0
    asked = json.loads(node.candor("erase", node.path, str(first), "--basis", "objection", "--by",
                                   "A. First"))["request"]
    node.candor("erase", "approve", node.path, str(asked), "--by", "B. Second")
    summary = json.loads(hunt("--node", node.path, "--summary", "--json"))
    assert summary["events"] == count - 1
    assert "1 events were erased" in STATE["errors"], STATE["errors"]


@tap.test
def wrong_questions_are_refused():
    node = STATE["node"]
    hunt("--node", node.path, STATE["file"], status=2)
    hunt("--node", node.path, "--from", "x", status=2)
    hunt("--node", os.path.join(node.path, "nowhere"), status=2)
    size = node.size()
    assert hunt("--node", node.path, "--from", str(size + 10), "--output", "brief") == ""
    assert node.size() == size, "nothing was opened, nothing is told"


tap.main()
