# SPDX-License-Identifier: Apache-2.0
"""witnessing: a witness written from c2sp.org/tlog-witness and nothing of candor, for tests of the
log's side, and what of those texts a test needs: keys, notes, consistency proofs.

    w = witnessing.Witness("w.example/1", {origin: vkey})
    w.vkey, w.url, w.size(origin), w.requests, w.stop()
    w.manner = "wrong"      # how it misbehaves from now on, one of MANNERS; "good": not at all

Signatures are made by the program openssl.
"""
import base64
import hashlib
import http.server
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import time

MANNERS = ["good", "wrong", "other", "huge", "unknown", "contradicts", "ahead", "same", "slow",
           "babble", "timeless"]
EMPTY = hashlib.sha256(b"").digest()
PEM_HEAD = bytes.fromhex("302a300506032b6570032100")  # of an Ed25519 public key, DER


def key_id(name, kind, public):
    """The four bytes of a key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def vkey(name, kind, public):
    """The key as text."""
    return "%s+%s+%s" % (name, key_id(name, kind, public).hex(),
                         base64.b64encode(bytes([kind]) + public).decode())


def read_vkey(text):
    """Name, type and public key."""
    name, _, rest = text.partition("+")
    kind = base64.b64decode(rest.partition("+")[2])
    return name, kind[0], kind[1:]


class Key:
    """An Ed25519 key in a folder."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name + ".pem")
        self.folder = folder
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path],
                       check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        self.public = der[-32:]

    def sign(self, message):
        """The signature of a message."""
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(message)
            file.flush()
            return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path,
                                   "-in", file.name], check=True, capture_output=True).stdout


def verify(folder, public, message, signature):
    """Whether that is a signature of the message."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        paths = [os.path.join(home, n) for n in ("key", "message", "signature")]
        for path, content in zip(paths, (PEM_HEAD + public, message, signature)):
            with open(path, "wb") as file:
                file.write(content)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform",
                               "DER", "-inkey", paths[0], "-in", paths[1], "-sigfile", paths[2]],
                              check=False, capture_output=True)
        return done.returncode == 0


def note_parts(note):
    """The text with its last newline, and the signatures as (name, id and signature)."""
    text, _, lines = note.rpartition(b"\n\n")
    found = []
    for line in lines.splitlines():
        dash, name, signature = line.decode().split(" ")
        assert dash == "\u2014", line
        found.append((name, base64.b64decode(signature)))
    return text + b"\n", found


def note_line(name, identity, signature):
    """One signature line."""
    return f"\u2014 {name} {base64.b64encode(identity + signature).decode()}\n".encode()


def checkpoint(text):
    """Origin, size and root."""
    lines = text.split(b"\n")
    return lines[0].decode(), int(lines[1]), base64.b64decode(lines[2])


def cosigned_by(folder, note, key):
    """The time of the cosignature of that vkey, which must verify; None if there is none."""
    name, kind, public = read_vkey(key)
    text, signatures = note_parts(note)
    for who, signature in signatures:
        if who != name or signature[:4] != key_id(name, kind, public):
            continue
        time_s = struct.unpack(">Q", signature[4:12])[0]
        message = b"cosignature/v1\ntime %d\n" % time_s + text
        assert verify(folder, public, message, signature[12:]), "a cosignature does not verify"
        return time_s
    return None


def node_hash(left, right):
    """An inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def extends(old, new, proof, old_root, new_root):
    """RFC 9162 section 2.1.4.2: whether the proof shows that the second tree extends the first."""
    if old == new:
        return not proof and old_root == new_root
    if not proof:
        return False
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


class Witness:
    """A witness that listens."""

    def __init__(self, name, logs, port=0):
        self.home = tempfile.TemporaryDirectory(prefix="candor-pywitness-")
        self.name, self.logs, self.manner, self.requests = name, logs, "good", 0
        self.state, self.lock = {}, threading.Lock()
        self.gate = threading.Event()  # "slow" waits for it
        self.key = Key(self.home.name, "key")
        self.vkey = vkey(name, 4, self.key.public)
        self.ahead = 1 << 40
        self.listen(port)

    def listen(self, port=0):
        """Listens, as after stop."""
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                """add-checkpoint"""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if witness.server is None:  # a connection that was kept open
                    self.close_connection = True
                    return
                code, kind, text = witness.answer(self.path, body)
                try:
                    self.send_response(code)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that went
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """Listens no more."""
        server, self.server = self.server, None
        self.gate.set()
        if server is not None:
            server.shutdown()
            server.server_close()

    def size(self, origin):
        """What it cosigned last."""
        return self.state.get(origin, (0, EMPTY))[0]

    def answer(self, path, body):
        """Status, type and body of the answer to a request."""
        plain = "text/plain; charset=utf-8"
        manner = self.manner
        with self.lock:
            self.requests += 1
        if manner == "slow":
            self.gate.wait()
        if path != "/add-checkpoint":
            return 404, plain, b""
        if manner == "huge":
            return 200, plain, b"x" * (8 << 20)
        if manner == "babble":
            return 200, plain, bytes(range(256))
        if manner == "unknown":
            return 404, plain, b"no such log\n"
        if manner == "contradicts":
            return 422, plain, b"another history\n"
        if manner == "ahead":
            return 409, "text/x.tlog.size", b"%d\n" % self.ahead
        if manner == "same":  # whatever it is asked from
            return 409, "text/x.tlog.size", body.split(b"\n")[0][4:] + b"\n"
        with self.lock:
            return self.add(body, manner)

    def add(self, body, manner):
        """The rules of tlog-witness, in their order."""
        plain = "text/plain; charset=utf-8"
        head, _, note = body.partition(b"\n\n")
        lines = head.split(b"\n")
        if not lines[0].startswith(b"old "):
            return 400, plain, b"old?\n"
        old, proof = int(lines[0][4:]), [base64.b64decode(line) for line in lines[1:]]
        text, signatures = note_parts(note)
        origin, size, root = checkpoint(text)
        if origin not in self.logs:
            return 404, plain, b"unknown origin\n"
        name, kind, public = read_vkey(self.logs[origin])
        identity = key_id(name, kind, public)
        good = [s for who, s in signatures if who == name and s[:4] == identity]
        if not good or not verify(self.home.name, public, text, good[0][4:]):
            return 403, plain, b"not signed\n"
        if old > size:
            return 400, plain, b"old is larger\n"
        known, known_root = self.state.get(origin, (0, EMPTY))
        if old != known:
            return 409, "text/x.tlog.size", b"%d\n" % known
        if (old == 0 and proof) or (old > 0 and not extends(old, size, proof, known_root, root)):
            return 422, plain, b"no proof\n"
        self.state[origin] = (size, root)
        return 200, plain, self.cosign(text, manner)

    def cosign(self, text, manner="good"):
        """The line of a cosignature."""
        time_s = 0 if manner == "timeless" else int(time.time())
        if manner == "other":  # of another root
            lines = text.split(b"\n")
            lines[2] = base64.b64encode(hashlib.sha256(lines[2]).digest())
            text = b"\n".join(lines)
        signature = self.key.sign(b"cosignature/v1\ntime %d\n" % time_s + text)
        if manner == "wrong":
            signature = signature[:20] + bytes([signature[20] ^ 1]) + signature[21:]
        return note_line(self.name, key_id(self.name, 4, self.key.public),
                         struct.pack(">Q", time_s) + signature)


def is_possible():
    """Whether openssl is there."""
    return shutil.which("openssl") is not None
