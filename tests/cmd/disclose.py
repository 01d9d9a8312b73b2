# SPDX-License-Identifier: Apache-2.0
"""Disclosure: bundles that verify offline with both verifiers, and the records of who looked."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile

from candor import CANDOR, VERIFY, run, size_of
import tap

SOURCE = os.environ["CANDOR_SOURCE"]
HOME = tempfile.mkdtemp(prefix="candor-disclose-")
NODE = os.path.join(HOME, "node")
KEY = ""
INDEX = 0


def verifiers():
    """Both verifiers, as the command lines they begin with."""
    yield [VERIFY]
    if shutil.which("node"):
        yield ["node", os.path.join(SOURCE, "tools", "verify.mjs")]


def verify(bundle):
    """Exit status and text of every verifier on a bundle."""
    path = os.path.join(HOME, "bundle")
    with open(path, "wb") as file:
        file.write(bundle)
    for words in verifiers():
        done = run(*words[1:], path, "--vkey", KEY, program=words[0])
        yield done.returncode, done.stdout.decode() + done.stderr.decode()


def newest():
    """The newest record, private values included: which is itself a look that is recorded."""
    return json.loads(run("log", "show", NODE, "--count", "1").stdout)


@tap.test
def chosen_fields_verify_offline_and_the_others_stay_hidden():
    global KEY, INDEX
    KEY = run("init", NODE, "--origin", "log.example.com/disclose", "--market", "IE",
              "--listen", "none").stdout.split()[1].decode()
    lines = [json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "desk",
                         "actor": f"agent {n}", "subject": f"user {n}", "raw": f"secret {n}"})
             for n in range(5)]
    answers = run("append", NODE, stdin="\n".join(lines).encode()).stdout.splitlines()
    INDEX = json.loads(answers[3])["index"]
    done = run("log", "disclose", NODE, str(INDEX), "--fields", "actor,time", "--to", "An Auditor",
               "--recipient", "auditor", "--by", "officer 1")
    assert done.returncode == 0, done
    for status, text in verify(done.stdout):
        assert status == 0 and "agent 3" in text and "user 3" not in text, text
    for secret in [b"user 3", b"secret 3", b"dXNlciAz", b"c2VjcmV0"]:
        assert secret not in done.stdout
    assert len(done.stdout) < 4096, len(done.stdout)


@tap.test
def an_absent_field_is_shown_to_be_absent():
    done = run("log", "disclose", NODE, str(INDEX), "--fields", "sequence")
    assert done.returncode == 0 and b" sequence absent " in done.stdout, done
    for status, text in verify(done.stdout):
        assert status == 0 and "sequence" in text and "absent" in text, text


@tap.test
def a_changed_bundle_is_refused_by_both():
    good = run("log", "disclose", NODE, str(INDEX), "--fields", "actor", "--fields",
               "subject").stdout
    changes = [(b"YWdlbnQgMw==", b"YWdlbnQgNA=="), (b" actor text ", b" actor bytes "),
               (b"open 6 actor", b"open 7 actor"), (b"hide 8 raw", b"hide 8 time")]
    for old, new in changes:
        assert old in good, (old, good)
        for status, text in verify(good.replace(old, new)):
            assert status in (1, 2), (old, text)


@tap.test
def each_disclosure_is_in_the_log_before_anything_is_opened():
    before = size_of(NODE)
    done = run("log", "disclose", NODE, str(INDEX), "--fields", "actor", "--to", "The Court",
               "--recipient", "court", "--basis", "an order", "--by", "officer 2")
    assert done.returncode == 0 and size_of(NODE) == before + 1
    record = newest()
    assert record["kind"] == "disclosure" and record["columns"]["recipient"] == "court", record
    fields = record["fields"]
    assert fields["actor"] == "officer 2" and fields["to"] == "The Court", fields
    assert fields["fields"] == ["actor"], fields
    opened = done.stdout[:done.stdout.index(b"c2sp.org/tlog-proof@v1\n")]
    assert fields["bundle"] == hashlib.sha256(opened).hexdigest(), fields
    os.chmod(os.path.join(NODE, "log", "0000000000.seg"), 0o600)
    holder = subprocess.Popen([CANDOR, "append", NODE], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    holder.stdin.write(b'{"kind":"event","time":"2026-03-01T10:00:00Z","source":"a","raw":"b"}\n')
    holder.stdin.flush()
    holder.stdout.readline()
    refused = run("log", "disclose", NODE, str(INDEX), "--fields", "actor")
    assert refused.returncode == 3 and refused.stdout == b"", refused
    refused = run("log", "show", NODE, str(INDEX))
    assert refused.returncode == 3 and refused.stdout == b"", refused
    assert b"cannot be recorded" in refused.stderr
    holder.stdin.close()
    assert holder.wait(60) == 0


@tap.test
def a_look_is_recorded_with_who_what_and_why():
    before = size_of(NODE)
    seen = run("log", "show", NODE, str(INDEX), "--by", "analyst 1", "--purpose", "case 17")
    assert json.loads(seen.stdout)["fields"]["actor"] == "agent 3" and size_of(NODE) == before + 1
    record = newest()
    assert record["kind"] == "oversight" and record["columns"]["action"] == "open", record
    assert record["fields"]["actor"] == "analyst 1", record
    assert record["fields"]["purpose"] == "case 17" and record["fields"]["amount"] == 1, record
    before = size_of(NODE)
    public = json.loads(run("log", "show", NODE, str(INDEX), "--public").stdout)
    assert "fields" not in public and public["kind"] == "event", public
    body = json.loads(run("log", "show", NODE, "0").stdout)
    assert body["kind"] == "schema" and "fields" in body
    assert size_of(NODE) == before, "what is public is nobody's secret"


@tap.test
def a_running_node_records_it_too():
    node = subprocess.Popen([CANDOR, "serve", NODE], stdout=subprocess.PIPE)
    assert node.stdout.readline().startswith(b"serving ")
    before = size_of(NODE)
    done = run("log", "disclose", NODE, str(INDEX), "--fields", "actor", "--by", "officer 3")
    assert done.returncode == 0 and size_of(NODE) == before + 1, done
    assert all(status == 0 for status, _ in verify(done.stdout))
    bad = run("log", "disclose", NODE, str(INDEX), "--fields", "actor", "--purpose", "bogus")
    assert bad.returncode == 2 and b"no such word" in bad.stderr and bad.stdout == b"", bad
    assert run("log", "show", NODE, str(INDEX)).returncode == 0
    assert size_of(NODE) == before + 2
    node.send_signal(signal.SIGTERM)
    assert node.wait(60) == 0
    assert run("fsck", NODE).returncode == 0


@tap.test
def what_cannot_be_disclosed_gets_one_clear_line():
    for words in [[str(INDEX)], [str(INDEX), "--fields", "bogus"], [str(INDEX), "--fields", ""],
                  [str(INDEX), "--fields", "actor,"], ["99999", "--fields", "actor"],
                  ["x", "--fields", "actor"],
                  [str(INDEX), "--fields", "actor", "--recipient", "x"]]:
        done = run("log", "disclose", NODE, *words)
        assert done.returncode == 2 and done.stdout == b"", (words, done)
        assert done.stderr.startswith(b"candor: ") and done.stderr.count(b"\n") == 1, done


@tap.test
def a_public_record_is_a_bundle_without_fields():
    done = run("log", "disclose", NODE, "0")
    assert done.returncode == 0, done
    assert all(status == 0 for status, _ in verify(done.stdout))


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
