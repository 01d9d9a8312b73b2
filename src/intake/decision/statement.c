/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement: an enforcement with its statement of reasons, by the rules of the DSA's transparency
 * database (schema in force since 2025-07-01; docs/formats/decisions.md section 2), and what candor
 * adds: target, reason class, what a correction or reversal concerns.
 */
#include "intake/decision/rules.h"

#include "base/bytes.h"
#include "base/timestamp.h"
#include "record/value.h"
#include "base/banned.h"

enum {
    SHORT = 500,
    LONG = 2000,
    FACTS = 5000,
    NAME = 256,
    CATEGORY_LAST = VALUE_category_other_violation_tc,
    GROUND_LAST = VALUE_ground_incompatible_content,
    FIRST_CONTENT = 2000,
    FIRST_APPLICATION = 2020,
};

/* ---- members of candor's own ---- */

static void take_reason_class(struct decision *d, const struct member *m, const struct given *v)
{
    static const char *const names[] = { "terms", "unlawful", "safety" };
    for (uint8_t i = 0; v->form == GIVEN_TEXT && i < COUNT_OF(names); i++) {
        if (slice_is(v->text, names[i])) d->reason_class = (uint8_t)(i + 1);
    }
    if (d->reason_class == 0) COMPLAIN(d, m->name, "must be terms, unlawful or safety");
}

static void take_target(struct decision *d, const struct member *m, const struct given *v)
{
    const bool fits =
        v->form == GIVEN_TEXT && (slice_is(v->text, "account") || slice_is(v->text, "content"));
    if (!fits) {
        COMPLAIN(d, m->name, "must be account or content");
        return;
    }
    d->target = slice_is(v->text, "account") ? DECISION_ACCOUNT : DECISION_CONTENT;
}

/* clang-format off */
#define C(x) COLUMN_enforcement_##x
#define F(x) FIELD_enforcement_##x
#define TEXT(name, most) { #name, take_text, FIELD_enforcement_##name, most, 0, NULL }
#define DATE(name) { #name, take_date, FIELD_enforcement_##name, FIRST_APPLICATION, 0, NULL }
static const struct member members[] = {
    { "puid", take_puid, F(puid), SHORT, MEMBER_ALWAYS, NULL },
    { "stage", take_choice, C(stage), 0, 0, NULL },
    { "replaces", take_number, F(replaces), 0, 0, NULL },
    { "market", take_market, C(market), 0, 0, NULL },
    { "time", take_time, F(time), 0, 0, NULL },
    { "target", take_target, 0, 0, 0, NULL },
    { "reason_class", take_reason_class, 0, 0, 0, NULL },
    { "decision_visibility", take_bits, C(visibility), 0, 0, NULL },
    TEXT(decision_visibility_other, SHORT),
    { "decision_monetary", take_choice, C(monetary), 0, 0, NULL },
    TEXT(decision_monetary_other, SHORT),
    { "decision_provision", take_choice, C(provision), 0, 0, NULL },
    { "decision_account", take_choice, C(account), 0, 0, NULL },
    { "account_type", take_word, F(account_type), 0, 0, &words_account_types },
    { "decision_ground", take_choice, C(ground), GROUND_LAST, MEMBER_REQUIRED, NULL },
    { "decision_ground_reference_url", take_url, F(decision_ground_reference_url), SHORT, 0, NULL },
    TEXT(illegal_content_legal_ground, SHORT),
    TEXT(illegal_content_explanation, LONG),
    TEXT(incompatible_content_ground, SHORT),
    TEXT(incompatible_content_explanation, LONG),
    { "incompatible_content_illegal", take_bool, F(incompatible_content_illegal), 0, 0, NULL },
    { "category", take_choice, C(category), CATEGORY_LAST, MEMBER_REQUIRED, NULL },
    { "category_addition", take_categories, F(category_addition), CATEGORY_LAST, 0, NULL },
    { "category_specification", take_words, F(category_specification), 0, 0, &words_keywords },
    TEXT(category_specification_other, SHORT),
    { "content_type", take_words, F(content_type), 0, MEMBER_REQUIRED, &words_content_types },
    TEXT(content_type_other, SHORT),
    { "territorial_scope", take_words, F(territorial_scope), 0, 0, &words_territories },
    { "content_language", take_word, F(content_language), 0, 0, &words_languages },
    { "content_date", take_date, F(content_date), FIRST_CONTENT, MEMBER_REQUIRED, NULL },
    { "application_date", take_date, F(application_date), FIRST_APPLICATION, MEMBER_REQUIRED,
      NULL },
    DATE(end_date_visibility_restriction),
    DATE(end_date_monetary_restriction),
    DATE(end_date_service_restriction),
    DATE(end_date_account_restriction),
    { "decision_facts", take_text, F(decision_facts), FACTS, MEMBER_REQUIRED | MEMBER_NOT_LIGHT,
      NULL },
    { "source_type", take_choice, C(origin), 0, MEMBER_REQUIRED, NULL },
    TEXT(source_identity, SHORT),
    { "automated_detection", take_flag, C(detected), 0, MEMBER_REQUIRED, NULL },
    { "automated_decision", take_choice, C(automation), 0, MEMBER_REQUIRED, NULL },
    { "content_id_ean", take_digits, F(content_id_ean), 13, 0, NULL },
    TEXT(account_id, NAME),
    TEXT(content_id, NAME),
    { "notice", take_number, F(notice), 0, 0, NULL },
    { "order", take_number, F(order), 0, 0, NULL },
    TEXT(classifier, NAME),
    TEXT(moderator, NAME),
    TEXT(policy, NAME),
    { "misuse", take_choice, C(misuse), 0, 0, NULL },
    { "views", take_number, F(views), 0, 0, NULL },
    TEXT(reason, LONG),
};
/* clang-format on */

