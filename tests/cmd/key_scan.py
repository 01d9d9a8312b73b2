# SPDX-License-Identifier: Apache-2.0
"""What a thief of the whole folder could still read, before and after an erasure (keyscan.c)."""
import glob
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time

import running
import tap

BUILD = os.environ["CANDOR_BUILD"]
CANDOR = os.path.join(BUILD, "src", "cmd", "candor")
KEYSCAN = os.path.join(BUILD, "tests", "cmd", "keyscan")
HOME = tempfile.mkdtemp(prefix="candor-keyscan-")
NODE = os.path.join(HOME, "node")
SAID = b""  # everything that any command wrote to standard error
PERSON, OTHER = "u-maria-1881", "u-jonas-0042"
RAW = "the raw words about maria"


def run(*arguments, stdin=b""):
    """Runs a command that must succeed and returns its output."""
    global SAID
    done = subprocess.run([CANDOR, *arguments], input=stdin, capture_output=True, timeout=120)
    SAID += done.stderr
    assert done.returncode == 0, (arguments, done)
    return done.stdout


def scan(folder):
    """How often each word is found, and how many blocks were opened."""
    done = subprocess.run([KEYSCAN, folder, PERSON, RAW, OTHER], capture_output=True, timeout=240)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def copy(name):
    """A raw copy of the folder."""
    to = os.path.join(HOME, name)
    shutil.copytree(NODE, to, ignore=shutil.ignore_patterns("*.sock"))
    return to


def append(count, first):
    """Appends events, one in ten about the person."""
    lines = []
    for n in range(first, first + count):
        who = PERSON if n % 10 == 0 else OTHER
        raw = f"{RAW} {n}" if who == PERSON else f"nothing {n}"
        lines.append(json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                                 "actor": "agent", "subject": who, "raw": raw}))
    run("append", NODE, stdin="\n".join(lines).encode())


def erase():
    """Erases the person."""
    asked = json.loads(run("erase", NODE, "--where", f"subject={PERSON}", "--basis",
                           "subject_request", "--by", "A. First"))
    return json.loads(run("erase", "approve", NODE, str(asked["request"]), "--by", "B. Second"))


def digests():
    """The entries as exported, by file."""
    out = os.path.join(HOME, "export")
    shutil.rmtree(out, ignore_errors=True)
    run("log", "export", NODE, out)
    names = glob.glob(os.path.join(out, "tile", "**"), recursive=True)
    return {os.path.relpath(name, out): hashlib.sha256(open(name, "rb").read()).hexdigest()
            for name in names if os.path.isfile(name) and ".p" not in name}


@tap.test
def the_scan_finds_the_value_before_the_erasure():
    run("init", NODE, "--origin", "log.example.com/keyscan")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    append(400, 0)
    append(400, 400)
    run("rebuild", NODE)
    before = scan(copy("before"))
    assert before["opened"] >= 4 and all(count > 0 for count in before["found"]), before


@tap.test
def neither_value_nor_key_is_left_after_it_and_nothing_else_is_lost():
    tiles = digests()
    segment = os.path.join(NODE, "log", "0000000000.seg")
    with open(segment, "rb") as file:
        old = file.read().rstrip(b"\x00")
    assert erase()["erased"] == 81
    after = scan(copy("after"))
    assert after["found"][0] == 0 and after["found"][1] == 0, after
    assert after["found"][2] > 0 and after["group_keys"] == 1, after
    with open(segment, "rb") as file:
        assert file.read().startswith(old), "the segment only grew"
    now = digests()
    assert all(now[name] == digest for name, digest in tiles.items())
    assert PERSON.encode() not in SAID and RAW.encode() not in SAID
    assert run("fsck", NODE)


@tap.test
def later_records_and_later_erasures_leave_nothing_either():
    append(300, 800)
    assert scan(copy("grown"))["found"][0] > 0
    assert erase()["erased"] == 31
    last = scan(copy("last"))
    assert last["found"][0] == last["found"][1] == 0 and last["found"][2] > 0, last


def with_old_keys(name):
    """A copy of a copy, with the keys of before the first erasure."""
    to = os.path.join(HOME, name + "-old-keys")
    shutil.copytree(os.path.join(HOME, name), to)
    shutil.rmtree(os.path.join(to, "keys"))
    shutil.copytree(os.path.join(HOME, "before", "keys"), os.path.join(to, "keys"))
    return to


@tap.test
def older_keys_open_it_again_until_a_node_has_opened_them():
    restored = with_old_keys("after")
    assert scan(restored)["found"][0] > 0, "this scan sees what can be seen"
    refused = subprocess.run([CANDOR, "hold", "list", restored], capture_output=True, timeout=120)
    assert refused.returncode == 1 and b"not carried out yet" in refused.stderr, refused
    fsck = subprocess.run([CANDOR, "fsck", restored], capture_output=True, timeout=120)
    assert fsck.returncode == 1 and b"older" in fsck.stdout, fsck
    run("append", restored)
    last = scan(restored)
    assert last["found"][:2] == [0, 0] and last["found"][2] > 0, last
    run("fsck", restored)


@tap.test
def keys_that_are_older_than_records_are_refused_and_named():
    restored = with_old_keys("last")
    done = subprocess.run([CANDOR, "append", restored], capture_output=True, timeout=120)
    assert done.returncode == 3 and b"keys/ is older" in done.stderr, done


RULE = running.word_rule("bad") + """---
title: Again
correlation:
    type: event_count
    rules: [word]
    group-by: [user]
    timespan: 1h
    condition: {gte: 100}
"""


def scan_live(node):
    """Of a node whose files change while they are copied."""
    ends = time.monotonic() + 60
    while True:
        to = os.path.join(tempfile.mkdtemp(dir=HOME), "node")
        try:
            shutil.copytree(node.path, to, ignore=shutil.ignore_patterns("*.sock"))
            return scan(to)
        except (shutil.Error, OSError):
            assert time.monotonic() < ends


def erase_records(path, first, count):
    asked = json.loads(run("erase", path, *[str(first + n) for n in range(count)], "--basis",
                           "subject_request", "--by", "A. First"))
    run("erase", "approve", path, str(asked["request"]), "--by", "B. Second")


@tap.test
def what_the_judge_remembers_is_sealed_and_goes_with_the_erasure():
    node = running.Node(rules={"again": RULE}, hears=True,
                        config="judge_snapshots: 1s\nofficers: [ A. First, B. Second ]\n")
    token = node.source("shop")
    events = [{"product": "shop", "word": "bad", "user": user} for user in (PERSON, PERSON, OTHER)]
    first = node.send(token, *events)["first_index"]
    node.wait_for_snapshot(first + 2)
    before = scan_live(node)
    assert before["snapshots"] > 0 and before["in_snapshots"][0] > 0, before
    erase_records(node.path, first, 2)
    after = scan_live(node)
    assert after["in_snapshots"][0] == 0 and after["found"][0] == 0, after
    node.wait_for_snapshot(first + 2)
    later = scan_live(node)
    assert later["snapshots"] > 0 and later["found"][0] == 0, later
    assert later["in_snapshots"][2] > 0, "the others are still counted"
    first = node.send(token, *events)["first_index"]
    node.pause()
    assert scan(node.path)["in_snapshots"][0] > 0
    erase_records(node.path, first, 2)
    last = scan(node.path)
    assert last["snapshots"] == 0 and last["found"][0] == 0 and last["found"][2] > 0, last
    node.start()
    node.stop()


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
