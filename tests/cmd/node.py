# SPDX-License-Identifier: Apache-2.0
"""A running node from outside: events over HTTP in, findings in the log, accounts and rules changed
while it runs, and the death of a process."""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

import running
import tap

CANDOR = os.path.join(os.environ["CANDOR_BUILD"], "candor")
HOME = tempfile.TemporaryDirectory()
NODE = os.path.join(HOME.name, "node")


def run(*arguments):
    return subprocess.run([CANDOR, *arguments], capture_output=True, text=True, check=False)


def good(*arguments):
    done = run(*arguments)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


class Node:
    """A node that runs, and how to talk to it."""

    def __init__(self):
        self.process = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.url = re.search(r"http://[0-9.:]+", line).group(0)
        self.syslog = dict(re.findall(r"syslog (\w+) [0-9.]+:(\d+)", line))

    def request(self, method, path, body=None, **headers):
        """The status, and the answer as JSON."""
        asked = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def send(self, token, lines, query=""):
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return self.request("POST", "/v1/events" + query, body,
                            Authorization="Bearer " + token)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def children(self):
        """The processes that the scribe started, by their role."""
        found = running.processes(self.process.pid)
        del found["scribe"]
        return found


def rules(word):
    folder = os.path.join(HOME.name, "rules-" + word)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "word.yml"), "w", encoding="utf-8") as file:
        file.write(running.word_rule(word))
    return folder


def records(first, count):
    return [json.loads(line) for line in
            good("log", "show", NODE, str(first), "--count", str(count)).splitlines()]


def size():
    return json.loads(good("log", "head", NODE, "--json"))["size"]


STATE = {}


@tap.test
def an_event_is_answered_when_it_is_in_the_log_and_its_finding_with_it():
    made = good("init", NODE, "--origin", "log.example.com/node", "--market", "IE", "--listen",
                "127.0.0.1:0")
    STATE["vkey"] = made.split("vkey: ")[1].strip()
    with open(os.path.join(NODE, "candor.yaml"), "r+", encoding="utf-8") as file:
        text = file.read()
        for kind in ("udp", "tcp"):
            text = text.replace(f'#   syslog_{kind}: "127.0.0.1:5514"',
                                f'  syslog_{kind}: "127.0.0.1:0"')
        file.seek(0)
        file.write(text)
        file.truncate()
    STATE["token"] = good("source", "add", NODE, "shop", "--class", "application").strip()
    good("rules", "activate", NODE, "--rules", rules("bad"))
    node = STATE["node"] = Node()
    events = [{"product": "shop", "word": "good", "actor": "ana", "subject": "user-1"},
              {"product": "shop", "word": "bad", "actor": "bob"}]
    code, answer = node.send(STATE["token"], events, "?ack=checkpointed")
    first = answer["first_index"]
    assert code == 200 and answer == {"accepted": 2, "first_index": first,
                                      "last_index": first + 1, "rejected": []}, answer
    assert size() == first + 3
    one, two, finding = records(first, 3)
    assert one["fields"]["raw"] == json.dumps(events[0]) and one["columns"]["trust"] == "token"
    assert one["fields"]["actor"] == "ana" and one["fields"]["subject"] == "user-1"
    assert one["fields"]["source"] == "shop" and two["columns"]["market"] == "IE"
    assert finding["kind"] == "finding" and finding["fields"]["level"] == "high"
    assert finding["fields"]["evidence"] == [{"index": first + 1, "field": "raw"}], finding


@tap.test
def what_is_wrong_with_a_request_is_told_clearly():
    node = STATE["node"]
    token = {"Authorization": "Bearer " + STATE["token"]}
    cases = [("POST", "/v1/events", {}, 401), ("GET", "/v1/events", token, 405),
             ("GET", "/nothing", {}, 404), ("POST", "/v1/events", {"Authorization": "x"}, 401),
             ("POST", "/v1/events", {"Authorization": "Bearer " + "0" * 67}, 401)]
    for method, path, headers, expected in cases:
        code, answer = node.request(method, path, b"{}" if method == "POST" else None, **headers)
        assert code == expected and answer["error"], (path, code, answer)
    before = size()
    code, answer = node.request("POST", "/v1/events", b'{"a":1}\nnonsense\n{"a":\n{"b":2}}\n',
                                **token)
    assert code == 200 and answer["accepted"] == 1, answer
    assert [r["line"] for r in answer["rejected"]] == [2, 3, 4], answer
    assert size() >= before
    assert node.request("GET", "/healthz") == (200, {"status": "ok"})


