# SPDX-License-Identifier: Apache-2.0
"""The harmonised report: the eleven parts held against the official templates, every number counted
a second time here from what went in, and the same numbers in the report of the same period."""
import collections
import csv
import hashlib
import json
import os
import random
import re
import statistics
import tempfile

import tap
from candor import erase, good, refused, run, show
from statements import A, statement

HOME = tempfile.TemporaryDirectory(prefix="candor-harmonised-")
NODE, OUT = (os.path.join(HOME.name, name) for name in ("node", "out"))
TEMPLATES = os.path.join(os.environ["CANDOR_SHARED_DATA"], "dsa")
R = random.Random(20260101)
good("init", NODE, "--origin", "log.example.com/harmonised", "--market", "DE")
STEMS = ("report_identification", "categories_names", "member_states_orders", "notices",
         "own_initiative_illegal", "own_initiative_TC", "appeals_and_recidivism", "automated_means",
         "human_resources", "AMAR", "qualitative")
# Categories with some of their keywords; the more specific one comes later.
KEYWORDS = {"scams_and_fraud": ["PHISHING", "PYRAMID_SCHEMES"],
            "protection_of_minors": ["CHILD_SEXUAL_ABUSE_MATERIAL",
                                     "CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"],
            "violence": ["COORDINATED_HARM", "TRAFFICKING_WOMEN_GIRLS"],
            "illegal_or_harmful_speech": ["DEFAMATION", "HATE_SPEECH"],
            "other_violation_tc": ["LANGUAGE_REQUIREMENTS", "NUDITY"]}
VISIBILITY = ("CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
              "CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER")
STATES = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
RESTRICTIONS = [*("visibility " + name for name in VISIBILITY), "monetary SUSPENSION",
                "monetary TERMINATION", "monetary OTHER", "provision SUSPENSION",
                "provision TERMINATION", "account SUSPENDED", "account TERMINATED"]


def add(kind, decisions):
    """Adds decisions that must all be taken; their indices."""
    lines = "\n".join(json.dumps(one) for one in decisions)
    return [json.loads(line)["index"]
            for line in good(kind, "add", NODE, stdin=lines.encode()).splitlines()]


def at(hours):
    """A time that long after the year began."""
    day, hour = divmod(hours, 24)
    month = 1
    for length in (31, 28, 31, 30, 31, 30, 31):
        if day < length:
            return f"2026-{month:02}-{day + 1:02}T{hour:02}:00:00Z"
        day, month = day - length, month + 1
    raise ValueError(hours)


def key_words(category):
    """Keywords of a category, perhaps several, perhaps one with a description."""
    words = ["KEYWORD_" + w for w in R.sample(KEYWORDS[category], R.randrange(3))]
    return words, "" if words or R.random() < .5 else R.choice(("Ring  tones", "=bad()", "cats"))


def measures():
    """Statements of seven months, of every ground, means and restriction."""
    for n in range(240):
        category = R.choice(list(KEYWORDS))
        words, other = key_words(category)
        hours = R.randrange(24 * 210)
        changes = {"category": category, "category_specification": words + ["KEYWORD_OTHER"] * (
                       other != ""), "category_specification_other": other,
                   "content_date": "2026-01-01", "application_date": at(hours)[:10],
                   "content_language": R.choice(("DE", "EL", "EN", "JA", None)),
                   "source_type": R.choice(("SOURCE_VOLUNTARY", "SOURCE_ARTICLE_16", "order")),
                   "automated_detection": R.choice(("Yes", "No")),
                   "automated_decision": "AUTOMATED_DECISION_" + R.choice(
                       ("FULLY", "PARTIALLY", "NOT_AUTOMATED")),
                   "misuse": R.choice((None, None, "unfounded_notices"))}
        some = R.sample(RESTRICTIONS, R.randrange(1, 4))
        changes["decision_visibility"] = ["DECISION_VISIBILITY_" + s.split()[1] for s in some
                                          if s.startswith("vis")]
        for name in ("monetary", "account", "provision"):
            value = next((s.split()[1] for s in some if s.startswith(name)), None)
            part = R.choice(("PARTIAL_", "TOTAL_")) if name == "provision" else ""
            if value:
                changes["decision_" + name] = f"DECISION_{name.upper()}_{part}{value}"
        changes.update(decision_visibility_other="x", decision_monetary_other="x")
        if category != "other_violation_tc" and n % 3 == 0 or n == 1:
            changes.update(decision_ground=A, illegal_content_legal_ground="law",
                           illegal_content_explanation="why")
        yield statement(f"s-{n}", **changes)


