# SPDX-License-Identifier: Apache-2.0
"""Incidents through the real binary: the state machine, who may, findings attached, changes at the
same time, and that the view comes out the same when it is rebuilt."""
import json
import subprocess
import threading

import running
import tap

NODE = running.Node(rules={"word": running.word_rule("bad")})
SHOP = NODE.source("shop")
ANA = NODE.user("ana", "analyst")

# Which stage leads from a state to which, written down a second time.
ALLOWED = {
    "new": {"acknowledged": "investigating", "contained": "contained", "closed": "closed",
            "updated": "new", "notified": "new"},
    "investigating": {"contained": "contained", "closed": "closed", "updated": "investigating",
                      "notified": "investigating"},
    "contained": {"eradicated": "eradicated", "recovered": "recovered",
                  "reopened": "investigating", "updated": "contained", "notified": "contained"},
    "eradicated": {"recovered": "recovered", "reopened": "investigating",
                   "updated": "eradicated", "notified": "eradicated"},
    "recovered": {"closed": "closed", "reopened": "investigating", "updated": "recovered",
                  "notified": "recovered"},
    "closed": {"reopened": "investigating", "reviewed": "closed", "notified": "closed"},
}
WAY = {"new": [], "investigating": ["acknowledged"], "contained": ["contained"],
       "eradicated": ["contained", "eradicated"], "recovered": ["contained", "recovered"],
       "closed": ["closed"]}
STAGES = ["opened", "acknowledged", "contained", "eradicated", "recovered", "closed", "reopened",
          "updated", "notified", "reviewed"]


def opened(**members):
    """The number of a new incident."""
    code, _, answer = NODE.request("POST", "/v1/incidents", {"title": "x", **members}, ANA)
    assert code == 201 and answer["state"] == "new", (code, answer)
    return answer["incident"]


def change(number, token=ANA, headers=None, **members):
    """The status and the answer."""
    code, _, answer = NODE.request("PATCH", f"/v1/incidents/{number}", members, token,
                                   **(headers or {}))
    return code, answer


def staged(number, stage):
    more = {"notified": "the authority"} if stage == "notified" else {}
    return change(number, stage=stage, **more)


def incident(number, token=ANA):
    code, headers, answer = NODE.request("GET", f"/v1/incidents/{number}", None, token)
    assert code == 200, answer
    return headers["ETag"], answer


def finding():
    """The index of a new finding, and of its event."""
    sent = NODE.send(SHOP, {"product": "shop", "word": "bad"})
    return sent["last_index"] + 1, sent["last_index"]


@tap.test
def every_transition_of_the_table_is_allowed_and_every_other_refused():
    for state, allowed in ALLOWED.items():
        for stage in STAGES:
            number = opened()
            for step in WAY[state]:
                assert staged(number, step)[0] == 200
            code, answer = staged(number, stage)
            if stage in allowed:
                assert code == 200 and answer["state"] == allowed[stage], (state, stage, answer)
                continue
            assert code == 409, (state, stage, answer)
            legal = answer["error"].split(" it can be ")[1].split(", not ")[0]
            assert set(legal.replace(" or ", ", ").split(", ")) == set(allowed), answer


