/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/sigma/modifier.h"

#include "base/bytes.h"
#include "base/banned.h"

/* Modifiers of texts need values that are still texts: no regex, network or number before them. */
static bool needs_text(struct item *item)
{
    if (item->operation == OPERATION_TEXT && !item->has_compare) return true;
    item_error(item, NULL, "modifier", "%s cannot follow a modifier that does not yield a text",
               item->modifier->name);
    return false;
}

/* re, cidr, exists and the like take the values as they are written. */
static bool needs_unmodified(struct item *item)
{
    const bool fresh = item->operation == OPERATION_TEXT && !item->is_changed && !item->has_affix &&
                       !item->is_cased && !item->is_dashed && !item->has_compare;
    if (!fresh) {
        item_error(item, NULL, "modifier", "%s works on values as written, so it comes first",
                   item->modifier->name);
    }
    return fresh;
}

static bool needs_field(struct item *item)
{
    if (!item->is_keyword) return true;
    item_error(item, NULL, "modifier", "%s needs a field", item->modifier->name);
    return false;
}

/* A '*' on the sides that the affix leaves open. pattern_build makes two neighbours one. */
static bool add_wildcards(struct item *item, bool before, bool after)
{
    static const struct pattern_part any = { .kind = PART_ANY, .text = { (const uint8_t *)"", 0 } };
    for (size_t i = 0; i < item->count; i++) {
        for (size_t j = 0; j < item->values[i].count; j++) {
            struct alternative *a = &item->values[i].alternatives[j];
            struct pattern_part *parts =
                arena_array(&item->document->build->scratch, a->count + 2, sizeof *parts);
            if (parts == NULL) {
                compile_fail(item->document->build, FAIL(E_LIMIT));
                return false;
            }
            size_t count = 0;
            if (before) parts[count++] = any;
            for (size_t p = 0; p < a->count; p++)
                parts[count++] = a->parts[p];
            if (after) parts[count++] = any;
            *a = (struct alternative){ .parts = parts, .count = count };
        }
    }
    return true;
}

static bool apply_affix(struct item *item, enum affix affix)
{
    if (item->operation == OPERATION_REGEX && affix == AFFIX_CONTAINS) return true;
    if (item->has_affix) {
        item_error(item, NULL, "modifier", "only one of contains, startswith and endswith");
        return false;
    }
    item->affix = (uint8_t)affix;
    item->has_affix = true;
    if (item->operation == OPERATION_FIELDREF) return true;
    if (!needs_text(item)) return false;
    return add_wildcards(item, affix != AFFIX_STARTS, affix != AFFIX_ENDS);
}

static bool apply_contains(struct item *item)
{
    return apply_affix(item, AFFIX_CONTAINS);
}

static bool apply_startswith(struct item *item)
{
    return apply_affix(item, AFFIX_STARTS);
}

static bool apply_endswith(struct item *item)
{
    return apply_affix(item, AFFIX_ENDS);
}

static bool apply_all(struct item *item)
{
    /*= sigma-appendix-modifiers 2.1.0: single item values are not allowed to have an all modifier;
     * candor accepts them, as pySigma does (point 15) */
    if (item->count == 1) {
        document_warning(item->document, item->key, "all-single",
                         "all with a single value does nothing");
    }
    item->is_all = true;
    return true;
}

static bool apply_cased(struct item *item)
{
    if (item->operation != OPERATION_FIELDREF && !needs_text(item)) return false;
    for (size_t i = 0; i < item->count; i++) {
        if (item->values[i].node->type == YAML_TEXT) continue;
        item_error(item, item->values[i].node, "modifier", "cased is for texts, this is %s",
                   yaml_type_name(item->values[i].node));
        return false;
    }
    item->is_cased = true;
    return true;
}

static bool apply_neq(struct item *item)
{
    item->is_negated = true;
    return true;
}

static bool apply_re(struct item *item)
{
    if (!needs_unmodified(item)) return false;
    item->operation = OPERATION_REGEX;
    return true;
}

static bool apply_regex_flag(struct item *item, uint32_t flag)
{
    if (item->operation == OPERATION_REGEX) {
        item->regex_flags |= flag;
        return true;
    }
    item_error(item, NULL, "modifier", "%s follows re", item->modifier->name);
    return false;
}

static bool apply_i(struct item *item)
{
    return apply_regex_flag(item, SCAN_CASELESS);
}

static bool apply_m(struct item *item)
{
    return apply_regex_flag(item, SCAN_MULTILINE);
}

static bool apply_s(struct item *item)
{
    return apply_regex_flag(item, SCAN_DOTALL);
}

static bool apply_windash(struct item *item)
{
    if (!needs_text(item)) return false;
    item->is_dashed = true;
    return true;
}

static bool apply_compare(struct item *item, enum compare compare)
{
    const bool fits = item->operation == OPERATION_TIME ||
                      (item->operation == OPERATION_TEXT && !item->is_changed && !item->has_affix &&
                       !item->is_cased && !item->is_dashed);
    if (!needs_field(item)) return false;
    if (!fits || item->has_compare) {
        item_error(item, NULL, "modifier",
                   "%s compares one number and combines only with a part of "
                   "a time, neq and all",
                   item->modifier->name);
        return false;
    }
    if (item->operation == OPERATION_TEXT) item->operation = OPERATION_NUMBER;
    item->compare = (uint8_t)compare;
    item->has_compare = true;
    return true;
}

