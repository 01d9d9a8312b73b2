# SPDX-License-Identifier: Apache-2.0
"""Erasure, holds and retention, as an officer types them."""
import json
import os
import shutil
import signal
import subprocess
import tempfile

from candor import CANDOR, VERIFY, fault_free, good, refused, run, show, size_of
import tap

HOME = tempfile.mkdtemp(prefix="candor-erase-")
NODE = os.path.join(HOME, "node")
KEY = ""
FIRST = 0
COUNT = 600


def ask(*arguments):
    """Asks for an erasure and returns the number of the request."""
    return json.loads(good("erase", NODE, *arguments))["request"]


def approve(request, name="B. Second"):
    """Approves a request and returns what was erased."""
    return json.loads(good("erase", "approve", NODE, str(request), "--by", name))


def erase(*arguments):
    """Both at once."""
    return approve(ask(*arguments, "--by", "A. First"))


@tap.test
def a_log_with_people_in_it():
    global KEY, FIRST
    KEY = good("init", NODE, "--origin", "log.example.com/erase", "--listen",
               "127.0.0.1:0").split()[1].decode()
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "actor": f"agent-{n % 7}", "subject": f"user-{n % 50}",
                         "raw": json.dumps({"who": f"user-{n % 50}", "n": n})})
             for n in range(COUNT)]
    answers = good("append", NODE, stdin="\n".join(lines).encode()).splitlines()
    FIRST = json.loads(answers[0])["index"]


@tap.test
def nothing_is_erased_before_a_second_person_approves():
    request = ask(str(FIRST + 3), "--basis", "subject_request", "--by", "A. First")
    assert show(NODE, FIRST + 3)["fields"]["subject"] == "user-3"
    refused(b"somebody else has to approve", "erase", "approve", NODE, str(request), "--by",
            "A. First")
    refused(b"same user of the system", "erase", "approve", NODE, str(request), "--by", "C. Third")
    refused(b"no request that waits", "erase", "approve", NODE, str(FIRST), "--by", "B. Second")
    refused(b"no request that waits", "erase", "approve", NODE, "999999", "--by", "B. Second")
    assert show(NODE, FIRST + 3)["fields"]["subject"] == "user-3"
    assert approve(request) == {"erased": 1, "already": 0, "held": 0, "entries": 1}
    fields = show(NODE, FIRST + 3)["fields"]
    assert fields["actor"] == "agent-3", "who acted is kept"
    assert all(fields[name] == {"erased": True} for name in ["subject", "raw", "source", "time"])
    assert show(NODE, FIRST + 2)["fields"]["subject"] == "user-2"
    counted = fault_free(NODE)
    assert (counted["erased"], counted["fields_erased"]) == (0, 1), "who acted is left of it"
    assert b"0 records erased, 1 lost some fields, 0 faults" in good("fsck", NODE)


@tap.test
def a_field_goes_with_the_field_that_contains_it():
    assert erase(str(FIRST + 5), "--field", "subject", "--basis", "mistake")["erased"] == 1
    fields = show(NODE, FIRST + 5)["fields"]
    assert fields["subject"] == fields["raw"] == {"erased": True}
    assert fields["actor"] == "agent-5" and fields["source"] == "desk"
    bundle = good("log", "disclose", NODE, str(FIRST + 5), "--fields", "actor")
    path = os.path.join(HOME, "bundle")
    with open(path, "wb") as file:
        file.write(bundle)
    assert run(path, "--vkey", KEY, program=VERIFY).returncode == 0
    refused(b"was erased", "log", "disclose", NODE, str(FIRST + 5), "--fields", "subject")
    refused(b"says who acted", "erase", NODE, str(FIRST + 5), "--field", "actor", "--basis",
            "mistake")


@tap.test
def entries_and_proofs_stay_byte_for_byte():
    index = FIRST + 9
    entry = good("log", "entry", NODE, str(index))
    proof = good("log", "prove", NODE, str(index))
    head = good("log", "head", NODE)
    erase(str(index), "--basis", "objection")
    assert good("log", "entry", NODE, str(index)) == entry
    for name, content in [("entry", entry), ("proof", proof), ("head", head)]:
        with open(os.path.join(HOME, name), "wb") as file:
            file.write(content)
    proven = run(os.path.join(HOME, "proof"), "--entry", os.path.join(HOME, "entry"), "--vkey",
                 KEY, program=VERIFY)
    assert proven.returncode == 0, "a proof from before still holds"
    with open(os.path.join(HOME, "again"), "wb") as file:
        file.write(good("log", "prove", NODE, str(index)))
    assert run(os.path.join(HOME, "again"), "--entry", os.path.join(HOME, "entry"), "--vkey", KEY,
               program=VERIFY).returncode == 0


@tap.test
def erasing_twice_is_success():
    again = erase(str(FIRST + 9), "--basis", "objection")
    assert again == {"erased": 0, "already": 1, "held": 0, "entries": 0}, again


