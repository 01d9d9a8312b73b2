# SPDX-License-Identifier: Apache-2.0
"""candor recover from an export: the entries come back without their private values, and the log
says so, proves as before and goes on."""
import json
import os
import shutil
import subprocess
import tempfile
import time

from candor import (CANDOR, append, back_up, erase, fault_free, flip, good, refused,
                    restore_behind, run, show, size_of)
import tap
import witnessing

HOME = tempfile.mkdtemp(prefix="candor-recover-export-")
NODE = os.path.join(HOME, "node")
ORIGIN = "log.example.com/export"
KEY = []


def at(*parts):
    """A path below the test's folder."""
    return os.path.join(HOME, *parts)


def export(name):
    """What everybody may have of the log now."""
    good("log", "export", NODE, at(name))
    return at(name)


def recover(node, source):
    """Recovers; what the command said."""
    return json.loads(good("recover", node, "--from", source, "--json"))


def records(node, first, count):
    """Records as log show prints them, to whom may open them."""
    lines = good("log", "show", node, str(first), "--count", str(count)).splitlines()
    return [json.loads(line) for line in lines]


@tap.test
def a_log_gets_its_entries_back_and_says_what_did_not_come_with_them():
    said = good("init", NODE, "--origin", ORIGIN, "--listen", "127.0.0.1:0")
    KEY.append(next(x for x in said.decode().split() if x.startswith(ORIGIN + "+")))
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    append(NODE, 300, "old")
    back_up(NODE, HOME)
    first = append(NODE, 400, "new")
    node = restore_behind(NODE, HOME, "behind")
    before = size_of(node)
    said = recover(node, export("mirror"))
    assert said["may_sign"] and said["absent"] == said["entries"] - before, said
    gap = [r for r in records(node, said["entries"], 3) if r["kind"] == "gap"]
    assert [g["columns"]["cause"] for g in gap] == ["openings"], gap
    assert gap[0]["fields"]["first"] == before and gap[0]["fields"]["source"] == ORIGIN, gap
    assert gap[0]["fields"]["last"] == said["entries"] - 1, gap
    for index in (before, first, first + 399):
        assert good("log", "entry", node, str(index)) == good("log", "entry", NODE, str(index))
    result = fault_free(node)
    assert result["absent"] > 390 and result["erased"] == 0, result
    more = append(node, 3, "on")
    assert show(node, more)["fields"]["subject"] == "on 0"
    assert show(node, 100)["fields"]["subject"].startswith("old")
    fault_free(node)


@tap.test
def such_an_entry_is_shown_proved_and_counted_but_never_opened():
    node = at("behind")
    index = next(r["index"] for r in records(node, 300, 300) if r.get("absent"))
    shown = show(node, index)
    assert shown["absent"] is True and "fields" not in shown and "erased" not in shown, shown
    good("log", "prove", node, str(index))
    done = run("log", "disclose", node, str(index), "--fields", "raw", "--to", "x", "--recipient",
               "court", "--purpose", "audit")
    assert done.returncode != 0 and b"never here" in done.stderr, done
    good("log", "count", node, "event")
    good("rebuild", node)
    assert good("log", "search", node, "subject=old 7").count(b"\n") == 1
    assert good("log", "search", node, "subject=new 7") == b""


@tap.test
def an_erasure_among_them_needs_its_set_and_is_carried_out_again():
    back_up(NODE, HOME)
    victim = append(NODE, 10, "victim")
    back_up(NODE, HOME)
    erase(NODE, victim)
    append(NODE, 10, "later")
    mirror = export("mirror-erased")
    node = restore_behind(NODE, HOME, "erased")
    assert show(NODE, victim)["erased"] is True
    refused(b"is an erasure, and what it erased is not known here", "recover", node, "--from",
            mirror)
    assert size_of(node) < size_of(NODE)
    for name in os.listdir(os.path.join(NODE, "erasures")):
        os.makedirs(os.path.join(node, "erasures"), exist_ok=True)
        shutil.copy(os.path.join(NODE, "erasures", name), os.path.join(node, "erasures"))
    assert recover(node, mirror)["may_sign"]
    assert show(node, victim)["erased"] is True
    assert show(node, victim + 1)["fields"]["subject"] == "victim 1"
    fault_free(node)
    erase(node, victim + 1)
    fault_free(node)


@tap.test
def erasing_what_never_had_values_here_is_no_failure():
    node = at("behind")
    index = next(r["index"] for r in records(node, 300, 300) if r.get("absent"))
    erase(node, index)
    assert show(node, index)["absent"] is True
    fault_free(node)


