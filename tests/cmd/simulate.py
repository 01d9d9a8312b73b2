# SPDX-License-Identifier: Apache-2.0
"""candor simulate: the same seed gives the same bytes, and candor's own rules find the attacks.

The truth file says which lines belong to which attack and which rules must find it. A simulated
week is hunted with the rules of rules/: each attack must be found by each rule that its row of the
registry names, and little else may be found.
"""
import hashlib
import json
import os
import subprocess
import tempfile

from candor import CANDOR
import tap

SOURCE = os.environ["CANDOR_SOURCE"]
FOLDER = tempfile.TemporaryDirectory(prefix="candor-simulate-")
SMALL = ["--seed", "7", "--staff", "120", "--users", "4000"]


def simulate(*options, status=0):
    done = subprocess.run([CANDOR, "simulate", *options], capture_output=True, check=False)
    assert done.returncode == status, (options, done.returncode, done.stderr)
    return done.stdout if status == 0 else done.stderr.decode()


def path(name):
    return os.path.join(FOLDER.name, name)


def with_truth(name, *options):
    """The lines of a simulation, {line number: label} and the attacks."""
    text = simulate(*options, "--truth", path(name))
    labels, attacks = {}, []
    with open(path(name), encoding="utf-8") as file:
        for entry in map(json.loads, file):
            if "line" in entry:
                labels[entry["line"]] = entry
            else:
                attacks.append(entry)
    return text.decode().splitlines(), labels, attacks


@tap.test
def the_same_seed_gives_the_same_bytes_and_another_does_not():
    first = simulate(*SMALL, "--days", "2")
    assert first == simulate(*SMALL, "--days", "2")
    assert first != simulate(*SMALL[2:], "--days", "2", "--seed", "8")
    assert len(first) > 100000


@tap.test
def the_bytes_are_those_of_every_machine():
    # When what is simulated changes on purpose, so does this digest.
    made = hashlib.sha256(simulate(*SMALL)).hexdigest()
    stored = os.path.join(SOURCE, "tests", "vectors", "simulate.sha256")
    with open(stored, encoding="ascii") as file:
        assert made == file.read().strip(), made


@tap.test
def one_day_is_the_beginning_of_two():
    one, two = simulate(*SMALL), simulate(*SMALL, "--days", "2")
    assert two.startswith(one) and len(two) > len(one)
    records = simulate(*SMALL, "--format", "records")
    assert simulate(*SMALL, "--format", "records", "--days", "2").startswith(records)


@tap.test
def without_attacks_the_other_lines_stay_as_they_are():
    lines, labels, _ = with_truth("stay", *SMALL)
    rest = [line for number, line in enumerate(lines, 1) if number not in labels]
    assert rest == simulate(*SMALL, "--attacks", "none").decode().splitlines()
    assert len(labels) > 10


@tap.test
def lines_are_json_objects_in_order_of_their_time():
    last = ""
    for line in simulate(*SMALL, "--format", "records").decode().splitlines():
        record = json.loads(line)
        assert record["time"] >= last, (record["time"], last)
        last = record["time"]
        if record["kind"] == "event":
            assert isinstance(json.loads(record["raw"]), dict)


@tap.test
def the_events_among_the_records_are_the_events():
    records = [json.loads(r) for r in simulate(*SMALL, "--format", "records").splitlines()]
    raw = [record["raw"] for record in records if record["kind"] == "event"]
    assert raw == simulate(*SMALL).decode().splitlines()
    kinds = {record["kind"] for record in records}
    assert kinds >= {"fact", "access", "grant", "notice", "enforcement", "order"}, kinds


@tap.test
def split_writes_the_same_lines_a_file_for_each_source():
    whole = simulate(*SMALL).decode().splitlines()
    simulate(*SMALL, "--split", path("split"), "--truth", path("split.truth"))
    parts = {}
    for name in os.listdir(path("split")):
        with open(os.path.join(path("split"), name), encoding="utf-8") as file:
            parts[name[:-len(".jsonl")]] = file.read().splitlines()
    assert sorted(whole) == sorted(line for part in parts.values() for line in part)
    with open(path("split.truth"), encoding="utf-8") as file:
        for label in map(json.loads, file):
            if "line" in label:
                line = parts[label["source"]][label["source_line"] - 1]
                assert line == whole[label["line"] - 1]


@tap.test
def the_number_of_events_is_about_what_was_asked_for():
    for events in (5000, 60000, 200000):
        made = simulate(*SMALL, "--events", str(events)).count(b"\n")
        assert 0.85 * events < made < 1.15 * events, (events, made)


@tap.test
def only_addresses_and_names_for_examples_occur():
    text = simulate(*SMALL, "--format", "records").decode()
    for part in text.split("@")[1:]:
        assert part.startswith(("platform.example", "timestamp")), part[:60]
    for part in text.split('"source_ip\\":\\"')[1:]:
        ip = part.split("\\")[0]
        assert ip.startswith(("10.", "192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")), ip