/* ---- rules between members ---- */

static bool restricts_otherwise(const struct decision *d)
{
    return (decision_column(d, C(visibility)) & 1u << (VALUE_visibility_other - 1)) != 0;
}

static bool pays_otherwise(const struct decision *d)
{
    return decision_column(d, C(monetary)) == VALUE_monetary_other;
}

static bool is_illegal(const struct decision *d)
{
    return decision_column(d, C(ground)) == VALUE_ground_illegal_content;
}

static bool is_incompatible(const struct decision *d)
{
    return decision_column(d, C(ground)) == VALUE_ground_incompatible_content;
}

static bool has_other_type(const struct decision *d)
{
    struct cursor c = cursor_of(decision_text(d, F(content_type)));
    slice type = {};
    while (value_texts_next(&c, &type)) {
        if (slice_is(type, "CONTENT_TYPE_OTHER")) return true;
    }
    return false;
}

static bool was_notified(const struct decision *d)
{
    return decision_column(d, C(origin)) != VALUE_origin_voluntary;
}

/* A text that belongs to a choice: needed with it, dropped without. */
static const struct {
    const char *name;
    int field;
    bool (*belongs)(const struct decision *d);
    bool is_required;
    bool is_in_light; /* light dumps have it */
} dependents[] = {
    { "decision_visibility_other", F(decision_visibility_other), restricts_otherwise, true, true },
    { "decision_monetary_other", F(decision_monetary_other), pays_otherwise, true, true },
    { "illegal_content_legal_ground", F(illegal_content_legal_ground), is_illegal, true, true },
    { "illegal_content_explanation", F(illegal_content_explanation), is_illegal, true, false },
    { "incompatible_content_ground", F(incompatible_content_ground), is_incompatible, true, true },
    { "incompatible_content_explanation", F(incompatible_content_explanation), is_incompatible,
      true, false },
    { "incompatible_content_illegal", F(incompatible_content_illegal), is_incompatible, false,
      true },
    { "content_type_other", F(content_type_other), has_other_type, true, true },
    { "source_identity", F(source_identity), was_notified, false, true },
};

static void check_dependents(struct decision *d)
{
    for (size_t i = 0; i < COUNT_OF(dependents); i++) {
        const bool belongs = dependents[i].belongs(d);
        const bool needed =
            dependents[i].is_required && (dependents[i].is_in_light || !d->is_light);
        if (!belongs) {
            decision_drop(d, dependents[i].field);
        } else if (needed && !member_seen(d, dependents[i].name)) {
            COMPLAIN(d, dependents[i].name, "is required with what was chosen");
        }
    }
}

/* The categories in which the own terms keep people safe, where nothing else is stated. */
static bool is_safety(uint16_t category)
{
    switch (category) {
    case VALUE_category_cyber_violence:
    case VALUE_category_cyber_violence_against_women:
    case VALUE_category_protection_of_minors:
    case VALUE_category_risk_for_public_security:
    case VALUE_category_self_harm:
    case VALUE_category_violence:
        return true;
    default:
        return false;
    }
}

enum { CLASS_TERMS = 1, CLASS_UNLAWFUL, CLASS_SAFETY };

