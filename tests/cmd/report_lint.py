# SPDX-License-Identifier: Apache-2.0
"""report lint: each rule raised by one seeded defect and by nothing else, and silent without it."""
import json
import os
import re
import tempfile

import tap
from candor import good, refused, run

HOME = tempfile.TemporaryDirectory(prefix="candor-lint-")


def written(files, name="set"):
    """A fresh folder with these files."""
    folder = tempfile.mkdtemp(prefix=name + "-", dir=HOME.name)
    for path, data in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
    return folder


def lint(files, *more):
    """The findings of some files: (rule, severity, file, row, column) each."""
    folder = written(files)
    done = run("report", "lint", folder, "--json", *more)
    assert done.stderr == b"", done
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for f in found:
        f["file"] = os.path.relpath(f["file"], folder)
    errors = sum(f["severity"] == "E" for f in found)
    assert done.returncode == (1 if errors else 0), done
    return found


def places(found):
    """Where findings are."""
    return [(f["rule"], f["severity"], f["file"], f["row"], f["column"]) for f in found]


TIDY = "Metric,Market,Result\r\nVideos removed,FR,12\r\nVideos removed,DE,7\r\n"


@tap.test
def a_clean_file_raises_nothing():
    assert lint({"a.csv": TIDY}) == []


@tap.test
def bytes_and_csv_form():
    for old, new, want in (
            ("Metric", "\ufeffMetric", ("TR-02", "W", 0, "")),
            ("FR", "F\ufffd", ("TR-02", "W", 2, "Market")),
            ("FR", "RÃ\u00a9union", ("TR-02", "W", 2, "Market")),
            ("FR", "l\u00e2\u20ac\u2122Isle", ("TR-02", "W", 2, "Market")),
            ("FR", 'F"R', ("TR-03", "E", 2, "")),
            ("FR", '"F"R', ("TR-03", "E", 2, "")),
            ("DE", "D,E", ("TR-03", "E", 3, "")),
            ("DE,7\r\n", 'DE,"7\r\n', ("TR-03", "E", 3, "")),
            ("FR", "=1+A2", ("TR-78", "W", 2, "Market")),
            ("FR", "@sum", ("TR-78", "W", 2, "Market"))):
        found = places(lint({"a.csv": TIDY.replace(old, new, 1)}))
        assert found == [(want[0], want[1], "a.csv", *want[2:])], (old, new, found)
    assert places(lint({"a.csv": TIDY.encode().replace(b"FR", b"F\xff")})) == [
        ("TR-02", "E", "a.csv", 2, "Market")]
    assert places(lint({"a.csv": TIDY.replace("\r\n", "\n")})) == [("TR-03", "I", "a.csv", 1, "")]


@tap.test
def for_people_findings_stand_under_their_file():
    folder = written({"a.csv": TIDY.replace("FR", "=F"), "b.csv": TIDY.replace("\r", "")})
    said = run("report", "lint", folder).stdout.decode().splitlines()
    assert said[0] == os.path.join(folder, "a.csv") and said[2] == os.path.join(folder, "b.csv")
    assert said[1].startswith('  W TR-78 row 2, Market: "=F": ') and "\033" not in said[1]
    assert said[-1] == "0 errors, 1 warnings, 1 notes", said


@tap.test
def the_rules_are_listed():
    rules = [json.loads(line) for line in good("report", "lint", "--rules", "--json").splitlines()]
    assert [r["rule"] for r in rules] == [f"TR-{n:02}" for n in range(1, 79)]
    said = good("report", "lint", "--rules").decode()
    assert len(re.findall(r"^TR-\d\d  [EWI]  ", said, re.M)) == 78


@tap.test
def what_makes_no_sense_is_refused():
    refused(b"needed", "report", "lint")
    refused(b"nothing", "report", "lint", os.path.join(HOME.name, "nothing"))
    refused(b"no CSV file", "report", "lint", written({"a.txt": "x"}))


tap.main()