@tap.test
def an_incident_shows_what_its_changes_say_together_and_who_made_them():
    one, event = finding()
    two, _ = finding()
    number = opened(title="Account taken over", severity="high", **{"class": "privacy"},
                    findings=[one], began="2026-01-31T09:00:00Z", note="the first words")
    assert change(number, stage="acknowledged", owner="ana")[0] == 200
    bob = NODE.user("bob", "officer")
    assert change(number, token=bob, findings=[one, two], severity="critical", persons=3)[0] == 200
    assert change(number, stage="contained")[0] == 200
    before = NODE.size()
    tag, shown = incident(number, bob)
    look = NODE.records(before, 1)[0]
    assert look["kind"] == "oversight" and look["fields"]["actor"] == "bob", look
    history = shown["history"]
    assert look["fields"]["records"] == [r["index"] for r in history], look
    assert tag == f'"{history[-1]["index"]}"' and shown["last_index"] == history[-1]["index"]
    assert shown["id"] == f"INC-{number}" and shown["state"] == "contained"
    assert shown["title"] == "Account taken over" and shown["severity"] == "critical"
    assert shown["findings"] == [one, two] and shown["owner"] == "ana" and shown["persons"] == 3
    assert shown["class"] == "privacy" and shown["status_id"] == 2 and shown["changes"] == 4
    assert shown["began"] == "2026-01-31T09:00:00Z" and shown["closed"] is None
    assert shown["opened"] == history[0]["fields"]["time"]
    assert shown["acknowledged"] == history[1]["fields"]["time"]
    assert [r["fields"]["actor"] for r in history] == ["ana", "ana", "bob", "ana"]
    assert [r["columns"]["stage"] for r in history] == ["opened", "acknowledged", "updated",
                                                        "contained"]
    assert all(r["columns"]["class"] == "privacy" for r in history)
    assert "title" not in history[1]["fields"], "a change says only what it changes"
    for wrong in (event, 10**9, NODE.size() - 1):
        code, answer = change(number, findings=[wrong])
        assert code == 400 and "no finding" in answer["error"], answer


