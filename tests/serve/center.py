# SPDX-License-Identifier: Apache-2.0
"""The Transparency Center of a running node, page by page, as a stranger's client sees it: what is
there, with which headers, how large, and what hostile requests get."""
import re
import urllib.parse

import running
import tap

PAGE_BYTES_MAX = 100 * 1024
NODE = running.Node(config="public_delay: 0s\n")
HTML = {"Accept": "text/html,application/xhtml+xml"}
# Where a page may send a reader beside this node: standards that it names.
OUTSIDE = {"https://c2sp.org/tlog-tiles"}


def get(path, method="GET", **headers):
    """Status, headers and text of a path."""
    code, told, said = NODE.request(method, path, None, None, **headers)
    return code, told, said.decode() if isinstance(said, bytes) else said


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
    assert {"/", "/log", "/reports/", "/checkpoint", "/verify"} <= set(pages), sorted(pages)
    for path, text in pages.items():
        if path != "/verify":
            assert len(text.encode()) <= PAGE_BYTES_MAX, (path, len(text))
        if text.startswith("<!DOCTYPE html>") and path != "/verify":
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
