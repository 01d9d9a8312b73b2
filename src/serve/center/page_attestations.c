/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What third parties attest, each under its own key. The signature is over what the signer stated:
 * the type bytes and values of the fields before it, as in the body of the entry
 * (docs/center.md).
 */
#include "base/bytes.h"
#include "serve/center/attestation.h"
#include "serve/center/pages.h"
#include "base/banned.h"

static void put_verdict(struct page *p, const struct facts_entry *e)
{
    struct fault why = {};
    if (attestation_check(&e->entry, &why).code == E_OK) {
        page_put(p, "<span class=\"state\">signature verified</span>");
        return;
    }
    page_put(p, "<span class=\"state no\">signature does not verify</span> (");
    page_text(p, slice_text(why.text));
    page_put(p, ")");
}

static void put_range(struct page *p, const struct facts_entry *e)
{
    if (facts_field(e, FIELD_attestation_size).len == 0) return;
    page_fact(p, "Range");
    page_put(p, "entries ");
    page_number(p, facts_number(e, FIELD_attestation_first));
    page_put(p, " to ");
    page_number(p, facts_number(e, FIELD_attestation_size));
    page_fact_end(p);
}

static void put_attestation(struct page *p, const struct facts_entry *e)
{
    page_put(p, "<h2>");
    page_text(p, facts_field(e, FIELD_attestation_signer));
    page_put(p, "</h2>\n<blockquote class=\"note\"><p>");
    page_text(p, facts_field(e, FIELD_attestation_statement));
    page_put(p, "</p></blockquote>\n<dl class=\"rows\">\n");
    page_fact(p, "Signature");
    put_verdict(p, e);
    page_fact_end(p);
    page_fact(p, "About");
    page_text(p, facts_field(e, FIELD_attestation_subject));
    if (facts_field(e, FIELD_attestation_subject_hash).len > 0) {
        page_put(p, " ");
        page_hash(p, facts_field(e, FIELD_attestation_subject_hash));
    }
    page_fact_end(p);
    put_range(p, e);
    page_fact(p, "Recorded as");
    page_word(p, facts_choice(e, COLUMN_attestation_stage));
    page_put(p, ", ");
    page_time(p, e->entry.time_s);
    page_put(p, ", ");
    page_entry(p, e);
    page_fact_end(p);
    page_fact(p, "Key");
    page_hash_text(p, facts_field(e, FIELD_attestation_key));
    page_fact_end(p);
    page_put(p, "</dl>\n");
}

void page_attestations(struct page *p, slice rest, slice token)
{
    enum { SHOWN_MAX = 40 };
    static const char *const not_proven[] = {
        "Who holds a key: compare it with one that the signer publishes themselves.",
        "More than the statement says. The word under \"recorded as\" is ours and not signed by "
        "them.",
        NULL,
    };
    size_t at = p->view->facts->entry_count;
    const struct facts_entry *e = facts_before(p->view->facts, KIND_attestation, &at);
    (void)rest;
    (void)token;
    page_begin(p, "/attestations", "Attestations");
    page_put(p, "<p class=\"lead\">What others checked and put their signature under: auditors, "
                "people who rebuilt the program, researchers.</p>\n");
    if (e == NULL) page_empty(p, "Nobody has attested anything in this log yet.");
    for (size_t shown = 0; e != NULL && shown < SHOWN_MAX; shown++) {
        put_attestation(p, e);
        e = facts_before(p->view->facts, KIND_attestation, &at);
    }
    page_end(p, not_proven);
}
