# SPDX-License-Identifier: Apache-2.0
"""The Transparency Center of a running node, page by page, as a stranger's client sees it: what is
there, with which headers, how large, and what hostile requests get."""
import base64
import csv
import datetime
import hashlib
import html
import io
import json
import os
import re
import tempfile
import urllib.parse
from xml.etree import ElementTree

import center_node
import running
import tap
from candor import VERIFY, good, run

PAGE_BYTES_MAX = 100 * 1024
NODE = center_node.filled()
HTML = {"Accept": "text/html,application/xhtml+xml"}
# Where a page may send a reader beside this node: standards that it names.
OUTSIDE = {"https://c2sp.org/tlog-tiles", "https://example.com/candor.git",
           "mailto:security@example.com", "https://example.com/report",
           "https://example.com/security-policy"}
REPORT = f"/reports/{center_node.PERIOD}/1/"


PAGES = ["/", "/reports/", "/enforcement", "/government-requests", "/data-access", "/log",
         "/running", "/attestations", "/receipts/", "/incidents", "/failures", "/controls",
         "/roadmap", "/contact", "/feed.atom", "/.well-known/security.txt", "/checkpoint",
         "/verify", REPORT, REPORT + "cells.csv", REPORT + "manifest",
         REPORT + "cells/accounts_taken_down", REPORT + "cells/content_taken_down/violence",
         REPORT + "figures/removal_orders"]


def get(path, method="GET", **headers):
    """Status, headers and text of a path."""
    code, told, said = NODE.request(method, path, None, None, **headers)
    said = said.decode("utf-8", "replace") if isinstance(said, bytes) else json.dumps(said)
    return code, told, said


def links(text):
    """Everything that a page refers to."""
    return re.findall(r'(?:href|src|action)="([^"]*)"', text)