@tap.test
def a_person_is_erased_across_the_whole_log():
    done = erase("--where", "subject=user-7", "--basis", "subject_request")
    assert done["erased"] == COUNT // 50 + 1, "their records, and the request that names them"
    for index in range(FIRST + 7, FIRST + COUNT, 50):
        assert show(NODE, index)["fields"]["subject"] == {"erased": True}
    assert show(NODE, FIRST + 8)["fields"]["subject"] == "user-8"
    entry = show(NODE, size_of(NODE) - 2)
    again = erase("--where", "subject=user-7", "--basis", "subject_request")
    assert again["erased"] == 1, "the new request alone"
    assert entry is not None
    fault_free(NODE)


@tap.test
def an_erasure_entry_shows_basis_and_count_only():
    size = size_of(NODE)
    found = [json.loads(line) for line in
             good("log", "show", NODE, "0", "--count", str(size), "--public").splitlines()]
    erasures = [record for record in found if record["kind"] == "erasure"]
    assert len(erasures) >= 5
    for record in erasures:
        assert set(record["columns"]) == {"basis", "scope"}, record
        assert set(record["fields"]) == {"amount", "set"}, record


@tap.test
def a_hold_vetoes_with_a_clear_message():
    good("hold", "add", NODE, "--id", "case-1", "--basis", "order 12", "--records",
         f"{FIRST + 20}-{FIRST + 30}")
    good("hold", "add", NODE, "--id", "case-2", "--basis", "order 13", "--subject", "user-41")
    held = [json.loads(line) for line in good("hold", "list", NODE).splitlines()]
    assert [hold["id"] for hold in held] == ["case-1", "case-2"], held
    refused(b"the legal hold case-1 covers it", "erase", NODE, str(FIRST + 25), "--basis",
            "objection")
    refused(b"the legal hold case-2 covers it", "erase", NODE, "--where", "subject=user-41",
            "--basis", "objection")
    request = ask(str(FIRST + 31), "--basis", "objection", "--by", "A. First")
    good("hold", "add", NODE, "--id", "all", "--basis", "order 14")
    refused(b"the legal hold all covers it", "erase", "approve", NODE, str(request), "--by",
            "B. Second")
    assert show(NODE, FIRST + 31)["fields"]["subject"] == "user-31"
    good("hold", "remove", NODE, "--id", "all")
    refused(b"no hold all is in force", "hold", "remove", NODE, "--id", "all")
    assert approve(request)["erased"] == 1
    assert show(NODE, FIRST + 25)["fields"]["subject"] == "user-25"


@tap.test
def a_running_node_erases_too():
    node = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE)
    assert node.stdout.readline().startswith(b"serving ")
    assert erase(str(FIRST + 100), str(FIRST + 101), "--basis", "minor")["erased"] == 2
    good("append", NODE, stdin=b'{"kind":"event","time":"2026-03-01T10:00:00Z","source":"x",'
                               b'"raw":"after"}\n')
    assert show(NODE, FIRST + 100)["fields"]["subject"] == {"erased": True}
    refused(b"the legal hold case-1", "erase", NODE, str(FIRST + 25), "--basis", "objection")
    node.send_signal(signal.SIGTERM)
    assert node.wait(60) == 0
    fault_free(NODE)


@tap.test
def what_is_older_than_its_retention_goes_at_once_but_for_holds():
    old = [json.dumps({"kind": "event", "time": "2020-03-01T10:00:00Z", "source": "old",
                       "actor": "agent-1", "subject": f"past-{n}", "raw": "old"})
           for n in range(2000)]
    first = json.loads(good("append", NODE, stdin="\n".join(old).encode()).splitlines()[0])["index"]
    good("hold", "add", NODE, "--id", "case-9", "--basis", "order", "--records",
         f"{first + 5}-{first + 6}")
    done = json.loads(good("erase", NODE, "--expired"))
    assert done == {"erased": 1998, "already": 0, "held": 2, "entries": 1}, done
    assert show(NODE, first).get("erased") is True
    assert show(NODE, first + 5)["fields"]["subject"] == "past-5"
    again = json.loads(good("erase", NODE, "--expired"))
    assert again["erased"] == 0 and again["entries"] == 0, again
    good("hold", "remove", NODE, "--id", "case-9")
    assert json.loads(good("erase", NODE, "--expired"))["erased"] == 2
    counted = fault_free(NODE)
    assert counted["erased"] == 2000, counted


@tap.test
def questions_that_make_no_sense_get_one_clear_line():
    for words in [["erase", NODE], ["erase", NODE, "1"], ["erase", NODE, "x", "--basis", "mistake"],
                  ["erase", NODE, "0", "--basis", "mistake"],
                  ["erase", NODE, "99999999", "--basis", "mistake"],
                  ["erase", NODE, str(FIRST + 40), "--basis", "because"],
                  ["erase", NODE, str(FIRST + 40), "--basis", "retention"],
                  ["erase", NODE, str(FIRST + 40), "--basis", "mistake", "--field", "bogus"],
                  ["erase", NODE, "--where", "actor=x", "--basis", "mistake"],
                  ["erase", NODE, "--where", "subject=", "--basis", "mistake"],
                  ["erase", NODE, "--expired", "1"], ["hold", "add", NODE, "--id", "x"],
                  ["hold", "add", NODE, "--id", "x", "--basis", "y", "--records", "5-3"],
                  ["hold", "add", NODE, "--id", "x", "--basis", "y", "--records", "a-b"],
                  ["hold", "remove", NODE, "--id", "none"]]:
        refused(b"candor: ", *words)


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
