# SPDX-License-Identifier: Apache-2.0
"""docs/verify.md, step by step: its own commands against a running node and an exported copy, and
what they say when something was changed."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile

import running
import tap
from candor import good
from statements import statement

PAGE = os.path.join(os.environ["CANDOR_SOURCE"], "docs", "verify.md")
HOME = tempfile.mkdtemp(prefix="candor-stranger-")
EXPORT, REPORT = os.path.join(HOME, "export"), os.path.join(HOME, "report")
NODE = running.Node(config="public_delay: 0s\n")
TOKEN = NODE.source("desk")
EVENTS = 600  # more than two full tiles of entries


def steps():
    """The blocks of commands on the page, by the number of the step; 0 is what comes before."""
    with open(PAGE, encoding="utf-8") as file:
        parts = re.split(r"^## ", file.read(), flags=re.M)
    found = {}
    for number, part in enumerate(parts):
        blocks = re.findall(r"^```sh\n(.*?)^```$", part, flags=re.M | re.S)
        if blocks:
            found[number] = "".join(blocks)
    return found


STEPS = steps()


def follow(log, *numbers, change=None, vkey=None, report=REPORT):
    """Does these steps one after the other in a folder of their own; change is called with the
    folder before the last. The status and all that was said."""
    folder = tempfile.mkdtemp(dir=HOME)
    shutil.copy(os.path.join(HOME, "bundle"), folder)
    env = dict(os.environ, LOG=log, VKEY=vkey or NODE.vkey, REPORT="file://" + report)
    script = STEPS[0] + "".join(STEPS[n] for n in numbers[:-1])
    if change is not None:
        done = shell(script, folder, env)
        assert done.returncode == 0, done
        change(folder)
        script = STEPS[0] + "name=${VKEY%%+*}\nsize=$(sed -n 2p checkpoint)\n"
    return shell(script + STEPS[numbers[-1]], folder, env)


def shell(script, folder, env):
    return subprocess.run(["sh", "-e", "-c", script], cwd=folder, env=env, capture_output=True,
                          text=True, timeout=240, check=False)


def flip(path, at=None):
    """Flips a bit of a file: of the byte at a place, or in the middle."""
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        data[len(data) // 2 if at is None else at] ^= 1
        file.seek(0)
        file.write(data)


@tap.test
def the_page_has_commands_for_every_step():
    assert list(STEPS) == [0, 1, 2, 3, 4, 5]
    good("enforcement", "add", NODE.path, stdin="\n".join(json.dumps(statement(
        f"s-{n}", market=("DE", "FR", None)[n % 3])) for n in range(40)).encode())
    for at in range(0, EVENTS, 100):
        NODE.send(TOKEN, *({"actor": f"agent {n}", "subject": f"user {n}", "n": n}
                           for n in range(at, at + 100)))
    index = NODE.size() - 5
    with open(os.path.join(HOME, "bundle"), "w", encoding="utf-8") as file:
        file.write(NODE.candor("log", "disclose", NODE.path, str(index), "--fields", "raw,chain"))
    NODE.candor("report", "build", NODE.path, "--period", "2026-H1", "--out", REPORT)
    NODE.candor("log", "export", NODE.path, EXPORT)


@tap.test
def every_step_succeeds_against_a_running_node():
    done = follow(NODE.url, 1, 2, 3, 4)
    assert done.returncode == 0, done
    assert done.stdout.count("Signature Verified Successfully") == 2, done.stdout
    assert '"actor"' in done.stdout and "chain: absent" in done.stdout, done.stdout
    assert re.search(r"^(\d+) of \1 entries read$", done.stderr, flags=re.M), done.stderr


@tap.test
def every_step_succeeds_against_an_exported_copy():
    done = follow("file://" + EXPORT, 1, 2, 3, 4)
    assert done.returncode == 0, done


@tap.test
def a_log_that_grew_still_has_its_old_root():
    copy = os.path.join(HOME, "grown")
    kept = os.path.join(EXPORT, "checkpoint")
    NODE.send(TOKEN, *({"n": n} for n in range(300)))
    NODE.candor("log", "export", NODE.path, copy)
    done = follow("file://" + copy, 1, 2, 3,
                  change=lambda folder: shutil.copy(kept, os.path.join(folder, "checkpoint")))
    assert done.returncode == 0, done


@tap.test
def entries_that_are_not_published_yet_are_taken_by_their_hashes():
    copy = os.path.join(HOME, "delayed")
    shutil.copytree(EXPORT, copy)
    shutil.rmtree(os.path.join(copy, "tile", "entries", "002.p"))
    done = follow("file://" + copy, 1, 2)
    assert done.returncode == 0 and "512 of " in done.stderr, done


@tap.test
def a_changed_checkpoint_is_found_in_step_1():
    for at in (60, -10):  # in the signed text, and in the signature
        copy = tempfile.mkdtemp(dir=HOME)
        shutil.copytree(EXPORT, copy, dirs_exist_ok=True)
        flip(os.path.join(copy, "checkpoint"), at)
        assert follow("file://" + copy, 1).returncode != 0, at
    other = "log.example.com/senders+" + "+".join(NODE.vkey.split("+")[1:])[:9]
    assert follow(NODE.url, 1, vkey=other + "A" * 44).returncode != 0


@tap.test
def a_changed_entry_is_found_in_step_2():
    for tile in ("000", "001"):
        copy = tempfile.mkdtemp(dir=HOME)
        shutil.copytree(EXPORT, copy, dirs_exist_ok=True)
        flip(os.path.join(copy, "tile", "entries", tile))
        assert follow("file://" + copy, 1).returncode == 0
        assert follow("file://" + copy, 1, 2).returncode != 0


@tap.test
def a_rewritten_past_is_found_in_step_3():
    def forge(folder):
        path = os.path.join(folder, "checkpoint")
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        lines[2] = ("B" if lines[2][0] == "A" else "A") + lines[2][1:]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    assert follow(NODE.url, 1, 2, 3, change=forge).returncode != 0


@tap.test
def a_changed_bundle_is_found_in_step_4():
    for place in ("entry ", "open 8 raw raw ", "hide 6 actor ", "\nindex ", "senders\n"):
        def change(folder, place=place):
            path = os.path.join(folder, "bundle")
            with open(path, "rb") as file:
                data = file.read()
            flip(path, data.index(place.encode()) + len(place) + 4 * (place != "\nindex "))
        done = follow(NODE.url, 1, 4, change=change)
        assert done.returncode != 0, (place, done)


@tap.test
def a_report_adds_up_in_step_5():
    for log in (NODE.url, "file://" + EXPORT):
        done = follow(log, 1, 2, 5)
        assert done.returncode == 0 and "every number is what the log gives" in done.stdout, done


def forged(name, before, after):
    """A report in which a file says something else, and the manifest fits it."""
    copy = tempfile.mkdtemp(dir=HOME)
    shutil.copytree(REPORT, copy, dirs_exist_ok=True)
    texts = []
    for file in (name, "manifest"):
        with open(os.path.join(REPORT, file), encoding="utf-8") as source:
            texts.append(source.read())
    changed = re.sub(before, after, texts[0], count=1)
    assert changed != texts[0], before
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in (texts[0], changed)]
    for file, text in ((name, changed), ("manifest", texts[1].replace(*hashes))):
        with open(os.path.join(copy, file), "w", encoding="utf-8") as sink:
            sink.write(text)
    return copy


@tap.test
def a_changed_report_is_found_in_step_5():
    log = "file://" + EXPORT
    for name, before, after, words in (
            ("cells.csv", r"content_taken_down,,,,,40", "content_taken_down,,,,,41",
             "content_taken_down: the report says [41, 0], the log gives [40, 0]"),
            ("cells.csv", r"(?m)^(content_taken_down_by_market,.*,market,)DE", r"\1AT",
             "/AT: the report says"),
            ("cells.csv", r"(?m)^removal_orders,.*\n", "", "removal_orders: is missing"),
            ("definitions.txt", "visibility=removed", "visibility=demoted",
             "content_taken_down: the report says [40, 0], the log gives [0, 0]")):
        done = follow(log, 1, 2, 5, report=forged(name, before, after))
        assert done.returncode != 0 and words in done.stderr, (before, done)
    copy = tempfile.mkdtemp(dir=HOME)
    shutil.copytree(REPORT, copy, dirs_exist_ok=True)
    flip(os.path.join(copy, "cells.csv"), -3)
    assert follow(log, 1, 2, 5, report=copy).returncode != 0


@tap.test
def the_node_ends_well():
    NODE.stop()
    shutil.rmtree(HOME)


tap.main()
