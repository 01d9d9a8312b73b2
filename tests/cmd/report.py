# SPDX-License-Identifier: Apache-2.0
"""Transparency reports: built twice with the same bytes, the figures counted a second time here,
and verified from public entries alone: every cell changed by one is found and named."""
import collections
import csv
import glob
import json
import os
import re
import shutil
import tempfile

import tap
from candor import append, flip, good, refused, run
from statements import A, statement

HOME = tempfile.TemporaryDirectory(prefix="candor-report-")
NODE, PUBLIC, OUT = (os.path.join(HOME.name, name) for name in ("node", "public", "out"))
VKEY = re.search(rb"vkey: (\S+)", good("init", NODE, "--origin", "log.example.com/report",
                                       "--market", "DE")).group(1).decode()
MARKETS = ("DE", "FR", "IE", None)
CATEGORIES = ("SCAMS_AND_FRAUD", "SELF_HARM", "VIOLENCE")
FILES = ("cells.csv", "report.json", "report.html", "definitions.txt", "manifest")


def add(kind, decisions):
    """Adds decisions that must all be taken."""
    lines = "\n".join(json.dumps(one) for one in decisions)
    return [json.loads(line) for line in good(kind, "add", NODE, stdin=lines.encode()).splitlines()]


def made():
    """Statements of two half-years, of accounts and content, by terms, law and safety."""
    for n in range(60):
        month, market = 1 + n % 8, MARKETS[n % 4]
        changes = {"market": market, "content_date": "2026-01-01",
                   "application_date": f"2026-{month:02}-15",
                   "category": "STATEMENT_CATEGORY_" + CATEGORIES[n % 3]}
        if n % 5 == 0:
            changes.update(decision_visibility=None, decision_account="DECISION_ACCOUNT_SUSPENDED")
        if n % 7 == 0:
            changes.update(decision_ground=A, illegal_content_legal_ground="law",
                           illegal_content_explanation="why")
        if n % 3 == 0:
            changes.update(source_type="SOURCE_ARTICLE_16", automated_detection="No")
        yield statement(f"s-{n}", **changes)


STATEMENTS = list(made())
add("enforcement", STATEMENTS)
add("enforcement", [{"puid": "s-1", "stage": "reversed", "reason": "appeal",
                     "time": "2026-05-01T00:00:00Z"}])
add("notice", [{"id": f"n-{n}", "category": "violence", "content_id": "c", "market": "FR",
                "time": "2026-02-01T00:00:00Z", "trusted_flagger": n == 0} for n in range(3)])
add("order", [{"id": "o", "type": "information", "basis": "judicial", "authority": "court",
               "market": "IE", "time": "2026-06-30T23:00:00Z"}])
add("appeal", [{"id": "a", "forum": "complaint", "basis": "visibility", "puid": "s-1",
                "time": "2026-04-01T00:00:00Z"}])
good("log", "export", NODE, PUBLIC)


def build(out, period="2026-H1", node=NODE):
    """What the command says of a report that it builds."""
    return json.loads(good("report", "build", node, "--period", period, "--out", out))


def verify(out=OUT, public=PUBLIC, vkey=VKEY):
    """The verification of a report."""
    return run("report", "verify", out, "--vkey", vkey, "--recount", public)


def cells(out=OUT):
    """The cells by name."""
    with open(os.path.join(out, "cells.csv"), encoding="utf-8", newline="") as file:
        return {"/".join(filter(None, (row["figure"], row["value_1"], row["value_2"]))): row
                for row in csv.DictReader(file)}


def contents(out):
    """All files of a report."""
    found = {}
    for name in (*FILES, "checkpoint"):
        with open(os.path.join(out, name), "rb") as file:
            found[name] = file.read()
    return found


@tap.test
def building_twice_gives_the_same_bytes():
    said = build(OUT)
    assert said["counted"] == len(cells()) and said["opened"] == said["declared"] == 0, said
    build(OUT + "2")
    assert contents(OUT) == contents(OUT + "2")
    assert build(OUT + "3", "2026-H2")["size"] == said["size"]
    assert contents(OUT)["cells.csv"] != contents(OUT + "3")["cells.csv"]


