# SPDX-License-Identifier: Apache-2.0
"""The signer's process, driven over its socket by somebody who wants a wrong signature."""
import base64
import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading

from candor import CANDOR, VERIFY
import tap


HELLO, REQUEST, SIGNED, REFUSED = 1, 2, 3, 4
ORIGIN = "log.example/raw"
HOME = tempfile.TemporaryDirectory()
NODE = os.path.join(HOME.name, "node")
E_REFUSED, E_BUSY = 62, 23


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def consistency(m, leaves, whole=True):
    """RFC 6962 2.1.2: PROOF(m, D[n])."""
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = 1 << (n - 1).bit_length() - 1
    if m <= k:
        return consistency(m, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root(leaves[:k])]


class Signer:
    """A signer's process and the scribe's end of its socket."""

    def __init__(self, node=NODE):
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(20)

        def inherit():
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)

        self.process = subprocess.Popen([CANDOR, "-P", "signer", node], preexec_fn=inherit,
                                        close_fds=False, stderr=subprocess.PIPE)
        theirs.close()
        self.kind, payload = self.receive()
        if self.kind == HELLO:
            self.size, self.root = struct.unpack_from(">Q32s", payload)
            self.key = payload[40:72]
        else:
            self.code = struct.unpack_from(">I", payload)[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """The scribe goes; the exit status."""
        self.socket.close()
        self.process.stderr.close()
        return self.process.wait(20)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def take(self, count):
        data = b""
        while len(data) < count:
            got = self.socket.recv(count - len(data))
            if not got:
                return None
            data += got
        return data

    def receive(self):
        header = self.take(6)
        if header is None:
            return None, b""
        length, kind = struct.unpack(">IH", header)
        return kind, self.take(length)

    def send(self, kind, payload):
        self.socket.sendall(struct.pack(">IH", len(payload), kind) + payload)

    def ask(self, size, root_hash, proof=()):
        """The signature, or the code of the refusal, or None if the process ended."""
        self.send(REQUEST, struct.pack(">Q32sB", size, root_hash, len(proof)) + b"".join(proof))
        kind, payload = self.receive()
        if kind == SIGNED:
            assert len(payload) == 64
            return payload
        return struct.unpack_from(">I", payload)[0] if kind == REFUSED else None


def holds(signature, size, root_hash, key):
    """Whether it is the log's signature of that checkpoint, says the stand-alone verifier."""
    typed = b"\1" + key
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + typed).digest()[:4]
    note = (f"{ORIGIN}\n{size}\n{base64.b64encode(root_hash).decode()}\n\n\u2014 {ORIGIN} "
            f"{base64.b64encode(key_id + signature).decode()}\n")
    path = os.path.join(HOME.name, "note")
    with open(path, "w", encoding="utf-8") as file:
        file.write(note)
    vkey = f"{ORIGIN}+{key_id.hex()}+{base64.b64encode(typed).decode()}"
    return subprocess.run([VERIFY, path, "--vkey", vkey], stdout=subprocess.DEVNULL).returncode == 0


def entries():
    """The leaf hashes of the log as init left it."""
    found = []
    while True:
        run = subprocess.run([CANDOR, "log", "entry", NODE, str(len(found))], capture_output=True)
        if run.returncode != 0:
            return found
        found.append(leaf(run.stdout))


subprocess.run([CANDOR, "init", NODE, "--origin", ORIGIN], check=True, stdout=subprocess.DEVNULL)
LEAVES = entries()
SIGNED_HEADS = {}  # size: root, over all tests that go on with the same node


def more(count, mark=b""):
    """The log with that many entries more."""
    return LEAVES + [leaf(b"entry %d %s" % (n, mark)) for n in range(count)]


def remember(size, root_hash):
    assert SIGNED_HEADS.setdefault(size, root_hash) == root_hash, f"two roots at size {size}"


@tap.test
def the_signer_says_what_it_signed_last():
    with Signer() as s:
        assert (s.kind, s.size, s.root) == (HELLO, len(LEAVES), root(LEAVES))
        again = s.ask(s.size, s.root)
        assert holds(again, s.size, s.root, s.key) and s.ask(s.size, s.root) == again
        assert not holds(again, s.size + 1, s.root, s.key)
        assert s.end() == 0


@tap.test
def what_does_not_extend_the_last_head_is_refused():
    # 64 entries: a proof to a full tree fits no other size. (Between sizes of one shape a proof of
    # consistency cannot tell, whoever verifies it.)
    longer = more(64 - len(LEAVES))
    with Signer() as s:
        n = s.size
        good = consistency(n, longer)
        for size, root_hash, proof in [
                (n - 1, root(LEAVES[:-1]), []),                    # smaller
                (0, root([]), []),
                (n, root(more(0)[:-1] + [leaf(b"x")]), []),        # the same size, another root
                (n, root(LEAVES), good),                           # the same, with a proof
                (64, root(longer), []),                         # larger, without a proof
                (64, root(longer), good[:-1]),
                (64, root(longer), good + [bytes(32)]),
                (64, root(longer), good[::-1]),
                (64, root(longer[::-1]), good),
                (65, root(longer), good),
                (32, root(longer), good),
                (128, root(longer), good),
                ((1 << 63) + n, root(longer), good),
                ((1 << 64) - 1, root(longer), [bytes(32)] * 64)]:
            assert s.ask(size, root_hash, proof) == E_REFUSED, (size, proof)
        assert len(s.ask(n, s.root)) == 64  # it is still there, and still of the same mind


