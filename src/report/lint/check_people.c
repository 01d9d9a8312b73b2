/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moderators, recipients and texts: TR-58 to TR-60.
 */
#include <inttypes.h>
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "base/banned.h"

/* ---- part 9 ---- */

static void check_moderators(struct lint *l, const struct set *s)
{
    const struct listed total = set_listed(s, INDICATOR_MODERATORS_LANGUAGE, SCOPE_TOTAL_NUMBER);
    const struct listed in = set_listed(s, INDICATOR_MODERATORS_INTERNAL, SCOPE_TOTAL_NUMBER);
    const struct listed out = set_listed(s, INDICATOR_MODERATORS_EXTERNAL, SCOPE_TOTAL_NUMBER);
    if (!total.number.whole) return;
    for (int code = 0; code < TEMPLATE_LANGUAGES; code++) {
        const struct listed each = set_each(s, INDICATOR_MODERATORS_LANGUAGE, code);
        if (!each.number.whole || each.number.count <= total.number.count) continue;
        lint_say(l, 58, LINT_ERROR, each.place, slice_none(),
                 "more than the %" PRIu64 " with expertise in any language", total.number.count);
    }
    const uint64_t all = in.number.count + out.number.count;
    if (!in.number.whole || !out.number.whole || total.number.count <= all) return;
    lint_say(l, 58, LINT_WARNING, total.place, slice_none(),
             "more than the %" PRIu64 " internal and external moderators", all);
}

/* ---- part 10 ---- */

static void check_state(struct lint *l, const struct set *s, const struct listed *total, int code,
                        uint64_t *sum)
{
    const struct listed each = set_each(s, INDICATOR_RECIPIENTS, code);
    if (each.row == NULL) {
        lint_say(l, 59, LINT_ERROR, place_file(s->parts[10].file),
                 slice_text(template_states[code]), "the member state %s is missing",
                 template_states[code]);
        return;
    }
    *sum += each.number.count;
    if (!each.number.whole || each.number.count <= total->number.count) return;
    lint_say(l, 59, LINT_ERROR, each.place, slice_none(), "more than the %" PRIu64 " of TOTAL",
             total->number.count);
}

static void check_recipients(struct lint *l, const struct set *s)
{
    const struct listed total = set_listed(s, INDICATOR_RECIPIENTS, SCOPE_ALL);
    const uint64_t errors = l->counts[LINT_ERROR];
    uint64_t sum = 0;
    if (s->parts[10].file == NULL || !total.number.whole) return;
    for (int code = 0; code < TEMPLATE_STATES; code++)
        check_state(l, s, &total, code, &sum);
    const uint64_t all = total.number.count;
    const uint64_t gap = sum > all ? sum - all : all - sum;
    if (l->counts[LINT_ERROR] != errors || gap <= all / 1000) return;
    lint_say(l, 59, LINT_WARNING, total.place, lint_number(l, sum),
             "the member states add up to %" PRIu64, sum);
}

/* ---- part 11 ---- */

static bool says_exposure(slice text)
{
    static const char *const words[] = { "exposure", "view", "impression", "reach" };
    bool digit = false;
    for (size_t i = 0; i < text.len; i++)
        digit = digit || (text.at[i] >= '0' && text.at[i] <= '9');
    for (size_t i = 0; digit && i < COUNT_OF(words); i++) {
        if (label_has(text, words[i])) return true;
    }
    return false;
}

static void check_texts(struct lint *l, const struct set *s)
{
    const struct part *p = &s->parts[11];
    if (p->file == NULL) return;
    for (size_t i = 0; i < template_row_count; i++) {
        const struct template_row *t = &template_rows[i];
        if (template_part_of(t->indicator) != 11 || t->tier > s->tier) continue;
        if (set_text(s, t->indicator).len > 0) continue;
        const struct listed of = set_listed(s, t->indicator, SCOPE_NONE);
        lint_say(l, 60, LINT_ERROR, of.row == NULL ? place_file(p->file) : of.place,
                 slice_text(template_indicator(t->indicator)), "the text is missing");
    }
    const struct listed own = set_listed(s, INDICATOR_OWN_INITIATIVE, SCOPE_NONE);
    const slice text = set_text(s, INDICATOR_OWN_INITIATIVE);
    if (text.len == 0 || is_left_in(text) || says_exposure(text)) return;
    if (says_exposure(set_text(s, INDICATOR_SUMMARY))) return;
    lint_say(l, 60, LINT_WARNING, own.place, slice_none(),
             "no figure says how many saw content before it was acted on");
}

void check_people(struct lint *l, const struct set *s)
{
    check_moderators(l, s);
    check_recipients(l, s);
    check_texts(l, s);
}
