/* SPDX-License-Identifier: Apache-2.0 */
#include "report/harmonised/count.h"

#include <stdlib.h>
#include "base/bytes.h"
#include "intake/decision/words.h"
#include "ledger/count/counter_key.h"
#include "base/banned.h"

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024, LINES_OF_ONE = 6, NO_SCOPE = 255 };
/* The place of the total, which is no keyword's. */
enum { NO_PLACE = 0 };

/* The columns of numbers of each part, in their order. */
enum { ACT, ACT_ITEMS, ACT_INFORM, ACT_EFFECT, INFO, INFO_INFORM, INFO_EFFECT };
enum { NOTICES, FLAGGER, ITEMS, ITEMS_FLAGGER, TIME, TIME_FLAGGER, LAW, LAW_FLAGGER, TERMS };
enum { MEASURES, DETECTED, VISIBILITY, MONETARY = 9, SERVICE = 12, ACCOUNT = 14 };

/* What is known of a notice, order or appeal that was received in the period. */
enum case_flags {
    CASE_COUNTED = 1u << 0,
    CASE_DECIDED = 1u << 1,
    CASE_INFORMED = 1u << 2,
    CASE_REVERSED = 1u << 3,
    CASE_IMPLEMENTED = 1u << 4,
    CASE_RESTRICTED = 1u << 5,
};

struct counting {
    const struct moderation *m;
    struct counted *c;
    uint8_t *cases; /* owned; enum case_flags, by the row that began it */
    const struct report_period *period;
    uint8_t keyword_places[MODERATION_KEYWORD_BYTES * 8]; /* of words_keywords */
    uint8_t category_places[1 + VALUE_category_not_specified_notice];
    uint8_t other_places[1 + VALUE_category_not_specified_notice];
};

/* The lines that one record counts in. */
struct lines {
    struct grid *grid;
    uint32_t at[LINES_OF_ONE];
    size_t count;
};

/* ---- where a record belongs ---- */

static void find_places(struct counting *x)
{
    for (uint8_t place = 0; place < TEMPLATE_CATEGORIES; place++) {
        const struct template_category *category = &template_categories[place];
        const slice code = slice_text(category->code);
        size_t keyword = 0;
        if (!category->is_keyword) {
            x->category_places[category->number] = place;
        } else if (slice_is(code, "KEYWORD_OTHER")) {
            x->other_places[category->number] = place;
        } else if (words_find(&words_keywords, code, &keyword)) {
            x->keyword_places[keyword] = place;
        }
    }
}

/* The category that a record counts under in a part; 0: it has none there. */
static uint8_t category_in(uint8_t part, uint16_t category)
{
    if (category > 0 && category <= VALUE_category_not_specified_notice &&
        template_has_category(part, (uint8_t)category)) {
        return (uint8_t)category;
    }
    switch (part) {
    case 3:
        return VALUE_category_not_specified_order;
    case 4:
        return VALUE_category_not_specified_notice;
    case 6:
        return VALUE_category_other_violation_tc;
    default:
        return 0;
    }
}

/* The most specific keyword of the category, which is the last of the list; else the place of
 * KEYWORD_OTHER; NO_PLACE for a category without keywords. */
static uint8_t keyword_of(const struct counting *x, const struct moderation_row *r,
                          uint8_t category)
{
    uint8_t found = x->other_places[category];
    for (size_t i = 0; i < sizeof x->keyword_places; i++) {
        const uint8_t place = x->keyword_places[i];
        const bool fits = place != NO_PLACE && moderation_keyword(r, i) &&
                          template_categories[place].number == category;
        if (fits) found = place;
    }
    return found;
}

static status add_lines(struct counting *x, struct lines *l, uint8_t scope, uint32_t row,
                        uint8_t category)
{
    const struct moderation_row *r = moderation_row(x->m, row);
    const uint8_t keyword = keyword_of(x, r, category);
    const bool is_other = keyword == x->other_places[category];
    const slice description = is_other ? moderation_other(x->m, row) : slice_none();
    TRY(grid_line(l->grid, scope, x->category_places[0], slice_none(), &l->at[l->count++]));
    TRY(grid_line(l->grid, scope, x->category_places[category], slice_none(), &l->at[l->count++]));
    if (keyword == NO_PLACE) return OK;
    return grid_line(l->grid, scope, keyword, description, &l->at[l->count++]);
}

