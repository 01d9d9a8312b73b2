# SPDX-License-Identifier: Apache-2.0
"""candor recover --accept-loss: private values that no key opens any more are given up by two
people, and the log says which and who."""
import json
import os
import shutil
import tempfile

from candor import KILLABLE, append, erase, fault_free, flip, good, refused, run, show, size_of
import tap

HOME = tempfile.mkdtemp(prefix="candor-recover-loss-")
NODE = os.path.join(HOME, "node")
MADE = {}
EVENT = b'{"kind":"event","time":"2026-03-01T10:00:00Z","source":"x","raw":"x"}\n'


def at(*parts):
    """A path below the test's folder."""
    return os.path.join(HOME, *parts)


def copy(name):
    """A copy of the node that must not know of the other."""
    shutil.copytree(NODE, at(name), ignore=shutil.ignore_patterns("*.sock"))
    return at(name)


def accept(node, name, *more, program=None):
    """The command, by that person."""
    words = ["recover", node, "--accept-loss", "--by", name, *more]
    return run(*words) if program is None else run(*words, program=program[0], env=program[1])


def accepted(node):
    """Both people accept; what the command said to the second."""
    said = json.loads(good("recover", node, "--accept-loss", "--by", "A. First", "--json"))
    assert said["lost"] > 0 and not said["accepted"] and said["asked_by"] == "A. First", said
    return json.loads(good("recover", node, "--accept-loss", "--by", "B. Second", "--json"))


def gaps(node, since):
    """The gap records from an index on."""
    lines = good("log", "show", node, str(since), "--count", str(size_of(node) - since))
    return [r for r in map(json.loads, lines.splitlines()) if r["kind"] == "gap"]


@tap.test
def keys_older_than_records_are_named_and_restored_only_when_asked_for():
    good("init", NODE, "--origin", "log.example.com/loss", "--listen", "127.0.0.1:0")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    MADE["old"] = append(NODE, 300, "old")
    good("backup", NODE, at("keys"), "--keys")
    erase(NODE, MADE["old"])
    MADE["new"] = append(NODE, 40, "new")
    good("backup", NODE, at("log"), "--log")
    node = at("lossy")
    os.mkdir(node)
    shutil.copytree(os.path.join(NODE, "signer"), os.path.join(node, "signer"))
    done = run("restore", at("log"), at("keys"), node)
    assert done.returncode == 3 and b"keys/ is older" in done.stderr, done
    said = json.loads(good("restore", at("log"), at("keys"), node, "--lost-keys", "--json"))
    assert not said["may_sign"] and "--accept-loss" in said["why"], said


@tap.test
def nothing_opens_or_signs_before_the_loss_is_accepted():
    node = at("lossy")
    for words in [["append", node], ["serve", node], ["log", "show", node, str(MADE["old"])]]:
        done = run(*words)
        assert done.returncode != 0 and done.stdout == b"", (words, done)
    done = run("fsck", node)
    assert done.returncode == 1 and b"cannot be opened" in done.stdout, done


@tap.test
def one_person_alone_accepts_nothing():
    node = at("lossy")
    said = good("recover", node, "--accept-loss", "--by", "A. First")
    assert b"entries " in said and b"another officer runs the same command" in said, said
    refused(b"somebody else has to approve", "recover", node, "--accept-loss", "--by", "A. First")
    refused(b"no officer that candor.yaml names", "recover", node, "--accept-loss", "--by", "Eve")
    assert run("append", node).returncode != 0


@tap.test
def two_people_accept_it_and_the_log_says_so_and_goes_on():
    node, before = at("lossy"), size_of(at("lossy"))
    said = json.loads(good("recover", node, "--accept-loss", "--by", "B. Second", "--json"))
    assert said["accepted"] and said["may_sign"] and said["lost"] >= 40, said
    told = gaps(node, before)
    named = [[g["fields"]["first"], g["fields"]["last"]] for g in told]
    assert named == said["ranges"], (told, said)
    assert told[0]["columns"]["cause"] == "openings", told
    assert "asked by A. First, approved by B. Second" in told[0]["fields"]["detail"], told
    assert show(node, MADE["new"])["absent"] is True
    assert show(node, MADE["old"])["erased"] is True  # once more, with the old keys
    assert show(node, MADE["old"] + 1)["fields"]["subject"] == "old 1"
    fault_free(node)
    more = append(node, 5, "more")
    assert show(node, more)["fields"]["subject"] == "more 0"
    good("serve", node, "--check")
    good("rebuild", node)
    good("log", "prove", node, str(MADE["new"]))
    erase(node, more)
    fault_free(node)
    good("backup", node, at("keys-after"), "--keys")
    good("backup", node, at("log-after"), "--log")
    again = at("again")
    os.mkdir(again)
    shutil.copytree(os.path.join(node, "signer"), os.path.join(again, "signer"))
    assert json.loads(good("restore", at("log-after"), at("keys-after"), again, "--json"))[
        "may_sign"]
    fault_free(again)


