/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/output/navigator.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "base/text.h"
#include "judge/output/attack.h"
#include "base/banned.h"

/* A technique that a rule with findings names. */
struct naming {
    char uid[ATTACK_UID_BYTES_MAX];
    const struct rule *rule;
};

/* By technique, and by rule within one. */
static int by_technique(const void *a, const void *b)
{
    const struct naming *left = a;
    const struct naming *right = b;
    const int order = strcmp(left->uid, right->uid);
    if (order != 0) return order;
    return (left->rule->number > right->rule->number) - (left->rule->number < right->rule->number);
}

/* How many namings there may be. */
static size_t count_tags(const struct ruleset *rs, const uint64_t *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        if (findings[rs->rules[i]->number] > 0) count += rs->rules[i]->tags.count;
    }
    return count;
}

/* Sorted, each technique of a rule once. Returns how many. */
static size_t collect(const struct ruleset *rs, const uint64_t *findings, struct naming *ret)
{
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < rs->rule_count; i++) {
        const struct rule *rule = rs->rules[i];
        for (size_t t = 0; findings[rule->number] > 0 && t < rule->tags.count; t++) {
            ret[count].rule = rule;
            count += attack_technique(rule->tags.at[t], ret[count].uid) ? 1 : 0;
        }
    }
    if (count > 0) qsort(ret, count, sizeof *ret, by_technique);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && by_technique(&ret[kept - 1], &ret[i]) == 0) continue;
        ret[kept++] = ret[i];
    }
    return kept;
}

/* How many of the namings from the first on are of the same technique. */
static size_t run_of(const struct naming *first, size_t left)
{
    size_t count = 1;
    while (count < left && strcmp(first[count].uid, first->uid) == 0)
        count++;
    return count;
}

static uint64_t score_of(const struct naming *first, size_t count, const uint64_t *findings)
{
    uint64_t score = 0;
    for (size_t i = 0; i < count; i++)
        score += findings[first[i].rule->number];
    return score;
}

static status write_technique(struct json_writer *j, const struct naming *first, size_t count,
                              const uint64_t *findings, struct arena *arena)
{
    enum { TITLE_BYTES_MAX = 200, COMMENT_BYTES = NAVIGATOR_RULES_MAX * (TITLE_BYTES_MAX + 40) };
    uint8_t *comment = arena_take(arena, COMMENT_BYTES);
    if (comment == NULL) return FAIL(E_NOMEM);
    struct writer w = writer_of(comment, COMMENT_BYTES);
    for (size_t i = 0; i < count && i < NAVIGATOR_RULES_MAX; i++) {
        if (i > 0) writer_text(&w, "; ");
        writer_bytes(&w, text_cut(output_title(first[i].rule), TITLE_BYTES_MAX));
        writer_printf(&w, " (%llu)", (unsigned long long)findings[first[i].rule->number]);
    }
    json_object(j);
    json_member_text(j, "techniqueID", first->uid);
    json_member_u64(j, "score", score_of(first, count, findings));
    json_member_string(j, "comment", writer_slice(&w));
    json_member_bool(j, "enabled", true);
    json_key(j, "metadata");
    json_array(j);
    json_object(j);
    json_member_text(j, "name", "rules");
    char digits[24];
    struct writer number = writer_of(digits, sizeof digits);
    writer_dec(&number, count);
    json_member_string(j, "value", writer_slice(&number));
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    return OK;
}

static void write_head(struct json_writer *j)
{
    json_member_text(j, "name", "candor hunt");
    json_key(j, "versions");
    json_object(j);
    json_member_text(j, "navigator", "4.9.0");
    json_member_text(j, "layer", "4.5");
    json_object_end(j);
    json_member_text(j, "domain", "enterprise-attack");
    json_member_text(j, "description", "Findings of rules that name the technique");
    json_member_u64(j, "sorting", 3);
    json_key(j, "layout");
    json_object(j);
    json_member_text(j, "layout", "side");
    json_member_bool(j, "showID", true);
    json_member_bool(j, "showName", true);
    json_member_text(j, "expandedSubtechniques", "annotated");
    json_object_end(j);
}

static void write_gradient(struct json_writer *j, uint64_t score_max)
{
    json_key(j, "gradient");
    json_object(j);
    json_key(j, "colors");
    json_array(j);
    json_text(j, "#ffe9c9");
    json_text(j, "#c2260b");
    json_array_end(j);
    json_member_u64(j, "minValue", 0);
    json_member_u64(j, "maxValue", score_max > 0 ? score_max : 1);
    json_object_end(j);
}

status navigator_write(struct writer *w, const struct ruleset *rs, const uint64_t *findings,
                       struct arena *arena)
{
    struct naming *named = arena_array(arena, count_tags(rs, findings) + 1, sizeof *named);
    if (named == NULL) return FAIL(E_NOMEM);
    const size_t count = collect(rs, findings, named);
    struct json_writer j = json_writer_of(w);
    uint64_t score_max = 0;
    json_object(&j);
    write_head(&j);
    json_key(&j, "techniques");
    json_array(&j);
    for (size_t i = 0, run = 0; i < count; i += run) {
        run = run_of(&named[i], count - i);
        const uint64_t score = score_of(&named[i], run, findings);
        if (score > score_max) score_max = score;
        TRY(write_technique(&j, &named[i], run, findings, arena));
    }
    json_array_end(&j);
    write_gradient(&j, score_max);
    json_object_end(&j);
    writer_u8(w, '\n');
    return OK;
}