@tap.test
def splunk_senders_are_answered_as_splunk_answers():
    node = STATE["node"]
    token = {"Authorization": "Splunk " + STATE["token"]}
    channel = {"X-Splunk-Request-Channel": "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba", **token}
    body = b'{"event":{"product":"shop","word":"bad"},"time":1767225600.5}{"event":"a line"}'
    before = size()
    code, answer = node.request("POST", "/services/collector/event?ack=checkpointed", body, **token)
    assert (code, answer) == (200, {"text": "Success", "code": 0}), answer
    assert size() == before + 3
    one, finding, two = records(before, 3)
    assert one["fields"]["time"] == "2026-01-01T00:00:00.5Z" and finding["kind"] == "finding"
    assert two["fields"]["raw"] == "a line", two
    code, answer = node.request("POST", "/services/collector/raw", b"x\ny\n", **channel)
    assert code == 200 and answer["code"] == 0, answer
    ack = answer["ackId"]
    code, answer = node.request("POST", "/services/collector/ack",
                                json.dumps({"acks": [ack, ack + 1]}).encode(), **channel)
    assert answer == {"acks": {str(ack): True, str(ack + 1): False}}, answer
    code, answer = node.request("POST", "/services/collector/event", b'{"event":""}', **token)
    assert code == 400 and answer["code"] == 13, answer
    assert node.request("GET", "/services/collector/health")[1]["code"] == 17


@tap.test
def elasticsearch_senders_are_answered_as_elasticsearch_answers():
    node = STATE["node"]
    pair = base64.b64encode(("candor:" + STATE["token"]).encode()).decode()
    token = {"Authorization": "ApiKey " + pair}
    code, answer = node.request("GET", "/", **token)
    assert code == 200 and answer["version"]["number"], answer
    body = (b'{"index":{"_index":"i","_id":"7"}}\n{"product":"shop"}\n'
            b'{"delete":{"_index":"i","_id":"8"}}\n{"create":{}}\n{"b":2}\n')
    code, answer = node.request("POST", "/logs/_bulk", body, **token)
    assert code == 200 and answer["errors"], answer
    states = [list(item.values())[0] for item in answer["items"]]
    assert [s["status"] for s in states] == [201, 400, 201], answer
    assert states[0]["_id"] == "7" and states[2]["_index"] == "logs", answer


def wait_for(before, text):
    """The event with that text behind the index, once it is there: syslog has no answers."""
    deadline = time.time() + 20
    while True:
        for record in records(before, size() - before) if size() > before else []:
            if record["kind"] == "event" and text in record["fields"]["raw"]:
                return record
        assert time.time() < deadline, text
        time.sleep(0.05)


@tap.test
def syslog_senders_are_heard_over_udp_and_tcp():
    node = STATE["node"]
    if not shutil.which("logger"):
        tap.skip("logger is not installed")
    for kind, more in (("udp", ["--udp"]), ("tcp", ["--tcp"]), ("tcp", ["--tcp", "--octet-count"])):
        said = f"Failed password for {''.join(more)}"
        before = size()
        subprocess.run(["logger", "--server", "127.0.0.1", "--port", node.syslog[kind], *more,
                        "--tag", "sshd", said], check=True)
        event = wait_for(before, said)
        assert event["fields"]["source"] == "syslog", event
        assert event["columns"]["trust"] == "unauthenticated", event


@tap.test
def opentelemetry_logs_are_taken_as_json():
    node = STATE["node"]
    body = {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": [
        {"timeUnixNano": "1767225600000000000", "body": {"stringValue": "hello"},
         "attributes": [{"key": "product", "value": {"stringValue": "shop"}},
                        {"key": "word", "value": {"stringValue": "bad"}}]}]}]}]}
    before = size()
    headers = {"Authorization": "Bearer " + STATE["token"], "Content-Type": "application/json"}
    code, answer = node.request("POST", "/v1/logs?ack=checkpointed", json.dumps(body).encode(),
                                **headers)
    assert code == 200 and "partialSuccess" not in answer, answer
    event, finding = records(before, 2)
    assert event["fields"]["time"] == "2026-01-01T00:00:00Z" and finding["kind"] == "finding"
    headers["Content-Type"] = "text/plain"
    assert node.request("POST", "/v1/logs", b"{}", **headers)[0] == 415


