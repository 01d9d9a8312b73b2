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
    return put(files)


def put(files):
    """The copy of a report, of these files."""
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


# Where the number of a cell stands, by the kind of file, and what names the cell before it.
NUMBERS = {".csv": rb"^((?:[^,\n]*,){5})(\d[\d.]*)",
           ".json": rb'^(\{"cell":.*"(?:count|share|hours)":)(\d[\d.]*)',
           ".html": rb'(<td class="n">)(\d[\d.,]*)'}


def named_by(before):
    """The name of a cell by what stands before its number; nothing on a page."""
    if before.startswith(b"{"):
        return json.loads(before.split(b",", 1)[0] + b"}")["cell"]
    fields = before.decode().split(",")
    return "/".join(filter(None, (fields[0], fields[2], fields[4]))) if len(fields) > 5 else ""


def one_more(number):
    """A number and one of its last place more, with as many places."""
    plain = number.replace(b",", b"")
    digits = str(int(plain.replace(b".", b"")) + 1).rjust(len(plain) - plain.count(b"."), "0")
    places = len(plain.split(b".")[1]) if b"." in plain else 0
    return (digits[:-places] + "." + digits[-places:] if places else digits).encode()


def rows_with(files, change):
    """cells.csv with its rows, as lists of fields below the head, changed."""
    head, *rows = (line.split(",") for line in files["cells.csv"].decode().splitlines())
    change([dict(zip(head, row)) for row in rows], rows)
    return "".join(",".join(row) + "\n" for row in (head, *rows)).encode()


@tap.test
def all_three_verify_a_true_report():
    build()
    count = sum(b",counted" in line for line in files_of(OUT)["cells.csv"].splitlines())
    for name, code, error, said in verdicts():
        assert code == 0, (name, error)
        if said is None:
            continue
        facts = {f["name"]: f["value"] for f in said["facts"]}
        assert facts["counted"] == str(count) and facts["late"] == "8", (name, facts)
        assert facts["period"] == "2026-H1" and facts["declared"] == "0", (name, facts)
        assert any("no proof of its record" in line for line in said["not_proven"]), said


@tap.test
def every_cell_that_is_changed_by_one_is_named_by_all_three():
    files = files_of(OUT)
    for file in ("cells.csv", "report.json", *sorted(f for f in files if f.endswith(".html"))):
        places = list(re.finditer(NUMBERS[file[file.index("."):]], files[file], re.M))
        assert len(places) > 5, file
        for place in places[::STEP]:
            data, name = files[file], named_by(place.group(1))
            changed = data[:place.start(2)] + one_more(place.group(2)) + data[place.end(2):]
            out = forged(**{file.replace(".", "__"): changed})
            # which file is right of an opened cell, nobody outside can say
            all_refuse(f"cell {name}:" if name else f"{file}: cell ", out)
            done = run("report", "verify", out, "--vkey", VKEY, "--recount", PUBLIC)
            assert f"cell {name}".encode() in done.stderr, (name, done.stderr)


@tap.test
def what_is_said_beside_the_number_cannot_be_changed():
    files = files_of(OUT)
    for key, before, after in (("late", "1", "0"), ("how", "counted", "declared"),
                               ("by_2", "market", "stage")):
        def change(said, rows, key=key, before=before, after=after):
            at = next(n for n, row in enumerate(said) if row[key] == before)
            rows[at][list(said[at]).index(key)] = after
        all_refuse("cells.csv: cell ", forged(cells__csv=rows_with(files, change)))
    for before, after in ((b'"late":1,', b'"late":0,'), (b'"how":"counted"', b'"how":"declared"'),
                          (b'"period":"2026-H1"', b'"period":"2026-H2"'),
                          (b'"market":"DE"', b'"stage":"DE"')):
        assert before in files["report.json"], before
        all_refuse("report.json", status=(1, 2), out=forged(
            report__json=files["report.json"].replace(before, after, 1)))


@tap.test
def a_cell_left_out_or_added_is_named():
    files = files_of(OUT)
    names = cell_names(files)
    middle = next(n for n, name in enumerate(names) if name.startswith("content_taken_down/"))

    def without(_, rows):
        del rows[middle]

    def with_market(_, rows):
        rows.insert(1, ["accounts_taken_down", "ground", "illegal_content", "market", "XX",
                        *rows[0][5:]])

    def behind(_, rows):
        rows.append([rows[-1][0], "market", "ZZ", "", "", *rows[-1][5:]])
    all_refuse(f"cells.csv: cell {names[middle]}: is missing",
               forged(cells__csv=rows_with(files, without)))
    all_refuse("/illegal_content/XX: should not be there",
               forged(cells__csv=rows_with(files, with_market)))
    all_refuse("/ZZ: ", forged(cells__csv=rows_with(files, behind)))
    rows = files["report.json"].splitlines(keepends=True)
    at = next(n for n, row in enumerate(rows) if f'"cell":"{names[middle]}"'.encode() in row)
    for changed, words in ((rows[:at] + rows[at + 1:], "is missing"),
                           (rows[:at + 1] + rows[at:], "")):
        all_refuse(f"report.json: cell {names[middle]}: {words}",
                   forged(report__json=b"".join(changed)))
    page = "content.html" if "content.html" in files else "report.html"
    text = files[page]
    number = re.search(rb'<td class="n">[1-9][^<]*</td>', text)
    for changed in (text[:number.start()] + text[number.end():],
                    text[:number.end()] + number.group() + text[number.end():]):
        all_refuse(f"{page}: ", forged(**{page.replace(".", "__"): changed}))


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
    for before, after in ((rb"\ncounted ", b"\ncounted 1"), (rb"\nlate 8", b"\nlate 7"),
                          (rb"\nuncounted 0", b"\nuncounted 1"), (rb"\nopened ", b"\nopened 1"),
                          (rb"\nsize ", b"\nsize 1"), (rb"period 2026-H1", b"period 2026-H2"),
                          (rb"period 2026-H1", b"period 2026"),
                          (rb"\nfile cells.csv", b"\nfile ../out"),
                          (rb"candor/report@v1", b"candor/report@v2")):
        assert before.decode("unicode_escape").encode() in files["manifest"], before
        all_refuse("", forged(manifest=re.sub(before, after, files["manifest"], count=1)),
                   status=(1, 2))
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
def the_record_of_a_published_report_is_checked():
    good("report", "publish", NODE, OUT)
    folder = os.path.join(NODE, "center", "reports", "2026-H1", "1")
    strangers = [one for one in verdicts(folder) if one[0] != "candor"]
    for name, code, error, said in strangers:
        assert code == 0, (name, error)
        assert any("of the log published this manifest" in line for line in said["proven"]), said
    published = files_of(folder)
    other = good("log", "entry", NODE, "3")
    for changes, words in (({"entry": other}, "proof"), ({"proof": published["proof"][:-9]}, ""),
                           ({"proof": published["proof"].replace(b"index ", b"index 1")}, "proof"),
                           ({"proof": prove(3), "entry": other}, "entry: ")):
        for name, code, error, _ in verdicts(put(published | changes)):
            assert name == "candor" or (code in (1, 2) and words in error), (name, code, error)


def prove(index):
    """The proof that an entry is in the log."""
    return good("log", "prove", NODE, str(index))


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
