# SPDX-License-Identifier: Apache-2.0
"""Rules are activated on a running node: senders are answered while they compile, and the log shows
which rules judged which event."""
import json
import os
import subprocess
import threading
import urllib.request

import running
import tap

RULES = 3757
ALWAYS = """title: {title}
logsource:
    product: shop
detection:
    selection:
        word: bad
    condition: selection
level: low
"""
ONE = """title: Rule {n}
logsource:
    product: shop
detection:
    words:
        CommandLine|contains:
            - 'alpha{n}beta'
            - ' --key{n} '
            - 'x{n}\\Windows\\System32\\tool{n}.exe'
    pattern:
        Image|endswith: '\\\\image{n}.exe'
    other:
        Parent|endswith: '\\parent{n}.exe'
    condition: words or (pattern and not other)
level: low
"""


def write(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
    return folder


def many(node, count):
    """A folder of so many rules, a hundred in a file."""
    folder = os.path.join(node.home.name, "many")
    for first in range(0, count, 100):
        write(folder, f"{first}.yml", "---\n".join(
            ONE.format(n=n) for n in range(first, min(first + 100, count))))
    return folder


def send(node, token, number):
    body = json.dumps({"product": "shop", "word": "bad", "n": number}).encode()
    asked = urllib.request.Request(node.url + "/v1/events", body,
                                   {"Authorization": "Bearer " + token})
    with urllib.request.urlopen(asked, timeout=120) as answer:
        assert json.load(answer)["accepted"] == 1


@tap.test
def senders_are_answered_while_rules_compile():
    node = running.Node(rules={"old": ALWAYS.format(title="Old")})
    token = node.source("shop")
    folder = many(node, RULES - 1)
    write(folder, "always.yml", ALWAYS.format(title="New"))
    stop, sent = threading.Event(), [0]

    def sender():
        while not stop.is_set():
            send(node, token, sent[0])
            sent[0] += 1

    thread = threading.Thread(target=sender, daemon=True)
    thread.start()
    said = json.loads(node.candor("rules", "activate", node.path, "--rules", folder))
    stop.set()
    thread.join(120)
    assert said["rules"] == RULES and not thread.is_alive(), said
    for number in range(3):
        send(node, token, number)
    check(node.records())
    node.stop()


def check(records):
    asked = [r["index"] for r in records if r["kind"] == "oversight" and
             r["columns"]["action"] == "rules_changed"][-1]
    active = [r["index"] for r in records if r["kind"] == "policy"][-1]
    events = [r["index"] for r in records if r["kind"] == "event"]
    between = sum(asked < index < active for index in events)
    print(f"# {between} events were answered while {RULES} rules were compiled", flush=True)
    assert between >= 3 # one was under way
    judged = {}
    for record in records:
        if record["kind"] == "finding":
            judged.setdefault(record["fields"]["evidence"][0]["index"], []).append(
                record["fields"]["title"])
    for index in events:
        assert judged[index] == ["Old" if index < active else "New"], (index, active)


@tap.test
def one_pack_may_be_activated_by_many_at_once():
    node = running.Node(rules={"old": ALWAYS.format(title="Old")})
    node.pause()  # each of them takes the lock then, and compiles the pack itself
    folder = many(node, 50)
    commands = [subprocess.Popen([running.CANDOR, "rules", "activate", node.path, "--rules",
                                  folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(8)]
    for command in commands:
        _, error = command.communicate(timeout=120)
        assert b".pack" not in error, error
    node.candor("rules", "activate", node.path, "--rules", folder)
    packs = os.listdir(os.path.join(node.path, "rules"))
    assert len([name for name in packs if name.endswith(".pack")]) == 2, packs
    assert not [name for name in packs if name.endswith(".new")], packs
    node.home.cleanup()


@tap.test
def a_second_activation_waits_its_turn_and_a_stop_waits_for_the_first():
    node = running.Node(rules={"old": ALWAYS.format(title="Old")})
    folder = many(node, RULES)
    more = write(os.path.join(node.home.name, "more"), "more.yml", ALWAYS.format(title="More"))
    command = [running.CANDOR, "rules", "activate", node.path, "--rules", folder]
    commands = [subprocess.Popen(command + options, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True) for options in ([], ["--rules", more])]
    ends = [command.communicate(timeout=120) for command in commands]
    for command, (out, error) in zip(commands, ends):
        if command.returncode == 0:
            assert json.loads(out)["rules"] in (RULES, RULES + 1)
        else:
            assert "being loaded" in error, error
    assert any(command.returncode == 0 for command in commands)
    assert node.process.poll() is None
    node.stop()


tap.main()