@tap.test
def what_a_sender_has_numbered_is_taken_once():
    node = STATE["node"]

    def send(first, count, **more):
        body = b"".join(b'{"product":"shop","word":"bad","n":%d}\n' % (first + i)
                        for i in range(count))
        return node.request("POST", "/v1/events?ack=checkpointed", body,
                            Authorization="Bearer " + STATE["token"],
                            **{"Candor-Sequence": str(first)}, **more)

    code, one = send(1000, 10)
    assert code == 200 and one["accepted"] == 10, one
    after = size()
    code, again = send(1000, 10)
    assert (code, again) == (200, one), again
    assert size() == after, "a retry was recorded"
    code, both = send(1005, 10)  # five of them are new
    assert code == 200 and both["accepted"] == 10, both
    assert both["first_index"] == one["first_index"] + 10 and size() == after + 10
    assert records(one["first_index"], 1)[0]["fields"]["sequence"] == 1000
    assert node.request("POST", "/v1/events", b"{}", Authorization="Bearer " + STATE["token"],
                        **{"Candor-Sequence": "x"})[0] == 400
    assert send(10**6, 1)[0] == 200
    code, old = send(1000, 1)
    assert code == 400 and "older" in old["rejected"][0]["error"], old


@tap.test
def many_senders_at_once_each_get_their_own_indices():
    node, found = STATE["node"], {}

    def send(name):
        mine = []
        for part in range(10):
            lines = [{"product": "shop", "n": f"{name}-{part}-{i}"} for i in range(200)]
            code, answer = node.send(STATE["token"], lines)
            assert code == 200 and answer["accepted"] == 200, answer
            mine.append((answer["first_index"], answer["last_index"]))
        found[name] = mine

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ranges = sorted(r for mine in found.values() for r in mine)
    assert len(ranges) == 80
    for (_, last), (first, _) in zip(ranges, ranges[1:]):
        assert first > last, "two requests share an index"
    for mine in found.values():
        assert mine == sorted(mine)


@tap.test
def findings_records_and_proofs_are_read_over_the_api_and_looks_are_recorded():
    node = STATE["node"]
    user = STATE["user"] = good("user", "add", NODE, "eve", "--role", "analyst").strip()
    token = {"Authorization": "Bearer " + user}
    _, sent = node.send(STATE["token"], [{"product": "shop", "word": "bad", "secret": "s3"}],
                        "?ack=checkpointed")
    index = sent["first_index"]
    deadline = time.time() + 20
    while True:  # the view follows within a moment
        code, page = node.request("GET", "/v1/findings?limit=2", **token)
        if code == 200 and page["items"] and page["items"][0]["index"] == index + 1:
            break
        assert time.time() < deadline, (code, page)
        time.sleep(0.05)
    assert page["items"][0]["fields"]["evidence"] == [{"index": index, "field": "raw"}]
    assert len(page["items"]) == 2 and page["next"] == page["items"][1]["index"]
    code, older = node.request("GET", f"/v1/findings?limit=2&before={page['next']}", **token)
    assert code == 200 and all(item["index"] < page["next"] for item in older["items"])
    assert node.request("GET", "/v1/findings?level=low", **token)[1]["items"] == []
    before = size()
    code, record = node.request("GET", f"/v1/records/{index}", **token)
    assert code == 200 and json.loads(record["fields"]["raw"])["secret"] == "s3"
    look = records(before, 1)[0]
    assert look["kind"] == "oversight" and look["columns"]["action"] == "open", look
    assert look["fields"]["actor"] == "eve" and look["fields"]["records"] == [index], look
    for path in ("/v1/findings?limit=0x", "/v1/findings?limit=1001", "/v1/records"):
        assert node.request("GET", path, **token)[0] == 400, path
    for path in ("/v1/records/x", "/v1/records/99999999", "/v1/records/1/2"):
        assert node.request("GET", path, **token)[0] == 404, path
    assert node.request("GET", "/v1/findings")[0] == 401
    assert node.request("GET", "/v1/findings", Authorization="Bearer " + STATE["token"])[0] == 403


