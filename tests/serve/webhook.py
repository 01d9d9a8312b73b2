# SPDX-License-Identifier: Apache-2.0
"""Webhooks of a real node to a real HTTPS receiver: signatures as Standard Webhooks say, retries,
restarts, giving up, and whom the node refuses to talk to."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import running
import tap

BAD = {"product": "shop", "word": "bad"}
PATIENCE_S = 60
HOME = tempfile.mkdtemp()
KEY = os.urandom(32)
if not shutil.which("openssl"):
    print("1..0 # SKIP openssl is not installed")
    sys.exit(0)


def certificate(name, subject):
    """A self-signed certificate and its key."""
    cert, key = os.path.join(HOME, name + ".crt"), os.path.join(HOME, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", "/CN=receiver", "-addext", f"subjectAltName={subject}"],
                   check=True, capture_output=True)
    return cert, key


CERT, CERT_KEY = certificate("receiver", "IP:127.0.0.1")


def slow_test(function):
    """One that waits for retries: left out unless the slow tests run."""
    return tap.test(function) if os.environ.get("CANDOR_SLOW_WEBHOOKS") else function


class Receiver:
    """What a receiver of webhooks does: verifies, answers, remembers."""

    def __init__(self, cert=CERT, key=CERT_KEY):
        self.answers, self.got, self.lock = [], [], threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(self.headers, body))
                self.send_header("Content-Length", "0")
                self.send_header("Location", "https://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        stamp, name = headers["webhook-timestamp"], headers["webhook-id"]
        text = f"{name}.{stamp}.".encode() + body
        mac = base64.b64encode(hmac.new(KEY, text, hashlib.sha256).digest()).decode()
        verified = f"v1,{mac}" in headers["webhook-signature"].split(" ")
        fresh = abs(time.time() - int(stamp)) < 300
        with self.lock:
            code = self.answers.pop(0) if self.answers else 204
            self.got.append({"id": name, "ok": verified and fresh, "code": code,
                             "type": headers["Content-Type"], "body": json.loads(body)})
        return code

    def wait(self, count, code=204):
        """Deliveries that were answered with that code, once there are so many."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with self.lock:
                found = [g for g in self.got if g["code"] == code]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, self.got
            time.sleep(0.05)


