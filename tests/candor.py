# SPDX-License-Identifier: Apache-2.0
"""candor: the program as a test written in Python types it, and what one does to a node with it.

    from candor import good, run
    good("init", node, "--origin", "log.example.com/test")
    first = append(node, 100)
    assert run("log", "show", node, str(first + 100)).returncode == 2

Everything is bytes, as a pipe has it. A running node of its own: running.py.
"""
import json
import os
import shutil
import subprocess

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "candor")
VERIFY = os.path.join(os.environ["CANDOR_BUILD"], "candor-verify")
# The program with places where CANDOR_FAILPOINT kills it.
KILLABLE = os.path.join(os.environ["CANDOR_BUILD"], "src", "cmd", "candor-failpoints")


def run(*arguments, stdin=b"", program=CANDOR, **more):
    """Runs a command and returns what it did."""
    return subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=240,
                          check=False, **more)


def good(*arguments, stdin=b""):
    """Runs a command that must succeed and returns its output."""
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, (arguments, done)
    return done.stdout


def refused(words, *arguments):
    """Runs a command that must be refused with these words, in one line and without output."""
    done = run(*arguments)
    assert done.returncode in (1, 2) and done.stdout == b"", (arguments, done)
    assert words in done.stderr and done.stderr.count(b"\n") == 1, (words, done)


def append(node, count, word="s", size=40):
    """Appends events about "WORD NUMBER", each with random raw text; the index of the first."""
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "subject": f"{word} {n}", "raw": os.urandom(size // 2).hex()})
             for n in range(count)]
    answers = good("append", node, stdin="\n".join(lines).encode()).splitlines()
    return json.loads(answers[0])["index"]


def erase(node, index):
    """Erases a record, with both officers."""
    asked = json.loads(good("erase", node, str(index), "--basis", "mistake", "--by", "A. First"))
    good("erase", "approve", node, str(asked["request"]), "--by", "B. Second")


def show(node, index):
    """A record with its private values."""
    return json.loads(good("log", "show", node, str(index)))


def size_of(node):
    """Entries under the newest checkpoint."""
    return json.loads(good("log", "head", node, "--json"))["size"]


def fault_free(node):
    """fsck finds nothing; what it counted."""
    result = json.loads(good("fsck", node, "--json").splitlines()[-1])
    assert result["faults"] == 0, result
    return result


def flip(path, offset):
    """Turns one bit of a file."""
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def back_up(node, folder):
    """The backups that restore_behind restores from: keys, then log."""
    good("backup", node, os.path.join(folder, "keys"), "--keys")
    good("backup", node, os.path.join(folder, "old-log"), "--log")


def restore_behind(node, folder, name):
    """A node restored from these, beside the signer of the first, which has signed more."""
    path = os.path.join(folder, name)
    os.mkdir(path)
    shutil.copytree(os.path.join(node, "signer"), os.path.join(path, "signer"))
    said = json.loads(good("restore", os.path.join(folder, "old-log"), os.path.join(folder, "keys"),
                           path, "--json"))
    assert not said["may_sign"], said
    return path
