# SPDX-License-Identifier: Apache-2.0
"""What does not come is told: numbers that are missing and sources that fall silent become a record
and a finding, once, also when the node dies in between; so does a source that is heard again."""
import hashlib
import json
import os
import signal
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.dont_write_bytecode = True
import running  # noqa: E402
from candor import erase  # noqa: E402
import tap  # noqa: E402

NODE = running.Node(config="silence: 1d\nofficers: [ A. First, B. Second ]\n")
SHOP = NODE.source("shop")
STALL = NODE.source("stall")
DESK = NODE.source("desk", "--silence", "2s")
PROGRAM = NODE.user("watch", "program")
JUDGE = hashlib.sha256(b"candor presence 1").hexdigest()
FAR = 65536  # a number this far behind is not waited for


def send(token, first=None, count=5):
    more = {} if first is None else {"Candor-Sequence": str(first)}
    body = b"".join(b'{"n":%d}\n' % n for n in range(count))
    code, _, answer = NODE.request("POST", "/v1/events?ack=checkpointed", body, token, **more)
    assert code == 200 and answer["accepted"] == count, (code, answer)


def told(source):
    """The gaps of the source and the titles of the findings that name them."""
    records = NODE.records()
    gaps = [r for r in records if r["kind"] == "gap" and r["fields"]["source"] == source]
    findings = {}
    for one in records:
        if one["kind"] == "finding":
            findings.setdefault(one["fields"]["evidence"][0]["index"], []).append(one)
    for gap in gaps:
        assert len(findings[gap["index"]]) == 1, "one finding for each gap"
        finding = findings[gap["index"]][0]
        assert finding["columns"]["judge"] == "node", finding
        assert source in finding["fields"]["detail"], finding
        assert finding["fields"]["bundle"] == JUDGE, finding
        gap["title"] = finding["fields"]["title"]
    return gaps


def wait(source, count):
    """Waits until so many gaps are told, or until a minute has passed."""
    end = time.monotonic() + 60
    while len(told(source)) < count and time.monotonic() < end:
        time.sleep(0.1)
    found = told(source)
    assert len(found) >= count, found
    return found[:count]


def check_holes():
    """The holes of the shop that were told: the third is told after a minute, and none twice."""
    first = [gap["fields"]["first"] for gap in told("shop")]
    assert first in ([15, 25], [15, 25, 25 + FAR]), first


def listed():
    return {s["source"]: s for s in map(json.loads, NODE.candor(
        "source", "list", NODE.path, "--json").splitlines())}


def kill():
    NODE.process.send_signal(signal.SIGKILL)
    NODE.process.wait(60)
    NODE.process.stdout.close()
    NODE.start()


@tap.test
def missing_numbers_are_told_once_and_what_is_filled_is_not():
    for first in (0, 10, 5):  # 5 to 9 come late
        send(SHOP, first)
    send(SHOP, 20)
    send(SHOP, 20 + FAR)
    gap = wait("shop", 1)[0]
    fields = gap["fields"]
    assert (fields["first"], fields["last"], fields["amount"]) == (15, 19, 5), fields
    assert gap["columns"]["cause"] == "sequence" and gap["title"].startswith("Numbered events"), gap


@tap.test
def a_node_that_died_knows_what_is_missing_and_what_it_has_told():
    kill()
    send(SHOP, 20 + 2 * FAR)  # now 25 … are too far behind
    assert wait("shop", 2)[1]["fields"]["last"] == 20 + FAR - 1
    kill()
    send(SHOP, 25 + 2 * FAR)
    time.sleep(2.5)  # it looks once a second
    check_holes()


@tap.test
def what_is_in_the_log_is_confirmed_at_once_after_a_start():
    kill()
    send(SHOP, 25 + 2 * FAR)  # again: nothing new comes that would move the log


