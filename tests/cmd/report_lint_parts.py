# SPDX-License-Identifier: Apache-2.0
"""report lint over harmonised sets: every rule is raised by its seeded defect, at its place, and by
nothing else; the clean set raises nothing, and the official templates, filled in, no error."""
import csv
import glob
import json
import os
import tempfile

import filing
import tap
from candor import run
from filing import COLUMNS, name_of

HOME = tempfile.TemporaryDirectory(prefix="candor-lint-")
VALUE, CONTEXT = -2, -1  # of the lists that have both
CASES = {}  # name -> (files, findings)
WELFARE = "STATEMENT_CATEGORY_ANIMAL_WELFARE"
HARM, SALE, HATE = "KEYWORD_ANIMAL_HARM", "KEYWORD_UNLAWFUL_SALE_ANIMALS", "KEYWORD_HATE_SPEECH"
NOT_SPECIFIED = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
TERMS = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
ORDER_16 = "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"
(COMPLAINTS, DISPUTES, SOLELY, MANUAL, RECALL, EXPERTS, PUBLISHED, BEFORE, PERIOD_END, TRAINING,
 SUMMARY, OWN_TEXT, BASE, TRUSTED, NOTICES) = (filing.INDICATORS[name][2] for name in (
     "COMPLAINTS", "DISPUTES", "MEASURES_AUTOMATED", "MEASURES_MANUAL", "RECALL",
     "MODERATORS_LANGUAGE", "PUBLISHED", "PUBLISHED_BEFORE", "PERIOD_END", "TRAINING", "SUMMARY",
     "OWN_INITIATIVE", "COMPLAINT_SERVICE", "COMPLAINT_NO_ACTION_FLAGGER", "NOTICES_AUTOMATED"))


def lint(folder, *more):
    """The findings below a folder, by the folder below it."""
    done = run("report", "lint", folder, "--json", *more)
    assert done.stderr == b"" and done.returncode in (0, 1), done
    found = {}
    for line in done.stdout.splitlines():
        f = json.loads(line)
        case, name = os.path.relpath(f["file"], folder).split("/")
        found.setdefault(case, []).append((f["rule"], f["severity"], name, f["row"], f["column"]))
    return found


def write(folder, files):
    """Writes a set."""
    os.makedirs(folder)
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


def case(name, files, *findings):
    """A set that must raise these findings and no others."""
    assert name not in CASES, name
    CASES[name] = (files, sorted(findings))


def defect(rule, severity, number, words, column, value, at=None, more=()):
    """A case: one cell changed, perhaps others beside it, one finding at it or another place."""
    parts = filing.clean()
    words = (words,) if isinstance(words, str) else words
    for other, which, where, text in more:
        parts[other].row(*((which,) if isinstance(which, str) else which))[where] = text
    row = parts[number].at(*words)
    parts[number].row(*words)[column] = value
    found = (row, COLUMNS[number][column]) if at is None else at(parts[number], row)
    case(f"{rule}-{severity}-{len(CASES)}", filing.files(parts),
         (rule, severity, name_of(number), *found))


def edited(rule, severity, number, change, row, column, files=None):
    """A case: a part changed by a function."""
    parts = filing.clean()
    change(parts)
    made = filing.files(parts)
    if files:
        files(made)
    case(f"{rule}-{severity}-{len(CASES)}", made,
         (rule, severity, name_of(number) if isinstance(number, int) else number, row, column))


def drop(number, *words):
    """A change: a row is taken out."""
    def change(parts):
        parts[number].rows.remove(parts[number].row(*words))
    return change


def again(number, words, values=None):
    """A change: a row stands twice, the second with these values if any are given."""
    words = (words,) if isinstance(words, str) else words
    def change(parts):
        row = list(parts[number].row(*words))
        row[5:] = values or row[5:]
        parts[number].rows.insert(parts[number].at(*words), row)
    return change


case("clean", filing.files(filing.clean()))

# ---- form ----
edited("TR-01", "E", 1, lambda parts: parts.pop(9), 0, "")
edited("TR-01", "W", "extra.csv", lambda parts: None, 0, "",
       lambda files: files.update({"extra.csv": b"Product,Number\r\nads,7\r\n"}))
edited("TR-01", "W", "orders.csv", lambda parts: None, 0, "",
       lambda files: files.update({"orders.csv": files.pop(name_of(3))}))
edited("TR-01", "W", "part_9_people.csv", lambda parts: None, 0, "",
       lambda files: files.update({"part_9_people.csv": files[name_of(9)]}))
