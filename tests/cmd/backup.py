# SPDX-License-Identifier: Apache-2.0
"""docs/backup.md, followed step by step: its own commands, and what it says will happen."""
import json
import os
import re
import shutil
import subprocess
import tempfile

import tap

PROGRAMS = os.path.join(os.environ["CANDOR_BUILD"], "src", "cmd")
PAGE = os.path.join(os.environ["CANDOR_SOURCE"], "docs", "backup.md")
HOME = tempfile.mkdtemp(prefix="candor-runbook-")
NODE = os.path.join(HOME, "node")


def page():
    """The commands of the page, by the heading they stand under."""
    commands, heading = {}, ""
    with open(PAGE, encoding="utf-8") as file:
        for line in file:
            if line.startswith("## "):
                heading = line[3:].strip()
            if line.startswith("    "):
                commands.setdefault(heading, []).append(line.strip())
    return commands


COMMANDS = page()


def sh(command, stdin=b""):
    """Runs a line as a person would type it, with /mnt below the test's folder."""
    line = command.replace("/mnt/", os.path.join(HOME, "mnt") + "/")
    path = PROGRAMS + os.pathsep + os.environ["PATH"]
    return subprocess.run(["sh", "-c", line], input=stdin, capture_output=True, timeout=120,
                          cwd=HOME, env=dict(os.environ, PATH=path))


def good(command, stdin=b""):
    """Runs a line that must succeed and returns its output."""
    done = sh(command, stdin)
    assert done.returncode == 0, (command, done)
    return done.stdout


def follow(heading):
    """Runs every command under the heading; what they said."""
    assert COMMANDS.get(heading), (heading, list(COMMANDS))
    return b"".join(good(command) for command in COMMANDS[heading])


def append(words, count):
    """Appends events; the index of the first."""
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "subject": f"{words} {n}", "raw": f"{words} {n}"}) for n in range(count)]
    answers = good("candor append ./node", "\n".join(lines).encode()).splitlines()
    return json.loads(answers[0])["index"]


def erase(index):
    """Erases a record."""
    asked = json.loads(good(f'candor erase ./node {index} --basis mistake --by "A. First"'))
    good(f'candor erase approve ./node {asked["request"]} --by "B. Second"')


def show(index):
    """A record with its private values."""
    return json.loads(good(f"candor log show ./node {index}"))


def lost():
    """Removes what the step before has moved away."""
    shutil.rmtree(os.path.join(HOME, "lost"), ignore_errors=True)


@tap.test
def the_page_has_a_command_for_every_step():
    assert list(COMMANDS) == ["Backing up", "Coming back", "The log is behind",
                              "Only copies without private values have the entries",
                              "The newest keys are older than records",
                              "Nobody has the entries, or the signer is lost",
                              "After any of these"]


@tap.test
def a_node_that_was_backed_up_comes_back_and_goes_on():
    os.mkdir(os.path.join(HOME, "mnt"))
    for place in ["a", "b"]:
        os.mkdir(os.path.join(HOME, "mnt", place))
    good("candor init ./node --origin log.example.com/eu --listen none")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    first = append("one", 50)
    follow("Backing up")
    said = follow("Coming back")
    assert b"0 faults" in said and b"read-only" not in said, said
    assert show(first)["fields"]["subject"] == "one 0"
    append("two", 5)
    follow("After any of these")
    lost()


@tap.test
def what_was_erased_since_the_keys_were_copied_stays_erased():
    first = append("three", 5)
    good("candor backup ./node /mnt/b/keys --keys")
    erase(first)
    good("candor backup ./node /mnt/a/log --log")
    said = follow("Coming back")
    assert b"read-only" not in said, said
    assert show(first)["erased"] is True
    assert show(first + 1)["fields"]["subject"] == "three 1"
    follow("After any of these")
    lost()


@tap.test
def a_log_that_is_behind_is_read_only_until_it_has_the_entries_of_the_lost_folder():
    follow("Backing up")
    first = append("four", 50)
    said = follow("Coming back")
    assert b"read-only: the log has" in said and b"were signed" in said, said
    done = sh("candor append ./node")
    assert done.returncode == 1 and b"were signed" in done.stderr, done
    good("candor log prove ./node 30")
    said = follow("The log is behind")
    assert b"read-only" not in said, said
    assert show(first)["fields"]["subject"] == "four 0"
    append("five", 5)
    follow("After any of these")
    lost()


@tap.test
def entries_that_only_an_export_has_come_back_without_their_values():
    follow("Backing up")
    first = append("lone", 50)
    good("candor log export ./node ./export")
    assert b"read-only: the log has" in follow("Coming back")
    said = follow("Only copies without private values have the entries")
    assert b"without their private values: 5" in said and b"read-only" not in said, said
    assert show(first)["absent"] is True
    good(f"candor log prove ./node {first}")
    append("again", 5)
    follow("After any of these")
    lost()


@tap.test
def what_the_newest_keys_do_not_open_is_given_up_by_two_people():
    follow("Backing up")
    erase(append("seven", 5))
    first = append("eight", 5)
    good("candor backup ./node /mnt/a/log --log")
    os.rename(NODE, os.path.join(HOME, "lost"))
    os.mkdir(NODE, 0o700)
    shutil.copytree(os.path.join(HOME, "lost", "signer"), os.path.join(NODE, "signer"))
    done = sh("candor restore /mnt/a/log /mnt/b/keys ./node")
    assert done.returncode == 3 and b"keys/ is older" in done.stderr, done
    good("candor restore /mnt/a/log /mnt/b/keys ./node --lost-keys")
    said = follow("The newest keys are older than records")
    assert b"are lost" in said and b"read-only" not in said, said
    assert show(first)["absent"] is True
    append("nine", 5)
    follow("After any of these")
    lost()


@tap.test
def each_refusal_of_the_page_is_one_that_is_given():
    with open(PAGE, encoding="utf-8") as file:
        rows = [line for line in file if line.startswith("| `")]
    messages = [row.split("`")[1] for row in rows]
    assert len(messages) > 5
    source = ""
    for folder, _, files in os.walk(os.path.join(os.environ["CANDOR_SOURCE"], "src")):
        for name in files:
            if name.endswith(".c"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    source += file.read().replace('"\n', '"').replace('" "', "")
    joined = " ".join(source.split()).replace('" "', "").replace('""', "")
    for message in messages:
        for words in re.split(r"…|\b[NM]\b", message):
            assert words.strip() in joined, message


@tap.test
def a_log_whose_entries_nobody_has_ends_and_another_begins_with_its_end():
    follow("Backing up")
    append("six", 50)
    follow("Coming back")
    head = good("candor log head ./node")
    said = follow("Nobody has the entries, or the signer is lost")
    assert b"vkey: log.example.com/eu-2+" in said, said
    entry = json.loads(good("candor log show ./new 0"))
    assert entry["kind"] == "anchor" and entry["fields"]["note"].encode() == head, entry
    done = sh("candor append ./node")
    assert done.returncode == 1, done
    good("candor log prove ./node 30")


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