static bool apply_lt(struct item *item)
{
    return apply_compare(item, COMPARE_LT);
}

static bool apply_lte(struct item *item)
{
    return apply_compare(item, COMPARE_LTE);
}

static bool apply_gt(struct item *item)
{
    return apply_compare(item, COMPARE_GT);
}

static bool apply_gte(struct item *item)
{
    return apply_compare(item, COMPARE_GTE);
}

static bool apply_part(struct item *item, enum time_part part)
{
    if (!needs_field(item)) return false;
    const bool compared = item->operation == OPERATION_NUMBER;
    if (!compared && !needs_unmodified(item)) return false;
    item->operation = OPERATION_TIME;
    item->part = (uint8_t)part;
    return true;
}

static bool apply_minute(struct item *item)
{
    return apply_part(item, TIME_MINUTE);
}

static bool apply_hour(struct item *item)
{
    return apply_part(item, TIME_HOUR);
}

static bool apply_day(struct item *item)
{
    return apply_part(item, TIME_DAY);
}

static bool apply_week(struct item *item)
{
    return apply_part(item, TIME_WEEK);
}

static bool apply_month(struct item *item)
{
    return apply_part(item, TIME_MONTH);
}

static bool apply_year(struct item *item)
{
    return apply_part(item, TIME_YEAR);
}

static bool apply_cidr(struct item *item)
{
    if (!needs_field(item) || !needs_unmodified(item)) return false;
    item->operation = OPERATION_CIDR;
    return true;
}

static bool apply_exists(struct item *item)
{
    if (!needs_field(item) || !needs_unmodified(item)) return false;
    const bool boolean = item->count == 1 && item->values[0].node->type == YAML_BOOL;
    if (!boolean || item->is_negated || item->is_all) {
        item_error(item, NULL, "modifier", "exists stands alone and takes true or false");
        return false;
    }
    item->operation = OPERATION_EXISTS;
    return true;
}

/* contains, startswith and endswith may come before or behind; their wildcards are taken back. */
static bool apply_fieldref(struct item *item)
{
    if (!needs_field(item) || !needs_text(item)) return false;
    if (item->is_changed || item->is_dashed) {
        item_error(item, NULL, "modifier", "fieldref needs the name of a field as written");
        return false;
    }
    for (size_t i = 0; i < item->count; i++) {
        struct item_value *v = &item->values[i];
        const bool text = v->node->type == YAML_TEXT && v->node->text.len != 0;
        slice plain = slice_none();
        struct arena *scratch = &item->document->build->scratch;
        if (text && v->count == 1 &&
            value_parse(scratch, v->node->text, false, v->alternatives).code == E_OK &&
            value_plain(v->alternatives, &plain).code == E_OK) {
            continue;
        }
        item_error(item, v->node, "modifier",
                   "fieldref needs the name of a field, without wildcards");
        return false;
    }
    item->operation = OPERATION_FIELDREF;
    return true;
}

const struct modifier modifiers[] = {
    { "contains", "the value stands anywhere in the field", apply_contains },
    { "startswith", "the field starts with the value", apply_startswith },
    { "endswith", "the field ends with the value", apply_endswith },
    { "all", "all values of the list, instead of any", apply_all },
    { "cased", "upper and lower case differ", apply_cased },
    { "neq", "true where the whole item is not, absent fields included", apply_neq },
    { "re", "the value is a regular expression", apply_re },
    { "i", "behind re: upper and lower case are the same", apply_i },
    { "ignorecase", "the same as i", apply_i },
    { "m", "behind re: ^ and $ match at every line", apply_m },
    { "multiline", "the same as m", apply_m },
    { "s", "behind re: . matches a newline too", apply_s },
    { "dotall", "the same as s", apply_s },
    { "base64", "the value encoded as Base64", encode_base64 },
    { "base64offset", "the value encoded as Base64 at any of three offsets", encode_base64offset },
    { "wide", "the value as UTF-16, low byte first", encode_wide },
    { "utf16le", "the same as wide", encode_wide },
    { "utf16be", "the value as UTF-16, high byte first", encode_utf16be },
    { "utf16", "FF FE, then the value as UTF-16, low byte first", encode_utf16 },
    { "windash", "each of - / U+2013 U+2014 U+2015 stands for all of them", apply_windash },
    { "lt", "the field is a number below the value", apply_lt },
    { "lte", "the field is a number not above the value", apply_lte },
    { "gt", "the field is a number above the value", apply_gt },
    { "gte", "the field is a number not below the value", apply_gte },
    { "minute", "the minute of a time, 0 to 59", apply_minute },
    { "hour", "the hour of a time, 0 to 23", apply_hour },
    { "day", "the day of the month, 1 to 31", apply_day },
    { "week", "the week of ISO 8601, 1 to 53", apply_week },
    { "month", "the month, 1 to 12", apply_month },
    { "year", "the year", apply_year },
    { "cidr", "the field is an address of the network", apply_cidr },
    { "expand", "%name% stands for each value of a list", expand_lists },
    { "exists", "whether the field is there, whatever its value", apply_exists },
    { "fieldref", "the value is the name of another field", apply_fieldref },
    {},
};

const struct modifier *modifier_find(slice name)
{
    for (const struct modifier *m = modifiers; m->name != NULL; m++) {
        if (slice_is(name, m->name)) return m;
    }
    return NULL;
}