edited("TR-04", "E", 2, lambda parts: [row.pop(0) for row in parts[2].rows], 1, "")
edited("TR-04", "W", 2, lambda parts: [row.append("") for row in parts[2].rows], 1, "")
edited("TR-04", "W", 2, lambda parts: [row.insert(0, row.pop(3)) for row in parts[2].rows], 1,
       "Contextual information")
edited("TR-05", "W", 2, lambda parts: parts[2].rows[0].__setitem__(0, "Etikett"), 1, "Etikett")
defect("TR-05", "W", 7, (COMPLAINTS, "Decisions upheld"), 5, "upheld indeed")
defect("TR-06", "E", 11, TRAINING, -1, "Free text")
defect("TR-06", "E", 5, HARM, 5 + 16, "[...]")
defect("TR-07", "E", 10, "AT", -1, "1,000")
defect("TR-07", "E", 10, "AT", -1, "01000")
defect("TR-07", "E", 10, "AT", -1, "1000.0")
defect("TR-09", "E", 8, (RECALL, "Total number"), VALUE, "1.2")
defect("TR-09", "E", 8, (RECALL, "Total number"), VALUE, "85%")
defect("TR-10", "E", 4, HARM, 9, "-3")
defect("TR-10", "E", 4, HARM, 9, "1.5 h")
defect("TR-11", "E", 11, TRAINING, -1, "\u00e9" * 5001)
defect("TR-12", "W", 9, (EXPERTS, "mt"), VALUE, "", lambda part, row: (row, ""))
defect("TR-13", "W", 9, (EXPERTS, "mt"), 0, "All")
defect("TR-14", "E", 9, (EXPERTS, "mt"), 1, "Example 2")
defect("TR-15", "E", 9, (EXPERTS, "mt"), 2, "2026-01-01/2026-07-01")
defect("TR-15", "E", 9, (EXPERTS, "mt"), 2, "H1 2026")
defect("TR-15", "E", 1, PERIOD_END, -1, "30/06/2026")
defect("TR-17", "E", 1, PUBLISHED, -1, "2026-06-30")
defect("TR-17", "E", 1, PUBLISHED, -1, "2026-09-01")
defect("TR-17", "E", 1, PUBLISHED, -1, "15 August 2026")
defect("TR-17", "E", 1, BEFORE, -1, "2026-08-15")


def other_period(parts):
    """All parts state January to May."""
    for number, part in parts.items():
        for row in part.rows[1:]:
            row[:] = [text.replace("2026-06-30", "2026-05-31") for text in row]
    parts[1].row(PUBLISHED)[-1] = "2026-07-01"


edited("TR-16", "E", 1, other_period, 6, "Value")

# ---- categories ----
ZERO = ["0"] * 4 + [""] * 2 + ["0"] * 4 + [""] * 10  # medians of nothing are blank


def new_category(code):
    """A change: a row of another code."""
    return lambda parts: parts[4].rows.append(parts[4].rows[-1][:3] + [code, ""] + ZERO)


ROWS_4 = len(filing.clean()[4].rows)
CODE_4 = COLUMNS[4][3]
edited("TR-19", "E", 4, new_category("STATEMENT_CATEGORY_SPAM"), ROWS_4 + 1, CODE_4)
edited("TR-20", "E", 4, new_category("KEYWORD_OTHER_SPAM"), ROWS_4 + 1, CODE_4)
edited("TR-20", "E", 4, new_category("ANIMAL_HARM"), ROWS_4 + 1, CODE_4)
edited("TR-21", "E", 4, new_category(HATE), ROWS_4 + 1, CODE_4)
edited("TR-25", "E", 4, new_category(TERMS), ROWS_4 + 1, CODE_4)
defect("TR-22", "E", 4, "things of kind 6", 4, "")
defect("TR-22", "E", 4, "things of kind 6", 4, "other things, for:")
defect("TR-23", "E", 4, "things of kind 7", 4, "Things  of kind 6")
edited("TR-26", "E", 4, again(4, HARM, ZERO),
       filing.clean()[4].at(HARM) + 1, CODE_4)
edited("TR-26", "E", 9, again(9, (EXPERTS, "mt")), filing.clean()[9].at(EXPERTS, "mt") + 1,
       "Scope")
edited("TR-27", "E", 4, again(4, "TOTAL"), 3, CODE_4)
edited("TR-27", "E", 4, drop(4, "TOTAL"), 0, "")


