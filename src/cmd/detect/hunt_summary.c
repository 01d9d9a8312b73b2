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
static size_t sort_rules(const struct hunt_output *o, const struct rule **ret_rules)
{
    size_t count = 0;
    for (size_t i = 0; i < o->rs->rule_count; i++) {
        if (o->rule_findings[o->rs->rules[i]->number] > 0) ret_rules[count++] = o->rs->rules[i];
    }
    qsort_r(ret_rules, count, sizeof(struct rule *), by_findings, o->rule_findings);
    return count;
}

static const char *level_word(size_t level)
{
    return level == LEVEL_NONE ? "none" : rule_level_name((uint8_t)level);
}

static void write_totals(struct json_writer *j, const struct hunt_output *o,
                         const struct hunt_totals *totals)
{
    json_member_u64(j, "files", totals->files);
    json_member_u64(j, "bytes", totals->bytes);
    json_member_u64(j, "events", totals->events);
    json_member_u64(j, "faults", totals->faults);
    json_member_u64(j, "rules", o->rs->rule_count);
    json_member_u64(j, "refused_rules", o->rs->refused_count);
    json_member_u64(j, "findings", o->findings);
    json_key(j, "by_level");
    json_object(j);
    for (size_t level = LEVEL_CRITICAL + 1; level-- > 0;) {
        if (level == LEVEL_NONE && o->level_findings[level] == 0) continue;
        json_member_u64(j, level_word(level), o->level_findings[level]);
    }
    json_object_end(j);
}

static void write_json(struct writer *w, const struct hunt_output *o,
                       const struct hunt_totals *totals, const struct rule *const *rules,
                       size_t count)
{
    struct json_writer j = json_writer_of(w);
    json_object(&j);
    write_totals(&j, o, totals);
    json_key(&j, "by_rule");
    json_array(&j);
    for (size_t i = 0; i < count; i++) {
        json_object(&j);
        output_member(&j, "rule", rule_reference(rules[i]), OUTPUT_NAME_BYTES_MAX);
        output_member(&j, "title", output_title(rules[i]), OUTPUT_NAME_BYTES_MAX);
        json_member_text(&j, "level", rule_level_name(rules[i]->level));
        output_member(&j, "author", rules[i]->author, OUTPUT_NAME_BYTES_MAX);
        json_member_u64(&j, "findings", o->rule_findings[rules[i]->number]);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_object_end(&j);
    writer_u8(w, '\n');
}

/* On one line of a terminal: control characters would command it. */
static void write_line(struct writer *w, slice text)
{
    const slice shown = output_cut(text, OUTPUT_NAME_BYTES_MAX);
    const bool is_text = text_is_utf8(shown);
    for (size_t i = 0; i < shown.len; i++) {
        const uint8_t c = shown.at[i];
        writer_u8(w, c < 0x20 || c == 0x7f || (c >= 0x80 && !is_text) ? '.' : c);
    }
}

static void write_text(struct writer *w, const struct hunt_output *o,
                       const struct hunt_totals *totals, const struct rule *const *rules,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        writer_printf(w, "%8llu  %-13s  ", (unsigned long long)o->rule_findings[rules[i]->number],
                      rule_level_name(rules[i]->level));
        write_line(w, output_title(rules[i]));
        writer_u8(w, '\n');
    }
    writer_text(w, "by level:");
    for (size_t level = LEVEL_CRITICAL + 1; level-- > 0;) {
        if (level == LEVEL_NONE && o->level_findings[level] == 0) continue;
        writer_printf(w, "%s %llu %s", level == LEVEL_CRITICAL ? "" : ",",
                      (unsigned long long)o->level_findings[level], level_word(level));
    }
    writer_printf(w,
                  "\n%llu findings of %zu rules in %llu events, %llu files; %llu faults in the "
                  "input\n",
                  (unsigned long long)o->findings, count, (unsigned long long)totals->events,
                  (unsigned long long)totals->files, (unsigned long long)totals->faults);
}

status hunt_summary_write(struct writer *w, const struct hunt_output *o,
                          const struct hunt_totals *totals)
{
    const struct rule **rules = calloc(o->rs->rule_count + 1, sizeof(struct rule *));
    if (rules == NULL) return FAIL(E_NOMEM);
    const size_t count = sort_rules(o, rules);
    (o->json ? write_json : write_text)(w, o, totals, rules, count);
    free(rules);
    return OK;
}
