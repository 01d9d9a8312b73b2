# SPDX-License-Identifier: Apache-2.0
"""bench node: what it says was sent is what the node has, and what it cannot use it refuses."""
import json
import os
import subprocess

import running
import tap

NODE = running.Node({"evil": running.word_rule("evil", "category: application")})
HOME = NODE.home.name


def write(name, text):
    path = os.path.join(HOME, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


TOKEN = write("token", NODE.source("bench"))
READER = write("reader", NODE.candor("user", "add", NODE.path, "bench", "--role", "program"))
EVENTS = write("events", "".join(
    json.dumps({"category": "application", "number": n, "word": "evil" if n % 50 == 0 else "good"})
    + "\n" for n in range(1000)))


def bench(*arguments):
    return subprocess.run([running.CANDOR, "bench", "node", NODE.url, "--seconds", "2", "--quick",
                           "--rate", "500", *arguments], capture_output=True, text=True,
                          check=False, timeout=120)


@tap.test
def what_was_sent_is_what_the_node_has():
    done = bench("--token", TOKEN, "--reader", READER, "--search", "word=evil", "--search",
                 "word=nowhere", EVENTS)
    assert done.returncode == 0, done
    full, paced, found, none = (json.loads(line) for line in done.stdout.splitlines())
    assert found["pages"] > 0 and 0 < found["first_page_ms"] <= found["all_ms"], found
    assert none["term"] == "word=nowhere" and none["searched"] > 0, none
    assert (full["bench"], paced["bench"]) == ("node.ingest", "node.latency")
    assert full["rules"] == 1 and full["findings"] == full["events"] / 50 > 0, full
    assert full["answer_p50_ms"] <= full["answer_p99_ms"], full
    assert min(full[p + "_mib"] for p in ("front", "scribe", "reader", "signer")) > 1, full
    # a paced sender posts what is due, and no more, however slow the machine is
    assert 0 < paced["events"] <= 2 * 500 + 40, paced
    assert paced["findings"] > 0 and paced["finding_p50_ms"] > 0, paced
    recorded = len(NODE.events("bench"))
    assert recorded == full["events"] + paced["events"], (recorded, full, paced)


@tap.test
def what_it_cannot_use_is_refused():
    for arguments, status, said in (
            ((EVENTS,), 2, "--token FILE is needed"),
            (("--token", TOKEN, "--reader", READER, EVENTS + "x"), 2, "cannot open"),
            (("--token", READER, "--reader", READER, EVENTS), 2, "the node answered 40"),
            (("--token", TOKEN, "--reader", TOKEN, EVENTS), 3, "/metrics answered 40"),
            (("--token", TOKEN, "--reader", READER, "--senders", "0", EVENTS), 2, "--senders"),
            (("--token", TOKEN, "--reader", READER, write("none", "")), 2, "no events")):
        done = bench(*arguments)
        assert done.returncode == status and not done.stdout, (arguments, done)
        assert said in done.stderr, (arguments, done.stderr)


@tap.test
def the_node_is_well_afterwards():
    NODE.stop()


tap.main()
