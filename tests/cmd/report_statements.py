# SPDX-License-Identifier: Apache-2.0
"""Statements of reasons written for the DSA's transparency database: each held against the rules of
its schema a second time here, and equal to what came in by a daily dump."""
import csv
import glob
import io
import json
import os
import random
import re
import tempfile

import tap
from candor import erase, good, refused, run
from statements import A, S, statement

HOME = tempfile.TemporaryDirectory(prefix="candor-statements-")
NODE, OUT = (os.path.join(HOME.name, name) for name in ("node", "out"))
R = random.Random(7)
good("init", NODE, "--origin", "log.example.com/statements", "--market", "DE")
with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as config:
    config.write("officers: [A. First, B. Second]\n")
LISTS = ("decision_visibility", "category_addition", "category_specification", "content_type",
         "territorial_scope")
EEA = ("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
       ).split()
CATEGORY = re.compile("STATEMENT_CATEGORY_(ANIMAL_WELFARE|CONSUMER_INFORMATION|CYBER_VIOLENCE"
                      "(_AGAINST_WOMEN)?|DATA_PROTECTION_AND_PRIVACY_VIOLATIONS|ILLEGAL_OR_HARMFUL"
                      "_SPEECH|INTELLECTUAL_PROPERTY_INFRINGEMENTS|NEGATIVE_EFFECTS_ON_CIVIC_"
                      "DISCOURSE_OR_ELECTIONS|PROTECTION_OF_MINORS|RISK_FOR_PUBLIC_SECURITY|SCAMS_"
                      "AND_FRAUD|SELF_HARM|UNSAFE_AND_PROHIBITED_PRODUCTS|VIOLENCE|OTHER_VIOLATION_"
                      "TC|NOT_SPECIFIED_NOTICE)")
WORDS = {
    "decision_visibility": "DECISION_VISIBILITY_(CONTENT_(REMOVED|DISABLED|DEMOTED|AGE_RESTRICTED|"
                           "INTERACTION_RESTRICTED|LABELLED)|OTHER)",
    "decision_monetary": "DECISION_MONETARY_(SUSPENSION|TERMINATION|OTHER)",
    "decision_provision": "DECISION_PROVISION_(PARTIAL|TOTAL)_(SUSPENSION|TERMINATION)",
    "decision_account": "DECISION_ACCOUNT_(SUSPENDED|TERMINATED)",
    "account_type": "ACCOUNT_TYPE_(BUSINESS|PRIVATE)",
    "decision_ground": "DECISION_GROUND_(ILLEGAL|INCOMPATIBLE)_CONTENT",
    "decision_ground_reference_url": "https?://.{1,490}", "category": CATEGORY.pattern,
    "category_addition": CATEGORY.pattern, "category_specification": "KEYWORD_[A-Z_]+",
    "incompatible_content_illegal": "Yes|No", "automated_detection": "Yes|No",
    "content_type": "CONTENT_TYPE_(APP|AUDIO|IMAGE|PRODUCT|SYNTHETIC_MEDIA|TEXT|VIDEO|OTHER)",
    "territorial_scope": "|".join(EEA), "content_language": "[A-Z]{2}",
    "automated_decision": "AUTOMATED_DECISION_(FULLY|PARTIALLY|NOT_AUTOMATED)",
    "source_type": "SOURCE_(ARTICLE_16|TRUSTED_FLAGGER|VOLUNTARY|TYPE_OTHER_NOTIFICATION)",
    "puid": "[a-zA-Z0-9-_]{1,500}",
    **{name: "20[0-3][0-9]-[01][0-9]-[0-3][0-9]" for name in (
        "content_date", "application_date", "end_date_visibility_restriction",
        "end_date_monetary_restriction", "end_date_service_restriction",
        "end_date_account_restriction")}}
LENGTHS = {"illegal_content_legal_ground": 500, "illegal_content_explanation": 2000,
           "incompatible_content_ground": 500, "incompatible_content_explanation": 2000,
           "decision_visibility_other": 500, "decision_monetary_other": 500,
           "content_type_other": 500, "category_specification_other": 500,
           "decision_facts": 5000, "source_identity": 500}
REQUIRED = ("decision_ground", "category", "content_type", "content_date", "application_date",
            "decision_facts", "source_type", "automated_detection", "automated_decision", "puid")
