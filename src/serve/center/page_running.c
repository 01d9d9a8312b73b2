/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs now: the program, and the bundles of rules and policies with their history. Two bundles
 * of detection rules are compared file by file (rule_changes.h).
 */
#include "base/bytes.h"
#include "base/num.h"
#include "serve/center/pages.h"
#include "serve/center/rule_changes.h"
#include "base/banned.h"

enum { HISTORY_MAX = 100, BUNDLE_TYPES_MAX = 16 };

static void put_program(struct page *p)
{
    const struct center_build *b = p->view->build;
    page_put(p, "<h2 id=\"program\">The program</h2>\n<dl class=\"rows\">\n");
    page_fact(p, "Version");
    page_printf(p, "candor %s", b->version);
    page_fact_end(p);
    page_fact(p, "Commit");
    if (b->commit[0] == '\0') page_put(p, "Not built from a repository.");
    if (b->commit[0] != '\0') page_hash_text(p, slice_text(b->commit));
    page_fact_end(p);
    page_fact(p, "SHA-256 of the running file");
    if (b->binary[0] == '\0') page_put(p, "The process cannot read its own file.");
    if (b->binary[0] != '\0') page_hash_text(p, slice_text(b->binary));
    page_fact_end(p);
    page_fact(p, "Compiler");
    page_text(p, slice_text(b->compiler));
    page_fact_end(p);
    page_fact(p, "Running since");
    page_time(p, b->started_s);
    page_fact_end(p);
    page_put(p, "</dl>\n<h3>Build it yourself</h3>\n<p>On Debian 12, with the packages of "
                "<code>tools/packages.txt</code>, from the source at that commit:</p>\n"
                "<pre>make\nsha256sum build/candor</pre>\n"
                "<p>The same commit, compiler and packages give the same file. Who rebuilt it and "
                "got that hash can say so under their own signature: see <a "
                "href=\"/attestations\">attestations</a>.</p>\n");
    if (p->view->config->source[0] == '\0') return;
    page_put(p, "<p>The source is at <a href=\"");
    page_text(p, slice_text(p->view->config->source));
    page_put(p, "\">");
    page_text(p, slice_text(p->view->config->source));
    page_put(p, "</a>.</p>\n");
}

/* ---- bundles ---- */

static bool judges_now(const struct page *p, const struct facts_entry *e)
{
    const slice bundle = facts_field(e, FIELD_policy_bundle);
    return bundle.len == SHA256_BYTES &&
           bytes_equal(bundle.at, p->view->bundle->bytes, SHA256_BYTES);
}

/* The bundle of its type that was in force before; empty: it is the first. */
static slice bundle_before(const struct facts *facts, const struct facts_entry *e)
{
    size_t at = (size_t)(e - facts->entries);
    const uint16_t type = facts_column(e, COLUMN_policy_type);
    const struct facts_entry *before = facts_before(facts, KIND_policy, &at);
    while (before != NULL && facts_column(before, COLUMN_policy_type) != type)
        before = facts_before(facts, KIND_policy, &at);
    return before != NULL ? facts_field(before, FIELD_policy_bundle) : slice_none();
}

static void put_bundle(struct page *p, const struct facts_entry *e, bool is_active)
{
    const slice previous = bundle_before(p->view->facts, e);
    page_put(p, "<tr><th scope=\"row\">");
    page_word(p, facts_choice(e, COLUMN_policy_type));
    page_put(p, "</th><td>");
    page_text(p, facts_field(e, FIELD_policy_name));
    page_put(p, " ");
    page_text(p, facts_field(e, FIELD_policy_version));
    page_put(p, "</td><td>");
    page_hash(p, facts_field(e, FIELD_policy_bundle));
    page_put(p, "</td><td class=\"n\">");
    page_number(p, facts_number(e, FIELD_policy_rules));
    page_put(p, "</td><td>");
    page_time(p, e->entry.time_s);
    page_put(p, "</td><td>");
    if (is_active && judges_now(p, e)) page_put(p, "<span class=\"state\">in force</span> ");
    page_text(p, facts_field(e, FIELD_policy_summary));
    if (previous.len == SHA256_BYTES &&
        facts_column(e, COLUMN_policy_type) == VALUE_bundle_type_detection) {
        page_printf(p, " <a href=\"/running/changes/%llu\">what changed</a>",
                    (unsigned long long)e->index);
    }
    page_put(p, "</td></tr>\n");
}