def without_not_specified(parts):
    """Part 3 without category 16, which TOTAL does not count either."""
    for scope in ("TOTAL", "DE", "FR"):
        total = parts[3].row("TOTAL", scope)
        gone = parts[3].row(ORDER_16, scope)
        parts[3].rows.remove(gone)
        for column in (6, 7, 10):
            total[column] = str(int(total[column]) - int(gone[column]))


edited("TR-27", "W", 3, without_not_specified, 0, "")
defect("TR-28", "W", 4, "things of kind 6", 4, "Hidden advertisement or commercial communication, "
       "including by influencers")
defect("TR-28", "W", 2, HARM, 1, "Defamation")

# ---- sums ----
defect("TR-24", "W", 5, "things of kind 1", 5, "1990", more=[
    (5, "things of kind 1", 7, "1984"), (5, WELFARE, 5, "2030"), (5, WELFARE, 7, "2000"),
    (5, "TOTAL", 5, str(10 * filing.units(5, 0, "TOTAL") + 1980)),
    (5, "TOTAL", 7, str(4 * filing.units(5, 0, "TOTAL") + 1980))])
defect("TR-29", "E", 4, HARM, 7, "13", lambda part, row: (part.at(WELFARE), COLUMNS[4][7]))
defect("TR-30", "E", 6, HARM, 6, "0", lambda part, row: (part.at(WELFARE), COLUMNS[6][6]), more=[
    (6, SALE, 6, "0"), (6, "things of kind 1", 6, "0")])
defect("TR-31", "E", 4, "TOTAL", 14, str(filing.units(4, 0, "TOTAL") - 1))
PARTS = filing.clean()
for animal, scope, text in ((HARM, "DE", "1"), (SALE, "DE", "3")):
    PARTS[3].row(animal, scope)[10] = text
case("TR-33", filing.files(PARTS),
     *(("TR-33", "E", name_of(3), PARTS[3].at(animal, "TOTAL"), COLUMNS[3][10])
       for animal in (HARM, SALE)))
defect("TR-46", "E", 4, WELFARE, 9, "40")


def blank_categories(number, column):
    """A change: a column is blank but in TOTAL."""
    def change(parts):
        for row in parts[number].rows[2:]:
            row[column] = ""
    return change


edited("TR-32", "W", 4, blank_categories(4, 11), 2, COLUMNS[4][11])


# ---- measures ----
SEVERAL = (11, SUMMARY, -1,
           "One measure may carry several restrictions; 12 views before action.")


UNITS_4 = filing.units(4, 0, "TOTAL")
defect("TR-37", "E", 4, NOT_SPECIFIED, 12, "7", more=[
    (4, NOT_SPECIFIED, 11, "6"), (4, "TOTAL", 12, str(UNITS_4 + 4)),
    (4, NOT_SPECIFIED, 8, "10"), (4, "TOTAL", 8, str(2 * UNITS_4 + 4))])
defect("TR-38", "W", 4, NOT_SPECIFIED, 7, "11", more=[
    (4, "TOTAL", 7, str(6 * UNITS_4 - 7)), (4, NOT_SPECIFIED, 11, "0"),
    (4, "TOTAL", 11, str(2 * UNITS_4 - 6)), (4, NOT_SPECIFIED, 12, "0"),
    (4, "TOTAL", 12, str(UNITS_4 - 3))])
defect("TR-38", "E", 4, NOT_SPECIFIED, 7, "0", more=[
    (4, "TOTAL", 7, str(6 * UNITS_4 - 18))] + [
    change for column, factor in ((8, 2), (11, 2), (12, 1), (13, 3), (14, 1), (6, 1))
    for change in ((4, NOT_SPECIFIED, column, "0"),
                   (4, "TOTAL", column, str(factor * UNITS_4
                                            - factor * 3)))] + [(4, NOT_SPECIFIED, 10, "")])
defect("TR-39", "W", 4, NOT_SPECIFIED, 13, "13", lambda part, row: (row, COLUMNS[4][7]), more=[
    (4, "TOTAL", 13, str(3 * UNITS_4 + 4))])
defect("TR-45", "E", 4, NOT_SPECIFIED, 10, "24", more=[
    (4, NOT_SPECIFIED, 6, "0"), (4, "TOTAL", 6, str(UNITS_4 - 3))])
