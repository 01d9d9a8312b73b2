#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Enforcements, notices, orders and appeals by the command line: the rules of the statement of
reasons, each broken once, and what the log itself decides."""
import csv
import gzip
import io
import itertools
import json
import os
import tempfile
import uuid

import tap
from candor import append, erase, fault_free, good, run, show
from statements import A, S, statement

HOME = tempfile.TemporaryDirectory(prefix="candor-decision-")
NODE = os.path.join(HOME.name, "node")
good("init", NODE, "--origin", "log.example.com/decisions", "--market", "DE")
with open(os.path.join(NODE, "candor.yaml"), "a", encoding="utf-8") as config:
    config.write("officers: [A. First, B. Second]\n")
RECORDED = {}  # what later tests refer to
COUNT = itertools.count()


def add(kind, *decisions):
    """The answers, a line each, and the exit status."""
    lines = "\n".join(d if isinstance(d, str) else json.dumps(d) for d in decisions)
    done = run(kind, "add", NODE, stdin=lines.encode())
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def taken(kind, decision):
    """The index of a decision that must be taken."""
    code, answers = add(kind, decision)
    assert code == 0 and len(answers) == 1, answers
    return answers[0]["index"]


def fields_refused(kind, decision):
    """The members that a decision is refused for."""
    code, answers = add(kind, decision)
    assert code == 2 and len(answers) == 1 and answers[0]["line"] == 1, (decision, answers)
    assert all(isinstance(said, list) and said for said in answers[0]["errors"].values())
    return set(answers[0]["errors"])


def fresh(**changes):
    """A statement with a new PUID."""
    return statement(f"p-{next(COUNT)}", **changes)


# Every rule of the schema once from either side: changes to a good statement, and the members that
# it is then refused for; none: it is taken.
RULES = [
    ({}, None),
    ({"decision_visibility": None}, {"decision_visibility"}),
    ({"decision_visibility": []}, {"decision_visibility"}),
    ({"decision_visibility": "DECISION_VISIBILITY_CONTENT_DEMOTED"}, None),
    ({"decision_visibility": ["DECISION_VISIBILITY_CONTENT_OTHER"]}, {"decision_visibility"}),
    ({"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}, {"decision_visibility_other"}),
    ({"decision_visibility": ["DECISION_VISIBILITY_OTHER"], "decision_visibility_other": "blurred"},
     None),
    ({"decision_visibility": None, "decision_account": "DECISION_ACCOUNT_TERMINATED"}, None),
    ({"decision_visibility": None, "decision_account": "terminated for good"},
     {"decision_account", "decision_visibility"}),
    ({"decision_visibility": None, "decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION"},
     None),
    ({"decision_monetary": "DECISION_MONETARY_OTHER"}, {"decision_monetary_other"}),
    ({"decision_monetary": "DECISION_MONETARY_OTHER", "decision_monetary_other": "held"}, None),
    ({"account_type": "ACCOUNT_TYPE_BUSINESS"}, None),
    ({"account_type": "ACCOUNT_TYPE_ROBOT"}, {"account_type"}),
    ({"account_type": "null"}, None),
    ({"decision_ground": None}, {"decision_ground"}),
    ({"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT_SAFETY"}, {"decision_ground"}),
    ({"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
     {"illegal_content_legal_ground", "illegal_content_explanation"}),
    ({"incompatible_content_ground": None}, {"incompatible_content_ground"}),
    ({"incompatible_content_ground": "x" * 500}, None),
    ({"incompatible_content_ground": "x" * 501}, {"incompatible_content_ground"}),
    ({"incompatible_content_explanation": "ß" * 2000}, None),
    ({"incompatible_content_explanation": "ß" * 2001}, {"incompatible_content_explanation"}),
    ({"incompatible_content_illegal": "Yes"}, None),
    ({"incompatible_content_illegal": "Perhaps"}, {"incompatible_content_illegal"}),
    ({"decision_ground_reference_url": "https://example.com/terms#4"}, None),
    ({"decision_ground_reference_url": "example.com"}, {"decision_ground_reference_url"}),
    ({"decision_ground_reference_url": "javascript:alert(1)"}, {"decision_ground_reference_url"}),
    ({"category": "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"}, {"category"}),
    ({"category": "STATEMENT_CATEGORY_scams_and_fraud"}, {"category"}),
    ({"category_addition": ["STATEMENT_CATEGORY_VIOLENCE"]}, None),
    ({"category_addition": ["VIOLENCE"]}, {"category_addition"}),
    ({"category_specification": ["KEYWORD_PHISHING", "KEYWORD_OTHER", "KEYWORD_STALKING"]}, None),
    ({"category_specification": ["KEYWORD_DANGEROUS_TOYS"]}, {"category_specification"}),
    ({"category_specification_other": "x" * 501}, {"category_specification_other"}),
    ({"content_type": []}, {"content_type"}),
    ({"content_type": ["CONTENT_TYPE_OTHER"]}, {"content_type_other"}),
    ({"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "hologram"}, None),
    ({"territorial_scope": ["DE", "IS", "SK"]}, None),
    ({"territorial_scope": ["EL"]}, {"territorial_scope"}),
    ({"content_language": "DE"}, None),
    ({"content_language": "de"}, {"content_language"}),
    ({"content_date": "1999-12-31"}, {"content_date"}),
    ({"content_date": "2026-02-30"}, {"content_date"}),
    ({"content_date": "2026-3-1"}, {"content_date"}),
    ({"content_date": "2026-03-03"}, {"content_date"}),
    ({"application_date": "2019-12-31"}, {"application_date"}),
    ({"application_date": "2038-01-02"}, {"application_date"}),
    ({"application_date": "2037-12-31"}, None),
    ({"end_date_visibility_restriction": "2026-03-02"}, None),
    ({"end_date_account_restriction": "2026-03-01"}, {"end_date_account_restriction"}),
    ({"end_date_service_restriction": "2038-01-02"}, {"end_date_service_restriction"}),
    ({"decision_facts": ""}, {"decision_facts"}),
    ({"decision_facts": "x" * 5001}, {"decision_facts"}),
    ({"source_type": "SOURCE_TYPE_OTHER_NOTIFICATION", "source_identity": "a body"}, None),
    ({"source_type": "SOURCE_OTHER_NOTIFICATION"}, {"source_type"}),
    ({"source_identity": "x" * 501}, {"source_identity"}),
    ({"automated_detection": None}, {"automated_detection"}),
    ({"automated_detection": "yes"}, {"automated_detection"}),
    ({"automated_decision": "AUTOMATED_DECISION_MOSTLY"}, {"automated_decision"}),
    ({"content_id": {"EAN-13": "4006381333931"}}, None),
    ({"content_id": {"EAN-13": 4006381333931}}, None),
    ({"content_id": {"EAN-13": "400638133393"}}, {"content_id_ean"}),
    ({"content_id": {"ISBN": "4006381333931"}}, {"content_id"}),
    ({"puid": None}, {"puid"}),
    ({"puid": "a b"}, {"puid"}),
    ({"puid": "x" * 501}, {"puid"}),
    ({"puid": 7}, {"puid"}),
    ({"colour": "red"}, {"colour"}),
    ({"target": "content", "content_id": "c-1"}, None),
    ({"target": "content"}, {"content_id"}),
    ({"target": "account", "account_id": "u-1"}, {"target"}),
    ({"target": "planet"}, {"target"}),
    ({"reason_class": "safety"}, None),
    ({"reason_class": "unlawful"}, {"reason_class"}),
    ({"market": "de"}, {"market"}),
    ({"replaces": 29}, {"replaces"}),
    ({"notice": 1}, {"notice"}),
    ({"order": 1 << 40}, {"order"}),
    ({"time": "2999-01-01T00:00:00Z"}, {"time"}),
    ({"stage": "imagined"}, {"stage"}),
    ({"stage": "amended", "reason": "typing mistake"}, {"puid"}),
]
NOTICE = {"id": "n-1", "category": S, "content_id": "c-1", "trusted_flagger": True}
ORDER = {"id": "o-1", "type": "information", "basis": "judicial", "authority": "a court",
         "subjects": ["u-1"], "release": "2027-01-01T00:00:00Z"}
DECLARED = {"period": "2026-H1", "cell": "part10/recipients/AT", "value": "7",
            "method": "counted by the platform", "signer": "A. First"}
APPEAL = {"id": "a-1", "forum": "complaint", "basis": "visibility", "puid": "turn-1"}


@tap.test
def every_rule_of_a_statement_holds_and_names_its_member():
    code, answers = add("enforcement", *[fresh(**changes) for changes, _ in RULES])
    assert code == 2 and len(answers) == len(RULES), answers
    for (changes, wanted), answer in zip(RULES, answers):
        assert answer.get("errors", {}).keys() == (wanted or set()), (changes, answer)
        assert ("index" in answer) == (wanted is None), (changes, answer)


@tap.test
def lists_are_sorted_and_what_belongs_to_another_choice_is_dropped():
    index = taken("enforcement", fresh(**{
        "content_type": ["CONTENT_TYPE_VIDEO", "CONTENT_TYPE_IMAGE", "CONTENT_TYPE_VIDEO"],
        "category_addition": ["STATEMENT_CATEGORY_VIOLENCE", S, "STATEMENT_CATEGORY_SELF_HARM"],
        "territorial_scope": ["SE", "AT", "SE"], "decision_visibility_other": "nobody chose other",
        "illegal_content_explanation": "nobody said so", "source_identity": "nobody"}))
    fields = show(NODE, index)["fields"]
    assert fields["content_type"] == ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_VIDEO"], fields
    assert fields["category_addition"] == ["self_harm", "violence"], fields
    assert fields["territorial_scope"] == ["AT", "SE"], fields
    dropped = {"decision_visibility_other", "illegal_content_explanation", "source_identity"}
    assert not dropped & set(fields), fields


@tap.test
def terms_unlawful_or_safety_is_public():
    grounds = [show(NODE, taken("enforcement", fresh(**changes)))["columns"]["ground"]
               for changes in ({"category": "STATEMENT_CATEGORY_SELF_HARM"},
                               {"category": "self_harm", "reason_class": "terms"},
                               {"reason_class": "safety"}, {},
                               {"decision_ground": A, "illegal_content_legal_ground": "a law",
                                "illegal_content_explanation": "why", "reason_class": "unlawful"})]
    assert grounds == ["incompatible_content_safety", "incompatible_content",
                       "incompatible_content_safety", "incompatible_content", "illegal_content"]


@tap.test
def a_puid_is_taken_once_and_for_ever():
    first = taken("enforcement", statement("again-1", market="FR", category=S))
    assert fields_refused("enforcement", statement("again-1")) == {"puid"}
    code, answers = add("enforcement", statement("again-2"), statement("again-2"), "{",
                        statement("x3"))
    assert code == 2 and [("index" in a) for a in answers] == [True, False, False, True], answers
    assert answers[1]["errors"]["puid"] and answers[2]["line"] == 3
    append(NODE, 3)
    assert fields_refused("enforcement", statement("again-1")) == {"puid"}
    erase(NODE, first)
    assert fields_refused("enforcement", statement("again-1")) == {"puid"}


@tap.test
def a_reversal_names_a_decision_and_takes_over_what_is_public_of_it():
    decided = taken("enforcement", statement("turn-1", market="FR"))
    RECORDED["decided"] = decided
    code, answers = add("enforcement", {"puid": "turn-1", "stage": "reversed"},
                        {"puid": "never", "stage": "reversed", "reason": "appeal"},
                        {"puid": "turn-1", "stage": "reversed", "reason": "appeal", "replaces": 2},
                        {"puid": "turn-1", "stage": "reversed", "reason": "appeal"},
                        statement("turn-1", stage="amended", reason="it is French",
                                  content_language="FR"))
    assert [set(a.get("errors", ())) for a in answers] == [{"reason"}, {"puid"}, {"replaces"},
                                                     set(),
                                                           set()], answers
    back = show(NODE, answers[3]["index"])
    assert back["fields"]["replaces"] == decided and back["columns"]["stage"] == "reversed", back
    assert back["columns"]["market"] == "FR" and back["columns"]["visibility"] == "removed", back
    assert show(NODE, answers[4]["index"])["fields"]["replaces"] == decided
    code, answers = add("enforcement", statement("turn-2", market="IT"),
                        {"puid": "turn-2", "stage": "reversed", "reason": "in one go"})
    assert code == 0 and show(NODE, answers[1]["index"])["columns"]["market"] == "IT"


@tap.test
def notices_are_received_then_decided():
    assert fields_refused("notice", {**NOTICE, "id": None}) == {"id"}
    assert fields_refused("notice", {**NOTICE, "content_id": None}) == {"content_id"}
    assert fields_refused("notice", {**NOTICE, "outcome": "law"}) == {"outcome"}
    assert fields_refused("notice", {**NOTICE, "items": 0}) == {"items"}
    assert fields_refused("notice", {**NOTICE, "category": "not_specified_order"}) == {"category"}
    assert fields_refused("notice", {**NOTICE, "stage": "decided", "outcome": "law"}) == {"id"}
    RECORDED["notice"] = notice = taken("notice", {**NOTICE, "items": 300})
    assert show(NODE, notice)["columns"]["item_count"] == "255"
    assert fields_refused("notice", NOTICE) == {"id"}
    assert fields_refused("notice", {**NOTICE, "stage": "decided"}) == {"outcome"}
    taken("notice", {**NOTICE, "stage": "decided", "outcome": "terms", "automated": True})
    taken("notice", {**NOTICE, "id": "old", "stage": "decided", "outcome": "no_action",
                     "received": "2026-01-01T00:00:00Z"})
    linked = taken("enforcement", fresh(source_type="SOURCE_ARTICLE_16", notice=notice))
    RECORDED["linked"] = linked
    assert fields_refused("enforcement", fresh(notice=linked)) == {"notice"}


@tap.test
def orders_are_received_with_a_date_of_release_and_answered():
    assert fields_refused("order", {**ORDER, "authority": None, "type": "wish"}) == {
        "authority", "type"}
    assert fields_refused("order", {**ORDER, "type": "act"}) == {"category"}
    assert fields_refused("order", {**ORDER, "category": "other_violation_tc"}) == {"category"}
    assert fields_refused("order", {**ORDER, "received": "2030-01-01T00:00:00Z"}) == {"received"}
    RECORDED["order"] = order = taken("order", ORDER)
    assert show(NODE, order)["fields"]["release"] == "2027-01-01T00:00:00Z"
    taken("order", {"id": "o-1", "type": "information", "stage": "effect_given", "produced": True})
    assert fields_refused("order", {"id": "o-2", "type": "act", "stage": "rejected",
                                    "category": S}) == {"id"}
    taken("enforcement", fresh(source_type="order", order=order))


@tap.test
def an_appeal_refers_to_what_it_contests():
    assert fields_refused("appeal", {**APPEAL, "puid": None}) == {"enforcement"}
    assert fields_refused("appeal", {**APPEAL, "puid": "never"}) == {"puid"}
    assert fields_refused("appeal", {**APPEAL, "puid": None, "enforcement": RECORDED["order"]}) == {
        "enforcement"}
    assert fields_refused("appeal", {**APPEAL, "basis": "no_action_on_notice"}) == {"notice"}
    assert fields_refused("appeal", {**APPEAL, "enforcement": RECORDED["linked"]}) == {"puid"}
    appeal = show(NODE, taken("appeal", APPEAL))
    assert appeal["fields"]["enforcement"] == RECORDED["decided"], appeal
    assert appeal["columns"]["category"] == "scams_and_fraud", appeal
    assert fields_refused("appeal", {**APPEAL, "stage": "decided"}) == {"outcome"}
    taken("appeal", {**APPEAL, "stage": "decided", "outcome": "reversed", "answer": "it was wrong"})
    taken("appeal", {**APPEAL, "id": "a-2", "basis": "no_action_on_notice", "puid": None,
                     "notice": RECORDED["notice"]})


@tap.test
def what_is_declared_names_its_method_and_its_signer():
    assert fields_refused("declared", {}) == {"period", "cell", "value", "method", "signer"}
    for name, bad in (("period", "H1"), ("period", "2026-H3"), ("period", "2026-H1x"),
                      ("cell", "a b"), ("cell", "x" * 201), ("cell", 7), ("value", 7),
                      ("value", "x" * 5001), ("method", "x" * 5001), ("context", "x" * 5001),
                      ("signer", "x" * 257), ("replaces", RECORDED["order"]), ("stage", "decided")):
        assert fields_refused("declared", {**DECLARED, name: bad}) == {name}, (name, bad)
    first = taken("declared", {**DECLARED, "context": "ß" * 5000})
    again = show(NODE, taken("declared", {**DECLARED, "value": "8", "replaces": first}))
    assert again["columns"]["part"] == "10" and again["fields"]["replaces"] == first, again
    assert again["columns"]["market"] == "DE" and "method" in again["fields"], again
    for cell in ("proactive_share", "part12/x", "part/x", "parts/x", "part1"):
        declared = show(NODE, taken("declared", {**DECLARED, "cell": cell}))
        assert declared["columns"].get("part", "0") == "0", declared


@tap.test
def identifiers_are_found_in_the_log_again():
    # What a plain append brought in is known too; the file of identifiers may be deleted.
    plain = json.dumps({"kind": "enforcement", "time": "2026-03-01T00:00:00Z", "puid": "plain-1",
                        "stage": "decided", "market": "DE"})
    good("append", NODE, stdin=plain.encode())
    assert fields_refused("enforcement", statement("plain-1")) == {"puid"}
    for name in os.listdir(os.path.join(NODE, "view")):
        if name.startswith("known.db"):
            os.remove(os.path.join(NODE, "view", name))
    assert fields_refused("enforcement", statement("plain-1")) == {"puid"}
    assert fields_refused("enforcement", statement("turn-1")) == {"puid"}
    fault_free(NODE)


DUMP = ("uuid decision_visibility decision_visibility_other end_date_visibility_restriction "
        "decision_monetary decision_monetary_other end_date_monetary_restriction "
        "decision_provision end_date_service_restriction decision_account "
        "end_date_account_restriction account_type decision_ground decision_ground_reference_url "
        "illegal_content_legal_ground illegal_content_explanation incompatible_content_ground "
        "incompatible_content_explanation incompatible_content_illegal category category_addition "
        "category_specification category_specification_other content_type content_type_other "
        "content_language content_date content_id_ean territorial_scope application_date "
        "decision_facts source_type source_identity automated_detection automated_decision "
        "platform_name platform_uid created_at").split()
LEFT_OUT = {"illegal_content_explanation", "incompatible_content_explanation",
            "territorial_scope", "decision_facts"}


def dump(columns, *rows):
    """A file of the daily dumps."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(rows):
        cells = {name: json.dumps(value) if isinstance(value, list) else value
                 for name, value in row.items()}
        writer.writerow({**cells, "uuid": uuid.UUID(int=number), "platform_uid": row["puid"],
                         "created_at": "2026-03-02 10:00:00", "platform_name": "x"})
    return out.getvalue().encode()


