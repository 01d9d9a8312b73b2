# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the real program between any two steps of a commit (os/failpoint.h), and at random.

After each kill the node is opened again: every record whose index was printed is there, with its
content, and fsck finds no fault. CANDOR_KILLS=N kills N times at each place.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from candor import CANDOR, KILLABLE
import tap

KILLS = int(os.environ.get("CANDOR_KILLS", "1"))
SEED = int(os.environ.get("CANDOR_KILL_SEED", "1"))

HOME = tempfile.TemporaryDirectory()
chance = random.Random(SEED)

APPENDING = ["batch-begin", "batch-reserve", "batch-write", "batch-sync", "batch-synced", "sign",
             "publish", "file-write", "file-rename", "file-renamed", "published", "state-write",
             "state-sync", "state-synced", "signature", "recover-again", "recover-counters"]
SIGNER = ["state-write", "state-sync", "state-synced", "signature"]
SEGMENT = ["footer-cut", "footer-sync", "segment-create", "segment-created"]
SEGMENT_START = ["recover-footer", "recover-roll"]
TORN = ["recover-torn", "recover-cut"]
INIT = ["group-create", "group-created"]
hits = dict.fromkeys(APPENDING + SEGMENT + SEGMENT_START + TORN + INIT, 0)
random_kills = [0, 0]  # rounds, acknowledged records


def line(number):
    return json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "kill",
                       "raw": json.dumps({"number": number})}).encode() + b"\n"


def candor(*arguments, stdin=b""):
    run = subprocess.run([CANDOR, *arguments], input=stdin, capture_output=True)
    assert run.returncode == 0, (arguments, run.returncode, run.stderr)
    return run.stdout