defect("TR-47", "W", 7, (COMPLAINTS, "Median time"), VALUE, "9000")
defect("TR-47", "W", 7, (COMPLAINTS, "Median time"), VALUE, "0")
defect("TR-48", "W", 3, (ORDER_16, "DE"), 8, "")
defect("TR-34", "E", 6, HARM, 7, "21", more=[
    (6, WELFARE, 7, "33"), (6, "TOTAL", 7, str(4 * filing.units(6, 0, "TOTAL") + 13)),
    SEVERAL])
defect("TR-34", "E", 6, HARM, 13, "1", lambda part, row: (row, COLUMNS[6][5]), more=[
    (6, SALE, 13, "3"), SEVERAL])
defect("TR-35", "W", 6, HARM, 13, "3", lambda part, row: (2, COLUMNS[6][5]), more=[
    (6, WELFARE, 13, "6"), (6, "TOTAL", 13, str(filing.units(6, 0, "TOTAL") + 1))])
defect("TR-36", "E", 6, HARM, 6, "21", more=[(6, SALE, 6, "3")])
defect("TR-40", "E", 6, "TOTAL", 16, "1", more=[
    SEVERAL] + [
    (6, c[1], 16, "") for c in filing.CATEGORIES if c[0] and not c[3] and c[0] <= 15] + [
    (6, c[1], 16, "") for c in filing.CATEGORIES if c[3] and c[1] != "KEYWORD_OTHER"] + [
    (6, f"things of kind {n}", 16, "") for n in range(1, 16)])

# ---- part 8 ----
OWN = "Own-initiative "
defect("TR-41", "E", 8, (NOTICES, "NAM Total"), VALUE, "101")
defect("TR-41", "I", 8, (NOTICES, "NAM Total"), VALUE, "99")
OWN_UNITS = filing.units(5, 0, "TOTAL") + filing.units(6, 0, "TOTAL")
defect("TR-42", "E", 8, (MANUAL, OWN), VALUE, str(4 * OWN_UNITS + 1),
       lambda part, row: (part.at(SOLELY, OWN), "Value"))
defect("TR-42", "E", 8, (MANUAL, "Total number"), VALUE, str(4 * OWN_UNITS - 1),
       lambda part, row: (part.at(MANUAL, OWN), "Value"))
defect("TR-43", "W", 8, (SOLELY, OWN), VALUE, str(6 * OWN_UNITS - 1))
defect("TR-44", "E", 8, (SOLELY, "mt"), VALUE, str(6 * OWN_UNITS + 10))
defect("TR-53", "W", 8, (RECALL, "mt"), CONTEXT, "", lambda part, row: (row, "Value"))
defect("TR-53", "W", 8, (RECALL, "mt"), CONTEXT, "missed ones were sampled",
       lambda part, row: (row, "Value"))
defect("TR-54", "W", 8, (RECALL, "mt"), CONTEXT, "the automated share of 400 upheld actions",
       lambda part, row: (row, "Value"))
defect("TR-55", "E", 9, (EXPERTS, "mt"), 5, "MT")
defect("TR-55", "E", 9, (EXPERTS, "mt"), 5, "dk")
defect("TR-56", "E", 9, (EXPERTS, "mt"), 5, "mt, it")
defect("TR-56", "E", 8, (SOLELY, "mt"), 5, "Total number: mt")
defect("TR-56", "E", 9, (EXPERTS, "mt"), 5, "Maltese")
defect("TR-57", "W", 8, (SOLELY, "mt"), 5, "Shorts")
defect("TR-57", "W", 8, (SOLELY, "Total number"), 5, "total")

# ---- part 7 ----
defect("TR-49", "E", 7, (COMPLAINTS, "Decision omitted"), VALUE, "6",
       lambda part, row: (part.at(COMPLAINTS, "Total number"), "Value"))
defect("TR-49", "W", 7, (COMPLAINTS, "Decision omitted"), VALUE, "4",
       lambda part, row: (part.at(COMPLAINTS, "Total number"), "Value"))
defect("TR-50", "E", 7, (BASE, "Total number"), VALUE, "51")
defect("TR-50", "E", 7, (TRUSTED, "Total number"), VALUE, "11")
defect("TR-50", "W", 7, (BASE, "Total number"), VALUE, "9",
       lambda part, row: (part.at(COMPLAINTS, "Total number"), "Value"))
