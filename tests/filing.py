# SPDX-License-Identifier: Apache-2.0
"""filing: a filled-in set of the harmonised report in which nothing is wrong, to be made wrong.

    parts = filing.clean()
    parts[5].row("TOTAL")[5] = "7"
    files = filing.files(parts)         # {"part_5_own_initiative_illegal.csv": b"…", …}

A provider of the highest tier, first half of 2026. Rows are lists of cells; a grid's columns stand
where the template has them, and lists have VALUE and CONTEXT from the end.
"""
import copy
import csv
import functools
import io
import os
import re

TEMPLATE = os.path.join(os.environ["CANDOR_SOURCE"], "src", "report", "template")
PERIOD, SERVICE = "2026-01-01/2026-06-30", "Example"
TIERS = {"ALL": "All", "PLATFORM": "Only for providers of online platforms",
         "HOSTING": "Only for providers of hosting services, including online platforms",
         "VLOP": "Only for VLOPs", "VLOSE": "Only for VLOPs and VLOSEs"}
STEMS = ["report_identification", "categories_names", "member_states_orders", "notices",
         "own_initiative_illegal", "own_initiative_TC", "appeals_and_recidivism",
         "automated_means", "human_resources", "AMAR", "qualitative"]
STATES = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()
SAMPLED = "A random sample of 400 decisions, and of 100 cases that were missed."


def calls(name):
    """The rows of a .def file as [macro, argument, …]."""
    with open(os.path.join(TEMPLATE, name), encoding="utf-8") as file:
        text = re.sub(r'"\s*\n\s*"', "", file.read().replace("\\u00a0", "\u00a0"))
    for macro, arguments in re.findall(r"^([A-Z]+)\((.*?)\)$", text, re.M | re.S):
        found = re.findall(r'"((?:[^"\\]|\\.)*)"|([^\s,]+)', arguments)
        yield [macro] + [bare or quoted.replace('\\"', '"') for quoted, bare in found]


CATEGORIES = [(int(row[1]), row[2], row[3], row[0] == "KEYWORD") for row in calls("categories.def")]
COLUMNS = {n: [row[3] for row in calls("columns.def") if row[1] == str(n)] for n in range(1, 12)}
SCOPES = {row[1]: (row[2:] or [""])[0] for row in calls("rows.def") if row[0] == "SCOPE"}
INDICATORS = {row[1]: row[2:] for row in calls("rows.def") if row[0] == "INDICATOR"}
ROWS = [row[1:] for row in calls("rows.def") if row[0] == "ROW"]
# What the numbers of a row of a grid are made of, for each unit of it.
FACTORS = {3: [1, 2, None, None, 1, None, None], 4: [4, 1, 6, 2, None, None, 2, 1, 3, 1],
           5: [10, 6, 4, 1, 1, 1, 1, 1, 1] + [0] * 7}
FACTORS[6] = FACTORS[5]
MEDIANS = ["1.5", "24", "2.5", "30"]


class Part:
    """Rows with the header first."""

    def __init__(self, number):
        self.number, self.rows = number, [list(COLUMNS[number])]

    def row(self, *words):
        """The first row that has all these cells."""
        return next(row for row in self.rows[1:] if all(word in row for word in words))

    def at(self, *words):
        """The number of that row, as a spreadsheet counts."""
        return 1 + next(n for n, row in enumerate(self.rows)
                        if n and all(word in row for word in words))


def has(part, number):
    """Whether a part has rows of that category."""
    return {15: part == 6, 16: part == 3, 17: part == 4}.get(number, True)


@functools.cache
def units(part, number, code):
    """How many units a row counts: a whole is the sum of its parts."""
    below = [c for c in CATEGORIES if has(part, c[0])]
    if code == "TOTAL":
        return sum(units(part, c[0], c[1]) for c in below if c[0] and not c[3])
    if code.startswith("STATEMENT"):
        keywords = [c for c in below if c[0] == number and c[3]]
        return sum(units(part, number, c[1]) for c in keywords) or 3
    return 1 if code == "KEYWORD_OTHER" else 2


