# SPDX-License-Identifier: Apache-2.0
"""candor hunt as a person types it."""
import gzip
import json
import os
import subprocess
import tempfile

from candor import CANDOR, flip
import tap

SOURCE = os.environ["CANDOR_SOURCE"]
CORPUS = os.path.join(os.environ["CANDOR_SHARED_DATA"], "sigma")

RULE = """title: Whoami
id: 11111111-1111-4111-8111-111111111111
author: Somebody
level: high
logsource:
    category: process_creation
detection:
    selection:
        Image|endswith: '\\whoami.exe'
    condition: selection
"""
HIT = {"Image": "C:\\x\\whoami.exe", "UtcTime": "2026-01-02 03:04:05.6"}
MISS = {"Image": "C:\\x\\other.exe"}


def hunt(*arguments, stdin=b"", status=0):
    run = subprocess.run([CANDOR, "hunt", *arguments], input=stdin, capture_output=True)
    assert run.returncode == status, (run.returncode, run.stderr.decode())
    return run.stdout, run.stderr.decode()


def findings(*arguments, stdin=b"", status=0):
    out, err = hunt("--output", "brief", *arguments, stdin=stdin, status=status)
    return [json.loads(line) for line in out.splitlines()], err


class Folder(tempfile.TemporaryDirectory):
    """A folder with the rule in it."""

    def __enter__(self):
        self.path = super().__enter__()
        self.rule = self.write("rule.yml", RULE.encode())
        return self

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path


def lines(*events):
    return b"".join(json.dumps(e).encode() + b"\n" for e in events)


@tap.test
def a_finding_is_a_line_of_json_with_its_place():
    with Folder() as f:
        log = f.write("a.jsonl", lines(MISS, HIT))
        found, err = findings("--rules", f.rule, log)
        assert err == ""
        assert len(found) == 1, found
        only = found[0]
        assert only["rule"] == "11111111-1111-4111-8111-111111111111"
        assert (only["title"], only["level"], only["author"]) == ("Whoami", "high", "Somebody")
        assert only["time"] == "2026-01-02T03:04:05.6Z"
        assert only["event"] == {"file": log, "line": 2, "record": 2,
                                 "offset": len(lines(MISS))}
        assert only["matched"][0]["field"] == "Image"
        assert only["matched"][0]["value"] == HIT["Image"]
        assert only["logsource_unknown"] is True


@tap.test
def standard_input_folders_and_packed_files_are_read():
    with Folder() as f:
        assert len(findings("--rules", f.rule, stdin=lines(HIT))[0]) == 1
        f.write("logs/a.json", json.dumps([HIT, MISS, HIT], indent=1).encode())
        f.write("logs/deep/b.log.gz", gzip.compress(lines(HIT)) + gzip.compress(lines(HIT)))
        f.write("logs/readme.md", lines(HIT))
        found, _ = findings("--rules", f.rule, os.path.join(f.path, "logs"))
        names = [os.path.basename(x["event"]["file"]) for x in found]
        assert names == ["a.json", "a.json", "b.log.gz", "b.log.gz"], names


@tap.test
def what_cannot_be_read_is_told_and_the_rest_goes_on():
    with Folder() as f:
        log = f.write("a.jsonl", b'{"Image":\n' + lines(HIT) + b'{"Image":"')
        found, err = findings("--rules", f.rule, log, status=2)
        assert len(found) == 1
        assert f"{log}:1: JSON" in err and f"{log}:3: JSON" in err, err
        packed = gzip.compress(lines(*[HIT] * 1000, MISS))
        cut = f.write("b.gz", packed[:len(packed) - 9])
        found, err = findings("--rules", f.rule, cut, status=2)
        assert len(found) == 1000
        assert "the compressed data end early" in err
        broken = f.write("c.gz", packed[:40] + b"\xff" * 40)
        assert "compressed data" in findings("--rules", f.rule, broken, status=2)[1]
        found, err = findings("--rules", f.rule, cut, log, status=2)
        assert len(found) == 1001


