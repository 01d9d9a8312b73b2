# SPDX-License-Identifier: Apache-2.0
"""candor restore: a node comes back whole, or what is wrong with its parts is named."""
import hashlib
import http.client
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

from candor import CANDOR, append, erase, fault_free, flip, good, run, show
import tap

HOME = tempfile.mkdtemp(prefix="candor-restore-")
NODE = os.path.join(HOME, "node")
LOG = os.path.join(HOME, "log")
KEYS = os.path.join(HOME, "keys")
TOKEN = ""


def at(*parts):
    """A path below the test's folder."""
    return os.path.join(HOME, *parts)


def folder(name, signer=NODE):
    """A new folder that has the signer of a node and nothing else."""
    path = at(name)
    os.mkdir(path)
    if signer:
        shutil.copytree(os.path.join(signer, "signer"), os.path.join(path, "signer"))
    return path


def restore(name, *options, log=LOG, keys=KEYS, signer=NODE):
    """Restores into a new folder; what the command said."""
    return json.loads(good("restore", log, keys, folder(name, signer), "--json", *options))


def refused(name, words, *options, log=LOG, keys=KEYS, status=1):
    """Restores into a new folder, which must fail with these words and leave no node."""
    path = folder(name)
    done = run("restore", log, keys, path, *options)
    assert done.returncode == status and words in done.stderr, done
    assert not os.path.exists(os.path.join(path, "candor.yaml"))


def back_up(log=LOG, keys=KEYS):
    """Keys, then log: the order of docs/backup.md."""
    good("backup", NODE, keys, "--keys")
    good("backup", NODE, log, "--log")


def newest_keys(keys=KEYS):
    """The path of the newest copy."""
    return os.path.join(keys, sorted(n for n in os.listdir(keys) if n.endswith(".keys"))[-1])


@tap.test
def a_node_comes_back_whole():
    good("init", NODE, "--origin", "log.example.com/restore", "--listen", "127.0.0.1:0")
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    global TOKEN
    TOKEN = json.loads(good("source", "add", NODE, "desk", "--json"))["token"]
    first = append(NODE, 300)
    back_up()
    said = restore("whole")
    assert said["may_sign"] and said["faults"] == 0, said
    fault_free(at("whole"))
    assert show(at("whole"), first)["fields"]["subject"] == "s 0"
    shown = [json.loads(x) for x in good("log", "show", at("whole"), str(said["entries"]),
                                         "--count", "1").splitlines()]
    assert shown[0]["fields"]["detail"] == "restore of log and keys", shown
    append(at("whole"), 10)
    good("serve", at("whole"), "--check")


@tap.test
def a_log_behind_its_signer_signs_nothing_and_can_be_read():
    before = append(NODE, 10)
    said = restore("behind")
    assert not said["may_sign"] and "were signed" in said["why"], said
    done = run("append", at("behind"))
    assert done.returncode == 1 and b"were signed" in done.stderr, done
    good("log", "prove", at("behind"), "30")
    assert run("log", "prove", at("behind"), str(before)).returncode != 0


@tap.test
def a_node_that_must_not_sign_answers_readers_and_refuses_senders():
    node = at("behind")
    size = restore("behind-again")["entries"]
    server = subprocess.Popen([CANDOR, "serve", node], stdout=subprocess.PIPE)
    try:
        said = server.stdout.readline()
        assert said.startswith(b"read-only: the log has"), said
        address = re.search(rb"http://(\S+)", server.stdout.readline()).group(1).decode()
        host = http.client.HTTPConnection(address, timeout=60)
        host.request("GET", "/checkpoint")
        answer = host.getresponse()
        assert answer.status == 200 and answer.read().split(b"\n")[1] == str(size).encode()
        host.request("GET", f"/tile/entries/{size // 256:03d}.p/{size % 256}")
        answer = host.getresponse()
        assert answer.read() != b"" and answer.status in (200, 404)
        host.request("GET", "/tile/0/000")
        answer = host.getresponse()
        assert answer.status == 200 and len(answer.read()) == 8192
        host.request("POST", "/v1/events", b'{"raw":"x"}\n', {"Authorization": f"Bearer {TOKEN}"})
        answer = host.getresponse()
        body = answer.read()
        assert answer.status == 503 and b"read-only" in body, (answer.status, body)
        assert answer.getheader("Retry-After") == "60"
        host.request("POST", "/v1/events", b"x")
        assert host.getresponse().status == 401
        for words in [["append", node], ["erase", node, "30", "--basis", "mistake"],
                      ["log", "show", node, "30"], ["source", "add", node, "two"]]:
            done = run(*words, stdin=b'{"kind":"event","raw":"x"}')
            assert done.returncode == 1 and b"read-only: the log has" in done.stderr, (words, done)
        good("log", "show", node, "30", "--public")
    finally:
        server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    assert run("append", node).returncode == 1


