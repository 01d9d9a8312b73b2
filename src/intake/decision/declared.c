/* SPDX-License-Identifier: Apache-2.0 */
/*
 * declared: a figure or text that no record can supply, stated with its method by somebody who
 * answers for it (docs/formats/decisions.md section 6).
 */
#include "intake/decision/rules.h"

#include "base/bytes.h"
#include "base/num.h"
#include "base/banned.h"

enum { CELL = 200, NAME = 256, TEXT = 5000, PART_LAST = 11 };

/* "2026" or "2026-H1". */
static bool is_period(slice text)
{
    uint64_t year = 0;
    if (text.len < 4 || num_parse_u64((slice){ text.at, 4 }, &year).code != E_OK) return false;
    const slice half = slice_from(text, 4);
    return half.len == 0 || slice_is(half, "-H1") || slice_is(half, "-H2");
}

static void take_period(struct decision *d, const struct member *m, const struct given *v)
{
    if (v->form == GIVEN_TEXT && is_period(v->text))
        draft_text(&d->draft, m->place, v->text);
    else
        COMPLAIN(d, m->name, "must be a period such as 2026-H1 or 2026");
}

static bool is_cell_sign(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/';
}

/* The part of the harmonised report that a cell is of: N of "partN/"; 0 for none. */
static uint8_t part_of(slice cell)
{
    static const char prefix[] = "part";
    uint64_t part = 0;
    const uint8_t *slash = memchr(cell.at, '/', cell.len);
    if (slash == NULL || !slice_starts(cell, slice_text(prefix))) return 0;
    const uint8_t *digits = cell.at + sizeof prefix - 1;
    const bool is_number =
        num_parse_u64((slice){ digits, (size_t)(slash - digits) }, &part).code == E_OK;
    return is_number && part <= PART_LAST ? (uint8_t)part : 0;
}

static void take_cell(struct decision *d, const struct member *m, const struct given *v)
{
    bool fits = v->form == GIVEN_TEXT && v->text.len <= m->most;
    for (size_t i = 0; fits && i < v->text.len; i++)
        fits = is_cell_sign(v->text.at[i]);
    if (!fits) {
        COMPLAIN(d, m->name, "must be the name of a cell, such as part10/recipients/AT");
        return;
    }
    take_id(d, m, v);
    draft_column(&d->draft, COLUMN_declared_part, part_of(v->text));
}

/* clang-format off */
#define F(x) FIELD_declared_##x
static const struct member members[] = {
    { "period", take_period, F(period), 0, MEMBER_REQUIRED, NULL },
    { "cell", take_cell, F(cell), CELL, MEMBER_REQUIRED, NULL },
    { "value", take_text, F(value), TEXT, MEMBER_REQUIRED, NULL },
    { "method", take_text, F(method), TEXT, MEMBER_REQUIRED, NULL },
    { "signer", take_text, F(signer), NAME, MEMBER_REQUIRED, NULL },
    { "context", take_text, F(context), TEXT, 0, NULL },
    { "replaces", take_number, F(replaces), 0, 0, NULL },
    { "market", take_market, COLUMN_declared_market, 0, 0, NULL },
    { "time", take_time, F(time), 0, 0, NULL },
};
/* clang-format on */

static void check(struct decision *d)
{
    if (!member_seen(d, "time")) draft_time(&d->draft, F(time), d->now_ns);
}

const struct member_table members_declared = { members, COUNT_OF(members), check };