@tap.test
def an_export_that_has_less_brings_a_part_and_the_log_stays_read_only():
    back_up(NODE, HOME)
    append(NODE, 100, "one")
    early = export("early")
    append(NODE, 100, "two")
    node = restore_behind(NODE, HOME, "steps")
    said = recover(node, early)
    assert not said["may_sign"] and said["absent"] >= 100, said
    assert run("append", node).returncode == 1
    said = recover(node, export("late"))
    assert said["may_sign"], said
    assert len([r for r in records(node, said["entries"], 4) if r["kind"] == "gap"]) == 1
    fault_free(node)
    refused(b"the copy has", "recover", node, "--from", early)


@tap.test
def what_is_missing_can_still_come_from_a_copy_with_values_first():
    back_up(NODE, HOME)
    first = append(NODE, 50, "kept")
    good("backup", NODE, at("newer-log"), "--log")
    append(NODE, 50, "gone")
    node = restore_behind(NODE, HOME, "mixed")
    assert not recover(node, at("newer-log"))["may_sign"]
    assert recover(node, export("rest"))["may_sign"]
    assert show(node, first)["fields"]["subject"] == "kept 0"
    fault_free(node)


@tap.test
def a_copy_that_is_not_this_log_or_is_damaged_changes_nothing():
    back_up(NODE, HOME)
    append(NODE, 300, "more")
    node = restore_behind(NODE, HOME, "strict")
    size = size_of(node)
    other = at("other")
    good("init", other, "--origin", ORIGIN)
    append(other, 2000, "x")
    good("log", "export", other, at("other-mirror"))
    refused(b"sign", "recover", node, "--from", at("other-mirror"))
    bent = export("bent")
    part = sorted(os.listdir(os.path.join(bent, "tile", "entries")))[-1]
    name = os.path.join(bent, "tile", "entries", part)
    name = os.path.join(name, os.listdir(name)[0]) if os.path.isdir(name) else name
    flip(name, 40)
    refused(b"damaged or another history", "recover", node, "--from", bent)
    os.remove(name)
    done = run("recover", node, "--from", bent)
    assert done.returncode == 2 and b"tile/entries/" in done.stderr, done
    os.mkdir(at("empty"))
    assert run("recover", node, "--from", at("empty")).returncode == 2
    assert size_of(node) == size
    assert recover(node, export("good"))["may_sign"]
    fault_free(node)


@tap.test
def a_node_with_witnesses_takes_nothing_that_they_did_not_cosign():
    if not witnessing.is_possible():
        tap.skip("openssl is not installed")
    back_up(NODE, HOME)
    append(NODE, 20, "seen")
    node = restore_behind(NODE, HOME, "witnessed")
    witness = witnessing.Witness("w.example/w", {ORIGIN: KEY[0]})
    witness.stop()
    with open(os.path.join(node, "witnesses.policy"), "w", encoding="utf-8") as file:
        file.write(f"log {KEY[0]}\nwitness w {witness.vkey} {witness.url}\nquorum w\n")
    with open(os.path.join(node, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("witnesses:\n  policy: witnesses.policy\n")
    mirror = export("cosigned")
    with open(os.path.join(mirror, "checkpoint"), "rb") as file:
        note = file.read()
    refused(b"the copy's checkpoint", "recover", node, "--from", mirror)
    text, _ = witnessing.note_parts(note)
    for manner in ["wrong", "other", "good"]:
        with open(os.path.join(mirror, "checkpoint"), "wb") as file:
            file.write(note + witness.cosign(text, manner))
        if manner != "good":
            refused(b"the copy's checkpoint", "recover", node, "--from", mirror)
    assert recover(node, mirror)["may_sign"]
    fault_free(node)


def public_files(folder):
    """What an export has of full tiles and counters, by path."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            if ".p/" not in path and name != "checkpoint":
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


@tap.test
def a_kill_in_the_middle_is_followed_by_another_try_and_segments_end_as_they_did():
    back_up(NODE, HOME)
    append(NODE, 66000, "big", 16)
    mirror = export("large")
    node = restore_behind(NODE, HOME, "killed")
    for n in range(8):
        worker = subprocess.Popen([CANDOR, "recover", node, "--from", mirror],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.01 * n)
        worker.kill()
        worker.wait()
    assert recover(node, mirror)["may_sign"]
    fault_free(node)
    good("log", "export", node, at("large-again"))
    before, after = public_files(mirror), public_files(at("large-again"))
    assert "counters/000" in before and all(after[path] == before[path] for path in before)


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