@tap.test
def every_single_changed_bit_of_a_good_request_is_refused():
    longer = more(64 - len(LEAVES))
    size = len(longer)
    with Signer() as s:
        proof = b"".join(consistency(s.size, longer))
        good = struct.pack(">Q32sB", size, root(longer), len(proof) // 32) + proof
        for bit in range(len(good) * 8):
            if bit // 8 == 40:
                continue  # the count of hashes: malformed, below
            bad = bytearray(good)
            bad[bit // 8] ^= 1 << bit % 8
            s.send(REQUEST, bytes(bad))
            kind, payload = s.receive()
            assert kind == REFUSED and struct.unpack_from(">I", payload)[0] == E_REFUSED, bit


@tap.test
def malformed_and_unknown_messages_end_the_conversation():
    good = struct.pack(">Q32sB", len(LEAVES), root(LEAVES), 0)
    for kind, payload in [(REQUEST, b""), (REQUEST, good[:-1]), (REQUEST, good + b"x"),
                          (REQUEST, good[:-1] + b"\1"),
                          (REQUEST, good[:-1] + b"\xff" + bytes(8160)),
                          (REQUEST, good[:-1] + b"\x41" + bytes(65 * 32)), (SIGNED, bytes(64)),
                          (HELLO, good), (REFUSED, good), (0, good), (0xffff, good)]:
        with Signer() as s:
            try:
                s.send(kind, payload)
                assert s.receive()[0] is None, (kind, payload)
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert s.end() not in (0, -signal.SIGSEGV, -signal.SIGABRT)


@tap.test
def half_a_message_is_no_message():
    whole = struct.pack(">IH", 41, REQUEST) + struct.pack(">Q32sB", len(LEAVES), root(LEAVES), 0)
    for cut in [1, 5, 6, 7, 46]:
        with Signer() as s:
            s.socket.sendall(whole[:cut])
            s.socket.shutdown(socket.SHUT_WR)
            assert s.receive()[0] is None
            assert s.end() > 0


@tap.test
def what_was_signed_stays_signed_when_it_is_killed():
    longer = more(20)
    n = len(LEAVES)
    for count in range(1, 21):
        with Signer() as s:
            remember(s.size, s.root)
            tree = longer[:n + count]
            signature = s.ask(n + count, root(tree), consistency(s.size, tree))
            assert holds(signature, n + count, root(tree), s.key)
            remember(n + count, root(tree))
            s.kill()
        with Signer() as s:
            assert (s.size, s.root) == (n + count, root(tree))
            other = longer[:n + count - 1] + [leaf(b"other")]
            assert s.ask(n + count, root(other)) == E_REFUSED
            assert s.ask(n + count - 1, root(longer[:n + count - 1])) == E_REFUSED


@tap.test
def a_kill_at_any_moment_leaves_one_history():
    """Two histories compete; the kill comes while an answer is on its way."""
    with Signer() as s:
        base = s.size
    known = more(20)
    for turn in range(30):
        with Signer() as s:
            if s.size > len(known):  # it had signed what it was asked for last, unheard
                known = pending
            assert s.root == root(known[:s.size])
            remember(s.size, s.root)
            known = known[:s.size]
            pending = known + [leaf(b"turn %d" % turn)]
            proof = consistency(s.size, pending)
            s.send(REQUEST, struct.pack(">Q32sB", len(pending), root(pending), len(proof)) +
                   b"".join(proof))
            threading.Event().wait(0.0002 * (turn % 10))
            s.kill()
    with Signer() as s:
        assert s.size >= base


@tap.test
def a_second_signer_is_not_started():
    with Signer() as first:
        second = Signer()
        assert (second.kind, second.code) == (REFUSED, E_BUSY)
        assert second.end() == 3
        assert len(first.ask(first.size, first.root)) == 64
    with Signer() as third:
        assert third.kind == HELLO


@tap.test
def a_damaged_state_is_refused_or_costs_nothing():
    path = os.path.join(NODE, "signer", "state")
    with Signer() as s:
        head = s.size, s.root
    with open(path, "rb") as file:
        whole = file.read()
    for at in range(3, len(whole), 61):
        with open(path, "wb") as file:
            file.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        with Signer() as s:  # one damaged copy of four
            assert (s.size, s.root) == head
        with open(path, "rb") as file:
            assert file.read(2048) != whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:]
    for bad in [b"", whole[:-1], whole + b"x", bytes(2048), whole[:512] + bytes(1536 - 512)]:
        with open(path, "wb") as file:
            file.write(bad)
        with Signer() as s:
            assert s.kind == REFUSED
    with open(path, "wb") as file:
        file.write(whole)


@tap.test
def a_state_of_an_earlier_day_is_seen_by_fsck():
    copy = os.path.join(HOME.name, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    init = [CANDOR, "init", copy, "--origin", ORIGIN]
    subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
    state = os.path.join(copy, "signer", "state")
    shutil.copy(state, state + ".old")
    line = b'{"kind":"event","time":"2026-03-01T10:00:00Z","source":"s","raw":"x"}\n'
    subprocess.run([CANDOR, "append", copy], input=line, check=True, stdout=subprocess.DEVNULL)
    shutil.copy(state + ".old", state)
    found = subprocess.run([CANDOR, "fsck", copy], capture_output=True)
    assert found.returncode == 1 and b"signer/state" in found.stdout + found.stderr, found


tap.main()