def cases(prefix, count, received, decided):
    """What was received in seven months, most of it decided after some hours."""
    for n in range(count):
        hours, wait = R.randrange(24 * 200), R.randrange(24 * 9)
        yield {"id": f"{prefix}-{n}", "time": at(hours), **received(n)}, (
            None if R.random() < .2 else {"time": at(hours + wait), "hours": wait, **decided(n)})


def received_notice(_):
    """A notice."""
    category = R.choice([*KEYWORDS, "not_specified_notice"])
    words, other = key_words(category) if category in KEYWORDS else ([], "")
    return {"category": category, "keywords": words, "keyword_other": other, "content_id": "c",
            "trusted_flagger": R.random() < .3, "items": R.randrange(1, 400)}


def received_order(_):
    """An order; some of authorities outside the Union."""
    category = R.choice([*list(KEYWORDS)[:4], "not_specified_order"])
    words, other = key_words(category) if category in KEYWORDS else ([], "")
    return {"category": category, "keywords": words, "keyword_other": other, "basis": "judicial",
            "type": R.choice(("act", "act", "information", "preserve")), "authority": "a court",
            "market": R.choice(("DE", "GR", "EL", "US")), "items": R.randrange(1, 9)}


def received_appeal(_):
    """A complaint or a dispute."""
    basis = R.choice(("visibility", "service", "account", "monetisation", "no_action_on_notice",
                      "no_action_on_trusted_flagger"))
    about = {"notice": NOTICE_INDEX} if "notice" in basis or "flagger" in basis else {"puid": "s-0"}
    return {"forum": R.choice(("complaint", "complaint", "dispute", "court")), "basis": basis,
            **about}


def later(case, stage, *keep):
    """The record of a later stage."""
    first, done = case
    return {name: value for name, value in {**first, **done, "stage": stage}.items()
            if name in ("id", "time", "stage", "outcome", "automated", *keep)}


MEASURES = list(measures())
add("enforcement", MEASURES)
NOTICES = list(cases("n", 120, received_notice, lambda _: {
    "outcome": R.choice(("law", "terms", "no_action")), "automated": R.random() < .5}))
NOTICE_INDEX = add("notice", [first for first, _ in NOTICES])[0]
add("notice", [later(case, "decided", "category") for case in NOTICES if case[1]])
ORDERS = list(cases("o", 100, received_order, lambda _: {}))
add("order", [first for first, _ in ORDERS])
for step in ("authority_informed", "effect_given"):
    add("order", [later(case, step, "type", "category") for case in ORDERS if case[1]])
APPEALS = list(cases("a", 150, received_appeal, lambda _: {
    "outcome": R.choice(("upheld", "partially_reversed", "reversed", "omitted"))}))
add("appeal", [first for first, _ in APPEALS])
KEEP = ("forum", "basis", "puid", "notice")
for nth, one in enumerate(APPEALS):
    if one[1] and nth % 4 == 0:
        one[1]["restriction"] = 0
RESTRICTING = add("enforcement", [statement("follows", application_date="2026-07-31")])[0]
add("appeal", [{**later(case, "decided", *KEEP), **(
    {"restriction": RESTRICTING} if "restriction" in case[1] else {})}
               for case in APPEALS if case[1]])
REVERSED = [case for case in APPEALS if case[1] and case[1]["outcome"] in (
    "reversed", "partially_reversed")]
add("appeal", [{**{name: value for name, value in later(case, "implemented", *KEEP).items()
                   if name != "outcome"}} for case in REVERSED[::2]])


