# SPDX-License-Identifier: Apache-2.0
"""candor recover: a log that is behind gets its entries back, or ends and is succeeded."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from candor import (CANDOR, append, back_up, erase, fault_free, flip, good, restore_behind, run,
                    show, size_of)
import tap

HOME = tempfile.mkdtemp(prefix="candor-recover-")
NODE = os.path.join(HOME, "node")
ORIGIN = "log.example.com/recover"


def at(*parts):
    """A path below the test's folder."""
    return os.path.join(HOME, *parts)


@tap.test
def a_log_that_is_behind_gets_its_entries_from_a_newer_backup():
    good("init", NODE, "--origin", ORIGIN, "--listen", "127.0.0.1:0")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    append(NODE, 300, "old")
    back_up(NODE, HOME)
    first = append(NODE, 50, "new")
    good("backup", NODE, at("new-log"), "--log")
    node = restore_behind(NODE, HOME, "behind")
    said = json.loads(good("recover", node, "--from", at("new-log"), "--json"))
    assert said["may_sign"] and said["entries"] - said["before"] >= 50, said
    assert show(node, first)["fields"]["subject"] == "new 0"
    append(node, 3, "on")
    fault_free(node)
    assert json.loads(good("recover", node, "--from", node, "--json"))["written"] == 0


@tap.test
def entries_come_back_in_two_steps_with_their_values():
    back_up(NODE, HOME)
    append(NODE, 30, "two")
    good("backup", NODE, at("step-log"), "--log")
    first = append(NODE, 30, "three")
    good("backup", NODE, at("all-log"), "--log")
    node = restore_behind(NODE, HOME, "steps")
    said = json.loads(good("recover", node, "--from", at("step-log"), "--json"))
    assert not said["may_sign"] and said["entries"] > said["before"], said
    assert run("append", node).returncode == 1
    said = json.loads(good("recover", node, "--from", at("all-log"), "--json"))
    assert said["may_sign"], said
    assert show(node, first)["fields"]["subject"] == "three 0"
    append(node, 3, "on")
    fault_free(node)


@tap.test
def the_folder_of_the_lost_node_serves_too_and_erasures_in_it_are_carried_out():
    back_up(NODE, HOME)
    first = append(NODE, 10, "gone")
    erase(NODE, first)
    node = restore_behind(NODE, HOME, "folder")
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
    append(node, 3, "on")


@tap.test
def what_the_own_key_did_not_sign_is_not_taken():
    back_up(NODE, HOME)
    append(NODE, 20, "more")
    good("backup", NODE, at("full-log"), "--log")
    node = restore_behind(NODE, HOME, "strict")
    other = at("other")
    good("init", other, "--origin", ORIGIN)
    append(other, 600, "x")
    done = run("recover", node, "--from", other)
    assert done.returncode == 1 and b"sign" in done.stderr, done
    fork = restore_behind(NODE, HOME, "fork")
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
    append(node, 5, "more")
    shutil.rmtree(os.path.join(node, "signer"))
    shutil.copytree(os.path.join(NODE, "signer"), os.path.join(node, "signer"))
    done = run("append", node)
    assert done.returncode == 1 and b"signer/state: an older copy" in done.stderr, done


@tap.test
def a_kill_in_the_middle_is_followed_by_another_try():
    back_up(NODE, HOME)
    append(NODE, 4000, "big", 400)
    good("backup", NODE, at("full-log"), "--log")
    node = restore_behind(NODE, HOME, "killed")
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
    back_up(NODE, HOME)
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
    append(at("next"), 5, "first")
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
