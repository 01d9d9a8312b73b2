# SPDX-License-Identifier: Apache-2.0
"""docs/verify.md, step by step: its own commands against a running node and an exported copy, and
what they say when something was changed."""
import os
import re
import shutil
import subprocess
import tempfile

import running
import tap

PAGE = os.path.join(os.environ["CANDOR_SOURCE"], "docs", "verify.md")
HOME = tempfile.mkdtemp(prefix="candor-stranger-")
EXPORT = os.path.join(HOME, "export")
NODE = running.Node(config="public_delay: 0s\n")
TOKEN = NODE.source("desk")
EVENTS = 700  # more than two full tiles of entries


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


def follow(log, *numbers, change=None, vkey=None):
    """Does these steps one after the other in a folder of their own; change is called with the
    folder before the last. The status and all that was said."""
    folder = tempfile.mkdtemp(dir=HOME)
    shutil.copy(os.path.join(HOME, "bundle"), folder)
    env = dict(os.environ, LOG=log, VKEY=vkey or NODE.vkey)
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
    assert list(STEPS) == [0, 1, 2, 3, 4]
    for at in range(0, EVENTS, 100):
        NODE.send(TOKEN, *({"actor": f"agent {n}", "subject": f"user {n}", "n": n}
                           for n in range(at, at + 100)))
    index = NODE.size() - 5
    with open(os.path.join(HOME, "bundle"), "w", encoding="utf-8") as file:
        file.write(NODE.candor("log", "disclose", NODE.path, str(index), "--fields", "raw,chain"))
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
def the_node_ends_well():
    NODE.stop()
    shutil.rmtree(HOME)


tap.main()
