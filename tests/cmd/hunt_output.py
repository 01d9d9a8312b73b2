# SPDX-License-Identifier: Apache-2.0
"""The outputs of candor hunt, read by other people's readers, with friendly and hostile events."""
import csv
import html.parser
import io
import json
import os
import re
import subprocess
import tempfile

from candor import CANDOR
import tap

CORPUS = os.path.join(os.environ["CANDOR_SHARED_DATA"], "sigma")

RULE = b"""title: "Any <b>value</b> & \\"more\\""
id: 22222222-2222-4222-8222-222222222222
description: =cmd|' /C calc'!A0
author: '<script>alert(1)</script> Somebody'
license: DRL 1.1
level: critical
tags:
    - attack.execution
    - attack.defense_evasion
    - attack.T1059
    - attack.t1059.001
    - attack.t1059.001x
    - attack.s0002
    - cve.2021-44228
logsource:
    category: test
detection:
    selection:
        Value|contains: 'x'
    filter:
        Value: never
    condition: selection and not filter
"""
HOSTILE = [
    "x</td></script><script>alert(1)</script><img src=x onerror=alert(2)>",
    "=HYPERLINK(\"http://e.invalid\")x", "+1+x", "-1+x", "@SUM(x)", "\t=x", "\r=x", "\n=x",
    "x\"quoted\", and, commas\r\nand lines", "x\u0000\u0001\u001b[31m\u007f\u0085",
    "x\u202e\u2066evil\u2069", "x]]>--><!--", "x' onmouseover='alert(3)", "{{x}}${x}",
    "x" + "é" * 5000, "x&lt;b&gt;&#60;", "x\U0001f600",
]


def hunt(*arguments, stdin=b"", status=0):
    run = subprocess.run([CANDOR, "hunt", *arguments], input=stdin, capture_output=True)
    assert run.returncode == status, (run.returncode, run.stderr.decode())
    return run.stdout


def hostile_log():
    lines = [json.dumps({"Value": v, "UtcTime": f"2026-01-02 03:{i:02}:05"}).encode()
             for i, v in enumerate(HOSTILE)]
    lines.append(b'{"Value":"x no time"}')
    return b"".join(line + b"\n" for line in lines)


def over_hostile(*arguments, log=None, status=0):
    with tempfile.TemporaryDirectory() as folder:
        rule = os.path.join(folder, "rule.yml")
        with open(rule, "wb") as file:
            file.write(RULE)
        return hunt("--rules", rule, *arguments, stdin=log or hostile_log(), status=status)


def member(where, name, kind):
    assert name in where, f"{name} is missing in {sorted(where)}"
    assert type(where[name]) is kind, (name, where[name])
    return where[name]


def check_attack(attack):
    assert set(attack) & {"tactic", "technique", "sub_technique"}, attack
    for key, shape in (("tactic", r"TA\d{4}"), ("technique", r"T\d{4}"),
                       ("sub_technique", r"T\d{4}\.\d{3}")):
        if key in attack:
            assert re.fullmatch(shape, member(attack[key], "uid", str)), attack


def check_process(process):
    assert "pid" in process or "uid" in process, process
    if "file" in process:
        assert member(process["file"], "type_id", int) == 1 and process["file"]["name"], process
    if "parent_process" in process:
        check_process(process["parent_process"])


def check_evidence(evidence):
    if "process" in evidence:
        check_process(evidence["process"])
    if "actor" in evidence:
        assert set(evidence["actor"]["user"]) & {"name", "uid"}, evidence
    if "device" in evidence:
        assert evidence["device"]["hostname"] and evidence["device"]["type_id"] == 0, evidence
    data = member(evidence, "data", dict)
    event = member(data, "event", dict)
    assert member(event, "file", str) and member(event, "record", int) >= 1
    assert member(event, "offset", int) >= 0 and event.get("line", 1) >= 1
    for match in member(data, "matched", list):
        for name in ("value", "selection", "item", "written"):
            member(match, name, str)
            assert len(match[name].encode()) <= 4096 * 3


