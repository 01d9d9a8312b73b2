# SPDX-License-Identifier: Apache-2.0
"""A node gathers cosignatures: from witnesses that candor did not write and from candor witness,
from dead, slow and lying ones, without holding up those that send events."""
import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.dont_write_bytecode = True
import running  # noqa: E402
import tap  # noqa: E402
import witnessing  # noqa: E402

PATIENCE_S = 300  # a witness that failed is asked again after a minute at most
ORIGIN = "log.example.com/senders"
if not witnessing.is_possible():
    print("1..0 # SKIP openssl is not installed")
    sys.exit(0)


def wait_for(condition, what):
    """Waits until the condition holds; what it returned."""
    return running.wait_until(condition, what, PATIENCE_S)


class Cosigned:
    """A node with witnesses; quorum: the lines behind the witnesses of its policy."""

    def __init__(self, count, quorum):
        self.node = running.Node()
        self.node.pause()
        self.witnesses = [witnessing.Witness(f"w{n}.example/w", {ORIGIN: self.node.vkey})
                          for n in range(count)]
        self.policy = os.path.join(self.node.path, "witnesses.policy")
        lines = [f"log {self.node.vkey}"]
        lines += [f"witness w{n} {w.vkey} {w.url}" for n, w in enumerate(self.witnesses)]
        self.write_policy("\n".join(lines + [quorum]) + "\n")
        with open(os.path.join(self.node.path, "candor.yaml"), "a", encoding="utf-8") as file:
            file.write("witnesses:\n  policy: witnesses.policy\n")
        self.node.start()
        self.token = self.node.source("shop")

    def write_policy(self, text):
        """Replaces the policy."""
        with open(self.policy, "w", encoding="utf-8") as file:
            file.write(text)

    def send(self, count=1):
        """Sends events; the index of the last."""
        return self.node.send(self.token, *[{"word": "x"}] * count)["last_index"]

    def cosigned(self):
        """The newest cosigned checkpoint: the note and its size, or None."""
        done = subprocess.run([running.CANDOR, "log", "head", self.node.path, "--cosigned"],
                              capture_output=True, check=False)
        if done.returncode != 0:
            assert b"no checkpoint was cosigned" in done.stderr, done
            return None
        return done.stdout, int(done.stdout.split(b"\n")[1])

    def wait_cosigned(self, size):
        """Waits until as many entries are cosigned; the note."""
        def is_there():
            found = self.cosigned()
            return found[0] if found and found[1] >= size else None
        return wait_for(is_there, f"{size} cosigned entries")

    def status(self, name):
        """The line of a witness in the node's file."""
        try:
            with open(os.path.join(self.node.path, "witnesses"), encoding="utf-8") as file:
                lines = [line.split(" ", 5) for line in file.read().splitlines()]
        except FileNotFoundError:
            return None
        return next((line for line in lines if line[4] == name), None)

    def wait_error(self, name, words):
        """Waits until a witness's error has these words."""
        def is_there():
            line = self.status(name)
            return line and len(line) > 5 and words in line[5]
        wait_for(is_there, f"{name}: {words}")

    def end(self):
        """Ends all."""
        self.node.stop()
        for w in self.witnesses:
            w.stop()


