# SPDX-License-Identifier: Apache-2.0
"""Snapshots of the judge's state: a node that starts from one goes on as if it had never stopped,
and whatever is wrong with one, nothing is concluded from it: the log is judged again, and it is
said."""
import collections
import filecmp
import http.client
import json
import os
import random
import re
import shutil
import signal
import time

import candor
import running
import tap

CONFIG = "judge_snapshots: 1s\nofficers: [ A. First, B. Second ]\n"
BEGIN = "logsource: {product: shop}\ndetection: {s: {word: %s}, condition: s}\nlevel: low\n"


def correlation(name, kind, rules, span, *more):
    return f"title: {name}\nname: {name}\ncorrelation:\n  type: {kind}\n  rules: [{rules}]\n" \
        f"  group-by: [user]\n  timespan: {span}\n" + "".join(f"  {line}\n" for line in more)


RULES = "---\n".join(
    [f"title: {name}\nname: {name}\n" + BEGIN % name for name in ("bad", "hello", "other")] + [
        correlation("five", "event_count", "bad", "1m", "condition: {gte: 5}"),
        correlation("places", "value_count", "bad", "2m", "condition: {field: place, gte: 4}"),
        correlation("all", "temporal", "bad, hello, other", "20s"),
        correlation("order", "temporal_ordered", "hello, bad", "30s"),
        correlation("sum", "value_sum", "bad", "1m", "condition: {field: number, gte: 40}"),
        correlation("average", "value_avg", "bad, hello", "40s",
                    "condition: {field: number, lt: 4}"),
        correlation("percentile", "value_percentile", "bad, other", "40s",
                    "condition: {field: number, percentile: 90, gte: 8}"),
        correlation("median", "value_median", "hello", "1m", "condition: {field: number, gt: 4}"),
        correlation("few", "event_count", "hello", "30s", "condition: {lt: 3}"),
        correlation("without", "temporal", "bad, hello, other", "15s",
                    "condition: bad and not other"),
        correlation("again", "event_count", "five", "3m", "condition: {gte: 2}",
                    "generate: true"),
    ])
TYPES = RULES.count("correlation:")


def event(second, word="bad", user="ana", place="home", number=1):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1767600000 + second))
    return {"product": "shop", "@timestamp": stamp, "word": word, "user": user, "place": place,
            "number": number}


class Node(running.Node):
    """A node whose findings are compared."""

    def __init__(self, rules=RULES, config=CONFIG, **more):
        super().__init__(rules={"rules": rules}, config=config, hears=True, **more)
        self.token = self.source("shop")

    def give(self, events):
        return self.send(self.token, *events)["first_index"]

    def end(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(60)
        self.process.stdout.close()

    def judged_again(self):
        """How many events were, at the last start, and what else it said."""
        said = self.heard()
        found = re.findall(r"candor: serve: (.*: )?(\d+) recorded events were judged again", said)
        assert len(found) <= 1, said
        return (int(found[0][1]), found[0][0]) if found else (0, "")

    def titles(self):
        return collections.Counter(r["fields"]["title"] for r in self.findings())

    def told(self):
        """Every conclusion of a correlation: the rule, and the events by their order."""
        records = self.records()
        order = [r["index"] for r in records if r["kind"] == "event"]
        place = {index: at for at, index in enumerate(order)}
        return [(r["fields"]["title"], [place[e["index"]] for e in r["fields"]["evidence"]])
                for r in records if r["kind"] == "finding" and len(r["fields"]["evidence"]) > 0]


def busy(chance, start, count):
    """Events of all sorts, a little out of order, and the second after them."""
    second, events = start, []
    for _ in range(count):
        second += chance.choice([0, 0, 1, 1, 2, 9])
        events.append(event(second - chance.choice([0, 0, 0, 3]) + 5,
                            chance.choice(["bad", "bad", "hello", "other"]),
                            chance.choice("abcdef"), chance.choice("xyzuv"),
                            chance.randrange(10)))
    return events, second


@tap.test
def with_a_snapshot_and_what_followed_findings_are_those_of_a_node_that_never_stopped():
    chance = random.Random(7)
    node, second, sent, again = Node(), 0, [], []
    for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGKILL):
        events, second = busy(chance, second, 150)
        first = node.give(events)
        node.wait_for_snapshot(first + 149)
        more, second = busy(chance, second, 30)
        node.give(more)
        sent += events + more
        node.end(how)
        node.start()
        again.append(node.judged_again())
        assert again[-1][0] <= 60 and again[-1][1] == "", again
    assert again[1][0] == 0, "it ended well, and everything was in the last snapshot"
    last = [event(second + 3600, "nothing")]  # closes every window
    node.give(last)
    node.pause()
    twin = Node(config="judge_snapshots: 0s\n")
    twin.give(sent + last)
    twin.pause()
    assert not twin.snapshots()
    assert node.told() == twin.told()
    correlated = [title for title in node.titles() if title not in ("bad", "hello", "other")]
    assert len(correlated) == TYPES, (correlated, node.titles())