defect("TR-51", "E", 7, (DISPUTES, "Decisions upheld"), VALUE, "9",
       lambda part, row: (part.at(DISPUTES, "Percentage of outcomes implemented"), "Value"), more=[
    (7, (DISPUTES, "Decisions reversed"), VALUE, "0"),
    (7, (DISPUTES, "Decisions partially reversed"), VALUE, "0")])
defect("TR-51", "W", 7, (DISPUTES, "Percentage of outcomes implemented"), VALUE, "", more=[
    (7, (DISPUTES, "Percentage of outcomes implemented"), CONTEXT, "not known")])
defect("TR-52", "I", 7, (COMPLAINTS, "Decisions upheld"), VALUE, "10",
       lambda part, row: (part.at(COMPLAINTS, "Total number"), "Value"), more=[
    (7, (COMPLAINTS, "Decisions reversed"), VALUE, "30")])
defect("TR-74", "W", 7, (COMPLAINTS, "Median time"), CONTEXT, "the average of all decisions",
       lambda part, row: (row, "Value"))

# ---- parts 9 to 11 ----
defect("TR-58", "E", 9, (EXPERTS, "mt"), VALUE, "251")
defect("TR-58", "W", 9, (EXPERTS, "Total number"), VALUE, "301")
defect("TR-59", "E", 10, "MT", -1, "27001")
defect("TR-59", "W", 10, "TOTAL", -1, "27100")
edited("TR-59", "E", 10, drop(10, "MT"), 0, "")
defect("TR-60", "E", 11, TRAINING, -1, "")
defect("TR-60", "W", 11, OWN_TEXT, -1, "We look at it.", more=[
    (11, SUMMARY, -1, "We look.")])
defect("TR-78", "W", 11, TRAINING, -1, "=SUM(A1)")


@tap.test
def every_seeded_defect_is_found_and_nothing_else():
    top = os.path.join(HOME.name, "cases")
    for name, (files, _) in CASES.items():
        write(os.path.join(top, name), files)
    found = lint(top)
    wrong = {name: (want, found.get(name, [])) for name, (_, want) in CASES.items()
             if sorted(found.get(name, [])) != want}
    for name, (want, got) in wrong.items():
        print(f"# {name}: want {want}, got {got}")
    assert not wrong, f"{len(wrong)} of {len(CASES)}"


def next_period(parts):
    """A change: the second half of the year, with other texts."""
    for part in parts.values():
        for row in part.rows[1:]:
            row[:] = [text.replace("2026-02-20", "2026-08-15").replace("2026-08-20", "2027-02-20")
                      .replace(filing.PERIOD, "2026-07-01/2026-12-31")
                      .replace("before action", "in the second half") for text in row]
    parts[1].row("Starting date of reporting period")[-1] = "2026-07-01"
    parts[1].row(PERIOD_END)[-1] = "2026-12-31"
    parts[1].row(PUBLISHED)[-1] = "2027-02-15"


VERSIONS = {  # name -> (change of the newer set, findings)
    "same": (lambda parts: None, []),
    "next": (next_period, []),
    "TR-14": (lambda parts: [row.__setitem__(1, "EXAMPLE") for part in parts.values()
                             for row in part.rows[1:] if part.number != 2],
              [("TR-14", "W", 1, 2, "Service")]),
    "TR-18": (lambda parts: (next_period(parts), parts[1].row(
        "Starting date of reporting period").__setitem__(-1, "2026-07-02"), [
            row.__setitem__(2, "2026-07-02/2026-12-31") for number in range(3, 12)
            for row in parts[number].rows[1:]]),
              [("TR-16", "E", 1, 6, "Value"), ("TR-18", "E", 1, 5, "Value")]),
    "TR-52": (lambda parts: (next_period(parts), [
        parts[7].row(COMPLAINTS, scope).__setitem__(VALUE, text) for scope, text in (
            ("Decisions upheld", "42"), ("Decisions partially reversed", "1"),
            ("Decisions reversed", "2"))]), [("TR-52", "I", 7, 2, "Value")]),
    "TR-60": (lambda parts: (next_period(parts), parts[11].row(TRAINING).__setitem__(
        -1, filing.once()[11].row(TRAINING)[-1])), [
            ("TR-60", "I", 11, filing.once()[11].at(TRAINING), "Value")]),
    "TR-61": (lambda parts: parts[10].row("MT").__setitem__(-1, "1001"),
              [("TR-61", "E", 10, filing.once()[10].at("MT"), "Value")]),
    "TR-62": (lambda parts: parts[9].rows.remove(parts[9].row(EXPERTS, "mt")),
              [("TR-62", "E", 9, 0, "")]),
    "TR-63": (lambda parts: parts[4].row(HARM).__setitem__(9, "1.50"),
              [("TR-63", "I", 4, filing.once()[4].at(HARM), COLUMNS[4][9])]),
}


