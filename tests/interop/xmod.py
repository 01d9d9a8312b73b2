# SPDX-License-Identifier: Apache-2.0
"""golang.org/x/mod/sumdb judges a real log: tests/interop/xmod.go, run over what candor wrote.

xmod.py BUILD RECORDS: a log of that many records. Skipped where Go or its package is not there."""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD, RECORDS = sys.argv[1], int(sys.argv[2])
CANDOR = os.path.join(BUILD, "src/cmd/candor")
GOPATH = "/usr/share/gocode"


def leave(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def candor(*args, stdin=None):
    return subprocess.run([CANDOR, *args], input=stdin, check=True, stdout=subprocess.PIPE).stdout


def put(path, data):
    with open(path, "wb") as file:
        file.write(data)


def records():
    lines = (f'{{"kind":"event","time":"2026-01-01T00:00:{i % 60:02}Z","source":"interop",'
             f'"raw":"event {i}"}}\n' for i in range(RECORDS))
    return "".join(lines).encode()


def make_log(folder):
    """A node, its exported tiles, and proofs of entries and of growth around tile edges."""
    node, proofs = os.path.join(folder, "node"), os.path.join(folder, "proofs")
    os.mkdir(proofs)
    vkey = candor("init", node, "--origin", "example.com/interop").decode()
    put(os.path.join(folder, "vkey"), vkey.removeprefix("vkey: ").encode())
    candor("append", node, stdin=records())
    kept, old = os.path.join(folder, "kept"), candor("log", "head", node)
    put(kept, old)
    candor("append", node, stdin=records()[:4096].rpartition(b"\n")[0])
    end = int(old.split(b"\n")[1])
    for size in (1, end // 2, end):
        put(os.path.join(proofs, f"{size}-{end}.consistency"),
            candor("log", "consistency", node, str(size), str(end), "--new", kept))
    candor("log", "export", node, os.path.join(folder, "export"))
    size = int(candor("log", "head", node).split(b"\n")[1])
    edges = {0, 1, 2, 3, 127, 255, 256, 257, 511, 512, 4095, 65535, 65536, 65537,
             size // 3, size - 2, size - 1}
    for index in sorted(e for e in edges if e < size):
        put(os.path.join(proofs, f"{index}.proof"), candor("log", "prove", node, str(index)))
        put(os.path.join(proofs, f"{index}.entry"), candor("log", "entry", node, str(index)))
        if index > 0:
            put(os.path.join(proofs, f"{index}.consistency"),
                candor("log", "consistency", node, str(index)))


def build_go(folder):
    program = os.path.join(folder, "xmod")
    env = dict(os.environ, GO111MODULE="off", GOFLAGS="", GOPATH=GOPATH, GOTOOLCHAIN="local",
               GOPROXY="off")
    subprocess.run(["go", "build", "-o", program, os.path.join(HERE, "xmod.go")], env=env,
                   check=True)
    return program


if shutil.which("go") is None:
    leave("go is not installed")
if not os.path.isdir(os.path.join(GOPATH, "src/golang.org/x/mod/sumdb/tlog")):
    leave("the package golang-golang-x-mod-dev is not installed")
with tempfile.TemporaryDirectory() as work:
    judge = build_go(work)
    make_log(work)
    sys.stdout.flush()
    sys.exit(subprocess.run([judge, work], check=False).returncode)