def walk():
    """Every page that can be reached from the first one: path to text."""
    found, waiting = {}, ["/"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        code, told, text = get(path)
        assert code == 200, (path, code)
        found[path] = text
        if not told["Content-Type"].startswith("text/html") or path == "/verify":
            continue
        for link in links(text):
            if link in OUTSIDE or link.startswith("#"):
                continue
            assert link.startswith("/") and not link.startswith("//"), (path, link)
            waiting.append(link.split("#")[0])
    return found


@tap.test
def every_page_is_reached_small_and_asks_nobody_else():
    pages = walk()
    for path in PAGES:
        assert path in pages, path
    for path, text in pages.items():
        is_page = text.startswith("<!DOCTYPE html>") and not path.endswith("report.html")
        if is_page and path != "/verify":
            assert len(text.encode()) <= PAGE_BYTES_MAX, (path, len(text))
            assert "<script" not in text.replace('<script type="module" src="/check.mjs">', "")
            assert " style=" not in text and " on" not in re.findall(r"<[^>]*>", text), path
            assert 'id="not-proven"' in text and text.count("<h1>") == 1, path


@tap.test
def every_answer_says_what_a_browser_may_do_with_it():
    for path in ("/", "/log", "/center.css", "/icon.svg", "/nowhere"):
        _, told, _ = get(path, **HTML)
        assert "default-src 'none'" in told["Content-Security-Policy"], path
        assert "unsafe-inline" not in told["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"], path
        for name, value in (("X-Content-Type-Options", "nosniff"),
                            ("Referrer-Policy", "no-referrer"),
                            ("Cross-Origin-Opener-Policy", "same-origin")):
            assert told[name] == value, (path, name)
        assert "Set-Cookie" not in told, path


@tap.test
def what_a_client_has_already_is_not_sent_again():
    for path in ("/", "/center.css", "/verify"):
        code, told, text = get(path)
        tag = told["ETag"]
        assert code == 200 and text
        for known in (tag, f'"x", {tag}', "W/" + tag, "*"):
            code, told, text = get(path, **{"If-None-Match": known})
            assert (code, text, told["ETag"]) == (304, "", tag), (path, known, code)
        assert get(path, **{"If-None-Match": '"other"'})[0] == 200
    assert "immutable" in get(re.search(r'/center\.css\?\w+', get("/")[2])[0])[1]["Cache-Control"]
    code, told, text = get("/log", "HEAD")
    assert (code, text) == (200, "") and int(told["Content-Length"]) > 1000


@tap.test
def what_is_not_there_has_a_page_of_its_own():
    for path in ("/nowhere", "/log/x", "/reports2", "//", "/%00", "/" + "x" * 8000, "/log%2f..%2f"):
        code, _, text = get(path, **HTML)
        assert code in (400, 404), (path, code)
        assert code == 400 or "There is no such page" in text, path
    assert get("/nowhere")[0] == 404 and get("/nowhere")[1]["Content-Type"] == "application/json"
    for path in ("/", "/log", "/reports/"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert NODE.request(method, path, b"")[0] == 405, (method, path)


@tap.test
def hostile_paths_below_the_reports_lead_nowhere():
    for path in ("/reports/2026-H3/1/", "/reports/9999999999/1/", "/reports/2026-H1/0/",
                 "/reports/2026-H1/2/", "/reports/2026-H1/99999999999999999999/",
                 "/reports/2026-H1/-1/", "/reports/%2e%2e/", REPORT + "%2e%2e/manifest",
                 REPORT + "..%2f..%2f..%2fcandor.yaml", REPORT + "a/../manifest",
                 REPORT + "/manifest", REPORT + "manifest/", REPORT + "manifest%00",
                 REPORT + ".manifest", REPORT + "cells/", REPORT + "cells/x",
                 REPORT + "cells/x/y/z/w", REPORT + "figures/x", REPORT + "x" * 5000,
                 "/running/changes/x",
                 "/running/changes/99999999", "/enforcement/x", "/receipts/x", "/receipts/1-x"):
        code, told, text = get(path, **HTML)
        assert code in (400, 404), (path, code)
        assert "vkey" not in text and "origin:" not in text, path
    os.symlink("/etc/passwd", os.path.join(NODE.path, "center", "reports", center_node.PERIOD, "1",
                                           "passwd"))
    assert get(REPORT + "passwd")[0] == 404  # the front can reach nothing outside


@tap.test
def a_report_is_its_files_and_its_record():
    code, told, cells = get(REPORT + "cells.csv")
    assert code == 200 and told["Content-Type"] == "text/csv; charset=utf-8"
    assert get(REPORT + "cells.csv", **{"If-None-Match": told["ETag"]})[0] == 304
    assert get(REPORT + "cells.csv", "HEAD")[1]["Content-Length"] == str(len(cells.encode()))
    rows = {"/".join(filter(None, (r["figure"], r["value_1"], r["value_2"]))): r["count"]
            for r in csv.DictReader(io.StringIO(cells))}
    page = get(REPORT)[2]
    found = re.findall(r'cells/([^"]+)">([0-9,]+)</a>', page)
    assert len(found) > 50
    for name, number in found:
        assert rows[name] == number.replace(",", ""), name
    for name in ("accounts_taken_down", "content_taken_down/violence/incompatible_content_safety"):
        page = get(f"{REPORT}cells/{name}")[2]
        assert f'data-value="{rows[name]}"' in page and f"id {name.split('/')[0]}" in page
    assert get("/reports/2026-H1")[2] == get(REPORT)[2]


@tap.test
def live_figures_are_what_went_in():
    code, told, text = get("/enforcement/figures.csv")
    assert code == 200 and told["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(text)))
    want = sum("decision_account" in s for s in center_node.statements())
    assert sum(int(r["count"]) for r in rows if r["figure"] == "accounts_taken_down") == want
    assert f'<dd class="big">{want:,}</dd>' in get("/enforcement")[2]
    definitions = get("/enforcement/definitions.txt")[2]
    assert {r["figure"] for r in rows} <= set(re.findall(r"^id (.*)$", definitions, re.M))


@tap.test
def an_attestation_stands_by_its_own_signature():
    assert get("/attestations")[2].count("signature verified") == 1
    center_node.append(NODE, center_node.attestation(statement="Another one"))
    center_node.append(NODE, center_node.attestation(key="x"))
    found = running.wait_until(lambda: (t := get("/attestations")[2]).count("<h2>") == 7 and t)
    assert found.count("signature verified") == 1, found
    assert found.count("signature does not verify") == 2, found


@tap.test
def a_receipt_is_found_by_index_and_hash_alone():
    entry = base64.b64encode(good("log", "entry", NODE.path, "40")).decode()
    leaf = hashlib.sha256(b"\0" + base64.b64decode(entry)).hexdigest()
    for path in (f"/receipts/40-{leaf}", f"/receipts/?token=40-{leaf}"):
        code, _, text = get(path)
        assert code == 200 and "It is in the log" in text and entry in text, path
    proof = html.unescape(re.search(r"<pre>(c2sp.org/tlog-proof.*?)</pre>", text, re.S).group(1))
    with tempfile.TemporaryDirectory() as home:
        for name, said in (("proof", proof.encode()), ("entry", base64.b64decode(entry))):
            with open(os.path.join(home, name), "wb") as file:
                file.write(said)
        done = run(os.path.join(home, "proof"), "--entry", os.path.join(home, "entry"), "--vkey",
                   NODE.vkey, program=VERIFY)
        assert done.returncode == 0, done.stderr
    for token in (f"41-{leaf}", f"40-{leaf[:-1]}0", f"99999999-{leaf}", "40", f"40-{leaf}0", "-"):
        code, _, text = get(f"/receipts/?token={token}")
        assert code == 404 and "no such receipt" in text or leaf[-1] == "0", token


@tap.test
def what_changed_between_two_bundles_is_told_by_name():
    page = get("/running")[2]
    assert page.count(">in force<") == 1
    text = get(re.search(r"/running/changes/\d+", page).group(0))[2]
    for change, name in (("added", "export"), ("removed", "upload"), ("changed", "mail")):
        assert re.search(rf"<td>{change}</td><th scope=\"row\">{name}.yml<", text), (change, text)
    assert "1 added, 1 removed, 1 changed, 1 as they were" in text


@tap.test
def the_feed_and_security_txt_are_well_formed():
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(get("/feed.atom")[2])
    for node in (feed, *feed.findall(atom + "entry")):
        for name in ("id", "title", "updated"):
            assert len(node.findall(atom + name)) == 1, name
    ids = [e.find(atom + "id").text for e in feed.findall(atom + "entry")]
    assert len(ids) == len(set(ids)) == 8 and all(i.startswith("ni:///sha-256;") for i in ids)
    assert feed.find(atom + "author") is not None
    code, told, text = get("/.well-known/security.txt")
    assert code == 200 and told["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    assert lines["Policy"] == "https://example.com/security-policy" and "Contact" in lines
    ends = datetime.datetime.fromisoformat(lines["Expires"].replace("Z", "+00:00"))
    assert 80 < (ends - datetime.datetime.now(datetime.timezone.utc)).days <= 90


@tap.test
def foreign_text_stays_text():
    evil = "<script>alert(1)</script>"
    for path in ("/" + urllib.parse.quote(evil), "/log?token=" + urllib.parse.quote(evil)):
        assert evil not in get(path, **HTML)[2]
    _, _, text = get("/log", Host="x\"><b>.example")
    assert "<b>" not in text


@tap.test
def the_node_ends_well():
    NODE.stop()


tap.main()
