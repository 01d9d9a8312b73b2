# SPDX-License-Identifier: Apache-2.0
"""/metrics of a real node: the text format by the letter, numbers that are true, and the page that
documents them."""
import json
import os
import re
import time

import running
import tap

SOURCE = os.environ["CANDOR_SOURCE"]
NODE = running.Node(rules={"word": running.word_rule("bad")})
SHOP = NODE.source("shop")
WATCH = NODE.user("watch", "program")
SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="[^"\\]*",?)*)\})? ([0-9]+(?:\.[0-9]+)?)$')


def scrape(token=WATCH):
    """Families in order: name -> (type, help), and samples: (name, labels) -> value."""
    code, headers, text = NODE.request("GET", "/metrics", None, token)
    assert code == 200, text
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families, samples, family = {}, {}, None
    assert text.endswith(b"\n")
    for line in text.decode().splitlines():
        if line.startswith("# HELP "):
            family, meaning = line[7:].split(" ", 1)
            assert family not in families, "two groups of one name"
            families[family] = [None, meaning]
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert name == family and families[name][0] is None
            families[name][0] = kind
        else:
            match = SAMPLE.match(line)
            assert match, line
            name, labels, value = match.groups()
            assert name == family or (families[family][0] == "histogram" and name in (
                family + "_bucket", family + "_sum", family + "_count")), line
            key = (name, labels or "")
            assert key not in samples, line
            samples[key] = float(value)
    return families, samples


def value(samples, name, **labels):
    wanted = ",".join(f'{k}="{v}"' for k, v in labels.items())
    return samples[name, wanted]


@tap.test
def names_and_types_follow_the_rules_of_prometheus():
    families, samples = scrape()
    for name, (kind, meaning) in families.items():
        assert re.fullmatch(r"candor_[a-z]+(_[a-z]+)*", name), name
        assert kind in ("counter", "gauge", "histogram") and meaning
        assert name.endswith("_total") == (kind == "counter"), name
        for word in ("milliseconds", "kilobytes", "_ms", "_kb", "_percent"):
            assert word not in name
    assert len(samples) < 120, "too many series"
    for name in (n for n, (kind, _) in families.items() if kind == "histogram"):
        buckets = [v for (n, _), v in samples.items() if n == name + "_bucket"]
        assert buckets == sorted(buckets) and buckets[-1] == samples[name + "_count", ""]


@tap.test
def the_page_says_what_a_node_says():
    families, samples = scrape()
    with open(os.path.join(SOURCE, "docs/metrics.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| `(candor_\w+)` \| (\w+) \| (.*) \| (.+) \|$", file.read(), re.M)
    assert {name: [kind, meaning] for name, kind, _, meaning in rows} == families
    for name, kind, labels, _ in rows:
        said = {}
        for part in filter(None, labels.split("; ")):
            label, values = re.fullmatch(r"`(\w+)`: (.+)", part).groups()
            said[label] = set(values.split(", "))
        found = {}
        for (sample, text) in samples:
            for label, one in re.findall(r'(\w+)="([^"]*)"', text) if sample == name else []:
                found.setdefault(label, set()).add(one)
        assert kind == "histogram" or found == said, (name, found, said)


@tap.test
def what_was_sent_is_counted_by_input_and_reason():
    _, before = scrape()
    body = b'{"product":"shop","word":"bad"}\n{"a":1}\nnonsense\n'
    NODE.request("POST", "/v1/events?ack=checkpointed", body, SHOP)
    numbered = {"Candor-Sequence": "100000"}
    for _ in range(2):
        NODE.request("POST", "/v1/events", b'{"a":1}\n{"a":2}\n', SHOP, **numbered)
    NODE.request("POST", "/v1/events", b'{"a":1}\n', SHOP, **{"Candor-Sequence": "1"})
    NODE.request("POST", "/v1/events", b'{"a":"' + b"x" * (1 << 21) + b'"}\n', SHOP)
    NODE.request("POST", "/services/collector", b'{"event":"x"}{"event":"y"}', SHOP)
    NODE.request("POST", "/_bulk", b'{"index":{}}\n{"a":1}\n', SHOP)
    otlp = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": "x"}}]}]}]}
    NODE.request("POST", "/v1/logs", json.dumps(otlp).encode(), SHOP,
                 **{"Content-Type": "application/json"})
    _, after = scrape()

    def grew(name, **labels):
        return value(after, name, **labels) - value(before, name, **labels)

    accepted = {i: grew("candor_events_accepted_total", input=i)
                for i in ("events", "otlp", "hec", "elastic", "syslog")}
    assert accepted == {"events": 6, "otlp": 1, "hec": 2, "elastic": 1, "syslog": 0}, accepted
    assert grew("candor_events_duplicate_total", input="events") == 2
    rejected = {r: grew("candor_events_rejected_total", input="events", reason=r)
                for r in ("malformed", "too_large", "old_number")}
    assert rejected == {"malformed": 1, "too_large": 1, "old_number": 1}, rejected
    assert grew("candor_received_bytes_total", input="elastic") == 21
    assert grew("candor_received_bytes_total", input="events") > 1 << 21
    assert grew("candor_findings_total") == 1 and grew("candor_batches_total") >= 1
    assert grew("candor_judging_seconds_total") > 0
    assert value(after, "candor_rules") == 1


@tap.test
def the_log_the_checkpoint_and_the_processes_are_told_as_they_are():
    sent = NODE.send(SHOP, {"a": 1}, query="?ack=checkpointed")
    deadline = time.monotonic() + 60
    while True:
        _, samples = scrape()
        size = NODE.size()
        if value(samples, "candor_view_entries") >= sent["last_index"] + 1:
            break
        assert time.monotonic() < deadline
    assert value(samples, "candor_log_entries") == size
    assert value(samples, "candor_checkpoint_entries") == size
    assert value(samples, "candor_checkpoint_age_seconds") < 600
    assert value(samples, "candor_log_write_seconds_count") >= 1
    assert value(samples, "candor_checkpoint_sign_seconds_sum") > 0
    files = sum(os.path.getsize(os.path.join(NODE.path, "log", name))
                for name in os.listdir(os.path.join(NODE.path, "log")))
    assert abs(value(samples, "candor_log_bytes") - files) < 1 << 20
    assert value(samples, "candor_disk_free_bytes") > 0
    for process in ("scribe", "front", "reader", "signer"):
        memory = value(samples, "candor_process_resident_memory_bytes", process=process)
        assert 1 << 20 < memory < 1 << 31, (process, memory)
    assert value(samples, "candor_http_connections") >= 1


@tap.test
def only_administrators_and_programs_may_ask():
    for role, code in (("analyst", 403), ("officer", 403), ("auditor", 403),
                       ("administrator", 200), ("program", 200)):
        token = NODE.user("as-" + role, role)
        assert NODE.request("GET", "/metrics", None, token)[0] == code, role
    assert NODE.request("GET", "/metrics", None, SHOP)[0] == 403
    assert NODE.request("GET", "/metrics")[0] == 401
    before = NODE.size()
    scrape()
    assert NODE.size() == before, "a number is no private value: it is no look"
    NODE.stop()


tap.main()