def grid(number):
    """Part 3, 4, 5 or 6."""
    part, tier = Part(number), "HOSTING" if number == 4 else "ALL"
    for scope, times in (("TOTAL", 3), ("DE", 1), ("FR", 2)) if number == 3 else ((None, 1),):
        for category, code, _, _ in CATEGORIES:
            if not has(number, category):
                continue
            n, medians = times * units(number, category, code), iter(MEDIANS)
            other = f"things of kind {category}" if code == "KEYWORD_OTHER" else ""
            values = [next(medians) if f is None else str(f * n) for f in FACTORS[number]]
            part.rows.append([TIERS[tier], SERVICE, PERIOD, code, other]
                             + ([scope] if scope else []) + values + [""] * len(values))
    return part


def listed(number, values):
    """A part that lists indicators: values by (indicator, scope) or by scope alone."""
    part = Part(number)
    for indicator, tier, kind, scope in ROWS:
        _, section, name = (INDICATORS[indicator] + [""])[:3]
        if INDICATORS[indicator][0] != str(number):
            continue
        codes = STATES if number == 10 else LANGUAGES
        for text in codes if scope == "EACH" else [SCOPES[scope]]:
            row = [TIERS[tier], SERVICE] + ([PERIOD] if number > 1 else [])
            row += [section] if number in (7, 8, 9, 10) else []
            row += [name] + ([text] if number in (7, 8, 9, 10) else [])
            by_scope = values.get(scope, values.get(indicator))
            row.append(str(values.get((indicator, scope), by_scope)))
            if number in (7, 8, 9):
                row.append(SAMPLED if kind == "RATIO" and number == 8 else "")
            part.rows.append(row)
    return part


def automated():
    """What part 8 must say to agree with the others."""
    own = units(5, 0, "TOTAL") + units(6, 0, "TOTAL")
    notices = 4 * units(4, 0, "TOTAL")
    values = {"ACCURACY": "0.95", "PRECISION": "0.9", "RECALL": "0.85"}
    for scope, solely, manual in (("TOTAL_NUMBER", 6 * own + 9, 4 * own + 9), ("EACH", 5, 5),
                                  ("OWN", 6 * own, 4 * own)):
        values["MEASURES_AUTOMATED", scope] = solely
        values["MEASURES_MANUAL", scope] = manual
    for scope in ("NOTICES", "NOTICES_FLAGGER"):
        values["NOTICES_AUTOMATED", scope] = 100
        values["NOTICES_MANUAL", scope] = notices - 100
    return values


def appeals():
    """Complaints on five bases, and disputes."""
    ten = {"TOTAL_NUMBER": 10, "UPHELD": 6, "PARTIALLY_REVERSED": 1, "REVERSED": 2,
           "MEDIAN_TIME": "48.5", "OMITTED": 1, "IMPLEMENTED": "0.75"}
    values = dict(ten)
    for scope, n in ten.items():
        if isinstance(n, int):
            values["COMPLAINTS", scope] = 5 * n
    return values


def texts():
    """Part 11."""
    return {name: f"What there is to say: {name.lower()}, 12 views before action." for name in
            (row[0] for row in ROWS if row[2] == "TEXT")}


@functools.cache
def once():
    """The parts by number, for all."""
    parts = {n: grid(n) for n in (3, 4, 5, 6)}
    parts[1] = listed(1, {"PROVIDER": "Example Ltd", "PUBLISHED": "2026-08-15",
                          "PUBLISHED_BEFORE": "2026-02-20", "PERIOD_START": PERIOD[:10],
                          "PERIOD_END": PERIOD[11:]})
    parts[2] = Part(2)
    for number, code, name, _ in CATEGORIES:
        parts[2].rows.append([f"Category {number}", name, code, ""])
    parts[7], parts[8] = listed(7, appeals()), listed(8, automated())
    parts[9] = listed(9, {"MODERATORS_INTERNAL": 100, "MODERATORS_EXTERNAL": 200, "EACH": 20,
                          ("MODERATORS_LANGUAGE", "TOTAL_NUMBER"): 250})
    parts[10] = listed(10, {"ALL": 27000, "EACH": 1000})
    parts[11] = listed(11, texts())
    return parts


def clean():
    """The parts by number, to be changed at will."""
    return copy.deepcopy(once())


def name_of(number):
    """The name of a part's file."""
    return f"part_{number}_{STEMS[number - 1]}.csv"


def table(rows):
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def files(parts):
    """The set as files."""
    return {name_of(n): table(part.rows) for n, part in parts.items()}