def declare(**cells):
    """Declares cells, _ for / in their names."""
    add("declared", [{"period": "2026-H1", "cell": cell, "value": value[0], "method": "counted",
                      "signer": "A. First", **({"context": value[1]} if value[1] else {})}
                     for cell, value in cells.items()])


def declared_cells():
    """Everything that a very large platform declares."""
    languages = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()
    cells = {"part1/service": ("Shop", ""), "part1/tier": ("vlop", ""),
             "part1/provider": ("Shop Ltd", ""), "part1/published": ("2026-08-15", ""),
             "part1/published_before": ("2026-02-20", ""),
             "part9/internal/total": ("40", "heads"), "part9/external/total": ("9", "heads"),
             "part9/language/total": ("49", "heads"),
             "part10/recipients/total": (str(sum(range(27))), "")}
    cells.update((f"part9/language/{code}", ("2", "heads")) for code in languages)
    cells.update((f"part10/recipients/{code}", (str(n), "")) for n, code in enumerate(STATES))
    for scope in ("total", "own_initiative", "notices", "trusted_flagger", *languages):
        for name, ratio in (("accuracy", "0.93"), ("precision", "0.9"), ("recall", "0.75")):
            cells[f"part8/{name}/{scope}"] = (ratio, "sample of 1,000, drawn from all content")
    for name in ("summary own_initiative automated_means accuracy purposes safeguards governance "
                 "qualifications training support head_count").split():
        cells["part11/" + name] = (f"=What there is to say of {name}: views before action, "
                                   "exposure 12.", "")
    return cells


def build(out=OUT, period="2026-H1"):
    """What the command says of a report that it builds."""
    return json.loads(good("report", "harmonised", NODE, "--period", period, "--out", out))


def path_of(part, out=OUT):
    """The file of a part."""
    return os.path.join(out, f"part_{part}_{STEMS[part - 1]}.csv")