@tap.test
def records_are_taken_by_append():
    subprocess.run([CANDOR, "init", path("log"), "--origin", "simulate.example/log"], check=True,
                   stdout=subprocess.DEVNULL)
    head = subprocess.run([CANDOR, "log", "head", path("log")], check=True, capture_output=True)
    first = head.stdout.split(b"\n")[1].decode()
    records = simulate("--seed", "6", "--staff", "90", "--users", "1000", "--days", "14",
                       "--format", "records", "--first-index", first)
    done = subprocess.run([CANDOR, "append", path("log")], input=records, capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stderr[-400:]
    indices = [json.loads(line)["index"] for line in done.stdout.splitlines()]
    check_references(records.decode().splitlines(), indices)


# (kind, member) -> the kind that the index must lead to.
REFERENCES = {("appeal", "enforcement"): "enforcement", ("enforcement", "replaces"): "enforcement",
              ("enforcement", "notice"): "notice", ("enforcement", "order"): "order",
              ("disclosure", "order"): "order"}
FACTS = set("""hire leave transfer training duty ticket account sign_in privilege
    privileged_session access_review change deployment configuration asset data_map vulnerability
    scan exception simulation backup restore_test exercise outage key supplier review follow_up loss
    subject_request erasure_answer retention_run export_approval heartbeat clock log_check
    software""".split())


def check_references(lines, indices):
    kinds, seen = {}, set()
    for line, index in zip(lines, indices):
        record = json.loads(line)
        kinds[index] = record["kind"]
        for (kind, member), target in REFERENCES.items():
            if record["kind"] == kind and member in record:
                assert kinds.get(record[member]) == target, (line, kinds.get(record[member]))
                seen.add((kind, member))
        seen |= {record["type"]} if record["kind"] == "fact" else set()
    assert seen >= set(REFERENCES), set(REFERENCES) - seen
    missing = FACTS - seen
    assert not missing, missing
    assert len(indices) > 65536, "no summary of the log between them"


@tap.test
def what_makes_no_sense_is_refused():
    for options in (["--days", "0"], ["--staff", "5"], ["--users", "100"], ["--seed", "x"],
                    ["--start", "yesterday"], ["--start", "2026-02-30"], ["--attacks", "nothing"],
                    ["--attacks", ""], ["--format", "xml"], ["--out", "a", "--split", "b"],
                    ["--staff", "5000", "--users", "4000"], ["--events", "0"]):
        assert "candor: simulate: " in simulate(*options, status=2), options
    assert "cannot write" in simulate("--out", "/nowhere/at/all", status=3)
    assert "cannot write" in simulate("--truth", "/dev/full", status=3)


def hunted(lines, rules):
    """{rule title: {line numbers of the evidence of its findings}}"""
    done = subprocess.run([CANDOR, "hunt", "--rules", rules, "--output", "brief"],
                          input="\n".join(lines).encode() + b"\n", capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    found = []
    for finding in map(json.loads, done.stdout.splitlines()):
        assert not finding.get("logsource_unknown"), finding
        if finding["level"] == "informational":
            continue
        evidence = {finding["event"]["line"]} | {e["record"] for e in finding.get("events", [])}
        found.append((finding["title"], finding["level"], evidence))
    return found


@tap.test
def candors_own_rules_find_every_attack_of_a_week_and_little_else():
    lines, labels, attacks = with_truth("week", "--seed", "11", "--days", "7", "--staff", "200",
                                        "--users", "8000")
    found = hunted(lines, os.path.join(SOURCE, "rules"))
    listed = json.loads(simulate("--list", "--json"))["attacks"]
    assert {a["attack"] for a in attacks} == set(listed)
    missing, true = [], {}
    for attack in attacks:
        assert attack["complete"] and attack["events"] > 0 and attack["rules"], attack
        own = {n for n, label in labels.items() if label["instance"] == attack["instance"]}
        titles = {title for title, _, evidence in found if evidence & own}
        missing += [(attack["attack"], rule) for rule in attack["rules"] if rule not in titles]
        print(f"# {attack['attack']}: {len(own)} events, found by {len(titles)} rules")
    assert not missing, missing
    for title, level, evidence in found:
        counts = true.setdefault((title, level), [0, 0])
        counts[0 if evidence & set(labels) else 1] += 1
    for (title, level), (right, wrong) in sorted(true.items(), key=lambda t: -t[1][1]):
        if wrong:
            print(f"# {wrong} of {right + wrong} findings are no attack: {title} ({level})")
    right = sum(r for r, _ in true.values())
    wrong = sum(w for _, w in true.values())
    grave = sum(w for (_, level), (_, w) in true.items() if level in ("high", "critical"))
    print(f"# {len(lines)} events, {len(labels)} of attacks; {right} findings of attacks, {wrong}"
          f" of none (high or critical: {grave}); precision {right / (right + wrong):.2f}")
    assert right > wrong and grave <= len(lines) / 20000, (right, wrong, grave)


tap.main()
