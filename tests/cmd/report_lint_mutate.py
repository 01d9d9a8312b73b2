# SPDX-License-Identifier: Apache-2.0
"""report lint finds what is wrong: random defects, one in each copy of a clean harmonised set, are
each raised by a rule that is about such a defect. CANDOR_LINT_SEED chooses them."""
import json
import os
import random
import tempfile

import filing
import tap
from candor import run
from filing import name_of

HOME = tempfile.TemporaryDirectory(prefix="candor-lint-")
SEED, ROUNDS = int(os.environ.get("CANDOR_LINT_SEED", "1")), 300
R = random.Random(SEED)
GRIDS = {3: (6, 7, 10), 4: (5, 6, 7, 8, 11, 12, 13, 14), 5: range(5, 21), 6: range(5, 21)}
SUMS = {"TR-29", "TR-30", "TR-31", "TR-33", "TR-34"}


def cell(parts, numbers):
    """A row of one of these parts, below the header."""
    number = R.choice(numbers)
    return number, R.choice(parts[number].rows[1:])


def count_changed(parts):
    """A count of a grid is another."""
    number, row = cell(parts, list(GRIDS))
    column = R.choice(GRIDS[number])
    row[column] = str(int(row[column]) + R.choice((1, 2, 10, 1000)))
    return SUMS


def count_lost(parts):
    """A count of a grid is blank."""
    number, row = cell(parts, list(GRIDS))
    filled = [column for column in GRIDS[number] if row[column] not in ("", "0")]
    row[R.choice(filled)] = ""
    return SUMS | {"TR-12"}


def row_lost(parts):
    """A row of a grid is gone."""
    number, row = cell(parts, list(GRIDS))
    parts[number].rows.remove(row)
    return SUMS | {"TR-27", "TR-21", "TR-42"}


def row_twice(parts):
    """A row stands twice."""
    number, row = cell(parts, [3, 4, 5, 6, 7, 8, 9, 10])
    parts[number].rows.insert(parts[number].rows.index(row), list(row))
    return {"TR-26", "TR-27"}


def code_changed(parts):
    """A code of a grid is none."""
    _, row = cell(parts, list(GRIDS))
    at = R.randrange(len(row[3]))
    row[3] = row[3][:at] + "x" + row[3][at + 1:]
    return {"TR-19", "TR-20"}


def scope_changed(parts):
    """A scope is none."""
    number = R.choice((3, 8, 9, 10))
    coded = [row for row in parts[number].rows[1:] if len(row[5]) == 2]
    R.choice(coded)[5] = R.choice(("XX", "qq", "DE, FR", "Total: de", "Europe"))
    return {"TR-55", "TR-56", "TR-57"}


def number_misspelt(parts):
    """A count is written otherwise."""
    number, row = cell(parts, list(GRIDS))
    column = R.choice([c for c in GRIDS[number] if row[c] not in ("", "0")])
    row[column] = R.choice(("0{}", "{}.0", "+{}", "{} ?", "1,{}")).format(row[column])
    return {"TR-07"}


def head_changed(parts):
    """Service, period or applicability of a row are others."""
    _, row = cell(parts, [3, 4, 5, 6, 7, 8, 9, 10, 11])
    column = R.choice((0, 1, 2))
    row[column] += R.choice((" 2", "x", "/"))
    return {"TR-13", "TR-14", "TR-15"}


def text_left(parts):
    """A text of the template is left in."""
    number, row = cell(parts, list(GRIDS))
    other = 'Text to detail the "Other" keyword.'
    row[-1] = R.choice(("[...]", "YYYY-MM-DD", "Free text", other))
    return {"TR-06"}


DEFECTS = (count_changed, count_lost, row_lost, row_twice, code_changed, scope_changed,
           number_misspelt, head_changed, text_left)


@tap.test
def every_random_defect_is_found():
    print(f"# seed {SEED}")
    wanted = {}
    for n in range(ROUNDS):
        parts = filing.clean()
        defect = R.choice(DEFECTS)
        folder = os.path.join(HOME.name, str(n))
        wanted[str(n)] = (defect.__name__, defect(parts))
        os.makedirs(folder)
        for name, data in filing.files(parts).items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
    done = run("report", "lint", HOME.name, "--json")
    assert done.returncode == 1 and done.stderr == b"", done.stderr
    found = {}
    for line in done.stdout.splitlines():
        f = json.loads(line)
        case, _ = os.path.relpath(f["file"], HOME.name).split("/")
        found.setdefault(case, set()).add(f["rule"])
    missed = {n: (name, rules, found.get(n)) for n, (name, rules) in wanted.items()
              if not rules & found.get(n, set())}
    assert not missed, missed


@tap.test
def bytes_that_are_turned_in_a_clean_set_never_stop_it():
    files = filing.files(filing.clean())
    top = os.path.join(HOME.name, "bytes")
    for n in range(100):
        number = R.randrange(1, 12)
        data = bytearray(files[name_of(number)])
        for _ in range(R.randrange(1, 9)):
            data[R.randrange(len(data))] ^= 1 << R.randrange(8)
        os.makedirs(os.path.join(top, str(n)))
        with open(os.path.join(top, str(n), name_of(number)), "wb") as file:
            file.write(data)
    done = run("report", "lint", top, "--json")
    assert done.returncode in (0, 1) and done.stderr == b"", done.stderr
    assert all(json.loads(line)["rule"].startswith("TR-") for line in done.stdout.splitlines())


tap.main()
