/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/bytes.h"
#include "base/banned.h"

bool parts_have(const struct parts *p, uint8_t tier)
{
    static const uint8_t most[] = { /* of the tiers that are one of the other */
                                    [SERVICE_INTERMEDIARY] = TIER_ALL,
                                    [SERVICE_HOSTING] = TIER_HOSTING,
                                    [SERVICE_PLATFORM] = TIER_PLATFORM,
                                    [SERVICE_VLOP] = TIER_VLOSE,
                                    [SERVICE_VLOSE] = TIER_ALL
    };
    return tier <= most[p->tier] || (tier == TIER_VLOSE && p->tier == SERVICE_VLOSE);
}

void parts_hundredths(struct csv_row *r, uint64_t hundredths)
{
    char text[32];
    const unsigned rest = (unsigned)(hundredths % 100);
    int len = snprintf(text, sizeof text, "%" PRIu64, hundredths / 100);
    if (rest != 0) {
        len += snprintf(text + len, sizeof text - (size_t)len, ".%02u", rest);
        if (text[len - 1] == '0') text[len - 1] = '\0';
    }
    csv_label(r, text);
}

void parts_common(const struct parts *p, struct csv_row *r, uint8_t role, uint8_t tier)
{
    if (role == ROLE_APPLICABILITY) csv_label(r, template_tier_name(tier));
    if (role == ROLE_SERVICE) csv_text(r, p->service);
    if (role == ROLE_PERIOD) csv_label(r, p->period);
}

static void write_head(const struct parts *p)
{
    size_t count = 0;
    const struct template_column *columns = template_columns(p->part, &count);
    struct csv_row r = csv_row_of(p->out);
    for (size_t i = 0; i < count; i++)
        csv_label(&r, columns[i].name);
    csv_end(&r);
}

/* ---- part 2 ---- */

static void write_categories(const struct parts *p)
{
    struct csv_row r = csv_row_of(p->out);
    char letter = 'a';
    for (size_t i = 0; i < TEMPLATE_CATEGORIES; i++) {
        const struct template_category *c = &template_categories[i];
        char label[32] = "TOTAL";
        if (!c->is_keyword) letter = 'a';
        if (c->is_keyword) {
            snprintf(label, sizeof label, "Category %u%c", c->number, letter++);
        } else if (c->number != 0) {
            snprintf(label, sizeof label, "Category %u", c->number);
        }
        csv_label(&r, label);
        csv_label(&r, c->name);
        csv_label(&r, c->code);
        csv_blank(&r);
        csv_end(&r);
    }
}

status parts_write(struct parts *p, size_t part, struct writer *out, struct fault *f)
{
    p->part = part;
    p->out = out;
    write_head(p);
    if (part == 2) {
        write_categories(p);
        return OK;
    }
    if (part >= COUNT_GRID_FIRST && part < COUNT_GRID_FIRST + COUNT_GRIDS) {
        parts_grid(p);
        return OK;
    }
    return parts_list(p, f);
}
