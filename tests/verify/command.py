# SPDX-License-Identifier: Apache-2.0
"""candor-verify and candor verify as a person or a script meets them: arguments, status, messages.

command.py BUILD"""
import json
import os
import subprocess
import sys
import tempfile

import tap

BUILD = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory()
subprocess.run([os.path.join(BUILD, "tests/verify/make_sample"), FOLDER.name], check=True)


def path(name):
    return os.path.join(FOLDER.name, name)


def text(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


LOG = ["--vkey", text("log.vkey")]


def run(*args, stdin=b""):
    """Runs both programs, which must do the same, and gives status, standard output and error."""
    alone = os.path.join(BUILD, "src/cmd/candor-verify")
    whole = os.path.join(BUILD, "src/cmd/candor")
    results = [subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
               for command in ([alone, *args], [whole, "verify", *args])]
    one, two = [(r.returncode, r.stdout.decode(), r.stderr.decode()) for r in results]
    assert one == two, (one, two)
    return one


def refuses(status, why, *args, stdin=b""):
    got, out, err = run(*args, stdin=stdin)
    assert got == status, (got, out, err)
    assert why in err, err
    assert err.count("\n") == 1 and err.startswith("candor: "), err
    assert out == "" or "--json" in args, out


@tap.test
def a_good_file_ends_with_status_0_and_says_what_was_proven():
    status, out, err = run(path("checkpoint"), *LOG)
    assert (status, err) == (0, "")
    assert out.startswith("verified: checkpoint\n") and "\nproven\n" in out


@tap.test
def standard_input_is_a_file_too():
    with open(path("checkpoint"), "rb") as file:
        status, out, _ = run("-", *LOG, stdin=file.read())
    assert status == 0 and "verified" in out


@tap.test
def json_is_one_object_whatever_the_verdict():
    status, out, _ = run(path("inclusion"), "--json", "--policy", path("policy"), "--entry",
                         path("entry"))
    said = json.loads(out)
    assert status == 0 and said["verified"] is True and said["kind"] == "inclusion proof"
    assert {"name": "index", "value": "5"} in said["facts"]
    status, out, _ = run(path("inclusion"), "--json", *LOG, "--entry", path("other-entry"))
    said = json.loads(out)
    assert status == 1 and said["verified"] is False and "not entry 5" in said["error"]


@tap.test
def what_does_not_verify_ends_with_status_1():
    refuses(1, "does not verify", path("inclusion"), *LOG, "--entry", path("other-entry"))
    refuses(1, "no signature by any", path("checkpoint"), "--vkey", text("w3.vkey"))
    refuses(1, "quorum g is not reached", path("checkpoint"), "--policy", path("strict-policy"))


@tap.test
def bad_input_ends_with_status_2_and_one_line_that_names_it():
    refuses(2, "No such file", path("absent"), *LOG)
    refuses(2, "No such file", path("checkpoint"), "--policy", path("absent"))
    refuses(2, "give --vkey or --policy", path("checkpoint"))
    refuses(2, "give --entry", path("inclusion"), *LOG)
    refuses(2, "key: ", path("checkpoint"), "--vkey", "junk")
    refuses(2, "policy, line 1", path("checkpoint"), "--policy", path("checkpoint"))
    refuses(2, "not a proof", path("entry"), *LOG, "--json")
    refuses(2, "usage", *LOG)
    refuses(2, "usage", path("checkpoint"), path("checkpoint"), *LOG)
    refuses(2, "unknown option --vkeys", path("checkpoint"), "--vkeys", "x")
    refuses(2, "needs a value", path("checkpoint"), "--vkey")
    refuses(2, "not a proof", "-", *LOG)


@tap.test
def a_folder_is_no_file():
    status, _, err = run(FOLDER.name, *LOG)
    assert status in (2, 3) and "directory" in err, err


@tap.test
def a_file_without_an_end_is_refused():
    status, _, err = run("/dev/zero", *LOG)
    assert status == 2 and "too large" in err, err


tap.main()