@tap.test
def an_output_that_takes_no_more_is_told_with_the_reason():
    with Folder() as f:
        log = f.write("a.jsonl", lines(HIT))
        runs = [["hunt", "--rules", f.rule, "--output", output, log]
                for output in ("ocsf", "brief", "csv", "html", "navigator", "summary")]
        runs += [["rules", "check", f.rule], ["rules", "check", "--json", f.rule],
                 ["rules", "check", "--dialect"], ["rules", "explain", f.rule, log],
                 ["help", "hunt"], ["hunt", "--help"]]
        for arguments in runs:
            with open("/dev/full", "wb") as full:
                run = subprocess.run([CANDOR, *arguments], stdout=full, stderr=subprocess.PIPE)
            assert run.returncode == 3, (arguments, run)
            assert b"cannot write to standard output" in run.stderr, (arguments, run)


@tap.test
def a_hunt_without_a_rule_is_refused():
    with Folder() as f:
        os.mkdir(os.path.join(f.path, "empty"))
        _, err = hunt("--rules", os.path.join(f.path, "empty"), stdin=lines(HIT), status=2)
        assert err.startswith("candor: hunt: there is no rule in "), err
        log, rule = f.write("a.jsonl", lines(HIT)), f.write("empty/none.yml", b"")
        run = subprocess.run([CANDOR, "rules", "explain", rule, log], capture_output=True)
        assert run.returncode == 2 and b"explain: there is no rule in " in run.stderr, run


@tap.test
def an_explanation_says_which_log_sources_are_stated():
    with Folder() as f:
        log = f.write("a.jsonl", lines(HIT))
        told = subprocess.run([CANDOR, "rules", "explain", f.rule, log], capture_output=True,
                              check=True, text=True).stdout
        assert "log source of the rule: category=process_creation; of the event: none: " in told


@tap.test
def a_summary_counts():
    with Folder() as f:
        log = f.write("a.jsonl", lines(HIT, MISS, HIT) + b"{\n")
        out, _ = hunt("--rules", f.rule, "--summary", log, status=2)
        text = out.decode()
        assert "       2  high           Whoami\n" in text, text
        assert "2 findings of 1 rule in 4 events, 1 file; 1 fault in" in text, text
        out, _ = hunt("--rules", f.rule, "--summary", "--json", log, status=2)
        summary = json.loads(out)
        assert summary["findings"] == 2 and summary["faults"] == 1
        assert summary["by_rule"][0]["findings"] == 2


@tap.test
def levels_below_the_one_asked_for_are_left_out():
    with Folder() as f:
        assert len(findings("--rules", f.rule, "--level", "high", stdin=lines(HIT))[0]) == 1
        assert len(findings("--rules", f.rule, "--level", "critical", stdin=lines(HIT))[0]) == 0


@tap.test
def users_rows_tell_log_sources_first():
    with Folder() as f:
        event = dict(HIT, Channel="Security", EventID=4624)
        assert findings("--rules", f.rule, stdin=lines(event))[0] == []
        row = b"- category: process_creation\n  when:\n    EventID: 462*\n"
        routes = f.write("routes.yaml", row)
        found, _ = findings("--rules", f.rule, "--routes", routes, stdin=lines(event))
        assert len(found) == 1 and "logsource_unknown" not in found[0]
        for bad, why in ((b"a: 1\n", ":1: a list of rows"), (b"- product: x\n", ":1: a row needs"),
                         (b"- product: x\n  when: [a]\n", ":2: when: a map"),
                         (b"- product: x\n  when: {a: b\n", ":3:1: "),
                         (b"- produce: x\n", ":1: only product"), (b"- [", "routes")):
            routes = f.write("routes.yaml", bad)
            err = hunt("--rules", f.rule, "--routes", routes, status=2)[1]
            assert why in err, err


@tap.test
def the_sample_logs_of_the_readme_have_findings():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(SOURCE, "tools", "sample_logs"), folder], check=True)
        found, err = findings("--rules", os.path.join(SOURCE, "rules"), folder)
        assert err == ""
        told = [(os.path.relpath(x["event"]["file"], folder), x["title"]) for x in found]
        assert told == [("admin.jsonl", "User data exported without a case")] * 2 + [
            ("windows/dc01-security.evtx", "Windows event log cleared"),
            ("windows/dc01-system.evtx", "Windows event log cleared"),
            ("admin.jsonl", "One case used to open many users")], told
        out, _ = hunt("--rules", os.path.join(SOURCE, "rules"), "--summary", "--json", folder)
        summary = json.loads(out)
        assert (summary["files"], summary["events"], summary["faults"]) == (5, 51, 0), summary