class Node:
    """A node's directory and what it has acknowledged."""

    def __init__(self, name, of=None):
        self.path = os.path.join(HOME.name, name)
        self.acked = {}  # index: number of the record
        self.number = 0
        if of is None:
            candor("init", self.path, "--origin", "log.example/kill", "--listen", "none")
        else:
            shutil.rmtree(self.path, ignore_errors=True)
            shutil.copytree(of.path, self.path)
            self.acked, self.number = dict(of.acked), of.number

    def append(self, chunks, failpoint=None, kill_after_s=None):
        """Feeds chunks of records and takes the answers; its exit status and what it said."""
        env = dict(os.environ)
        if failpoint is not None:
            env["CANDOR_FAILPOINT"] = failpoint
        process = subprocess.Popen([KILLABLE, "append", self.path], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                                   start_new_session=True)
        numbers, answers, errors = [], [], []
        takers = [threading.Thread(target=lambda: answers.extend(process.stdout)),
                  threading.Thread(target=lambda: errors.extend(process.stderr))]
        for taker in takers:
            taker.start()
        if kill_after_s is not None:
            threading.Timer(kill_after_s, self.kill_all, [process]).start()
        try:
            for size in chunks:
                text = b""
                for _ in range(size):
                    numbers.append(self.number)
                    text += line(self.number)
                    self.number += 1
                process.stdin.write(text)
                process.stdin.flush()
                if chance.random() < 0.5:
                    time.sleep(0.002)
            process.stdin.close()
        except BrokenPipeError:
            pass
        status = process.wait(60)
        self.kill_all(process)
        for taker in takers:
            taker.join(60)
        heard = [a for a in answers if a.endswith(b"\n")]
        for number, answer in zip(numbers, heard):
            index = json.loads(answer)["index"]
            assert index not in self.acked, f"index {index} was given twice"
            self.acked[index] = number
        return status, b"".join(errors).decode()

    @staticmethod
    def kill_all(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def check(self):
        """Opens the node again and looks for everything that was promised."""
        answer = candor("append", self.path, stdin=line(self.number))
        self.acked[json.loads(answer)["index"]] = self.number
        self.number += 1
        fsck = subprocess.run([CANDOR, "fsck", self.path], capture_output=True)
        assert fsck.returncode == 0, fsck
        oldest = max(0, len(self.acked) - 3000)
        recent = dict(sorted(self.acked.items())[oldest:])
        size = json.loads(candor("log", "head", self.path, "--json"))["size"]
        shown = {}
        for text in candor("log", "show", self.path, "--count",
                           str(size - min(recent))).splitlines():
            record = json.loads(text)
            if record["kind"] == "event":
                shown[record["index"]] = json.loads(record["fields"]["raw"])["number"]
        for index, number in recent.items():
            assert shown.get(index) == number, (index, number, shown.get(index))


def kill_at(node, name, nth, chunks):
    """Whether the kill came; the node is checked either way."""
    status, errors = node.append(chunks, failpoint=f"{name}:{nth}")
    came = f"failpoint {name}\n" in errors
    # The signer may die behind the last acknowledgement; then the scribe ends well without it.
    assert came or status == 0, (name, nth, status, errors)
    assert status != 0 or not came or name in SIGNER, (name, nth, errors)
    node.check()
    hits[name] += came
    return came


def some_chunks(count):
    return [chance.choice([1, 2, 7, 40, 300]) for _ in range(count)]


@tap.test
def killed_between_any_two_steps_of_a_commit():
    node = Node("appending")
    for name in APPENDING:
        tries = 0
        while hits[name] < KILLS:
            tries += 1
            assert tries < 4 * KILLS + 10, f"{name} is not reached"
            kill_at(node, name, 1 if name.startswith("recover") else 1 + tries % 5,
                    some_chunks(12))


def nearly_full():
    """A node whose first segment has room for some records more."""
    node = Node("nearly-full")
    size = json.loads(candor("log", "head", node.path, "--json"))["size"]
    count = 65536 - 100 - size
    text = b"".join(line(n) for n in range(count))
    for number, answer in enumerate(candor("append", node.path, stdin=text).splitlines()):
        node.acked[json.loads(answer)["index"]] = number
    node.number = count
    return node


@tap.test
def killed_where_a_segment_ends():
    base = nearly_full()
    for name in SEGMENT:
        while hits[name] < KILLS:
            node = Node("segment", of=base)
            assert kill_at(node, name, 1, [30, 50, 70, 20])
    for name in SEGMENT_START:  # first a kill behind the footer's sync: the start finishes the rest
        while hits[name] < KILLS:
            node = Node("segment", of=base)
            status, _ = node.append([30, 50, 70, 20], failpoint="segment-create:1")
            assert status != 0
            assert kill_at(node, name, 1, [5])


@tap.test
def killed_while_a_torn_batch_is_cleared():
    node = Node("torn")
    segment = os.path.join(node.path, "log", "0000000000.seg")
    for name in TORN:
        while hits[name] < KILLS:
            status, _ = node.append([5], failpoint="batch-sync:1")
            assert status != 0
            with open(segment, "rb+") as file:  # what a power cut would have left of it
                text = file.read().rstrip(b"\0")
                file.truncate(len(text) - chance.randrange(1, 40))
            assert kill_at(node, name, 1, [3])


@tap.test
def killed_while_a_node_is_made():
    for name in INIT:
        while hits[name] < KILLS:
            path = os.path.join(HOME.name, f"{name}-{hits[name]}")
            run = subprocess.run([KILLABLE, "init", path, "--origin", "log.example/kill"],
                                 capture_output=True,
                                 env=dict(os.environ, CANDOR_FAILPOINT=name + ":1"))
            assert run.returncode != 0 and b"failpoint " + name.encode() in run.stderr
            candor("append", path, stdin=line(0) + line(1))
            candor("fsck", path)
            hits[name] += 1


@tap.test
def killed_at_random_under_load():
    node = Node("random")
    for _ in range(5 + 20 * (KILLS - 1)):
        before = len(node.acked)
        node.append([chance.choice([1, 50, 500]) for _ in range(200)],
                    kill_after_s=chance.uniform(0.02, 0.3))
        node.check()
        random_kills[0] += 1
        random_kills[1] += len(node.acked) - before


@tap.test
def every_place_was_hit_often_enough():
    print("# " + ", ".join(f"{name} {count}" for name, count in hits.items()))
    print(f"# at random: {random_kills[0]} kills, {random_kills[1]} records acknowledged")
    assert min(hits.values()) >= KILLS


@tap.test
def the_program_that_ships_has_no_failpoints():
    with open(CANDOR, "rb") as file:
        assert b"CANDOR_FAILPOINT" not in file.read()


tap.main()