def rows(part, out=OUT):
    """The rows of a part, as lists."""
    with open(path_of(part, out), encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def in_period(time):
    """Whether it is of the first half of the year."""
    return time[:7] <= "2026-06"


def place(category, words, other):
    """The sub-category that something counts under."""
    found = [w for w in KEYWORDS.get(category, []) if "KEYWORD_" + w in (words or [])]
    if found:
        return "KEYWORD_" + found[-1], ""
    return "KEYWORD_OTHER", " ".join((other or "").split())


def keys(category, words, other):
    """Every line that something counts in: all, its category and its sub-category."""
    yield "TOTAL", ""
    yield "STATEMENT_CATEGORY_" + category.upper(), ""
    if not category.startswith("not_specified"):
        keyword, described = place(category, words, other)
        yield keyword, (category, described)


def grid(part):
    """The numbers of a part, by scope, category or keyword, and what describes it."""
    named = {r[1].strip(): r[2][19:].lower() for r in rows(2) if r[2].startswith("STATE")}
    table = rows(part)
    first = 6 if part == 3 else 5
    numbers = (len(table[0]) - first) // 2
    found = {}
    for row in table[1:]:
        described = ""
        if row[4]:
            name, text = row[4].split(": ", 1)
            described = (named[name], "" if text == "no sub-category was recorded" else text)
        elif row[3].startswith("KEYWORD"):
            described = (next((c for c in KEYWORDS if row[3][8:] in KEYWORDS[c]), None), "")
        key = (row[5] if part == 3 else "TOTAL", row[3], described)
        assert key not in found, key
        found[key] = row[first:first + numbers]
    return found


def agree(part, want, medians=()):
    """Every number of a part is what was counted here; others 0, or a blank median."""
    found = grid(part)
    assert set(want) <= set(found), set(want) - set(found)
    for key, numbers in found.items():
        expected = want.get(key, {})
        for column, number in enumerate(numbers):
            if column in medians:
                times = expected.get(column)
                assert (number == "") == (not times), (part, key, column, number)
                if times:
                    assert abs(float(number) - statistics.median(times)) < .006, (key, column)
            else:
                assert number == str(expected.get(column, 0)), (part, key, column, number, expected)


@tap.test
def without_service_and_tier_nothing_is_built():
    words = ("report", "harmonised", NODE, "--period", "2026-H1", "--out", OUT)
    refused(b"part1/service is not declared", *words)
    declare(**{"part1/service": ("Shop", "")})
    refused(b"part1/tier is not declared", *words)
    declare(**{"part1/tier": ("huge", "")})
    refused(b"intermediary, hosting", *words)
    declare(**{"part1/tier": ("platform", "")})
    said = build()
    assert "part11/summary" in said["missing"] and "part10/recipients/AT" not in said["missing"]
    declare(**declared_cells(), **{"part10/recipients/XX": ("1", "")})
    said = build()
    assert said["missing"] == [] and said["unused"] == ["part10/recipients/XX"], said
    assert said["unplaced"] == len([m for m in MEASURES if is_unplaced(m)]), said


def is_unplaced(measure):
    """Unlawful, but in a category of the terms."""
    return (measure["decision_ground"] == A and measure["category"] == "other_violation_tc" and
            measure["source_type"] == "SOURCE_VOLUNTARY" and
            in_period(measure["application_date"]))


@tap.test
def the_parts_are_the_official_templates():
    if not os.path.isdir(TEMPLATES):
        tap.skip("no templates")
    for name in os.listdir(TEMPLATES):
        part = int(name.split("_")[1])
        with open(os.path.join(TEMPLATES, name), "rb") as file:
            head = file.read().split(b"\n")[0]
        with open(path_of(part), "rb") as file:
            ours = file.read()
        assert ours.split(b"\r\n")[0] == head, part
        assert ours.count(b"\n") == ours.count(b"\r\n") and ours.endswith(b"\r\n"), part
        with open(os.path.join(TEMPLATES, name), encoding="utf-8", newline="") as file:
            template = list(csv.reader(file))[1:]
        fixed = {1: (0, 2), 2: (0, 1, 2), 7: (0, 3, 4, 5), 11: (0, 3)}.get(part, (0, 3))
        labels = [tuple(row[i] for i in fixed) for row in template]
        got = [tuple(row[i] for i in fixed) for row in rows(part)[1:]]
        if 3 <= part <= 6:
            got = [g for g, r in zip(got, rows(part)[1:]) if part != 3 or r[5] in ("TOTAL", "DE")]
            got = [g for n, g in enumerate(got) if g[1] != "KEYWORD_OTHER" or g != got[n - 1]]
            deepfake = ("All", "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE")
            if part == 3 and got.count(deepfake) == 2:  # something was counted for the state
                del got[got.index(deepfake, 91)]
        if part in (8, 9, 10):  # languages and states stand for themselves
            labels, got = set(labels), set(got)
        assert got == labels, (part, [pair for pair in zip(got, labels) if pair[0] != pair[1]][:3])



def lint_free(out, but=()):
    """Nothing in the folder is an error by a rule, but for these."""
    done = run("report", "lint", out, "--own")
    found = re.findall(r"^  E (TR-\d+)", done.stdout.decode(), re.MULTILINE)
    assert done.stdout and set(found) == set(but), done.stdout.decode()[-3000:]


@tap.test
def own_initiative_is_what_went_in():
    for part in (5, 6):
        want = collections.defaultdict(collections.Counter)
        for m in MEASURES:
            lawful = m["decision_ground"] != A
            if (lawful != (part == 6) or m["source_type"] != "SOURCE_VOLUNTARY" or is_unplaced(m)
                    or not in_period(m["application_date"])):
                continue
            columns = [0] + [1] * (m["automated_detection"] == "Yes")
            columns += [2 + VISIBILITY.index(v[len("DECISION_VISIBILITY_"):])
                        for v in m["decision_visibility"]]
            for name, first in (("monetary", 9), ("provision", 12), ("account", 14)):
                value = m.get("decision_" + name, "").split("_")[-1]
                choices = [r.split()[1] for r in RESTRICTIONS if r.startswith(name)]
                columns += [first + choices.index(value)] if value else []
            for key in keys(m["category"], m["category_specification"],
                            m.get("category_specification_other")):
                want[("TOTAL", *key)].update(columns)
        assert want
        agree(part, want)


@tap.test
def notices_and_their_outcomes_are_what_went_in():
    want = collections.defaultdict(lambda: collections.defaultdict(int))
    for first, done in NOTICES:
        if not in_period(first["time"]):
            continue
        trusted = first["trusted_flagger"]
        category = first["category"].replace("other_violation_tc", "not_specified_notice")
        for key in keys(category, first["keywords"], first["keyword_other"]):
            line = want[("TOTAL", *key)]
            line[0] += 1
            line[1] += trusted
            line[2] += first["items"]
            line[3] += first["items"] * trusted
            if not done or done["outcome"] == "no_action":
                continue
            column = 6 if done["outcome"] == "law" else 8
            line[column] += 1
            line[column + 1] += trusted
            line[4] = (line[4] or []) + [done["hours"]]
            line[5] = (line[5] or []) + [done["hours"]] * trusted
    agree(4, want, (4, 5))


@tap.test
def orders_add_up_from_states_and_outsiders_are_told():
    want = collections.defaultdict(lambda: collections.defaultdict(int))
    abroad = 0
    for first, done in ORDERS:
        acts = first["type"] == "act"
        if not in_period(first["time"]) or first["type"] == "preserve":
            continue
        if first["market"] == "US":
            abroad += 1
            continue
        for scope in ("TOTAL", first["market"].replace("GR", "EL")):
            for key in keys(first["category"], first["keywords"], first["keyword_other"]):
                line = want[(scope, *key)]
                line[0 if acts else 4] += 1
                line[1] += first["items"] * acts
                for column in (2, 3) if acts else (5, 6):
                    line[column] = (line[column] or []) + ([done["hours"]] if done else [])
    agree(3, want, (2, 3, 5, 6))
    assert rows(3)[1][13].startswith(f"{abroad} orders"), rows(3)[1]
    assert [row[5] for row in rows(3) if row[3] == "TOTAL"] == ["TOTAL", *STATES]


@tap.test
def appeals_are_followed_to_their_outcomes():
    want, times = collections.Counter(), collections.defaultdict(list)
    words = {"upheld": "Decisions upheld", "reversed": "Decisions reversed",
             "partially_reversed": "Decisions partially reversed", "omitted": "Decision omitted"}
    basis = {"visibility": "visibility of information", "service": "provision of the service",
             "account": "terminate an account", "monetisation": "monetise"}
    implemented = against = 0
    for case in APPEALS:
        first, done = case
        if not in_period(first["time"]) or first["forum"] == "court":
            continue
        dispute = first["forum"] == "dispute"
        names = ["disputes submitted"] if dispute else ["complaints submitted"]
        if not dispute:
            names += [basis.get(first["basis"], "submitted in accordance")]
            names += ["Trusted Flagger"] * first["basis"].endswith("flagger")
        for name in names:
            want[name, "Total number"] += 1
            if done:
                want[name, words[done["outcome"]]] += 1
                times[name] += [] if done["outcome"] == "omitted" else [done["hours"]]
        restricts = bool(done and "restriction" in done) and not dispute
        want["newly imposed", "Total number"] += restricts
        if dispute and case in REVERSED:
            against += 1
            implemented += case in REVERSED[::2]
    for m in MEASURES:
        want["unfounded notices", "Total number"] += ("misuse" in m and
                                                      in_period(m["application_date"]))
    for row in rows(7)[1:]:
        indicator, scope, value = row[4:7]
        name = max((n for n in [*basis.values(), "disputes submitted", "complaints submitted",
                                "submitted in accordance", "Trusted Flagger", "newly imposed",
                                "unfounded notices", "unfounded complaints", "manifestly illegal"]
                    if n in indicator), key=lambda n: (n == "Trusted Flagger", len(n)))
        if scope == "Median time":
            assert abs(float(value) - statistics.median(times[name])) < .006, row
        elif scope == "Percentage of outcomes implemented":
            assert abs(float(value) - implemented / against) < .001, row
        else:
            assert int(value) == want[name, scope], (row, want[name, scope])


@tap.test
def automated_means_are_what_went_in():
    want = collections.Counter()
    for m in MEASURES:
        means = {"FULLY": "measures solely", "NOT_AUTOMATED": "measures not"}.get(
            m["automated_decision"][len("AUTOMATED_DECISION_"):])
        if not means or not in_period(m["application_date"]):
            continue
        own = m["source_type"] == "SOURCE_VOLUNTARY" and not is_unplaced(m)
        for scope in ("Total number", own and "Own-initiative ",
                      m.get("content_language", "").lower()):
            want[means, scope] += 1
    for first, done in NOTICES:
        if done and in_period(first["time"]):
            means = "notices solely" if done["automated"] else "notices not"
            want[means, "NAM Total"] += 1
            want[means, "NAM Trusted Flagger"] += first["trusted_flagger"]
    for row in rows(8)[1:]:
        if row[4].startswith("Number"):
            assert int(row[6]) == want[" ".join(row[4].split()[2:4]), row[5]], row
        else:
            assert row[6] in ("0.93", "0.9", "0.75") and row[7], row


@tap.test
def what_is_declared_stands_where_it_belongs():
    one = {row[2]: row[3] for row in rows(1)[1:]}
    assert one == {"Name of the service provider": "Shop Ltd",
                   "Date of the publication of the report": "2026-08-15",
                   "Date of the publication of the latest previous report": "2026-02-20",
                   "Starting date of reporting period": "2026-01-01",
                   "Ending date of reporting period": "2026-06-30"}, one
    assert [row[6] for row in rows(10)[1:]] == [str(sum(range(27))), *map(str, range(27))]
    assert all(row[4].startswith("'=What") for row in rows(11)[1:])  # no formula
    assert [row[6] for row in rows(9)[1:]] == ["40", "9", "49"] + ["2"] * 24
    for part in range(3, 12):
        assert {(row[1], row[2]) for row in rows(part)[1:]} == {("Shop", "2026-01-01/2026-06-30")}


@tap.test
def the_report_of_the_period_says_the_same():
    cells = os.path.join(HOME.name, "cells")
    good("report", "build", NODE, "--period", "2026-H1", "--out", cells)
    with open(os.path.join(cells, "cells.csv"), encoding="utf-8", newline="") as file:
        counts = {"/".join(filter(None, (r["figure"], r["value_1"], r["value_2"]))): int(r["count"])
                  for r in csv.DictReader(file) if r["how"] == "counted"}
    notices, orders = grid(4)["TOTAL", "TOTAL", ""], grid(3)
    assert counts["notices_received"] == int(notices[0])
    assert counts["notices_received/1"] == int(notices[1])
    for state, markets in (("DE", ("DE",)), ("EL", ("GR", "EL"))):
        acts = sum(counts.get("removal_orders/" + m, 0) for m in markets)
        asks = sum(counts.get("information_requests/" + m, 0) for m in markets)
        assert [acts, asks] == [int(orders[state, "TOTAL", ""][n]) for n in (0, 4)], state
    seven = {(row[4], row[5]): row[6] for row in rows(7)[1:]}
    name = "Number of complaints submitted to the internal-complaints mechanism"
    assert counts["appeals_received/complaint"] == int(seven[name, "Total number"])
    name = "Number of disputes submitted to out-of-court dispute settlement bodies"
    assert counts["appeals_received/dispute"] == int(seven[name, "Total number"])


@tap.test
def exported_statements_say_the_same():
    out = os.path.join(HOME.name, "statements")
    good("report", "statements", NODE, "--period", "2026-H1", "--out", out)
    said = []
    for name in sorted(os.listdir(out)):
        with open(os.path.join(out, name), encoding="utf-8") as file:
            said += json.load(file)["statements"]
    want = {part: collections.defaultdict(collections.Counter) for part in (5, 6)}
    for one in said:
        part = 5 if one["decision_ground"] == A else 6
        if one["source_type"] != "SOURCE_VOLUNTARY" or is_unplaced({**one, "category": one[
                "category"][len("STATEMENT_CATEGORY_"):].lower()}):
            continue
        columns = [0] + [1] * (one["automated_detection"] == "Yes")
        columns += [2 + VISIBILITY.index(v[len("DECISION_VISIBILITY_"):])
                    for v in one.get("decision_visibility", [])]
        want[part]["TOTAL"].update(columns)
        want[part][one["category"]].update(columns)
    for part in (5, 6):
        assert want[part]
        for (_, code, _), numbers in grid(part).items():
            for column, number in enumerate(numbers[:9] if not code.startswith("KEY") else []):
                assert int(number) == want[part][code][column], (part, code, column)
    eight = {(row[4].strip(), row[5]): row[6] for row in rows(8)}
    own = sum(one["automated_decision"] == "AUTOMATED_DECISION_FULLY" for one in said
              if one["source_type"] == "SOURCE_VOLUNTARY")
    assert own - int(eight["Number of measures solely taken by automated means",
                           "Own-initiative "]) <= build()["unplaced"]


@tap.test
def a_smaller_service_leaves_blank_what_it_does_not_have():
    other = OUT + "-small"
    declare(**{"part1/tier": ("intermediary", "")})
    assert "part9/internal/total" not in build(other)["missing"]
    assert not any(os.path.exists(path_of(part, other)) for part in (4, 9, 10))
    seven = rows(7, other)[1:]
    assert seven[0][6] != "" and all(row[6] == "" and row[7] for row in seven[1:])
    lint_free(other, ["TR-16"])  # it files a year
    assert rows(5, other) == rows(5)
    declare(**{"part1/tier": ("vlop", "")})


@tap.test
def building_twice_gives_the_same_bytes_and_the_manifest_names_them():
    build(OUT + "2")
    build(OUT)
    with open(os.path.join(OUT, "manifest"), encoding="utf-8") as file:
        lines = [line.split() for line in file]
    files = {words[1]: words[2] for words in lines if words[0] == "file"}
    assert set(files) == {os.path.basename(path_of(n)) for n in range(1, 12)} | {"definitions.txt"}
    for name, told in files.items():
        with open(os.path.join(OUT, name), "rb") as file, open(
                os.path.join(OUT + "2", name), "rb") as again:
            content = file.read()
            assert hashlib.sha256(content).hexdigest() == told and content == again.read(), name
    with open(os.path.join(OUT, "definitions.txt"), "rb") as file:
        hashes = {hashlib.sha256(text + b"\n").hexdigest()
                  for text in file.read().split(b"\n\n") if text}
    assert {words[2] for words in lines if words[0] == "definition"} == hashes


@tap.test
def that_values_were_opened_is_recorded_first():
    said = json.loads(good("report", "harmonised", NODE, "--period", "2026-H1", "--out", OUT,
                           "--by", "A. First"))
    look = show(NODE, said["size"])
    assert look["kind"] == "oversight" and look["fields"]["object"] == "harmonised report 2026-H1"
    assert look["fields"]["actor"].startswith("A. First"), look
    assert look["fields"]["amount"] == said["size"], look


@tap.test
def what_was_filed_is_checked_against_the_log_as_it_was():
    build()
    check = ("report", "harmonised", NODE, "--period", "2026-H1", "--out", OUT, "--check")
    good(*check)
    good("append", NODE, stdin=json.dumps({"kind": "notice", "time": "2026-07-01T00:00:00Z", "id":
                                           "late", "stage": "received", "market": "DE"}).encode())
    good(*check)  # the log has grown since
    with open(path_of(4), "rb") as file:
        whole = file.read()
    for changed, words in ((whole.replace(b",0,", b",1,", 1), b"part_4_notices.csv line 3"),
                           (whole[:-1], b"part_4_notices.csv line"), (None, b"is missing")):
        os.remove(path_of(4))
        if changed:
            with open(path_of(4), "wb") as file:
                file.write(changed)
        refused(words, *check)
        with open(path_of(4), "wb") as file:
            file.write(whole)
    good(*check)
    os.rename(os.path.join(OUT, "checkpoint"), os.path.join(OUT, "kept"))
    with open(os.path.join(OUT, "checkpoint"), "w", encoding="ascii") as file:
        file.write("x")
    assert run(*check).returncode != 0
    os.rename(os.path.join(OUT, "kept"), os.path.join(OUT, "checkpoint"))


@tap.test
def our_own_lint_finds_no_error():
    lint_free(OUT)
    declare(**{"part1/tier": ("vlose", "")})
    build(OUT + "-search")
    assert all(row[6] == "" for row in rows(9, OUT + "-search")[1:])
    assert all(set(row[5:15]) == {""} for row in rows(4, OUT + "-search")[1:])
    assert rows(10, OUT + "-search") == rows(10)
    declare(**{"part1/tier": ("vlop", "")})


@tap.test
def a_simulated_half_year_agrees_with_itself():
    node, files, out = (os.path.join(HOME.name, "sim" + end) for end in ("", "-cells", "-out"))
    good("init", node, "--origin", "log.example.com/simulated", "--market", "DE")
    size = json.loads(good("log", "head", node, "--json"))["size"]
    records = good("simulate", "--seed", "11", "--days", "181", "--start", "2026-01-01", "--staff",
                   "60", "--users", "4000", "--events", "40000", "--attacks", "none", "--format",
                   "records", "--first-index", str(size))
    good("append", node, stdin=records)
    good("declared", "add", node, stdin="\n".join(json.dumps(
        {"period": "2026-H1", "cell": cell, "value": value, "method": "m", "signer": "s",
         "context": context or "none"}) for cell, (value, context) in declared_cells().items()
        ).encode())
    good("report", "harmonised", node, "--period", "2026-H1", "--out", out)
    good("report", "build", node, "--period", "2026-H1", "--out", files)
    lint_free(out)
    made = [r for r in map(json.loads, records.splitlines()) if r["kind"] == "enforcement"
            and r["stage"] == "decided"]
    own = collections.Counter(r["ground"] for r in made if r["origin"] == "voluntary")
    assert int(rows(6, out)[1][5]) == own["incompatible_content"] > 50
    assert int(rows(5, out)[1][5]) == own["illegal_content"]
    with open(os.path.join(files, "cells.csv"), encoding="utf-8", newline="") as file:
        counts = {(r["figure"], r["value_1"], r["value_2"]): r["count"]
                  for r in csv.DictReader(file)}
    assert rows(4, out)[1][5] == counts["notices_received", "", ""] != "0"
    assert rows(7, out)[1][6] == counts["appeals_received", "complaint", ""] != "0"
    proactive = int(counts["content_taken_down_proactively", "", ""])
    assert sum(int(rows(part, out)[1][7]) for part in (5, 6)) == proactive


@tap.test
def what_is_declared_must_be_a_value_of_its_cell():
    for cell, bad in (("part10/recipients/AT", "1,000"), ("part8/recall/de", "75%"),
                      ("part8/recall/total", "1.01"), ("part1/published", "15.8.2026")):
        value = declared_cells()[cell]
        declare(**{cell: (bad, "")})
        refused(cell.encode(), "report", "harmonised", NODE, "--period", "2026-H1", "--out", OUT)
        declare(**{cell: value})
    refused(b"--period", "report", "harmonised", NODE, "--period", "H1", "--out", OUT)
    refused(b"--out", "report", "harmonised", NODE, "--period", "2026")


@tap.test
def an_erased_value_leaves_the_count_as_it_is():
    with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as config:
        config.write("officers: [A. First, B. Second]\n")
    before = rows(4)[1]
    erase(NODE, NOTICE_INDEX)
    build(OUT + "3")
    assert rows(4, OUT + "3")[1][5] == before[5]


tap.main()