@tap.test
def a_log_that_differs_from_what_was_signed_is_not_even_served():
    append(NODE, 50)
    forked = folder("forked", signer=at("whole"))
    for part in ["log", "keys"]:
        shutil.copytree(os.path.join(NODE, part), os.path.join(forked, part))
    shutil.copy(os.path.join(NODE, "candor.yaml"), forked)
    done = run("serve", forked)
    assert done.returncode == 1 and b"not those that were signed" in done.stderr, done


@tap.test
def a_newer_checkpoint_that_somebody_kept_holds_the_signer_back():
    back_up()
    old_signer = folder("old-signer")
    append(NODE, 10)
    with open(at("newer"), "wb") as file:
        file.write(good("log", "head", NODE))
    said = restore("rolled", "--newer", at("newer"), signer=old_signer)
    assert not said["may_sign"] and "were signed" in said["why"], said
    assert run("append", at("rolled")).returncode == 1
    back_up()
    assert restore("rolled-not", "--newer", at("newer"))["may_sign"]
    flip(at("newer"), len("log.example.com/restore\n") + 2)
    refused("newer-bent", b"the newer checkpoint", "--newer", at("newer"))


@tap.test
def without_a_signer_nothing_is_signed():
    said = restore("unsigned", signer=None)
    assert not said["may_sign"] and "there is no signer" in said["why"], said
    good("log", "prove", at("unsigned"), "30")
    good("log", "show", at("unsigned"), "30", "--public")
    assert run("append", at("unsigned")).returncode != 0
    good("backup", at("unsigned"), at("again"), "--log")


@tap.test
def older_keys_forget_again_what_was_erased_since():
    keys = at("keys-before")
    first = append(NODE, 20)
    good("backup", NODE, keys, "--keys")
    erase(NODE, first)
    good("backup", NODE, LOG, "--log")
    said = restore("forgotten", keys=keys)
    assert said["may_sign"] and said["faults"] == 0, said
    assert show(at("forgotten"), first)["erased"] is True
    assert show(at("forgotten"), first + 1)["fields"]["subject"] == "s 1"
    fault_free(at("forgotten"))


@tap.test
def keys_that_are_newer_than_the_log_by_an_erasure_are_named():
    good("backup", NODE, KEYS, "--keys")
    back_up()
    erase(NODE, append(NODE, 5))
    good("backup", NODE, KEYS, "--keys")
    refused("keys-newer", b"the keys are newer than the log")
    good("backup", NODE, LOG, "--log")
    assert restore("keys-fit")["may_sign"]


@tap.test
def keys_older_than_records_after_an_erasure_are_named():
    keys = at("keys-too-old")
    good("backup", NODE, keys, "--keys")
    erase(NODE, append(NODE, 5))
    append(NODE, 5)
    good("backup", NODE, LOG, "--log")
    refused("keys-older", b"keys/ is older", keys=keys, status=3)
    back_up()


@tap.test
def keys_that_were_kept_too_long_are_refused_unless_asked_for():
    keys = at("keys-aged")
    os.mkdir(keys)
    with open(newest_keys(), "rb") as file:
        whole = file.read()
    end = whole.index(b"\nend ") + 1
    lines = re.sub(rb"taken [^\n]*", b"taken 2026-01-01T00:00:00Z", whole[:end])
    rest = whole[whole.index(b"\n", end) + 1:]
    with open(os.path.join(keys, "20260101T000000000Z.keys"), "wb") as file:
        file.write(lines + b"end " + hashlib.sha256(lines).hexdigest().encode() + b"\n" + rest)
    refused("aged", b"days old", keys=keys)
    assert restore("aged-taken", "--old-keys", keys=keys)["may_sign"]