/* The lines of a record in a part, of all scopes and, in part 3, of its state; none where it has no
 * category there. */
static status find_lines(struct counting *x, uint8_t part, uint32_t row, uint16_t category,
                         uint8_t scope, struct lines *ret_lines)
{
    struct lines l = { .grid = &x->c->grids[part - COUNT_GRID_FIRST] };
    const uint8_t number = category_in(part, category);
    if (number != 0) TRY(add_lines(x, &l, 0, row, number));
    if (number != 0 && scope != 0) TRY(add_lines(x, &l, scope, row, number));
    *ret_lines = l;
    return OK;
}

static void add(const struct lines *l, size_t column, uint64_t number)
{
    for (size_t i = 0; i < l->count; i++)
        l->grid->lines[l->at[i]].counts[column] += number;
}

/* From the first record of a case to this one; false if it cannot be known. */
static bool seconds_between(const struct moderation_row *first, const struct moderation_row *r,
                            uint32_t *ret_s)
{
    const bool known = ((first->lost | r->lost) & LOST_TIME) == 0 && r->time_s >= first->time_s;
    *ret_s = known ? r->time_s - first->time_s : 0;
    return known;
}

static status add_time(const struct lines *l, size_t column, const struct moderation_row *first,
                       const struct moderation_row *r)
{
    uint32_t seconds = 0;
    if (!seconds_between(first, r, &seconds)) return OK;
    for (size_t i = 0; i < l->count; i++)
        TRY(samples_add(&l->grid->samples, l->at[i], (uint32_t)column, seconds));
    return OK;
}

/* ---- cases ---- */

static bool is_in_period(const struct counting *x, const struct moderation_row *r)
{
    uint64_t start_s = 0;
    uint64_t end_s = 0;
    const uint16_t month = month_of(r->time_s, &start_s, &end_s);
    return month >= x->period->month_first && month <= x->period->month_last;
}

/* The row that began the case that r goes on with, if it counts; MODERATION_NONE: it does not, or
 * what the flag stands for has happened already. */
static uint32_t case_of(struct counting *x, const struct moderation_row *r, uint8_t flag)
{
    const uint32_t first = r->earlier;
    if (first == MODERATION_NONE || (x->cases[first] & CASE_COUNTED) == 0) return MODERATION_NONE;
    if (moderation_row(x->m, first)->kind != r->kind) return MODERATION_NONE;
    if ((x->cases[first] & flag) != 0) return MODERATION_NONE;
    x->cases[first] = (uint8_t)(x->cases[first] | flag);
    return first;
}

/* ---- orders ---- */

static uint8_t state_of(const struct moderation_row *r)
{
    const uint16_t market = moderation_column(r, COLUMN_order_market);
    const char code[3] = { (char)(market >> 8), (char)(market & 0xff), 0 };
    const char *state = strcmp(code, "GR") == 0 ? "EL" : code;
    for (uint8_t i = 0; i < TEMPLATE_STATES; i++) {
        if (strcmp(template_states[i], state) == 0) return (uint8_t)(i + 1);
    }
    return NO_SCOPE;
}

static status order_lines(struct counting *x, uint32_t row, struct lines *ret_lines)
{
    const struct moderation_row *r = moderation_row(x->m, row);
    return find_lines(x, 3, row, moderation_column(r, COLUMN_order_category), state_of(r),
                      ret_lines);
}

static status count_order(struct counting *x, uint32_t row, const struct moderation_row *r)
{
    const uint16_t stage = moderation_column(r, COLUMN_order_stage);
    const bool acts = moderation_column(r, COLUMN_order_type) == VALUE_order_type_act;
    const bool informs = stage == VALUE_order_stage_authority_informed;
    const bool answers =
        stage == VALUE_order_stage_effect_given || stage == VALUE_order_stage_partly_given;
    struct lines l = {};
    if (!acts && moderation_column(r, COLUMN_order_type) != VALUE_order_type_information) return OK;
    if (stage == VALUE_order_stage_received && is_in_period(x, r)) {
        if (state_of(r) == NO_SCOPE) {
            x->c->abroad++;
            return OK;
        }
        x->cases[row] |= CASE_COUNTED;
        TRY(order_lines(x, row, &l));
        add(&l, acts ? ACT : INFO, 1);
        if (acts) add(&l, ACT_ITEMS, r->items);
    } else if (informs || answers) {
        const uint32_t first = case_of(x, r, informs ? CASE_INFORMED : CASE_DECIDED);
        const size_t column =
            informs ? (acts ? ACT_INFORM : INFO_INFORM) : (acts ? ACT_EFFECT : INFO_EFFECT);
        if (first == MODERATION_NONE) return OK;
        TRY(order_lines(x, first, &l));
        return add_time(&l, column, moderation_row(x->m, first), r);
    }
    return OK;
}

