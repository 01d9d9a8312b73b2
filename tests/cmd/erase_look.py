# SPDX-License-Identifier: Apache-2.0
"""A look through the whole log, for an erasure or a lifted hold, does not hold up what comes in;
and what comes in while it lasts is not overlooked."""
import json
import signal
import subprocess
import time

import running
import tap

# A look takes pieces of 8,192 entries: this many need several, whatever the machine does.
EVENTS = 60000
NODE = running.Node(config="officers: [ A. First, B. Second ]\nretention: { event: 1 }\n")
TOKEN = NODE.source("desk")
SUBJECT = "user-7"


def together(*commands):
    """Starts commands, one line of standard input each, while the scribe is halted, so that all of
    them wait for it when it goes on; what they answered."""
    NODE.process.send_signal(signal.SIGSTOP)
    started = []
    for arguments, line in commands:
        process = subprocess.Popen([running.CANDOR, *arguments], stdin=subprocess.PIPE, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(line)
        process.stdin.close()
        process.stdin = None
        started.append(process)
        time.sleep(0.5)  # the order in which they come: it decides nothing, but tells old from new
    NODE.process.send_signal(signal.SIGCONT)
    done = [(*process.communicate(timeout=240), process.returncode) for process in started]
    for out, err, status in done:
        assert status == 0, (out, err)
    return [json.loads(out.splitlines()[-1]) for out, _, _ in done]


def event(subject):
    return json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                       "subject": subject, "raw": "late"}) + "\n"


@tap.test
def events_are_recorded_while_the_log_is_looked_through():
    lines = "".join(json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                                "subject": f"user-{n % 1000}", "raw": f"{n}"}) + "\n"
                    for n in range(EVENTS))
    done = subprocess.run([running.CANDOR, "append", NODE.path], input=lines, text=True,
                          capture_output=True, check=True)
    assert len(done.stdout.splitlines()) == EVENTS
    asked, appended = together(
        (["erase", NODE.path, "--where", "subject=" + SUBJECT, "--basis", "subject_request",
          "--by", "A. First"], ""),
        (["append", NODE.path], event(SUBJECT)))
    assert appended["index"] < asked["request"], (appended, asked)
    record = json.loads(NODE.candor("log", "show", NODE.path, str(asked["request"])))
    assert record["fields"]["amount"] == EVENTS // 1000 + 1, "and the one that came meanwhile"


@tap.test
def what_came_meanwhile_is_erased_too():
    asked = json.loads(NODE.candor("erase", NODE.path, "--where", "subject=" + SUBJECT, "--basis",
                                   "subject_request", "--by", "A. First"))
    done, appended = together(
        (["erase", "approve", NODE.path, str(asked["request"]), "--by", "B. Second"], ""),
        (["append", NODE.path], event(SUBJECT)))
    # the two requests name the subject too
    assert done["erased"] == EVENTS // 1000 + 2 + 2, done
    record = json.loads(NODE.candor("log", "show", NODE.path, str(appended["index"])))
    assert record["erased"] is True, record


@tap.test
def a_hold_that_is_placed_meanwhile_is_seen():
    asked = json.loads(NODE.candor("erase", NODE.path, "--where", "subject=user-8", "--basis",
                                   "subject_request", "--by", "A. First"))["request"]
    NODE.process.send_signal(signal.SIGSTOP)
    approve = subprocess.Popen([running.CANDOR, "erase", "approve", NODE.path, str(asked), "--by",
                                "B. Second"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.5)
    place = subprocess.Popen([running.CANDOR, "hold", "add", NODE.path, "--id", "case-1",
                              "--subject", "user-8", "--basis", "a court order"],
                             stdout=subprocess.PIPE)
    NODE.process.send_signal(signal.SIGCONT)
    placed = json.loads(place.communicate(timeout=240)[0])
    out, err = approve.communicate(timeout=240)
    if approve.returncode == 0:  # it had looked through everything before the hold came
        assert json.loads(out)["erased"] > 0, out
    else:
        assert b"the legal hold case-1 covers it" in err, err
        assert placed["index"] > asked, placed


@tap.test
def several_who_wait_get_their_turn():
    first, second, lifted = together(
        (["erase", NODE.path, "--where", "subject=user-9", "--basis", "mistake"], ""),
        (["erase", NODE.path, "--where", "subject=user-10", "--basis", "mistake"], ""),
        (["hold", "remove", NODE.path, "--id", "case-1"], ""))
    assert len({first["request"], second["request"], lifted["index"]}) == 3


@tap.test
def one_that_goes_away_leaves_nothing_behind():
    before = NODE.size()
    NODE.process.send_signal(signal.SIGSTOP)
    gone = subprocess.Popen([running.CANDOR, "erase", NODE.path, "--where", "subject=user-11",
                             "--basis", "mistake"], stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    gone.kill()
    gone.wait(60)
    NODE.process.send_signal(signal.SIGCONT)
    done = json.loads(NODE.candor("erase", NODE.path, "--where", "subject=user-12", "--basis",
                                  "mistake"))
    asked = [record["fields"].get("object") for record in NODE.records(before)
             if record["kind"] == "oversight"]
    assert "subject=user-12" in asked and "subject=user-11" not in asked, asked
    assert done["request"] >= before, done


@tap.test
def what_is_too_old_goes_while_events_come_in():
    done, appended = together((["erase", NODE.path, "--expired"], ""),
                              (["append", NODE.path], event("user-13")))
    assert done["erased"] >= EVENTS - EVENTS // 1000, done
    assert appended["index"] > EVENTS
    NODE.stop()


tap.main()
