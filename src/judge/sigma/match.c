/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/match.h"

#include "base/bytes.h"
#include "judge/sigma/pattern.h"
#include "judge/sigma/when.h"
#include "base/banned.h"

static bool order_holds(uint8_t compare, int order)
{
    switch ((enum compare)compare) {
    case COMPARE_EQ:
        return order == 0;
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LTE:
        return order <= 0;
    case COMPARE_GT:
        return order > 0;
    case COMPARE_GTE:
        return order >= 0;
    }
    return false;
}

bool match_number(const struct predicate *p, const struct event_field *member)
{
    struct decimal value = {};
    const bool text = p->kind == PREDICATE_TEXT;
    if (text && (!p->text.is_number || member->type != EVENT_NUMBER)) return false;
    if (member->type == EVENT_BOOL || decimal_parse(member->text, &value).code != E_OK)
        return false;
    if (text) return decimal_compare(&value, &p->text.number) == 0;
    return order_holds(p->compare, decimal_compare(&value, &p->number));
}

bool match_time(const struct predicate *p, const struct event_field *member)
{
    struct when when = {};
    if (when_parse(member->text, &when).code != E_OK) return false;
    const int32_t parts[] = {
        [TIME_MINUTE] = when.minute, [TIME_HOUR] = when.hour,   [TIME_DAY] = when.day,
        [TIME_WEEK] = when.week,     [TIME_MONTH] = when.month, [TIME_YEAR] = when.year
    };
    const int32_t part = parts[p->time.part];
    if (part < 0) return false;
    return order_holds(p->compare, (part > p->time.value) - (part < p->time.value));
}

bool match_network(const struct predicate *p, const struct event_field *member)
{
    uint8_t address[16];
    return address_parse(member->text, address).code == E_OK && network_holds(&p->network, address);
}

static bool numbers_equal(const struct event_field *a, const struct event_field *b)
{
    struct decimal left = {}, right = {};
    if (a->type != EVENT_NUMBER || b->type != EVENT_NUMBER) return false;
    if (decimal_parse(a->text, &left).code != E_OK) return false;
    return decimal_parse(b->text, &right).code == E_OK && decimal_compare(&left, &right) == 0;
}

bool match_fieldref(const struct predicate *p, const struct event_field *left, slice left_formed,
                    const struct event_field *right, slice right_formed)
{
    const size_t lead = left_formed.len - right_formed.len; /* used where it cannot wrap */
    const bool fits = right_formed.len <= left_formed.len;
    switch ((enum affix)p->other.affix) {
    case AFFIX_WHOLE:
        return slice_equal(left_formed, right_formed) || numbers_equal(left, right);
    case AFFIX_STARTS:
        return slice_starts(left_formed, right_formed);
    case AFFIX_ENDS:
        return fits && slice_equal(slice_from(left_formed, lead), right_formed);
    case AFFIX_CONTAINS:
        return fits &&
               memmem(left_formed.at, left_formed.len, right_formed.at, right_formed.len) != NULL;
    }
    return false;
}

bool match_scalar(const struct predicate *p, const struct event_field *member, slice formed,
                  struct regex_scratch *scratch)
{
    switch ((enum predicate_kind)p->kind) {
    case PREDICATE_TEXT:
        return pattern_match(&p->text.pattern, formed) || match_number(p, member);
    case PREDICATE_REGEX:
        return regex_match(p->regex.set, p->regex.flags, scratch, member->text);
    case PREDICATE_NUMBER:
        return match_number(p, member);
    case PREDICATE_TIME:
        return match_time(p, member);
    case PREDICATE_CIDR:
        return match_network(p, member);
    case PREDICATE_NULL:
    case PREDICATE_EXISTS:
    case PREDICATE_FIELDREF:
        break;
    }
    return false;
}