@tap.test
def what_the_node_publishes_verifies_with_the_stand_alone_verifier():
    node = STATE["node"]

    def get(path, name, headers=None):
        asked = urllib.request.Request(node.url + path, headers=headers or {})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found = os.path.join(HOME.name, name)
            with open(found, "wb") as file:
                file.write(answer.read())
        return found

    token = {"Authorization": "Bearer " + STATE["user"]}
    proof = get("/v1/records/40/proof", "40.tlog-proof", token)
    entry = os.path.join(HOME.name, "40.entry")
    with open(entry, "wb") as file:
        file.write(subprocess.run([CANDOR, "log", "entry", NODE, "40"], check=True,
                                  capture_output=True).stdout)
    verify = [os.path.join(os.environ["CANDOR_BUILD"], "candor-verify"), proof, "--vkey",
              STATE["vkey"], "--entry", entry]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    note = get("/checkpoint", "checkpoint")
    done = subprocess.run([verify[0], note, "--vkey", STATE["vkey"]], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done
    assert os.path.getsize(get("/tile/0/000", "tile")) == 32 * 256
    for path in ("/tile/entries/000", "/tile/0/999", "/tile/9/x", "/tile/..%2f..%2faccounts"):
        assert node.request("GET", path)[0] in (400, 404), path


@tap.test
def rules_change_between_two_batches_and_broken_ones_are_refused():
    node = STATE["node"]
    answer = json.loads(good("rules", "activate", NODE, "--rules", rules("evil")))
    assert answer["rules"] == 1 and answer["refused"] == 0
    code, sent = node.send(STATE["token"], [{"product": "shop", "word": "evil"},
                                            {"product": "shop", "word": "bad"}],
                           "?ack=checkpointed")
    assert code == 200
    found = records(sent["first_index"] + 1, 1)[0]
    assert found["kind"] == "finding" and found["fields"]["bundle"] == answer["active"]
    policy = [r for r in records(sent["first_index"] - 1, 1) if r["kind"] == "policy"]
    assert policy and policy[0]["fields"]["bundle"] == answer["active"], policy
    broken = rules("broken")
    with open(os.path.join(broken, "word.yml"), "a", encoding="utf-8") as file:
        file.write("detection: twice\n")
    done = run("rules", "activate", NODE, "--rules", broken)
    assert done.returncode == 2 and "word.yml" in done.stderr, done
    code, sent = node.send(STATE["token"], [{"product": "shop", "word": "evil"}],
                           "?ack=checkpointed")
    assert records(sent["last_index"] + 1, 1)[0]["fields"]["bundle"] == answer["active"]


@tap.test
def accounts_change_while_the_node_runs():
    node = STATE["node"]
    other = good("source", "add", NODE, "crm", "--class", "ticketing", "--market", "FR").strip()
    code, sent = node.send(other, [{"a": 1}], "?ack=checkpointed")
    assert code == 200
    assert records(sent["first_index"], 1)[0]["columns"] == {
        "market": "FR", "source_class": "ticketing", "trust": "token"}
    fresh = good("source", "rotate", NODE, "crm").strip()
    assert node.send(other, [{"a": 1}])[0] == 401 and node.send(fresh, [{"a": 1}])[0] == 200
    good("source", "remove", NODE, "crm")
    assert node.send(fresh, [{"a": 1}])[0] == 401
    user = good("user", "add", NODE, "ana", "--role", "analyst").strip()
    assert node.send(user, [{"a": 1}])[0] == 403
    listed = [json.loads(line) for line in good("source", "list", NODE, "--json").splitlines()]
    assert [(a["source"], a["disabled"]) for a in listed] == [("shop", False), ("crm", True)]
    assert run("source", "add", NODE, "shop").returncode == 2
    assert run("source", "add", NODE, "Shop").returncode == 2
    assert run("source", "rotate", NODE, "nobody").returncode == 2
    assert run("source", "add", NODE, "x", "--class", "nothing").returncode == 2


@tap.test
def a_stop_answers_what_was_taken_and_a_start_goes_on():
    node = STATE["node"]
    numbered = {"Authorization": "Bearer " + STATE["token"], "Candor-Sequence": "2000000"}
    code, first = node.request("POST", "/v1/events", b'{"a":1}\n{"a":2}\n', **numbered)
    assert code == 200
    before = size()
    assert node.stop() == 0, node.process.stderr.read()
    assert good("fsck", NODE)
    node = STATE["node"] = Node()
    assert node.request("POST", "/v1/events", b'{"a":1}\n{"a":2}\n', **numbered) == (200, first)
    code, answer = node.send(STATE["token"], [{"product": "shop", "word": "evil"}],
                             "?ack=checkpointed")
    assert code == 200 and answer["first_index"] >= before
    assert records(answer["first_index"] + 1, 1)[0]["kind"] == "finding"


@tap.test
def the_death_of_one_process_ends_the_node_and_nothing_is_lost():
    for role in ("front", "signer", "reader"):
        node = STATE["node"]
        _, answer = node.send(STATE["token"], [{"role": role}])
        children = node.children()
        os.kill(children[role], signal.SIGKILL)
        deadline = time.time() + 30
        if role != "front":
            try:
                node.send(STATE["token"], [{"role": role}])
            except OSError:
                pass
        assert node.process.wait(max(1, deadline - time.time())) == 3, role
        assert node.process.stderr.read().startswith("candor: "), role
        while any(os.path.exists(f"/proc/{pid}/exe") for pid in children.values()):
            assert time.time() < deadline, "a process outlived the node"
            time.sleep(0.01)
        assert records(answer["first_index"], 1)[0]["fields"]["raw"] == json.dumps({"role": role})
        good("fsck", NODE)
        STATE["node"] = Node()
    assert STATE["node"].stop() == 0


tap.main()
