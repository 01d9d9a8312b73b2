# SPDX-License-Identifier: Apache-2.0
"""Published figures held against public entries: recounted, or refuted by one segment.

refute.py BUILD"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import tap

BUILD = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory()
for maker in ("make_sample", "make_counted"):
    subprocess.run([os.path.join(BUILD, "tests/verify", maker), FOLDER.name], check=True)
FIRST, LAST = 65535, 65736


def path(*names):
    return os.path.join(FOLDER.name, *names)


with open(path("log.vkey"), encoding="utf-8") as file:
    LOG = ["--vkey", file.read()]


def run(*args):
    """Runs both programs, which must do the same, and gives status, standard output and error."""
    programs = (["candor-verify"], ["candor", "verify"])
    results = [subprocess.run([os.path.join(BUILD, "src/cmd", name), *more, *args, *LOG],
                              capture_output=True, check=False, text=True, timeout=60)
               for name, *more in programs]
    one, two = [(r.returncode, r.stdout, r.stderr) for r in results]
    assert one == two, (one, two)
    return one


def verifies(how, story, count, out=None):
    status, said, err = run(path(story, count), how, out or path(story, "out"), "--json")
    assert (status, err) == (0, ""), (status, said, err)
    said = json.loads(said)
    assert said["verified"] is True
    said["verdict"] = [f["value"] for f in said["facts"] if f["name"] == "verdict"][0]
    return said


def refuses(status, why, how, story, count, out=None, refuted=False):
    got, said, err = run(path(story, count), how, out or path(story, "out"), "--json")
    assert got == status, (got, said, err)
    assert why in err and err.count("\n") == 1, err
    said = json.loads(said)
    assert said["verified"] is False and said["refuted"] is refuted, said
    assert (": refuted: " in err) == refuted, err


def refutes(why, *args):
    refuses(1, why, *args, refuted=True)


def changed(story, name, change):
    """A copy of what the story's operator published with one file changed."""
    out = path("changed")
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(path(story, "out"), out, copy_function=os.link)
    target = os.path.join(out, name)
    with open(target, "rb") as source:
        content = bytearray(source.read())
    content = change(content)
    os.remove(target)
    if content is not None:
        with open(target, "wb") as sink:
            sink.write(content)
    return out


def flipped(at):
    def change(content):
        content[at] ^= 1
        return content
    return change


@tap.test
def without_entries_a_figure_is_claimed():
    status, said, _ = run(path("honest", "count-last"), "--json")
    facts = {f["name"]: f["value"] for f in json.loads(said)["facts"]}
    assert status == 0 and facts["verdict"] == "claimed"


@tap.test
def all_entries_recount_a_true_figure():
    for count in ("count-first", "count-last"):
        said = verifies("--recount", "honest", count)
        assert said["verdict"] == "recounted" and said["warnings"] == []
        assert not any("claimed" in line for line in said["not_proven"])


@tap.test
def one_segment_bears_out_a_step_and_the_figure_stays_claimed():
    said = verifies("--segment", "honest", "count-last")
    assert said["verdict"] == "claimed"
    assert any(f"entries from {FIRST} on add up" in line for line in said["proven"])


@tap.test
def the_first_segment_is_everything_and_so_recounted():
    assert verifies("--segment", "honest", "count-first")["verdict"] == "recounted"


@tap.test
def a_counter_that_is_one_too_high_is_named_with_both_values():
    why = f"event market=DE, 2026-01: the summary at entry {LAST} says 3383, the entries "
    refutes(why + "give 3382", "--recount", "last", "count-last")
    refutes(why + f"and the counters of the summary at entry {FIRST} give 3382", "--segment",
            "last", "count-last")
    verifies("--recount", "last", "count-first")


@tap.test
def counters_that_are_wrong_but_add_up_are_refuted_by_their_segment():
    for how in ("--recount", "--segment"):
        refutes(f"2026-01: the summary at entry {FIRST} says 3383, the entries give 3382", how,
                "first", "count-first")


@tap.test
def two_summaries_that_contradict_each_other_convict_the_log():
    refutes(f"the summary at entry {LAST} says 3382, the entries and the counters of the summary "
            f"at entry {FIRST} give 3383", "--segment", "first", "count-last")
    said = verifies("--recount", "first", "count-last")
    assert said["verdict"] == "recounted", "the later one is true"
    assert len(said["warnings"]) == 1 and f"entry {FIRST}, a summary before" in said["warnings"][0]


