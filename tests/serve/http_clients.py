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
import tempfile
import threading
import time
import zlib

import tap

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


GET = b"GET /echo HTTP/1.1\r\nHost: x\r\n"


@tap.test
def requests_that_two_programs_could_read_differently_are_refused():
    post = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
    cases = [
        (b"GET /echo HTTP/1.1\r\n\r\n", 400, "Host"),
        (GET + b"Host: y\r\n\r\n", 400, "twice"),
        (post + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
         "Transfer-Encoding"),
        (post + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "chunked"),
        (post + b"Transfer-Encoding: identity\r\n\r\n", 501, "chunked"),
        (post + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
         "twice"),
        (post.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, ""),
        (post + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400, "twice"),
        (post + b"Content-Length : 3\r\n\r\nabc", 400, "malformed"),
        (post + b"X y: 3\r\n\r\n", 400, "malformed"),
        (post + b"X: a\x01b\r\n\r\n", 400, "malformed"),
        (post + b"X: a\x7fb\r\n\r\n", 400, "malformed"),
        (post + b"Authorization: a\r\nauthorization: b\r\n\r\n", 400, "twice"),
        (post + b"Expect: magic\r\n\r\n", 417, "100-continue"),
        (b"BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n", 501, "method"),
        (b"get /echo HTTP/1.1\r\nHost: x\r\n\r\n", 501, "method"),
        (b"GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
        (b"GET /../x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
        (b"GET /%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
        (b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
        (b"GET /x?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
        (b"GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "address"),
    ]
    with Server() as server:
        for request, code, why in cases:
            data = server.raw(request + b"GET /echo/smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
            assert data.startswith(b"HTTP/1.1 %d " % code), (request, data)
            assert data.count(b"HTTP/1.1 ") == 1 and b"smuggled" not in data, (request, data)
            assert data.endswith(b"}"), (request, data)
            assert is_error(data.partition(b"\r\n\r\n")[2], why), (request, data)
        for request in (post + b"Content-Length: -3\r\n\r\n",
                        post + b"Content-Length: 3x\r\n\r\nabc",
                        post + b"Content-Length: 99999999999999999999\r\n\r\n",
                        post + b"Content-Length: +3\r\n\r\nabc",
                        post + b"Content-Length: 0x3\r\n\r\nabc",
                        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET\r\n\r\n",
                        b"GET /echo HTTP/2.0\r\nHost: x\r\n\r\n", GET + b"nocolon\r\n\r\n",
                        post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
                        post + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
                        post + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc"):
            data = server.raw(request + b"\r\nGET /echo/smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " not in data, (request, data)
        assert server.get("/echo")[0].status == 200


@tap.test
def chunks_and_pipelines_are_read():
    chunked = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"5;ext=1\r\nhello\r\n7\r\n, world\r\n0\r\nTrailer: x\r\n\r\n"
    last = GET + b"Connection: close\r\n\r\n"
    with Server() as server:
        data = server.raw(chunked + body + GET + b"\r\n" + chunked + body + last)
        assert data.count(b"HTTP/1.1 200 OK") == 4 and data.count(b"hello, world") == 2, data
        data = server.raw(*[bytes([b]) for b in chunked + body + last], pause=0.001)
        assert data.count(b"HTTP/1.1 200 OK") == 2 and b"hello, world" in data
        later = b"GET /later?ms=30 HTTP/1.1\r\nHost: x\r\n\r\n"
        data = server.raw(later * 5 + last)  # the next one is in the buffer while one waits
        assert data.count(b"HTTP/1.1 200 OK") == 6, data
        data = server.raw(later + last, shut=True)  # half closed: the answers come all the same
        assert data.count(b"HTTP/1.1 200 OK") == 2, data
        data = server.raw(b"GET /later?ms=30 HTTP/1.0\r\n\r\n", shut=True)
        assert data.count(b"{\"ok\":true}") == 1, data


@tap.test
def what_is_refused_before_its_body_is_not_read():
    with Server("body_bytes=3000000") as server:
        c = server.client()
        for _ in range(2):  # a small body is read and dropped: the connection is kept
            c.request("POST", "/echo", body=b"x" * 200000, headers={"X-Refuse": "401"})
            answer = c.getresponse()
            assert answer.status == 401 and is_error(answer.read(), "refused by the test")
        c.request("POST", "/echo", body=b"kept")
        assert c.getresponse().read() == b"kept"
        big = b"POST /echo HTTP/1.1\r\nHost: x\r\nX-Refuse: 403\r\nContent-Length: 2000000\r\n\r\n"
        data = server.raw(big)  # answered without waiting for the body, and closed
        assert data.startswith(b"HTTP/1.1 403 ") and b"Connection: close" in data, data
        expect = big.replace(b"2000000", b"5\r\nExpect: 100-continue")
        data = server.raw(expect)
        assert data.startswith(b"HTTP/1.1 403 ") and b"100 Continue" not in data, data
        data = server.raw(expect.replace(b"X-Refuse: 403\r\n", b"Connection: close\r\n"), b"hello",
                          pause=0.1)
        assert data.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), data
        assert data.endswith(b"hello")
        for size, code in ((3000000, 200), (3000001, 413)):
            done = subprocess.run(["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-H",
                                   "Expect: 100-continue", "--data-binary", "@-",
                                   f"http://{server.address}/echo"], input=b"x" * size,
                                  capture_output=True, timeout=20)
            assert done.stdout == b"%d" % code, (size, done)
        assert server.stats()["body_bytes"] == 0


@tap.test
def bodies_beyond_a_limit_are_refused_however_they_come():
    with Server("body_bytes=100000", "bodies_bytes=250000") as server:
        bomb = gzip.compress(b"\0" * 50_000_000)
        for body, coding in ((bomb, "gzip"), (zlib.compress(b"\0" * 100001), "deflate")):
            answer, data = server.get("/echo", "POST", body, {"Content-Encoding": coding})
            assert answer.status == 413 and is_error(data, "100000 bytes")
        answer, data = server.get("/echo", "POST", zlib.compress(b"\0" * 100000),
                                  {"Content-Encoding": "deflate"})
        assert answer.status == 200 and len(data) == 100000
        chunked = b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        data = server.raw(chunked + chunk * 7 + b"0\r\n\r\n" + GET + b"Connection: close\r\n\r\n")
        assert data.startswith(b"HTTP/1.1 413 ") and data.count(b"HTTP/1.1 200 OK") == 1, data
        with server.connect() as s:  # one that does not end is cut
            s.sendall(chunked)
            try:
                for _ in range(1000):
                    s.sendall(chunk)
            except ConnectionError:
                pass
            else:
                raise AssertionError("it read on")
        held = []
        for _ in range(3):  # the third does not fit beside the two
            s = server.connect()
            s.sendall(b"POST /later?ms=5000 HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n"
                      + b"x" * 90000)
            held.append(s)
            until(lambda: server.stats()["waiting"] >= min(len(held), 2) + 1)
        data = held[2].recv(1000)
        assert data.startswith(b"HTTP/1.1 503 ") and b"Retry-After: 1" in data, data
        for s in held:
            s.close()
        until(lambda: server.stats()["body_bytes"] == 0, 20)


@tap.test
def floods_of_headers_and_parameters_are_refused():
    with Server() as server:
        for extra in (b"".join(b"X-%d: y\r\n" % n for n in range(101)),
                      b"X: " + b"y" * 17000 + b"\r\n"):
            data = server.raw(GET + extra + b"\r\n")
            assert data.startswith(b"HTTP/1.1 431 ") and b'{"error":' in data, data
        with server.connect() as s:
            try:
                for n in range(100000):
                    s.sendall((GET if n == 0 else b"") + b"X-%d: " % n + b"y" * 1000 + b"\r\n")
            except ConnectionError:
                pass
            else:
                raise AssertionError("it read on")
        data = server.raw(b"GET /" + b"a" * 200000)
        assert b"200 OK" not in data
        data = server.raw(b"GET /echo?" + b"a&" * 65 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert data.startswith(b"HTTP/1.1 400 "), data
        data = server.raw(GET + b"".join(b"X-%d: y\r\n" % n for n in range(90)) +
                          b"Connection: close\r\n\r\n")
        assert data.startswith(b"HTTP/1.1 200 "), data


@tap.test
def slow_clients_are_cut():
    with Server("request_s=2", "idle_s=3") as server:
        began = time.monotonic()

        def drip(start, found):
            with server.connect() as s:
                s.sendall(start)
                s.settimeout(0.2)
                data = b""
                while time.monotonic() < began + 15:
                    try:
                        s.sendall(b"a")
                        more = s.recv(1000)
                        if not more:
                            break
                        data += more
                    except socket.timeout:
                        continue
                    except ConnectionError:
                        break
                found.append((time.monotonic() - began, data))
        results = []
        threads = [threading.Thread(target=drip, args=(start, results)) for start in (
            b"GET /ec", GET, GET + b"X: ",
            b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n")]
        for thread in threads:
            thread.start()
        idle = server.connect()
        for thread in threads:
            thread.join()
        assert len(results) == 4 and all(seconds < 10 for seconds, _ in results), results
        assert sum(b"HTTP/1.1 408 " in data for _, data in results) >= 2, results
        assert idle.recv(1) == b""
        idle.close()
        assert server.get("/echo")[0].status == 200


@tap.test
def clients_that_do_not_read_their_answer_are_cut():
    with Server("send_s=2", "idle_s=20") as server:
        s = server.connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(b"GET /large?bytes=50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: server.stats()["connections"] == 2)
        until(lambda: server.stats()["connections"] == 1, 10)
        s.close()


@tap.test
def a_client_that_goes_away_is_noticed():
    with Server() as server:
        for reset in (False, True):
            before = server.stats()["gone"]
            s = server.connect()
            s.sendall(b"GET /gone HTTP/1.1\r\nHost: x\r\n\r\n")
            until(lambda: server.stats()["waiting"] == 2)
            if reset:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
            until(lambda: server.stats()["gone"] == before + 1)
        for n in range(200):  # resets at any moment
            s = server.connect()
            s.sendall(b"POST /later?ms=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123456789")
            time.sleep(n % 5 / 1000)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        until(lambda: server.stats()["connections"] == 1)
        until(lambda: server.stats()["waiting"] == 1)
        assert server.stats()["dropped_users"] > 50


@tap.test
def streams_send_what_they_get_and_end():
    with Server() as server:
        c = server.client()
        c.request("GET", "/events?count=50&bytes=100&ms=0")
        answer = c.getresponse()
        assert answer.getheader("Content-Type") == "text/event-stream"
        data = answer.read()
        assert data.count(b"data: ") == 50 and data.startswith(b"data: 49 xxxx")
        c.request("GET", "/echo")  # the connection is kept
        assert c.getresponse().status == 200
        c.close()
        assert server.stats()["closed"] == 0


@tap.test
def slow_readers_of_a_stream_are_dropped():
    with Server("stream_bytes=100000") as server:
        s = server.connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(b"GET /events?count=100000&bytes=50000&ms=0 HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: server.stats()["closed"] == 1, 20)
        s.close()
        s = server.connect()  # and one that goes away while nothing is sent
        s.sendall(b"GET /events?count=2&bytes=10&ms=100000 HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: b"data: " in s.recv(1000))
        s.close()
        until(lambda: server.stats()["closed"] == 2)
        data = server.raw(b"GET /events?count=1&bytes=200000 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"data" not in data
        until(lambda: server.stats()["closed"] == 3)


@tap.test
def two_thousand_connections_are_served_and_more_wait():
    with Server("connections=1000") as server:
        held = [server.connect() for _ in range(2000)]
        for s in held:
            s.sendall(GET + b"Connection: close\r\n\r\n")
        for s in held:
            assert read_all(s).startswith(b"HTTP/1.1 200 OK")
            s.close()
        until(lambda: server.stats()["connections"] == 1)
    with Server("connections_peer=2") as server:
        first, second = server.connect(), server.connect()
        time.sleep(0.1)
        assert server.raw(GET + b"\r\n") == b""
        first.close()
        second.close()


@tap.test
def a_graceful_stop_answers_what_it_took():
    with Server() as server:
        idle, waiting = server.connect(), server.connect()
        waiting.sendall(b"GET /later?ms=500 HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: server.stats()["waiting"] == 2)
        server.process.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b""
        data = read_all(waiting)
        assert data.endswith(b'{"ok":true}') and b"Connection: close" in data, data
        try:
            server.connect().close()
        except ConnectionRefusedError:
            pass
        else:
            raise AssertionError("it still accepts")
        idle.close()
        waiting.close()


def certificate(folder, name, subject, ca=None):
    """Makes folder/name.pem and .key, signed by a CA or by itself."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
           "-keyout", f"{folder}/{name}.key"]
    if not ca:
        subprocess.run(["openssl", "req", "-x509", *key, "-days", "2", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-out", f"{folder}/{name}.pem"],
                       capture_output=True, check=True)
        return
    subprocess.run(["openssl", "req", *key, "-out", f"{folder}/{name}.csr"], capture_output=True,
                   check=True)
    subprocess.run(["openssl", "x509", "-req", "-in", f"{folder}/{name}.csr", "-CA",
                    f"{folder}/{ca}.pem", "-CAkey", f"{folder}/{ca}.key", "-CAcreateserial",
                    "-days", "2", "-out", f"{folder}/{name}.pem"], capture_output=True, check=True)


@tap.test
def tls_and_client_certificates():
    with tempfile.TemporaryDirectory(prefix="candor-http-") as folder:
        certificate(folder, "server", "/CN=localhost")
        certificate(folder, "ca", "/CN=CA")
        certificate(folder, "client", "/CN=agent 7", "ca")
        certificate(folder, "stranger", "/CN=stranger")
        files = [f"certificate={folder}/server.pem", f"key={folder}/server.key",
                 f"client_ca={folder}/ca.pem"]
        with Server(*files) as server:
            def curl(*options):
                return subprocess.run(["curl", "-si", "--cacert", f"{folder}/server.pem", *options,
                                       f"https://{server.address}/echo", "-d", "hello"],
                                      capture_output=True, timeout=20).stdout
            out = curl()
            assert b" 200 OK" in out and b"X-Tls: 1" in out and b"X-Subject" not in out, out
            out = curl("--cert", f"{folder}/client.pem", "--key", f"{folder}/client.key")
            assert b"X-Subject: CN=agent 7" in out and out.endswith(b"hello"), out
            out = curl("--cert", f"{folder}/stranger.pem", "--key", f"{folder}/stranger.key")
            assert b" 200 OK" not in out and (b" 403 " in out or out == b""), out
            assert curl("--tls-max", "1.1") == b""
            out = curl("--tls-max", "1.2")
            assert b" 200 OK" in out, out
            assert server.raw(GET + b"\r\n") .find(b"200 OK") < 0
        done = subprocess.run([SERVER, "127.0.0.1:0", f"certificate={folder}/server.pem",
                               f"key={folder}/client.key"], capture_output=True, timeout=20)
        assert done.returncode == 1 and b"certificate and key must be PEM" in done.stderr, done


@tap.test
def an_address_that_cannot_be_had_is_named():
    with Server() as server:
        for address, why in ((server.address, f"cannot listen on {server.address}: "),
                             ("localhost:80", '"localhost:80" is not an address with a port'),
                             ("192.0.2.77:80", "cannot listen on 192.0.2.77:80: ")):
            done = subprocess.run([SERVER, address], capture_output=True, timeout=20)
            assert done.returncode == 1 and why in done.stderr.decode(), done


tap.main()
