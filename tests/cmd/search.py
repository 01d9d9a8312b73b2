# SPDX-License-Identifier: Apache-2.0
"""Recorded events are found by their values: with filters, without, behind an erasure, by a command
and over the API, and every search is a record."""
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import running
import tap

SEGMENT = 65536
EVENTS = 140000  # two full segments and a part
STATE = {}


def event(n):
    one = {"n": n, "actor": f"person{n % 50}", "CommandLine": f"tool.exe /run task{n % 1000}"}
    if n in (7, 70000, 139999):
        one["who"] = {"id": "Rare One"}
    return one


def send(node, token, events):
    body = b"".join(json.dumps(e).encode() + b"\n" for e in events)
    asked = urllib.request.Request(node.url + "/v1/events", body,
                                   {"Authorization": "Bearer " + token})
    with urllib.request.urlopen(asked, timeout=120) as answer:
        assert json.load(answer)["accepted"] == len(events)


def search(*arguments, status=0):
    """The numbers of the events that the command finds."""
    done = subprocess.run([running.CANDOR, "log", "search", STATE["node"].path, *arguments],
                          capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    STATE["said"] = done.stderr
    return [json.loads(json.loads(line)["fields"]["raw"])["n"] for line in done.stdout.splitlines()]


def filters(node):
    return sorted(name for name in os.listdir(os.path.join(node.path, "view"))
                  if name.endswith(".filter"))


def wait_for_filters(node, count):
    end = time.monotonic() + 120
    while len(filters(node)) < count:
        assert time.monotonic() < end, filters(node)
        time.sleep(0.05)


@tap.test
def an_event_is_found_by_a_field_or_by_words_the_newest_first():
    node = STATE["node"] = running.Node()
    token = node.source("shop")
    for first in range(0, EVENTS, 20000):
        send(node, token, [event(n) for n in range(first, first + 20000)])
    rare = [139999, 70000, 7]
    assert search("who.id=Rare One") == rare
    assert search("WHO.ID=rare one") == rare, "capitals count as small letters"
    assert search("rare") == rare and search("rare", "one") == rare
    assert search("who.id=rare") == [], "the whole value is asked for"
    assert search("rare", "n=7") == [7] and search("n=7") == [7]
    assert search("nobody") == [] and search("actor=nobody") == []
    assert search("source=shop", "task999", "--limit", "3") == [139999, 138999, 137999]
    assert search("actor=person49", "task49", "--limit", "2") == [139049, 138049]


@tap.test
def filters_rule_segments_out_and_change_no_answer():
    node = STATE["node"]
    wait_for_filters(node, 2)
    assert search("who.id=Rare One") == [139999, 70000, 7]
    end, number, ruled_out = time.monotonic() + 60, 0, 0
    while ruled_out < 2 * SEGMENT:  # a filter lets one word in 300 through
        assert time.monotonic() < end, STATE["said"]
        assert search(f"nobody{number}atall") == []
        ruled_out = int(re.search(r"(\d+) ruled out", STATE["said"]).group(1))
        number += 1
    assert ruled_out == 2 * SEGMENT, STATE["said"]
    for name in filters(node):
        for folder in ("view", "keys"):
            with open(os.path.join(node.path, folder, name), "rb") as file:
                held = file.read()
            assert b"person49" not in held and b"rare" not in held
    with open(os.path.join(node.path, "view", filters(node)[0]), "r+b") as file:
        file.seek(1000)
        file.write(b"damaged")
    assert search("who.id=Rare One") == [139999, 70000, 7], "what is damaged is looked through"


@tap.test
def pages_go_on_where_the_last_one_ended():
    found, before = [], None
    while True:
        more = ["--before", str(before)] if before is not None else []
        done = subprocess.run([running.CANDOR, "log", "search", STATE["node"].path, "task77",
                               "--limit", "13", *more], capture_output=True, text=True, check=True)
        page = [json.loads(line) for line in done.stdout.splitlines()]
        if not page:
            break
        assert all(before is None or r["index"] < before for r in page)
        found += [json.loads(r["fields"]["raw"])["n"] for r in page]
        before = page[-1]["index"]
    assert found == [n for n in reversed(range(EVENTS)) if n % 1000 == 77]


def ask(token, **parameters):
    url = STATE["node"].url + "/v1/records?" + urllib.parse.urlencode(parameters)
    asked = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
    try:
        with urllib.request.urlopen(asked, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@tap.test
def the_api_finds_the_same_page_by_page():
    node = STATE["node"]
    token = STATE["token"] = node.candor("user", "add", node.path, "una", "--role",
                                         "analyst").strip()
    found, more = [], {}
    while True:
        code, page = ask(token, kind="event", q='who.id="Rare One"', limit=2, **more)
        assert code == 200, page
        found += [json.loads(r["fields"]["raw"])["n"] for r in page["items"]]
        if page["next"] is None:
            break
        more = {"before": page["next"]}
    assert found == [139999, 70000, 7]
    for bad in ("", " ", 'a="open', " ".join(f"w{n}" for n in range(17))):
        code, answer = ask(token, kind="event", q=bad)
        assert code == 400 and "q: " in answer["error"], answer


@tap.test
def every_search_is_a_record():
    node = STATE["node"]
    before = node.size()
    search("actor=person1", "--limit", "1", "--by", "A. Analyst", "--purpose", "case 9")
    ask(STATE["token"], kind="event", q="task5", limit=1)
    looks = [r for r in node.records(before) if r["kind"] == "oversight"]
    searches = [r for r in looks if r["columns"]["action"] == "search"]
    assert [r["fields"]["object"] for r in searches] == ["actor=person1", "task5"], searches
    assert searches[0]["fields"]["actor"] == "A. Analyst"
    assert searches[0]["fields"]["purpose"] == "case 9"
    assert searches[1]["fields"]["actor"] == "una"


@tap.test
def what_was_erased_is_found_no_more_and_its_filter_is_made_anew():
    node = STATE["node"]
    done = subprocess.run([running.CANDOR, "log", "search", node.path, "n=70000"],
                          capture_output=True, text=True, check=True)
    index = json.loads(done.stdout)["index"]
    name = f"{index // SEGMENT:010}.filter"

    def key():
        with open(os.path.join(node.path, "keys", name), "rb") as file:
            return file.read()

    old = key()
    with open(os.path.join(node.path, "candor.yaml"), "a", encoding="utf-8") as file:
        file.write("officers: [ A. First, B. Second ]\n")
    node.process.terminate()
    assert node.process.wait(60) == 0
    asked = json.loads(node.candor("erase", node.path, str(index), "--basis", "objection", "--by",
                                   "A. First"))["request"]
    node.candor("erase", "approve", node.path, str(asked), "--by", "B. Second")
    assert not os.path.exists(os.path.join(node.path, "keys", name))
    assert search("who.id=Rare One") == [139999, 7]
    node.process = subprocess.Popen([running.CANDOR, "serve", node.path], stdout=subprocess.PIPE,
                                    text=True)
    node.process.stdout.readline()
    wait_for_filters(node, 2)
    assert key() != old
    assert search("who.id=Rare One") == [139999, 7]
    node.stop()


tap.main()