@tap.test
def of_changes_at_the_same_time_one_is_taken_and_the_others_are_told():
    number = opened()
    tag, _ = incident(number)
    found = []

    def try_once(name):
        found.append(change(number, headers={"If-Match": tag}, owner=name))

    threads = [threading.Thread(target=try_once, args=(f"u{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for code, _ in found) == [200] + [409] * 5, found
    assert all("changed meanwhile" in a["error"] for code, a in found if code == 409)
    tag, shown = incident(number)
    assert shown["changes"] == 2
    assert change(number, headers={"If-Match": tag}, owner="me")[0] == 200
    assert change(number, headers={"If-Match": "*"}, owner="me")[0] == 200
    for wrong in ("7", '"x"', 'W/"7"', '""'):
        assert change(number, headers={"If-Match": wrong}, owner="me")[0] == 400, wrong


@tap.test
def only_those_who_handle_incidents_may_change_them():
    number = opened()
    for role, code in (("auditor", 403), ("program", 403), ("officer", 200),
                       ("administrator", 200)):
        token = NODE.user("may-" + role, role)
        assert change(number, token=token, owner=role)[0] == code, role
        assert NODE.request("GET", "/v1/incidents", None, token)[0] == 200
    assert change(number, token=SHOP, owner="x")[0] == 403
    assert change(number, token=None, owner="x")[0] == 401
    assert NODE.request("POST", "/v1/incidents", {"title": "x"}, SHOP)[0] == 403


@tap.test
def what_is_wrong_with_a_change_is_told():
    number = opened()
    size = NODE.size()
    cases = [({"owner": ""}, "owner"), ({"owner": 7}, "owner"), ({"severity": "huge"}, "severity"),
             ({"class": "none"}, "class"), ({"stage": "gone"}, "stage"), ({"began": "x"}, "began"),
             ({"persons": -1}, "persons"), ({"loss": 1.5}, "loss"), ({"colour": "red"}, "colour"),
             ({"findings": 1}, "findings"), ({"findings": ["1"]}, "findings"),
             ({"stage": "notified"}, "notified"), ({"notified": "x"}, "notified"),
             ({"incident": 1}, "incident"), ({"techniques": [1]}, "techniques"),
             ({"note": "x" * 20000}, "note")]
    for members, word in cases:
        code, answer = change(number, **members)
        assert code == 400 and word in answer["error"], (members, code, answer)
    for body in (b"", b"[]", b"7", b'{"owner":"a","owner":"b"}', b'{"owner":"a"', b"\xff"):
        code, _, answer = NODE.request("PATCH", f"/v1/incidents/{number}", body, ANA)
        assert code == 400, (body, code, answer)
    assert NODE.request("PATCH", f"/v1/incidents/{number}", b" " * 50000, ANA)[0] == 413
    for path in ("0", "65535", "65536", "x", "-1", "99999999999999999999"):
        assert NODE.request("GET", "/v1/incidents/" + path, None, ANA)[0] == 404, path
        assert NODE.request("PATCH", "/v1/incidents/" + path, {"owner": "a"}, ANA)[0] == 404, path
    for query in ("state=open", "limit=501", "limit=x", "before=65537"):
        assert NODE.request("GET", "/v1/incidents?" + query, None, ANA)[0] == 400, query
    assert NODE.request("POST", "/v1/incidents", {"owner": "x"}, ANA)[0] == 400
    assert NODE.request("POST", "/v1/incidents", {"title": "x", "stage": "closed"}, ANA)[0] == 400
    assert NODE.size() == size, "a refused change was recorded"


@tap.test
def lists_are_filtered_and_paged():
    code, _, page = NODE.request("GET", "/v1/incidents?limit=500", None, ANA)
    assert code == 200
    numbers = [i["incident"] for i in page["items"]]
    assert numbers == sorted(numbers, reverse=True) and numbers[-1] == 1, numbers
    got, before = [], ""
    while before is not None:
        _, _, part = NODE.request("GET", f"/v1/incidents?limit=7{before}", None, ANA)
        got += [i["incident"] for i in part["items"]]
        before = None if part["next"] is None else f"&before={part['next']}"
    assert got == numbers
    for state in ALLOWED:
        _, _, some = NODE.request("GET", f"/v1/incidents?limit=500&state={state}", None, ANA)
        assert [i["incident"] for i in some["items"]] == \
            [i["incident"] for i in page["items"] if i["state"] == state], state


@tap.test
def commands_do_the_same_with_and_without_a_running_node():
    said = json.loads(NODE.candor("incident", "open", NODE.path, "--title", "by hand", "--severity",
                                  "low", "--class", "abuse"))
    number = said["incident"]
    assert incident(number)[1]["history"][0]["fields"]["actor"]
    stale = str(said["index"])
    NODE.candor("incident", "update", NODE.path, f"INC-{number}", "--stage", "acknowledged",
                "--owner", "eve", "--expect", stale, "--by", "eve")
    for arguments, status in ((["--expect", stale], 1), (["--stage", "eradicated"], 1),
                              (["--stage", "x"], 2), (["--expect", "x"], 2)):
        done = subprocess.run([running.CANDOR, "incident", "update", NODE.path, str(number),
                               *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == status and done.stderr, done
    shown = incident(number)[1]
    assert shown["owner"] == "eve" and shown["history"][1]["fields"]["actor"] == "eve"
    NODE.pause()
    NODE.candor("incident", "close", NODE.path, str(number), "--note", "done")
    shown = json.loads(NODE.candor("incident", "show", NODE.path, str(number)))
    assert shown["state"] == "closed" and shown["changes"] == 3 and shown["closed"]
    listed = [json.loads(line) for line in
              NODE.candor("incident", "list", NODE.path).splitlines()]
    assert listed[0]["incident"] == number and listed[0]["title"] == "by hand"
    some = NODE.candor("incident", "list", NODE.path, "--state", "closed").splitlines()
    assert {json.loads(line)["state"] for line in some} == {"closed"}
    line = json.dumps({"kind": "incident", "time": "2026-01-01T00:00:00Z", "stage": "closed",
                       "number": number, "incident": "INC-1", "actor": "x"})
    done = subprocess.run([running.CANDOR, "append", NODE.path], input=line, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 2 and "candor incident" in done.stderr, done


@tap.test
def the_view_comes_out_the_same_when_it_is_rebuilt():
    first = json.loads(NODE.candor("rebuild", NODE.path, "--json"))
    listed = NODE.candor("incident", "list", NODE.path)
    again = json.loads(NODE.candor("rebuild", NODE.path, "--json"))
    assert again["entries"] > first["entries"]  # the look at the list
    NODE.start()
    assert NODE.candor("incident", "list", NODE.path) == listed
    number = json.loads(listed.splitlines()[0])["incident"]
    code, answer = change(number, stage="reopened")
    assert code == 200 and answer["state"] == "investigating"
    assert opened() == number + 1
    NODE.pause()
    followed = json.loads(NODE.candor("rebuild", NODE.path, "--json"))
    assert followed == json.loads(NODE.candor("rebuild", NODE.path, "--json"))
    NODE.start()
    NODE.stop()


tap.main()