def four_of_five(node, start=0):
    """Four events of a group that fires at five; the index of the first."""
    return node.give([event(start + n) for n in range(4)])


def fires_at_one_more(node, start=0):
    before = node.titles()["five"]
    node.give([event(start + 4)])
    assert node.titles()["five"] == before + 1, node.titles()
    node.give([event(start + 5)])
    assert node.titles()["five"] == before + 1, "it fired again"


def alone(node):
    """Leaves the newest snapshot only; its path."""
    found = node.snapshots()
    newest = max(found, key=found.get)
    for path in found:
        if path != newest:
            os.unlink(path)
    return newest


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << offset % 8]))


@tap.test
def one_changed_bit_and_the_log_is_judged_again():
    node = Node()
    for turn, offset in enumerate([0, 40, -1, "key", "cut"]):
        start = turn * 600
        four_of_five(node, start)
        node.end(signal.SIGTERM)
        path = alone(node)
        size = os.path.getsize(path)
        if offset == "cut":
            os.truncate(path, size - 1)
        elif offset == "key":
            flip(path.replace("/view/", "/keys/"), 7)
        else:
            flip(path, offset % size)
        node.heard()
        node.start()
        count, why = node.judged_again()
        assert count >= 4, (offset, count, why)
        assert why.startswith("view/") or offset == 0, "a title that is none is no snapshot"
        assert not os.path.exists(path) or offset == 0
        fires_at_one_more(node, start)
    node.stop()


@tap.test
def of_two_the_older_is_used_if_the_newest_is_damaged():
    node = Node()
    first = four_of_five(node)
    node.wait_for_snapshot(first + 3)
    node.give([event(10, user="bob")])
    node.end(signal.SIGTERM)
    found = node.snapshots()
    assert len(found) == 2, found
    flip(max(found, key=found.get), 200)
    node.heard()
    node.start()
    assert node.judged_again() == (1, ""), "only what came behind the older one"
    fires_at_one_more(node)
    node.stop()


def take(node, folder):
    """Copies the node's snapshots away."""
    for part in ("view", "keys"):
        os.makedirs(os.path.join(folder, part))
        for name in os.listdir(os.path.join(node.path, part)):
            if name.endswith(".snapshot"):
                shutil.copy(os.path.join(node.path, part, name), os.path.join(folder, part))


def put(folder, node):
    for part in ("view", "keys"):
        for slot in range(2):
            path = os.path.join(node.path, part, f"{slot}.snapshot")
            if os.path.exists(path):
                os.unlink(path)
        shutil.copytree(os.path.join(folder, part), os.path.join(node.path, part),
                        dirs_exist_ok=True)


