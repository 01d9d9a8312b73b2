# SPDX-License-Identifier: Apache-2.0
"""center_node: a running node whose Transparency Center has something on every page.

    node = center_node.filled()
"""
import base64
import datetime
import hashlib
import json
import os
import subprocess
import tempfile

import running
from candor import good, run
from statements import A, statement

CENTER = """public_delay: 0s
center:
  name: "Example Platform"
  contacts: ["mailto:security@example.com", "https://example.com/report"]
  policy: https://example.com/security-policy
  languages: en, fr
  source: https://example.com/candor.git
"""
MARKETS = ("DE", "FR", "IE", "ES", "PL")
CATEGORIES = ("SCAMS_AND_FRAUD", "SELF_HARM", "VIOLENCE", "ILLEGAL_OR_HARMFUL_SPEECH",
              "PROTECTION_OF_MINORS", "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS")
PERIOD = "2026-H1"


def _months():
    """The last twelve months, the oldest first, as year-month."""
    today = datetime.datetime.now(datetime.timezone.utc)
    for back in range(11, -1, -1):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        yield f"{year}-{month + 1:02}"


def statements():
    """What the node has recorded about accounts and content."""
    for m, month in enumerate(_months()):
        for n in range(12 + 5 * (m % 5) + m):
            changes = {"market": MARKETS[n * n % 5], "content_date": "2025-11-01",
                       "application_date": f"{month}-01",
                       "category": "STATEMENT_CATEGORY_" + CATEGORIES[(n * n + m) % 6]}
            if n % 4 == 0:
                changes.update(decision_visibility=None,
                               decision_account="DECISION_ACCOUNT_SUSPENDED")
            if n % 7 == 0:
                changes.update(decision_visibility=["DECISION_VISIBILITY_CONTENT_DEMOTED"])
            if n % 5 == 0:
                changes.update(decision_ground=A, illegal_content_legal_ground="law",
                               illegal_content_explanation="why")
            if n % 3 == 0:
                changes.update(source_type="SOURCE_ARTICLE_16", automated_detection="No",
                               automated_decision="AUTOMATED_DECISION_NOT_AUTOMATED")
            yield statement(f"s-{month}-{n}", **changes)


def _others():
    for m, month in enumerate(_months()):
        time = f"{month}-01T00:00:00Z"
        for n in range(3 + m % 3):
            name, market = f"{month}-{n}", MARKETS[(n + m) % 5]
            yield "notice", {"id": "n" + name, "category": "violence", "content_id": "c",
                             "market": market, "time": time, "trusted_flagger": n == 0}
            yield "appeal", {"id": "a" + name, "forum": "complaint", "basis": "visibility",
                             "puid": f"s-{month}-{n}", "time": time}
            yield "order", {"id": "o" + name, "type": "act" if n % 2 else "information",
                            "basis": "judicial", "authority": "a court", "market": market,
                            "category": "self_harm" if n % 2 else None, "time": time}


def _add(node, kind, decisions):
    lines = [json.dumps({k: v for k, v in one.items() if v is not None}) for one in decisions]
    said = run(kind, "add", node.path, stdin="\n".join(lines).encode())
    assert said.returncode == 0, (kind, said.stdout[-500:], said.stderr)


def _incidents(node):
    ana = node.user("ana", "analyst")
    for title, steps in (("mailbox", ("contained", "eradicated", "recovered", "closed")),
                         ("leak", ("contained",))):
        code, _, made = node.request("POST", "/v1/incidents", {
            "title": title, "severity": "high", "class": "privacy"}, ana)
        assert code == 201, made
        for stage in steps:
            change = {"stage": stage, "owner": "ana"}
            code, _, said = node.request("PATCH", f"/v1/incidents/{made['incident']}", change, ana)
            assert code == 200, (stage, said)


def sign(message):
    """A new key as its verifier name, and its signature of the message."""
    with tempfile.TemporaryDirectory() as home:
        key, text = os.path.join(home, "key"), os.path.join(home, "text")
        with open(text, "wb") as file:
            file.write(message(None))
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
        raw = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout[-32:]
        name = b"auditor.example"
        number = hashlib.sha256(name + b"\n\x01" + raw).hexdigest()[:8]
        public = base64.b64encode(b"\x01" + raw).decode()
        vkey = f"auditor.example+{number}+{public}"
        with open(text, "wb") as file:
            file.write(message(vkey))
        return vkey, subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key,
                                     "-in", text], check=True, capture_output=True).stdout


def attestation(**changes):
    """An attestation record as append takes it, signed, with changes made behind the signature."""
    said = {"subject": "the build of this node", "statement": "Rebuilt on another machine from the "
            "same commit; the file has this hash.", "signer": "Example Auditors"}

    def message(vkey):
        text = [*said.values(), vkey or ""]
        return bytes([0, 0, 0, 1, 0, 1, 1, 1]) + b"".join(
            len(t.encode()).to_bytes(2, "big") + t.encode() for t in text)

    vkey, signature = sign(message)
    return {"kind": "attestation", "time": "2026-11-01T00:00:00Z", "stage": "rebuilt", **said,
            "key": vkey, "signature": base64.b64encode(signature).decode(), **changes}


def append(node, record):
    """Appends a record; its index."""
    return json.loads(good("append", node.path, stdin=json.dumps(record).encode()))["index"]


def _rules(node):
    """Two bundles of rules, one behind the other: one as it was, one changed, one gone, one new."""
    for bundle in ({"login": "bad", "mail": "worse", "upload": "odd"},
                   {"login": "bad", "mail": "worst", "export": "odd"}):
        with tempfile.TemporaryDirectory() as folder:
            for number, (name, word) in enumerate(bundle.items()):
                rule = running.word_rule(word).replace("name: word", "name: " + name)
                with open(os.path.join(folder, name + ".yml"), "w", encoding="utf-8") as file:
                    file.write(rule.replace("7a11", f"7a{number}1"))
            node.candor("rules", "activate", node.path, "--rules", folder)


def _report(node):
    """A report on half a year, where the front finds it."""
    made = os.path.join(node.path, "center", "reports", PERIOD, "1")
    os.makedirs(os.path.dirname(made), exist_ok=True)
    node.candor("report", "build", node.path, "--period", PERIOD, "--out", made)
    with open(os.path.join(made, "manifest"), "rb") as file:
        text = file.read()
    words = dict(line.split(" ", 1) for line in text.decode().splitlines() if " " in line)
    index = append(node, {"kind": "report", "time": "2026-08-14T09:00:00Z", "type": "transparency",
                          "period": PERIOD, "version": 1, "size": int(words["size"]),
                          "manifest": hashlib.sha256(text).hexdigest(),
                          "counted": int(words["counted"]), "opened": 0, "stated": 0})
    for name, command in (("entry", "entry"), ("proof", "prove")):
        with open(os.path.join(made, name), "wb") as file:
            file.write(good("log", command, node.path, str(index)))


def filled(config=""):
    """The node."""
    node = running.Node(config=CENTER + config)
    _add(node, "enforcement", statements())
    for kind in ("notice", "appeal", "order"):
        _add(node, kind, [one for k, one in _others() if k == kind])
    _add(node, "enforcement", [{"puid": f"s-{list(_months())[3]}-{n}", "stage": "reversed",
                                "reason": "appeal"} for n in range(1, 6)])
    _incidents(node)
    _rules(node)
    append(node, attestation())
    _report(node)
    return node
