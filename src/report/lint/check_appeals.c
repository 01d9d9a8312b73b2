/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complaints, disputes and their outcomes: TR-49 to TR-52.
 */
#include <inttypes.h>
#include "report/lint/check_set.h"
#include "report/lint/label.h"
#include "report/lint/outcomes.h"
#include "base/banned.h"

static const enum template_indicator bases[] = {
    INDICATOR_COMPLAINT_VISIBILITY,   INDICATOR_COMPLAINT_SERVICE,   INDICATOR_COMPLAINT_ACCOUNT,
    INDICATOR_COMPLAINT_MONETISATION, INDICATOR_COMPLAINT_NO_ACTION,
};

static const enum template_scope scopes[] = { SCOPE_TOTAL_NUMBER, SCOPE_UPHELD,
                                              SCOPE_PARTIALLY_REVERSED, SCOPE_REVERSED };

static uint64_t count_of(const struct set *s, enum template_indicator indicator,
                         enum template_scope scope)
{
    return set_listed(s, indicator, scope).number.count;
}

struct outcomes outcomes_of(const struct set *s, enum template_indicator indicator)
{
    const struct outcomes o = {
        .upheld = count_of(s, indicator, SCOPE_UPHELD),
        .partially = count_of(s, indicator, SCOPE_PARTIALLY_REVERSED),
        .reversed = count_of(s, indicator, SCOPE_REVERSED),
        .omitted = count_of(s, indicator, SCOPE_OMITTED),
    };
    return o;
}

double outcomes_reversal(const struct outcomes *o)
{
    const double decided = (double)o->upheld + (double)o->partially + (double)o->reversed;
    return decided == 0 ? 0 : ((double)o->partially + (double)o->reversed) / decided;
}

/* ---- TR-49 ---- */

static void check_outcomes(struct lint *l, const struct set *s, enum template_indicator indicator,
                           bool has_omitted)
{
    const struct listed total = set_listed(s, indicator, SCOPE_TOTAL_NUMBER);
    const struct outcomes o = outcomes_of(s, indicator);
    const uint64_t sum = o.upheld + o.partially + o.reversed + o.omitted;
    if (!total.number.whole) return;
    if (sum > total.number.count) {
        lint_say(l, 49, LINT_ERROR, total.place, slice_none(), "its outcomes are %" PRIu64, sum);
        return;
    }
    const slice about =
        part_context(&s->parts[7], total.row, (size_t)part_role(&s->parts[7], ROLE_VALUE));
    if (!has_omitted || sum == total.number.count || label_has(about, "pending")) return;
    lint_say(l, 49, LINT_WARNING, total.place, slice_none(),
             "its outcomes are %" PRIu64 ", and nothing says how many are pending", sum);
}

/* ---- TR-50 ---- */

static void check_within(struct lint *l, const struct set *s, enum template_indicator part,
                         enum template_indicator whole)
{
    for (size_t i = 0; i < COUNT_OF(scopes); i++) {
        const struct listed of = set_listed(s, part, scopes[i]);
        const struct listed all = set_listed(s, whole, scopes[i]);
        if (!of.number.whole || !all.number.whole || of.number.count <= all.number.count) continue;
        lint_say(l, 50, LINT_ERROR, of.place, slice_none(), "more than the %" PRIu64 " %s",
                 all.number.count,
                 whole == INDICATOR_COMPLAINTS ? "of all complaints" : "of all notifiers");
    }
}

static void check_bases(struct lint *l, const struct set *s)
{
    const struct listed total = set_listed(s, INDICATOR_COMPLAINTS, SCOPE_TOTAL_NUMBER);
    uint64_t sum = 0;
    size_t said = 0;
    bool above = false;
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        const struct listed of = set_listed(s, bases[i], SCOPE_TOTAL_NUMBER);
        check_within(l, s, bases[i], INDICATOR_COMPLAINTS);
        said += of.number.whole;
        sum += of.number.count;
        above = above || of.number.count > total.number.count;
    }
    check_within(l, s, INDICATOR_COMPLAINT_NO_ACTION_FLAGGER, INDICATOR_COMPLAINT_NO_ACTION);
    if (!total.number.whole || said == 0 || above || sum == total.number.count) return;
    lint_say(l, 50, LINT_WARNING, total.place, lint_number(l, sum),
             "the five bases add up to %" PRIu64, sum);
}

/* ---- TR-51, TR-52 ---- */

static void check_implemented(struct lint *l, const struct set *s)
{
    const struct listed of = set_listed(s, INDICATOR_DISPUTES, SCOPE_IMPLEMENTED);
    const struct outcomes o = outcomes_of(s, INDICATOR_DISPUTES);
    if (of.row == NULL) return;
    if (of.number.valid && o.partially + o.reversed == 0) {
        lint_say(l, 51, LINT_ERROR, of.place, slice_none(), "nothing was reversed");
    } else if (of.number.blank && o.partially + o.reversed > 0) {
        lint_say(l, 51, LINT_WARNING, of.place, slice_none(),
                 "%" PRIu64 " outcomes were to be implemented", o.partially + o.reversed);
    }
}

static void check_reversal(struct lint *l, const struct set *s)
{
    const struct listed total = set_listed(s, INDICATOR_COMPLAINTS, SCOPE_TOTAL_NUMBER);
    const struct outcomes o = outcomes_of(s, INDICATOR_COMPLAINTS);
    if (total.row == NULL || outcomes_reversal(&o) <= 0.5) return;
    lint_say(l, 52, LINT_INFO, total.place, slice_none(),
             "%.0f %% of the decisions were reversed: say why", 100 * outcomes_reversal(&o));
}

void check_appeals(struct lint *l, const struct set *s)
{
    if (s->parts[7].file == NULL) return;
    check_outcomes(l, s, INDICATOR_COMPLAINTS, true);
    check_outcomes(l, s, INDICATOR_DISPUTES, true);
    for (size_t i = 0; i < COUNT_OF(bases); i++)
        check_outcomes(l, s, bases[i], false);
    check_outcomes(l, s, INDICATOR_COMPLAINT_NO_ACTION_FLAGGER, false);
    check_bases(l, s);
    check_implemented(l, s);
    check_reversal(l, s);
}
