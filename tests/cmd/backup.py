# SPDX-License-Identifier: Apache-2.0
"""docs/backup.md, followed step by step: its own commands, and what it says will happen."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["CANDOR_SOURCE"], "tests"))
import tap  # noqa: E402

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "src", "cmd", "candor")
PAGE = os.path.join(os.environ["CANDOR_SOURCE"], "docs", "backup.md")
HOME = tempfile.mkdtemp(prefix="candor-backup-")
NODE = os.path.join(HOME, "node")


def run(*arguments, stdin=b""):
    """Runs a command and returns what it did."""
    return subprocess.run([CANDOR, *arguments], input=stdin, capture_output=True, timeout=120)


def good(*arguments, stdin=b""):
    """Runs a command that must succeed and returns its output."""
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, (arguments, done)
    return done.stdout


def append(words, count):
    """Appends events; the index of the first."""
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "subject": f"{words} {n}", "raw": f"{words} {n}"}) for n in range(count)]
    answers = good("append", NODE, stdin="\n".join(lines).encode()).splitlines()
    return json.loads(answers[0])["index"]


def erase(index):
    """Erases a record."""
    asked = json.loads(good("erase", NODE, str(index), "--basis", "mistake", "--by", "A. First"))
    good("erase", "approve", NODE, str(asked["request"]), "--by", "B. Second")


def back_up(name):
    """The commands of the page that make a backup; the folder that has it."""
    with open(PAGE, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.startswith("    tar ")]
    assert len(lines) == 2
    to = os.path.join(HOME, name)
    os.mkdir(to)
    for line in lines:
        words = line.replace("./node", NODE).split()
        words = [os.path.join(to, w) if w.endswith(".tar") else w for w in words]
        if not os.path.exists(os.path.join(NODE, "erasures")):
            words = [w for w in words if w != "erasures"]
        subprocess.run(words, check=True)
    return to


def put_back(backup, part, folders):
    """Puts a part of a backup back in place of what is there."""
    for folder in folders:
        shutil.rmtree(os.path.join(NODE, folder), ignore_errors=True)
    subprocess.run(["tar", "-C", NODE, "-xf", os.path.join(backup, part)], check=True)


def fault_free():
    """fsck finds nothing."""
    result = json.loads(good("fsck", NODE, "--json").splitlines()[-1])
    assert result["faults"] == 0, result
    good("doctor", NODE)


@tap.test
def a_whole_log_comes_back():
    good("init", NODE, "--origin", "log.example.com/backup")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    first = append("one", 50)
    backup = back_up("first")
    put_back(backup, "log.tar", ["log", "erasures"])
    put_back(backup, "keys.tar", ["keys"])
    assert json.loads(good("log", "show", NODE, str(first)))["fields"]["subject"] == "one 0"
    fault_free()


@tap.test
def a_log_that_is_behind_what_was_signed_is_refused_and_can_be_read():
    live = os.path.join(HOME, "live")
    shutil.copytree(NODE, live)
    append("two", 50)
    put_back(os.path.join(HOME, "first"), "log.tar", ["log", "erasures"])
    for words in [["append", NODE], ["serve", NODE, "--check"], ["log", "show", NODE, "40"]]:
        done = run(*words)
        assert done.returncode == 1 and b"were signed" in done.stderr, (words, done)
    good("log", "prove", NODE, "30")
    good("log", "show", NODE, "30", "--public")
    assert run("fsck", NODE).returncode == 1
    shutil.rmtree(NODE)
    shutil.copytree(live, NODE)
    fault_free()


@tap.test
def older_keys_forget_again_what_was_erased_since():
    first = append("three", 50)
    backup = back_up("second")
    erase(first)
    put_back(backup, "keys.tar", ["keys"])
    assert run("fsck", NODE).returncode == 1
    good("append", NODE)
    assert json.loads(good("log", "show", NODE, str(first)))["erased"] is True
    assert json.loads(good("log", "show", NODE, str(first + 1)))["fields"]["subject"] == "three 1"
    fault_free()


@tap.test
def keys_older_than_records_after_an_erasure_are_named():
    backup = back_up("third")
    erase(append("four", 5))
    append("five", 5)
    newest = back_up("fourth")
    put_back(backup, "keys.tar", ["keys"])
    done = run("append", NODE)
    assert done.returncode == 3 and b"keys/ is older" in done.stderr, done
    put_back(newest, "keys.tar", ["keys"])
    good("append", NODE)
    fault_free()


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