@tap.test
def a_lie_that_was_carried_on_needs_the_segment_that_it_began_in():
    assert verifies("--segment", "carried", "count-last")["verdict"] == "claimed"
    refutes("says 3383, the entries give 3382", "--segment", "carried", "count-first")
    refutes(f"says 3383, the entries give 3382; the first false summary is entry {FIRST}",
            "--recount", "carried", "count-last")


@tap.test
def entries_that_are_not_the_logs_refute_nothing():
    # a byte of a root, so that the entry counts as before
    for bundle, at, how in (("000", lambda c: 1 + c[1], "--recount"),
                            ("255", lambda c: -1, "--segment"),
                            ("256", lambda c: 1 + c[1], "--segment"),
                            ("257.p/8", lambda c: -1, "--segment"),
                            ("257.p/8", lambda c: -1, "--recount")):
        out = changed("honest", f"tile/entries/{bundle}", lambda c, at=at: flipped(at(c))(c))
        refuses(1, "", how, "honest", "count-last", out)
    out = changed("honest", "tile/entries/256", lambda c: flipped(1 + c[1])(c))
    refuses(1, "the published entries 65536 to 65799 are not those of the signed log", "--segment",
            "honest", "count-last", out)
    refuses(1, "the published entries 0 to 65799 are not", "--recount", "honest", "count-last",
            path("carried", "out"))
    refuses(1, "the published entries 0 to 65535 are not", "--segment", "honest", "count-first",
            path("carried", "out"))


@tap.test
def hash_tiles_that_lie_prove_nothing():
    out = changed("honest", "tile/1/000", flipped(0))
    refuses(1, "are not those of the signed log", "--segment", "honest", "count-last", out)
    out = changed("honest", "tile/2/000.p/1", flipped(9))
    refuses(1, "are not those of the signed log", "--segment", "honest", "count-last", out)
    out = changed("honest", "tile/1/000", lambda c: c[:-1])
    refuses(2, "tile/1/000: not 256 hashes", "--segment", "honest", "count-last", out)


@tap.test
def a_table_that_its_summary_does_not_commit_to_is_no_basis():
    swapped = path("carried", "out", "counters", "000")
    with open(swapped, "rb") as source:
        other = source.read()
    out = changed("honest", "counters/000", lambda _: other)
    refuses(1, f"the table before the segment is not that of entry {FIRST}", "--segment", "honest",
            "count-last", out)
    out = changed("honest", "counters/000", flipped(-1))
    refuses(2, "counters/000: the counters add up to", "--segment", "honest", "count-last", out)
    verifies("--recount", "honest", "count-last", out)


@tap.test
def what_is_missing_is_named():
    for name, how in (("checkpoint", "--recount"), ("counters/000", "--segment"),
                      ("tile/entries/100", "--recount"), ("tile/1/000", "--segment")):
        refuses(2, f"{name}: No such file", how, "honest", "count-last",
                changed("honest", name, lambda _: None))
    refuses(2, "nowhere/checkpoint: No such file", "--recount", "honest", "count-last",
            path("nowhere"))


@tap.test
def malformed_files_are_named():
    refuses(2, "tile/entries/003: not 256 entries: ends too early", "--recount", "honest",
            "count-last", changed("honest", "tile/entries/003", lambda c: c[:-1]))
    refuses(2, "tile/entries/003: not 256 entries: unexpected bytes", "--recount", "honest",
            "count-last", changed("honest", "tile/entries/003", lambda c: c + b"\0"))
    refuses(2, "checkpoint: ", "--recount", "honest", "count-last",
            changed("honest", "checkpoint", lambda c: c[5:9]))
    smaller = changed("honest", "checkpoint", lambda c: c.replace(b"\n65800\n", b"\n65799\n"))
    refuses(2, "65799 entries are published, the proof is about 65800", "--recount", "honest",
            "count-last", smaller)


@tap.test
def only_count_proofs_are_held_against_entries():
    out = path("honest", "out")
    for args, why in (((path("checkpoint"), "--recount", out), "for a count proof only"),
                      ((path("inclusion"), "--segment", out), "for a count proof only"),
                      ((path("honest", "count-last"), "--recount", out, "--segment", out),
                       "not both")):
        status, _, err = run(*args)
        assert status == 2 and why in err, err


tap.main()
