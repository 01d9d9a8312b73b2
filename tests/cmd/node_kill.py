# SPDX-License-Identifier: Apache-2.0
"""Numbered events are sent while the processes of the node are killed, again and again: every event
that was answered is in the log exactly once, with its finding, and a retry gets the first answer.

CANDOR_NODE_KILLS says how often (default 6); what was killed is printed.
"""
import collections
import http.client
import json
import os
import random
import re
import signal
import subprocess
import tempfile
import threading
import time

import running
import tap

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "candor")
KILLS = int(os.environ.get("CANDOR_NODE_KILLS", "6"))
HOME = tempfile.TemporaryDirectory()
NODE = os.path.join(HOME.name, "node")
ROLES = ["scribe", "front", "signer", "reader"]
PER_REQUEST = 50


def good(*arguments):
    done = subprocess.run([CANDOR, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def event(number):
    return {"product": "shop", "n": number, "word": "bad" if number % 7 == 0 else "good"}


class Node:
    def __init__(self):
        self.port = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.port = int(re.search(r"http://[0-9.]+:(\d+)", line).group(1))

    def kill(self, role):
        """Kills one process of the node and waits for the others to end by it."""
        pids = running.processes(self.process.pid)
        self.port = None
        os.kill(pids[role], signal.SIGKILL)
        self.process.wait(60)


def send(node, token, first):
    """One request of numbered events; the answer, or None if there was none."""
    body = b"".join(json.dumps(event(first + i)).encode() + b"\n" for i in range(PER_REQUEST))
    port = node.port
    if port is None:
        return None
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/v1/events", body, {"Authorization": "Bearer " + token,
                                                        "Candor-Sequence": str(first)})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
    return found if answer.status == 200 else None


@tap.test
def every_answered_event_is_there_once_with_its_finding():
    good("init", NODE, "--origin", "log.example.com/kill", "--listen", "127.0.0.1:0")
    token = good("source", "add", NODE, "shop").strip()
    rules = os.path.join(HOME.name, "rule.yml")
    with open(rules, "w", encoding="utf-8") as file:
        file.write(running.word_rule("bad"))
    good("rules", "activate", NODE, "--rules", rules)
    node, chance, killed = Node(), random.Random(11), collections.Counter()
    answers, stop = {}, threading.Event()

    def sender():
        first = 0
        while not stop.is_set():
            answer = send(node, token, first)
            if answer is None:
                time.sleep(0.02)
                continue
            assert answer["accepted"] == PER_REQUEST and not answer["rejected"], answer
            answers[first] = (answer["first_index"], answer["last_index"])
            first += PER_REQUEST

    thread = threading.Thread(target=sender, daemon=True)
    thread.start()
    try:
        for turn in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.5))
            role = ROLES[turn % len(ROLES)]
            node.kill(role)
            killed[role] += 1
            node.start()
        time.sleep(0.2)
    except BaseException:
        node.process.kill()
        raise
    stop.set()
    thread.join(120)
    assert not thread.is_alive(), "the sender waits for an answer that does not come"
    print("# killed: " + ", ".join(f"{role} {killed[role]} times" for role in ROLES), flush=True)
    newest = sorted(answers)[-60000 // PER_REQUEST:]  # the window of a source is 65,536 numbers
    for first in chance.sample(newest, min(5, len(newest))):
        answer = send(node, token, first)
        assert (answer["first_index"], answer["last_index"]) == answers[first], answer
    node.process.send_signal(signal.SIGTERM)
    assert node.process.wait(60) == 0
    check(answers)


def check(answers):
    size = json.loads(good("log", "head", NODE, "--json"))["size"]
    events, findings, at = {}, collections.Counter(), 0
    while at < size:
        for line in good("log", "show", NODE, str(at), "--count",
                         str(min(4000, size - at))).splitlines():
            record = json.loads(line)
            if record["kind"] == "event":
                number = record["fields"]["sequence"]
                assert number not in events, f"event {number} is there twice"
                events[number] = record["index"]
            elif record["kind"] == "finding":
                findings[record["fields"]["evidence"][0]["index"]] += 1
        at += 4000
    assert answers, "nothing was answered"
    for first, (first_index, last_index) in answers.items():
        assert events[first] == first_index and events[first + PER_REQUEST - 1] == last_index
        assert all(first + i in events for i in range(PER_REQUEST)), f"{first}: events are missing"
    wanted = {index for number, index in events.items() if number % 7 == 0}
    assert set(findings) == wanted and max(findings.values()) == 1, "findings differ"
    print(f"# {len(answers) * PER_REQUEST} events answered, {len(events)} recorded, "
          f"{len(wanted)} findings", flush=True)
    good("fsck", NODE)


tap.main()