/* ---- notices ---- */

static status notice_lines(struct counting *x, uint32_t row, struct lines *ret_lines)
{
    const struct moderation_row *r = moderation_row(x->m, row);
    return find_lines(x, 4, row, moderation_column(r, COLUMN_notice_category), 0, ret_lines);
}

static void receive_notice(const struct lines *l, const struct moderation_row *r)
{
    const bool trusted = moderation_column(r, COLUMN_notice_trusted_flagger) != 0;
    add(l, NOTICES, 1);
    add(l, ITEMS, r->items);
    if (trusted) add(l, FLAGGER, 1);
    if (trusted) add(l, ITEMS_FLAGGER, r->items);
}

static status decide_notice(struct counting *x, const struct lines *l,
                            const struct moderation_row *first, const struct moderation_row *r)
{
    const bool trusted = moderation_column(first, COLUMN_notice_trusted_flagger) != 0;
    const bool automated = moderation_column(r, COLUMN_notice_automated) != 0;
    const uint16_t outcome = moderation_column(r, COLUMN_notice_outcome);
    uint64_t *processed =
        x->c->lists[automated ? INDICATOR_NOTICES_AUTOMATED : INDICATOR_NOTICES_MANUAL];
    processed[SCOPE_NOTICES]++;
    if (trusted) processed[SCOPE_NOTICES_FLAGGER]++;
    if (outcome != VALUE_notice_outcome_law && outcome != VALUE_notice_outcome_terms) return OK;
    const size_t action = outcome == VALUE_notice_outcome_law ? LAW : TERMS;
    add(l, action, 1);
    if (trusted) add(l, action + 1, 1);
    TRY(add_time(l, TIME, first, r));
    return trusted ? add_time(l, TIME_FLAGGER, first, r) : OK;
}

static status count_notice(struct counting *x, uint32_t row, const struct moderation_row *r)
{
    const uint16_t stage = moderation_column(r, COLUMN_notice_stage);
    struct lines l = {};
    if (stage == VALUE_notice_stage_received && is_in_period(x, r)) {
        x->cases[row] |= CASE_COUNTED;
        TRY(notice_lines(x, row, &l));
        receive_notice(&l, r);
    } else if (stage == VALUE_notice_stage_decided) {
        const uint32_t first = case_of(x, r, CASE_DECIDED);
        if (first == MODERATION_NONE) return OK;
        TRY(notice_lines(x, first, &l));
        return decide_notice(x, &l, moderation_row(x->m, first), r);
    }
    return OK;
}

/* ---- measures ---- */

/* How a measure was taken, by all, own initiative and language. */
static void count_means(struct counting *x, const struct moderation_row *r, bool is_own)
{
    const uint16_t automation = moderation_column(r, COLUMN_enforcement_automation);
    const bool fully = automation == VALUE_automation_fully;
    const size_t indicator = fully ? INDICATOR_MEASURES_AUTOMATED : INDICATOR_MEASURES_MANUAL;
    if (!fully && automation != VALUE_automation_not_automated) return;
    x->c->lists[indicator][SCOPE_TOTAL_NUMBER]++;
    if (is_own) x->c->lists[indicator][SCOPE_OWN]++;
    if (r->language == 0 || r->language > words_languages.count) return;
    const char *language = words_languages.at[r->language - 1];
    for (size_t i = 0; i < TEMPLATE_LANGUAGES; i++) {
        const char *own = template_languages[i];
        const bool same = language[0] == own[0] - 'a' + 'A' && language[1] == own[1] - 'a' + 'A';
        if (same) x->c->each[indicator][i]++;
    }
}