/* The newest bundle of each type is the one in force. */
static void put_bundles(struct page *p)
{
    static const char *const heads[] = { "Governs", "Name",  "SHA-256", "#Rules",
                                         "Since",   "Notes", NULL };
    const struct facts *facts = p->view->facts;
    bool seen[256] = {};
    size_t at = facts->entry_count;
    size_t shown = 0;
    const struct facts_entry *e = facts_before(facts, KIND_policy, &at);
    page_put(p,
             "<h2 id=\"bundles\">Rules and policies</h2>\n<p>A bundle is recorded in the log "
             "before it is first used, and every finding names the bundle that led to it.</p>\n");
    if (e == NULL) {
        page_empty(p, "No bundle of rules or policies has been made active on this node yet.");
        return;
    }
    page_table(p, "Bundles that became active, the newest first", heads);
    for (; e != NULL && shown < HISTORY_MAX; e = facts_before(facts, KIND_policy, &at), shown++) {
        const uint8_t type = (uint8_t)facts_column(e, COLUMN_policy_type);
        put_bundle(p, e, !seen[type]);
        seen[type] = true;
    }
    page_table_end(p);
}

/* ---- differences ---- */

static const struct facts_entry *policy_at(const struct facts *facts, slice number)
{
    uint64_t index = 0;
    size_t at = facts->entry_count;
    if (num_parse_u64(number, &index).code != E_OK) return NULL;
    const struct facts_entry *e = facts_before(facts, KIND_policy, &at);
    while (e != NULL && e->index != index)
        e = facts_before(facts, KIND_policy, &at);
    return e;
}

static void put_change(void *with, enum rule_change change, slice name)
{
    static const char *const words[] = { "added", "removed", "changed" };
    struct page *p = with;
    page_printf(p, "<tr><td>%s</td><th scope=\"row\">", words[change]);
    page_text(p, name);
    page_put(p, "</th></tr>\n");
}

static void page_changes(struct page *p, const struct facts_entry *e)
{
    static const char *const heads[] = { "Change", "Rule or list", NULL };
    static const char *const not_proven[] = {
        "That the rules were good ones: only which ones were in force, and when.",
        NULL,
    };
    struct rule_changes_count count = {};
    struct fault f = {};
    const slice before = bundle_before(p->view->facts, e);
    const slice after = facts_field(e, FIELD_policy_bundle);
    page_begin(p, "", "What changed in the rules");
    page_put(p, "<p class=\"crumbs\"><a href=\"/running\">What is running</a></p>\n"
                "<dl class=\"rows\">\n");
    page_fact(p, "Before");
    page_hash(p, before);
    page_fact_end(p);
    page_fact(p, "From then on");
    page_hash(p, after);
    page_fact_end(p);
    page_fact(p, "Became active");
    page_time(p, e->entry.time_s);
    page_put(p, ", ");
    page_entry(p, e);
    page_fact_end(p);
    page_put(p, "</dl>\n");
    const size_t table = p->w.len;
    page_table(p, "Rules and lists of values", heads);
    const status s = rule_changes(p->view->rules, before, after, put_change, p, &count, &f);
    page_table_end(p);
    if (s.code != E_OK || count.added + count.removed + count.changed == 0) p->w.len = table;
    if (s.code != E_OK) {
        page_put(p, "<div class=\"note bad\"><p>The two bundles cannot be compared here: ");
        page_text(p, slice_text(f.text));
        page_put(p, ".</p></div>\n");
    } else {
        page_printf(p, "<p>%zu added, %zu removed, %zu changed, %zu as they were.", count.added,
                    count.removed, count.changed, count.same);
        if (count.left_out > 0) page_printf(p, " %zu more changes are not listed.", count.left_out);
        page_put(p, "</p>\n");
    }
    page_end(p, not_proven);
}

void page_running(struct page *p, slice rest, slice token)
{
    static const char changes[] = "changes/";
    static const char *const not_proven[] = {
        "That the program that answers you is the one that is named here: a program can say of "
        "itself what it likes. Rebuilding it shows what the named one does, and attestations of "
        "others who looked at the machine narrow the rest.",
        "That the rules find everything they should.",
        NULL,
    };
    (void)token;
    if (rest.len > 0) {
        const bool is_change = slice_starts(rest, slice_text(changes));
        const struct facts_entry *e =
            is_change ? policy_at(p->view->facts, slice_from(rest, sizeof changes - 1)) : NULL;
        if (e == NULL) {
            page_refuse(p, 404, "There is no such change", "No bundle became active there.");
        } else {
            page_changes(p, e);
        }
        return;
    }
    page_begin(p, "/running", "What is running");
    page_put(p, "<p class=\"lead\">The exact program and the exact rules that judge now, and all "
                "that judged before them.</p>\n");
    put_program(p);
    put_bundles(p);
    page_end(p, not_proven);
}