@tap.test
def versions_and_periods_are_held_against_each_other():
    older = os.path.join(HOME.name, "older", "set")
    write(older, filing.files(filing.clean()))
    for name, (change, want) in VERSIONS.items():
        parts = filing.clean()
        change(parts)
        folder = os.path.join(HOME.name, "versions-" + name, "set")
        write(folder, filing.files(parts))
        found = lint(os.path.dirname(folder), "--against", older).get("set", [])
        want = [(rule, severity, name_of(number), *at) for rule, severity, number, *at in want]
        assert sorted(found) == sorted(want), (name, found[:9])


@tap.test
def a_sub_category_that_was_mapped_anew_is_seen():
    def scaled(parts, keyword, factor):
        row = parts[6].row(keyword)
        row[5:21] = [str(int(text) * factor) for text in row[5:21]]

    parts = filing.clean()
    older = os.path.join(HOME.name, "moved", "older", "set")
    newer = os.path.join(HOME.name, "moved", "newer", "set")
    write(older, filing.files(parts))
    scaled(parts, HARM, 11)
    next_period(parts)
    write(newer, filing.files(parts))
    found = lint(os.path.dirname(newer), "--against", older)["set"]
    assert ("TR-65", "W", name_of(6), parts[6].at(HARM), COLUMNS[6][5]) in found, found
    assert sum(f[0] == "TR-65" for f in found) == 1, found


def filled(name):
    """An official template with zeros, a period, and a row for each language or state."""
    with open(name, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    made, seen = [head], set()
    for row in rows:
        row = [text.replace("YYYY-MM-DD/YYYY-MM-DD", filing.PERIOD) for text in row]
        where = "Scope" in head and row[head.index("Scope")]
        scopes = [where]
        if where and (where in ("bg", "sv", "AT", "SE", "[...]") or ", " in where):
            states = "AMAR" in row or "orders" in head[6]
            scopes = filing.STATES if states else filing.LANGUAGES
        for scope in scopes:
            copy = [fill(head[n], text, row, scope) for n, text in enumerate(row)]
            if "Indicator" not in head or tuple(copy) not in seen:
                made.append(copy)
            seen.add(tuple(copy))
    return filing.table(made)


def fill(column, text, row, scope):
    """A cell of an official template, filled in."""
    dates = {PUBLISHED: "2026-07-20", BEFORE: "2026-02-20", PERIOD_END: "2026-06-30"}
    if column == "Scope":
        return scope
    if column == "Value" and "YYYY" in text:
        return next((day for name, day in dates.items() if name in row), "2026-01-01")
    if column == "Value" and text:
        return "Words of the provider."
    blank = any(word in " ".join(row) for word in ("Accuracy of", "Percentage", "Median time"))
    if column == "Value" or column.startswith(("Number", "Visib", "Monet", "Provi", "Account")):
        return "" if blank and column == "Value" else "0"
    return "" if text.startswith("Text to detail") else text


@tap.test
def official_templates_filled_in_raise_no_error():
    templates = glob.glob(os.path.join(os.environ["CANDOR_SHARED_DATA"], "dsa", "part_*.csv"))
    if not templates:
        tap.skip("no official templates")
    folder = os.path.join(HOME.name, "templates", "filled")
    write(folder, {os.path.basename(name): filled(name) for name in templates})
    found = lint(os.path.dirname(folder)).get("filled", [])
    assert [f for f in found if f[1] == "E"] == [], found[:9]
    assert {f[0] for f in found} <= {"TR-01", "TR-12", "TR-60"}, {f[0] for f in found}


@tap.test
def the_own_filing_is_held_to_more():
    for number, column, strict in ((4, 11, "TR-32"), (9, VALUE, "TR-12")):
        parts = filing.clean()
        for row in parts[number].rows[2:]:
            row[column] = ""
        folder = os.path.join(HOME.name, f"own-{number}", "set")
        write(folder, filing.files(parts))
        found = lint(os.path.dirname(folder))["set"]
        assert any(f[:2] == (strict, "W") for f in found), found
        found = lint(os.path.dirname(folder), "--own")["set"]
        assert any(f[:2] == (strict, "E") for f in found), found


tap.main()
