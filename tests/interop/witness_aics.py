# SPDX-License-Identifier: Apache-2.0
"""witness_aics.py BUILD: a witness that somebody else wrote, the Python package aics-witness,
cosigns for a node, across restarts of both, and refuses a second history. Installed by pip into
the build folder; it needs Python 3.12, which Debian 12 does not have: then this is skipped."""
import atexit
import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.environ["CANDOR_SOURCE"], "tests"))
import candor  # noqa: E402
import running  # noqa: E402
import tap  # noqa: E402
import witnessing  # noqa: E402

PACKAGE = "aics-witness==0.1.0"
ORIGIN = "log.example.com/senders"
VENV = os.path.join(sys.argv[1], "aics-witness")
PROGRAM = os.path.join(VENV, "bin", "aics-witness")


def new_python():
    """A Python that is new enough, or None."""
    names = ["python3", "python3.12", "python3.13", "python3.14"]
    names += glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3"))
    for path in map(shutil.which, names):
        if path and subprocess.run([path, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"],
                                   check=False, capture_output=True).returncode == 0:
            return path
    return None


def install():
    """Why the witness is not there; None: it is."""
    if os.path.exists(PROGRAM):
        return None
    if not witnessing.is_possible():
        return "openssl is not installed"
    python = new_python()
    if python is None:
        return "no Python 3.12 or newer, which aics-witness needs"
    made = subprocess.run([python, "-m", "venv", VENV], check=False, capture_output=True, text=True)
    if made.returncode == 0:
        made = subprocess.run([os.path.join(VENV, "bin", "pip"), "install", "-q", PACKAGE],
                              check=False, capture_output=True, text=True)
    if made.returncode == 0:
        return None
    shutil.rmtree(VENV, ignore_errors=True)
    return "pip cannot install " + PACKAGE + ": " + (made.stderr.strip().splitlines() or [""])[-1]


WHY_NOT = install()
if WHY_NOT:
    print("1..0 # SKIP " + WHY_NOT)
    sys.exit(0)


class Aics:
    """That witness, running."""

    def __init__(self, folder, vkey):
        self.folder = folder
        os.mkdir(folder)
        self.config = os.path.join(folder, "witness.json")
        said = self.do("init", "--name", "aics.example/w")
        self.vkey = re.search(r"aics\.example/w\+\S+", said).group(0)
        self.do("add-log", "--origin", ORIGIN, "--vkey", vkey)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        self.start()

    def do(self, *arguments):
        """One of its commands."""
        return subprocess.run([PROGRAM, *arguments], check=True,
                              capture_output=True, text=True, env=self.environment()).stdout

    def environment(self):
        """Where it finds its configuration."""
        return dict(os.environ, AICS_WITNESS_CONFIG=self.config)

    def start(self):
        """Starts it."""
        self.process = subprocess.Popen([PROGRAM, "serve", "--listen",
                                         self.address], env=self.environment(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        running.wait_until(lambda: self.ask("/healthz")[0] == 200, "the witness listens")

    def stop(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait(60)

    def ask(self, path, body=None):
        """Status and body of an answer; 0 if nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", body, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""


def cosigned(node):
    """The newest cosigned checkpoint and its size; size 0: none."""
    done = candor.run("log", "head", node.path, "--cosigned")
    return (done.stdout, int(done.stdout.split(b"\n")[1])) if done.returncode == 0 else (b"", 0)


@tap.test
def another_implementation_cosigns_a_node_and_refuses_its_fork():
    node = running.Node()
    node.pause()
    aics = Aics(os.path.join(node.home.name, "aics"), node.vkey)
    policy = os.path.join(node.path, "witnesses.policy")
    with open(policy, "w", encoding="utf-8") as file:
        file.write(f"log {node.vkey}\nwitness aics {aics.vkey} http://{aics.address}\n"
                   "quorum aics\n")
    with open(os.path.join(node.path, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("witnesses:\n  policy: witnesses.policy\n")
    shutil.copytree(node.path, os.path.join(node.home.name, "fork"),
                    ignore=shutil.ignore_patterns("*.sock"))
    for start in range(3):
        node.start()
        token = node.source(f"shop-{start}")
        last = node.send(token, *[{"word": "x"}] * 40)["last_index"]
        running.wait_until(lambda: cosigned(node)[1] > last, "it is cosigned")
        if start == 1:
            aics.stop()
            last = node.send(token, {"word": "x"})["last_index"]
            time.sleep(1)
            aics.start()
            running.wait_until(lambda: cosigned(node)[1] > last, "it is cosigned again")
        node.pause()
    note, size = cosigned(node)
    assert abs(witnessing.cosigned_by(node.home.name, note, aics.vkey) - time.time()) < 3600
    entry, proof = os.path.join(node.home.name, "entry"), os.path.join(node.home.name, "proof")
    with open(entry, "wb") as file:
        file.write(candor.good("log", "entry", node.path, "9"))
    with open(proof, "wb") as file:
        file.write(candor.good("log", "prove", node.path, "9"))
    candor.good("verify", proof, "--entry", entry, "--policy", policy)
    fork = os.path.join(node.home.name, "fork")
    while json.loads(candor.good("log", "head", fork, "--json"))["size"] <= size:
        candor.append(fork, 50)
    forked = candor.good("log", "head", fork)
    path = candor.good("log", "consistency", fork, str(size)).split(b"\n\n", 1)[0].split(b"\n")[2:]
    code, _ = aics.ask("/add-checkpoint",
                       b"old %d\n" % size + b"".join(h + b"\n" for h in path) + b"\n" + forked)
    assert code == 422, code
    code, latest = aics.ask("/add-checkpoint", b"old 0\n\n" + forked)
    assert (code, latest) == (409, b"%d\n" % size), (code, latest)
    aics.stop()
    node.home.cleanup()


tap.main()
