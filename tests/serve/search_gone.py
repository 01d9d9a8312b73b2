# SPDX-License-Identifier: Apache-2.0
"""A search whose client goes away ends: those that wait do not begin, the one at work stops, and a
client that only closed its side gets what was found until then."""
import json
import os
import socket
import time

import running
import tap

SEARCHES = 40
NODE = running.Node()
SHOP = NODE.source("shop")
READER = NODE.user("ana", "analyst")
PID = running.processes(NODE.process.pid)["reader"]
PATH = "/v1/records?kind=event&q=nobodyhasthis"


def ticks():
    """Processor time of the reader, in clock ticks."""
    with open(f"/proc/{PID}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def begin():
    """A connection on which a search was asked for."""
    host, port = NODE.address.rsplit(":", 1)
    one = socket.create_connection((host, int(port)), 60)
    one.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {READER}\r\n\r\n"
                .encode())
    return one


def recorded():
    """How many searches the log has."""
    return sum(1 for r in NODE.records() if r["kind"] == "oversight" and
               r["columns"]["action"] == "search")


def settle():
    """The reader answers one question after the other: when this one is answered, all are."""
    assert NODE.request("GET", "/checkpoint")[0] == 200


@tap.test
def there_is_enough_to_look_through():
    raw = {f"field{n}": f"some words of value {n} that fill it" for n in range(60)}
    for n in range(0, 9000, 1000):
        NODE.send(SHOP, *[{"n": n + i, **raw} for i in range(1000)])
    code, _, page = NODE.request("GET", PATH, token=READER)
    assert code == 200 and page["searched"] > 9000 and page["next"] is None, page


@tap.test
def searches_of_clients_that_went_away_are_given_up():
    settle()
    before = ticks()
    NODE.request("GET", PATH, token=READER)
    whole = ticks() - before
    count = recorded()
    settle()
    before = ticks()
    asked = [begin() for _ in range(SEARCHES)]
    for one in asked:
        one.close()
    time.sleep(0.2)  # they are told of in the order of their coming
    settle()
    spent = ticks() - before
    begun = recorded() - count
    assert begun < SEARCHES / 2, f"{begun} of {SEARCHES} were begun"
    assert spent < max(whole, 1) * SEARCHES / 2, (spent, whole)


@tap.test
def who_only_closed_its_side_gets_what_was_found_until_then():
    one = begin()
    one.shutdown(socket.SHUT_WR)
    said = b""
    while piece := one.recv(65536):
        said += piece
    head, body = said.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200"), head
    page = json.loads(body)
    assert page["items"] == [], page
    assert page["next"] is None or page["next"] > 0, page
    settle()


@tap.test
def who_waits_is_answered_as_ever():
    code, _, page = NODE.request("GET", "/v1/records?kind=event&q=8999", token=READER)
    assert code == 200 and len(page["items"]) == 1 and os.path.exists(f"/proc/{PID}"), page
    NODE.stop()


tap.main()