@tap.test
def a_snapshot_of_another_log_or_of_another_time_is_known():
    node, other = Node(), Node()
    for one in (node, other):  # the same pack: it holds the names of its files
        one.candor("rules", "activate", one.path, "--rules", os.path.join(node.home.name, "rules"))
    four_of_five(other)
    other.give([event(n, user="zoe") for n in range(4)])
    other.pause()
    take(other, os.path.join(node.home.name, "foreign"))
    other.home.cleanup()
    four_of_five(node)
    node.pause()
    take(node, os.path.join(node.home.name, "old"))
    shutil.copytree(node.path, os.path.join(node.home.name, "past"),
                    ignore=shutil.ignore_patterns("*.sock"))
    node.start()
    node.give([event(n, user="zoe") for n in range(4)])
    node.pause()
    alone(node)
    take(node, os.path.join(node.home.name, "new"))
    for what, why, count in (("foreign", "another log", 8), ("old", "", 4)):
        put(os.path.join(node.home.name, what), node)
        node.heard()
        node.start()
        said = node.judged_again()
        assert why in said[1] and said[0] == count and bool(why) == bool(said[1]), (what, said)
        node.pause()
    shutil.rmtree(node.path)
    shutil.move(os.path.join(node.home.name, "past"), node.path)
    put(os.path.join(node.home.name, "new"), node)
    node.heard()
    node.start()
    assert node.judged_again()[1].endswith("is ahead of the log: ")
    node.give([event(n % 4, user="eve") for n in range(20)])  # another past than the snapshot's
    node.end(signal.SIGKILL)
    put(os.path.join(node.home.name, "new"), node)
    node.heard()
    node.start()
    assert "another past" in node.judged_again()[1]
    fires_at_one_more(node)
    assert "zoe" not in json.dumps(node.titles())
    node.stop()


@tap.test
def other_rules_begin_with_no_state_and_no_snapshot():
    node = Node()
    first = four_of_five(node)
    node.wait_for_snapshot(first + 3)
    before = os.path.join(node.home.name, "first")
    take(node, before)
    other = os.path.join(node.home.name, "other.yml")
    with open(other, "w", encoding="utf-8") as file:
        file.write(RULES.replace("gte: 4", "gte: 3"))
    for path in (other, os.path.join(node.home.name, "rules")):
        node.candor("rules", "activate", node.path, "--rules", path)
        for slot in range(2):
            name = os.path.join("view", f"{slot}.snapshot")
            paths = [os.path.join(at, name) for at in (before, node.path)]
            assert not all(map(os.path.exists, paths)) or \
                not filecmp.cmp(*paths, shallow=False), "one of the old rules is left"
    node.end(signal.SIGKILL)
    put(before, node)  # of the same rules, but others came between
    node.heard()
    node.start()
    assert node.judged_again() == (0, "")
    node.give([event(n) for n in range(4, 8)])
    assert node.titles()["five"] == 0, "four events since the rules were activated"
    node.give([event(9)])
    assert node.titles()["five"] == 1
    node.stop()


def give_until_killed(node, start):
    """Four events that count, as far as it comes, and others for as long as there is a node."""
    ends = time.monotonic() + 120
    sent = 0
    while node.process.poll() is None:
        assert time.monotonic() < ends, "it was to be killed"
        try:
            node.give([event(start + sent) if sent < 4 else event(start + 4, "no", "x")])
            sent += 1
        except (OSError, http.client.HTTPException):
            break
        time.sleep(0.1)
    node.process.wait(60)
    node.process.stdout.close()


