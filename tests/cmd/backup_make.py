# SPDX-License-Identifier: Apache-2.0
"""candor backup: what it copies, what it refuses and names, and that it goes on after an end."""
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from candor import CANDOR, append, erase, flip, good, refused, run
import tap

HOME = tempfile.mkdtemp(prefix="candor-backup-")
NODE = os.path.join(HOME, "node")
LOG = os.path.join(HOME, "log")
KEYS = os.path.join(HOME, "keys")
SEGMENT = os.path.join(LOG, "log", "0000000000.seg")


def back_up_log(out=LOG):
    """Backs the log up; what the command says."""
    return json.loads(good("backup", NODE, out, "--log", "--json"))


def back_up_keys():
    """Backs the keys up; what the command says."""
    return json.loads(good("backup", NODE, KEYS, "--keys", "--json"))


@tap.test
def the_first_time_everything_is_copied_and_then_only_what_is_new():
    good("init", NODE, "--origin", "log.example.com/backup", "--listen", "127.0.0.1:0")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    append(NODE, 200)
    first = back_up_log()
    assert first["written"] > 10000 and first["repaired"] == 0, first
    assert back_up_log()["written"] == 0
    size = os.path.getsize(SEGMENT)
    append(NODE, 10)
    more = back_up_log()
    assert more["entries"] == first["entries"] + 10
    assert more["written"] == os.path.getsize(SEGMENT) - size, (more, size)
    assert not os.path.exists(os.path.join(LOG, "keys"))
    assert not os.path.exists(os.path.join(LOG, "signer"))


@tap.test
def keys_and_log_are_not_put_into_one_place():
    for words in [["backup", NODE, LOG], ["backup", NODE, LOG, "--log", "--keys"]]:
        done = run(*words)
        assert done.returncode == 2 and b"--log or --keys" in done.stderr, done
    back_up_keys()
    refused(b"two places", "backup", NODE, KEYS, "--log")
    refused(b"two places", "backup", NODE, LOG, "--keys")
    refused(b"it is a node", "backup", NODE, NODE, "--log")


@tap.test
def a_copy_of_the_keys_is_in_the_log():
    head = good("log", "show", NODE, "--json", "--count", "1").splitlines()[-1]
    size = json.loads(head)["index"]
    back_up_keys()
    shown = [json.loads(line) for line in good("log", "show", NODE, str(size + 1), "--count", "2")
             .splitlines()]
    assert any(r["kind"] == "oversight" and r["columns"]["action"] == "key_used"
               and r["fields"]["detail"] == "backup of the keys" for r in shown), shown


@tap.test
def a_flipped_byte_in_the_backup_is_named_and_copied_again():
    back_up_log()
    flip(SEGMENT, 5000)
    done = run("backup", NODE, LOG, "--log", "--json")
    assert done.returncode == 0 and b"0000000000.seg: not what" in done.stderr, done
    assert json.loads(done.stdout)["repaired"] == 1
    assert back_up_log()["repaired"] == 0


@tap.test
def a_damaged_manifest_is_named():
    flip(os.path.join(LOG, "manifest"), 100)
    done = run("backup", NODE, LOG, "--log")
    assert done.returncode != 0 and b"manifest: line" in done.stderr, done
    flip(os.path.join(LOG, "manifest"), 100)
    back_up_log()


@tap.test
def a_flipped_byte_in_the_log_is_not_copied_unseen():
    append(NODE, 50)
    before = os.path.getsize(SEGMENT)
    good("append", NODE)
    flip(os.path.join(NODE, "log", "0000000000.seg"), before + 200)
    done = run("backup", NODE, LOG, "--log")
    assert done.returncode != 0 and b"0000000000.seg" in done.stderr, done
    flip(os.path.join(NODE, "log", "0000000000.seg"), before + 200)
    back_up_log()


@tap.test
def a_log_that_was_rolled_back_is_named():
    older = os.path.join(HOME, "older")
    shutil.copytree(os.path.join(NODE, "log"), older)
    append(NODE, 20)
    back_up_log()
    newer = os.path.join(HOME, "newer")
    os.rename(os.path.join(NODE, "log"), newer)
    shutil.copytree(older, os.path.join(NODE, "log"))
    refused(b"rolled back", "backup", NODE, LOG, "--log")
    shutil.rmtree(os.path.join(NODE, "log"))
    os.rename(newer, os.path.join(NODE, "log"))
    assert back_up_log()["repaired"] == 0


@tap.test
def the_backup_of_another_log_is_left_alone():
    other = os.path.join(HOME, "other")
    good("init", other, "--origin", "log.example.com/other")
    refused(b"is a backup of the log of log.example.com/backup", "backup", other, LOG, "--log")
    assert back_up_log()["written"] == 0


@tap.test
def older_copies_of_the_keys_go_after_an_erasure():
    copies = lambda: sorted(n for n in os.listdir(KEYS) if n.endswith(".keys"))  # noqa: E731
    back_up_keys()
    before = copies()
    assert len(before) > 1
    erase(NODE, append(NODE, 5))
    said = back_up_keys()
    assert said["destroyed"] == len(before) and copies() == [said["file"]], (said, copies())
    back_up_keys()
    assert len(copies()) == 2
    said = json.loads(good("backup", NODE, KEYS, "--keys", "--keep-days", "0", "--json"))
    assert copies() == [said["file"]]
    assert run("backup", NODE, KEYS, "--keys", "--keep-days", "8").returncode == 2


@tap.test
def a_full_disk_is_named_and_the_next_run_goes_on():
    append(NODE, 3000, size=400)
    assert run("append", NODE).returncode == 0
    small = os.path.join(HOME, "small")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))  # noqa: E731
    ignore = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), limit())  # noqa: E731
    done = run("backup", NODE, small, "--log", preexec_fn=ignore)
    assert done.returncode == 3 and b"0000000000.seg" in done.stderr, done
    assert not os.path.exists(os.path.join(small, "manifest"))
    said = back_up_log(small)
    assert said["written"] < said["bytes"], said
    assert back_up_log(small)["repaired"] == 0


@tap.test
def a_kill_in_the_middle_leaves_the_last_backup_and_the_next_run_goes_on():
    for n in range(6):
        append(NODE, 2000, size=400)
        copier = subprocess.Popen([CANDOR, "backup", NODE, LOG, "--log"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.004 * n)
        copier.kill()
        copier.wait()
        said = back_up_log()
        assert said["repaired"] == 0, said
        assert back_up_log()["written"] == 0


@tap.test
def a_running_node_is_backed_up_and_erasures_wait_for_the_keys():
    server = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE)
    assert b"serving" in server.stdout.readline()
    entries = back_up_log()["entries"]
    first = append(NODE, 100)
    assert first >= entries
    back_up_keys()
    erase(NODE, first)
    assert back_up_keys()["destroyed"] >= 1
    assert back_up_log()["entries"] > entries + 100
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
