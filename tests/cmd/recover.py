# SPDX-License-Identifier: Apache-2.0
"""candor recover: a log that is behind gets its entries back, or ends and is succeeded."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["CANDOR_SOURCE"], "tests"))
import tap  # noqa: E402

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "src", "cmd", "candor")
HOME = tempfile.mkdtemp(prefix="candor-recover-")
NODE = os.path.join(HOME, "node")
ORIGIN = "log.example.com/recover"


def at(*parts):
    """A path below the test's folder."""
    return os.path.join(HOME, *parts)


def run(*arguments, stdin=b""):
    """Runs a command and returns what it did."""
    return subprocess.run([CANDOR, *arguments], input=stdin, capture_output=True, timeout=120)


def good(*arguments, stdin=b""):
    """Runs a command that must succeed and returns its output."""
    done = run(*arguments, stdin=stdin)
    assert done.returncode == 0, (arguments, done)
    return done.stdout


def append(node, word, count, size=40):
    """Appends events; the index of the first."""
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "subject": f"{word} {n}", "raw": os.urandom(size // 2).hex()})
             for n in range(count)]
    answers = good("append", node, stdin="\n".join(lines).encode()).splitlines()
    return json.loads(answers[0])["index"]


def erase(node, index):
    """Erases a record."""
    asked = json.loads(good("erase", node, str(index), "--basis", "mistake", "--by", "A. First"))
    good("erase", "approve", node, str(asked["request"]), "--by", "B. Second")


def show(node, index):
    """A record with its private values."""
    return json.loads(good("log", "show", node, str(index)))


def size_of(node):
    """Entries under the published checkpoint."""
    return int(good("log", "head", node).splitlines()[1])


def fault_free(node):
    """fsck finds nothing."""
    done = run("fsck", node, "--json")
    assert done.returncode == 0, done


def flip(path, offset):
    """Turns one bit of a file."""
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def snapshot():
    """The backups that restore_old restores from: keys, then log."""
    good("backup", NODE, at("keys"), "--keys")
    good("backup", NODE, at("old-log"), "--log")


def restore_old(name):
    """A node restored from the old backup, beside the signer that has signed more."""
    path = at(name)
    os.mkdir(path)
    shutil.copytree(os.path.join(NODE, "signer"), os.path.join(path, "signer"))
    said = json.loads(good("restore", at("old-log"), at("keys"), path, "--json"))
    assert not said["may_sign"], said
    return path


@tap.test
def a_log_that_is_behind_gets_its_entries_from_a_newer_backup():
    good("init", NODE, "--origin", ORIGIN, "--listen", "127.0.0.1:0")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    append(NODE, "old", 300)
    snapshot()
    first = append(NODE, "new", 50)
    good("backup", NODE, at("new-log"), "--log")
    node = restore_old("behind")
    said = json.loads(good("recover", node, "--from", at("new-log"), "--json"))
    assert said["may_sign"] and said["entries"] - said["before"] >= 50, said
    assert show(node, first)["fields"]["subject"] == "new 0"
    append(node, "on", 3)
    fault_free(node)
    assert json.loads(good("recover", node, "--from", node, "--json"))["written"] == 0


@tap.test
def entries_come_back_in_two_steps_with_their_values():
    snapshot()
    append(NODE, "two", 30)
    good("backup", NODE, at("step-log"), "--log")
    first = append(NODE, "three", 30)
    good("backup", NODE, at("all-log"), "--log")
    node = restore_old("steps")
    said = json.loads(good("recover", node, "--from", at("step-log"), "--json"))
    assert not said["may_sign"] and said["entries"] > said["before"], said
    assert run("append", node).returncode == 1
    said = json.loads(good("recover", node, "--from", at("all-log"), "--json"))
    assert said["may_sign"], said
    assert show(node, first)["fields"]["subject"] == "three 0"
    append(node, "on", 3)
    fault_free(node)


@tap.test
def the_folder_of_the_lost_node_serves_too_and_erasures_in_it_are_carried_out():
    snapshot()
    first = append(NODE, "gone", 10)
    erase(NODE, first)
    node = restore_old("folder")
    said = json.loads(good("recover", node, "--from", NODE, "--json"))
    assert said["may_sign"], said
    assert show(node, first)["erased"] is True
    assert show(node, first + 1)["fields"]["subject"] == "gone 1"
    fault_free(node)


@tap.test
def a_damaged_log_is_mended_but_not_by_a_copy_that_has_less():
    good("backup", NODE, at("keys"), "--keys")
    good("backup", NODE, at("full-log"), "--log")
    node = at("damaged")
    shutil.copytree(NODE, node, ignore=shutil.ignore_patterns("*.sock"))
    segment = os.path.join(node, "log", "0000000000.seg")
    flip(segment, 30000)
    assert run("append", node).returncode == 3
    done = run("recover", node, "--from", at("old-log"))
    assert done.returncode == 1 and b"would be overwritten" in done.stderr, done
    good("recover", node, "--from", at("full-log"))
    fault_free(node)
    append(node, "on", 3)