def check_finding(f):
    """OCSF 1.8.0, Detection Finding: required members, types, ranges of the enumerations."""
    assert (f["activity_id"], f["category_uid"], f["class_uid"], f["type_uid"]) == (
        1, 2, 2004, 200401)
    assert f["type_uid"] == f["class_uid"] * 100 + f["activity_id"]
    assert member(f, "severity_id", int) in range(0, 6)
    captions = ["Unknown", "Informational", "Low", "Medium", "High", "Critical"]
    assert f["severity"] == captions[f["severity_id"]]
    assert member(f, "status_id", int) in range(0, 6) and member(f, "is_alert", bool) is True
    assert member(f, "confidence_id", int) in range(0, 4)
    assert -2**63 <= member(f, "time", int) < 2**63
    assert ("time_unknown" in f.get("unmapped", {})) == (f["time"] == 0)
    metadata = member(f, "metadata", dict)
    assert metadata["version"] == "1.8.0"
    for name in ("name", "vendor_name", "version"):
        assert member(metadata["product"], name, str)
    info = member(f, "finding_info", dict)
    assert re.fullmatch(r"[0-9a-f]{32}", member(info, "uid", str))
    assert member(info, "title", str) == f["message"]
    analytic = member(info, "analytic", dict)
    assert analytic["type_id"] == 1 and analytic["name"] and analytic["uid"]
    for attack in info.get("attacks", []):
        check_attack(attack)
    for tag in member(info, "tags", list):
        assert member(tag, "name", str) and ("value" in tag) != ("values" in tag), tag
    assert len(member(f, "evidences", list)) == 1
    check_evidence(f["evidences"][0])


def findings(text):
    found = [json.loads(line) for line in text.split(b"\n") if line]
    for f in found:
        check_finding(f)
    return found


def tag_of(f, name):
    return next((t.get("value", t.get("values")) for t in f["finding_info"]["tags"]
                 if t["name"] == name), None)


@tap.test
def hostile_events_are_whole_ocsf_findings():
    found = findings(over_hostile())
    assert len(found) == len(HOSTILE) + 1
    for f, value in zip(found, HOSTILE):
        match = f["evidences"][0]["data"]["matched"][0]
        assert (match["field"], match["selection"], match["written"]) == ("Value", "selection", "x")
        if len(value.encode()) > 4096:
            assert match["cut"] is True and value.startswith(match["value"])
            assert len(match["value"].encode()) in range(4093, 4097)
        else:
            assert match["value"] == value and "cut" not in match
    assert found[0]["time"] == 1767322805000 and found[0]["severity_id"] == 5
    assert tag_of(found[0], "author") == "<script>alert(1)</script> Somebody"
    assert tag_of(found[0], "license") == "DRL 1.1"
    assert tag_of(found[0], "sigma")[-1] == "cve.2021-44228"
    assert found[0]["finding_info"]["attacks"] == [
        {"tactic": {"name": "Execution", "uid": "TA0002"}},
        {"tactic": {"name": "Defense Evasion", "uid": "TA0005"}},
        {"technique": {"uid": "T1059"}},
        {"technique": {"uid": "T1059"}, "sub_technique": {"uid": "T1059.001"}}]


