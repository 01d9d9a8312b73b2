# SPDX-License-Identifier: Apache-2.0
"""The commands of a log, as a person types them: the real binary in a fresh folder."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from candor import CANDOR, VERIFY, run, size_of
import tap

HOME = tempfile.mkdtemp(prefix="candor-log-")
NODE = os.path.join(HOME, "node")
KEY = ""
SCHEMAS = 0


def event(number):
    """An event record as append takes it."""
    return json.dumps({"kind": "event", "time": "2026-03-01T10:00:00Z", "source": "test",
                       "raw": json.dumps({"number": number})})


def save(name, content):
    """Writes a file beside the node and returns its path."""
    path = os.path.join(HOME, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


@tap.test
def init_makes_a_log_and_prints_its_key():
    global KEY, SCHEMAS
    made = run("init", NODE, "--origin", "log.example.com/test", "--market", "IE")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(b"vkey: log.example.com/test+"), made.stdout
    KEY = made.stdout.split()[1].decode()
    SCHEMAS = size_of(NODE)
    assert SCHEMAS > 20


@tap.test
def init_refuses_a_folder_that_is_a_node_already_and_bad_names():
    again = run("init", NODE, "--origin", "log.example.com/test")
    assert again.returncode == 2 and b"there is a node already" in again.stderr, again
    assert run("init", os.path.join(HOME, "x")).returncode == 2
    for bad in ["a b", "a+b", "", "x" * 256]:
        assert run("init", os.path.join(HOME, "y"), "--origin", bad).returncode == 2
    for bad in ["ie", "IRL", "I", "I\n"]:
        done = run("init", os.path.join(HOME, "z"), "--origin", "a", "--market", bad)
        assert done.returncode == 2


@tap.test
def append_answers_every_line_in_order():
    lines = [event(n) for n in range(1000)]
    lines[10] = "not json"
    lines[20] = '{"kind":"summary","time":"2026-03-01T10:00:00Z"}'
    done = run("append", NODE, stdin="\n".join(lines).encode())
    assert done.returncode == 2
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 1000
    indices = [a["index"] for a in answers if "index" in a]
    assert indices == list(range(SCHEMAS, SCHEMAS + 998))
    assert [a["line"] for a in answers if "error" in a] == [11, 21]
    assert done.stderr.count(b"\n") == 2 and b"line 11: " in done.stderr


@tap.test
def a_time_that_has_not_come_yet_is_refused():
    def at(seconds):
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        return event(1).replace("2026-03-01T10:00:00Z", when)
    done = run("append", NODE, stdin=at(23 * 3600).encode())
    assert done.returncode == 0 and b"index" in done.stdout, done
    for late in [at(2 * 86400), at(400 * 86400), event(1).replace("2026-", "2099-")]:
        done = run("append", NODE, stdin=late.encode())
        assert done.returncode == 2 and b"ahead of the clock" in done.stderr, done
        assert done.stderr.count(b"\n") == 1 and json.loads(done.stdout)["line"] == 1


@tap.test
def append_acknowledges_at_the_level_asked_for():
    done = run("append", NODE, "--ack", "checkpointed", stdin=event(1).encode())
    index = json.loads(done.stdout)["index"]
    assert size_of(NODE) > index
    assert run("append", NODE, "--ack", "soon").returncode == 2


def append_while_the_signer_dies(*options):
    """One record is answered, the signer dies, another one follows."""
    node = subprocess.Popen([CANDOR, "append", NODE, *options], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    node.stdin.write(event(1).encode() + b"\n")
    node.stdin.flush()
    index = json.loads(node.stdout.readline())["index"]
    while size_of(NODE) <= index:
        time.sleep(0.01)  # until its checkpoint is there
    with open(f"/proc/{node.pid}/task/{node.pid}/children", encoding="ascii") as file:
        children = [int(pid) for pid in file.read().split()]
    assert len(children) == 1, "the signer is its one child"
    os.kill(children[0], signal.SIGKILL)
    out, err = node.communicate(event(2).encode(), timeout=60)
    return node.returncode, out, err


@tap.test
def a_record_that_was_answered_is_done_even_if_its_checkpoint_fails():
    status, out, err = append_while_the_signer_dies()
    index = json.loads(out)["index"]
    assert status == 0, (status, err)
    assert b"durable, but no checkpoint covers the last ones" in err and err.count(b"\n") == 1, err
    assert size_of(NODE) <= index
    assert run("append", NODE).returncode == 0
    assert size_of(NODE) == index + 1


@tap.test
def a_record_without_its_checkpoint_is_not_answered_as_checkpointed():
    status, out, err = append_while_the_signer_dies("--ack", "checkpointed")
    assert (status, out) == (3, b""), (status, out, err)
    assert b"signer" in err and err.count(b"\n") == 1, err
    assert run("append", NODE).returncode == 0


@tap.test
def append_of_nothing_is_fine():
    done = run("append", NODE)
    assert (done.returncode, done.stdout) == (0, b"")


@tap.test
def show_opens_what_was_appended():
    shown = json.loads(run("log", "show", NODE, str(SCHEMAS)).stdout)
    assert shown["kind"] == "event" and shown["time"] == "2026-03-01T10:00:00Z", shown
    assert json.loads(shown["fields"]["raw"]) == {"number": 0}
    size = size_of(NODE)
    newest = run("log", "show", NODE, "--count", "3").stdout.splitlines()
    assert [json.loads(line)["index"] for line in newest] == [size - 3, size - 2, size - 1]
    first = json.loads(run("log", "show", NODE, "0").stdout)
    assert first["kind"] == "schema" and first["fields"]["row"].startswith("candor/schema@v1")
    assert run("log", "show", NODE, str(size + 1)).returncode == 2


@tap.test
def proofs_verify_and_changed_ones_do_not():
    for index in [0, SCHEMAS, SCHEMAS + 500]:
        proof = run("log", "prove", NODE, str(index)).stdout
        entry = run("log", "entry", NODE, str(index)).stdout
        other = entry[:-1] + bytes([entry[-1] ^ 1])
        paths = save("proof", proof), save("entry", entry), save("other", other)
        for program, words in [(CANDOR, ["verify"]), (VERIFY, [])]:
            good = run(*words, paths[0], "--entry", paths[1], "--vkey", KEY, program=program)
            assert good.returncode == 0, good
            bad = run(*words, paths[0], "--entry", paths[2], "--vkey", KEY, program=program)
            assert bad.returncode == 1, bad


@tap.test
def the_log_is_consistent_with_its_past():
    size = size_of(NODE)
    for old in [1, SCHEMAS, size - 1, size]:
        proof = save("consistency", run("log", "consistency", NODE, str(old), str(size)).stdout)
        good = run(proof, "--vkey", KEY, program=VERIFY)
        assert good.returncode == 0, (old, good)
    assert run("log", "consistency", NODE, str(size + 1)).returncode == 2
    assert run("log", "consistency", NODE, "1", str(size + 1)).returncode == 2


@tap.test
def any_two_checkpoints_that_were_published_are_shown_to_be_consistent():
    heads = []
    for number in range(4):
        run("append", NODE, stdin="\n".join(event(n) for n in range(3 + 5 * number)).encode())
        note = run("log", "head", NODE).stdout
        heads.append((note.split(b"\n")[1].decode(), save(f"head-{number}", note)))
    for old_size, old in heads:
        for new_size, new in heads:
            if int(old_size) > int(new_size):
                continue
            words = ["log", "consistency", NODE, old_size, new_size, "--new", new]
            made = run(*words)
            assert made.returncode == 0, made
            good = run(save("pair", made.stdout), "--vkey", KEY, "--old", old, program=VERIFY)
            assert good.returncode == 0, good
            assert run(*words[:4], *words[5:]).stdout == made.stdout, "the file says the size"
    newest = run("log", "consistency", NODE, heads[0][0], heads[-1][0])
    assert newest.returncode == 0, "its checkpoint is kept"


@tap.test
def sizes_without_a_signed_checkpoint_are_named():
    size = int(run("log", "head", NODE).stdout.split(b"\n")[1])
    newest = os.path.join(HOME, "head-3")
    with open(os.path.join(HOME, "head-2"), "rb") as file:
        older = file.read()
    older_size = older.split(b"\n")[1].decode()
    other = save("other-log", older.replace(b"/test\n", b"/other\n", 1))
    forged = save("forged", older.replace(older.split(b"\n")[2], b"A" * 43 + b"=", 1))
    for words, status, why in [
            ([older_size], 2, f"the signed checkpoint of {older_size} entries is not kept"),
            ([str(size - 5)], 2, f"was ever signed: the log grew from {older_size} to "),
            ([str(size + 1)], 2, f"has {size} entries, not yet {size + 1}"),
            ([older_size, "--new", newest], 2, f"but the checkpoint given has {size}"),
            ([older_size, "--new", other], 1, "a checkpoint of another log"),
            ([older_size, "--new", forged], 1, "have no such root"),
            ([older_size, "--new", os.path.join(HOME, "count")], 2, "count: "),
            ([older_size, "--new", os.path.join(HOME, "absent")], 2, "absent: ")]:
        done = run("log", "consistency", NODE, "1", *words)
        assert done.returncode == status and why.encode() in done.stderr, (words, done)
        assert done.stdout == b"" and done.stderr.count(b"\n") == 1, done
    too_old = run("log", "consistency", NODE, str(size), "--new", os.path.join(HOME, "head-2"))
    assert too_old.returncode == 2 and b"above the size of the checkpoint" in too_old.stderr


@tap.test
def questions_that_make_no_sense_get_one_clear_line():
    for words in [["log", "prove", NODE, "x"], ["log", "prove", NODE, "99999999"],
                  ["log", "entry", NODE, "-1"], ["log", "head", HOME], ["fsck", HOME],
                  ["log", "head", os.path.join(HOME, "absent")], ["append", HOME], ["log"],
                  ["bogus"]]:
        done = run(*words)
        assert done.returncode == 2, (words, done)
        assert done.stderr.startswith(b"candor: ") and done.stderr.count(b"\n") == 1, (words, done)


@tap.test
def figures_are_recounted_and_proven():
    before = run("log", "count", NODE, "event", "--prove")
    assert before.returncode == 2 and b"no summary yet" in before.stderr, before
    figure = json.loads(run("log", "count", NODE, "event", "--from", "2026-03", "--to", "2026-03",
                            "--json").stdout)
    assert figure["count"] > 990 and figure["how"] == "recounted", figure
    none = json.loads(run("log", "count", NODE, "event", "--to", "2026-02", "--json").stdout)
    assert none["count"] == 0
    assert run("log", "summarise", NODE).returncode == 0
    proof = run("log", "count", NODE, "event", "--from", "2026-03", "--to", "2026-03",
                "--prove").stdout
    assert f"\ncount {figure['count']}\n".encode() in proof, proof
    good = run(save("count", proof), "--vkey", KEY, program=VERIFY)
    assert good.returncode == 0, good
    lie = proof.replace(f"\ncount {figure['count']}".encode(),
                        f"\ncount {figure['count'] + 1}".encode())
    assert run(save("lie", lie), "--vkey", KEY, program=VERIFY).returncode in (1, 2)
    out = os.path.join(HOME, "counted")
    assert run("log", "export", NODE, out).returncode == 0
    for program, words in [(CANDOR, ["verify"]), (VERIFY, [])]:
        recounted = run(*words, os.path.join(HOME, "count"), "--vkey", KEY, "--recount", out,
                        program=program)
        assert recounted.returncode == 0 and b"recounted" in recounted.stdout, recounted
    for bad in [["bogus"], ["event", "--where", "bogus=1"], ["event", "--from", "2026-13"]]:
        assert run("log", "count", NODE, *bad).returncode == 2


@tap.test
def export_writes_tiles_that_a_stranger_can_hash():
    import hashlib
    out = os.path.join(HOME, "public")
    assert run("log", "export", NODE, out).returncode == 0
    with open(os.path.join(out, "checkpoint"), "rb") as file:
        assert file.read() == run("log", "head", NODE).stdout
    with open(os.path.join(out, "tile", "entries", "000"), "rb") as file:
        bundle = file.read()
    with open(os.path.join(out, "tile", "0", "000"), "rb") as file:
        tile = file.read()
    at = 0
    for number in range(256):
        length = int.from_bytes(bundle[at:at + 2], "big")
        leaf = hashlib.sha256(b"\x00" + bundle[at + 2:at + 2 + length]).digest()
        assert tile[32 * number:32 * number + 32] == leaf
        at += 2 + length
    assert at == len(bundle)


@tap.test
def only_one_process_writes_at_a_time():
    holder = subprocess.Popen([CANDOR, "append", NODE], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    holder.stdin.write(event(7).encode() + b"\n")
    holder.stdin.flush()
    assert b"index" in holder.stdout.readline()
    second = run("append", NODE, stdin=event(8).encode())
    assert second.returncode == 3 and b"lock" in second.stderr, second
    assert run("log", "head", NODE).returncode == 0, "reading needs no lock"
    holder.stdin.close()
    assert holder.wait(60) == 0
    assert run("append", NODE, stdin=event(8).encode()).returncode == 0


@tap.test
def fsck_proves_a_good_log_and_names_a_flipped_byte():
    good = run("fsck", NODE, "--json")
    result = json.loads(good.stdout.splitlines()[-1])
    assert good.returncode == 0 and result["faults"] == 0 and result["entries"] > 1000, good
    copy = os.path.join(HOME, "copy")
    shutil.copytree(NODE, copy)
    segment = os.path.join(copy, "log", "0000000000.seg")
    with open(segment, "r+b") as file:
        file.seek(5000)
        byte = file.read(1)
        file.seek(5000)
        file.write(bytes([byte[0] ^ 1]))
    bad = run("fsck", copy)
    assert bad.returncode == 1 and b"log/0000000000.seg: offset" in bad.stdout, bad


@tap.test
def doctor_finds_a_healthy_node_healthy_and_open_keys_not():
    healthy = run("doctor", NODE, "--json")
    lines = [json.loads(line) for line in healthy.stdout.splitlines()]
    assert healthy.returncode == 0 and all(line["verdict"] != "fault" for line in lines), healthy
    confinement = [line["text"] for line in lines if line["about"] == "confinement"]
    assert [text.split(":")[0] for text in confinement] == ["front", "reader",
                                                              "scribe", "signer"]
    assert all("seccomp" in confinement[n] for n in (2, 3)), confinement
    assert "once the node has run" in confinement[0], confinement
    os.chmod(os.path.join(NODE, "keys", "root"), 0o644)
    open_keys = run("doctor", NODE)
    assert open_keys.returncode == 1 and b"keys/root: mode 644" in open_keys.stdout, open_keys
    os.chmod(os.path.join(NODE, "keys", "root"), 0o600)


try:
    tap.main()
finally:
    shutil.rmtree(HOME)