def damaged(folder):
    """The sample logs with one thing wrong in each of some files: name -> what is told of it."""
    subprocess.run([os.path.join(SOURCE, "tools", "sample_logs"), folder], check=True)

    def change(name, edit, new=None):
        with open(os.path.join(folder, name), "rb") as file:
            content = edit(bytearray(file.read()))
        with open(os.path.join(folder, new or name), "wb") as file:
            file.write(content)

    def flip(at):
        return lambda b: b[:at] + bytes([b[at] ^ 0x20]) + b[at + 1:]

    change("windows/ws07-security.evtx", flip(4096 + 512 + 60))  # a record of its only chunk
    change("windows/dc01-system.evtx", lambda b: b[:4096 + 3000])  # cut within its chunk
    change("admin.jsonl", lambda b: b'{"broken\n' + b + b'{"action": "exp')
    change("admin.jsonl", lambda b: gzip.compress(bytes(b))[:-9], "packed.jsonl.gz")
    chunk = ": record 1 at byte 4096: EVTX: the "
    return {f"windows/ws07-security.evtx{chunk}checksum of a chunk's records is wrong": 1,
            f"windows/dc01-system.evtx{chunk}file ends within a chunk": 1,
            "admin.jsonl:1: JSON: ": 1, "admin.jsonl:42: JSON: ": 1,
            "packed.jsonl.gz:1: JSON: ": 1, "packed.jsonl.gz:42: JSON: ": 1,
            "packed.jsonl.gz: the compressed data end early behind byte ": 1}


@tap.test
def each_kind_of_damage_is_told_with_its_place_and_counted():
    with Folder() as f:
        logs = os.path.join(f.path, "logs")
        os.mkdir(logs)
        told = damaged(logs)
        bad = f.write("rules/bad.yml", RULE.replace("endswith", "endsnear").encode())
        tab = f.write("rules/tab.yml", b"title: x\n\tlogsource: {}\n")
        good = os.path.join(SOURCE, "rules")
        arguments = ("--rules", os.path.join(f.path, "rules"), "--rules", good)
        found, err = findings(*arguments, logs, status=2)
        for text, count in told.items():
            assert err.count(text) == count, (text, err)
        assert f"{bad}:9:9: error: " in err and f"{tab}:2:" in err, err
        titles = [x["title"] for x in found]
        # what is whole is judged all the same, the records before the cut included
        assert titles.count("Windows event log cleared") == 2, titles
        assert titles.count("User data exported without a case") == 4, titles
        out, _ = hunt(*arguments, "--summary", "--json", logs, status=2)
        summary = json.loads(out)
        assert summary["faults"] >= len(told) and summary["refused_rules"] == 2, summary
        assert summary["faults"] == err.count("\n") - 2, (summary["faults"], err)
        text = hunt(*arguments, "--summary", logs, status=2)[0].decode()
        assert f"{summary['faults']} faults in the input; 2 rules refused\n" in text, text
        # a broken rule alone is enough
        assert hunt("--rules", os.path.join(f.path, "rules"), stdin=b"", status=2)[0] == b""


SERVICES = """title: {0}
logsource: {{product: linux, service: {0}}}
detection: {{keywords: [needle], condition: keywords}}
"""


