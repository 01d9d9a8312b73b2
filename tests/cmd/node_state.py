# SPDX-License-Identifier: Apache-2.0
"""The judge's state outlives the node: events of one group before and after a kill are counted
together, at every place where the node may die, and what was erased is not counted any more."""
import collections
import json
import os
import random
import signal
import subprocess
import tempfile
import urllib.request

import tap

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "candor")
HOME = tempfile.TemporaryDirectory()
ROUNDS = int(os.environ.get("CANDOR_STATE_ROUNDS", "1"))
START_S = 1767600000
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
title: Greeted
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a12
name: greeted
logsource:
    product: shop
detection:
    selection:
        word: hello
    condition: selection
level: low
---
title: Refused five times
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a13
name: five
correlation:
    type: event_count
    rules: [refused]
    group-by: [user]
    timespan: 1m
    condition: {gte: 5}
---
title: Refused from three places
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a14
correlation:
    type: value_count
    rules: [refused]
    group-by: [user]
    timespan: 2m
    condition: {field: place, gte: 3}
---
title: Greeted, then refused
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a15
correlation:
    type: temporal_ordered
    rules: [greeted, refused]
    group-by: [user]
    timespan: 30s
---
title: Refused again and again
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a16
correlation:
    type: event_count
    rules: [five]
    group-by: [user]
    timespan: 3m
    condition: {gte: 2}
    generate: true
