# SPDX-License-Identifier: Apache-2.0
"""Published reports: what goes out is what the log gives, is never changed, and a corrected report
is another version that names every cell that changed."""
import csv
import json
import os
import re
import signal
import tempfile

import tap
from candor import CANDOR, KILLABLE, VERIFY, flip, good, refused, run
from running import Node
from statements import statement

HOME = tempfile.TemporaryDirectory(prefix="candor-publish-")
NODE, OUT = (os.path.join(HOME.name, name) for name in ("node", "out"))
VKEY = re.search(rb"vkey: (\S+)", good("init", NODE, "--origin", "log.example.com/publish",
                                       "--market", "DE")).group(1).decode()
CENTER = os.path.join(NODE, "center", "reports")
numbers = iter(range(1000000))
PLACES = ("center-put:1", "center-put:4", "batch-write:1", "batch-synced:1", "center-put:7",
          "center-put:8", "center-rename:1", "center-renamed:1")


def add(count, month, node=NODE):
    """Statements of a month of 2026."""
    made = [json.dumps(statement(f"s-{next(numbers)}", content_date="2026-01-01",
                                 application_date=f"2026-{month:02}-15"))
            for _ in range(count)]
    good("enforcement", "add", node, stdin="\n".join(made).encode())


def build(period="2026-H1", node=NODE):
    """The report as the log gives it now, in a folder of its own."""
    out = os.path.join(HOME.name, f"out-{next(numbers)}")
    good("report", "build", node, "--period", period, "--out", out)
    return out


def publish(out, *options, node=NODE, program=CANDOR, command="publish", **more):
    """What the command does."""
    return run("report", command, node, out, *options, program=program, **more)


def published(out, *options, **more):
    """What it says, if it does it."""
    done = publish(out, *options, **more)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def restated(out, reason="late decisions", *options, **more):
    """What restating says, if it does it."""
    return published(out, "--reason", reason, *options, command="restate", **more)


def read(*names):
    """A file under the published reports."""
    with open(os.path.join(CENTER, *names), "rb") as file:
        return file.read()


def files(*names):
    """Every file of a published version."""
    folder = os.path.join(CENTER, *names)
    return {name: read(*names, name) for name in sorted(os.listdir(folder))}


def changes(period, version):
    """The rows of its changes.csv."""
    return list(csv.DictReader(read(period, version, "changes.csv").decode().splitlines()))


def verified(period, version):
    """The stand-alone verifier takes the record's proof, and the record names the manifest."""
    folder = os.path.join(CENTER, period, version)
    done = run(os.path.join(folder, "proof"), "--entry", os.path.join(folder, "entry"),
               "--vkey", VKEY, program=VERIFY)
    assert done.returncode == 0, done
    shown = good("log", "show", NODE, str(listed()[(period, int(version))]["index"]))
    return json.loads(shown)["fields"]


def listed(node=NODE):
    """What candor report list says of versions."""
    rows = [json.loads(line) for line in good("report", "list", node, "--json").splitlines()]
    return {(row["period"], row["version"]): row for row in rows if "failure" not in row}


def failures(node=NODE):
    """What it says of failures."""
    rows = [json.loads(line) for line in good("report", "list", node, "--json").splitlines()]
    return [(row["failure"], row["period"]) for row in rows if "failure" in row]


@tap.test
def what_is_published_is_what_the_log_gives_with_its_proof():
    add(20, 2)
    out = build()
    said = published(out)
    assert said["version"] == 1 and said["folder"] == "center/reports/2026-H1/1", said
    there = files("2026-H1", "1")
    for name in os.listdir(out):
        with open(os.path.join(out, name), "rb") as file:
            assert there.pop(name) == file.read(), name
    assert sorted(there) == ["entry", "proof"], sorted(there)
    assert good("log", "entry", NODE, str(said["index"])) == there["entry"]
    verified("2026-H1", "1")
    assert published(out) == said  # once more: it is content
    assert list(listed()) == [("2026-H1", 1)]


@tap.test
def a_changed_cell_is_named_and_nothing_is_published():
    before = os.listdir(os.path.join(CENTER, "2026-H1"))
    out = build("2025-H2")
    path = os.path.join(out, "cells.csv")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("content_taken_down,,,,,0,", "content_taken_down,,,,,1,"))
    refused(b"cell content_taken_down:", "report", "publish", NODE, out)
    flip(os.path.join(build("2025-H2"), "checkpoint"), 60)
    assert os.listdir(os.path.join(CENTER, "2026-H1")) == before
    assert not os.path.exists(os.path.join(CENTER, "2025-H2"))


@tap.test
def what_was_signed_by_another_log_is_refused():
    other = os.path.join(HOME.name, "other")
    good("init", other, "--origin", "log.example.com/publish")
    refused(b"", "report", "publish", NODE, build("2025-H2", other))


@tap.test
def a_period_that_is_not_over_is_refused():
    refused(b"2090-H1 is not over", "report", "publish", NODE, build("2090-H1"))


