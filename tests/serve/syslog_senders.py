# SPDX-License-Identifier: Apache-2.0
"""The syslog listener against the senders people have, and against some that nobody should have."""
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

import debian
import tap

SERVER = os.path.join(os.environ["CANDOR_BUILD"], "tests", "serve", "syslog_server")
HOME = tempfile.mkdtemp(prefix="candor-syslog-")


class Server:
    """A running listener; messages are collected as they come."""

    def __init__(self, kind, *options, address="127.0.0.1:0"):
        self.process = subprocess.Popen([SERVER, kind, address, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.address = self.process.stdout.readline().decode().strip()
        assert self.address, self.process.stderr.read()
        host, port = self.address.rsplit(":", 1)
        self.to = (host.strip("[]"), int(port))
        self.port, self.lines, self.counts = port, [], None
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM if kind is None else signal.SIGKILL)
        errors = self.process.stderr.read()
        self.reader.join()
        assert kind is not None or self.process.wait(20) == 0, errors

    def end(self):
        """Ends it and returns the counts."""
        self.process.send_signal(signal.SIGTERM)
        self.reader.join()
        return self.lines.pop()

    def connect(self):
        return socket.create_connection(self.to, timeout=20)

    def messages(self, count, seconds=20):
        """What came, once there are that many."""
        until(lambda: len(self.lines) >= count, seconds, lambda: self.lines)
        return [line["message"] for line in self.lines]


def until(condition, seconds=20, show=lambda: ""):
    """Waits for something that must come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not become true: {show()}"
        time.sleep(0.02)


def run(*command, data=None):
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def certificates():
    """A CA, a server's certificate and a client's, made once."""
    made = os.path.join(HOME, "client.pem")
    if os.path.exists(made):
        return
    for name, subject in (("ca", "/CN=Test CA"), ("other", "/CN=Other CA")):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", subject, "-keyout", f"{HOME}/{name}.key",
            "-out", f"{HOME}/{name}.pem")
    for name, subject, ca in (("server", "/CN=localhost", "ca"),
                              ("client", "/O=Acme, Inc./CN=host1", "ca"),
                              ("stranger", "/CN=stranger", "other")):
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", subject, "-keyout", f"{HOME}/{name}.key", "-out", f"{HOME}/{name}.csr")
        run("openssl", "x509", "-req", "-in", f"{HOME}/{name}.csr", "-CA", f"{HOME}/{ca}.pem",
            "-CAkey", f"{HOME}/{ca}.key", "-CAcreateserial", "-days", "2",
            "-out", f"{HOME}/{name}.pem")


def tls_server(*options):
    certificates()
    return Server("tls", f"certificate={HOME}/server.pem", f"key={HOME}/server.key",
                  f"client_ca={HOME}/ca.pem", *options)


def tls_client(server, name=None, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(f"{HOME}/ca.pem")
    context.check_hostname = False
    if version:
        context.minimum_version = context.maximum_version = version
    if name:
        context.load_cert_chain(f"{HOME}/{name}.pem", f"{HOME}/{name}.key")
    return context.wrap_socket(server.connect())


def logger(server, *options):
    run("logger", "--server", "127.0.0.1", "--port", server.port, *options)


@tap.test
def logger_over_udp_tcp_and_with_octet_counts():
    for kind, options in (("udp", ["--udp"]), ("tcp", ["--tcp"]),
                          ("tcp", ["--tcp", "--octet-count"]),
                          ("udp", ["--udp", "--rfc3164"]), ("tcp", ["--tcp", "--rfc3164"])):
        with Server(kind) as server:
            logger(server, *options, "-t", "tag", "-p", "auth.warning", "hello there")
            (message,) = server.messages(1)
            assert message.startswith("<36>") and message.endswith("hello there"), message
            assert ("<36>1 " in message) == ("--rfc3164" not in options)
            assert server.lines[0]["from"] == "127.0.0.1" and server.lines[0]["loopback"] == 1
            counts = server.end()
            assert counts["messages"] == 1 and counts["broken"] == 0, counts


RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{home}/log" CreatePath="on")
global(workDirectory="{home}" DefaultNetstreamDriver="{driver}"
       DefaultNetstreamDriverCAFile="{home}/ca.pem"
       DefaultNetstreamDriverCertFile="{home}/client.pem"
       DefaultNetstreamDriverKeyFile="{home}/client.key")
action(type="omfwd" target="127.0.0.1" port="{port}" protocol="{protocol}" {more}
       template="RSYSLOG_SyslogProtocol23Format")
"""


def rsyslog(server, protocol, more="", driver="ptcp"):
    """Runs rsyslog as a forwarder, logs through its socket, and ends it."""
    with open(f"{HOME}/rsyslog.conf", "w", encoding="utf-8") as file:
        file.write(RSYSLOG.format(home=HOME, port=server.port, protocol=protocol, more=more,
                                  driver=driver))
    rsyslogd = debian.rsyslogd()
    daemon = subprocess.Popen([rsyslogd.path, "-M", rsyslogd.modules, "-n", "-f",
                               f"{HOME}/rsyslog.conf", "-i", f"{HOME}/rsyslog.pid"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=rsyslogd.env)
    try:
        until(lambda: os.path.exists(f"{HOME}/log"))
        for n in range(50):
            run("logger", "-u", f"{HOME}/log", "-t", "app", f"message {n}")
        until(lambda: sum("app" in line["message"] for line in server.lines) == 50,
              show=lambda: server.lines)
    finally:
        daemon.terminate()
        daemon.wait(20)
        for name in ("log", "rsyslog.pid"):
            if os.path.exists(f"{HOME}/{name}"):
                os.unlink(f"{HOME}/{name}")
    texts = [m for m in (line["message"] for line in server.lines) if "app" in m]
    assert all(re.match(r"<13>1 \S+ \S+ app ", text) for text in texts), texts[0]
    assert [t.rsplit(" ", 1)[1].strip() for t in texts] == [str(n) for n in range(50)]


@tap.test
def rsyslog_forwards_over_udp_and_tcp():
    for protocol, more in (("udp", ""), ("tcp", ""), ("tcp", 'TCP_Framing="octet-counted"')):
        with Server(protocol) as server:
            rsyslog(server, protocol, more)


@tap.test
def loggen_sends_many():
    loggen = debian.loggen()
    for kind, options in (("udp", ["--dgram"]), ("tcp", ["--stream"]),
                          ("tcp", ["--stream", "--syslog-proto"])):
        with Server(kind) as server:
            subprocess.run([loggen.path, "--inet", *options, "--number", "2000", "--rate", "100000",
                            "127.0.0.1", server.port], env=loggen.env, check=True,
                           capture_output=True, timeout=60)
            texts = server.messages(2000)
            assert len(texts) == 2000 and all(t.startswith("<") for t in texts), texts[0]
            assert all(re.match(r"<\d+>1? ?\S", t) for t in texts)


@tap.test
def openssl_and_python_send_over_tls():
    with tls_server() as server:
        run("openssl", "s_client", "-connect", server.address, "-CAfile", f"{HOME}/ca.pem",
            "-quiet", "-no_ign_eof", data=b"11 <34>1 hello12 <34>1 hello2")
        assert server.messages(2) == ["<34>1 hello", "<34>1 hello2"]
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with tls_client(server, "client", version) as s:
                s.sendall(b"".join(b"70000 <1>" + b"x" * 69997 for _ in range(3)))
        texts = server.messages(8)
        assert [len(t) for t in texts[2:]] == [65536] * 6
        assert server.lines[2]["cut"] == 1
        assert server.lines[2]["subject"] in ("CN=host1,O=Acme\\, Inc.", "CN=host1,O=Acme\\2C Inc.")
        counts = server.end()
        assert counts["cut"] == 6 and counts["broken"] == 0 and counts["refused"] == 0, counts


@tap.test
def wrong_certificates_and_old_versions_are_refused():
    with tls_server() as server:
        for name, version in (("stranger", ssl.TLSVersion.TLSv1_2),
                              ("stranger", ssl.TLSVersion.TLSv1_3)):
            try:
                with tls_client(server, name, version) as s:
                    s.sendall(b"6 <1>abc")
                    assert s.recv(10) == b"", "it was not refused"
            except (ssl.SSLError, ConnectionError, OSError):
                pass
        for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 3000, b"\x16\x03\x01\x00\x05hello"):
            with server.connect() as s:
                s.sendall(junk)
                s.settimeout(20)
                try:
                    while s.recv(1000):
                        pass
                except ConnectionError:
                    pass
        old = subprocess.run(["openssl", "s_client", "-connect", server.address, "-tls1_1",
                              "-cipher", "ALL:@SECLEVEL=0"], input=b"6 <1>abc",
                             capture_output=True, timeout=20)
        assert old.returncode != 0
        counts = server.end()
        assert counts["messages"] == 0 and counts["refused"] >= 5, counts


@tap.test
def rsyslog_over_tls_with_its_certificate():
    with tls_server() as server:
        rsyslog(server, "tcp", 'StreamDriver="gtls" StreamDriverMode="1" '
                'StreamDriverAuthMode="anon"', driver="gtls")
        assert "host1" in server.lines[0]["subject"]


def own_address():
    """An address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
            return s.getsockname()[0]
        except OSError:
            return None


@tap.test
def only_this_machine_and_listed_networks_may_send():
    address = own_address()
    if not address:
        tap.skip("this machine has no address but loopback")
    for allowed in (True, False):
        network = f"allow={address}/32" if allowed else "allow=198.51.100.0/24"
        with Server("tcp", network, address="0.0.0.0:0") as server:
            with socket.create_connection((address, server.to[1])) as s:
                try:
                    s.sendall(b"<1>from outside\n")
                    s.shutdown(socket.SHUT_WR)
                    s.recv(1)
                except OSError:
                    pass
            with socket.create_connection(("127.0.0.1", server.to[1])) as s:
                s.sendall(b"<1>from here\n")
            texts = server.messages(2 if allowed else 1)
            assert texts == ["<1>from outside", "<1>from here"][0 if allowed else 1:], texts
            assert [line["loopback"] for line in server.lines] == [0, 1][0 if allowed else 1:]
            assert server.end()["refused"] == (0 if allowed else 1)
        with Server("udp", network, address="0.0.0.0:0") as server:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(b"<1>from outside", (address, server.to[1]))
                s.sendto(b"<1>from here", ("127.0.0.1", server.to[1]))
            texts = server.messages(2 if allowed else 1)
            assert server.end()["refused"] == (0 if allowed else 1), texts


@tap.test
def over_tls_strangers_need_a_certificate():
    address = own_address()
    if not address:
        tap.skip("this machine has no address but loopback")
    certificates()
    with Server("tls", f"certificate={HOME}/server.pem", f"key={HOME}/server.key",
                f"client_ca={HOME}/ca.pem", address="0.0.0.0:0") as server:
        server.to = (address, server.to[1])
        try:
            with tls_client(server) as s:
                s.sendall(b"6 <1>abc")
                assert s.recv(10) == b""
        except (ssl.SSLError, OSError):
            pass
        with tls_client(server, "client") as s:
            s.sendall(b"6 <1>abd")
        assert server.messages(1) == ["<1>abd"]
        assert server.lines[0]["loopback"] == 0
        assert server.end()["refused"] == 1


@tap.test
def datagrams_are_messages_whatever_they_hold():
    with Server("udp", "message_bytes=1000") as server, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for data in (b"<1>a\nb", b"", b"\n\0", b"<1>end\r\n\0", b"x" * 5000, b"\xff\xfe"):
            s.sendto(data, server.to)
        texts = server.messages(4)
        assert texts == ["<1>a\nb", "<1>end", "x" * 1000, "\ufffd\ufffd"], texts
        assert [line["cut"] for line in server.lines] == [0, 0, 1, 0]


@tap.test
def ipv6_is_spoken():
    try:
        server = Server("udp", address="[::1]:0")
    except AssertionError:
        tap.skip("there is no IPv6 here")
    with server, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
        s.sendto(b"<1>six", server.to)
        assert server.messages(1) == ["<1>six"]
        assert server.lines[0]["from"] == "::1" and server.lines[0]["loopback"] == 1


@tap.test
def pieces_ends_and_resets_lose_nothing_that_was_whole():
    with Server("tcp", "message_bytes=100") as server:
        with server.connect() as s:
            for byte in b"<1>slow\n":
                s.sendall(bytes([byte]))
                time.sleep(0.01)
            s.sendall(b"<1>" + b"y" * 500 + b"\n<1>last without an end")
        texts = server.messages(3)
        assert texts == ["<1>slow", "<1>" + "y" * 97, "<1>last without an end"], texts
        with server.connect() as s:
            s.sendall(b"6 <1>abc9 <1>ab")
        with server.connect() as s:
            s.sendall(b"6 <1>abdjunk")
            assert s.recv(1) == b""
        s = server.connect()
        s.sendall(b"<1>before the reset\n<1>cut off")
        server.messages(6)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        time.sleep(0.1)
        counts = server.end()
        assert counts == {"messages": 6, "bytes": counts["bytes"], "cut": 1, "broken": 3,
                          "refused": 0, "dropped": 0, "connections": 0}, counts


@tap.test
def a_pause_holds_senders_and_loses_nothing():
    for kind in ("tcp", "tls"):
        with (tls_server("pause_every=100") if kind == "tls" else
              Server(kind, "pause_every=100")) as server:
            clients = [tls_client(server) if kind == "tls" else server.connect() for _ in range(3)]

            def send(which):
                with clients[which] as s:
                    s.sendall(b"".join(b"<1>%d %d %s\n" % (which, n, b"z" * 300)
                                       for n in range(1000)))
            threads = [threading.Thread(target=send, args=(which,)) for which in range(3)]
            for thread in threads:
                thread.start()
            texts = server.messages(3000, 60)
            for thread in threads:
                thread.join()
            for which in range(3):
                mine = [t.split()[1] for t in texts if t.startswith(f"<1>{which} ")]
                assert mine == [str(n) for n in range(1000)]


@tap.test
def what_udp_loses_is_counted():
    with Server("udp", "pause_every=1") as server, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(4000):
            s.sendto(b"<1>%d" % n + b"x" * 8000, server.to)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGSTOP)
        for n in range(4000):
            s.sendto(b"<1>late %d" % n + b"x" * 8000, server.to)
        server.process.send_signal(signal.SIGCONT)
        server.messages(70)
        assert server.end()["messages"] >= 70


@tap.test
def too_many_connections_wait_and_idle_ones_end():
    with Server("tcp", "connections=3", "idle_s=1") as server:
        held = [server.connect() for _ in range(3)]
        time.sleep(0.2)
        with server.connect() as s:
            s.sendall(b"<1>waited\n")
            assert server.messages(1, 10) == ["<1>waited"]  # once the idle ones were closed
        for s in held:
            assert s.recv(1) == b""
            s.close()


@tap.test
def a_thousand_connections_at_once():
    with Server("tcp", "connections=2000") as server:
        held = [server.connect() for _ in range(1000)]
        for n, s in enumerate(held):
            s.sendall(b"<1>%d\n" % n)
        assert sorted(server.messages(1000)) == sorted(f"<1>{n}" for n in range(1000))
        for s in held:
            s.close()


@tap.test
def bad_options_say_why():
    certificates()
    for options, why in (
            (["tcp", "localhost:514"], "is not an address with a port"),
            (["tcp", "127.0.0.1"], "is not an address with a port"),
            (["tcp", "127.0.0.1:65536"], "is not an address with a port"),
            (["tcp", "::1:514"], "is not an address with a port"),
            (["tcp", "192.0.2.77:0"], "cannot listen on 192.0.2.77:0"),
            (["tls", "127.0.0.1:0"], "certificate and key cannot be used"),
            (["tls", "127.0.0.1:0", f"certificate={HOME}/server.pem", f"key={HOME}/client.key"],
             "certificate and key cannot be used"),
            (["tls", "127.0.0.1:0", f"certificate={HOME}/server.pem", f"key={HOME}/server.key",
              f"client_ca={HOME}/server.key"], "the client CA cannot be used")):
        done = subprocess.run([SERVER, *options], capture_output=True, timeout=20)
        assert done.returncode == 1 and why in done.stderr.decode(), (options, done.stderr)


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
