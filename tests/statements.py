# SPDX-License-Identifier: Apache-2.0
"""statements: statements of reasons as tests send them."""

S = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
A = "DECISION_GROUND_ILLEGAL_CONTENT"


def statement(puid, /, **changes):
    """A good statement, with changes; a member that is None is left out."""
    made = {
        "puid": puid, "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "terms 4.2", "incompatible_content_explanation": "why",
        "category": S, "content_type": ["CONTENT_TYPE_TEXT"], "content_date": "2026-03-01",
        "application_date": "2026-03-02", "decision_facts": "somebody looked",
        "source_type": "SOURCE_VOLUNTARY", "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_FULLY", **changes}
    return {name: value for name, value in made.items() if value is not None}
