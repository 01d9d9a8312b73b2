# SPDX-License-Identifier: Apache-2.0
"""An event and its findings become durable together, also where a segment of the log ends, and also
when the node dies there: no event is in the log without its findings."""
import os
import shutil
import json
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.dont_write_bytecode = True
import running  # noqa: E402
import tap  # noqa: E402

KILLABLE = os.path.join(os.environ["CANDOR_BUILD"], "src", "cmd", "candor-failpoints")
ALL = "CANDOR_SEGMENT_ALL" in os.environ
SEGMENT = 65536
EVENTS = 6
LEFT = range(9) if ALL else (1, 3)
PLACES = ["footer-cut:1", "footer-sync:1", "segment-create:1", "segment-created:1",
          "batch-begin:2", "batch-write:2", "batch-sync:2"]
RULES = "\n---\n".join(f"""title: Bad {n}
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a1{n}
logsource:
    product: shop
detection:
    selection:
        word: bad
    condition: selection
level: high""" for n in range(3))


class Full:
    """A stopped node whose first segment ends soon."""

    def __init__(self):
        self.node = running.Node(rules={"bad": RULES}, program=KILLABLE)
        self.token = self.node.source("shop")
        self.node.pause()
        self.append(SEGMENT - 40 - self.node.size())
        self.kept = self.node.path + "-kept"
        os.unlink(os.path.join(self.node.path, "run", "control.sock"))
        shutil.copytree(self.node.path, self.kept)

    def append(self, count):
        line = {"kind": "event", "time": "2026-01-05T08:00:00Z", "source": "other", "raw": "{}"}
        done = subprocess.run([running.CANDOR, "append", self.node.path], capture_output=True,
                              input=(json.dumps(line) + "\n").encode() * count, check=False)
        assert done.returncode == 0, done.stderr

    def again(self, left):
        """The node as it was kept, with so many entries left before the segment's summary."""
        shutil.rmtree(self.node.path)
        shutil.copytree(self.kept, self.node.path)
        self.append(SEGMENT - 1 - left - self.node.size())
        return self.node


FULL = Full()


def send(node):
    body = b"".join(json.dumps({"product": "shop", "word": "bad", "n": n}).encode() + b"\n"
                    for n in range(EVENTS))
    code, _, answer = node.request("POST", "/v1/events", body, FULL.token,
                                   **{"Candor-Sequence": "0"})
    assert code == 200 and answer["accepted"] == EVENTS, (code, answer)


def check(node, wanted):
    """Every event of the shop is there once, in one segment with its three findings."""
    records = node.records(SEGMENT - 40, 200)
    found = {}
    for record in records:
        if record["kind"] == "event" and record["fields"]["source"] == "shop":
            number = record["fields"]["sequence"]
            assert number not in found, "it is there twice"
            found[number] = (record["index"], [])
    at = {index: titles for index, titles in found.values()}
    for record in records:
        if record["kind"] == "finding":
            index = record["fields"]["evidence"][0]["index"]
            assert record["index"] // SEGMENT == index // SEGMENT, "segments part them"
            at[index].append(record["fields"]["title"])
    for number, (_, titles) in found.items():
        assert sorted(titles) == ["Bad 0", "Bad 1", "Bad 2"], (number, titles)
    assert len(found) in wanted, (len(found), wanted)
    kinds = {record["index"]: record["kind"] for record in records}
    assert kinds.get(SEGMENT - 1, "summary") == "summary"
    return [kinds[index] for index in sorted(kinds) if index < SEGMENT].count("summary")


@tap.test
def no_segment_ends_between_an_event_and_its_findings():
    for left in LEFT:
        node = FULL.again(left)
        node.start()
        send(node)
        node.pause()
        summaries = check(node, [EVENTS])
        assert summaries == 1 + left % 4, (left, summaries)


@tap.test
def a_node_that_dies_there_has_no_event_without_its_findings():
    died = 0
    for turn, place in enumerate(PLACES if ALL else PLACES[1:4:2]):
        node = FULL.again(3 + turn % 4)
        node.start(CANDOR_FAILPOINT=place)
        try:
            send(node)
        except OSError:
            pass
        try:
            node.process.wait(2 if ":2" in place else 60)
            died += 1
        except subprocess.TimeoutExpired:
            pass  # it did not come by so often
        node.process.kill()
        node.process.wait(60)
        node.process.stdout.close()
        node.start()
        node.pause()
        check(node, range(EVENTS + 1))
        node.start()
        send(node)
        node.pause()
        check(node, [EVENTS])
    assert died >= (4 if ALL else 2), died


tap.main()
