# SPDX-License-Identifier: Apache-2.0
"""running: a node of its own for a test program written in Python, started and stopped by it.

    node = running.Node(rules={"word": running.word_rule("bad")})
    token = node.source("shop")
    node.url, node.candor("log", "head", node.path), node.records(first, count), node.stop()

Everything is on the loopback interface and in one folder that goes with the program.
"""
import atexit
import json
import os
import re
import signal
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from candor import CANDOR, VERIFY


def word_rule(word, source="product: shop"):
    """A Sigma rule that finds events of a log source whose word this is."""
    return f"""title: A word that must not be there
id: 6f0c1de2-50c5-4f6f-8f0e-0d3f8f6b7a11
name: word
logsource:
    {source}
detection:
    selection:
        word: {word}
    condition: selection
level: high
"""


def processes(scribe):
    """The processes of the node whose scribe has this process id: role to process id. Only the
    scribe's own children count: a leak checker is a child of one of them with the same name."""
    found = {"scribe": scribe}
    with open(f"/proc/{scribe}/task/{scribe}/children", encoding="ascii") as file:
        children = [int(pid) for pid in file.read().split()]
    for pid in children:
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode().split("\0")
        except OSError:
            continue
        if len(words) > 3 and words[1] == "-P":
            found[words[2]] = pid
    return found


def wait_until(condition, what="what was waited for", patience_s=60):
    """Waits until the condition holds; what it returned."""
    end = time.monotonic() + patience_s
    pause_s = 0.02
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(pause_s)  # longer and longer: many conditions start a program
        pause_s = min(pause_s * 1.5, 0.5)
    raise AssertionError("it did not come to that: " + what)


class Node:
    """A node that runs. rules: file name to Sigma rule; config: lines for its candor.yaml."""

    said = None  # or the file that takes what it says on standard error

    def __init__(self, rules=None, config="", program=CANDOR, hears=False):
        self.program = program
        self.home = tempfile.TemporaryDirectory(prefix="candor-node-")
        self.path = os.path.join(self.home.name, "node")
        if hears:
            self.said = os.path.join(self.home.name, "said")
        said = self.candor("init", self.path, "--origin", "log.example.com/senders",
                           "--market", "IE", "--listen", "127.0.0.1:0")
        self.vkey = re.search(r"vkey: (\S+)", said).group(1)
        with open(os.path.join(self.path, "candor.yaml"), "a", encoding="utf-8") as file:
            file.write(config)
        if rules:
            folder = os.path.join(self.home.name, "rules")
            os.mkdir(folder)
            for name, rule in rules.items():
                with open(os.path.join(folder, name + ".yml"), "w", encoding="utf-8") as file:
                    file.write(rule)
            self.candor("rules", "activate", self.path, "--rules", folder)
        self.start()

    def start(self, **environment):
        """Starts the node, as after pause()."""
        with open(self.said or os.devnull, "ab") as said:
            self.process = subprocess.Popen(
                [self.program, "serve", self.path], stdout=subprocess.PIPE, text=True,
                stderr=said if self.said else None, env={**os.environ, **environment})
        atexit.register(self.process.kill)  # a test that failed leaves no node behind
        self.url = re.search(r"https?://\S+", self.process.stdout.readline()).group(0)
        self.address = self.url.split("//")[1]

    def candor(self, *arguments):
        """What a command that must succeed prints."""
        done = subprocess.run([CANDOR, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def source(self, name, *options):
        """The token of a new source that is answered when its events are under a checkpoint."""
        return self.candor("source", "add", self.path, name, "--ack", "checkpointed",
                           *options).strip()

    def user(self, name, role):
        """The token of a new user."""
        return self.candor("user", "add", self.path, name, "--role", role).strip()

    def request(self, method, path, body=None, token=None, **headers):
        """The status, the headers, and the answer: JSON read, anything else as bytes."""
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        asked = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                code, found, said = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            code, found, said = error.code, error.headers, error.read()
        is_json = (found.get("Content-Type") or "").startswith("application/json")
        return code, found, json.loads(said) if is_json else said

    def send(self, token, *events, query=""):
        """Sends events as lines of JSON; the answer."""
        body = b"".join(json.dumps(event).encode() + b"\n" for event in events)
        code, _, answer = self.request("POST", "/v1/events" + query, body, token)
        assert code == 200, (code, answer)
        return answer

    def size(self):
        """Entries under the newest checkpoint."""
        return json.loads(self.candor("log", "head", self.path, "--json"))["size"]

    def records(self, first=0, count=1 << 20):
        """The records of the log from an index on."""
        said = self.candor("log", "show", self.path, str(first), "--count", str(count))
        return [json.loads(line) for line in said.splitlines()]

    def events(self, source):
        """The raw texts of all events of a source, in order."""
        return [r["fields"]["raw"] for r in self.records()
                if r["kind"] == "event" and r["fields"]["source"] == source]

    def findings(self):
        """All findings."""
        return [r for r in self.records() if r["kind"] == "finding"]

    def prove(self, index):
        """Discloses the raw of an entry and has the stand-alone verifier check it."""
        bundle = self.candor("log", "disclose", self.path, str(index), "--fields", "raw")
        file = os.path.join(self.home.name, "bundle")
        with open(file, "w", encoding="utf-8") as out:
            out.write(bundle)
        done = subprocess.run([VERIFY, file, "--vkey", self.vkey], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pause(self):
        """Ends the node; it must end well, with a log that holds."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0
        self.candor("fsck", self.path)
        self.process.stdout.close()

    def snapshots(self):
        """The index at which each snapshot stands, by its path."""
        title, found = b"candor snapshot v1\n", {}
        for slot in range(2):
            path = os.path.join(self.path, "view", f"{slot}.snapshot")
            if os.path.exists(path):
                with open(path, "rb") as file:
                    head = file.read(len(title) + 8)
                assert head.startswith(title), head
                found[path] = struct.unpack(">Q", head[len(title):])[0]
        return found

    def wait_for_snapshot(self, index):
        """Until there is one behind this entry."""
        ends = time.monotonic() + 60
        while max(self.snapshots().values(), default=0) <= index:
            assert time.monotonic() < ends, (self.snapshots(), index)
            time.sleep(0.05)

    def heard(self):
        """What it has said on standard error since the last time."""
        with open(self.said, "r+", encoding="utf-8") as file:
            text = file.read()
            file.truncate(0)
        return text

    def stop(self):
        """As pause, for good."""
        self.pause()
        self.home.cleanup()