WITH = [("illegal_content_legal_ground", "decision_ground", A),
        ("illegal_content_explanation", "decision_ground", A),
        ("incompatible_content_ground", "decision_ground", A.replace("ILLEGAL", "INCOMPATIBLE")),
        ("incompatible_content_explanation", "decision_ground",
         A.replace("ILLEGAL", "INCOMPATIBLE")),
        ("decision_visibility_other", "decision_visibility", "DECISION_VISIBILITY_OTHER"),
        ("decision_monetary_other", "decision_monetary", "DECISION_MONETARY_OTHER"),
        ("content_type_other", "content_type", "CONTENT_TYPE_OTHER")]


def faults(said):
    """What the database would refuse a statement for, by the rules of its schema."""
    found = [name for name in REQUIRED if not said.get(name)]
    if not any(said.get("decision_" + what) for what in (
            "visibility", "monetary", "provision", "account")):
        found.append("no decision")
    for name, value in said.items():
        if name == "content_id":
            found += [] if re.fullmatch("[0-9]{13}", value["EAN-13"]) else [name]
        elif name in LENGTHS:
            found += [] if isinstance(value, str) and 0 < len(value) <= LENGTHS[name] else [name]
        else:
            values = value if name in LISTS else [value]
            fits = all(re.fullmatch(WORDS[name], one) for one in values)
            found += [] if fits and values == sorted(set(values)) else [name]
    for name, choice, word in WITH:
        chosen = said.get(choice, "")
        found += [] if (word in chosen if isinstance(chosen, list) else word == chosen) == (
            name in said) else [name]
    if "VOLUNTARY" in said["source_type"] and "source_identity" in said:
        found.append("source_identity")
    found += ["category_addition"] * (said["category"] in said.get("category_addition", []))
    return found


def made(n):
    """A statement with much in it."""
    lawful = n % 3 == 0
    some = {"category": R.choice((S, S.replace("SCAMS_AND_FRAUD", "VIOLENCE"))),
            "category_addition": ["STATEMENT_CATEGORY_VIOLENCE", "STATEMENT_CATEGORY_SELF_HARM"],
            "category_specification": ["KEYWORD_OTHER", "KEYWORD_STALKING"],
            "category_specification_other": 'a "word",\\ and =more' + "ß" * (n % 7),
            "decision_visibility": R.choice((["DECISION_VISIBILITY_CONTENT_REMOVED",
                                              "DECISION_VISIBILITY_OTHER"], [])),
            "decision_visibility_other": "blurred", "decision_monetary": "DECISION_MONETARY_OTHER",
            "decision_monetary_other": "held", "decision_account": R.choice((
                "DECISION_ACCOUNT_SUSPENDED", None)), "account_type": "ACCOUNT_TYPE_PRIVATE",
            "decision_provision": "DECISION_PROVISION_PARTIAL_TERMINATION",
            "decision_ground_reference_url": "https://example.com/terms#4",
            "content_type": ["CONTENT_TYPE_VIDEO", "CONTENT_TYPE_OTHER"], "content_type_other": "y",
            "territorial_scope": R.sample(EEA, n % 5), "content_language": R.choice(("DE", None)),
            "application_date": f"2026-0{1 + n % 7}-15", "content_date": "2025-12-31",
            "end_date_account_restriction": R.choice(("2027-01-01", None)),
            "decision_facts": "first\nsecond \u2028 \x7f \U0001f600", "source_identity": "a body",
            "source_type": R.choice(("SOURCE_VOLUNTARY", "SOURCE_TYPE_OTHER_NOTIFICATION")),
            "content_id_ean": R.choice(("4006381333931", None))}
    if lawful:
        some.update(decision_ground=A, illegal_content_legal_ground="law",
                    illegal_content_explanation="why")
    else:
        some["incompatible_content_illegal"] = "No"
    return statement(f"s-{n}", **some)


COLUMNS = ("uuid decision_visibility decision_visibility_other end_date_visibility_restriction "
           "decision_monetary decision_monetary_other end_date_monetary_restriction "
           "decision_provision end_date_service_restriction decision_account "
           "end_date_account_restriction account_type decision_ground "
           "decision_ground_reference_url illegal_content_legal_ground "
           "illegal_content_explanation incompatible_content_ground "
           "incompatible_content_explanation incompatible_content_illegal category "
           "category_addition category_specification category_specification_other content_type "
           "content_type_other content_language content_date content_id_ean territorial_scope "
           "application_date decision_facts source_type source_identity automated_detection "
           "automated_decision platform_name platform_uid created_at").split()


