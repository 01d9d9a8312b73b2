# SPDX-License-Identifier: Apache-2.0
"""candor witness: the status codes of tlog-witness, state before answers, forks are kept."""
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

from candor import CANDOR, append, good, run
import tap

HOME = tempfile.mkdtemp(prefix="candor-witness-")
ORIGIN = "log.example.com/witnessed"
KEYS = {}


def at(*parts):
    """A path below the test's folder."""
    return os.path.join(HOME, *parts)


def head(node):
    """The checkpoint, and its size."""
    note = good("log", "head", node)
    return note, int(note.splitlines()[1])


def body(node, old):
    """A request for the newest checkpoint of the node."""
    note, size = head(node)
    if old in (0, size):
        return b"old %d\n\n" % old + note
    proof = good("log", "consistency", node, str(old)).split(b"\n\n", 1)
    hashes = proof[0].split(b"\n")[2:]
    return b"old %d\n" % old + b"".join(h + b"\n" for h in hashes) + b"\n" + proof[1]


class Witness:
    """A running witness."""

    def __init__(self, folder, **more):
        self.process = subprocess.Popen([CANDOR, "witness", folder, "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, **more)
        said = self.process.stdout.readline() + self.process.stdout.readline()
        assert b"witnessing" in said, said
        self.address = re.search(rb"http://(\S+)", said).group(1).decode()

    def ask(self, method, path, content=None):
        """Status, type and body of an answer."""
        host = http.client.HTTPConnection(self.address, timeout=60)
        host.request(method, path, content)
        answer = host.getresponse()
        text = answer.read()
        host.close()
        return answer.status, answer.getheader("Content-Type"), text

    def add(self, content):
        """Asks it to add a checkpoint."""
        return self.ask("POST", "/add-checkpoint", content)

    def latest(self, origin=ORIGIN):
        """What it cosigned last of a log."""
        return self.ask("GET", f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint")

    def end(self, how=signal.SIGTERM):
        """Ends it."""
        self.process.send_signal(how)
        self.process.stdout.close()
        return self.process.wait(60)


@tap.test
def a_witness_is_made_once_and_knows_the_logs_of_its_list():
    KEYS["log"] = good("init", at("node"), "--origin", ORIGIN).split()[1].decode()
    append(at("node"), 10)
    made = good("witness", at("w"), "--create", "witness.example.com/w1")
    KEYS["witness"] = made.split()[1].decode()
    assert KEYS["witness"].startswith("witness.example.com/w1+"), made
    done = run("witness", at("w"), "--create", "witness.example.com/w1")
    assert done.returncode != 0, done
    assert run("witness", at("x"), "--create", "a name").returncode == 2
    w = Witness(at("w"))
    assert w.add(body(at("node"), 0))[0] == 404
    assert w.end() == 0
    for lines in ["nonsense\n", KEYS["log"] + "\n" + KEYS["log"] + "\n", KEYS["witness"] + "\n"]:
        with open(at("w", "logs"), "w", encoding="utf-8") as file:
            file.write(lines)
        done = run("witness", at("w"), "--listen", "127.0.0.1:0")
        assert done.returncode == 2 and b"logs, line" in done.stderr, done
    with open(at("w", "logs"), "w", encoding="utf-8") as file:
        file.write("# logs\n\n" + KEYS["log"])


@tap.test
def the_first_checkpoint_is_cosigned_and_the_cosignature_satisfies_a_policy():
    w = Witness(at("w"))
    assert w.latest()[0] == 404
    status, kind, line = w.add(body(at("node"), 0))
    assert status == 200 and kind.startswith("text/plain"), (status, kind, line)
    assert line.startswith("— witness.example.com/w1 ".encode()) and line.endswith(b"\n"), line
    note, _ = head(at("node"))
    status, _, kept = w.latest()
    assert status == 200 and kept == note + line, kept
    with open(at("policy"), "w", encoding="utf-8") as file:
        file.write(f"log {KEYS['log']}\nwitness w1 {KEYS['witness']}\nquorum w1\n")
    with open(at("entry"), "wb") as file:
        file.write(good("log", "entry", at("node"), "5"))
    proof = good("log", "prove", at("node"), "5")
    for name, content in [("bare", proof), ("cosigned", proof + line)]:
        with open(at(name), "wb") as file:
            file.write(content)
    words = ["--entry", at("entry"), "--policy", at("policy")]
    assert run("verify", at("bare"), *words).returncode == 1
    good("verify", at("cosigned"), *words)
    assert w.end() == 0


@tap.test
def only_what_extends_the_last_one_is_cosigned():
    w = Witness(at("w"))
    _, old = head(at("node"))
    shutil.copytree(at("node"), at("fork"), ignore=shutil.ignore_patterns("*.sock"))
    assert w.add(body(at("node"), old))[0] == 200  # the same again
    append(at("node"), 20)
    status, kind, text = w.add(body(at("node"), 0))
    assert (status, kind, text) == (409, "text/x.tlog.size", b"%d\n" % old)
    request = body(at("node"), old)
    lines = request.split(b"\n")
    assert w.add(b"\n".join(lines[:1] + lines[2:]))[0] == 422  # a hash is missing
    bent = lines[:1] + [lines[2], lines[1]] + lines[3:] if lines[2] else [lines[0], lines[-3][:44]]
    assert w.add(b"\n".join(bent))[0] in (400, 422)
    assert w.add(request)[0] == 200
    assert w.add(request)[0] == 409  # it is not the last one any more
    note, size = head(at("node"))
    assert w.latest()[2].startswith(note)
    append(at("fork"), 30)
    forked, _ = head(at("fork"))
    before = len(os.listdir(at("w", "evidence")))
    status, _, text = w.add(b"old %d\n\n" % size + forked)
    assert status == 422 and b"no proof" in text, (status, text)
    assert len(os.listdir(at("w", "evidence"))) == before + 1
    assert w.latest()[2].startswith(note)
    assert w.end() == 0


@tap.test
def what_is_malformed_or_not_signed_by_the_log_is_refused():
    w = Witness(at("w"))
    note, size = head(at("node"))
    text, signature = note.split(b"\n\n")
    for bad in [b"", b"old\n\n" + note, b"old 01\n\n" + note, b"old -1\n\n" + note, note,
                b"old 5\n" + note, b"old 5\nAAAA\n\n" + note, b"old %d\n\n" % (size + 1) + note,
                b"old 5\n" + b"A" * 43 + b"=\n" * 64 + b"\n" + note, b"old 5\n\n" + text,
                b"old 5\n\nx\ny\n\n" + signature]:
        assert w.add(bad)[0] == 400, bad
    other = good("init", at("other"), "--origin", ORIGIN)
    assert other
    append(at("other"), 50)
    assert w.add(b"old %d\n\n" % size + head(at("other"))[0])[0] == 403
    bent = signature[:-10] + (b"A" if signature[-10:-9] != b"A" else b"B") + signature[-9:]
    assert w.add(b"old %d\n\n" % size + text + b"\n\n" + bent)[0] == 403
    unknown = note.replace(ORIGIN.encode(), b"log.example.com/unknown")
    assert w.add(b"old %d\n\n" % size + unknown)[0] == 404
    assert w.add(b"x" * 70000)[0] == 413
    assert w.ask("GET", "/add-checkpoint")[0] == 405
    assert w.ask("POST", "/other", b"")[0] == 404
    assert w.ask("GET", "/" + "0" * 64 + "/checkpoint")[0] == 404
    assert w.latest()[2].startswith(note)
    assert w.end() == 0


@tap.test
def a_full_disk_cosigns_nothing():
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # noqa: E731
    quiet = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), limit())  # noqa: E731
    _, old = head(at("node"))
    append(at("node"), 5)
    w = Witness(at("w"), preexec_fn=quiet)
    status, _, text = w.add(body(at("node"), old))
    assert status == 503 and b"nothing was cosigned" in text, (status, text)
    assert w.latest()[2].split(b"\n")[1] == b"%d" % old
    assert w.end() == 0
    w = Witness(at("w"))
    assert w.add(body(at("node"), old))[0] == 200
    assert w.end() == 0


@tap.test
def what_was_answered_is_there_after_a_kill():
    _, last = head(at("node"))
    for n in range(6):
        w = Witness(at("w"))
        assert int(w.latest()[2].split(b"\n")[1]) == last
        append(at("node"), 3)
        asked = body(at("node"), last)
        status, _, _ = w.add(asked)
        assert status == 200
        _, last = head(at("node"))
        time.sleep(0.001 * n)
        w.end(signal.SIGKILL)


@tap.test
def state_that_was_changed_is_named():
    name = hashlib.sha256(ORIGIN.encode()).hexdigest() + ".checkpoint"
    path = at("w", "state", name)
    with open(path, "rb") as file:
        good_note = file.read()
    lines = good_note.split(b"\n")
    lines[1] = b"1"
    for bad in [b"\n".join(lines), good_note[:-60], good_note.rsplit(b"\n", 2)[0] + b"\n"]:
        with open(path, "wb") as file:
            file.write(bad)
        done = run("witness", at("w"), "--listen", "127.0.0.1:0")
        assert done.returncode == 3 and name.encode() in done.stderr, done
    with open(path, "wb") as file:
        file.write(good_note)
    with open(at("w", "key"), "rb") as file:
        key = file.read()
    with open(at("w", "key"), "wb") as file:
        file.write(key.replace(b"w1", b"w2"))
    done = run("witness", at("w"), "--listen", "127.0.0.1:0")
    assert done.returncode == 3 and b"not a witness's key" in done.stderr, done
    with open(at("w", "key"), "wb") as file:
        file.write(key)
    w = Witness(at("w"))
    done = run("witness", at("w"), "--listen", "127.0.0.1:0")
    assert done.returncode == 3, done  # two on one state
    assert w.end() == 0


@tap.test
def the_benchmark_has_a_witness_cosign():
    said = json.loads(good("bench", "witness", at("bench"), "--requests", "20"))
    assert said["requests"] == 20 and said["requests_per_s"] > 0, said
    assert run("bench", "witness", at("bench"), "--requests", "20").returncode != 0
    assert run("bench", "witness", at("other-bench"), "--requests", "0").returncode == 2


def anchor(file, *more):
    """Anchors a file's checkpoint in the log of headquarters."""
    return run("log", "anchor", at("hq"), file, "--vkey", KEYS["log"], *more)


def entry(index):
    """An entry of the log of headquarters."""
    return json.loads(good("log", "show", at("hq"), str(index)))


def keep(name, content):
    """Writes a file; its path."""
    with open(at(name), "wb") as file:
        file.write(content)
    return at(name)


@tap.test
def checkpoints_of_another_log_are_anchored_once_each_and_only_if_they_extend():
    good("init", at("hq"), "--origin", "log.example.com/hq", "--listen", "none")
    note, size = head(at("node"))
    done = anchor(keep("first", note))
    assert done.returncode == 0, done
    first = json.loads(done.stdout)["index"]
    shown = entry(first)
    assert shown["kind"] == "anchor" and shown["fields"]["note"].encode() == note, shown
    assert shown["columns"]["consistent"] == "1" and "conflict" not in shown["fields"], shown
    assert json.loads(anchor(at("first")).stdout)["index"] == first
    append(at("node"), 7)
    done = anchor(keep("newer", head(at("node"))[0]))
    assert done.returncode == 2 and b"a proof that it extends" in done.stderr, done
    proof = good("log", "consistency", at("node"), str(size))
    lines = proof.split(b"\n")
    done = anchor(keep("bent", b"\n".join(lines[:2] + lines[3:])))
    assert done.returncode == 1 and b"does not lead" in done.stderr, done
    second = json.loads(anchor(keep("proof", proof)).stdout)["index"]
    assert second > first and entry(second)["fields"]["note"].encode() == head(at("node"))[0]
    done = anchor(at("first"))
    assert done.returncode == 1 and b"has a newer one" in done.stderr, done


@tap.test
def two_histories_of_a_log_are_kept_as_evidence():
    note, size = head(at("node"))
    while head(at("fork"))[1] < size:
        append(at("fork"), 1)
    assert head(at("fork"))[1] == size, "the fork can be brought to that size"
    forked = head(at("fork"))[0]
    done = anchor(keep("forked", forked))
    assert done.returncode == 1 and b"two histories" in done.stderr, done
    shown = entry(json.loads(done.stdout)["index"])
    assert "consistent" not in shown["columns"], shown
    assert shown["fields"]["note"].encode() == forked, shown
    assert shown["fields"]["conflict"].encode() == note, shown
    append(at("node"), 2)
    proof = good("log", "consistency", at("node"), str(size))
    assert anchor(keep("on", proof)).returncode == 0


@tap.test
def what_is_no_checkpoint_of_that_log_is_not_anchored():
    note, _ = head(at("node"))
    assert run("log", "anchor", at("hq"), at("first")).returncode == 2
    assert anchor(at("nothing")).returncode == 2
    assert anchor(keep("bad", note[:-12] + b"AAAAAAAAAA=\n")).returncode != 0
    assert anchor(keep("other-head", head(at("other"))[0])).returncode == 1
    own = good("log", "head", at("hq"))
    vkey = own.split(b"\n")[0]
    assert vkey == b"log.example.com/hq"
    done = run("log", "anchor", at("hq"), keep("own", own), "--vkey", KEYS["log"])
    assert done.returncode == 1, done


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