@tap.test
def the_figures_are_what_went_in():
    want = collections.Counter()
    for s in STATEMENTS:
        if int(s["application_date"][5:7]) > 6:
            continue
        category, market = s["category"][len("STATEMENT_CATEGORY_"):].lower(), s.get("market", "DE")
        ground = "illegal_content" if s["decision_ground"] == A else "incompatible_content" + (
            "_safety" if category in ("self_harm", "violence") else "")
        names = []
        if "decision_account" in s:
            names.append(("accounts_taken_down", ground, market))
        else:
            names += [("content_taken_down", category, ground),
                      ("content_taken_down_by_market", ground, market),
                      ("content_taken_down_automatically", category)]
            if s["source_type"] == "SOURCE_VOLUNTARY":
                names.append(("content_taken_down_proactively", category))
        for name in names:
            want.update("/".join(name[:depth]) for depth in range(1, len(name) + 1))
    for name in ("decisions_reversed/self_harm/incompatible_content_safety",
                 "appeals_received/complaint/visibility", "information_requests/IE/judicial"):
        parts = name.split("/")
        want.update("/".join(parts[:depth]) for depth in range(1, 4))
    want.update({"notices_received": 3, "notices_received/0": 2, "notices_received/1": 1,
                 "notices_received/0/violence": 2, "notices_received/1/violence": 1})
    found = {name: int(row["count"]) for name, row in cells().items()}
    assert {name: n for name, n in found.items() if n} == dict(want), (found, want)
    assert found["content_taken_down/animal_welfare"] == 0
    said = json.loads(contents(OUT)["report.json"])
    assert {c["cell"]: c["count"] for c in said["cells"]} == found
    html = contents(OUT)["report.html"].decode()
    assert html.count("<tr><th scope=\"row\">") == len(found) and "<script" not in html


@tap.test
def a_stranger_verifies_it_from_public_entries_alone():
    done = verify()
    assert done.returncode == 0 and b"recounted" in done.stdout, done
    append(NODE, 300)
    good("log", "export", NODE, PUBLIC)
    assert verify().returncode == 0  # the log has grown since
    assert verify(OUT + "3").returncode == 0


def with_file(name, data):
    """A copy of the report in which one file says something else."""
    copy = OUT + "-copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(OUT, copy)
    with open(os.path.join(copy, name), "wb") as file:
        file.write(data)
    return copy


@tap.test
def every_cell_that_is_changed_by_one_is_named():
    lines = contents(OUT)["cells.csv"].splitlines(keepends=True)
    names = list(cells())
    assert len(names) == len(lines) - 1
    for number, name in enumerate(names):
        parts = lines[number + 1].decode().split(",")
        parts[5] = str(int(parts[5]) + 1)
        changed = b"".join(lines[:number + 1] + [",".join(parts).encode()] + lines[number + 2:])
        done = verify(with_file("cells.csv", changed))
        assert done.returncode == 1 and done.stdout == b"", (name, done)
        assert b"cells.csv: cell " + name.encode() + b":" in done.stderr, (name, done.stderr)


@tap.test
def no_file_of_a_report_can_be_changed():
    whole = contents(OUT)
    for name in FILES:
        data = bytearray(whole[name])
        data[len(data) // 2] ^= 1
        assert verify(with_file(name, data)).returncode == 1, name
        assert verify(with_file(name, whole[name][:-1])).returncode == 1, name
        assert verify(with_file(name, whole[name] + b"\n")).returncode == 1, name
    other = contents(OUT + "3")
    assert verify(with_file("manifest", other["manifest"])).returncode == 1
    changed = whole["report.json"].replace(b'"cell":"notices_received/1","figure"', b'"cell":"x"')
    assert b"report.json" in verify(with_file("report.json", changed)).stderr


@tap.test
def entries_of_another_log_or_changed_ones_verify_nothing():
    other = os.path.join(HOME.name, "other")
    said = good("init", other, "--origin", "log.example.com/report").decode()
    key = re.search(r"vkey: (\S+)", said).group(1)
    assert verify(vkey=key).returncode == 1
    good("log", "export", other, other + "-public")
    assert verify(public=other + "-public").returncode != 0
    changed = PUBLIC + "-changed"
    shutil.copytree(PUBLIC, changed)
    bundle = sorted(glob.glob(changed + "/tile/entries/**/*", recursive=True))
    flip(next(path for path in bundle if os.path.isfile(path)), 100)
    assert verify(public=changed).returncode != 0


@tap.test
def what_makes_no_sense_is_refused():
    refused(b"--period", "report", "build", NODE, "--period", "2026-H3", "--out", OUT)
    refused(b"--period", "report", "build", NODE, "--out", OUT)
    refused(b"--out", "report", "build", NODE, "--period", "2026")
    refused(b"--vkey", "report", "verify", OUT)


tap.main()
