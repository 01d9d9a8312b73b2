# SPDX-License-Identifier: Apache-2.0
"""A hostile program in the place of the front (hostile_front.c), with its descriptors and its
confinement: whatever it sends or tries, the log is as it was or has grown by events, keys and what
else lies in the node's directory are untouched, and nothing is signed that the log does not say."""
import hashlib
import os
import re
import signal
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.dont_write_bytecode = True
import running  # noqa: E402
import tap  # noqa: E402

HOSTILE = os.path.join(os.environ["CANDOR_BUILD"], "tests", "cmd", "candor-hostile")
NODE = running.Node(rules={"word": running.word_rule("bad")})
SHOP = NODE.source("shop")
NODE.send(SHOP, *({"product": "shop", "word": "bad", "secret": f"s{n}"} for n in range(20)))
NODE.pause()
SANITIZED = b"__asan_init" in open(running.CANDOR, "rb").read()  # then nothing is confined by calls

# What the scribe or the reader says to it; the node ends, and nothing was recorded.
REFUSED = {
    "kind-gap": "front: it may not write records of kind",
    "kind-oversight": "front: it may not write records of kind",
    "source-unknown": "front: an event of a source that nobody registered",
    "source-other": "front: an event of a source that nobody registered",
    "two-numbers": "front: an event with two numbers",
    "findings-missing": "front: malformed batch: findings are missing",
    "findings-huge": "front: malformed batch: findings are missing",
    "finding-future": "front: a finding names a foreign position",
    "slot-outside": "front: message 66 is malformed",
    "bytes-huge": "front: message 66 is malformed",
    "bytes-short": "record: its head is cut short",
    "records-huge": "front: message 66 is malformed",
    "records-many": "front: malformed batch",
    "number-ahead": "front: message 66 is malformed",
    "batch-ahead": "front: message 66 is malformed",
    "frame-huge": "serve:",
    "ready-twice": "front: message 65 is malformed",
    "escape": "front: message 65 is malformed",
    "idle": "front: nobody asked it to end",
    "activated": "front: it activates what nobody asked for",
    "replay": "front: it may not ask for recorded events now",
    "hook": "front:",
    "cosigned": "front:",
    "unknown": "front: message 65534 is not known",
    "stored": "front: message 3 is not known",
}
# System calls that kill it; then the node ends.
KILLED = ["socket", "kill", "ptrace", "exec", "code", "remove"]


def private():
    """The hash of every file that the front must not reach, but what the scribe writes itself."""
    found = {}
    for folder in ("", "keys", "signer", "rules", "erasures"):
        where = os.path.join(NODE.path, folder)
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
            path = os.path.join(where, name)
            if name in ("heard", "lock", "state") or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                found[os.path.join(folder, name)] = hashlib.sha256(file.read()).hexdigest()
    return found


def note(name):
    """The newest checkpoint in a file; it verifies."""
    path = os.path.join(NODE.home.name, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(NODE.candor("log", "head", NODE.path))
    done = subprocess.run([running.VERIFY, path, "--vkey", NODE.vkey], capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return path


def look():
    """What is recorded. Looking is recorded as well, behind it."""
    KNOWN[:] = NODE.records()


def settle():
    """What is signed now goes on from what was signed before; the real front goes on with it."""
    old, size = KNOWN_SIZE[-1], NODE.size()
    assert size >= old
    assert NODE.candor("log", "consistency", NODE.path, str(old), str(size))
    note("new")
    KNOWN_SIZE.append(size)
    NODE.start()
    NODE.pause()
    look()


class Attack:
    """One run of the node with the hostile program; whatever was tried, what was there is there."""

    def __init__(self, name, lives=False):
        before, records, self.said = private(), list(KNOWN), ""
        process = subprocess.Popen([HOSTILE, "serve", NODE.path], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE,
                                   env={**os.environ, "CANDOR_HOSTILE": name})
        while lives and "hostile: done" not in self.said:
            line = process.stderr.readline()
            assert line, "it ended: " + self.said
            self.said += line.decode(errors="replace")
        if lives:
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        self.said += err.decode(errors="replace")
        self.code = process.returncode
        assert b"\x1b" not in out, "what it said reached the terminal"
        NODE.candor("fsck", NODE.path)
        look()
        assert KNOWN[:len(records)] == records, "what was recorded is another"
        self.new = KNOWN[len(records) + 1:]
        assert private() == before, "a file changed"


KNOWN, KNOWN_SIZE = [], [NODE.size()]
look()


@tap.test
def what_breaks_the_protocol_ends_the_node_with_a_clear_line_and_records_nothing():
    for name, line in REFUSED.items():
        done = Attack(name)
        assert done.code not in (0, None) and done.code > 0, (name, done.code, done.said)
        assert line in done.said, (name, done.said)
        assert done.new == [] or name == "records-many", (name, done.new)
    settle()


@tap.test
def a_batch_that_changes_while_it_is_taken_is_taken_once_or_not_at_all():
    process = subprocess.Popen([HOSTILE, "serve", NODE.path], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, env={**os.environ, "CANDOR_HOSTILE": "race"})
    while b"hostile: done" not in process.stderr.readline() and process.poll() is None:
        continue
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    NODE.candor("fsck", NODE.path)
    look()
    settle()


@tap.test
def an_honest_batch_is_only_an_event():
    done = Attack("honest", lives=True)
    assert done.code == 0, done.said
    assert [r["kind"] for r in done.new] == ["event"], done.new
    assert done.new[0]["fields"]["raw"] == '{"forged":1}'
    settle()


@tap.test
def files_and_descriptors_are_out_of_its_reach():
    level = NODE.candor("doctor", NODE.path)
    for role in ("front", "reader", "signer"):
        assert re.search(f"confinement +{role}: .*seccomp, .*Landlock.*no dumps", level), level
    done = Attack("files", lives=True)
    told = [line for line in done.said.splitlines() if line.startswith("hostile: ")]
    if "no Landlock" in level:
        told = [line for line in told if "opened" not in line and "made" not in line]
    assert told == ["hostile: done"], told
    assert done.new == []


@tap.test
def system_calls_that_it_does_not_need_kill_it():
    if SANITIZED:
        print("# a sanitizer build confines no system calls", flush=True)
        return
    for name in KILLED:
        done = Attack(name)
        assert done.code > 0 and re.search("the (front|reader) is gone", done.said), done.said
        assert "hostile:" not in done.said and done.new == [], (name, done.said)
    settle()


@tap.test
def the_reader_shows_no_file_and_nothing_private_without_a_name():
    done = Attack("paths", lives=True)
    answers = re.findall(r"hostile: answer (\d+)", done.said)
    assert len(answers) == 5 and set(answers) == {"404"}, done.said
    assert done.new == []
    done = Attack("nameless", lives=True)
    answers = re.findall(r"hostile: answer (\d+)", done.said)
    assert len(answers) == 7 and not [code for code in answers if code[0] == "2"], done.said
    assert done.new == [], done.new
    done = Attack("question")
    assert "reader: malformed question" in done.said and done.new == [], done.said
    settle()


tap.main()