@tap.test
def a_line_of_syslog_is_of_the_services_of_its_program():
    names = ("sshd", "auth", "cron", "syslog", "vsftpd", "deploy")
    with Folder() as f:
        rules = f.write("services.yml", "---\n".join(map(SERVICES.format, names)).encode())
        routes = f.write("routes.yml", b"- product: linux\n  service: deploy,syslog\n"
                                       b"  when: {app_name: deployer}\n")

        def titles(program, *more):
            line = f"Oct 11 22:14:15 host {program}[230]: a needle\n".encode()
            found, _ = findings("--rules", rules, "--format", "syslog", *more, stdin=line)
            return [(x["title"], "logsource_unknown" in x) for x in found]

        assert titles("sshd") == [("sshd", False), ("auth", False), ("syslog", False)]
        assert titles("CRON") == [("auth", False), ("cron", False), ("syslog", False)]
        assert titles("nobody") == [(name, True) for name in names]
        assert titles("deployer") == [(name, True) for name in names]
        assert titles("deployer", "--routes", routes) == [("syslog", False), ("deploy", False)]
        assert titles("sshd", "--naive") == titles("sshd")
        entry = b"__REALTIME_TIMESTAMP=1364481363243000\nSYSLOG_IDENTIFIER=sshd\nMESSAGE=a needle\n"
        found, _ = findings("--rules", rules, "--format", "journal", stdin=entry + b"\n")
        assert [x["title"] for x in found] == ["sshd", "auth", "syslog"], found


@tap.test
def bad_usage_is_one_clear_line():
    with Folder() as f:
        for arguments, why in ((("x.log",), "--rules"), (("--rules", f.rule, "no/such"), "no/such"),
                               (("--rules", f.rule, "--format", "xml"), "unknown format xml"),
                               (("--rules", f.rule, "--level", "huge"), "unknown level huge"),
                               (("--rules", f.rule, "--year", "x"), "--year"),
                               (("--rules", "no/rules"), "no/rules")):
            err = hunt(*arguments, status=2)[1]
            assert err.startswith("candor: ") and why in err and err.count("\n") == 1, err


def corpus():
    if not os.path.isdir(CORPUS):
        tap.skip(f"{CORPUS} is not there")
    arguments = []
    for folder in ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance"):
        arguments += ["--rules", os.path.join(CORPUS, folder)]
    samples = []
    for folder, _, names in os.walk(os.path.join(CORPUS, "regression_data")):
        samples += [os.path.join(folder, name) for name in names]
    return arguments, sorted(samples)


def fire(*endings):
    """Each sample of SigmaHQ's regression data makes the rule fire whose id is its name."""
    arguments, samples = corpus()
    samples = [s for s in samples if s.endswith(endings)]
    with Folder() as f:  # two rules ask for a list of the user's
        servers = f.write("servers.txt", b"DC01$\n")
        found, err = findings(*arguments, "--list", f"known_cdcs={servers}", *samples)
    assert err == "", err[:2000]
    fired = {(x["event"]["file"], x["rule"]) for x in found}
    silent = [s for s in samples if (s, os.path.splitext(os.path.basename(s))[0]) not in fired]
    assert not silent, "\n".join(silent)
    return len(samples)


@tap.test
def the_regression_samples_in_json_and_text_fire():
    assert fire(".json", ".raw") == 203


@tap.test
def the_regression_samples_in_evtx_fire():
    assert fire(".evtx") == 202


CORRELATION = """title: Failed sign-in
name: failed
logsource: {product: candor}
detection: {sel: {action: fail}, condition: sel}
---
title: Many failures
correlation:
    type: event_count
    rules: [failed]
    group-by: [user]
    timespan: 5m
    condition: {gte: 3}
"""


@tap.test
def correlations_do_not_depend_on_the_order_of_files_or_lines():
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "rules.yml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write(CORRELATION)
        paths = []
        for name, minutes in [("a", [5, 1, 3]), ("b", [2, 40])]:
            paths.append(os.path.join(folder, name + ".json"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                for minute in minutes:
                    file.write(json.dumps({"time": f"2026-01-01T00:{minute:02}:00Z",
                                           "action": "fail", "user": "bob"}) + "\n")
        one, _ = findings("--rules", rules, *paths)
        other, _ = findings("--rules", rules, *reversed(paths))
        assert one == other and len(one) == 1, one
        assert one[0]["time"] == "2026-01-01T00:03:00Z" and one[0]["group"] == {"user": "bob"}
        assert [os.path.basename(e["file"]) for e in one[0]["events"]] == ["a.json", "b.json",
                                                                           "a.json"]


tap.main()
