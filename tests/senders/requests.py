# SPDX-License-Identifier: Apache-2.0
"""Each protocol's requests as its senders make them, by curl, against a running node: what is
recorded, what is found, what is answered, and that it can be proved."""
import base64
import gzip
import json
import os
import subprocess

import running
import tap

SOURCE = os.environ["CANDOR_SOURCE"]
CHANNEL = "fe0ecad8-dd86-4b1f-b458-31356f490ab1"
NODE = running.Node({"evil": running.word_rule("evil", "category: application")})


def curl(method, path, body=None, *headers):
    """Status, headers and body of what curl gets."""
    words = ["curl", "--silent", "--show-error", "--max-time", "60", NODE.url + path]
    words += ["--head"] if method == "HEAD" else ["--request", method, "--dump-header", "-"]
    for header in headers:
        words += ["--header", header]
    if body is not None:
        words += ["--data-binary", "@-"]
    done = subprocess.run(words, input=body, capture_output=True, check=True)
    head, _, rest = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, rest = rest.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
    return int(lines[0].split()[1]), fields, rest


def found_since(before):
    """The findings behind an index, as the raw texts of their evidence."""
    raws = []
    for record in NODE.records(before):
        if record["kind"] == "finding":
            index = record["fields"]["evidence"][0]["index"]
            raws.append(NODE.records(index, 1)[0]["fields"]["raw"])
    return raws


@tap.test
def lines_of_json_plain_and_packed():
    token = "Authorization: Bearer " + NODE.source("lines")
    before = NODE.size()
    lines = b'{"word":"good"}\n\n{"word":"evil"}\nnonsense\n'
    code, head, body = curl("POST", "/v1/events", lines, token)
    answer = json.loads(body)
    assert code == 200 and answer["accepted"] == 2, answer
    assert [r["line"] for r in answer["rejected"]] == [4], answer
    assert head["content-type"] == "application/json"
    code, _, body = curl("POST", "/v1/events", gzip.compress(b'[{"n":1},{"n":2}]'), token,
                         "Content-Encoding: gzip")
    assert code == 200 and json.loads(body)["accepted"] == 2
    assert NODE.events("lines") == ['{"word":"good"}', '{"word":"evil"}', '{"n":1}', '{"n":2}']
    assert found_since(before) == ['{"word":"evil"}']
    NODE.prove(answer["first_index"])
    assert curl("POST", "/v1/events", b"x\n", token)[0] == 400


@tap.test
def splunk_events_with_acks():
    token = NODE.source("splunk")
    splunk = "Authorization: Splunk " + token
    channel = "X-Splunk-Request-Channel: " + CHANNEL
    before = NODE.size()
    body = (b'{"time":1700000000.5,"host":"web-1","event":{"word":"evil","n":1}}'
            b'{"event":{"word":"good"}}\n{"event":"a line"}')
    code, _, said = curl("POST", "/services/collector/event", body, splunk, channel)
    answer = json.loads(said)
    assert code == 200 and answer["text"] == "Success" and answer["code"] == 0, answer
    ack = answer["ackId"]
    asked = json.dumps({"acks": [ack, ack + 1000000]}).encode()
    code, _, said = curl("POST", "/services/collector/ack?channel=" + CHANNEL, asked, splunk)
    assert json.loads(said) == {"acks": {str(ack): True, str(ack + 1000000): False}}, said
    evil = '{"word":"evil","n":1,"hec":{"host":"web-1"}}'
    assert NODE.events("splunk") == [evil, '{"word":"good"}', "a line"]
    assert found_since(before) == [evil]
    record = [r for r in NODE.records(before) if r["fields"].get("raw") == evil][0]
    assert record["fields"]["time"] == "2023-11-14T22:13:20.5Z", record
    code, _, said = curl("POST", "/services/collector/event", b'{"event":{}}', splunk)
    assert code == 200 and json.loads(said) == {"text": "Success", "code": 0}
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    code, _, said = curl("POST", "/services/collector/raw", b"one\ntwo\n",
                         "Authorization: Basic " + basic, channel)
    assert code == 200 and json.loads(said)["ackId"] > ack, said
    assert NODE.events("splunk")[-2:] == ["one", "two"]
    query = "/raw/1.0?host=h&source=s&sourcetype=t&index=i&time=1700000000.5"
    code, _, said = curl("POST", "/services/collector" + query, gzip.compress(b'one\n{"n":3}\n'),
                         splunk, "Content-Encoding: gzip")
    assert code == 200 and json.loads(said) == {"text": "Success", "code": 0}, said
    kept = '"hec":{"host":"h","source":"s","sourcetype":"t"}'
    assert NODE.events("splunk")[-2:] == ['{"event":"one",%s}' % kept, '{"n":3,%s}' % kept]
    times = [r["fields"]["time"] for r in NODE.records(before) if kept in
             r["fields"].get("raw", "")]
    assert times == ["2023-11-14T22:13:20.5Z"] * 2, times
    for path in ("/health", "/health/1.0"):
        code, _, said = curl("GET", "/services/collector" + path, None)
        assert code == 200 and json.loads(said) == {"text": "HEC is healthy", "code": 17}, said


