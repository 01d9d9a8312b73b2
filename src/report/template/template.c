/* SPDX-License-Identifier: Apache-2.0 */
#include "report/template/template.h"

#include <assert.h>
#include "base/bytes.h"

/* clang-format off */
#define CATEGORY(number, code, name) { code, name, number, false },
#define KEYWORD(number, code, name) { code, name, number, true },
const struct template_category template_categories[TEMPLATE_CATEGORIES] = {
#include "report/template/categories.def"
};

#define COLUMN(part, role, name) { name, part, ROLE_##role },
static const struct template_column columns[] = {
#include "report/template/columns.def"
};

#define SCOPE(id, name) name,
static const char *const scopes[] = {
#include "report/template/rows.def"
};

#define INDICATOR(id, part, section, name) { section, name, part },
static const struct {
    const char *section;
    const char *name;
    uint8_t part;
} indicators[INDICATORS] = {
#include "report/template/rows.def"
};

#define ROW(indicator, tier, kind, scope) \
    { INDICATOR_##indicator, TIER_##tier, TEMPLATE_##kind, SCOPE_##scope },
const struct template_row template_rows[] = {
#include "report/template/rows.def"
};
const size_t template_row_count = COUNT_OF(template_rows);

const struct template_part template_parts[TEMPLATE_PARTS] = {
    { "report_identification", TIER_ALL },
    { "categories_names", TIER_ALL },
    { "member_states_orders", TIER_ALL },
    { "notices", TIER_HOSTING },
    { "own_initiative_illegal", TIER_ALL },
    { "own_initiative_TC", TIER_ALL },
    { "appeals_and_recidivism", TIER_ALL },
    { "automated_means", TIER_ALL },
    { "human_resources", TIER_VLOP },
    { "AMAR", TIER_VLOSE },
    { "qualitative", TIER_ALL },
};

const char *const template_states[TEMPLATE_STATES] = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
};

const char *const template_languages[TEMPLATE_LANGUAGES] = {
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
    "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
};
/* clang-format on */

const struct template_column *template_columns(size_t part, size_t *ret_count)
{
    size_t first = 0;
    while (first < COUNT_OF(columns) && columns[first].part != part)
        first++;
    size_t end = first;
    while (end < COUNT_OF(columns) && columns[end].part == part)
        end++;
    *ret_count = end - first;
    assert(end > first);
    return &columns[first];
}

size_t template_about(size_t part, size_t column)
{
    size_t count = 0;
    size_t contexts = 0;
    const struct template_column *of = template_columns(part, &count);
    assert(column < count && of[column].role == ROLE_CONTEXT);
    for (size_t i = 0; i < count; i++)
        contexts += of[i].role == ROLE_CONTEXT;
    return column - contexts;
}

const char *template_tier_name(enum template_tier tier)
{
    static const char *const tiers[] = {
        [TIER_ALL] = "All",
        [TIER_HOSTING] = "Only for providers of hosting services, including online platforms",
        [TIER_PLATFORM] = "Only for providers of online platforms",
        [TIER_VLOP] = "Only for VLOPs",
        [TIER_VLOSE] = "Only for VLOPs and VLOSEs",
    };
    return tiers[tier];
}

const char *template_section(enum template_indicator indicator)
{
    return indicators[indicator].section;
}

const char *template_indicator(enum template_indicator indicator)
{
    return indicators[indicator].name;
}

size_t template_part_of(enum template_indicator indicator)
{
    return indicators[indicator].part;
}

const char *template_scope(enum template_scope scope)
{
    return scopes[scope];
}

bool template_has_category(size_t part, uint8_t category)
{
    enum { TERMS = 15, ORDER = 16, NOTICE = 17 };
    if (category == TERMS) return part == 6;
    if (category == ORDER) return part == 3;
    return category != NOTICE || part == 4;
}
#include "base/banned.h"