def secret(name="secret", mode=0o600):
    path = os.path.join(HOME, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("whsec_" + base64.b64encode(KEY).decode() + "\n")
    os.chmod(path, mode)
    return path


def hook(url, name="soc", **more):
    lines = {"name": name, "url": url, "secret": secret(), "ca": CERT, "private_addresses": "true",
             **more}
    text = "".join(f"    {key}: {value}\n" for key, value in lines.items() if value is not None)
    return "  - " + text[4:]


def node_with(*hooks):
    node = running.Node(rules={"word": running.word_rule("bad")},
                        config="webhooks:\n" + "".join(hooks))
    return node, node.source("shop"), node.user("ana", "analyst")


@tap.test
def a_finding_is_delivered_signed_and_without_private_values():
    receiver = Receiver()
    node, shop, ana = node_with(hook(receiver.url))
    receiver.answers = [500, 302, 429]  # it is tried again until it is taken
    sent = node.send(shop, BAD, query="?ack=checkpointed")
    index = sent["last_index"] + 1
    node.request("POST", "/v1/incidents", {"title": "secret words", "findings": [index]}, ana)
    one, two = receiver.wait(2)[:2]
    assert all(g["ok"] and g["type"] == "application/json" for g in receiver.got), receiver.got
    assert [g["code"] for g in receiver.got[:3]] == [500, 302, 429]
    assert {g["id"] for g in receiver.got[:4]} == {one["id"]}, "a retry has another id"
    assert one["id"].startswith("msg_") and one["id"].endswith(f"_{index}")
    assert one["body"]["type"] == "finding.created" and two["body"]["type"] == "incident.opened"
    data = one["body"]["data"]
    assert data["index"] == index and data["kind"] == "finding" and "fields" not in data, data
    assert "secret" not in json.dumps(two["body"]) and two["body"]["data"]["columns"]["stage"]
    looks = [r for r in node.records() if r["kind"] == "oversight"
             and "webhook" in r["fields"]["actor"]]
    assert not looks, "nothing private was opened"
    node.stop()


@tap.test
def private_fields_go_out_where_they_are_named_and_the_look_is_recorded():
    receiver = Receiver()
    node, shop, ana = node_with(hook(receiver.url, events="[ finding ]", fields="[ title, level ]"))
    node.request("POST", "/v1/incidents", {"title": "x"}, ana)
    index = node.send(shop, BAD, query="?ack=checkpointed")["last_index"] + 1
    got = receiver.wait(1)[0]
    assert got["ok"] and got["body"]["data"]["fields"] == {
        "title": "A word that must not be there", "level": "high"}, got
    looks = [r["fields"]["records"] for r in node.records()
             if r["kind"] == "oversight" and r["fields"]["actor"] == "webhook soc"]
    assert looks == [[index]], looks
    node.stop()


@slow_test
def every_finding_arrives_also_over_restarts_and_a_receiver_that_was_away():
    receiver = Receiver()
    node, shop, _ = node_with(hook(receiver.url, events="[ finding ]"))
    first = node.size()
    for part in range(3):
        for _ in range(20):
            node.send(shop, BAD, {"product": "shop"}, BAD)
        receiver.answers = [503]
        if part < 2:
            node.pause()
            node.start()
    expected = [r["index"] for r in node.records(first) if r["kind"] == "finding"]
    assert len(expected) == 120
    deadline = time.monotonic() + 2 * PATIENCE_S
    while True:
        got = [g["body"]["data"]["index"] for g in list(receiver.got) if g["code"] == 204]
        if set(got) >= set(expected):
            break
        assert time.monotonic() < deadline, (len(got), len(expected))
        time.sleep(0.1)
    assert list(dict.fromkeys(got)) == expected, "out of order"
    assert len(got) - len(expected) <= 4, "more was repeated than restarts explain"
    assert all(g["ok"] for g in receiver.got)
    node.stop()


@slow_test
def what_cannot_be_delivered_for_too_long_is_a_gap_in_the_log():
    receiver = Receiver()
    node, shop, _ = node_with(hook(receiver.url, events="[ finding ]", give_up_after="1s"))
    receiver.answers = [500] * 1000
    lost = node.send(shop, BAD, query="?ack=checkpointed")["last_index"] + 1
    deadline = time.monotonic() + PATIENCE_S
    while True:
        gaps = [r for r in node.records() if r["kind"] == "gap"]
        if gaps:
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    gap = gaps[0]
    assert gap["columns"]["cause"] == "undelivered" and gap["fields"]["source"] == "webhook soc"
    assert gap["fields"]["first"] <= lost <= gap["fields"]["last"], gap
    receiver.answers = []
    index = node.send(shop, BAD, query="?ack=checkpointed")["last_index"] + 1
    assert receiver.wait(1)[0]["body"]["data"]["index"] == index
    node.stop()


@slow_test
def a_stranger_or_a_private_address_is_not_talked_to():
    wrong_name = Receiver(*certificate("other", "DNS:somewhere.example"))
    unknown, inside, good = Receiver(), Receiver(), Receiver()
    port = wrong_name.server.server_address[1]
    node, shop, _ = node_with(
        hook(f"https://127.0.0.1:{port}/", "name", ca=os.path.join(HOME, "other.crt")),
        hook(unknown.url, "authority", ca=None),
        hook(inside.url, "inside", private_addresses="false"),
        hook(inside.url.replace("127.0.0.1", "localhost"), "local", private_addresses=None),
        hook(inside.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"), "mapped",
             private_addresses=None),
        hook(good.url, "good"))
    node.send(shop, BAD)
    good.wait(1)
    time.sleep(3)  # a second attempt of each
    assert not wrong_name.got and not unknown.got and not inside.got
    node.stop()


@tap.test
def a_wrong_configuration_is_refused_with_its_place():
    path = os.path.join(HOME, "node")
    subprocess.run([running.CANDOR, "init", path, "--origin", "x.example/w"], check=True,
                   capture_output=True)
    config = os.path.join(path, "candor.yaml")
    with open(config, encoding="utf-8") as file:
        text = file.read()
    assert "# webhooks:\n" in text
    url = "https://soc.example.com/x"
    cases = [(hook(url), None), (hook("http://soc.example.com/"), "https://"),
             (hook(url, "A"), "name"), (hook(url, secret=None), "secret"),
             (hook(url, events="[ event ]"), "events"), (hook(url, fields="[ raw ]"), "fields"),
             (hook(url, private_addresses="maybe"), "private_addresses"),
             (hook(url, give_up_after="31d"), "give_up_after"),
             (hook(url, colour="red"), "unknown"),
             (hook(url) + hook(url), "twice"), ("".join(hook(url, f"h{n}") for n in range(9)), "8")]
    for lines, word in cases:
        with open(config, "w", encoding="utf-8") as file:
            file.write(text + "webhooks:\n" + lines)
        done = subprocess.run([running.CANDOR, "serve", "--check", path], capture_output=True,
                              text=True, check=False)
        assert (done.returncode == 0) == (word is None), (lines, done)
        assert word is None or "candor.yaml:" in done.stderr and word in done.stderr, done
    for content, mode, word in (("whsec_" + "A" * 44, 0o644, "chmod"),
                                ("nonsense", 0o600, "whsec_"), ("whsec_QUJD", 0o600, "whsec_")):
        with open(secret("bad", 0o600), "w", encoding="utf-8") as file:
            file.write(content)
        os.chmod(os.path.join(HOME, "bad"), mode)
        with open(config, "w", encoding="utf-8") as file:
            file.write(text.replace("# listen:\n#   http", "listen:\n  http").replace(
                "127.0.0.1:8420", "127.0.0.1:0") + "webhooks:\n" +
                       hook(url, secret=os.path.join(HOME, "bad")))
        done = subprocess.run([running.CANDOR, "serve", path], capture_output=True, text=True,
                              check=False, timeout=PATIENCE_S)
        assert done.returncode != 0 and word in done.stderr, done
    shutil.rmtree(HOME)


tap.main()