@tap.test
def evidence_has_the_process_the_user_and_the_device_of_the_event():
    cases = [
        ({"Value": "x", "ProcessId": 7, "ProcessGuid": "{a}", "Image": "C:\\b\\c.exe",
          "CommandLine": "c -x", "ParentProcessId": "8", "ParentImage": "/bin/sh",
          "User": "CORP\\eve", "Computer": "ws-1"},
         {"process": {"pid": 7, "uid": "{a}", "cmd_line": "c -x", "name": "c.exe",
                      "file": {"name": "c.exe", "path": "C:\\b\\c.exe", "type_id": 1},
                      "parent_process": {"pid": 8, "name": "sh", "file": {
                          "name": "sh", "path": "/bin/sh", "type_id": 1}}},
          "actor": {"user": {"name": "eve", "domain": "CORP"}},
          "device": {"hostname": "ws-1", "type_id": 0}}),
        ({"Value": "x", "SubjectUserName": "eve", "SubjectDomainName": "D",
          "SubjectUserSid": "S-1-5-18"},
         {"actor": {"user": {"name": "eve", "domain": "D", "uid": "S-1-5-18"}}}),
        ({"Value": "x", "userIdentity": {"arn": "arn:aws:iam::1:user/e", "userName": "e"}},
         {"actor": {"user": {"name": "e", "uid": "arn:aws:iam::1:user/e"}}}),
        # too little for an object, or nothing of the right kind
        ({"Value": "x", "Image": "c.exe", "CommandLine": "c", "ProcessId": "0x1f"}, {}),
        ({"Value": "x", "ProcessId": -1, "User": "", "Computer": None}, {}),
        ({"Value": "x", "ProcessId": 99999999999, "User": {"a": "b"}, "Computer": {"a": "b"}}, {}),
        ({"Value": "x", "ProcessId": 7, "Image": "C:\\"}, {"process": {"pid": 7}}),
        ({"Value": "x", "User": "CORP\\"}, {"actor": {"user": {"name": "CORP\\"}}}),
    ]
    log = b"".join(json.dumps(event).encode() + b"\n" for event, _ in cases)
    for f, (event, wanted) in zip(findings(over_hostile(log=log)), cases, strict=True):
        evidence = f["evidences"][0]
        del evidence["data"]
        assert evidence == wanted, (event, evidence)


@tap.test
def bytes_that_are_no_text_become_replacement_characters():
    for form in ("ocsf", "brief"):
        out = over_hostile("--output", form, "--format", "csv",
                           log=b"Value,B\nx\xff\xfe\xc0\x80y,b\n")
        value = json.loads(out)
        value = value["evidences"][0]["data"] if form == "ocsf" else value
        assert value["matched"][0]["value"].startswith("x\ufffd"), value


@tap.test
def an_identifier_is_of_rule_and_event_and_stays():
    first, second = findings(over_hostile()), findings(over_hostile())
    assert first == second
    assert len({f["finding_info"]["uid"] for f in first}) == len(first)
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "renamed.log")
        with open(log, "wb") as file:
            file.write(hostile_log())
        moved = findings(over_hostile(log))
    assert [f["finding_info"]["uid"] for f in moved] == [f["finding_info"]["uid"] for f in first]
    assert moved[0]["evidences"][0]["data"]["event"]["file"] == log


@tap.test
def explain_tells_the_whole_rule_with_its_answers():
    f = findings(over_hostile("--explain"))[1]
    told = f["evidences"][0]["data"]["explanation"]
    assert "yes" in told and "no" in told and "filter" in told and "selection" in told, told
    assert "explanation" not in findings(over_hostile())[1]["evidences"][0]["data"]


@tap.test
def csv_is_read_back_and_no_cell_is_a_formula():
    text = over_hostile("--output", "csv").decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows[0] == ("time level rule title author tags file line record offset uid selections "
                       "matched first_seen last_seen events").split()
    assert len(rows) == len(HOSTILE) + 2 and {len(row) for row in rows} == {16}
    for row in rows[1:]:
        for cell in row:
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n"), cell or row
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", cell), cell
    assert rows[9][12] == 'Value=x"quoted", and, commas \nand lines'
    assert rows[1][0] == "2026-01-02T03:00:05Z" and rows[-1][0] == "" and rows[-1][7] == "18"


@tap.test
def csv_defuses_the_file_and_the_rule_too():
    with tempfile.TemporaryDirectory() as folder:
        rule = os.path.join(folder, "r.yml")
        with open(rule, "wb") as file:
            file.write(RULE.replace(b"'<script>alert(1)</script> Somebody'", b"'=1+1'"))
        log = os.path.join(folder, "=cmd.log")
        with open(log, "wb") as file:
            file.write(b'{"Value":"x"}\n')
        run = subprocess.run([CANDOR, "hunt", "--rules", rule, "--output", "csv", "=cmd.log"],
                             cwd=folder, capture_output=True, check=True, text=True)
        row = list(csv.reader(io.StringIO(run.stdout, newline="")))[1]
        assert row[6] == "'=cmd.log" and row[4] == "'=1+1", row


