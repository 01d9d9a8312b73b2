# SPDX-License-Identifier: Apache-2.0
"""The public read side of a node, read by a client of its own (c2sp.org/tlog-tiles in Python, RFC
6962 by its recursive definition): entries come out after the delay and not before, and what comes
out is the log of the signed checkpoint."""
import base64
import hashlib
import os
import shutil
import subprocess
import time

from candor import VERIFY
import running
import tap

DELAY_S, PATIENCE_S = 4, 120
NODE = running.Node(config=f"public_delay: {DELAY_S}s\n")
SHOP = NODE.source("shop")


def get(path, **headers):
    code, told, said = NODE.request("GET", path, **headers)
    return code, told, said


def checkpoint():
    """Size and root of the signed checkpoint, which the verifier has checked."""
    code, told, note = get("/checkpoint")
    assert code == 200 and told["Cache-Control"] == "no-cache"
    assert told["Content-Type"] == "text/plain; charset=utf-8"
    file = os.path.join(NODE.home.name, "note")
    with open(file, "wb") as out:
        out.write(note)
    subprocess.run([VERIFY, file, "--vkey", NODE.vkey], check=True, capture_output=True)
    _, size, root = note.split(b"\n\n")[0].split(b"\n")[:3]
    return int(size), base64.b64decode(root)


def name(n):
    digits = f"{n % 1000:03}"
    while n >= 1000:
        n //= 1000
        digits = f"x{n % 1000:03}/{digits}"
    return digits


def paths(level, size):
    """Every tile of a level in a tree of that size."""
    width = size >> (8 * level if level != "entries" else 0)
    for n in range(0, width // 256 + 1):
        left = min(256, width - 256 * n)
        if left > 0:
            yield f"/tile/{level}/{name(n)}" + (f".p/{left}" if left < 256 else ""), left


def split(bundle, width):
    entries = []
    while bundle:
        size = int.from_bytes(bundle[:2], "big")
        assert len(bundle) >= 2 + size
        entries.append(bundle[2:2 + size])
        bundle = bundle[2 + size:]
    assert len(entries) == width
    return entries


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def send(count):
    """Sends events; the number of entries then, and a time by which they were not there yet."""
    before = time.time()
    NODE.send(SHOP, *[{"n": n, "secret": "s3cret"} for n in range(count)],
              query="?ack=checkpointed")
    return checkpoint()[0], before


def wait_for(path):
    """The answer once the path is public, and when it was."""
    deadline = time.time() + PATIENCE_S
    while True:
        code, told, said = get(path)
        if code == 200:
            return time.time(), told, said
        assert code == 404 and told["Cache-Control"] == "no-store", (path, code, said)
        assert f"entries are public {DELAY_S} s after they were recorded" in said["error"], said
        assert time.time() < deadline, said
        time.sleep(0.05)


@tap.test
def entries_are_public_after_the_delay_and_not_before():
    size, before = send(700)
    path, width = list(paths("entries", size))[-1]
    since, told, bundle = wait_for(path)
    assert since - before >= DELAY_S, "published too early"
    assert len(split(bundle, width)) == width
    assert told["Content-Type"] == "application/octet-stream"
    assert told["Cache-Control"] == "public, max-age=31536000, immutable"
    assert told["Access-Control-Allow-Origin"] == "*"
    more, before = send(10)  # the newest are held back again, the older ones are not
    newest = list(paths("entries", more))[-1][0]
    code, _, said = get(newest)
    late = time.time() - before >= DELAY_S  # on a very slow machine
    assert late or (code == 404 and "hashes at once" in said["error"] or "these at 20" in
                    said["error"]), said
    assert get(path)[0] == 200
    assert wait_for(newest)[0] - before >= DELAY_S


@tap.test
def a_client_of_its_own_reads_the_whole_log_and_gets_the_signed_root():
    size, root = checkpoint()
    wait_for(list(paths("entries", size))[-1][0])
    entries = []
    for path, width in paths("entries", size):
        entries += split(get(path)[2], width)
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    assert len(leaves) == size and root_of(leaves) == root
    for level in range(3):
        below = [root_of(leaves[i:i + 256 ** level]) for i in
                 range(0, size - size % 256 ** level, 256 ** level)]
        for path, width in paths(level, size):
            code, told, tile = get(path)
            assert code == 200 and "immutable" in told["Cache-Control"], path
            assert tile == b"".join(below[:width]), path
            below = below[width:]
    assert b"s3cret" not in b"".join(entries), "an entry shows a private value"


@tap.test
def what_is_served_is_what_is_exported():
    size, _ = checkpoint()
    wait_for(list(paths("entries", size))[-1][0])
    out = os.path.join(NODE.home.name, "export")
    NODE.candor("log", "export", NODE.path, out)
    for level in ("entries", 0, 1):
        for path, _ in paths(level, size):
            with open(out + path, "rb") as file:
                assert get(path)[2] == file.read(), path
    part = get("/tile/entries/000.p/7")  # what an older tree had, and a reader may still ask for
    assert part[0] == 200 and get("/tile/entries/000")[2].startswith(part[2])


@tap.test
def what_is_no_tile_is_not_found():
    size, _ = checkpoint()
    for path in ("/tile/entries/999", "/tile/entries/0", "/tile/entries/000.p/0",
                 "/tile/entries/000.p/256", "/tile/entries/000.p/01", f"/tile/0/{name(size)}",
                 "/tile/entries", "/tile/entries/x000/000", "/tile/entries/000/", "/tile/8/000",
                 "/tile/entries/x999/x999/x999/x999/x999/x999/999", "/tile/64/000"):
        code, told, said = get(path)
        assert code == 404 and said["error"] and told["Cache-Control"] == "no-store", path


@tap.test
def a_restart_and_a_lost_file_publish_nothing_early():
    size, _ = send(5)
    path = list(paths("entries", size))[-1][0]
    wait_for(path)
    NODE.pause()
    NODE.start()
    assert get(path)[0] == 200, "what was public is public after a restart"
    NODE.pause()
    for text in ("", "nonsense\n", f"1 {size}\n0 1\n", f"1 {size}"):
        with open(os.path.join(NODE.path, "log", "known"), "w", encoding="utf-8") as file:
            file.write(text)
        before = time.time()
        NODE.start()
        assert get(path)[0] == 404 or time.time() - before >= DELAY_S, text
        NODE.pause()
    NODE.start()
    before = time.time()
    wait_for(path)
    assert time.time() - before <= PATIENCE_S
    NODE.stop()


@tap.test
def the_delay_is_checked_where_it_is_configured():
    home = running.tempfile.mkdtemp()
    path = os.path.join(home, "node")
    run = lambda *a: subprocess.run([running.CANDOR, *a], capture_output=True, text=True,  # noqa
                                    check=False)
    assert run("init", path, "--origin", "x.example/d").returncode == 0
    config = os.path.join(path, "candor.yaml")
    with open(config, encoding="utf-8") as file:
        text = file.read()
    assert "# public_delay: 24h\n" in text
    for value, good in (("24h", True), ("0s", True), ("366d", True), ("367d", False), ("24", False),
                        ("h", False), ("-1h", False), ("1w", False), ("[1h]", False)):
        with open(config, "w", encoding="utf-8") as file:
            file.write(text + f"public_delay: {value}\n")
        done = run("serve", "--check", path)
        assert (done.returncode == 0) == good, (value, done)
        assert good or "candor.yaml:" in done.stderr and "24h" in done.stderr, done
    shutil.rmtree(home)


tap.main()
