# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the real program between any two steps of an erasure (os/failpoint.h).

After each kill the node is opened again: an erasure that is in the log is carried out, one that is
not has changed nothing, and fsck finds no fault. CANDOR_KILLS=N kills up to N times at each place.
"""
import json
import os
import shutil
import subprocess
import tempfile

from candor import CANDOR, KILLABLE, good
import tap

KILLS = int(os.environ.get("CANDOR_KILLS", "1"))
HOME = tempfile.mkdtemp(prefix="candor-erase-kill-")
BASE = os.path.join(HOME, "base")
NODE = os.path.join(HOME, "node")
ERASING = ["erasure-put", "erase-begin", "rewrite-create", "rewrite-write", "rewrite-sync",
           "rotate-write", "rotate-sync", "rotate-synced", "rotate-turn", "rotate-clear",
           "rotate-cleared", "erasure-applied"]
SETTLING = ["rotate-turn", "rotate-clear", "rotate-cleared", "rewrite-cut"]
REQUEST = FIRST = 0


def run(*arguments, stdin=b"", program=CANDOR, failpoint=None):
    """Runs a command and returns what it did."""
    env = dict(os.environ)
    if failpoint is not None:
        env["CANDOR_FAILPOINT"] = failpoint
    return subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=120,
                          env=env)


def fresh():
    """The node as it was before the approval."""
    shutil.rmtree(NODE, ignore_errors=True)
    shutil.copytree(BASE, NODE)


def approve(failpoint):
    """Approves, to be killed there; whether it was."""
    done = run("erase", "approve", NODE, str(REQUEST), "--by", "B. Second", program=KILLABLE,
               failpoint=failpoint)
    return done.returncode == -9


def check(where):
    """The node comes up; what the log says was erased is gone, whole, and nothing else."""
    good("append", NODE)
    result = json.loads(good("fsck", NODE, "--json").splitlines()[-1])
    assert result["faults"] == 0, (where, result)
    logged = b'"kind":"erasure"' in good("log", "show", NODE, "0", "--count", "100000", "--public")
    for number in [5, 105, 205]:
        fields = json.loads(good("log", "show", NODE, str(FIRST + number)).strip())["fields"]
        gone = fields["subject"] == {"erased": True}
        assert gone == (logged and number != 205), (where, number, fields)
    return logged


@tap.test
def a_log_with_a_request_that_waits():
    global REQUEST, FIRST
    good("init", BASE, "--origin", "log.example.com/erase-kill")
    with open(os.path.join(BASE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "actor": "agent", "subject": f"user-{n}", "raw": f"words {n}"})
             for n in range(300)]
    for at in [0, 100, 200]:
        answers = good("append", BASE, stdin="\n".join(lines[at:at + 100]).encode()).splitlines()
        FIRST = FIRST or json.loads(answers[0])["index"]
    asked = good("erase", BASE, str(FIRST + 5), str(FIRST + 105), "--basis", "mistake", "--by",
                 "A. First")
    REQUEST = json.loads(asked)["request"]


@tap.test
def a_kill_at_any_step_is_finished_by_the_next_start():
    kills = 0
    for place in ERASING:
        for nth in range(1, KILLS + 1):
            fresh()
            killed = approve(f"{place}:{nth}")
            assert killed or nth > 1, f"{place} was never reached"
            kills += killed
            check(f"{place}:{nth}")
    print(f"# {kills} kills")


@tap.test
def a_kill_while_a_start_finishes_is_finished_too():
    for first in ["rotate-turn", "rotate-clear", "rewrite-sync"]:
        for place in SETTLING + ERASING[1:]:
            fresh()
            assert approve(f"{first}:1")
            run("append", NODE, program=KILLABLE, failpoint=f"{place}:1")
            assert check(f"{first}, then {place}"), "it was logged before"


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