@tap.test
def a_navigator_layer_has_what_format_4_5_asks_for():
    layer = json.loads(over_hostile("--output", "navigator"))
    member(layer, "name", str)
    assert layer["versions"] == {"navigator": "4.9.0", "layer": "4.5"}
    assert layer["domain"] == "enterprise-attack"
    gradient = member(layer, "gradient", dict)
    assert len(gradient["colors"]) >= 2 and gradient["maxValue"] > gradient["minValue"]
    told = {t["techniqueID"]: t for t in member(layer, "techniques", list)}
    assert sorted(told) == ["T1059", "T1059.001"]
    for technique in told.values():
        assert technique["score"] == len(HOSTILE) + 1
        assert technique["comment"] == 'Any <b>value</b> & "more" (18)'
    empty = json.loads(over_hostile("--output", "navigator", log=b'{"Value":"never"}\n'))
    assert empty["techniques"] == [] and empty["gradient"]["maxValue"] > 0


class Page(html.parser.HTMLParser):
    """Which elements with which attributes a page has, balanced or not, and its text."""
    VOID = {"meta", "br", "rect", "line"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = set(), set(), [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data


def check_page(raw):
    text = raw.decode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]",
                         text)
    page = Page(text)
    assert not page.open, page.open
    assert not page.tags & {"script", "img", "iframe", "link", "object", "a", "form", "b>"}
    assert not [a for a in page.attributes if a.startswith("on")], page.attributes
    assert not page.attributes & {"src", "href", "style", "action"}, page.attributes
    assert "url(" not in text.split("</style>")[0] and "@import" not in text
    assert "default-src 'none'" in text
    return page


@tap.test
def a_page_shows_hostile_values_as_text():
    page = check_page(over_hostile("--output", "html", "--explain"))
    for shown in ('Any <b>value</b> & "more"', "<script>alert(1)</script> Somebody",
                  HOSTILE[0], "[U+0000][U+0001][U+001B]", "[U+202E][U+2066]evil", "x&lt;b&gt;&#60;",
                  "attack.t1059.001", "2026-01-02T03:00:05Z", "no time", "critical"):
        assert shown in page.text, shown
    assert "svg" in page.tags and "table" in page.tags
    broken = over_hostile("--output", "html", "--format", "csv", log=b"Value,B\nx\xff\xc0y,b\n")
    assert "x\ufffd\ufffdy" in check_page(broken).text
    assert "No rule matched" in check_page(over_hostile("--output", "html", log=b"{}\n")).text


@tap.test
def a_page_counts_what_it_does_not_show():
    page = check_page(over_hostile("--output", "html", log=b'{"Value":"x"}\n' * 120))
    assert "120 findings" in page.text and "70 more findings of this rule" in page.text
    assert "120 findings in events without a time" in page.text


@tap.test
def the_summary_counts_levels_files_events_and_faults():
    log = hostile_log() + b"{\n"
    text = over_hostile("--summary", log=log, status=2).decode()
    assert "by level: 18 critical, 0 high, 0 medium, 0 low, 0 informational\n" in text, text
    assert "18 findings of 1 rule in 19 events, 1 file; 1 fault in" in text, text
    told = json.loads(over_hostile("--output", "summary", "--json", log=log, status=2))
    assert told["by_level"] == {"critical": 18, "high": 0, "medium": 0, "low": 0,
                                "informational": 0}
    assert (told["files"], told["events"], told["faults"]) == (1, 19, 1)