@tap.test
def splunk_errors_are_splunks():
    splunk = "Authorization: Splunk " + NODE.source("splunk-errors")
    cases = [
        ("/event", b"", (), 401, 2), ("/event", b"{}", ("Authorization: Magic x",), 401, 3),
        ("/event", b"{}", ("Authorization: Splunk x",), 403, 4),
        ("/event", b" ", (splunk,), 400, 5),
        ("/event", b'{"event":{}}x', (splunk,), 400, 6), ("/ack", b"{}", (splunk,), 400, 10),
        ("/event?channel=1", b'{"event":{}}', (splunk,), 400, 11),
        ("/event", b'{"host":"h"}', (splunk,), 400, 12),
        ("/event", b'{"event":""}', (splunk,), 400, 13),
        ("/event/1.0", b'{"event":"x","fields":{"a":{"b":1}}}', (splunk,), 400, 15),
        ("/event?token=" + splunk.split()[-1], b'{"event":"x"}', (), 400, 16),
        ("/event?time=soon", b'{"event":"x"}', (splunk,), 400, 6),
        ("/raw?host=" + "h" * 1025, b"x", (splunk,), 400, 6),
    ]
    for path, body, headers, status, number in cases:
        code, _, said = curl("POST", "/services/collector" + path, body, *headers)
        assert code == status and json.loads(said)["code"] == number, (path, body, code, said)
    code, _, said = curl("POST", "/services/collector", b'{"event":{"n":1}}{"event":{"n":2}}[]',
                         splunk)
    assert code == 400 and json.loads(said)["invalid-event-number"] == 2, said
    assert NODE.events("splunk-errors")[-2:] == ['{"n":1}', '{"n":2}']
    code, _, said = curl("GET", "/services/collector/health")
    assert code == 200 and json.loads(said)["code"] == 17