def add_dump(content):
    """What adding a dump says."""
    path = os.path.join(HOME.name, "dump")
    with open(path, "wb") as file:
        file.write(content)
    done = run("enforcement", "add", NODE, "--dump", path)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


@tap.test
def dumps_of_every_form_go_through_the_same_rules():
    forms = {"full": DUMP, "old": [c for c in DUMP if c != "content_id_ean"],
             "light": [c for c in DUMP if c not in LEFT_OUT]}
    for form, columns in forms.items():
        rows = [statement(f"{form}-{n}", content_date="2026-03-01 00:00:00",
                          decision_facts='it said "x",\nand more') for n in range(3)]
        rows[1]["category"] = "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS"
        rows.append(statement(f"{form}-0"))
        content = dump(columns, *rows)
        done, answers = add_dump(gzip.compress(content) if form == "old" else content)
        assert done.returncode == 2 and len(answers) == 4, (form, done)
        assert set(answers[3]["errors"]) == {"puid"} and answers[3]["line"] == 4, answers
        fields = show(NODE, answers[0]["index"])["fields"]
        assert fields["content_date"] == "2026-03-01" and fields["puid"] == form + "-0", fields
        assert ("decision_facts" in fields) == (form != "light"), fields
        seen = show(NODE, answers[1]["index"])["columns"]["category"]
        assert seen == "unsafe_and_prohibited_products", seen
    short = dump(DUMP, {**statement("short"), "decision_facts": ""})
    assert set(add_dump(short)[1][0]["errors"]) == {"decision_facts"}


@tap.test
def odd_rows_of_a_dump_are_told_and_never_end_it():
    rows = dump(DUMP, statement("odd-1", decision_facts="q 'x' q"), statement("odd-2"),
                statement("odd-3", decision_facts="bad y byte"), statement("odd-4"))
    rows = rows.replace(b"q 'x' q", b'"q \\"x\\" q"').replace(b"bad y", b"bad \xff")
    rows = rows.replace(b"odd-2", b'odd"2')
    done, answers = add_dump(rows)
    assert done.returncode == 2 and [a["puid"] for a in answers] == ["odd-1", "odd-3", "odd-4"]
    assert b"row 2: " in done.stderr and b" 1 unreadable" in done.stderr, done.stderr
    assert show(NODE, answers[0]["index"])["fields"]["decision_facts"] == 'q \\"x\\" q'
    assert show(NODE, answers[1]["index"])["fields"]["decision_facts"] == "bad \ufffd byte"
    for bad in (b"", b"uuid,x\n", gzip.compress(rows)[:-9]):
        assert add_dump(bad)[0].returncode == 2
    fault_free(NODE)


tap.main()
