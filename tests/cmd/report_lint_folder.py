# SPDX-License-Identifier: Apache-2.0
"""report lint over report folders and daily dumps: seeded defects are found at their place, what
candor builds itself raises no error."""
import csv
import hashlib
import io
import json
import os
import tempfile

import tap
from candor import good, run
from statements import statement

HOME = tempfile.TemporaryDirectory(prefix="candor-lint-")
NAMES = ("cells.csv", "report.json", "report.html", "definitions.txt")


def written(files):
    """A fresh folder with these files."""
    folder = tempfile.mkdtemp(dir=HOME.name)
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
    return folder


def lint(files, older=None):
    """(rule, severity, file, row, column) of each finding, line ends apart."""
    folder = written(files)
    against = ["--against", written(older)] if older else []
    done = run("report", "lint", folder, "--json", *against)
    assert done.stderr == b"" and done.returncode in (0, 1), done
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [(f["rule"], f["severity"], os.path.basename(f["file"]), f["row"], f["column"])
            for f in found if (f["rule"], f["severity"]) != ("TR-03", "I")]


# ---- report folders ----

CELLS = [("removed", "", "", 30), ("removed", "violence", "", 20), ("removed", "scams", "", 10),
         ("growth_of_removed", "", "", 2)]
HEAD = "figure,by_1,value_1,by_2,value_2,count,unit,mark,how\r\n"


def sealed(files, figures=("removed", "growth_of_removed"), version="1"):
    """The files with a manifest that names their hashes."""
    lines = ["candor/report@v1", "period 2026-H1", "origin log.example.com/x", "size 9",
             "root " + "ab" * 32, "counted 4", "opened 0", "declared 0", "late 0", "uncounted 0"]
    lines += [f"definition {name} {hashlib.sha256((name + version).encode()).hexdigest()}"
              for name in figures]
    lines += [f"file {name} {hashlib.sha256(files[name].encode()).hexdigest()}" for name in NAMES]
    return {**files, "manifest": "\n".join(lines) + "\n"}


def made(cells=tuple(CELLS), marks=None):
    """The files of a report, without a manifest."""
    table, page, cell_list = HEAD, "", []
    for n, (figure, one, two, count) in enumerate(cells):
        mark = (marks or {}).get(n, "")
        by = "category" if one else ""
        table += f"{figure},{by},{one},,{two},{'' if mark else count},count,{mark},counted\r\n"
        page += f'<tr><th scope="row">{one}</th><td class="n">{mark or count}</td></tr>\n'
        name = "/".join(filter(None, (figure, one, two)))
        cell_list.append({"cell": name, "count": None if mark else count})
    return {"cells.csv": table, "report.json": json.dumps({"cells": cell_list}),
            "report.html": page, "definitions.txt": "x"}


@tap.test
def a_clean_report_raises_nothing():
    assert lint(sealed(made())) == []
    assert lint(sealed(made()), sealed(made())) == []
    assert lint(sealed(made(marks={1: "suppressed", 2: "suppressed"}))) == []


@tap.test
def files_that_contradict_each_other_are_found():
    for name, old, new in (("report.json", '"count": 20', '"count": 21'),
                           ("report.html", ">20<", ">21<"),
                           ("report.json", '"count": 20', '"count": null')):
        files = made()
        files[name] = files[name].replace(old, new)
        assert lint(sealed(files)) == [("TR-75", "E", "cells.csv", 3, "count")], (name, new)
    files = made()
    files["report.json"] = files["report.json"].replace("removed/violence", "removed/x")
    assert lint(sealed(files)) == [("TR-75", "E", "cells.csv", 3, "")]
    for json_file in ("{", "[]", '{"cells":[]}', '{"cells":3}'):
        files["report.json"] = json_file
        assert lint(sealed(files)) == [("TR-75", "E", "report.json", 0, "")], json_file


@tap.test
def bytes_and_provenance_are_checked():
    for name in NAMES[2:]:
        files = sealed(made())
        files[name] += " "
        assert lint(files) == [("TR-66", "E", name, 0, "")], name
    files = sealed(made())
    del files["definitions.txt"]
    assert lint(files) == [("TR-66", "E", "manifest", 0, "")]
    assert lint(sealed(made(), ("removed",))) == [("TR-76", "E", "cells.csv", 5, "figure")]
    files = sealed(made())
    files["manifest"] = files["manifest"].replace("size 9\n", "")
    assert lint(files) == [("TR-76", "E", "manifest", 0, "")]


@tap.test
def suppressed_cells_stay_so():
    assert lint(sealed(made(marks={1: "suppressed"}))) == [
        ("TR-73", "E", "cells.csv", 3, "count")]
    files = made(marks={1: "suppressed", 2: "suppressed"})
    for text in ("0", "20"):
        shown = {**files, "cells.csv": files["cells.csv"].replace(
            "violence,,,,count", f"violence,,,{text},count"), "report.json":
            files["report.json"].replace('violence", "count": null', f'violence", "count": {text}')}
        shown["report.html"] = shown["report.html"].replace("suppressed", text, 1)
        assert lint(sealed(shown)) == [("TR-73", "E", "cells.csv", 3, "count")], text


