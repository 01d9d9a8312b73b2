# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up: sources wait, append is refused, what an operator must do still works, and
when there is room again nothing is lost. On a file system of its own, in a mount namespace."""
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import running
import tap

INSIDE = "CANDOR_TEST_FULL_DISK"
if INSIDE not in os.environ and shutil.which("unshare"):
    os.environ[INSIDE] = "1"
    for options in (["-m"], ["-r", "-m"]):
        if subprocess.run(["unshare", *options, "true"], capture_output=True,
                          check=False).returncode == 0:
            os.execvp("unshare", ["unshare", *options, sys.executable, __file__])

MIB = 1 << 20
STATE = {}


def post(node, token, number, answers):
    """Sends one numbered event and waits for the answer as long as it takes."""
    request = urllib.request.Request(
        node.url + "/v1/events?ack=checkpointed", data=json.dumps({"number": number}).encode(),
        headers={"Authorization": "Bearer " + token, "Candor-Sequence": str(number)})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                answers[number] = json.loads(answer.read())
                return
        except OSError:  # 503, or no answer in time: a sender tries again
            time.sleep(0.1)


def fill(free):
    """Leaves this many bytes of the file system."""
    about = os.statvfs(STATE["home"])
    with open(STATE["filler"], "ab") as file:
        os.posix_fallocate(file.fileno(), file.tell(), about.f_bavail * about.f_bsize - free)


@tap.test
def a_node_runs_on_a_small_disk():
    home = os.path.join(os.environ["CANDOR_BUILD"], "tests", "full-disk")
    os.makedirs(home, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "none", home],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0 or INSIDE not in os.environ:
        tap.skip("no file system may be mounted here: " + done.stderr.strip())
    STATE.update(home=home, filler=os.path.join(home, "filler"))
    os.environ["TMPDIR"] = home
    node = STATE["node"] = running.Node()
    assert node.path.startswith(home), node.path
    STATE["token"] = node.source("shop")
    answers = {}
    post(node, STATE["token"], 1, answers)
    assert answers[1]["accepted"] == 1


@tap.test
def below_the_reserve_sources_wait_and_append_is_refused():
    if "node" not in STATE:
        tap.skip("no file system may be mounted here")
    node = STATE["node"]
    before = node.size()
    fill(30 * MIB)
    time.sleep(0.5)  # longer than a look at the disk is good for
    answers = STATE["answers"] = {}
    STATE["senders"] = [threading.Thread(target=post, args=(node, STATE["token"], n, answers))
                        for n in range(2, 6)]
    for sender in STATE["senders"]:
        sender.start()
    done = subprocess.run([running.CANDOR, "append", node.path], capture_output=True, text=True,
                          input='{"kind":"event","time":"2026-03-01T10:00:00Z","source":"a",'
                                '"raw":"x"}\n', check=False)
    assert done.returncode == 3 and not done.stdout, done
    assert "disk_reserve keeps 64 for erasures and keys: make room" in done.stderr, done
    time.sleep(1)
    assert not answers and node.size() == before


@tap.test
def what_an_operator_must_do_still_works():
    if "node" not in STATE:
        tap.skip("no file system may be mounted here")
    node = STATE["node"]
    before = node.size()
    node.candor("hold", "add", node.path, "--id", "case-1", "--basis", "court order",
                "--subject", "someone")
    assert node.source("other")
    assert node.size() > before


@tap.test
def with_room_again_every_event_is_there_once():
    if "node" not in STATE:
        tap.skip("no file system may be mounted here")
    node = STATE["node"]
    os.unlink(STATE["filler"])
    for sender in STATE["senders"]:
        sender.join(60)
        assert not sender.is_alive(), "a sender is answered when there is room"
    assert sorted(STATE["answers"]) == [2, 3, 4, 5]
    assert sorted(json.loads(raw)["number"] for raw in node.events("shop")) == [1, 2, 3, 4, 5]


@tap.test
def a_stop_on_a_full_disk_answers_what_was_taken():
    if "node" not in STATE:
        tap.skip("no file system may be mounted here")
    node = STATE["node"]
    fill(30 * MIB)
    time.sleep(0.5)
    answers = {}
    sender = threading.Thread(target=post, args=(node, STATE["token"], 6, answers), daemon=True)
    sender.start()
    time.sleep(0.5)
    node.process.send_signal(signal.SIGTERM)
    assert node.process.wait(60) == 0
    assert "0 faults" in node.candor("fsck", node.path)
    raws = [json.loads(raw)["number"] for raw in node.events("shop")]
    assert sorted(raws) == [1, 2, 3, 4, 5] + ([6] if 6 in raws else [])
    assert 6 in raws or 6 not in answers, "what was answered is there"


tap.main()
