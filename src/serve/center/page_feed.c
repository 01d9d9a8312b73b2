/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Atom feed (RFC 4287) of what was published: reports, restatements, incidents. The id of an
 * entry is the hash of its leaf (RFC 6920), so that a feed that changes its past shows.
 */
#include "base/bytes.h"
#include "base/timestamp.h"
#include "serve/center/pages.h"
#include "base/banned.h"

enum { FEED_ENTRIES_MAX = 100 };

static void put_id(struct page *p, const hash *h)
{
    uint8_t text[2 * SHA256_BYTES];
    struct writer w = writer_of(text, sizeof text);
    writer_base64(&w, (slice){ h->bytes, sizeof h->bytes });
    page_put(p, "<id>ni:///sha-256;");
    for (size_t i = 0; i < w.len && text[i] != '='; i++)
        writer_u8(&p->w, text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
    page_put(p, "</id>\n");
}

static void put_updated(struct page *p, uint64_t time_s)
{
    const struct civil c = timestamp_to_civil((int64_t)(time_s & UINT32_MAX) * 1000000000);
    page_printf(p, "<updated>%04d-%02u-%02uT%02u:%02u:%02uZ</updated>\n", c.year, c.month, c.day,
                c.hour, c.minute, c.second);
}

static void put_report(struct page *p, const struct facts_entry *e)
{
    const slice period = facts_field(e, FIELD_report_period);
    const unsigned long long version = facts_number(e, FIELD_report_version);
    page_put(p, version > 1 ? "<title>Report restated: " : "<title>Report published: ");
    page_text(p, period);
    page_printf(p, ", version %llu</title>\n<link href=\"", version);
    page_text(p, p->view->host);
    page_put(p, "/reports/");
    page_text(p, period);
    page_printf(p, "/%llu/\"/>\n<summary>", version);
    page_text(p, facts_field(e, FIELD_report_reason));
    page_put(p, "</summary>\n");
}

static void put_incident(struct page *p, const struct facts_entry *e)
{
    page_printf(p, "<title>Incident %u: ", facts_column(e, COLUMN_incident_number));
    page_put(p, facts_choice(e, COLUMN_incident_stage));
    page_put(p, "</title>\n<link href=\"");
    page_text(p, p->view->host);
    page_put(p, "/incidents\"/>\n<summary>What it harmed: ");
    page_put(p, facts_choice(e, COLUMN_incident_class));
    page_put(p, "</summary>\n");
}

static void put_entry(struct page *p, const struct facts_entry *e)
{
    page_put(p, "<entry>\n");
    put_id(p, &e->leaf);
    put_updated(p, e->entry.time_s);
    if (e->entry.schema->kind == KIND_report) put_report(p, e);
    if (e->entry.schema->kind == KIND_incident) put_incident(p, e);
    page_put(p, "</entry>\n");
}

/* The newest entry before that one that the feed tells of. */
static const struct facts_entry *told_before(const struct facts *facts, size_t *at)
{
    while (*at > 0) {
        const struct facts_entry *e = &facts->entries[--*at];
        const uint8_t kind = e->entry.schema->kind;
        if (kind == KIND_report || kind == KIND_incident) return e;
    }
    return NULL;
}

void page_feed(struct page *p, slice rest, slice token)
{
    const struct facts *facts = p->view->facts;
    const hash feed = sha256(facts->checkpoint.origin);
    size_t at = facts->entry_count;
    const struct facts_entry *e = told_before(facts, &at);
    (void)rest;
    (void)token;
    p->type = "application/atom+xml; charset=utf-8";
    page_put(p, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>Published by ");
    page_text(p, facts->checkpoint.origin);
    page_put(p, "</title>\n");
    put_id(p, &feed);
    put_updated(p, e != NULL ? e->entry.time_s : 0);
    page_put(p, "<author><name>");
    page_text(p, facts->checkpoint.origin);
    page_put(p, "</name></author>\n<link rel=\"self\" href=\"");
    page_text(p, p->view->host);
    page_put(p, "/feed.atom\"/>\n<link href=\"");
    page_text(p, p->view->host);
    page_put(p, "/\"/>\n");
    for (size_t n = 0; e != NULL && n < FEED_ENTRIES_MAX; n++) {
        put_entry(p, e);
        e = told_before(facts, &at);
    }
    page_put(p, "</feed>\n");
}