@tap.test
def where_every_key_is_there_nothing_is_given_up():
    said = json.loads(good("recover", NODE, "--accept-loss", "--by", "A. First", "--json"))
    assert said == {"lost": 0, "ranges": [], "accepted": False}, said
    assert b"every private value" in good("recover", NODE, "--accept-loss")
    fault_free(NODE)


@tap.test
def a_group_whose_file_is_gone_is_given_up_as_a_whole():
    node = copy("gone")
    os.remove(os.path.join(node, "keys", "0000000000.group"))
    done = run("append", node, stdin=EVENT)
    assert done.returncode != 0 and b"lost" in done.stderr, done
    said = accepted(node)
    assert said["accepted"] and said["may_sign"] and said["ranges"][0][0] == 0, said
    assert show(node, MADE["old"] + 1)["absent"] is True
    append(node, 5, "on")
    fault_free(node)


@tap.test
def a_damaged_file_of_keys_is_no_loss_yet():
    node = copy("damaged")
    flip(os.path.join(node, "keys", "0000000000.group"), 4096 + 40)
    for slot in (4096, 253952):
        if os.path.getsize(os.path.join(node, "keys", "0000000000.group")) > slot + 40:
            flip(os.path.join(node, "keys", "0000000000.group"), slot + 41)
    done = accept(node, "A. First")
    assert done.returncode == 3 and b"keys/0000000000.group" in done.stderr, done
    os.remove(os.path.join(node, "keys", "root"))
    done = accept(node, "A. First")
    assert done.returncode != 0 and b"keys/root" in done.stderr, done


@tap.test
def a_request_counts_for_the_same_entries_only():
    node = copy("changed")
    group = os.path.join(node, "keys", "0000000000.group")
    os.rename(group, group + ".away")
    said = json.loads(good("recover", node, "--accept-loss", "--by", "A. First", "--json"))
    os.rename(group + ".away", group)
    append(node, 5, "between")
    os.remove(group)
    again = json.loads(good("recover", node, "--accept-loss", "--by", "B. Second", "--json"))
    assert not again["accepted"] and again["asked_by"] == "B. Second", (said, again)


@tap.test
def a_kill_at_any_step_is_followed_by_another_try():
    places = ["group-create", "group-created", "rotate-write", "rotate-sync", "rotate-synced",
              "rotate-turn", "rotate-clear", "rotate-cleared", "file-write", "file-rename",
              "file-renamed", "batch-write", "batch-sync"]
    killed = 0
    for n, place in enumerate(places):
        node = copy(f"killed-{n}")
        os.remove(os.path.join(node, "keys", "0000000000.group"))
        good("recover", node, "--accept-loss", "--by", "A. First")
        done = accept(node, "B. Second",
                      program=(KILLABLE, dict(os.environ, CANDOR_FAILPOINT=place + ":1")))
        killed += done.returncode < 0
        if place == "rotate-turn":
            cut = run("append", node)
            assert cut.returncode == 1 and b"was cut off" in cut.stderr, cut
        done = accept(node, "B. Second")
        assert done.returncode == 0, (place, done)
        append(node, 1, "on")
        assert len(gaps(node, size_of(NODE))) >= 1, place
        fault_free(node)
        shutil.rmtree(node)
    assert killed >= 8, killed


@tap.test
def a_command_that_asks_for_two_things_is_refused():
    for words in [["--from", NODE, "--accept-loss"], [], ["--accept-loss", "--by", ""],
                  ["--accept-loss", "--by", "x" * 64], ["--accept-loss", "--by", "a\nb"],
                  ["--accept-loss", "--by", b"\xff\xfe"]]:
        assert run("recover", at("changed"), *words).returncode == 2, words


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