static void count_restrictions(const struct lines *l, const struct moderation_row *r)
{
    const uint16_t visibility = moderation_column(r, COLUMN_enforcement_visibility);
    const uint16_t monetary = moderation_column(r, COLUMN_enforcement_monetary);
    const uint16_t provision = moderation_column(r, COLUMN_enforcement_provision);
    const uint16_t account = moderation_column(r, COLUMN_enforcement_account);
    const bool ends = provision >= VALUE_provision_partial_termination;
    for (size_t bit = 0; bit < VALUE_visibility_other; bit++) {
        if ((visibility >> bit & 1u) != 0) add(l, VISIBILITY + bit, 1);
    }
    if (monetary != 0) add(l, MONETARY + monetary - 1u, 1);
    if (provision != 0) add(l, SERVICE + (ends ? 1u : 0u), 1);
    if (account != 0) add(l, ACCOUNT + account - 1u, 1);
}

static void count_misuse(struct counting *x, const struct moderation_row *r)
{
    const uint16_t misuse = moderation_column(r, COLUMN_enforcement_misuse);
    if (misuse == 0) return;
    x->c->lists[INDICATOR_SUSPENDED_ILLEGAL + misuse - 1u][SCOPE_TOTAL_NUMBER]++;
}

static status count_measure(struct counting *x, uint32_t row, const struct moderation_row *r)
{
    const bool own = moderation_column(r, COLUMN_enforcement_origin) == VALUE_origin_voluntary;
    const uint16_t ground = moderation_column(r, COLUMN_enforcement_ground);
    struct lines l = {};
    const bool decided =
        moderation_column(r, COLUMN_enforcement_stage) == VALUE_enforcement_stage_decided;
    if (!decided || !is_in_period(x, r)) return OK;
    count_misuse(x, r);
    if (own && ground != 0) {
        const uint8_t part = ground == VALUE_ground_illegal_content ? 5 : 6;
        TRY(find_lines(x, part, row, moderation_column(r, COLUMN_enforcement_category), 0, &l));
        add(&l, MEASURES, 1);
        if (moderation_column(r, COLUMN_enforcement_detected) != 0) add(&l, DETECTED, 1);
        count_restrictions(&l, r);
    }
    if (own && l.count == 0) x->c->unplaced++;
    count_means(x, r, l.count > 0);
    return OK;
}

/* ---- appeals ---- */

static_assert(INDICATOR_COMPLAINT_NO_ACTION_FLAGGER - INDICATOR_COMPLAINT_VISIBILITY ==
                  VALUE_appeal_basis_no_action_on_trusted_flagger - VALUE_appeal_basis_visibility,
              "the bases of appeals are in the order of the template");
static_assert(INDICATOR_SUSPENDED_COMPLAINTS - INDICATOR_SUSPENDED_ILLEGAL ==
                  VALUE_misuse_unfounded_complaints - VALUE_misuse_manifestly_illegal_content,
              "and so is misuse");

/* The rows of part 7 that an appeal counts in; how many. */
static size_t appeal_rows(const struct moderation_row *r, uint8_t ret_rows[3])
{
    const uint16_t forum = moderation_column(r, COLUMN_appeal_forum);
    const uint16_t basis = moderation_column(r, COLUMN_appeal_basis);
    size_t count = 0;
    if (forum == VALUE_appeal_forum_dispute) ret_rows[count++] = INDICATOR_DISPUTES;
    if (forum != VALUE_appeal_forum_complaint) return count;
    ret_rows[count++] = INDICATOR_COMPLAINTS;
    if (basis != 0) ret_rows[count++] = (uint8_t)(INDICATOR_COMPLAINT_VISIBILITY + basis - 1);
    /* A notice of a trusted flagger is a notice. */
    const bool flagger = basis == VALUE_appeal_basis_no_action_on_trusted_flagger;
    if (flagger) ret_rows[count++] = INDICATOR_COMPLAINT_NO_ACTION;
    return count;
}