@tap.test
def checkpoints_are_cosigned_and_every_proof_carries_the_quorum():
    c = Cosigned(3, "group q 2 w0 w1 w2\nquorum q")
    last = c.send(300)
    note = c.wait_cosigned(last + 1)
    home = c.node.home.name
    times = [witnessing.cosigned_by(home, note, w.vkey) for w in c.witnesses]
    assert sum(t is not None for t in times) >= 2, times
    assert all(t is None or abs(t - time.time()) < 3600 for t in times), times
    code, _, public = c.node.request("GET", "/checkpoint")
    assert code == 200 and int(public.split(b"\n")[1]) >= last + 1, public
    assert sum(witnessing.cosigned_by(home, public, w.vkey) is not None
               for w in c.witnesses) >= 2, public
    entry, proof = os.path.join(home, "entry"), os.path.join(home, "proof")
    with open(entry, "wb") as file:
        file.write(subprocess.run([running.CANDOR, "log", "entry", c.node.path, str(last)],
                                  capture_output=True, check=True).stdout)
    for index in (5, last):
        with open(proof, "w", encoding="utf-8") as file:
            file.write(c.node.candor("log", "prove", c.node.path, str(index)))
        if index != last:
            continue
        for program in ([running.CANDOR, "verify"], [running.VERIFY]):
            done = subprocess.run([*program, proof, "--entry", entry, "--policy", c.policy],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 0, done
    reader = c.node.user("ana", "auditor")
    code, _, proof = c.node.request("GET", f"/v1/records/{last}/proof", token=reader)
    assert code == 200 and b"w0.example/w" in proof, proof
    shown = json.loads(c.node.candor("log", "head", c.node.path, "--cosigned", "--json"))
    assert shown["size"] >= last + 1, shown
    c.end()


@tap.test
def the_log_goes_on_while_witnesses_are_dead_slow_or_lying():
    c = Cosigned(4, "group q 2 w0 w1 w2 w3\nquorum q")
    c.witnesses[2].stop()
    c.witnesses[3].manner = "slow"
    first = c.send(10)
    c.wait_cosigned(first + 1)
    c.wait_error("w2", "onnect")
    c.witnesses[0].manner = "wrong"
    before = c.cosigned()[1]
    for _ in range(20):  # the quorum is gone: nothing waits for it
        last = c.send(5)
    c.wait_error("w0", "its cosignature")
    assert c.cosigned()[1] <= last
    assert c.node.size() > last >= before
    code, _, newest = c.node.request("GET", "/checkpoint/newest")
    assert code == 200 and int(newest.split(b"\n")[1]) > last, newest
    assert c.node.request("GET", "/checkpoint")[2] != newest
    index = json.loads(c.node.candor("log", "show", c.node.path, str(last), "--public"))["index"]
    assert index == last
    proof = c.node.candor("log", "prove", c.node.path, str(last))
    assert "w1.example/w" not in proof or c.cosigned()[1] > last
    c.witnesses[0].manner = "good"
    c.witnesses[3].gate.set()
    c.wait_cosigned(last + 1)
    c.node.pause()  # a witness that hangs does not hold up the end
    c.node.start()
    assert c.cosigned()[1] >= last + 1
    c.end()


@tap.test
def an_answer_that_is_none_counts_for_nothing_and_is_named():
    c = Cosigned(2, "group q all w0 w1\nquorum q")
    c.wait_cosigned(1)
    words = {"wrong": "its cosignature", "other": "its cosignature", "huge": "larger than",
             "babble": "its cosignature", "unknown": "does not know this log",
             "same": "the size that it was asked from", "timeless": "no time"}
    for manner, said in words.items():
        size = c.cosigned()[1]
        c.witnesses[1].manner = manner
        last = c.send(3)
        c.wait_error("w1", said)
        assert c.cosigned()[1] <= max(size, last), manner
        c.witnesses[1].manner = "good"
        c.wait_cosigned(last + 1)
        assert len(c.status("w1")) == 5, c.status("w1")
    c.end()


@tap.test
def what_contradicts_the_log_is_kept():
    c = Cosigned(2, "quorum w0")
    last = c.send(3)
    c.wait_cosigned(last + 1)
    evidence = os.path.join(c.node.path, "witnesses.evidence")
    assert not os.path.exists(evidence)
    c.witnesses[1].manner = "ahead"
    c.send(1)
    c.wait_error("w1", f"it has cosigned {1 << 40} entries, but this log has only")
    c.witnesses[1].manner = "contradicts"
    c.wait_error("w1", "another history")
    wait_for(lambda: os.path.exists(evidence), "evidence")
    with open(evidence, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert len(lines) == 2 and " w1 it has cosigned" in lines[0], lines
    assert "another history" in lines[1], lines
    c.wait_cosigned(c.send(2) + 1)  # the other one goes on
    c.witnesses[1].manner = "good"
    wait_for(lambda: len(c.status("w1")) == 5, "w1 cosigns again")
    c.end()


def level(c, query=""):
    """Sends one event; the level that the answer names, and its index."""
    code, headers, answer = c.node.request("POST", "/v1/events" + query, b'{"word":"x"}\n', c.token)
    assert code == 200, answer
    return headers["Candor-Ack"], answer["last_index"]


@tap.test
def a_sender_may_wait_for_witnesses_and_not_for_ever():
    c = Cosigned(2, "group q all w0 w1\nquorum q")
    assert level(c)[0] is None

    def is_witnessed(query):
        """An answer, which may come without witnesses where the machine is slow."""
        said, index = level(c, query)
        assert said in ("witnessed", "checkpointed"), said
        return said == "witnessed" and c.cosigned()[1] > index

    wait_for(lambda: is_witnessed("?ack=witnessed"), "it waits for witnesses")
    c.token = c.node.candor("source", "add", c.node.path, "patient", "--ack",
                            "witnessed").strip()
    wait_for(lambda: is_witnessed(""), "its level counts where it asks for none")
    c.witnesses[1].manner = "unknown"
    begun = time.monotonic()
    said, index = level(c)
    assert said == "checkpointed" and c.node.size() > index, said
    assert time.monotonic() - begun >= 29, "it waited for the witness"
    assert c.cosigned()[1] <= index
    answers = []
    waits = threading.Thread(target=lambda: answers.append(level(c)))
    size = c.node.size()
    waits.start()
    wait_for(lambda: c.node.size() > size, "the event is in the log")
    c.node.pause()  # it is answered now, not after half a minute
    waits.join(PATIENCE_S)
    assert answers and answers[0][0] == "checkpointed", answers
    c.node.start()
    c.end()
    plain = running.Node()
    plain.token, plain.node = plain.source("shop"), plain
    assert level(plain, "?ack=witnessed")[0] == "checkpointed"
    plain.stop()


@tap.test
def doctor_and_metrics_tell_how_the_witnesses_stand():
    c = Cosigned(2, "quorum w0")
    c.wait_cosigned(c.send(3) + 1)
    wait_for(lambda: c.status("w1"), "w1 was asked")
    c.witnesses[1].manner = "unknown"
    c.wait_cosigned(c.send(3) + 1)
    c.wait_error("w1", "does not know this log")

    def doctor():
        done = subprocess.run([running.CANDOR, "doctor", c.node.path, "--json"],
                              capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [(x["verdict"], x["text"]) for x in lines if x["about"].startswith("witness")]

    for verdict, words in [("fine", "w0: cosigned"), ("warning", "does not know this log"),
                           ("fine", "the quorum has cosigned"), ("warning", "w1: since 20")]:
        wait_for(lambda v=verdict, w=words: any(v == x and w in t for x, t in doctor()), words)
    token = c.node.user("scraper", "administrator")
    code, _, text = c.node.request("GET", "/metrics", token=token)
    assert code == 200, text
    numbers = dict(line.rsplit(" ", 1) for line in text.decode().splitlines()
                   if not line.startswith("#"))
    assert numbers["candor_witnesses"] == "2" and int(numbers["candor_witnesses_failing"]) >= 1
    assert int(numbers["candor_cosigned_entries"]) > 0
    assert int(numbers["candor_cosignatures_total"]) >= 2
    assert int(numbers['candor_process_resident_memory_bytes{process="gatherer"}']) > 0
    c.witnesses[1].manner = "contradicts"
    c.wait_error("w1", "another history")
    wait_for(lambda: any(v == "fault" and "witnesses.evidence" in t for v, t in doctor()),
             "doctor tells the evidence")
    c.node.pause()
    c.node.candor("source", "add", c.node.path, "one-more")  # a record that nobody has cosigned
    path = os.path.join(c.node.path, "witnesses")
    with open(path, encoding="utf-8") as file:
        lines = [line.split(" ", 2) for line in file]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{size} {int(at) - 3600} {rest}" for size, at, rest in lines)
    said = [t for v, t in doctor() if v == "warning" and "the quorum has cosigned" in t]
    assert said and "readers get no newer checkpoint" in said[0], doctor()
    c.node.start()
    c.end()


@tap.test
def a_policy_is_judged_by_what_it_stands():
    home = tempfile.mkdtemp()
    keys = [witnessing.Key(home, f"k{n}").public for n in range(5)]
    log = "log " + witnessing.vkey("log.example", 1, keys[4])

    def judge(names, quorum):
        path = os.path.join(home, "policy")
        with open(path, "w", encoding="utf-8") as file:
            file.write(log + "\n")
            for n, name in enumerate(names):
                file.write(f"witness w{n} {witnessing.vkey(name, 4, keys[n])} https://x\n")
            file.write(quorum + "\n")
        done = subprocess.run([running.CANDOR, "witness", "policy", path, "--json"],
                              capture_output=True, text=True, check=False)
        found = json.loads(done.stdout) if done.stdout else None
        return done, found

    four = ["a.example", "b.example", "c.example/w", "d.example"]
    done, found = judge(four, "group q 3 w0 w1 w2 w3\nquorum q")
    assert done.returncode == 0 and found["warnings"] == [], done
    assert found["split_view_needs"] == 2 and found["outage_needs"] == 2, found
    done, found = judge(four, "group q 2 w0 w1 w2 w3\nquorum q")
    assert done.returncode == 1 and "split view" in found["warnings"][0], done
    done, found = judge(four[:3], "group q 2 w0 w1 w2\nquorum q")
    assert done.returncode == 1 and "two thirds" in found["warnings"][0], done
    assert found["split_view_needs"] == 1 and found["outage_needs"] == 2, found
    done, found = judge(four, "quorum none")
    assert done.returncode == 1 and found["outage_needs"] == 0, done
    done, found = judge(["a.example/1", "a.example/2", "b.example", "c.example"],
                        "group q 3 w0 w1 w2 w3\nquorum q")
    assert done.returncode == 1 and "one operator" in found["warnings"][0], done
    done, found = judge(four, "group q 9 w0\nquorum q")
    assert done.returncode == 2 and "line 6" in done.stderr, done
    done = subprocess.run([running.CANDOR, "witness", "policy", os.path.join(home, "none")],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2, done
    shutil.rmtree(home)


@tap.test
def a_node_that_starts_again_goes_on_from_what_each_witness_knows():
    c = Cosigned(2, "group q all w0 w1\nquorum q")
    last = c.send(100)
    c.wait_cosigned(last + 1)
    c.node.pause()
    kept = c.cosigned()
    assert kept[1] == last + 1 or kept[1] > last, kept
    old = c.witnesses[1]
    old.state = {}  # it forgot
    c.node.start()
    last = c.send(7)
    c.wait_cosigned(last + 1)
    assert old.size(ORIGIN) > last
    c.node.process.kill()  # what was cosigned is still there
    c.node.process.wait(60)
    assert c.cosigned()[1] > last
    c.node.process.stdout.close()
    c.node.start()
    c.wait_cosigned(c.send(1) + 1)
    c.end()


@tap.test
def candor_witness_cosigns_for_a_node_over_https():
    c = Cosigned(1, "quorum w0")
    c.node.pause()
    folder = os.path.join(c.node.home.name, "w")
    key = c.node.candor("witness", folder, "--create", "own.example/w").split()[1]
    with open(os.path.join(folder, "logs"), "a", encoding="utf-8") as file:
        file.write(c.node.vkey + "\n")
    cert, cert_key = folder + ".crt", folder + ".key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", cert_key, "-out", cert, "-days",
                    "2", "-subj", "/CN=witness", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    done = subprocess.run([running.CANDOR, "witness", folder, "--certificate", cert],
                          capture_output=True, check=False)
    assert done.returncode == 2 and b"belong together" in done.stderr, done
    own = subprocess.Popen([running.CANDOR, "witness", folder, "--listen", "127.0.0.1:0",
                            "--certificate", cert, "--key", cert_key],
                           stdout=subprocess.PIPE, text=True)
    atexit.register(own.kill)
    said = own.stdout.readline() + own.stdout.readline()
    url = re.search(r"https://\S+", said).group(0)
    assert own.stdout.readline().startswith("confined: "), said
    c.write_policy(f"log {c.node.vkey}\nwitness own {key} {url}/\nquorum own\n")
    c.node.start()
    c.wait_error("own", "certificate")  # nobody vouches for it
    assert c.cosigned() is None
    c.node.pause()
    with open(os.path.join(c.node.path, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write(f"  ca: {cert}\n")
    c.node.start()
    note = c.wait_cosigned(c.send(50) + 1)
    assert witnessing.cosigned_by(c.node.home.name, note, key)
    c.end()
    own.send_signal(signal.SIGTERM)
    assert own.wait(60) == 0
    own.stdout.close()


@tap.test
def a_policy_that_is_of_no_use_is_named_with_file_and_line():
    c = Cosigned(2, "quorum w0")
    c.node.pause()
    vkeys = [w.vkey for w in c.witnesses]
    other = witnessing.vkey("other.example", 1, c.witnesses[1].key.public)
    url = c.witnesses[0].url
    log = f"log {c.node.vkey}\n"
    for text, words in [
            ("nonsense\n", "witnesses.policy: policy, line 1: not log, witness"),
            (log + f"witness w0 {vkeys[0]} {url}\n", "has no quorum line"),
            (f"log {other}\nwitness w0 {vkeys[0]} {url}\nquorum w0\n", "no log line has"),
            (log + f"witness w0 {vkeys[0]} ftp://x\nquorum w0\n", "not an address: ftp://x"),
            (log + f"witness w0 {vkeys[0]}\nquorum w0\n", "no witness has an address"),
            (log + f"witness w0 {vkeys[0]} {url}\nwitness w1 {vkeys[1]}\ngroup q all w0 w1\n"
             "quorum q\n", "cannot reach the quorum")]:
        c.write_policy(text)
        for words_of in (["serve", c.node.path, "--check"], ["serve", c.node.path]):
            done = subprocess.run([running.CANDOR, *words_of], capture_output=True, text=True,
                                  check=False, timeout=60)
            assert done.returncode == 2 and words in done.stderr, (text, done)
    os.remove(c.policy)
    done = subprocess.run([running.CANDOR, "serve", c.node.path], capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 2 and "witnesses.policy" in done.stderr, done
    yaml = os.path.join(c.node.path, "candor.yaml")
    with open(yaml, encoding="utf-8") as file:
        good = file.read()
    for bad, words in [("  policy: ../x\n", "policy: the path"), ("  policy: [a]\n", "policy: the"),
                       ("  ca: x\n", "ca: the path"), ("  ca: /x\n", "policy is missing"),
                       ("  other: x\n", "unknown key")]:
        with open(yaml, "w", encoding="utf-8") as file:
            file.write(good.replace("  policy: witnesses.policy\n", bad))
        done = subprocess.run([running.CANDOR, "serve", c.node.path, "--check"],
                              capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 2 and re.search(r"candor.yaml:\d+:\d+: ", done.stderr), done
        assert words in done.stderr, (bad, done)
    with open(yaml, "w", encoding="utf-8") as file:
        file.write(good)
    c.write_policy(log + f"witness w0 {vkeys[0]} {url}\nquorum w0\n")
    c.node.start()
    c.end()


tap.main()