@tap.test
def the_state_is_that_of_the_log_without_its_file():
    NODE.pause()
    before = listed()
    numbers = before["shop"].pop("missing") + before["shop"].pop("awaited")
    assert numbers == 5 + 2 * (FAR - 5), before
    for broken in (None, b"", b"candor heard 1 99999999\n", b"candor heard 1 0\nshop x\n"):
        os.unlink(os.path.join(NODE.path, "heard"))
        if broken is not None:
            with open(os.path.join(NODE.path, "heard"), "wb") as file:
                file.write(broken)
        NODE.start()
        NODE.pause()
        now = listed()
        assert now["shop"].pop("missing") + now["shop"].pop("awaited") == numbers, now
        assert now == before, now
    NODE.start()
    check_holes()


@tap.test
def what_was_erased_is_not_missing_and_what_is_missing_stays_so():
    NODE.send(STALL, {"n": 1}, {"n": 2}, query="?ack=checkpointed")
    send(STALL, 100, 3)
    send(STALL, 110, 3)
    events = [r["index"] for r in NODE.records()
              if r["kind"] == "event" and r["fields"]["source"] == "stall"]
    for index in events[3:6]:  # 101, 102 and 110: two sides of the hole
        erase(NODE.path, index)
    for lost in (False, True):
        NODE.process.send_signal(signal.SIGKILL)
        NODE.process.wait(60)
        NODE.process.stdout.close()
        if lost and os.path.exists(os.path.join(NODE.path, "heard")):
            os.unlink(os.path.join(NODE.path, "heard"))
        NODE.start()
    NODE.pause()
    now = listed()["stall"]
    assert now["missing"] + now["awaited"] == 7, now
    NODE.start()
    send(STALL, 100 + 2 * FAR, 1)  # nobody waits for 103 any longer
    gap = wait("stall", 1)[0]["fields"]
    assert (gap["first"], gap["last"], gap["amount"]) == (103, 109, 7), gap


@tap.test
def a_silent_source_is_told_once_and_so_is_its_return():
    time.sleep(3)
    assert told("desk") == [], "it was never heard"
    send(DESK)
    gap = wait("desk", 1)[0]
    assert gap["columns"]["cause"] == "silence" and "to" not in gap["fields"], gap
    assert gap["title"] == "A source fell silent", gap
    kill()
    time.sleep(4)
    assert len(told("desk")) == 1, "it was told again"
    NODE.candor("source", "change", NODE.path, "desk", "--silence", "off")
    kill()
    send(DESK)
    silent, back = wait("desk", 2)
    assert back["fields"]["from"] == silent["fields"]["from"] < back["fields"]["to"], back
    assert back["title"] == "A source is heard again", back
    kill()
    time.sleep(4)
    assert len(told("desk")) == 2
    assert told("syslog") == []
    check_holes()


@tap.test
def operators_see_it():
    code, _, answer = NODE.request("GET", "/v1/sources", token=PROGRAM)
    assert code == 200, answer
    found = {one["source"]: one for one in answer["items"]}
    assert found["shop"]["silence"] == 86400 and "silence" not in found["desk"], found
    assert found["shop"]["heard"] > "2020" and "silent_since" not in found["desk"], found
    code, _, text = NODE.request("GET", "/metrics", token=PROGRAM)
    values = dict(line.rsplit(" ", 1) for line in text.decode().splitlines() if line[0] != "#")
    assert values["candor_sources_heard"] == "3" and values["candor_sources_silent"] == "0"
    assert int(values["candor_numbers_missing"]) >= 5 + FAR - 5, values
    assert "numbers missing" in NODE.candor("source", "list", NODE.path)
    for bad in ("5", "1y", "-1s", "999d"):
        done = running.subprocess.run([running.CANDOR, "source", "change", NODE.path, "desk",
                                       "--silence", bad], capture_output=True, check=False)
        assert done.returncode == 2 and b"silence" in done.stderr, (bad, done)
    NODE.stop()


tap.main()