@tap.test
def parts_of_two_logs_and_parts_in_the_wrong_place_are_named():
    other = at("other")
    good("init", other, "--origin", "log.example.com/other")
    good("backup", other, at("other-keys"), "--keys")
    refused("two-logs", b"the keys are those of log.example.com/other", keys=at("other-keys"))
    refused("swapped", b"given first", log=KEYS, keys=LOG)
    refused("twice", b"a backup of a log", keys=LOG)
    refused("not-there", b"no-such", keys=at("no-such"), status=2)
    vkey = good("init", at("third"), "--origin", "log.example.com/third").split()[1].decode()
    refused("wrong-vkey", b"not log.example.com/third", "--vkey", vkey)
    path = folder("foreign-signer", signer=other)
    done = run("restore", LOG, KEYS, path)
    assert done.returncode == 1 and b"the key of another log" in done.stderr, done


@tap.test
def a_node_that_is_there_is_not_touched():
    done = run("restore", LOG, KEYS, NODE)
    assert done.returncode != 0 and b"there is a node already" in done.stderr, done
    fault_free(NODE)


@tap.test
def a_flipped_byte_anywhere_in_a_backup_is_named():
    bent = at("bent")
    for n, name in enumerate(["log/0000000000.seg", "log/checkpoint", "log/0000000000.blk",
                              "candor.yaml", "manifest"]):
        shutil.copytree(LOG, bent)
        path = os.path.join(bent, name)
        flip(path, os.path.getsize(path) // 2)
        made = folder(f"bent-{n}")
        done = run("restore", bent, KEYS, made)
        assert done.returncode != 0 and name.encode() in done.stderr, (name, done)
        assert not os.path.exists(os.path.join(made, "candor.yaml"))
        shutil.rmtree(bent)
    size = os.path.getsize(newest_keys())
    for n, offset in enumerate([40, size - 20, size - 4000]):
        shutil.copytree(KEYS, bent)
        flip(newest_keys(bent), offset)
        made = folder(f"bent-keys-{n}")
        done = run("restore", LOG, bent, made)
        named = b"keys/" in done.stderr or b"manifest" in done.stderr
        assert done.returncode != 0 and named, done
        shutil.rmtree(bent)


@tap.test
def a_backup_that_was_cut_off_at_its_end_is_whole():
    turning = at("turning")
    shutil.copytree(LOG, turning)
    with open(os.path.join(turning, "manifest"), "rb") as file:
        before = file.read()
    with open(os.path.join(turning, "candor.yaml"), "rb") as file:
        config = file.read()
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("# a new line\n")
    append(NODE, 5)
    good("backup", NODE, turning, "--log")
    for name in ["manifest", "candor.yaml"]:
        os.rename(os.path.join(turning, name), os.path.join(turning, name + ".next"))
    for name, content in [("manifest", before), ("candor.yaml", config)]:
        with open(os.path.join(turning, name), "wb") as file:
            file.write(content)
    assert restore("turned", log=turning)["may_sign"]
    with open(at("turned", "candor.yaml"), encoding="utf-8") as file:
        assert "# a new line" in file.read()


@tap.test
def a_full_disk_and_a_kill_are_followed_by_another_try():
    append(NODE, 4000, size=400)
    back_up()
    path = folder("small")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))  # noqa: E731
    ignore = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), limit())  # noqa: E731
    done = run("restore", LOG, KEYS, path, preexec_fn=ignore)
    assert done.returncode == 3 and b"0000000000.seg" in done.stderr, done
    for n in range(8):
        restorer = subprocess.Popen([CANDOR, "restore", LOG, KEYS, path],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.005 * n)
        restorer.kill()
        restorer.wait()
        if os.path.exists(os.path.join(path, "candor.yaml")):
            break
    if not os.path.exists(os.path.join(path, "candor.yaml")):
        assert json.loads(good("restore", LOG, KEYS, path, "--json"))["may_sign"]
    append(path, 5)
    fault_free(path)


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