/* The law, the terms, or the terms for people's safety: the published ground. */
static void check_reason_class(struct decision *d)
{
    if (d->reason_class != 0 && is_illegal(d) != (d->reason_class == CLASS_UNLAWFUL)) {
        COMPLAIN(d, "reason_class",
                 "unlawful goes with DECISION_GROUND_ILLEGAL_CONTENT, terms and "
                 "safety with DECISION_GROUND_INCOMPATIBLE_CONTENT");
    }
    if (!is_incompatible(d)) return;
    const bool by_category = d->reason_class == 0 && is_safety(decision_column(d, C(category)));
    if (d->reason_class == CLASS_SAFETY || by_category) {
        draft_column(&d->draft, C(ground), VALUE_ground_incompatible_content_safety);
    }
}

/* The main category is none of the additional ones. */
static void drop_main_category(struct decision *d)
{
    const slice list = decision_text(d, F(category_addition));
    const uint16_t number = decision_column(d, C(category));
    const char *name = choice_name(d->draft.schema->columns[C(category)].choice, (uint8_t)number);
    uint8_t *room = arena_take(d->arena, list.len + 1);
    if (list.len == 0 || name == NULL || room == NULL) return;
    struct writer w = writer_of(room, list.len);
    struct cursor c = cursor_of(list);
    slice category = {};
    while (value_texts_next(&c, &category)) {
        if (!slice_is(category, name)) value_texts_add(&w, category);
    }
    draft_texts(&d->draft, F(category_addition), writer_slice(&w));
}

static void check_dates(struct decision *d)
{
    static const struct {
        const char *name;
        int field;
    } ends[] = {
        { "end_date_visibility_restriction", F(end_date_visibility_restriction) },
        { "end_date_monetary_restriction", F(end_date_monetary_restriction) },
        { "end_date_service_restriction", F(end_date_service_restriction) },
        { "end_date_account_restriction", F(end_date_account_restriction) },
    };
    const slice applied = decision_text(d, F(application_date));
    const slice made = decision_text(d, F(content_date));
    if (applied.len == 0) return;
    if (made.len > 0 && slice_compare(made, applied) > 0) {
        COMPLAIN(d, "content_date", "is after application_date");
    }
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        const slice end = decision_text(d, ends[i].field);
        if (end.len > 0 && slice_compare(end, applied) < 0) {
            COMPLAIN(d, ends[i].name, "is before application_date");
        }
    }
}

static void check_target(struct decision *d)
{
    const bool account = decision_column(d, C(account)) != 0;
    const bool content = decision_column(d, C(visibility)) != 0;
    const bool both = decision_column(d, C(monetary)) != 0 || decision_column(d, C(provision)) != 0;
    if (!account && !content && !both) {
        COMPLAIN(d, "decision_visibility",
                 "one of decision_visibility, decision_monetary, decision_provision and "
                 "decision_account is required");
    }
    if (d->target == DECISION_ACCOUNT) {
        if (!account && !both) COMPLAIN(d, "target", "no restriction of an account is stated");
        if (!member_seen(d, "account_id"))
            COMPLAIN(d, "account_id", "is required with this target");
    }
    if (d->target == DECISION_CONTENT) {
        if (!content && !both) COMPLAIN(d, "target", "no restriction of content is stated");
        if (!member_seen(d, "content_id"))
            COMPLAIN(d, "content_id", "is required with this target");
    }
}

/* What candor's own members say of an earlier decision. */
static void check_stage(struct decision *d)
{
    const bool later = decision_is_later(d);
    if (!later && member_seen(d, "replaces")) {
        COMPLAIN(d, "replaces", "goes with a later stage than decided");
    }
    if (later && d->stage != VALUE_enforcement_stage_ended && !member_seen(d, "reason")) {
        COMPLAIN(d, "reason", "is required with this stage");
    }
}

/* The moment that it is counted under: what was stated, else the day that it was applied. */
static void set_time(struct decision *d)
{
    const slice date = decision_text(d, F(application_date));
    uint8_t text[32];
    struct writer w = writer_of(text, sizeof text);
    int64_t ns = d->now_ns;
    if (member_seen(d, "time")) return;
    writer_bytes(&w, date);
    writer_text(&w, "T00:00:00Z");
    const bool whole = date.len > 0 && !decision_is_reversal(d);
    if (whole && timestamp_parse_iso(writer_slice(&w), &ns).code == E_OK && ns > d->now_ns) {
        ns = d->now_ns; /* it takes effect later; it was decided by now */
    }
    draft_time(&d->draft, F(time), ns);
}

static void check(struct decision *d)
{
    check_stage(d);
    if (!decision_is_reversal(d)) {
        check_dependents(d);
        check_reason_class(d);
        drop_main_category(d);
        check_dates(d);
        check_target(d);
    }
    set_time(d);
}

const struct member_table members_enforcement = { members, COUNT_OF(members), check };
