# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document of a node, held against the table of routes and against real answers: every
route is described and every described one exists, every status that is described is provoked here
or named as one that cannot be, and each answer is what its schema says."""
import json
import os
import re
import socket
import urllib.request

import running
import tap
from statements import statement

SOURCE = os.environ["CANDOR_SOURCE"]
NODE = running.Node(rules={"word": running.word_rule("bad")})
SHOP = NODE.source("shop")
ANA = NODE.user("ana", "analyst")
EVE = NODE.user("eve", "auditor")
DOCUMENT = NODE.request("GET", "/openapi.json")[2]
CHANNEL = {"X-Splunk-Request-Channel": "0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"}


# ---- a validator for what the document uses of JSON Schema 2020-12 ----

KNOWN = {"$ref", "type", "properties", "required", "additionalProperties", "items", "enum", "const",
         "anyOf", "minimum", "maximum", "pattern", "default", "description", "contentEncoding"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def resolve(node):
    while "$ref" in node:
        found = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def wrong(value, schema, at="$"):
    """What contradicts the schema, or None."""
    schema = resolve(schema)
    if "anyOf" in schema:
        found = [wrong(value, one, at) for one in schema["anyOf"]]
        if all(found):
            return "; ".join(found)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, name) for name in types):
        return f"{at} is no {types}: {value!r:.80}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} is none of {schema['enum']}: {value!r:.80}"
    if "const" in schema and value != schema["const"]:
        return f"{at} is not {schema['const']}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return f"{at} does not match {schema['pattern']}: {value!r:.80}"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get(
            "maximum", value):
        return f"{at} is out of range: {value}"
    if isinstance(value, list):
        for i, item in enumerate(value):
            found = wrong(item, schema.get("items", {}), f"{at}[{i}]")
            if found:
                return found
    if isinstance(value, dict):
        return wrong_object(value, schema, at)
    return None


def wrong_object(value, schema, at):
    members, more = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name in schema.get("required", []):
        if name not in value:
            return f"{at}.{name} is missing in {value!r:.200}"
    for name, item in value.items():
        if name not in members and more is False:
            return f"{at}.{name} is not described"
        found = wrong(item, members.get(name, more if isinstance(more, dict) else {}),
                      f"{at}.{name}")
        if found:
            return found
    return None


def schemas_of(node):
    """Every schema object below a node, with what is in it."""
    if isinstance(node, list):
        for item in node:
            yield from schemas_of(item)
    elif isinstance(node, dict):
        yield node
        for key, item in node.items():
            if key in ("properties",):
                for one in item.values():
                    yield from schemas_of(one)
            elif key in ("items", "anyOf", "additionalProperties"):
                yield from schemas_of(item)


# ---- the document against the routes ----

def described():
    return {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}


def routes():
    """The rows of the table in routes.c."""
    with open(os.path.join(SOURCE, "src/serve/routes.c"), encoding="utf-8") as file:
        text = file.read()
    table = text.split("route_row routes[] = {")[1].split("\n};")[0]
    rows = re.findall(r'\{ "([A-Z]+)", (NULL|"[^"]+"), (FOR_\w+)', table)
    for method, path, audience in rows:
        for one in ["/_bulk", "/{index}/_bulk"] if path == "NULL" else [path.strip('"')]:
            yield method, one.replace("*}", "}"), audience


@tap.test
def every_route_is_described_and_every_described_one_is_a_route():
    assert described() == {(m, p) for m, p, _ in routes()}
    needs = {"FOR_ALL": [{}], "FOR_SOURCES": [{"source": []}]}
    for method, path, audience in routes():
        security = DOCUMENT["paths"][path][method.lower()]["security"]
        assert security == needs.get(audience, [{"user": []}]), (method, path, security)


@tap.test
def the_document_is_whole_and_what_the_command_prints():
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert json.loads(NODE.candor("openapi")) == DOCUMENT
    names = [op["operationId"] for item in DOCUMENT["paths"].values() for op in item.values()]
    assert len(names) == len(set(names))
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            given = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert given == set(re.findall(r"\{(\w+)\}", path)), (method, path)
            for answer in operation["responses"].values():
                for media in resolve(answer).get("content", {}).values():
                    for schema in schemas_of(media["schema"]):
                        assert set(schema) <= KNOWN, schema
    for schema in DOCUMENT["components"]["schemas"].values():
        for part in schemas_of(schema):
            assert set(part) <= KNOWN, part
    assert wrong({"error": 1}, {"$ref": "#/components/schemas/Error"})
    assert wrong({"error": "x", "more": 1}, {"$ref": "#/components/schemas/Error"})
    assert not wrong({"error": "x"}, {"$ref": "#/components/schemas/Error"})


# ---- real answers ----

SEEN = set()


def expect(code, method, path, body=None, token=None, template=None, **headers):
    """Sends, and holds the answer against what the document says of that status."""
    found, told, said = NODE.request(method, path, body, token, **headers)
    template = template or path.split("?")[0]
    operation = DOCUMENT["paths"][template][method.lower()]
    assert found == code, (method, path, found, said)
    assert str(found) in operation["responses"], (method, path, found)
    answer = resolve(operation["responses"][str(found)])
    content = {name.split(";")[0]: media for name, media in answer["content"].items()}
    kind = told.get_content_type()
    assert kind in content, (method, path, found, kind)
    value = said.decode("latin-1") if isinstance(said, bytes) else said
    problem = wrong(value, content[kind]["schema"])
    assert not problem, (method, path, found, problem)
    for name in answer.get("headers", {}):
        assert told.get(name), (method, path, name)
    SEEN.add((method, template, str(found)))
    return said


def too_large(method, path, template, token):
    """A body that says it is larger than any may be is refused before it is sent."""
    host, port = NODE.address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as s:
        s.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                  f"Content-Length: {1 << 30}\r\n\r\n".encode())
        said = b""
        while b"}" not in said:
            part = s.recv(65536)
            assert part, said
            said += part
    head, _, body = said.partition(b"\r\n\r\n")
    assert b" 413 " in head.split(b"\r\n")[0], head
    assert not wrong(json.loads(body), {"$ref": "#/components/schemas/Error"})
    SEEN.add((method, template, "413"))


@tap.test
def what_senders_are_answered_is_as_described():
    event = b'{"product":"shop","word":"bad"}\n'
    hec = b'{"event":{"product":"shop","word":"bad"}}'
    otlp = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [
        {"body": {"stringValue": "x"}}]}]}]}).encode()
    bulk = b'{"index":{"_id":"7"}}\n{"a":1}\n{"delete":{"_id":"8"}}\n'
    good = [("POST", "/v1/events", event + b"nonsense\n", b"nonsense\n", {})]
    good.append(("POST", "/v1/logs", otlp, b"{", {"Content-Type": "application/json"}))
    for path in ("", "/event", "/event/1.0"):
        good.append(("POST", "/services/collector" + path, hec, b"{}", CHANNEL))
    for path in ("/raw", "/raw/1.0"):
        good.append(("POST", "/services/collector" + path, b"a\nb\n", b"", CHANNEL))
    good.append(("POST", "/services/collector/ack", b'{"acks":[1]}', b"{", CHANNEL))
    for method in ("POST", "PUT"):
        good += [(method, path, bulk, b"", {}) for path in ("/_bulk", "/logs/_bulk")]
    for method, path, right, bad, headers in good:
        template = "/{index}/_bulk" if path == "/logs/_bulk" else path
        more = {**headers, "template": template}
        expect(200, method, path, right, SHOP, **more)
        expect(400, method, path, bad, SHOP, **more)
        expect(401, method, path, right, None, **more)
        expect(403, method, path, right, ANA, **more)
        expect(415, method, path, right, SHOP, **{**more, "Content-Encoding": "br"})
        too_large(method, path, template, SHOP)
    expect(200, "POST", "/v1/events?ack=checkpointed", event, SHOP)
    for path in ("/services/collector/health", "/services/collector/health/1.0"):
        expect(200, "GET", path)


@tap.test
def what_users_are_answered_is_as_described():
    sent = NODE.send(SHOP, {"product": "shop", "word": "bad"}, query="?ack=checkpointed")
    finding = sent["last_index"] + 1
    one = {"template": "/v1/records/{index}"}
    proof = {"template": "/v1/records/{index}/proof"}
    incident = {"template": "/v1/incidents/{incident}"}
    expect(201, "POST", "/v1/incidents", {"title": "x", "severity": "high", "class": "privacy",
                                          "findings": [finding], "aware": "2026-01-01T00:00:00Z",
                                          "techniques": ["attack.t1078"], "loss": 5}, ANA)
    expect(200, "PATCH", "/v1/incidents/1", {"stage": "contained", "owner": "ana"}, ANA, **incident)
    pages = [("/v1/findings", "?level=high", "?limit=x"), ("/v1/records", "?kind=incident", ""),
             ("/v1/incidents", "", "?state=x")]
    for path, right, bad in pages:
        expect(200, "GET", path + right, None, ANA)
        expect(400, "GET", path + bad, None, ANA)
        join = "&" if right else "?"
        for limit in ("0", "-1", "1001", "x", ""):
            expect(400, "GET", f"{path}{right}{join}limit={limit}", None, ANA)
    for path, more in ((f"/v1/records/{finding}", one), (f"/v1/records/{finding}/proof", proof),
                       ("/v1/incidents/1", incident)):
        expect(200, "GET", path, None, ANA, **more)
        expect(404, "GET", path.replace(str(finding), "99999999").replace("s/1", "s/9"), None, ANA,
               **more)
        pages.append((path, "", more))
    expect(200, "GET", "/v1/sources", None, ANA)
    pages.append(("/v1/sources", "", {}))
    for path, right, more in pages:
        more = more if isinstance(more, dict) else {}
        expect(401, "GET", path + right, None, None, **more)
        expect(403, "GET", path + right, None, SHOP, **more)
    for method, path, more in (("POST", "/v1/incidents", {}),
                               ("PATCH", "/v1/incidents/1", incident)):
        expect(400, method, path, {"title": 1}, ANA, **more)
        expect(401, method, path, {"title": "x"}, None, **more)
        expect(403, method, path, {"title": "x"}, EVE, **more)
        expect(413, method, path, b" " * 60000, ANA, **more)
        expect(415, method, path, b"x", ANA, **{**more, "Content-Encoding": "br"})
    expect(404, "PATCH", "/v1/incidents/9", {"title": "x"}, ANA, **incident)
    expect(409, "PATCH", "/v1/incidents/1", {"stage": "closed"}, ANA, **incident)


@tap.test
def what_decisions_are_answered_is_as_described():
    order = {"type": "act", "basis": "judicial", "authority": "a court",
             "category": "self_harm"}
    kinds = [("enforcements", "statements", "puid", statement("x")),
             ("notices", "notices", "id", {"category": "self_harm", "content_id": "c"}),
             ("orders", "orders", "id", order),
             ("appeals", "appeals", "id", {"forum": "court", "basis": "visibility",
                                           "puid": "one"})]
    for name, batch, key, good in kinds:
        path = "/v1/" + name
        expect(201, "POST", path, {**good, key: "one"}, ANA)
        expect(201, "POST", path, {batch: [{**good, key: "two"}, {**good, key: "three"}]}, ANA)
        expect(422, "POST", path, {**good, key: "one"}, ANA)
        expect(422, "POST", path, {batch: [{**good, key: "four"}, {key: "five"}]}, ANA)
        expect(422, "POST", path, b"{", ANA)
        expect(401, "POST", path, {}, None)
        expect(403, "POST", path, {}, EVE)
        expect(413, "POST", path, b" " * (1 << 20) + b" ", ANA)
        expect(415, "POST", path, b"x", ANA, **{"Content-Encoding": "br"})
    figure = {"period": "2026-H1", "cell": "part1/service", "value": "Shop", "method": "its name",
              "signer": "A. First"}
    expect(201, "POST", "/v1/declared", figure, ANA)
    expect(201, "POST", "/v1/declared", {"figures": [figure]}, ANA)
    expect(422, "POST", "/v1/declared", {**figure, "period": "x"}, ANA)
    expect(401, "POST", "/v1/declared", {}, None)
    expect(403, "POST", "/v1/declared", {}, EVE)
    expect(413, "POST", "/v1/declared", b" " * (1 << 20) + b" ", ANA)
    expect(415, "POST", "/v1/declared", b"x", ANA, **{"Content-Encoding": "br"})


@tap.test
def the_stream_is_as_described():
    asked = urllib.request.Request(NODE.url + "/v1/stream",
                                   headers={"Authorization": "Bearer " + ANA})
    with urllib.request.urlopen(asked, timeout=60) as answer:  # it has no end
        content = DOCUMENT["paths"]["/v1/stream"]["get"]["responses"]["200"]["content"]
        assert answer.status == 200 and answer.headers.get_content_type() in content
    SEEN.add(("GET", "/v1/stream", "200"))
    expect(400, "GET", "/v1/stream?from=x", None, ANA)
    expect(401, "GET", "/v1/stream")
    expect(403, "GET", "/v1/stream", None, SHOP)


@tap.test
def the_metrics_are_as_described():
    expect(200, "GET", "/metrics", None, NODE.user("watch", "program"))
    expect(401, "GET", "/metrics")
    expect(403, "GET", "/metrics", None, ANA)


@tap.test
def what_is_public_is_as_described():
    tile = {"template": "/tile/{tile}"}
    size = NODE.size()
    expect(200, "GET", "/checkpoint")
    expect(200, "GET", "/checkpoint/newest")
    expect(200, "GET", f"/tile/0/000.p/{size % 256}", **tile)
    expect(404, "GET", "/tile/9/999", **tile)
    expect(200, "GET", "/healthz")
    expect(200, "GET", "/openapi.json")


# A node that is busy cannot be made at will: those answers have tests of their own.
UNPROVOKED = {"503"}


@tap.test
def every_described_status_was_provoked():
    all_of = {(method.upper(), path, code) for path, item in DOCUMENT["paths"].items()
              for method, op in item.items() for code in op["responses"]}
    left = {one for one in all_of - SEEN if one[2] not in UNPROVOKED}
    NODE.stop()
    assert not left, sorted(left)


tap.main()