@tap.test
def versions_of_a_report():
    changed = made([CELLS[0], ("removed", "violence", "", 19), *CELLS[2:]])
    assert lint(sealed(changed), sealed(made())) == [("TR-61", "E", "cells.csv", 3, "count")]
    fewer = made([CELLS[0], *CELLS[2:]])
    assert lint(sealed(fewer), sealed(made())) == [("TR-62", "E", "cells.csv", 0, "")]
    assert lint(sealed(made(), version="2"), sealed(made())) == [
        ("TR-64", "E", "cells.csv", 5, "figure")]
    like = [*CELLS[:3], ("growth_of_removed_like_for_like", "", "", 2)]
    figures = ("removed", "growth_of_removed_like_for_like")
    assert lint(sealed(made(like), figures, "2"), sealed(made(like), figures)) == []
    told = ("cell,was,old,new,reason,method,date\r\n"
            "removed/violence,,20,19,late,counted again,2026-09-01\r\n")
    assert lint({**sealed(changed), "changes.csv": told}, sealed(made())) == []
    assert lint({**sealed(changed), "changes.csv": told.replace("late", "")}, sealed(made())) == [
        ("TR-61", "E", "cells.csv", 3, "count")]


@tap.test
def what_candor_builds_raises_no_error():
    node, out = os.path.join(HOME.name, "node"), os.path.join(HOME.name, "report")
    good("init", node, "--origin", "log.example.com/lint", "--market", "DE")
    lines = "\n".join(json.dumps(statement(f"s-{n}")) for n in range(30))
    good("enforcement", "add", node, stdin=lines.encode())
    good("report", "build", node, "--period", "2026-H1", "--out", out)
    good("report", "lint", out, "--own")
    with open(os.path.join(out, "cells.csv"), "r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data.replace(b"counted", b"opened ", 1))
    done = run("report", "lint", out, "--own")
    assert done.returncode == 1 and b"TR-66" in done.stdout, done


# ---- dumps ----

COLUMNS = """uuid decision_visibility decision_visibility_other end_date_visibility_restriction
    decision_monetary decision_monetary_other end_date_monetary_restriction decision_provision
    end_date_service_restriction decision_account end_date_account_restriction account_type
    decision_ground decision_ground_reference_url illegal_content_legal_ground
    illegal_content_explanation incompatible_content_ground incompatible_content_explanation
    incompatible_content_illegal category category_addition category_specification
    category_specification_other content_type content_type_other content_language content_date
    content_id_ean territorial_scope application_date decision_facts source_type source_identity
    automated_detection automated_decision platform_name platform_uid created_at""".split()


def dump(changes=None, count=60, every=None):
    """A dump in which some cells of the third row are others, and perhaps cells of all rows."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for n in range(count):
        row = {"uuid": f"00000000-0000-4000-8000-{n:012}",
               "category": "STATEMENT_CATEGORY_VIOLENCE",
               "category_specification": '["KEYWORD_COORDINATED_HARM"]',
               "territorial_scope": '["DE"]', "content_date": "2026-03-01 00:00:00",
               "application_date": "2026-03-02 00:00:00", "platform_name": "Example",
               "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
               "platform_uid": f"p-{n}", "decision_facts": "somebody looked", **(every or {})}
        row.update((changes or {}) if n == 1 else {})
        rows.writerow([row.get(name, "") for name in COLUMNS])
    return out.getvalue()


@tap.test
def dumps_are_judged_row_by_row():
    assert lint({"d.csv": dump()}) == []
    for rule, severity, column, changes in (
            ("TR-69", "E", "platform_uid", {"platform_uid": "p-0"}),
            ("TR-70", "E", "content_date", {"content_date": "2026-03-03 00:00:00"}),
            ("TR-70", "E", "end_date_visibility_restriction",
             {"end_date_visibility_restriction": "2026-03-01 00:00:00"}),
            ("TR-70", "E", "end_date_account_restriction",
             {"end_date_account_restriction": "2026-03-01"}),
            ("TR-71", "W", "category_specification",
             {"category_specification": '["KEYWORD_COORDINATED_HARM","KEYWORD_PHISHING"]'}),
            ("TR-71", "W", "category_specification",
             {"category_specification": '["KEYWORD_OTHER"]'}),
            ("TR-71", "W", "territorial_scope", {"territorial_scope": "[]"}),
            ("TR-71", "W", "territorial_scope", {"territorial_scope": ""})):
        found = lint({"d.csv": dump(changes)})
        assert found == [(rule, severity, "d.csv", 3, column)], (changes, found)
    for fine in ({"category_specification": '["KEYWORD_OTHER"]',
                  "category_specification_other": "x"},
                 {"category_specification": '["KEYWORD_PHISHING"]',
                  "category_addition": '["STATEMENT_CATEGORY_SCAMS_AND_FRAUD"]'},
                 {"platform_uid": "p-0", "platform_name": "Other"},
                 {"end_date_visibility_restriction": "2026-03-02 00:00:00"}):
        assert lint({"d.csv": dump(fine)}) == [], fine


@tap.test
def hasty_decisions_and_broken_rows_of_dumps():
    at_once = {"content_date": "2026-03-02 00:00:00"}
    assert lint({"d.csv": dump(every=at_once)}) == [
        ("TR-72", "W", "d.csv", 2, "automated_decision")]
    assert lint({"d.csv": dump(every={**at_once, "automated_decision":
                                      "AUTOMATED_DECISION_FULLY"})}) == []
    assert lint({"d.csv": dump().encode().replace(b"somebody", b"some\xffody", 1)}) == [
        ("TR-02", "E", "d.csv", 2, "")]
    broken = dump().replace("p-5,", "p-5,,,,,", 1)
    assert lint({"d.csv": broken}) == [("TR-03", "E", "d.csv", 7, "")]


tap.main()