@tap.test
def elasticsearch_bulk_and_what_comes_before():
    token = NODE.source("elastic")
    basic = "Authorization: Basic " + base64.b64encode(f"elastic:{token}".encode()).decode()
    key = "Authorization: ApiKey " + base64.b64encode(f"id:{token}".encode()).decode()
    for method, path in (("GET", "/"), ("HEAD", "/"), ("GET", "/_license"),
                         ("GET", "/_cluster/health"), ("HEAD", "/_index_template/filebeat"),
                         ("PUT", "/_ilm/policy/filebeat"), ("GET", "/_nodes/http")):
        body = b"{}" if method == "PUT" else None
        code, head, _ = curl(method, path, body, basic, "Content-Type: application/json")
        assert code == 200 and head["x-elastic-product"] == "Elasticsearch", (path, code, head)
    before = NODE.size()
    lines = (b'{"index":{"_index":"logs","_id":"a"}}\n{"word":"evil","n":1}\n'
             b'{"create":{}}\n{"n":2}\n{"delete":{"_index":"logs","_id":"a"}}\n')
    code, head, said = curl("POST", "/default/_bulk", lines, key,
                            "Content-Type: application/x-ndjson")
    answer = json.loads(said)
    assert code == 200 and answer["errors"] is True, answer
    assert head["x-elastic-product"] == "Elasticsearch"
    found = [(k, v["_index"], v["status"]) for item in answer["items"] for k, v in item.items()]
    assert found == [("index", "logs", 201), ("create", "default", 201), ("delete", "logs", 400)]
    assert NODE.events("elastic") == ['{"word":"evil","n":1}', '{"n":2}']
    assert found_since(before) == ['{"word":"evil","n":1}']
    lines = (b'{"update":{"_index":"logs","_id":"a"}}\n{"doc":{"n":1}}\n'
             b'{"create":{"_index":"logs"}}\n[]\n{"create":{"_index":"logs"}}\n{"n":3}\n')
    code, _, said = curl("POST", "/_bulk?pipeline=geoip&refresh=true", lines, key)
    items = [item for one in json.loads(said)["items"] for item in one.values()]
    assert code == 200 and [item["status"] for item in items] == [400, 400, 201], said
    assert "what is recorded does not change" in items[0]["error"]["reason"], items
    assert items[0]["error"]["type"] == "illegal_argument_exception", items
    assert "must be a JSON object" in items[1]["error"]["reason"], items
    for method, path in (("PUT", "/logs/_doc/1"), ("POST", "/logs/_search"), ("GET", "/_search"),
                         ("POST", "/_msearch"), ("DELETE", "/logs/_doc/1"), ("GET", "/_bulk")):
        code, head, said = curl(method, path, b"{}", basic)
        assert code == 404 and head["x-elastic-product"] == "Elasticsearch", (method, path, code)
        assert "POST /_bulk alone" in json.loads(said)["error"]["reason"], said
    code, _, said = curl("POST", "/_bulk", b"broken\n", key)
    assert code == 400 and json.loads(said)["status"] == 400
    code, _, said = curl("POST", "/_bulk", lines)
    assert code == 401 and json.loads(said)["error"]["type"] == "security_exception"
    assert curl("GET", "/_license")[0] == 401


@tap.test
def opentelemetry_in_both_encodings():
    bearer = "Authorization: Bearer " + NODE.source("otel")
    kinds = {"json": "application/json", "pb": "application/x-protobuf"}
    for end, kind in kinds.items():
        with open(os.path.join(SOURCE, "tests", "data", "otlp", "logs." + end), "rb") as file:
            body = file.read()
        code, head, said = curl("POST", "/v1/logs", body, bearer, "Content-Type: " + kind)
        assert code == 200 and said == (b"{}" if end == "json" else b""), (code, said)
        assert head.get("content-type") == kind, head
    raws = NODE.events("otel")
    assert len(raws) == 6 and raws[:3] == raws[3:]
    assert json.loads(raws[1])["EventID"] == 4688
    code, _, said = curl("POST", "/v1/logs", b"{]", bearer, "Content-Type: application/json")
    assert code == 400 and json.loads(said)["code"] == 3
    assert curl("POST", "/v1/logs", b"\x0b", bearer, "Content-Type: " + kinds["pb"])[0] == 400
    assert curl("POST", "/v1/logs", b"x", bearer, "Content-Type: text/plain")[0] == 415
    code, _, said = curl("POST", "/v1/logs", b"{}", "Content-Type: application/json")
    assert code == 401 and json.loads(said)["code"] == 16
    before = NODE.size()
    record = {"body": {"kvlistValue": {"values": [
        {"key": "word", "value": {"stringValue": "evil"}}]}}, "timeUnixNano": "1700000000000000000"}
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record, {"body": 7}]}]}]}
    code, _, said = curl("POST", "/v1/logs", json.dumps(body).encode(), bearer,
                         "Content-Type: application/json")
    assert json.loads(said)["partialSuccess"]["rejectedLogRecords"] == "1", said
    assert found_since(before) == ['{"time":"2023-11-14T22:13:20Z","word":"evil"}']


@tap.test
def every_event_can_be_proved_and_the_log_holds():
    events = [r for r in NODE.records() if r["kind"] == "event"]
    sources = {r["fields"]["source"]: r for r in events}
    for record in sources.values():
        NODE.prove(record["index"])
    NODE.stop()


tap.main()