@tap.test
def a_node_killed_while_it_writes_one_has_another_or_none():
    node = Node(program=candor.KILLABLE)
    for turn, point in enumerate(["sealed-key:1", "sealed-file:1", "sealed-key:2"]):
        start = turn * 600
        node.end(signal.SIGTERM)
        node.start(CANDOR_FAILPOINT=point)
        give_until_killed(node, start)
        node.start()
        there = [json.loads(raw) for raw in node.events("shop")]
        count = sum(e["user"] == "ana" and e["@timestamp"] >= event(start)["@timestamp"]
                    for e in there)
        assert count <= 4 and node.titles()["five"] == turn, (point, count)
        for _ in range(4 - count):
            node.give([event(start + 4)])
        assert node.titles()["five"] == turn
        node.give([event(start + 5)])
        assert node.titles()["five"] == turn + 1, point
    node.stop()


@tap.test
def where_none_can_be_written_a_line_says_so_and_the_node_goes_on():
    node = Node()
    first = four_of_five(node)
    node.wait_for_snapshot(first + 3)
    for slot in range(2):
        os.makedirs(os.path.join(node.path, "keys", f"{slot}.snapshot.new"))
    node.give([event(4, user="bob")])
    ends = time.monotonic() + 60
    said = ""
    while "no snapshot of the judge's state" not in said:
        assert time.monotonic() < ends, said
        said += node.heard()
        time.sleep(0.05)
    fires_at_one_more(node)
    node.end(signal.SIGTERM)
    node.heard()
    node.start()
    assert node.judged_again()[0] > 0, "from the snapshot before"
    node.end(signal.SIGTERM)


@tap.test
def below_the_reserve_of_the_disk_none_is_written():
    node = Node(config="disk_reserve: 1048576\njudge_snapshots: 1s\n")
    ends = time.monotonic() + 60
    said = ""
    while "no snapshot of the judge's state: the disk has" not in said:
        assert time.monotonic() < ends, said
        said += node.heard()
        time.sleep(0.05)
    assert node.request("GET", "/healthz")[0] == 200 and not node.snapshots()
    node.end(signal.SIGTERM)


def erase(node, *indices):
    asked = json.loads(node.candor("erase", node.path, *[str(i) for i in indices], "--basis",
                                   "subject_request", "--by", "A. First"))["request"]
    node.candor("erase", "approve", node.path, str(asked), "--by", "B. Second")


def a_window_that_loses_its_newest(node):
    """Two distinct places count until the newest event, which had replaced an older one of its
    place, is erased; then the node ends by a kill, or not at all."""
    first = node.give([event(0, place="x"), event(1, place="y"), event(2, place="z"),
                       event(3, place="x")])
    erase(node, first + 3)
    node.wait_for_snapshot(first + 3)


@tap.test
def what_was_erased_counts_for_nothing_and_a_start_changes_nothing_about_it():
    fired = {}
    for how in ("runs on", "starts again", "starts without a snapshot"):
        node = Node(config=CONFIG.replace("1s", "1h"))  # only the erasure takes one
        a_window_that_loses_its_newest(node)
        if how != "runs on":
            node.end(signal.SIGKILL)
            for path in node.snapshots() if "without" in how else []:
                os.unlink(path)
            node.start()
        node.give([event(5, place="w")])
        fired[how] = [node.titles()["places"]]
        node.give([event(6, place="v")])
        fired[how].append(node.titles()["places"])
        node.end(signal.SIGKILL)
    assert fired["runs on"] == [0, 1], "y, z, w and v: x is not there any more"
    assert fired["starts again"] == fired["runs on"]
    assert fired["starts without a snapshot"] == [1, 1], "the log without it has the older x"


@tap.test
def no_backup_holds_one():
    node = Node()
    first = four_of_five(node)
    node.wait_for_snapshot(first + 3)
    to = [os.path.join(node.home.name, part) for part in ("keys", "log")]
    node.candor("backup", node.path, to[0], "--keys")
    node.candor("backup", node.path, to[1], "--log")
    for folder in to:
        names = [os.path.join(at, name) for at, _, files in os.walk(folder) for name in files]
        assert names and not any("snapshot" in name for name in names), names
        for name in names:
            with open(name, "rb") as file:
                assert b".snapshot" not in file.read(), name
    node.stop()


tap.main()
