# SPDX-License-Identifier: Apache-2.0
"""The HTTP server against real clients, and against sockets that do what clients must not."""
import gzip
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.join(os.environ["CANDOR_SOURCE"], "tests"))
import tap  # noqa: E402

SERVER = os.path.join(os.environ["CANDOR_BUILD"], "tests", "serve", "http_server")
JSON = "application/json"


class Server:
    """A running test server; `with` ends it gracefully and looks at how it ended."""

    def __init__(self, *limits, address="127.0.0.1:0"):
        self.process = subprocess.Popen([SERVER, address, *limits], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.address = self.process.stdout.readline().decode().strip()
        assert self.address, self.process.stderr.read()
        host, self.port = self.address.rsplit(":", 1)
        self.host, self.port = host.strip("[]"), int(self.port)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM if kind is None else signal.SIGKILL)
        out, errors = self.process.communicate(timeout=30)
        if kind is None:
            assert self.process.returncode == 0, (self.process.returncode, out, errors)

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=20)

    def client(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=20)

    def stats(self):
        return json.loads(self.get("/stats")[1])

    def get(self, path, method="GET", body=None, headers=None):
        c = self.client()
        c.request(method, path, body=body, headers=headers or {})
        answer = c.getresponse()
        data = answer.read()
        c.close()
        return answer, data

    def raw(self, *pieces, pause=0.0, shut=False):
        """Sends bytes and returns everything that comes until the server closes."""
        with self.connect() as s:
            for piece in pieces:
                s.sendall(piece)
                time.sleep(pause)
            if shut:
                s.shutdown(socket.SHUT_WR)
            return read_all(s)


def read_all(s):
    data = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                return data
            data += more
    except ConnectionResetError:
        return data


def until(condition, seconds=10):
    """Waits for something that must come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.02)


def is_error(data, text=""):
    return text in json.loads(data)["error"]


@tap.test
def a_request_is_seen_as_it_was_sent():
    with Server() as server:
        answer, body = server.get("/echo/a%20b%2Fc?x=1&q=a+b%21", "POST", b"hello",
                                  {"X-Other": "y"})
        assert answer.status == 200 and body == b"hello"
        seen = {name[2:]: value for name, value in answer.getheaders() if name.startswith("X-")}
        assert seen == {"Method": "POST", "Path": "/echo/a b/c", "Received": "5", "Query": "a b!",
                        "Peer": "127.0.0.1", "Loopback": "1", "Tls": "0"}, seen
        assert answer.getheader("Server") is None
        answer, body = server.get("/nothing")
        assert answer.status == 404 and is_error(body, 'nothing at "/nothing"')
        assert answer.getheader("Content-Type") == JSON


@tap.test
def every_body_coding_gives_the_same_bytes():
    plain = os.urandom(1000) + b"x" * 300000
    codings = {"gzip": gzip.compress(plain), "x-gzip": gzip.compress(plain),
               "deflate": zlib.compress(plain), "identity": plain, "GZIP": gzip.compress(plain),
               "zstd": subprocess.run(["zstd", "-c"], input=plain, stdout=subprocess.PIPE,
                                      check=False).stdout if shutil.which("zstd") else None}
    with Server() as server:
        for name, packed in codings.items():
            if packed is None:
                continue
            answer, body = server.get("/echo", "POST", packed, {"Content-Encoding": name})
            assert answer.status == 200 and body == plain, name
            assert int(answer.getheader("X-Received")) == len(packed)
            if name == "identity":
                continue
            for broken in (packed[:-1], packed[:20] + b"\xff" * 20, b"no", packed + b"behind"):
                answer, body = server.get("/echo", "POST", broken, {"Content-Encoding": name})
                assert answer.status == 400 and is_error(body, "Content-Encoding"), name
        for name in ("br", "gzip, gzip", "compress"):
            answer, body = server.get("/echo", "POST", plain, {"Content-Encoding": name})
            assert answer.status == 415 and answer.getheader("Accept-Encoding")
        assert server.stats()["body_bytes"] == 0


@tap.test
def answers_may_come_later_and_connections_are_kept():
    with Server() as server:
        c = server.client()
        for _ in range(3):
            c.request("GET", "/later?ms=20")
            assert json.loads(c.getresponse().read()) == {"ok": True}
            c.request("POST", "/echo", body=b"z" * 10000)
            assert c.getresponse().read() == b"z" * 10000
        assert server.stats()["waiting"] == 1
        c.close()


@tap.test
def head_has_the_length_and_no_body():
    with Server() as server:
        data = server.raw(b"HEAD /large?bytes=1234 HTTP/1.1\r\nHost: x\r\n"
                          b"Connection: close\r\n\r\n")
        head, _, rest = data.partition(b"\r\n\r\n")
        assert b"Content-Length: 1234" in head and rest == b""


tap.main()