@tap.test
def what_the_own_key_did_not_sign_is_not_taken():
    snapshot()
    append(NODE, "more", 20)
    good("backup", NODE, at("full-log"), "--log")
    node = restore_old("strict")
    other = at("other")
    good("init", other, "--origin", ORIGIN)
    append(other, "x", 600)
    done = run("recover", node, "--from", other)
    assert done.returncode == 1 and b"sign" in done.stderr, done
    fork = restore_old("fork")
    bent = at("bent-log")
    shutil.copytree(at("full-log"), bent)
    flip(os.path.join(bent, "log", "0000000000.seg"),
         os.path.getsize(os.path.join(bent, "log", "0000000000.seg")) - 300)
    done = run("recover", fork, "--from", bent)
    assert done.returncode != 0 and b"log/" in done.stderr, done
    done = run("recover", node, "--from", at("step-log"))
    assert done.returncode == 1 and b"this log has" in done.stderr, done
    assert run("recover", node, "--from", at("no-such")).returncode == 2
    for words in [[], ["--from", bent, "--succeed", at("n")]]:
        assert run("recover", node, *words).returncode == 2


@tap.test
def a_signer_that_is_an_older_copy_is_named():
    node = at("older-signer")
    shutil.copytree(NODE, node, ignore=shutil.ignore_patterns("*.sock"))
    append(node, "more", 5)
    shutil.rmtree(os.path.join(node, "signer"))
    shutil.copytree(os.path.join(NODE, "signer"), os.path.join(node, "signer"))
    done = run("append", node)
    assert done.returncode == 1 and b"signer/state: an older copy" in done.stderr, done


@tap.test
def a_kill_in_the_middle_is_followed_by_another_try():
    snapshot()
    append(NODE, "big", 4000, 400)
    good("backup", NODE, at("full-log"), "--log")
    node = restore_old("killed")
    for n in range(8):
        worker = subprocess.Popen([CANDOR, "recover", node, "--from", at("full-log")],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.004 * n)
        worker.kill()
        worker.wait()
    assert json.loads(good("recover", node, "--from", at("full-log"), "--json"))["may_sign"]
    fault_free(node)


@tap.test
def a_running_node_is_not_recovered_under_its_feet():
    server = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE)
    assert b"serving" in server.stdout.readline()
    done = run("recover", NODE, "--from", at("full-log"))
    assert done.returncode == 3, done
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0


@tap.test
def a_log_that_cannot_go_on_is_succeeded_by_one_that_begins_with_its_end():
    node = at("ended")
    snapshot()
    good("restore", at("old-log"), at("keys"), node)
    head = good("log", "head", node)
    done = run("append", node)
    assert done.returncode == 1 and b"there is no signer" in done.stderr, done
    assert run("recover", node, "--succeed", at("next")).returncode == 2
    said = json.loads(good("recover", node, "--succeed", at("next"), "--origin",
                           "log.example.com/next", "--json"))
    assert said["ended"] == ORIGIN and said["entries"] == size_of(node), said
    entry = show(at("next"), 0)
    assert entry["kind"] == "anchor" and entry["fields"]["origin"] == ORIGIN, entry
    assert entry["fields"]["note"].encode() == head, entry
    append(at("next"), "first", 5)
    fault_free(at("next"))
    with open(at("next", "candor.yaml"), encoding="utf-8") as file:
        assert "officers: [ A. First, B. Second ]" in file.read()
    done = run("recover", node, "--succeed", at("third"), "--origin", "log.example.com/third")
    assert done.returncode == 1 and b"succeeded by log.example.com/next already" in done.stderr


@tap.test
def a_retired_log_signs_nothing_and_is_still_served():
    node = at("retired")
    shutil.copytree(NODE, node, ignore=shutil.ignore_patterns("*.sock"))
    good("recover", node, "--succeed", at("heir"), "--origin", "log.example.com/heir")
    done = run("append", node)
    assert done.returncode == 1 and b"succeeded by log.example.com/heir" in done.stderr, done
    server = subprocess.Popen([CANDOR, "serve", node], stdout=subprocess.PIPE)
    assert server.stdout.readline().startswith(b"read-only: the log was succeeded"), "said"
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    good("log", "prove", node, "5")


@tap.test
def a_new_log_can_be_begun_with_a_checkpoint_that_was_kept():
    vkey = good("init", at("kept"), "--origin", "log.example.com/kept").split()[1].decode()
    with open(at("kept-head"), "wb") as file:
        file.write(good("log", "head", at("kept")))
    words = ["init", at("after"), "--origin", "log.example.com/after", "--succeeds",
             at("kept-head")]
    assert run(*words).returncode == 2
    done = run(*words, "--succeeds-vkey", vkey.replace("kept", "kepx"))
    assert done.returncode != 0 and not os.path.exists(at("after", "candor.yaml")), done
    good(*words, "--succeeds-vkey", vkey)
    assert show(at("after"), 0)["fields"]["origin"] == "log.example.com/kept"
    done = run("init", at("same"), "--origin", "log.example.com/kept", "--succeeds",
               at("kept-head"), "--succeeds-vkey", vkey)
    assert done.returncode == 2 and b"another origin" in done.stderr, done


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