"""


def good(*arguments):
    done = subprocess.run([CANDOR, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


class Node:
    """A node of its own; it may be killed and started again."""

    def __init__(self, name):
        self.path = os.path.join(HOME.name, name)
        good("init", self.path, "--origin", "log.example.com/" + name, "--listen", "127.0.0.1:0")
        with open(os.path.join(self.path, "candor.yaml"), "a", encoding="utf-8") as file:
            file.write("officers: [ A. First, B. Second ]\n")
        self.token = good("source", "add", self.path, "shop").strip()
        rules = os.path.join(HOME.name, "rules.yml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write(RULES)
        good("rules", "activate", self.path, "--rules", rules)
        self.sent = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen([CANDOR, "serve", self.path], stdout=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        self.url = "http://" + line.split("http://")[1].split(",")[0].strip()

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(60)
        self.process.stdout.close()

    def send(self, events):
        """The index of the first one."""
        body = b"".join(json.dumps(event).encode() + b"\n" for event in events)
        asked = urllib.request.Request(self.url + "/v1/events?ack=checkpointed", body,
                                       {"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found = json.load(answer)
        assert found["accepted"] == len(events), found
        self.sent += len(events)
        return found["first_index"]

    def records(self, kind):
        size = json.loads(good("log", "head", self.path, "--json"))["size"]
        shown = good("log", "show", self.path, "0", "--count", str(size))
        return [r for r in map(json.loads, shown.splitlines()) if r["kind"] == kind]

    def findings(self):
        """How often each rule fired, by title."""
        return collections.Counter(r["fields"]["title"] for r in self.records("finding"))


def event(second, word="bad", user="ana", place="home"):
    hour, left = divmod(second, 3600)
    return {"product": "shop", "@timestamp": f"2026-01-05T{8 + hour:02}:{left // 60:02}:"
            f"{left % 60:02}Z", "word": word, "user": user, "place": place}


@tap.test
def a_group_is_counted_across_a_kill_and_fires_once():
    node = Node("once")
    for how in (signal.SIGKILL, signal.SIGTERM):
        second = 0 if how == signal.SIGKILL else 3000
        node.send([event(second), event(second + 1, user="bob"), event(second + 2)])
        node.end(how)
        node.start()
        node.send([event(second + 10), event(second + 11)])
        before = node.findings()["Refused five times"]
        node.send([event(second + 12)])
        assert node.findings()["Refused five times"] == before + 1
        node.end(signal.SIGKILL)
        node.start()
        node.send([event(second + 13), event(second + 14)])
        assert node.findings()["Refused five times"] == before + 1, "it fired again"
    last = [r for r in node.records("finding") if r["fields"]["title"] == "Refused five times"][-1]
    positions = [e["index"] for e in last["fields"]["evidence"]]
    events = {r["index"]: json.loads(r["fields"]["raw"]) for r in node.records("event")}
    assert len(set(positions)) == 5 and all(events[p]["user"] == "ana" for p in positions)
    assert node.findings()["Refused again and again"] == 0, "once is not again"
    node.end(signal.SIGTERM)


@tap.test
def findings_are_those_of_a_node_that_never_stopped():
    chance, found = random.Random(5), collections.Counter()
    for turn in range(ROUNDS):
        node, second, sent = Node(f"turn{turn}"), 0, []
        for _ in range(5):
            batch = []
            for _ in range(chance.randrange(80, 200)):
                second += chance.choice([0, 0, 0, 1, 1, 2, 9])
                batch.append(event(second - chance.choice([0, 0, 0, 3]) + 5,
                                   chance.choice(["bad", "bad", "hello", "other"]),
                                   chance.choice("abcdefgh"), chance.choice("xyzuv")))
            node.send(batch)
            sent += batch
            node.end(chance.choice([signal.SIGKILL, signal.SIGTERM]))
            node.start()
        node.end(signal.SIGTERM)
        compare(node, sent)
        found += node.findings()
    assert len(found) == 4 and min(found.values()) > 1, found


def compare(node, sent):
    """Against another node, which takes the same events without a stop."""
    twin = Node("twin-" + os.path.basename(node.path))
    twin.send(sent)
    twin.end(signal.SIGTERM)
    assert node.findings() == twin.findings(), (node.findings(), twin.findings())

    def told(one):
        order = [r["index"] for r in one.records("event")]
        place = {index: at for at, index in enumerate(order)}
        return sorted((r["fields"]["title"], [place[e["index"]] for e in r["fields"]["evidence"]])
                      for r in one.records("finding"))
    assert told(node) == told(twin), "other events were named"


def send_as_splunk(node, seconds):
    """The time of each event stands beside it, and not in it."""
    inner = {key: value for key, value in event(0).items() if key != "@timestamp"}
    body = "".join(json.dumps({"time": START_S + second, "event": inner}) for second in seconds)
    asked = urllib.request.Request(node.url + "/services/collector/event", body.encode(),
                                   {"Authorization": "Splunk " + node.token})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert json.load(answer)["code"] == 0


@tap.test
def times_beside_the_event_and_several_events_in_a_body_come_back():
    node = Node("inputs")
    send_as_splunk(node, [0, 1])
    node.send([{"Records": [event(2), event(3)]}])
    for _ in range(2):
        node.end(signal.SIGKILL)
        node.start()
    assert node.findings()["Refused five times"] == 0
    send_as_splunk(node, [50])
    node.send([event(51, user="bob")])
    assert node.findings()["Refused five times"] == 1, node.findings()
    node.end(signal.SIGKILL)
    node.start()
    send_as_splunk(node, [62])
    node.send([event(62, user="bob")])
    assert node.findings()["Refused five times"] == 1, "it still held"
    node.end(signal.SIGTERM)


@tap.test
def what_was_erased_is_not_counted_any_more_before_and_after_a_start():
    for restarts in (False, True):
        node = Node(f"erased{restarts}")
        first = node.send([event(n, user="eve") for n in range(4)])
        asked = json.loads(good("erase", node.path, str(first), "--basis", "subject_request",
                                "--by", "A. First"))["request"]
        good("erase", "approve", node.path, str(asked), "--by", "B. Second")
        if restarts:
            node.end(signal.SIGKILL)
            node.start()
        node.send([event(5, user="eve")])
        assert node.findings()["Refused five times"] == 0, "four events are left"
        node.send([event(6, user="eve")])
        assert node.findings()["Refused five times"] == 1
        node.end(signal.SIGTERM)


@tap.test
def other_rules_begin_anew_and_so_they_do_after_a_start():
    node = Node("anew")
    node.send([event(n) for n in range(4)])
    rules = os.path.join(HOME.name, "other.yml")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULES.replace("gte: 3", "gte: 4"))
    good("rules", "activate", node.path, "--rules", rules)
    node.send([event(5), event(6)])
    node.end(signal.SIGKILL)
    node.start()
    node.send([event(7), event(8)])
    assert node.findings()["Refused five times"] == 0, node.findings()
    node.send([event(9)])
    assert node.findings()["Refused five times"] == 1
    node.end(signal.SIGTERM)


tap.main()