@tap.test
def an_unknown_output_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        rule = os.path.join(folder, "r.yml")
        with open(rule, "wb") as file:
            file.write(RULE)
        run = subprocess.run([CANDOR, "hunt", "--rules", rule, "--output", "xml"],
                             capture_output=True, text=True)
        assert run.returncode == 2, run
        assert run.stderr.startswith("candor: hunt: unknown output xml"), run.stderr


CORRELATION = """title: Fail
name: fail
logsource: {product: any}
detection: {sel: {action: fail}, condition: sel}
---
title: Many
level: high
correlation:
    type: event_count
    rules: [fail]
    group-by: [user, host]
    timespan: 5m
    condition: {gte: COUNT}
"""


def correlated(output, count=3, events=3):
    lines = b"".join(json.dumps({"time": f"2026-01-01T00:00:{n % 60:02}Z", "action": "fail",
                                 "user": "=b<o>b"}).encode() + b"\n" for n in range(events))
    with tempfile.TemporaryDirectory() as folder:
        rule = os.path.join(folder, "r.yml")
        with open(rule, "w", encoding="utf-8") as file:
            file.write(CORRELATION.replace("COUNT", str(count)))
        return hunt("--rules", rule, "--output", output, stdin=lines).decode()


@tap.test
def a_correlation_is_told_with_its_events_in_every_output():
    row = list(csv.DictReader(io.StringIO(correlated("csv"), newline="")))
    assert len(row) == 1, row
    assert row[0]["matched"] == "user==b<o>b\nhost="
    assert row[0]["first_seen"] == "2026-01-01T00:00:00Z"
    assert row[0]["last_seen"] == "2026-01-01T00:00:02Z"
    assert row[0]["events"].lstrip("'") == "- line 1\n- line 2\n- line 3"
    page = correlated("html")
    assert "from 2026-01-01T00:00:00Z to 2026-01-01T00:00:02Z: measured 3" in page
    assert "<summary>3 events</summary>" in page and page.count(", line ") == 4
    assert "(absent)" in page and "=b&#60;o&#62;b" in page and "<o>" not in page
    found = json.loads(correlated("ocsf"))
    data = found["evidences"][0]["data"]
    assert data["events"] == [{"file": "-", "line": n, "record": n} for n in (1, 2, 3)]
    assert data["group"] == {"user": "=b<o>b", "host": None} and data["event_count"] == 3
    assert found["finding_info"]["related_events_count"] == 3


@tap.test
def of_many_events_some_are_told_and_all_are_counted():
    row = list(csv.DictReader(io.StringIO(correlated("csv", 250, 250), newline="")))[0]
    lines = row["events"].lstrip("'").split("\n")
    assert len(lines) == 101 and lines[-1] == "and 150 more", lines[-1]
    page = correlated("html", 250, 250)
    assert "<summary>250 events</summary>" in page and "<p>230 more</p>" in page
    data = json.loads(correlated("ocsf", 250, 250))["evidences"][0]["data"]
    assert len(data["events"]) == 100 and data["event_count"] == 250


def samples():
    if not os.path.isdir(CORPUS):
        tap.skip(f"{CORPUS} is not there")
    arguments = []
    for folder in ("rules", "rules-emerging-threats", "rules-threat-hunting"):
        arguments += ["--rules", os.path.join(CORPUS, folder)]
    files = [os.path.join(top, name)
             for top, _, names in os.walk(os.path.join(CORPUS, "regression_data"))
             for name in names if name.endswith((".json", ".evtx"))]
    return arguments, sorted(files)


@tap.test
def the_regression_samples_give_whole_findings_twice_the_same():
    arguments, files = samples()
    run = [CANDOR, "hunt", *arguments, *files]
    first, second = (subprocess.run(run, capture_output=True) for _ in range(2))
    assert first.returncode == second.returncode == 2 and first.stderr == second.stderr, (
        first.returncode, second.returncode, first.stderr, second.stderr)
    assert first.stdout == second.stdout
    first = first.stdout
    found = findings(first)
    assert len(found) >= len(files) >= 400
    assert all(tag_of(f, "author") for f in found)


tap.main()
