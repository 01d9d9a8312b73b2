/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/detect/hunt_summary.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "base/banned.h"

/* Rules by the number of their findings, the most first; of equal ones the more severe first. */
static int by_findings(const void *a, const void *b, void *with)
{
    const uint64_t *findings = with;
    const struct rule *left = *(const struct rule *const *)a;
    const struct rule *right = *(const struct rule *const *)b;
    const uint64_t l = findings[left->number];
    const uint64_t r = findings[right->number];
    if (l != r) return l < r ? 1 : -1;
    if (left->level != right->level) return left->level < right->level ? 1 : -1;
    return slice_compare(rule_reference(left), rule_reference(right));
}

/* The rules that found something in order; returns how many. */
static size_t sort_rules(const struct ruleset *rs, const struct hunt_tally *tally,
                         const struct rule **ret_rules)
{
    size_t count = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (tally->rule_findings[rs->rules[i]->number] > 0) ret_rules[count++] = rs->rules[i];
    }
    qsort_r(ret_rules, count, sizeof(struct rule *), by_findings, tally->rule_findings);
    return count;
}

static const char *level_word(size_t level)
{
    return level == LEVEL_NONE ? "none" : rule_level_name((uint8_t)level);
}

/* What a summary tells of. */
struct summary {
    const struct ruleset *rs;
    const struct hunt_totals *totals;
    const struct hunt_tally *tally;
    const struct rule **rules; /* those that found something */
    size_t count;
};

static void write_totals(struct json_writer *j, const struct summary *s)
{
    const struct correlator_counts *c = &s->totals->correlations;
    char digest[2 * SHA256_BYTES];
    struct writer hex = writer_of(digest, sizeof digest);
    output_digest_write(&hex, &s->tally->digest);
    json_member_u64(j, "files", s->totals->files);
    json_member_u64(j, "bytes", s->totals->bytes);
    json_member_u64(j, "events", s->totals->events);
    json_member_u64(j, "faults", s->totals->faults);
    if (s->totals->is_interrupted) json_member_bool(j, "interrupted", true);
    json_member_u64(j, "rules", s->rs->rule_count);
    json_member_u64(j, "refused_rules", s->rs->refused_count);
    json_member_u64(j, "findings", s->tally->findings);
    json_member_string(j, "findings_digest", writer_slice(&hex));
    json_member_u64(j, "late_events", c->late);
    json_member_u64(j, "groups_given_up", c->groups_evicted);
    json_key(j, "by_level");
    json_object(j);
    for (size_t level = LEVEL_CRITICAL + 1; level-- > 0;) {
        const uint64_t findings = s->tally->level_findings[level];
        if (level == LEVEL_NONE && findings == 0) continue;
        json_member_u64(j, level_word(level), findings);
    }
    json_object_end(j);
}

static void write_json(struct writer *w, const struct summary *s)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    write_totals(&j, s);
    json_key(&j, "by_rule");
    json_array(&j);
    for (size_t i = 0; i < s->count; i++) {
        const struct rule *rule = s->rules[i];
        json_object(&j);
        output_member(&j, "rule", rule_reference(rule), OUTPUT_NAME_BYTES_MAX);
        output_member(&j, "title", output_title(rule), OUTPUT_NAME_BYTES_MAX);
        json_member_text(&j, "level", rule_level_name(rule->level));
        output_member(&j, "author", rule->author, OUTPUT_NAME_BYTES_MAX);
        json_member_u64(&j, "findings", s->tally->rule_findings[rule->number]);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    writer_u8(w, '\n');
}

/* On one line of a terminal: control characters would command it. */
static void write_line(struct writer *w, slice text)
{
    const slice shown = text_cut(text, OUTPUT_NAME_BYTES_MAX);
    const bool is_text = text_is_utf8(shown);
    for (size_t i = 0; i < shown.len; i++) {
        const uint8_t c = shown.at[i];
        writer_u8(w, c < 0x20 || c == 0x7f || (c >= 0x80 && !is_text) ? '.' : c);
    }
}

/* "1 rule", "2 rules". */
static void write_count(struct writer *w, uint64_t count, const char *noun)
{
    writer_printf(w, "%llu %s%s", (unsigned long long)count, noun, count == 1 ? "" : "s");
}

static void write_rules(struct writer *w, const struct summary *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct rule *rule = s->rules[i];
        writer_printf(w, "%8llu  %-13s  ",
                      (unsigned long long)s->tally->rule_findings[rule->number],
                      rule_level_name(rule->level));
        write_line(w, output_title(rule));
        writer_u8(w, '\n');
    }
    writer_text(w, "by level:");
    for (size_t level = LEVEL_CRITICAL + 1; level-- > 0;) {
        const uint64_t findings = s->tally->level_findings[level];
        if (level == LEVEL_NONE && findings == 0) continue;
        writer_printf(w, "%s %llu %s", level == LEVEL_CRITICAL ? "" : ",",
                      (unsigned long long)findings, level_word(level));
    }
    writer_u8(w, '\n');
}

static void write_text(struct writer *w, const struct summary *s)
{
    const struct correlator_counts *c = &s->totals->correlations;
    write_rules(w, s);
    write_count(w, s->tally->findings, "finding");
    writer_text(w, " of ");
    write_count(w, s->count, "rule");
    writer_text(w, " in ");
    write_count(w, s->totals->events, "event");
    writer_text(w, ", ");
    write_count(w, s->totals->files, "file");
    writer_text(w, "; ");
    write_count(w, s->totals->faults, "fault");
    writer_text(w, " in the input");
    if (s->rs->refused_count > 0) {
        writer_text(w, "; ");
        write_count(w, s->rs->refused_count, "rule");
        writer_text(w, " refused");
    }
    if (s->totals->is_interrupted) writer_text(w, "; interrupted");
    writer_u8(w, '\n');
    if (c->late > 0) {
        write_count(w, c->late, "event");
        writer_text(w, " came too late for correlations\n");
    }
    if (c->groups_evicted > 0) {
        write_count(w, c->groups_evicted, "group");
        writer_text(w, " of correlations given up for want of memory\n");
    }
}

status hunt_summary_write(struct writer *w, const struct hunt_output *o,
                          const struct hunt_totals *totals, const struct hunt_tally *tally)
{
    struct summary s = { .rs = o->rs,
                         .totals = totals,
                         .tally = tally,
                         .rules = calloc(o->rs->rule_count + 1, sizeof(struct rule *)) };
    if (s.rules == NULL) return FAIL(E_NOMEM);
    s.count = sort_rules(o->rs, tally, s.rules);
    (o->json ? write_json : write_text)(w, &s);
    free(s.rules);
    return OK;
}