@tap.test
def late_records_force_a_restatement_that_names_the_cells():
    old = files("2026-H1", "1")
    add(3, 5)
    doctor = run("doctor", NODE)
    assert b"2026-H1 version 1: cell content_taken_down: published \"20\"" in doctor.stdout, doctor
    other = publish(build("2025-H2"))
    assert other.returncode == 0 and b"2026-H1 version 1: cell content_taken_down" in other.stderr
    out = build()
    refused(b"candor report restate", "report", "publish", NODE, out)
    refused(b"--reason", "report", "restate", NODE, out)
    said = restated(out, "=late, \"very\"", "--method", "as before")
    assert said["version"] == 2 and said["changed"] == len(changes("2026-H1", "2")) > 2, said
    rows = {row["cell"]: row for row in changes("2026-H1", "2")}
    row = rows["content_taken_down"]
    assert (row["old"], row["new"], row["was"]) == ("20", "23", ""), row
    assert row["reason"] == "'=late, \"very\"" and re.match(r"20\d\d-\d\d-\d\d$", row["date"]), row
    assert files("2026-H1", "1") == old
    note = read("2026-H1", "1.replaced").decode()
    assert "version 2\n" in note and f"index {said['index']}\n" in note, note
    record = verified("2026-H1", "2")
    assert record["replaces"] == listed()[("2026-H1", 1)]["index"], record
    assert record["changes"].encode() == read("2026-H1", "2", "changes.csv"), record
    assert b"late=" not in publish(out).stderr and published(out)["version"] == 2
    assert ("restated", "2026-H1") in failures()
    cells = {row["figure"]: row for row in csv.DictReader(
        read("2026-H1", "2", "cells.csv").decode().splitlines()) if not row["value_1"]}
    assert cells["content_taken_down"]["late"] == "3", cells  # publishing has closed the months


@tap.test
def a_report_that_says_nothing_new_is_no_restatement():
    add(1, 9)  # of another period
    out = build()
    refused(b"says the same in every cell", "report", "restate", NODE, out, "--reason", "why")
    refused(b"says the same in every cell", "report", "publish", NODE, out)
    refused(b"was not published yet", "report", "restate", NODE, build("2024-H2"), "--reason", "x")


@tap.test
def what_is_out_of_date_already_is_refused():
    out = build()
    add(1, 3)
    done = publish(out, "--reason", "why", command="restate")
    assert done.returncode == 1 and b"says the same" in done.stderr, done
    first = build("2024-H1")
    assert publish(first).returncode == 0
    old = build()
    add(1, 3)
    done = publish(old, "--reason", "why", command="restate")
    assert done.returncode == 1 and b"build it again" in done.stderr, done


@tap.test
def a_damaged_folder_is_told_and_never_written_over():
    path = os.path.join(CENTER, "2024-H1", "1", "cells.csv")
    flip(path, 100)
    assert b"2024-H1 version 1: its cells.csv is not the one that was published" in \
        run("doctor", NODE).stdout
    refused(b"is not the one that was published", "report", "publish", NODE, build("2024-H1"))
    flip(path, 100)
    for name in ("report.html", "entry", "manifest"):  # of an old version as well
        flip(os.path.join(CENTER, "2026-H1", "1", name), 50)
        told = run("doctor", NODE).stdout
        assert f"2026-H1 version 1: its {name} is not the one".encode() in told, (name, told)
        flip(os.path.join(CENTER, "2026-H1", "1", name), 50)
    os.rename(os.path.join(CENTER, "2026-H1", "1"), os.path.join(CENTER, "2026-H1", "moved"))
    assert b"2026-H1 version 1: " in run("doctor", NODE).stdout
    os.rename(os.path.join(CENTER, "2026-H1", "moved"), os.path.join(CENTER, "2026-H1", "1"))
    assert b"2026-H1 version 1: " not in run("doctor", NODE).stdout


@tap.test
def officers_approve_restatements_where_there_are_some():
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. Okafor, M. Rossi ]\n")
    out = build()
    for words, options in ((b"--approved-by", []), (b"no officer", ["--approved-by", "X"]),
                           (b"somebody else", ["--approved-by", "M. Rossi", "--by", "M. Rossi"])):
        refused(words, "report", "restate", NODE, out, "--reason", "why", *options)
    said = restated(out, "why", "--approved-by", "M. Rossi", "--by", "A. Okafor")
    record = verified("2026-H1", str(said["version"]))
    assert record["approver"] == "M. Rossi", record


@tap.test
def a_running_node_publishes_as_well():
    node = Node()
    add(5, 4, node.path)
    said = published(build(node=node.path), node=node.path)
    folder = os.path.join(node.path, said["folder"])
    done = run(os.path.join(folder, "proof"), "--entry", os.path.join(folder, "entry"),
               "--vkey", node.vkey, program=VERIFY)
    assert done.returncode == 0, done
    add(5, 4, node.path)
    said = restated(build(node=node.path), node=node.path)
    assert said["version"] == 2 and said["index"] == listed(node.path)[("2026-H1", 2)]["index"]
    node.stop()


@tap.test
def a_crash_at_any_step_is_finished_by_the_same_command():
    places = publish(build("2022-H1"), program=KILLABLE,
                     env={**os.environ, "CANDOR_FAILPOINT": "list"}).stderr.decode()
    assert "center-rename" in places, places
    approved = ["--reason", "x", "--approved-by", "M. Rossi"]
    for year, place in enumerate(PLACES, 2010):
        add(1, 1)
        for period, command, options in ((f"{year}-H1", "publish", []),
                                         ("2026-H1", "restate", approved)):
            out = build(period)
            done = publish(out, *options, program=KILLABLE, command=command,
                           env={**os.environ, "CANDOR_FAILPOINT": place})
            assert done.returncode == -signal.SIGKILL, (place, command, done)
            said = published(out, *options, command=command)
            verified(period, str(said["version"]))
            assert said == published(out, *options, command=command), place
            versions = [version for name, version in listed() if name == period]
            assert versions == list(range(1, said["version"] + 1)), (place, versions)
            names = os.listdir(os.path.join(CENTER, period))
            assert sorted(names) == sorted(
                [f"{n}" for n in versions] + [f"{n}.replaced" for n in versions[:-1]]), names


tap.main()
