# SPDX-License-Identifier: Apache-2.0
"""Decisions over the API of a running node: who may, all or none, receipts that a stranger checks,
and the same rules as on the command line, beside events that come in meanwhile."""
import base64
import hashlib
import json
import os
import subprocess

import running
import tap
from candor import VERIFY, run
from statements import statement

NODE = running.Node()
ROLES = {role: NODE.user(role, role) for role in ("analyst", "officer", "auditor", "administrator",
                                                  "program")}
PROGRAM = ROLES["program"]
SHOP = NODE.source("shop")


def post(body, path="enforcements", token=PROGRAM):
    """Status and answer."""
    code, _, said = NODE.request("POST", "/v1/" + path, body, token)
    return code, said


def verified(receipt):
    """What the stand-alone verifier says of a receipt."""
    entry, proof = os.path.join(NODE.home.name, "entry"), os.path.join(NODE.home.name, "proof")
    with open(entry, "wb") as file:
        file.write(base64.b64decode(receipt["entry"]))
    with open(proof, "w", encoding="utf-8") as file:
        file.write(receipt["proof"])
    return subprocess.run([VERIFY, proof, "--entry", entry, "--vkey", NODE.vkey],
                          capture_output=True, text=True, check=False)


@tap.test
def every_role_but_the_auditor_records_decisions():
    for role, token in ROLES.items():
        code, _ = post(statement("by-" + role), token=token)
        assert code == (403 if role == "auditor" else 201), (role, code)
    assert post(statement("x"), token=None)[0] == 401
    assert post(statement("x"), token=SHOP)[0] == 403


@tap.test
def a_receipt_is_verified_by_a_stranger_and_a_changed_one_is_not():
    code, said = post(statement("r-1"))
    assert code == 201 and said["puid"] == "r-1", said
    done = verified(said["receipt"])
    leaf = hashlib.sha256(b"\0" + base64.b64decode(said["receipt"]["entry"])).hexdigest()
    assert said["receipt"]["token"] == f"{said['index']}-{leaf}", said
    assert done.returncode == 0, done.stderr
    again = json.loads(NODE.candor("log", "receipt", NODE.path, str(said["index"])))
    assert again["index"] == said["index"], again
    assert again["receipt"]["token"] == said["receipt"]["token"], again
    assert verified(again["receipt"]).returncode == 0, again
    assert "statement" not in done.stdout and "somebody looked" not in done.stdout
    entry = bytearray(base64.b64decode(said["receipt"]["entry"]))
    entry[-1] ^= 1
    changed = {**said["receipt"], "entry": base64.b64encode(entry).decode()}
    assert verified(changed).returncode == 1


@tap.test
def a_batch_goes_in_together_or_not_at_all():
    NODE.send(SHOP, {"n": 1}, query="?ack=checkpointed")
    before = NODE.size()
    batch = [statement(f"b-{n}") for n in range(100)]
    bad = batch[:50] + [statement("b-50", category="none"), statement("b-1")]
    code, said = post({"statements": bad})
    assert code == 422 and said["message"], said
    assert said["errors"].keys() == {"statement_50", "statement_51"}, said
    assert set(said["errors"]["statement_50"]) == {"category"}, said
    assert NODE.size() == before
    code, said = post({"statements": batch})
    assert code == 201, said
    found = [one["index"] for one in said["statements"]]
    assert found == list(range(found[0], found[0] + 100)), found
    for one in said["statements"][::33]:
        assert verified(one["receipt"]).returncode == 0
    assert post({"statements": batch + [statement("b-100")]})[0] == 422
    assert post({"statements": []})[0] == 422
    code, said = post({"statements": batch[:1]})
    assert code == 422 and set(said["errors"]["statement_0"]) == {"puid"}, said


@tap.test
def notices_orders_and_appeals_have_receipts_too():
    code, notice = post({"id": "n", "category": "violence", "account_id": "u"}, "notices")
    assert code == 201 and verified(notice["receipt"]).returncode == 0, notice
    code, order = post({"id": "o", "type": "information", "basis": "emergency",
                        "authority": "police"}, "orders")
    assert code == 201 and verified(order["receipt"]).returncode == 0, order
    code, appeal = post({"id": "a", "forum": "complaint", "basis": "account", "puid": "r-1"},
                        "appeals")
    assert code == 201 and verified(appeal["receipt"]).returncode == 0, appeal
    assert post({"id": "b", "forum": "complaint", "basis": "account", "puid": "r-x"},
                "appeals")[0] == 422
    figure = {"period": "2026-H1", "cell": "part10/recipients/AT", "value": "7", "method": "count",
              "signer": "A. First"}
    code, declared = post({"figures": [figure]}, "declared")
    assert code == 201 and declared["figures"][0]["cell"] == figure["cell"], declared
    assert verified(declared["figures"][0]["receipt"]).returncode == 0, declared
    code, said = post({"figures": [{**figure, "signer": ""}]}, "declared")
    assert code == 422 and set(said["errors"]["figure_0"]) == {"signer"}, said
    for body in (b"", b"7", b"[]", b'{"statements":7}', b'"x"', b"\xff{}"):
        assert post(body)[0] == 422, body


@tap.test
def the_command_line_of_a_running_node_goes_by_the_same_log():
    lines = "\n".join(json.dumps(one) for one in (statement("r-1"), statement("cli-1")))
    done = run("enforcement", "add", NODE.path, stdin=lines.encode())
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2 and "puid" in answers[0]["errors"], answers
    assert post(statement("cli-1"))[0] == 422
    NODE.pause()
    NODE.start()
    assert post(statement("cli-1"))[0] == 422 and post(statement("b-7"))[0] == 422
    assert post({"puid": "cli-1", "stage": "reversed", "reason": "appeal"})[0] == 201
    NODE.stop()


tap.main()