def dump(rows):
    """A file of the daily dumps."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for n, row in enumerate(rows):
        cells = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
        writer.writerow({**cells, "uuid": f"00000000-0000-0000-0000-{n:012}",
                         "platform_uid": row["puid"], "created_at": "2026-03-02 10:00:00",
                         "platform_name": "x"})
    path = os.path.join(HOME.name, "dump.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(out.getvalue())
    return path


def canonical(said):
    """A statement in the one form that is committed."""
    form = {name: sorted(set(value)) if name in LISTS else value for name, value in said.items()}
    form["category_addition"] = [c for c in form["category_addition"] if c != form["category"]]
    for name, choice, word in WITH:
        chosen = form.get(choice, "")
        if not (word in chosen if isinstance(chosen, list) else word == chosen):
            form.pop(name, None)
    if form["source_type"] == "SOURCE_VOLUNTARY":
        form.pop("source_identity")
    if "content_id_ean" in form:
        form["content_id"] = {"EAN-13": form.pop("content_id_ean")}
    return {name: value for name, value in form.items() if value not in ([], "", None)}


def export(out, code=0, period="2026-H1"):
    """The statements that are written, and what the command says."""
    done = run("report", "statements", NODE, "--period", period, "--out", out)
    assert done.returncode == code, done
    files = sorted(glob.glob(os.path.join(out, "*")))
    batches = []
    for name in files:
        with open(name, encoding="utf-8") as file:
            batches.append(json.load(file)["statements"])
    assert all(len(batch) == 100 for batch in batches[:-1])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["files"] == len(files), lines
    return [one for batch in batches for one in batch], lines


MADE = [made(n) for n in range(260)]
good("enforcement", "add", NODE, "--dump", dump(MADE))


@tap.test
def from_a_dump_to_records_to_a_file_every_field_is_the_same():
    want = [canonical(s) for s in MADE if s["application_date"] < "2026-07"]
    got, said = export(OUT)
    assert said[-1]["statements"] == len(got) == len(want) and len(said) == 1, said
    for one, other in zip(got, want):
        assert one == other, {k: (one.get(k), other.get(k)) for k in {*one, *other}
                              if one.get(k) != other.get(k)}


@tap.test
def each_holds_against_the_rules_of_the_database():
    got, _ = export(OUT + "-rules")
    for one in got:
        assert not faults(one), (faults(one), one)
    other = os.path.join(HOME.name, "other")
    good("init", other, "--origin", "log.example.com/other", "--market", "DE")
    good("enforcement", "add", other, stdin="\n".join(map(json.dumps, got)).encode())


@tap.test
def the_rules_of_this_test_refuse_what_is_wrong():
    one = canonical(MADE[1])
    for change in ({"category": "x"}, {"puid": "a b"}, {"decision_facts": ""},
                   {"territorial_scope": ["EL"]}, {"source_type": "SOURCE_ORDER"},
                   {"content_date": "2026-1-1"}, {"content_id": {"EAN-13": "1"}},
                   {"content_type": ["CONTENT_TYPE_VIDEO"]}, {"decision_facts": "x" * 5001}):
        assert faults({**one, **change}), change


@tap.test
def what_cannot_be_sent_is_told_and_left_out():
    plain = {"kind": "enforcement", "time": "2026-03-01T00:00:00Z", "puid": "plain",
             "stage": "decided", "market": "DE"}
    abroad = canonical(MADE[1])
    good("append", NODE, stdin=json.dumps(plain).encode())
    lines = "\n".join(map(json.dumps, (
        {**abroad, "puid": "by-order", "source_type": "order", "application_date": "2026-02-01"},
        {**abroad, "puid": "to-erase", "application_date": "2026-02-01"},
        {"puid": "s-2", "stage": "reversed", "reason": "wrong", "time": "2026-05-01T00:00:00Z"})))
    answers = good("enforcement", "add", NODE, stdin=lines.encode()).splitlines()
    before = len(export(OUT + "-before", 2)[0])
    erase(NODE, json.loads(answers[1])["index"])
    got, said = export(OUT + "-after", 2)
    assert len(got) == before - 1 and said[-1]["by_order"] == 1 and said[-1]["left_out"] == 2, said
    assert said[0]["puid"] == "plain" and "category" in said[0]["errors"], said
    assert said[1]["errors"] == {"puid": ["was erased"]} and said[1]["puid"] == "", said
    assert not any(one["puid"] in ("plain", "by-order", "to-erase") for one in got)


@tap.test
def what_makes_no_sense_is_refused():
    refused(b"not empty", "report", "statements", NODE, "--period", "2026-H1", "--out", OUT)
    refused(b"--period", "report", "statements", NODE, "--out", OUT)
    refused(b"--out", "report", "statements", NODE, "--period", "2026")


tap.main()
