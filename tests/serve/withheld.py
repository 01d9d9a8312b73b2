# SPDX-License-Identifier: Apache-2.0
"""Orders of authorities and the public log: what holds an order waits for its release, whatever
happens to the node and to the record meanwhile, and nothing else does."""
import datetime
import json
import os
import time

from candor import erase, good, refused
import running
import tap

NODE = running.Node(config="public_delay: 0s\nofficers: [ A. First, B. Second ]\n")
SHOP = NODE.source("shop")
OFFICER = NODE.user("olga", "officer")
FAR = "2199-01-01T00:00:00Z"


def order(ident, **more):
    """Records an order or a step of it; its index."""
    body = {"id": ident, "type": "information", "basis": "judicial", "authority": "court", **more}
    code, _, said = NODE.request("POST", "/v1/orders", body, OFFICER)
    assert code == 201, said
    return said["index"]


def fill():
    """Events until the newest bundle is full; the number of bundles that are."""
    left = 256 - NODE.size() % 256
    NODE.send(SHOP, *[{"n": n} for n in range(left)])
    while NODE.size() % 256:  # records of who looked, summaries
        NODE.send(SHOP, {"n": 0})
    return NODE.size() // 256


def state(path):
    code, told, said = NODE.request("GET", path)
    if code == 200:
        assert "immutable" in told["Cache-Control"]
        return "public"
    assert code == 404 and told["Cache-Control"] == "no-store", (code, said)
    return said["error"]


def bundle(index, width=256):
    """Where the bundle of an entry is, whole or cut off."""
    return f"/tile/entries/{index // 256:03}" + (f".p/{width}" if width < 256 else "")


def waits(index):
    """The entry waits, and it alone: what comes before it in its bundle does not."""
    said = state(bundle(index))
    assert said == "not all of these entries are public yet", said
    assert state(bundle(index, index % 256 + 1)) == said
    if index % 256:
        assert state(bundle(index, index % 256)) == "public"


def becomes_public(index):
    running.wait_until(lambda: state(bundle(index)) == "public", "the bundle is public")


@tap.test
def a_bundle_waits_from_its_first_withheld_order_on():
    fill()
    NODE.send(SHOP, *[{"n": n} for n in range(20)])
    global SECRET
    SECRET = order("secret", release=FAR, subjects=["ana"])
    bundles = fill()
    fill()
    waits(SECRET)
    for n in range(bundles + 1):
        if n != SECRET // 256:
            becomes_public(256 * n)
    for level in ("0", "1"):
        assert state(f"/tile/{level}/000" + (".p/1" if level == "1" else "")) == "public"
    assert b"secret" not in NODE.request("GET", "/checkpoint")[2]


@tap.test
def an_order_without_a_release_does_not_wait():
    index = order("open")
    fill()
    becomes_public(index)


@tap.test
def every_later_step_waits_with_its_order_and_moves_it():
    first = order("two", release=FAR)
    fill()
    second = order("two", stage="effect_given", produced=True)
    fill()
    waits(first)
    waits(second)
    third = order("two", stage="authority_informed", release="2020-01-01T00:00:00Z")
    fill()
    for index in (first, second, third):
        becomes_public(index)
    fourth = order("two", stage="effect_given", release=FAR)  # what is public stays so
    fill()
    waits(fourth)
    for index in (first, second, third):
        assert state(bundle(index)) == "public"


@tap.test
def a_step_that_says_released_ends_the_wait():
    first = order("three", release=FAR)
    fill()
    waits(first)
    last = order("three", stage="released")
    fill()
    becomes_public(first)
    becomes_public(last)


@tap.test
def the_release_comes_by_itself():
    due = time.time() + 4
    stamp = datetime.datetime.fromtimestamp(due, datetime.timezone.utc)
    index = order("four", release=stamp.isoformat().replace("+00:00", "Z"))
    fill()
    assert state(bundle(index)) != "public" or time.time() >= due
    becomes_public(index)
    assert time.time() >= due, "published too early"


@tap.test
def an_order_that_was_appended_waits_too():
    line = {"kind": "order", "time": "2026-03-01T10:00:00Z", "id": "plain", "stage": "received",
            "type": "preserve", "market": "IE", "release": FAR}
    index = json.loads(good("append", NODE.path, stdin=json.dumps(line).encode()))["index"]
    fill()
    waits(index)


@tap.test
def a_restart_a_rebuild_and_a_lost_database_publish_nothing():
    NODE.pause()
    NODE.start()
    waits(SECRET)
    NODE.pause()
    good("rebuild", NODE.path)
    assert not os.path.exists(os.path.join(NODE.path, "view", "withheld.db"))
    NODE.start()
    waits(SECRET)
    NODE.pause()
    for name in os.listdir(os.path.join(NODE.path, "view")):
        if name.startswith("withheld.db"):
            os.remove(os.path.join(NODE.path, "view", name))
    NODE.start()
    waits(SECRET)
    becomes_public(0)


@tap.test
def an_erasure_leaves_what_says_that_it_waits():
    refused(b"release is kept until the order is released", "erase", NODE.path, str(SECRET),
            "--field", "release", "--basis", "mistake", "--by", "A. First")
    refused(b"id is kept until the order is released", "erase", NODE.path, str(SECRET),
            "--field", "id", "--basis", "mistake", "--by", "A. First")
    erase(NODE.path, SECRET)
    left = NODE.records(SECRET, 1)[0]["fields"]
    assert {n for n, v in left.items() if v and not isinstance(v, dict)} == {"id", "release"}, left
    waits(SECRET)
    NODE.pause()
    good("rebuild", NODE.path)
    NODE.start()
    waits(SECRET)
    NODE.stop()


tap.main()
