# SPDX-License-Identifier: Apache-2.0
"""report lint: each rule raised by one seeded defect and by nothing else, and silent without it."""
import collections
import csv
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


def lint(files, older=None):
    """The findings of some files, perhaps against older ones."""
    folder = written(files)
    against = ["--against", written(older, "older")] if older else []
    done = run("report", "lint", folder, "--json", *against)
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
def numbers_and_keys_of_tidy_files():
    rate = "Metric,Market,Result\r\nRemoval rate,FR,0.5\r\nRemoval rate,DE,1\r\n"
    assert lint({"a.csv": rate}) == []
    for text, old, new, want in (
            (rate, "0.5", "1.5", ("TR-09", "E", 2, "Result")),
            (rate, "0.5", "50%", ("TR-09", "E", 2, "Result")),
            (rate, "0.5", "-0.5", ("TR-09", "E", 2, "Result")),
            (TIDY, "FR,12\r", 'FR,"1,200"\r\nVideos removed,IT,2300\r',
             ("TR-08", "W", 2, "Result")),
            (TIDY, "DE", "FR", ("TR-26", "E", 3, "Result")),
            (TIDY, "DE", "fr ", ("TR-26", "E", 3, "Result")),
            (TIDY.replace("Market", "Market,Flag").replace("FR", "FR,").replace("DE", "DE,"),
             "FR,,12", "FR,suppressed,0", ("TR-73", "E", 2, "Result")),
            (TIDY.replace("Market", "Market,Flag").replace("FR", "FR,").replace("DE", "DE,"),
             "FR,,12", "FR,suppressed,12", ("TR-73", "E", 2, "Result"))):
        assert lint({"a.csv": text}) == [], text
        found = places(lint({"a.csv": text.replace(old, new, 1)}))
        assert found == [(want[0], want[1], "a.csv", *want[2:])], (old, new, found)


@tap.test
def versions_of_tidy_files():
    older = {"a.csv": TIDY}
    for new, want in (
            (TIDY, []),
            (TIDY.replace("12", "13"), [("TR-61", "E", 2, "Result")]),
            (TIDY.replace("12", ""), [("TR-61", "E", 2, "Result")]),
            (TIDY.replace("12", "12.0"), [("TR-63", "I", 2, "Result")]),
            (TIDY.replace("Videos removed,DE", "Videos_Removed,DE"), [("TR-63", "I", 3, "Metric")]),
            (TIDY.replace("DE,7\r\n", "LA,7\r\n"), [("TR-62", "E", 0, "")]),
            (TIDY + "Videos removed,IT,1\r\n", [])):
        found = places(lint({"a.csv": new}, older))
        assert found == [(rule, sev, "a.csv", *at) for rule, sev, *at in want], (new, found)
    head = "cell,was,old,new,reason,method,date\r\n"
    told = head + "Videos removed/FR,,12,13,late reports,counted again,2026-09-01\r\n"
    changed = {"a.csv": TIDY.replace("12", "13"), "changes.csv": told}
    assert lint(changed, older) == []
    for wrong in (told.replace("late reports", ""), told.replace(",13", ",14"),
                  told.replace("/FR", "/DE")):
        assert places(lint({**changed, "changes.csv": wrong}, older)) == [
            ("TR-61", "E", "a.csv", 2, "Result")], wrong
    moved = {"a.csv": TIDY.replace("DE", "Germany"), "changes.csv":
             head + "Videos removed/Germany,Videos removed/DE,7,7,renamed,none,2026-09-01\r\n"}
    assert lint(moved, older) == []


def number(text):
    """A number however it is written; None for none."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def folded(text):
    """A label as it is compared."""
    return " ".join(text.replace("_", " ").lower().split())


def expected(older, newer):
    """What changed from one release to the next, found here by other means."""
    (_, *old), (_, *new) = older, newer
    at, count = {}, collections.Counter()
    for row, cells in enumerate(new, 2):
        key = tuple(map(folded, cells[:-1]))
        at[key, count[key]] = (row, cells)
        count[key] += 1
    found, labels, count = collections.Counter(), set(), collections.Counter()
    for cells in old:
        key = tuple(map(folded, cells[:-1]))
        row, now = at.get((key, count[key]), (0, None))
        count[key] += 1
        if now is None:
            found["TR-62", 0] += 1
            continue
        for column, (was, text) in enumerate(zip(cells[:-1], now[:-1])):
            if was != text and (column, was, text) not in labels:
                labels.add((column, was, text))
                found["TR-63", row] += 1
        a, b = number(cells[-1]), number(now[-1])
        if cells[-1] != now[-1]:
            found["TR-63" if abs(a - b) <= 1e-12 * abs(a) else "TR-61", row] += 1
    return found


@tap.test
def real_releases_against_each_other():
    folder = os.path.join(os.environ["CANDOR_SHARED_DATA"], "transparency")
    names = [f"tiktok-cger-{name}.csv" for name in ("2022-q4", "2023-q1", "2023-q2", "2023-q3")]
    if not os.path.isdir(folder):
        tap.skip("no releases")
    tables = []
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as file:
            tables.append(list(csv.reader(file)))
    found_noise = 0
    for n in range(3):
        done = run("report", "lint", os.path.join(folder, names[n + 1]), "--json", "--against",
                   os.path.join(folder, names[n]))
        found = [json.loads(line) for line in done.stdout.splitlines()]
        of_versions = collections.Counter((f["rule"], f["row"]) for f in found
                                          if f["rule"] in ("TR-61", "TR-62", "TR-63"))
        assert of_versions == expected(tables[n], tables[n + 1]), n
        assert all(f["severity"] == "I" for f in found if f["rule"] == "TR-63")
        keys = collections.Counter(tuple(map(folded, row[:-1])) for row in tables[n + 1])
        twice = sum(count - 1 for count in keys.values())
        assert sum(f["rule"] == "TR-26" for f in found) == twice, n
        assert {f["rule"] for f in found} <= {"TR-02", "TR-03", "TR-26", "TR-61", "TR-62", "TR-63"}
        found_noise += sum(f["rule"] == "TR-63" for f in found)
    assert found_noise > 500
    done = run("report", "lint", os.path.join(folder, names[0]), "--json")
    assert {json.loads(line)["rule"] for line in done.stdout.splitlines()} == {
        "TR-02", "TR-03", "TR-08"}


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
