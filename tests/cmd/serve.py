# SPDX-License-Identifier: Apache-2.0
"""A running node and the commands that reach it through its control socket."""
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading

from candor import CANDOR, append, run, size_of
import running
import tap

HOME = tempfile.mkdtemp(prefix="candor-serve-")
NODE = os.path.join(HOME, "node")


def events(source, count):
    """Event records as append takes them."""
    return "".join(json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": source,
                               "raw": f"{source} {n}"}) + "\n" for n in range(count)).encode()


def start():
    """Starts the node and waits until it takes commands."""
    node = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert node.stdout.readline().startswith(b"serving log.example.com/serve: ")
    return node


def stop(node, how=signal.SIGTERM):
    """Ends the node and returns its exit status."""
    node.send_signal(how)
    return node.wait(60)


@tap.test
def commands_reach_a_running_node():
    made = run("init", NODE, "--origin", "log.example.com/serve", "--listen", "none")
    assert made.returncode == 0, made.stderr
    before = size_of(NODE)
    node = start()
    done = run("append", NODE, "--ack", "checkpointed", stdin=events("a", 300) + b"bad\n")
    assert done.returncode == 2 and b'"line":301' in done.stdout, done
    indices = [json.loads(line)["index"] for line in done.stdout.splitlines()[:300]]
    assert indices == list(range(before, before + 300))
    assert size_of(NODE) == before + 300
    assert stop(node) == 0
    assert run("fsck", NODE).returncode == 0


@tap.test
def the_scribe_is_confined_in_every_thread():
    node = start()
    for task in os.listdir(f"/proc/{node.pid}/task"):
        with open(f"/proc/{node.pid}/task/{task}/status", encoding="ascii") as file:
            said = dict(line.split(":\t", 1) for line in file.read().splitlines())
        assert said["Seccomp"] == "2" and said["NoNewPrivs"] == "1", said
    assert stop(node) == 0


@tap.test
def what_is_no_node_is_told():
    for path, words in ((HOME + "/nothing", b"cannot open"), (HOME, b"candor.yaml")):
        done = run("serve", path)
        assert done.returncode == 2 and words in done.stderr, done
        assert done.stdout == b"" and done.stderr.count(b"\n") == 1, done


@tap.test
def many_commands_at_once_each_get_their_own_answers():
    node = start()
    found = {}

    def append(name):
        done = run("append", NODE, stdin=events(name, 2000))
        found[name] = [json.loads(line)["index"] for line in done.stdout.splitlines()]

    threads = [threading.Thread(target=append, args=(f"s{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = sorted(index for indices in found.values() for index in indices)
    assert len(every) == 16000 and every == list(range(every[0], every[0] + 16000))
    for indices in found.values():
        assert indices == sorted(indices), "a command's records keep their order"
    assert stop(node, signal.SIGINT) == 0
    assert run("fsck", NODE).returncode == 0


@tap.test
def the_service_manager_hears_of_start_and_stop():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        address = os.path.join(HOME, "notify")
        manager.bind(address)
        manager.settimeout(60)
        os.environ["NOTIFY_SOCKET"] = address
        node = start()
        del os.environ["NOTIFY_SOCKET"]
        assert manager.recv(100) == b"READY=1"
        assert stop(node) == 0
        assert manager.recv(100) == b"STOPPING=1"
    os.environ["NOTIFY_SOCKET"] = address
    os.unlink(address)
    node = start()
    del os.environ["NOTIFY_SOCKET"]
    assert stop(node) == 0, "a manager that is gone changes nothing"
    assert b"cannot notify" in node.stderr.read()


@tap.test
def a_second_node_is_refused():
    node = start()
    second = run("serve", NODE)
    assert second.returncode == 3 and b"lock" in second.stderr, second
    assert stop(node) == 0


@tap.test
def the_death_of_the_signer_ends_the_node():
    node = start()
    os.kill(running.processes(node.pid)["signer"], signal.SIGKILL)
    done = run("append", NODE, "--ack", "checkpointed", stdin=events("x", 1))
    assert node.wait(60) == 3
    if done.returncode == 0:  # the node was gone already: append opened the log itself
        assert size_of(NODE) > json.loads(done.stdout)["index"], done
    else:
        assert done.returncode == 3 and not done.stdout, done
    node = start()
    assert run("append", NODE, stdin=events("y", 1)).returncode == 0
    assert stop(node) == 0


@tap.test
def a_killed_node_leaves_what_it_acknowledged():
    node = start()
    done = run("append", NODE, stdin=events("z", 500))
    last = json.loads(done.stdout.splitlines()[-1])["index"]
    assert stop(node, signal.SIGKILL) == -signal.SIGKILL
    node = start()
    assert size_of(NODE) == last + 1
    assert stop(node) == 0
    assert run("fsck", NODE).returncode == 0


@tap.test
def a_view_that_followed_the_node_is_the_one_that_is_rebuilt():
    path = os.path.join(NODE, "view", "records.db")

    def rows():
        with sqlite3.connect(path) as db:
            return (db.execute("select * from records order by number").fetchall(),
                    db.execute("select * from minutes order by kind, minute, columns").fetchall(),
                    db.execute("select applied from progress").fetchone())

    node = start()
    assert run("append", NODE, stdin=events("v", 100)).returncode == 0
    assert stop(node) == 0
    followed = rows()
    assert followed[2][0] == size_of(NODE) and sum(row[3] for row in followed[1]) == size_of(NODE)
    first = run("rebuild", NODE, "--json")
    assert first.returncode == 0 and rows() == followed, first
    second = run("rebuild", NODE, "--json")
    assert json.loads(first.stdout)["digest"] == json.loads(second.stdout)["digest"]


@tap.test
def serve_check_says_whether_all_is_in_order():
    assert run("serve", NODE, "--check").returncode == 0
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("bogus: 1\n")
    bad = run("serve", NODE, "--check")
    assert bad.returncode == 2, bad
    assert b"candor.yaml:" in bad.stderr and b"unknown key" in bad.stderr, bad


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