static status decide_appeal(struct counting *x, uint32_t first, const struct moderation_row *r)
{
    static const uint8_t scopes[] = { SCOPE_UPHELD, SCOPE_PARTIALLY_REVERSED, SCOPE_REVERSED,
                                      SCOPE_OMITTED };
    const struct moderation_row *began = moderation_row(x->m, first);
    const uint16_t outcome = moderation_column(r, COLUMN_appeal_outcome);
    uint8_t rows[3];
    uint32_t seconds = 0;
    const size_t count = appeal_rows(began, rows);
    if (outcome == 0) return OK;
    const bool omitted = outcome == VALUE_appeal_outcome_omitted;
    const bool timed = !omitted && seconds_between(began, r, &seconds);
    if (!omitted && outcome != VALUE_appeal_outcome_upheld) x->cases[first] |= CASE_REVERSED;
    for (size_t i = 0; i < count; i++) {
        x->c->lists[rows[i]][scopes[outcome - 1]]++;
        if (timed) TRY(samples_add(&x->c->samples, rows[i], 0, seconds));
    }
    return OK;
}

static void count_follow_up(struct counting *x, const struct moderation_row *r)
{
    const bool implements =
        moderation_column(r, COLUMN_appeal_stage) == VALUE_appeal_stage_implemented;
    const bool complains =
        moderation_column(r, COLUMN_appeal_forum) == VALUE_appeal_forum_complaint;
    if (implements && !complains) {
        const uint32_t first = case_of(x, r, CASE_IMPLEMENTED);
        const bool counts = first != MODERATION_NONE && (x->cases[first] & CASE_REVERSED) != 0;
        if (counts) x->c->lists[INDICATOR_DISPUTES][SCOPE_IMPLEMENTED]++;
    }
    if (complains && r->produced == PRODUCED_YES &&
        case_of(x, r, CASE_RESTRICTED) != MODERATION_NONE) {
        x->c->lists[INDICATOR_COMPLAINT_RESTRICTIONS][SCOPE_TOTAL_NUMBER]++;
    }
}

static status count_appeal(struct counting *x, uint32_t row, const struct moderation_row *r)
{
    const uint16_t stage = moderation_column(r, COLUMN_appeal_stage);
    uint8_t rows[3];
    const size_t count = appeal_rows(r, rows);
    if (stage == VALUE_appeal_stage_received && is_in_period(x, r) && count > 0) {
        x->cases[row] |= CASE_COUNTED;
        for (size_t i = 0; i < count; i++)
            x->c->lists[rows[i]][SCOPE_TOTAL_NUMBER]++;
    }
    if (stage == VALUE_appeal_stage_decided) {
        const uint32_t first = case_of(x, r, CASE_DECIDED);
        if (first != MODERATION_NONE) TRY(decide_appeal(x, first, r));
    }
    count_follow_up(x, r);
    return OK;
}

/* ---- all of it ---- */

static status count_row(struct counting *x, uint32_t row)
{
    const struct moderation_row *r = moderation_row(x->m, row);
    switch (r->kind) {
    case KIND_enforcement:
        return count_measure(x, row, r);
    case KIND_notice:
        return count_notice(x, row, r);
    case KIND_order:
        return count_order(x, row, r);
    default:
        return count_appeal(x, row, r);
    }
}

static status count_all(struct counting *x)
{
    struct counted *c = x->c;
    for (uint8_t i = 0; i < COUNT_GRIDS; i++)
        TRY(grid_init(&c->grids[i], (uint8_t)(COUNT_GRID_FIRST + i), &c->arena));
    for (uint32_t row = 0; row < moderation_count(x->m); row++)
        TRY(count_row(x, row));
    for (uint8_t i = 0; i < COUNT_GRIDS; i++)
        TRY(grid_sort(&c->grids[i]));
    samples_sort(&c->samples);
    return OK;
}

void counted_done(struct counted *c)
{
    for (size_t i = 0; i < COUNT_GRIDS; i++)
        grid_done(&c->grids[i]);
    samples_done(&c->samples);
    arena_done(&c->arena);
}

status count_period(const struct moderation *m, const struct report_period *period,
                    struct counted *ret_counted, struct fault *f)
{
    struct counted *c = ret_counted;
    *c = (struct counted){ .arena = arena_of(ARENA_BYTES_MAX) };
    struct counting x = {
        .m = m, .c = c, .period = period, .cases = calloc((size_t)moderation_count(m) + 1, 1)
    };
    find_places(&x);
    const status s = x.cases == NULL ? FAIL(E_NOMEM) : count_all(&x);
    free(x.cases);
    if (s.code == E_OK) return OK;
    counted_done(c);
    return fault_set(f, s, "harmonised report: %s", status_text(s));
}
