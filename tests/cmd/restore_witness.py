# SPDX-License-Identifier: Apache-2.0
"""A restored node asks its witnesses before it signs: when log, keys and signer are all old copies,
only they know better."""
import json
import os
import shutil
import subprocess
import sys

from candor import CANDOR, append, fault_free, good, run
import running
import tap
import witnessing

ORIGIN = "log.example.com/senders"
if not witnessing.is_possible():
    print("1..0 # SKIP openssl is not installed")
    sys.exit(0)


class Lost:
    """A node with one witness, backed up, that went on afterwards and was lost."""

    def __init__(self, more=20):
        self.node = running.Node()
        self.home, self.path = self.node.home.name, self.node.path
        self.node.pause()
        self.witness = witnessing.Witness("w.example/w", {ORIGIN: self.node.vkey})
        with open(os.path.join(self.path, "witnesses.policy"), "w", encoding="utf-8") as file:
            file.write(f"log {self.node.vkey}\nwitness w {self.witness.vkey} {self.witness.url}\n"
                       "quorum w\n")
        with open(os.path.join(self.path, "candor.yaml"), "a", encoding="utf-8") as file:
            file.write("witnesses:\n  policy: witnesses.policy\n")
        append(self.path, 30)
        self.cosign()
        self.back_up("old")
        if more:
            append(self.path, more)
            self.cosign()
        self.back_up("new")

    def at(self, *parts):
        """A path in the test's folder."""
        return os.path.join(self.home, *parts)

    def size(self, path=None):
        """Entries under the checkpoint of a node."""
        return json.loads(good("log", "head", path or self.path, "--json"))["size"]

    def cosign(self):
        """Runs the node until the witness has cosigned everything."""
        self.node.start()
        running.wait_until(lambda: self.witness.size(ORIGIN) == self.size(),
                           "everything is cosigned", 300)
        self.node.pause()

    def back_up(self, name):
        """Keys, then log, and (which docs/backup.md forbids) the signer."""
        good("backup", self.path, self.at(name + "-keys"), "--keys")
        good("backup", self.path, self.at(name + "-log"), "--log")
        shutil.copytree(self.at("node", "signer"), self.at(name + "-signer"))

    def restore(self, name, source):
        """Restores a copy with its own signer; the new folder and what the command said."""
        path = self.at(name)
        os.mkdir(path)
        shutil.copytree(self.at(source + "-signer"), os.path.join(path, "signer"))
        said = good("restore", self.at(source + "-log"), self.at(source + "-keys"), path, "--json")
        return path, json.loads(said)

    def end(self):
        """Ends all."""
        self.witness.stop()
        self.node.home.cleanup()


def reason(path, said):
    """Why a restored node signs nothing, once its witness has answered: on a slow machine it may
    be asked more than once."""
    why = said["why"]
    for _ in range(10):
        if "could be asked" not in why:
            break
        why = run("serve", path, "--check").stderr.decode()
    return why


def served(path):
    """The first line of a node that serves, which is then ended."""
    with subprocess.Popen([CANDOR, "serve", path], stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        server.terminate()
        assert server.wait(60) == 0
    return line


@tap.test
def only_the_witness_knows_better_and_nothing_is_signed():
    lost = Lost()
    behind, said = lost.restore("behind", "old")
    know = lost.witness.size(ORIGIN)
    assert not said["may_sign"], said
    why = reason(behind, said)
    assert f"witness w has cosigned {know}" in why and "docs/backup.md" in why, why
    size = lost.size(behind)
    done = run("append", behind, stdin=b'{"kind":"event","raw":"x"}')
    assert done.returncode == 1 and b"witness" in done.stderr, done
    assert served(behind).startswith("read-only: ")
    assert lost.size(behind) == size and lost.witness.size(ORIGIN) == know
    shutil.rmtree(os.path.join(behind, "signer"))
    shutil.copytree(lost.at("new-signer"), os.path.join(behind, "signer"))
    said = json.loads(good("recover", behind, "--from", lost.at("new-log"), "--json"))
    assert said["may_sign"] or "could be asked" in said["why"], said
    running.wait_until(lambda: run("serve", behind, "--check").returncode == 0, "it may sign", 300)
    append(behind, 3)
    fault_free(behind)
    assert not os.path.exists(os.path.join(behind, "log", "restored"))
    lost.end()


@tap.test
def the_newest_copy_signs_once_the_witness_was_asked():
    lost = Lost(more=0)
    lost.witness.stop()
    path, said = lost.restore("unasked", "new")
    assert not said["may_sign"] and "only 0 of 1 witnesses could be asked" in said["why"], said
    assert os.path.exists(os.path.join(path, "log", "restored"))
    assert run("append", path, stdin=b'{"kind":"event","raw":"x"}').returncode == 1
    lost.witness.listen(lost.witness.port)
    running.wait_until(lambda: run("serve", path, "--check").returncode == 0, "it may sign", 300)
    assert not os.path.exists(os.path.join(path, "log", "restored"))
    lost.witness.stop()
    append(path, 2)  # it is asked once
    fault_free(path)
    lost.end()


@tap.test
def a_witness_that_saw_another_history_keeps_the_node_from_signing():
    lost = Lost(more=0)
    size, root = lost.witness.state[ORIGIN]
    lost.witness.state[ORIGIN] = (size, bytes([root[0] ^ 1]) + root[1:])
    path, said = lost.restore("forked", "new")
    assert not said["may_sign"] and "another history" in reason(path, said), said
    with open(os.path.join(path, "candor.yaml"), encoding="utf-8") as file:
        config = file.read()
    with open(os.path.join(path, "candor.yaml"), "w", encoding="utf-8") as file:
        file.write(config.replace("witnesses:\n  policy: witnesses.policy\n", ""))
    append(path, 2)  # whoever takes the policy away answers for it
    lost.end()


tap.main()
