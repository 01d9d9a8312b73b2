# SPDX-License-Identifier: Apache-2.0
"""A whole report before three verifiers: candor report verify, which builds it anew, candor-verify
report and tools/verify.mjs report, which share nothing with what made it. Whatever is changed,
with the manifest made to fit, each of them says no and names the same cell.

report.py NODE-OR-NOTHING STEP: every STEP-th cell of each file is changed."""
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap
from candor import VERIFY, append, flip, good, run
from statements import A, statement

SOURCE, NODE_JS, STEP = os.environ["CANDOR_SOURCE"], sys.argv[1], int(sys.argv[2])
HOME = tempfile.TemporaryDirectory(prefix="candor-strangers-")
NODE, PUBLIC, OUT, COPY = (os.path.join(HOME.name, name)
                           for name in ("node", "public", "out", "copy"))
VKEY = re.search(rb"vkey: (\S+)", good("init", NODE, "--origin", "log.example.com/strangers",
                                       "--market", "DE")).group(1).decode()
FILES = ("cells.csv", "report.json", "report.html")
TWIN = None
if NODE_JS:
    TWIN = subprocess.Popen([NODE_JS, os.path.join(SOURCE, "tests", "verify", "report_twin.mjs")],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def add(kind, decisions):
    """Adds decisions that must all be taken."""
    good(kind, "add", NODE, stdin="\n".join(json.dumps(one) for one in decisions).encode())


def made(start, count, month):
    """Statements on accounts and content, by law and terms, in three markets and none."""
    for n in range(start, start + count):
        changes = {"market": ("DE", "FR", "IE", None)[n % 4],
                   "content_date": "2026-01-01", "application_date": f"2026-{month:02}-15",
                   "category": "STATEMENT_CATEGORY_" + ("SCAMS_AND_FRAUD", "VIOLENCE")[n % 2]}
        if n % 3 == 0:
            changes.update(decision_visibility=None, decision_account=(
                "DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED")[n // 3 % 2])
        if n % 7 == 0:
            changes.update(decision_ground=A, illegal_content_legal_ground="law",
                           illegal_content_explanation="why")
        yield statement(f"s-{n}", **changes)


def build():
    """A half-year with decisions that came before and after its months were closed."""
    add("enforcement", made(0, 30, 2))
    add("notice", [{"id": f"n-{n}", "category": "violence", "content_id": "c", "market": "FR",
                    "time": "2026-02-01T00:00:00Z", "trusted_flagger": n == 0} for n in range(3)])
    good("log", "summarise", NODE)
    add("enforcement", made(30, 8, 3))
    good("report", "build", NODE, "--period", "2026-H1", "--out", OUT)
    append(NODE, 300)
    good("log", "export", NODE, PUBLIC)


def files_of(folder):
    """The files of a report, by name."""
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


def sha256(data):
    return hashlib.sha256(data).hexdigest().encode()


def forged(**changes):
    """A copy of the report in which files say something else and the manifest fits them."""
    files = files_of(OUT) | {name.replace("__", "."): data for name, data in changes.items()}
    if "manifest" not in changes:
        lines = [line.split(b" ") for line in files["manifest"].splitlines()]
        texts = {re.search(rb"^id (\S+)$", text, re.M).group(1): text
                 for text in files["definitions.txt"].replace(b"\n\n", b"\n\0").split(b"\0")}
        for line in lines:
            if line[0] == b"file":
                line[2] = sha256(files[line[1].decode()])
            if line[0] == b"definition":
                line[2] = sha256(texts[line[1]])
        files["manifest"] = b"".join(b" ".join(line) + b"\n" for line in lines)
    shutil.rmtree(COPY, ignore_errors=True)
    os.mkdir(COPY)
    for name, data in files.items():
        with open(os.path.join(COPY, name), "wb") as file:
            file.write(data)
    return COPY


def verdicts(out=OUT, public=PUBLIC, vkey=VKEY):
    """What each verifier says: name, exit status, error, and what the strangers' answers hold."""
    arguments = (out, "--vkey", vkey, "--recount", public)
    done = run("report", "verify", *arguments)
    yield "candor", done.returncode, done.stderr.decode(), None
    done = run("report", *arguments, "--json", program=VERIFY)
    yield "candor-verify", done.returncode, done.stderr.decode(), json.loads(done.stdout or "{}")
    if TWIN is not None:
        TWIN.stdin.write(json.dumps({"out": out, "public": public, "vkeys": [vkey]}) + "\n")
        TWIN.stdin.flush()
        said = json.loads(TWIN.stdout.readline())
        yield "verify.mjs", said["exit"], said.get("error", ""), said


def all_refuse(words, out, public=PUBLIC, vkey=VKEY, status=(1,)):
    """Every verifier refuses; the strangers with these words."""
    for name, code, error, _ in verdicts(out, public, vkey):
        assert code in status, (name, code, error, words)
        assert name == "candor" or words in error, (name, error, words)


def cell_names(files):
    """The cells in their order."""
    rows = [line.split(",") for line in files["cells.csv"].decode().splitlines()[1:]]
    return ["/".join(filter(None, (row[0], row[2], row[4]))) for row in rows]


# What a number of a cell looks like in each file.
COUNTS = {"cells.csv": rb"^([a-z_]+,[^,\n]*,[^,\n]*,[^,\n]*,[^,\n]*,)(\d+)",
          "report.json": rb'^(\{"cell".*"count":)(\d+)',
          "report.html": rb'^(<tr><th scope="row">.*<td class="n">)(\d+)'}


@tap.test
def all_three_verify_a_true_report():
    build()
    count = len(cell_names(files_of(OUT)))
    for name, code, error, said in verdicts():
        assert code == 0, (name, error)
        if said is None:
            continue
        facts = {f["name"]: f["value"] for f in said["facts"]}
        assert facts["counted"] == str(count) and facts["late"] == "8", (name, facts)
        assert facts["period"] == "2026-H1" and facts["opened"] == "0", (name, facts)
        assert any("no proof of its record" in line for line in said["not_proven"]), said


@tap.test
def every_cell_that_is_changed_by_one_is_named_by_all_three():
    files = files_of(OUT)
    names = cell_names(files)
    for file, pattern in COUNTS.items():
        places = list(re.finditer(pattern, files[file], re.M))
        assert len(places) == len(names), (file, len(places), len(names))
        for n in range(0, len(places), STEP):
            place, data = places[n], files[file]
            changed = (data[:place.start(2)] + str(int(place.group(2)) + 1).encode()
                       + data[place.end(2):])
            out = forged(**{file.replace(".", "__"): changed})
            all_refuse(f"{file}: cell {names[n]}:", out)
            done = run("report", "verify", out, "--vkey", VKEY, "--recount", PUBLIC)
            assert f"{file}: cell {names[n]}:".encode() in done.stderr, (names[n], done.stderr)


@tap.test
def what_is_said_beside_the_number_cannot_be_changed():
    files = files_of(OUT)
    for file, before, after in (
            ("cells.csv", b",1,counted\n", b",0,counted\n"),
            ("cells.csv", b",counted\n", b",declared\n"),
            ("cells.csv", b",market,DE,", b",stage,DE,"),
            ("report.json", b'"late":1,', b'"late":0,'),
            ("report.json", b'"how":"counted"', b'"how":"declared"'),
            ("report.json", b'"period":"2026-H1"', b'"period":"2026-H2"'),
            ("report.json", b'"market":"DE"', b'"stage":"DE"')):
        assert before in files[file], before
        changed = files[file].replace(before, after, 1)
        all_refuse(file, forged(**{file.replace(".", "__"): changed}), status=(1, 2))


@tap.test
def a_cell_left_out_or_added_is_named():
    files = files_of(OUT)
    names = cell_names(files)
    middle = len(names) // 2
    lines = files["cells.csv"].splitlines(keepends=True)
    all_refuse(f"cells.csv: cell {names[middle]}: is missing",
               forged(cells__csv=b"".join(lines[:middle + 1] + lines[middle + 2:])))
    added = lines[1].replace(b",,,,,", b",ground,illegal_content,market,XX,", 1)
    all_refuse("/illegal_content/XX: should not be there",
               forged(cells__csv=b"".join(lines[:2] + [added] + lines[2:])))
    last = names[-1].split("/")[0]
    all_refuse(f"cell {last}/ZZ: should not be there",
               forged(cells__csv=files["cells.csv"] + f"{last},market,ZZ,,,1,0,counted\n".encode()))
    for file, pattern in COUNTS.items():
        rows = files[file].splitlines(keepends=True)
        places = [n for n, row in enumerate(rows) if re.match(pattern, row)]
        middle = next(n for n in range(len(places) // 2, len(places))
                      if int(re.match(pattern, rows[places[n]]).group(2)) > 0)
        at, page = places[middle], file.endswith(".html")  # which shows zeros that are no cells
        named = f"{file}: cell " if page else f"{file}: cell {names[middle]}: is missing"
        all_refuse(named, forged(**{file.replace(".", "__"): b"".join(rows[:at] + rows[at + 1:])}))
        named = file if page else f"{file}: cell {names[middle]}: "
        all_refuse(named, forged(**{file.replace(".", "__"): b"".join(rows[:at + 1] + rows[at:])}))


@tap.test
def other_definitions_give_other_cells():
    files = files_of(OUT)
    text = files["definitions.txt"]
    first = "accounts_taken_down"
    for before, after, words in (
            (b"account=suspended|terminated", b"account=suspended", f"cells.csv: cell {first}:"),
            (b"by ground market", b"by market ground", f"cells.csv: cell {first}"),
            (b"where stage=decided ", b"where stage=reversed ", f"cells.csv: cell {first}:"),
            (b"where stage=decided ", b"where stage=never ", first),
            (b"version 1\nwhere", b"version 9\nwhere", first),
            (b"id content_taken_down\n", b"id accounts_taken_down\n", first)):
        assert before in text, before
        changed = text.replace(before, after, 1)
        if b"id " in before:
            out = forged(definitions__txt=text)
            with open(os.path.join(out, "definitions.txt"), "wb") as file:
                file.write(changed)
            all_refuse("definitions.txt", out, status=(1, 2))
            continue
        all_refuse(words, forged(definitions__txt=changed), status=(1, 2))


@tap.test
def a_file_or_the_manifest_that_does_not_fit_is_named():
    files = files_of(OUT)
    for name in (*FILES, "definitions.txt"):
        out = forged()
        flip(os.path.join(out, name), len(files[name]) // 2)
        all_refuse(name, out, status=(1, 2))
        os.remove(os.path.join(out, name))
        all_refuse(name, out, status=(1, 2))
    for before, after in ((b"\ncounted ", b"\ncounted 1"), (b"\nlate 8", b"\nlate 7"),
                          (b"\nuncounted 0", b"\nuncounted 1"), (b"\nopened 0", b"\nopened 1"),
                          (b"\nsize ", b"\nsize 1"), (b"period 2026-H1", b"period 2026-H2"),
                          (b"period 2026-H1", b"period 2026"),
                          (b"\nfile cells.csv", b"\nfile ../out"),
                          (b"candor/report@v1", b"candor/report@v2")):
        assert before in files["manifest"], before
        all_refuse("", forged(manifest=files["manifest"].replace(before, after, 1)), status=(1, 2))
    out = forged()
    flip(os.path.join(out, "checkpoint"), 60)
    all_refuse("", out, status=(1, 2))


@tap.test
def entries_that_are_withheld_or_changed_prove_nothing():
    copy = PUBLIC + "-copy"
    bundles = sorted(path for path in glob.glob(PUBLIC + "/tile/entries/**/*", recursive=True)
                     if os.path.isfile(path))
    for change in (os.remove, lambda path: flip(path, 100), lambda path: os.truncate(path, 400)):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(PUBLIC, copy)
        change(bundles[0].replace(PUBLIC, copy))
        all_refuse("", OUT, public=copy, status=(1, 2, 3))


@tap.test
def another_key_believes_nothing():
    other = re.search(rb"vkey: (\S+)", good("init", NODE + "2", "--origin",
                                            "log.example.com/strangers")).group(1).decode()
    all_refuse("", OUT, vkey=other)
    done = run("report", OUT, "--vkey", VKEY, program=VERIFY)
    assert done.returncode == 2 and b"--recount" in done.stderr, done
    done = run("report", OUT, "--recount", PUBLIC, program=VERIFY)
    assert done.returncode == 2 and b"no key" in done.stderr, done


if TWIN is not None:
    @tap.test
    def the_second_verifier_has_a_command_line():
        script = os.path.join(SOURCE, "tools", "verify.mjs")
        done = run(script, "report", OUT, "--vkey", VKEY, "--recount", PUBLIC, program=NODE_JS)
        assert done.returncode == 0 and b"verified: transparency report" in done.stdout, done
        done = run(script, "report", forged(report__html=b"<p>\n"), "--vkey", VKEY, "--recount",
                   PUBLIC, program=NODE_JS)
        assert done.returncode == 1 and b"report.html: cell acc" in done.stderr, done
        done = run(script, "report", OUT, "--vkey", VKEY, program=NODE_JS)
        assert done.returncode == 2 and b"--recount" in done.stderr, done


tap.main()
